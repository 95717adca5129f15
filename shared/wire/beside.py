"""A read model filled again beside the one that is read, and put in its place when it is whole.

Its tables have names of their own until the switch, one transaction that renames both. Readers go
on with the old tables until then and find the new ones after; nobody sees one that is half filled.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, NamedTuple
from uuid import uuid4

from sqlalchemy import MetaData, inspect, select

from shared.wire.rows import Rows
from shared.wire.turns import Busy, writing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sqlalchemy import Connection, Engine, Table

    from shared.wire.view import View

BATCH = 1_000
"""Events of one short transaction; with more in memory at once each takes longer to decode."""
KEPT_MAX = 10_000
"""Rows kept from one batch to the next."""
SWITCH_SECONDS = 1.0
"""Readers wait behind a switch that waits for a slow reader: it gives up and tries again."""
SWITCHES_MAX = 60
SUFFIX = "_[0-9a-f]{8}"


class Difference(NamedTuple):
    """A row of the read model that is not what the history says."""

    table: str
    key: tuple[object, ...]
    what: str
    """`changed`, `missing`, or `unknown` to the history."""


class Beside:
    """The tables of a view once more; only under `turns.alone`."""

    def __init__(self, view: View, engine: Engine) -> None:
        self._view = view
        self._engine = engine
        self._metadata = MetaData()
        self._tables = {
            table: table.to_metadata(self._metadata, name=_other_name(table))
            for table in view.metadata.sorted_tables
        }
        self._position = 0

    def fill(self, last: int, progress: Callable[[int, int], None]) -> None:
        """Fill them from the history, which goes on; up to `last`, and near to its new end.

        Args:
            last: where the history ends now.
            progress: told the position reached, and the last, after each batch.
        """
        with writing(self._engine) as connection:
            self._metadata.create_all(connection)
        rows = Rows(self._tables)
        reached = BATCH
        while reached == BATCH:
            with self._engine.connect() as connection:
                rows.read_by(connection)
                position = self._view.replay(rows, self._position, BATCH)
            with writing(self._engine) as connection:
                if connection.dialect.name == "postgresql":
                    # the switch is durable, and all before it; without one these are dropped
                    connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
                rows.write(connection)
            if len(rows) > KEPT_MAX:
                rows.forget()
            reached, self._position = position - self._position, position
            progress(position, max(position, last))

    def switch(self) -> None:
        """Put them in the place of those that are read.

        Raises:
            Busy: somebody held on to the old ones for too long.
        """
        for tries in range(SWITCHES_MAX):
            try:
                with writing(self._engine, SWITCH_SECONDS) as connection:
                    self._switch(connection)
            except Busy:
                if tries == SWITCHES_MAX - 1:
                    raise
                time.sleep(SWITCH_SECONDS / 10)
            else:
                return

    def differences(self) -> list[Difference]:
        """How the tables that are read differ from these, both at the same position."""
        with writing(self._engine) as connection:
            live = self._view.lock(connection)
            position = max(live, self._position)
            self._reach(connection, {}, live, position)
            self._view.move(connection, position)
            self._reach(connection, self._tables, self._position, position)
            self._position = position
            return [
                difference
                for table, other in self._tables.items()
                for difference in _compared(connection, table, other)
            ]

    def _switch(self, connection: Connection) -> None:
        live = self._view.lock(connection, of_any_version=True)
        position = self._reach(connection, self._tables, self._position, live)
        existing = inspect(connection).get_table_names()
        for table, other in self._tables.items():
            if table.name in existing:
                _rename(connection, table.name, _other_name(table))
            _rename(connection, other.name, table.name)
        self._view.move(connection, position)

    def _reach(
        self, connection: Connection, tables: Mapping[Table, Table], after: int, wanted: int
    ) -> int:
        """Go on to a position within the caller's transaction, which may yet be rolled back."""
        rows = Rows(tables)
        rows.read_by(connection)
        while after < wanted:
            reached = self._view.replay(rows, after, min(BATCH, wanted - after))
            if reached == after:
                break  # what is read claims to be beyond the history: it is wrong, and replaced
            rows.write(connection)
            after = reached
        return after


def drop_others(view: View, engine: Engine) -> None:
    """Drop what a switch left, or a filling that did not end; only under `turns.alone`."""
    ours = re.compile(f"({'|'.join(re.escape(name) for name in view.metadata.tables)}){SUFFIX}")
    for name in inspect(engine).get_table_names():
        if ours.fullmatch(name):
            with writing(engine) as connection:
                connection.exec_driver_sql(f"DROP TABLE {_quoted(connection, name)}")


def _compared(connection: Connection, table: Table, other: Table) -> Iterator[Difference]:
    read, told = _only_in(connection, table, other), _only_in(connection, other, table)
    for key in sorted(read | told, key=repr):
        what = "changed" if key in read & told else "unknown" if key in read else "missing"
        yield Difference(table.name, key, what)


def _only_in(connection: Connection, one: Table, other: Table) -> set[tuple[object, ...]]:
    rows = select(one).except_(select(other)).subquery()
    keys = select(*(rows.c[column.name] for column in one.primary_key))
    return {tuple(row) for row in connection.execute(keys)}


def _other_name(table: Table) -> str:
    return f"{table.name}_{uuid4().hex[:8]}"


def _rename(connection: Connection, old: str, new: str) -> None:
    old, new = _quoted(connection, old), _quoted(connection, new)
    connection.exec_driver_sql(f"ALTER TABLE {old} RENAME TO {new}")


def _quoted(connection: Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote(name)
