"""Fixtures that every test may use."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from playwright.sync_api import sync_playwright

from shared.memory import settle
from tests.servers import Postgres, Stores, topology

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from tests.servers import Topology


settings.register_profile("accord", deadline=None)  # a busy machine fails nothing
settings.load_profile("accord")
settle()  # from here on: looking for cycles is a third of the time that collecting takes


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: a third of a test's time is waiting for servers and pages."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_finish() -> None:
    """Keep the collector of cycles from looking through what was collected."""
    settle()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Postgres:
    """A PostgreSQL server; one for all workers."""
    folder = tmp_path_factory.getbasetemp()
    return Postgres((folder if worker_id == "master" else folder.parent) / "postgres")


@pytest.fixture(params=["sqlite", "postgresql"])
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> Stores:
    """Stores by name, on SQLite and, in a second run of the same test, on PostgreSQL."""
    on_postgres = request.param == "postgresql"
    return Stores(tmp_path, request.getfixturevalue("postgres") if on_postgres else None)


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Topology]:
    """Both organisations' NATS servers, running."""
    with topology(tmp_path / "data") as both:
        yield both


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium; a machine without one fails the test, it does not skip it.

    Not for a whole session: while it runs, no `asyncio.run` can be called in its thread.
    """
    names = (os.environ.get("ACCORD_CHROMIUM"), "chromium", "google-chrome", "chromium-browser")
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    if found is None:
        pytest.fail("no Chromium: install the package `chromium`, or set ACCORD_CHROMIUM to one")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()
