"""What pages show: what may be done now, the panel, the ranking as bars, the history told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, get_args

from services.hiring.deciding import remaining_of
from services.hiring.events import SearchEvent
from services.hiring.policy import SCORE_MAX
from services.hiring.ranking import tied
from services.hiring.words import Keeper, Stage
from shared.web import Entry

if TYPE_CHECKING:
    from collections.abc import Iterable

    from services.hiring.ranking import Place
    from services.hiring.record import Record, Seat
    from shared.aggregate import Event

ACTS = {
    "prerequisites": "Define the prerequisites",
    "enter": "Enter a candidate",
    "close-screening": "Close the screening",
    "seat": "Seat a panel member",
    "excuse": "Excuse a panel member",
    "questions": "Provide questions",
    "terms": "Set criteria, weights and quorum",
    "agree": "Agree to the questions and terms",
    "open-interviews": "Open the interviews",
    "interview": "Record an interview",
    "close-scoring": "Close the scoring",
    "rank": "Record the ranking",
    "tie": "Resolve a tie",
    "prefer": "State a preference",
    "propose": "Propose a candidate",
    "accept": "Accept the candidate",
    "decline": "Decline the candidate",
    "appoint": "Appoint the officer",
    "reassign": "Reassign the officer",
    "cover": "Arrange cover",
    "remove": "Remove the officer from the program",
    "close": "Close the search",
    "reopen": "Reopen the search",
    "hold": "Place a legal hold",
    "lift-hold": "Lift the legal hold",
    "erase": "Erase a candidate's data",
}


def state(known: Record) -> str:
    """How far a search is, in a few words."""
    if known.closed_on is not None:
        return f"closed: {known.ending}"
    if known.proposal is not None:
        return "accepted by the district" if known.proposal.accepted else "awaiting district"
    if known.places is not None:
        return "a tie to resolve" if tied(known.places) else "ranked"
    if known.frozen is not None:
        return "interviews and scoring" if known.counted is None else "opening scores"
    return "agreeing on questions and terms" if known.screening_closed else "screening"


def acts_of_both(known: Record) -> list[str]:
    """What the heads of either organisation may do now."""
    found = []
    if known.closed_on is None:
        if known.counted is None:
            found.append("seat")
        found.append("excuse")
        if known.frozen is None:
            found.append("questions")
    found.append("lift-hold" if known.held else "hold")
    return found


def acts_of_agency(known: Record) -> list[str]:
    """What the agency's head may do now."""
    if known.closed_on is not None:
        return ["reassign", "cover"] if known.appointed else ["reopen"]
    found = []
    if not known.screening_closed:
        found += ["prerequisites", "enter", "close-screening"]
    if known.frozen is None:
        found += ["terms"]
        if known.screening_closed and known.terms is not None:
            found.append("open-interviews")
    elif known.counted is None:
        found += ["interview", "close-scoring"]
    elif known.places is None:
        found.append("rank")
    elif tied(known.places):
        found.append("tie")
    elif known.proposal is None and remaining_of(known):
        found.append("propose")
    if known.proposal is not None and known.proposal.accepted:
        found.append("appoint")
    return [*found, "close"]


def acts_of_district(known: Record) -> list[str]:
    """What the district's director or Superintendent's office may do now."""
    if known.closed_on is not None:
        return []
    found = []
    if known.frozen is None and known.terms is not None and known.agreed != known.digest():
        found.append("agree")
    if known.proposal is not None and not known.proposal.accepted:
        found += ["accept", "decline"]
    return found


class Chair(NamedTuple):
    """A seat of the panel, and how far its member is."""

    seat: Seat
    declared: int
    """For how many candidates before the board."""
    of: int
    sealed: bool
    opened: bool


def chairs(known: Record) -> list[Chair]:
    """The panel."""
    advanced = known.advanced()
    return [
        Chair(
            seat,
            sum(known.declared(seat.member, c.candidate) is not None for c in advanced),
            len(advanced),
            known.sealed_by(seat.member) is not None,
            known.opened_by(seat.member) is not None,
        )
        for seat in known.seats
    ]


@dataclass(frozen=True)
class Bar:
    """One candidate in the chart of the ranking."""

    candidate: str
    rank: int | None
    mean: float
    """1 to 5."""
    district_mean: float
    votes: int

    def width(self, pixels: int) -> float:
        """How long the bar of the mean is, where the greatest score is so many pixels."""
        return round(self.mean / SCORE_MAX * pixels, 1)

    def district_at(self, pixels: int) -> float:
        """Where the mark of the district's mean is."""
        return round(self.district_mean / SCORE_MAX * pixels, 1)


def bars(places: Iterable[Place]) -> list[Bar]:
    """The ranking, to be drawn and to be read."""
    return [
        Bar(p.candidate, p.rank, float(p.mean), float(p.district_mean), p.votes) for p in places
    ]


def waiting(known: Record, keeper: Keeper, member: str) -> str:
    """What the panel waits for from a member: `declare`, `seal`, `open`, or nothing."""
    seat = known.seat(member)
    if seat is None or seat.keeper != keeper or known.closed_on is not None:
        return ""
    if any(
        known.declared(member, each.candidate) is None
        for each in known.candidates
        if each.stage is Stage.ADVANCED
    ):
        return "declare"
    if known.counted is None and known.sealed_by(member) is None:
        all_met = all(each.interview for each in known.advanced())
        return "seal" if known.frozen is not None and all_met and known.owed().get(member) else ""
    sealed = known.sealed_by(member)
    if known.counted is not None and sealed is not None and known.opened_by(member) is None:
        return "open"
    return ""


def timeline(history: Iterable[Event]) -> list[Entry]:
    """The history of a search, the latest first: what happened, and by whose word."""
    told = []
    for event in history:
        if not isinstance(event, get_args(SearchEvent)):
            continue
        said, _, clauses = (type(event).__doc__ or "").rpartition(" (")
        facts = [str(getattr(event, name, "")) for name in ("candidate", "member", "keeper")]
        about = ", ".join(filter(None, facts))
        told.append(
            Entry(event.timestamp, said.strip(), about, event.by, clauses.strip().rstrip(").\n"))
        )
    return told[::-1]
