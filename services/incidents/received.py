"""What the other organisation's incidents service tells, and which change it makes here.

Each handler gives the aggregates to save with the fact of the receipt; it may be called again. What
happened there is kept as it was told: there is nothing to refuse.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from services.incidents import call_decisions, incident_decisions
from services.incidents.incident import (
    AlternativesTold,
    ClassTold,
    ForceTold,
    IncidentOpened,
    LinkTold,
    MergeTold,
    OfficersTold,
    ToldFacts,
    ToldForce,
    ToldOutcome,
)
from services.incidents.kept import (
    ComplaintTold,
    Counted,
    Lesson,
    Notice,
    NoticeReceived,
    StaffTrained,
)
from services.incidents.policy import ASKING
from services.incidents.records import closing
from services.incidents.words import Duty, Said
from shared.contracts.complaints import ComplaintReceivedV1
from shared.contracts.incidents import (
    AlternativesAskedV1,
    AlternativesExplainedV1,
    BoundaryAnsweredV1,
    BoundaryCrossedV1,
    CallCorrectedV1,
    CallLinkedV1,
    CallMergedV1,
    CallMissingV1,
    CallReceivedV1,
    ClassifiedV1,
    ForceReportedV1,
    ForceReviewedV1,
    OfficersNamedV1,
    OutcomeCorrectedV1,
    OutcomeRecordedV1,
    QuestionedUnguardedV1,
)
from shared.contracts.training import TrainingHeldV1
from shared.school_calendar import local_day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.incidents.calls_desk import CallsDesk
    from services.incidents.district_desk import DistrictDesk
    from services.incidents.incident import Incident, IncidentHappened, IncidentRecord
    from shared.aggregate import Aggregate
    from shared.contracts.base import Contract
    from shared.contracts.incidents import FromAgency, FromDistrict


def from_agency(desk: DistrictDesk, told: FromAgency) -> Sequence[Aggregate]:
    """Keep what the agency told of its call (C-DATA-2, C-INC-3)."""
    by = f"{desk.counterpart}.{desk.name}"
    incident = _incident(desk, told, by)
    incident.record(_event(desk, incident.known, told), by=by)
    return (incident,)


def _incident(desk: DistrictDesk, told: FromAgency, by: str) -> Incident:
    facts = told.facts if isinstance(told, CallReceivedV1 | CallCorrectedV1) else None
    opened = IncidentOpened(
        reference=told.number,
        number=told.number,
        school=facts.school if facts else "",
        on=local_day(facts.received_at) if facts else desk.today(),
        opened_on=desk.today(),
    )
    return desk.hear_of(opened, by)


def _event(  # noqa: PLR0911  # one case a contract
    desk: DistrictDesk, known: IncidentRecord, told: FromAgency
) -> IncidentHappened:
    today = desk.today()
    match told:
        case CallReceivedV1() | CallCorrectedV1():
            return incident_decisions.hear_call(
                known,
                ToldFacts.model_validate(told.facts.model_dump()),
                desk.rules(),
                on=local_day(told.facts.received_at),
                today=today,
                late=isinstance(told, CallReceivedV1) and told.late,
            )
        case ClassifiedV1():
            return ClassTold(
                reference=told.number, offenses=told.offenses, catalog=told.catalog, told_on=today
            )
        case OutcomeRecordedV1() | OutcomeCorrectedV1():
            on = told.recorded_on if isinstance(told, OutcomeRecordedV1) else told.corrected_on
            outcome = ToldOutcome(
                part=told.part, outcome=told.outcome, persons=told.persons, recorded_on=on
            )
            return incident_decisions.hear_outcome(
                known, outcome, desk.rules(), catalog=told.catalog, today=today
            )
        case OfficersNamedV1():
            return OfficersTold(reference=told.number, officers=told.officers)
        case ForceReportedV1() | ForceReviewedV1():
            return ForceTold(reference=told.number, force=_force(known, told))
        case CallLinkedV1():
            return LinkTold(reference=told.number, to=told.to)
        case CallMergedV1():
            merged = closing(known, Duty.DISCIPLINE) if told.into else ()
            return MergeTold(reference=told.number, into=told.into, told_on=today, closes=merged)
        case AlternativesExplainedV1():
            return AlternativesTold(reference=told.number, said=Said(told.said), told_on=today)
        case _:
            assert_never(told)


def _force(known: IncidentRecord, told: ForceReportedV1 | ForceReviewedV1) -> ToldForce:
    if isinstance(told, ForceReviewedV1):
        held = next(each for each in known.forces if each.number == told.force)
        return held.model_copy(update={"reviewed_on": told.reviewed_on})
    return ToldForce(
        number=told.force,
        at=told.at,
        officers=told.officers,
        on_student=told.on_student,
        restraint=told.restraint,
    )


def from_district(desk: CallsDesk, told: FromDistrict) -> Sequence[Aggregate]:
    """Keep what the district told or asked (C-DATA-2, C-DISC-3, C-ROLE-2)."""
    by = f"{desk.counterpart}.{desk.name}"
    if isinstance(told, AlternativesAskedV1):
        call = desk.loaded(desk.call_id(told.number), newest=True)
        call.record(call_decisions.hear_asked(call, desk.rules(), today=desk.today()), by=by)
        return (call,)
    return (Notice.begin(_notice(told), by=by),)


def _notice(
    told: CallMissingV1 | QuestionedUnguardedV1 | BoundaryCrossedV1 | BoundaryAnsweredV1,
) -> NoticeReceived:
    officer = school = None
    match told:
        case CallMissingV1():
            school, detail, on = told.school, "", told.noted_on
        case QuestionedUnguardedV1():
            officer, school, detail, on = told.officer, told.school, str(told.held), told.on
        case BoundaryCrossedV1():
            officer, school, detail, on = told.officer, told.school, str(told.part), told.on
        case BoundaryAnsweredV1():
            detail, on = str(told.answer), told.answered_on
        case _:
            assert_never(told)
    return NoticeReceived(
        kind=told.name,
        reference=told.reference,
        officer=officer,
        school=school,
        detail=detail,
        on=on,
    )


def from_training(told: Contract, org: str) -> Sequence[Aggregate]:
    """Keep who of the staff had the training on when to ask an officer (C-INT-5)."""
    if not isinstance(told, TrainingHeldV1) or told.requirement != ASKING:
        return ()
    trained = StaffTrained(held_on=told.held_on, expires_on=told.expires_on, staff=told.staff)
    return (Lesson.begin(trained, by=f"{org}.training"),)


def from_complaints(told: Contract, org: str) -> Sequence[Aggregate]:
    """Keep that there is a complaint, and of which school (C-DATA-5)."""
    received_on = told.received_on if isinstance(told, ComplaintReceivedV1) else None
    counted = ComplaintTold.model_validate(
        {**told.model_dump(include={"number", "school"}), "received_on": received_on}
    )
    return (Counted.begin(counted, by=f"{org}.complaints"),)
