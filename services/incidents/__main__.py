"""Wiring: what the settings say becomes the incidents service of one organisation."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from services.incidents.calls_desk import CallsDesk
from services.incidents.district_desk import DistrictDesk
from services.incidents.http import agency_app, district_app
from services.incidents.intake import answered, of_agency, of_district
from services.incidents.published import publish
from services.incidents.received import from_agency, from_complaints, from_district, from_training
from services.incidents.words import Channel
from shared.contracts.complaints import Counted
from shared.contracts.incidents import FromAgency, FromDistrict
from shared.contracts.training import DistrictPublishes
from shared.hearing import directories
from shared.service import Intake, LinkStatus, Service, Source

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from services.incidents.intake import Kind
    from shared.aggregate import Aggregate
    from shared.contracts.base import Contract
    from shared.settings import Settings

NAME = "incidents"


def service(settings: Settings) -> Service:
    """The incidents service: calls at an agency, incidents at a district."""
    return _district(settings) if settings.kind == "district" else _agency(settings)


def _district(settings: Settings) -> Service:
    desk, link = DistrictDesk.of(settings), LinkStatus(settings.counterpart)
    kinds = of_district(desk)

    def trained(told: Contract) -> Sequence[Aggregate]:
        return from_training(told, settings.org)

    def complained(told: Contract) -> Sequence[Aggregate]:
        return from_complaints(told, settings.org)

    return Service(
        name=NAME,
        desk=desk,
        publish=partial(publish, settings.counterpart),
        sources=(
            *directories(settings),
            Source(settings.counterpart, NAME, FromAgency, partial(from_agency, desk)),
            Source(settings.org, "training", DistrictPublishes, trained),
            Source(settings.org, "complaints", Counted, complained),
        ),
        views=(
            desk.reference,
            desk.running,
            desk.viewings,
            desk.enrolment.roster,
            desk.incidents_view,
            desk.interactions_view,
            desk.interventions_view,
            desk.boundaries_view,
            desk.lessons,
        ),
        app=district_app(settings, desk, link, kinds),
        link=link,
        tick=desk.look,
        intakes=_intakes(kinds),
        published=FromDistrict,
    )


def _agency(settings: Settings) -> Service:
    desk, link = CallsDesk.of(settings), LinkStatus(settings.counterpart)
    kinds = of_agency(desk)
    return Service(
        name=NAME,
        desk=desk,
        publish=partial(publish, settings.counterpart),
        sources=(
            *directories(settings),
            Source(settings.counterpart, NAME, FromDistrict, partial(from_district, desk)),
        ),
        views=(
            desk.reference,
            desk.running,
            desk.viewings,
            desk.blotter,
            desk.places,
            desk.notices,
        ),
        app=agency_app(settings, desk, link, kinds),
        link=link,
        tick=desk.look,
        intakes=_intakes(kinds),
        published=FromAgency,
    )


def _intakes(kinds: tuple[Kind, ...]) -> tuple[Intake, ...]:
    def taking(kind: Kind) -> Intake:
        def take(headers: Mapping[str, str], body: bytes) -> bytes:
            return answered(kind, Channel.MESSAGE, headers, body).model_dump_json().encode()

        return Intake(kind.name, take, kind.accepts)

    return tuple(taking(kind) for kind in kinds)
