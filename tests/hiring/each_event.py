"""One of each event of the hiring service, as each organisation stores its own."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from services.hiring import events as e
from services.hiring import placement as p
from services.hiring.events import Search
from services.hiring.placement import Placement
from services.hiring.ranking import Place
from services.hiring.record import Finding, Item, ProofLine, Result
from services.hiring.sheets import commit
from services.hiring.words import Category, Conflict, Ending, Head, Mismatch, Stage, Why
from shared.aggregate import CreatedEvent
from shared.hearing import Bulletin, Heard
from tests.hiring.samples import (
    C1,
    C2,
    DISTRICT,
    QUESTIONS,
    SCHOOL,
    SEARCH,
    TERMS,
    TODAY,
    _schools,
    opened,
    sealed,
    sheet,
)

if TYPE_CHECKING:
    from services.hiring.words import Keeper
    from shared.aggregate import Aggregate, Event

OFFICER = "officer-31"
MEMBER: dict[Keeper, str] = {"agency": "agency-2", "district": "staff-12"}
DIGEST = "ab" * 32


def of_a_search(keeper: Keeper) -> list[e.SearchEvent]:
    """One of each event of a search, each of one organisation where it says so."""
    member = MEMBER[keeper]
    commitment = commit(SEARCH, member, sheet(C1, 4))
    finding = Finding(member=member, candidate=C1, what=Mismatch.SCORES)
    place = Place(candidate=C1, rank=1, points=800, votes=2, district_points=400, district_votes=1)
    whose: dict[str, Any] = {"search": SEARCH, "keeper": keeper}
    return [
        opened(),
        e.PrerequisitesDefined(search=SEARCH, items=(Item(head=Head.SKILLS, text="A sample"),)),
        e.CandidateEntered(
            search=SEARCH, candidate=C1, name=sealed("name"), answers=sealed("answers")
        ),
        e.CandidateScreened(
            search=SEARCH,
            candidate=C1,
            results=(Result(item=0, met=True, evidence_sha256=DIGEST),),
            notes=sealed("notes"),
        ),
        e.CandidateAdvanced(search=SEARCH, candidate=C1),
        e.CandidateNotAdvanced(search=SEARCH, candidate=C2, reasons=sealed()),
        e.CandidateWithdrew(search=SEARCH, candidate=C1, was=Stage.ADVANCED, withdrew_on=TODAY),
        e.ScreeningClosed(search=SEARCH, entered=4, advanced=3, sole=False),
        e.CandidateNamed(search=SEARCH, candidate=C1, name=sealed("name")),
        e.MemberSeated(**whose, member=member, trained_on=date(2026, 1, 5)),
        e.MemberExcused(**whose, member=member, why=Why.UNAVAILABLE),
        e.ConflictDeclared(
            **whose,
            member=member,
            candidate=C1,
            conflict=Conflict.RELATIVE,
            late=True,
            details=sealed("details"),
        ),
        e.QuestionsProvided(**whose, questions=QUESTIONS),
        e.TermsSet(search=SEARCH, terms=TERMS),
        e.TermsAgreed(search=SEARCH, sha256=DIGEST),
        e.InterviewsOpened(search=SEARCH, sha256=DIGEST),
        e.InterviewHeld(
            search=SEARCH,
            candidate=C1,
            held_on=TODAY,
            present=tuple(MEMBER.values()),
            voting=tuple(MEMBER.values()),
        ),
        e.InterviewVoided(
            search=SEARCH,
            candidate=C1,
            held_on=TODAY,
            present=(MEMBER["agency"],),
            lacks=("district",),
        ),
        e.ScoresSealed(**whose, member=member, commitments=(commitment,), box="<locked box>"),
        e.ScoringClosed(search=SEARCH, counted=(commitment,), absent=("staff-1",)),
        e.ScoresOpened(
            **whose,
            member=member,
            sheets=(sheet(C1, 4),),
            void=(finding,),
            notes={C1: sealed("notes")},
        ),
        e.RankingRecorded(
            search=SEARCH,
            places=(place,),
            tied=((C1, C2),),
            proof=(ProofLine(**commitment.model_dump(), sheet=sheet(C1, 4)),),
            unopened=("agency-4",),
        ),
        e.TieResolved(search=SEARCH, order=(C1, C2), discussion=sealed("discussion")),
        e.ProofChecked(**whose, of="the ranking", findings=(finding,)),
        e.PreferenceStated(**whose, candidate=C1, reasons=sealed()),
        e.CandidateProposed(
            search=SEARCH,
            candidate=C1,
            proposed_on=TODAY,
            answer_due_on=date(2026, 3, 16),
            out_of_order=True,
            reasons=sealed(),
        ),
        e.AnswerOverdue(
            search=SEARCH, candidate=C1, due_on=date(2026, 3, 16), noted_on=date(2026, 3, 17)
        ),
        e.CandidateAccepted(
            search=SEARCH, candidate=C1, school=SCHOOL, answered_on=TODAY, late=False
        ),
        e.CandidateDeclined(
            search=SEARCH,
            candidate=C1,
            school=SCHOOL,
            category=Category.SCHOOL,
            answered_on=TODAY,
            late=False,
            reviewed_by="staff-4",
            reasons=sealed(),
        ),
        e.SearchClosed(
            search=SEARCH,
            ending=Ending.FILLED,
            appointed=C1,
            closed_on=TODAY,
            erase_from=date(2029, 3, 2),
        ),
        e.SearchReopened(search=SEARCH, reopened_on=TODAY, reasons=sealed()),
        e.HoldPlaced(search=SEARCH, reasons=sealed()),
        e.HoldLifted(search=SEARCH, reasons=sealed()),
        e.CandidateErased(search=SEARCH, candidate=C2, erased_on=date(2029, 3, 2)),
    ]


def of_a_placement(keeper: Keeper) -> list[p.PlacementEvent]:
    """One of each event of a placement."""
    return [
        p.SroAppointed(officer=OFFICER, search=SEARCH, candidate=C1, school=SCHOOL, from_on=TODAY),
        p.SroReassigned(
            search=SEARCH,
            officer=OFFICER,
            school="fixture-peak-high",
            from_on=TODAY,
            reasons=sealed(),
        ),
        p.SroRemoved(
            search=SEARCH, officer=OFFICER, keeper=keeper, removed_on=TODAY, reasons=sealed()
        ),
        p.CoverArranged(
            search=SEARCH, officer=OFFICER, cover="officer-12", from_on=TODAY, to_on=TODAY
        ),
    ]


def each_of(keeper: Keeper) -> list[Event]:
    """One of each event, with the envelope that a store gives."""
    heard = Heard(publisher=DISTRICT, contract=_schools()[0].model_dump(mode="json"))
    kinds: list[tuple[type[Aggregate], list[Event]]] = [
        (Search, list(of_a_search(keeper))),
        (Placement, list(of_a_placement(keeper))),
        (Bulletin, [heard]),
    ]
    return [_stamped(kind, event, at) for kind, some in kinds for at, event in enumerate(some)]


def _stamped(kind: type[Aggregate], event: Event, at: int) -> Event:
    first = isinstance(event, CreatedEvent)
    stamp = {
        "originator_version": at + 1,
        "timestamp": datetime(2026, 3, 2, 20, tzinfo=UTC),
        "by": "agency-1",
        **({"originator_topic": kind.TOPIC} if first else {}),  # type: ignore[attr-defined]  # each of ours has one
    }
    return event.model_copy(update=stamp)


ONE_OF_EACH = each_of("agency")
