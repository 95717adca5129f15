"""Synthetic calls and incidents for tests: two organisations that know one school year."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from services.incidents.call import CallFacts
from services.incidents.calls_desk import CallsDesk, Told
from services.incidents.district_desk import DistrictDesk
from services.incidents.published import publish
from services.incidents.received import from_agency, from_district
from services.incidents.words import Channel
from shared.contracts.directory import (
    CalendarLoadedV1,
    OfficerListedV1,
    SchoolListedV1,
    SpanV1,
    StaffAppointedV1,
)
from shared.hearing import heard
from shared.keyring import Keyring
from shared.wire.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from services.incidents.application import IncidentsDesk

ZONE = ZoneInfo("America/Los_Angeles")
DISTRICT, AGENCY = "sample-sd", "sample-pd"
OFFICER, OTHER_OFFICER = "officer-12", "officer-15"
SCHOOL, OTHER_SCHOOL = "sample-valley-high", "fixture-peak-high"
REVIEWER, CHIEF = "agency-2", "agency-1"
PRINCIPAL, OTHER_PRINCIPAL, DIRECTOR, CLERK = "staff-1", "staff-2", "staff-5", "staff-7"
LISTED_ON = date(2025, 8, 1)
TODAY = date(2026, 3, 2)
"""A Monday."""
NUMBER = "SV26-000123"
CALENDAR = CalendarLoadedV1(
    calendar_id="sample-sd-2025-26",
    version=1,
    school_year="2025-26",
    loaded_on=date(2025, 3, 12),
    covers_from=date(2025, 9, 1),
    covers_to=date(2026, 8, 31),
    first_day=date(2025, 9, 3),
    last_day=date(2026, 6, 17),
    weekdays=(1, 2, 3, 4, 5),
    no_school=(SpanV1(from_=date(2026, 3, 6), to=date(2026, 3, 6), reason="Conferences"),),
    added_days=(),
    closures=(),
    sha256="0" * 64,
)


class At:
    """A clock that stands at an instant: noon of a day unless it is set otherwise."""

    def __init__(self, day: date) -> None:
        self.now = datetime.combine(day, time(20), UTC)

    def set(self, day: date) -> None:
        self.now = datetime.combine(day, time(20), UTC)

    def __call__(self) -> datetime:
        return self.now


def instant(day: date = TODAY, hour: int = 9) -> datetime:
    """A local hour of a day."""
    return datetime.combine(day, time(hour), ZONE).astimezone(UTC)


def facts(day: date = TODAY, **other: Any) -> CallFacts:
    at = instant(day)
    times = {
        "received_at": at,
        "dispatched_at": at + timedelta(minutes=2),
        "arrived_at": at + timedelta(minutes=9),
        "closed_at": at + timedelta(minutes=50),
    }
    return CallFacts(**{"school": SCHOOL, "call_type": "35", "priority": "1A", **times, **other})


def told(number: str = NUMBER, day: date = TODAY, **other: Any) -> Told:
    return Told(number, facts(day, **other))


def received(desk: CallsDesk, number: str = NUMBER, day: date = TODAY, **other: Any) -> None:
    assert desk.receive(told(number, day, **other), by=REVIEWER, channel=Channel.PAGE)


def calls_desk(folder: Path, at: At) -> CallsDesk:
    """The agency's desk on a store in a folder, told of the program."""
    desk = CallsDesk(AGENCY, *_stores(folder, AGENCY), counterpart=DISTRICT, zone=ZONE, now=at)
    tell(desk)
    return desk


def district_desk(folder: Path, at: At) -> DistrictDesk:
    """The district's desk on a store in a folder, told of the program."""
    desk = DistrictDesk(DISTRICT, *_stores(folder, DISTRICT), counterpart=AGENCY, zone=ZONE, now=at)
    tell(desk)
    return desk


def _stores(folder: Path, org: str) -> tuple[Store, Keyring]:
    folder.mkdir(exist_ok=True)
    store = Store(f"sqlite:///{folder}/{org}.sqlite")
    return store, Keyring(Store(f"sqlite:///{folder}/{org}-keys.sqlite"), b"0" * 32)


def tell(desk: IncidentsDesk) -> None:
    """Let a desk hear both directories."""
    district: list[Any] = [
        SchoolListedV1(school=school, title=title, effective_from=LISTED_ON, effective_to=None)
        for school, title in ((SCHOOL, "Sample Valley High"), (OTHER_SCHOOL, "Fixture Peak High"))
    ]
    district += [CALENDAR]
    agency: list[Any] = [
        OfficerListedV1(officer=officer, effective_from=LISTED_ON, effective_to=None)
        for officer in (OFFICER, OTHER_OFFICER)
    ]
    if desk.org == AGENCY:
        agency += [_appointed(REVIEWER, "agency_reviewer"), _appointed(CHIEF, "agency_head")]
    else:
        district += [
            _appointed(PRINCIPAL, "principal", SCHOOL),
            _appointed(OTHER_PRINCIPAL, "principal", OTHER_SCHOOL),
            _appointed(DIRECTOR, "director"),
            _appointed(CLERK, "tip_line_operator"),
        ]
    for publisher, told_ in ((DISTRICT, district), (AGENCY, agency)):
        for contract in told_:
            desk.save(*heard(publisher, contract))


def _appointed(staff: str, role: Any, school: str | None = None) -> StaffAppointedV1:
    return StaffAppointedV1(
        staff=staff, role=role, school=school, effective_from=LISTED_ON, effective_to=None
    )


class Crossing:
    """Carries what each side publishes to the other, as the bus does, in order and once."""

    def __init__(self, agency: CallsDesk, district: DistrictDesk) -> None:
        self._agency, self._district = agency, district
        self._done = {AGENCY: 0, DISTRICT: 0}
        self.carried: list[Any] = []

    def carry(self) -> None:
        """Carry both ways until nothing is left."""
        while self._from(self._agency, self._to_district) + self._from(
            self._district, self._to_agency
        ):
            pass

    def _from(self, desk: IncidentsDesk, deliver: Any) -> int:
        found = 0
        for position, event in desk.history(self._done[desk.org], 100_000):
            self._done[desk.org] = position
            for audience, contract in publish(desk.counterpart, event):
                assert audience == desk.counterpart
                as_read = type(contract).model_validate_json(contract.model_dump_json())
                self.carried.append(as_read)
                deliver(as_read)
                found += 1
        return found

    def _to_district(self, contract: Any) -> None:
        self._district.save(*from_agency(self._district, contract))

    def _to_agency(self, contract: Any) -> None:
        self._agency.save(*from_district(self._agency, contract))
