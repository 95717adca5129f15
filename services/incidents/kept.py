"""What either desk also keeps: places of schools, views of records, notices, trained askers."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from shared.aggregate import Aggregate, CreatedEvent, Event


class Line(BaseModel):
    """A line of a list."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# --- Places ---------------------------------------------------------------------------------------


class Place(Aggregate):
    """An address in the dispatch system that is a school's."""

    TOPIC = "place"

    def __init__(self) -> None:
        self.school = ""


class PlaceListed(CreatedEvent):
    """An address of the dispatch system is a school's (C-DATA-2)."""

    TOPIC: ClassVar[str] = "place.listed"

    address: str
    zip: str
    school: str

    def apply(self, place: Place) -> None:
        place.school = self.school


class PlaceMoved(Event):
    """The address is another school's from now on."""

    TOPIC: ClassVar[str] = "place.moved"

    address: str
    zip: str
    school: str

    def apply(self, place: Place) -> None:
        place.school = self.school


class PlaceLine(Line):
    """A place."""

    address: str
    zip: str
    school: str


# --- Buildings ------------------------------------------------------------------------------------


class Building(Aggregate):
    """What the student information system calls a school."""

    TOPIC = "building"

    def __init__(self) -> None:
        self.codes = Codes(building="", school_id=None)


class Codes(Line):
    """The codes of a school."""

    building: str
    """BuildingCode in Skyward."""
    school_id: int | None
    """SchoolId in Ed-Fi, where the district reports to one."""


class BuildingListed(CreatedEvent):
    """The student information system knows a school by these codes (C-DATA-3)."""

    TOPIC: ClassVar[str] = "building.listed"

    school: str
    codes: Codes

    def apply(self, building: Building) -> None:
        building.codes = self.codes


class BuildingChanged(Event):
    """The student information system knows a school by other codes from now on."""

    TOPIC: ClassVar[str] = "building.changed"

    school: str
    codes: Codes

    def apply(self, building: Building) -> None:
        building.codes = self.codes


# --- Views ----------------------------------------------------------------------------------------


class Viewing(Aggregate):
    """Somebody looked at what is confidential."""

    TOPIC = "viewing"


class RecordViewed(CreatedEvent):
    """Who looked at what, or was refused (C-PRIV-8, C-DATA-4); `by` is who."""

    TOPIC: ClassVar[str] = "record.viewed"

    what: str
    """The list or the reference."""
    refused: bool


class View(Line):
    """Who looked at what."""

    what: str
    by: str
    refused: bool
    at: datetime


# --- Notices of the district, at the agency -------------------------------------------------------


class Notice(Aggregate):
    """Something the district told the agency."""

    TOPIC = "notice"


class NoticeReceived(CreatedEvent):
    """The district told of a missing call, a questioning, or the boundary (C-DATA-2, C-DISC-3)."""

    TOPIC: ClassVar[str] = "notice.received"

    kind: str
    """Name of the contract."""
    reference: str
    officer: str | None
    school: str | None
    detail: str
    on: date


class NoticeLine(Line):
    """A notice."""

    kind: str
    reference: str
    officer: str | None
    school: str | None
    detail: str
    on: date


# --- Who may ask an officer -----------------------------------------------------------------------


class Lesson(Aggregate):
    """A training on when to ask an officer, as the training service told."""

    TOPIC = "lesson"


class StaffTrained(CreatedEvent):
    """Staff of the district had the training on when to ask an officer (C-INT-5)."""

    TOPIC: ClassVar[str] = "lesson.held"

    held_on: date
    expires_on: date | None
    staff: tuple[str, ...]


class LessonLine(Line):
    """A lesson."""

    held_on: date
    expires_on: date | None
    staff: tuple[str, ...]

    def counts(self, staff: str, on: date) -> bool:
        """Whether a person's training holds on a day."""
        ends = self.expires_on
        return staff in self.staff and self.held_on <= on and (ends is None or on <= ends)


# --- Complaints -----------------------------------------------------------------------------------


class Counted(Aggregate):
    """A complaint, as the complaints service told of it."""

    TOPIC = "counted"


class ComplaintTold(CreatedEvent):
    """There is a complaint about an officer, or its school became known or was wrong (C-DATA-5)."""

    TOPIC: ClassVar[str] = "complaint.told"

    number: str
    received_on: date | None
    """None where it was told before."""
    school: str | None


KeptEvent = (
    PlaceListed
    | PlaceMoved
    | BuildingListed
    | BuildingChanged
    | RecordViewed
    | NoticeReceived
    | StaffTrained
    | ComplaintTold
)
