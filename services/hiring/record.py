"""A search as one organisation knows it: what decisions look at, and what pages are made of.

It holds what this organisation decided and what the other told; what only the other keeps is not
in it.
"""

from __future__ import annotations

from datetime import date
from hashlib import sha256

from pydantic import BaseModel, ConfigDict

from services.hiring.ranking import Place
from services.hiring.sheets import Commitment, Digest, Sheet, canonical
from services.hiring.words import Conflict, Ending, Head, Keeper, Mismatch, Stage, Why
from shared.sealed import Sealed

KEEPERS: tuple[Keeper, Keeper] = ("agency", "district")


class Value(BaseModel):
    """A value of a search."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Item(Value):
    """One prerequisite of the agency (C-HIRE-1)."""

    head: Head
    text: str


class Result(Value):
    """Whether a candidate meets one prerequisite, by its place in the list (C-HIRE-1)."""

    item: int
    met: bool
    evidence_sha256: Digest | None = None


class Interview(Value):
    """An interview by a panel with a quorum (C-HIRE-3)."""

    held_on: date
    voting: tuple[str, ...]
    """The members present who had declared that they have no conflict."""


class Candidate(Value):
    """One candidate, by reference; the name is sealed and stays in each organisation."""

    candidate: str
    name: Sealed | None = None
    answers: Sealed | None = None
    """What they chose to say for equal-opportunity counts."""
    notes: Sealed | None = None
    stage: Stage = Stage.ENTERED
    results: tuple[Result, ...] = ()
    interview: Interview | None = None
    voided: int = 0
    """Interviews that had no quorum."""
    declined: bool = False
    erased: bool = False


class Seat(Value):
    """A voting member of the panel, by staff reference."""

    keeper: Keeper
    member: str
    trained_on: date | None
    """When they were trained to sit on a panel."""
    excused: Why | None = None


class Declaration(Value):
    """What a member last said of a conflict with a candidate (C-HIRE-8)."""

    keeper: Keeper
    member: str
    candidate: str
    conflict: Conflict
    late: bool


class Question(Value):
    """A question for all candidates, by who provided it and its place among theirs (C-HIRE-4)."""

    keeper: Keeper
    number: int
    text: str


class Criterion(Value):
    """What is scored, and how much of the whole it is."""

    name: str
    text: str
    weight: int


class Terms(Value):
    """How the panel scores, known beforehand (C-HIRE-5, C-HIRE-7)."""

    criteria: tuple[Criterion, ...]
    quorum: dict[Keeper, int]
    """Voting members of each organisation at each interview, and in each ranking."""

    @property
    def weights(self) -> dict[str, int]:
        """The weight of each criterion."""
        return {each.name: each.weight for each in self.criteria}


class SealedSheets(Value):
    """What a member has bound themselves to, and the locked box if it is kept here."""

    keeper: Keeper
    member: str
    commitments: tuple[Commitment, ...]
    box: str | None
    late: bool
    """After the scoring was closed: not counted."""


class Opened(Value):
    """What a member's box held."""

    keeper: Keeper
    member: str
    sheets: tuple[Sheet, ...]


class Finding(Value):
    """One thing that does not hold, and whose score it is about."""

    member: str
    candidate: str
    what: Mismatch


class ProofLine(Value):
    """One score that counts, as it can be checked by anybody."""

    member: str
    candidate: str
    sha256: Digest
    sheet: Sheet | None
    """Absent where the member did not open it, or what they opened is void."""


class Proposal(Value):
    """Whom the agency proposes, and by when the district is expected to answer (C-HIRE-10)."""

    candidate: str
    proposed_on: date
    answer_due_on: date
    accepted: bool = False
    overdue: bool = False


class Check(Value):
    """What one organisation found in what the other told."""

    keeper: Keeper
    of: str
    findings: tuple[Finding, ...]


