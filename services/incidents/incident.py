"""An incident at the district: what the agency told of a call, and what the school adds.

The agency's facts are kept as it told them. Students, discipline, parents, restraint and abuse are
the district's alone; nothing of them leaves (C-INC-5, C-INC-6).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from services.incidents.catalogs import NOT_CLASSIFIED, most_formal
from services.incidents.records import Begins, Happened, Kept, Record
from services.incidents.words import (
    About,
    Action,
    Contact,
    Discipline,
    Held,
    Involved,
    Purpose,
    Restraint,
    Said,
    SearchGround,
)
from shared.sealed import Sealed


class Value(BaseModel):
    """A value of an incident."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class StudentPart(Value):
    """What is sealed of a student's part in an incident, under the student's own key."""

    involved: Involved
    outcomes: tuple[str, ...] = ()
    """Codes of the outcomes that are this student's."""
    force: bool = False
    """Force was used on the student."""


class ToldFacts(Value):
    """A call as the agency tells it."""

    received_at: datetime
    dispatched_at: datetime | None
    arrived_at: datetime | None
    closed_at: datetime | None
    school: str
    emergency: bool
    self_initiated: bool
    cancelled: bool


class ToldOutcome(Value):
    """One part of the outcome, as the agency tells it."""

    part: int
    outcome: str | None
    """None where it does not stand any more."""
    persons: int | None
    recorded_on: date


class ToldForce(Value):
    """Force that the agency told of."""

    number: int
    at: datetime
    officers: tuple[str, ...]
    on_student: bool
    restraint: bool
    reviewed_on: date | None = None


class DisciplineOf(Value):
    """Discipline that followed."""

    followed: bool
    kind: Discipline | None
    student: int | None
    """Number of the student in the incident."""
    decided_by: str | None


class RestraintOf(Value):
    """A restraint or isolation, and what was done about it."""

    number: int
    kind: Restraint
    ended_at: datetime
    by_officer: str | None
    force: bool
    student: int | None
    reported: bool = False
    letter: bool = False
    reviewed: bool = False


class IncidentRecord(Record):
    """An incident as the district knows it."""

    reference: str
    """The agency's number, or the district's own until it has one."""
    number: str | None = None
    """The agency's."""
    school: str
    on: date
    """The local day."""
    noted: bool = False
    """The district knew of it by itself."""
    told: ToldFacts | None = None
    offenses: tuple[str, ...] = (NOT_CLASSIFIED,)
    outcomes: tuple[ToldOutcome, ...] = ()
    officers: tuple[str, ...] = ()
    forces: tuple[ToldForce, ...] = ()
    merged_into: str | None = None
    links: tuple[str, ...] = ()
    alternatives: Said | None = None
    students: dict[int, Sealed] = Field(default_factory=dict)
    """Those linked now, each with their part sealed; the number stays one's own."""
    students_seen: int = 0
    disciplines: tuple[DisciplineOf, ...] = ()
    searches: int = 0
    questionings: int = 0
    unguarded: tuple[int, ...] = ()
    """Questionings without a lawyer or a stated exception where the law asks for it (C-INC-8)."""
    restraints: tuple[RestraintOf, ...] = ()
    abuse_open: bool = False
    actions: tuple[Action, ...] = ()

    @property
    def outcome(self) -> str:
        """The outcome that is reported: the most formal one standing."""
        return most_formal(each.outcome for each in self.outcomes if each.outcome is not None)


class Incident(Kept):
    """One incident with law enforcement at a school."""

    TOPIC = "incident"


class IncidentOpened(Begins):
    """The district learned of an incident, from the agency or by itself (C-DATA-2, C-INC-2)."""

    TOPIC: ClassVar[str] = "incident.opened"

    reference: str
    number: str | None
    school: str
    on: date
    opened_on: date

    def first(self) -> IncidentRecord:
        return IncidentRecord(
            reference=self.reference, number=self.number, school=self.school, on=self.on
        )


class IncidentHappened(Happened):
    """Something that changes an incident."""

    reference: str


# --- What the agency told -------------------------------------------------------------------------


class CallTold(IncidentHappened):
    """The agency told of its call, or other facts of it than before (C-DATA-2, C-DATA-7)."""

    TOPIC: ClassVar[str] = "incident.call_told"

    facts: ToldFacts
    on: date
    told_on: date
    late: bool

    def changes(self, record: IncidentRecord) -> dict[str, object]:
        return {"told": self.facts, "school": self.facts.school, "on": self.on}


class ClassTold(IncidentHappened):
    """The agency told the class, or another one; each stays on record (C-INC-3)."""

    TOPIC: ClassVar[str] = "incident.class_told"

    offenses: tuple[str, ...]
    catalog: str
    told_on: date

    def changes(self, record: IncidentRecord) -> dict[str, object]:
        return {"offenses": self.offenses}


