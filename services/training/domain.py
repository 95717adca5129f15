"""What may be decided about an officer's training: each decision gives one event or refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from services.training.events import (
    Confirmed,
    Corrected,
    Countersigned,
    DisputeAnswered,
    Disputed,
    Revoked,
    Waived,
    WaiverEnded,
)
from services.training.policy import (
    DISPUTE_ANSWER,
    PROVIDER_CHARACTERS_MAX,
    SIGNER_CHARACTERS_MAX,
    WAIVER_MONTHS_MAX,
    check_done,
    check_kept_by,
    checked_days,
    checked_hours,
    checked_reference,
    one_line,
)
from services.training.record import Evidence, Facts
from services.training.requirements import is_waivable
from services.training.words import Channel, Ground, Keeper, Kind, Outcome
from shared.deadlines import months_after
from shared.errors import Refused
from shared.school_calendar import due

if TYPE_CHECKING:
    from datetime import date

    from services.training.events import OfficerFile
    from services.training.record import Proof
    from services.training.requirements import Catalogs, InForce
    from shared.school_calendar import Calendars
    from shared.sealed import Sealed


class Entered(NamedTuple):
    """What somebody enters of a training; `Facts` once it has been checked."""

    requirement: str
    completed_on: date
    provider: str
    hours: float | None = None
    days: int | None = None
    expires_on: date | None = None
    reference: str | None = None
    evidence: Evidence | None = None
    school: str | None = None


def facts_of(entered: Entered, catalogs: Catalogs, keeper: Keeper, *, today: date) -> Facts:
    """Check what was entered; the catalog's recurrence ends a validity, an earlier end stays."""
    asked = _asked(entered.requirement, catalogs, today)
    requirement = asked.requirement
    check_kept_by(keeper, requirement.kind)
    if requirement.kind is Kind.STAFF:
        reason = "this training is of school staff: enter it with who attended"
        raise Refused("C-TRN-3", reason, "requirement")
    check_done(entered.completed_on, today)
    expires_on = entered.expires_on
    if requirement.recurrence is not None and requirement.kind is not Kind.HOURS:
        ends = requirement.recurrence.after(entered.completed_on)
        expires_on = ends if expires_on is None else min(ends, expires_on)
    if expires_on is not None and expires_on < entered.completed_on:
        reason = "expires_on is before completed_on: correct one of them"
        raise Refused("C-TRN-6", reason, "expires_on")
    return Facts(
        requirement=requirement.id,
        completed_on=entered.completed_on,
        hours=checked_hours(entered.hours, required=requirement.kind is Kind.HOURS),
        days=checked_days(entered.days, requirement.kind),
        provider=one_line(entered.provider, "provider", "C-TRN-6", PROVIDER_CHARACTERS_MAX),
        expires_on=expires_on,
        reference=checked_reference(entered.reference),
        evidence=entered.evidence,
        school=entered.school,
        catalog=asked.catalog,
    )


def confirm(
    file: OfficerFile, facts: Facts, keeper: Keeper, *, today: date, channel: Channel
) -> Confirmed:
    """Confirm one training of one officer (C-TRN-6, C-TRN-7)."""
    held = file.known.same(keeper, facts)
    if held is not None:
        other = next(name for name, value in facts if getattr(held.facts, name) != value)
        raise Refused(
            "C-TRN-14",
            f"confirmation {held.number} says of this training another {other}: correct or revoke"
            " that one",
            other,
        )
    number = file.known.next_proof(keeper)
    return Confirmed(
        officer=file.known.officer,
        keeper=keeper,
        number=number,
        facts=facts,
        channel=channel,
        known_on=today,
    )


def is_confirmed(file: OfficerFile, facts: Facts, keeper: Keeper) -> Proof | None:
    """The confirmation that says the same already, under whichever version of the catalog."""
    held = file.known.same(keeper, facts)
    if held is None or held.facts.model_copy(update={"catalog": facts.catalog}) != facts:
        return None
    return held


def correct(
    file: OfficerFile, number: int, facts: Facts, keeper: Keeper, *, today: date, reasons: Sealed
) -> Corrected:
    """Put the facts of a confirmation right (C-DATA-8); the requirement stays."""
    held = _standing(file, keeper, number)
    if held.facts.requirement != facts.requirement:
        reason = "a correction keeps the requirement: revoke this one and confirm the other"
        raise Refused("C-DATA-8", reason, "requirement")
    if held.facts == facts:
        reason = "nothing differs from what is confirmed: change what is wrong"
        raise Refused("C-DATA-8", reason, "completed_on")
    same = file.known.same(keeper, facts)
    if same is not None and same.number != number:
        reason = f"confirmation {same.number} says this already: revoke this one instead"
        raise Refused("C-TRN-14", reason, "completed_on")
    return Corrected(
        officer=file.known.officer,
        keeper=keeper,
        number=number,
        facts=facts,
        reasons=reasons,
        known_on=today,
    )


