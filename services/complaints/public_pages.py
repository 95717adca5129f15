"""The district's first page, the complaint form (4311F2) and the receipt, for anybody."""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated, Any, TypedDict

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from services.complaints.application import PUBLIC
from services.complaints.inputs import LANGUAGES
from services.complaints.views import WAITING, own_clocks
from services.complaints.words import Allegation, Channel, Trigger
from shared.errors import Refused
from shared.web import Form, FormProblem, Pages, form_of, signed_in
from shared.web.inputs import choice, choices, listed, ticked

if TYPE_CHECKING:
    from datetime import date

    from services.complaints.application import ComplaintsDesk, Receipt

NARRATIVE_CHARS_MAX = 100_000


class Arrival(TypedDict):
    """How a complaint reached the district, and who entered it."""

    by: str
    channel: Channel
    received_on: date | None


class PublicPages:
    """What is open to anybody."""

    def __init__(self, desk: ComplaintsDesk) -> None:
        self._desk = desk

    def router(self) -> APIRouter:
        """The routes."""
        routes = APIRouter(include_in_schema=False)
        routes.add_api_route("/", self.home)
        routes.add_api_route("/complaint", self.form)
        routes.add_api_route("/complaint", self.file, methods=["POST"])
        return routes

    def home(self, request: Request) -> Response:
        """What this is, and where to go."""
        return Pages.of(request).show(request, "home.html")

    def form(self, request: Request) -> Response:
        """The form, with the token of this submission."""
        token = secrets.token_urlsafe(16)
        return Pages.of(request).show(
            request, "complaint.html", submission=token, **self._facts(request)
        )

    def file(
        self,
        request: Request,
        form: Annotated[Form, Depends(form_of(narrative=NARRATIVE_CHARS_MAX))],
    ) -> Response:
        """Take a complaint in, and answer with its receipt; sent twice it is one complaint."""
        try:
            receipt = self._received(form, signed_in(request))
        except (Refused, FormProblem) as problem:
            return Pages.of(request).again(
                request, "complaint.html", problem, submission="", **self._facts(request)
            )
        complaint = self._desk.complaint(receipt.number)
        return Pages.of(request).show(
            request,
            "receipt.html",
            status=201,
            receipt=receipt,
            received_on=complaint.received_on,
            late=complaint.late,
            clocks=own_clocks(complaint, self._desk.in_force()),
            waiting=WAITING,
        )

    def _received(self, form: Form, staff: str | None) -> Receipt:
        return self._desk.receive(
            **_arrival(form, staff),
            narrative=form.text("narrative"),
            school=form.text("school") or None,
            officer=form.text("officer") or None,
            incident_on=form.day("incident_on", "C-COMP-3"),
            allegations=choices(form, "allegations", Allegation, "C-COMP-13"),
            urgent=choices(form, "urgent", Trigger, "C-COMP-18"),
            harm=ticked(form, "harm"),
            names_principal=ticked(form, "names_principal"),
            language=form.text("other_language") or form.text("language"),
            complainant=form.text("complainant"),
            contact=form.text("contact"),
            submission=_submission(form),
        )

    def _facts(self, request: Request) -> dict[str, Any]:
        reference, today = self._desk.reference.current(), self._desk.today()
        return {
            "schools": list(reference.schools(today).items()),
            "officers": [(each, each.capitalize()) for each in reference.officers(today)],
            "allegations": listed(Allegation),
            "urgent": listed(Trigger),
            "languages": LANGUAGES,
            "channels": listed(Channel),
            "entered_by_staff": signed_in(request) is not None,
            "may_be_anonymous": self._desk.in_force().policy.anonymous,
        }


def _arrival(form: Form, staff: str | None) -> Arrival:
    """By itself through the form; what staff enter says how and when it came (C-COMP-2)."""
    if staff is None:
        return Arrival(by=PUBLIC, channel=Channel.FORM, received_on=None)
    return Arrival(
        by=staff,
        channel=choice(form, "channel", Channel, "C-COMP-2"),
        received_on=form.day("received_on", "C-COMP-2"),
    )


def _submission(form: Form) -> str | None:
    """The form's token with all that was written: what is sent again changed is another one."""
    token = form.text("submission")
    if not token:
        return None
    return f"form:{token}:{sha256(repr(form.pairs()).encode()).hexdigest()}"
