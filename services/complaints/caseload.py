"""The agency's caseload: every notice the district gave, and how far the agency's own part is.

A read model, rebuilt from the events. It shows what the district told and no more: no identity.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, get_args

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Column, MetaData, String, Table, Text, delete, insert, select

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
from shared.wire.view import View

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy import Connection

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


METADATA = MetaData()
CASELOAD = Table(
    "caseload",
    METADATA,
    Column("review", String, primary_key=True),
    Column("entry", Text, nullable=False),
)


class Caseload(View):
    """Every notice received, the latest first."""

    name = "caseload"
    metadata = METADATA

    def apply(self, connection: Connection, event: Event, position: int) -> None:
        """Take in the next event of the history."""
        if not isinstance(event, get_args(ReviewEvent)):
            return
        key = str(event.originator_id)
        if isinstance(event, NoticeReceived):
            case = case_of(event)
        else:
            row = select(CASELOAD.c.entry).where(CASELOAD.c.review == key)
            case = Case.model_validate_json(connection.execute(row).scalar_one())
            case = case.model_copy(update=_changes(event, case))
            connection.execute(delete(CASELOAD).where(CASELOAD.c.review == key))
        connection.execute(
            insert(CASELOAD).values({"review": key, "entry": case.model_dump_json()})
        )

    def cases(self) -> list[Case]:
        """Every case, the latest notice first."""
        with self.reading() as connection:
            rows = connection.execute(select(CASELOAD.c.entry)).scalars().all()
        cases = [Case.model_validate_json(row) for row in rows]
        return sorted(cases, key=lambda c: (c.notified_on, c.number), reverse=True)

    def case(self, review: UUID) -> Case | None:
        """One case."""
        with self.reading() as connection:
            mine = select(CASELOAD.c.entry).where(CASELOAD.c.review == str(review))
            row = connection.execute(mine).scalar()
        return None if row is None else Case.model_validate_json(row)


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
