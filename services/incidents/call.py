"""A call for service at the agency: what happened, its class, its outcomes, and how it was mended.

Outcomes and classes come late, in parts, and are corrected: each is an event, and nothing is
overwritten (C-DATA-7, C-DATA-8).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from services.incidents.catalogs import NOT_CLASSIFIED, most_formal
from services.incidents.records import Begins, Happened, Kept, Record
from services.incidents.words import Channel, ForceFinding, Reportable, Said
from shared.sealed import Sealed


class CallFacts(BaseModel):
    """What a call was, but for its class and outcome. Nothing of it is of a person."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    received_at: datetime
    dispatched_at: datetime | None = None
    arrived_at: datetime | None = None
    closed_at: datetime | None = None
    school: str
    call_type: str = ""
    """The dispatch system's code."""
    priority: str = ""
    emergency: bool = False
    self_initiated: bool = False
    """By the officer, so that nobody dispatched it."""
    cancelled: bool = False


class CallOutcome(BaseModel):
    """One part of what came of a call."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    part: int
    outcome: str
    persons: int | None
    """None where it is not known; persons and calls are counted apart (C-DATA-3)."""
    recorded_on: date
    stands: bool = True


class Force(BaseModel):
    """Force that was used once."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int
    at: datetime
    officers: tuple[str, ...]
    on_student: bool
    restraint: bool
    finding: ForceFinding | None = None


class CommissionReport(BaseModel):
    """A report that the law asks the agency to make to the state commission."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int
    ground: Reportable
    officer: str
    learned_on: date
    notified_on: date | None = None


class CallRecord(Record):
    """A call as the agency knows it."""

    number: str
    facts: CallFacts
    dispatched: CallFacts
    """As the dispatch system told last, which a correction by a person does not change."""
    channel: Channel
    received_on: date
    """The local day of the call."""
    recorded_late: bool
    offenses: tuple[str, ...] = (NOT_CLASSIFIED,)
    classified: bool = False
    outcomes: tuple[CallOutcome, ...] = ()
    officers: tuple[str, ...] = ()
    forces: tuple[Force, ...] = ()
    merged_into: str | None = None
    links: tuple[str, ...] = ()
    alternatives: Said | None = None
    commission: tuple[CommissionReport, ...] = ()
    said: tuple[str, ...] = ()
    """Outcomes that the dispatch system said, whatever was made of them since."""
    sent: tuple[str, ...] = ()
    """Keys of the messages that told of it, so that one sent again is known."""

    @property
    def standing(self) -> tuple[CallOutcome, ...]:
        """The parts that stand."""
        return tuple(each for each in self.outcomes if each.stands)

    @property
    def outcome(self) -> str:
        """The outcome that is reported: the most formal one standing."""
        return most_formal(each.outcome for each in self.standing)

    @property
    def reference(self) -> str:
        """What it is called here."""
        return self.number


class Call(Kept):
    """One call for law enforcement service at a school (C-DATA-2)."""

    TOPIC = "call"


class CallReceived(Begins):
    """Law enforcement was called to a school, or an officer acted there unasked (C-DATA-2)."""

    TOPIC: ClassVar[str] = "call.received"

    number: str
    facts: CallFacts
    channel: Channel
    received_on: date
    recorded_on: date
    late: bool
    """Recorded after the end of the next business day; flagged, never refused."""
    key: str = ""

    def first(self) -> CallRecord:
        return CallRecord(
            number=self.number,
            facts=self.facts,
            dispatched=self.facts,
            channel=self.channel,
            received_on=self.received_on,
            recorded_late=self.late,
            sent=(self.key,) if self.key else (),
        )


class CallHappened(Happened):
    """Something that changes a call."""

    number: str
    key: str = ""
    """Of the message that told of it; empty where a person did."""

    def after(self, record: CallRecord) -> CallRecord:  # type: ignore[override]  # of calls alone
        after = super().after(record)
        if not self.key:
            return after
        return after.model_copy(update={"sent": (*after.sent, self.key)})


class DispatchChanged(CallHappened):
    """The dispatch system tells other facts of a call than before (C-DATA-7)."""

    TOPIC: ClassVar[str] = "call.dispatch_changed"

    facts: CallFacts
    dispatched: CallFacts
    changed: tuple[str, ...]
    changed_on: date

    def changes(self, record: CallRecord) -> dict[str, object]:
        return {"facts": self.facts, "dispatched": self.dispatched}


class FactCorrected(CallHappened):
    """Facts of a call were wrong; these stand from now on (C-DATA-8)."""

    TOPIC: ClassVar[str] = "call.fact_corrected"

    facts: CallFacts
    changed: tuple[str, ...]
    reasons: Sealed
    corrected_on: date

    def changes(self, record: CallRecord) -> dict[str, object]:
        return {"facts": self.facts}


class OffenseClassified(CallHappened):
    """The agency classified a call for the first time, the most serious offense first (C-INC-3)."""

    TOPIC: ClassVar[str] = "call.classified"

    offenses: tuple[str, ...]
    catalog: str
    classified_on: date

    def changes(self, record: CallRecord) -> dict[str, object]:
        return {"offenses": self.offenses, "classified": True}


class OffenseReclassified(CallHappened):
    """The class changed; what was reported at the time stays as it was (C-INC-3, C-DATA-7)."""

    TOPIC: ClassVar[str] = "call.reclassified"

    offenses: tuple[str, ...]
    before: tuple[str, ...]
    catalog: str
    classified_on: date

    def changes(self, record: CallRecord) -> dict[str, object]:
        return {"offenses": self.offenses}


class OutcomeRecorded(CallHappened):
    """One part of what came of a call, for some persons (C-DATA-2, C-DATA-7)."""

    TOPIC: ClassVar[str] = "call.outcome_recorded"

    part: int
    outcome: str
    persons: int | None
    catalog: str
    recorded_on: date
    by_dispatch: bool = False
    """The dispatch system's disposition says so."""

    def changes(self, record: CallRecord) -> dict[str, object]:
        part = CallOutcome(
            part=self.part, outcome=self.outcome, persons=self.persons, recorded_on=self.recorded_on
        )
        said = (*record.said, self.outcome) if self.by_dispatch else record.said
        return {"outcomes": (*record.outcomes, part), "said": said}