def revoke(
    file: OfficerFile, number: int, keeper: Keeper, *, today: date, reasons: Sealed
) -> Revoked:
    """Take back a confirmation found wrong; it is kept (C-TRN-14)."""
    _standing(file, keeper, number)
    return Revoked(
        officer=file.known.officer, keeper=keeper, number=number, reasons=reasons, known_on=today
    )


def waive(
    file: OfficerFile,
    catalogs: Catalogs,
    keeper: Keeper,
    *,
    today: date,
    requirement: str,
    ends_on: date,
    signer: str,
    reasons: Sealed,
) -> Waived:
    """Waive a requirement in writing from today, where the law allows it (C-TRN-12)."""
    asked = _asked(requirement, catalogs, today).requirement
    check_kept_by(keeper, asked.kind)
    if not is_waivable(asked.kind):
        reason = "what the law asks can't be waived: give the series documentation instead"
        raise Refused("C-TRN-12", reason, "requirement")
    last = months_after(today, WAIVER_MONTHS_MAX)
    if not today <= ends_on <= last:
        reason = f"ends_on must lie from today to {last}: choose an earlier day"
        raise Refused("C-TRN-12", reason, "ends_on")
    for held in file.known.waivers:
        open_one = (held.keeper, held.requirement) == (keeper, requirement)
        if open_one and held.holds(today, today):
            reason = f"it is waived until {held.ends_on}: end that waiver first"
            raise Refused("C-TRN-12", reason, "requirement")
    return Waived(
        officer=file.known.officer,
        keeper=keeper,
        number=file.known.next_waiver(keeper),
        requirement=requirement,
        from_on=today,
        ends_on=ends_on,
        signer=one_line(signer, "signer", "C-TRN-12", SIGNER_CHARACTERS_MAX),
        reasons=reasons,
        known_on=today,
    )


def end_waiver(file: OfficerFile, number: int, keeper: Keeper, *, today: date) -> WaiverEnded:
    """End a waiver before its last day (C-TRN-12)."""
    held = file.known.waiver(keeper, number)
    if held is None or not held.holds(today, today):
        raise Refused("C-TRN-12", "no such waiver is in force: choose one that is", "number")
    return WaiverEnded(officer=file.known.officer, keeper=keeper, number=number, known_on=today)


def countersign(file: OfficerFile, number: int, *, today: date) -> Countersigned:
    """Say that the district has seen it (C-TRN-17)."""
    held = _standing(file, "agency", number)
    if held.countersigned_on is not None:
        reason = f"it was countersigned on {held.countersigned_on}: nothing more is asked"
        raise Refused("C-TRN-17", reason, "number")
    return Countersigned(officer=file.known.officer, number=number, known_on=today)


def dispute(
    file: OfficerFile,
    calendars: Calendars,
    number: int,
    *,
    today: date,
    ground: Ground,
    reasons: Sealed,
) -> Disputed:
    """Doubt a confirmation of the agency, which owes an answer in ten business days (C-TRN-5)."""
    _standing(file, "agency", number)
    if file.known.open_dispute(number) is not None:
        raise Refused("C-TRN-5", "it is disputed already: wait for the answer", "number")
    answer = due(DISPUTE_ANSWER, today, calendars, as_of=today)
    return Disputed(
        officer=file.known.officer,
        number=number,
        ground=ground,
        reasons=reasons,
        answer_due_on=answer.on,
        known_on=today,
    )


def answer_dispute(
    file: OfficerFile, number: int, *, today: date, outcome: Outcome, reasons: Sealed
) -> DisputeAnswered:
    """Answer a dispute; what it corrected or revoked is an event of its own (C-TRN-5)."""
    if file.known.open_dispute(number) is None:
        raise Refused("C-TRN-5", "no dispute of it waits for an answer", "number")
    held = file.known.proof("agency", number)
    if (outcome is Outcome.REVOKED) != (held is None):
        fix = "revoke the confirmation first" if held else "it was revoked: answer so"
        raise Refused("C-TRN-5", f"the answer does not fit the record: {fix}", "outcome")
    return DisputeAnswered(
        officer=file.known.officer, number=number, outcome=outcome, reasons=reasons, known_on=today
    )


def _standing(file: OfficerFile, keeper: Keeper, number: int) -> Proof:
    held = file.known.proof(keeper, number)
    if held is None:
        reason = "no such confirmation stands: choose one of this officer's"
        raise Refused("C-TRN-14", reason, "number")
    return held


def _asked(requirement: str, catalogs: Catalogs, today: date) -> InForce:
    found = catalogs.in_force(today, today).get(requirement)
    if found is None:
        fix = "give the id of one requirement of the catalog, one confirmation a topic"
        raise Refused("C-TRN-6", f"there is no such requirement in force: {fix}", "requirement")
    return found
