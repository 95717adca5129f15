"""The catalogs: offense codes, outcomes by how formal they are, what a disposition says.

They come with the program, each with a version that events keep (C-AUD-3).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from shared.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable

FOLDER = Path(__file__).parent / "catalog"
NOT_CLASSIFIED = "X99"
PENDING = "PEND"
CANCELLED = "CANC"
ARREST, REFERRAL = "ARRS", "REFP"
RANKS = ("person", "property", "society", "not a crime", "none")
"""Most serious first (C-DATA-3)."""


class Offense(NamedTuple):
    """One offense code."""

    code: str
    name: str
    group: str
    crime_against: str
    offered: bool

    @property
    def rank(self) -> tuple[int, int]:
        """Lower is more serious: Group A by whom it is against, then Group B, then local."""
        return ("A", "B", "local").index(self.group), RANKS.index(self.crime_against)


def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return found


def _label(catalog: dict[str, Any]) -> str:
    return f"{catalog['catalog']}/{catalog['version']}"


_OFFENSES, _OUTCOMES, _DISPOSITIONS = map(
    _read, ("nibrs_offenses", "call_outcomes", "dispositions")
)
OFFENSES = {each["code"]: Offense(**each) for each in _OFFENSES["offenses"]}
OFFENSES_LABEL = _label(_OFFENSES)
OUTCOMES: dict[str, str] = {each["code"]: each["name"] for each in _OUTCOMES["outcomes"]}
FORMAL: dict[str, int] = {each["code"]: each["formal"] for each in _OUTCOMES["outcomes"]}
OUTCOMES_LABEL = _label(_OUTCOMES)
DISPOSITIONS: dict[str, str | None] = _DISPOSITIONS["dispositions"]


def most_serious_first(codes: Iterable[str]) -> tuple[str, ...]:
    """Checked offense codes, the most serious first (C-DATA-3).

    Raises:
        Refused: there is none, or one is not in the catalog.
    """
    given = tuple(dict.fromkeys(code.strip().upper() for code in codes if code.strip()))
    if not given:
        raise Refused("C-INC-3", "give at least one offense code", "offenses")
    for code in given:
        if code not in OFFENSES or code == NOT_CLASSIFIED:
            fix = "give a NIBRS code of the catalog, such as 13B, or a local one, X01 to X04"
            raise Refused("C-INC-3", f"an offense code is not known: {fix}", "offenses")
    return tuple(sorted(given, key=lambda code: OFFENSES[code].rank))


def checked_outcome(code: str) -> str:
    """A checked outcome code.

    Raises:
        Refused: it is not in the catalog.
    """
    given = code.strip().upper()
    if given not in OUTCOMES:
        raise Refused("C-DATA-7", "the outcome is not known: choose one of the catalog", "outcome")
    return given


def most_formal(codes: Iterable[str]) -> str:
    """The outcome that is reported: the most formal of those that stand, else pending."""
    return max(codes, key=lambda code: FORMAL[code], default=PENDING)
