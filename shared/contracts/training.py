"""What the training services of the two organisations tell each other.

An officer is a reference; a confirmation or a waiver is known by its officer, its publisher, who
keeps it, and its number. Reasons in writing, certificates' numbers and files stay with their owner
(C-TRN-15).
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.base import Contract


class Part(BaseModel):
    """A value inside a contract."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# --- Catalogs, by either --------------------------------------------------------------------------


class PeriodV1(Part):
    """A span of time."""

    unit: Literal["months", "years", "school_days", "school_year"]
    count: int


class RequirementV1(Part):
    """One thing an officer, or a member of school staff, is to be trained in."""

    id: str
    title: str
    kind: Literal["topic", "on the job", "series", "course", "hours", "formal", "informal", "staff"]
    citation: str
    recurrence: PeriodV1 | None
    due: PeriodV1 | None
    amount: float | None
    window: Literal["calendar_year", "rolling"] | None
    covers: tuple[str, ...]
    notice: str


class CourseCodeV1(Part):
    """What a course of the agency's training system confirms."""

    requirement: str
    days: int | None


class GateRuleV1(Part):
    """Which verdict decides whether an officer may serve, and the days of grace (C-TRN-13)."""

    decides: Literal["procedure", "law"]
    grace_days: int


class CatalogAdoptedV1(Contract):
    """A version of a catalog of requirements was adopted by who keeps it (C-TRN-6, C-TRN-7)."""

    name: Literal["training.catalog_adopted.v1"] = "training.catalog_adopted.v1"
    catalog: str
    version: str
    keeper: Literal["agency", "district"]
    title: str
    citation: str
    effective_from: date
    effective_to: date | None
    requirements: tuple[RequirementV1, ...]
    course_codes: dict[str, CourseCodeV1]
    gate: GateRuleV1 | None
    sha256: str


# --- Confirmations and waivers, by who keeps them -------------------------------------------------


class OfOfficer(Contract):
    """A contract about one officer's training."""

    officer: str


class EvidenceV1(Part):
    """What shows it: the hash, size and kind of a file that stays with its owner (C-TRN-15)."""

    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    size_bytes: Annotated[int, Field(ge=0)] | None = None
    media_type: Annotated[str, Field(max_length=100)] = ""


class FactsV1(Part):
    """What a confirmation says."""

    requirement: str
    completed_on: date
    hours: float | None
    days: int | None
    provider: str
    expires_on: date | None
    """The last day it is valid; null for good."""
    evidence: EvidenceV1 | None
    school: str | None
    catalog: str


class ConfirmedV1(OfOfficer):
    """An officer completed a training of who publishes this (C-TRN-3, C-TRN-6, C-TRN-7)."""

    name: Literal["training.confirmed.v1"] = "training.confirmed.v1"
    number: int
    facts: FactsV1
    confirmed_on: date


class CorrectedV1(OfOfficer):
    """Facts of a confirmation were wrong; these stand in their place (C-DATA-8)."""

    name: Literal["training.corrected.v1"] = "training.corrected.v1"
    number: int
    facts: FactsV1
    corrected_on: date


class RevokedV1(OfOfficer):
    """A confirmation was found wrong and proves no more (C-TRN-14)."""

    name: Literal["training.revoked.v1"] = "training.revoked.v1"
    number: int
    revoked_on: date


class WaivedV1(OfOfficer):
    """A requirement is waived until a day (C-TRN-12)."""

    name: Literal["training.waived.v1"] = "training.waived.v1"
    number: int
    requirement: str
    from_on: date
    ends_on: date
    signer: str


class WaiverEndedV1(OfOfficer):
    """A waiver was ended before its last day (C-TRN-12)."""

    name: Literal["training.waiver_ended.v1"] = "training.waiver_ended.v1"
    number: int
    ended_on: date


# --- The agency alone -----------------------------------------------------------------------------


class DisputeAnsweredV1(OfOfficer):
    """The agency answered the district's doubt about a confirmation (C-TRN-5)."""

    name: Literal["training.dispute_answered.v1"] = "training.dispute_answered.v1"
    number: int
    outcome: Literal["it stands", "it was corrected", "it was revoked"]
    answered_on: date


class SubmissionRejectedV1(Contract):
    """What a training system sent was not taken; for the agency's own programs (C-TRN-6)."""

    name: Literal["training.submission_rejected.v1"] = "training.submission_rejected.v1"
    submission: str
    """SHA-256 of the CloudEvents source, a line feed, and the id."""
    clause: str
    field: str | None
    reason: str
    rejected_on: date


