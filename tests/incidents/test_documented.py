"""What is written down is what the code does: the README's table, stored events, the schemas.

`python -m tests.incidents.test_documented` writes the README's rows and the schemas again, and a
stored sample of each event that has none of its version yet.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import pytest

from services.incidents.call import CallEvent
from services.incidents.conduct import BoundaryEvent, InteractionEvent, InterventionEvent
from services.incidents.frozen import ReportEvent
from services.incidents.incident import IncidentEvent
from services.incidents.kept import KeptEvent
from services.incidents.published import publish
from services.incidents.records import ClockEvent
from services.incidents.students import StudentEvent
from shared.contracts import incidents as contracts
from shared.contracts.base import Contract
from shared.contracts.incidents import FromAgency, FromDistrict
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
from tests.incidents.each_event import ONE_OF_EACH
from tests.stored import read_as, write_missing

if TYPE_CHECKING:
    from pydantic import BaseModel

    from shared.aggregate import Event

STORED = Path(__file__).parent / "stored"
OTHER = "sample-other"
UNIONS = (
    CallEvent,
    IncidentEvent,
    InteractionEvent,
    InterventionEvent,
    BoundaryEvent,
    ClockEvent,
    StudentEvent,
    KeptEvent,
    ReportEvent,
)
CONTRACTS: dict[str, type[BaseModel]] = {
    **by_name(FromAgency, FromDistrict),
    "incidents.call.v1": contracts.CallV1,
    "incidents.classification.v1": contracts.ClassificationV1,
    "incidents.outcome.v1": contracts.OutcomeV1,
    "incidents.force.v1": contracts.ForceV1,
    "incidents.interaction.v1": contracts.InteractionV1,
    "incidents.noted_call.v1": contracts.NotedCallV1,
    "incidents.answer.v1": contracts.AnswerV1,
}


def in_the_code(event: Event) -> Row:
    return row_of(event, ", ".join(each.contract.name for each in publish(OTHER, event)))


def test_there_is_one_of_each_event() -> None:
    kinds = {type(event) for event in ONE_OF_EACH}
    assert kinds == {Heard, *(kind for union in UNIONS for kind in get_args(union))}
    assert len(kinds) == len(ONE_OF_EACH)


def test_the_readme_lists_every_event_as_the_code_has_it() -> None:
    assert tables("incidents")["Events"] == [in_the_code(event) for event in ONE_OF_EACH]


# --- Storage --------------------------------------------------------------------------------------


@pytest.mark.parametrize("event", ONE_OF_EACH, ids=topic)
def test_aud_1_what_an_earlier_program_stored_is_read_as_it_was_meant(event: Event) -> None:
    found = read_as(event, STORED)
    assert found
    assert all(each == event for each in found)


# --- What leaves ----------------------------------------------------------------------------------


@pytest.mark.parametrize("event", ONE_OF_EACH, ids=topic)
def test_inc_6_nothing_sealed_leaves_nor_who_did_it(event: Event) -> None:
    boxes = [value.box for _, value in event if isinstance(value, Sealed)]
    for audience, contract in publish(OTHER, event):
        leaving = contract.model_dump_json()
        assert audience == OTHER
        assert not [box for box in boxes if box in leaving]
        assert event.by not in leaving


def test_inc_6_each_side_publishes_what_the_other_expects_and_nothing_else() -> None:
    told = {type(p.contract) for event in ONE_OF_EACH for p in publish(OTHER, event)}
    assert told == {*contracts_in(FromAgency), *contracts_in(FromDistrict)}


@pytest.mark.parametrize("name", CONTRACTS)
def test_inc_6_no_contract_has_a_place_for_a_student_or_a_narrative(name: str) -> None:
    fields = json.dumps(CONTRACTS[name].model_json_schema()["properties"])
    for word in ("narrative", "note", "student_", "race", "birth"):
        assert f'"{word}' not in fields.replace('"noted_on', "")


@pytest.mark.parametrize("name", CONTRACTS)
def test_the_committed_schema_is_the_contract(name: str) -> None:
    assert committed(name) == CONTRACTS[name].model_json_schema()


def test_no_schema_is_of_a_contract_that_is_gone() -> None:
    assert committed_of("incidents") == CONTRACTS.keys()


def test_every_contract_is_of_this_service() -> None:
    for kind in CONTRACTS.values():
        if issubclass(kind, Contract):
            assert kind.model_fields["name"].default.startswith("incidents.")


if __name__ == "__main__":
    write_events("incidents", map(in_the_code, ONE_OF_EACH))
    write_schemas(CONTRACTS)
    write_missing(STORED, ONE_OF_EACH)
