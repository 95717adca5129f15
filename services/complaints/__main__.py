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
from shared.contracts.directory import DirectoryContract
from shared.hearing import heard
from shared.keyring import Keyring, master_key
from shared.service import LinkStatus, Service, Source

if TYPE_CHECKING:
    from shared.settings import Settings

NAME = "complaints"


def service(settings: Settings) -> Service:
    """The complaints service: the procedure at a district, linked reviews at an agency."""
    return _district(settings) if settings.kind == "district" else _agency(settings)


def district_desk(settings: Settings) -> ComplaintsDesk:
    """The district's desk alone, for commands."""
    return ComplaintsDesk(
        settings.org,
        settings.store(NAME),
        _keyring(settings),
        counterpart=settings.counterpart,
        zone=settings.time_zone,
    )


def agency_desk(settings: Settings) -> ReviewsDesk:
    """The agency's desk alone, for commands."""
    return ReviewsDesk(
        settings.org,
        settings.store(NAME),
        _keyring(settings),
        counterpart=settings.counterpart,
        zone=settings.time_zone,
    )


def _keyring(settings: Settings) -> Keyring:
    return Keyring(settings.keys(NAME), master_key(settings.master_key_file))


def _district(settings: Settings) -> Service:
    desk, link = district_desk(settings), LinkStatus(settings.counterpart)
    tip_line = TipLine(desk)
    answers = Source(settings.counterpart, NAME, FromAgency, partial(received.from_agency, desk))
    return Service(
        name=NAME,
        desk=desk,
        publish=partial(publish, settings.counterpart),
        sources=(*_directories(settings), answers),
        views=(desk.reference, desk.docket, tip_line.tray),
        app=district_app(settings, desk, tip_line, link),
        link=link,
        tick=lambda: _look(desk),
        published=FromDistrict,
    )


def _agency(settings: Settings) -> Service:
    desk, link = agency_desk(settings), LinkStatus(settings.counterpart)
    notices = Source(
        settings.counterpart, NAME, FromDistrict, partial(received.from_district, desk)
    )
    return Service(
        name=NAME,
        desk=desk,
        publish=partial(publish, settings.counterpart),
        sources=(*_directories(settings), notices),
        views=(desk.reference, desk.caseload),
        app=agency_app(settings, desk, link),
        link=link,
        published=FromAgency,
    )


def _directories(settings: Settings) -> tuple[Source, ...]:
    """Both organisations' directories: one knows the schools, the other the officers."""
    return tuple(
        Source(org, "directory", DirectoryContract, partial(heard, org))
        for org in (settings.org, settings.counterpart)
    )


def _look(desk: ComplaintsDesk) -> None:
    desk.look_at_clocks()
