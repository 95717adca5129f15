"""Both organisations' incidents sites as they run: a real server over a real store."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from services.incidents.http import agency_app, district_app
from services.incidents.intake import of_agency, of_district
from shared.service import LinkStatus
from shared.settings import Settings
from tests.incidents.samples import AGENCY, DISTRICT, TODAY, At, calls_desk, district_desk
from tests.web.browsing import served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from services.incidents.calls_desk import CallsDesk
    from services.incidents.district_desk import DistrictDesk


@contextmanager
def agency_site(folder: Path) -> Iterator[tuple[str, CallsDesk]]:
    """The agency's site on a free port, and its desk."""
    settings = _settings(folder, AGENCY, DISTRICT, "agency")
    with calls_desk(folder, At(TODAY)) as desk:
        link = LinkStatus(DISTRICT, bus_up=True, counterpart_up=True)
        with served(agency_app(settings, desk, link, of_agency(desk))) as url:
            yield url, desk


@contextmanager
def district_site(folder: Path) -> Iterator[tuple[str, DistrictDesk]]:
    """The district's site on a free port, and its desk."""
    settings = _settings(folder, DISTRICT, AGENCY, "district")
    with district_desk(folder, At(TODAY)) as desk:
        link = LinkStatus(AGENCY, bus_up=True, counterpart_up=True)
        with served(district_app(settings, desk, link, of_district(desk))) as url:
            yield url, desk


def _settings(folder: Path, org: str, counterpart: str, kind: Any) -> Settings:
    return Settings(org=org, kind=kind, counterpart=counterpart, folder=folder, demo_people=True)
