"""The district's pages: incidents, quick entry of interactions, requests, the boundary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from services.incidents.acts import offered
from services.incidents.api import shown
from services.incidents.conduct_acts import ConductActs
from services.incidents.incident_acts import IncidentActs
from services.incidents.pages import RecordPages
from services.incidents.views import SHOWN_MAX, clocks, history, offense, outcome
from shared.web import Pages, Staff

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastapi import APIRouter

    from services.incidents.acts import Act, Begin
    from services.incidents.district_desk import DistrictDesk
    from services.incidents.records import Record


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
            acts=offered(self.acts(), found),
            done=done in self.acts(),
            schools=desk.schools(),
            offense=offense,
            outcome=outcome,
        )

    def record(self, reference: str, staff: str) -> Any:
        """An incident, for who may read it."""
        return self._desk.incident(reference, by=staff)

    def acts(self) -> Mapping[str, Act]:
        """What may be done with an incident."""
        return IncidentActs(self._desk).all()


class ConductPages(RecordPages):
    """Interactions, requests and alarms: what begins them, and what is done with them."""

    records = "conduct"

    def __init__(self, desk: DistrictDesk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._acts = ConductActs(desk)

    def router(self) -> APIRouter:
        """The routes."""
        routes = super().router()
        routes.add_api_route("/conduct", self.conduct)
        routes.add_api_route("/conduct/{reference}", self.back)
        routes.add_api_route("/recorded", self.recorded)
        return routes

    def conduct(self, request: Request, staff: Staff, done: str = "") -> Response:
        """Interactions, requests and alarms of one's own schools."""
        desk, acts = self._desk, self._acts.acts()

        def links(record: Record) -> list[tuple[str, str]]:
            return offered(acts, record).get("", [])

        return Pages.of(request).show(
            request,
            "conduct.html",
            interactions=shown(lambda: desk.interactions(by=staff))[:SHOWN_MAX],
            interventions=shown(lambda: desk.interventions(by=staff))[:SHOWN_MAX],
            raised=shown(lambda: desk.alarms(by=staff))[:SHOWN_MAX],
            schools=desk.schools(),
            links=links,
            done=done in acts or done == "interaction",
        )

    def recorded(self, request: Request, staff: Staff) -> Response:
        """Where what was begun leads, for who may not read what others entered."""
        return Pages.of(request).show(request, "recorded.html")

    def record(self, reference: str, staff: str) -> Any:
        """An alarm, a request or an interaction, for who may read it."""
        desk = self._desk
        asked = (desk.alarms, desk.interventions, desk.interactions)
        found: list[Any] = [each for list_ in asked for each in list_(by=staff)]
        for each in found:
            if each.reference == reference:
                return each
        raise HTTPException(404)

    def back(self, staff: Staff, reference: str, done: str = "") -> Response:
        """Where an act leads back to: the list."""
        told = f"?done={done}" if done in self.acts() else ""
        return Response(status_code=303, headers={"Location": f"/conduct{told}"})

    def begins(self) -> Mapping[str, Begin]:
        """What may be begun."""
        return self._acts.begins()

    def acts(self) -> Mapping[str, Act]:
        """Answer, describe, review, debrief."""
        return self._acts.acts()
