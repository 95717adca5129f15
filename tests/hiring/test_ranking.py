"""The ranking beside an independent one, by brute force over fractions, on random panels."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from services.hiring.ranking import Vote, ranked, resolved, tied
from services.hiring.sheets import points

POINTS = st.integers(100, 500) | st.sampled_from([200, 300, 400])
PANELS = st.tuples(st.integers(1, 5), st.integers(1, 4))


@st.composite
def votes(draw: st.DrawFn) -> dict[str, list[Vote]]:
    """Votes of a panel of both organisations on up to five candidates."""
    found: dict[str, list[Vote]] = {}
    for number in range(1, draw(st.integers(1, 5)) + 1):
        agency, district = draw(PANELS)
        cast = [Vote("agency", draw(POINTS)) for _ in range(agency)]
        found[f"candidate-{number}"] = cast + [
            Vote("district", draw(POINTS)) for _ in range(district)
        ]
    return found


def mean(cast: list[Vote], *, district: bool = False) -> Fraction:
    some = [vote.points for vote in cast if not district or vote.keeper == "district"]
    return Fraction(sum(some), len(some))


def goes_before(first: list[Vote], second: list[Vote]) -> bool:
    if mean(first) != mean(second):
        return mean(first) > mean(second)
    return mean(first, district=True) > mean(second, district=True)


@settings(deadline=None)
@given(votes())
def test_hire_7_each_rank_counts_who_goes_before_by_both_means(cast: dict[str, list[Vote]]) -> None:
    places = ranked(cast)
    assert {place.candidate for place in places} == set(cast)
    for place in places:
        before = sum(goes_before(other, cast[place.candidate]) for other in cast.values())
        assert place.rank == (None if len(cast) == 1 else before + 1)
        assert place.mean * 100 == mean(cast[place.candidate])
        assert place.district_mean * 100 == mean(cast[place.candidate], district=True)


@settings(deadline=None)
@given(votes())
def test_hire_7_the_order_is_one_of_all_orders_in_which_nobody_stands_before_a_better(
    cast: dict[str, list[Vote]],
) -> None:
    good = [
        order
        for order in permutations(cast)
        if not any(
            goes_before(cast[later], cast[earlier])
            for at, earlier in enumerate(order)
            for later in order[at + 1 :]
        )
    ]
    assert tuple(place.candidate for place in ranked(cast)) in good


@settings(deadline=None)
@given(votes(), st.randoms(use_true_random=False))
def test_hire_7_the_order_of_entry_makes_no_difference(
    cast: dict[str, list[Vote]], random: Random
) -> None:
    names = list(cast)
    random.shuffle(names)
    assert ranked({name: cast[name] for name in names}) == ranked(cast)


@settings(deadline=None)
@given(votes())
def test_hire_7_who_is_equal_by_both_means_is_tied_and_nobody_else(
    cast: dict[str, list[Vote]],
) -> None:
    together = {candidate: group for group in tied(ranked(cast)) for candidate in group}
    for (one, ours), (other, theirs) in permutations(cast.items(), 2):
        same = not goes_before(ours, theirs) and not goes_before(theirs, ours)
        assert (other in together.get(one, ())) is same


@settings(deadline=None)
@given(votes())
def test_hire_7_a_resolved_tie_gives_each_a_rank_of_their_own(cast: dict[str, list[Vote]]) -> None:
    places = ranked(cast)
    for group in tied(places):
        places = resolved(places, group[::-1])
    assert tied(places) == ()
    if len(cast) > 1:
        assert sorted(place.rank or 0 for place in places) == list(range(1, len(cast) + 1))


@settings(deadline=None)
@given(st.lists(st.integers(1, 5), min_size=3, max_size=3))
def test_hire_5_points_are_100_to_500_where_the_weights_sum_to_100(given_scores: list[int]) -> None:
    scores = dict(zip("abc", given_scores, strict=True))
    found = points(scores, {"a": 50, "b": 30, "c": 20})
    assert 100 <= found <= 500
    assert found == 50 * given_scores[0] + 30 * given_scores[1] + 20 * given_scores[2]
