"""The register: who and what is in the program as of a day, as the district office keeps it.

A read model, rebuilt from the events at any time and never migrated. It holds references only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import Column, Date, Integer, MetaData, String, Table, select

from services.directory.adoption import ComplaintRules, PolicyAdopted
from services.directory.appointments import Appointed
from services.directory.calendars import CalendarLoaded, MakeUpDayAdded, SchoolClosed
from services.directory.domain import OfficerAmended, OfficerListed, SchoolAmended, SchoolListed
from services.directory.policy import Role, covers
from shared.school_calendar import CalendarVersion, DeclaredDay
from shared.wire.view import View

if TYPE_CHECKING:
    from sqlalchemy import RowMapping, Select

    from shared.aggregate import Event
    from shared.wire.rows import Rows

METADATA = MetaData()
SCHOOLS = Table(
    "register_schools",
    METADATA,
    Column("school", String, primary_key=True),
    Column("effective_from", Date, primary_key=True),
    Column("effective_to", Date),
    Column("title", String, nullable=False),
)
OFFICERS = Table(
    "register_officers",
    METADATA,
    Column("officer", String, primary_key=True),
    Column("effective_from", Date, primary_key=True),
    Column("effective_to", Date),
)
APPOINTMENTS = Table(
    "register_appointments",
    METADATA,
    Column("post", String, primary_key=True),
    Column("staff", String, primary_key=True),
    Column("effective_from", Date, primary_key=True),
    Column("effective_to", Date),
    Column("role", String, nullable=False),
    Column("school", String),
)
CALENDARS = Table(
    "register_calendars",
    METADATA,
    Column("position", Integer, primary_key=True),
    Column("loaded_on", Date, nullable=False),
    Column("calendar", String, nullable=False),
    Column("sha256", String, nullable=False),
)
DECLARED_DAYS = Table(
    "register_declared_days",
    METADATA,
    Column("position", Integer, primary_key=True),
    Column("kind", String, nullable=False),
    Column("declared_on", Date, nullable=False),
    Column("day", String, nullable=False),
)
POLICIES = Table(
    "register_policies",
    METADATA,
    Column("position", Integer, primary_key=True),
    Column("policy_id", String, nullable=False),
    Column("version", String, nullable=False),
    Column("title", String, nullable=False),
    Column("effective_from", Date, nullable=False),
    Column("effective_to", Date),
    Column("complaint", String, nullable=False),
    Column("source", String, nullable=False),
    Column("sha256", String, nullable=False),
)


@dataclass(frozen=True)
class ListedSchool:
    """A school in the program."""

    school: str
    title: str
    effective_from: date
    effective_to: date | None


@dataclass(frozen=True)
class ListedOfficer:
    """An officer in the program, by badge reference."""

    officer: str
    effective_from: date
    effective_to: date | None


@dataclass(frozen=True)
class Appointment:
    """A person in a role."""

    staff: str
    role: Role
    school: str | None
    effective_from: date
    effective_to: date | None


@dataclass(frozen=True)
class Direction:
    """Who the program is under; with the post vacant, the superintendent (C-TEAM-2)."""

    holder: Appointment | None
    vacant: bool


@dataclass(frozen=True)
class LoadedCalendar:
    """A version of a school year that decides, and what it was loaded from."""

    calendar: CalendarVersion
    sha256: str


@dataclass(frozen=True)
class KnownCalendars:
    """The school years that decide as of a day, and every day declared by then."""

    calendars: tuple[LoadedCalendar, ...]
    closures: tuple[DeclaredDay, ...]
    make_up_days: tuple[DeclaredDay, ...]


@dataclass(frozen=True)
class InForce:
    """A policy version that has been adopted."""

    policy_id: str
    version: str
    title: str
    effective_from: date
    effective_to: date | None
    complaint: ComplaintRules
    source: str
    sha256: str


class Register(View):
    """What is in the program, from when to when."""

    name = "register"
    version: ClassVar[int] = 1
    metadata = METADATA

    def apply(self, rows: Rows, event: Event, position: int) -> None:
        """Take in the next event; a listing given again for the same day takes its place."""
        match event:
            case SchoolListed() | SchoolAmended():
                rows.put(SCHOOLS, event.decided())
            case OfficerListed() | OfficerAmended():
                rows.put(OFFICERS, event.decided())
            case Appointed():
                post = {"post": str(event.originator_id), "role": event.role.value}
                rows.put(APPOINTMENTS, event.decided() | post)
            case CalendarLoaded():
                row = {
                    "position": position,
                    "loaded_on": event.calendar.loaded_on,
                    "calendar": event.calendar.model_dump_json(),
                    "sha256": event.sha256,
                }
                rows.put(CALENDARS, row)
            case SchoolClosed():
                rows.put(DECLARED_DAYS, _declared("closure", event.day, position))
            case MakeUpDayAdded():
                rows.put(DECLARED_DAYS, _declared("make-up day", event.day, position))
            case PolicyAdopted():
                rules = {"complaint": event.complaint.model_dump_json(), "position": position}
                rows.put(POLICIES, event.decided() | rules)

    # --- Questions --------------------------------------------------------------------------

    def schools(self, as_of: date) -> list[ListedSchool]:
        """The schools in the program on a day."""
        return [ListedSchool(**row) for row in self._listed(SCHOOLS, "school", as_of)]

    def officers(self, as_of: date) -> list[ListedOfficer]:
        """The officers in the program on a day."""
        return [ListedOfficer(**row) for row in self._listed(OFFICERS, "officer", as_of)]

    def staff(self, as_of: date, role: Role | None = None) -> list[Appointment]:
        """Who holds a role, or any, on a day."""
        rows = self._rows(
            select(APPOINTMENTS).order_by(
                APPOINTMENTS.c.role, APPOINTMENTS.c.school, APPOINTMENTS.c.staff
            )
        )
        return [
            Appointment(
                row["staff"],
                Role(row["role"]),
                row["school"],
                row["effective_from"],
                row["effective_to"],
            )
            for row in rows
            if covers(row["effective_from"], row["effective_to"], as_of)
            and role in (None, row["role"])
        ]

    def principals(self, school: str, as_of: date) -> list[Appointment]:
        """Who acts as a school's principal on a day: the principal, then named designees."""
        acting = self.staff(as_of, Role.PRINCIPAL) + self.staff(as_of, Role.DESIGNEE)
        return [appointment for appointment in acting if appointment.school == school]

    def program_director(self, as_of: date) -> Direction:
        """Who the program is under on a day; a vacancy shows the superintendent (C-TEAM-2)."""
        directors = self.staff(as_of, Role.DIRECTOR)
        if directors:
            return Direction(directors[0], vacant=False)
        superintendents = self.staff(as_of, Role.SUPERINTENDENT)
        return Direction(superintendents[0] if superintendents else None, vacant=True)

    def calendars(self, as_of: date) -> KnownCalendars:
        """What was loaded and declared by a day; the later loaded version decides (C-TIME-7)."""
        deciding: dict[str, LoadedCalendar] = {}
        by_loading = select(CALENDARS).order_by(CALENDARS.c.loaded_on, CALENDARS.c.position)
        for row in self._rows(by_loading.where(CALENDARS.c.loaded_on <= as_of)):
            calendar = CalendarVersion.model_validate_json(row["calendar"])
            deciding[calendar.calendar_id] = LoadedCalendar(calendar, row["sha256"])
        declared = select(DECLARED_DAYS).order_by(DECLARED_DAYS.c.position)
        rows = self._rows(declared.where(DECLARED_DAYS.c.declared_on <= as_of))
        days = [(row["kind"], DeclaredDay.model_validate_json(row["day"])) for row in rows]
        return KnownCalendars(
            tuple(sorted(deciding.values(), key=lambda loaded: loaded.calendar.first_day)),
            closures=tuple(day for kind, day in days if kind == "closure"),
            make_up_days=tuple(day for kind, day in days if kind == "make-up day"),
        )

    def policies(self, as_of: date) -> list[InForce]:
        """The policy versions that have taken effect by a day, in that order."""
        begun = select(POLICIES).where(POLICIES.c.effective_from <= as_of)
        rows = self._rows(begun.order_by(POLICIES.c.effective_from, POLICIES.c.position))
        return [_in_force(row) for row in rows]

    def policy(self, as_of: date) -> InForce | None:
        """The policy in force on a day: of those that hold, the last to take effect (C-AUD-3)."""
        begun = self.policies(as_of)
        in_force = [p for p in begun if covers(p.effective_from, p.effective_to, as_of)]
        return in_force[-1] if in_force else None

    def _listed(self, table: Table, key: str, as_of: date) -> list[RowMapping]:
        """The listing of each that holds on a day; of two, the last to take effect."""
        rows = self._rows(select(table).order_by(table.c[key], table.c.effective_from))
        holding = {
            row[key]: row
            for row in rows
            if covers(row["effective_from"], row["effective_to"], as_of)
        }
        return list(holding.values())

    def _rows(self, question: Select[Any]) -> list[RowMapping]:
        with self.reading() as connection:
            return list(connection.execute(question).mappings())


def _declared(kind: str, day: DeclaredDay, position: int) -> dict[str, Any]:
    return {
        "position": position,
        "kind": kind,
        "declared_on": day.declared_on,
        "day": day.model_dump_json(),
    }


def _in_force(row: RowMapping) -> InForce:
    facts = {name: value for name, value in row.items() if name != "position"}
    complaint = ComplaintRules.model_validate_json(facts.pop("complaint"))
    return InForce(complaint=complaint, **facts)
