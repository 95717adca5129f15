"""The agency's pages: the blotter, a call with its history, and what may be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from services.incidents.acts import YES, Begin, Field, happened, instant_of, offered
from services.incidents.api import shown
from services.incidents.call import CallFacts
from services.incidents.call_acts import CallActs
from services.incidents.calls_desk import Told
from services.incidents.catalogs import CANCELLED
from services.incidents.pages import RecordPages
from services.incidents.views import SHOWN_MAX, clocks, history, offense, outcome
from services.incidents.words import Channel
from shared.web import Pages, Staff
from shared.web.inputs import ticked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastapi import APIRouter

    from services.incidents.acts import Act
    from services.incidents.call import CallRecord
    from services.incidents.calls_desk import CallsDesk
    from shared.web import Form

STATES = (("open", "waiting for something"), ("late", "overdue"), ("arrest", "arrests"))


class AgencyPages(RecordPages):
    """The agency's calls."""

    records = "calls"

    def __init__(self, desk: CallsDesk) -> None:
        super().__init__(desk)
        self._desk = desk

    def router(self) -> APIRouter:
        """The routes."""
        routes = super().router()
        fixed = type(routes)(include_in_schema=False)
        fixed.add_api_route("/", self.blotter)
        fixed.add_api_route("/notices", self.notices)
        fixed.add_api_route("/calls/{number}", self.call)
        fixed.include_router(routes)
        return fixed

    def blotter(  # what a page is asked with
        self, request: Request, staff: Staff, school: str = "", state: str = "", number: str = ""
    ) -> Response:
        """Every call, the latest first (C-DATA-2)."""
        found = [
            call
            for call in shown(lambda: self._desk.calls(by=staff))
            if school in {"", call.facts.school}
            and number.strip().upper() in call.number
            and _is_in(call, state)
        ]
        return Pages.of(request).show(
            request,
            "blotter.html",
            calls=found[:SHOWN_MAX],
            count=len(found),
            schools=self._desk.schools(),
            states=STATES,
            asked={"school": school, "state": state, "number": number},
            offense=offense,
            outcome=outcome,
        )

    def call(self, request: Request, staff: Staff, number: str, done: str = "") -> Response:
        """One call with its history."""
        call = shown(lambda: self._desk.call(number, by=staff))
        events = self._desk.events_of(self._desk.call_id(number))
        return Pages.of(request).show(
            request,
            "call.html",
            call=call,
            clocks=clocks(self._desk, call),
            history=history(events, self._desk.opened, self._desk.zone),
            acts=offered(self.acts(), call),
            done=done in self.acts() or done == "new",
            schools=self._desk.schools(),
            offense=offense,
            outcome=outcome,
        )

    def notices(self, request: Request, staff: Staff) -> Response:
        """What the district told: missing calls, questionings, the boundary."""
        found = shown(lambda: self._desk.told(by=staff))
        return Pages.of(request).show(request, "notices.html", notices=found)

    # --- A call by hand -------------------------------------------------------------------------

    def begins(self) -> Mapping[str, Begin]:
        """A call that comes from no dispatch system."""
        return {"/new": Begin("Record a call", "Record", self._new_fields, self._new, "/")}

    def _new_fields(self, staff: str) -> tuple[Field, ...]:
        desk = self._desk
        desk.told(by=staff)
        return (
            Field("text", "number", "Number", hint="The agency's own", required=True),
            *happened(desk.now(), desk.zone),
            Field("select", "school", "School", list(desk.schools().items()), required=True),
            Field("checkboxes", "emergency", "An emergency", YES),
            Field("checkboxes", "self_initiated", "Begun by the officer", YES),
            Field("checkboxes", "cancelled", "Cancelled", YES),
        )

    def _new(self, form: Form, staff: str) -> str:
        """Record a call (C-DATA-2)."""
        cancelled = ticked(form, "cancelled")
        facts = CallFacts(
            received_at=instant_of(form, self._desk.zone, "C-DATA-2"),
            school=form.text("school"),
            emergency=ticked(form, "emergency"),
            self_initiated=ticked(form, "self_initiated"),
            cancelled=cancelled,
        )
        told = Told(form.text("number"), facts, CANCELLED if cancelled else None)
        self._desk.receive(told, by=staff, channel=Channel.PAGE)
        return f"/calls/{told.number.strip().upper()}?done=new"

    # --- Acts -----------------------------------------------------------------------------------

    def record(self, reference: str, staff: str) -> CallRecord:
        """A call, for who may read it."""
        return self._desk.call(reference, by=staff)

    def acts(self) -> Mapping[str, Act]:
        """What may be done with a call."""
        return CallActs(self._desk).all()


def _is_in(call: CallRecord, state: str) -> bool:
    match state:
        case "open":
            return bool(call.clocks)
        case "late":
            return bool(call.late)
        case "arrest":
            return call.outcome == "ARRS"
        case _:
            return True
