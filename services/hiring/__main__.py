"""Wiring: what the settings say becomes the hiring service of one organisation."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from services.hiring.agency_desk import AgencyDesk
from services.hiring.district_desk import DistrictDesk
from services.hiring.http import agency_app, district_app
from services.hiring.published import publish
from services.hiring.received import from_counterpart
from shared.contracts.hiring import FromAgency, FromDistrict
from shared.hearing import directories
from shared.service import LinkStatus, Service, Source

if TYPE_CHECKING:
    from services.hiring.application import HiringDesk
    from shared.settings import Settings

NAME = "hiring"


def service(settings: Settings) -> Service:
    """The hiring service: the search at an agency, voting and the decision at a district."""
    link = LinkStatus(settings.counterpart)
    desk: HiringDesk
    if settings.kind == "district":
        desk = district = DistrictDesk.of(settings)
        app, published, heard = district_app(settings, district, link), FromDistrict, FromAgency
    else:
        desk = agency = AgencyDesk.of(settings)
        app, published, heard = agency_app(settings, agency, link), FromAgency, FromDistrict
    told = Source(settings.counterpart, NAME, heard, partial(from_counterpart, desk))
    return Service(
        name=NAME,
        desk=desk,
        publish=partial(publish, settings.kind, settings.counterpart),
        sources=(*directories(settings), told),
        views=(desk.reference, desk.board, desk.postings),
        app=app,
        link=link,
        tick=desk.look,
        published=published,
    )
