"""How everything here is measured: in rounds, what is compared taking turns within each.

The machine may be shared and its speed may change from minute to minute, so rates say little; the
ratio of two rates of one round says more, and the median of these ratios is the figure.
"""

from __future__ import annotations

import json
import threading
import time
from dataclasses import asdict, dataclass
from statistics import median
from typing import TYPE_CHECKING, Literal, NamedTuple

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

Measured = dict[str, list[float]]
"""One figure a round, by the name of what was measured."""


class Target(NamedTuple):
    """What a row must reach."""

    direction: Literal["at least", "at most"]
    value: float

    def is_met(self, by: float) -> bool:
        """Whether a figure reaches it."""
        return by >= self.value if self.direction == "at least" else by <= self.value


@dataclass(frozen=True)
class Row:
    """One comparison, printed as one line of JSON."""

    bench: str
    what: str
    ours: float
    against: str
    theirs: float | None
    unit: str
    ratio: float | None
    """Median of ours / theirs of the same round; None where the target is for the figure itself."""
    direction: str
    target: float | None
    """None where a row only informs."""
    ok: bool | None
    spread: tuple[float, float]
    """The least and the greatest of what the target is for, over the rounds."""
    note: str = ""

    def line(self) -> str:
        """The row as it is printed."""
        return json.dumps(asdict(self))


def compared(
    bench: str,
    what: str,
    measured: Measured,
    *,
    against: str,
    unit: str,
    target: Target | None = None,
    ours: str = "ours",
    note: str = "",
) -> Row:
    """A row of two things measured in the same rounds."""
    ratios = [a / b for a, b in zip(measured[ours], measured[against], strict=True)]
    ratio = median(ratios)
    return Row(
        bench=bench,
        what=what,
        ours=_rounded(median(measured[ours])),
        against=against,
        theirs=_rounded(median(measured[against])),
        unit=unit,
        ratio=_rounded(ratio),
        direction=target.direction if target else "",
        target=target.value if target else None,
        ok=target.is_met(ratio) if target else None,
        spread=(_rounded(min(ratios)), _rounded(max(ratios))),
        note=note,
    )


def figure(
    bench: str,
    what: str,
    figures: Sequence[float],
    *,
    unit: str,
    target: Target | None = None,
    note: str = "",
) -> Row:
    """A row of a figure that is compared with nothing but its target."""
    return Row(
        bench=bench,
        what=what,
        ours=_rounded(median(figures)),
        against="",
        theirs=None,
        unit=unit,
        ratio=None,
        direction=target.direction if target else "",
        target=target.value if target else None,
        ok=target.is_met(median(figures)) if target else None,
        spread=(_rounded(min(figures)), _rounded(max(figures))),
        note=note,
    )


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")


class Pace(NamedTuple):
    """What a number of threads that give one command after the other came to."""

    per_second: float
    seconds: list[float]
    """How long each command took."""

    def milliseconds(self, share: float) -> float:
        """Within how many milliseconds a share of the commands was answered."""
        return percentile(self.seconds, share) * 1000


def percentile(values: Sequence[float], share: float) -> float:
    """The value that a share of the values does not exceed."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def in_flight(width: int, seconds: float, command: Callable[[int], object]) -> Pace:
    """Keep `width` commands in flight for a time, each of a thread of its own.

    Args:
        width: how many threads; `command` is given the thread's number.
        seconds: how long.
        command: done again as soon as it is answered.
    """
    taken: list[list[float]] = [[] for _ in range(width)]
    failures: list[BaseException] = []
    ready = threading.Barrier(width + 1)
    until = 0.0

    def work(number: int) -> None:
        mine = taken[number]
        ready.wait()
        try:
            began = time.perf_counter()
            while began < until:
                command(number)
                ended = time.perf_counter()
                mine.append(ended - began)
                began = ended
        except BaseException as failure:  # handed to who measures
            failures.append(failure)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(width)]
    for each in threads:
        each.start()
    began = time.perf_counter()
    until = began + seconds
    ready.wait()
    for each in threads:
        each.join()
    elapsed = time.perf_counter() - began
    if failures:
        raise failures[0]
    every = [one for mine in taken for one in mine]
    return Pace(len(every) / elapsed, every)


def rate(count: int, work: Callable[[], object]) -> float:
    """How many a second, when the work does so many."""
    began = time.perf_counter()
    work()
    return count / (time.perf_counter() - began)


class Bench:
    """What a benchmark is given: how long it may take, where it may write, and who watches."""

    def __init__(self, folder: Path, *, quick: bool, rounds: int | None = None) -> None:
        self.folder = folder
        self.quick = quick
        self.rounds = rounds or (3 if quick else 7)
        self.seconds = 0.5 if quick else 1.0
        """How long one side of one round is measured."""
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._progress.add_task("")

    def __enter__(self) -> Bench:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def size(self, whole: int, quick: int) -> int:
        """How many of something."""
        return quick if self.quick else whole

    def step(self, text: str) -> None:
        """Show what is being done."""
        self._progress.update(self._task, description=text)

    def interleaved(
        self, sides: Mapping[str, Callable[[], Mapping[str, float] | float]]
    ) -> Measured:
        """Measure every side in every round, beginning with another one each time.

        A side gives one figure, or several by name.
        """
        measured: Measured = {}
        for number, order in enumerate(self._orders(list(sides))):
            for name in order:
                self.step(f"round {number + 1} of {self.rounds}: {name}")
                found = sides[name]()
                figures = {name: found} if isinstance(found, float) else found
                for each, value in figures.items():
                    measured.setdefault(each, []).append(value)
        return measured

    def _orders(self, names: list[str]) -> Iterator[list[str]]:
        for number in range(self.rounds):
            first = number % len(names)
            yield names[first:] + names[:first]
