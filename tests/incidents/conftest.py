"""Desks of both organisations on SQLite files, and the clock they go by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.incidents.samples import TODAY, At, Crossing, calls_desk, district_desk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from services.incidents.calls_desk import CallsDesk
    from services.incidents.district_desk import DistrictDesk


@pytest.fixture
def at() -> At:
    return At(TODAY)


@pytest.fixture
def agency(tmp_path: Path, at: At) -> Iterator[CallsDesk]:
    with calls_desk(tmp_path, at) as desk:
        yield desk


@pytest.fixture
def district(tmp_path: Path, at: At) -> Iterator[DistrictDesk]:
    with district_desk(tmp_path, at) as desk:
        yield desk


@pytest.fixture
def crossing(agency: CallsDesk, district: DistrictDesk) -> Crossing:
    return Crossing(agency, district)
