"""The only door out: which events leave, as which contract, for whom.

A match without a default: mypy fails until a new event says whether it leaves. Of what both
organisations write, only an organisation's own leaves it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, assert_never, cast

from services.hiring import events as e
from services.hiring import placement as p
from services.hiring.words import Conflict, Keeper, Stage
from shared.contracts import hiring as c
from shared.contracts.base import OWN, Contract, Publication
from shared.hearing import Heard

if TYPE_CHECKING:
    from shared.aggregate import Event

C = TypeVar("C", bound=Contract)
NOT_TOLD = {"keeper", "reasons", "details", "notes", "box", "void", "discussion", "was"}
"""What stays with who keeps it, and who publishes, which the message itself says."""


def publish(keeper: Keeper, counterpart: str, event: Event) -> tuple[Publication, ...]:
    """Say what leaves an organisation for an event, and to whom; nothing if it stays inside."""
    known = cast("e.SearchEvent | p.PlacementEvent | Heard", event)
    if isinstance(known, Heard):
        return ()
    contract = _told(keeper, known)
    told = () if contract is None else (Publication(counterpart, contract),)
    if keeper != "agency" or not isinstance(known, p.SroAppointed | p.SroRemoved):
        return told
    own = contract or _as(c.SroRemovedV1, known)  # the district's removal is told here too
    return Publication(OWN, own), *told


def _told(keeper: Keeper, event: e.SearchEvent | p.PlacementEvent) -> Contract | None:
    match event:
        case (
            e.MemberSeated()
            | e.MemberExcused()
            | e.ConflictDeclared()
            | e.QuestionsProvided()
            | e.ScoresSealed()
            | e.ScoresOpened()
            | e.ProofChecked()
            | e.PreferenceStated()
            | p.SroRemoved()
        ):
            return _of_either(event) if event.keeper == keeper else None
        case e.TermsAgreed() | e.CandidateAccepted() | e.CandidateDeclined():
            return _of_district(event) if keeper == "district" else None
        case (
            e.PrerequisitesDefined()
            | e.CandidateEntered()
            | e.CandidateScreened()
            | e.CandidateNotAdvanced()
            | e.CandidateNamed()
            | e.AnswerOverdue()
            | e.HoldPlaced()
            | e.HoldLifted()
            | e.CandidateErased()
        ):
            return None
        case _:
            return _of_agency(event) if keeper == "agency" else None


def _of_either(  # noqa: PLR0911  # one case an event
    event: e.MemberSeated
    | e.MemberExcused
    | e.ConflictDeclared
    | e.QuestionsProvided
    | e.ScoresSealed
    | e.ScoresOpened
    | e.ProofChecked
    | e.PreferenceStated
    | p.SroRemoved,
) -> Contract:
    match event:
        case e.MemberSeated():
            return _as(c.MemberSeatedV1, event)
        case e.MemberExcused():
            return _as(c.MemberExcusedV1, event)
        case e.ConflictDeclared():
            return c.ConflictDeclaredV1(
                search=event.search,
                member=event.member,
                candidate=event.candidate,
                conflicted=event.conflict is not Conflict.NONE,
                late=event.late,
            )
        case e.QuestionsProvided():
            return _as(c.QuestionsProvidedV1, event)
        case e.ScoresSealed():
            return _as(c.ScoresSealedV1, event)
        case e.ScoresOpened():
            return _as(c.ScoresOpenedV1, event)
        case e.ProofChecked():
            return _as(c.ProofCheckedV1, event)
        case e.PreferenceStated():
            return _as(c.PreferenceStatedV1, event)
        case p.SroRemoved():
            return _as(c.SroRemovedV1, event)
        case _:
            assert_never(event)


def _of_district(event: e.TermsAgreed | e.CandidateAccepted | e.CandidateDeclined) -> Contract:
    match event:
        case e.TermsAgreed():
            return _as(c.TermsAgreedV1, event)
        case e.CandidateAccepted():
            return _as(c.CandidateAcceptedV1, event)
        case e.CandidateDeclined():
            return _as(c.CandidateDeclinedV1, event, "reviewed_by")
        case _:
            assert_never(event)


def _of_agency(  # noqa: C901, PLR0911, PLR0912  # one case an event
    event: e.SearchOpened
    | e.CandidateAdvanced
    | e.CandidateWithdrew
    | e.ScreeningClosed
    | e.TermsSet
    | e.InterviewsOpened
    | e.InterviewHeld
    | e.InterviewVoided
    | e.ScoringClosed
    | e.RankingRecorded
    | e.TieResolved
    | e.CandidateProposed
    | e.SearchClosed
    | e.SearchReopened
    | p.SroAppointed
    | p.SroReassigned
    | p.CoverArranged,
) -> Contract | None:
    match event:
        case e.SearchOpened():
            return _as(c.SearchOpenedV1, event)
        case e.CandidateAdvanced():
            return _as(c.CandidateAdvancedV1, event)
        case e.CandidateWithdrew():
            return _as(c.CandidateWithdrewV1, event) if event.was is Stage.ADVANCED else None
        case e.ScreeningClosed():
            return _as(c.ScreeningClosedV1, event)
        case e.TermsSet():
            terms = event.terms.model_dump(mode="json")
            return c.TermsSetV1.model_validate({"search": event.search, **terms})
        case e.InterviewsOpened():
            return _as(c.InterviewsOpenedV1, event)
        case e.InterviewHeld():
            return _as(c.InterviewHeldV1, event)
        case e.InterviewVoided():
            return _as(c.InterviewVoidedV1, event)
        case e.ScoringClosed():
            return _as(c.ScoringClosedV1, event)
        case e.RankingRecorded():
            return _as(c.RankingRecordedV1, event)
        case e.TieResolved():
            return _as(c.TieResolvedV1, event)
        case e.CandidateProposed():
            return _as(c.CandidateProposedV1, event)
        case e.SearchClosed():
            return _as(c.SearchClosedV1, event)
        case e.SearchReopened():
            return _as(c.SearchReopenedV1, event)
        case p.SroAppointed():
            return _as(c.SroAppointedV1, event)
        case p.SroReassigned():
            return _as(c.SroReassignedV1, event)
        case p.CoverArranged():
            return _as(c.CoverArrangedV1, event)
        case _:
            assert_never(event)


def _as(contract: type[C], event: Event, *not_told: str) -> C:
    told: dict[str, Any] = event.model_dump(
        mode="json", include=set(event.decided()), exclude=NOT_TOLD | set(not_told)
    )
    return contract.model_validate(told)
