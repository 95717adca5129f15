"""Wiring: what the settings say becomes the directory of one organisation."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, get_args

from services.directory.application import DirectoryDesk
from services.directory.domain import DirectoryEvent
from services.directory.http import directory_app
from services.directory.published import publish
from services.directory.received import from_hiring
from services.directory.register import Register
from shared.contracts.directory import DirectoryContract
from shared.contracts.hiring import ToOwnDirectory
from shared.keyring import Keyring, master_key
from shared.service import LinkStatus, Service, Source

if TYPE_CHECKING:
    from shared.aggregate import Event
    from shared.contracts.base import Publication
    from shared.settings import Settings

NAME = "directory"


def service(settings: Settings) -> Service:
    """The directory of a district or an agency, which hears its own hiring service."""
    desk = desk_of(settings)
    register = Register(desk, desk.engine)

    def publish_to_counterpart(event: Event) -> tuple[Publication, ...]:
        assert isinstance(event, get_args(DirectoryEvent)), "the wire keeps its own events"
        return publish(event, settings.counterpart)

    return Service(
        name=NAME,
        desk=desk,
        publish=publish_to_counterpart,
        sources=_sources(desk, settings),
        views=(register,),
        app=directory_app(desk, register),
        link=LinkStatus(settings.counterpart),
        published=DirectoryContract,
    )


def _sources(desk: DirectoryDesk, settings: Settings) -> tuple[Source, ...]:
    if settings.kind == "district":
        return ()
    source = f"{settings.org}.hiring"
    hear = partial(from_hiring, desk, source)
    return (Source(settings.org, "hiring", ToOwnDirectory, hear),)


def desk_of(settings: Settings) -> DirectoryDesk:
    """The desk alone, for commands."""
    return DirectoryDesk(
        settings.org,
        settings.store(NAME),
        Keyring(settings.keys(NAME), master_key(settings.master_key_file(NAME))),
        kind=settings.kind,
        zone=settings.time_zone,
    )
