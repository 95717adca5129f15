"""Contracts on the wire are CloudEvents 1.0: another implementation reads ours, and we read its."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_binary, to_binary
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from shared.wire.cloudevent import (
    Message,
    NotACloudEvent,
    attributes,
    from_batch,
    from_headers,
    outgoing,
    to_batch,
    to_headers,
)
from tests.wire.toy import SaidV1

AT = datetime(2026, 9, 4, 8, 15, 30, 125000, tzinfo=UTC)
MESSAGE: Message = outgoing(
    SaidV1(n=7), org="sample-sd", audience="sample-pd", position=41, previous=12, at=AT
)


def test_a_message_is_a_cloudevent_in_binary_mode() -> None:
    event = from_binary(HTTPMessage(to_headers(MESSAGE), MESSAGE.data), JSONFormat())

    assert event.get_specversion() == "1.0"
    assert event.get_id() == "sample-sd.toys.sample-pd.41"
    assert event.get_source() == "/sample-sd/toys"
    assert event.get_type() == "toys.said.v1"
    assert event.get_time() == AT
    assert event.get_datacontenttype() == "application/json"
    assert event.get_extension("position") == "41"
    assert event.get_extension("previous") == "12"
    assert event.get_data() == {"name": "toys.said.v1", "n": 7}


def test_the_stream_knows_a_repetition_by_the_same_id() -> None:
    assert to_headers(MESSAGE)["Nats-Msg-Id"] == "sample-sd.toys.sample-pd.41"


def test_an_answer_is_a_cloudevents_json_batch() -> None:
    batch = json.loads(to_batch([MESSAGE, replace(MESSAGE, position=42, previous=41)]))

    events = [JSONFormat().read(None, json.dumps(each)) for each in batch]
    assert [each.get_id() for each in events] == [
        "sample-sd.toys.sample-pd.41",
        "sample-sd.toys.sample-pd.42",
    ]
    assert events[1].get_extension("previous") == 41
    assert events[1].get_data() == {"name": "toys.said.v1", "n": 7}


def test_what_another_implementation_wrote_is_read() -> None:
    written = CloudEvent(attributes(MESSAGE) | {"time": AT}, {"name": "toys.said.v1", "n": 7})
    http = to_binary(written, JSONFormat())

    read = from_headers(http.headers, http.body)
    assert (read.id, read.position, read.previous, read.name) == (
        MESSAGE.id,
        41,
        12,
        "toys.said.v1",
    )
    assert json.loads(read.data) == {"name": "toys.said.v1", "n": 7}


def test_headers_and_batch_give_back_what_went_in() -> None:
    assert from_headers(to_headers(MESSAGE), MESSAGE.data) == MESSAGE
    (back,) = from_batch(to_batch([MESSAGE]))
    assert replace(back, data=b"") == replace(MESSAGE, data=b"")
    assert json.loads(back.data) == json.loads(MESSAGE.data)


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("ce-specversion", "0.3"),
        ("ce-id", "sample-sd.toys.41"),
        ("ce-id", "sample-sd.toys.sample-pd.42"),
        ("ce-id", "sample-sd.toys.sample-pd.0"),
        ("ce-source", "/sample-pd/toys"),
        ("ce-type", "toys"),
        ("ce-position", "0"),
        ("ce-position", "forty"),
        ("ce-position", str(2**63)),
        ("ce-previous", "-1"),
        ("ce-previous", "41"),
        ("ce-previous", None),
        ("ce-time", None),
    ],
)
def test_what_does_not_say_who_and_where_it_is_is_not_taken(
    attribute: str, value: str | None
) -> None:
    headers = to_headers(MESSAGE)
    del headers[attribute]
    if value is not None:
        headers[attribute] = value

    with pytest.raises(NotACloudEvent):
        from_headers(headers, MESSAGE.data)


@pytest.mark.parametrize("body", [b"", b"{", b"{}", b"[1]", b'[{"id": "x"}]', b"\xff"])
def test_a_batch_that_is_none_is_not_taken(body: bytes) -> None:
    with pytest.raises(NotACloudEvent):
        from_batch(body)
