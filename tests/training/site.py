"""Both organisations' training sites as they run: a real server over a real store."""

from __future__ import annotations

import re
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import uvicorn

from services.training.agency_desk import AgencyDesk
from services.training.application import TrainingDesk
from services.training.district_desk import DistrictDesk
from services.training.http import agency_app, district_app
from shared.service import LinkStatus
from shared.settings import Settings
from tests.training.samples import AGENCY, DISTRICT, TODAY, At, agency_desk, district_desk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fastapi import FastAPI
    from playwright.sync_api import Page

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


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """An app on a free port, with its address."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", access_log=False))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.02)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def sign_in(page: Page, staff: str) -> None:
    """Sign in as its page lets people do."""
    page.goto("/sign-in")
    page.get_by_text(re.compile(f", {staff}$")).click()
    page.get_by_role("button", name="Sign in").click()


def press(page: Page, button: str) -> None:
    """Press a button."""
    page.get_by_role("button", name=button).click()


def act(page: Page, link: str | re.Pattern[str]) -> None:
    """Follow a link of the page itself."""
    page.get_by_role("main").get_by_role("link", name=link).first.click()
