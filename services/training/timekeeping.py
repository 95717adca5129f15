"""What the days say of an officer's training: an end near or passed, silence, a new verdict.

Pure decisions, the same whether something ran on each day or not: what fell on a day when nothing
ran is told as of that day, and says when it was noted (C-TIME-9).
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from services.training.compliance import changes
from services.training.events import (
    DisputeUnanswered,
    Expired,
    ExpiryNoticed,
    GateClosed,
    GateOpened,
)
from services.training.policy import NOTICE_DAYS

if TYPE_CHECKING:
    from services.training.compliance import Rules
    from services.training.events import Happened
    from services.training.record import Proof, Record
    from services.training.words import Keeper

ONE_DAY = timedelta(days=1)


def expiries(record: Record, keeper: Keeper, today: date) -> list[Happened]:
    """The expiries that passed with nobody acting, then the notices that are due (C-TRN-16)."""
    own = [p for p in record.proofs if p.keeper == keeper and p.facts.expires_on is not None]
    passed = (_passed(record, proof, today) for proof in own)
    noticed = (_noticed(record, proof, today) for proof in own if proof.stands)
    return [event for event in (*passed, *noticed) if event is not None]


def unanswered(record: Record, today: date) -> list[Happened]:
    """The disputes whose day for an answer is over with none heard, each told once (C-TRN-5)."""
    return [
        DisputeUnanswered(
            officer=record.officer,
            number=dispute.number,
            unanswered_on=dispute.answer_due_on + ONE_DAY,
            noted_on=today,
        )
        for dispute in record.disputes
        if dispute.answered_on is None
        and dispute.unanswered_on is None
        and today > dispute.answer_due_on
    ]


def gate_changes(record: Record, listed_on: date, rules: Rules, today: date) -> list[Happened]:
    """The gate's openings and closings since the last one, each on its day (C-TRN-13)."""
    judged = changes(record, listed_on, rules, record.gate, today)
    return [
        GateOpened(officer=record.officer, judgement=each, known_on=today)
        if each.deciding.cleared
        else GateClosed(officer=record.officer, judgement=each, known_on=today)
        for each in judged
    ]


def _passed(record: Record, proof: Proof, today: date) -> Expired | None:
    ends = _end(proof)
    day = ends + ONE_DAY
    if today < day or (proof.number, ends) in record.expired:
        return None
    if not proof.believed(ends) or not proof.believed(day) or _in_its_place(record, proof, day):
        return None
    return Expired(
        officer=record.officer,
        number=proof.number,
        requirement=proof.facts.requirement,
        expired_on=day,
        expires_on=ends,
        noted_on=today,
    )


def _noticed(record: Record, proof: Proof, today: date) -> ExpiryNoticed | None:
    """The nearest notice alone: one that nothing ran for is not made up for by two at once."""
    ends = _end(proof)
    due = [days for days in NOTICE_DAYS if ends - timedelta(days=days) <= today <= ends]
    if not due or (proof.number, ends, min(due)) in record.noticed:
        return None
    if any(_outlasts(other, proof) and other.stands for other in record.proofs):
        return None
    return ExpiryNoticed(
        officer=record.officer,
        number=proof.number,
        requirement=proof.facts.requirement,
        expires_on=ends,
        days=min(due),
        noticed_on=today,
    )


def _in_its_place(record: Record, proof: Proof, day: date) -> bool:
    """Whether another confirmation of the same was believed and valid on a day."""
    return any(
        _outlasts(other, proof) and other.believed(day) and other.facts.completed_on <= day
        for other in record.proofs
    )


def _outlasts(other: Proof, proof: Proof) -> bool:
    same = (other.keeper, other.facts.requirement) == (proof.keeper, proof.facts.requirement)
    return same and (other.facts.expires_on is None or other.facts.expires_on > _end(proof))


def _end(proof: Proof) -> date:
    assert proof.facts.expires_on is not None, "those without an end are left out before"
    return proof.facts.expires_on
