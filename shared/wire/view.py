"""Read models: tables filled from the history, caught up when they are asked, never migrated.

Catching up on each question gives every reader what was written before it asked, in whichever
process it was written, without a follower to run or to fail.
"""

from __future__ import annotations

import time
from abc import abstractmethod
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar

import structlog
from sqlalchemy import Column, Integer, MetaData, String, Table, insert, inspect, select, update

from shared.wire.beside import Beside, drop_others
from shared.wire.rows import Rows
from shared.wire.turns import Busy, alone, writing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy import Connection, Engine

    from shared.aggregate import Event
    from shared.desk import Desk
    from shared.wire.beside import Difference

BATCH = 500
"""Events that catching up applies in one transaction."""
WAIT_SECONDS = 3.0
"""The longest that a question waits for the view to catch up."""
TELL_SECONDS = 2.0
"""How often the log says how far a filling is."""
log = structlog.get_logger()

POSITIONS = Table(
    "view_positions",
    MetaData(),
    Column("view", String, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("position", Integer, nullable=False),
)


class OtherVersion(RuntimeError):
    """Another version of this program has filled the view since this process started."""


class View:
    """One read model of one service.

    A subclass names itself, counts its `version` up when its tables or its `apply` change (the
    view is then filled anew before it answers), declares its tables on `metadata`, each with a
    primary key, and changes their rows by one event at a time.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1
    metadata: ClassVar[MetaData]
    topics: ClassVar[tuple[str, ...]] = ()
    """Of the events it shows, if they are few: catching up passes the others over unread."""

    def __init__(self, desk: Desk, engine: Engine) -> None:
        self._desk = desk
        self._engine = engine
        if self._version() != self.version:
            self._begin()

    @abstractmethod
    def apply(self, rows: Rows, event: Event, position: int) -> None:
        """Take in the next event of the history; what the view does not show it passes over."""

    def load(self, rows: Rows, events: Sequence[Event]) -> None:
        """Read at once what these events will change, where that is worth it."""

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Catch up, then lend a connection to ask with; what it is asked has one answer in time.

        Whoever asks sees the effect of every command that was given before. Only when that can't
        be had within WAIT_SECONDS, because somebody holds the view's lock or too much was recorded
        since, the view answers as of an earlier position and the log says so: a page that is a
        little old is of more use than none. Decisions are taken on aggregates, which are exact.
        """
        self.catch_up()
        with self._engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                # what was renamed under an old snapshot would look empty: so first the lock
                connection.execution_options(isolation_level="REPEATABLE READ")
                names = ", ".join(table.name for table in self.metadata.sorted_tables)
                connection.exec_driver_sql(f"LOCK TABLE {names} IN ACCESS SHARE MODE")
            yield connection

    def catch_up(self) -> bool:
        """Apply what has been recorded by now, in order, each event once; for WAIT_SECONDS at most.

        Returns:
            Whether all of it has been applied.

        Raises:
            OtherVersion: the view is another version's now.
        """
        until = time.monotonic() + WAIT_SECONDS
        last = self._desk.last_position()
        while (position := self._position()) < last:
            left = until - time.monotonic()
            if left <= 0:
                log.warning("view not caught up", view=self.name, position=position, of=last)
                return False
            self._catch_up_some(left)
        return True

    def rebuild(self, progress: Callable[[int, int], None] = lambda *_: None) -> None:
        """Fill the view again from the whole history beside the one that is read, then switch.

        Args:
            progress: told the position reached, and the last, after each batch.
        """
        with alone(self._engine):
            self._fill(progress)

    def check(self, progress: Callable[[int, int], None] = lambda *_: None) -> list[Difference]:
        """Compare the view, row by row, with one filled from the whole history; change nothing."""
        with alone(self._engine):
            drop_others(self, self._engine)
            try:
                beside = Beside(self, self._engine)
                beside.fill(self._desk.last_position(), progress)
                return beside.differences()
            finally:
                drop_others(self, self._engine)

    # --- For what fills it ----------------------------------------------------------------------

    def replay(self, rows: Rows, after: int, limit: int) -> int:
        """Apply up to `limit` events after a position; gives the position reached."""
        events = self._desk.history(after, limit)
        self.load(rows, [event for _, event in events])
        for at, event in events:
            self.apply(rows, event, at)
        return events[-1][0] if events else after

    def lock(self, connection: Connection, *, of_any_version: bool = False) -> int:
        """Take the view's row, where all that write to it wait; gives its position.

        Raises:
            OtherVersion: the view is another version's, and that does matter.
        """
        mine = update(POSITIONS).where(POSITIONS.c.view == self.name)
        taken = mine.values(view=self.name).returning(POSITIONS.c.version, POSITIONS.c.position)
        version, position = connection.execute(taken).one()
        if not of_any_version:
            self._expect(version)
        return int(position)

    def move(self, connection: Connection, position: int) -> None:
        """Note that the view is ours, and how far it is."""
        mine = update(POSITIONS).where(POSITIONS.c.view == self.name)
        connection.execute(mine.values(version=self.version, position=position))

    # --- Within ---------------------------------------------------------------------------------

    def _begin(self) -> None:
        """Fill the view for this version, unless another process is first."""
        with alone(self._engine):
            version = self._version()
            if version == self.version:
                return
            with writing(self._engine) as connection:
                POSITIONS.metadata.create_all(connection)
                if version is None:
                    start = {"view": self.name, "version": 0, "position": 0}
                    connection.execute(insert(POSITIONS).values(start))
            self._fill(self._telling())

    def _fill(self, progress: Callable[[int, int], None]) -> None:
        drop_others(self, self._engine)
        try:
            beside = Beside(self, self._engine)
            beside.fill(self._desk.last_position(), progress)
            beside.switch()
        finally:
            drop_others(self, self._engine)

    def _telling(self) -> Callable[[int, int], None]:
        told_at = time.monotonic()

        def tell(position: int, last: int) -> None:
            nonlocal told_at
            if time.monotonic() - told_at > TELL_SECONDS:
                told_at = time.monotonic()
                log.info("filling a view", view=self.name, position=position, of=last)

        return tell

    def _catch_up_some(self, seconds: float) -> None:
        try:
            with writing(self._engine, seconds) as connection:
                position = self.lock(connection)
                rows = Rows()
                rows.read_by(connection)
                reached = self.replay(rows, self._before_next_shown(position), BATCH)
                rows.write(connection)
                if reached > position:
                    self.move(connection, reached)
        except Busy:
            pass  # the caller looks at the time

    def _before_next_shown(self, position: int) -> int:
        if not self.topics:
            return position
        last = self._desk.last_position()
        found = self._desk.process_recorder.select_notifications(
            position + 1, 1, stop=last, topics=self.topics
        )
        return found[0].id - 1 if found else last

    def _version(self) -> int | None:
        """The version that filled the view; None before the first."""
        with self._engine.connect() as connection:
            if not inspect(connection).has_table(POSITIONS.name):
                return None
            mine = select(POSITIONS.c.version).where(POSITIONS.c.view == self.name)
            return connection.execute(mine).scalar()

    def _position(self) -> int:
        with self._engine.connect() as connection:
            mine = select(POSITIONS.c.version, POSITIONS.c.position)
            version, position = connection.execute(mine.where(POSITIONS.c.view == self.name)).one()
        self._expect(version)
        return int(position)

    def _expect(self, version: int) -> None:
        if version != self.version:
            raise OtherVersion(
                f"read model {self.name} is version {version} now and this process knows version"
                f" {self.version}: stop it and start it again"
            )
