"""What is written down is what the code does: the README's table, stored events, the schemas.

`python -m tests.training.test_documented` writes the README's rows and the schemas again, and a
stored sample of each event that has none of its version yet.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import pytest

from services.training.events import FileEvent
from services.training.published import publish
from services.training.requirements import CatalogAdopted
from services.training.sessions import TrainingHeld
from services.training.submissions import SubmissionEvent
from shared.contracts.base import OWN, Contract
from shared.contracts.training import (
    AgencyPublishes,
    ConfirmationAnswerV1,
    ConfirmationV1,
    DistrictPublishes,
    FromAgency,
    FromDistrict,
)
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
from tests.stored import read_as, write_missing
from tests.training.each_event import ONE_OF_EACH, each_of

if TYPE_CHECKING:
    from pydantic import BaseModel

    from services.training.words import Keeper
    from shared.aggregate import Event

STORED = Path(__file__).parent / "stored"
OTHER: dict[Keeper, str] = {"agency": "sample-sd", "district": "sample-pd"}
CONTRACTS: dict[str, type[BaseModel]] = {
    **by_name(AgencyPublishes, DistrictPublishes),
    "training.confirmation.v1": ConfirmationV1,
    "training.confirmation_answer.v1": ConfirmationAnswerV1,
}


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
    of_files, of_submissions = get_args(FileEvent), get_args(SubmissionEvent)
    assert kinds == {Heard, CatalogAdopted, TrainingHeld, *of_files, *of_submissions}
    assert len(kinds) == len(ONE_OF_EACH)


def test_the_readme_lists_every_event_as_the_code_has_it() -> None:
    assert tables("training")["Events"] == [in_the_code(event) for event in ONE_OF_EACH]


# --- Storage --------------------------------------------------------------------------------------


@pytest.mark.parametrize("event", ONE_OF_EACH, ids=topic)
def test_aud_1_what_an_earlier_program_stored_is_read_as_it_was_meant(event: Event) -> None:
    found = read_as(event, STORED)
    assert found
    assert all(each == event for each in found)


# --- What leaves ----------------------------------------------------------------------------------


@pytest.mark.parametrize("keeper", ["agency", "district"])
def test_priv_3_nothing_sealed_leaves_nor_who_did_it(keeper: Keeper) -> None:
    for event in each_of(keeper):
        boxes = [value.box for _, value in event if isinstance(value, Sealed)]
        for audience, contract in publish(keeper, OTHER[keeper], event):
            leaving = contract.model_dump_json()
            assert audience in {OWN, OTHER[keeper]}
            assert not [box for box in boxes if box in leaving]
            assert event.by not in leaving
            assert "C-00019" not in leaving  # the certificate's number


@pytest.mark.parametrize(
    ("keeper", "to_the_other", "to_all"),
    [("agency", FromAgency, AgencyPublishes), ("district", FromDistrict, DistrictPublishes)],
)
def test_trn_1_each_side_publishes_what_the_other_expects_and_nothing_else(
    keeper: Keeper, to_the_other: Any, to_all: Any
) -> None:
    told = [p for event in each_of(keeper) for p in publish(keeper, OTHER[keeper], event)]
    of_both = {type(p.contract) for p in told if p.audience == OTHER[keeper]}
    assert of_both == set(contracts_in(to_the_other))
    assert {type(p.contract) for p in told} == set(contracts_in(to_all))


@pytest.mark.parametrize("event", each_of("agency"), ids=topic)
def test_trn_5_what_was_heard_of_the_other_does_not_leave_again(event: Event) -> None:
    if hasattr(event, "keeper"):
        assert publish("district", OTHER["district"], event) == ()


@pytest.mark.parametrize("name", CONTRACTS)
def test_the_committed_schema_is_the_contract(name: str) -> None:
    assert committed(name) == CONTRACTS[name].model_json_schema()


def test_no_schema_is_of_a_contract_that_is_gone() -> None:
    assert committed_of("training") == CONTRACTS.keys()


def test_every_contract_is_of_this_service() -> None:
    for kind in CONTRACTS.values():
        if issubclass(kind, Contract):
            assert kind.model_fields["name"].default.startswith("training.")


if __name__ == "__main__":
    write_events("training", map(in_the_code, ONE_OF_EACH))
    write_schemas(CONTRACTS)
    write_missing(STORED, ONE_OF_EACH)
