"""Wiring: what the settings say becomes the training service of one organisation."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from services.training.agency_desk import AgencyDesk
from services.training.district_desk import DistrictDesk
from services.training.http import agency_app, district_app
from services.training.intake import answered
from services.training.published import publish
from services.training.received import from_counterpart
from services.training.words import Channel
from shared.contracts.training import (
    AgencyPublishes,
    ConfirmationV1,
    DistrictPublishes,
    FromAgency,
    FromDistrict,
)
from shared.hearing import directories
from shared.service import Intake, LinkStatus, Service, Source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.training.application import TrainingDesk
    from shared.settings import Settings

NAME = "training"


def service(settings: Settings) -> Service:
    """The training service: confirming at an agency, countersigning and the gate at a district."""
    return _district(settings) if settings.kind == "district" else _agency(settings)


def desk_of(settings: Settings) -> TrainingDesk:
    """The desk alone, for commands of either organisation."""
    return DistrictDesk.of(settings) if settings.kind == "district" else AgencyDesk.of(settings)


def _district(settings: Settings) -> Service:
    desk, link = DistrictDesk.of(settings), LinkStatus(settings.counterpart)
    told = Source(settings.counterpart, NAME, FromAgency, partial(from_counterpart, desk))
    return Service(
        name=NAME,
        desk=desk,
        publish=partial(publish, "district", settings.counterpart),
        sources=(*directories(settings), told),
        views=(desk.reference, desk.files, desk.shelf, desk.trainings),
        app=district_app(settings, desk, link),
        link=link,
        tick=desk.look,
        published=DistrictPublishes,
    )


def _agency(settings: Settings) -> Service:
    desk, link = AgencyDesk.of(settings), LinkStatus(settings.counterpart)
    told = Source(settings.counterpart, NAME, FromDistrict, partial(from_counterpart, desk))

    def take(headers: Mapping[str, str], body: bytes) -> bytes:
        return answered(desk, Channel.MESSAGE, headers, body).model_dump_json().encode()

    return Service(
        name=NAME,
        desk=desk,
        publish=partial(publish, "agency", settings.counterpart),
        sources=(*directories(settings), told),
        views=(desk.reference, desk.files, desk.shelf),
        app=agency_app(settings, desk, link),
        link=link,
        tick=desk.look,
        intakes=(Intake("confirmation", take, ConfirmationV1),),
        published=AgencyPublishes,
    )
