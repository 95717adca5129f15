"""Clocks: a rule counted from a trigger on the calendars known (C-TIME-1 to C-TIME-12).

`explanation.py` says in words how a date came about.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator, model_validator

from shared.calendars import ONE_DAY, SATURDAY, Calendars, Known

ZONE = ZoneInfo("America/Los_Angeles")
"""The days of both organisations are local days there (C-TIME-1)."""
COUNT_MAX = 10_000

FORMS = '"20 school days", "10 calendar days, rolled", "2 business days", "6 months" or "24 hours"'
_WRITTEN_RULE = re.compile(
    r"\s*(\d{1,6})\s+(?:(calendar|business|school)\s+days?|(months?)|(hours?))(\s*,\s*rolled)?\s*",
    re.IGNORECASE,
)


class Unit(StrEnum):
    """What a clock counts."""

    CALENDAR_DAYS = "calendar_days"
    BUSINESS_DAYS = "business_days"
    SCHOOL_DAYS = "school_days"
    MONTHS = "months"
    HOURS = "hours"


class Rule(BaseModel):
    """A limit: so many of a unit after its trigger.

    With `roll` a last day that is a Saturday, Sunday or legal holiday moves on to the next
    business day (C-TIME-3). Hours are elapsed hours and never roll (C-TIME-12).
    """

    model_config = ConfigDict(frozen=True)

    unit: Unit
    count: Annotated[int, Field(gt=0, le=COUNT_MAX, strict=True)]
    roll: Literal["none", "next_business_day"] = "none"
    source: str = ""

    @model_validator(mode="after")
    def _hours_do_not_roll(self) -> Self:
        if self.unit is Unit.HOURS and self.roll != "none":
            raise ValueError("hours are elapsed hours and do not roll (C-TIME-12)")
        return self

    @classmethod
    def parse(cls, text: str) -> Rule:
        """Read a rule as a person writes it.

        Raises:
            ValueError: says the forms that are understood.
        """
        match = _WRITTEN_RULE.fullmatch(text)
        if not match:
            raise ValueError(f"not a rule: write it as {FORMS}")
        count, days, months, _, rolled = match.groups()
        unit = f"{days.lower()}_days" if days else "months" if months else "hours"
        if not 0 < int(count) <= COUNT_MAX:
            raise ValueError(f"not a rule: count from 1 to {COUNT_MAX}, as in {FORMS}")
        if rolled and unit == "hours":
            raise ValueError(
                "hours are elapsed hours and do not roll: leave out the comma and rolled"
            )
        return cls(
            unit=Unit(unit), count=int(count), roll="next_business_day" if rolled else "none"
        )

    def __str__(self) -> str:
        words = self.unit.value.replace("_", " ")
        return f"{self.count} {words.removesuffix('s') if self.count == 1 else words}" + (
            ", rolled" if self.roll != "none" else ""
        )


@lru_cache(maxsize=1_024)  # a policy has a few, and every clock repeats one
def _read_rule(text: str) -> Rule:
    limit, _, source = text.partition(" (")
    return Rule.parse(limit).model_copy(update={"source": source[:-1]})


def _rule_as_kept(value: object) -> Rule:
    if isinstance(value, str):
        return _read_rule(value)
    if isinstance(value, Rule):
        return value
    raise ValueError(f"not a rule: write it as {FORMS}")


def _kept_rule(rule: Rule) -> str:
    return f"{rule} ({rule.source})" if rule.source else str(rule)


KeptRule = Annotated[Rule, PlainValidator(_rule_as_kept), PlainSerializer(_kept_rule)]
"""A rule as events keep it: `20 school days (C-COMP-6: 20 school days)`, with its source."""


@dataclass(frozen=True, slots=True)
class Due:
    """When a clock ends: at the end of the day `on`, or for hours at the instant `at`.

    When it is not yet known (C-TIME-6), `on` is the earliest possible day and never to be shown
    as the due date.
    """

    status: Literal["known", "unknown"]
    on: date
    counted: int
    missing: int = 0
    at: datetime | None = None
    before_roll: date | None = None
    """For calendar days and months always, else only if the roll moved it."""
    uncovered_from: date | None = None
    """The first day that no calendar covers, if the count runs into it."""

    @classmethod
    def on_day(cls, day: date) -> Due:
        """A due date that nothing is counted for, as one that was agreed on."""
        return cls("known", day, 0)

    @property
    def known(self) -> bool:
        """Whether the due date is known."""
        return self.status == "known"


def local_day(instant: datetime) -> date:
    """The local day of an instant; one without a zone is refused (C-TIME-1)."""
    if instant.tzinfo is None:
        raise ValueError("a time needs its zone: write it as 2025-11-01T13:30:00-07:00")
    return instant.astimezone(ZONE).date()


def due(
    rule: Rule,
    trigger: date | datetime,
    calendars: Calendars,
    *,
    as_of: date,
    school: str | None = None,
) -> Due:
    """When a clock ends, as known on a day; the trigger's own day is not counted (C-TIME-2).

    Args:
        rule: the limit.
        trigger: the day, or the instant, that starts the clock; hours need the instant.
        calendars: everything loaded and declared.
        as_of: what became known later is passed over (C-TIME-5).
        school: whose closures count; None runs the clock on the district calendar.
    """
    if rule.unit is Unit.HOURS:
        return _hours_due(rule.count, trigger)
    day = local_day(trigger) if isinstance(trigger, datetime) else trigger
    match rule.unit:
        case Unit.SCHOOL_DAYS:
            found = _school_due(rule.count, day, calendars, calendars.known(as_of, school))
            if not found.known:
                return found
            last = found.on
        case Unit.BUSINESS_DAYS:
            last = day
            for _ in range(rule.count):
                last = calendars.next_business_day(last)
        case Unit.CALENDAR_DAYS:
            last = day + timedelta(days=rule.count)
        case Unit.MONTHS:
            last = months_after(day, rule.count)
    rolled = last
    if rule.roll != "none" and not calendars.is_business_day(last):
        rolled = calendars.next_business_day(last)
    always_told = rule.unit in (Unit.CALENDAR_DAYS, Unit.MONTHS)
    before = last if always_told or rolled != last else None
    return Due("known", rolled, rule.count, before_roll=before)


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or the last one of a month that is too short."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def passed(due_: Due, now: date | datetime) -> bool:
    """Whether the clock has ended: its due day is over, or for hours its instant (C-TIME-9).

    Given a day, hours have passed only when their whole day has. A due date that is not yet
    known never passes.
    """
    if not due_.known:
        return False
    if isinstance(now, datetime):
        return now > due_.at if due_.at else local_day(now) > due_.on
    return now > due_.on


def earlier_of(*dues: Due) -> Due:
    """A clock that is the earlier of several (C-TIME-8); unknown if an unknown one may be it."""
    end = datetime.max.replace(tzinfo=UTC)
    return min(dues, key=lambda each: (each.on, each.at or end, not each.known))


def _hours_due(count: int, trigger: date | datetime) -> Due:
    if not isinstance(trigger, datetime) or trigger.tzinfo is None:
        raise ValueError("hours need a time with its zone: write it as 2025-11-01T13:30:00-07:00")
    at = (trigger.astimezone(UTC) + timedelta(hours=count)).astimezone(ZONE)
    return Due("known", at.date(), count, at=at)


def _school_due(count: int, trigger: date, calendars: Calendars, known: Known) -> Due:
    covered_to = known.covered_to(trigger + ONE_DAY) or trigger
    first = bisect_right(known.days, trigger)
    counted = bisect_right(known.days, covered_to) - first
    if counted >= count:
        return Due("known", known.days[first + count - 1], count)
    missing = count - counted
    day = covered_to
    weekday = day.weekday()
    covered = None
    last_covered = known.runs[-1][1] if known.runs else trigger
    while missing:
        day += ONE_DAY
        weekday = (weekday + 1) % 7
        covered = day <= last_covered and known.covered_to(day)
        if known.has(day) if covered else weekday < SATURDAY and day not in calendars.holidays:
            missing -= 1
    return Due("unknown", day, counted, count - counted, uncovered_from=covered_to + ONE_DAY)
