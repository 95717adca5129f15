"""Two toy services, one an organisation, on real servers and real databases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.servers import AGENCY, DISTRICT
from tests.wire.toy import Toy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers import Stores, Topology


def _toy(servers: Topology, stores: Stores, org: str) -> Toy:
    return Toy(servers.settings(org), stores(org), stores(f"{org}-keys"))


@pytest.fixture
def district(servers: Topology, stores: Stores) -> Iterator[Toy]:
    """The district's toy service, not yet on the bus."""
    toy = _toy(servers, stores, DISTRICT)
    yield toy
    toy.close()


@pytest.fixture
def agency(servers: Topology, stores: Stores) -> Iterator[Toy]:
    """The agency's toy service, not yet on the bus."""
    toy = _toy(servers, stores, AGENCY)
    yield toy
    toy.close()
