"""docs/performance.md: the machine, the rows, and their chart; what people wrote in it stays."""

from __future__ import annotations

import os
import platform
import re
import sqlite3
import subprocess
import sys
from importlib import metadata
from math import log10
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.benchmarks.measure import Row

DOCS = Path(__file__).parents[2] / "docs"
PAGE = "performance.md"
CHART = "performance.svg"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
TEMPLATE = f"""# How fast it is

{BEGIN}
{END}

## What was missed, and why

Nothing is written here yet.
"""
LIBRARIES = ("eventsourcing", "psycopg", "nats-py", "faststream", "pydantic", "orjson")

BAR, ROW, LEFT, RIGHT, TOP = 14, 26, 430, 90, 44
DECADES = 2
"""The chart reaches this many powers of ten to either side of the target."""
PER_DECADE = 110


def write_report(rows: Sequence[Row], *, quick: bool, docs: Path = DOCS) -> None:
    """Write the page and its chart; on a page that is there, only what was measured changes."""
    page = docs / PAGE
    text = page.read_text() if page.exists() else TEMPLATE
    measured = "\n\n".join([BEGIN, _machine(quick=quick), _picture(rows), _table(rows), END])
    before, _, rest = text.partition(BEGIN)
    page.write_text(before + measured + rest.partition(END)[2])
    (docs / CHART).write_text(chart(rows))


def _machine(*, quick: bool) -> str:
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in LIBRARIES)
    nats = subprocess.run(
        [Path(sys.executable).parent / "nats-server", "--version"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()[-1]
    return (
        "Measured by `accord bench all --report"
        f"{' --quick' if quick else ''}`, which starts its own servers: ours and what it is"
        " compared with take turns in every round, and a ratio is the median of the ratios of the"
        " rounds. Rates depend on the machine and on who else uses it; ratios much less.\n\n"
        f"{os.cpu_count()} cores ({platform.machine()}), {platform.system()},"
        f" Python {platform.python_version()}, SQLite {sqlite3.sqlite_version},"
        f" nats-server {nats.removeprefix('v')}, {versions}. Every store synchronises each commit"
        " to its disk; each row's note says how its server does."
    )


def _picture(rows: Sequence[Row]) -> str:
    missed = [row.what for row in rows if row.ok is False]
    told = f"Missed: {'; '.join(missed)}." if missed else "Every target is reached."
    shows = "How each row compares with its target; the table below has the numbers"
    return f"![{shows}]({CHART})\n\n{told}"


def _table(rows: Sequence[Row]) -> str:
    lines = [
        "| bench | work | ours | against | theirs | unit | ratio | spread | target | | note |",
        "|---|---|---:|---|---:|---|---:|---|---|---|---|",
    ]
    for row in rows:
        target = "" if row.target is None else f"{row.direction} {row.target:g}"
        reached = {True: "reached", False: "missed", None: ""}[row.ok]
        cells = (
            row.bench,
            row.what,
            f"{row.ours:,g}",
            row.against,
            "" if row.theirs is None else f"{row.theirs:,g}",
            row.unit,
            "" if row.ratio is None else f"{row.ratio:.3g}",
            f"{row.spread[0]:.3g} to {row.spread[1]:.3g}",
            target,
            reached,
            row.note,
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def chart(rows: Sequence[Row]) -> str:
    """A bar for each row that has a target, from the target to what was measured, as SVG."""
    shown = [(row, target) for row in rows if (target := row.target) is not None]
    middle = LEFT + DECADES * PER_DECADE
    width, height = middle + DECADES * PER_DECADE + RIGHT, TOP + ROW * len(shown) + 12
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
        ' font-family="sans-serif" font-size="12" role="img" aria-labelledby="title">',
        '<title id="title">How each row compares with its target</title>',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        f'<text x="{middle}" y="18" text-anchor="middle">target</text>',
        f'<text x="{middle + 12}" y="34" fill="#005ea2">better: to the right</text>',
        f'<text x="{middle - 12}" y="34" text-anchor="end" fill="#b50909">missed: to the left'
        "</text>",
    ]
    for number, (row, target) in enumerate(shown):
        y = TOP + ROW * number
        reach = _reach(row, target)
        left, right = sorted((middle, middle + reach * PER_DECADE))
        colour = "#005ea2" if row.ok else "#b50909"
        value = row.ours if row.ratio is None else row.ratio
        parts += [
            f'<text x="{LEFT - 8}" y="{y + 11}" text-anchor="end">{escape(_label(row))}</text>',
            f'<rect x="{left:.1f}" y="{y}" width="{max(right - left, 1):.1f}" height="{BAR}"'
            f' fill="{colour}"/>',
            f'<text x="{width - 6}" y="{y + 11}" text-anchor="end">{value:.3g}'
            f" ({'≥' if row.direction == 'at least' else '≤'} {target:g})</text>",
        ]
    parts += [
        f'<line x1="{middle}" y1="{TOP - 6}" x2="{middle}" y2="{height - 6}" stroke="#1b1b1b"/>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _reach(row: Row, target: float) -> float:
    """How far past its target a row is, in powers of ten."""
    reached = log10((row.ours if row.ratio is None else row.ratio) / target)
    signed = reached if row.direction == "at least" else -reached
    return max(-DECADES, min(DECADES, signed))


def _label(row: Row) -> str:
    text = row.what if not row.against else f"{row.what} / {row.against}"
    return re.sub(r"^(.{70}).+$", r"\1…", f"{row.bench}: {text}")
