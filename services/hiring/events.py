"""The events of a search: what this organisation decided, and what the other told it.

Those that either may decide say whose they are (`keeper`). Only an organisation's own leave it;
what is heard of the other is the same event, without what the other seals.
"""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar, Literal

from services.hiring.ranking import Place, resolved
from services.hiring.record import (
    Candidate,
    Check,
    Declaration,
    Finding,
    Interview,
    Item,
    Opened,
    ProofLine,
    Proposal,
    Question,
    Record,
    Result,
    SealedSheets,
    Seat,
    Terms,
)
from services.hiring.sheets import Commitment, Digest, Sheet
from services.hiring.words import Category, Conflict, Ending, Keeper, Stage, Why
from shared.aggregate import Aggregate, CreatedEvent, Event
from shared.sealed import Sealed


class Search(Aggregate):
    """One search for an officer, as one organisation knows it."""

    TOPIC = "search"

    def __init__(self) -> None:
        self.known: Record


class SearchOpened(CreatedEvent):
    """The agency opened a search for an officer of a named school (C-HIRE-11, C-HIRE-12)."""

    TOPIC: ClassVar[str] = "search.opened"

    search: str
    school: str
    opened_on: date
    process: str
    """Reference of the agreed hiring process; empty where there is none, which is warned of."""

    def apply(self, search: Search) -> None:
        search.known = self.first()

    def first(self) -> Record:
        """The record at its beginning."""
        return Record(
            search=self.search, school=self.school, opened_on=self.opened_on, process=self.process
        )


class Happened(Event):
    """Something that changes the record of a search."""

    search: str

    def apply(self, search: Search) -> None:
        search.known = self.after(search.known)

    def after(self, record: Record) -> Record:
        """The record once this has happened."""
        raise NotImplementedError


def changed(record: Record, **facts: Any) -> Record:
    """A record with some facts changed."""
    return record.model_copy(update=facts)


def with_candidate(record: Record, reference: str, **facts: Any) -> Record:
    """A record with some facts of a candidate changed, who is entered when not known."""
    known = record.candidate(reference)
    after = (known or Candidate(candidate=reference)).model_copy(update=facts)
    if known is None:
        return changed(record, candidates=(*record.candidates, after))
    candidates = tuple(after if each is known else each for each in record.candidates)
    return changed(record, candidates=candidates)


# --- Candidates and their screening, by the agency ------------------------------------------------


class PrerequisitesDefined(Happened):
    """The agency said what it asks of a candidate, under four heads (C-HIRE-1)."""

    TOPIC: ClassVar[str] = "search.prerequisites_defined"

    items: tuple[Item, ...]

    def after(self, record: Record) -> Record:
        return changed(record, prerequisites=self.items)


class CandidateEntered(Happened):
    """Somebody applied; their name is sealed under a key of their own (C-HIRE-2, C-PRIV-1)."""

    TOPIC: ClassVar[str] = "search.candidate_entered"

    candidate: str
    name: Sealed
    answers: Sealed | None
    """What they chose to say for equal-opportunity counts."""

    def after(self, record: Record) -> Record:
        return with_candidate(record, self.candidate, name=self.name, answers=self.answers)


class CandidateScreened(Happened):
    """The agency judged a candidate by each prerequisite (C-HIRE-1)."""

    TOPIC: ClassVar[str] = "search.candidate_screened"

    candidate: str
    results: tuple[Result, ...]
    notes: Sealed | None

    def after(self, record: Record) -> Record:
        return with_candidate(record, self.candidate, results=self.results, notes=self.notes)


class CandidateAdvanced(Happened):
    """A candidate who meets every prerequisite goes before the oral board (C-HIRE-2)."""

    TOPIC: ClassVar[str] = "search.candidate_advanced"

    candidate: str

    def after(self, record: Record) -> Record:
        return with_candidate(record, self.candidate, stage=Stage.ADVANCED)


class CandidateNotAdvanced(Happened):
    """A candidate does not go before the oral board; the reasons stay here (C-HIRE-2)."""

    TOPIC: ClassVar[str] = "search.candidate_not_advanced"

    candidate: str
    reasons: Sealed

    def after(self, record: Record) -> Record:
        return with_candidate(record, self.candidate, stage=Stage.NOT_ADVANCED)


class CandidateWithdrew(Happened):
    """A candidate wants to be one no more (C-HIRE-13)."""

    TOPIC: ClassVar[str] = "search.candidate_withdrew"

    candidate: str
    was: Stage
    withdrew_on: date

    def after(self, record: Record) -> Record:
        record = with_candidate(record, self.candidate, stage=Stage.WITHDREW)
        if record.proposal is not None and record.proposal.candidate == self.candidate:
            record = changed(record, proposal=None)
        return record


