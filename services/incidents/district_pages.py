"""The district's pages: incidents, quick entry of interactions, requests, the boundary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from services.incidents.acts import (
    Act,
    Field,
    day_of,
    happened,
    instant_of,
    needed,
    offered,
    reasons,
    word_if,
    words,
)
from services.incidents.api import shown
from services.incidents.incident import StudentPart
from services.incidents.pages import RecordPages, Sent, form_facts, sent
from services.incidents.views import SHOWN_MAX, clocks, history, offense, outcome
from services.incidents.words import (
    GROUNDS,
    Answer,
    Capacity,
    Discipline,
    Ground,
    Involved,
    Met,
    Part,
    Setting,
    Subject,
    Whom,
)
from shared.web import Pages, Staff
from shared.web.inputs import choice, ticked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastapi import APIRouter

    from services.incidents.district_desk import DistrictDesk

YES = (("yes", "Yes"),)


class IncidentPages(RecordPages):
    """The district's incidents."""

    records = "incidents"

    def __init__(self, desk: DistrictDesk) -> None:
        super().__init__(desk)
        self._desk = desk

    def router(self) -> APIRouter:
        """The routes."""
        routes = super().router()
        fixed = type(routes)(include_in_schema=False)
        fixed.add_api_route("/", self.incidents)
        fixed.add_api_route("/incidents/{reference}", self.incident)
        for name in ("interactions", "requests"):
            fixed.add_api_route(f"/{name}/new", getattr(self, f"{name}_form"))
            fixed.add_api_route(f"/{name}/new", getattr(self, f"{name}_new"), methods=["POST"])
        fixed.add_api_route("/conduct", self.conduct)
        fixed.include_router(routes)
        return fixed

    def incidents(self, request: Request, staff: Staff) -> Response:
        """The incidents of the schools that are one's own to read (C-DATA-4)."""
        found = shown(lambda: self._desk.incidents(by=staff))
        return Pages.of(request).show(
            request,
            "incidents.html",
            incidents=found[:SHOWN_MAX],
            count=len(found),
            schools=self._desk.schools(),
            offense=offense,
            outcome=outcome,
        )

    def incident(self, request: Request, staff: Staff, reference: str, done: str = "") -> Response:
        """One incident, who is linked to it, and its history (C-DATA-4)."""
        desk = self._desk
        found = shown(lambda: desk.incident(reference, by=staff))
        students = shown(lambda: desk.students_of(reference, by=staff))
        return Pages.of(request).show(
            request,
            "incident_page.html",
            incident=found,
            students=students,
            clocks=clocks(desk, found),
            history=history(desk.events_of(desk.incident_id(reference)), desk.opened, desk.zone),
            acts=offered(self.acts()),
            done=done in self.acts(),
            schools=desk.schools(),
            offense=offense,
            outcome=outcome,
        )

    def conduct(self, request: Request, staff: Staff) -> Response:
        """Interactions, requests and alarms of one's own schools."""
        desk = self._desk
        return Pages.of(request).show(
            request,
            "conduct.html",
            interactions=shown(lambda: desk.interactions(by=staff))[:SHOWN_MAX],
            interventions=shown(lambda: desk.interventions(by=staff))[:SHOWN_MAX],
            raised=shown(lambda: desk.alarms(by=staff))[:SHOWN_MAX],
        )

    # --- Quick entry ------------------------------------------------------------------------------

    def interactions_form(self, request: Request, staff: Staff) -> Response:
        """The form of an interaction, quick to fill on a phone (C-MENT-4)."""
        return Pages.of(request).show(request, "act.html", **self._interaction())

    def interactions_new(self, request: Request, staff: Staff, form: Sent) -> Response:
        """Log an interaction (C-ROLE-1)."""

        def give() -> str:
            clause = "C-MENT-4"
            self._desk.log_interaction(
                by=staff,
                officer=form.text("officer"),
                school=form.text("school"),
                on=day_of(form, clause),
                capacity=choice(form, "capacity", Capacity, "C-ROLE-1"),
                whom=choice(form, "whom", Whom, clause),
                setting=choice(form, "setting", Setting, clause),
                subject=choice(form, "subject", Subject, clause),
                persons=needed(form, "persons", clause),
                part=word_if(form, "part", Part, "C-DISC-3"),
                note=form.text("note"),
            )
            return "/conduct"

        return sent(request, self._interaction(), give)

    def requests_form(self, request: Request, staff: Staff) -> Response:
        """The form of a request for intervention (C-INT-1)."""
        return Pages.of(request).show(request, "act.html", **self._request())

    def requests_new(self, request: Request, staff: Staff, form: Sent) -> Response:
        """Record a request; it is never blocked (C-INT-1)."""

        def give() -> str:
            self._desk.request_intervention(
                by=staff,
                school=form.text("school"),
                at=instant_of(form, self._desk.zone, "C-INT-1"),
                ground=word_if(form, "ground", Ground, "C-INT-1"),
                description=form.text("description"),
            )
            return "/requests/new"

        return sent(request, self._request(), give)

    def _interaction(self) -> dict[str, Any]:
        desk = self._desk
        officers = [(each, each) for each in desk.reference.current().officers(desk.today())]
        day = desk.today().isoformat()
        fields = (
            words("radios", "capacity", "The officer's role", Capacity),
            words("radios", "whom", "With", Whom),
            Field("select", "officer", "Officer", officers, required=True),
            Field("select", "school", "School", list(desk.schools().items()), required=True),
            words("select", "subject", "About", Subject),
            words("select", "setting", "Where", Setting),
            Field("text", "persons", "How many people", required=True, value="1"),
            Field("date", "on", "Day", required=True, value=day),
            words("select", "part", "Part in formal discipline, if any", Part, required=False),
            Field("textarea", "note", "Note", hint="Sealed. Nothing of counselling, no names."),
        )
        return form_facts("Log an interaction", "Log", fields, "/interactions/new", "/conduct")

    def _request(self) -> dict[str, Any]:
        desk = self._desk
        grounds = [(ground.value, text) for ground, text in GROUNDS.items()]
        fields = (
            Field("radios", "ground", "Ground", grounds, hint="None of them is recorded too."),
            Field("select", "school", "School", list(desk.schools().items()), required=True),
            *happened(desk.now(), desk.zone),
            Field("textarea", "description", "What happened", hint="Sealed."),
        )
        return form_facts("Ask an officer to step in", "Record", fields, "/requests/new", "/")

    # --- Acts -----------------------------------------------------------------------------------

    def record(self, reference: str, staff: str) -> Any:
        """An incident, for who may read it."""
        return self._desk.incident(reference, by=staff)

    def acts(self) -> Mapping[str, Act]:
        """What may be done with an incident."""
        desk = self._desk
        return {
            "student": Act(
                "Link a student",
                "Link",
                lambda _: (
                    Field("text", "student", "Student number", required=True),
                    words("radios", "involved", "Part", Involved),
                    Field("checkboxes", "force", "Force was used on them", YES),
                ),
                lambda reference, form, staff: desk.link_student(
                    reference,
                    form.text("student"),
                    by=staff,
                    part=StudentPart(
                        involved=choice(form, "involved", Involved, "C-INC-6"),
                        force=ticked(form, "force"),
                    ),
                ),
            ),
            "discipline": Act(
                "Say whether discipline followed",
                "Enter",
                lambda _: (
                    words("select", "kind", "Kind", Discipline, required=False, hint="Or none"),
                    Field("text", "decided_by", "Decided by", hint="Reference, as staff-1"),
                ),
                lambda reference, form, staff: desk.follow_discipline(
                    reference,
                    by=staff,
                    followed=bool(form.text("kind")),
                    kind=word_if(form, "kind", Discipline, "C-INC-5"),
                    decided_by=form.text("decided_by") or None,
                ),
            ),
            "ask": Act(
                "Ask why no alternative served",
                "Ask the agency",
                lambda _: (),
                lambda reference, _, staff: desk.ask_alternatives(reference, by=staff),
            ),
            "note": Act(
                "Write a note",
                "Keep",
                lambda _: (Field("textarea", "note", "Note", hint="Sealed.", required=True),),
                lambda reference, form, staff: desk.write_note(
                    reference, by=staff, note=form.text("note")
                ),
            ),
        }


