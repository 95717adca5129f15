"""Which days are school days, and what became known when."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from shared.catalog import legal_holidays
from shared.school_calendar import BadCalendar, Calendars, CalendarVersion, DeclaredDay
from tests.calendar.samples import SAMPLE, calendar_file, day, declared, facts, version

ALWAYS = date.max


@pytest.mark.parametrize(
    "name", ["shoreline-sd-2024-25", "shoreline-sd-2025-26", "snohomish-sd-2025-26"]
)
def test_time_7_a_districts_calendar_file_is_read_as_it_is(name: str) -> None:
    read = CalendarVersion.model_validate_json(calendar_file(name).read_bytes())
    calendars = Calendars((read,))
    assert calendars.is_school_day(read.first_day, ALWAYS)
    assert calendars.is_school_day(read.last_day, ALWAYS)
    assert not calendars.is_school_day(read.first_day - timedelta(days=1), ALWAYS)
    assert CalendarVersion.read(read.model_dump(mode="json")) == read


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"first_day": "2026-02-30"}, "first_day"),
        ({"first_day": 20260105}, "first_day"),
        ({"loaded_on": "2025-06-01T00:00:00"}, "loaded_on"),
        ({"loaded_on": "2025-W23-7"}, "loaded_on"),
        ({"covers_from": "0026-01-01"}, "covers_from"),
        ({"last_day": "2026-01-04"}, "last_day"),
        ({"last_day": "2026-04-01"}, "last_day"),
        ({"first_day": "2025-12-31"}, "first_day"),
        ({"covers_to": "2025-12-31"}, "covers_to"),
        ({"covers_to": "2029-12-31"}, "covers_to"),
        ({"weekdays": []}, "weekdays"),
        ({"weekdays": [0]}, "weekdays[0]"),
        ({"version": 0}, "version"),
        ({"calendar_id": ""}, "calendar_id"),
        ({"no_school": [{"from": "2026-01-19", "to": "17 Jan", "reason": ""}]}, "no_school[0].to"),
        (
            {"no_school": [{"from": "2026-01-19", "to": "2026-01-18", "reason": ""}]},
            "no_school[0].to",
        ),
        ({"no_school": [{"from": "2026-01-19", "reason": ""}]}, "no_school[0].to"),
        ({"closures": [{"date": "2026-05-01", "declared_on": "2026-05-01"}]}, "closures[0].date"),
        ({"added_days": [{"date": "2026-05-01"}]}, "added_days[0].declared_on"),
    ],
)
def test_time_7_what_is_wrong_in_a_calendar_is_told_by_its_field(
    changed: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadCalendar) as caught:
        version(**changed)
    assert caught.value.field == field
    assert caught.value.reason


def test_time_7_overlapping_days_off_are_handed_back() -> None:
    spans = [
        {"from": "2026-02-16", "to": "2026-02-20", "reason": "Winter"},
        {"from": "2026-01-19", "to": "2026-02-16", "reason": "Other"},
    ]
    with pytest.raises(BadCalendar, match=r"no_school\[0\]\.from: overlaps no_school\[1\]"):
        version(no_school=spans)
    spans[1]["to"] = "2026-02-15"
    assert len(version(no_school=spans).no_school) == 2


def test_time_7_overlapping_terms_of_two_calendars_are_refused() -> None:
    second = version(calendar_id="sample-sd-other", first_day="2026-02-27", last_day="2026-03-20")
    with pytest.raises(BadCalendar, match="sample-sd-other/1 first_day"):
        Calendars((version(), second))
    later = version(calendar_id="sample-sd-other", first_day="2026-03-02", last_day="2026-03-20")
    assert Calendars((version(), later)).version_label == "sample-sd-2025-26/1+sample-sd-other/1"


def test_time_7_a_later_loaded_version_decides_from_its_loading() -> None:
    shorter = version(version=2, loaded_on="2026-02-01", last_day="2026-02-20")
    calendars = Calendars((shorter, version()))
    monday = day("2026-02-23")
    assert calendars.is_school_day(monday, day("2026-01-31"))
    assert not calendars.is_school_day(monday, day("2026-02-01"))
    assert calendars.label_as_of(day("2026-01-31")) == "sample-sd-2025-26/1"
    assert calendars.version_label == "sample-sd-2025-26/2"


def test_time_6_a_calendar_is_not_known_before_it_is_loaded() -> None:
    assert not SAMPLE.is_school_day(day("2026-01-05"), day("2025-05-31"))
    assert SAMPLE.is_school_day(day("2026-01-05"), day("2025-06-01"))


def test_time_5_a_closure_counts_from_its_declaration() -> None:
    closed = SAMPLE.declaring(closures=(declared("2026-01-07", "2026-01-06"),))
    assert closed.is_school_day(day("2026-01-07"), day("2026-01-05"))
    assert not closed.is_school_day(day("2026-01-07"), day("2026-01-06"))
    assert closed.reason_of_no_school(day("2026-01-07"), ALWAYS) == "closure"


def test_time_5_a_closure_of_one_school_touches_only_its_clocks() -> None:
    closed = SAMPLE.declaring(closures=(declared("2026-01-07", "2026-01-06", "sample-high"),))
    assert not closed.is_school_day(day("2026-01-07"), ALWAYS, "sample-high")
    assert closed.is_school_day(day("2026-01-07"), ALWAYS, "sample-middle")
    assert closed.is_school_day(day("2026-01-07"), ALWAYS)


def test_time_5_a_make_up_day_counts_once_declared_on_a_saturday_too() -> None:
    made_up = SAMPLE.declaring(added=(declared("2026-01-10", "2026-01-08"),))
    assert not made_up.is_school_day(day("2026-01-10"), day("2026-01-07"))
    assert made_up.is_school_day(day("2026-01-10"), day("2026-01-08"))


@pytest.mark.parametrize(("added_on", "attended"), [("2026-01-05", False), ("2026-01-07", True)])
def test_time_5_of_a_closure_and_a_make_up_day_the_later_declared_decides(
    added_on: str, attended: bool
) -> None:
    both = SAMPLE.declaring(
        (declared("2026-01-10", "2026-01-06"),), (declared("2026-01-10", added_on),)
    )
    assert both.is_school_day(day("2026-01-10"), ALWAYS) is attended


def test_time_5_a_closure_of_a_day_off_keeps_the_planned_reason() -> None:
    closed = SAMPLE.declaring(closures=(declared("2026-01-19", "2026-01-06"),))
    assert closed.reason_of_no_school(day("2026-01-19"), ALWAYS) == "Sample break"


def test_time_5_the_closures_of_a_file_are_those_of_its_version() -> None:
    closure = {"date": "2026-01-07", "declared_on": "2026-01-06", "reason": "snow"}
    corrected = version(version=2, loaded_on="2026-01-08")
    calendars = Calendars((CalendarVersion.read(facts(closures=[closure])), corrected))
    assert not calendars.is_school_day(day("2026-01-07"), day("2026-01-07"))
    assert calendars.is_school_day(day("2026-01-07"), day("2026-01-08"))


def test_time_3_business_days_leave_out_weekends_and_legal_holidays() -> None:
    assert SAMPLE.next_business_day(day("2026-01-16")) == day("2026-01-20")
    assert SAMPLE.is_business_day(day("2026-01-20"))
    assert not SAMPLE.is_business_day(day("2026-01-19"))
    assert day("2035-12-25") in legal_holidays()


def test_a_declared_day_is_written_with_its_wire_names() -> None:
    snow = declared("2026-01-07", "2026-01-06", "sample-high")
    assert snow.model_dump(mode="json") == {
        "date": "2026-01-07",
        "declared_on": "2026-01-06",
        "reason": "snow",
        "schools": ["sample-high"],
    }
    assert DeclaredDay.read(snow.model_dump(mode="json")) == snow
