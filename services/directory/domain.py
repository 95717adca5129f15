"""Schools, officers and people's names: what is listed, from when to when.

Of two listings of a school that hold on a day, the one that took effect later decides; one given
again for the same first day takes the place of the first. Decisions return an event or refuse.
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from pydantic import BaseModel

from services.directory.adoption import IncidentLimitsAdopted, PolicyAdopted
from services.directory.appointments import Appointed, PostEstablished
from services.directory.calendars import (
    CalendarLoaded,
    CalendarOpened,
    MakeUpDayAdded,
    SchoolClosed,
)
from services.directory.policy import check_period, officer_reference, school_slug
from shared.aggregate import Aggregate, CreatedEvent, Event
from shared.sealed import Sealed

# --- Schools --------------------------------------------------------------------------------------


class School(Aggregate):
    """A school, by the first day of each of its listings."""

    TOPIC = "school"

    def __init__(self) -> None:
        self.listings: dict[date, tuple[str, date | None]] = {}


class SchoolFacts(BaseModel):
    """What a listing says of a school."""

    school: str
    title: str
    effective_from: date
    effective_to: date | None

    def apply(self, school: School) -> None:
        told = (self.title, self.effective_to)
        school.listings = {**school.listings, self.effective_from: told}


class SchoolListed(SchoolFacts, CreatedEvent):
    """A school is in the program from a day on (C-TEAM-5)."""

    TOPIC: ClassVar[str] = "school.listed"


class SchoolAmended(SchoolFacts, Event):
    """A school's title or period changed (C-TEAM-5, C-DATA-8)."""

    TOPIC: ClassVar[str] = "school.amended"


def list_school(
    *, school: str, title: str, effective_from: date, effective_to: date | None
) -> SchoolListed:
    """Take a school into the program (C-TEAM-5)."""
    check_period(effective_from, effective_to)
    return SchoolListed(
        school=school_slug(school),
        title=title,
        effective_from=effective_from,
        effective_to=effective_to,
    )


def amend_school(
    *, school: str, title: str, effective_from: date, effective_to: date | None
) -> SchoolAmended:
    """List a school anew from a day on, or correct the listing of that day (C-DATA-8)."""
    check_period(effective_from, effective_to)
    return SchoolAmended(
        school=school, title=title, effective_from=effective_from, effective_to=effective_to
    )


# --- Officers -------------------------------------------------------------------------------------


class Officer(Aggregate):
    """An officer, by the first day of each of their listings."""

    TOPIC = "officer"

    def __init__(self) -> None:
        self.listings: dict[date, date | None] = {}


class OfficerFacts(BaseModel):
    """What a listing says of an officer."""

    officer: str
    effective_from: date
    effective_to: date | None

    def apply(self, officer: Officer) -> None:
        officer.listings = {**officer.listings, self.effective_from: self.effective_to}


class OfficerListed(OfficerFacts, CreatedEvent):
    """An officer serves in the program from a day on (C-TEAM-5)."""

    TOPIC: ClassVar[str] = "officer.listed"


class OfficerAmended(OfficerFacts, Event):
    """An officer's period of service changed (C-TEAM-5, C-DATA-8)."""

    TOPIC: ClassVar[str] = "officer.amended"


def list_officer(*, officer: str, effective_from: date, effective_to: date | None) -> OfficerListed:
    """Take an officer into the program, by badge reference (C-TEAM-5)."""
    check_period(effective_from, effective_to)
    return OfficerListed(
        officer=officer_reference(officer), effective_from=effective_from, effective_to=effective_to
    )


def amend_officer(
    *, officer: str, effective_from: date, effective_to: date | None
) -> OfficerAmended:
    """List an officer anew from a day on, or correct the listing of that day (C-DATA-8)."""
    check_period(effective_from, effective_to)
    return OfficerAmended(officer=officer, effective_from=effective_from, effective_to=effective_to)


# --- Names ----------------------------------------------------------------------------------------


class Person(Aggregate):
    """Whose name is known, sealed under a key of their own."""

    TOPIC = "person"

    def __init__(self) -> None:
        self.name: Sealed


class NameFacts(BaseModel):
    """A person's reference, and their name that only the directory opens."""

    person: str
    name: Sealed

    def apply(self, person: Person) -> None:
        person.name = self.name


class PersonNamed(NameFacts, CreatedEvent):
    """A name is known for a reference; it never leaves the directory (C-PRIV-1)."""

    TOPIC: ClassVar[str] = "person.named"


class PersonRenamed(NameFacts, Event):
    """A person's name changed (C-PRIV-1, C-DATA-8)."""

    TOPIC: ClassVar[str] = "person.renamed"


DirectoryEvent = (
    SchoolListed
    | SchoolAmended
    | OfficerListed
    | OfficerAmended
    | PersonNamed
    | PersonRenamed
    | PostEstablished
    | Appointed
    | CalendarOpened
    | CalendarLoaded
    | SchoolClosed
    | MakeUpDayAdded
    | PolicyAdopted
    | IncidentLimitsAdopted
)
