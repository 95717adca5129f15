"""What the desks of both organisations share: the day, who is who, and what was heard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.complaints.reference import in_force
from shared.desk import Desk, utc_now
from shared.hearing import Heard, ReferenceView

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from services.complaints.policy import InForce
    from shared.aggregate import Event
    from shared.keyring import Keyring
    from shared.who_may import Standing
    from shared.wire.store import Store


class Office(Desk):
    """A complaints desk of one organisation, and the reference it works by."""

    name = "complaints"

    def __init__(
        self,
        org: str,
        store: Store,
        keyring: Keyring,
        *,
        counterpart: str,
        zone: ZoneInfo,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        super().__init__(org, store, keyring, now)
        self.counterpart = counterpart
        self.zone = zone
        self.reference = ReferenceView(self, self.engine)

    def appended(self, events: list[Event]) -> None:
        """Ask anew for the reference once a directory was heard."""
        if any(isinstance(event, Heard) for event in events):
            self.reference.forget()

    def today(self) -> date:
        """The local day (C-TIME-1)."""
        return self.now().astimezone(self.zone).date()

    def in_force(self, on: date | None = None) -> InForce:
        """What a decision of today is judged by, under the policy of a day."""
        return in_force(self.reference.current(), self.today(), on)

    def standing(self, staff: str) -> Standing:
        """The roles a person holds today."""
        return self.reference.current().standing(staff, self.today())
