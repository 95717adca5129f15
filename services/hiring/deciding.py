"""What may be decided once the scores are known: proposal, answer, the end of a search, erasure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.hiring.domain import check_running, entered
from services.hiring.events import (
    AnswerOverdue,
    CandidateAccepted,
    CandidateDeclined,
    CandidateErased,
    CandidateProposed,
    HoldLifted,
    HoldPlaced,
    SearchClosed,
    SearchReopened,
)
from services.hiring.policy import ANSWER, RETENTION_MONTHS
from services.hiring.ranking import tied
from services.hiring.words import Category, Ending, Stage
from shared.deadlines import months_after
from shared.errors import Refused
from shared.school_calendar import due

if TYPE_CHECKING:
    from datetime import date

    from services.hiring.events import Search
    from services.hiring.record import Proposal, Record
    from shared.school_calendar import Calendars
    from shared.sealed import Sealed


def propose(
    search: Search, calendars: Calendars, candidate: str, *, today: date, reasons: Sealed | None
) -> CandidateProposed:
    """Propose a candidate; out of order only with a reason in writing (C-HIRE-5, C-HIRE-10)."""
    known = check_running(search.known)
    if known.places is None:
        raise Refused("C-HIRE-5", "record the ranking first", "candidate")
    if tied(known.places):
        raise Refused("C-HIRE-7", "a tie is not resolved: resolve it first", "candidate")
    if "district" not in known.preferences:
        reason = "the district has not named whom it prefers: ask its members to"
        raise Refused("C-HIRE-5", reason, "candidate")
    if known.proposal is not None:
        reason = f"{known.proposal.candidate} is proposed: the district answers first"
        raise Refused("C-HIRE-10", reason, "candidate")
    remaining = remaining_of(known)
    if candidate not in remaining:
        reason = "choose a candidate who was ranked, and is not declined nor withdrawn"
        raise Refused("C-HIRE-10", reason, "candidate")
    out_of_order = candidate != remaining[0]
    if out_of_order and reasons is None:
        reason = f"{remaining[0]} ranks before: give the reasons in writing"
        raise Refused("C-HIRE-5", reason, "reasons")
    return CandidateProposed(
        search=known.search,
        candidate=candidate,
        proposed_on=today,
        answer_due_on=due(ANSWER, today, calendars, as_of=today).on,
        out_of_order=out_of_order,
        reasons=reasons,
    )


def remaining_of(known: Record) -> list[str]:
    """Who may be proposed, in the order of the ranking."""
    found = []
    for place in known.places or ():
        candidate = known.candidate(place.candidate)
        if candidate and candidate.stage is Stage.ADVANCED and not candidate.declined:
            found.append(place.candidate)
    return found


def note_overdue(known: Record, today: date) -> AnswerOverdue | None:
    """Note once that the day of the district's answer has passed (C-HIRE-10, C-TIME-9)."""
    proposal = known.proposal
    if known.closed_on is not None or proposal is None or proposal.accepted or proposal.overdue:
        return None
    if today <= proposal.answer_due_on:
        return None
    return AnswerOverdue(
        search=known.search,
        candidate=proposal.candidate,
        due_on=proposal.answer_due_on,
        noted_on=today,
    )


# --- The district's answer ------------------------------------------------------------------------


def accept(search: Search, *, today: date) -> CandidateAccepted:
    """Accept who is proposed for the school (C-HIRE-10, C-HIRE-11)."""
    known, proposal = _proposed(search)
    return CandidateAccepted(
        search=known.search,
        candidate=proposal.candidate,
        school=known.school,
        answered_on=today,
        late=today > proposal.answer_due_on,
    )


def decline(
    search: Search,
    *,
    by: str,
    today: date,
    category: Category,
    reviewed_by: str,
    no_protected_characteristic: bool,
    reasons: Sealed,
) -> CandidateDeclined:
    """Decline who is proposed, in writing and looked at by a second person (C-HIRE-10)."""
    known, proposal = _proposed(search)
    if not no_protected_characteristic:
        reason = "a protected characteristic is no reason: confirm that none is"
        raise Refused("C-HIRE-10", reason, "no_protected_characteristic")
    if reviewed_by == by:
        reason = "somebody else reviews the reasons: name who did"
        raise Refused("C-HIRE-10", reason, "reviewed_by")
    return CandidateDeclined(
        search=known.search,
        candidate=proposal.candidate,
        school=known.school,
        category=category,
        answered_on=today,
        late=today > proposal.answer_due_on,
        reviewed_by=reviewed_by,
        reasons=reasons,
    )


