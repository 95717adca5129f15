"""Synthetic complaints for tests: a school year with a spring recess, two schools, their staff."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from services.complaints.application import ComplaintsDesk
from services.complaints.policy import InForce, Policy
from services.complaints.reference import heard
from services.complaints.review_desk import ReviewsDesk
from shared.contracts.directory import (
    CalendarLoadedV1,
    OfficerListedV1,
    SchoolListedV1,
    SpanV1,
    StaffAppointedV1,
)
from shared.keyring import Keyring
from shared.school_calendar import Calendars, CalendarVersion
from shared.sealed import Sealed
from shared.wire.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from shared.desk import Desk

ZONE = ZoneInfo("America/Los_Angeles")
DISTRICT, AGENCY = "snohomish-sd", "snohomish-pd"
SUBJECT = UUID(int=7)
STORY = "Jordan Sample was pushed at the east door."
NAME = "Jordan Sample"
CONTACT = "jordan@example.invalid"

MONDAY = date(2026, 3, 2)
DUE = date(2026, 3, 30)
"""20 school days after Monday 2 March: no day off in between."""

CALENDAR = CalendarLoadedV1(
    calendar_id="snohomish-sd-2025-26",
    version=1,
    school_year="2025-26",
    loaded_on=date(2025, 3, 12),
    covers_from=date(2025, 9, 1),
    covers_to=date(2026, 8, 31),
    first_day=date(2025, 9, 3),
    last_day=date(2026, 6, 17),
    weekdays=(1, 2, 3, 4, 5),
    no_school=(
        SpanV1(from_=date(2026, 4, 6), to=date(2026, 4, 10), reason="Spring break"),
        SpanV1(from_=date(2026, 5, 25), to=date(2026, 5, 25), reason="Memorial Day"),
    ),
    added_days=(),
    closures=(),
    sha256="0" * 64,
)
CALENDARS = Calendars(versions=(CalendarVersion.model_validate(CALENDAR.model_dump(mode="json")),))


def on(day: date, policy: Policy | None = None) -> InForce:
    """What is in force when a decision is taken on that day."""
    return InForce(policy or Policy(), CALENDARS, day)


def sealed(what: str) -> Sealed:
    return Sealed(subject=SUBJECT, box=f"<sealed {what}>")


SINCE = date(2025, 8, 1)
PEOPLE = {
    "staff-1": ("principal", "sample-valley-high"),
    "staff-2": ("principal", "fixture-peak-high"),
    "staff-3": ("designee", "sample-valley-high"),
    "staff-4": ("superintendent", None),
    "staff-5": ("director", None),
    "staff-6": ("superintendent_designee", None),
    "staff-7": ("tip_line_operator", None),
}
REVIEWERS: dict[str, tuple[Any, str | None]] = {
    "reviewer-1": ("agency_reviewer", None),
    "chief-1": ("agency_head", None),
}


def district_directory() -> list[Any]:
    """What the district's directory tells."""
    schools = {"sample-valley-high": "Sample Valley High", "fixture-peak-high": "Fixture Peak High"}
    listed = [
        SchoolListedV1(school=key, title=title, effective_from=SINCE, effective_to=None)
        for key, title in schools.items()
    ]
    return [*listed, *appointed(PEOPLE), CALENDAR]


def agency_directory() -> list[Any]:
    """What the agency's directory tells."""
    officers = [
        OfficerListedV1(officer=key, effective_from=SINCE, effective_to=None)
        for key in ("officer-12", "officer-15")
    ]
    return [*officers, *appointed(REVIEWERS)]


def appointed(people: dict[str, tuple[Any, str | None]]) -> list[StaffAppointedV1]:
    return [
        StaffAppointedV1(
            staff=staff, role=role, school=school, effective_from=SINCE, effective_to=None
        )
        for staff, (role, school) in people.items()
    ]


def hear(desk: Desk, publisher: str, contracts: Iterable[Any]) -> None:
    """Let a desk hear of contracts of a directory."""
    for contract in contracts:
        desk.save(*heard(publisher, contract))


class At:
    """A clock that tests set; noon of a local day unless told otherwise."""

    def __init__(self, day: date) -> None:
        self.day = day
        self.time = time(12)

    def __call__(self) -> datetime:
        return datetime.combine(self.day, self.time, ZONE).astimezone(UTC)


def district_desk(folder: Path, at: At, *, store: Store | None = None) -> ComplaintsDesk:
    """A desk of the district that has heard of the program."""
    keyring = Keyring(Store(f"sqlite:///{folder}/keys.sqlite"), b"k" * 32)
    store = store or Store(f"sqlite:///{folder}/complaints.sqlite")
    desk = ComplaintsDesk(DISTRICT, store, keyring, counterpart=AGENCY, zone=ZONE, now=at)
    hear(desk, DISTRICT, district_directory())
    hear(desk, AGENCY, agency_directory()[:2])
    return desk


def agency_desk(folder: Path, at: At) -> ReviewsDesk:
    """A desk of the agency that has heard of the program."""
    keyring = Keyring(Store(f"sqlite:///{folder}/pd-keys.sqlite"), b"p" * 32)
    store = Store(f"sqlite:///{folder}/pd-complaints.sqlite")
    desk = ReviewsDesk(AGENCY, store, keyring, counterpart=DISTRICT, zone=ZONE, now=at)
    hear(desk, AGENCY, agency_directory())
    return desk
