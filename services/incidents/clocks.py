"""Clocks of calls and incidents: started by an event, ended by another, told when they pass.

A clock keeps its trigger and rule, never only its date (C-TIME-5). Pure.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from services.incidents.policy import InForce
from services.incidents.words import Duty
from shared.school_calendar import Due, Rule, Step, Unit, due, explain, local_day, passed

if TYPE_CHECKING:
    from shared.school_calendar import Calendars


class Clock(BaseModel):
    """One duty that runs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    duty: Duty
    of: str = ""
    """Which one, where an incident has several: the number of a search, a restraint, a part."""
    rule: Rule | None
    """None where it is due on the day itself."""
    trigger_on: date
    trigger_at: datetime | None = None
    """For hours."""
    school: str | None
    due_on: date
    """The earliest possible day while it is not known (C-TIME-6)."""
    due_at: datetime | None = None
    known: bool
    policy: str
    """The version of the limits it was judged by (C-AUD-3)."""
    calendar: str
    passed: bool = False

    @property
    def key(self) -> str:
        """What tells it from the other clocks of its aggregate."""
        return f"{self.duty} {self.of}".strip()

    def due(self, calendars: Calendars, as_of: date) -> Due:
        """When it ends, as known on a day."""
        if self.rule is None:
            return Due.on_day(self.trigger_on)
        trigger = self.trigger_at or self.trigger_on
        return due(self.rule, trigger, calendars, as_of=as_of, school=self.school)

    def told(self, calendars: Calendars, as_of: date) -> Clock:
        """The clock with its due date as known on a day."""
        found = self.due(calendars, as_of)
        label = calendars.version_label
        told = {"due_on": found.on, "due_at": found.at, "known": found.known, "calendar": label}
        return self.model_copy(update=told)

    def explained(self, calendars: Calendars, as_of: date) -> tuple[Step, ...]:
        """Why this date (C-TIME-10)."""
        if self.rule is None:
            return (Step(f"Due on the day itself, {self.trigger_on}."),)
        trigger = self.trigger_at or self.trigger_on
        return explain(self.rule, trigger, calendars, as_of=as_of, school=self.school)


Clocks = dict[str, Clock]


def started(  # what a clock is made of
    duty: Duty,
    rule: Rule | None,
    trigger: date | datetime,
    rules: InForce,
    *,
    today: date,
    school: str | None = None,
    of: str = "",
) -> Clock:
    """Start a clock from a day, or from an instant for hours."""
    is_hours = rule is not None and rule.unit is Unit.HOURS
    on = local_day(trigger) if isinstance(trigger, datetime) else trigger
    clock = Clock(
        duty=duty,
        of=of,
        rule=rule,
        trigger_on=on,
        trigger_at=trigger if is_hours and isinstance(trigger, datetime) else None,
        school=school,
        due_on=on,
        known=False,
        policy=rules.limits.version,
        calendar="",
    )
    return clock.told(rules.calendars, today)


def moved(clock: Clock, calendars: Calendars, today: date) -> Clock | None:
    """The clock with its new date, where a calendar moved or made it known; else None."""
    told = clock.told(calendars, today)
    same = (told.due_on, told.due_at, told.known) == (clock.due_on, clock.due_at, clock.known)
    return None if same or clock.passed else told


def has_passed(clock: Clock, calendars: Calendars, now: datetime, today: date) -> bool:
    """Whether it has just ended with nobody acting (C-TIME-9)."""
    if clock.passed:
        return False
    found = clock.due(calendars, today)
    return passed(found, now if found.at else today)
