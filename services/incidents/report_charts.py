"""Bar charts as SVG, drawn here: no script and no style of their own; a table says the same.

Widths are in percent, so that text keeps its size on a narrow screen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Sequence

ROW_PIXELS, BAR_PIXELS = 44, 16
LONGEST_PERCENT = 88
"""Of the width, so that the number beside the longest bar has room."""
HIDDEN = "hidden"


def bars(title: str, values: Sequence[tuple[str, int | None]]) -> Markup:
    """A chart of counts, one bar each; None is a count that may not be shown."""
    most = max((count or 0 for _, count in values), default=0)
    rows = Markup("").join(_row(at, label, count, most) for at, (label, count) in enumerate(values))
    said = "; ".join(f"{label}: {_said(count)}" for label, count in values)
    return Markup(
        '<svg class="accord-chart" role="img" aria-label="{}" width="100%" height="{}">{}</svg>'
    ).format(f"{title}. {said}", len(values) * ROW_PIXELS, rows)


def _row(at: int, label: str, count: int | None, most: int) -> Markup:
    top = at * ROW_PIXELS
    percent = round(LONGEST_PERCENT * (count or 0) / most, 2) if most else 0.0
    bar = Markup('<rect x="0" y="{}" width="{}%" height="{}" class="accord-chart__bar"/>').format(
        top + 20, percent, BAR_PIXELS
    )
    number = Markup('<text x="{}%" dx="6" y="{}">{}</text>').format(percent, top + 33, _said(count))
    return Markup('<text x="0" y="{}">{}</text>').format(top + 14, escape(label)) + bar + number


def _said(count: int | None) -> str:
    return HIDDEN if count is None else f"{count:,}"
