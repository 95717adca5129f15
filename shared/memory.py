"""How a process that reads whole histories keeps its memory."""

from __future__ import annotations

import gc

YOUNG_MAX = 100_000
"""New objects that are looked through for dead cycles at once; some 20 MB of events."""
YOUNG_PER_MIDDLE = 50
MIDDLE_PER_OLD = 100


def settle() -> None:
    """Tell the collector of cycles that what has been wired stays; given once, after the wiring.

    Events, rows and requests hardly ever form cycles, and reference counting frees them. By its
    defaults the collector looks through some of them after every 700 new ones, and through
    modules and pydantic's schemas ever again: most of the time that reading a history took.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_MAX, YOUNG_PER_MIDDLE, MIDDLE_PER_OLD)
