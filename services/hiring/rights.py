"""Who may give which command of the hiring service, at the district and at the agency.

Each right cites its clause; `shared.who_may` enforces it, and docs/roles.md shows them all. A
member of the panel is *given to*, whatever their role: who sits is decided search by search.
"""

from __future__ import annotations

from shared.who_may import Right

RUNS = frozenset({"agency_head"})
OVERSEES = frozenset({"director", "superintendent", "superintendent_designee"})
AT_A_SCHOOL = frozenset({"principal", "designee"})
AUDITOR = "auditor"
"""Not of the directory: given by signing in (C-AUD-6)."""


def running(clause: str) -> Right:
    """What the agency's head decides in its search."""
    return Right(clause, "this is for the agency's head to do", roles=RUNS)


def heading(clause: str) -> Right:
    """What the heads of either organisation do for it."""
    reason = "this is for the agency's head, or the district's director or Superintendent's office"
    return Right(clause, reason, roles=RUNS | OVERSEES)


def answering(clause: str) -> Right:
    """What the district decides."""
    reason = "this is for the district's director or Superintendent's office to decide"
    return Right(clause, reason, roles=OVERSEES)


def sitting(clause: str) -> Right:
    """What a member of the panel does, and nobody for them."""
    return Right(clause, "this is for the members of the panel", assigned=True)


READ = Right(
    "C-HIRE-3",
    "this is for the panel, the heads of the organisation and the school's principal to read",
    roles=RUNS | OVERSEES | {AUDITOR},
    at_school=AT_A_SCHOOL,
    assigned=True,
)