class OutcomeTold(IncidentHappened):
    """The agency told one part of the outcome, or put it right (C-DATA-7, C-DATA-8)."""

    TOPIC: ClassVar[str] = "incident.outcome_told"

    outcome: ToldOutcome
    catalog: str
    told_on: date

    def changes(self, record: IncidentRecord) -> dict[str, object]:
        others = tuple(each for each in record.outcomes if each.part != self.outcome.part)
        outcomes = sorted((*others, self.outcome), key=lambda each: each.part)
        return {"outcomes": tuple(outcomes)}


class OfficersTold(IncidentHappened):
    """The agency told which officers were there (C-INC-6)."""

    TOPIC: ClassVar[str] = "incident.officers_told"

    officers: tuple[str, ...]

    def changes(self, record: IncidentRecord) -> dict[str, object]:
        return {"officers": self.officers}


class ForceTold(IncidentHappened):
    """The agency told of force that was used, or that it was reviewed (C-INC-11)."""

    TOPIC: ClassVar[str] = "incident.force_told"

    force: ToldForce

    def changes(self, record: IncidentRecord) -> dict[str, object]:
        others = tuple(each for each in record.forces if each.number != self.force.number)
        return {"forces": (*others, self.force)}


class LinkTold(IncidentHappened):
    """The agency told another number of the same incident (C-INC-2)."""

    TOPIC: ClassVar[str] = "incident.link_told"

    to: str

    def changes(self, record: IncidentRecord) -> dict[str, object]:
        return {"links": (*record.links, self.to)}


class MergeTold(IncidentHappened):
    """The agency merged its call into another one, or split it off again (C-INC-2)."""

    TOPIC: ClassVar[str] = "incident.merge_told"

    into: str | None
    told_on: date

    def changes(self, record: IncidentRecord) -> dict[str, object]:
        return {"merged_into": self.into}


class AlternativesTold(IncidentHappened):
    """The agency told why no alternative served (C-ROLE-2)."""

    TOPIC: ClassVar[str] = "incident.alternatives_told"

    said: Said
    told_on: date

    def changes(self, record: IncidentRecord) -> dict[str, object]:
        return {"alternatives": self.said}


# --- What the district adds -----------------------------------------------------------------------


class CallNoted(IncidentHappened):
    """The district knows by itself that law enforcement came (C-DATA-2).

    Ten business days without the agency's own record of it are the agency's silence.
    """

    TOPIC: ClassVar[str] = "incident.call_noted"

    at: datetime

    def changes(self, record: IncidentRecord) -> dict[str, object]:
        return {"noted": True}


class Matched(IncidentHappened):
    """An incident the district noted is the agency's call of this number (C-INC-2)."""

    TOPIC: ClassVar[str] = "incident.matched"

    number: str

    def changes(self, record: IncidentRecord) -> dict[str, object]:
        return {"merged_into": self.number}


class EnforcementActionTaken(IncidentHappened):
    """An officer enforced the law at a school (C-INC-1)."""

    TOPIC: ClassVar[str] = "incident.enforced"

    officer: str
    action: Action
    on: date

    def changes(self, record: IncidentRecord) -> dict[str, object]:
        return {"actions": (*record.actions, self.action)}


class StudentLinked(IncidentHappened):
    """The district's own staff linked a student, or told their part anew (C-INC-6, C-DATA-3)."""

    TOPIC: ClassVar[str] = "incident.student_linked"

    student: int
    """Number within the incident."""
    part: Sealed
    """A `StudentPart`, under the student's own key."""

    def changes(self, record: IncidentRecord) -> dict[str, object]:
        students = {**record.students, self.student: self.part}
        return {"students": students, "students_seen": max(record.students_seen, self.student)}


class StudentUnlinked(IncidentHappened):
    """A student had been linked by mistake (C-DATA-8)."""

    TOPIC: ClassVar[str] = "incident.student_unlinked"

    student: int
    reasons: Sealed

    def changes(self, record: IncidentRecord) -> dict[str, object]:
        left = {each: part for each, part in record.students.items() if each != self.student}
        return {"students": left}


class DisciplineFollowed(IncidentHappened):
    """Whether discipline followed, and which; decided by an administrator (C-INC-5, C-DISC-1)."""

    TOPIC: ClassVar[str] = "incident.discipline_followed"

    discipline: DisciplineOf
    entered_on: date

    def changes(self, record: IncidentRecord) -> dict[str, object]:
        told = self.discipline
        others = tuple(d for d in record.disciplines if d.followed and d.student != told.student)
        return {"disciplines": (*others, told)}


