"""Where a service keeps its history: one URL says SQLite (the default) or PostgreSQL (deployment).

The event store library and the read models share the database, each with its own connections.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url

SQLITE_LOCK_SECONDS = 30
CONNECTION_SECONDS = 2
"""How long a question waits for a connection. It is asked up to ten times, and what is away must be
told before a proxy gives up on us, which is after a minute."""
WIRE = "shared.wire"


@dataclass(frozen=True)
class Store:
    """A database by URL: `sqlite:////folder/file.sqlite` or `postgresql://user@host/name`."""

    url: str = field(repr=False)  # it may hold a password

    def __post_init__(self) -> None:
        if not self.url.startswith(("sqlite:///", "postgresql://")):
            raise ValueError("a store's URL starts with sqlite:/// or postgresql://")

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a SQLite file."""
        return self.url.startswith("sqlite:///")

    def environment(self) -> dict[str, str]:
        """The settings by which `eventsourcing` reaches this database."""
        if self.is_sqlite:
            Path(self.url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
            return {
                "PERSISTENCE_MODULE": "eventsourcing.sqlite",
                "PROCESS_RECORDER_TOPIC": f"{WIRE}.sqlite_recorder:GroupCommitSQLiteRecorder",
                "SQLITE_DBNAME": self.url.removeprefix("sqlite:///"),
                "SQLITE_LOCK_TIMEOUT": str(SQLITE_LOCK_SECONDS),
            }
        parts = conninfo_to_dict(self.url)
        return {
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "PROCESS_RECORDER_TOPIC": f"{WIRE}.postgres_recorder:GroupCommitPostgresRecorder",
            "POSTGRES_DBNAME": str(parts["dbname"]),
            "POSTGRES_HOST": str(parts.get("host", "127.0.0.1")),
            "POSTGRES_PORT": str(parts.get("port", 5432)),
            "POSTGRES_USER": str(parts["user"]),
            # the library insists on one, also where the server trusts its socket
            "POSTGRES_PASSWORD": str(parts.get("password") or "-"),
            "POSTGRES_CONNECT_TIMEOUT": str(CONNECTION_SECONDS),
        }

    def engine(self) -> Engine:
        """A new SQLAlchemy engine on this database; the caller disposes of it."""
        if not self.is_sqlite:
            url = make_url(self.url).set(drivername="postgresql+psycopg")
            return create_engine(url, pool_pre_ping=True)  # the server may have been restarted
        Path(self.url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(
            self.url, connect_args={"timeout": SQLITE_LOCK_SECONDS, "check_same_thread": False}
        )

        @event.listens_for(engine, "connect")
        def _connect(connection: Any, _record: Any) -> None:
            connection.isolation_level = None  # else the driver begins and commits behind our back
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA secure_delete=ON")  # a destroyed key leaves no trace

        @event.listens_for(engine, "begin")
        def _begin(connection: Any) -> None:
            connection.exec_driver_sql("BEGIN")

        return engine
