"""`accord deadline`, as its user gives it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.testing import CliRunner

from shared.cli.deadline import deadline
from shared.cli.output import CannotRun
from tests.calendar.samples import VECTORS, calendar_file, facts

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

APP = typer.Typer()
APP.command()(deadline)
SNOHOMISH = str(calendar_file("snohomish-sd-2025-26"))
TWENTY = ("--rule", "20 school days")


def run(*arguments: str, given: str | bytes | None = None) -> Result:
    return CliRunner().invoke(APP, arguments, input=given)


def refusal(*arguments: str) -> str:
    found = run(*arguments)
    assert isinstance(found.exception, CannotRun), found.output
    assert found.stdout == ""
    return str(found.exception)


def answers(*lines: str | bytes) -> tuple[list[dict[str, Any]], int]:
    joined = b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines)
    found = run("--jsonl", "-", given=joined + b"\n")
    return [json.loads(line) for line in found.stdout_bytes.splitlines()], found.exit_code


def test_time_10_a_date_is_explained_step_by_step() -> None:
    found = run("--calendar", SNOHOMISH, "--trigger", "2026-01-12", *TWENTY)
    lines = found.stdout.splitlines()
    assert found.exit_code == 0
    assert lines[0] == "Monday 12 January 2026 starts the clock and is not counted."
    assert "Friday 30 January 2026 is not counted: Between semesters." in lines
    assert lines[-1] == "Due by the end of Wednesday 11 February 2026."


def test_time_10_the_json_holds_the_answer_and_the_same_words() -> None:
    asked = ("--calendar", SNOHOMISH, "--trigger", "2026-01-12", *TWENTY)
    told = json.loads(run(*asked, "--json").stdout)
    assert (told["status"], told["due"]) == ("known", "2026-02-11")
    assert [step["text"] for step in told["steps"]] == run(*asked).stdout.splitlines()


def test_time_6_a_due_date_not_yet_known_is_said_plainly() -> None:
    found = run("--calendar", SNOHOMISH, "--trigger", "2026-05-29", *TWENTY)
    assert found.exit_code == 0
    assert "The due date is not yet known: 13 counted, 7 missing" in found.stdout
    assert "Due by" not in found.stdout


def test_time_5_as_of_and_school_are_heeded(tmp_path: Path) -> None:
    closure = {"date": "2026-01-07", "declared_on": "2026-01-07", "schools": ["sample-high"]}
    file = tmp_path / "calendar.json"
    file.write_text(json.dumps(facts(closures=[closure])))
    asked = (
        "--calendar",
        str(file),
        "--trigger",
        "2026-01-05",
        "--rule",
        "5 school days",
        "--json",
    )
    assert json.loads(run(*asked).stdout)["due"] == "2026-01-12"
    at_school = (*asked, "--school", "sample-high")
    assert json.loads(run(*at_school).stdout)["due"] == "2026-01-13"
    assert json.loads(run(*at_school, "--as-of", "2026-01-06").stdout)["due"] == "2026-01-12"


def test_time_12_hours_and_business_days_need_no_calendar() -> None:
    hours = run("--trigger", "2025-11-01T13:30:00-07:00", "--rule", "24 hours", "--json")
    assert json.loads(hours.stdout)["due"] == "2025-11-02T12:30:00-08:00"
    business = run("--trigger", "2026-01-16", "--rule", "2 business days", "--json")
    assert json.loads(business.stdout)["due"] == "2026-01-21"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"last_day": "2026-13-01"}, "last_day"),
        (
            {
                "no_school": [
                    {"from": "2026-01-19", "to": "2026-01-20", "reason": "a"},
                    {"from": "2026-01-20", "to": "2026-01-21", "reason": "b"},
                ]
            },
            "no_school[1].from",
        ),
    ],
)
def test_time_7_a_bad_calendar_names_the_file_the_field_and_the_fix(
    tmp_path: Path, changed: dict[str, Any], field: str
) -> None:
    file = tmp_path / "calendar.json"
    file.write_text(json.dumps(facts(**changed)))
    told = refusal("--calendar", str(file), "--trigger", "2026-01-12", *TWENTY)
    assert told.startswith(f"{file}: {field}: ")


def test_time_7_overlapping_terms_of_two_files_are_told(tmp_path: Path) -> None:
    file = tmp_path / "calendar.json"
    file.write_text(json.dumps(facts()))
    told = refusal(
        "--calendar", SNOHOMISH, "--calendar", str(file), "--trigger", "2026-01-12", *TWENTY
    )
    assert "sample-sd-2025-26/1 first_day: the term overlaps" in told


def test_a_file_that_is_no_calendar_is_told(tmp_path: Path) -> None:
    file = tmp_path / "calendar.json"
    asked = ("--calendar", str(file), "--trigger", "2026-01-12", *TWENTY)
    assert "can't be read" in refusal(*asked)
    file.write_bytes(b"\xff{")
    assert "not JSON" in refusal(*asked)
    file.write_text("[]")
    assert str(file) in refusal(*asked)
    file.write_text("{}")
    assert "calendar_id: missing" in refusal(*asked)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "--trigger and --rule"),
        (("--trigger", "2026-01-12", *TWENTY), "--calendar"),
        (("--trigger", "12.1.2026", "--rule", "6 months"), "--trigger: not a date"),
        (("--trigger", "2026-01-12", "--rule", "soon"), "--rule: not a rule"),
        (("--trigger", "2026-01-12", "--rule", "24 hours"), "--trigger: hours need a time"),
        (("--trigger", "2026-01-12", "--rule", "6 months", "--as-of", "now"), "--as-of: not a"),
        (("--jsonl", "-", "--trigger", "2026-01-12"), "--jsonl takes all"),
        (("--jsonl", "absent.jsonl"), "--jsonl: absent.jsonl can't be read"),
    ],
)
def test_a_command_that_can_not_run_says_the_fix(arguments: tuple[str, ...], told: str) -> None:
    assert told in refusal(*arguments)


def test_every_worked_case_is_answered_on_its_line(tmp_path: Path) -> None:
    lines = "\n".join(json.dumps(vector["case"]) for vector in VECTORS)
    told, code = answers(lines, lines)
    assert told == [vector["expect"] for vector in VECTORS] * 2
    assert code == 0
    file = tmp_path / "cases.jsonl"
    file.write_text(lines)
    found = run("--jsonl", str(file))
    assert [json.loads(line) for line in found.stdout.splitlines()] == told[: len(VECTORS)]


def a_case(**changed: object) -> str:
    rule = {"unit": "school_days", "count": 5}
    case = {"calendars": [facts()], "rule": rule, "trigger": "2026-01-05"} | changed
    return json.dumps({key: value for key, value in case.items() if value is not None})


def test_a_case_may_carry_closures_make_up_days_and_a_school() -> None:
    closure = {"date": "2026-01-07", "declared_on": "2026-01-07", "schools": ["sample-high"]}
    added = {"date": "2026-01-10", "declared_on": "2026-01-08", "reason": "make-up"}
    told, code = answers(
        a_case(closures=[closure]),
        a_case(closures=[closure], school="sample-high"),
        a_case(closures=[closure], added_days=[added], school="sample-high"),
        a_case(closures=[closure], school="sample-high", as_of="2026-01-06"),
    )
    assert [each["due"][-2:] for each in told] == ["12", "13", "12", "12"]
    assert code == 0


def test_comp_10_an_extension_of_an_unknown_date_has_no_original() -> None:
    told, _ = answers(
        a_case(trigger="2026-02-26", extension={"notice_on": "2026-03-01", "new_due": "2026-05-01"})
    )
    assert told == [
        {"status": "known", "due": "2026-05-01", "original_due": None, "extension": "accepted"}
    ]


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("{", None),
        ("[]", None),
        (b'{"trigger": "\xff"}', None),
        ("[" * 2000, None),
        (a_case(rule=None), "rule"),
        (a_case(trigger=None), "trigger"),
        (a_case(trigger="2026-02-30"), "trigger"),
        (a_case(trigger=20260105), "trigger"),
        (a_case(trigger="2026-01-05T25:00"), "trigger"),
        (a_case(trigger="2026-01-05T12:00:00"), "trigger"),
        (a_case(trigger="9999-01-05T12:00:00Z"), "trigger"),
        (a_case(rule={"unit": "hours", "count": 24}), "trigger"),
        (a_case(rule={"unit": "weeks", "count": 5}), "rule.unit"),
        (a_case(rule={"unit": "school_days", "count": 0}), "rule.count"),
        (a_case(rule={"unit": "school_days", "count": "5"}), "rule.count"),
        (a_case(rule={"unit": "school_days", "count": 10**9}), "rule.count"),
        (a_case(rule=[]), "rule"),
        (a_case(as_of="yesterday"), "as_of"),
        (a_case(school=3), "school"),
        (a_case(holidays=["2026-01-19", "x"]), "holidays[1]"),
        (a_case(holidays={}), "holidays"),
        (a_case(calendars={}), "calendars"),
        (a_case(calendars=[facts(), facts(last_day="x")]), "calendars[1].last_day"),
        (a_case(calendars=[facts(), facts(calendar_id="other")]), "calendars"),
        (a_case(calendars=json.loads("[" * 500 + "]" * 500)), "calendars"),
        (a_case(closures=[{"date": "2026-01-07"}]), "closures[0].declared_on"),
        (a_case(added_days=[7]), "added_days[0]"),
        (a_case(extension=[]), "extension"),
        (a_case(extension={"notice_on": "2026-01-07"}), "extension.new_due"),
    ],
)
def test_a_bad_line_is_answered_with_its_field_and_the_others_go_on(
    line: str | bytes, field: str | None
) -> None:
    told, code = answers(a_case(), line, a_case())
    assert [each.get("due") for each in told] == ["2026-01-12", None, "2026-01-12"]
    assert told[1]["error"]
    assert told[1]["field"] == field
    assert code == 1
