"""The sites of the complaints service: the district's, and the agency's. Translation only."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from services.complaints import api, tips_api
from services.complaints.agency_pages import AgencyPages
from services.complaints.district_pages import DistrictPages
from services.complaints.inputs import people
from services.complaints.matter_pages import MatterPages
from services.complaints.public_pages import PublicPages
from services.complaints.status_pages import StatusPages
from services.complaints.tips_pages import TipsPages
from shared.web import NavLink, web_app

if TYPE_CHECKING:
    from fastapi import FastAPI

    from services.complaints.application import ComplaintsDesk
    from services.complaints.review_desk import ReviewsDesk
    from services.complaints.tipline import TipLine
    from shared.service import LinkStatus
    from shared.settings import Settings

NAME = "complaints"
DISTRICT_NAV = (
    NavLink("/complaint", "Make a complaint", staff_only=False),
    NavLink("/follow", "Follow a complaint", staff_only=False),
    NavLink("/docket", "Docket"),
    NavLink("/appeals", "Appeals"),
)
AGENCY_NAV = (NavLink("/inbox", "Inbox"),)


def district_app(
    settings: Settings, desk: ComplaintsDesk, tip_line: TipLine, link: LinkStatus
) -> FastAPI:
    """The district's site: the form, the status page, docket, matters, appeals and the API."""
    app = web_app(settings, NAME, desk, link, partial(people, desk), nav=DISTRICT_NAV)
    for pages in (
        PublicPages(desk),
        StatusPages(desk),
        DistrictPages(desk, tip_line),
        MatterPages(desk),
        TipsPages(tip_line),
    ):
        app.include_router(pages.router())
    app.include_router(api.router(desk))
    app.include_router(tips_api.router(tip_line))
    return app


def agency_app(settings: Settings, desk: ReviewsDesk, link: LinkStatus) -> FastAPI:
    """The agency's site: its inbox and cases."""
    app = web_app(settings, NAME, desk, link, partial(people, desk), nav=AGENCY_NAV)
    app.include_router(AgencyPages(desk).router())
    return app
