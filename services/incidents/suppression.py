"""What of a report may be published: small counts are hidden, and what gives them away (C-PRIV-5).

A reader is taken to know the rule and everything ever published, and to conclude all that can be
concluded: any counts that agree with what is shown are possible to them. Tables are shown so that
a hidden count can still be anything from 1 to the greatest that is hidden; they teach nothing
beyond the rule, or beyond what was shown before.

Counts are points of the space that the dimensions span. A cell of a table is a sum of points, so
what a reader can conclude is a linear program, and so is the least change of the shown cells that
lets a hidden one be another number: the cells which that changes are hidden as well (Fischetti and
Salazar-Gonzalez, "Models and Algorithms for Optimizing Cell Suppression in Tabular Data with
Linear Constraints", Journal of the American Statistical Association 95, 2000).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, product
from typing import TYPE_CHECKING

import highspy
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

Point = tuple[str, ...]
"""One value of each dimension, in the order of the space."""
Cell = frozenset[tuple[str, str]]
"""(dimension, value) for each dimension that a cell is about; the empty one is the whole."""

POINTS_MAX = 200_000
EXACT = 1e-6
TOTAL_COSTS = 4.0
"""How much rather a cell is hidden than the total over one of its dimensions."""


class TooWide(Exception):
    """The dimensions span more points than can be judged: leave one out, or join values."""


@dataclass(frozen=True)
class Space:
    """The dimensions of what is counted, each with all values that it may have."""

    dimensions: Mapping[str, Sequence[str]]

    @cached_property
    def points(self) -> list[Point]:
        """All that can be counted apart.

        Raises:
            TooWide: they are more than POINTS_MAX.
        """
        shape = [len(values) for values in self.dimensions.values()]
        if (spanned := int(np.prod(shape))) > POINTS_MAX:
            raise TooWide(f"{spanned:,} points; {POINTS_MAX:,} at most")
        return list(product(*self.dimensions.values()))

    def cells(self, table: Sequence[str]) -> list[Cell]:
        """The cells of a table of some of the dimensions, with all its totals."""
        return [
            frozenset(zip(names, values, strict=True))
            for size in range(len(table) + 1)
            for names in combinations(table, size)
            for values in product(*(self.dimensions[name] for name in names))
        ]

    def members(self, cell: Cell) -> NDArray[np.bool_]:
        """Which of the points a cell counts."""
        wanted = dict(cell)
        axes = [
            np.array([wanted.get(name, value) == value for value in values])
            for name, values in self.dimensions.items()
        ]
        inside = axes[0]
        for axis in axes[1:]:
            inside = np.logical_and.outer(inside, axis)
        return inside.ravel()


@dataclass(frozen=True)
class Edition:
    """The cells of some tables as they were published once."""

    counts: Mapping[Point, int]
    """What was counted then; a point that is absent is 0."""
    cells: tuple[Cell, ...]
    hidden: frozenset[Cell]


def edition(
    space: Space,
    tables: Iterable[Sequence[str]],
    counts: Mapping[Point, int],
    earlier: Sequence[Edition] = (),
    *,
    below: int = 10,
) -> Edition:
    """Tables of counts, with what may not be published hidden.

    Args:
        space: of the counts, the same for all editions.
        tables: each by its dimensions; published with all totals.
        counts: how many at each point; absent is 0.
        earlier: all that was published before about what is counted here. A reader is taken to
            know which of its cells still hold, and which of ours held then.
        below: from here on a count may be shown; 0 may be too.

    Raises:
        TooWide: see `Space.points`.
    """
    cells = tuple(dict.fromkeys(cell for table in tables for cell in space.cells(table)))
    editions = [Edition(counts, cells, frozenset()), *earlier]
    every = list(dict.fromkeys(cell for each in editions for cell in each.cells))
    members = np.array([space.members(cell) for cell in every])
    truths, shown, small = [], [], []
    for each in editions:
        points = np.array([each.counts.get(point, 0) for point in space.points])
        truth, own = members @ points, set(each.cells)
        truths.append(truth)
        shown.append(np.array([cell in own and cell not in each.hidden for cell in every]))
        small.append(np.array([cell in own for cell in every]) & (truth > 0) & (truth < below))
    shown[0] &= ~small[0]
    costs = TOTAL_COSTS ** np.array([len(space.dimensions) - len(cell) for cell in every])
    sums = _grouped(members)
    for about, truth in enumerate(truths):
        holds = [told & (other == truth) for told, other in zip(shown, truths, strict=True)]
        before = np.any(holds[1:], axis=0) if earlier else np.zeros(len(every), dtype=bool)
        ours = holds[0] & ~before
        reader = _Reader(sums, truth, before, ours, costs, below - 1)
        shown[0] &= ~reader.to_hide(small[about])
    return Edition(
        counts, cells, frozenset(c for c, told in zip(every, shown[0], strict=True) if not told)
    )


def _grouped(members: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The cells as sums of groups: points that every cell takes in together are one."""
    packed = np.ascontiguousarray(np.packbits(members, axis=0).T)
    _, first = np.unique(packed.view(np.dtype((np.void, packed.shape[1]))), return_index=True)
    return members[:, first]