class ScreeningClosed(Happened):
    """Who goes before the board is settled; a sole one is presented (C-HIRE-2, C-HIRE-9)."""

    TOPIC: ClassVar[str] = "search.screening_closed"

    entered: int
    advanced: int
    sole: bool

    def after(self, record: Record) -> Record:
        return changed(record, screening_closed=True, entered=self.entered, sole=self.sole)


class CandidateNamed(Happened):
    """The district wrote down who an advanced candidate is, under its own key (C-PRIV-1)."""

    TOPIC: ClassVar[str] = "search.candidate_named"

    candidate: str
    name: Sealed

    def after(self, record: Record) -> Record:
        return with_candidate(record, self.candidate, name=self.name)


# --- The panel, by either -------------------------------------------------------------------------


class MemberSeated(Happened):
    """A voting member sits on the panel for their organisation (C-HIRE-3)."""

    TOPIC: ClassVar[str] = "search.member_seated"

    keeper: Keeper
    member: str
    trained_on: date | None

    def after(self, record: Record) -> Record:
        seat = Seat(keeper=self.keeper, member=self.member, trained_on=self.trained_on)
        return changed(record, seats=(*record.seats, seat))


class MemberExcused(Happened):
    """A member of the panel sits no more (C-HIRE-5, C-HIRE-8)."""

    TOPIC: ClassVar[str] = "search.member_excused"

    keeper: Keeper
    member: str
    why: Why

    def after(self, record: Record) -> Record:
        seats = tuple(
            seat.model_copy(update={"excused": self.why})
            if (seat.keeper, seat.member) == (self.keeper, self.member) and seat.excused is None
            else seat
            for seat in record.seats
        )
        after = changed(record, seats=seats)
        return ranked_anew(after, self.member) if self.why is Why.CONFLICT else after


class ConflictDeclared(Happened):
    """A member said whether they have a conflict with a candidate, "none" included (C-HIRE-8)."""

    TOPIC: ClassVar[str] = "search.conflict_declared"

    keeper: Keeper
    member: str
    candidate: str
    conflict: Conflict
    late: bool
    """After the candidate's interview."""
    details: Sealed | None

    def after(self, record: Record) -> Record:
        said = Declaration(**self.model_dump(include=set(Declaration.model_fields)))
        others = tuple(
            each
            for each in record.declarations
            if (each.keeper, each.member, each.candidate)
            != (self.keeper, self.member, self.candidate)
        )
        after = changed(record, declarations=(*others, said))
        return after if self.conflict is Conflict.NONE else ranked_anew(after, self.member)


def ranked_anew(record: Record, member: str) -> Record:
    """The record without a ranking that a member's score is part of."""
    if any(line.member == member for line in record.proof):
        return changed(record, places=None, proof=(), unopened=())
    return record


# --- Terms and interviews -------------------------------------------------------------------------


class QuestionsProvided(Happened):
    """An organisation provided questions; what comes too late is kept unasked (C-HIRE-4)."""

    TOPIC: ClassVar[str] = "search.questions_provided"

    keeper: Keeper
    questions: tuple[str, ...]

    def after(self, record: Record) -> Record:
        known = (*record.questions, *record.late_questions)
        first = sum(each.keeper == self.keeper for each in known) + 1
        added = tuple(
            Question(keeper=self.keeper, number=number, text=text)
            for number, text in enumerate(self.questions, first)
        )
        if record.frozen is not None:
            return changed(record, late_questions=(*record.late_questions, *added))
        return changed(record, questions=(*record.questions, *added))


class TermsSet(Happened):
    """The agency set criteria, weights and quorum (C-HIRE-5, C-HIRE-7)."""

    TOPIC: ClassVar[str] = "search.terms_set"

    terms: Terms

    def after(self, record: Record) -> Record:
        return changed(record, terms=self.terms)


class TermsAgreed(Happened):
    """The district agreed to the terms and questions as they were (C-HIRE-5)."""

    TOPIC: ClassVar[str] = "search.terms_agreed"

    sha256: Digest

    def after(self, record: Record) -> Record:
        return changed(record, agreed=self.sha256)


class InterviewsOpened(Happened):
    """Questions, criteria and weights are fixed from now on (C-HIRE-4, C-HIRE-5)."""

    TOPIC: ClassVar[str] = "search.interviews_opened"

    sha256: Digest

    def after(self, record: Record) -> Record:
        # what the agency had not heard of when it opened them is not asked
        for asked in range(len(record.questions), 0, -1):
            first, last = record.questions[:asked], record.questions[asked:]
            known = changed(record, questions=first, late_questions=(*last, *record.late_questions))
            if known.terms is not None and known.digest() == self.sha256:
                return changed(known, frozen=self.sha256)
        return changed(record, frozen=self.sha256)  # it is shown that they differ


