"""`accord deadline`: when something is due, and why, step by step (C-TIME-10)."""

from __future__ import annotations

import json
import sys
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shared.cli.output import FOUND_WRONG, CannotRun, print_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.school_calendar import Calendars, Step

STYLES = {"skipped": "dim", "moved": "yellow", "due": "bold green", "unknown": "bold yellow"}


def deadline(
    *,
    calendar: Annotated[
        list[Path] | None, typer.Option(help="A school calendar, as JSON; give one a school year.")
    ] = None,
    trigger: Annotated[
        str | None,
        typer.Option(help="The day that starts the clock: 2025-09-15; for hours the time too."),
    ] = None,
    rule: Annotated[
        str | None,
        typer.Option(help='The limit: "20 school days", "10 calendar days, rolled", "6 months".'),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(help="Answer as it was known on this day; else with all the files hold."),
    ] = None,
    school: Annotated[
        str | None, typer.Option(help="Count this school's own closures too.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")] = False,
    jsonl: Annotated[
        Path | None,
        typer.Option(help="Read one case a line from this file, or - for the standard input."),
    ] = None,
) -> None:
    """Explain when something is due: each day counted, each day skipped and why.

    A due date past the end of the calendars is not yet known; the earliest possible day is told
    instead. With --jsonl one case a line is read and one answer a line written; a line that can't
    be answered says why, the others go on, and the exit code is 1.
    """
    if jsonl is not None:
        if calendar or trigger or rule or as_of or school:
            raise CannotRun("--jsonl takes all from its lines: leave out the other options")
        _answer_all(jsonl)
        return
    if trigger is None or rule is None:
        raise CannotRun("give --trigger and --rule, or --jsonl with a case a line")
    _explain(_calendars(calendar or []), trigger, rule, as_of, school, as_json=as_json)


def _explain(
    calendars: Calendars,
    trigger: str,
    rule: str,
    as_of: str | None,
    school: str | None,
    *,
    as_json: bool,
) -> None:
    from shared.cli.cases import BadCase, count, read_day, read_trigger, shown
    from shared.school_calendar import Rule, Unit, explain

    try:
        limit = Rule.parse(rule)
    except ValueError as error:
        raise CannotRun(f"--rule: {error}") from error
    if limit.unit is Unit.SCHOOL_DAYS and not calendars.versions:
        raise CannotRun("--calendar: school days are counted on a calendar: give its file")
    try:
        start = read_trigger(trigger)
        known_on = date.max if as_of is None else read_day(as_of, "as-of")
        found = count(limit, start, calendars, known_on, school)
    except BadCase as bad:
        raise CannotRun(f"--{bad.field}: {bad.reason}") from bad
    steps = explain(limit, start, calendars, as_of=known_on, school=school)
    if not as_json:
        _show(steps)
        return
    answer = {key: _plain(value) for key, value in shown(found).items()}
    asked = {"rule": str(limit), "trigger": trigger, "as_of": as_of, "school": school}
    told = [
        {
            "kind": step.kind,
            "text": step.text,
            "on": _plain(step.on),
            "to": _plain(step.to),
            "number": step.number,
            "reason": step.reason,
        }
        for step in steps
    ]
    print_json(asked | answer | {"calendars": calendars.label_as_of(known_on), "steps": told})


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _calendars(files: Sequence[Path]) -> Calendars:
    from shared.school_calendar import BadCalendar, Calendars, CalendarVersion

    versions = []
    for file in files:
        try:
            versions.append(CalendarVersion.read(json.loads(file.read_text(encoding="utf-8"))))
        except BadCalendar as bad:
            raise CannotRun(f"{file}: {bad}") from bad
        except OSError as error:
            raise CannotRun(f"{file}: can't be read: {error.strerror}") from error
        except ValueError as error:
            raise CannotRun(f"{file}: not JSON: {error}") from error
    try:
        return Calendars(tuple(versions))
    except BadCalendar as bad:
        raise CannotRun(f"--calendar: {bad}") from bad


def _show(steps: Sequence[Step]) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True)
    for step in steps:
        console.print(Text(step.text, style=STYLES.get(step.kind, "")))


def _answer_all(source: Path) -> None:
    from shared.cli.cases import Cases

    cases = Cases()
    out = sys.stdout.buffer
    try:
        opened = nullcontext(sys.stdin.buffer) if str(source) == "-" else source.open("rb")
    except OSError as error:
        raise CannotRun(f"--jsonl: {source} can't be read: {error.strerror}") from error
    with opened as lines:
        for answer in cases.answers(lines):
            out.write(answer)
    out.flush()
    if cases.bad:
        raise typer.Exit(FOUND_WRONG)
