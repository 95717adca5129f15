"""The agency's linked review of a complaint: its events, its state, what may be decided.

It is the agency's own aggregate, linked to the district's complaint by the matter's number
(C-COMP-11). Nothing the agency decides binds the district, nor the reverse.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, ClassVar

from services.complaints.words import AgencyStatus, Allegation, Result, Trigger
from shared.aggregate import Aggregate, CreatedEvent, Event
from shared.errors import Refused
from shared.sealed import Sealed

if TYPE_CHECKING:
    from collections.abc import Collection

COUNTED = re.compile(r"(?P<year>[0-9]{4})-(?P<count>[0-9]{1,9})")


class Review(Aggregate):
    """What decisions about the agency's part look at."""

    TOPIC = "review"

    def __init__(self) -> None:
        self.officer: str | None
        self.status = AgencyStatus.INFORMED
        self.reference: str | None = None


class NoticeReceived(CreatedEvent):
    """The district informed the agency of a complaint about an officer (C-COMP-5)."""

    TOPIC: ClassVar[str] = "review.notice_received"

    school: str | None
    officer: str | None
    incident_on: date | None
    received_on: date
    notified_on: date
    allegations: tuple[Allegation, ...]

    def apply(self, review: Review) -> None:
        review.officer = self.officer


class NoticeCorrected(Event):
    """The district put facts of its notice right (C-DATA-8)."""

    TOPIC: ClassVar[str] = "review.notice_corrected"

    school: str | None
    officer: str | None
    incident_on: date | None
    allegations: tuple[Allegation, ...]
    corrected_on: date

    def apply(self, review: Review) -> None:
        review.officer = self.officer


class NoticeForwarded(Event):
    """The district learned to which school its notice belongs (C-COMP-4)."""

    TOPIC: ClassVar[str] = "review.notice_forwarded"

    school: str
    forwarded_on: date


class DistrictEscalated(Event):
    """The district says that something must not wait (C-COMP-18)."""

    TOPIC: ClassVar[str] = "review.district_escalated"

    trigger: Trigger
    escalated_on: date


class DistrictMoved(Event):
    """The district told of a further step on its own side (C-COMP-6, C-COMP-8, C-COMP-9)."""

    TOPIC: ClassVar[str] = "review.district_moved"

    step: str
    """The contract's event, e.g. `determined`."""
    detail: str
    """What it said beyond its date: findings, outcome, ground; no personal data is in it."""
    on: date


class NoticeAcknowledged(Event):
    """The agency has the notice and gave it a case number of its own (C-COMP-5)."""

    TOPIC: ClassVar[str] = "review.notice_acknowledged"

    reference: str
    acknowledged_on: date

    def apply(self, review: Review) -> None:
        review.status = AgencyStatus.ACKNOWLEDGED
        review.reference = self.reference


class ReviewOpened(Event):
    """The agency began to review its own part (C-COMP-11)."""

    TOPIC: ClassVar[str] = "review.opened"

    reference: str
    opened_on: date

    def apply(self, review: Review) -> None:
        review.status = AgencyStatus.REVIEWING


class ReviewClosed(Event):
    """The agency concluded its review; its reasons stay inside, sealed (C-COMP-11)."""

    TOPIC: ClassVar[str] = "review.closed"

    reference: str
    result: Result
    reasons: Sealed
    closed_on: date

    def apply(self, review: Review) -> None:
        review.status = AgencyStatus.CLOSED


ReviewEvent = (
    NoticeReceived
    | NoticeCorrected
    | NoticeForwarded
    | DistrictEscalated
    | DistrictMoved
    | NoticeAcknowledged
    | ReviewOpened
    | ReviewClosed
)


def acknowledge(review: Review, today: date, *, reference: str) -> NoticeAcknowledged:
    """Answer that the notice is here, with the agency's case number (C-COMP-5)."""
    if review.status is not AgencyStatus.INFORMED:
        raise Refused("C-COMP-5", f"it has been acknowledged: it is {review.status}")
    return NoticeAcknowledged(reference=reference, acknowledged_on=today)


def open_review(review: Review, today: date) -> ReviewOpened:
    """Begin the agency's own review (C-COMP-11)."""
    if review.reference is None:
        raise Refused("C-COMP-5", "acknowledge the notice first, with a case number", "reference")
    if review.status is not AgencyStatus.ACKNOWLEDGED:
        raise Refused("C-COMP-11", f"a review is opened once: it is {review.status}")
    return ReviewOpened(reference=review.reference, opened_on=today)


def close_review(review: Review, today: date, *, result: Result, reasons: Sealed) -> ReviewClosed:
    """Conclude the review with a category and reasons (C-COMP-11)."""
    if review.status is not AgencyStatus.REVIEWING or review.reference is None:
        raise Refused("C-COMP-11", f"no review is open: it is {review.status}")
    return ReviewClosed(reference=review.reference, result=result, reasons=reasons, closed_on=today)


def next_reference(year: int, taken: Collection[str]) -> str:
    """The agency's next case number of a year, e.g. `2026-0007`; any may be chosen by hand too."""
    ours = (COUNTED.fullmatch(each) for each in taken)
    used = [int(each["count"]) for each in ours if each and int(each["year"]) == year]
    return f"{year}-{max(used, default=0) + 1:04d}"
