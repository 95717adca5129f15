"""What is known of one officer's training: confirmations, waivers and disputes, and since when.

Values alone, shared by the aggregate, the read model and the questions of `compliance.py`. Nothing
is taken out: what was corrected or revoked keeps the days on which it was believed (C-TRN-14).
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from services.training.requirements import Verdicts
from services.training.words import Channel, Ground, Keeper, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable


class Value(BaseModel):
    """A part of a record."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Evidence(Value):
    """What shows it: the file itself stays with its owner (C-TRN-15)."""

    sha256: str
    size_bytes: int | None = None
    media_type: str = ""


class Facts(Value):
    """What a confirmation says."""

    requirement: str
    completed_on: date
    hours: float | None = None
    days: int | None = None
    """On the job (C-TRN-9)."""
    provider: str
    expires_on: date | None = None
    """The last day it is valid; None for good."""
    reference: str = ""
    """Number of a certificate; it stays with who confirms."""
    evidence: Evidence | None = None
    school: str | None = None
    catalog: str
    """The version of the catalog that it was entered under."""


class Proof(Value):
    """A confirmation as it was believed from one day to another."""

    keeper: Keeper
    number: int
    """The same in both organisations, counted by its keeper."""
    facts: Facts
    channel: Channel
    event: int
    """Its event: the version of the officer's file here."""
    known_on: date
    ended_on: date | None = None
    """Believed no more from this day: it was corrected, or revoked."""
    ended_by: int | None = None
    """The event that ended it."""
    countersigned_on: date | None = None

    def believed(self, known_on: date) -> bool:
        """Whether it was believed at the end of a day."""
        return self.known_on <= known_on and (self.ended_on is None or known_on < self.ended_on)

    @property
    def stands(self) -> bool:
        """Whether it is believed now."""
        return self.ended_on is None


class Waiver(Value):
    """A written waiver of one requirement (C-TRN-12)."""

    keeper: Keeper
    number: int
    requirement: str
    from_on: date
    ends_on: date
    signer: str
    event: int
    known_on: date
    ended_on: date | None = None
    """Ended before its time."""

    def holds(self, as_of: date, known_on: date) -> bool:
        """Whether it was in force on a day, as known on another."""
        if not self.from_on <= as_of <= self.ends_on or self.known_on > known_on:
            return False
        return self.ended_on is None or known_on < self.ended_on or as_of < self.ended_on


class Dispute(Value):
    """The district's doubt about a confirmation of the agency (C-TRN-5)."""

    number: int
    ground: Ground
    disputed_on: date
    answer_due_on: date
    unanswered_on: date | None = None
    """The day from which the agency's silence is on record."""
    answered_on: date | None = None
    outcome: Outcome | None = None


class Verdict(Value):
    """One answer to whether an officer may serve, and what stands in the way (C-TRN-13)."""

    cleared: bool
    missing: tuple[str, ...] = ()
    plan_until: date | None = None
    """The first day on which what is still due must be held."""


class Judgement(Value):
    """Both verdicts of a day, and which of them decides (C-TRN-13)."""

    on: date
    decides: Verdicts
    procedure: Verdict
    law: Verdict
    catalogs: tuple[str, ...]
    calendar: str

    @property
    def deciding(self) -> Verdict:
        """The verdict that the policy names."""
        return self.procedure if self.decides == "procedure" else self.law

    @property
    def answers(self) -> tuple[str, bool, bool]:
        """What a change is a change of."""
        return self.decides, self.procedure.cleared, self.law.cleared


class Record(Value):
    """All that is known of one officer's training."""

    officer: str
    proofs: tuple[Proof, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    disputes: tuple[Dispute, ...] = ()
    noticed: tuple[tuple[int, date, int], ...] = ()
    """Number, end of validity and days before it, of each notice given (C-TRN-16)."""
    expired: tuple[tuple[int, date], ...] = ()
    """Number and end of validity of each expiry that was recorded."""
    gate: Judgement | None = None

    def proof(self, keeper: Keeper, number: int) -> Proof | None:
        """A confirmation that stands."""
        found = (p for p in self.proofs if (p.keeper, p.number) == (keeper, number) and p.stands)
        return next(found, None)

    def waiver(self, keeper: Keeper, number: int) -> Waiver | None:
        """A waiver, ended or not."""
        return next((w for w in self.waivers if (w.keeper, w.number) == (keeper, number)), None)

    def next_proof(self, keeper: Keeper) -> int:
        """The number of the next confirmation of an organisation."""
        return _next(p.number for p in self.proofs if p.keeper == keeper)

    def next_waiver(self, keeper: Keeper) -> int:
        """The number of the next waiver of an organisation."""
        return _next(w.number for w in self.waivers if w.keeper == keeper)

    def same(self, keeper: Keeper, facts: Facts) -> Proof | None:
        """The standing confirmation of the same training, whatever else it says."""
        for proof in self.proofs:
            held = proof.facts
            if (
                proof.stands
                and proof.keeper == keeper
                and held.requirement == facts.requirement
                and held.completed_on == facts.completed_on
                and held.reference == facts.reference
            ):
                return proof
        return None

    def open_dispute(self, number: int) -> Dispute | None:
        """The dispute of a confirmation that waits for an answer."""
        found = (d for d in self.disputes if d.number == number and d.answered_on is None)
        return next(found, None)

    def days(self) -> set[date]:
        """The days on which something in it began or ended."""
        days: set[date | None] = set()
        for proof in self.proofs:
            days |= {proof.known_on, proof.ended_on, proof.facts.completed_on}
        for waiver in self.waivers:
            days |= {waiver.known_on, waiver.from_on, waiver.ended_on}
        return {day for day in days if day is not None}


def _next(numbers: Iterable[int]) -> int:
    return max(numbers, default=0) + 1
