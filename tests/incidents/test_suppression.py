"""What is published lets nobody find out a small count (C-PRIV-5)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.incidents.suppression import Cell, Edition, Point, Space, TooWide, edition
from tests.incidents.attacker import conclusions, count

if TYPE_CHECKING:
    from collections.abc import Mapping

BELOW = 10
SPACE = Space({"school": ["east", "west"], "force": ["yes", "no"]})


def cell(**values: str) -> Cell:
    return frozenset(values.items())


def published(counts: Mapping[Point, int], *earlier: Edition) -> Edition:
    return edition(SPACE, [("school", "force")], counts, earlier, below=BELOW)


def learns_nothing(space: Space, editions: list[Edition]) -> None:
    """After the last edition each small count can still be all that it could be before it."""
    for about in editions:
        before = conclusions(space, about, editions[:-1], BELOW)
        for known, earlier in zip(conclusions(space, about, editions, BELOW), before, strict=True):
            assert known.least <= max(1, earlier.least) + 1e-6, (known, earlier)
            assert known.most >= min(BELOW - 1, earlier.most) - 1e-6, (known, earlier)


def test_priv_5_a_count_below_ten_is_hidden_and_zero_and_ten_are_shown() -> None:
    counts: dict[Point, int] = {
        ("east", "yes"): 10,
        ("east", "no"): 0,
        ("west", "yes"): 10,
        ("west", "no"): 20,
    }
    assert not published(counts).hidden
    single = edition(SPACE, [("school",)], {("east", "yes"): 9}, below=BELOW)
    assert single.hidden >= {cell(school="east"), cell()}


def test_priv_5_what_a_total_would_give_away_is_hidden_with_it() -> None:
    counts: dict[Point, int] = {
        ("east", "yes"): 3,
        ("east", "no"): 40,
        ("west", "yes"): 30,
        ("west", "no"): 50,
    }
    hidden = published(counts).hidden
    assert cell(school="east", force="yes") in hidden
    assert len(hidden) >= 4, "one cell of a row and a column that show their totals is not enough"
    assert cell() not in hidden


def test_priv_5_a_later_edition_does_not_give_away_what_an_earlier_hid() -> None:
    first = published(
        {("east", "yes"): 3, ("east", "no"): 40, ("west", "yes"): 30, ("west", "no"): 50}
    )
    second = published(
        {("east", "yes"): 12, ("east", "no"): 40, ("west", "yes"): 30, ("west", "no"): 50}, first
    )
    learns_nothing(SPACE, [first])
    learns_nothing(SPACE, [first, second])
    alone = published(second.counts)
    assert not alone.hidden, "by itself the second could be shown whole"
    assert second.hidden


def test_priv_5_another_table_of_the_same_counts_does_not_give_them_away() -> None:
    space = Space({"school": ["east", "west"], "race": ["a", "b"], "plan": ["iep", "none"]})
    counts: dict[Point, int] = {
        ("east", "a", "iep"): 4,
        ("east", "b", "none"): 30,
        ("west", "a", "none"): 30,
    }
    tables = [("school", "race"), ("school", "plan"), ("race", "plan")]
    first = edition(space, tables[:1], counts, below=BELOW)
    second = edition(space, tables[1:], counts, [first], below=BELOW)
    learns_nothing(space, [first, second])


def test_dimensions_that_span_too_much_are_refused() -> None:
    wide = Space({name: [str(n) for n in range(100)] for name in "abc"})
    with pytest.raises(TooWide):
        edition(wide, [("a",)], {})


@st.composite
def publications(draw: st.DrawFn) -> tuple[Space, list[Edition]]:
    dimensions = {
        name: [f"{name}{n}" for n in range(draw(st.integers(2, 4)))]
        for name in "abc"[: draw(st.integers(2, 3))]
    }
    space = Space(dimensions)
    points = st.sampled_from(space.points)
    counted: Counter[Point] = Counter()
    editions: list[Edition] = []
    for _ in range(draw(st.integers(1, 2))):
        for point, n in draw(st.lists(st.tuples(points, st.integers(1, 25)), max_size=12)):
            counted[point] += n
        tables = draw(
            st.lists(
                st.lists(st.sampled_from(list(dimensions)), min_size=1, max_size=2, unique=True),
                min_size=1,
                max_size=3,
            )
        )
        editions.append(edition(space, tables, Counter(counted), editions, below=BELOW))
    return space, editions


@settings(max_examples=150, deadline=None)
@given(publications())
def test_priv_5_nobody_concludes_a_small_count_from_all_that_was_published(
    publication: tuple[Space, list[Edition]],
) -> None:
    space, editions = publication
    for number in range(len(editions)):
        learns_nothing(space, editions[: number + 1])
    for each in editions:
        assert all(c in each.hidden for c in each.cells if 0 < count(space, each.counts, c) < BELOW)
