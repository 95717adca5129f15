"""The school calendar of a district: its school years, and the days declared since.

One aggregate holds all years, so that two that overlap can't be loaded at once, and a closure finds
the year it falls in. A day's state is asked of `shared.school_calendar`.
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from services.directory.policy import Kind, check_kept_by
from shared.aggregate import Aggregate, CreatedEvent, Event
from shared.errors import Refused
from shared.school_calendar import BadCalendar, Calendars, CalendarVersion, DeclaredDay


class SchoolCalendar(Aggregate):
    """Every version loaded and every day declared, in the order they came."""

    TOPIC = "calendar"

    def __init__(self) -> None:
        self.versions: tuple[CalendarVersion, ...] = ()
        self.closures: tuple[DeclaredDay, ...] = ()
        self.make_up_days: tuple[DeclaredDay, ...] = ()


class CalendarOpened(CreatedEvent):
    """The district begins to keep its school calendar here (C-TIME-7)."""

    TOPIC: ClassVar[str] = "calendar.opened"

    def apply(self, calendar: SchoolCalendar) -> None:
        """Nothing is loaded yet."""


class CalendarLoaded(Event):
    """A version of a school year is in force from its loading; the later one decides (C-TIME-7)."""

    TOPIC: ClassVar[str] = "calendar.loaded"

    calendar: CalendarVersion
    source: str
    sha256: str

    def apply(self, calendar: SchoolCalendar) -> None:
        calendar.versions += (self.calendar,)


class SchoolClosed(Event):
    """A day without school was declared; it moves the clocks it touches (C-TIME-5)."""

    TOPIC: ClassVar[str] = "calendar.school_closed"

    day: DeclaredDay

    def apply(self, calendar: SchoolCalendar) -> None:
        calendar.closures += (self.day,)


class MakeUpDayAdded(Event):
    """A day with school was declared in place of a lost one (C-TIME-5)."""

    TOPIC: ClassVar[str] = "calendar.make_up_day_added"

    day: DeclaredDay

    def apply(self, calendar: SchoolCalendar) -> None:
        calendar.make_up_days += (self.day,)


def open_calendar(kind: Kind) -> CalendarOpened:
    """Begin to keep the school calendar; the district does (C-TIME-7)."""
    check_kept_by("district", kind, "school calendars", "C-TIME-7")
    return CalendarOpened()


def load(
    calendar: SchoolCalendar, *, version: CalendarVersion, source: str, sha256: str
) -> CalendarLoaded:
    """Load a school year, or a corrected version of one that is loaded (C-TIME-7).

    One that says it is loaded on a later day is kept, and counts from that day.
    """
    for held in calendar.versions:
        if held.calendar_id != version.calendar_id:
            continue
        if version.version <= held.version:
            raise Refused(
                "C-TIME-7",
                f"version {held.version} is loaded already and differs: number a correction"
                f" {held.version + 1}",
                "version",
            )
        if version.loaded_on < held.loaded_on:
            raise Refused(
                "C-TIME-7",
                f"version {held.version} was loaded on {held.loaded_on}: a correction is loaded on"
                " that day or later",
                "loaded_on",
            )
    try:
        Calendars((*calendar.versions, version))
    except BadCalendar as bad:
        raise Refused("C-TIME-7", bad.reason, bad.field) from bad
    return CalendarLoaded(calendar=version, source=source, sha256=sha256)


def close_school(
    calendar: SchoolCalendar, *, today: date, on: date, reason: str, schools: tuple[str, ...]
) -> SchoolClosed:
    """Declare a day without school, for every school or the named ones (C-TIME-5)."""
    calendars = _covering(calendar, today, on)
    if not any(calendars.is_school_day(on, today, school) for school in schools or (None,)):
        raise Refused("C-TIME-5", "there is no school that day anyway: check the date", "date")
    return SchoolClosed(day=DeclaredDay(on=on, declared_on=today, reason=reason, schools=schools))


def add_make_up_day(
    calendar: SchoolCalendar, *, today: date, on: date, reason: str, schools: tuple[str, ...]
) -> MakeUpDayAdded:
    """Declare a day with school in place of a lost one, or lift a closure (C-TIME-5)."""
    calendars = _covering(calendar, today, on)
    asked = schools or (None,)
    if all(calendars.is_school_day(on, today, school) for school in asked):
        raise Refused("C-TIME-5", "there is school that day anyway: check the date", "date")
    day = DeclaredDay(on=on, declared_on=today, reason=reason, schools=schools)
    after = calendars.declaring(added=(day,))
    if not any(after.is_school_day(on, today, school) for school in asked):
        raise Refused(
            "C-TIME-5",
            "the day was declared closed today, and a closure stands on its own day: lift it"
            " tomorrow, or load a corrected calendar",
            "date",
        )
    return MakeUpDayAdded(day=day)


def is_closed(
    calendar: SchoolCalendar, *, today: date, on: date, reason: str, schools: tuple[str, ...]
) -> bool:
    """Whether the same closure was declared and stands: to say it again has no effect."""
    calendars = _as_declared(calendar)
    return _said(calendar.closures, on, reason, schools) and not any(
        calendars.is_school_day(on, today, school) for school in schools or (None,)
    )


def is_added(
    calendar: SchoolCalendar, *, today: date, on: date, reason: str, schools: tuple[str, ...]
) -> bool:
    """Whether the same make-up day was declared and stands: to say it again has no effect."""
    calendars = _as_declared(calendar)
    return _said(calendar.make_up_days, on, reason, schools) and all(
        calendars.is_school_day(on, today, school) for school in schools or (None,)
    )


def _said(
    declared: tuple[DeclaredDay, ...], on: date, reason: str, schools: tuple[str, ...]
) -> bool:
    return any((day.on, day.reason, day.schools) == (on, reason, schools) for day in declared)


def _as_declared(calendar: SchoolCalendar) -> Calendars:
    return Calendars(calendar.versions, calendar.closures, calendar.make_up_days)


def _covering(calendar: SchoolCalendar, today: date, on: date) -> Calendars:
    calendars = _as_declared(calendar)
    if not any(version.covers(on) for version in calendars.in_force(today)):
        raise Refused(
            "C-TIME-5", "no loaded calendar covers that day: load its school year first", "date"
        )
    return calendars
