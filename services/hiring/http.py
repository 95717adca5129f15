"""The sites of the hiring service: the district's, and the agency's. Translation only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.hiring.agency_pages import AgencyPages
from services.hiring.district_pages import DistrictPages
from shared.web import NavLink, web_app
from shared.web.inputs import people_of

if TYPE_CHECKING:
    from fastapi import FastAPI

    from services.hiring.agency_desk import AgencyDesk
    from services.hiring.district_desk import DistrictDesk
    from shared.service import LinkStatus
    from shared.settings import Settings

NAME = "hiring"
BOARD = NavLink("/", "Search board")
AGENCY_NAV = (BOARD, NavLink("/counts", "Equal-opportunity counts"))


def district_app(settings: Settings, desk: DistrictDesk, link: LinkStatus) -> FastAPI:
    """The district's site: searches, its panel members' scores, its decision."""
    app = web_app(
        settings,
        NAME,
        desk,
        link,
        lambda: people_of(desk.reference.current(), desk.today()),
        nav=(BOARD,),
    )
    app.include_router(DistrictPages(desk).router())
    return app


def agency_app(settings: Settings, desk: AgencyDesk, link: LinkStatus) -> FastAPI:
    """The agency's site: searches from the first candidate to the appointment."""
    app = web_app(
        settings,
        NAME,
        desk,
        link,
        lambda: people_of(desk.reference.current(), desk.today()),
        nav=AGENCY_NAV,
    )
    app.include_router(AgencyPages(desk).router())
    return app