# --- The end --------------------------------------------------------------------------------------


def close_search(search: Search, ending: Ending, *, today: date) -> SearchClosed:
    """Close a search that nobody was appointed from (C-HIRE-9, C-HIRE-13)."""
    known = check_running(search.known)
    if ending is Ending.FILLED:
        raise Refused("C-HIRE-10", "a search is filled by appointing", "ending")
    if known.proposal is not None and ending is Ending.NONE_SUITABLE:
        reason = f"{known.proposal.candidate} is proposed: the district answers first"
        raise Refused("C-HIRE-10", reason, "ending")
    not_met = [c for c in known.advanced() if c.interview is None]
    if known.sole and not_met and ending is Ending.NONE_SUITABLE:
        reason = "the district's representatives have not interviewed the candidate: hold it"
        raise Refused("C-HIRE-9", reason, "ending")
    return _closed(known, ending, None, today)


def fill(search: Search, *, today: date) -> SearchClosed:
    """Close a search with who was accepted; silence is no acceptance (C-HIRE-10)."""
    known = check_running(search.known)
    if known.proposal is None:
        raise Refused("C-HIRE-10", "nobody is proposed: propose a candidate", "search")
    if not known.proposal.accepted:
        reason = "awaiting the district: appoint once it has accepted"
        raise Refused("C-HIRE-10", reason, "search")
    return _closed(known, Ending.FILLED, known.proposal.candidate, today)


def _closed(known: Record, ending: Ending, appointed: str | None, today: date) -> SearchClosed:
    return SearchClosed(
        search=known.search,
        ending=ending,
        appointed=appointed,
        closed_on=today,
        erase_from=months_after(today, RETENTION_MONTHS),
    )


def reopen_search(search: Search, *, today: date, reasons: Sealed) -> SearchReopened:
    """Go on with a search that nobody was appointed from and nobody erased of (C-HIRE-13)."""
    known = search.known
    if known.closed_on is None:
        raise Refused("C-HIRE-13", "the search is open", "search")
    if known.ending is Ending.FILLED:
        raise Refused("C-HIRE-13", "the search is filled: open another", "search")
    if any(each.erased for each in known.candidates):
        raise Refused("C-HIRE-13", "a candidate is erased: open another search", "search")
    return SearchReopened(search=known.search, reopened_on=today, reasons=reasons)


# --- What is kept ---------------------------------------------------------------------------------


def place_hold(search: Search, *, reasons: Sealed) -> HoldPlaced:
    """Keep what is known of a search from being erased (C-HIRE-13)."""
    if search.known.held:
        raise Refused("C-HIRE-13", "it is held already", "search")
    return HoldPlaced(search=search.known.search, reasons=reasons)


def lift_hold(search: Search, *, reasons: Sealed) -> HoldLifted:
    """End a legal hold (C-HIRE-13)."""
    if not search.known.held:
        raise Refused("C-HIRE-13", "it is not held", "search")
    return HoldLifted(search=search.known.search, reasons=reasons)


def erase_candidate(search: Search, candidate: str, *, today: date) -> CandidateErased:
    """Destroy the key of an unsuccessful candidate, three years after the search (C-HIRE-13)."""
    known = search.known
    found = entered(known, candidate)
    if known.erase_from is None or today < known.erase_from:
        when = "the search is closed" if known.erase_from is None else f"{known.erase_from}"
        raise Refused("C-HIRE-13", f"too early: wait until {when}", "candidate")
    if known.held:
        raise Refused("C-HIRE-13", "a legal hold keeps it: lift the hold first", "candidate")
    if candidate == known.appointed:
        reason = "who was appointed is kept with the officers: it is not erased here"
        raise Refused("C-HIRE-13", reason, "candidate")
    if found.erased:
        raise Refused("C-HIRE-13", "erased already", "candidate")
    return CandidateErased(search=known.search, candidate=candidate, erased_on=today)


def erasable(known: Record, today: date) -> list[str]:
    """Whose data may be erased today."""
    if known.erase_from is None or today < known.erase_from or known.held:
        return []
    kept = (c for c in known.candidates if not c.erased and c.candidate != known.appointed)
    return [each.candidate for each in kept]


def _proposed(search: Search) -> tuple[Record, Proposal]:
    known = check_running(search.known)
    if known.proposal is None:
        raise Refused("C-HIRE-10", "nobody is proposed", "search")
    if known.proposal.accepted:
        raise Refused("C-HIRE-10", "the candidate is accepted already", "search")
    return known, known.proposal
