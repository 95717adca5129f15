"""The SQLite recorder of the event store library, with group commit.

Notification ids are a column of their own, given in commit order without a gap: a write transaction
excludes every other, in this process and in any other.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any
from uuid import UUID

from eventsourcing.persistence import (
    IntegrityError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
)
from eventsourcing.sqlite import SQLiteDatastore, SQLiteProcessRecorder

from shared.wire.commit import GroupCommit, Receipt, conflict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eventsourcing.persistence import StoredEvent, Tracking

    from shared.wire.commit import Command


class GroupCommitSQLiteRecorder(SQLiteProcessRecorder):
    """Appends many commands in one transaction, durable (synchronous=FULL) before any is answered.

    Reading is the library's, from its pool of connections.
    """

    def __init__(
        self, datastore: SQLiteDatastore, *, events_table_name: str = "stored_events"
    ) -> None:
        super().__init__(datastore, events_table_name=events_table_name)
        table = events_table_name
        self._insert = f"INSERT INTO {table} VALUES (?,?,?,?,?)"  # noqa: S608  # our own name
        self._last = f"SELECT coalesce(max(rowid), 0) FROM {table}"  # noqa: S608  # our own name
        self._connection: sqlite3.Connection | None = None
        self._group = GroupCommit(self._write)

    def construct_create_table_statements(self) -> list[str]:
        """The library's tables, with the row's id declared: VACUUM must not change it."""
        statements = super().construct_create_table_statements()
        statements[0] = (
            f"CREATE TABLE IF NOT EXISTS {self.events_table_name} ("
            "originator_id TEXT NOT NULL, originator_version INTEGER NOT NULL,"
            " topic TEXT NOT NULL, state BLOB NOT NULL, rowid INTEGER PRIMARY KEY,"
            " UNIQUE (originator_id, originator_version))"
        )
        return statements

    def insert_events(
        self, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        """Append events, and the receipt they are the effect of, together with other commands."""
        return self._group.commit(stored_events, kwargs.get("tracking"))

    def close(self) -> None:
        """Write what waits, then release the writing connection."""
        self._group.close()
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    # --- Writing --------------------------------------------------------------------------------

    def _write(self, batch: list[Command]) -> None:
        try:
            connection = self._writing()
            connection.execute("BEGIN IMMEDIATE")
            try:
                answers = self._append(connection, batch)
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
        except sqlite3.IntegrityError as error:
            raise IntegrityError("another command was first") from error
        except sqlite3.OperationalError as error:
            raise OperationalError(str(error)) from error
        except sqlite3.InterfaceError as error:
            raise InterfaceError(str(error)) from error
        except sqlite3.ProgrammingError as error:
            raise ProgrammingError(str(error)) from error
        for command, ids in zip(batch, answers, strict=True):
            if ids is None:
                command.refusal = conflict(command)
            else:
                command.ids = ids

    def _append(
        self, connection: sqlite3.Connection, batch: list[Command]
    ) -> list[Sequence[int] | None]:
        """Append all at once; when one has a conflict, one after the other without the bad ones."""
        last = connection.execute(self._last).fetchone()[0]
        connection.execute("SAVEPOINT batch")
        try:
            return [*self._append_all(connection, batch, last)]
        except sqlite3.IntegrityError:
            connection.execute("ROLLBACK TO batch")
        answers: list[Sequence[int] | None] = []
        for command in batch:
            connection.execute("SAVEPOINT command")
            try:
                (ids,) = self._append_all(connection, [command], last)
            except sqlite3.IntegrityError:
                connection.execute("ROLLBACK TO command")
                answers.append(None)
            else:
                last += len(ids)
                answers.append(ids)
        return answers

    def _append_all(
        self, connection: sqlite3.Connection, batch: list[Command], last: int
    ) -> list[list[int]]:
        rows = []
        answers: list[list[int]] = []
        for command in batch:
            first = last + 1
            for event in command.events:
                last += 1
                number = event.originator_id
                key = number.hex if isinstance(number, UUID) else number
                rows.append((key, event.originator_version, event.topic, event.state, last))
            answers.append(list(range(first, last + 1)))
            if command.tracking is not None:
                self._append_tracking(connection, command.tracking)
        connection.executemany(self._insert, rows)
        return answers

    def _append_tracking(self, connection: sqlite3.Connection, tracking: Tracking) -> None:
        row = {
            "application_name": tracking.application_name,
            "notification_id": tracking.notification_id,
        }
        if isinstance(tracking, Receipt):
            source = (tracking.application_name,)
            found = connection.execute(self.select_max_tracking_id_statement, source).fetchone()
            if (found[0] or 0) != tracking.follows:
                raise sqlite3.IntegrityError("received by somebody else meanwhile")
        taken = connection.execute(self.insert_tracking_statement, row).fetchone()
        if taken is None:
            raise sqlite3.IntegrityError("received before")

    def _writing(self) -> sqlite3.Connection:
        """The one connection that writes; whose turn it is uses it."""
        if self._connection is None:
            pool = self.datastore.pool
            self._connection = sqlite3.connect(
                pool.db_name,
                uri=True,
                isolation_level=None,
                check_same_thread=False,
                timeout=pool.lock_timeout or 0,
            )
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=FULL")
        return self._connection
