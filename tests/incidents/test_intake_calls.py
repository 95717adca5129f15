"""What systems of either organisation send: taken once, or answered with reasons."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from services.incidents.calls_desk import CallsDesk
from services.incidents.importing import load_places
from services.incidents.intake import answered, of_agency, of_district
from services.incidents.words import Channel
from shared.who_may import OPERATOR
from tests.incidents.samples import NUMBER, OFFICER, SCHOOL, TODAY, instant

if TYPE_CHECKING:
    from services.incidents.district_desk import DistrictDesk
    from shared.contracts.incidents import AnswerV1

CALL = {"number": NUMBER, "received_at": instant().isoformat(), "school": SCHOOL}
INTERACTION = {
    "officer": OFFICER,
    "school": SCHOOL,
    "on": TODAY.isoformat(),
    "capacity": "educate",
    "whom": "several students",
    "setting": "classroom",
    "subject": "law-related education",
    "persons": 24,
}


def send(
    desk: CallsDesk | DistrictDesk, name: str, data: Any, event_id: str = "1", **other: Any
) -> AnswerV1:
    kinds = of_agency(desk) if isinstance(desk, CallsDesk) else of_district(desk)
    kind = next(each for each in kinds if each.name == name)
    event = {
        "specversion": "1.0",
        "type": kind.type,
        "source": "/dispatch",
        "id": event_id,
        "data": data,
        **other,
    }
    return answered(kind, Channel.MESSAGE, {}, json.dumps(event).encode())


def test_data_2_a_call_with_its_class_outcomes_and_force_comes_in_parts(agency: CallsDesk) -> None:
    sent = {**CALL, "officers": [OFFICER]}
    assert send(agency, "call", sent).recorded
    assert send(agency, "classification", {"number": NUMBER, "offenses": ["13B"]}, "2").recorded
    assert send(
        agency, "outcome", {"number": NUMBER, "outcome": "DIVR", "persons": 2}, "3"
    ).recorded
    force = {
        "number": NUMBER,
        "at": instant().isoformat(),
        "officers": [OFFICER],
        "on_student": True,
    }
    assert send(agency, "force", force, "4").recorded
    call = agency.blotter.entry(agency.call_id(NUMBER))
    assert call is not None
    assert (call.offenses, call.outcome, call.officers) == (("13B",), "DIVR", (OFFICER,))
    assert len(call.forces) == 1


@pytest.mark.parametrize(
    ("name", "data"),
    [("call", CALL), ("outcome", {"number": NUMBER, "outcome": "WARN", "persons": 1})],
)
def test_data_9_the_same_message_again_records_nothing(
    agency: CallsDesk, name: str, data: dict[str, Any]
) -> None:
    send(agency, "call", CALL, "0")
    send(agency, name, data)
    before = agency.last_position()
    again = send(agency, name, data)
    assert (again.accepted, again.recorded) == (True, False)
    assert agency.last_position() == before


def test_data_7_another_message_with_the_same_outcome_is_another_part(agency: CallsDesk) -> None:
    send(agency, "call", CALL, "0")
    for event_id in ("1", "2"):
        send(agency, "outcome", {"number": NUMBER, "outcome": "CITE", "persons": 1}, event_id)
    call = agency.blotter.entry(agency.call_id(NUMBER))
    assert call is not None
    assert [o.part for o in call.outcomes] == [1, 2]


@pytest.mark.parametrize(
    ("name", "data", "field"),
    [
        ("call", {**CALL, "school": "elsewhere"}, "school"),
        ("call", {**CALL, "school": None}, "school"),
        ("call", {**CALL, "school": None, "block_address": "9 X", "zip": "1"}, "block_address"),
        ("call", {**CALL, "received_at": "2026-03-02T09:00:00"}, "received_at"),
        ("call", {**CALL, "narrative": "Two students"}, "narrative"),
        ("call", {**CALL, "Jane Roe": "1"}, None),
        ("outcome", {"number": "SV26-999999", "outcome": "WARN"}, "number"),
        ("outcome", {"number": NUMBER, "outcome": "ZZZZ"}, "outcome"),
        ("classification", {"number": NUMBER, "offenses": []}, "offenses"),
        ("call", "no object", "data"),
    ],
)
def test_data_2_what_is_not_taken_is_answered_with_reasons_and_changes_nothing(
    agency: CallsDesk, name: str, data: Any, field: str | None
) -> None:
    send(agency, "call", CALL, "0")
    before = agency.last_position()
    answer = send(agency, name, data)
    assert not answer.accepted
    assert [reason.field for reason in answer.reasons] == [field]
    assert "Jane" not in answer.model_dump_json()
    assert agency.last_position() == before


def test_data_2_an_address_that_is_listed_is_the_school(agency: CallsDesk) -> None:
    load_places(agency, f"block_address,zip,school\n1 A ST,98999,{SCHOOL}".encode(), by=OPERATOR)
    sent = {**CALL, "school": None, "block_address": "1 a st", "zip": "98999"}
    assert send(agency, "call", sent).accepted


def test_another_type_is_named(agency: CallsDesk) -> None:
    answer = send(agency, "call", CALL, type="incidents.outcome.v1")
    assert [reason.field for reason in answer.reasons] == ["type"]


def test_ment_4_a_districts_system_logs_interactions_once(district: DistrictDesk) -> None:
    first = send(district, "interaction", INTERACTION)
    again = send(district, "interaction", INTERACTION)
    assert (first.recorded, again.recorded) == (True, False)
    assert first.reference == again.reference
    (seen,) = district.interactions_view.interactions()
    assert (seen.officer, seen.persons) == (OFFICER, 24)


def test_data_2_a_districts_system_notes_a_call_once(district: DistrictDesk) -> None:
    noted = {"at": instant().isoformat(), "school": SCHOOL}
    answers = [send(district, "noted_call", noted) for _ in range(2)]
    assert [answer.recorded for answer in answers] == [True, False]
    assert len(district.incidents_view.incidents()) == 1
