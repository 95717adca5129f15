"""The report for the public: an edition, in which counts of few are hidden (C-PRIV-5).

Two spaces are counted: calls by school, kind of offense and outcome; and persons by outcome, race,
gender, age and plan, of the whole district. A person counts once in a period. Each edition is
judged by all that were published of its period; periods that overlap without being the same would
give away their difference, and are refused.
"""

from __future__ import annotations

import json
from collections import Counter
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from services.incidents.catalogs import OFFENSES, PENDING
from services.incidents.dimensions import UNKNOWN, AgeBand, Gender, PlanHeld, Race
from services.incidents.frozen import HiddenCells
from services.incidents.reports import ALTERNATIVE, Report, Table, called
from shared.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from services.incidents.dimensions import Dimensions
    from services.incidents.frozen import ReportPublished
    from services.incidents.report_facts import Case
    from services.incidents.reports import Asked, Value
    from services.incidents.suppression import Cell, Edition, Point, Space

BELOW = 10
"""From here on a count is shown; 0 is too."""
CALLS, PERSONS = "calls", "persons"
UNKNOWN_YET = "not yet known"
NONE_OF_THEIRS = "no outcome of their own"
OUTCOME_GROUPS = (
    UNKNOWN_YET,
    "no enforcement",
    "alternative",
    "citation or referral to the prosecutor",
    "detention or arrest",
)
OFFENSE_KINDS = (
    "against a person",
    "against property",
    "against society",
    "no crime",
    "not yet classified",
)
_AGAINST = dict(zip(("person", "property", "society", "not a crime"), OFFENSE_KINDS, strict=False))
TABLES: dict[str, tuple[tuple[str, ...], ...]] = {
    CALLS: (("school", "outcome"), ("school", "offense"), ("offense", "outcome")),
    PERSONS: tuple(("outcome", name) for name in ("race", "gender", "age", "plan")),
}
TOTAL = "all"


class Counts(NamedTuple):
    """What is counted at each point of a space."""

    dimensions: Mapping[str, Sequence[str]]
    counts: Mapping[Point, int]


def outcome_group(code: str | None) -> str:
    """The group of an outcome; None is a person without one."""
    if code is None:
        return NONE_OF_THEIRS
    if code == PENDING:
        return UNKNOWN_YET
    if code in {"CITE", "REFP"}:
        return OUTCOME_GROUPS[3]
    if code in {"DETN", "ARRS"}:
        return OUTCOME_GROUPS[4]
    return OUTCOME_GROUPS[2] if code in ALTERNATIVE else OUTCOME_GROUPS[1]


def offense_kind(code: str) -> str:
    """What an offense is against."""
    known = OFFENSES.get(code)
    return _AGAINST.get(known.crime_against, OFFENSE_KINDS[4]) if known else OFFENSE_KINDS[4]


def counted(cases: list[Case], schools: Sequence[str]) -> dict[str, Counts]:
    """The counts of both spaces.

    Args:
        cases: the calls of the period.
        schools: references of the schools that there are; those of calls are added.
    """
    calls: Counter[Point] = Counter(
        (c.school, offense_kind(c.offense), outcome_group(c.outcome)) for c in cases
    )
    persons: Counter[Point] = Counter()
    first: dict[UUID, tuple[str, ...]] = {}
    own: dict[UUID, list[str]] = {}
    for case in cases:
        for person in case.persons:
            if person.student is None:
                persons[outcome_group(person.outcome), *_who(UNKNOWN)] += 1
            else:
                first.setdefault(person.student, _who(person.counts_as))
                own.setdefault(person.student, []).extend(person.outcomes)
    for student, who in first.items():
        groups = [outcome_group(code) for code in own[student]]
        highest = max(groups, key=OUTCOME_GROUPS.index, default=NONE_OF_THEIRS)
        persons[highest, *who] += 1
    known = sorted({*schools, *(case.school for case in cases)})
    return {
        CALLS: Counts(
            {"school": known, "offense": OFFENSE_KINDS, "outcome": OUTCOME_GROUPS}, calls
        ),
        PERSONS: Counts({"outcome": (*OUTCOME_GROUPS, NONE_OF_THEIRS), **_people()}, persons),
    }


def _who(counts_as: Dimensions) -> tuple[str, ...]:
    values = (counts_as.seven_way, counts_as.gender, counts_as.age, counts_as.plan)
    return tuple(map(called, values))


def _people() -> dict[str, list[str]]:
    kinds = {"race": Race, "gender": Gender, "age": AgeBand, "plan": PlanHeld}
    return {name: [called(value) for value in kind] for name, kind in kinds.items()}


# --- Editions -------------------------------------------------------------------------------------


