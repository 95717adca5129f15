"""The letters of the procedure, as text: what the complainant reads, prints and can check.

Officer discipline is not disclosed in any of them (C-COMP-7).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from services.complaints.application import FindingGiven
    from services.complaints.words import Outcome, Party
    from shared.school_calendar import Rule

HOW_TO_APPEAL = (
    "If you are not satisfied with this answer you may appeal to the Superintendent: on the status"
    " page with your number and passphrase, in writing, or at the school office."
)


def determination_letter(
    number: str, day: date, body: str, findings: Iterable[FindingGiven], appeal_filing: Rule | None
) -> str:
    """The written determination, with findings, reasons and how to appeal (C-COMP-7)."""
    limit = (
        "There is no time limit for an appeal."
        if appeal_filing is None
        else f"An appeal reaches the Superintendent within {appeal_filing} of this letter."
    )
    found = "\n\n".join(
        f"Allegation: {each.allegation}\nFinding: {each.finding}\nReasons: {each.reasons.strip()}"
        for each in findings
    )
    return "\n\n".join(
        (
            f"Determination of complaint {number}",
            f"Date: {day.isoformat()}",
            body,
            found,
            f"{HOW_TO_APPEAL} {limit}",
        )
    )


def answer_letter(number: str, day: date, party: Party, outcome: Outcome, body: str) -> str:
    """The Superintendent's answer to an appeal (C-COMP-9)."""
    return "\n\n".join(
        (
            f"Answer to the appeal of the {party} in complaint {number}",
            f"Date: {day.isoformat()}",
            f"The determination is {outcome}.",
            body,
        )
    )
