"""The roster: each listing of each student with its first day, sealed as it was recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from sqlalchemy import Column, Date, Index, MetaData, String, Table, select

from services.incidents.students import PlansListed, StudentChanged, StudentLeft, StudentListed
from shared.sealed import Sealed
from shared.wire.rows import Json
from shared.wire.view import View

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from shared.aggregate import Event
    from shared.wire.rows import Rows

ASKED_MAX = 500
METADATA = MetaData()
STUDENTS = Table(
    "students",
    METADATA,
    Column("student", String, primary_key=True),
    Column("number", String, nullable=False),
    Column("listing", Json(Sealed), nullable=False),
    Column("plans", Json(Sealed)),
    Column("left_on", Date),
)
Index("students_by_number", STUDENTS.c.number)
LISTINGS = Table(
    "student_listings",
    METADATA,
    Column("student", String, primary_key=True),
    Column("effective_on", Date, primary_key=True),
    Column("listing", Json(Sealed), nullable=False),
)


class Held(NamedTuple):
    """What the roster holds of a student now."""

    listing: Sealed
    plans: Sealed | None
    has_left: bool


class Roster(View):
    """Who is listed, under which references, and as what on which day."""

    name = "roster"
    metadata = METADATA

    def load(self, rows: Rows, events: Sequence[Event]) -> None:
        """Read the students that a batch is about with one question."""
        rows.load(STUDENTS, ((str(event.originator_id),) for event in events))

    def apply(self, rows: Rows, event: Event, position: int) -> None:
        """Take in the next event of the history."""
        student = str(event.originator_id)
        match event:
            case StudentListed() | StudentChanged():
                held = rows.get(STUDENTS, student) or {"plans": None}
                told = {"student": student, "listing": event.listing}
                rows.put(
                    STUDENTS,
                    told | {"number": str(event.number), "plans": held["plans"], "left_on": None},
                )
                rows.put(LISTINGS, told | {"effective_on": event.effective_on})
            case StudentLeft():
                rows.put(
                    STUDENTS, {**(rows.get(STUDENTS, student) or {}), "left_on": event.left_on}
                )
            case PlansListed():
                rows.put(STUDENTS, {**(rows.get(STUDENTS, student) or {}), "plans": event.plans})

    def held(self, students: Iterable[UUID]) -> dict[UUID, Held]:
        """What is held of some students; those who were never listed are left out."""
        names = [str(student) for student in students]
        found: dict[UUID, Held] = {}
        with self.reading() as connection:
            for start in range(0, len(names), ASKED_MAX):
                some = STUDENTS.c.student.in_(names[start : start + ASKED_MAX])
                for row in connection.execute(select(STUDENTS).where(some)):
                    held = Held(row.listing, row.plans, row.left_on is not None)
                    found[UUID(row.student)] = held
        return found

    def present(self) -> set[UUID]:
        """Everybody who has not left."""
        here = select(STUDENTS.c.student).where(STUDENTS.c.left_on.is_(None))
        with self.reading() as connection:
            return {UUID(student) for student in connection.execute(here).scalars()}

    def numbers(self) -> dict[UUID, UUID]:
        """Each student by what stands for their number; who has left only where nobody has it."""
        last = select(STUDENTS.c.number, STUDENTS.c.student).order_by(STUDENTS.c.left_on.is_(None))
        with self.reading() as connection:
            rows = connection.execute(last).all()
        return {UUID(row.number): UUID(row.student) for row in rows}

    def numbered(self, number: UUID) -> UUID | None:
        """The student with a number, by what stands for it."""
        mine = select(STUDENTS.c.student).where(STUDENTS.c.number == str(number))
        with self.reading() as connection:
            row = connection.execute(mine.order_by(STUDENTS.c.left_on.is_not(None))).first()
        return UUID(row.student) if row else None

    def as_of(self, student: UUID, on: date) -> tuple[Sealed, Sealed | None] | None:
        """The listing of a day and the plans; a day before the first listing has the first."""
        mine = select(LISTINGS.c.effective_on, LISTINGS.c.listing)
        with self.reading() as connection:
            plans = connection.execute(
                select(STUDENTS.c.plans).where(STUDENTS.c.student == str(student))
            ).scalar()
            listings = connection.execute(
                mine.where(LISTINGS.c.student == str(student)).order_by(LISTINGS.c.effective_on)
            ).all()
        if not listings:
            return None
        begun = [row.listing for row in listings if row.effective_on <= on]
        return (begun[-1] if begun else listings[0].listing), plans

    def has_plans(self) -> bool:
        """Whether a list of plans was ever loaded; without one, nobody is known to have none."""
        some = select(STUDENTS.c.student).where(STUDENTS.c.plans.is_not(None)).limit(1)
        with self.reading() as connection:
            return connection.execute(some).first() is not None
