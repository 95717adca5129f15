"""Equal-opportunity counts: what is small is hidden, and can't be had from what is shown."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.hiring.equal import DIMENSIONS, NOT_TOLD, STAGES, breakdowns
from services.hiring.words import Ending
from tests.hiring.samples import CHIEF, PREREQUISITES, SCHOOL, At, Both

APPLIED = frozenset({"applied"})
SAID = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in DIMENSIONS.items()})
PEOPLE = st.lists(st.tuples(st.sampled_from([APPLIED, APPLIED | {"advanced"}]), SAID), max_size=60)


@pytest.mark.parametrize(("women", "shown"), [(0, True), (1, False), (9, False), (10, True)])
def test_priv_5_a_breakdown_with_a_count_from_1_to_9_is_hidden_whole(
    women: int, *, shown: bool
) -> None:
    people: list[Any] = [(APPLIED, {"gender": "woman", "race": "Asian"})] * women
    people += [(APPLIED, {"gender": "man", "race": "Asian"})] * 20
    by_gender, by_race = breakdowns(people)[:2]
    assert (by_gender.counts is not None) is shown
    assert by_gender.total == 20 + women
    assert by_race.counts is not None  # one group has them all, and it is shown


@settings(deadline=None)
@given(PEOPLE)
def test_priv_5_nothing_shown_is_from_1_to_9_and_what_is_shown_adds_up(people: Any) -> None:
    found = breakdowns(people)
    assert [(each.stage, each.dimension) for each in found] == [
        (stage, name) for stage in STAGES for name in DIMENSIONS
    ]
    for each in found:
        assert each.total is None or each.total == 0 or each.total >= 10
        if each.counts is not None:
            assert not any(0 < count < 10 for count in each.counts.values())
            assert sum(each.counts.values()) == each.total


def test_hire_13_who_is_erased_is_in_no_breakdown_of_their_year_any_more(
    both: Both, at: At
) -> None:
    agency = both.agency
    search = agency.open_search(by=CHIEF, school=SCHOOL)
    agency.define_prerequisites(search, PREREQUISITES, by=CHIEF)
    for number in range(12):
        agency.enter_candidate(
            search, by=CHIEF, name=f"Sample {number}", answers={"gender": "woman"}
        )
    agency.close_search(search, by=CHIEF, ending=Ending.CANCELLED)
    at.day = at.day.replace(year=2027)
    applied = agency.equal_opportunity(2026, CHIEF)[0]
    assert applied.counts is not None
    assert (applied.total, applied.counts["woman"]) == (12, 12)
    at.day = at.day.replace(year=2029)
    agency.erase_candidate(search, "candidate-1", by=CHIEF)
    applied = agency.equal_opportunity(2026, CHIEF)[0]
    assert applied.counts is not None
    assert (applied.counts["woman"], applied.counts[NOT_TOLD]) == (0, 12)
