"""The agency's caseload: every notice the district gave, and how far the agency's own part is.

A read model, rebuilt from the events. It shows what the district told and no more: no identity.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, get_args

from pydantic import BaseModel, ConfigDict

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
from services.complaints.words import AgencyStatus, Allegation, Result, Trigger
from shared.wire.entries import Entries, entries_table

if TYPE_CHECKING:
    from uuid import UUID

    from shared.aggregate import Event


class Step(BaseModel):
    """Something the district told after its notice."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    step: str
    detail: str
    on: date


class Case(BaseModel):
    """One line of the caseload."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: str
    school: str | None
    officer: str | None
    incident_on: date | None
    received_on: date
    notified_on: date
    allegations: tuple[Allegation, ...]
    escalated: tuple[Trigger, ...] = ()
    status: AgencyStatus = AgencyStatus.INFORMED
    reference: str | None = None
    result: Result | None = None
    district: tuple[Step, ...] = ()


class Caseload(Entries[Case]):
    """Every notice received, the latest first."""

    name = "caseload"
    version = 2
    table = entries_table("caseload", Case)
    metadata = table.metadata
    shown = frozenset(get_args(ReviewEvent))

    def after(self, event: Event, entry: Case | None) -> Case:
        """The case once this has happened."""
        if isinstance(event, NoticeReceived):
            return case_of(event)
        assert entry is not None, "a review begins with a notice"
        return entry.model_copy(update=_changes(event, entry))

    def cases(self) -> list[Case]:
        """Every case, the latest notice first."""
        return sorted(self.all_entries(), key=lambda c: (c.notified_on, c.number), reverse=True)

    def case(self, review: UUID) -> Case | None:
        """One case."""
        return self.entry(review)


def case_of(notice: NoticeReceived) -> Case:
    """The line a new notice gets."""
    return Case(
        number=number_of(notice.originator_id),
        school=notice.school,
        officer=notice.officer,
        incident_on=notice.incident_on,
        received_on=notice.received_on,
        notified_on=notice.notified_on,
        allegations=notice.allegations,
    )


def _changes(event: Event, case: Case) -> dict[str, object]:  # noqa: PLR0911  # one case an event
    match event:
        case NoticeCorrected():
            kept = ("school", "officer", "incident_on", "allegations")
            return {name: getattr(event, name) for name in kept}
        case NoticeForwarded():
            return {"school": event.school}
        case DistrictEscalated():
            return {"escalated": (*case.escalated, event.trigger)}
        case DistrictMoved():
            step = Step(step=event.step, detail=event.detail, on=event.on)
            return {"district": (*case.district, step)}
        case NoticeAcknowledged():
            return {"status": AgencyStatus.ACKNOWLEDGED, "reference": event.reference}
        case ReviewOpened():
            return {"status": AgencyStatus.REVIEWING}
        case ReviewClosed():
            return {"status": AgencyStatus.CLOSED, "result": event.result}
        case _:
            return {}
