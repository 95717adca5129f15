"""The history as plain rows: it is read quickly only if no row becomes an object on the way.

The library's recorders read it as well, as objects of theirs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from uuid import UUID

from eventsourcing.persistence import InterfaceError, OperationalError
from eventsourcing.postgres import PostgresProcessRecorder
from eventsourcing.sqlite import SQLiteProcessRecorder
from eventsourcing.utils import retry
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Identifier

if TYPE_CHECKING:
    from eventsourcing.persistence import ProcessRecorder
    from psycopg.sql import Composed

    from shared.aggregate import Recorded

F = TypeVar("F", bound=Callable[..., Any])
SNAPSHOTS = "snapshots"
"""The table of snapshots, by the aggregate's id as text: version, body and seal."""


class Log(Protocol):
    """The events of one store."""

    def after(self, position: int, limit: int) -> list[Recorded]:
        """Up to `limit` events after a position, in the order they were recorded."""

    def of(self, number: UUID, after_version: int = 0) -> list[Recorded]:
        """The events of one aggregate after a version, in order."""

    def since_snapshot(self, number: UUID) -> list[Recorded]:
        """The events of one aggregate from the last one its snapshot knows; all if it has none."""

    def snapshot(self, number: UUID) -> tuple[bytes, bytes] | None:
        """What is kept of one aggregate, and its seal."""


def log_of(recorder: ProcessRecorder) -> Log:
    """The events that a recorder records."""
    if isinstance(recorder, PostgresProcessRecorder):
        return _PostgresLog(recorder)
    assert isinstance(recorder, SQLiteProcessRecorder)
    return _SQLiteLog(recorder)


again: Callable[[F], F] = retry((InterfaceError, OperationalError), max_attempts=10, wait=0.2)
"""Ask again where the connection was lost: reading has no effect."""


class _PostgresLog:
    def __init__(self, recorder: PostgresProcessRecorder) -> None:
        self._datastore = recorder.datastore
        table = SQL("{}.{}").format(
            Identifier(recorder.datastore.schema), Identifier(recorder.events_table_name)
        )
        columns = SQL(
            "SELECT notification_id, originator_id, originator_version, topic, state FROM {}"
        ).format(table)
        self._after = columns + SQL(" WHERE notification_id > %b ORDER BY notification_id LIMIT %b")
        self._of = columns + SQL(
            " WHERE originator_id = %b AND originator_version > %b ORDER BY originator_version"
        )
        self._since = columns + SQL(
            " WHERE originator_id = %b AND originator_version >= coalesce("
            "(SELECT version FROM {} WHERE aggregate = %b), 1) ORDER BY originator_version"
        ).format(Identifier(SNAPSHOTS))
        self._snapshot = SQL("SELECT body, seal FROM {} WHERE aggregate = %b").format(
            Identifier(SNAPSHOTS)
        )

    def after(self, position: int, limit: int) -> list[Recorded]:
        return self._asked(self._after, (position, limit))

    def of(self, number: UUID, after_version: int = 0) -> list[Recorded]:
        return self._asked(self._of, (number, after_version))

    def since_snapshot(self, number: UUID) -> list[Recorded]:
        return self._asked(self._since, (number, str(number)))

    def snapshot(self, number: UUID) -> tuple[bytes, bytes] | None:
        found: list[tuple[bytes, bytes]] = self._asked(self._snapshot, (str(number),))
        return found[0] if found else None

    @again
    def _asked(self, question: Composed, facts: tuple[object, ...]) -> list[Any]:
        with (
            self._datastore.get_connection() as connection,
            connection.cursor(binary=True, row_factory=tuple_row) as cursor,
        ):
            return cursor.execute(question, facts, prepare=True).fetchall()


class _SQLiteLog:
    def __init__(self, recorder: SQLiteProcessRecorder) -> None:
        self._datastore = recorder.datastore
        columns = (
            "SELECT rowid, originator_id, originator_version, topic, state"  # noqa: S608  # our own name
            f" FROM {recorder.events_table_name}"
        )
        self._after = f"{columns} WHERE rowid > ? ORDER BY rowid LIMIT ?"
        self._of = (
            f"{columns} WHERE originator_id = ? AND originator_version > ?"
            " ORDER BY originator_version"
        )
        self._since = (
            f"{columns} WHERE originator_id = ? AND originator_version >= coalesce("  # noqa: S608  # our own name
            f"(SELECT version FROM {SNAPSHOTS} WHERE aggregate = ?), 1) ORDER BY originator_version"
        )
        self._snapshot = f"SELECT body, seal FROM {SNAPSHOTS} WHERE aggregate = ?"  # noqa: S608  # our own name

    def after(self, position: int, limit: int) -> list[Recorded]:
        return self._rows(self._after, (position, limit))

    def of(self, number: UUID, after_version: int = 0) -> list[Recorded]:
        return self._rows(self._of, (number.hex, after_version))

    def since_snapshot(self, number: UUID) -> list[Recorded]:
        return self._rows(self._since, (number.hex, str(number)))

    def snapshot(self, number: UUID) -> tuple[bytes, bytes] | None:
        found: list[tuple[bytes, bytes]] = self._asked(self._snapshot, (str(number),))
        return found[0] if found else None

    def _rows(self, question: str, facts: tuple[object, ...]) -> list[Recorded]:
        return [
            (at, UUID(key), version, topic, state)
            for at, key, version, topic, state in self._asked(question, facts)
        ]

    @again
    def _asked(self, question: str, facts: tuple[object, ...]) -> list[Any]:
        with self._datastore.transaction(commit=False) as cursor:
            cursor.execute(question, facts)
            found: list[Any] = cursor.fetchall()
        return found
