"""Synthetic schools, people, calendars and policies for tests."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from services.directory.adoption import (
    ComplaintRules,
    IncidentLimits,
    IncidentLimitsAdopted,
    PolicyAdopted,
    Rule,
)
from services.directory.application import DirectoryDesk
from services.directory.appointments import Appointed, PostEstablished
from services.directory.calendars import (
    CalendarLoaded,
    CalendarOpened,
    MakeUpDayAdded,
    SchoolClosed,
)
from services.directory.domain import (
    OfficerAmended,
    OfficerListed,
    PersonNamed,
    PersonRenamed,
    SchoolAmended,
    SchoolListed,
)
from services.directory.policy import Role
from shared.keyring import Keyring, master_key
from shared.school_calendar import CalendarVersion, DeclaredDay
from shared.sealed import Sealed
from shared.wire.store import Store

if TYPE_CHECKING:
    from services.directory.domain import DirectoryEvent
    from services.directory.policy import Kind

PROGRAM = Path(__file__).parents[2] / "samples"
DISTRICT, AGENCY = "snohomish-sd", "snohomish-pd"
ZONE = ZoneInfo("America/Los_Angeles")
TODAY = date(2026, 1, 20)
FROM = date(2025, 8, 1)
SNOW = date(2026, 1, 21)
NOT_A_WEEKDAY = date(2026, 1, 24)


def program(name: str, org: str = DISTRICT) -> bytes:
    """A file of the sample program."""
    return (PROGRAM / org / name).read_bytes()


def calendar_file(**changes: Any) -> bytes:
    """The calendar of 2025-26, with changes."""
    return json.dumps(json.loads(program("calendar-2025-26.json")) | changes).encode()


def policy_file(**changes: Any) -> bytes:
    """The sample policy, with changes."""
    return json.dumps(json.loads(program("policy.json")) | changes).encode()


def version(**changes: Any) -> CalendarVersion:
    return CalendarVersion.read(json.loads(calendar_file(**changes)))


def loaded(**changes: Any) -> CalendarLoaded:
    return CalendarLoaded(calendar=version(**changes), source="", sha256="00")


def declared(on: date = SNOW, *schools: str, declared_on: date = TODAY) -> DeclaredDay:
    return DeclaredDay(on=on, declared_on=declared_on, reason="snow", schools=schools)


def sealed(what: str) -> Sealed:
    return Sealed(subject=UUID(int=7), box=f"<sealed {what}>")


def school_listed(**changes: Any) -> SchoolListed:
    facts: dict[str, Any] = {
        "school": "sample-valley-high",
        "title": "Sample Valley High School",
        "effective_from": FROM,
        "effective_to": None,
    }
    return SchoolListed(**(facts | changes))


def established(role: Role = Role.DIRECTOR, school: str | None = None) -> PostEstablished:
    return PostEstablished(role=role, school=school)


def appointed(staff: str, effective_from: date, effective_to: date | None) -> Appointed:
    return Appointed(
        staff=staff,
        role=Role.DIRECTOR,
        school=None,
        effective_from=effective_from,
        effective_to=effective_to,
    )


def adopted(**changes: Any) -> PolicyAdopted:
    rules = ComplaintRules(
        filing=Rule(unit="calendar_days", count=10, roll="next_business_day"),
        agency_notice=None,
        acknowledgement=None,
        determination=Rule(unit="school_days", count=20),
        appeal_filing=None,
        appeal_response=None,
        agency_silence=None,
        extension_allowed=("appeal_response",),
        anonymous=True,
        signed_form_required=False,
        channels=("form",),
    )
    facts: dict[str, Any] = {
        "policy_id": "snohomish-sd",
        "version": "2021-04-28",
        "title": "Procedure 4311P",
        "effective_from": date(2021, 4, 28),
        "effective_to": None,
        "complaint": rules,
        "source": "",
        "sha256": "00",
    }
    return PolicyAdopted(**(facts | changes))


ONE_OF_EACH: list[DirectoryEvent] = [
    school_listed(),
    SchoolAmended(
        school="sample-valley-high",
        title="Sample Valley High",
        effective_from=FROM,
        effective_to=TODAY,
    ),
    OfficerListed(officer="officer-12", effective_from=FROM, effective_to=None),
    OfficerAmended(officer="officer-12", effective_from=FROM, effective_to=TODAY),
    PersonNamed(person="staff-4", name=sealed("name")),
    PersonRenamed(person="staff-4", name=sealed("new name")),
    established(Role.PRINCIPAL, "sample-valley-high"),
    appointed("staff-5", FROM, None),
    CalendarOpened(),
    loaded(closures=[{"date": "2026-01-21", "declared_on": "2026-01-20", "reason": "snow"}]),
    SchoolClosed(day=declared(SNOW, "sample-valley-high")),
    MakeUpDayAdded(day=declared(NOT_A_WEEKDAY)),
    adopted(),
    IncidentLimitsAdopted(
        policy_id="snohomish-sd",
        version="2021-04-28",
        effective_from=date(2021, 4, 28),
        effective_to=None,
        limits=IncidentLimits(discipline=Rule(unit="school_days", count=5, source="C-INC-5")),
    ),
]


class Clock:
    """A clock that stands at noon of a day until it is moved."""

    def __init__(self, today: date = TODAY) -> None:
        self.today = today

    def __call__(self) -> datetime:
        """Noon of the day, in the organisation's zone."""
        noon = datetime(self.today.year, self.today.month, self.today.day, 12, tzinfo=ZONE)
        return noon.astimezone(UTC)


def desk_in(folder: Path, kind: Kind = "district", clock: Clock | None = None) -> DirectoryDesk:
    """A desk on a SQLite file in a folder."""
    return DirectoryDesk(
        DISTRICT if kind == "district" else AGENCY,
        Store(f"sqlite:///{folder}/{kind}.sqlite"),
        Keyring(Store(f"sqlite:///{folder}/{kind}-keys.sqlite"), master_key(folder / "master.key")),
        kind=kind,
        zone=ZONE,
        now=clock or Clock(),
    )
