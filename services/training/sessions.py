"""A training that the district held, and who was there: officers, and its own staff."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, ClassVar

from services.training.policy import check_done, check_kept_by, checked_hours
from services.training.words import Kind
from shared.aggregate import Aggregate, CreatedEvent
from shared.errors import Refused

if TYPE_CHECKING:
    from services.training.requirements import Catalogs


class TrainingSession(Aggregate):
    """One training held; nothing further is decided on it."""

    TOPIC = "session"


class TrainingHeld(CreatedEvent):
    """The district held a training, which officers join too (C-TRN-3, C-TRN-4, C-TRN-8)."""

    TOPIC: ClassVar[str] = "session.held"

    requirement: str
    held_on: date
    school: str | None
    hours: float | None
    officers: tuple[str, ...]
    staff: tuple[str, ...]
    expires_on: date | None
    """The last day it counts for the staff who attended."""
    catalog: str
    known_on: date


def hold(
    catalogs: Catalogs,
    *,
    today: date,
    requirement: str,
    held_on: date,
    school: str | None,
    hours: float | None,
    officers: tuple[str, ...],
    staff: tuple[str, ...],
) -> TrainingHeld:
    """Enter a training of the district with who attended (C-TRN-3, C-TRN-4)."""
    found = catalogs.in_force(today, today).get(requirement)
    if found is None:
        reason = "there is no such training in the catalog: choose one of those listed"
        raise Refused("C-TRN-3", reason, "requirement")
    asked = found.requirement
    check_kept_by("district", asked.kind)
    check_done(held_on, today)
    if officers and asked.kind is Kind.STAFF:
        raise Refused("C-TRN-3", "this training is for school staff: name no officer", "officers")
    if not officers and not staff:
        reason = "nobody attended: choose who was there"
        raise Refused("C-TRN-3", reason, "staff" if asked.kind is Kind.STAFF else "officers")
    return TrainingHeld(
        requirement=requirement,
        held_on=held_on,
        school=school,
        hours=checked_hours(hours, required=False),
        officers=officers,
        staff=staff,
        expires_on=asked.recurrence.after(held_on) if asked.recurrence else None,
        catalog=found.catalog,
        known_on=today,
    )
