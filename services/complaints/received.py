"""What others tell the complaints services, and which change it makes here.

Each handler gives the aggregates to save with the fact of the receipt; it may be called again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from services.complaints import domain
from services.complaints.matter import matter_id
from services.complaints.review import (
    DistrictEscalated,
    DistrictMoved,
    NoticeCorrected,
    NoticeForwarded,
    NoticeReceived,
    Review,
)
from services.complaints.words import Allegation, Result, Trigger
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
    NoticeAcknowledgedV1,
    ReviewClosedV1,
    ReviewOpenedV1,
    SilenceNotedV1,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.complaints.application import ComplaintsDesk
    from services.complaints.review_desk import ReviewsDesk
    from shared.aggregate import Aggregate
    from shared.contracts.complaints import FromAgency, FromDistrict


def from_agency(desk: ComplaintsDesk, told: FromAgency) -> Sequence[Aggregate]:
    """The agency's answer becomes part of the complaint's history (C-COMP-5, C-COMP-11)."""
    complaint = desk.complaint(told.number, newest=True)
    by = f"{desk.counterpart}.complaints"
    match told:
        case NoticeAcknowledgedV1():
            event = domain.agency_acknowledged(
                complaint, reference=told.reference, acknowledged_on=told.acknowledged_on
            )
            complaint.record(event, by=by)
        case ReviewOpenedV1():
            opened = domain.agency_review_opened(
                complaint, reference=told.reference, opened_on=told.opened_on
            )
            complaint.record(opened, by=by)
        case ReviewClosedV1():
            closed = domain.agency_review_closed(
                complaint,
                reference=told.reference,
                result=Result(told.result),
                closed_on=told.closed_on,
            )
            complaint.record(closed, by=by)
        case _:
            assert_never(told)
    return (complaint,)


def from_district(desk: ReviewsDesk, told: FromDistrict) -> Sequence[Aggregate]:
    """The district's notice begins a linked review; what follows is added to it (C-COMP-11)."""
    by = f"{desk.counterpart}.complaints"
    if isinstance(told, ComplaintReceivedV1):
        notice = NoticeReceived(
            school=told.school,
            officer=told.officer,
            incident_on=told.incident_on,
            received_on=told.received_on,
            notified_on=told.notified_on,
            allegations=tuple(map(Allegation, told.allegations)),
        )
        return (Review.begin(notice, by=by, number=matter_id(told.number)),)
    review = desk.review(told.number, newest=True)
    match told:
        case ComplaintCorrectedV1():
            corrected = NoticeCorrected(
                school=told.school,
                officer=told.officer,
                incident_on=told.incident_on,
                allegations=tuple(map(Allegation, told.allegations)),
                corrected_on=told.corrected_on,
            )
            review.record(corrected, by=by)
        case ComplaintForwardedV1():
            forwarded = NoticeForwarded(school=told.school, forwarded_on=told.forwarded_on)
            review.record(forwarded, by=by)
        case ComplaintEscalatedV1():
            escalated = DistrictEscalated(
                trigger=Trigger(told.trigger), escalated_on=told.escalated_on
            )
            review.record(escalated, by=by)
        case _:
            review.record(_moved(told), by=by)
    return (review,)


def _moved(  # noqa: PLR0911  # one case a contract
    told: ComplaintDeterminedV1
    | ComplaintAppealedV1
    | ExtensionNoticedV1
    | AppealAnsweredV1
    | ComplaintWithdrawnV1
    | ComplaintClosedV1
    | ComplaintReopenedV1
    | SilenceNotedV1,
) -> DistrictMoved:
    """A further step of the district's, in the words the inbox shows."""
    match told:
        case ComplaintDeterminedV1():
            found = "; ".join(f"{each.allegation}: {each.finding}" for each in told.findings)
            return DistrictMoved(step=told.event, detail=found, on=told.determined_on)
        case ComplaintAppealedV1():
            return DistrictMoved(step=told.event, detail=told.party, on=told.received_on)
        case ExtensionNoticedV1():
            what = "determination" if told.party is None else f"appeal of the {told.party}"
            until = f"{what}, until {told.anticipated_on}"
            return DistrictMoved(step=told.event, detail=until, on=told.noticed_on)
        case AppealAnsweredV1():
            detail = f"appeal of the {told.party}: {told.outcome}"
            return DistrictMoved(step=told.event, detail=detail, on=told.answered_on)
        case ComplaintWithdrawnV1():
            detail = "the district goes on" if told.goes_on else ""
            return DistrictMoved(step=told.event, detail=detail, on=told.withdrawn_on)
        case ComplaintClosedV1():
            return DistrictMoved(step=told.event, detail=told.ground, on=told.closed_on)
        case ComplaintReopenedV1():
            return DistrictMoved(step=told.event, detail="", on=told.reopened_on)
        case SilenceNotedV1():
            return DistrictMoved(step=told.event, detail=told.clause, on=told.due_on)
        case _:
            assert_never(told)
