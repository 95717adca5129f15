"""The worked deadlines, by the functions and by the words that explain them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import orjson
import pytest

from shared.cli.cases import Cases, read_trigger
from shared.school_calendar import (
    Calendars,
    CalendarVersion,
    DeclaredDay,
    Extension,
    Rule,
    Step,
    explain,
)
from tests.calendar.samples import VECTORS

SATURDAY = 5


def explained(case: dict[str, Any]) -> tuple[Step, ...]:
    given = case.get("extension")
    return explain(
        Rule.model_validate(case["rule"]),
        read_trigger(case["trigger"]),
        Calendars(
            tuple(CalendarVersion.read(data) for data in case.get("calendars", [])),
            tuple(DeclaredDay.read(data) for data in case.get("closures", [])),
            holidays=frozenset(map(date.fromisoformat, case.get("holidays", []))),
        ),
        as_of=date.fromisoformat(case["as_of"]) if "as_of" in case else date.max,
        extension=given
        and Extension(date.fromisoformat(given["notice_on"]), date.fromisoformat(given["new_due"])),
    )


def vectors(having: str) -> pytest.MarkDecorator:
    told = [vector for vector in VECTORS if having in vector]
    return pytest.mark.parametrize("vector", told, ids=[f"{v['id']} {v['title']}" for v in told])


@vectors("expect")
def test_time_2_a_worked_deadline_comes_out_as_expected(vector: dict[str, Any]) -> None:
    (answer,) = Cases().answers([orjson.dumps(vector["case"])])
    assert orjson.loads(answer) == vector["expect"]


@vectors("counted_school_days")
def test_time_10_the_explanation_counts_the_days_that_were_counted(vector: dict[str, Any]) -> None:
    counted = [s for s in explained(vector["case"]) if s.kind == "counted"]
    assert [str(s.on) for s in counted] == vector["counted_school_days"]
    assert [s.number for s in counted] == list(range(1, len(counted) + 1))


@vectors("skipped_days")
def test_time_10_the_explanation_gives_each_skipped_day_its_reason(vector: dict[str, Any]) -> None:
    skipped = []
    for step in explained(vector["case"]):
        if step.kind == "skipped":
            assert step.on
            for n in range(((step.to or step.on) - step.on).days + 1):
                one = step.on + timedelta(days=n)
                if one.weekday() < SATURDAY:
                    skipped.append([str(one), step.reason])
    assert skipped == vector["skipped_days"]


@vectors("expect")
def test_time_10_the_explanation_ends_with_the_answer(vector: dict[str, Any]) -> None:
    last = explained(vector["case"])[-1]
    expect = vector["expect"]
    assert last.kind == ("due" if expect["status"] == "known" else "unknown")
    assert str(last.on) == expect.get("due", expect.get("earliest"))[:10]
