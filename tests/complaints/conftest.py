"""Desks of both organisations on SQLite files, and the clock they go by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.complaints.samples import MONDAY, At, agency_desk, district_desk
from tests.complaints.site import DistrictSite, district_site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from services.complaints.application import ComplaintsDesk
    from services.complaints.review_desk import ReviewsDesk


@pytest.fixture
def at() -> At:
    return At(MONDAY)


@pytest.fixture
def desk(tmp_path: Path, at: At) -> Iterator[ComplaintsDesk]:
    with district_desk(tmp_path, at) as desk:
        yield desk


@pytest.fixture
def second(tmp_path: Path, at: At, desk: ComplaintsDesk) -> Iterator[ComplaintsDesk]:
    """A desk of another process, on the store of the first."""
    with district_desk(tmp_path, at, told=False) as second:
        yield second


@pytest.fixture
def agency(tmp_path: Path, at: At) -> Iterator[ReviewsDesk]:
    with agency_desk(tmp_path, at) as agency:
        yield agency


@pytest.fixture
def site(tmp_path: Path) -> Iterator[DistrictSite]:
    with district_site(tmp_path) as site:
        yield site


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def scripted(request: pytest.FixtureRequest) -> bool:
    on: bool = request.param
    return on


@pytest.fixture
def page(site: DistrictSite, browser: Browser, scripted: bool) -> Iterator[Page]:
    context = browser.new_context(base_url=site.url, java_script_enabled=scripted)
    yield context.new_page()
    context.close()
