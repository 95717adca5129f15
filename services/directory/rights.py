"""Who may give which command of the directory; `shared.who_may` enforces it.

Who has the machine may do all of it: before the first appointment there is nobody else.
"""

from __future__ import annotations

from shared.who_may import OPERATOR, Right


def _keeping(clause: str, whose: str, *roles: str) -> Right:
    return Right(
        clause, f"this is for {whose}, or on the machine itself", frozenset({OPERATOR, *roles})
    )


KEEP_SCHOOLS = _keeping("C-TEAM-5", "the program director", "director")
KEEP_OFFICERS = _keeping("C-TEAM-5", "the agency's head", "agency_head")
APPOINT = _keeping("C-TEAM-5", "the head of the organisation", "superintendent", "agency_head")
EDIT_CALENDAR = _keeping("C-TIME-7", "the calendar editor", "calendar_editor")
ADOPT_POLICY = _keeping("C-AUD-3", "the Superintendent", "superintendent")
