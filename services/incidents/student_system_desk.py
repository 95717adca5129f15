"""The district's desk: what its student information system is told, and what it tells.

`district_desk.py` adds incidents to it. A student's number leaves in the file of an export and
nowhere else (C-DATA-4, C-INC-6).
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from eventsourcing.application import AggregateNotFoundError

from services.incidents import edfi, skyward
from services.incidents import incident_decisions as decide
from services.incidents.catalogs import ARREST
from services.incidents.incident import StudentPart
from services.incidents.kept import Building, BuildingChanged, BuildingListed, Codes
from services.incidents.outgoing import Exported, Outgoing, Person
from services.incidents.policy import OFFICER
from services.incidents.report_desk import ReportsDesk
from services.incidents.rights import EXPORT_INCIDENTS, FOLLOW_SYSTEM, KEEP_ROSTER, viewing
from services.incidents.words import Part, StudentSystem
from shared.errors import Refused
from shared.keyring import Erased
from shared.who_may import may

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from services.incidents.incident import Incident, IncidentRecord
    from services.incidents.words import Discipline, Involved
    from shared.sealed import Sealed


class DisciplineTold(NamedTuple):
    """What the student information system tells of one student in one incident."""

    number: str
    """The agency's, of its call."""
    on: date
    """The local day of the incident."""
    student: str
    """Their number on the roster."""
    involved: Involved
    arrested: bool
    kind: Discipline
    decided_by: str
    """An officer's reference where an officer decided, else where the administrator is named."""


class StudentSystemDesk(ReportsDesk):
    """What goes to and comes from the student information system of one district."""

    # --- Buildings ------------------------------------------------------------------------------

    @may(KEEP_ROSTER)
    def list_building(self, school: str, codes: Codes, *, by: str) -> bool:
        """Say by which codes the system knows a school; False when it is known so (C-DATA-3)."""
        self._check_school(school, "C-DATA-3")
        number = self.number_of(f"building/{school}")
        try:
            building: Building = self.repository.get(number)
        except AggregateNotFoundError:
            listed = BuildingListed(school=school, codes=codes)
            building = Building.begin(listed, by=by, number=number)
        else:
            if building.codes == codes:
                return False
            building.record(BuildingChanged(school=school, codes=codes), by=by)
        self.save(building)
        return True

    def _codes(self, school: str) -> Codes:
        try:
            building: Building = self.repository.get(self.number_of(f"building/{school}"))
        except AggregateNotFoundError:
            fix = "list it with `accord import buildings`"
            raise Refused("C-DATA-3", f"{school} has no building code: {fix}", "school") from None
        return building.codes

    # --- What it tells --------------------------------------------------------------------------

    @may(FOLLOW_SYSTEM)
    def follow_told(self, told: DisciplineTold, *, by: str) -> bool:
        """Record discipline that the system tells of; False when it is known so (C-INC-5).

        The student is linked to the incident where they are not yet. An officer who decided raises
        an alarm (C-DISC-3).
        """
        student = self.enrolment.student(told.student)
        part = Part.DECIDER if OFFICER.fullmatch(told.decided_by) else None
        if part is not None:
            self._check_officer(told.decided_by, "C-DISC-3")

        def once() -> bool:
            incident = self._told_of(told)
            known: IncidentRecord = incident.known
            number = _linked(known, student)
            if number is None:
                stands = ARREST in {each.outcome for each in known.outcomes}
                outcomes = (ARREST,) if told.arrested and stands else ()
                sealed = self._part(student, StudentPart(involved=told.involved, outcomes=outcomes))
                linked = decide.link_student(known, sealed)
                incident.record(linked, by=by)
                number = linked.student
            followed = decide.follow_discipline(
                incident,
                followed=True,
                kind=told.kind,
                student=number,
                decided_by=told.decided_by,
                today=self.today(),
            )
            if followed.discipline in known.disciplines:
                return False
            incident.record(followed, by=by)
            alarm = self._alarm(part, told.decided_by, known.school, known.reference, by)
            self.save(incident, *alarm)
            return True

        return self.retried(once)

    def _told_of(self, told: DisciplineTold) -> Incident:
        """The incident of a call's number, or the one it was merged into."""
        try:
            incident = self._incident(told.number)
            while incident.known.merged_into is not None:
                incident = self._incident(incident.known.merged_into)
        except Refused:
            fix = "import it again once the agency has told of the call, or correct the number"
            reason = f"no incident has this number: {fix}"
            raise Refused("C-INC-5", reason, "lawenforcementcasenumber") from None
        if incident.known.on != told.on:
            fix = "correct the number or the day"
            reason = f"the incident of this number was on another day: {fix}"
            raise Refused("C-INC-5", reason, "lawenforcementcasenumber")
        return incident

    def _part(self, student: UUID, part: StudentPart) -> Sealed:
        try:
            return self.keyring.seal(student, part.model_dump_json())
        except Erased as error:
            reason = "this student has been erased, and nothing more is kept of them"
            raise Refused("C-PRIV-1", reason, "student") from error

    # --- What it is told ------------------------------------------------------------------------

    @viewing(EXPORT_INCIDENTS)
    def export_incidents(
        self, system: StudentSystem, begins_on: date, ends_on: date, *, by: str
    ) -> Exported:
        """A file of the incidents of some days, both included, for the system (C-DATA-4).

        The same history gives the same file. That it was made is written down, with its digest.
        """
        if ends_on < begins_on:
            raise Refused("C-DATA-4", "the last day is before the first: correct it", "to")
        as_of, position = self.now(), self.last_position()
        within = [i for i in self.incidents_view.incidents() if begins_on <= i.on <= ends_on]
        found = sorted(
            (each for each in within if each.merged_into is None),
            key=lambda each: (each.on, each.reference),
        )
        codes = {school: self._codes(school) for school in sorted({each.school for each in found})}
        outgoing = [self._outgoing(each, codes[each.school]) for each in found]
        if system is StudentSystem.SKYWARD:
            written = skyward.rows(outgoing)
            content, rows = skyward.as_csv(written), len(written)
        else:
            resources = edfi.document(self.org, outgoing)
            content = edfi.as_json(resources)
            rows = sum(len(each) for each in resources.values() if isinstance(each, list))
        students = sum(len(each.people) for each in outgoing)
        return Exported(
            content=content,
            sha256=sha256(content).hexdigest(),
            begins_on=begins_on,
            ends_on=ends_on,
            as_of=as_of,
            position=position,
            incidents=len(outgoing),
            rows=rows,
            students=students,
            merged=len(within) - len(found),
            erased=sum(len(each.students) for each in found) - students,
        )

    def _outgoing(self, known: IncidentRecord, codes: Codes) -> Outgoing:
        people = []
        for sealed in known.students.values():
            person = self.enrolment.person(sealed.subject)
            if person is not None:
                part = StudentPart.model_validate_json(self.keyring.open(sealed))
                people.append(Person(person.number, part))
        told = known.told
        received_at = told.received_at.astimezone(self.zone) if told else None
        return Outgoing(known, received_at, codes, tuple(people))


def _linked(known: IncidentRecord, student: UUID) -> int | None:
    """The number of a student within an incident, if they are linked."""
    held = {sealed.subject: number for number, sealed in known.students.items()}
    return held.get(student)
