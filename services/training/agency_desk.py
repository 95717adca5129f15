"""The agency's training desk: with what it alone does (C-TRN-5, C-TRN-6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eventsourcing.application import AggregateNotFoundError

from services.training import domain
from services.training.application import SYSTEM, Told, TrainingDesk
from services.training.submissions import (
    Submission,
    SubmissionAccepted,
    SubmissionReceived,
    SubmissionRejected,
    key_of,
)
from shared.errors import Refused

if TYPE_CHECKING:
    from services.training.domain import Entered
    from services.training.words import Channel, Outcome
    from shared.aggregate import Aggregate


class AgencyDesk(TrainingDesk):
    """The agency's own: answering disputes, and what its training system sends."""

    name = "training"  # the library would name it after the class
    keeper = "agency"

    def answer_dispute(
        self, officer: str, number: int, *, by: str, outcome: Outcome, reasons: str
    ) -> None:
        """Answer the district's doubt about a confirmation (C-TRN-5)."""
        self._check_keeps(by, "C-TRN-5")
        sealed = self._sealed(officer, reasons, "C-TRN-5")
        self._change(
            officer,
            by,
            lambda f: domain.answer_dispute(
                f, number, today=self.today(), outcome=outcome, reasons=sealed
            ),
        )

    def submit(
        self,
        officer: str,
        entered: Entered,
        *,
        source: str,
        event_id: str,
        content_sha256: str,
        channel: Channel,
    ) -> Told:
        """Take a confirmation that the agency's training system sent; the same again is the same.

        A refusal is recorded too, once for the same reason (C-TRN-6).
        """
        key = key_of(source, event_id)
        return self.retried(lambda: self._submit(officer, entered, key, content_sha256, channel))

    def reject(
        self, refused: Refused, *, source: str, event_id: str, content_sha256: str, channel: Channel
    ) -> None:
        """Record that what the training system sent can't be read (C-TRN-6)."""
        key = key_of(source, event_id)

        def once() -> None:
            submission = self._submission(key, content_sha256, channel)
            self._rejected(submission, refused)

        self.retried(once)

    def _submit(
        self, officer: str, entered: Entered, key: str, content_sha256: str, channel: Channel
    ) -> Told:
        submission = self._submission(key, content_sha256, channel)
        if isinstance(submission.answer, SubmissionAccepted):
            return Told(submission.answer.number, recorded=False)
        try:
            self._check_listed(officer)
        except Refused as refused:
            raise self._rejected(submission, refused) from None
        file = self.file(officer, SYSTEM)
        answer = self._answer(file, self.shelf.catalogs(), entered, SYSTEM, channel)
        if isinstance(answer, Refused):
            raise self._rejected(submission, answer)
        submission.record(SubmissionAccepted(officer=officer, number=answer.number), by=SYSTEM)
        changed: list[Aggregate] = [file, submission] if answer.recorded else [submission]
        self.save(*changed)
        return answer

    def _submission(self, key: str, content_sha256: str, channel: Channel) -> Submission:
        number = self._id(f"submission/{key}")
        try:
            found: Submission = self.repository.get(number)
        except AggregateNotFoundError:
            received = SubmissionReceived(
                key=key, content_sha256=content_sha256, channel=channel, received_on=self.today()
            )
            return Submission.begin(received, by=SYSTEM, number=number)
        if found.content_sha256 != content_sha256:
            fix = "give each event an id of its own"
            reason = f"this source sent something else under this id: {fix}"
            raise Refused("C-TRN-6", reason, "id")
        return found

    def _rejected(self, submission: Submission, refused: Refused) -> Refused:
        rejected = SubmissionRejected(
            key=submission.key,
            clause=refused.clause,
            field=refused.field,
            reason=refused.reason,
            rejected_on=self.today(),
        )
        before = submission.answer
        if not isinstance(before, SubmissionRejected) or before.reason != refused.reason:
            submission.record(rejected, by=SYSTEM)
            self.save(submission)
        return refused
