"""A complaint at the district: what can happen to it, and what is remembered of it for decisions.

Every free text is sealed before it comes here. An event that starts clocks carries them, with the
rule, the versions and the due date they were told with.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.complaints.matter import number_of
from services.complaints.policy import Clocks, Running, clocks_without
from services.complaints.words import (
    AGENCY_DUTIES,
    APPEAL_DUTY,
    AgencyStatus,
    Allegation,
    Channel,
    Conflict,
    Duty,
    Finding,
    Ground,
    Outcome,
    Party,
    Result,
    Stage,
    Trigger,
)
from shared.aggregate import Aggregate, CreatedEvent, Event
from shared.school_calendar import KeptRule, Rule
from shared.sealed import Sealed

# --- State --------------------------------------------------------------------------------------


class Complaint(Aggregate):
    """What decisions about a complaint look at."""

    TOPIC = "complaint"

    def __init__(self) -> None:
        self.number: str
        self.passphrase_sha256: str
        self.subject: UUID
        self.language: str
        self.filing: Rule | None
        self.channel: Channel
        self.stage: Stage
        self.received_on: date
        self.incident_on: date | None
        self.late: bool
        self.harm: bool
        self.names_principal: bool
        self.school: str | None
        self.officer: str | None
        self.allegations: tuple[Allegation, ...]
        self.urgent: tuple[Trigger, ...]
        self.clocks: Clocks = {}
        self.acknowledged = False
        self.investigator: str | None = None
        self.stepped_aside: frozenset[str] = frozenset()
        self.declared: frozenset[str] = frozenset()
        self.withdrawn = False
        self.goes_on = False
        self.determined_on: date | None = None
        self.determined_by: str | None = None
        self.appealed: frozenset[Party] = frozenset()
        self.appeals_open: frozenset[Party] = frozenset()
        self.officer_informed = False
        self.agency = AgencyStatus.INFORMED
        self.links: frozenset[str] = frozenset()


class Happened(Event):
    """An event of a complaint that may start clocks."""

    starts: tuple[Running, ...] = ()

    def apply(self, complaint: Complaint) -> None:
        complaint.clocks = clocks_after(self, complaint.clocks)


# --- Intake -------------------------------------------------------------------------------------


class Received(CreatedEvent, Happened):
    """A complaint came in, and the agency is informed of it at once.

    C-COMP-1, C-COMP-2, C-COMP-3, C-COMP-5, C-COMP-21.
    """

    TOPIC: ClassVar[str] = "complaint.received"

    passphrase_sha256: str
    """Of a random passphrase of 80 bits: too many to try, so no slow hash is needed."""
    policy: str
    """The version of the policy that this is judged by."""
    filing: KeptRule | None
    """The limit of that policy that `late` was told by; None for a channel without one."""
    channel: Channel
    school: str | None
    officer: str | None
    incident_on: date | None
    received_on: date
    notified_on: date
    late: bool
    allegations: tuple[Allegation, ...]
    urgent: tuple[Trigger, ...]
    harm: bool
    """Harm to a student is alleged: the district goes on whatever the complainant does."""
    names_principal: bool
    language: str
    narrative: Sealed
    complainant: Sealed | None
    contact: Sealed | None

    def apply(self, complaint: Complaint) -> None:
        super().apply(complaint)
        complaint.number = number_of(self.originator_id)
        complaint.passphrase_sha256 = self.passphrase_sha256
        complaint.subject = self.narrative.subject
        complaint.language = self.language
        complaint.filing = self.filing
        complaint.channel = self.channel
        complaint.stage = Stage.RECEIVED
        complaint.received_on = self.received_on
        complaint.incident_on = self.incident_on
        complaint.late = self.late
        complaint.harm = self.harm
        complaint.names_principal = self.names_principal
        complaint.school = self.school
        complaint.officer = self.officer
        complaint.allegations = self.allegations
        complaint.urgent = self.urgent


class Acknowledged(Happened):
    """The complainant was told that the complaint is here, with number and next steps.

    C-COMP-12.
    """

    TOPIC: ClassVar[str] = "complaint.acknowledged"

    acknowledged_on: date

    def apply(self, complaint: Complaint) -> None:
        super().apply(complaint)
        complaint.acknowledged = True


class Forwarded(Happened):
    """The tip line gave the report to the principal of its school (C-COMP-4)."""

    TOPIC: ClassVar[str] = "complaint.forwarded"

    school: str
    forwarded_on: date

    def apply(self, complaint: Complaint) -> None:
        super().apply(complaint)
        complaint.school = self.school


class Corrected(Happened):
    """Facts of the complaint were wrong; these stand in their place (C-DATA-8)."""

    TOPIC: ClassVar[str] = "complaint.corrected"

    school: str | None
    officer: str | None
    incident_on: date | None
    allegations: tuple[Allegation, ...]
    names_principal: bool
    harm: bool
    late: bool
    reasons: Sealed
    corrected_on: date

    def apply(self, complaint: Complaint) -> None:
        super().apply(complaint)
        complaint.school = self.school
        complaint.officer_informed &= self.officer == complaint.officer
        complaint.officer = self.officer
        complaint.incident_on = self.incident_on
        complaint.allegations = self.allegations
        complaint.names_principal = self.names_principal
        complaint.harm = self.harm
        complaint.late = self.late


class UrgencySeen(Happened):
    """Somebody saw that this must not wait, after it had been received (C-COMP-18, C-COMP-22)."""

    TOPIC: ClassVar[str] = "complaint.urgency_seen"

    trigger: Trigger
    account: Sealed
    seen_on: date

    def apply(self, complaint: Complaint) -> None:
        super().apply(complaint)
        complaint.urgent = (*complaint.urgent, self.trigger)
        if self.trigger is Trigger.RETALIATION:
            complaint.allegations = with_retaliation(complaint.allegations)


class Escalated(Happened):
    """What must not wait was brought to those who can act at once (C-COMP-18)."""

    TOPIC: ClassVar[str] = "complaint.escalated"

    trigger: Trigger
    to: str
    escalated_on: date


# --- Investigation --------------------------------------------------------------------------------


class ConflictDeclared(Happened):
    """Who would investigate said how they stand to it; with a conflict they step aside.

    C-COMP-14.
    """

    TOPIC: ClassVar[str] = "complaint.conflict_declared"

    staff: str
    conflict: Conflict
    declared_on: date

    def apply(self, complaint: Complaint) -> None:
        super().apply(complaint)
        complaint.declared |= {self.staff}
        if self.conflict is not Conflict.NONE:
            complaint.stepped_aside |= {self.staff}
            if complaint.investigator == self.staff:
                complaint.investigator = None


class InvestigatorAssigned(Happened):
    """A designee investigates in another's place (C-COMP-14)."""

    TOPIC: ClassVar[str] = "complaint.investigator_assigned"

    staff: str
    assigned_on: date

    def apply(self, complaint: Complaint) -> None:
        super().apply(complaint)
        complaint.investigator = self.staff


