"""One of each event of the incidents service, as its organisation stores it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from services.incidents import call as c
from services.incidents import conduct as d
from services.incidents import frozen as f
from services.incidents import incident as i
from services.incidents import kept as k
from services.incidents import students as s
from services.incidents import words as w
from services.incidents.clocks import Clock
from services.incidents.policy import DEFAULTS
from services.incidents.records import ClockMoved, ClockPassed, CounterpartSilent
from shared.aggregate import CreatedEvent
from shared.hearing import Bulletin, Heard
from shared.school_calendar import Rule, Unit
from shared.sealed import Sealed
from tests.incidents.samples import CALENDAR, DISTRICT, NUMBER, OFFICER, SCHOOL, TODAY, instant

if TYPE_CHECKING:
    from shared.aggregate import Aggregate, Event

AT = instant()
WRITTEN = Sealed(subject=UUID(int=7), box="<sealed>")
FACTS = c.CallFacts(
    received_at=AT, arrived_at=AT, school=SCHOOL, call_type="35", priority="1A", emergency=True
)
TOLD = i.ToldFacts(
    received_at=AT,
    dispatched_at=None,
    arrived_at=AT,
    closed_at=None,
    school=SCHOOL,
    emergency=True,
    self_initiated=False,
    cancelled=False,
)
FORCE = c.Force(number=1, at=AT, officers=(OFFICER,), on_student=True, restraint=False)
CLOCK = Clock(
    duty=w.Duty.AGENCY_CALL,
    rule=Rule(unit=Unit.BUSINESS_DAYS, count=10, source="C-DATA-2"),
    trigger_on=TODAY,
    school=SCHOOL,
    due_on=date(2026, 3, 16),
    known=True,
    policy=DEFAULTS,
    calendar="sample-sd-2025-26/1",
)
REFERENCE = "incident-0123456789ab"

CALL: list[c.CallEvent] = [
    c.CallReceived(
        number=NUMBER,
        facts=FACTS,
        channel=w.Channel.FILE,
        received_on=TODAY,
        recorded_on=TODAY,
        late=False,
        opens=(CLOCK,),
    ),
    c.DispatchChanged(
        number=NUMBER, facts=FACTS, dispatched=FACTS, changed=("closed_at",), changed_on=TODAY
    ),
    c.FactCorrected(
        number=NUMBER, facts=FACTS, changed=("school",), reasons=WRITTEN, corrected_on=TODAY
    ),
    c.OffenseClassified(
        number=NUMBER, offenses=("13B",), catalog="nibrs_offenses/1", classified_on=TODAY
    ),
    c.OffenseReclassified(
        number=NUMBER,
        offenses=("90C",),
        before=("13B",),
        catalog="nibrs_offenses/1",
        classified_on=TODAY,
    ),
    c.OutcomeRecorded(
        number=NUMBER,
        part=1,
        outcome="DIVR",
        persons=2,
        catalog="call_outcomes/1",
        recorded_on=TODAY,
    ),
    c.OutcomeCorrected(
        number=NUMBER,
        part=1,
        outcome=None,
        persons=None,
        catalog="call_outcomes/1",
        reasons=WRITTEN,
        corrected_on=TODAY,
    ),
    c.OfficersNamed(number=NUMBER, officers=(OFFICER,)),
    c.ForceReported(number=NUMBER, force=FORCE),
    c.ForceReviewed(
        number=NUMBER, force=1, finding=w.ForceFinding.WITHIN, reasons=WRITTEN, reviewed_on=TODAY
    ),
    c.AlternativesAsked(number=NUMBER, asked_on=TODAY),
    c.AlternativesExplained(number=NUMBER, said=w.Said.DANGER, reasons=WRITTEN, explained_on=TODAY),
    c.CommissionReportOwed(
        number=NUMBER,
        report=c.CommissionReport(
            number=1, ground=w.Reportable.FORCE, officer=OFFICER, learned_on=TODAY
        ),
        opens=(CLOCK,),
    ),
    c.CommissionNotified(
        number=NUMBER, report=1, notified_on=TODAY, late=False, closes=(CLOCK.key,)
    ),
    c.NarrativeWritten(number=NUMBER, narrative=WRITTEN),
    c.CallLinked(number=NUMBER, to="OTHER-0099"),
    c.MergedInto(number=NUMBER, into="SV26-000124", merged_on=TODAY),
    c.SplitOff(number=NUMBER, split_on=TODAY),
]
INCIDENT: list[i.IncidentEvent] = [
    i.IncidentOpened(reference=REFERENCE, number=NUMBER, school=SCHOOL, on=TODAY, opened_on=TODAY),
    i.CallTold(reference=REFERENCE, facts=TOLD, on=TODAY, told_on=TODAY, late=True),
    i.ClassTold(reference=REFERENCE, offenses=("13B",), catalog="nibrs_offenses/1", told_on=TODAY),
    i.OutcomeTold(
        reference=REFERENCE,
        outcome=i.ToldOutcome(part=1, outcome="DIVR", persons=2, recorded_on=TODAY),
        catalog="call_outcomes/1",
        told_on=TODAY,
    ),
    i.OfficersTold(reference=REFERENCE, officers=(OFFICER,)),
    i.ForceTold(
        reference=REFERENCE,
        force=i.ToldForce(number=1, at=AT, officers=(OFFICER,), on_student=True, restraint=False),
    ),
    i.LinkTold(reference=REFERENCE, to="OTHER-0099"),
    i.MergeTold(reference=REFERENCE, into="SV26-000124", told_on=TODAY),
    i.AlternativesTold(reference=REFERENCE, said=w.Said.DANGER, told_on=TODAY),
    i.CallNoted(reference=REFERENCE, at=AT, opens=(CLOCK,)),
    i.Matched(reference=REFERENCE, number=NUMBER, closes=(CLOCK.key,)),
    i.EnforcementActionTaken(
        reference=REFERENCE, officer=OFFICER, action=w.Action.CITATION, on=TODAY
    ),
    i.StudentLinked(reference=REFERENCE, student=1, part=WRITTEN),
    i.StudentUnlinked(reference=REFERENCE, student=1, reasons=WRITTEN),
    i.DisciplineFollowed(
        reference=REFERENCE,
        discipline=i.DisciplineOf(
            followed=True, kind=w.Discipline.RESTORATIVE, student=1, decided_by="staff-1"
        ),
        entered_on=TODAY,
    ),
    i.SearchRecorded(
        reference=REFERENCE,
        search=1,
        at=AT,
        by_officer=OFFICER,
        by_staff=None,
        ground=w.SearchGround.SUSPICION,
        purpose=w.Purpose.CRIME,
        at_request_of="staff-1",
        student=1,
        late=False,
    ),
    i.StudentQuestioned(
        reference=REFERENCE,
        questioning=1,
        at=AT,
        officer=OFFICER,
        school=SCHOOL,
        held=w.Held.CUSTODY,
        under_18=True,
        attorney=False,
        exception=None,
        purpose=w.Purpose.CRIME,
        student=1,
        unguarded=True,
    ),
    i.ParentContacted(
        reference=REFERENCE,
        about=w.About.SEARCH,
        of="search 1",
        contact=w.Contact.COURT_ORDER,
        at=AT,
        reasons=WRITTEN,
    ),
    i.AbuseSuspected(reference=REFERENCE, at=AT),
    i.AbuseReported(reference=REFERENCE, to="the state's hotline", at=AT),
    i.StudentRestrained(
        reference=REFERENCE,
        restraint=i.RestraintOf(
            number=1,
            kind=w.Restraint.RESTRAINT,
            ended_at=AT,
            by_officer=OFFICER,
            force=True,
            student=1,
        ),
    ),
    i.RestraintReported(reference=REFERENCE, restraint=1, report=WRITTEN, reported_on=TODAY),
    i.RestraintLetterSent(reference=REFERENCE, restraint=1, language="es", sent_on=TODAY),
    i.RestraintReviewed(reference=REFERENCE, restraint=1, reviewed_on=TODAY),
    i.DistrictAsked(reference=REFERENCE, number=NUMBER, asked_on=TODAY),
    i.NoteWritten(reference=REFERENCE, note=WRITTEN),
]
INTERACTION: list[d.InteractionEvent] = [
    d.InteractionLogged(
        reference="interaction-0123456789ab",
        officer=OFFICER,
        school=SCHOOL,
        on=TODAY,
        capacity=w.Capacity.EDUCATE,
        whom=w.Whom.STUDENTS,
        setting=w.Setting.CLASSROOM,
        subject=w.Subject.LAW,
        persons=24,
        part=None,
        note=WRITTEN,
        incident=REFERENCE,
        logged_on=TODAY,
    ),
    d.Debriefed(meeting="meeting-7"),
]
ASKED = "intervention-0123456789ab"
INTERVENTION: list[d.InterventionEvent] = [
    d.InterventionOpened(reference=ASKED, school=SCHOOL, on=TODAY, incident=REFERENCE),
    d.InterventionRequested(
        reference=ASKED,
        requested_by="staff-3",
        requested_at=AT,
        ground=w.Ground.DISRUPTION,
        description=None,
        flags=(w.Flag.NOT_DESCRIBED, w.Flag.NOT_TRAINED),
    ),
    d.GroundDescribed(reference=ASKED, description=WRITTEN),
    d.InterventionMade(reference=ASKED, officer=OFFICER, at=AT, asked=True, account=WRITTEN),
    d.RequestReviewed(reference=ASKED, met=w.Met.UNCLEAR, reasons=WRITTEN, reviewed_on=TODAY),
]
ALARM = "boundary-0123456789ab"
BOUNDARY: list[d.BoundaryEvent] = [
    d.DisciplineBoundaryCrossed(
        reference=ALARM,
        officer=OFFICER,
        school=SCHOOL,
        part=w.Part.SEARCHER,
        raised_by=REFERENCE,
        on=TODAY,
    ),
    d.BoundaryAnswered(
        reference=ALARM, answer=w.Answer.CORRECTED, reasons=WRITTEN, answered_on=TODAY
    ),
]
STUDENT: list[s.StudentEvent] = [
    s.StudentListed(number=UUID(int=8), listing=WRITTEN, effective_on=TODAY),
    s.StudentChanged(number=UUID(int=8), listing=WRITTEN, effective_on=TODAY),
    s.PlansListed(plans=WRITTEN),
    s.StudentLeft(left_on=TODAY),
]
MADE: dict[str, Any] = {
    "begins_on": date(2025, 9, 1),
    "ends_on": date(2026, 8, 31),
    "as_of": AT,
    "position": 12,
    "sha256": "0" * 64,
}
PASSED = CLOCK.model_copy(update={"passed": True})
CLOCKS: list[Event] = [
    ClockMoved(opens=(CLOCK,), from_on=date(2026, 3, 13)),
    ClockPassed(opens=(PASSED,), passed_on=date(2026, 3, 17)),
    CounterpartSilent(
        opens=(PASSED,),
        reference=REFERENCE,
        school=SCHOOL,
        duty=w.Duty.AGENCY_CALL,
        noted_on=date(2026, 3, 17),
    ),
]


def _recorded(kind: type[Aggregate], events: list[Event]) -> list[Event]:
    """The events as they were stamped when they were recorded."""
    stamp = {"timestamp": datetime(2026, 3, 2, 20, tzinfo=UTC), "by": "recorder-4"}
    topic = {"originator_topic": kind.TOPIC}  # type: ignore[attr-defined]  # each of ours has one
    return [
        event.model_copy(
            update=stamp
            | {"originator_version": version}
            | (topic if isinstance(event, CreatedEvent) else {})
        )
        for version, event in enumerate(events, start=1)
    ]


ONE_OF_EACH: list[Event] = [
    *_recorded(c.Call, [*CALL]),
    *_recorded(i.Incident, [*INCIDENT]),
    *_recorded(d.Interaction, [*INTERACTION]),
    *_recorded(d.Intervention, [*INTERVENTION]),
    *_recorded(d.Boundary, [*BOUNDARY]),
    *_recorded(c.Call, CLOCKS),
    *_recorded(s.Student, [*STUDENT]),
    *_recorded(
        k.Place,
        [
            k.PlaceListed(address="1 A ST", zip="98999", school=SCHOOL),
            k.PlaceMoved(address="1 A ST", zip="98999", school=SCHOOL),
        ],
    ),
    *_recorded(
        k.Building,
        [
            k.BuildingListed(school=SCHOOL, codes=k.Codes(building="9001", school_id=179999001)),
            k.BuildingChanged(school=SCHOOL, codes=k.Codes(building="9009", school_id=None)),
        ],
    ),
    *_recorded(k.Viewing, [k.RecordViewed(what=f"incident {REFERENCE}", refused=False)]),
    *_recorded(
        k.Notice,
        [
            k.NoticeReceived(
                kind="incidents.boundary_crossed.v1",
                reference=ALARM,
                officer=OFFICER,
                school=SCHOOL,
                detail="searcher",
                on=TODAY,
            )
        ],
    ),
    *_recorded(f.Frozen, [f.StateReportFrozen(document=WRITTEN, **MADE)]),
    *_recorded(
        f.Frozen,
        [
            f.ReportPublished(
                document="{}",
                spaces={
                    "calls": f.HiddenCells(
                        tables=(("school", "outcome"),),
                        hidden=({"outcome": "alternative", "school": SCHOOL},),
                    )
                },
                counts=WRITTEN,
                **MADE,
            )
        ],
    ),
    *_recorded(
        k.Counted, [k.ComplaintTold(number="SRO-0000-0000", received_on=TODAY, school=SCHOOL)]
    ),
    *_recorded(k.Lesson, [k.StaffTrained(held_on=TODAY, expires_on=None, staff=("staff-1",))]),
    *_recorded(Bulletin, [Heard(publisher=DISTRICT, contract=CALENDAR.model_dump(mode="json"))]),
]
