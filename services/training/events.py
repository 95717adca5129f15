"""The events of an officer's file: what this organisation decided, and what the other told it.

Each says who keeps it (`keeper`): only the keeper's own leaves, and what is heard of the other is
the same event with the other as its keeper, without the reasons, which stay there.
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from services.training.record import Dispute, Facts, Judgement, Proof, Record, Waiver
from services.training.words import Channel, Ground, Keeper, Outcome
from shared.aggregate import Aggregate, CreatedEvent, Event
from shared.sealed import Sealed


class OfficerFile(Aggregate):
    """One officer's training, as one organisation knows it."""

    TOPIC = "file"

    def __init__(self) -> None:
        self.known: Record


class FileOpened(CreatedEvent):
    """Something of an officer's training is to be kept (C-TRN-1)."""

    TOPIC: ClassVar[str] = "file.opened"

    officer: str

    def apply(self, file: OfficerFile) -> None:
        file.known = Record(officer=self.officer)


class Happened(Event):
    """Something that changes an officer's record."""

    officer: str

    def apply(self, file: OfficerFile) -> None:
        file.known = self.after(file.known)

    def after(self, record: Record) -> Record:
        """The record once this has happened."""
        raise NotImplementedError


class Confirmed(Happened):
    """An officer completed a training, confirmed by who keeps it (C-TRN-3, C-TRN-6, C-TRN-7)."""

    TOPIC: ClassVar[str] = "file.confirmed"

    keeper: Keeper
    number: int
    facts: Facts
    channel: Channel
    known_on: date

    def after(self, record: Record) -> Record:
        proof = Proof(
            keeper=self.keeper,
            number=self.number,
            facts=self.facts,
            channel=self.channel,
            event=self.originator_version,
            known_on=self.known_on,
        )
        return record.model_copy(update={"proofs": (*record.proofs, proof)})


class Corrected(Happened):
    """Facts of a confirmation were wrong; these stand from the day of the correction (C-DATA-8)."""

    TOPIC: ClassVar[str] = "file.corrected"

    keeper: Keeper
    number: int
    facts: Facts
    reasons: Sealed | None
    known_on: date

    def after(self, record: Record) -> Record:
        held = record.proof(self.keeper, self.number)
        if held is None:
            return record
        event = {"event": self.originator_version, "known_on": self.known_on}
        facts = {"facts": self.facts, "countersigned_on": None}
        corrected = held.model_copy(update=event | facts)
        proofs = _ended(record, self.keeper, self.number, self.known_on, self.originator_version)
        return record.model_copy(update={"proofs": (*proofs, corrected)})


class Revoked(Happened):
    """A confirmation was found wrong as a whole; it is kept, and proves no more (C-TRN-14)."""

    TOPIC: ClassVar[str] = "file.revoked"

    keeper: Keeper
    number: int
    reasons: Sealed | None
    known_on: date

    def after(self, record: Record) -> Record:
        proofs = _ended(record, self.keeper, self.number, self.known_on, self.originator_version)
        return record.model_copy(update={"proofs": proofs})


class Countersigned(Happened):
    """The district has seen what the agency confirmed (C-TRN-17)."""

    TOPIC: ClassVar[str] = "file.countersigned"

    number: int
    known_on: date

    def after(self, record: Record) -> Record:
        proofs = tuple(
            p.model_copy(update={"countersigned_on": self.known_on})
            if p.stands and (p.keeper, p.number) == ("agency", self.number)
            else p
            for p in record.proofs
        )
        return record.model_copy(update={"proofs": proofs})


class Disputed(Happened):
    """The district doubts what the agency confirmed; the agency owes an answer (C-TRN-5)."""

    TOPIC: ClassVar[str] = "file.disputed"

    number: int
    ground: Ground
    reasons: Sealed | None
    answer_due_on: date
    known_on: date

    def after(self, record: Record) -> Record:
        dispute = Dispute(
            number=self.number,
            ground=self.ground,
            disputed_on=self.known_on,
            answer_due_on=self.answer_due_on,
        )
        return record.model_copy(update={"disputes": (*record.disputes, dispute)})


class DisputeAnswered(Happened):
    """The agency answered a dispute (C-TRN-5)."""

    TOPIC: ClassVar[str] = "file.dispute_answered"

    number: int
    outcome: Outcome
    reasons: Sealed | None
    known_on: date

    def after(self, record: Record) -> Record:
        answer = {"answered_on": self.known_on, "outcome": self.outcome}
        disputes = tuple(
            d.model_copy(update=answer) if d.number == self.number and not d.answered_on else d
            for d in record.disputes
        )
        return record.model_copy(update={"disputes": disputes})


