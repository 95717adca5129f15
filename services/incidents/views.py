"""What pages show: clocks with their reasons, and the history of a record told."""

from __future__ import annotations

import re
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import BaseModel

from services.incidents.catalogs import OFFENSES, OUTCOMES
from shared.sealed import Sealed
from shared.web import Entry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from zoneinfo import ZoneInfo

    from services.incidents.application import IncidentsDesk
    from services.incidents.clocks import Clock
    from services.incidents.records import Record
    from shared.aggregate import Event
    from shared.school_calendar import Due

NOT_SHOWN = {"reference", "number", "key", "catalog", "opens", "closes", "dispatched", "part"}
"""Fields of an event that its history leaves out; a student's part is shown with the student."""
SHOWN_MAX = 200


class ClockShown(NamedTuple):
    """A clock on a page."""

    label: str
    due: Due
    steps: list[str]
    state: str
    kind: str


def clocks(desk: IncidentsDesk, record: Record) -> list[ClockShown]:
    """The running clocks of a record, the earliest first."""
    calendars, today = desk.calendars(), desk.today()

    def shown(clock: Clock) -> ClockShown:
        as_of = min(today, clock.due_on) if clock.passed else today
        steps = [step.text for step in clock.explained(calendars, as_of)]
        state, kind = ("overdue", "late") if clock.passed else ("", "plain")
        label = clock.duty.capitalize() + (f": {clock.of}" if clock.of else "")
        return ClockShown(label, clock.due(calendars, as_of), steps, state, kind)

    found = sorted(record.clocks.values(), key=lambda clock: clock.due_on)
    return [shown(clock) for clock in found]


def offense(code: str) -> str:
    """An offense code with its name."""
    known = OFFENSES.get(code)
    return f"{code} {known.name}" if known else code


def outcome(code: str) -> str:
    """An outcome in words."""
    return OUTCOMES.get(code, code)


def history(events: Iterable[Event], opened: Callable[[Any], str], zone: ZoneInfo) -> list[Entry]:
    """The history of a record, the latest first; what is sealed is opened for who may read it."""
    return [_entry(event, opened, zone) for event in events][::-1]


def _entry(event: Event, opened: Callable[[Any], str], zone: ZoneInfo) -> Entry:
    clause = re.findall(r"\((C-[A-Z]+-\d+[^)]*)\)", type(event).__doc__ or "")
    about, _, what = event.TOPIC.partition(".")
    title = f"Clock: {what}" if about == "clock" else what
    title = title.replace("_", " ").capitalize()
    lines = list(_lines(event.decided(), opened, zone))
    for clock in getattr(event, "opens", ()):
        lines.append(f"Due {clock.due_on}: {clock.key}")
    return Entry(event.timestamp, title, "\n".join(lines), event.by, clause[0] if clause else "")


def _lines(facts: dict[str, Any], opened: Callable[[Any], str], zone: ZoneInfo) -> Iterable[str]:
    for name, value in facts.items():
        if name in NOT_SHOWN or value is None or value == () or value is False:
            continue
        label = name.replace("_", " ").capitalize()
        if isinstance(value, Sealed):
            yield f"{label}: {opened(value)}"
        elif isinstance(value, BaseModel):
            yield from _lines(dict(value), opened, zone)
        else:
            yield f"{label}: {_said(name, value, zone)}"


def _said(name: str, value: Any, zone: ZoneInfo) -> str:
    if isinstance(value, bool):
        return "yes"
    if isinstance(value, datetime):
        return f"{value.astimezone(zone):%Y-%m-%d %H:%M}"
    if isinstance(value, tuple):
        return ", ".join(_said(name, each, zone) for each in value)
    if name == "outcome":
        return outcome(str(value))
    if name in {"offenses", "before"}:
        return offense(str(value))
    return value.value if isinstance(value, StrEnum) else str(value)