# --- The district alone ---------------------------------------------------------------------------


class CountersignedV1(OfOfficer):
    """The district has seen what the agency confirmed (C-TRN-17)."""

    name: Literal["training.countersigned.v1"] = "training.countersigned.v1"
    number: int
    countersigned_on: date


class DisputedV1(OfOfficer):
    """The district doubts a confirmation; the agency owes an answer (C-TRN-5)."""

    name: Literal["training.disputed.v1"] = "training.disputed.v1"
    number: int
    ground: Literal[
        "the training was not held",
        "the officer did not attend",
        "a fact is wrong",
        "the evidence does not show it",
    ]
    disputed_on: date
    answer_due_on: date


class DisputeUnansweredV1(OfOfficer):
    """The district has heard no answer to a dispute in the days there are for it (C-TRN-5)."""

    name: Literal["training.dispute_unanswered.v1"] = "training.dispute_unanswered.v1"
    number: int
    unanswered_on: date
    """The first day after the day that the answer was due on."""
    noted_on: date


class TrainingHeldV1(Contract):
    """Staff of the district were trained; for the district's own services (C-TRN-3)."""

    name: Literal["training.held.v1"] = "training.held.v1"
    requirement: str
    held_on: date
    school: str | None
    staff: tuple[str, ...]
    expires_on: date | None


class VerdictV1(Part):
    """One answer to whether an officer may serve."""

    cleared: bool
    missing: tuple[str, ...]
    plan_until: date | None
    """The first day on which what is still due must be held."""


class Judged(OfOfficer):
    """Both verdicts, and which of them decides (C-TRN-13)."""

    on: date
    """The first day of the change; earlier than `noted_on` when nothing ran that day."""
    noted_on: date
    decides: Literal["procedure", "law"]
    procedure: VerdictV1
    law: VerdictV1
    catalogs: tuple[str, ...]
    calendar: str


class OfficerClearedV1(Judged):
    """By the verdict that decides, the officer may serve (C-TRN-13)."""

    name: Literal["training.officer_cleared.v1"] = "training.officer_cleared.v1"


class OfficerNotClearedV1(Judged):
    """By the verdict that decides, the officer may not be assigned (C-TRN-13)."""

    name: Literal["training.officer_not_cleared.v1"] = "training.officer_not_cleared.v1"


FromAgency = Annotated[
    CatalogAdoptedV1
    | ConfirmedV1
    | CorrectedV1
    | RevokedV1
    | WaivedV1
    | WaiverEndedV1
    | DisputeAnsweredV1,
    Field(discriminator="name"),
]
FromDistrict = Annotated[
    CatalogAdoptedV1
    | ConfirmedV1
    | CorrectedV1
    | RevokedV1
    | WaivedV1
    | WaiverEndedV1
    | CountersignedV1
    | DisputedV1
    | DisputeUnansweredV1
    | OfficerClearedV1
    | OfficerNotClearedV1,
    Field(discriminator="name"),
]
AgencyPublishes = Annotated[FromAgency | SubmissionRejectedV1, Field(discriminator="name")]
"""With what is for the agency's own programs."""
DistrictPublishes = Annotated[FromDistrict | TrainingHeldV1, Field(discriminator="name")]
"""With what is for the district's own services."""


# --- What a training system sends, and what is answered -------------------------------------------


class ConfirmationV1(Part):
    """A training that an officer completed, as a training system sends it (C-TRN-6).

    It comes as a CloudEvent of type `training.confirmation.v1`; source and id tell a repetition.
    """

    officer: Annotated[str, Field(pattern=r"^officer-[0-9]{1,6}$")]
    requirement: Annotated[str, Field(max_length=20)]
    completed_on: date
    provider: Annotated[str, Field(max_length=100)]
    hours: float | None = None
    days: int | None = None
    """On the job."""
    expires_on: date | None = None
    """Where the provider says so; the catalog's validity ends it earlier."""
    reference: Annotated[str, Field(max_length=40)] | None = None
    """Number of the certificate."""
    evidence: EvidenceV1 | None = None


class ReasonV1(Part):
    """Why something was not taken, and what would mend it."""

    clause: str
    field: str | None
    reason: str


class ConfirmationAnswerV1(Part):
    """What is answered to a confirmation."""

    accepted: bool
    number: int | None = None
    """Of the officer's confirmation that stands for it."""
    recorded: bool = False
    """False when it was known already: nothing was recorded twice."""
    reasons: tuple[ReasonV1, ...] = ()
