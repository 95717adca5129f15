"""Read models: tables filled from the history, caught up when they are asked, never migrated.

Catching up on each question gives every reader what was written before it asked, in whichever
process it was written, without a follower to run or to fail.
"""

from __future__ import annotations

from abc import abstractmethod
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar

from sqlalchemy import Column, Integer, MetaData, String, Table, insert, inspect, select, update
from sqlalchemy.exc import IntegrityError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

    from shared.aggregate import Event
    from shared.desk import Desk

BATCH = 500

POSITIONS = Table(
    "view_positions",
    MetaData(),
    Column("view", String, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("position", Integer, nullable=False),
)


class View:
    """One read model of one service.

    A subclass names itself, counts its `version` up when its tables or its `apply` change (the
    tables are then dropped and filled again), declares its tables on `metadata` and applies one
    event in the transaction it is given.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1
    metadata: ClassVar[MetaData]

    def __init__(self, desk: Desk, engine: Engine) -> None:
        self._desk = desk
        self._engine = engine
        self._prepare()

    @abstractmethod
    def apply(self, connection: Connection, event: Event, position: int) -> None:
        """Take in the next event of the history; what the view does not show it passes over."""

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Catch up, then lend a connection to ask with."""
        self.catch_up()
        with self._engine.connect() as connection:
            yield connection

    def catch_up(self) -> None:
        """Apply what was recorded since the last time, in order, each event once."""
        while self._catch_up_some():
            pass

    def rebuild(self) -> None:
        """Drop the tables and fill them again from the whole history."""
        with self._engine.begin() as connection:
            self._lock(connection)
            self._fill_from_start(connection)
        self.catch_up()

    def _prepare(self) -> None:
        POSITIONS.metadata.create_all(self._engine)
        with self._engine.connect() as connection:
            known = select(POSITIONS.c.version).where(POSITIONS.c.view == self.name)
            version = connection.execute(known).scalar()
        if version is None:
            try:
                with self._engine.begin() as connection:
                    start = {"view": self.name, "version": 0, "position": 0}
                    connection.execute(insert(POSITIONS).values(start))
            except IntegrityError:
                pass  # another process of this service was first
        if version != self.version:
            with self._engine.begin() as connection:
                if self._lock(connection)[0] != self.version:
                    self._fill_from_start(connection)

    def _fill_from_start(self, connection: Connection) -> None:
        existing = inspect(connection).get_table_names()
        for table in reversed(self.metadata.sorted_tables):
            if table.name in existing:
                table.drop(connection)
        self.metadata.create_all(connection)
        self._move(connection, 0)

    def _catch_up_some(self) -> bool:
        with self._engine.connect() as connection:
            mine = select(POSITIONS.c.position).where(POSITIONS.c.view == self.name)
            position = connection.execute(mine).scalar_one()
        if self._desk.last_position() <= position:
            return False
        with self._engine.begin() as connection:
            _, position = self._lock(connection)
            events = self._desk.history(position, BATCH)
            for at, event in events:
                self.apply(connection, event, at)
            if events:
                self._move(connection, events[-1][0])
        return len(events) == BATCH

    def _lock(self, connection: Connection) -> tuple[int, int]:
        """Take the view's row: a second process that catches up waits here, then sees our work."""
        mine = update(POSITIONS).where(POSITIONS.c.view == self.name)
        taken = mine.values(view=self.name).returning(POSITIONS.c.version, POSITIONS.c.position)
        version, position = connection.execute(taken).one()
        return version, position

    def _move(self, connection: Connection, position: int) -> None:
        mine = update(POSITIONS).where(POSITIONS.c.view == self.name)
        connection.execute(mine.values(version=self.version, position=position))
