"""Days and clocks: what the rest of the program counts with (C-TIME-1 to C-TIME-12).

`calendars.py` knows which days are school days, `deadlines.py` counts on them, `explanation.py`
says in words how a date came about. All are pure: the caller says as of which day.
"""

from __future__ import annotations

from shared.calendars import BadCalendar, Calendars, CalendarVersion, DeclaredDay, Span
from shared.deadlines import ZONE, Due, KeptRule, Rule, Unit, due, earlier_of, local_day, passed
from shared.explanation import Extended, Extension, Move, Step, explain, extended, moves

__all__ = [
    "ZONE",
    "BadCalendar",
    "CalendarVersion",
    "Calendars",
    "DeclaredDay",
    "Due",
    "Extended",
    "Extension",
    "KeptRule",
    "Move",
    "Rule",
    "Span",
    "Step",
    "Unit",
    "due",
    "earlier_of",
    "explain",
    "extended",
    "local_day",
    "moves",
    "passed",
]
