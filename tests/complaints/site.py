"""Both organisations' sites as they run: a real server over a real store, for pages and API."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import httpx

from services.complaints.http import agency_app, district_app
from services.complaints.tipline import TipLine
from shared.service import LinkStatus
from shared.settings import Settings
from tests.complaints.samples import (
    AGENCY,
    DISTRICT,
    MONDAY,
    NAME,
    STORY,
    At,
    agency_desk,
    district_desk,
)
from tests.web.browsing import served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from services.complaints.application import ComplaintsDesk, Receipt
    from services.complaints.review_desk import ReviewsDesk

INCIDENT_ON = date(2026, 2, 27)


@dataclass
class Site:
    """One organisation's site."""

    url: str
    link: LinkStatus
    at: At

    @contextmanager
    def client(self, staff: str | None = None) -> Iterator[Client]:
        """A client that keeps cookies, signed in if somebody is named."""
        with Client(base_url=self.url, timeout=60) as client:
            if staff is not None:
                client.send_form("/sign-in", staff=staff, next="/")
            yield client


@dataclass
class DistrictSite(Site):
    """The district's site, and the desk behind it."""

    desk: ComplaintsDesk
    tip_line: TipLine

    def filed(self, **facts: Any) -> Receipt:
        """A complaint that came in, by itself unless told otherwise."""
        told = {
            "by": "public",
            "channel": "form",
            "narrative": STORY,
            "school": "sample-valley-high",
            "officer": "officer-12",
            "incident_on": INCIDENT_ON,
            "complainant": NAME,
        }
        return self.desk.receive(**{**told, **facts})


@dataclass
class AgencySite(Site):
    """The agency's site, and the desk behind it."""

    desk: ReviewsDesk


class Client(httpx.Client):
    """A browser without eyes: it brings the token of our forms along."""

    def send_form(
        self, path: str, *, page: str | None = None, files: Any = None, **fields: Any
    ) -> httpx.Response:
        """Send a form as the page it is on would."""
        found = re.search(r'name="_token" value="([^"]+)"', self.get(page or "/sign-in").text)
        assert found, "each page with a form has its token"
        return self.post(path, data={"_token": found[1], **fields}, files=files)


@contextmanager
def district_site(folder: Path) -> Iterator[DistrictSite]:
    """The district's site on a free port."""
    at, link = At(MONDAY), LinkStatus(AGENCY, bus_up=True, counterpart_up=True)
    with district_desk(folder, at) as desk:
        tip_line = TipLine(desk)
        app = district_app(_settings(folder, DISTRICT, AGENCY), desk, tip_line, link)
        with served(app) as url:
            yield DistrictSite(url, link, at, desk, tip_line)


@contextmanager
def agency_site(folder: Path) -> Iterator[AgencySite]:
    """The agency's site on a free port."""
    at, link = At(MONDAY), LinkStatus(DISTRICT, bus_up=True, counterpart_up=True)
    with agency_desk(folder, at) as desk:
        app = agency_app(_settings(folder, AGENCY, DISTRICT), desk, link)
        with served(app) as url:
            yield AgencySite(url, link, at, desk)


def _settings(folder: Path, org: str, counterpart: str) -> Settings:
    return Settings(
        org=org,
        kind="district" if org == DISTRICT else "agency",
        counterpart=counterpart,
        folder=folder,
        demo_people=True,
    )