class Record(Value):
    """A whole search."""

    search: str
    school: str
    opened_on: date
    process: str = ""
    prerequisites: tuple[Item, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    screening_closed: bool = False
    entered: int = 0
    """How many candidates there were when the screening was closed."""
    sole: bool = False
    seats: tuple[Seat, ...] = ()
    declarations: tuple[Declaration, ...] = ()
    questions: tuple[Question, ...] = ()
    late_questions: tuple[Question, ...] = ()
    terms: Terms | None = None
    agreed: str | None = None
    """Digest of the terms and questions that the district agreed to."""
    frozen: str | None = None
    """Digest of the terms and questions in force since the interviews opened."""
    sealed: tuple[SealedSheets, ...] = ()
    counted: tuple[Commitment, ...] | None = None
    """The commitments that count, once the scoring is closed."""
    absent: tuple[str, ...] = ()
    opened: tuple[Opened, ...] = ()
    void: tuple[Finding, ...] = ()
    """What this organisation found when sheets were opened."""
    checks: tuple[Check, ...] = ()
    places: tuple[Place, ...] | None = None
    proof: tuple[ProofLine, ...] = ()
    unopened: tuple[str, ...] = ()
    preferences: dict[Keeper, str] = {}
    proposal: Proposal | None = None
    closed_on: date | None = None
    ending: Ending | None = None
    appointed: str | None = None
    erase_from: date | None = None
    held: bool = False

    # --- Questions --------------------------------------------------------------------------

    def candidate(self, reference: str) -> Candidate | None:
        """One candidate."""
        return next((each for each in self.candidates if each.candidate == reference), None)

    def advanced(self) -> tuple[Candidate, ...]:
        """Those who are before the oral board."""
        return tuple(each for each in self.candidates if each.stage is Stage.ADVANCED)

    def seat(self, member: str) -> Seat | None:
        """The seat of a member who sits today."""
        found = (seat for seat in self.seats if seat.member == member and seat.excused is None)
        return next(found, None)

    def keeper_of(self, member: str) -> Keeper | None:
        """Whose member it is: nobody else speaks for them."""
        return next((seat.keeper for seat in self.seats if seat.member == member), None)

    def declared(self, member: str, candidate: str) -> Conflict | None:
        """What a member last said; None when nothing."""
        said = (self.keeper_of(member), member, candidate)
        found = (d for d in self.declarations if (d.keeper, d.member, d.candidate) == said)
        return next((each.conflict for each in found), None)

    def may_vote(self, member: str, candidate: str) -> bool:
        """Whether a member sits and has declared to have no conflict with a candidate."""
        return self.seat(member) is not None and self.declared(member, candidate) is Conflict.NONE

    def counts(self, member: str, candidate: str) -> bool:
        """Whether a sealed score counts: who leaves later takes no vote along (C-HIRE-8)."""
        in_conflict = any(
            seat.member == member and seat.excused is Why.CONFLICT for seat in self.seats
        )
        return self.declared(member, candidate) is Conflict.NONE and not in_conflict

    def voting(self, candidate: Candidate) -> tuple[str, ...]:
        """Who was at a candidate's interview and still may score it."""
        if candidate.interview is None:
            return ()
        present = candidate.interview.voting
        return tuple(each for each in present if self.may_vote(each, candidate.candidate))

    def lacks(self, members: tuple[str, ...]) -> tuple[Keeper, ...]:
        """The organisations that have too few among some members for a quorum (C-HIRE-3)."""
        assert self.terms is not None, "a quorum is part of the terms"
        sitting = [self.keeper_of(member) for member in members]
        quorum = self.terms.quorum
        return tuple(keeper for keeper in KEEPERS if sitting.count(keeper) < quorum[keeper])

    def owed(self) -> dict[str, tuple[str, ...]]:
        """Whom each member is to score."""
        found: dict[str, tuple[str, ...]] = {}
        for each in self.advanced():
            for member in self.voting(each):
                found[member] = (*found.get(member, ()), each.candidate)
        return found

    def sealed_by(self, member: str) -> SealedSheets | None:
        """What a member has sealed."""
        mine = (self.keeper_of(member), member)
        return next((each for each in self.sealed if (each.keeper, each.member) == mine), None)

    def opened_by(self, member: str) -> Opened | None:
        """What a member has opened."""
        mine = (self.keeper_of(member), member)
        return next((each for each in self.opened if (each.keeper, each.member) == mine), None)

    def digest(self) -> str:
        """What the terms and the questions are known by, at both organisations (C-HIRE-5)."""
        assert self.terms is not None, "there are terms"
        questions = sorted((q.keeper, q.number, q.text) for q in self.questions)
        told = [self.search, self.terms.model_dump(mode="json"), questions]
        return sha256(canonical(told).encode()).hexdigest()