class OutcomeCorrected(CallHappened):
    """One part of the outcome was wrong: this stands, or none of it (C-DATA-8)."""

    TOPIC: ClassVar[str] = "call.outcome_corrected"

    part: int
    outcome: str | None
    persons: int | None
    catalog: str
    reasons: Sealed
    corrected_on: date

    def changes(self, record: CallRecord) -> dict[str, object]:
        stands = self.outcome is not None
        told = {"outcome": self.outcome, "persons": self.persons} if stands else {}
        outcomes = tuple(
            each.model_copy(update={"stands": stands, **told}) if each.part == self.part else each
            for each in record.outcomes
        )
        return {"outcomes": outcomes}


class OfficersNamed(CallHappened):
    """Which officers were there; all of them, in place of those named before (C-INC-6)."""

    TOPIC: ClassVar[str] = "call.officers_named"

    officers: tuple[str, ...]

    def changes(self, record: CallRecord) -> dict[str, object]:
        return {"officers": self.officers}


class ForceReported(CallHappened):
    """Force was used at a call (C-INC-11)."""

    TOPIC: ClassVar[str] = "call.force_reported"

    force: Force

    def changes(self, record: CallRecord) -> dict[str, object]:
        return {"forces": (*record.forces, self.force)}


class ForceReviewed(CallHappened):
    """A supervisor reviewed force that was used (C-INC-11)."""

    TOPIC: ClassVar[str] = "call.force_reviewed"

    force: int
    finding: ForceFinding
    reasons: Sealed
    reviewed_on: date

    def changes(self, record: CallRecord) -> dict[str, object]:
        forces = tuple(
            each.model_copy(update={"finding": self.finding}) if each.number == self.force else each
            for each in record.forces
        )
        return {"forces": forces}


class AlternativesAsked(CallHappened):
    """The district asks why no alternative served, as diversion (C-ROLE-2)."""

    TOPIC: ClassVar[str] = "call.alternatives_asked"

    asked_on: date


class AlternativesExplained(CallHappened):
    """The agency says why no alternative to arrest or referral served (C-ROLE-2)."""

    TOPIC: ClassVar[str] = "call.alternatives_explained"

    said: Said
    reasons: Sealed | None
    explained_on: date

    def changes(self, record: CallRecord) -> dict[str, object]:
        return {"alternatives": self.said}


class CommissionReportOwed(CallHappened):
    """The law asks for a report to the state commission within 15 days (C-INC-13)."""

    TOPIC: ClassVar[str] = "call.commission_owed"
    class_version: ClassVar[int] = 1

    report: CommissionReport

    def changes(self, record: CallRecord) -> dict[str, object]:
        return {"commission": (*record.commission, self.report)}


class CommissionNotified(CallHappened):
    """The agency reported to the state commission; the content is not kept (C-INC-13)."""

    TOPIC: ClassVar[str] = "call.commission_notified"
    class_version: ClassVar[int] = 1

    report: int
    notified_on: date
    late: bool

    def changes(self, record: CallRecord) -> dict[str, object]:
        told = {"notified_on": self.notified_on}
        reports = tuple(
            each.model_copy(update=told) if each.number == self.report else each
            for each in record.commission
        )
        return {"commission": reports}


class NarrativeWritten(CallHappened):
    """The agency's narrative, which never leaves it (C-INC-6)."""

    TOPIC: ClassVar[str] = "call.narrative_written"

    narrative: Sealed


class CallLinked(CallHappened):
    """A call is of one incident with another, or has another agency's number too (C-INC-2)."""

    TOPIC: ClassVar[str] = "call.linked"

    to: str

    def changes(self, record: CallRecord) -> dict[str, object]:
        return {"links": (*record.links, self.to)}


class MergedInto(CallHappened):
    """A call turned out to be another one: it is counted there alone (C-INC-2)."""

    TOPIC: ClassVar[str] = "call.merged"

    into: str
    merged_on: date

    def changes(self, record: CallRecord) -> dict[str, object]:
        return {"merged_into": self.into}


class SplitOff(CallHappened):
    """A merged call is one of its own after all (C-INC-2)."""

    TOPIC: ClassVar[str] = "call.split"

    split_on: date

    def changes(self, record: CallRecord) -> dict[str, object]:
        return {"merged_into": None}


CallEvent = (
    CallReceived
    | DispatchChanged
    | FactCorrected
    | OffenseClassified
    | OffenseReclassified
    | OutcomeRecorded
    | OutcomeCorrected
    | OfficersNamed
    | ForceReported
    | ForceReviewed
    | AlternativesAsked
    | AlternativesExplained
    | CommissionReportOwed
    | CommissionNotified
    | NarrativeWritten
    | CallLinked
    | MergedInto
    | SplitOff
)
