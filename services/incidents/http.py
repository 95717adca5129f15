"""The sites of the incidents service: the district's, and the agency's. Translation only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.incidents import api
from services.incidents.agency_pages import AgencyPages
from services.incidents.district_pages import ConductPages, IncidentPages
from services.incidents.report_pages import ReportPages
from shared.web import NavLink, web_app
from shared.web.inputs import people_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastapi import FastAPI

    from services.incidents.application import IncidentsDesk
    from services.incidents.calls_desk import CallsDesk
    from services.incidents.district_desk import DistrictDesk
    from services.incidents.intake import Kind
    from shared.service import LinkStatus
    from shared.settings import Settings
    from shared.web import Member

NAME = "incidents"
VIEWS = NavLink("/views", "Who looked")
DISTRICT_NAV = (
    NavLink("/", "Incidents"),
    NavLink("/conduct", "Interactions and requests"),
    NavLink("/interactions/new", "Log an interaction"),
    NavLink("/reports", "Reports"),
    NavLink("/published", "Published figures", staff_only=False),
    VIEWS,
)
AGENCY_NAV = (NavLink("/", "Blotter"), NavLink("/notices", "From the district"), VIEWS)


def district_app(
    settings: Settings, desk: DistrictDesk, link: LinkStatus, kinds: Sequence[Kind]
) -> FastAPI:
    """The district's site: incidents, interactions, requests, the boundary."""
    app = web_app(settings, NAME, desk, link, lambda: _people(desk), nav=DISTRICT_NAV)
    app.include_router(IncidentPages(desk).router())
    app.include_router(ConductPages(desk).router())
    app.include_router(ReportPages(desk).router())
    app.include_router(api.district_router(desk))
    app.include_router(api.systems_router(kinds, settings))
    return app


def agency_app(
    settings: Settings, desk: CallsDesk, link: LinkStatus, kinds: Sequence[Kind]
) -> FastAPI:
    """The agency's site: the blotter, calls."""
    app = web_app(settings, NAME, desk, link, lambda: _people(desk), nav=AGENCY_NAV)
    app.include_router(AgencyPages(desk).router())
    app.include_router(api.agency_router(desk))
    app.include_router(api.systems_router(kinds, settings))
    return app


def _people(desk: IncidentsDesk) -> Sequence[Member]:
    return people_of(desk.reference.current(), desk.today())
