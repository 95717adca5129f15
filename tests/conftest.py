"""Fixtures that every test may use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.servers import Postgres, Stores, topology

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.servers import Topology


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
