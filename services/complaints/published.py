"""The only door out: which events leave, as which contract, for whom (C-COMP-5, C-PRIV-3).

A match without a default: mypy fails until a new event says whether it leaves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never, cast, get_args

from services.complaints.events import (
    Acknowledged,
    AgencyAcknowledged,
    AgencyReviewClosed,
    AgencyReviewOpened,
    AppealAnswered,
    Appealed,
    ClockMoved,
    ClockPassed,
    Closed,
    ConflictDeclared,
    Corrected,
    CounterpartSilent,
    Determined,
    DueDateKnown,
    DueDateUnknown,
    Escalated,
    EvidenceAdded,
    ExtensionNoticed,
    Forwarded,
    InformingDeferred,
    InvestigationOpened,
    InvestigatorAssigned,
    MattersLinked,
    MessageWritten,
    OfficerAnswered,
    OfficerInformed,
    Received,
    Reopened,
    TranslationProvided,
    UrgencySeen,
    WentOn,
    Withdrawn,
)
from services.complaints.matter import number_of
from services.complaints.review import (
    DistrictEscalated,
    DistrictMoved,
    NoticeAcknowledged,
    NoticeCorrected,
    NoticeForwarded,
    NoticeReceived,
    ReviewClosed,
    ReviewEvent,
    ReviewOpened,
)
from services.complaints.unread import TipSetAside, TipSettled
from services.complaints.words import APPEAL_DUTY
from shared.contracts.base import OWN, Publication
from shared.contracts.complaints import (
    AppealAnsweredV1,
    ComplaintAppealedV1,
    ComplaintClosedV1,
    ComplaintCorrectedV1,
    ComplaintDeterminedV1,
    ComplaintEscalatedV1,
    ComplaintForwardedV1,
    ComplaintReceivedV1,
    ComplaintReopenedV1,
    ComplaintWithdrawnV1,
    ExtensionNoticedV1,
    FindingV1,
    NoticeAcknowledgedV1,
    ReviewClosedV1,
    ReviewOpenedV1,
    SilenceNotedV1,
)
from shared.hearing import Heard

if TYPE_CHECKING:
    from services.complaints.events import ComplaintEvent
    from shared.aggregate import Event
    from shared.contracts.base import Contract


COUNTED = (ComplaintReceivedV1, ComplaintCorrectedV1, ComplaintForwardedV1)
"""The contracts of `shared.contracts.complaints.Counted`."""


def contract_of(event: ComplaintEvent) -> Contract | None:  # noqa: C901, PLR0911, PLR0912  # one case an event
    """What the agency is told of a complaint's event; None if it stays inside."""
    number = number_of(event.originator_id)
    match event:
        case Received():
            return ComplaintReceivedV1(
                number=number,
                school=event.school,
                officer=event.officer,
                incident_on=event.incident_on,
                received_on=event.received_on,
                notified_on=event.notified_on,
                allegations=tuple(event.allegations),
            )
        case Corrected():
            return ComplaintCorrectedV1(
                number=number,
                school=event.school,
                officer=event.officer,
                incident_on=event.incident_on,
                allegations=tuple(event.allegations),
                corrected_on=event.corrected_on,
            )
        case Forwarded():
            return ComplaintForwardedV1(
                number=number, school=event.school, forwarded_on=event.forwarded_on
            )
        case Escalated():
            return ComplaintEscalatedV1(
                number=number, trigger=event.trigger, escalated_on=event.escalated_on
            )
        case Determined():
            return ComplaintDeterminedV1(
                number=number,
                determined_on=event.determined_on,
                findings=tuple(
                    FindingV1(allegation=each.allegation, finding=each.finding.value)
                    for each in event.findings
                ),
            )
        case Appealed():
            return ComplaintAppealedV1(
                number=number, party=event.party.value, received_on=event.received_on
            )
        case ExtensionNoticed():
            party = next((p for p, duty in APPEAL_DUTY.items() if duty is event.duty), None)
            return ExtensionNoticedV1(
                number=number,
                party=None if party is None else party.value,
                noticed_on=event.noticed_on,
                anticipated_on=event.anticipated_on,
            )
        case AppealAnswered():
            return AppealAnsweredV1(
                number=number,
                party=event.party.value,
                outcome=event.outcome.value,
                answered_on=event.answered_on,
            )
        case Withdrawn():
            return ComplaintWithdrawnV1(
                number=number, withdrawn_on=event.withdrawn_on, goes_on=event.goes_on
            )
        case Closed():
            return ComplaintClosedV1(
                number=number, ground=event.ground.value, closed_on=event.closed_on
            )
        case Reopened():
            return ComplaintReopenedV1(number=number, reopened_on=event.reopened_on)
        case CounterpartSilent():
            return SilenceNotedV1(
                number=number, clause=event.clock.clause, due_on=event.clock.due_on
            )
        case (
            Acknowledged()
            | UrgencySeen()
            | ConflictDeclared()
            | InvestigatorAssigned()
            | InvestigationOpened()
            | OfficerInformed()
            | InformingDeferred()
            | OfficerAnswered()
            | EvidenceAdded()
            | MattersLinked()
            | MessageWritten()
            | TranslationProvided()
            | WentOn()
            | AgencyAcknowledged()
            | AgencyReviewOpened()
            | AgencyReviewClosed()
            | ClockPassed()
            | ClockMoved()
            | DueDateUnknown()
            | DueDateKnown()
        ):
            return None
        case _:
            assert_never(event)


def answer_of(event: ReviewEvent) -> Contract | None:
    """What the district is told of a review's event; reasons stay with the agency (C-COMP-11)."""
    number = number_of(event.originator_id)
    match event:
        case NoticeAcknowledged():
            return NoticeAcknowledgedV1(
                number=number, reference=event.reference, acknowledged_on=event.acknowledged_on
            )
        case ReviewOpened():
            return ReviewOpenedV1(
                number=number, reference=event.reference, opened_on=event.opened_on
            )
        case ReviewClosed():
            return ReviewClosedV1(
                number=number,
                reference=event.reference,
                result=event.result.value,
                closed_on=event.closed_on,
            )
        case (
            NoticeReceived()
            | NoticeCorrected()
            | NoticeForwarded()
            | DistrictEscalated()
            | DistrictMoved()
        ):
            return None
        case _:
            assert_never(event)


def publish(counterpart: str, event: Event) -> tuple[Publication, ...]:
    """Say what leaves for an event, at either organisation.

    It is for the counterpart alone, but for what tells how many complaints there are and of which
    school: that is for the organisation's own services too (C-DATA-5).
    """
    if isinstance(event, Heard | TipSetAside | TipSettled):
        return ()
    if isinstance(event, get_args(ReviewEvent)):
        contract = answer_of(event)
    else:
        contract = contract_of(cast("ComplaintEvent", event))
    if contract is None:
        return ()
    own = (Publication(OWN, contract),) if isinstance(contract, COUNTED) else ()
    return (Publication(counterpart, contract), *own)
