"""What the agency's training system sends: accepted, rejected with reasons, and each taken once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from services.training.intake import TYPE, answered
from services.training.published import publish
from services.training.words import Channel
from shared.contracts.base import OWN
from shared.contracts.directory import OfficerListedV1
from shared.contracts.training import ConfirmationAnswerV1, SubmissionRejectedV1
from tests.training.samples import OFFICER, TODAY, tell

if TYPE_CHECKING:
    from services.training.agency_desk import AgencyDesk

DATA: dict[str, Any] = {
    "officer": OFFICER,
    "requirement": "T-DEVEL",
    "completed_on": TODAY.isoformat(),
    "provider": "ESD",
    "hours": 2.5,
}
EVENT: dict[str, Any] = {
    "specversion": "1.0",
    "type": TYPE,
    "source": "/sample-pd/records",
    "id": "row-1",
    "data": DATA,
}


def send(desk: AgencyDesk, event: Any = EVENT, **data: Any) -> ConfirmationAnswerV1:
    if data:
        event = {**event, "data": {**event["data"], **data}}
    return answered(desk, Channel.MESSAGE, {}, json.dumps(event).encode())


def reasons(answer: ConfirmationAnswerV1) -> list[tuple[str, str | None]]:
    assert not answer.accepted
    return [(each.clause, each.field) for each in answer.reasons]


def test_trn_6_a_confirmation_is_accepted_once_and_again_the_same(agency: AgencyDesk) -> None:
    first = send(agency)
    assert first == ConfirmationAnswerV1(accepted=True, number=1, recorded=True)
    position = agency.last_position()
    assert send(agency) == ConfirmationAnswerV1(accepted=True, number=1, recorded=False)
    assert agency.last_position() == position


def test_trn_6_the_same_training_under_another_id_is_known_already(agency: AgencyDesk) -> None:
    send(agency)
    again = send(agency, {**EVENT, "id": "row-2"})
    assert again == ConfirmationAnswerV1(accepted=True, number=1, recorded=False)


def test_trn_6_another_thing_under_a_used_id_is_rejected(agency: AgencyDesk) -> None:
    send(agency)
    assert reasons(send(agency, requirement="T-RIGHTS")) == [("C-TRN-6", "id")]
    broken = {**EVENT, "data": {}}
    assert reasons(send(agency, broken)) == [("C-TRN-6", "id")]


def test_trn_6_binary_mode_says_the_same(agency: AgencyDesk) -> None:
    headers = {f"Ce-{name}": str(value) for name, value in EVENT.items() if name != "data"}
    answer = answered(agency, Channel.API, headers, json.dumps(DATA).encode())
    assert answer.accepted


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", None),
        (b"\xff", None),
        (b"[1]", None),
        (b"[" * 100_000, None),
        (json.dumps({**EVENT, "id": ""}).encode(), "id"),
        (json.dumps({**EVENT, "source": 7}).encode(), "source"),
        (json.dumps({**EVENT, "specversion": "0.3"}).encode(), "specversion"),
        (json.dumps({**EVENT, "type": "training.other.v1"}).encode(), "type"),
        (json.dumps({**EVENT, "data": None}).encode(), "data"),
    ],
)
def test_trn_6_what_is_no_confirmation_is_rejected_with_its_reason(
    agency: AgencyDesk, body: bytes, field: str | None
) -> None:
    assert reasons(answered(agency, Channel.MESSAGE, {}, body)) == [("C-TRN-6", field)]


@pytest.mark.parametrize(
    ("data", "clause", "field"),
    [
        ({"officer": "Jordan Sample"}, "C-TRN-6", "officer"),
        ({"officer": "officer-99"}, "C-TRN-6", "officer"),
        ({"requirement": "T-NONE"}, "C-TRN-6", "requirement"),
        ({"completed_on": "2026-02-30"}, "C-TRN-6", "completed_on"),
        ({"completed_on": "2099-01-01"}, "C-TRN-6", "completed_on"),
        ({"hours": -1}, "C-TRN-6", "hours"),
        ({"evidence": {"sha256": "abc"}}, "C-TRN-6", "evidence.sha256"),
        ({"score": 90}, "C-TRN-6", "score"),
        ({"Jordan Sample": 1}, "C-TRN-6", None),
    ],
)
def test_trn_6_a_rejection_names_clause_and_field_and_is_an_event(
    agency: AgencyDesk, data: dict[str, Any], clause: str, field: str | None
) -> None:
    before = agency.last_position()
    answer = send(agency, **data)
    assert reasons(answer) == [(clause, field)]
    assert "Jordan" not in answer.model_dump_json()
    events = [event for _, event in agency.history(before, 100)]
    told = [p for event in events for p in publish("agency", "sample-sd", event)]
    assert [(p.audience, type(p.contract)) for p in told] == [(OWN, SubmissionRejectedV1)]
    stored = b"".join(
        row.state for row in agency.process_recorder.select_notifications(start=1, limit=1000)
    )
    assert b"Jordan" not in stored
    assert b"/sample-pd/records" not in stored
    assert send(agency, **data) == answer
    assert len([event for _, event in agency.history(before, 100)]) == len(events)


def test_trn_6_all_that_is_wrong_is_said_at_once(agency: AgencyDesk) -> None:
    answer = send(agency, {**EVENT, "data": {}})
    assert [field for _, field in reasons(answer)] == [
        "officer",
        "requirement",
        "completed_on",
        "provider",
    ]


def test_trn_6_what_was_rejected_is_looked_at_again(agency: AgencyDesk) -> None:

    assert not send(agency, officer="officer-99").accepted
    listed = OfficerListedV1(officer="officer-99", effective_from=TODAY, effective_to=None)
    tell(agency, "sample-pd", listed)
    assert send(agency, officer="officer-99").accepted
