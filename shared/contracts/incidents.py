"""What the incidents services of the two organisations tell each other, and what may be sent them.

A call is known by the agency's own number. What crosses is its class, outcome, times, officers and
school: never a narrative, never a student (C-INC-6).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from shared.contracts.base import Contract

Number = Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9-]{2,29}$")]
Officer = Annotated[str, Field(pattern=r"^officer-[0-9]{1,6}$")]


class Part(BaseModel):
    """A value inside a contract."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# --- By the agency --------------------------------------------------------------------------------


class OfCall(Contract):
    """A contract about one call for service."""

    number: str


class CallFactsV1(Part):
    """What a call was, but for its class and outcome."""

    received_at: datetime
    dispatched_at: datetime | None
    arrived_at: datetime | None
    closed_at: datetime | None
    school: str
    emergency: bool
    self_initiated: bool
    cancelled: bool


class CallReceivedV1(OfCall):
    """Law enforcement was called to a school, or an officer acted there unasked (C-DATA-2)."""

    name: Literal["incidents.call_received.v1"] = "incidents.call_received.v1"
    facts: CallFactsV1
    received_on: date
    recorded_on: date
    late: bool


class CallCorrectedV1(OfCall):
    """Facts of a call changed, or were wrong: these stand (C-DATA-7, C-DATA-8)."""

    name: Literal["incidents.call_corrected.v1"] = "incidents.call_corrected.v1"
    facts: CallFactsV1
    changed: tuple[str, ...]
    corrected_on: date


class ClassifiedV1(OfCall):
    """A call was classified, the most serious offense first; again is a change (C-INC-3)."""

    name: Literal["incidents.classified.v1"] = "incidents.classified.v1"
    offenses: tuple[str, ...]
    catalog: str
    classified_on: date


class OutcomeRecordedV1(OfCall):
    """One part of what came of a call; persons null where not known (C-DATA-2, C-DATA-7)."""

    name: Literal["incidents.outcome_recorded.v1"] = "incidents.outcome_recorded.v1"
    part: int
    outcome: str
    persons: int | None
    catalog: str
    recorded_on: date


class OutcomeCorrectedV1(OfCall):
    """One part of the outcome was wrong: this stands; outcome null where none does (C-DATA-8)."""

    name: Literal["incidents.outcome_corrected.v1"] = "incidents.outcome_corrected.v1"
    part: int
    outcome: str | None
    persons: int | None
    catalog: str
    corrected_on: date


class OfficersNamedV1(OfCall):
    """Which officers were there, all of them (C-INC-6)."""

    name: Literal["incidents.officers_named.v1"] = "incidents.officers_named.v1"
    officers: tuple[str, ...]


class ForceReportedV1(OfCall):
    """Force was used at a call (C-INC-11)."""

    name: Literal["incidents.force_reported.v1"] = "incidents.force_reported.v1"
    force: int
    at: datetime
    officers: tuple[str, ...]
    on_student: bool
    restraint: bool


class ForceReviewedV1(OfCall):
    """A supervisor of the agency reviewed force that was used; the finding stays there."""

    name: Literal["incidents.force_reviewed.v1"] = "incidents.force_reviewed.v1"
    force: int
    reviewed_on: date


class CallLinkedV1(OfCall):
    """A call is of one incident with another number (C-INC-2)."""

    name: Literal["incidents.call_linked.v1"] = "incidents.call_linked.v1"
    to: str


class CallMergedV1(OfCall):
    """A call is another one and counted there alone; `into` null: of its own again (C-INC-2)."""

    name: Literal["incidents.call_merged.v1"] = "incidents.call_merged.v1"
    into: str | None
    merged_on: date


class AlternativesExplainedV1(OfCall):
    """Why no alternative to arrest or referral served (C-ROLE-2)."""

    name: Literal["incidents.alternatives_explained.v1"] = "incidents.alternatives_explained.v1"
    said: Literal[
        "the law allows no diversion of this offense",
        "alternatives were tried and failed",
        "there was danger to others",
        "a court had ordered it",
        "none was considered",
    ]
    explained_on: date


# --- By the district ------------------------------------------------------------------------------


class AlternativesAskedV1(OfCall):
    """The district asks why no alternative to arrest or referral served (C-ROLE-2)."""

    name: Literal["incidents.alternatives_asked.v1"] = "incidents.alternatives_asked.v1"
    asked_on: date


class CallMissingV1(Contract):
    """The district knows of a call that the agency has not told of (C-DATA-2)."""

    name: Literal["incidents.call_missing.v1"] = "incidents.call_missing.v1"
    reference: str
    """Of the district's incident; the agency's number where the district knows it."""
    school: str
    noted_on: date


