"""Both organisations' hiring sites as they run: real servers over real stores."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from services.hiring.http import agency_app, district_app
from shared.service import LinkStatus
from shared.settings import Settings
from tests.hiring.samples import AGENCY, DISTRICT, TODAY, At, Both, agency_desk, district_desk
from tests.web.browsing import served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass
class Sites:
    """Both sites, and the desks behind them."""

    agency: str
    district: str
    both: Both
    at: At


@contextmanager
def sites(folder: Path) -> Iterator[Sites]:
    """The sites on free ports."""
    at = At(TODAY)

    def settings(org: str, counterpart: str, kind: Any) -> Settings:
        return Settings(
            org=org, kind=kind, counterpart=counterpart, folder=folder / org, demo_people=True
        )

    with agency_desk(folder, at) as agency, district_desk(folder, at) as district:
        up: Any = {"bus_up": True, "counterpart_up": True}
        agencys = agency_app(
            settings(AGENCY, DISTRICT, "agency"), agency, LinkStatus(DISTRICT, **up)
        )
        districts = district_app(
            settings(DISTRICT, AGENCY, "district"), district, LinkStatus(AGENCY, **up)
        )
        with served(agencys) as at_agency, served(districts) as at_district:
            yield Sites(at_agency, at_district, Both(agency, district), at)
