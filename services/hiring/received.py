"""What the other organisation's hiring service tells, and which change it makes here.

Each handler gives the aggregates to save with the fact of the receipt; it may be called again. What
happened in the other organisation is kept as it was told; what can be checked of it is checked, and
what was found is told to the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, assert_never

from services.hiring import events as e
from services.hiring import placement as p
from services.hiring.record import Terms
from services.hiring.scoring import check_closing, check_opening_of, check_ranking, mismatches
from services.hiring.sheets import Sheet
from services.hiring.words import Conflict, Keeper, Stage
from shared.aggregate import Event
from shared.contracts import hiring as c

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.hiring.application import HiringDesk
    from shared.aggregate import Aggregate
    from shared.contracts.base import Contract

OTHER: dict[Keeper, Keeper] = {"agency": "district", "district": "agency"}
E = TypeVar("E", bound=Event)
OfPlacement = c.SroReassignedV1 | c.SroRemovedV1 | c.CoverArrangedV1


def from_counterpart(
    desk: HiringDesk, told: c.OfAgency | c.OfEither | c.OfDistrict
) -> Sequence[Aggregate]:
    """Keep what the other organisation told, and check it (C-HIRE-6)."""
    by = f"{desk.counterpart}.{desk.name}"
    if isinstance(told, c.SearchOpenedV1):
        number = desk.search_id(told.search)
        return (e.Search.begin(_as(e.SearchOpened, told), by=by, number=number),)
    if isinstance(told, c.SroAppointedV1):
        number = desk.placement_id(told.search)
        return (p.Placement.begin(_as(p.SroAppointed, told), by=by, number=number),)
    if isinstance(told, OfPlacement):
        placement = desk.placement(told.search)
        placement.record(_of_placement(told, OTHER[desk.keeper]), by=by)
        return (placement,)
    search = desk.search(told.search)
    event = _event(told, search, OTHER[desk.keeper])
    check = _checked(event, search, desk.keeper)
    search.record(event, by=by)
    if isinstance(event, e.RankingRecorded):  # with what was told of its proof
        check = check_ranking(search.known, desk.keeper, event)
    if check is not None:
        search.record(check, by=by)
    return (search,)


def _checked(event: e.Happened, search: e.Search, keeper: Keeper) -> e.ProofChecked | None:
    """What was found in what the other told; an opening in which all is well goes unsaid."""
    match event:
        case e.ScoringClosed():
            return check_closing(search.known, keeper, event)
        case e.ScoresOpened():
            check = check_opening_of(search.known, keeper, event)
            return check if check.findings else None
        case _:
            return None


def _event(  # noqa: C901, PLR0911, PLR0912  # one case a contract
    told: c.CandidateAdvancedV1
    | c.CandidateWithdrewV1
    | c.ScreeningClosedV1
    | c.TermsSetV1
    | c.InterviewsOpenedV1
    | c.InterviewHeldV1
    | c.InterviewVoidedV1
    | c.ScoringClosedV1
    | c.RankingRecordedV1
    | c.TieResolvedV1
    | c.CandidateProposedV1
    | c.SearchClosedV1
    | c.SearchReopenedV1
    | c.MemberSeatedV1
    | c.MemberExcusedV1
    | c.ConflictDeclaredV1
    | c.QuestionsProvidedV1
    | c.ScoresSealedV1
    | c.ScoresOpenedV1
    | c.ProofCheckedV1
    | c.PreferenceStatedV1
    | c.TermsAgreedV1
    | c.CandidateAcceptedV1
    | c.CandidateDeclinedV1,
    search: e.Search,
    keeper: Keeper,
) -> e.Happened:
    match told:
        case c.CandidateAdvancedV1():
            return _as(e.CandidateAdvanced, told)
        case c.CandidateWithdrewV1():
            return _as(e.CandidateWithdrew, told, was=Stage.ADVANCED)
        case c.ScreeningClosedV1():
            return _as(e.ScreeningClosed, told)
        case c.TermsSetV1():
            terms = Terms.model_validate(told.model_dump(exclude={"name", "search"}))
            return e.TermsSet(search=told.search, terms=terms)
        case c.InterviewsOpenedV1():
            return _as(e.InterviewsOpened, told)
        case c.InterviewHeldV1():
            return _as(e.InterviewHeld, told)
        case c.InterviewVoidedV1():
            return _as(e.InterviewVoided, told)
        case c.ScoringClosedV1():
            return _as(e.ScoringClosed, told)
        case c.RankingRecordedV1():
            return _as(e.RankingRecorded, told)
        case c.TieResolvedV1():
            return _as(e.TieResolved, told, discussion=None)
        case c.CandidateProposedV1():
            return _as(e.CandidateProposed, told, reasons=None)
        case c.SearchClosedV1():
            return _as(e.SearchClosed, told)
        case c.SearchReopenedV1():
            return _as(e.SearchReopened, told, reasons=None)
        case c.MemberSeatedV1():
            return _as(e.MemberSeated, told, keeper=keeper)
        case c.MemberExcusedV1():
            return _as(e.MemberExcused, told, keeper=keeper)
        case c.ConflictDeclaredV1():
            return e.ConflictDeclared(
                search=told.search,
                keeper=keeper,
                member=told.member,
                candidate=told.candidate,
                conflict=Conflict.KEPT_THERE if told.conflicted else Conflict.NONE,
                late=told.late,
                details=None,
            )
        case c.QuestionsProvidedV1():
            return _as(e.QuestionsProvided, told, keeper=keeper)
        case c.ScoresSealedV1():
            return _as(e.ScoresSealed, told, keeper=keeper, box=None)
        case c.ScoresOpenedV1():
            sheets = tuple(Sheet.model_validate(each.model_dump()) for each in told.sheets)
            void = mismatches(search.known, told.member, sheets)
            return _as(e.ScoresOpened, told, keeper=keeper, void=void, notes={})
        case c.ProofCheckedV1():
            return _as(e.ProofChecked, told, keeper=keeper)
        case c.PreferenceStatedV1():
            return _as(e.PreferenceStated, told, keeper=keeper, reasons=None)
        case c.TermsAgreedV1():
            return _as(e.TermsAgreed, told)
        case c.CandidateAcceptedV1():
            return _as(e.CandidateAccepted, told)
        case c.CandidateDeclinedV1():
            return _as(e.CandidateDeclined, told, reviewed_by=None, reasons=None)
        case _:
            assert_never(told)


def _of_placement(told: OfPlacement, keeper: Keeper) -> p.Moved:
    match told:
        case c.SroReassignedV1():
            return _as(p.SroReassigned, told, reasons=None)
        case c.SroRemovedV1():
            return _as(p.SroRemoved, told, keeper=keeper, reasons=None)
        case c.CoverArrangedV1():
            return _as(p.CoverArranged, told)
        case _:
            assert_never(told)


def _as(event: type[E], told: Contract, **kept_there: Any) -> E:
    """An event of the same facts, with what is not told."""
    return event.model_validate(told.model_dump(exclude={"name"}) | kept_there)
