"""Read models with one entry an aggregate: a card of the thing as it is now."""

from __future__ import annotations

from abc import abstractmethod
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from pydantic import BaseModel
from sqlalchemy import Column, MetaData, String, Table, select

from shared.wire.rows import Json
from shared.wire.view import View

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from shared.aggregate import Event
    from shared.wire.rows import Rows

_key = lru_cache(maxsize=4_096)(str)
"""An aggregate's id as the table has it; its events mostly lie close together."""
E = TypeVar("E", bound=BaseModel)


def entries_table(name: str, entry: type[BaseModel]) -> Table:
    """A table of entries by the id of their aggregate."""
    return Table(
        name,
        MetaData(),
        Column("id", String, primary_key=True),
        Column("entry", Json(entry), nullable=False),
    )


class Entries(View, Generic[E]):
    """Entries, each changed by the events of its aggregate.

    A subclass gives its table, the events it shows, and what an entry is after one of them.
    """

    table: ClassVar[Table]
    shown: ClassVar[frozenset[type[Event]]]

    @abstractmethod
    def after(self, event: Event, entry: E | None) -> E:
        """The entry once this has happened, the same one if nothing of it changes.

        There is none before the aggregate's first event.
        """

    def load(self, rows: Rows, events: Sequence[Event]) -> None:
        """Read the entries that these events change at once."""
        numbers = {event.originator_id for event in events if self._shows(event)}
        rows.load(self.table, ((_key(number),) for number in numbers))

    def apply(self, rows: Rows, event: Event, position: int) -> None:
        """Take in the next event of the history."""
        if self._shows(event):
            key = _key(event.originator_id)
            row = rows.get(self.table, key)
            entry = row["entry"] if row else None
            after = self.after(event, entry)
            if after is not entry:
                rows.put(self.table, {"id": key, "entry": after})

    def all_entries(self) -> Sequence[E]:
        """Every entry, in no order."""
        with self.reading() as connection:
            return connection.execute(select(self.table.c.entry)).scalars().all()

    def entry(self, number: UUID) -> E | None:
        """The entry of one aggregate."""
        with self.reading() as connection:
            mine = select(self.table.c.entry).where(self.table.c.id == _key(number))
            entry: E | None = connection.execute(mine).scalar()
        return entry

    def _shows(self, event: Event) -> bool:
        return type(event) in self.shown
