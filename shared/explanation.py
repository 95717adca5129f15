"""Why this date: a clock in words, the same on page, command line and letter (C-TIME-10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal, NamedTuple

from shared.calendars import ONE_DAY, Calendars, DeclaredDay
from shared.deadlines import Due, Rule, Unit, due, local_day

if TYPE_CHECKING:
    from collections.abc import Iterator

Kind = Literal[
    "trigger",
    "rule",
    "calendars",
    "counted",
    "skipped",
    "rolled",
    "moved",
    "extension",
    "due",
    "unknown",
    "note",
]


@dataclass(frozen=True, slots=True)
class Step:
    """One line of an explanation, and for programs what it is about."""

    text: str
    kind: Kind = "note"
    on: date | None = None
    to: date | None = None
    """Last day, where the step is about more than the day `on`."""
    number: int | None = None
    """Of a counted day its number in the count."""
    reason: str | None = None
    """Of a skipped day."""


@dataclass(frozen=True, slots=True)
class Extension:
    """A written notice that more time is needed, sent on a day, with the anticipated date."""

    notice_on: date
    new_due: date


class Extended(NamedTuple):
    """What came of an extension: the due date in force, and whether it was accepted."""

    due: Due
    outcome: str
    """`accepted`, `notice too late`, `new date not after the due date` or `not yet noticed`."""


class Move(NamedTuple):
    """A due date that changed because something became known (C-TIME-5, C-TIME-6)."""

    on: date
    before: Due
    after: Due
    cause: str


def extended(original: Due, extension: Extension, *, as_of: date) -> Extended:
    """Put the anticipated date in the place of the due date, if the notice was in time (C-COMP-10).

    In time is on or before the due day; of a due date that is not yet known its earliest possible
    day is the last on which the notice is surely in time.
    """
    if extension.notice_on > as_of:
        return Extended(original, "not yet noticed")
    if extension.notice_on > original.on:
        return Extended(original, "notice too late")
    if extension.new_due <= original.on:
        return Extended(original, "new date not after the due date")
    return Extended(Due.on_day(extension.new_due), "accepted")


def moves(
    rule: Rule,
    trigger: date | datetime,
    calendars: Calendars,
    *,
    as_of: date,
    school: str | None = None,
) -> tuple[Move, ...]:
    """Each change of the due date since the trigger, with its cause, in order (C-TIME-5)."""
    if rule.unit is not Unit.SCHOOL_DAYS:
        return ()
    day = local_day(trigger) if isinstance(trigger, datetime) else trigger
    found: list[Move] = []
    before = due(rule, day, calendars, as_of=day, school=school)
    for moment in calendars.moments:
        if day < moment <= as_of:
            after = due(rule, day, calendars, as_of=moment, school=school)
            if (after.status, after.on) != (before.status, before.on):
                span = day, max(before.on, after.on)
                cause = _cause(calendars, moment, school, span)
                found.append(Move(moment, before, after, cause))
            before = after
    return tuple(found)


def explain(
    rule: Rule,
    trigger: date | datetime,
    calendars: Calendars,
    *,
    as_of: date,
    school: str | None = None,
    extension: Extension | None = None,
) -> tuple[Step, ...]:
    """The steps to a due date, as known on a day; arguments as `deadlines.due` (C-TIME-10)."""
    found = due(rule, trigger, calendars, as_of=as_of, school=school)
    steps = [_trigger_step(rule, trigger), _rule_step(rule)]
    if rule.unit is Unit.SCHOOL_DAYS:
        steps.append(_calendars_step(calendars, as_of, school))
    day = local_day(trigger) if isinstance(trigger, datetime) else trigger
    last = found.before_roll or found.on
    match rule.unit:
        case Unit.SCHOOL_DAYS:
            end = last if found.uncovered_from is None else found.uncovered_from - ONE_DAY
            steps += _school_steps(day, end, calendars, as_of, school)
        case Unit.BUSINESS_DAYS:
            steps += _business_steps(day, last, calendars)
        case Unit.CALENDAR_DAYS:
            steps.append(_span_step(day + ONE_DAY, last, rule.count))
        case Unit.MONTHS:
            text = f"{_count(rule)} after {told_day(day)} is {told_day(last)}."
            steps.append(Step(text, "counted", last))
        case Unit.HOURS:
            pass
    steps += _roll_steps(last, found.on, calendars) if found.known else ()
    for move in moves(rule, trigger, calendars, as_of=as_of, school=school):
        text = f"{told_day(move.on)}: {_told_move(move)} Cause: {move.cause}."
        steps.append(Step(text, "moved", move.on, reason=move.cause))
    if extension is not None:
        found, outcome = extended(found, extension, as_of=as_of)
        steps.append(_extension_step(extension, outcome))
    steps.append(_end_step(found))
    return tuple(steps)


def told_day(day: date) -> str:
    """A day as letters and pages write it: Monday 13 October 2025."""
    return f"{day:%A} {day.day} {day:%B} {day.year}"


def _count(rule: Rule) -> str:
    return str(rule).removesuffix(", rolled")


def _trigger_step(rule: Rule, trigger: date | datetime) -> Step:
    if rule.unit is Unit.HOURS:
        return Step(f"The clock starts at {trigger.isoformat()}.", "trigger")
    day = local_day(trigger) if isinstance(trigger, datetime) else trigger
    return Step(f"{told_day(day)} starts the clock and is not counted.", "trigger", day)


def _rule_step(rule: Rule) -> Step:
    text = f"The limit is {_count(rule)}"
    text += f" ({rule.source})." if rule.source else "."
    match rule.unit:
        case Unit.SCHOOL_DAYS:
            text += " A school day is a day that students attend, a half day too."
        case Unit.BUSINESS_DAYS:
            text += " A business day is Monday to Friday but for legal holidays."
        case Unit.HOURS:
            text += " Elapsed hours, whatever the clock on the wall does."
        case Unit.CALENDAR_DAYS | Unit.MONTHS:
            text += (
                " A last day on a Saturday, Sunday or legal holiday moves to the next business day."
                if rule.roll != "none"
                else " The last day stands, whatever day of the week it is."
            )
    return Step(text, "rule")


def _calendars_step(calendars: Calendars, as_of: date, school: str | None) -> Step:
    label = calendars.label_as_of(as_of) or "none"
    when = "with all that is loaded" if as_of == date.max else f"as known on {told_day(as_of)}"
    whose = f"closures of {school} included" if school else "on the district calendar"
    return Step(f"Calendars in force, {when}: {label}; {whose}.", "calendars")


def _school_steps(
    trigger: date, end: date, calendars: Calendars, as_of: date, school: str | None
) -> Iterator[Step]:
    """Each school day with its number; days off in a row with one reason are one step."""
    known = calendars.known(as_of, school)
    number = 0
    off: list[date] = []
    why = ("", "")
    day = trigger
    while day < end:
        day += ONE_DAY
        counted = known.has(day)
        reason = None if counted else calendars.reason_of_no_school(day, as_of, school)
        if reason is None and not counted:
            continue
        told = reason or "", known.closed[day].reason if day in known.closed else ""
        if off and (counted or told != why):
            yield _off_step(off, *why)
            off = []
        if counted:
            number += 1
            yield _counted_step(day, number, "school day", known.added.get(day))
        else:
            off.append(day)
            why = told
    if off:
        yield _off_step(off, *why)


def _business_steps(trigger: date, last: date, calendars: Calendars) -> Iterator[Step]:
    number = 0
    day = trigger
    while day < last:
        day += ONE_DAY
        if calendars.is_business_day(day):
            number += 1
            yield _counted_step(day, number, "business day")
        else:
            yield _off_step([day], _no_business(day, calendars))


def _no_business(day: date, calendars: Calendars) -> str:
    return "legal holiday" if day in calendars.holidays else f"{day:%A}"


def _counted_step(day: date, number: int, what: str, made_up: DeclaredDay | None = None) -> Step:
    added = f" (day added: {made_up.reason})" if made_up else ""
    return Step(f"{told_day(day)} is {what} {number}{added}.", "counted", day, number=number)


def _off_step(days: list[date], reason: str, detail: str = "") -> Step:
    why = f"{reason}, {detail}" if detail else reason
    if len(days) == 1:
        text = f"{told_day(days[0])} is not counted: {why}."
        return Step(text, "skipped", days[0], reason=reason)
    text = f"{told_day(days[0])} to {told_day(days[-1])} are not counted: {why}."
    return Step(text, "skipped", days[0], days[-1], reason=reason)


def _span_step(first: date, last: date, count: int) -> Step:
    if first == last:
        return Step(f"{told_day(first)} is day 1.", "counted", first, number=1)
    text = f"{told_day(first)} is day 1, {told_day(last)} is day {count}; every day counts."
    return Step(text, "counted", first, last, count)


def _roll_steps(last: date, rolled: date, calendars: Calendars) -> Iterator[Step]:
    day = last
    while day < rolled:
        reason = _no_business(day, calendars)
        text = f"{told_day(day)} can't be the last day: {reason}. It moves on."
        yield Step(text, "rolled", day, reason=reason)
        day += ONE_DAY


def _told(found: Due) -> str:
    return told_day(found.on) if found.known else f"not yet known, {told_day(found.on)} at earliest"


def _told_move(move: Move) -> str:
    return f"the due date changed from {_told(move.before)} to {_told(move.after)}."


def _cause(calendars: Calendars, moment: date, school: str | None, span: tuple[date, date]) -> str:
    """What became known on a day and lies in the span, after its first day."""
    causes = [
        f"calendar {version.label} was loaded"
        for version in calendars.in_force(moment)
        if version.loaded_on == moment
    ]
    for declared_on, is_closure, day in calendars.declared_by(moment, school):
        if declared_on == moment and span[0] < day.on <= span[1]:
            what = "closure of" if is_closure else "school day added on"
            causes.append(f"{what} {told_day(day.on)}" + (f" ({day.reason})" if day.reason else ""))
    return "; ".join(dict.fromkeys(causes))


def _extension_step(extension: Extension, outcome: str) -> Step:
    text = (
        f"Written notice of {told_day(extension.notice_on)} names "
        f"{told_day(extension.new_due)} as the new date: {outcome} (C-COMP-10)."
    )
    return Step(text, "extension", extension.notice_on, extension.new_due, reason=outcome)


def _end_step(found: Due) -> Step:
    if found.at is not None:
        return Step(f"Due by {found.at.isoformat()}.", "due", found.on)
    if found.known:
        return Step(f"Due by the end of {told_day(found.on)}.", "due", found.on)
    assert found.uncovered_from is not None, "an unknown due date runs into an uncovered day"
    text = (
        f"The due date is not yet known: {found.counted} counted, {found.missing} missing, and no "
        f"calendar covers {told_day(found.uncovered_from)}. It can't be earlier than "
        f"{told_day(found.on)}, which is not a due date."
    )
    return Step(text, "unknown", found.on)