class InterviewHeld(Happened):
    """The panel interviewed a candidate, with a quorum of voting members (C-HIRE-3, C-HIRE-9)."""

    TOPIC: ClassVar[str] = "search.interview_held"

    candidate: str
    held_on: date
    present: tuple[str, ...]
    voting: tuple[str, ...]

    def after(self, record: Record) -> Record:
        interview = Interview(held_on=self.held_on, voting=self.voting)
        return with_candidate(record, self.candidate, interview=interview)


class InterviewVoided(Happened):
    """An interview without a quorum leads to no ranking (C-HIRE-3, C-HIRE-7)."""

    TOPIC: ClassVar[str] = "search.interview_voided"

    candidate: str
    held_on: date
    present: tuple[str, ...]
    lacks: tuple[Keeper, ...]
    """`district` where it had no voting member there."""

    def after(self, record: Record) -> Record:
        known = record.candidate(self.candidate)
        voided = known.voided + 1 if known else 1
        return with_candidate(record, self.candidate, voided=voided)


# --- Scores ---------------------------------------------------------------------------------------


class ScoresSealed(Happened):
    """A member bound themselves to their scores, which nobody can read yet (C-HIRE-6)."""

    TOPIC: ClassVar[str] = "search.scores_sealed"

    keeper: Keeper
    member: str
    commitments: tuple[Commitment, ...]
    box: str | None
    """The sheets and notes, locked with the member's code; kept where the member sits."""

    def after(self, record: Record) -> Record:
        late = record.counted is not None
        kept = self.model_dump(include={"keeper", "member", "commitments", "box"})
        sheets = SealedSheets.model_validate({**kept, "late": late})
        return changed(record, sealed=(*record.sealed, sheets))


class ScoringClosed(Happened):
    """The agency fixed the commitments that count, and named who is absent (C-HIRE-5, C-HIRE-6)."""

    TOPIC: ClassVar[str] = "search.scoring_closed"

    counted: tuple[Commitment, ...]
    absent: tuple[str, ...]

    def after(self, record: Record) -> Record:
        return changed(record, counted=self.counted, absent=self.absent)


class ScoresOpened(Happened):
    """A member's scores were opened and compared with their commitments (C-HIRE-5, C-HIRE-6)."""

    TOPIC: ClassVar[str] = "search.scores_opened"

    keeper: Keeper
    member: str
    sheets: tuple[Sheet, ...]
    void: tuple[Finding, ...]
    """The scores that do not match: they count for nothing, and are shown."""
    notes: dict[str, Sealed]
    """By candidate; they stay where the member sits."""

    def after(self, record: Record) -> Record:
        opened = Opened(keeper=self.keeper, member=self.member, sheets=self.sheets)
        return changed(record, opened=(*record.opened, opened), void=(*record.void, *self.void))


class RankingRecorded(Happened):
    """The candidates in order, or a sole one's score, with its proof (C-HIRE-5, C-HIRE-7)."""

    TOPIC: ClassVar[str] = "search.ranking_recorded"

    places: tuple[Place, ...]
    tied: tuple[tuple[str, ...], ...]
    """Who shares a rank by both means: to be settled by recorded discussion."""
    proof: tuple[ProofLine, ...]
    unopened: tuple[str, ...]

    def after(self, record: Record) -> Record:
        return changed(record, places=self.places, proof=self.proof, unopened=self.unopened)


class TieResolved(Happened):
    """The panel settled a tie by discussion, which is recorded (C-HIRE-7)."""

    TOPIC: ClassVar[str] = "search.tie_resolved"

    order: tuple[str, ...]
    discussion: Sealed | None

    def after(self, record: Record) -> Record:
        if record.places is None:
            return record
        return changed(record, places=resolved(record.places, self.order))


class ProofChecked(Happened):
    """An organisation compared what the other told with what it holds itself (C-HIRE-6)."""

    TOPIC: ClassVar[str] = "search.proof_checked"

    keeper: Keeper
    of: Literal["the closing", "the opening", "the ranking"]
    findings: tuple[Finding, ...]

    def after(self, record: Record) -> Record:
        check = Check(keeper=self.keeper, of=self.of, findings=self.findings)
        return changed(record, checks=(*record.checks, check))


# --- Decisions ------------------------------------------------------------------------------------


class PreferenceStated(Happened):
    """An organisation's panel members named whom they prefer (C-HIRE-5)."""

    TOPIC: ClassVar[str] = "search.preference_stated"

    keeper: Keeper
    candidate: str
    reasons: Sealed | None

    def after(self, record: Record) -> Record:
        return changed(record, preferences={**record.preferences, self.keeper: self.candidate})