class DisputeUnanswered(Happened):
    """The agency has let the days for its answer to a dispute pass (C-TRN-5, C-AUD-5)."""

    TOPIC: ClassVar[str] = "file.dispute_unanswered"

    number: int
    unanswered_on: date
    """The first day after those it had."""
    noted_on: date
    """Later than `unanswered_on` when nothing ran that day."""

    def after(self, record: Record) -> Record:
        at = max(i for i, d in enumerate(record.disputes) if d.number == self.number)
        silent = record.disputes[at].model_copy(update={"unanswered_on": self.unanswered_on})
        disputes = (*record.disputes[:at], silent, *record.disputes[at + 1 :])
        return record.model_copy(update={"disputes": disputes})


class Waived(Happened):
    """A requirement is waived in writing, until a day (C-TRN-12)."""

    TOPIC: ClassVar[str] = "file.waived"

    keeper: Keeper
    number: int
    requirement: str
    from_on: date
    ends_on: date
    signer: str
    reasons: Sealed | None
    known_on: date

    def after(self, record: Record) -> Record:
        waiver = Waiver(
            keeper=self.keeper,
            number=self.number,
            requirement=self.requirement,
            from_on=self.from_on,
            ends_on=self.ends_on,
            signer=self.signer,
            event=self.originator_version,
            known_on=self.known_on,
        )
        return record.model_copy(update={"waivers": (*record.waivers, waiver)})


class WaiverEnded(Happened):
    """A waiver was ended before its last day (C-TRN-12)."""

    TOPIC: ClassVar[str] = "file.waiver_ended"

    keeper: Keeper
    number: int
    known_on: date

    def after(self, record: Record) -> Record:
        waivers = tuple(
            w.model_copy(update={"ended_on": self.known_on})
            if (w.keeper, w.number) == (self.keeper, self.number) and w.ended_on is None
            else w
            for w in record.waivers
        )
        return record.model_copy(update={"waivers": waivers})


class ExpiryNoticed(Happened):
    """The end of a validity is near, and nothing has taken its place (C-TRN-16)."""

    TOPIC: ClassVar[str] = "file.expiry_noticed"

    number: int
    requirement: str
    expires_on: date
    days: int
    """Of the notice: 60 or 14 before the end."""
    noticed_on: date

    def after(self, record: Record) -> Record:
        noticed = (self.number, self.expires_on, self.days)
        return record.model_copy(update={"noticed": (*record.noticed, noticed)})


class Expired(Happened):
    """The validity of a confirmation ended with nobody acting (C-TRN-7, C-TIME-9)."""

    TOPIC: ClassVar[str] = "file.expired"

    number: int
    requirement: str
    expired_on: date
    """The first day without it."""
    expires_on: date
    noted_on: date
    """Later than `expired_on` when nothing ran that day."""

    def after(self, record: Record) -> Record:
        expired = (*record.expired, (self.number, self.expires_on))
        return record.model_copy(update={"expired": expired})


class GateOpened(Happened):
    """By the verdict that decides, the officer may serve from this day on (C-TRN-13)."""

    TOPIC: ClassVar[str] = "file.gate_opened"

    judgement: Judgement
    known_on: date

    def after(self, record: Record) -> Record:
        return record.model_copy(update={"gate": self.judgement})


class GateClosed(Happened):
    """By the verdict that decides, the officer may not be assigned from this day on (C-TRN-13)."""

    TOPIC: ClassVar[str] = "file.gate_closed"

    judgement: Judgement
    known_on: date

    def after(self, record: Record) -> Record:
        return record.model_copy(update={"gate": self.judgement})


FileEvent = (
    FileOpened
    | Confirmed
    | Corrected
    | Revoked
    | Countersigned
    | Disputed
    | DisputeAnswered
    | DisputeUnanswered
    | Waived
    | WaiverEnded
    | ExpiryNoticed
    | Expired
    | GateOpened
    | GateClosed
)


def _ended(
    record: Record, keeper: Keeper, number: int, known_on: date, event: int
) -> tuple[Proof, ...]:
    ending = {"ended_on": known_on, "ended_by": event}
    return tuple(
        p.model_copy(update=ending) if p.stands and (p.keeper, p.number) == (keeper, number) else p
        for p in record.proofs
    )
