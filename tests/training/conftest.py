"""Desks of both organisations on SQLite files, and the clock they go by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.training.samples import TODAY, At, Crossing, agency_desk, district_desk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from services.training.agency_desk import AgencyDesk
    from services.training.district_desk import DistrictDesk


@pytest.fixture
def at() -> At:
    return At(TODAY)


@pytest.fixture
def agency(tmp_path: Path, at: At) -> Iterator[AgencyDesk]:
    with agency_desk(tmp_path, at) as desk:
        yield desk


@pytest.fixture
def district(tmp_path: Path, at: At) -> Iterator[DistrictDesk]:
    with district_desk(tmp_path, at) as desk:
        yield desk


@pytest.fixture
def crossing(agency: AgencyDesk, district: DistrictDesk) -> Crossing:
    both = Crossing(agency, district)
    both.carry()
    return both