class ConductPages(RecordPages):
    """Answers to alarms, and reviews of requests."""

    records = "conduct"

    def __init__(self, desk: DistrictDesk) -> None:
        super().__init__(desk)
        self._desk = desk

    def record(self, reference: str, staff: str) -> Any:
        """An alarm or a request, for who may read it."""
        found: list[Any] = [*self._desk.alarms(by=staff), *self._desk.interventions(by=staff)]
        for each in found:
            if each.reference == reference:
                return each
        raise HTTPException(404)

    def router(self) -> APIRouter:
        """The routes."""
        routes = super().router()
        routes.add_api_route("/conduct/{reference}", self.back)
        return routes

    def back(self, staff: Staff, reference: str) -> Response:
        """Where an act leads back to: the list."""
        return Response(status_code=303, headers={"Location": "/conduct"})

    def acts(self) -> Mapping[str, Act]:
        """Answer, or review."""
        desk = self._desk
        return {
            "answer": Act(
                "Answer the alarm",
                "Answer",
                lambda _: (words("radios", "answer", "Answer", Answer), reasons()),
                lambda reference, form, staff: desk.answer_boundary(
                    reference,
                    by=staff,
                    answer=choice(form, "answer", Answer, "C-DISC-3"),
                    reasons=form.text("reasons"),
                ),
            ),
            "review": Act(
                "Review the request",
                "Review",
                lambda _: (words("radios", "met", "Was the ground met?", Met), reasons()),
                lambda reference, form, staff: desk.review_request(
                    reference,
                    by=staff,
                    met=choice(form, "met", Met, "C-INT-6"),
                    reasons=form.text("reasons"),
                ),
            ),
        }