class SearchRecorded(IncidentHappened):
    """A student was searched: by whom, on what ground, at whose request, for what (C-INC-4)."""

    TOPIC: ClassVar[str] = "incident.search_recorded"

    search: int
    at: datetime
    by_officer: str | None
    by_staff: str | None
    ground: SearchGround
    purpose: Purpose
    at_request_of: str | None
    student: int | None
    late: bool

    def changes(self, record: IncidentRecord) -> dict[str, object]:
        return {"searches": self.search}


class StudentQuestioned(IncidentHappened):
    """An officer questioned a student: how held, under 18, lawyer or stated exception (C-INC-8)."""

    TOPIC: ClassVar[str] = "incident.student_questioned"

    questioning: int
    at: datetime
    officer: str
    school: str
    held: Held
    under_18: bool
    attorney: bool
    """A lawyer was talked to first."""
    exception: Sealed | None
    """Which exception of the law was stated, and why."""
    purpose: Purpose
    student: int | None
    unguarded: bool
    """The guard applied, and neither a lawyer nor an exception is on record: an alarm."""

    def changes(self, record: IncidentRecord) -> dict[str, object]:
        alarm = (self.questioning,) if self.unguarded else ()
        return {"questionings": self.questioning, "unguarded": (*record.unguarded, *alarm)}


class ParentContacted(IncidentHappened):
    """A parent was told, or an attempt made, or an exception holds (C-INC-9, C-INC-12)."""

    TOPIC: ClassVar[str] = "incident.parent_contacted"

    about: About
    of: str
    contact: Contact
    at: datetime
    reasons: Sealed | None


class AbuseSuspected(IncidentHappened):
    """Abuse or neglect is suspected: whoever is in duty reports within 48 hours (C-INC-7)."""

    TOPIC: ClassVar[str] = "incident.abuse_suspected"

    at: datetime

    def changes(self, record: IncidentRecord) -> dict[str, object]:
        return {"abuse_open": True}


class AbuseReported(IncidentHappened):
    """That a report was made, to whom and when; its content is not kept (C-INC-7)."""

    TOPIC: ClassVar[str] = "incident.abuse_reported"

    to: str
    at: datetime

    def changes(self, record: IncidentRecord) -> dict[str, object]:
        return {"abuse_open": False}


class StudentRestrained(IncidentHappened):
    """A student was restrained or isolated; report, parent, letter and review are due (C-INC-9)."""

    TOPIC: ClassVar[str] = "incident.student_restrained"

    restraint: RestraintOf

    def changes(self, record: IncidentRecord) -> dict[str, object]:
        return {"restraints": (*record.restraints, self.restraint)}


class RestraintReported(IncidentHappened):
    """The written report of a restraint is in, with the six items the law asks (C-INC-9)."""

    TOPIC: ClassVar[str] = "incident.restraint_reported"

    restraint: int
    report: Sealed
    reported_on: date

    def changes(self, record: IncidentRecord) -> dict[str, object]:
        return _restraint(record, self.restraint, "reported")


class RestraintLetterSent(IncidentHappened):
    """The letter about a restraint was sent, in the home language where needed (C-INC-9)."""

    TOPIC: ClassVar[str] = "incident.restraint_letter_sent"

    restraint: int
    language: str
    sent_on: date

    def changes(self, record: IncidentRecord) -> dict[str, object]:
        return _restraint(record, self.restraint, "letter")


class RestraintReviewed(IncidentHappened):
    """A restraint was reviewed with student and parent, and with the staff member (C-INC-10)."""

    TOPIC: ClassVar[str] = "incident.restraint_reviewed"

    restraint: int
    reviewed_on: date

    def changes(self, record: IncidentRecord) -> dict[str, object]:
        return _restraint(record, self.restraint, "reviewed")


class DistrictAsked(IncidentHappened):
    """The district asks the agency why no alternative served, as diversion (C-ROLE-2)."""

    TOPIC: ClassVar[str] = "incident.alternatives_asked"

    number: str
    asked_on: date


class NoteWritten(IncidentHappened):
    """A note of the district about an incident, sealed."""

    TOPIC: ClassVar[str] = "incident.note_written"

    note: Sealed


def _restraint(record: IncidentRecord, number: int, done: str) -> dict[str, object]:
    restraints = tuple(
        each.model_copy(update={done: True}) if each.number == number else each
        for each in record.restraints
    )
    return {"restraints": restraints}


IncidentEvent = (
    IncidentOpened
    | CallTold
    | ClassTold
    | OutcomeTold
    | OfficersTold
    | ForceTold
    | LinkTold
    | MergeTold
    | AlternativesTold
    | CallNoted
    | Matched
    | EnforcementActionTaken
    | StudentLinked
    | StudentUnlinked
    | DisciplineFollowed
    | SearchRecorded
    | StudentQuestioned
    | ParentContacted
    | AbuseSuspected
    | AbuseReported
    | StudentRestrained
    | RestraintReported
    | RestraintLetterSent
    | RestraintReviewed
    | DistrictAsked
    | NoteWritten
)
