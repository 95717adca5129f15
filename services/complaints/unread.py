"""A tip that could not be read: kept whole until a person has looked at it (C-COMP-2)."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from shared.aggregate import Aggregate, CreatedEvent, Event
from shared.errors import Refused
from shared.sealed import Sealed


class UnreadTip(Aggregate):
    """One message to the tip line that no program could read."""

    TOPIC = "unread_tip"

    def __init__(self) -> None:
        self.raw: Sealed
        self.settled = False


class TipSetAside(CreatedEvent):
    """A message to the tip line could not be read; it waits for a person (C-COMP-2)."""

    TOPIC: ClassVar[str] = "unread_tip.set_aside"

    field: str
    reason: str
    size_bytes: int
    raw: Sealed
    """The message as it came, in base64."""
    set_aside_on: date

    def apply(self, tip: UnreadTip) -> None:
        """Remember the message."""
        tip.raw = self.raw


class TipSettled(Event):
    """A person read the message: it became a complaint, or is none (C-COMP-2, C-COMP-4)."""

    TOPIC: ClassVar[str] = "unread_tip.settled"

    number: str | None
    """The complaint it became; None when it is no complaint."""
    settled_on: date

    def apply(self, tip: UnreadTip) -> None:
        """It waits no more."""
        tip.settled = True


UnreadTipEvent = TipSetAside | TipSettled


def settle(tip: UnreadTip, today: date, *, number: str | None) -> TipSettled:
    """Say what became of it, once."""
    if tip.settled:
        raise Refused("C-COMP-2", "somebody has dealt with this message already")
    return TipSettled(number=number, settled_on=today)
