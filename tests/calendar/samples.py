"""A small school year that tests can reckon in their heads, and the calendars that ship here."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from shared.school_calendar import Calendars, CalendarVersion, DeclaredDay, Rule

HERE = Path(__file__).parent
VECTORS: list[dict[str, Any]] = json.loads((HERE / "vectors/deadlines.json").read_text("utf-8"))[
    "vectors"
]


def calendar_file(name: str) -> Path:
    return HERE / "calendars" / f"{name}.json"


def facts(**changed: object) -> dict[str, Any]:
    """A calendar as a file holds it: Monday to Friday, 5 January to 27 February 2026."""
    return {
        "calendar_id": "sample-sd-2025-26",
        "version": 1,
        "school_year": "2025-26",
        "loaded_on": "2025-06-01",
        "covers_from": "2026-01-01",
        "covers_to": "2026-03-31",
        "first_day": "2026-01-05",
        "last_day": "2026-02-27",
        "weekdays": [1, 2, 3, 4, 5],
        "no_school": [{"from": "2026-01-19", "to": "2026-01-20", "reason": "Sample break"}],
        "added_days": [],
        "closures": [],
    } | changed


def version(**changed: object) -> CalendarVersion:
    return CalendarVersion.read(facts(**changed))


def declared(on: str, declared_on: str, *schools: str, reason: str = "snow") -> DeclaredDay:
    return DeclaredDay(
        on=date.fromisoformat(on),
        declared_on=date.fromisoformat(declared_on),
        reason=reason,
        schools=schools,
    )


SAMPLE = Calendars((version(),))


def school_days(count: int) -> Rule:
    return Rule.parse(f"{count} school days")


def day(text: str) -> date:
    return date.fromisoformat(text)
