"""What is written down is what the code does: the README's table, the schemas, what leaves.

`python -m tests.directory.test_documented` writes a stored sample of each event that has none of
its version yet.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import pytest

from services.directory.domain import DirectoryEvent
from services.directory.policy import Role
from services.directory.published import publish
from shared.aggregate import CreatedEvent
from shared.contracts.base import OWN
from shared.contracts.directory import DirectoryContract
from shared.contracts.directory import Role as ToldRole
from shared.sealed import Sealed
from tests.directory.samples import AGENCY, ONE_OF_EACH, TODAY
from tests.documented import Row, by_name, committed, row_of, tables, topic, write_schemas
from tests.stored import MAPPER, write_missing

CONTRACTS = by_name(DirectoryContract)


def in_the_code(event: DirectoryEvent) -> Row:
    published = publish(event, AGENCY)
    own = [publication.audience for publication in published] == [OWN]
    name = published[0].contract.name if published else ""
    return row_of(event, f"{name} (own only)" if own else name)


def test_the_readme_lists_every_event_as_the_code_has_it() -> None:
    assert {type(event) for event in ONE_OF_EACH} == set(get_args(DirectoryEvent))
    assert tables("directory")["Events"] == [in_the_code(event) for event in ONE_OF_EACH]


@pytest.mark.parametrize("event", ONE_OF_EACH, ids=topic)
def test_every_event_survives_storage(event: DirectoryEvent) -> None:
    assert MAPPER.to_domain_event(MAPPER.to_stored_event(event)) == event


@pytest.mark.parametrize("event", ONE_OF_EACH, ids=topic)
def test_every_audience_is_told_once_and_nothing_sealed(event: DirectoryEvent) -> None:
    published = publish(event, AGENCY)
    audiences = [publication.audience for publication in published]
    assert audiences in ([], [OWN], [OWN, AGENCY])
    boxes = [value.box for _, value in event if isinstance(value, Sealed)]
    for publication in published:
        assert not any(box in publication.contract.model_dump_json() for box in boxes)
        assert publication.contract.service == "directory"


def test_every_contract_is_published_by_some_event() -> None:
    told = {type(p.contract) for event in ONE_OF_EACH for p in publish(event, AGENCY)}
    assert told == set(CONTRACTS.values())


def test_a_stranger_reads_the_roles_we_appoint_to() -> None:
    assert set(get_args(ToldRole)) == set(Role)


@pytest.mark.parametrize("name", CONTRACTS)
def test_the_committed_schema_is_the_contract(name: str) -> None:
    assert committed(name) == CONTRACTS[name].model_json_schema()


def recorded(event: DirectoryEvent) -> DirectoryEvent:
    """The event as it was stamped when it was recorded."""
    at = datetime(TODAY.year, TODAY.month, TODAY.day, 20, tzinfo=UTC)
    begun = {"originator_topic": event.TOPIC.partition(".")[0]}
    stamp = {"timestamp": at, "by": "staff-1"}
    return event.model_copy(update=stamp | (begun if isinstance(event, CreatedEvent) else {}))


if __name__ == "__main__":
    write_schemas(CONTRACTS)
    write_missing(Path(__file__).parent / "stored", map(recorded, ONE_OF_EACH))
