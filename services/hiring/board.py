"""The read models: every search, and every posting, as they are now."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from services.hiring.events import Happened, SearchEvent, SearchOpened
from services.hiring.placement import Moved, PlacementEvent, Posting, SroAppointed
from services.hiring.record import Record
from shared.wire.entries import Entries, entries_table

if TYPE_CHECKING:
    from shared.aggregate import Event


class Board(Entries[Record]):
    """Every search."""

    name = "hiring_searches"
    table = entries_table("hiring_searches", Record)
    metadata = table.metadata
    shown = frozenset(get_args(SearchEvent))

    def after(self, event: Event, entry: Record | None) -> Record:
        """The record once this has happened."""
        if isinstance(event, SearchOpened):
            return event.first()
        assert isinstance(event, Happened)
        assert entry is not None, "a search is opened first"
        return event.after(entry)

    def records(self) -> list[Record]:
        """Every search, the latest first."""
        return sorted(self.all_entries(), key=lambda r: (r.opened_on, r.search), reverse=True)


class Postings(Entries[Posting]):
    """Every officer's posting that a search led to."""

    name = "hiring_postings"
    table = entries_table("hiring_postings", Posting)
    metadata = table.metadata
    shown = frozenset(get_args(PlacementEvent))

    def after(self, event: Event, entry: Posting | None) -> Posting:
        """The posting once this has happened."""
        if isinstance(event, SroAppointed):
            return event.first()
        assert isinstance(event, Moved)
        assert entry is not None, "an officer is appointed first"
        return event.after(entry)
