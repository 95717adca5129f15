"""Students as the district's own roster lists them: who they are is sealed under their own key.

A student is known here by a reference that tells nothing; only the holder of the organisation's
key can say which student number it stands for. Nothing about students leaves the district
(C-INC-6); see docs/decisions/ on why the roster is kept here.
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.incidents.dimensions import Answers, Plan
from shared.aggregate import Aggregate, CreatedEvent, Event
from shared.errors import Refused
from shared.sealed import Sealed


class Person(BaseModel):
    """Who a student is, as the roster says."""

    model_config = ConfigDict(frozen=True)

    sourced_id: str
    number: str
    given_name: str
    family_name: str
    school: str
    """The school's identifier, else its sourcedId; empty where the roster names none."""
    grades: str


class Listing(BaseModel):
    """What is sealed of a listing."""

    model_config = ConfigDict(frozen=True)

    person: Person
    answers: Answers


class Plans(BaseModel):
    """What is sealed of a student's plans."""

    model_config = ConfigDict(frozen=True)

    plans: tuple[Plan, ...]


class Student(Aggregate):
    """A student's latest listing."""

    TOPIC = "student"

    def __init__(self) -> None:
        self.left_on: date | None = None


class StudentListed(CreatedEvent):
    """A student is on the roster, with what counts need to know of them (C-DATA-3)."""

    TOPIC: ClassVar[str] = "student.listed"

    number: UUID
    """Stands for the student number."""
    listing: Sealed
    """A `Listing`."""
    effective_on: date

    def apply(self, student: Student) -> None:
        """Nothing that decisions look at."""


class StudentChanged(Event):
    """The roster tells something else of a student from a day on, or has them back (C-DATA-3)."""

    TOPIC: ClassVar[str] = "student.changed"

    number: UUID
    listing: Sealed
    effective_on: date

    def apply(self, student: Student) -> None:
        student.left_on = None


class StudentLeft(Event):
    """A student is no longer on the roster; what was listed stays for the days before."""

    TOPIC: ClassVar[str] = "student.left"

    left_on: date

    def apply(self, student: Student) -> None:
        student.left_on = self.left_on


class PlansListed(Event):
    """All plans of a student that the district knows of, with their days (C-DATA-3)."""

    TOPIC: ClassVar[str] = "student.plans_listed"

    plans: Sealed
    """`Plans`."""

    def apply(self, student: Student) -> None:
        """Nothing that decisions look at."""


StudentEvent = StudentListed | StudentChanged | StudentLeft | PlansListed


def leave(student: Student, *, left_on: date) -> StudentLeft:
    """Take a student off the roster."""
    if student.left_on is not None:
        raise Refused("C-DATA-9", "the student has left already: nothing to do", "status")
    return StudentLeft(left_on=left_on)
