"""What is written down is what the code does: the README's table, stored events, the schemas.

`python -m tests.hiring.test_documented` writes the README's rows and the schemas again, and a
stored sample of each event that has none of its version yet.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import pytest

from services.hiring.events import SearchEvent
from services.hiring.placement import PlacementEvent
from services.hiring.published import publish
from shared.contracts.base import OWN
from shared.contracts.hiring import FromAgency, FromDistrict, ToOwnDirectory
from shared.hearing import Heard
from shared.sealed import Sealed
from shared.wire.channels import contracts_in
from tests.documented import (
    Row,
    by_name,
    committed,
    committed_of,
    row_of,
    tables,
    topic,
    write_events,
    write_schemas,
)
from tests.hiring.each_event import ONE_OF_EACH, each_of
from tests.stored import read_as, write_missing

if TYPE_CHECKING:
    from services.hiring.words import Keeper
    from shared.aggregate import Event

STORED = Path(__file__).parent / "stored"
OTHER: dict[Keeper, str] = {"agency": "sample-sd", "district": "sample-pd"}
CONTRACTS = by_name(FromAgency, FromDistrict)


def leaves(event: Event) -> str:
    """As what it leaves, and whose it must be for that."""
    told: dict[str, list[str]] = {}
    for keeper, other in OTHER.items():
        same = next(each for each in each_of(keeper) if each.TOPIC == event.TOPIC)
        for audience, contract in publish(keeper, other, same):
            who = f"{keeper} to itself" if audience == OWN else keeper
            told.setdefault(contract.name, []).append(who)
    return "; ".join(f"{name} ({', '.join(who)})" for name, who in told.items())


def in_the_code(event: Event) -> Row:
    return row_of(event, leaves(event))


def test_there_is_one_of_each_event() -> None:
    kinds = {type(event) for event in ONE_OF_EACH}
    assert kinds == {Heard, *get_args(SearchEvent), *get_args(PlacementEvent)}
    assert len(kinds) == len(ONE_OF_EACH)


def test_the_readme_lists_every_event_as_the_code_has_it() -> None:
    assert tables("hiring")["Events"] == [in_the_code(event) for event in ONE_OF_EACH]


@pytest.mark.parametrize("event", ONE_OF_EACH, ids=topic)
def test_aud_1_what_an_earlier_program_stored_is_read_as_it_was_meant(event: Event) -> None:
    found = read_as(event, STORED)
    assert found
    assert all(each == event for each in found)


# --- What leaves ----------------------------------------------------------------------------------


@pytest.mark.parametrize("keeper", ["agency", "district"])
def test_priv_3_nothing_sealed_or_locked_leaves_nor_who_did_it(keeper: Keeper) -> None:
    for event in each_of(keeper):
        boxes = [value.box for _, value in event if isinstance(value, Sealed)]
        for audience, contract in publish(keeper, OTHER[keeper], event):
            leaving = contract.model_dump_json()
            assert audience in {OWN, OTHER[keeper]}
            assert not [box for box in [*boxes, "<locked box>", "<sealed"] if box in leaving]
            assert f'"{event.by}"' not in leaving
            assert "relative" not in leaving  # which conflict it is stays
            assert "staff-4" not in leaving  # who reviewed a decline stays


@pytest.mark.parametrize(
    ("keeper", "to_the_other"), [("agency", FromAgency), ("district", FromDistrict)]
)
def test_hire_3_each_side_publishes_what_the_other_expects_and_nothing_else(
    keeper: Keeper, to_the_other: Any
) -> None:
    told = [p for event in each_of(keeper) for p in publish(keeper, OTHER[keeper], event)]
    of_both = {type(p.contract) for p in told if p.audience == OTHER[keeper]}
    assert of_both == set(contracts_in(to_the_other))
    own = {type(p.contract) for p in told if p.audience == OWN}
    assert own == (set(contracts_in(ToOwnDirectory)) if keeper == "agency" else set())


@pytest.mark.parametrize("event", each_of("agency"), ids=topic)
def test_hire_3_what_was_heard_of_the_other_does_not_leave_again(event: Event) -> None:
    if hasattr(event, "keeper"):
        assert publish("district", OTHER["district"], event) == ()


@pytest.mark.parametrize("name", CONTRACTS)
def test_the_committed_schema_is_the_contract(name: str) -> None:
    assert committed(name) == CONTRACTS[name].model_json_schema()


def test_no_schema_is_of_a_contract_that_is_gone() -> None:
    assert committed_of("hiring") == CONTRACTS.keys()


def test_every_contract_is_of_this_service() -> None:
    assert all(name.startswith("hiring.") for name in CONTRACTS)


if __name__ == "__main__":
    write_events("hiring", map(in_the_code, ONE_OF_EACH))
    write_schemas(CONTRACTS)
    write_missing(STORED, ONE_OF_EACH)
