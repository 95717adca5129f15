"""Interactions of officers, requests for intervention, and the boundary, at the district."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from services.incidents.records import Begins, Happened, Kept, Record
from services.incidents.words import (
    Answer,
    Capacity,
    Flag,
    Ground,
    Met,
    Part,
    Setting,
    Subject,
    Whom,
)
from shared.sealed import Sealed

# --- Interactions ---------------------------------------------------------------------------------


class InteractionRecord(Record):
    """One interaction."""

    reference: str
    officer: str
    school: str
    on: date
    capacity: Capacity
    whom: Whom
    setting: Setting
    subject: Subject
    persons: int
    part: Part | None
    noted: bool
    """There is a note."""
    incident: str | None
    meetings: tuple[str, ...] = ()


class Interaction(Kept):
    """An officer dealt with students, staff, families or visitors."""

    TOPIC = "interaction"


class InteractionLogged(Begins):
    """An officer's interaction, in which of the three roles (C-ROLE-1, C-DISC-2, C-MENT-4)."""

    TOPIC: ClassVar[str] = "interaction.logged"

    reference: str
    officer: str
    school: str
    on: date
    capacity: Capacity
    whom: Whom
    setting: Setting
    subject: Subject
    persons: int
    part: Part | None
    """The officer's part in formal discipline, if any: an alarm of its own."""
    note: Sealed | None
    """Never of counselling: its content is not recorded."""
    incident: str | None
    logged_on: date

    def first(self) -> InteractionRecord:
        given = {name: getattr(self, name) for name in _SHOWN}
        return InteractionRecord(noted=self.note is not None, **given)


class Debriefed(Happened):
    """An interaction was talked over in a mentoring meeting (C-MENT-3, C-MENT-4)."""

    TOPIC: ClassVar[str] = "interaction.debriefed"

    meeting: str

    def changes(self, record: InteractionRecord) -> dict[str, object]:
        return {"meetings": (*record.meetings, self.meeting)}


_SHOWN = (
    "reference",
    "officer",
    "school",
    "on",
    "capacity",
    "whom",
    "setting",
    "subject",
    "persons",
    "part",
    "incident",
)
InteractionEvent = InteractionLogged | Debriefed

# --- Requests for intervention --------------------------------------------------------------------


class InterventionRecord(Record):
    """A request for an officer to step in, an intervention, or both."""

    reference: str
    school: str
    on: date
    ground: Ground | None = None
    asked: bool = False
    requested_by: str | None = None
    flags: tuple[Flag, ...] = ()
    described: bool = False
    officer: str | None = None
    made_at: datetime | None = None
    met: Met | None = None
    incident: str | None = None


class Intervention(Kept):
    """An officer stepped in with a student, asked or not."""

    TOPIC = "intervention"


class InterventionOpened(Begins):
    """A request or an intervention is to be kept (C-INT-1, C-INT-4)."""

    TOPIC: ClassVar[str] = "intervention.opened"

    reference: str
    school: str
    on: date
    incident: str | None

    def first(self) -> InterventionRecord:
        return InterventionRecord(
            reference=self.reference, school=self.school, on=self.on, incident=self.incident
        )


class InterventionRequested(Happened):
    """Staff asked an officer to step in, on a ground or on none (C-INT-1, C-INT-2, C-INT-3)."""

    TOPIC: ClassVar[str] = "intervention.requested"

    reference: str
    requested_by: str
    requested_at: datetime
    ground: Ground | None
    description: Sealed | None
    flags: tuple[Flag, ...]
    """Shown to the principal; nothing is ever blocked."""

    def changes(self, record: InterventionRecord) -> dict[str, object]:
        return {
            "asked": True,
            "requested_by": self.requested_by,
            "ground": self.ground,
            "flags": self.flags,
            "described": self.description is not None,
        }


class GroundDescribed(Happened):
    """The disruption that a request rested on was described when asked again (C-INT-2)."""

    TOPIC: ClassVar[str] = "intervention.ground_described"

    reference: str
    description: Sealed

    def changes(self, record: InterventionRecord) -> dict[str, object]:
        left = tuple(flag for flag in record.flags if flag is not Flag.NOT_DESCRIBED)
        return {"described": True, "flags": left}


class InterventionMade(Happened):
    """An officer stepped in; in an emergency without being asked (C-INT-4)."""

    TOPIC: ClassVar[str] = "intervention.made"

    reference: str
    officer: str
    at: datetime
    asked: bool
    account: Sealed | None

    def changes(self, record: InterventionRecord) -> dict[str, object]:
        return {"officer": self.officer, "made_at": self.at}


class RequestReviewed(Happened):
    """The principal said whether the ground was met (C-INT-6)."""

    TOPIC: ClassVar[str] = "intervention.reviewed"

    reference: str
    met: Met
    reasons: Sealed
    reviewed_on: date

    def changes(self, record: InterventionRecord) -> dict[str, object]:
        return {"met": self.met}


InterventionEvent = (
    InterventionOpened
    | InterventionRequested
    | GroundDescribed
    | InterventionMade
    | RequestReviewed
)

# --- The boundary of discipline -------------------------------------------------------------------


class BoundaryRecord(Record):
    """An alarm about an officer's part in formal discipline."""

    reference: str
    officer: str
    school: str
    part: Part
    raised_by: str
    """Reference of the record that names the officer."""
    on: date
    answer: Answer | None = None


class Boundary(Kept):
    """A question to principal, program director and agency, not a finding."""

    TOPIC = "boundary"


class DisciplineBoundaryCrossed(Begins):
    """A record names an officer in formal discipline (C-DISC-3)."""

    TOPIC: ClassVar[str] = "boundary.crossed"

    reference: str
    officer: str
    school: str
    part: Part
    raised_by: str
    on: date

    def first(self) -> BoundaryRecord:
        return BoundaryRecord(
            reference=self.reference,
            officer=self.officer,
            school=self.school,
            part=self.part,
            raised_by=self.raised_by,
            on=self.on,
        )


class BoundaryAnswered(Happened):
    """What the principal answered: explained, corrected or upheld (C-DISC-3)."""

    TOPIC: ClassVar[str] = "boundary.answered"

    reference: str
    answer: Answer
    reasons: Sealed
    answered_on: date

    def changes(self, record: BoundaryRecord) -> dict[str, object]:
        return {"answer": self.answer}


BoundaryEvent = DisciplineBoundaryCrossed | BoundaryAnswered
