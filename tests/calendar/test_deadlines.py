"""Rules, the clocks they start, and the words that explain them."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.deadlines import months_after
from shared.school_calendar import (
    Calendars,
    Due,
    Extension,
    KeptRule,
    Rule,
    Unit,
    due,
    earlier_of,
    explain,
    extended,
    moves,
    passed,
)
from tests.calendar.samples import SAMPLE, day, declared, school_days, version

ALWAYS = date.max


@pytest.mark.parametrize(
    ("written", "unit", "count", "rolled", "shown"),
    [
        ("20 school days", Unit.SCHOOL_DAYS, 20, False, "20 school days"),
        ("1 School Day", Unit.SCHOOL_DAYS, 1, False, "1 school day"),
        ("10 calendar days, rolled", Unit.CALENDAR_DAYS, 10, True, "10 calendar days, rolled"),
        (" 2 business  days ", Unit.BUSINESS_DAYS, 2, False, "2 business days"),
        ("6 months", Unit.MONTHS, 6, False, "6 months"),
        ("24 hours", Unit.HOURS, 24, False, "24 hours"),
    ],
)
def test_a_rule_is_read_as_people_write_it(
    written: str, unit: Unit, count: int, rolled: bool, shown: str
) -> None:
    rule = Rule.parse(written)
    assert (rule.unit, rule.count, rule.roll != "none") == (unit, count, rolled)
    assert str(rule) == shown
    assert Rule.parse(str(rule)) == rule


@pytest.mark.parametrize(
    "written", ["", "20", "20 days", "0 school days", "10001 months", "-1 hours", "1.5 hours"]
)
def test_time_3_a_rule_that_is_not_understood_says_the_forms(written: str) -> None:
    with pytest.raises(ValueError, match='"20 school days"'):
        Rule.parse(written)


KEPT: TypeAdapter[Rule] = TypeAdapter(KeptRule)


def test_time_10_an_event_keeps_a_rule_as_people_write_it_with_its_source() -> None:
    rule = Rule(unit=Unit.SCHOOL_DAYS, count=20, source="C-COMP-6 (b): 20 (school) days)")
    kept = KEPT.dump_json(rule)
    assert kept == b'"20 school days (C-COMP-6 (b): 20 (school) days))"'
    assert KEPT.validate_json(kept) == rule
    assert KEPT.validate_python(rule) == rule


@pytest.mark.parametrize("kept", [b'"20 days"', b'{"unit": "school_days", "count": 20}', b"20"])
def test_time_10_a_rule_that_is_kept_otherwise_is_not_read(kept: bytes) -> None:
    with pytest.raises(ValidationError, match="not a rule"):
        KEPT.validate_json(kept)


def test_time_12_hours_do_not_roll() -> None:
    with pytest.raises(ValueError, match="do not roll"):
        Rule.parse("24 hours, rolled")
    with pytest.raises(ValidationError, match="do not roll"):
        Rule(unit=Unit.HOURS, count=24, roll="next_business_day")


def test_time_2_the_day_of_the_trigger_is_not_counted_and_the_last_is() -> None:
    assert due(school_days(1), day("2026-01-05"), SAMPLE, as_of=ALWAYS).on == day("2026-01-06")
    assert due(school_days(1), day("2026-01-02"), SAMPLE, as_of=ALWAYS).on == day("2026-01-05")


def test_time_2_a_trigger_on_a_day_off_makes_the_next_school_day_day_1_once() -> None:
    assert due(school_days(1), day("2026-01-19"), SAMPLE, as_of=ALWAYS).on == day("2026-01-21")
    assert due(school_days(2), day("2026-01-19"), SAMPLE, as_of=ALWAYS).on == day("2026-01-22")


def test_time_1_an_instant_counts_as_its_local_day() -> None:
    late = datetime.fromisoformat("2026-01-06T07:59:59+00:00")  # 23:59:59 of the day before
    assert due(school_days(1), late, SAMPLE, as_of=ALWAYS).on == day("2026-01-06")
    midnight = datetime.fromisoformat("2026-01-06T08:00:00+00:00")
    assert due(school_days(1), midnight, SAMPLE, as_of=ALWAYS).on == day("2026-01-07")


@pytest.mark.parametrize("rule", ["1 school day", "2 calendar days", "24 hours"])
def test_time_1_a_time_without_its_zone_is_refused(rule: str) -> None:
    with pytest.raises(ValueError, match="zone"):
        due(Rule.parse(rule), datetime(2026, 1, 6), SAMPLE, as_of=ALWAYS)  # noqa: DTZ001  # the point


def test_time_12_hours_from_a_mere_day_are_refused() -> None:
    with pytest.raises(ValueError, match="hours need a time"):
        due(Rule.parse("24 hours"), day("2026-01-06"), SAMPLE, as_of=ALWAYS)


def test_time_12_hours_are_elapsed_hours_over_the_start_of_daylight_saving() -> None:
    start = datetime.fromisoformat("2026-03-07T13:30:00-08:00")
    found = due(Rule.parse("24 hours"), start, SAMPLE, as_of=ALWAYS)
    assert found.at
    assert found.at.isoformat() == "2026-03-08T14:30:00-07:00"
    assert found.on == day("2026-03-08")


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2025-08-31", 6, "2026-02-28"),
        ("2023-08-31", 6, "2024-02-29"),
        ("2025-11-30", 1, "2025-12-30"),
        ("2025-12-31", 1, "2026-01-31"),
        ("2025-12-15", 12, "2026-12-15"),
    ],
)
def test_months_end_on_the_same_day_or_the_last_of_a_short_month(
    start: str, months: int, end: str
) -> None:
    assert months_after(day(start), months) == day(end)


def test_time_3_calendar_days_roll_only_where_the_rule_says_so() -> None:
    trigger = day("2026-02-04")  # ten days on is Saturday, then Sunday, then Presidents' Day
    plain = due(Rule.parse("10 calendar days"), trigger, SAMPLE, as_of=ALWAYS)
    rolled = due(Rule.parse("10 calendar days, rolled"), trigger, SAMPLE, as_of=ALWAYS)
    assert (plain.on, plain.before_roll) == (day("2026-02-14"), day("2026-02-14"))
    assert (rolled.on, rolled.before_roll) == (day("2026-02-17"), day("2026-02-14"))


def test_time_6_the_last_covered_school_day_is_known_and_the_next_is_not() -> None:
    trigger = day("2026-02-25")
    assert due(school_days(2), trigger, SAMPLE, as_of=ALWAYS) == Due("known", day("2026-02-27"), 2)
    assert due(school_days(3), trigger, SAMPLE, as_of=ALWAYS) == Due(
        "unknown", day("2026-04-01"), 2, 1, uncovered_from=day("2026-04-01")
    )


def test_time_6_without_any_calendar_the_earliest_date_counts_business_days() -> None:
    found = due(school_days(2), day("2026-01-16"), Calendars(), as_of=ALWAYS)
    assert found == Due("unknown", day("2026-01-21"), 0, 2, uncovered_from=day("2026-01-17"))


def test_time_6_after_a_gap_the_earliest_date_keeps_to_the_days_that_are_known() -> None:
    later = version(
        calendar_id="sample-sd-2026-27",
        covers_from="2026-04-03",
        covers_to="2026-06-30",
        first_day="2026-04-20",
        last_day="2026-06-12",
        no_school=[],
    )
    calendars = Calendars((version(), later))
    found = due(school_days(3), day("2026-02-27"), calendars, as_of=ALWAYS)
    # Wednesday and Thursday, 1 and 2 April, may hold school; the next that can is 20 April
    assert (found.known, found.on, found.counted) == (False, day("2026-04-20"), 0)
    assert found.uncovered_from == day("2026-04-01")


def test_time_9_a_day_ends_at_midnight_local() -> None:
    found = Due.on_day(day("2026-01-06"))
    assert not passed(found, day("2026-01-06"))
    assert passed(found, day("2026-01-07"))
    assert not passed(found, datetime.fromisoformat("2026-01-07T07:59:59+00:00"))
    assert passed(found, datetime.fromisoformat("2026-01-07T08:00:00+00:00"))


def test_time_9_hours_end_at_their_instant() -> None:
    start = datetime.fromisoformat("2026-01-05T10:00:00-08:00")
    found = due(Rule.parse("24 hours"), start, SAMPLE, as_of=ALWAYS)
    assert not passed(found, datetime.fromisoformat("2026-01-06T18:00:00+00:00"))
    assert passed(found, datetime.fromisoformat("2026-01-06T18:00:01+00:00"))
    assert not passed(found, day("2026-01-06"))


def test_time_6_a_due_date_that_is_not_known_never_passes() -> None:
    found = due(school_days(30), day("2026-02-27"), SAMPLE, as_of=ALWAYS)
    assert not passed(found, day("2029-01-01"))


def test_time_8_the_earlier_of_several_clocks_is_unknown_only_if_it_may_be_the_unknown_one() -> (
    None
):
    known = Due.on_day(day("2026-04-10"))
    unknown = due(school_days(3), day("2026-02-25"), SAMPLE, as_of=ALWAYS)
    assert earlier_of(known, unknown) is unknown
    assert earlier_of(Due.on_day(unknown.on), unknown).known
    hours = due(
        Rule.parse("1 hours"),
        datetime.fromisoformat("2026-04-10T10:00:00-07:00"),
        SAMPLE,
        as_of=ALWAYS,
    )
    assert earlier_of(known, hours) is hours


@pytest.mark.parametrize(
    ("notice", "new_due", "outcome", "on"),
    [
        ("2026-01-12", "2026-01-13", "accepted", "2026-01-13"),
        ("2026-01-13", "2026-01-30", "notice too late", "2026-01-12"),
        ("2026-01-12", "2026-01-12", "new date not after the due date", "2026-01-12"),
        ("2026-01-16", "2026-01-30", "not yet noticed", "2026-01-12"),
    ],
)
def test_comp_10_an_extension_replaces_the_date_if_noticed_by_the_due_day(
    notice: str, new_due: str, outcome: str, on: str
) -> None:
    found = due(school_days(5), day("2026-01-05"), SAMPLE, as_of=ALWAYS)
    answer = extended(found, Extension(day(notice), day(new_due)), as_of=day("2026-01-15"))
    assert (answer.outcome, answer.due.on) == (outcome, day(on))


def test_time_5_each_move_is_told_with_its_day_and_its_cause() -> None:
    calendars = SAMPLE.declaring(
        (declared("2026-01-07", "2026-01-07"), declared("2026-02-05", "2026-01-07")),
        (declared("2026-01-10", "2026-01-08", reason="make-up"),),
    )
    told = moves(school_days(5), day("2026-01-05"), calendars, as_of=ALWAYS)
    assert [(m.on, m.before.on, m.after.on) for m in told] == [
        (day("2026-01-07"), day("2026-01-12"), day("2026-01-13")),
        (day("2026-01-08"), day("2026-01-13"), day("2026-01-12")),
    ]
    assert told[0].cause == "closure of Wednesday 7 January 2026 (snow)"
    assert told[1].cause == "school day added on Saturday 10 January 2026 (make-up)"
    assert moves(school_days(5), day("2026-01-05"), calendars, as_of=day("2026-01-06")) == ()


def test_time_6_a_loaded_calendar_makes_a_due_date_known_and_says_so() -> None:
    later = version(
        calendar_id="sample-sd-2026-27",
        loaded_on="2026-03-02",
        covers_from="2026-04-01",
        covers_to="2026-06-30",
        first_day="2026-04-20",
        last_day="2026-06-12",
        no_school=[],
    )
    (move,) = moves(school_days(3), day("2026-02-25"), Calendars((version(), later)), as_of=ALWAYS)
    assert (move.before.known, move.after.known) == (False, True)
    assert move.cause == "calendar sample-sd-2026-27/1 was loaded"


def test_time_10_an_explanation_reads_like_this() -> None:
    calendars = SAMPLE.declaring((declared("2026-01-21", "2026-01-21", "sample-high"),))
    rule = Rule(unit=Unit.SCHOOL_DAYS, count=2, source="C-COMP-6")
    steps = explain(
        rule, day("2026-01-16"), calendars, as_of=day("2026-01-21"), school="sample-high"
    )
    assert [step.text for step in steps] == [
        "Friday 16 January 2026 starts the clock and is not counted.",
        "The limit is 2 school days (C-COMP-6). A school day is a day that students attend, "
        "a half day too.",
        "Calendars in force, as known on Wednesday 21 January 2026: sample-sd-2025-26/1; "
        "closures of sample-high included.",
        "Monday 19 January 2026 to Tuesday 20 January 2026 are not counted: Sample break.",
        "Wednesday 21 January 2026 is not counted: closure, snow.",
        "Thursday 22 January 2026 is school day 1.",
        "Friday 23 January 2026 is school day 2.",
        "Wednesday 21 January 2026: the due date changed from Thursday 22 January 2026 to "
        "Friday 23 January 2026. Cause: closure of Wednesday 21 January 2026 (snow).",
        "Due by the end of Friday 23 January 2026.",
    ]


def test_time_6_the_explanation_never_prints_the_earliest_date_as_due() -> None:
    steps = explain(school_days(3), day("2026-02-25"), SAMPLE, as_of=ALWAYS)
    assert "due" not in {step.kind for step in steps}
    assert steps[-1].text == (
        "The due date is not yet known: 2 counted, 1 missing, and no calendar covers Wednesday "
        "1 April 2026. It can't be earlier than Wednesday 1 April 2026, which is not a due date."
    )
