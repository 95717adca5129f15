"""Random tables, published in several editions, and a reader who tries to find small counts out.

The reader is `tests/incidents/attacker.py`: linear programs of another library, over all that was
published. No speed is measured here.
"""

from __future__ import annotations

import os
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from services.incidents.suppression import Edition, Point, Space, edition
from tests.benchmarks.measure import Target, figure
from tests.incidents.attacker import conclusions, count

if TYPE_CHECKING:
    from tests.benchmarks.measure import Bench, Row

BELOW = 10
EXACT = 1e-6
CHUNK = 25


class Attacked(NamedTuple):
    """What came of some publications."""

    editions: int = 0
    cells: int = 0
    shown: int = 0
    small: int = 0
    """Small counts, tried after each edition."""
    narrowed: int = 0
    """Of these, those of which an edition told more than the rule and the editions before."""

    def plus(self, other: Attacked) -> Attacked:
        """Both together."""
        return Attacked(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


def suppression(bench: Bench) -> list[Row]:
    """Publish many random tables and let a reader of all editions try each small count."""
    publications = bench.size(10_000, 300)
    found, done = Attacked(), 0
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        for each in pool.map(attacked, range(0, publications, CHUNK)):
            found, done = found.plus(each), done + CHUNK
            bench.step(f"suppression: {done:,} of {publications:,} publications")
    tried = (
        f"{publications:,} publications, {found.editions:,} editions; {found.narrowed:,} of"
        f" {found.small:,} tries told a reader more than the rule does"
    )
    return [
        figure(
            "suppression",
            "small counts of which a reader of all editions learns nothing",
            [1 - found.narrowed / found.small],
            unit="of tries",
            target=Target("at least", 1),
            note=tried,
        ),
        figure(
            "suppression",
            "share of cells published",
            [found.shown / found.cells],
            unit="of cells",
            note=f"{found.cells:,} cells, totals included; hidden under {BELOW}",
        ),
    ]


def attacked(first: int) -> Attacked:
    """Some publications, each by its number, so that any can be tried again."""
    found = Attacked()
    for number in range(first, first + CHUNK):
        found = found.plus(_attacked(*published(Random(number))))  # noqa: S311  # no secret
    return found


def published(random: Random) -> tuple[Space, list[Edition]]:
    """One to three editions of tables whose counts grow, of two or three dimensions."""
    names = "abc"[: random.randint(2, 3)]
    space = Space({name: [f"{name}{n}" for n in range(random.randint(2, 4))] for name in names})
    counts: Counter[Point] = Counter()
    editions: list[Edition] = []
    for _ in range(random.randint(1, 3)):
        for _ in range(random.randint(0, 14)):
            counts[random.choice(space.points)] += random.randint(1, random.choice((4, 25)))
        tables = [random.sample(names, random.randint(1, 2)) for _ in range(random.randint(1, 3))]
        editions.append(edition(space, tables, Counter(counts), editions, below=BELOW))
    return space, editions


def _attacked(space: Space, editions: list[Edition]) -> Attacked:
    found = Attacked()
    for number, new in enumerate(editions):
        known = editions[: number + 1]
        tries = [
            (now, before)
            for about in known
            for now, before in zip(
                conclusions(space, about, known, BELOW),
                conclusions(space, about, known[:-1], BELOW),
                strict=True,
            )
        ]
        narrowed = sum(
            now.least > max(1, before.least) + EXACT
            or now.most < min(BELOW - 1, before.most) - EXACT
            for now, before in tries
        )
        told = sum(1 for cell in new.cells if 0 < count(space, new.counts, cell) < BELOW)
        assert told == sum(
            cell in new.hidden for cell in new.cells if 0 < count(space, new.counts, cell) < BELOW
        ), "a small count is shown"
        shown = len(new.cells) - sum(cell in new.hidden for cell in new.cells)
        found = found.plus(Attacked(1, len(new.cells), shown, len(tries), narrowed))
    return found
