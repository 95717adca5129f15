"""The rules of the directory: how references look, which roles there are, what a period is.

A refusal here says what is wrong, then after a colon what mends it: an import shows the two apart.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from shared.errors import Refused

if TYPE_CHECKING:
    from datetime import date

Kind = Literal["district", "agency"]

REASON_CHARACTERS_MAX = 200
TITLE_CHARACTERS_MAX = 200
NAME_CHARACTERS_MAX = 200
SCHOOL_CHARACTERS_MAX = 64

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
STAFF = {"district": re.compile(r"staff-[0-9]{1,6}"), "agency": re.compile(r"agency-[0-9]{1,6}")}
OFFICER = re.compile(r"officer-[0-9]{1,6}")


class Role(StrEnum):
    """What a member of staff answers for; "principal" includes a named designee."""

    PRINCIPAL = "principal"
    DESIGNEE = "designee"
    SUPERINTENDENT = "superintendent"
    SUPERINTENDENT_DESIGNEE = "superintendent_designee"
    DIRECTOR = "director"
    TIP_LINE_OPERATOR = "tip_line_operator"
    CALENDAR_EDITOR = "calendar_editor"
    TRAINING_COORDINATOR = "training_coordinator"
    AGENCY_REVIEWER = "agency_reviewer"
    AGENCY_HEAD = "agency_head"
    AGENCY_TRAINING_COORDINATOR = "agency_training_coordinator"


AT_A_SCHOOL = frozenset({Role.PRINCIPAL, Role.DESIGNEE})
AT_THE_AGENCY = frozenset(
    {Role.AGENCY_REVIEWER, Role.AGENCY_HEAD, Role.AGENCY_TRAINING_COORDINATOR}
)
ONE_AT_A_TIME = frozenset({Role.DIRECTOR})
"""The program is under the Director of Equity and Inclusion: exactly one (C-TEAM-2)."""


def roles_of(kind: Kind) -> tuple[Role, ...]:
    """The roles that an organisation of this kind appoints to."""
    return tuple(role for role in Role if (role in AT_THE_AGENCY) == (kind == "agency"))


def staff_reference(kind: Kind, text: str) -> str:
    """Return a reference to a member of staff; refuse what could be a name (C-TEAM-5)."""
    if not STAFF[kind].fullmatch(text):
        prefix = "agency" if kind == "agency" else "staff"
        raise Refused(
            "C-TEAM-5",
            f"staff is not a reference: write {prefix}- and a number, such as {prefix}-4",
            "staff",
        )
    return text


def officer_reference(text: str) -> str:
    """Return a badge reference; refuse what could be a name (C-TEAM-5)."""
    if not OFFICER.fullmatch(text):
        raise Refused(
            "C-TEAM-5",
            "officer is not a reference: write officer- and a number, such as officer-12",
            "officer",
        )
    return text


def school_slug(text: str) -> str:
    """Return a reference to a school; refuse what can't stand in a message's address."""
    if len(text) > SCHOOL_CHARACTERS_MAX or not SLUG.fullmatch(text):
        raise Refused(
            "C-TEAM-5",
            "school is not a reference: write small letters, digits and hyphens, at most"
            f" {SCHOOL_CHARACTERS_MAX}, such as sample-valley-high",
            "school",
        )
    return text


def check_period(effective_from: date, effective_to: date | None) -> None:
    """Refuse a period that ends before it begins (C-TEAM-5)."""
    if effective_to is not None and effective_to < effective_from:
        raise Refused(
            "C-TEAM-5",
            "effective_to is before effective_from: give a day on or after it, or leave it empty",
            "effective_to",
        )


def covers(effective_from: date, effective_to: date | None, day: date) -> bool:
    """Whether a period holds on a day; both ends are included."""
    return effective_from <= day and (effective_to is None or day <= effective_to)


def overlap(first: tuple[date, date | None], second: tuple[date, date | None]) -> bool:
    """Whether two periods have a day in common."""
    return covers(*first, second[0]) or covers(*second, first[0])


def check_kept_by(keeper: Kind, kind: Kind, what: str, clause: str) -> None:
    """Refuse to keep what the other organisation keeps."""
    if keeper != kind:
        raise Refused(
            clause,
            f"{what} are kept by the {keeper}, and this is the {kind}: import them there (--org)",
        )
