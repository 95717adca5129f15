"""Who may give which command about a complaint, at the district and at the agency.

Each right cites its clause; `shared.who_may` enforces it, and docs/roles.md shows them all.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from shared.who_may import PUBLIC, About, Right

if TYPE_CHECKING:
    from collections.abc import Iterable

OVERSEERS = frozenset({"superintendent", "superintendent_designee"})
AT_A_SCHOOL = frozenset({"principal", "designee"})
STAFF = OVERSEERS | AT_A_SCHOOL | {"director", "tip_line_operator", "calendar_editor"}
REVIEWERS = frozenset({"agency_reviewer", "agency_head"})
AUDITOR = "auditor"
"""Not of the directory: given by signing in; reads lists, which hold nothing personal (C-AUD-6)."""


def handling(clause: str) -> Right:
    """The principal or designee of its school, and whoever it was given to (C-COMP-6).

    The superintendent's office where it names the principal (C-COMP-14), and it may always.
    """
    return Right(
        clause,
        "this matter is for another office to handle",
        roles=OVERSEERS,
        at_school=AT_A_SCHOOL,
        assigned=True,
    )


def overseeing(clause: str) -> Right:
    """The superintendent's office (C-COMP-9)."""
    return Right(clause, "this is for the Superintendent or a designee to do", roles=OVERSEERS)


def reviewing(clause: str) -> Right:
    """The agency's own review (C-COMP-11)."""
    return Right(clause, "this is for the agency's reviewers and its head to do", roles=REVIEWERS)


def and_also(right: Right, *roles: str) -> Right:
    """The right, with these roles too."""
    return replace(right, roles=right.roles | set(roles))


ENTER = Right(
    "C-COMP-2", "only staff of the district enter a complaint here", roles=STAFF | {PUBLIC}
)
FORWARD = and_also(handling("C-COMP-4"), "tip_line_operator", "director")
NAME_ANOTHER = replace(handling("C-COMP-14"), aside_too=True)
SEE = replace(
    and_also(handling("C-COMP-6"), "director"),
    reason="this matter is with another office",
    no_school=frozenset({"tip_line_operator"}),
)
"""Who handles it, the program director (C-TEAM-2), the tip line until it is placed (C-COMP-4)."""
LIST = and_also(SEE, AUDITOR)
READ_TIPS = Right(
    "C-COMP-4",
    "this is for the tip line, the program director and the Superintendent's office",
    roles=OVERSEERS | {"tip_line_operator", "director"},
)
HANDLE = handling("C-COMP-6")
OVERSEE = overseeing("C-COMP-9")


def about(
    *,
    school: str | None,
    names_principal: bool,
    investigator: str | None,
    aside: Iterable[str] = (),
) -> About:
    """What the rights look at, of a complaint (C-COMP-14)."""
    return About(school, names_principal, investigator, tuple(aside))
