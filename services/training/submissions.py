"""What a training system sent, by its CloudEvents source and id: taken, or rejected with reasons.

One that comes again gets the same answer; a rejected one is looked at again, since what it lacked
may be there now. Neither source nor id is kept, only their hash: a sender may put anything in them.
"""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from typing import ClassVar

from services.training.words import Channel
from shared.aggregate import Aggregate, CreatedEvent, Event


class Submission(Aggregate):
    """One event of a training system, and what was answered last."""

    TOPIC = "submission"

    def __init__(self) -> None:
        self.key: str
        self.content_sha256: str
        self.answer: SubmissionAccepted | SubmissionRejected | None = None


class SubmissionReceived(CreatedEvent):
    """A training system sent a confirmation (C-TRN-6)."""

    TOPIC: ClassVar[str] = "submission.received"

    key: str
    """SHA-256 of the source, a line feed, and the id."""
    content_sha256: str
    channel: Channel
    received_on: date

    def apply(self, submission: Submission) -> None:
        submission.key = self.key
        submission.content_sha256 = self.content_sha256


class SubmissionAccepted(Event):
    """It was taken: this confirmation stands for it (C-TRN-6)."""

    TOPIC: ClassVar[str] = "submission.accepted"

    officer: str
    number: int

    def apply(self, submission: Submission) -> None:
        submission.answer = self


class SubmissionRejected(Event):
    """It was not taken, for this reason; nothing of it is kept (C-TRN-6)."""

    TOPIC: ClassVar[str] = "submission.rejected"

    key: str
    clause: str
    field: str | None
    reason: str
    rejected_on: date

    def apply(self, submission: Submission) -> None:
        submission.answer = self


SubmissionEvent = SubmissionReceived | SubmissionAccepted | SubmissionRejected


def key_of(source: str, event_id: str) -> str:
    """What a submission is known by."""
    return sha256(f"{source}\n{event_id}".encode()).hexdigest()
