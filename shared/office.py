"""An office: a desk that works by the directories, so it knows the local day and who is who."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from shared.desk import Desk, utc_now
from shared.hearing import Heard, ReferenceView
from shared.keyring import Keyring, master_key

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from shared.aggregate import Event
    from shared.settings import Settings
    from shared.who_may import Standing
    from shared.wire.store import Store


class Office(Desk):
    """A desk of one organisation of two, and the reference it works by."""

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
        self.furnish()

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The office of an organisation, on its service's store and keys."""
        master = master_key(settings.master_key_file(cls.name))
        return cls(
            settings.org,
            settings.store(cls.name),
            Keyring(settings.keys(cls.name), master),
            counterpart=settings.counterpart,
            zone=settings.time_zone,
        )

    def furnish(self) -> None:
        """Make the read models and what else a desk has beside its reference."""

    def appended(self, events: list[Event]) -> None:
        """Ask anew for the reference once a directory was heard."""
        if any(isinstance(event, Heard) for event in events):
            self.reference.forget()

    def today(self) -> date:
        """The local day (C-TIME-1)."""
        return self.now().astimezone(self.zone).date()

    def standing(self, staff: str) -> Standing:
        """The roles a person holds today."""
        return self.reference.current().standing(staff, self.today())
