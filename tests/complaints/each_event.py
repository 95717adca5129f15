"""One of each event of the complaints services, as it is stored."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from services.complaints import events as e
from services.complaints import review as r
from services.complaints.events import Complaint
from services.complaints.matter import matter_id
from services.complaints.review import Review
from services.complaints.unread import TipSetAside, TipSettled, UnreadTip
from services.complaints.words import (
    Allegation,
    Conflict,
    Duty,
    Ground,
    Outcome,
    Party,
    Result,
    Trigger,
)
from shared.aggregate import CreatedEvent
from shared.hearing import Bulletin, Heard
from tests.complaints.samples import (
    CALENDAR,
    DISTRICT,
    DUE,
    MONDAY,
    OFFICER,
    SCHOOL,
    answered,
    appealed,
    clock,
    determined,
    received,
    sealed,
)

if TYPE_CHECKING:
    from shared.aggregate import Aggregate, Event

NUMBER = "SRO-AAAA-AAAB"
ANSWER_DUE = date(2026, 5, 18)
PASSED = clock(Duty.DETERMINE, MONDAY, DUE, passed=True)
FACTS: dict[str, Any] = {
    "school": SCHOOL,
    "officer": OFFICER,
    "incident_on": MONDAY,
    "allegations": (Allegation.FORCE, Allegation.SEARCH),
}

OF_A_COMPLAINT: list[e.ComplaintEvent] = [
    received(urgent=(Trigger.ABUSE,), contact=sealed("contact")),
    e.Acknowledged(acknowledged_on=MONDAY),
    e.Forwarded(school=SCHOOL, forwarded_on=MONDAY, starts=(clock(Duty.DETERMINE, MONDAY, DUE),)),
    e.Corrected(
        **FACTS,
        names_principal=False,
        harm=True,
        late=False,
        reasons=sealed("reasons"),
        corrected_on=MONDAY,
    ),
    e.UrgencySeen(
        trigger=Trigger.WEAPON,
        account=sealed("account"),
        seen_on=MONDAY,
        starts=(clock(Duty.ESCALATE, MONDAY, MONDAY),),
    ),
    e.Escalated(trigger=Trigger.WEAPON, to="Superintendent", escalated_on=MONDAY),
    e.ConflictDeclared(staff="staff-1", conflict=Conflict.RELATIVE, declared_on=MONDAY),
    e.InvestigatorAssigned(staff="staff-3", assigned_on=MONDAY),
    e.InvestigationOpened(investigator="staff-3", opened_on=MONDAY),
    e.OfficerInformed(informed_on=MONDAY),
    e.InformingDeferred(reasons=sealed("reasons"), deferred_on=MONDAY),
    e.OfficerAnswered(answer=sealed("answer"), answered_on=MONDAY),
    e.EvidenceAdded(
        sha256="a" * 64, source="front office", description=sealed("item"), added_on=MONDAY
    ),
    e.MattersLinked(other="SRO-AAAA-AAAC", linked_on=MONDAY),
    e.MessageWritten(from_complainant=True, text=sealed("text"), written_on=MONDAY),
    determined(starts=(clock(Duty.TRANSLATE, DUE, date(2026, 4, 6)),)),
    e.TranslationProvided(language="es", letter=sealed("letter"), provided_on=DUE),
    appealed(),
    e.ExtensionNoticed(
        duty=Duty.ANSWER_COMPLAINANT,
        noticed_on=DUE,
        reasons=sealed("reasons"),
        anticipated_on=date(2026, 6, 1),
        in_time=True,
    ),
    answered(Party.COMPLAINANT, Outcome.RETURNED),
    e.Withdrawn(reasons=sealed("reasons"), withdrawn_on=MONDAY, goes_on=True),
    e.WentOn(reasons=sealed("reasons"), decided_on=MONDAY),
    e.Closed(
        ground=Ground.DUPLICATE,
        reasons=sealed("reasons"),
        duplicate_of="SRO-AAAA-AAAC",
        closed_on=MONDAY,
    ),
    e.Reopened(
        what_is_new=sealed("what is new"),
        reopened_on=DUE,
        starts=(clock(Duty.DETERMINE, DUE, date(2026, 5, 4)),),
    ),
    e.AgencyAcknowledged(reference="2026-0007", acknowledged_on=MONDAY),
    e.AgencyReviewOpened(reference="2026-0007", opened_on=MONDAY),
    e.AgencyReviewClosed(reference="2026-0007", result=Result.HANDLED, closed_on=DUE),
    e.ClockPassed(clock=PASSED, passed_on=DUE),
    e.CounterpartSilent(
        clock=clock(Duty.AGENCY_REVIEW, MONDAY, date(2026, 4, 1), passed=True), noted_on=DUE
    ),
    e.ClockMoved(clock=clock(Duty.DETERMINE, MONDAY, DUE), from_on=DUE, cause="a/1 -> a/2"),
    e.DueDateUnknown(
        clock=clock(Duty.ANSWER_OFFICER, DUE, ANSWER_DUE, known=False, extended_to=None)
    ),
    e.DueDateKnown(clock=clock(Duty.ANSWER_OFFICER, DUE, ANSWER_DUE, extended_to=ANSWER_DUE)),
]
OF_A_TIP: list[TipSetAside | TipSettled] = [
    TipSetAside(
        field="message",
        reason="it can't be decoded",
        size_bytes=7,
        raw=sealed("raw"),
        set_aside_on=MONDAY,
    ),
    TipSettled(number=NUMBER, settled_on=MONDAY),
]
OF_A_REVIEW: list[r.ReviewEvent] = [
    r.NoticeReceived(**FACTS, received_on=MONDAY, notified_on=MONDAY),
    r.NoticeCorrected(**FACTS, corrected_on=MONDAY),
    r.NoticeForwarded(school=SCHOOL, forwarded_on=MONDAY),
    r.DistrictEscalated(trigger=Trigger.WEAPON, escalated_on=MONDAY),
    r.DistrictMoved(step="closed", detail="duplicate", on=MONDAY),
    r.NoticeAcknowledged(reference="2026-0007", acknowledged_on=MONDAY),
    r.ReviewOpened(reference="2026-0007", opened_on=MONDAY),
    r.ReviewClosed(
        reference="2026-0007", result=Result.HANDLED, reasons=sealed("reasons"), closed_on=DUE
    ),
]
OF_A_BULLETIN = [Heard(publisher=DISTRICT, contract=CALENDAR.model_dump(mode="json"))]


def _recorded(kind: type[Aggregate], events: list[Event]) -> list[Event]:
    """The events as they were stamped when they were recorded."""
    stamp = {
        "originator_id": matter_id(NUMBER),
        "timestamp": datetime(2026, 3, 2, 20, tzinfo=UTC),
        "by": "staff-1",
    }
    topic = {"originator_topic": kind.TOPIC}  # type: ignore[attr-defined]  # each of ours has one
    return [
        event.model_copy(
            update=stamp
            | {"originator_version": version}
            | (topic if isinstance(event, CreatedEvent) else {})
        )
        for version, event in enumerate(events, start=1)
    ]


DISTRICTS: list[Event] = [
    *_recorded(Complaint, [*OF_A_COMPLAINT]),
    *_recorded(UnreadTip, [*OF_A_TIP]),
]
AGENCYS: list[Event] = _recorded(Review, [*OF_A_REVIEW])
OF_BOTH: list[Event] = _recorded(Bulletin, [*OF_A_BULLETIN])
ONE_OF_EACH: list[Event] = [*DISTRICTS, *AGENCYS, *OF_BOTH]
