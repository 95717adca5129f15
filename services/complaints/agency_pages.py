"""The agency's pages: its inbox of notices, and its own part in each (C-COMP-5, C-COMP-11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, cast

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.complaints.inputs import not_shown
from services.complaints.matter import matter_id
from services.complaints.review import ReviewEvent, next_reference
from services.complaints.timeline import review_timeline
from services.complaints.words import AgencyStatus, Result
from shared.errors import Refused
from shared.web import Form, FormProblem, Pages, Staff, form_of
from shared.web.inputs import choice, listed

if TYPE_CHECKING:
    from services.complaints.caseload import Case
    from services.complaints.review_desk import ReviewsDesk

DONE = {
    "acknowledge": "the notice is acknowledged",
    "open": "the review is open",
    "close": "the review is closed",
}


class AgencyPages:
    """What the agency's reviewers look at and do."""

    def __init__(self, desk: ReviewsDesk) -> None:
        self._desk = desk

    def router(self) -> APIRouter:
        """The routes."""
        routes = APIRouter(include_in_schema=False)
        routes.add_api_route("/", self.home)
        routes.add_api_route("/inbox", self.inbox)
        routes.add_api_route("/cases/{number}", self.case)
        routes.add_api_route("/cases/{number}/{act}", self.do, methods=["POST"])
        return routes

    def home(self) -> Response:
        """The inbox is the first page."""
        return RedirectResponse("/inbox", 303)

    def inbox(self, request: Request, staff: Staff) -> Response:
        """Every notice, what must not wait first."""
        try:
            cases = self._desk.cases(staff)
        except Refused as refused:
            raise not_shown(refused) from None
        return Pages.of(request).show(
            request,
            "inbox.html",
            open_cases=sorted(_open(cases), key=lambda case: not case.escalated),
            closed_cases=[case for case in cases if case.status is AgencyStatus.CLOSED],
            schools=self._schools(),
        )

    def case(self, request: Request, staff: Staff, number: str, done: str = "") -> Response:
        """One case: what the district told, and the agency's own part."""
        facts = self._facts(number, staff)
        return Pages.of(request).show(request, "case.html", done=DONE.get(done, ""), **facts)

    def do(
        self,
        request: Request,
        staff: Staff,
        number: str,
        act: str,
        form: Annotated[Form, Depends(form_of(reasons=100_000))],
    ) -> Response:
        """Acknowledge, open or close; refused, the page comes again as it was sent."""
        facts = self._facts(number, staff)
        try:
            self._act(act, number, staff, form)
        except (Refused, FormProblem) as problem:
            return Pages.of(request).again(request, "case.html", problem, done="", **facts)
        return RedirectResponse(f"/cases/{facts['case'].number}?done={act}", 303)

    def _act(self, act: str, number: str, staff: str, form: Form) -> None:
        match act:
            case "acknowledge":
                self._desk.acknowledge(number, by=staff, reference=form.text("reference"))
            case "open":
                self._desk.open_review(number, by=staff)
            case "close":
                result = choice(form, "result", Result, "C-COMP-11")
                self._desk.close_review(
                    number, by=staff, result=result, reasons=form.text("reasons")
                )
            case _:
                raise Refused("C-COMP-11", "choose what to do from the page")

    def _facts(self, number: str, staff: str) -> dict[str, Any]:
        try:
            case = self._desk.seen(number, staff)
        except Refused as refused:
            raise not_shown(refused) from None
        taken = {each.reference for each in self._desk.caseload.cases() if each.reference}
        history = cast("list[ReviewEvent]", self._desk.events_of(matter_id(number)))
        return {
            "case": case,
            "school": self._schools().get(case.school or "", case.school),
            "history": review_timeline(history, self._desk.keyring),
            "results": listed(Result),
            "suggested": next_reference(self._desk.today().year, taken),
        }

    def _schools(self) -> dict[str, str]:
        return self._desk.reference.current().schools(self._desk.today())


def _open(cases: list[Case]) -> list[Case]:
    return [case for case in cases if case.status is not AgencyStatus.CLOSED]