class QuestionedUnguardedV1(Contract):
    """A student was questioned without a lawyer and no exception was stated (C-INC-8)."""

    name: Literal["incidents.questioned_unguarded.v1"] = "incidents.questioned_unguarded.v1"
    reference: str
    officer: str
    school: str
    held: Literal["in custody", "detained on probable cause", "asked to consent to a search"]
    on: date


class BoundaryCrossedV1(Contract):
    """An officer took part in formal discipline, as a record says: a question (C-DISC-3)."""

    name: Literal["incidents.boundary_crossed.v1"] = "incidents.boundary_crossed.v1"
    reference: str
    officer: str
    school: str
    part: Literal["decider", "investigator", "witness at request", "searcher", "questioner"]
    on: date


class BoundaryAnsweredV1(Contract):
    """What was answered to it (C-DISC-3)."""

    name: Literal["incidents.boundary_answered.v1"] = "incidents.boundary_answered.v1"
    reference: str
    answer: Literal["explained", "corrected", "upheld"]
    answered_on: date


FromAgency = Annotated[
    CallReceivedV1
    | CallCorrectedV1
    | ClassifiedV1
    | OutcomeRecordedV1
    | OutcomeCorrectedV1
    | OfficersNamedV1
    | ForceReportedV1
    | ForceReviewedV1
    | CallLinkedV1
    | CallMergedV1
    | AlternativesExplainedV1,
    Field(discriminator="name"),
]
FromDistrict = Annotated[
    AlternativesAskedV1
    | CallMissingV1
    | QuestionedUnguardedV1
    | BoundaryCrossedV1
    | BoundaryAnsweredV1,
    Field(discriminator="name"),
]


# --- What a dispatch or records system of the agency sends ----------------------------------------


class CallV1(Part):
    """A call at a school, as a dispatch system sends it; again with later facts (C-DATA-2).

    It comes as a CloudEvent of type `incidents.call.v1`, as the others below by their names. The
    place is the school's reference, or the address that the agency has listed for it.
    """

    number: Number
    received_at: AwareDatetime
    dispatched_at: AwareDatetime | None = None
    arrived_at: AwareDatetime | None = None
    closed_at: AwareDatetime | None = None
    school: Annotated[str, Field(max_length=60)] | None = None
    block_address: Annotated[str, Field(max_length=100)] | None = None
    zip: Annotated[str, Field(max_length=10)] | None = None
    call_type: Annotated[str, Field(max_length=10)] = ""
    priority: Annotated[str, Field(max_length=10)] = ""
    emergency: bool = False
    self_initiated: bool = False
    cancelled: bool = False
    officers: tuple[Officer, ...] = ()


class ClassificationV1(Part):
    """The class of a call (C-INC-3)."""

    number: Number
    offenses: Annotated[tuple[str, ...], Field(min_length=1, max_length=20)]


class OutcomeV1(Part):
    """One part of what came of a call (C-DATA-7)."""

    number: Number
    outcome: Annotated[str, Field(max_length=4)]
    persons: Annotated[int, Field(ge=0, le=1000)] | None = None


class ForceV1(Part):
    """Force that was used at a call (C-INC-11)."""

    number: Number
    at: AwareDatetime
    officers: Annotated[tuple[Officer, ...], Field(min_length=1, max_length=20)]
    on_student: bool
    restraint: bool = False


# --- What systems of the district send ------------------------------------------------------------


class InteractionV1(Part):
    """An officer's interaction with students, staff or families (C-MENT-4)."""

    officer: Officer
    school: Annotated[str, Field(max_length=60)]
    on: date
    capacity: Literal["educate", "counsel", "enforce"]
    whom: Literal["a student", "several students", "staff", "a family", "a visitor"]
    setting: Literal[
        "classroom",
        "hallway or grounds",
        "office",
        "assembly or event",
        "meeting",
        "off campus",
        "by phone or online",
    ]
    subject: Literal[
        "greeting or relationship",
        "safety lesson or drill",
        "law-related education",
        "reminder of a rule",
        "conflict between students",
        "well-being",
        "threat or danger",
        "possible offense",
        "traffic or parking",
        "other",
    ]
    persons: Annotated[int, Field(ge=1, le=5000)] = 1
    discipline_part: (
        Literal["decider", "investigator", "witness at request", "searcher", "questioner"] | None
    ) = None


class NotedCallV1(Part):
    """A call to law enforcement that a school knows of (C-DATA-2)."""

    at: AwareDatetime
    school: Annotated[str, Field(max_length=60)]
    number: Number | None = None
    """The agency's, where it is known."""


class ReasonV1(Part):
    """Why something was not taken, and what would mend it."""

    clause: str
    field: str | None
    reason: str


class AnswerV1(Part):
    """What is answered to what was sent."""

    accepted: bool
    reference: str | None = None
    recorded: bool = False
    """False when it was known already: nothing was recorded twice."""
    reasons: tuple[ReasonV1, ...] = ()
