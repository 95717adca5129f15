"""The sites of the training service: the district's, and the agency's. Translation only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.training import api
from services.training.agency_pages import AgencyPages
from services.training.district_pages import DistrictPages
from shared.web import NavLink, web_app
from shared.web.inputs import people_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastapi import FastAPI

    from services.training.agency_desk import AgencyDesk
    from services.training.application import TrainingDesk
    from services.training.district_desk import DistrictDesk
    from shared.service import LinkStatus
    from shared.settings import Settings
    from shared.web import Member

NAME = "training"
BOTH = (NavLink("/", "Training matrix"), NavLink("/due", "Due list"))
DISTRICT_NAV = (*BOTH, NavLink("/trainings", "District trainings"))


def district_app(settings: Settings, desk: DistrictDesk, link: LinkStatus) -> FastAPI:
    """The district's site: the matrix, records, countersigning, its own trainings."""
    app = web_app(settings, NAME, desk, link, lambda: _people(desk), nav=DISTRICT_NAV)
    app.include_router(DistrictPages(desk).router())
    app.include_router(api.router(desk))
    return app


def agency_app(settings: Settings, desk: AgencyDesk, link: LinkStatus) -> FastAPI:
    """The agency's site: the matrix, records, confirmations."""
    app = web_app(settings, NAME, desk, link, lambda: _people(desk), nav=BOTH)
    app.include_router(AgencyPages(desk).router())
    app.include_router(api.router(desk))
    app.include_router(api.system_router(desk, settings))
    app.include_router(api.issuer_router(desk))
    return app


def _people(desk: TrainingDesk) -> Sequence[Member]:
    return people_of(desk.reference.current(), desk.today())
