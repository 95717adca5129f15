"""What is decided about interactions, requests for intervention and the boundary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.incidents import policy
from services.incidents.clocks import started
from services.incidents.conduct import (
    BoundaryAnswered,
    Debriefed,
    DisciplineBoundaryCrossed,
    GroundDescribed,
    InteractionLogged,
    InterventionMade,
    InterventionOpened,
    InterventionRequested,
    RequestReviewed,
)
from services.incidents.records import closing
from services.incidents.words import Capacity, Duty, Flag, Ground
from shared.errors import Refused
from shared.school_calendar import local_day

if TYPE_CHECKING:
    from datetime import date, datetime

    from services.incidents.conduct import Boundary, Interaction, Intervention
    from services.incidents.policy import InForce
    from services.incidents.words import Answer, Met, Part, Setting, Subject, Whom
    from shared.sealed import Sealed

GROUP_MAX = 5_000


def log_interaction(
    *,
    reference: str,
    officer: str,
    school: str,
    on: date,
    today: date,
    capacity: Capacity,
    whom: Whom,
    setting: Setting,
    subject: Subject,
    persons: int = 1,
    part: Part | None = None,
    note: Sealed | None = None,
    incident: str | None = None,
) -> InteractionLogged:
    """Log an interaction, in one of the three roles (C-ROLE-1, C-MENT-4)."""
    (officer,) = policy.checked_officers((officer,), "C-ROLE-1")
    if on > today:
        raise Refused("C-MENT-4", "the day is still to come: log what has happened", "on")
    if not 1 <= persons <= GROUP_MAX:
        raise Refused("C-MENT-4", f"persons must be from 1 to {GROUP_MAX}: correct it", "persons")
    if capacity is Capacity.COUNSEL and note is not None:
        reason = "what is said in counselling is not recorded: leave the note empty"
        raise Refused("C-MENT-4", reason, "note")
    return InteractionLogged(
        reference=reference,
        officer=officer,
        school=school,
        on=on,
        capacity=capacity,
        whom=whom,
        setting=setting,
        subject=subject,
        persons=persons,
        part=part,
        note=note,
        incident=incident,
        logged_on=today,
    )


def debrief(interaction: Interaction, meeting: str) -> Debriefed:
    """Link an interaction to the meeting that talked it over (C-MENT-3)."""
    if not policy.REFERENCE.fullmatch(meeting):
        raise Refused("C-MENT-3", "give the meeting's reference, such as meeting-7", "meeting")
    if meeting in interaction.known.meetings:
        raise Refused("C-MENT-3", "it is linked to this meeting already", "meeting")
    return Debriefed(meeting=meeting)


def open_intervention(
    *, reference: str, school: str, at: datetime, now: datetime, incident: str | None
) -> InterventionOpened:
    """Open what a request or an intervention is kept in (C-INT-1, C-INT-4)."""
    policy.check_happened(at, now, "C-INT-1", "at")
    return InterventionOpened(
        reference=reference, school=school, on=local_day(at), incident=incident
    )


def request_intervention(
    intervention: Intervention,
    rules: InForce,
    *,
    requested_by: str,
    at: datetime,
    now: datetime,
    ground: Ground | None,
    description: Sealed | None,
    trained: bool,
) -> InterventionRequested:
    """Record a request; what is wrong with it is flagged and never blocked (C-INT-1 to C-INT-5)."""
    known = intervention.known
    today, school = local_day(now), known.school
    undescribed = ground is Ground.DISRUPTION and description is None
    late = policy.is_late(
        rules.limits.request_recording, local_day(at), rules.calendars, today, school
    )
    found = {
        Flag.NO_GROUND: ground is None,
        Flag.NOT_DESCRIBED: undescribed,
        Flag.NOT_TRAINED: not trained,
        Flag.LATE: late,
    }
    review = started(
        Duty.REVIEW_REQUEST, rules.limits.request_review, today, rules, today=today, school=school
    )
    describe = started(
        Duty.DESCRIBE_GROUND,
        rules.limits.request_recording,
        today,
        rules,
        today=today,
        school=school,
    )
    return InterventionRequested(
        reference=known.reference,
        requested_by=requested_by,
        requested_at=at,
        ground=ground,
        description=description,
        flags=tuple(flag for flag, raised in found.items() if raised),
        opens=(review, describe) if undescribed else (review,),
    )


def describe_ground(intervention: Intervention, *, description: Sealed) -> GroundDescribed:
    """Describe the disruption that a request rested on (C-INT-2)."""
    known = intervention.known
    if not known.asked or known.described:
        raise Refused("C-INT-2", "no description is asked for: nothing to do", "description")
    return GroundDescribed(
        reference=known.reference,
        description=description,
        closes=closing(known, Duty.DESCRIBE_GROUND),
    )


def make_intervention(
    intervention: Intervention, *, officer: str, at: datetime, now: datetime, account: Sealed | None
) -> InterventionMade:
    """Record that an officer stepped in; no request is ever demanded (C-INT-4)."""
    known = intervention.known
    policy.check_happened(at, now, "C-INT-4", "at")
    (officer,) = policy.checked_officers((officer,), "C-INT-4")
    if known.officer is not None:
        raise Refused("C-INT-4", "the intervention is on record: open another", "officer")
    return InterventionMade(
        reference=known.reference, officer=officer, at=at, asked=known.asked, account=account
    )


def review_request(
    intervention: Intervention, *, met: Met, reasons: Sealed, today: date
) -> RequestReviewed:
    """Say whether the ground was met (C-INT-6)."""
    known = intervention.known
    if not known.asked:
        raise Refused("C-INT-6", "nobody asked: there is no request to review", "met")
    return RequestReviewed(
        reference=known.reference,
        met=met,
        reasons=reasons,
        reviewed_on=today,
        closes=closing(known, Duty.REVIEW_REQUEST),
    )


def cross_boundary(
    *,
    reference: str,
    officer: str,
    school: str,
    part: Part,
    raised_by: str,
    rules: InForce,
    today: date,
) -> DisciplineBoundaryCrossed:
    """Raise the question to principal, program director and agency (C-DISC-3)."""
    answer = started(
        Duty.ANSWER_BOUNDARY, rules.limits.boundary_answer, today, rules, today=today, school=school
    )
    return DisciplineBoundaryCrossed(
        reference=reference,
        officer=officer,
        school=school,
        part=part,
        raised_by=raised_by,
        on=today,
        opens=(answer,),
    )


def answer_boundary(
    boundary: Boundary, *, answer: Answer, reasons: Sealed, today: date
) -> BoundaryAnswered:
    """Answer it; again, when there is more to say (C-DISC-3)."""
    known = boundary.known
    return BoundaryAnswered(
        reference=known.reference,
        answer=answer,
        reasons=reasons,
        answered_on=today,
        closes=closing(known, Duty.ANSWER_BOUNDARY),
    )