class CandidateProposed(Happened):
    """The agency proposes a candidate for the school, and awaits the district (C-HIRE-10)."""

    TOPIC: ClassVar[str] = "search.candidate_proposed"

    candidate: str
    proposed_on: date
    answer_due_on: date
    out_of_order: bool
    """Somebody who is not declined ranks before them."""
    reasons: Sealed | None

    def after(self, record: Record) -> Record:
        proposal = Proposal(
            candidate=self.candidate, proposed_on=self.proposed_on, answer_due_on=self.answer_due_on
        )
        return changed(record, proposal=proposal)


class AnswerOverdue(Happened):
    """The day of the district's answer passed without one (C-HIRE-10, C-TIME-9)."""

    TOPIC: ClassVar[str] = "search.answer_overdue"

    candidate: str
    due_on: date
    noted_on: date

    def after(self, record: Record) -> Record:
        if record.proposal is None:
            return record
        return changed(record, proposal=record.proposal.model_copy(update={"overdue": True}))


class CandidateAccepted(Happened):
    """The district accepts the candidate for the school (C-HIRE-10, C-HIRE-11)."""

    TOPIC: ClassVar[str] = "search.candidate_accepted"

    candidate: str
    school: str
    answered_on: date
    late: bool

    def after(self, record: Record) -> Record:
        if record.proposal is None:
            return record
        return changed(record, proposal=record.proposal.model_copy(update={"accepted": True}))


class CandidateDeclined(Happened):
    """The district declines the candidate for the school; its reasons stay there (C-HIRE-10)."""

    TOPIC: ClassVar[str] = "search.candidate_declined"

    candidate: str
    school: str
    category: Category
    answered_on: date
    late: bool
    reviewed_by: str | None
    """Who else looked that no protected characteristic is a reason."""
    reasons: Sealed | None

    def after(self, record: Record) -> Record:
        return changed(with_candidate(record, self.candidate, declined=True), proposal=None)


class SearchClosed(Happened):
    """The search is over, and unsuccessful candidates' data may go from a day on (C-HIRE-13)."""

    TOPIC: ClassVar[str] = "search.closed"

    ending: Ending
    appointed: str | None
    closed_on: date
    erase_from: date

    def after(self, record: Record) -> Record:
        return changed(
            record,
            ending=self.ending,
            appointed=self.appointed,
            closed_on=self.closed_on,
            erase_from=self.erase_from,
        )


class SearchReopened(Happened):
    """The agency goes on with a search it had closed (C-HIRE-13)."""

    TOPIC: ClassVar[str] = "search.reopened"

    reopened_on: date
    reasons: Sealed | None

    def after(self, record: Record) -> Record:
        return changed(record, ending=None, closed_on=None, erase_from=None)


class HoldPlaced(Happened):
    """What is kept of a search is needed by law: nothing of it is erased (C-HIRE-13)."""

    TOPIC: ClassVar[str] = "search.hold_placed"

    reasons: Sealed

    def after(self, record: Record) -> Record:
        return changed(record, held=True)


class HoldLifted(Happened):
    """The legal hold on a search is over (C-HIRE-13)."""

    TOPIC: ClassVar[str] = "search.hold_lifted"

    reasons: Sealed

    def after(self, record: Record) -> Record:
        return changed(record, held=False)


class CandidateErased(Happened):
    """A candidate's key was destroyed here; what proves the vote stands (C-HIRE-13)."""

    TOPIC: ClassVar[str] = "search.candidate_erased"

    candidate: str
    erased_on: date

    def after(self, record: Record) -> Record:
        return with_candidate(
            record, self.candidate, name=None, answers=None, notes=None, erased=True
        )


SearchEvent = (
    SearchOpened
    | PrerequisitesDefined
    | CandidateEntered
    | CandidateScreened
    | CandidateAdvanced
    | CandidateNotAdvanced
    | CandidateWithdrew
    | ScreeningClosed
    | CandidateNamed
    | MemberSeated
    | MemberExcused
    | ConflictDeclared
    | QuestionsProvided
    | TermsSet
    | TermsAgreed
    | InterviewsOpened
    | InterviewHeld
    | InterviewVoided
    | ScoresSealed
    | ScoringClosed
    | ScoresOpened
    | RankingRecorded
    | TieResolved
    | ProofChecked
    | PreferenceStated
    | CandidateProposed
    | AnswerOverdue
    | CandidateAccepted
    | CandidateDeclined
    | SearchClosed
    | SearchReopened
    | HoldPlaced
    | HoldLifted
    | CandidateErased
)
