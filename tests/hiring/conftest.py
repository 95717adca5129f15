"""Desks of both organisations on SQLite files, and the clock they go by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.hiring.samples import TODAY, At, Both, agency_desk, district_desk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def at() -> At:
    return At(TODAY)


@pytest.fixture
def both(tmp_path: Path, at: At) -> Iterator[Both]:
    with agency_desk(tmp_path, at) as agency, district_desk(tmp_path, at) as district:
        yield Both(agency, district)
