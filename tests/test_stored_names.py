"""The names under which a service's history is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from services.complaints.application import ComplaintsDesk
from services.complaints.review_desk import ReviewsDesk
from services.directory.application import DirectoryDesk
from shared.desk import Desk
from tests.complaints.samples import MONDAY, At, district_desk

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers import Stores

TABLES = (
    b"SELECT table_name FROM information_schema.tables"
    b" WHERE table_schema = 'public' AND table_name ~ '_(events|tracking)$' ORDER BY table_name"
)


@pytest.mark.parametrize(
    ("desk", "name"),
    [(ComplaintsDesk, "complaints"), (ReviewsDesk, "complaints"), (DirectoryDesk, "directory")],
)
def test_a_desk_has_the_name_of_its_service(desk: type[Desk], name: str) -> None:
    assert desk.name == name


@pytest.mark.parametrize("stores", ["postgresql"], indirect=True)
def test_the_tables_in_postgresql_are_named_after_the_service(
    stores: Stores, tmp_path: Path
) -> None:
    store = stores("named")
    district_desk(tmp_path, At(MONDAY), store=store, told=False).close()
    with psycopg.connect(store.url) as connection:
        found = [name for (name,) in connection.execute(TABLES).fetchall()]
    assert found == ["complaints_events", "complaints_tracking"]
