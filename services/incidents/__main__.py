"""Wiring: what the settings say becomes the incidents service of one organisation."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from services.incidents.calls_desk import CallsDesk
from services.incidents.district_desk import DistrictDesk
from services.incidents.http import agency_app, district_app
from services.incidents.intake import answered, of_agency, of_district
from services.incidents.published import publish
from services.incidents.received import from_agency, from_district, from_training
from services.incidents.words import Channel
from shared.contracts.directory import DirectoryContract
from shared.contracts.incidents import FromAgency, FromDistrict
from shared.contracts.training import DistrictPublishes
from shared.hearing import heard
from shared.keyring import Keyring, master_key
from shared.service import Intake, LinkStatus, Service, Source

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from services.incidents.application import IncidentsDesk
    from services.incidents.intake import Kind
    from shared.aggregate import Aggregate
    from shared.contracts.base import Contract
    from shared.settings import Settings

NAME = "incidents"


def service(settings: Settings) -> Service:
    """The incidents service: calls at an agency, incidents at a district."""
    return _district(settings) if settings.kind == "district" else _agency(settings)


def calls_desk(settings: Settings) -> CallsDesk:
    """The agency's desk alone, for commands."""
    return CallsDesk(
        settings.org,
        settings.store(NAME),
        _keyring(settings),
        counterpart=settings.counterpart,
        zone=settings.time_zone,
    )


def incidents_desk(settings: Settings) -> DistrictDesk:
    """The district's desk alone, for commands."""
    return DistrictDesk(
        settings.org,
        settings.store(NAME),
        _keyring(settings),
        counterpart=settings.counterpart,
        zone=settings.time_zone,
    )


def _keyring(settings: Settings) -> Keyring:
    return Keyring(settings.keys(NAME), master_key(settings.master_key_file(NAME)))


def _district(settings: Settings) -> Service:
    desk, link = incidents_desk(settings), LinkStatus(settings.counterpart)
    kinds = of_district(desk)

    def trained(told: Contract) -> Sequence[Aggregate]:
        return from_training(told, settings.org)

    return Service(
        name=NAME,
        desk=desk,
        publish=partial(publish, settings.counterpart),
        sources=(
            *_directories(settings),
            Source(settings.counterpart, NAME, FromAgency, partial(from_agency, desk)),
            Source(settings.org, "training", DistrictPublishes, trained),
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
        tick=lambda: _look(desk),
        intakes=_intakes(kinds),
        published=FromDistrict,
    )


def _agency(settings: Settings) -> Service:
    desk, link = calls_desk(settings), LinkStatus(settings.counterpart)
    kinds = of_agency(desk)
    return Service(
        name=NAME,
        desk=desk,
        publish=partial(publish, settings.counterpart),
        sources=(
            *_directories(settings),
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
        tick=lambda: _look(desk),
        intakes=_intakes(kinds),
        published=FromAgency,
    )


def _intakes(kinds: tuple[Kind, ...]) -> tuple[Intake, ...]:
    def taking(kind: Kind) -> Intake:
        def take(headers: Mapping[str, str], body: bytes) -> bytes:
            return answered(kind, Channel.MESSAGE, headers, body).model_dump_json().encode()

        return Intake(kind.name, take, kind.accepts)

    return tuple(taking(kind) for kind in kinds)


def _directories(settings: Settings) -> tuple[Source, ...]:
    """Both organisations' directories: one knows the schools, the other the officers."""
    return tuple(
        Source(org, "directory", DirectoryContract, partial(heard, org))
        for org in (settings.org, settings.counterpart)
    )


def _look(desk: IncidentsDesk) -> None:
    desk.look()
