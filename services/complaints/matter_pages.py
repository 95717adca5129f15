"""One matter at the district: facts, clocks, history, and what can be done now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.complaints.inputs import not_shown, people
from services.complaints.matter_actions import (
    ACTIONS,
    Action,
    Looking,
    finding_field,
    offered,
    reasons_field,
)
from services.complaints.views import Matter, matter
from services.complaints.words import Allegation, Conflict, Finding, Ground, Outcome, Trigger
from shared.errors import Refused
from shared.web import Form, FormProblem, Pages, Staff, form_of
from shared.web.inputs import listed

if TYPE_CHECKING:
    from services.complaints.application import ComplaintsDesk

TEXT_CHARS_MAX = 100_000


class MatterPages:
    """The page of a matter and the pages of its forms."""

    def __init__(self, desk: ComplaintsDesk) -> None:
        self._desk = desk

    def router(self) -> APIRouter:
        """The routes."""
        routes = APIRouter(include_in_schema=False)
        routes.add_api_route("/matters/{number}", self.show)
        routes.add_api_route("/matters/{number}/letters/{place}", self.letter)
        routes.add_api_route("/matters/{number}/{act}", self.form)
        routes.add_api_route("/matters/{number}/{act}", self.do, methods=["POST"])
        return routes

    def show(self, request: Request, staff: Staff, number: str, done: str = "") -> Response:
        """The matter; `done` names the action that has just been recorded."""
        seen = self._seen(number, staff)
        recorded = ACTIONS.get(done)
        return Pages.of(request).show(
            request,
            "matter.html",
            recorded=recorded.title if recorded else "",
            **self._facts(seen, staff),
        )

    def letter(self, request: Request, staff: Staff, number: str, place: int) -> Response:
        """One letter, to print."""
        seen = self._seen(number, staff)
        line = seen.history[place] if 0 <= place < len(seen.history) else None
        text = dict(line.details).get("Letter") if line else None
        if text is None:
            raise HTTPException(404)
        back = f"/matters/{seen.entry.number}"
        return Pages.of(request).show(
            request, "letter.html", number=seen.entry.number, text=text, back=back
        )

    def form(self, request: Request, staff: Staff, number: str, act: str) -> Response:
        """The form of an action, while it makes sense."""
        seen, action = self._seen(number, staff), _action(act)
        facts = self._facts(seen, staff)
        if action.at_once or act not in facts["offered"]:
            return RedirectResponse(f"/matters/{seen.entry.number}", 303)
        return Pages.of(request).show(request, "action.html", act=act, action=action, **facts)

    def do(
        self,
        request: Request,
        staff: Staff,
        number: str,
        act: str,
        form: Annotated[
            Form,
            Depends(form_of(text=TEXT_CHARS_MAX, grounds=TEXT_CHARS_MAX, answer=TEXT_CHARS_MAX)),
        ],
    ) -> Response:
        """Give the command; refused, the form comes again as it was sent."""
        seen, action = self._seen(number, staff), _action(act)
        try:
            action.give(self._desk, seen.entry.number, staff, form)
        except (Refused, FormProblem) as problem:
            facts = self._facts(seen, staff)
            if action.at_once:
                return Pages.of(request).again(
                    request, "matter.html", _whole(problem), recorded="", **facts
                )
            return Pages.of(request).again(
                request, "action.html", _at_field(problem), act=act, action=action, **facts
            )
        return RedirectResponse(self._after(seen.entry.number, staff, act), 303)

    def _after(self, number: str, staff: str, act: str) -> str:
        """The matter; the docket for who gave it away and sees it no more."""
        try:
            self._desk.seen(number, staff)
        except Refused:
            return "/docket"
        return f"/matters/{number}?done={act}"

    def _seen(self, number: str, staff: str) -> Matter:
        try:
            return matter(self._desk, number, staff)
        except Refused as refused:
            raise not_shown(refused) from None

    def _facts(self, seen: Matter, staff: str) -> dict[str, Any]:
        desk, complaint = self._desk, self._desk.complaint(seen.entry.number)
        reference, today = desk.reference.current(), desk.today()
        looking = Looking(complaint, desk.standing(staff), desk.in_force())
        others = [p for p in people(desk) if p.staff not in complaint.stepped_aside]
        schools = reference.schools(today)
        return {
            "matter": seen,
            "entry": seen.entry,
            "links": sorted(complaint.links),
            "school": schools.get(seen.entry.school or "", seen.entry.school),
            "offered": offered(looking),
            "declared": staff in complaint.declared,
            "looking": looking,
            "schools": list(schools.items()),
            "officers": [(each, each.capitalize()) for each in reference.officers(today)],
            "staff": [
                (p.staff, ", ".join(filter(None, (p.role, p.school, p.staff)))) for p in others
            ],
            "allegations": listed(Allegation),
            "conflicts": listed(Conflict),
            "findings": listed(Finding),
            "grounds": listed(Ground),
            "outcomes": listed(Outcome),
            "triggers": listed(Trigger),
            "listed": listed,
            "finding_field": finding_field,
            "reasons_field": reasons_field,
        }


def _action(act: str) -> Action:
    if act not in ACTIONS:
        raise HTTPException(404)
    return ACTIONS[act]


def _whole(problem: Refused | FormProblem) -> Refused | FormProblem:
    """A refusal of what has no field."""
    return Refused(problem.clause, problem.reason) if isinstance(problem, Refused) else problem


def _at_field(problem: Refused | FormProblem) -> Refused | FormProblem:
    """A refusal at its field; who gave the command is no field of a form."""
    by = isinstance(problem, Refused) and problem.field in {"by", "number"}
    return _whole(problem) if by else problem
