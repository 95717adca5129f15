"""The limits of the hiring clauses: data and pure functions.

A refusal says what is wrong, then after a colon what mends it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from services.hiring.words import Head
from shared.errors import Refused
from shared.school_calendar import Rule, Unit

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

ANSWER = Rule(unit=Unit.BUSINESS_DAYS, count=10, source="C-HIRE-10, our default")
RETENTION_MONTHS = 36
"""After the search, C-HIRE-13, our default."""
WEIGHTS_SUM = 100
SCORE_MIN, SCORE_MAX = 1, 5
CANDIDATES_MAX = 100
ADVANCED_MAX = 10
MEMBERS_MAX = 9
"""With ADVANCED_MAX, so few that a whole proof is one message."""
CRITERIA_MAX = 20
QUESTIONS_MAX = 50
TEXT_CHARACTERS_MAX = 10_000
LINE_CHARACTERS_MAX = 500
NAME_CHARACTERS_MAX = 200
OFFICER = re.compile(r"officer-[0-9]{1,6}")


def one_line(text: str, field: str, clause: str) -> str:
    """A short text without surrounding space; refused when empty, long, or not one line."""
    stripped = text.strip()
    if not stripped:
        raise Refused(clause, f"{field} is missing: give it", field)
    if len(stripped) > LINE_CHARACTERS_MAX or not stripped.isprintable():
        fix = f"shorten it to one line of {LINE_CHARACTERS_MAX} characters"
        raise Refused(clause, f"{field} is too long: {fix}", field)
    return stripped


def check_weights(weights: Mapping[str, int]) -> None:
    """Refuse criteria whose weights do not sum to 100 (C-HIRE-5)."""
    if not 0 < len(weights) <= CRITERIA_MAX:
        reason = f"criteria are missing or too many: give 1 to {CRITERIA_MAX}"
        raise Refused("C-HIRE-5", reason, "criteria")
    if any(weight < 1 for weight in weights.values()):
        raise Refused("C-HIRE-5", "a weight is below 1: leave the criterion out", "criteria")
    total = sum(weights.values())
    if total != WEIGHTS_SUM:
        reason = f"the weights sum to {total}: let them sum to {WEIGHTS_SUM}"
        raise Refused("C-HIRE-5", reason, "criteria")


def check_scores(scores: Mapping[str, int], criteria: Collection[str]) -> None:
    """Refuse scores that are not one of each criterion, from 1 to 5 (C-HIRE-5)."""
    if set(scores) != set(criteria):
        raise Refused("C-HIRE-5", "a score is missing: score every criterion", "scores")
    if not all(SCORE_MIN <= score <= SCORE_MAX for score in scores.values()):
        reason = f"a score is none: give {SCORE_MIN} to {SCORE_MAX}"
        raise Refused("C-HIRE-5", reason, "scores")


def check_heads(heads: Sequence[Head]) -> None:
    """Refuse prerequisites that leave out one of the four heads (C-HIRE-1)."""
    missing = [head.value for head in Head if head not in heads]
    if missing:
        reason = f"nothing is asked of {', '.join(missing)}: give an item under each head"
        raise Refused("C-HIRE-1", reason, "prerequisites")
