"""What the complaints services of the two organisations tell each other.

`number` is the matter's number, the same on both sides. Officers, schools and staff are references;
who complained, and what anybody wrote, never leaves (C-PRIV-3).
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.base import Contract

FindingName = Literal[
    "sustained",
    "not sustained",
    "unfounded",
    "exonerated",
    "policy failure",
    "not within the procedure",
]


class Matter(Contract):
    """A contract about one complaint."""

    number: str


# --- The district tells the agency ----------------------------------------------------------------


class ComplaintReceivedV1(Matter):
    """The district informs the agency of a complaint (C-COMP-5)."""

    name: Literal["complaints.received.v1"] = "complaints.received.v1"
    school: str | None
    officer: str | None
    incident_on: date | None
    received_on: date
    notified_on: date
    allegations: tuple[str, ...]


class ComplaintCorrectedV1(Matter):
    """Facts the agency was given were wrong; these stand in their place (C-DATA-8)."""

    name: Literal["complaints.corrected.v1"] = "complaints.corrected.v1"
    school: str | None
    officer: str | None
    incident_on: date | None
    allegations: tuple[str, ...]
    corrected_on: date


class ComplaintForwardedV1(Matter):
    """The school of a report to the tip line became known (C-COMP-4)."""

    name: Literal["complaints.forwarded.v1"] = "complaints.forwarded.v1"
    school: str
    forwarded_on: date


class ComplaintEscalatedV1(Matter):
    """Something in the complaint must not wait (C-COMP-18)."""

    name: Literal["complaints.escalated.v1"] = "complaints.escalated.v1"
    trigger: str
    escalated_on: date


class FindingV1(BaseModel):
    """What was found on one allegation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    allegation: str
    finding: FindingName


class ComplaintDeterminedV1(Matter):
    """The written determination was issued (C-COMP-6, C-COMP-13)."""

    name: Literal["complaints.determined.v1"] = "complaints.determined.v1"
    determined_on: date
    findings: tuple[FindingV1, ...]


class ComplaintAppealedV1(Matter):
    """A party appealed to the Superintendent (C-COMP-8)."""

    name: Literal["complaints.appealed.v1"] = "complaints.appealed.v1"
    party: Literal["complainant", "officer"]
    received_on: date


class ExtensionNoticedV1(Matter):
    """The determination, or the answer to the appeal of a party, will take longer (C-COMP-10)."""

    name: Literal["complaints.extended.v1"] = "complaints.extended.v1"
    party: Literal["complainant", "officer"] | None
    """Whose appeal; null where the determination itself is meant."""
    noticed_on: date
    anticipated_on: date


class AppealAnsweredV1(Matter):
    """The Superintendent answered an appeal (C-COMP-9)."""

    name: Literal["complaints.answered.v1"] = "complaints.answered.v1"
    party: Literal["complainant", "officer"]
    outcome: Literal["upheld", "changed", "returned"]
    answered_on: date


class ComplaintWithdrawnV1(Matter):
    """The complainant withdrew; the district may go on (C-COMP-15)."""

    name: Literal["complaints.withdrawn.v1"] = "complaints.withdrawn.v1"
    withdrawn_on: date
    goes_on: bool


class ComplaintClosedV1(Matter):
    """The district closed the complaint without a determination (C-COMP-3, C-COMP-21)."""

    name: Literal["complaints.closed.v1"] = "complaints.closed.v1"
    ground: Literal["late filed", "too little to go on", "withdrawn", "duplicate"]
    closed_on: date


class ComplaintReopenedV1(Matter):
    """New evidence reopened the complaint (C-COMP-16)."""

    name: Literal["complaints.reopened.v1"] = "complaints.reopened.v1"
    reopened_on: date


class SilenceNotedV1(Matter):
    """The district recorded that the agency has been silent (C-AUD-5)."""

    name: Literal["complaints.silence_noted.v1"] = "complaints.silence_noted.v1"
    clause: str
    due_on: date


# --- The agency tells the district ----------------------------------------------------------------


class NoticeAcknowledgedV1(Matter):
    """The agency has the notice, under its own case number (C-COMP-5)."""

    name: Literal["complaints.notice_acknowledged.v1"] = "complaints.notice_acknowledged.v1"
    reference: str
    acknowledged_on: date


class ReviewOpenedV1(Matter):
    """The agency reviews its own part (C-COMP-11)."""

    name: Literal["complaints.review_opened.v1"] = "complaints.review_opened.v1"
    reference: str
    opened_on: date


class ReviewClosedV1(Matter):
    """The agency concluded its review; the category alone is told (C-COMP-11)."""

    name: Literal["complaints.review_closed.v1"] = "complaints.review_closed.v1"
    reference: str
    result: Literal["no action", "policy or training", "handled internally", "referred outside"]
    closed_on: date


FromDistrict = Annotated[
    ComplaintReceivedV1
    | ComplaintCorrectedV1
    | ComplaintForwardedV1
    | ComplaintEscalatedV1
    | ComplaintDeterminedV1
    | ComplaintAppealedV1
    | ExtensionNoticedV1
    | AppealAnsweredV1
    | ComplaintWithdrawnV1
    | ComplaintClosedV1
    | ComplaintReopenedV1
    | SilenceNotedV1,
    Field(discriminator="name"),
]
Counted = Annotated[
    ComplaintReceivedV1 | ComplaintCorrectedV1 | ComplaintForwardedV1, Field(discriminator="name")
]
"""What the district's own services are told too, so that they can count complaints (C-DATA-5)."""
FromAgency = Annotated[
    NoticeAcknowledgedV1 | ReviewOpenedV1 | ReviewClosedV1, Field(discriminator="name")
]
