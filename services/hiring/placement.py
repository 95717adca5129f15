"""An officer's placement: who was appointed where, who stands in, and until when."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, ClassVar

from services.hiring.record import Value
from services.hiring.words import Keeper
from shared.aggregate import Aggregate, CreatedEvent, Event
from shared.errors import Refused
from shared.sealed import Sealed

if TYPE_CHECKING:
    from collections.abc import Collection


class Cover(Value):
    """Another officer in the place of an absent one (C-TEAM-5)."""

    officer: str
    from_on: date
    to_on: date


class Posting(Value):
    """Where an officer serves, as both organisations know it."""

    officer: str
    search: str
    candidate: str
    school: str
    from_on: date
    covers: tuple[Cover, ...] = ()
    removed_on: date | None = None
    removed_by: Keeper | None = None


class Placement(Aggregate):
    """One officer's posting."""

    TOPIC = "placement"

    def __init__(self) -> None:
        self.known: Posting


class SroAppointed(CreatedEvent):
    """The agency appointed whom the district accepted (C-HIRE-10, C-HIRE-11)."""

    TOPIC: ClassVar[str] = "placement.appointed"

    officer: str
    search: str
    candidate: str
    school: str
    from_on: date

    def apply(self, placement: Placement) -> None:
        placement.known = self.first()

    def first(self) -> Posting:
        """The posting at its beginning."""
        return Posting(
            officer=self.officer,
            search=self.search,
            candidate=self.candidate,
            school=self.school,
            from_on=self.from_on,
        )


class Moved(Event):
    """Something that changes a posting, which is known by its search."""

    search: str
    officer: str

    def apply(self, placement: Placement) -> None:
        placement.known = self.after(placement.known)

    def after(self, posting: Posting) -> Posting:
        """The posting once this has happened."""
        raise NotImplementedError


class SroReassigned(Moved):
    """The agency moved an officer to another school (C-TEAM-5)."""

    TOPIC: ClassVar[str] = "placement.reassigned"

    school: str
    from_on: date
    reasons: Sealed | None

    def after(self, posting: Posting) -> Posting:
        return posting.model_copy(update={"school": self.school, "from_on": self.from_on})


class SroRemoved(Moved):
    """Either organisation ended an officer's service in the program (C-TEAM-5)."""

    TOPIC: ClassVar[str] = "placement.removed"

    keeper: Keeper
    removed_on: date
    reasons: Sealed | None

    def after(self, posting: Posting) -> Posting:
        if posting.removed_on is not None:  # both removed at once: the first day stands
            return posting
        gone = {"removed_on": self.removed_on, "removed_by": self.keeper}
        return posting.model_copy(update=gone)


class CoverArranged(Moved):
    """Another officer stands in while one is absent (C-TEAM-5)."""

    TOPIC: ClassVar[str] = "placement.cover_arranged"

    cover: str
    from_on: date
    to_on: date

    def after(self, posting: Posting) -> Posting:
        cover = Cover(officer=self.cover, from_on=self.from_on, to_on=self.to_on)
        return posting.model_copy(update={"covers": (*posting.covers, cover)})


PlacementEvent = SroAppointed | SroReassigned | SroRemoved | CoverArranged


def reassign(placement: Placement, school: str, *, from_on: date, reasons: Sealed) -> SroReassigned:
    """Move an officer to another school (C-TEAM-5)."""
    known = _serving(placement)
    if school == known.school:
        raise Refused("C-TEAM-5", "the officer serves there: choose another school", "school")
    if from_on < known.from_on:
        raise Refused("C-TEAM-5", f"choose a day from {known.from_on} on", "from_on")
    return SroReassigned(
        search=known.search, officer=known.officer, school=school, from_on=from_on, reasons=reasons
    )


def remove(
    placement: Placement, keeper: Keeper, *, removed_on: date, reasons: Sealed
) -> SroRemoved:
    """End an officer's service in the program (C-TEAM-5)."""
    known = _serving(placement)
    if removed_on < known.from_on:
        raise Refused("C-TEAM-5", f"choose a day from {known.from_on} on", "removed_on")
    return SroRemoved(
        search=known.search,
        officer=known.officer,
        keeper=keeper,
        removed_on=removed_on,
        reasons=reasons,
    )


def arrange_cover(
    placement: Placement, cover: str, officers: Collection[str], *, from_on: date, to_on: date
) -> CoverArranged:
    """Let another officer of the program stand in for some days (C-TEAM-5)."""
    known = _serving(placement)
    if cover == known.officer or cover not in officers:
        raise Refused("C-TEAM-5", "choose another officer of the program", "cover")
    if to_on < from_on:
        raise Refused("C-TEAM-5", "the last day is before the first: correct one", "to_on")
    if any(each.from_on <= to_on and from_on <= each.to_on for each in known.covers):
        raise Refused("C-TEAM-5", "somebody stands in on these days: choose others", "from_on")
    return CoverArranged(
        search=known.search, officer=known.officer, cover=cover, from_on=from_on, to_on=to_on
    )


def _serving(placement: Placement) -> Posting:
    if placement.known.removed_on is not None:
        raise Refused("C-TEAM-5", "the officer serves in the program no more", "officer")
    return placement.known
