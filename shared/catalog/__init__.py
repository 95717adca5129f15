"""Reference data that ships with the program."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from importlib.resources import files


@cache
def legal_holidays() -> frozenset[date]:
    """Washington State's legal holidays as observed, 2019 to 2035 (RCW 1.16.050, C-TIME-3)."""
    text = files(__name__).joinpath("legal_holidays_wa.json").read_text(encoding="utf-8")
    return frozenset(date.fromisoformat(day["date"]) for day in json.loads(text)["holidays"])
