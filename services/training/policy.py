"""The limits of the training clauses, and who may do what: data and pure functions.

A refusal says what is wrong, then after a colon what mends it: an import shows the two apart.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from services.training.words import KEPT_BY, Keeper, Kind
from shared.errors import Refused
from shared.handed_back import plain
from shared.school_calendar import Rule, Unit

if TYPE_CHECKING:
    from datetime import date

    from shared.who_may import Standing

DUE_SOON_DAYS = 60
NOTICE_DAYS = (60, 14)
"""Before the end of a validity, C-TRN-16, our default."""
WAIVER_MONTHS_MAX = 12
"""C-TRN-12, our default."""
COUNTERSIGNING = Rule(unit=Unit.BUSINESS_DAYS, count=10, source="C-TRN-17, our default")
DISPUTE_ANSWER = Rule(unit=Unit.BUSINESS_DAYS, count=10, source="C-TRN-5, our default")
GATE_ANSWER = Rule(unit=Unit.BUSINESS_DAYS, count=5, source="C-TRN-13, our default")

HOURS_MAX = 1_000
DAYS_MAX = 365
PROVIDER_CHARACTERS_MAX = 100
SIGNER_CHARACTERS_MAX = 100
REASON_CHARACTERS_MAX = 10_000
EVIDENCE_BYTES_MAX = 2**40
REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,39}")
SHA256 = re.compile(r"[0-9a-f]{64}")
MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]{1,80}")

CONFIRMS = ("agency_training_coordinator", "agency_head")
"""Roles that confirm, correct, revoke and waive at the agency (C-TRN-5)."""
OVERSEES = ("training_coordinator", "director", "superintendent", "superintendent_designee")
"""Roles that countersign, dispute and waive at the district (C-TRN-17)."""
AT_A_SCHOOL = ("principal", "designee")
"""Roles that enter a training held at their school (C-TRN-3)."""


def may_keep(standing: Standing, keeper: Keeper) -> bool:
    """Whether a person acts for the organisation that keeps a training record (C-TRN-5)."""
    return standing.holds(*(CONFIRMS if keeper == "agency" else OVERSEES))


def may_hold_training(standing: Standing, school: str | None) -> bool:
    """Whether a person enters a training of the district, or of their school (C-TRN-3)."""
    if standing.holds(*OVERSEES):
        return True
    return school is not None and standing.holds(*AT_A_SCHOOL, school=school)


def may_read(standing: Standing) -> bool:
    """Whether a person reads the matrix: staff of either organisation do (C-TRN-11)."""
    return bool(standing.roles)


# --- Checks of what was entered -------------------------------------------------------------------


def check_kept_by(keeper: Keeper, kind: Kind) -> None:
    """Refuse to write what the other organisation keeps (C-TRN-5)."""
    if KEPT_BY[kind] == keeper:
        return
    if keeper == "district":
        reason = "only the agency confirms this: dispute a confirmation that is wrong"
    else:
        reason = "only the district confirms its own trainings: ask its training coordinator"
    raise Refused("C-TRN-5", reason, "requirement")


def checked_hours(hours: float | None, *, required: bool) -> float | None:
    """Hours in quarters; refused when they are none (C-TRN-6, C-TRN-10)."""
    if hours is None:
        if required:
            raise Refused("C-TRN-10", "hours are missing: give how many it took", "hours")
        return None
    if not 0 < hours <= HOURS_MAX or hours * 4 != int(hours * 4):
        fix = f"give a number above 0 and up to {HOURS_MAX:,}, in quarters of an hour"
        raise Refused("C-TRN-6", f"hours can't be so: {fix}", "hours")
    return hours


def checked_days(days: int | None, kind: Kind) -> int | None:
    """Days on the job, which nothing else has (C-TRN-9)."""
    if kind is not Kind.ON_THE_JOB:
        if days is not None:
            raise Refused("C-TRN-9", "days are only of training on the job: leave it empty", "days")
        return None
    if days is None or not 0 < days <= DAYS_MAX:
        raise Refused("C-TRN-9", "days on the job are missing: give how many there were", "days")
    return days


def one_line(text: str, field: str, clause: str, characters_max: int) -> str:
    """A short text without surrounding space; refused when empty, long, or not one line."""
    stripped = text.strip()
    try:
        plain(stripped)
    except ValueError as error:
        raise Refused(clause, str(error), field) from None
    if not stripped:
        raise Refused(clause, f"{field} is missing: give it", field)
    if len(stripped) > characters_max:
        reason = f"{field} is longer than {characters_max} characters: shorten it"
        raise Refused(clause, reason, field)
    return stripped


def checked_reference(text: str | None) -> str:
    """The number of a certificate, empty for none; refused where it could be a name."""
    stripped = (text or "").strip()
    if stripped and (not REFERENCE.fullmatch(stripped) or not any(map(str.isdigit, stripped))):
        fix = "write the certificate's number, at most 40 letters, digits and . _ / -"
        raise Refused("C-TRN-15", f"reference is no number of a certificate: {fix}", "reference")
    return stripped


def checked_sha256(text: str) -> str:
    """The SHA-256 of a file (C-TRN-15)."""
    given = text.strip().lower()
    if not SHA256.fullmatch(given):
        fix = "give the 64 hexadecimal digits that `sha256sum` prints"
        raise Refused("C-TRN-15", f"evidence is no SHA-256: {fix}", "evidence_sha256")
    return given


def check_done(completed_on: date, today: date) -> None:
    """Refuse a confirmation of what is still to come (C-TRN-6)."""
    if completed_on > today:
        reason = "completed_on is a day to come: confirm a training once it is done"
        raise Refused("C-TRN-6", reason, "completed_on")
