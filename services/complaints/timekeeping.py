"""What the clocks of a complaint say today: moved, not yet known, known again, passed, silent.

Pure decisions; the desk asks them every few seconds and after each change of a calendar.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.complaints.events import (
    ClockMoved,
    ClockPassed,
    CounterpartSilent,
    DueDateKnown,
    DueDateUnknown,
)
from services.complaints.words import AGENCY_DUTIES

if TYPE_CHECKING:
    from services.complaints.events import ClockEvent
    from services.complaints.policy import Clocks, InForce, Running


def look_at(clocks: Clocks, in_force: InForce) -> list[ClockEvent]:
    """Give what has to be recorded of these clocks, at most one event a clock a look.

    A clock that passed is told once and moves no more (C-TIME-5, C-TIME-9).
    """
    seen = (look_at_one(clock, in_force) for clock in clocks.values() if not clock.passed)
    return [event for event in seen if event is not None]


def look_at_one(clock: Running, in_force: InForce) -> ClockEvent | None:
    """Give what has to be recorded of one clock that has not passed; None while all is told."""
    due = clock.due(in_force.calendars, in_force.today)
    label = in_force.calendars.version_label
    told = clock.model_copy(update={"due_on": due.on, "known": due.known, "calendar": label})
    if due.known and not clock.known:
        return DueDateKnown(clock=told)
    if not due.known and clock.known:
        return DueDateUnknown(clock=told)
    if due.known and due.on != clock.due_on:
        return ClockMoved(clock=told, from_on=clock.due_on, cause=f"{clock.calendar} -> {label}")
    if due.known and in_force.today > due.on:
        passed = told.model_copy(update={"passed": True})
        if clock.duty in AGENCY_DUTIES:
            return CounterpartSilent(clock=passed, noted_on=in_force.today)
        return ClockPassed(clock=passed, passed_on=in_force.today)
    return None
