"""Wiring: what the settings say becomes the complaints service of one organisation."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from services.complaints import received
from services.complaints.application import ComplaintsDesk
from services.complaints.http import agency_app, district_app
from services.complaints.published import publish
from services.complaints.review_desk import ReviewsDesk
from services.complaints.tipline import TipLine
from shared.contracts.complaints import FromAgency, FromDistrict
from shared.hearing import directories
from shared.service import LinkStatus, Service, Source

if TYPE_CHECKING:
    from shared.settings import Settings

NAME = "complaints"


def service(settings: Settings) -> Service:
    """The complaints service: the procedure at a district, linked reviews at an agency."""
    return _district(settings) if settings.kind == "district" else _agency(settings)


def _district(settings: Settings) -> Service:
    desk, link = ComplaintsDesk.of(settings), LinkStatus(settings.counterpart)
    tip_line = TipLine(desk)
    answers = Source(settings.counterpart, NAME, FromAgency, partial(received.from_agency, desk))
    return Service(
        name=NAME,
        desk=desk,
        publish=partial(publish, settings.counterpart),
        sources=(*directories(settings), answers),
        views=(desk.reference, desk.docket, tip_line.tray),
        app=district_app(settings, desk, tip_line, link),
        link=link,
        tick=desk.look_at_clocks,
        published=FromDistrict,
    )


def _agency(settings: Settings) -> Service:
    desk, link = ReviewsDesk.of(settings), LinkStatus(settings.counterpart)
    notices = Source(
        settings.counterpart, NAME, FromDistrict, partial(received.from_district, desk)
    )
    return Service(
        name=NAME,
        desk=desk,
        publish=partial(publish, settings.counterpart),
        sources=(*directories(settings), notices),
        views=(desk.reference, desk.caseload),
        app=agency_app(settings, desk, link),
        link=link,
        published=FromAgency,
    )
