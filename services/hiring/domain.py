"""What may be decided about a search until its interviews: each gives one event or refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.hiring.events import (
    CandidateAdvanced,
    CandidateEntered,
    CandidateNamed,
    CandidateNotAdvanced,
    CandidateScreened,
    CandidateWithdrew,
    ConflictDeclared,
    InterviewHeld,
    InterviewsOpened,
    InterviewVoided,
    MemberExcused,
    MemberSeated,
    PrerequisitesDefined,
    QuestionsProvided,
    ScreeningClosed,
    SearchOpened,
    TermsAgreed,
    TermsSet,
)
from services.hiring.policy import (
    ADVANCED_MAX,
    CANDIDATES_MAX,
    MEMBERS_MAX,
    QUESTIONS_MAX,
    check_heads,
    check_weights,
    one_line,
)
from services.hiring.record import KEEPERS, Candidate, Criterion, Item, Result, Terms
from services.hiring.words import Conflict, Head, Keeper, Stage, Why
from shared.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from services.hiring.events import Search
    from services.hiring.record import Record
    from shared.sealed import Sealed


def open_search(*, search: str, school: str, process: str, today: date) -> SearchOpened:
    """Open a search for a named school (C-HIRE-11)."""
    stripped = process.strip()
    process = one_line(stripped, "process", "C-HIRE-12") if stripped else ""
    return SearchOpened(search=search, school=school, opened_on=today, process=process)


# --- Candidates -----------------------------------------------------------------------------------


def define_prerequisites(search: Search, items: Sequence[tuple[Head, str]]) -> PrerequisitesDefined:
    """Say what is asked of a candidate, before the first is screened (C-HIRE-1)."""
    check_running(search.known)
    if any(each.results for each in search.known.candidates):
        reason = "a candidate was screened by them already: they stay as they are"
        raise Refused("C-HIRE-1", reason, "prerequisites")
    check_heads([head for head, _ in items])
    asked = (Item(head=h, text=one_line(t, "prerequisites", "C-HIRE-1")) for h, t in items)
    return PrerequisitesDefined(search=search.known.search, items=tuple(asked))


def enter_candidate(search: Search, *, name: Sealed, answers: Sealed | None) -> CandidateEntered:
    """Take in who applied (C-HIRE-2)."""
    known = _screening(search)
    if len(known.candidates) >= CANDIDATES_MAX:
        reason = f"there are {CANDIDATES_MAX} candidates: open another search"
        raise Refused("C-HIRE-2", reason)
    reference = next_candidate(known)
    return CandidateEntered(search=known.search, candidate=reference, name=name, answers=answers)


def next_candidate(known: Record) -> str:
    """The reference of the candidate who comes next."""
    return f"candidate-{len(known.candidates) + 1}"


def screen_candidate(
    search: Search, candidate: str, results: Sequence[Result], *, notes: Sealed | None
) -> CandidateScreened:
    """Judge a candidate by each prerequisite (C-HIRE-1)."""
    known = _screening(search)
    entered(known, candidate)
    if not known.prerequisites:
        raise Refused("C-HIRE-1", "say first what is asked of candidates", "prerequisites")
    if sorted(each.item for each in results) != list(range(len(known.prerequisites))):
        reason = "a prerequisite is not judged: say of each whether it is met"
        raise Refused("C-HIRE-1", reason, "results")
    return CandidateScreened(
        search=known.search, candidate=candidate, results=tuple(results), notes=notes
    )


def advance_candidate(search: Search, candidate: str) -> CandidateAdvanced:
    """Let a candidate who meets every prerequisite before the oral board (C-HIRE-1, C-HIRE-2)."""
    known = _screening(search)
    found = entered(known, candidate)
    if len(known.advanced()) >= ADVANCED_MAX:
        reason = f"{ADVANCED_MAX} candidates are before the board: open another search"
        raise Refused("C-HIRE-2", reason, "candidate")
    if not found.results:
        raise Refused("C-HIRE-1", "the candidate is not screened: screen them first", "candidate")
    if not all(result.met for result in found.results):
        reason = "the candidate does not meet every prerequisite: do not advance them"
        raise Refused("C-HIRE-1", reason, "candidate")
    return CandidateAdvanced(search=known.search, candidate=candidate)


def not_advance_candidate(
    search: Search, candidate: str, *, reasons: Sealed
) -> CandidateNotAdvanced:
    """Keep a candidate from the oral board (C-HIRE-2)."""
    known = _screening(search)
    entered(known, candidate)
    return CandidateNotAdvanced(search=known.search, candidate=candidate, reasons=reasons)


def withdraw_candidate(search: Search, candidate: str, *, withdrew_on: date) -> CandidateWithdrew:
    """Record that a candidate wants to be one no more (C-HIRE-13)."""
    known = check_running(search.known)
    found = entered(known, candidate)
    if found.stage not in {Stage.ENTERED, Stage.ADVANCED}:
        raise Refused("C-HIRE-13", f"the candidate is {found.stage} already", "candidate")
    return CandidateWithdrew(
        search=known.search, candidate=candidate, was=found.stage, withdrew_on=withdrew_on
    )


def close_screening(search: Search) -> ScreeningClosed:
    """Settle who goes before the oral board; a sole candidate is presented (C-HIRE-2, C-HIRE-9)."""
    known = _screening(search)
    open_ones = [c.candidate for c in known.candidates if c.stage is Stage.ENTERED]
    if open_ones:
        reason = f"not decided: {', '.join(open_ones)}; advance each or do not"
        raise Refused("C-HIRE-2", reason, "candidate")
    advanced = known.advanced()
    if not advanced:
        raise Refused("C-HIRE-2", "nobody was advanced: close the search instead", "candidate")
    return ScreeningClosed(
        search=known.search,
        entered=len(known.candidates),
        advanced=len(advanced),
        sole=len(advanced) == 1,
    )


def name_candidate(search: Search, candidate: str, *, name: Sealed) -> CandidateNamed:
    """Write down who an advanced candidate is (C-HIRE-2, C-PRIV-1)."""
    known = check_running(search.known)
    entered(known, candidate)
    return CandidateNamed(search=known.search, candidate=candidate, name=name)


# --- The panel ------------------------------------------------------------------------------------


def seat_member(
    search: Search, keeper: Keeper, member: str, *, trained_on: date | None, today: date
) -> MemberSeated:
    """Seat a voting member, before any score is opened (C-HIRE-3)."""
    known = check_running(search.known)
    if known.seat(member) is not None:
        raise Refused("C-HIRE-3", "this person sits on the panel already", "member")
    if sum(seat.excused is None for seat in known.seats) >= MEMBERS_MAX:
        raise Refused("C-HIRE-3", f"{MEMBERS_MAX} sit on the panel: excuse one", "member")
    if known.counted is not None:
        reason = "the scoring is closed: open another search to interview again"
        raise Refused("C-HIRE-6", reason, "member")
    if trained_on is not None and trained_on > today:
        raise Refused("C-HIRE-3", "the training is still to come: leave it empty", "trained_on")
    return MemberSeated(search=known.search, keeper=keeper, member=member, trained_on=trained_on)


def excuse_member(search: Search, keeper: Keeper, member: str, why: Why) -> MemberExcused:
    """Let a member of this organisation go; another may be seated instead (C-HIRE-5)."""
    known = check_running(search.known)
    seat = known.seat(member)
    if seat is None or seat.keeper != keeper:
        raise Refused("C-HIRE-5", "choose one of our members of the panel", "member")
    return MemberExcused(search=known.search, keeper=keeper, member=member, why=why)


def declare_conflict(
    search: Search,
    keeper: Keeper,
    member: str,
    candidate: str,
    conflict: Conflict,
    *,
    details: Sealed | None,
) -> ConflictDeclared:
    """Say whether there is a conflict with a candidate; late ones count too (C-HIRE-8)."""
    known = check_running(search.known)
    sits(known, keeper, member)
    found = entered(known, candidate)
    if found.stage is not Stage.ADVANCED:
        raise Refused("C-HIRE-8", "the candidate is not before the panel", "candidate")
    said = known.declared(member, candidate)
    if conflict is Conflict.KEPT_THERE:
        raise Refused("C-HIRE-8", "choose one of those listed", "conflict")
    if conflict is Conflict.NONE and said is not None:
        reason = "a conflict that was declared stays, and none was declared already"
        raise Refused("C-HIRE-8", reason, "conflict")
    return ConflictDeclared(
        search=known.search,
        keeper=keeper,
        member=member,
        candidate=candidate,
        conflict=conflict,
        late=found.interview is not None,
        details=details,
    )


# --- Terms ----------------------------------------------------------------------------------------


def provide_questions(
    search: Search, keeper: Keeper, questions: Sequence[str]
) -> QuestionsProvided:
    """Add questions for all candidates, until the interviews open (C-HIRE-4)."""
    known = _before_interviews(search)
    texts = tuple(one_line(each, "questions", "C-HIRE-4") for each in questions)
    if not texts or len(known.questions) + len(texts) > QUESTIONS_MAX:
        reason = f"give 1 to {QUESTIONS_MAX} questions, one a line"
        raise Refused("C-HIRE-4", reason, "questions")
    return QuestionsProvided(search=known.search, keeper=keeper, questions=texts)


def set_terms(
    search: Search, criteria: Sequence[tuple[str, int]], quorum: Mapping[Keeper, int]
) -> TermsSet:
    """Set criteria with weights that sum to 100, and the quorum (C-HIRE-5, C-HIRE-7)."""
    known = _before_interviews(search)
    scored = tuple(
        Criterion(name=f"c{at}", text=one_line(text, "criteria", "C-HIRE-5"), weight=weight)
        for at, (text, weight) in enumerate(criteria, 1)
    )
    check_weights({each.name: each.weight for each in scored})
    if any(quorum[keeper] < 1 for keeper in KEEPERS):
        reason = "a quorum has at least one voting member of each organisation"
        raise Refused("C-HIRE-3", reason, "quorum")
    return TermsSet(search=known.search, terms=Terms(criteria=scored, quorum=dict(quorum)))


def agree_terms(search: Search, sha256: str) -> TermsAgreed:
    """Agree for the district to the terms and questions that were shown (C-HIRE-5)."""
    known = _before_interviews(search)
    if known.terms is None:
        raise Refused("C-HIRE-5", "the agency has not set the terms yet", "terms")
    if sha256 != known.digest():
        raise Refused("C-HIRE-5", "the terms have changed: read them again", "terms")
    return TermsAgreed(search=known.search, sha256=sha256)


def open_interviews(search: Search) -> InterviewsOpened:
    """Fix questions, criteria and weights as both have agreed to them (C-HIRE-4, C-HIRE-5)."""
    known = _before_interviews(search)
    if not known.screening_closed:
        raise Refused("C-HIRE-2", "close the screening first", "candidate")
    if known.terms is None:
        raise Refused("C-HIRE-5", "set criteria, weights and quorum first", "criteria")
    if not known.questions:
        raise Refused("C-HIRE-4", "there is no question: provide some", "questions")
    digest = known.digest()
    if known.agreed != digest:
        reason = "the district has not agreed to these questions and weights: ask it to"
        raise Refused("C-HIRE-5", reason, "terms")
    return InterviewsOpened(search=known.search, sha256=digest)


def hold_interview(
    search: Search, candidate: str, present: Sequence[str], *, held_on: date, today: date
) -> InterviewHeld | InterviewVoided:
    """Record an interview; it is void without a quorum of voting members (C-HIRE-3, C-HIRE-7)."""
    known = check_running(search.known)
    if known.frozen is None:
        raise Refused("C-HIRE-5", "open the interviews first: it fixes the weights", "candidate")
    if known.counted is not None:
        raise Refused("C-HIRE-6", "the scoring is closed already", "candidate")
    found = entered(known, candidate)
    if found.stage is not Stage.ADVANCED:
        raise Refused("C-HIRE-2", "the candidate is not before the panel", "candidate")
    if not known.opened_on <= held_on <= today:
        reason = f"choose a day from {known.opened_on} to today"
        raise Refused("C-HIRE-3", reason, "held_on")
    if found.interview is not None and not known.lacks(known.voting(found)):
        raise Refused("C-HIRE-4", "the candidate was interviewed already", "candidate")
    if any(known.seat(member) is None for member in present):
        raise Refused("C-HIRE-3", "choose from who sits on the panel", "present")
    present = tuple(dict.fromkeys(present))
    voting = tuple(each for each in present if known.may_vote(each, candidate))
    lacks = known.lacks(voting)
    if lacks:
        return InterviewVoided(
            search=known.search, candidate=candidate, held_on=held_on, present=present, lacks=lacks
        )
    return InterviewHeld(
        search=known.search, candidate=candidate, held_on=held_on, present=present, voting=voting
    )


# --- Checks ---------------------------------------------------------------------------------------


def check_running(known: Record) -> Record:
    """Refuse what comes after the end of a search (C-HIRE-13)."""
    if known.closed_on is not None:
        raise Refused("C-HIRE-13", "the search is closed: open another", "search")
    return known


def entered(known: Record, candidate: str) -> Candidate:
    """A candidate of the search; refused when there is none of the reference."""
    found = known.candidate(candidate)
    if found is None:
        raise Refused("C-HIRE-2", "choose one of the candidates", "candidate")
    return found


def sits(known: Record, keeper: Keeper, member: str) -> None:
    """Refuse who does not sit on the panel for this organisation (C-HIRE-3)."""
    seat = known.seat(member)
    if seat is None or seat.keeper != keeper:
        raise Refused("C-HIRE-3", "this is for the members of the panel", "by")


def _screening(search: Search) -> Record:
    known = check_running(search.known)
    if known.screening_closed:
        raise Refused("C-HIRE-2", "the screening is closed: open another search", "candidate")
    return known


def _before_interviews(search: Search) -> Record:
    known = check_running(search.known)
    if known.frozen is not None:
        reason = "the interviews are open: questions and weights stay as they are"
        raise Refused("C-HIRE-5", reason, "terms")
    return known