class InvestigationOpened(Happened):
    """The investigation began, by somebody who declared to have no conflict.

    C-COMP-6, C-COMP-14.
    """

    TOPIC: ClassVar[str] = "complaint.investigation_opened"

    investigator: str
    opened_on: date

    def apply(self, complaint: Complaint) -> None:
        super().apply(complaint)
        complaint.stage = Stage.INVESTIGATION
        complaint.investigator = self.investigator


class OfficerInformed(Happened):
    """The officer was told of the complaint (C-COMP-23)."""

    TOPIC: ClassVar[str] = "complaint.officer_informed"

    informed_on: date

    def apply(self, complaint: Complaint) -> None:
        super().apply(complaint)
        complaint.officer_informed = True


class InformingDeferred(Happened):
    """Telling the officer now would harm the inquiry, for these reasons (C-COMP-23)."""

    TOPIC: ClassVar[str] = "complaint.informing_deferred"

    reasons: Sealed
    deferred_on: date


class OfficerAnswered(Happened):
    """The officer's answer was taken in, sealed under the officer's own key (C-COMP-23)."""

    TOPIC: ClassVar[str] = "complaint.officer_answered"

    answer: Sealed
    answered_on: date


class EvidenceAdded(Happened):
    """A piece of evidence or a statement was taken into custody (C-COMP-24)."""

    TOPIC: ClassVar[str] = "complaint.evidence_added"

    sha256: str
    source: str
    description: Sealed
    added_on: date


