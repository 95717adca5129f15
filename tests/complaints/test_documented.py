"""What is written down is what the code does: the README's tables, stored events, the schemas.

`python -m tests.complaints.test_documented` writes the schemas again, and a stored sample of each
event that has none of its version yet. A sample that is there is never written over: it stands for
what is in somebody's store.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import pytest
from pydantic import ValidationError

from services.complaints.events import ComplaintEvent
from services.complaints.published import COUNTED, publish
from services.complaints.review import ReviewEvent
from services.complaints.unread import UnreadTipEvent
from shared.contracts import complaints
from shared.contracts.complaints import Counted, FromAgency, FromDistrict, Matter
from shared.hearing import Heard
from shared.sealed import Sealed
from tests.complaints.each_event import AGENCYS, DISTRICTS, NUMBER, OF_BOTH, ONE_OF_EACH
from tests.documented import Row, committed, committed_of, row_of, tables, topic, write_schemas
from tests.stored import MAPPER, write_missing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.aggregate import Event
    from shared.contracts.base import Contract

COUNTERPART = "counterpart"


def name_of(contract: type[Matter]) -> str:
    return str(contract.model_fields["name"].default)


CONTRACTS = {
    name_of(each): each
    for each in vars(complaints).values()
    if isinstance(each, type) and issubclass(each, Matter) and each is not Matter
}


# --- The README -----------------------------------------------------------------------------------


def in_the_code(event: Event) -> Row:
    return row_of(event, ", ".join({p.contract.name: p for p in publish(COUNTERPART, event)}))


def test_there_is_one_of_each_event() -> None:
    kinds = [type(event) for event in ONE_OF_EACH]
    unions = (ComplaintEvent, UnreadTipEvent, ReviewEvent)
    assert set(kinds) == {Heard, *(kind for union in unions for kind in get_args(union))}
    assert len(kinds) == len(set(kinds))


def test_the_readme_lists_every_event_as_the_code_has_it() -> None:
    assert tables("complaints") == {
        "Events of the district": [in_the_code(event) for event in DISTRICTS],
        "Events of the agency": [in_the_code(event) for event in AGENCYS],
        "Events of both": [in_the_code(event) for event in OF_BOTH],
    }


# --- Storage --------------------------------------------------------------------------------------


@pytest.mark.parametrize("event", ONE_OF_EACH, ids=topic)
def test_every_event_survives_storage(event: Event) -> None:
    back = MAPPER.to_domain_event(MAPPER.to_stored_event(event))
    assert type(back) is type(event)
    assert back == event


def test_an_event_stored_without_a_field_is_not_read_back_as_if_it_had_it() -> None:
    row = MAPPER.to_stored_event(DISTRICTS[1])
    shorn = replace(row, state=row.state.replace(b'"acknowledged_on"', b'"acknowledged"'))
    with pytest.raises(ValidationError, match="acknowledged_on"):
        MAPPER.to_domain_event(shorn)


# --- What leaves ----------------------------------------------------------------------------------


def boxes(value: object) -> Iterator[str]:
    """What is sealed in a value, however deep."""
    if isinstance(value, Sealed):
        yield value.box
    elif isinstance(value, tuple):
        for each in value:
            yield from boxes(each)
    elif hasattr(value, "model_fields_set"):
        for _, each in value:  # type: ignore[attr-defined]  # a pydantic model
            yield from boxes(each)


def test_priv_3_there_is_much_that_is_sealed() -> None:
    assert sum(1 for event in ONE_OF_EACH for _ in boxes(event)) > 20


@pytest.mark.parametrize("event", ONE_OF_EACH, ids=topic)
def test_priv_3_nothing_sealed_leaves_nor_who_did_it(event: Event) -> None:
    for audience, contract in publish(COUNTERPART, event):
        assert audience == COUNTERPART or isinstance(contract, COUNTED)
        leaving = contract.model_dump_json()
        assert NUMBER in leaving
        assert not [box for box in boxes(event) if box in leaving]
        assert event.by not in leaving


def published(events: list[Event]) -> set[type[Contract]]:
    return {type(each.contract) for event in events for each in publish(COUNTERPART, event)}


def test_comp_5_each_side_publishes_what_the_other_expects_and_nothing_else() -> None:
    assert published(DISTRICTS) == set(get_args(get_args(FromDistrict)[0]))
    assert published(AGENCYS) == set(get_args(get_args(FromAgency)[0]))
    assert published(OF_BOTH) == set()
    assert set(COUNTED) == set(get_args(get_args(Counted)[0]))


# --- The contracts --------------------------------------------------------------------------------


def test_every_contract_is_of_one_side() -> None:
    sides = [*get_args(get_args(FromDistrict)[0]), *get_args(get_args(FromAgency)[0])]
    assert len(sides) == len(CONTRACTS)
    assert set(sides) == set(CONTRACTS.values())


@pytest.mark.parametrize("name", CONTRACTS)
def test_the_committed_schema_is_the_contract(name: str) -> None:
    assert committed(name) == CONTRACTS[name].model_json_schema()


def test_no_schema_is_of_a_contract_that_is_gone() -> None:
    assert committed_of("complaints") == CONTRACTS.keys()


if __name__ == "__main__":
    write_schemas(CONTRACTS)
    write_missing(Path(__file__).parent / "stored", ONE_OF_EACH)
