"""What is written down is what the code does: the README's table, stored events, the schemas.

`python -m tests.training.test_documented` writes the README's rows and the schemas again, and a
stored sample of each event that has none of its version yet.
"""

from __future__ import annotations

import json
import re
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
from tests.stored import read_as, write_missing
from tests.training.each_event import ONE_OF_EACH, each_of

if TYPE_CHECKING:
    from pydantic import BaseModel

    from services.training.words import Keeper
    from shared.aggregate import Event

ROOT = Path(__file__).parents[2]
README = ROOT / "services" / "training" / "README.md"
STORED = Path(__file__).parent / "stored"
SCHEMAS = ROOT / "shared" / "contracts" / "schemas"
OTHER: dict[Keeper, str] = {"agency": "sample-sd", "district": "sample-pd"}
CONTRACTS: dict[str, type[BaseModel]] = {
    **{
        str(each.model_fields["name"].default): each
        for union in (AgencyPublishes, DistrictPublishes)
        for each in contracts_in(union)
    },
    "training.confirmation.v1": ConfirmationV1,
    "training.confirmation_answer.v1": ConfirmationAnswerV1,
}


def topic(event: Event) -> str:
    return event.TOPIC


def leaves(event: Event) -> str:
    """As what it leaves, and whose it must be for that."""
    told: dict[str, list[str]] = {}
    for keeper, other in OTHER.items():
        same = next(each for each in each_of(keeper) if each.TOPIC == event.TOPIC)
        for audience, contract in publish(keeper, other, same):
            who = f"{keeper} to itself" if audience == OWN else keeper
            told.setdefault(contract.name, []).append(who)
    if not told:
        return "stays inside"
    return "; ".join(f"{name} ({', '.join(who)})" for name, who in told.items())


def in_the_code(event: Event) -> tuple[str, str, str, str]:
    clauses = re.findall(r"C-[A-Z]+-\d+", type(event).__doc__ or "")
    return type(event).__name__, event.TOPIC, ", ".join(clauses), leaves(event)


def test_there_is_one_of_each_event() -> None:
    kinds = {type(event) for event in ONE_OF_EACH}
    of_files, of_submissions = get_args(FileEvent), get_args(SubmissionEvent)
    assert kinds == {Heard, CatalogAdopted, TrainingHeld, *of_files, *of_submissions}
    assert len(kinds) == len(ONE_OF_EACH)


def test_the_readme_lists_every_event_as_the_code_has_it() -> None:
    table = README.read_text("utf-8").partition("## Events")[2]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("|")]
    assert [tuple(row) for row in rows[2:]] == [in_the_code(event) for event in ONE_OF_EACH]


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
    committed = json.loads((SCHEMAS / f"{name}.json").read_text("utf-8"))
    assert committed == CONTRACTS[name].model_json_schema()


def test_no_schema_is_of_a_contract_that_is_gone() -> None:
    names = {f"{name}.json" for name in CONTRACTS}
    assert {file.name for file in SCHEMAS.glob("training.*")} == names


def test_every_contract_is_of_this_service() -> None:
    for kind in CONTRACTS.values():
        if issubclass(kind, Contract):
            assert kind.model_fields["name"].default.startswith("training.")


def regenerate() -> None:
    """Write the README's rows, the schemas, and the stored samples that are not there yet."""
    text, rows = README.read_text("utf-8"), [in_the_code(event) for event in ONE_OF_EACH]
    head, _, table = text.partition("## Events")
    header = "\n".join(line for line in table.splitlines()[2:4])
    written = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    tail = table.partition("\n\n`tests")[2]
    end = f"\n\n`tests{tail}" if tail else "\n"
    README.write_text(f"{head}## Events\n\n{header}\n{written}{end}", "utf-8")
    for name, contract in CONTRACTS.items():
        write(SCHEMAS / f"{name}.json", contract.model_json_schema())
    write_missing(STORED, ONE_OF_EACH)


def write(file: Path, content: dict[str, Any]) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    regenerate()
