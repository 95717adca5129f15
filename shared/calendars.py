"""School calendars: which days students attend, as it was known on any day (C-TIME-3 to C-TIME-6).

`deadlines.py` counts on them. Nothing here asks what day it is: the caller says as of which day.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Annotated, Any, NamedTuple, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from shared.catalog import legal_holidays

ONE_DAY = timedelta(days=1)
SATURDAY = 5
COVERAGE_DAYS_MAX = 731
"""A calendar covers one school year and its summer; two years leave room for any."""
YEAR_MIN, YEAR_MAX = 1900, 2199
"""Far enough for any record, and near enough that no count leaves what a date can hold."""

_WRITTEN_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class BadCalendar(ValueError):
    """A calendar that can't be counted on: the field to correct, and what would mend it.

    The field is empty where the whole is no calendar.
    """

    def __init__(self, field_name: str, reason: str) -> None:
        super().__init__(f"{field_name}: {reason}" if field_name else reason)
        self.field = field_name
        self.reason = reason


def written_day(value: object) -> date:
    """Read a day written as 2026-02-17; never a number or an instant, which pydantic would take."""
    if type(value) is date:
        return value
    if isinstance(value, str):
        return _read_day(value)
    raise ValueError("not a date: write it as YYYY-MM-DD")


@lru_cache(maxsize=8192)  # the days of a calendar come again with each of its versions
def _read_day(text: str) -> date:
    if not _WRITTEN_DAY.fullmatch(text):
        raise ValueError("not a date: write it as YYYY-MM-DD")
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise ValueError("no such day in the year: write it as YYYY-MM-DD") from error
    if not YEAR_MIN <= day.year <= YEAR_MAX:
        raise ValueError(f"the year must lie between {YEAR_MIN} and {YEAR_MAX}")
    return day


Day = Annotated[date, BeforeValidator(written_day)]


class _Part(BaseModel):
    """A value that a calendar file holds; what else the file says is passed over."""

    model_config = ConfigDict(
        frozen=True, validate_by_name=True, validate_by_alias=True, serialize_by_alias=True
    )

    @classmethod
    def read(cls, data: object) -> Self:
        """Check data as a file or a contract has it.

        Raises:
            BadCalendar: names the field to correct and says how.
        """
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            raise _bad(error) from error


class Span(_Part):
    """Days without students, both ends included."""

    from_: Annotated[Day, Field(alias="from")]
    to: Day
    reason: str


class DeclaredDay(_Part):
    """A closure or a make-up day; `schools` empty means every school (C-TIME-5)."""

    on: Annotated[Day, Field(alias="date")]
    declared_on: Day
    reason: str = ""
    schools: tuple[str, ...] = ()

    def touches(self, school: str | None) -> bool:
        """Whether it counts for a clock of that school, or with None of the district calendar."""
        return not self.schools or school in self.schools


class CalendarVersion(_Part):
    """A school year's calendar as loaded on a day; a later loaded version decides (C-TIME-7).

    `first_day` to `last_day` is the term. The calendar answers for `covers_from` to `covers_to`:
    the summer inside holds no school day, what lies outside is not known (C-TIME-6).
    """

    calendar_id: Annotated[str, Field(min_length=1)]
    version: Annotated[int, Field(gt=0)]
    school_year: str = ""
    loaded_on: Day
    covers_from: Day
    covers_to: Day
    first_day: Day
    last_day: Day
    weekdays: tuple[Annotated[int, Field(ge=1, le=7)], ...]
    no_school: tuple[Span, ...] = ()
    added_days: tuple[DeclaredDay, ...] = ()
    closures: tuple[DeclaredDay, ...] = ()

    @model_validator(mode="after")
    def _checked(self) -> Self:
        if not self.weekdays:
            raise BadCalendar("weekdays", "name the days of the week with school, 1 is Monday")
        if self.covers_to < self.covers_from:
            raise BadCalendar("covers_to", "lies before covers_from: correct one of them")
        if (self.covers_to - self.covers_from).days > COVERAGE_DAYS_MAX:
            raise BadCalendar("covers_to", "more than two years: load one calendar a school year")
        if self.last_day < self.first_day:
            raise BadCalendar("last_day", "lies before first_day: correct one of them")
        if self.first_day < self.covers_from:
            raise BadCalendar("first_day", "lies before covers_from: begin the coverage earlier")
        if self.last_day > self.covers_to:
            raise BadCalendar("last_day", "lies after covers_to: end the coverage later")
        self._check_spans()
        for name, days in (("added_days", self.added_days), ("closures", self.closures)):
            for number, day in enumerate(days):
                if not self.covers(day.on):
                    where = f"{name}[{number}].date"
                    raise BadCalendar(where, "lies outside covers_from to covers_to: correct it")
        return self

    def _check_spans(self) -> None:
        for number, span in enumerate(self.no_school):
            if span.to < span.from_:
                raise BadCalendar(f"no_school[{number}].to", "lies before its from: swap them")
        in_order = sorted(enumerate(self.no_school), key=lambda entry: entry[1].from_)
        for (one, earlier), (two, later) in pairwise(in_order):
            if later.from_ <= earlier.to:
                raise BadCalendar(
                    f"no_school[{two}].from",
                    f"overlaps no_school[{one}]: begin it after {earlier.to}, or make them one",
                )

    def covers(self, day: date) -> bool:
        """Whether this calendar answers for the day."""
        return self.covers_from <= day <= self.covers_to

    @property
    def label(self) -> str:
        """What an event keeps of the calendar it was judged by."""
        return f"{self.calendar_id}/{self.version}"

    def planned_days(self) -> tuple[date, ...]:
        """The school days of the term, before any closure or make-up day, in order."""
        return _planned_days(self.first_day, self.last_day, self.weekdays, self.no_school)

    def planned_reason(self, day: date) -> str | None:
        """Why no school is planned that day; None for a day of the week that never has school."""
        if day.isoweekday() not in self.weekdays:
            return None
        for span in self.no_school:
            if span.from_ <= day <= span.to:
                return span.reason
        return "outside the school year"


class Known(NamedTuple):
    """What is known of the school days as of a day, for one school or the district."""

    days: list[date]
    """School days, in order."""
    runs: list[tuple[date, date]]
    """Unbroken stretches of days that some calendar covers, in order."""
    closed: dict[date, DeclaredDay]
    added: dict[date, DeclaredDay]

    def covered_to(self, day: date) -> date | None:
        """Last day of the unbroken coverage that holds the day; None if no calendar covers it."""
        at = bisect_right(self.runs, (day, date.max)) - 1
        return self.runs[at][1] if at >= 0 and day <= self.runs[at][1] else None

    def has(self, day: date) -> bool:
        """Whether the day is a school day."""
        at = bisect_left(self.days, day)
        return at < len(self.days) and self.days[at] == day


class _Plan:
    """The calendar versions of a history, and the days they planned, as of each loading."""

    def __init__(self, versions: tuple[CalendarVersion, ...]) -> None:
        self.versions = versions
        self.loadings = sorted({version.loaded_on for version in versions})
        self._planned: dict[int, tuple[list[date], list[tuple[date, date]]]] = {}
        for loading in self.loadings:
            _refuse_overlap(self.in_force(loading))

    def in_force(self, as_of: date) -> tuple[CalendarVersion, ...]:
        """The version that decides of each calendar, as of a day, in the order of their terms."""
        latest: dict[str, CalendarVersion] = {}
        for version in sorted(self.versions, key=lambda v: (v.loaded_on, v.version)):
            if version.loaded_on <= as_of:
                latest[version.calendar_id] = version
        return tuple(sorted(latest.values(), key=lambda v: v.first_day))

    def planned(self, as_of: date) -> tuple[list[date], list[tuple[date, date]]]:
        """School days as planned, and the stretches covered; the caller changes neither."""
        moment = bisect_right(self.loadings, as_of)
        if moment not in self._planned:
            versions = self.in_force(as_of)
            days = [day for version in versions for day in version.planned_days()]
            self._planned[moment] = days, _runs(versions)
        return self._planned[moment]


@dataclass(frozen=True)
class Calendars:
    """All calendars, closures and make-up days of a district, each with the day it was known.

    A question as of a day sees what had been loaded or declared by then (C-TIME-5, C-TIME-6). Of
    a closure and a make-up day for one day the later declared decides.

    Raises:
        BadCalendar: the terms of two calendars in force at the same time overlap.
    """

    versions: tuple[CalendarVersion, ...] = ()
    closures: tuple[DeclaredDay, ...] = ()
    added: tuple[DeclaredDay, ...] = ()
    holidays: frozenset[date] = field(default_factory=legal_holidays, repr=False)
    _plan: _Plan = field(default=None, repr=False, compare=False)  # type: ignore[assignment] # set below
    _moments: list[date] = field(default_factory=list, init=False, repr=False, compare=False)
    _known: dict[tuple[int, str | None], Known] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        if self._plan is None:
            object.__setattr__(self, "_plan", _Plan(self.versions))
        declared = {day.declared_on for day in self._all_declared()}
        self._moments.extend(sorted(declared.union(self._plan.loadings)))

    def declaring(
        self, closures: tuple[DeclaredDay, ...] = (), added: tuple[DeclaredDay, ...] = ()
    ) -> Calendars:
        """These calendars with more closures and make-up days."""
        return replace(self, closures=self.closures + closures, added=self.added + added)

    @property
    def moments(self) -> list[date]:
        """The days on which something became known, in order."""
        return self._moments

    @property
    def version_label(self) -> str:
        """The versions in force once all that is held counts: `a-2025-26/1+a-2026-27/1`."""
        return self.label_as_of(date.max)

    def label_as_of(self, as_of: date) -> str:
        """The versions in force as of a day, for events and explanations; empty if none."""
        return "+".join(version.label for version in self.in_force(as_of))

    def in_force(self, as_of: date) -> tuple[CalendarVersion, ...]:
        """The version that decides of each calendar, as of a day, in the order of their terms."""
        return self._plan.in_force(as_of)

    def known(self, as_of: date, school: str | None = None) -> Known:
        """The school days as known on a day; school None is the district calendar (C-TIME-5)."""
        key = bisect_right(self._moments, as_of), school
        if key not in self._known:
            self._known[key] = self._build(as_of, school)
        return self._known[key]

    def is_school_day(self, day: date, as_of: date, school: str | None = None) -> bool:
        """Whether students attend; False also where no calendar covers the day (see `known`)."""
        return self.known(as_of, school).has(day)

    def reason_of_no_school(self, day: date, as_of: date, school: str | None = None) -> str | None:
        """Why a covered day is no school day; None for one that no week has, as most Sundays."""
        if day in self.known(as_of, school).closed:
            return "closure"
        covering = [version for version in self.in_force(as_of) if version.covers(day)]
        covering.sort(key=lambda version: not version.first_day <= day <= version.last_day)
        return covering[0].planned_reason(day) if covering else None

    def is_business_day(self, day: date) -> bool:
        """Monday to Friday but for legal holidays, whatever the schools do (C-TIME-3)."""
        return day.weekday() < SATURDAY and day not in self.holidays

    def next_business_day(self, day: date) -> date:
        """The first business day after the day."""
        day += ONE_DAY
        while not self.is_business_day(day):
            day += ONE_DAY
        return day

    def declared_by(
        self, as_of: date, school: str | None = None
    ) -> list[tuple[date, bool, DeclaredDay]]:
        """What had been declared and touches the school, in order: when, whether closed, which."""
        versions = self.in_force(as_of)
        days = [(day.declared_on, False, day) for v in versions for day in v.added_days]
        days += [(day.declared_on, True, day) for v in versions for day in v.closures]
        days += [(day.declared_on, False, day) for day in self.added]
        days += [(day.declared_on, True, day) for day in self.closures]
        days = [entry for entry in days if entry[0] <= as_of and entry[2].touches(school)]
        return sorted(days, key=lambda entry: entry[:2])

    def _all_declared(self) -> Iterable[DeclaredDay]:
        yield from self.closures
        yield from self.added
        for version in self.versions:
            yield from version.closures
            yield from version.added_days

    def _build(self, as_of: date, school: str | None) -> Known:
        planned, runs = self._plan.planned(as_of)
        known = Known(planned.copy(), runs, closed={}, added={})
        for _, is_closure, day in self.declared_by(as_of, school):
            at = bisect_left(known.days, day.on)
            is_school_day = at < len(known.days) and known.days[at] == day.on
            if is_closure and is_school_day:
                del known.days[at]
                known.closed[day.on] = day
                known.added.pop(day.on, None)
            elif not is_closure and not is_school_day:
                known.days.insert(at, day.on)
                known.added[day.on] = day
                known.closed.pop(day.on, None)
        return known


@lru_cache(maxsize=256)  # the versions of a calendar mostly differ in nothing of this
def _planned_days(
    first_day: date, last_day: date, weekdays: tuple[int, ...], no_school: tuple[Span, ...]
) -> tuple[date, ...]:
    free = {
        span.from_ + timedelta(days=n)
        for span in no_school
        for n in range((span.to - span.from_).days + 1)
    }
    term = (first_day + timedelta(days=n) for n in range((last_day - first_day).days + 1))
    return tuple(day for day in term if day.isoweekday() in weekdays and day not in free)


def _runs(versions: Iterable[CalendarVersion]) -> list[tuple[date, date]]:
    runs: list[tuple[date, date]] = []
    for start, end in sorted((version.covers_from, version.covers_to) for version in versions):
        if runs and start <= runs[-1][1] + ONE_DAY:
            runs[-1] = runs[-1][0], max(runs[-1][1], end)
        else:
            runs.append((start, end))
    return runs


def _refuse_overlap(in_force: tuple[CalendarVersion, ...]) -> None:
    for earlier, later in pairwise(in_force):
        if later.first_day <= earlier.last_day:
            raise BadCalendar(
                f"{later.label} first_day",
                f"the term overlaps that of {earlier.label}, which ends on {earlier.last_day}: "
                "correct first_day or last_day, or load a new version under the same calendar_id",
            )


def _bad(error: ValidationError) -> BadCalendar:
    """The first thing wrong, as a person would look for it in the file."""
    first = error.errors(include_url=False, include_input=False)[0]
    cause: Any = first.get("ctx", {}).get("error")
    if isinstance(cause, BadCalendar):
        return cause
    where = ""
    for part in first["loc"]:
        where += f"[{part}]" if isinstance(part, int) else f".{part}" if where else str(part)
    if first["type"] == "missing":
        return BadCalendar(where, "missing: give it")
    return BadCalendar(where, str(cause) if cause else first["msg"])
