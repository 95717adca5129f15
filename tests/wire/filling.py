"""Toy read models that are filled anew, and a process that fills them."""

from __future__ import annotations

import logging
import sys
from itertools import groupby
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import NAMESPACE_OID, UUID, uuid5

import structlog
from pydantic import BaseModel, ConfigDict
from sqlalchemy import Column, Integer, MetaData, String, Table, select

from shared.keyring import Keyring
from shared.wire import beside, view
from shared.wire.entries import Entries, entries_table
from shared.wire.store import Store
from shared.wire.view import View
from tests.wire.toy import Heard, Listened, Toys

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.aggregate import Event
    from shared.wire.rows import Rows

MANY = 1_200
"""More than a few transactions."""


class Tally(BaseModel):
    """How many numbers a source has said, and what they come to."""

    model_config = ConfigDict(frozen=True)

    numbers: int = 0
    total: int = 0


class Tallies(Entries[Tally]):
    """A tally a source."""

    name = "tallies"
    table = entries_table("tallies", Tally)
    metadata = table.metadata
    shown = frozenset({Listened, Heard})

    def after(self, event: Event, entry: Tally | None) -> Tally:
        entry = entry or Tally()
        if isinstance(event, Heard):
            return Tally(numbers=entry.numbers + 1, total=entry.total + event.n)
        return entry

    def numbers(self) -> int:
        """How many numbers all sources have said."""
        return sum(tally.numbers for tally in self.all_entries())


TABLES = MetaData()
LAST = Table(
    "slate_last",
    TABLES,
    Column("hearing", String, primary_key=True),
    Column("tens", Integer, primary_key=True),
    Column("n", Integer, nullable=False, index=True),
)
ODD = Table("slate_odd", TABLES, Column("hearing", String, primary_key=True))


class Slate(View):
    """The last number of each ten a source said, and the sources whose last one was odd."""

    name = "slate"
    metadata = TABLES

    def apply(self, rows: Rows, event: Event, position: int) -> None:
        if not isinstance(event, Heard):
            return
        hearing = str(event.originator_id)
        rows.put(LAST, {"hearing": hearing, "tens": event.n // 10, "n": event.n})
        if event.n % 2:
            rows.put(ODD, {"hearing": hearing})
        else:
            rows.remove(ODD, hearing)

    def rows(self) -> tuple[set[tuple[Any, ...]], set[tuple[Any, ...]]]:
        """All there is, as of one moment."""
        with self.reading() as connection:
            last = {tuple(row) for row in connection.execute(select(LAST))}
            return last, {tuple(row) for row in connection.execute(select(ODD))}


class NewerTallies(Tallies):
    """The same in a later version of the program: the table has another column."""

    version: ClassVar[int] = 2
    table = entries_table("tallies", Tally)
    table.append_column(Column("seen_at", Integer))
    metadata = table.metadata


def desk_on(store: Store, keys: Store) -> Toys:
    """A desk, as each process has its own."""
    return Toys("sample-sd", store, Keyring(keys, b"k" * 32))


def hear(desk: Toys, said: Iterable[tuple[str, int]]) -> None:
    """Hear numbers from sources, in this order."""
    for source, numbers in groupby(said, key=lambda each: each[0]):
        first, *others = [n for _, n in numbers]
        (hearing,) = desk.hear(source, first)
        for n in others:
            hearing.record(Heard(n=n), by="wire")
        desk.save(hearing)


def many(numbers: int = MANY) -> list[tuple[str, int]]:
    """Numbers from several sources."""
    return [(f"source-{n // 50}", n) for n in range(numbers)]


def number_of(source: str) -> UUID:
    """The number of a source's hearing."""
    return uuid5(NAMESPACE_OID, source)


def main() -> None:
    """Do one thing with the store at a URL, telling how far it is."""
    what, store, keys, version = sys.argv[1:]
    kind = NewerTallies if version == "2" else Tallies
    beside.BATCH = 100
    view.TELL_SECONDS = 0
    logging.basicConfig(stream=sys.stderr)
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stdout))
    desk = desk_on(Store(store), Store(keys))
    match what:
        case "start":
            tallies = kind(desk, desk.engine)
        case "rebuild":
            tallies = kind(desk, desk.engine)
            tallies.rebuild(lambda position, last: print(position, last, flush=True))  # noqa: T201
        case "hear":
            for line in sys.stdin:
                hear(desk, [("other-process", int(line))])
                print("heard", flush=True)  # noqa: T201
    if what != "hear":
        print("numbers", tallies.numbers(), flush=True)  # noqa: T201
    desk.close()


if __name__ == "__main__":
    main()
