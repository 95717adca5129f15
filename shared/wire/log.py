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

Recorded = tuple[int, UUID, int, str, bytes]
"""Position in the history, aggregate, its version, topic and state of one event."""
F = TypeVar("F", bound=Callable[..., Any])
EVERY = 2**62
"""More events than there will be."""


class Log(Protocol):
    """The events of one store."""

    def after(self, position: int, limit: int) -> list[Recorded]:
        """Up to `limit` events after a position, in the order they were recorded."""

    def of(self, number: UUID, after_version: int = 0, limit: int = EVERY) -> list[Recorded]:
        """Up to `limit` events of one aggregate after a version, in order."""


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
            " WHERE originator_id = %b AND originator_version > %b"
            " ORDER BY originator_version LIMIT %b"
        )

    def after(self, position: int, limit: int) -> list[Recorded]:
        return self._rows(self._after, (position, limit))

    def of(self, number: UUID, after_version: int = 0, limit: int = EVERY) -> list[Recorded]:
        return self._rows(self._of, (number, after_version, limit))

    @again
    def _rows(self, question: Composed, facts: tuple[object, ...]) -> list[Recorded]:
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
            " ORDER BY originator_version LIMIT ?"
        )

    def after(self, position: int, limit: int) -> list[Recorded]:
        return self._rows(self._after, (position, limit))

    def of(self, number: UUID, after_version: int = 0, limit: int = EVERY) -> list[Recorded]:
        return self._rows(self._of, (number.hex, after_version, limit))

    @again
    def _rows(self, question: str, facts: tuple[object, ...]) -> list[Recorded]:
        with self._datastore.transaction(commit=False) as cursor:
            cursor.execute(question, facts)
            rows = cursor.fetchall()
        return [(at, UUID(key), version, topic, state) for at, key, version, topic, state in rows]