def editions_of(
    published: Sequence[ReportPublished], begins_on: date, ends_on: date
) -> list[ReportPublished]:
    """The editions of a period so far, the first one first.

    Raises:
        Refused: one was published of a period that overlaps without being the same (C-PRIV-5).
    """
    same = []
    for each in published:
        if (each.begins_on, each.ends_on) == (begins_on, ends_on):
            same.append(each)
        elif each.begins_on <= ends_on and begins_on <= each.ends_on:
            raise Refused(
                "C-PRIV-5",
                f"a report of {each.begins_on} to {each.ends_on} is published, and the difference"
                " would give counts away: choose the same days, or days apart from it",
                "from",
            )
    return same


def hide(
    now: Mapping[str, Counts],
    earlier: Sequence[tuple[Mapping[str, HiddenCells], Mapping[str, Mapping[Point, int]]]],
) -> dict[str, HiddenCells]:
    """Which cells of the counts are hidden.

    Args:
        now: what is counted.
        earlier: the editions of the same period so far: what each hid, and what it counted.

    Raises:
        ModuleNotFoundError: the solver is not installed here.
        TooWide: see `suppression.Space.points`.
    """
    from services.incidents.suppression import edition  # noqa: PLC0415  # heavy, not in the image

    found = {}
    for name, each in now.items():
        space = _space(each, [counts[name] for _, counts in earlier])
        editions = [_edition(space, hid[name], counts[name]) for hid, counts in earlier]
        made = edition(space, TABLES[name], each.counts, editions, below=BELOW)
        own = _cells(space, TABLES[name])
        hidden = sorted(tuple(sorted(cell)) for cell in made.hidden if cell in own)
        found[name] = HiddenCells(tables=TABLES[name], hidden=tuple(map(dict, hidden)))
    return found


def _space(now: Counts, earlier: Sequence[Mapping[Point, int]]) -> Space:
    """What spans all that was ever counted: a school that is gone has its counts still."""
    from services.incidents.suppression import Space  # noqa: PLC0415  # heavy, not in the image

    return Space(
        {
            dimension: list(
                dict.fromkeys([*values, *(point[at] for told in earlier for point in sorted(told))])
            )
            for at, (dimension, values) in enumerate(now.dimensions.items())
        }
    )


def _edition(space: Space, hid: HiddenCells, counts: Mapping[Point, int]) -> Edition:
    from services.incidents.suppression import Edition  # noqa: PLC0415  # heavy, not in the image

    hidden = frozenset(frozenset(cell.items()) for cell in hid.hidden)
    return Edition(counts, tuple(_cells(space, hid.tables)), hidden)


def _cells(space: Space, tables: Sequence[Sequence[str]]) -> dict[Cell, None]:
    return dict.fromkeys(cell for table in tables for cell in space.cells(table))


def written(now: Mapping[str, Counts]) -> str:
    """Counts as they are kept, the same text for the same counts."""
    points = {name: sorted([*point, n] for point, n in c.counts.items()) for name, c in now.items()}
    return json.dumps(points)


def read(text: str) -> dict[str, dict[Point, int]]:
    """Counts as they were kept."""
    return {
        name: {tuple(point): n for *point, n in points} for name, points in json.loads(text).items()
    }


# --- The report -----------------------------------------------------------------------------------


def public_report(
    asked: Asked, now: Mapping[str, Counts], hidden: Mapping[str, HiddenCells]
) -> Report:
    """What may be shown of the counts."""
    return Report(
        title=f"Calls for service at schools of {asked.org}",
        asked=asked,
        query=(
            *asked.query,
            f"Counts from 1 to {BELOW - 1} are hidden, and so are others that would give them away"
            " together with any other count of this report or of an earlier one.",
        ),
        tables=tuple(
            _table(name, dimensions, now[name], hidden[name])
            for name, tables in TABLES.items()
            for dimensions in tables
        ),
    )


def _table(name: str, dimensions: tuple[str, ...], now: Counts, hid: HiddenCells) -> Table:
    hidden = {frozenset(cell.items()) for cell in hid.hidden}
    at = [list(now.dimensions).index(dimension) for dimension in dimensions]
    sums: Counter[tuple[str, ...]] = Counter()
    for point, n in now.counts.items():
        for shown in product(*((point[place], TOTAL) for place in at)):
            sums[shown] += n
    rows: list[tuple[Value, ...]] = []
    for values in product(*((*now.dimensions[dimension], TOTAL) for dimension in dimensions)):
        pairs = zip(dimensions, values, strict=True)
        cell = frozenset((dimension, value) for dimension, value in pairs if value != TOTAL)
        rows.append((*values, None if cell in hidden else sums[values]))
    return Table(
        name=f"{name}_by_{'_and_'.join(dimensions)}",
        title=f"{name.capitalize()} by {' and '.join(dimensions)}",
        dimensions=dimensions,
        measures=(name,),
        rows=tuple(rows),
        note="" if name == CALLS else "A person counts once, with the most formal outcome.",
    )
