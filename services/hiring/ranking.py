"""The ranking: the mean of all votes, then the mean of the district's, then a tie (C-HIRE-7).

All numbers are whole, so that both organisations come to the same: a mean is kept as the sum of
points and the number of votes.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from services.hiring.words import Keeper


class Vote(NamedTuple):
    """What one member's sheet gives one candidate."""

    keeper: Keeper
    points: int
    """100 to 500."""


class Place(BaseModel):
    """Where one candidate stands."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    candidate: str
    rank: int | None
    """Candidates who are tied share one; a sole candidate has none (C-HIRE-9)."""
    points: int
    votes: int
    district_points: int
    district_votes: int

    @property
    def mean(self) -> Fraction:
        """The mean score, 1 to 5."""
        return Fraction(self.points, 100 * self.votes)

    @property
    def district_mean(self) -> Fraction:
        """The mean of the district's votes, 1 to 5."""
        return Fraction(self.district_points, 100 * self.district_votes)


def ranked(votes: Mapping[str, Sequence[Vote]]) -> tuple[Place, ...]:
    """Rank candidates, each with at least one vote of each organisation, the first first.

    Who is equal by both means shares a rank; the next rank is left out for each more of them.
    """
    places = [_place(candidate, cast) for candidate, cast in votes.items()]
    if len(places) == 1:
        return tuple(places)
    order = sorted(places, key=_worth, reverse=True)
    found: list[Place] = []
    for at, place in enumerate(order):
        same = found and _worth(found[-1]) == _worth(place)
        rank = found[-1].rank if same else at + 1
        found.append(place.model_copy(update={"rank": rank}))
    return tuple(sorted(found, key=lambda place: (place.rank or 0, place.candidate)))


def tied(places: Sequence[Place]) -> tuple[tuple[str, ...], ...]:
    """The groups of candidates who share a rank."""
    groups: dict[int, list[str]] = {}
    for place in places:
        if place.rank is not None:
            groups.setdefault(place.rank, []).append(place.candidate)
    return tuple(tuple(group) for group in groups.values() if len(group) > 1)


def resolved(places: Sequence[Place], order: Sequence[str]) -> tuple[Place, ...]:
    """The places once a group of tied candidates has been put in an order."""
    first = next(place.rank for place in places if place.candidate == order[0])
    assert first is not None, "only who has a rank can be tied"
    ranks = {candidate: first + at for at, candidate in enumerate(order)}
    found = (
        place.model_copy(update={"rank": ranks.get(place.candidate, place.rank)})
        for place in places
    )
    return tuple(sorted(found, key=lambda place: (place.rank or 0, place.candidate)))


def _place(candidate: str, cast: Sequence[Vote]) -> Place:
    district = [vote.points for vote in cast if vote.keeper == "district"]
    return Place(
        candidate=candidate,
        rank=None,
        points=sum(vote.points for vote in cast),
        votes=len(cast),
        district_points=sum(district),
        district_votes=len(district),
    )


def _worth(place: Place) -> tuple[Fraction, Fraction]:
    return place.mean, place.district_mean
