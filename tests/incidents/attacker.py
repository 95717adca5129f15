"""A reader who was shown some editions and concludes what can be concluded, by a way of their own.

Nothing of the suppression is used here but its data: sums are made by counting, and the least and
the greatest that each hidden count can be are asked of another library's linear programs.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.optimize import linprog  # type: ignore[import-untyped]  # ships no types

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from services.incidents.suppression import Cell, Edition, Point, Space


class Conclusion(NamedTuple):
    """What a reader knows about a hidden small count."""

    truth: int
    least: float
    most: float


def count(space: Space, counts: Mapping[Point, int], cell: Cell) -> int:
    """What a cell is, counted point by point."""
    return sum(n for point, n in counts.items() if _inside(space, point, cell))


def conclusions(
    space: Space, about: Edition, editions: Sequence[Edition], below: int
) -> Iterator[Conclusion]:
    """Each small count of an edition, as closely as some editions together tell it."""
    told = {
        cell: count(space, about.counts, cell)
        for edition in editions
        for cell in edition.cells
        if cell not in edition.hidden
        and count(space, edition.counts, cell) == count(space, about.counts, cell)
    }
    rows, values = [_row(space, cell) for cell in told], list(told.values())
    for cell in about.cells:
        truth = count(space, about.counts, cell)
        if 0 < truth < below:
            row = _row(space, cell)
            yield Conclusion(truth, _extreme(row, rows, values), -_extreme(-row, rows, values))


def _inside(space: Space, point: Point, cell: Cell) -> bool:
    return cell <= set(zip(space.dimensions, point, strict=True))


def _row(space: Space, cell: Cell) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([float(_inside(space, point, cell)) for point in space.points])


def _extreme(
    objective: np.ndarray[tuple[int], np.dtype[np.float64]],
    rows: list[np.ndarray[tuple[int], np.dtype[np.float64]]],
    values: list[int],
) -> float:
    equalities = {"A_eq": np.array(rows), "b_eq": values} if rows else {}
    solved = linprog(objective, bounds=(0, None), **equalities)
    return float(solved.fun) if solved.status == 0 else -math.inf
