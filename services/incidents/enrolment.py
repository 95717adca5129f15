"""Enrolment: the commands that keep the roster, and what counts ask of it (C-DATA-3, C-DATA-9)."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from services.incidents.dimensions import UNKNOWN, Answers, Dimensions, dimensions
from services.incidents.oneroster import read_roster
from services.incidents.plans import read_plans
from services.incidents.roster import Roster
from services.incidents.students import (
    Listing,
    Person,
    Plans,
    PlansListed,
    Student,
    StudentChanged,
    StudentListed,
    leave,
)
from shared.errors import Refused
from shared.handed_back import HandedBack, Loaded
from shared.keyring import Erased

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from services.incidents.dimensions import Plan
    from services.incidents.oneroster import Told
    from shared.desk import Desk
    from shared.sealed import Sealed

CHUNK = 1_000
"""Students that are recorded in one transaction."""


@dataclass
class Enrolled:
    """What came of importing a roster."""

    listed: int = 0
    changed: int = 0
    left: int = 0
    unchanged: int = 0
    erased: int = 0
    """On the roster, but erased here: nothing is kept of them again (C-PRIV-1)."""
    handed_back: dict[str, tuple[HandedBack, ...]] = field(default_factory=dict)
    """By file."""
    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def recorded(self) -> int:
        """How many events it took."""
        return self.listed + self.changed + self.left


class Enrolment:
    """The district's roster, kept by its desk."""

    def __init__(self, desk: Desk, today: Callable[[], date]) -> None:
        self._desk = desk
        self._today = today
        self._secret = desk.keyring.derived("students")
        self.roster = Roster(desk, desk.engine)

    # --- Keeping --------------------------------------------------------------------------------

    def load_roster(
        self, path: Path, *, by: str, progress: Callable[[int, int], None] = lambda *_: None
    ) -> Enrolled:
        """Import a OneRoster export; the same one again records nothing.

        Args:
            path: its folder or zip file.
            by: who does it.
            progress: told after each thousand how many of how many students are done.

        Raises:
            Unreadable: see `oneroster.read_roster`.
        """
        read = read_roster(path)
        done = Enrolled(
            handed_back={name: tuple(back) for name, back in read.handed_back.items() if back},
            columns=read.columns,
        )
        told = {self._reference(each.sourced_id): each for each in read.told.values()}
        students = list(told)
        for start in range(0, len(students), CHUNK):
            some = {student: told[student] for student in students[start : start + CHUNK]}
            self._record(some, done, by)
            progress(min(start + CHUNK, len(students)), len(students))
        if read.is_whole and not any(read.handed_back.get("users.csv", ())):
            for student in self.roster.present() - told.keys():
                self._leave(student, self._today(), done, by)
        return done

    def load_plans(self, content: bytes, *, by: str) -> Loaded:
        """Import the plans of students, which take the place of what was told of each before.

        Raises:
            Unreadable: see `plans.read_plans`.
        """
        known = self.roster.numbers()
        read = read_plans(content, lambda number: self._number(number) in known)
        students = {known[self._number(number)]: plans for number, plans in read.plans.items()}
        held = self.roster.held(students.keys())
        before = self._desk.keyring.open_all(h.plans for h in held.values() if h.plans)
        texts = {
            student: text
            for student, plans in students.items()
            if (text := Plans(plans=plans).model_dump_json()) != before.get(student)
        }
        sealed = self._desk.keyring.seal_all(texts)
        changed = []
        for student, box in sealed.items():
            aggregate: Student = self._desk.loaded(student)
            aggregate.record(PlansListed(plans=box), by=by)
            changed.append(aggregate)
        if changed:
            self._desk.save(*changed)
        return Loaded(
            recorded=len(changed),
            unchanged=len(students) - len(changed),
            handed_back=read.handed_back,
            passed_over=read.passed_over,
            columns=read.columns,
        )

    def _record(self, told: dict[UUID, Told], done: Enrolled, by: str) -> None:
        held = self.roster.held(told)
        before = {
            student: Listing.model_validate_json(text)
            for student, text in self._desk.keyring.open_all(
                each.listing for each in held.values()
            ).items()
        }
        after: dict[UUID, Listing] = {}
        for student, each in told.items():
            if each.leaves:
                if student in held and not held[student].has_left:
                    self._leave(student, each.effective_on or self._today(), done, by)
                continue
            listing = _after(each, before.get(student))
            if listing is not None:
                after[student] = listing
            elif student not in held:
                _hand_back(each, done)
        due = {
            student: listing
            for student, listing in after.items()
            if listing != before.get(student) or held[student].has_left
        }
        done.unchanged += len(after) - len(due)
        sealed = self._desk.keyring.seal_all(
            {student: listing.model_dump_json() for student, listing in due.items()}
        )
        done.erased += len(due) - len(sealed)
        changed: list[Student] = []
        for student, box in sealed.items():
            number = self._number(due[student].person.number)
            on = told[student].effective_on or self._today()
            if student in held:
                aggregate: Student = self._desk.loaded(student)
                change = StudentChanged(number=number, listing=box, effective_on=on)
                aggregate.record(change, by=by)
                done.changed += 1
            else:
                first = StudentListed(number=number, listing=box, effective_on=on)
                aggregate = Student.begin(first, by=by, number=student)
                done.listed += 1
            changed.append(aggregate)
        if changed:
            self._desk.save(*changed)

    def _leave(self, student: UUID, on: date, done: Enrolled, by: str) -> None:
        self._desk.change(student, lambda state: leave(state, left_on=on), by=by)
        done.left += 1

    # --- Asking ---------------------------------------------------------------------------------

    def student(self, number: str) -> UUID:
        """The reference of the student with a number.

        Raises:
            Refused: nobody on the roster has it.
        """
        student = self._numbered(number)
        if student is None:
            raise Refused(
                "C-DATA-3", "nobody on the roster has this student number: check it", "student"
            )
        return student

    def person(self, student: UUID) -> Person | None:
        """Who a student is, today; None once erased. Whoever shows it logs the view (C-PRIV-8)."""
        found = self.roster.as_of(student, self._today())
        if found is None:
            return None
        try:
            return Listing.model_validate_json(self._desk.keyring.open(found[0])).person
        except Erased:
            return None

    def dimensions_of(self, student: UUID, on: date) -> Dimensions:
        """What a student counts as on a day; not reported, once erased (C-DATA-3, C-PRIV-1)."""
        found = self.roster.as_of(student, on)
        if found is None:
            return UNKNOWN
        try:
            listing = Listing.model_validate_json(self._desk.keyring.open(found[0]))
            plans = self._plans(found[1])
        except Erased:
            return UNKNOWN
        return dimensions(listing.answers, plans, on)

    def _plans(self, sealed: Sealed | None) -> tuple[Plan, ...] | None:
        if sealed is not None:
            return Plans.model_validate_json(self._desk.keyring.open(sealed)).plans
        return () if self.roster.has_plans() else None

    def _numbered(self, number: str) -> UUID | None:
        return self.roster.numbered(self._number(number))

    def _number(self, told: str) -> UUID:
        return self._reference(f"number {told}")

    def _reference(self, told: str) -> UUID:
        """Stands for an identifier of the roster, and can't be guessed from it."""
        return UUID(bytes=hmac.digest(self._secret, told.encode(), "sha256")[:16])


def _after(told: Told, before: Listing | None) -> Listing | None:
    """The listing that follows; None when nobody ever said who the student is."""
    person = told.person or (before.person if before else None)
    answers = told.answers or (before.answers if before else None) or Answers()
    return Listing(person=person, answers=answers) if person else None


def _hand_back(told: Told, done: Enrolled) -> None:
    assert told.row is not None
    refusal = Refused(
        "C-DATA-9", "no student of the roster has this sourcedId: import them first", "sourcedid"
    )
    back = HandedBack.of(refusal, told.row.line, told.row.cells)
    done.handed_back[told.file] = (*done.handed_back.get(told.file, ()), back)
