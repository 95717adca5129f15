"""Equal-opportunity counts of a year's candidates, with small ones hidden (C-HIRE-13, C-PRIV-5).

A breakdown with a count from 1 to 9 is hidden whole, and only its total is shown: no hidden count
can be had from the others then. Only years that are over are counted, so that no two editions of a
year differ by one person.
"""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SHOWN_MIN = 10
"""The least number of people that is shown."""
NOT_TOLD = "not told"


class Gender(StrEnum):
    """What a candidate may say of their gender."""

    WOMAN = "woman"
    MAN = "man"
    NON_BINARY = "non-binary"


class Race(StrEnum):
    """What a candidate may say of their race and ethnicity, one of these."""

    AMERICAN_INDIAN = "American Indian or Alaska Native"
    ASIAN = "Asian"
    BLACK = "Black or African American"
    HISPANIC = "Hispanic or Latino"
    PACIFIC = "Native Hawaiian or other Pacific Islander"
    WHITE = "White"
    MORE = "two or more"


DIMENSIONS: Mapping[str, tuple[str, ...]] = {
    "gender": (*(each.value for each in Gender), NOT_TOLD),
    "race": (*(each.value for each in Race), NOT_TOLD),
}
STAGES = ("applied", "advanced", "appointed")


class Breakdown(NamedTuple):
    """The people of one stage by one dimension."""

    stage: str
    dimension: str
    total: int | None
    """None where it is too small to be shown."""
    counts: Mapping[str, int] | None
    """None where one of them is too small to be shown."""


def breakdowns(people: Iterable[tuple[frozenset[str], Mapping[str, str]]]) -> list[Breakdown]:
    """Count people, each with the stages they came to and what they said of themselves."""
    known = list(people)
    found = []
    for stage in STAGES:
        some = [said for stages, said in known if stage in stages]
        total = len(some) if _shown(len(some)) else None
        for dimension, values in DIMENSIONS.items():
            counted = Counter(said.get(dimension, NOT_TOLD) for said in some)
            counts = {value: counted[value] for value in values}
            all_shown = total is not None and all(map(_shown, counts.values()))
            found.append(Breakdown(stage, dimension, total, counts if all_shown else None))
    return found


def _shown(count: int) -> bool:
    return count == 0 or count >= SHOWN_MIN
