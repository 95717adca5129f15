"""The only door out: which events leave, as which contract, for whom.

A match without a default: mypy fails until a new event says whether it leaves. Of a call its class,
outcome, times, officers and school cross, never a narrative; of a student nothing does (C-INC-6).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never, cast

from services.incidents import call as c
from services.incidents import conduct as d
from services.incidents import frozen as f
from services.incidents import incident as i
from services.incidents import kept as k
from services.incidents import students as s
from services.incidents.records import ClockMoved, ClockPassed, CounterpartSilent
from shared.contracts.base import Publication
from shared.contracts.incidents import (
    AlternativesAskedV1,
    AlternativesExplainedV1,
    BoundaryAnsweredV1,
    BoundaryCrossedV1,
    CallCorrectedV1,
    CallFactsV1,
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
from shared.hearing import Heard
from shared.school_calendar import local_day

if TYPE_CHECKING:
    from services.incidents.records import ClockEvent
    from shared.aggregate import Event
    from shared.contracts.base import Contract

NOT_TOLD = {"call_type", "priority"}
"""The dispatch system's own codes stay with the agency."""


def publish(counterpart: str, event: Event) -> tuple[Publication, ...]:
    """Say what leaves an organisation for an event, to the other one; nothing if it stays."""
    contract = _contract(event)
    return () if contract is None else (Publication(counterpart, contract),)


def _contract(event: Event) -> Contract | None:  # noqa: PLR0911  # one case an event
    known = cast(
        "c.CallEvent | i.IncidentEvent | d.InteractionEvent | d.InterventionEvent"
        " | d.BoundaryEvent | k.KeptEvent | s.StudentEvent | f.ReportEvent | ClockEvent | Heard",
        event,
    )
    match known:
        case (
            c.CallReceived()
            | c.DispatchChanged()
            | c.FactCorrected()
            | c.OffenseClassified()
            | c.OffenseReclassified()
            | c.OutcomeRecorded()
            | c.OutcomeCorrected()
            | c.OfficersNamed()
            | c.ForceReported()
            | c.ForceReviewed()
            | c.AlternativesAsked()
            | c.AlternativesExplained()
            | c.CommissionReportOwed()
            | c.CommissionNotified()
            | c.NarrativeWritten()
            | c.CallLinked()
            | c.MergedInto()
            | c.SplitOff()
        ):
            return _of_call(known)
        case CounterpartSilent():
            return CallMissingV1(
                reference=known.reference, school=known.school, noted_on=known.noted_on
            )
        case i.DistrictAsked():
            return AlternativesAskedV1(number=known.number, asked_on=known.asked_on)
        case i.StudentQuestioned():
            return _questioned(known)
        case d.DisciplineBoundaryCrossed():
            return BoundaryCrossedV1(
                reference=known.reference,
                officer=known.officer,
                school=known.school,
                part=known.part.value,
                on=known.on,
            )
        case d.BoundaryAnswered():
            return BoundaryAnsweredV1(
                reference=known.reference, answer=known.answer.value, answered_on=known.answered_on
            )
        case (
            ClockMoved()
            | ClockPassed()
            | Heard()
            | i.IncidentOpened()
            | i.CallTold()
            | i.ClassTold()
            | i.OutcomeTold()
            | i.OfficersTold()
            | i.ForceTold()
            | i.LinkTold()
            | i.MergeTold()
            | i.AlternativesTold()
            | i.CallNoted()
            | i.Matched()
            | i.EnforcementActionTaken()
            | i.StudentLinked()
            | i.StudentUnlinked()
            | i.DisciplineFollowed()
            | i.SearchRecorded()
            | i.ParentContacted()
            | i.AbuseSuspected()
            | i.AbuseReported()
            | i.StudentRestrained()
            | i.RestraintReported()
            | i.RestraintLetterSent()
            | i.RestraintReviewed()
            | i.NoteWritten()
            | d.InteractionLogged()
            | d.Debriefed()
            | d.InterventionOpened()
            | d.InterventionRequested()
            | d.GroundDescribed()
            | d.InterventionMade()
            | d.RequestReviewed()
            | k.PlaceListed()
            | k.PlaceMoved()
            | k.BuildingListed()
            | k.BuildingChanged()
            | k.RecordViewed()
            | k.NoticeReceived()
            | k.StaffTrained()
            | k.ComplaintTold()
            | s.StudentListed()
            | s.StudentChanged()
            | s.StudentLeft()
            | s.PlansListed()
            | f.StateReportFrozen()
            | f.ReportPublished()
        ):
            return None
        case _:
            assert_never(known)


def _of_call(event: c.CallEvent) -> Contract | None:  # noqa: C901, PLR0911, PLR0912  # one case an event
    match event:
        case c.CallReceived():
            return CallReceivedV1(
                number=event.number,
                facts=_facts(event.facts),
                received_on=event.received_on,
                recorded_on=event.recorded_on,
                late=event.late,
            )
        case c.DispatchChanged() | c.FactCorrected():
            changed = tuple(name for name in event.changed if name not in NOT_TOLD)
            if not changed:
                return None
            on = event.changed_on if isinstance(event, c.DispatchChanged) else event.corrected_on
            return CallCorrectedV1(
                number=event.number, facts=_facts(event.facts), changed=changed, corrected_on=on
            )
        case c.OffenseClassified() | c.OffenseReclassified():
            return ClassifiedV1(
                number=event.number,
                offenses=event.offenses,
                catalog=event.catalog,
                classified_on=event.classified_on,
            )
        case c.OutcomeRecorded():
            return OutcomeRecordedV1(
                number=event.number,
                part=event.part,
                outcome=event.outcome,
                persons=event.persons,
                catalog=event.catalog,
                recorded_on=event.recorded_on,
            )
        case c.OutcomeCorrected():
            return OutcomeCorrectedV1(
                number=event.number,
                part=event.part,
                outcome=event.outcome,
                persons=event.persons,
                catalog=event.catalog,
                corrected_on=event.corrected_on,
            )
        case c.OfficersNamed():
            return OfficersNamedV1(number=event.number, officers=event.officers)
        case c.ForceReported():
            force = event.force
            return ForceReportedV1(
                number=event.number,
                force=force.number,
                at=force.at,
                officers=force.officers,
                on_student=force.on_student,
                restraint=force.restraint,
            )
        case c.ForceReviewed():
            return ForceReviewedV1(
                number=event.number, force=event.force, reviewed_on=event.reviewed_on
            )
        case c.AlternativesExplained():
            return AlternativesExplainedV1(
                number=event.number, said=event.said.value, explained_on=event.explained_on
            )
        case c.CallLinked():
            return CallLinkedV1(number=event.number, to=event.to)
        case c.MergedInto():
            return CallMergedV1(number=event.number, into=event.into, merged_on=event.merged_on)
        case c.SplitOff():
            return CallMergedV1(number=event.number, into=None, merged_on=event.split_on)
        case (
            c.AlternativesAsked()
            | c.CommissionReportOwed()
            | c.CommissionNotified()
            | c.NarrativeWritten()
        ):
            return None
        case _:
            assert_never(event)


def _facts(facts: c.CallFacts) -> CallFactsV1:
    return CallFactsV1.model_validate(facts.model_dump(exclude=NOT_TOLD))


def _questioned(event: i.StudentQuestioned) -> Contract | None:
    if not event.unguarded:
        return None
    return QuestionedUnguardedV1.model_validate(
        {
            "reference": event.reference,
            "officer": event.officer,
            "school": event.school,
            "held": event.held.value,
            "on": local_day(event.at),
        }
    )
