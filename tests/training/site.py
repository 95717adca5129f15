"""Both organisations' training sites as they run: a real server over a real store."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from services.training.agency_desk import AgencyDesk
from services.training.application import TrainingDesk
from services.training.district_desk import DistrictDesk
from services.training.http import agency_app, district_app
from shared.service import LinkStatus
from shared.settings import Settings
from tests.training.samples import AGENCY, DISTRICT, TODAY, At, agency_desk, district_desk
from tests.web.browsing import served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


D = TypeVar("D", bound=TrainingDesk)


@dataclass
class Site(Generic[D]):
    """One organisation's site, and the desk behind it."""

    url: str
    at: At
    desk: D
    settings: Settings


@contextmanager
def agency_site(folder: Path) -> Iterator[Site[AgencyDesk]]:
    """The agency's site on a free port."""
    at, settings = At(TODAY), _settings(folder, AGENCY, DISTRICT, "agency")
    with agency_desk(folder, at) as desk:
        link = LinkStatus(DISTRICT, bus_up=True, counterpart_up=True)
        with served(agency_app(settings, desk, link)) as url:
            yield Site(url, at, desk, settings)


@contextmanager
def district_site(folder: Path) -> Iterator[Site[DistrictDesk]]:
    """The district's site on a free port."""
    at, settings = At(TODAY), _settings(folder, DISTRICT, AGENCY, "district")
    with district_desk(folder, at) as desk:
        link = LinkStatus(AGENCY, bus_up=True, counterpart_up=True)
        with served(district_app(settings, desk, link)) as url:
            yield Site(url, at, desk, settings)


def _settings(folder: Path, org: str, counterpart: str, kind: Any) -> Settings:
    return Settings(org=org, kind=kind, counterpart=counterpart, folder=folder, demo_people=True)