class MattersLinked(Happened):
    """Another complaint belongs to the same matter; each complainant is still answered.

    C-COMP-17.
    """

    TOPIC: ClassVar[str] = "complaint.matters_linked"

    other: str
    linked_on: date

    def apply(self, complaint: Complaint) -> None:
        super().apply(complaint)
        complaint.links |= {self.other}


class MessageWritten(Happened):
    """The complainant and the district write to each other on the status page (C-COMP-20)."""

    TOPIC: ClassVar[str] = "complaint.message_written"

    from_complainant: bool
    text: Sealed
    written_on: date


# --- Determination and appeal ---------------------------------------------------------------------


class Found(BaseModel):
    """What was found on one allegation, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    allegation: Allegation
    finding: Finding
    reasons: Sealed


class Determined(Happened):
    """The written determination was issued, with a finding on each allegation.

    C-COMP-6, C-COMP-7, C-COMP-13.
    """

    TOPIC: ClassVar[str] = "complaint.determined"

    determined_on: date
    findings: Annotated[tuple[Found, ...], Field(min_length=1)]
    letter: Sealed
    letter_sha256: str
    judged: Running | None
    """The clock this was judged by, as it stood; None under a policy without a limit."""
    late: bool

    def apply(self, complaint: Complaint) -> None:
        super().apply(complaint)
        complaint.stage = Stage.DETERMINED
        complaint.determined_on = self.determined_on
        complaint.determined_by = self.by


class TranslationProvided(Happened):
    """The letter was given in the language the complainant asked for (C-COMP-19)."""

    TOPIC: ClassVar[str] = "complaint.translation_provided"

    language: str
    letter: Sealed
    provided_on: date


class Appealed(Happened):
    """A dissatisfied party appealed to the Superintendent (C-COMP-8)."""

    TOPIC: ClassVar[str] = "complaint.appealed"

    party: Party
    received_on: date
    late: bool
    grounds: Sealed

    def apply(self, complaint: Complaint) -> None:
        super().apply(complaint)
        complaint.stage = Stage.APPEAL
        complaint.appealed |= {self.party}
        complaint.appeals_open |= {self.party}


class ExtensionNoticed(Happened):
    """Written notice went out that more time is needed, why, and until when (C-COMP-10)."""

    TOPIC: ClassVar[str] = "complaint.extension_noticed"

    duty: Duty
    noticed_on: date
    reasons: Sealed
    anticipated_on: date
    in_time: bool
    """A notice after the due day is sent and kept, but the clock stays passed."""


class AppealAnswered(Happened):
    """The Superintendent answered an appeal in writing (C-COMP-9)."""

    TOPIC: ClassVar[str] = "complaint.appeal_answered"

    party: Party
    outcome: Outcome
    letter: Sealed
    letter_sha256: str
    answered_on: date
    judged: Running | None
    late: bool

    def apply(self, complaint: Complaint) -> None:
        super().apply(complaint)
        complaint.appeals_open -= {self.party}
        if self.outcome is Outcome.RETURNED:
            complaint.stage = Stage.INVESTIGATION
            complaint.appealed = complaint.appeals_open = frozenset()
        elif not complaint.appeals_open:
            complaint.stage = Stage.ANSWERED


# --- Endings --------------------------------------------------------------------------------------


class Withdrawn(Happened):
    """The complainant withdrew; harm to a student always goes on (C-COMP-15)."""

    TOPIC: ClassVar[str] = "complaint.withdrawn"

    reasons: Sealed | None
    withdrawn_on: date
    goes_on: bool

    def apply(self, complaint: Complaint) -> None:
        super().apply(complaint)
        complaint.withdrawn = True
        complaint.goes_on = self.goes_on


class WentOn(Happened):
    """The district goes on in the public interest, though it was withdrawn (C-COMP-15)."""

    TOPIC: ClassVar[str] = "complaint.went_on"

    reasons: Sealed
    decided_on: date

    def apply(self, complaint: Complaint) -> None:
        super().apply(complaint)
        complaint.goes_on = True


class Closed(Happened):
    """The district closed it without a determination, with reasons and a right of appeal.

    C-COMP-3, C-COMP-15, C-COMP-17, C-COMP-21.
    """

    TOPIC: ClassVar[str] = "complaint.closed"

    ground: Ground
    reasons: Sealed
    duplicate_of: str | None
    closed_on: date

    def apply(self, complaint: Complaint) -> None:
        super().apply(complaint)
        complaint.determined_by = self.by
        complaint.stage = Stage.CLOSED


class Reopened(Happened):
    """New evidence reopened it; the old letter stands until replaced (C-COMP-16)."""

    TOPIC: ClassVar[str] = "complaint.reopened"

    what_is_new: Sealed
    reopened_on: date

    def apply(self, complaint: Complaint) -> None:
        super().apply(complaint)
        complaint.stage = Stage.INVESTIGATION
        complaint.appealed = frozenset()


# --- The agency's part ----------------------------------------------------------------------------


class AgencyAcknowledged(Happened):
    """The agency has the notice, under its own case number (C-COMP-5)."""

    TOPIC: ClassVar[str] = "complaint.agency_acknowledged"

    reference: str
    acknowledged_on: date

    def apply(self, complaint: Complaint) -> None:
        super().apply(complaint)
        complaint.agency = AgencyStatus.ACKNOWLEDGED


class AgencyReviewOpened(Happened):
    """The agency reviews its own part (C-COMP-11)."""

    TOPIC: ClassVar[str] = "complaint.agency_review_opened"

    reference: str
    opened_on: date

    def apply(self, complaint: Complaint) -> None:
        super().apply(complaint)
        complaint.agency = AgencyStatus.REVIEWING


class AgencyReviewClosed(Happened):
    """The agency concluded its review; the category alone was told (C-COMP-11)."""

    TOPIC: ClassVar[str] = "complaint.agency_review_closed"

    reference: str
    result: Result
    closed_on: date

    def apply(self, complaint: Complaint) -> None:
        super().apply(complaint)
        complaint.agency = AgencyStatus.CLOSED


# --- Clocks ---------------------------------------------------------------------------------------


class ClockPassed(Happened):
    """The due day ended without the act; doing it late does not take this back (C-TIME-9)."""

    TOPIC: ClassVar[str] = "complaint.clock_passed"

    clock: Running
    passed_on: date


class CounterpartSilent(Happened):
    """The agency was silent for as long as the clock ran, though it owes no reply.

    C-AUD-5, C-COMP-5, C-COMP-11.
    """

    TOPIC: ClassVar[str] = "complaint.counterpart_silent"

    clock: Running
    noted_on: date


class ClockMoved(Happened):
    """The calendar changed and the due date with it (C-TIME-5)."""

    TOPIC: ClassVar[str] = "complaint.clock_moved"

    clock: Running
    """The clock as it runs from now on."""
    from_on: date
    cause: str
    """What was declared or loaded, in words; the calendar versions where that is not known."""


class DueDateUnknown(Happened):
    """The count runs past the loaded calendars: only an earliest date can be told (C-TIME-6)."""

    TOPIC: ClassVar[str] = "complaint.due_date_unknown"

    clock: Running


class DueDateKnown(Happened):
    """The calendar that was missing has been loaded: the due date can be told (C-TIME-6)."""

    TOPIC: ClassVar[str] = "complaint.due_date_known"

    clock: Running


ClockEvent = ClockPassed | CounterpartSilent | ClockMoved | DueDateUnknown | DueDateKnown
ComplaintEvent = (
    Received
    | Acknowledged
    | Forwarded
    | Corrected
    | UrgencySeen
    | Escalated
    | ConflictDeclared
    | InvestigatorAssigned
    | InvestigationOpened
    | OfficerInformed
    | InformingDeferred
    | OfficerAnswered
    | EvidenceAdded
    | MattersLinked
    | MessageWritten
    | Determined
    | TranslationProvided
    | Appealed
    | ExtensionNoticed
    | AppealAnswered
    | Withdrawn
    | WentOn
    | Closed
    | Reopened
    | AgencyAcknowledged
    | AgencyReviewOpened
    | AgencyReviewClosed
    | ClockEvent
)


def with_retaliation(allegations: tuple[Allegation, ...]) -> tuple[Allegation, ...]:
    """A report of retaliation is a new allegation (C-COMP-22)."""
    return tuple(dict.fromkeys((*allegations, Allegation.RETALIATION)))


def clocks_after(event: Happened, clocks: Clocks) -> Clocks:
    """The clocks that run once this has happened; asked by the state and by the docket."""
    left = _left_after(event, clocks)
    return {**left, **{clock.duty: clock for clock in event.starts}} if event.starts else left


def _left_after(event: Happened, clocks: Clocks) -> Clocks:
    match event:
        case (
            ClockPassed(clock=clock)
            | CounterpartSilent(clock=clock)
            | ClockMoved(clock=clock)
            | DueDateUnknown(clock=clock)
            | DueDateKnown(clock=clock)
        ):
            return {**clocks, clock.duty: clock}
        case ExtensionNoticed(in_time=True):
            extended = clocks[event.duty].model_copy(
                update={
                    "extended_to": event.anticipated_on,
                    "due_on": event.anticipated_on,
                    "known": True,
                }
            )
            return {**clocks, event.duty: extended}
        case Corrected():
            forwarded = () if event.school is None else (Duty.FORWARD,)
            told = () if event.officer is not None else (Duty.INFORM_OFFICER,)
            return clocks_without(clocks, *forwarded, *told)
        case Closed():
            return clocks_without(clocks, *(set(Duty) - AGENCY_DUTIES))
        case _:
            return clocks_without(clocks, *ENDS.get(type(event), ()), *_appeal_ended(event))


def _appeal_ended(event: Happened) -> tuple[Duty, ...]:
    if not isinstance(event, AppealAnswered):
        return ()
    if event.outcome is Outcome.RETURNED:  # the new determination can be appealed anew
        return tuple(APPEAL_DUTY.values())
    return (APPEAL_DUTY[event.party],)


ENDS: dict[type[Happened], tuple[Duty, ...]] = {
    Acknowledged: (Duty.ACKNOWLEDGE,),
    Forwarded: (Duty.FORWARD,),
    Escalated: (Duty.ESCALATE,),
    OfficerInformed: (Duty.INFORM_OFFICER,),
    InformingDeferred: (Duty.INFORM_OFFICER,),
    Determined: (Duty.DETERMINE,),
    TranslationProvided: (Duty.TRANSLATE,),
    AgencyAcknowledged: (Duty.AGENCY_ACKNOWLEDGEMENT,),
    AgencyReviewOpened: (Duty.AGENCY_ACKNOWLEDGEMENT,),
    AgencyReviewClosed: (Duty.AGENCY_ACKNOWLEDGEMENT, Duty.AGENCY_REVIEW),
}
"""Which duties an act fulfils."""
