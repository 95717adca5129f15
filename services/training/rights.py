"""Who may give which command of the training service, at the district and at the agency.

Each right cites its clause; `shared.who_may` enforces it, and docs/roles.md shows them all. The
roles of the two organisations are different words, and each directory tells only its own, so one
right serves both desks.
"""

from __future__ import annotations

from shared.who_may import OPERATOR, Right

CONFIRMS = frozenset({"agency_training_coordinator", "agency_head"})
OVERSEES = frozenset(
    {"training_coordinator", "director", "superintendent", "superintendent_designee"}
)
AT_A_SCHOOL = frozenset({"principal", "designee"})
STAFF = (
    CONFIRMS | OVERSEES | AT_A_SCHOOL | {"agency_reviewer", "calendar_editor", "tip_line_operator"}
)
AUDITOR = "auditor"
"""Not of the directory: given by signing in (C-AUD-6)."""


def keeping(clause: str) -> Right:
    """Who confirms and waives for the organisation that keeps the record (C-TRN-5)."""
    reason = "this is for the organisation's training coordinator or its head to do"
    return Right(clause, reason, roles=CONFIRMS | OVERSEES | {OPERATOR})


def overseeing(clause: str) -> Right:
    """Who looks at the agency's confirmations for the district (C-TRN-17)."""
    reason = "this is for the district's training coordinator, director or Superintendent's office"
    return Right(clause, reason, roles=OVERSEES | {OPERATOR})


KEEP = keeping("C-TRN-5")
ANSWER = Right(
    "C-TRN-5",
    "this is for the agency's training coordinator or its head to do",
    roles=CONFIRMS | {OPERATOR},
)
HOLD = Right(
    "C-TRN-3",
    "this is for the school's principal or the training coordinator to enter",
    roles=OVERSEES | {OPERATOR},
    at_school=AT_A_SCHOOL,
)
READ = Right("C-TRN-11", "this is for staff of the organisation to read", roles=STAFF | {AUDITOR})
