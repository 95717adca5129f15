"""A real server with the toy service, a client that keeps cookies, and a real browser."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, Page

from shared.service import LinkStatus
from shared.settings import Settings
from shared.web import Member
from shared.web.sign_in import SignIn
from tests.web.toy import PEOPLE, toy


@dataclass
class Site:
    """The toy service as it runs."""

    url: str
    app: FastAPI
    link: LinkStatus
    people: list[Member]

    @property
    def sign_in(self) -> SignIn:
        """How people sign in here."""
        sign_in: SignIn = self.app.state.sign_in
        return sign_in

    @property
    def filed(self) -> list[dict[str, object]]:
        """What the toy took in."""
        filed: list[dict[str, object]] = self.app.state.filed
        return filed

    def client(self) -> httpx.Client:
        """A new browser-like client."""
        return httpx.Client(base_url=self.url, timeout=60)


def settings(folder: Path, *, demo_people: bool = True, **others: Any) -> Settings:
    """Settings of the toy's organisation."""
    return Settings(
        org="sample-sd",
        kind="district",
        counterpart="sample-pd",
        folder=folder,
        demo_people=demo_people,
        **others,
    )


def token(client: httpx.Client, path: str = "/complaint") -> str:
    """The token of the form on a page."""
    found = re.search(r'name="_token" value="([^"]+)"', client.get(path).text)
    assert found, "each page with a form has its token"
    return found[1]


def sign_in(client: httpx.Client, staff: str = "staff-1", back: str = "/") -> httpx.Response:
    """Sign a client in, as its page does."""
    form = {"_token": token(client, "/sign-in"), "staff": staff, "next": back}
    return client.post("/sign-in", data=form)


@contextmanager
def serving(settings: Settings, *, port: int = 0) -> Iterator[Site]:
    """The toy as it would be served, on a free port unless told which."""
    link = LinkStatus("sample-pd", bus_up=True, counterpart_up=True)
    people = list(PEOPLE)
    app = toy(settings, link, people)
    config = uvicorn.Config(
        app,
        port=port,
        log_level="warning",
        access_log=False,
        proxy_headers=bool(settings.proxy),
        forwarded_allow_ips=settings.proxy or None,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.02)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield Site(f"http://127.0.0.1:{port}", app, link, people)
    finally:
        server.should_exit = True
        thread.join()
        app.state.desk.close()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with serving(settings(tmp_path)) as site:
        yield site


@pytest.fixture
def closed_site(tmp_path: Path) -> Iterator[Site]:
    """A site where demo people may not sign in."""
    with serving(settings(tmp_path, demo_people=False)) as site:
        yield site


@pytest.fixture
def client(site: Site) -> Iterator[httpx.Client]:
    with site.client() as client:
        yield client


@pytest.fixture
def page(site: Site, browser: Browser) -> Iterator[Page]:
    yield from _page(site, browser, scripts=True)


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def either_page(site: Site, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    yield from _page(site, browser, scripts=request.param)


def _page(site: Site, browser: Browser, *, scripts: bool) -> Iterator[Page]:
    """A page of a fresh browser profile; an error in its console fails the test."""
    context = browser.new_context(base_url=site.url, java_script_enabled=scripts)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console",
        lambda message: (
            faults.append(message.text)
            if message.type == "error" and "status of" not in message.text
            else None
        ),
    )
    yield page
    context.close()
    assert not faults