@dataclass
class _Reader:
    """What somebody concludes about the counts of one edition from what they were told."""

    sums: NDArray[np.bool_]
    """Of the groups, one row a cell."""
    truth: NDArray[np.int64]
    """What each cell is."""
    before: NDArray[np.bool_]
    """Told in an earlier edition: no more to be hidden."""
    ours: NDArray[np.bool_]
    """Told in the new edition only."""
    costs: NDArray[np.float64]
    """Of hiding a cell."""
    greatest: int
    """The greatest count that is hidden."""

    def to_hide(self, small: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which of our cells to hide, so that each small count can be 1 to the greatest."""
        hidden = np.zeros_like(self.ours)
        seen = {1: self.truth <= 1, self.greatest: self.truth >= self.greatest}
        program = self._program(self.before | self.ours)
        for cell, number in product(np.flatnonzero(small).tolist(), seen):
            while not seen[number][cell]:
                possible = program.nearest(cell, number)
                seen[1] |= possible <= 1 + EXACT
                seen[self.greatest] |= possible >= self.greatest - EXACT
                if seen[number][cell]:
                    break
                more = self._least_to_hide(cell, number, hidden)
                if not more.any():  # what was shown before tells as much
                    break
                hidden |= more
                program = self._program(self.before | self.ours & ~hidden)
        return hidden

    def _program(self, told: NDArray[np.bool_]) -> _Program:
        return _Program(self.sums, self.truth, told)

    def _least_to_hide(
        self, cell: int, number: int, hidden: NDArray[np.bool_]
    ) -> NDArray[np.bool_]:
        """Those that change, at the least cost, when a cell is as near to a number as can be."""
        nearest = self._program(self.before).nearest(cell, number)[cell]
        ours = self.ours & ~hidden
        for loose in (ours & (self.truth > 0), ours):  # rather no cell that shows an empty one
            program = _Program(self.sums, self.truth, self.before | ours, loose, self.costs)
            possible = program.cheapest(cell, float(nearest))
            if possible is not None:
                return loose & (np.abs(possible - self.truth) > EXACT)
        return ours  # numerically hopeless: all


class _Program:
    """All counts that agree with what is told; what is loose may differ at a cost."""

    def __init__(
        self,
        sums: NDArray[np.bool_],
        truth: NDArray[np.int64],
        told: NDArray[np.bool_],
        loose: NDArray[np.bool_] | None = None,
        costs: NDArray[np.float64] | None = None,
    ) -> None:
        strict = told if loose is None else told & ~loose
        empty = sums[strict & (truth == 0)].any(axis=0)
        self._sums = sums[:, ~empty]
        self._count = self._sums.shape[1]
        differing = np.flatnonzero(loose) if loose is not None else np.zeros(0, dtype=np.int64)
        rows, columns = np.nonzero(self._sums)
        values = np.ones(len(rows))
        for sign in (1.0, -1.0):
            rows = np.append(rows, differing)
            columns = np.append(columns, self._count + np.arange(len(differing)))
            values = np.append(values, np.full(len(differing), sign))
            self._count += len(differing)
        order = np.lexsort((columns, rows))
        infinite = np.full(len(truth), highspy.kHighsInf)
        self._bounds = np.where(told, truth, -infinite), np.where(told, truth, infinite)
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = self._count, len(truth)
        lp.col_lower_ = np.zeros(self._count)
        lp.col_upper_ = np.full(self._count, highspy.kHighsInf)
        lp.col_cost_ = np.zeros(self._count)
        if costs is not None:
            lp.col_cost_[self._sums.shape[1] :] = np.tile(costs[differing], 2)
        lp.row_lower_, lp.row_upper_ = self._bounds
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.append(0, np.cumsum(np.bincount(rows, minlength=len(truth))))
        lp.a_matrix_.index_ = columns[order]
        lp.a_matrix_.value_ = values[order]
        # `highspy.Highs` is this with callbacks, and prints a banner on stdout
        self._model = highspy._Highs()  # type: ignore[attr-defined]  # missing from its stubs
        self._model.setOptionValue("output_flag", False)
        self._model.passModel(lp)

    def nearest(self, cell: int, number: int) -> NDArray[np.float64]:
        """What the cells may be when one is as near to a number as can be."""
        side = 1.0 if number == 1 else -1.0
        bounds = (1.0, highspy.kHighsInf) if number == 1 else (-highspy.kHighsInf, number)
        columns = np.flatnonzero(self._sums[cell]).astype(np.int32)
        self._model.changeRowBounds(int(cell), *map(float, bounds))
        self._model.changeColsCost(len(columns), columns, np.full(len(columns), side))
        possible = self._solved()
        assert possible is not None, "the truth itself is possible"
        self._model.changeColsCost(len(columns), columns, np.zeros(len(columns)))
        self._model.changeRowBounds(int(cell), *(float(bound[cell]) for bound in self._bounds))
        return possible

    def cheapest(self, cell: int, number: float) -> NDArray[np.float64] | None:
        """What the cells may be when one is a number; None when it can't be that."""
        self._model.changeRowBounds(int(cell), number, number)
        return self._solved()

    def _solved(self) -> NDArray[np.float64] | None:
        self._model.run()
        if self._model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        found = np.array(self._model.getSolution().col_value)[: self._sums.shape[1]]
        return np.asarray(self._sums @ found)
