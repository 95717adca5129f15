"""The district's desk: incidents, students linked to them, and what the law asks of a school."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from services.incidents import incident_decisions as decide
from services.incidents.incident import Incident, NoteWritten, StudentPart
from services.incidents.policy import checked_number
from services.incidents.rights import (
    KEEP_INCIDENTS,
    KEEP_ROSTER,
    LINK_STUDENTS,
    NOTE_CALLS,
    READ_INCIDENTS,
    viewing,
)
from services.incidents.student_system_desk import StudentSystemDesk
from services.incidents.words import Part, Purpose
from shared.desk import written
from shared.errors import Refused
from shared.keyring import Erased
from shared.who_may import may

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime
    from pathlib import Path

    from services.incidents.enrolment import Enrolled
    from services.incidents.incident import IncidentRecord
    from services.incidents.records import Happened
    from services.incidents.students import Person
    from services.incidents.words import (
        About,
        Action,
        Contact,
        Discipline,
        Held,
        Restraint,
        SearchGround,
    )
    from shared.handed_back import Loaded

TO_WHOM_CHARACTERS_MAX = 100


class LinkedStudent(NamedTuple):
    """A student linked to an incident, opened for who may read it."""

    number: int
    person: Person | None
    """None once erased (C-PRIV-1)."""
    part: StudentPart | None


class DistrictDesk(StudentSystemDesk):
    """Incidents at the schools of one district."""

    # --- Roster ---------------------------------------------------------------------------------

    @may(KEEP_ROSTER)
    def load_roster(
        self, path: Path, *, by: str, progress: Callable[[int, int], None] = lambda *_: None
    ) -> Enrolled:
        """Import the students' roster; see `Enrolment.load_roster` (C-DATA-3)."""
        return self.enrolment.load_roster(path, by=by, progress=progress)

    @may(KEEP_ROSTER)
    def load_plans(self, content: bytes, *, by: str) -> Loaded:
        """Import students' plans; see `Enrolment.load_plans` (C-DATA-3)."""
        return self.enrolment.load_plans(content, by=by)

    # --- Calls the district knows of --------------------------------------------------------------

    @may(NOTE_CALLS)
    def note_call(
        self, *, by: str, school: str, at: datetime, number: str | None = None, key: str = ""
    ) -> str:
        """Note that law enforcement came; the agency's own record is due (C-DATA-2).

        Gives the incident's reference. One that a system sends again, by its key, is the same.
        """
        self._check_school(school, "C-DATA-2")
        reference = checked_number(number) if number else self._keyed("incident", key)
        opened = decide.note_call(
            reference=reference,
            number=reference if number else None,
            school=school,
            at=at,
            now=self.now(),
        )

        def once() -> str:
            incident = self._incident_or(opened, by)
            if not incident.known.noted:
                noted = decide.await_agency(incident, self.rules(), at=at, now=self.now())
                incident.record(noted, by=by)
                self.save(incident)
            elif not key:
                raise Refused("C-DATA-2", "it is noted already: nothing to do", "number")
            return reference

        return self.retried(once)

    @may(NOTE_CALLS)
    def take_action(
        self,
        *,
        by: str,
        school: str,
        officer: str,
        action: Action,
        at: datetime,
        number: str | None = None,
    ) -> str:
        """Record that an officer enforced the law; without a call, one is opened (C-INC-1)."""
        self._check_school(school, "C-INC-1")
        reference = checked_number(number) if number else self._new_reference("incident")
        opened = decide.note_call(
            reference=reference,
            number=reference if number else None,
            school=school,
            at=at,
            now=self.now(),
        )

        def once() -> str:
            incident = self._incident_or(opened, by)
            if not incident.known.noted and incident.known.told is None:
                noted = decide.await_agency(incident, self.rules(), at=at, now=self.now())
                incident.record(noted, by=by)
            taken = decide.take_action(incident, officer=officer, action=action, on=opened.on)
            incident.record(taken, by=by)
            self.save(incident)
            return reference

        return self.retried(once)

    @may(KEEP_INCIDENTS)
    def match(self, reference: str, number: str, *, by: str) -> None:
        """Say which call of the agency an incident is that the district noted (C-INC-2)."""
        checked = checked_number(number)
        self._incident(checked)
        self._change(reference, by, lambda i: decide.match(i, checked))

    @may(KEEP_INCIDENTS)
    def ask_alternatives(self, reference: str, *, by: str) -> None:
        """Ask the agency why no alternative to arrest or referral served (C-ROLE-2)."""
        self._change(reference, by, lambda i: decide.ask_alternatives(i, today=self.today()))

    # --- Students and discipline ------------------------------------------------------------------

    @may(LINK_STUDENTS)
    def link_student(self, reference: str, student: str, *, by: str, part: StudentPart) -> None:
        """Link a student by their number on the roster, with their part, sealed (C-INC-6)."""
        sealed = self._part(self.enrolment.student(student.strip()), part)
        self._change(reference, by, lambda i: decide.link_student(i.known, sealed))

    @may(LINK_STUDENTS)
    def unlink_student(self, reference: str, student: int, *, by: str, reasons: str) -> None:
        """Take back a link made by mistake (C-DATA-8)."""
        sealed = self._sealed(self.incident_id(reference), "reasons", reasons, "C-DATA-8")
        self._change(reference, by, lambda i: decide.unlink_student(i, student, reasons=sealed))

    @may(KEEP_INCIDENTS)
    def follow_discipline(
        self,
        reference: str,
        *,
        by: str,
        followed: bool,
        kind: Discipline | None = None,
        student: int | None = None,
        decided_by: str | None = None,
        officers_part: Part | None = None,
        officer: str | None = None,
    ) -> None:
        """Enter whether discipline followed; an officer named in it raises an alarm (C-DISC-3).

        Args:
            reference: of the incident.
            by: who enters it.
            followed: whether any did.
            kind: which.
            student: number of the student in the incident.
            decided_by: reference of the administrator who decided (C-DISC-1).
            officers_part: the part an officer had in it, if any.
            officer: who that was.
        """

        def decision(incident: Incident) -> Happened:
            return decide.follow_discipline(
                incident,
                followed=followed,
                kind=kind,
                student=student,
                decided_by=decided_by,
                today=self.today(),
            )

        part = officers_part
        if decided_by is not None and decided_by.startswith("officer-"):
            part, officer = Part.DECIDER, decided_by
        self._change_and_ask(reference, by, decision, part, officer)

    # --- Searches, questioning, parents -----------------------------------------------------------

    @may(KEEP_INCIDENTS)
    def record_search(
        self,
        reference: str,
        *,
        by: str,
        at: datetime,
        ground: SearchGround,
        purpose: Purpose,
        by_officer: str | None = None,
        by_staff: str | None = None,
        at_request_of: str | None = None,
        student: int | None = None,
    ) -> None:
        """Record a search; an officer's for discipline raises an alarm (C-INC-4, C-DISC-3)."""

        def decision(incident: Incident) -> Happened:
            return decide.record_search(
                incident,
                self.rules(),
                now=self.now(),
                at=at,
                by_officer=by_officer,
                by_staff=by_staff,
                ground=ground,
                purpose=purpose,
                at_request_of=at_request_of,
                student=student,
            )

        crossed = by_officer and purpose is Purpose.DISCIPLINE
        part = Part.SEARCHER if crossed else None
        self._change_and_ask(reference, by, decision, part, by_officer)

    @may(KEEP_INCIDENTS)
    def question_student(
        self,
        reference: str,
        *,
        by: str,
        at: datetime,
        officer: str,
        held: Held,
        under_18: bool,
        attorney: bool,
        purpose: Purpose,
        exception: str = "",
        student: int | None = None,
    ) -> None:
        """Record that an officer questioned a student, and how it was guarded (C-INC-8)."""
        subject = self.incident_id(reference)
        sealed = self._sealed_if(subject, "exception", exception, "C-INC-8")

        def decision(incident: Incident) -> Happened:
            return decide.question_student(
                incident,
                self.rules(),
                now=self.now(),
                at=at,
                officer=officer,
                held=held,
                under_18=under_18,
                attorney=attorney,
                exception=sealed,
                purpose=purpose,
                student=student,
            )

        part = Part.QUESTIONER if purpose is Purpose.DISCIPLINE else None
        self._change_and_ask(reference, by, decision, part, officer)

    @may(KEEP_INCIDENTS)
    def contact_parent(
        self,
        reference: str,
        *,
        by: str,
        about: About,
        of: int,
        contact: Contact,
        at: datetime,
        reasons: str = "",
    ) -> None:
        """Record that a parent was told, an attempt, or why not (C-INC-9, C-INC-12)."""
        subject = self.incident_id(reference)
        sealed = self._sealed_if(subject, "reasons", reasons, "C-INC-12")
        self._change(
            reference,
            by,
            lambda i: decide.contact_parent(
                i, about=about, of=of, contact=contact, at=at, now=self.now(), reasons=sealed
            ),
        )

    # --- Abuse, restraint -------------------------------------------------------------------------

    @may(KEEP_INCIDENTS)
    def suspect_abuse(self, reference: str, *, by: str, at: datetime) -> None:
        """Start the hours within which suspected abuse is reported (C-INC-7)."""
        self._change(
            reference, by, lambda i: decide.suspect_abuse(i, self.rules(), at=at, now=self.now())
        )

    @may(KEEP_INCIDENTS)
    def report_abuse(self, reference: str, *, by: str, to: str, at: datetime) -> None:
        """Record that abuse was reported, and to which office; nothing of it (C-INC-7)."""
        office = written("to", to, "C-INC-7", TO_WHOM_CHARACTERS_MAX)
        self._change(
            reference, by, lambda i: decide.report_abuse(i, to=office, at=at, now=self.now())
        )

    @may(KEEP_INCIDENTS)
    def restrain(
        self,
        reference: str,
        *,
        by: str,
        kind: Restraint,
        ended_at: datetime,
        by_officer: str | None = None,
        force: bool = False,
        student: int | None = None,
    ) -> None:
        """Record a restraint or isolation, which starts its clocks (C-INC-9, C-INC-10)."""
        self._change(
            reference,
            by,
            lambda i: decide.restrain(
                i,
                self.rules(),
                now=self.now(),
                kind=kind,
                ended_at=ended_at,
                by_officer=by_officer,
                force=force,
                student=student,
            ),
        )

    @may(KEEP_INCIDENTS)
    def report_restraint(
        self, reference: str, restraint: int, *, by: str, report: str, items: tuple[str, ...]
    ) -> None:
        """Put in the written report, with the six items the law asks (C-INC-9)."""
        sealed = self._sealed(self.incident_id(reference), "report", report, "C-INC-9")
        self._change(
            reference,
            by,
            lambda i: decide.report_restraint(
                i, restraint, report=sealed, items=items, today=self.today()
            ),
        )

    @may(KEEP_INCIDENTS)
    def send_restraint_letter(
        self, reference: str, restraint: int, *, by: str, language: str
    ) -> None:
        """Record that the letter was sent, in which language (C-INC-9)."""
        named = written("language", language, "C-INC-9", TO_WHOM_CHARACTERS_MAX)
        self._change(
            reference,
            by,
            lambda i: decide.send_restraint_letter(
                i, restraint, language=named, today=self.today()
            ),
        )

    @may(KEEP_INCIDENTS)
    def review_restraint(
        self, reference: str, restraint: int, *, by: str, with_family: bool, with_staff: bool
    ) -> None:
        """Record the review of a restraint (C-INC-10)."""
        self._change(
            reference,
            by,
            lambda i: decide.review_restraint(
                i, restraint, with_family=with_family, with_staff=with_staff, today=self.today()
            ),
        )

    @may(KEEP_INCIDENTS)
    def write_note(self, reference: str, *, by: str, note: str) -> None:
        """Keep a note about an incident, sealed."""
        sealed = self._sealed(self.incident_id(reference), "note", note, "C-DATA-4")
        self._change(reference, by, lambda i: NoteWritten(reference=i.known.reference, note=sealed))

    # --- Reading --------------------------------------------------------------------------------

    @viewing(READ_INCIDENTS)
    def incidents(self, *, by: str) -> list[IncidentRecord]:
        """The incidents of the schools that a person may read, the latest first (C-DATA-4)."""
        who = self.giver(by)
        return [
            each
            for each in self.incidents_view.incidents()
            if READ_INCIDENTS.allows(who, self._about(each.school))
        ]

    @viewing(READ_INCIDENTS)
    def incident(self, reference: str, *, by: str) -> IncidentRecord:
        """One incident (C-DATA-4)."""
        return self._seen(reference, by)

    @viewing(LINK_STUDENTS)
    def students_of(self, reference: str, *, by: str) -> list[LinkedStudent]:
        """Who is linked to an incident, by name (C-DATA-4)."""
        found = []
        for number, sealed in self._seen(reference, by).students.items():
            try:
                part = StudentPart.model_validate_json(self.keyring.open(sealed))
            except Erased:
                part = None
            found.append(LinkedStudent(number, self.enrolment.person(sealed.subject), part))
        return found

    def on(self, reference: str) -> date:
        """The day of an incident, which counts ask dimensions for (C-DATA-3)."""
        on: date = self._incident(reference).known.on
        return on
