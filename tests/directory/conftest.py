"""Desks on SQLite files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from services.directory.loading import load_folder
from services.directory.register import Register
from tests.directory.samples import AGENCY, DISTRICT, PROGRAM, Clock, desk_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from services.directory.application import DirectoryDesk


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def empty(tmp_path: Path, clock: Clock) -> Iterator[DirectoryDesk]:
    """A district's desk with nothing on it."""
    with desk_in(tmp_path, clock=clock) as desk:
        yield desk
        desk.keyring.close()


@pytest.fixture
def desk(empty: DirectoryDesk) -> DirectoryDesk:
    """A district's desk with the sample program."""
    load_folder(empty, PROGRAM / DISTRICT, by="operator")
    return empty


@pytest.fixture
def agency(tmp_path: Path) -> Iterator[DirectoryDesk]:
    """An agency's desk with the sample program."""
    with desk_in(tmp_path, "agency") as desk:
        load_folder(desk, PROGRAM / AGENCY, by="operator")
        yield desk
        desk.keyring.close()


@pytest.fixture
def register(desk: DirectoryDesk) -> Register:
    return Register(desk, desk.engine)
