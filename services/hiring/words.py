"""The words of the hiring clauses, as they are stored and shown."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

Keeper = Literal["agency", "district"]
"""Which organisation decided something: it alone tells the other."""


class Head(StrEnum):
    """What the agency's prerequisites are about; all four are judged (C-HIRE-1)."""

    PERFORMANCE = "performance"
    EXPERIENCE = "experience"
    TRAINING = "training"
    SKILLS = "skills"


class Stage(StrEnum):
    """How far a candidate has come."""

    ENTERED = "entered"
    ADVANCED = "advanced"
    """To the oral board (C-HIRE-2)."""
    NOT_ADVANCED = "not advanced"
    WITHDREW = "withdrew"


class Conflict(StrEnum):
    """What a panel member declares for a candidate (C-HIRE-8)."""

    NONE = "none"
    RELATIVE = "a relative or partner"
    REPORTS = "one of us reports to the other"
    COMPLAINT = "a complaint between us is open"
    OTHER = "something else"
    KEPT_THERE = "a conflict, which the other organisation keeps"
    """What the other organisation's members declare comes without its kind."""


class Why(StrEnum):
    """Why a panel member does not sit any more (C-HIRE-5)."""

    LEFT = "left the organisation"
    UNAVAILABLE = "not available"
    CONFLICT = "a conflict of interest"
    OTHER = "another reason"


class Category(StrEnum):
    """What the agency is told of why the district declines; the text stays (C-HIRE-10)."""

    STUDENTS = "experience with students"
    SCHOOL = "fit with the school's program"
    COMMUNICATION = "communication"
    AVAILABILITY = "availability"
    OTHER = "another reason"


class Ending(StrEnum):
    """How a search was closed (C-HIRE-13)."""

    FILLED = "filled"
    NONE_SUITABLE = "no candidate suitable"
    CANCELLED = "cancelled"


class Mismatch(StrEnum):
    """What is wrong with one member's score of one candidate (C-HIRE-6)."""

    UNSEALED = "no such score was sealed here"
    COMMITMENT = "the two organisations hold different commitments"
    SCORES = "the scores do not match their commitment"
    OTHERS = "the two organisations hold different scores"
    RANKING = "the ranking is another than the scores give"
