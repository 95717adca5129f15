"""The JSON interface of the district's complaints service: file, follow, and the docket."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Header, Response
from pydantic import BaseModel, ConfigDict, Field

from services.complaints.district_pages import line
from services.complaints.public_pages import NARRATIVE_CHARS_MAX
from services.complaints.views import Clock, rows, status
from services.complaints.words import Allegation, Channel, Duty, Stage, Trigger
from shared.web import Staff
from shared.who_may import PUBLIC

if TYPE_CHECKING:
    from services.complaints.application import ComplaintsDesk

Short = Annotated[str, Field(max_length=10_000)]
Reference = Annotated[str, Field(max_length=100)]


class ComplaintFiled(BaseModel):
    """A complaint as it is filed; only what happened is required (C-COMP-2, C-COMP-21)."""

    model_config = ConfigDict(extra="forbid")

    narrative: Annotated[str, Field(max_length=NARRATIVE_CHARS_MAX)]
    school: Reference | None = None
    """Reference of a school of the program; absent when not known."""
    officer: Reference | None = None
    """Reference of an officer of the program; absent when not known."""
    incident_on: date | None = None
    allegations: Annotated[list[Allegation], Field(max_length=len(Allegation))] = []
    urgent: Annotated[list[Trigger], Field(max_length=len(Trigger))] = []
    """What must not wait (C-COMP-18)."""
    harm: bool = False
    """Whether harm to a student is alleged."""
    names_principal: bool = False
    language: Reference = "en"
    """Language tag for the letters."""
    complainant: Short | None = None
    """Name; absent to stay anonymous."""
    contact: Short | None = None
    channel: Channel = Channel.WEB


class ReceiptGiven(BaseModel):
    """What a complainant keeps: enough to follow the complaint without an account."""

    number: str
    passphrase: str


class Proof(BaseModel):
    """What shows that somebody may follow a complaint."""

    model_config = ConfigDict(extra="forbid")

    passphrase: Annotated[str, Field(max_length=200)]


class ClockShown(BaseModel):
    """A date that runs, with its explanation (C-TIME-10)."""

    duty: Duty
    clause: str
    on: date
    """The due date; the earliest possible one while `known` is false."""
    known: bool
    passed: bool
    why: list[str]


class Detail(BaseModel):
    """One thing said of an event."""

    label: str
    text: str


class LineShown(BaseModel):
    """One thing that happened."""

    at: datetime
    title: str
    details: list[Detail]


class StatusShown(BaseModel):
    """A complaint as its complainant sees it (C-COMP-20)."""

    number: str
    stage: Stage
    clocks: list[ClockShown]
    history: list[LineShown]
    may_appeal: bool
    may_withdraw: bool


class DocketLine(BaseModel):
    """One complaint of the docket (C-TIME-11)."""

    number: str
    group: str
    stage: Stage
    school: str | None
    officer: str | None
    received_on: date
    next_duty: Duty | None
    next_on: date | None
    next_known: bool | None
    late_filed: bool
    agency: str
    agency_reference: str | None
    agency_silent: bool
    unread: bool


class FieldProblem(BaseModel):
    """A field that must be corrected."""

    field: str
    detail: str


class ProblemDetails(BaseModel):
    """What went wrong, and what would mend it (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    clause: str | None = None
    """The clause of the procedure that refuses it."""
    field: str | None = None
    errors: list[FieldProblem] = []


def _problem(description: str) -> dict[str, Any]:
    schema = ProblemDetails.model_json_schema(ref_template="#/components/schemas/{model}")
    schema.pop("$defs")
    schema["properties"]["errors"]["items"] = FieldProblem.model_json_schema()
    return {"description": description, "content": {"application/problem+json": {"schema": schema}}}


WRONG: dict[int | str, dict[str, Any]] = {
    413: _problem("A field is too long; it is named."),
    422: _problem("A field must be corrected; it is named, with the clause that asks for it."),
}
SIGNED_OUT: dict[int | str, dict[str, Any]] = {401: _problem("Nobody is signed in.")}


def router(desk: ComplaintsDesk) -> APIRouter:
    """The routes."""
    routes, interface = APIRouter(prefix="/api", tags=["complaints"]), Interface(desk)
    routes.add_api_route(
        "/complaints", interface.file, methods=["POST"], status_code=201, responses=WRONG
    )
    routes.add_api_route(
        "/complaints/{number}/status", interface.status, methods=["POST"], responses=WRONG
    )
    routes.add_api_route("/docket", interface.docket, responses=SIGNED_OUT)
    return routes


@dataclass(frozen=True)
class Interface:
    """What programs may ask of the district."""

    desk: ComplaintsDesk

    def file(
        self,
        filed: ComplaintFiled,
        response: Response,
        idempotency_key: Annotated[str | None, Header(max_length=255)] = None,
    ) -> ReceiptGiven:
        """File a complaint; the passphrase is told only in this answer.

        The same body with the same `Idempotency-Key` is one complaint with one receipt, so a
        request without an answer may be sent again. Another body is another complaint.
        """
        receipt = self.desk.receive(
            by=PUBLIC, submission=_submission(idempotency_key, filed), **dict(filed)
        )
        response.headers["Location"] = f"/api/complaints/{receipt.number}/status"
        return ReceiptGiven(number=receipt.number, passphrase=receipt.passphrase)

    def status(self, number: str, proof: Proof) -> StatusShown:
        """How far a complaint is, for who shows its passphrase (C-COMP-20)."""
        shown = status(self.desk, number, proof.passphrase)
        return StatusShown(
            number=shown.number,
            stage=shown.stage,
            clocks=[_clock(each) for each in shown.clocks],
            history=[
                LineShown(
                    at=each.at,
                    title=each.title,
                    details=[Detail(label=label, text=text) for label, text in each.details],
                )
                for each in shown.history
            ],
            may_appeal=shown.may_appeal,
            may_withdraw=shown.may_withdraw,
        )

    def docket(self, staff: Staff) -> list[DocketLine]:
        """The docket of who is signed in, the latest overdue first."""
        return [DocketLine(**line(row)) for row in rows(self.desk, staff)]


def _clock(clock: Clock) -> ClockShown:
    return ClockShown(
        duty=clock.duty,
        clause=clock.clause,
        on=clock.on,
        known=clock.known,
        passed=clock.passed,
        why=[step.text for step in clock.steps],
    )


def _submission(key: str | None, filed: ComplaintFiled) -> str | None:
    """The key with all that was filed, so that nobody gets another's receipt by guessing keys."""
    if not key:
        return None
    return f"api:{key}:{sha256(filed.model_dump_json().encode()).hexdigest()}"
