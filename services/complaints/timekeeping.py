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
from shared.school_calendar import moves

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
        return ClockMoved(clock=told, from_on=clock.due_on, cause=_cause(clock, in_force))
    if due.known and in_force.today > due.on:
        passed = told.model_copy(update={"passed": True})
        if clock.duty in AGENCY_DUTIES:
            return CounterpartSilent(clock=passed, noted_on=in_force.today)
        return ClockPassed(clock=passed, passed_on=in_force.today)
    return None


def _cause(clock: Running, in_force: InForce) -> str:
    """What became known since the date was last told, e.g. a closure with its reason (C-TIME-5)."""
    assert clock.rule is not None, "what is due on the day itself does not move"
    calendars, causes = in_force.calendars, list[str]()
    found = moves(clock.rule, clock.trigger, calendars, as_of=in_force.today, school=clock.school)
    for move in found:
        causes.append(move.cause)
        if move.after.on == clock.due_on:  # so far it had been told
            causes.clear()
    return "; ".join(causes) or f"{clock.calendar} -> {calendars.version_label}"
