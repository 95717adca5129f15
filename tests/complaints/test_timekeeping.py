"""What a look at the clocks tells: passed, moved, not yet known, known again, silent."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.complaints.events import (
    ClockMoved,
    ClockPassed,
    CounterpartSilent,
    DueDateKnown,
    DueDateUnknown,
)
from services.complaints.policy import InForce, Policy
from services.complaints.timekeeping import look_at, look_at_one
from services.complaints.words import AGENCY_DUTIES, Duty
from shared.school_calendar import Calendars, CalendarVersion
from tests.complaints.samples import (
    CALENDAR,
    CALENDARS,
    DUE,
    LABEL,
    MONDAY,
    OTHER_SCHOOL,
    SCHOOL,
    clock,
    closure,
    on,
)

if TYPE_CHECKING:
    from services.complaints.events import ClockEvent
    from services.complaints.policy import Running

DAY = timedelta(days=1)
CLOCK = clock(Duty.DETERMINE, MONDAY, DUE)
SNOW_DAY = date(2026, 3, 10)

NEXT_YEAR = CALENDAR.model_copy(
    update={
        "calendar_id": "snohomish-sd-2026-27",
        "loaded_on": date(2026, 6, 1),
        "covers_from": date(2026, 9, 1),
        "covers_to": date(2027, 8, 31),
        "first_day": date(2026, 9, 2),
        "last_day": date(2027, 6, 16),
        "no_school": (),
    }
)
BOTH_YEARS = Calendars(
    versions=(
        *CALENDARS.versions,
        CalendarVersion.model_validate(NEXT_YEAR.model_dump(mode="json")),
    )
)


def changed(running: Running, **fields: Any) -> Running:
    return running.model_copy(update=fields)


# --- Passing --------------------------------------------------------------------------------------


def test_time_9_a_clock_passes_when_its_due_day_is_over_and_not_before() -> None:
    assert look_at_one(CLOCK, on(DUE)) is None
    assert look_at_one(CLOCK, on(DUE + DAY)) == ClockPassed(
        clock=changed(CLOCK, passed=True), passed_on=DUE + DAY
    )


def test_time_9_a_passing_is_told_once() -> None:
    passed = {Duty.DETERMINE: changed(CLOCK, passed=True)}
    assert look_at(passed, on(DUE + 30 * DAY)) == []


def test_time_9_each_clock_passes_by_itself() -> None:
    waiting = clock(Duty.ACKNOWLEDGE, MONDAY, date(2026, 3, 4))
    clocks = {Duty.ACKNOWLEDGE: waiting, Duty.DETERMINE: CLOCK}
    (passed,) = look_at(clocks, on(date(2026, 3, 5)))
    assert passed == ClockPassed(clock=changed(waiting, passed=True), passed_on=date(2026, 3, 5))


def test_comp_18_what_is_due_the_same_day_passes_the_next() -> None:
    running = clock(Duty.ESCALATE, MONDAY, MONDAY)
    assert look_at_one(running, on(MONDAY)) is None
    assert isinstance(look_at_one(running, on(MONDAY + DAY)), ClockPassed)


@pytest.mark.parametrize(
    ("duty", "due_on"),
    [(Duty.AGENCY_ACKNOWLEDGEMENT, date(2026, 3, 16)), (Duty.AGENCY_REVIEW, date(2026, 4, 1))],
)
def test_aud_5_the_agencys_silence_is_an_event_of_its_own_once(duty: Duty, due_on: date) -> None:
    running = clock(duty, MONDAY, due_on)
    assert look_at_one(running, on(due_on)) is None
    silent = CounterpartSilent(clock=changed(running, passed=True), noted_on=due_on + DAY)
    assert look_at_one(running, on(due_on + DAY)) == silent
    assert look_at({duty: silent.clock}, on(due_on + 9 * DAY)) == []


@pytest.mark.parametrize("duty", sorted(set(Duty) - AGENCY_DUTIES))
def test_aud_5_a_duty_of_the_districts_own_is_no_silence(duty: Duty) -> None:
    running = clock(duty, MONDAY, MONDAY, extended_to=MONDAY)
    assert isinstance(look_at_one(running, on(MONDAY + DAY)), ClockPassed)


# --- Moving ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("schools", [(), (SCHOOL,), (SCHOOL, OTHER_SCHOOL)])
def test_time_5_a_closure_declared_later_moves_an_open_clock_once(schools: tuple[str, ...]) -> None:
    snow = closure(SNOW_DAY, *schools, declared_on=SNOW_DAY)
    assert look_at_one(CLOCK, on(SNOW_DAY - DAY, closed=(snow,))) is None
    moved = look_at_one(CLOCK, on(SNOW_DAY, closed=(snow,)))
    assert moved == ClockMoved(
        clock=changed(CLOCK, due_on=DUE + DAY),
        from_on=DUE,
        cause="closure of Tuesday 10 March 2026 (Snow)",
    )
    assert isinstance(moved, ClockMoved)
    assert look_at_one(moved.clock, on(SNOW_DAY, closed=(snow,))) is None


def test_time_5_a_second_move_tells_its_own_cause_alone() -> None:
    first = closure(SNOW_DAY, declared_on=SNOW_DAY)
    second = closure(SNOW_DAY + DAY, declared_on=SNOW_DAY + DAY)
    once = look_at_one(CLOCK, on(SNOW_DAY, closed=(first,)))
    assert isinstance(once, ClockMoved)
    twice = look_at_one(once.clock, on(SNOW_DAY + DAY, closed=(first, second)))
    assert isinstance(twice, ClockMoved)
    assert twice.cause == "closure of Wednesday 11 March 2026 (Snow)"
    both = look_at_one(CLOCK, on(SNOW_DAY + DAY, closed=(first, second)))
    assert isinstance(both, ClockMoved)
    assert both.cause == f"{once.cause}; {twice.cause}"


def test_time_5_a_closure_heard_late_that_was_known_on_the_trigger_day_has_no_other_cause() -> None:
    known_before = closure(SNOW_DAY, declared_on=MONDAY)
    moved = look_at_one(CLOCK, on(SNOW_DAY, closed=(known_before,)))
    assert isinstance(moved, ClockMoved)
    assert moved.cause == f"{LABEL} -> {LABEL}"


def test_time_5_a_closure_of_another_school_or_outside_the_count_moves_nothing() -> None:
    elsewhere = closure(SNOW_DAY, OTHER_SCHOOL, declared_on=SNOW_DAY)
    afterwards = closure(DUE + DAY, declared_on=SNOW_DAY)
    assert look_at_one(CLOCK, on(SNOW_DAY, closed=(elsewhere, afterwards))) is None


def test_time_5_a_clock_of_the_whole_district_ignores_one_schools_closure() -> None:
    running = clock(Duty.ANSWER_COMPLAINANT, MONDAY, date(2026, 4, 20))
    one, every = (
        closure(SNOW_DAY, SCHOOL, declared_on=SNOW_DAY),
        closure(SNOW_DAY, declared_on=SNOW_DAY),
    )
    assert look_at_one(running, on(SNOW_DAY, closed=(one,))) is None
    assert isinstance(look_at_one(running, on(SNOW_DAY, closed=(every,))), ClockMoved)


def test_time_5_a_passed_clock_neither_moves_nor_opens_again() -> None:
    late = closure(SNOW_DAY, declared_on=DUE + DAY)
    passed = {Duty.DETERMINE: changed(CLOCK, passed=True)}
    assert look_at(passed, on(DUE + DAY, closed=(late,))) == []


def test_time_5_business_days_do_not_care_for_closures() -> None:
    running = clock(Duty.ACKNOWLEDGE, SNOW_DAY - DAY, SNOW_DAY + DAY)
    assert (
        look_at_one(running, on(SNOW_DAY, closed=(closure(SNOW_DAY, declared_on=SNOW_DAY),)))
        is None
    )


def test_comp_10_an_extended_clock_keeps_its_anticipated_date() -> None:
    until = DUE + 7 * DAY
    extended = changed(CLOCK, due_on=until, extended_to=until)
    snow = closure(SNOW_DAY, declared_on=SNOW_DAY)
    assert look_at_one(extended, on(until, closed=(snow,))) is None
    assert isinstance(look_at_one(extended, on(until + DAY)), ClockPassed)


# --- Not yet known --------------------------------------------------------------------------------


def test_time_6_a_count_that_closures_push_past_the_calendar_is_not_yet_known_again() -> None:
    trigger = date(2026, 5, 18)
    known = clock(Duty.DETERMINE, trigger, date(2026, 6, 16))
    days = [closure(date(2026, 6, n), declared_on=date(2026, 6, 1)) for n in (2, 3)]
    unknown = look_at_one(known, on(date(2026, 6, 1), closed=tuple(days)))
    assert isinstance(unknown, DueDateUnknown)
    assert not unknown.clock.known
    assert unknown.clock.due_on > CALENDAR.covers_to
    assert look_at_one(unknown.clock, on(date(2026, 6, 1), closed=tuple(days))) is None


def test_time_6_an_unknown_date_never_passes() -> None:
    unknown = clock(Duty.DETERMINE, date(2026, 6, 8), date(2026, 9, 21), known=False)
    assert look_at_one(unknown, on(date(2026, 12, 1))) is None


def test_time_6_when_the_missing_calendar_is_loaded_the_date_is_known() -> None:
    unknown = clock(Duty.DETERMINE, date(2026, 6, 8), date(2026, 9, 21), known=False)
    before = InForce(Policy(), BOTH_YEARS, NEXT_YEAR.loaded_on - DAY)
    assert look_at_one(unknown, before) is None
    loaded = InForce(Policy(), BOTH_YEARS, NEXT_YEAR.loaded_on)
    known = look_at_one(unknown, loaded)
    assert known == DueDateKnown(
        clock=changed(
            unknown,
            due_on=date(2026, 9, 18),  # seven days of June, then thirteen of September
            known=True,
            calendar=f"{LABEL}+snohomish-sd-2026-27/1",
        )
    )
    assert isinstance(known, DueDateKnown)
    assert look_at_one(known.clock, loaded) is None


def test_time_6_with_no_calendar_at_all_nothing_of_school_days_is_known() -> None:
    nothing = InForce(Policy(), Calendars(), DUE + 90 * DAY)
    unknown = look_at_one(CLOCK, nothing)
    assert isinstance(unknown, DueDateUnknown)
    assert look_at_one(unknown.clock, nothing) is None


# --- Whatever is declared -------------------------------------------------------------------------


@for_all(
    closed=st.lists(st.integers(0, 60), max_size=12),
    looks=st.lists(st.integers(0, 120), max_size=6),
)
def test_time_9_looking_ends_and_a_passing_is_the_last_word(
    closed: list[int], looks: list[int]
) -> None:
    days = tuple(
        closure(MONDAY + n * DAY, declared_on=MONDAY + at * DAY) for at, n in enumerate(closed)
    )
    running: Running = CLOCK
    told: list[ClockEvent] = []
    for after in sorted(looks):
        in_force = on(MONDAY + after * DAY, closed=days)
        for _ in range(3):
            event = look_at_one(running, in_force) if not running.passed else None
            if event is None:
                break
            running = event.clock
            told.append(event)
        assert running.passed or look_at_one(running, in_force) is None
    assert not any(isinstance(event, ClockPassed) for event in told[:-1])
