"""`accord bench`: run benchmarks by name, print a line of JSON for each row."""

from __future__ import annotations

import logging
import sys
import warnings
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import structlog

from shared.cli.output import COULD_NOT_RUN, FOUND_WRONG, CannotRun
from tests.benchmarks.measure import Bench
from tests.benchmarks.report import write_report

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.benchmarks.measure import Row

__all__ = ["COULD_NOT_RUN", "FOUND_WRONG", "NAMES", "run"]

MODULES = {
    "append": "appending",
    "latency": "appending",
    "command": "appending",
    "replay": "reading",
    "load": "reading",
    "relay": "carrying",
    "consume": "carrying",
    "crossing": "crossing",
    "rebuild": "reading",
    "growth": "appending",
    "suppression": "suppressing",
}
NAMES = tuple(MODULES)
ALL = "all"


def run(names: Sequence[str], *, quick: bool, report: bool) -> bool:
    """Run benchmarks; whether every row reached its target.

    Raises:
        CannotRun: there is none of that name.
    """
    chosen = _chosen(names)
    if report and chosen != NAMES:
        raise CannotRun("a report is of all: give `accord bench all --report`")
    rows: list[Row] = []
    for name in chosen:
        for row in measured(name, quick=quick):
            sys.stdout.write(row.line() + "\n")
            sys.stdout.flush()
            rows.append(row)
    if report:
        write_report(rows, quick=quick)
    return all(row.ok is not False for row in rows)


def measured(name: str, *, quick: bool, rounds: int | None = None) -> list[Row]:
    """The rows of one benchmark, on servers of its own that are gone afterwards."""
    structlog.configure(  # the standard output is for rows
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    function: Callable[[Bench], list[Row]] = getattr(
        import_module(f"tests.benchmarks.{MODULES[name]}"), name
    )
    with warnings.catch_warnings(), TemporaryDirectory(prefix="accord-bench-") as folder:
        # FastStream warns of a library it has not moved to yet
        warnings.simplefilter("ignore", DeprecationWarning)
        Path(folder).chmod(0o755)  # PostgreSQL is started as another user when we are root
        with Bench(Path(folder), quick=quick, rounds=rounds) as bench:
            bench.step(name)
            return function(bench)


def _chosen(names: Sequence[str]) -> tuple[str, ...]:
    wanted = set(NAMES if ALL in names else names)
    if unknown := sorted(wanted - set(NAMES)):
        raise CannotRun(f"there is no benchmark {unknown[0]}: choose {', '.join(NAMES)} or {ALL}")
    return tuple(name for name in NAMES if name in wanted)
