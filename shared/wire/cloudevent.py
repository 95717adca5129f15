"""Contracts as CloudEvents 1.0: binary mode for messages, a JSON batch for answers.

Besides what CloudEvents asks for, each carries two extensions: `position`, of its event in the
publisher's history, and `previous`, the position of the service's previous contract to the same
audience (0 before the first), by which a receiver sees that one is missing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from shared.contracts.base import Contract

SPECVERSION = "1.0"
JSON = "application/json"
BATCH = "application/cloudevents-batch+json"


class NotACloudEvent(ValueError):
    """What came does not say what it is, from whom, or where in their history it stands."""


@dataclass(frozen=True, slots=True)
class Message:
    """One contract on its way: to whom, where it stands, and its JSON."""

    publisher: str
    service: str
    audience: str
    position: int
    previous: int
    name: str
    """Name of the contract, `<service>.<event>.v<version>`."""
    time: str
    """When the event was recorded, RFC 3339."""
    data: bytes

    @property
    def id(self) -> str:
        """The same whenever this contract is sent again."""
        return f"{self.publisher}.{self.service}.{self.audience}.{self.position}"

    @property
    def event(self) -> str:
        """The event in the contract's name."""
        return self.name.split(".")[1]


class Attributes(BaseModel):
    """The attributes as they are on the wire; all are text in headers, numbers stay in JSON."""

    model_config = ConfigDict(extra="ignore")

    specversion: str = Field(pattern=r"^1\.0$")
    id: str = Field(pattern=r"^[^.]+\.[^.]+\.[^.]+\.[1-9]\d*$")
    source: str = Field(pattern=r"^/[^/]+/[^/]+$")
    type: str = Field(pattern=r"^[a-z_]+\.[a-z_]+\.v[1-9]\d*$")
    time: str
    position: int = Field(ge=1, le=2**63 - 1)
    previous: int = Field(ge=0, le=2**63 - 1)

    def message(self, data: bytes) -> Message:
        """The message, when the attributes agree with each other."""
        publisher, service, audience, position = self.id.split(".")
        if self.source != f"/{publisher}/{service}" or int(position) != self.position:
            raise NotACloudEvent("id, source and position do not agree")
        if self.previous >= self.position:
            raise NotACloudEvent("previous is not before position")
        return Message(
            publisher=publisher,
            service=service,
            audience=audience,
            position=self.position,
            previous=self.previous,
            name=self.type,
            time=self.time,
            data=data,
        )


def outgoing(
    contract: Contract, *, org: str, audience: str, position: int, previous: int, at: datetime
) -> Message:
    """A contract made ready to be sent."""
    return Message(
        publisher=org,
        service=contract.service,
        audience=audience,
        position=position,
        previous=previous,
        name=contract.name,
        time=at.isoformat(),
        data=contract.model_dump_json().encode(),
    )


def attributes(message: Message) -> dict[str, str | int]:
    """The CloudEvents attributes of a message."""
    return {
        "specversion": SPECVERSION,
        "id": message.id,
        "source": f"/{message.publisher}/{message.service}",
        "type": message.name,
        "time": message.time,
        "position": message.position,
        "previous": message.previous,
    }


def header_lines(message: Message) -> str:
    """Headers in binary mode, in the protocol's own words."""
    return (
        f"ce-specversion: {SPECVERSION}\r\n"
        f"ce-id: {message.id}\r\n"
        f"ce-source: /{message.publisher}/{message.service}\r\n"
        f"ce-type: {message.name}\r\n"
        f"ce-time: {message.time}\r\n"
        f"ce-position: {message.position}\r\n"
        f"ce-previous: {message.previous}\r\n"
        f"content-type: {JSON}\r\n"
    )


def to_headers(message: Message) -> dict[str, str]:
    """Headers in binary mode, and the id by which the stream knows a repetition."""
    lines = f"{header_lines(message)}Nats-Msg-Id: {message.id}".split("\r\n")
    return dict(line.split(": ", 1) for line in lines)


def from_headers(headers: Mapping[str, str], data: bytes) -> Message:
    """The message that came in binary mode.

    Raises:
        NotACloudEvent: an attribute is absent, malformed, or contradicts another.
    """
    named = {name.lower().removeprefix("ce-"): value for name, value in headers.items()}
    return _checked(named).message(data)


def to_batch(messages: Iterable[Message]) -> bytes:
    """A JSON batch."""
    events = [
        attributes(each) | {"datacontenttype": JSON, "data": json.loads(each.data)}
        for each in messages
    ]
    return json.dumps(events).encode()


def from_batch(body: bytes) -> list[Message]:
    """The messages of a JSON batch.

    Raises:
        NotACloudEvent: the batch, or one event in it, can't be read.
    """
    try:
        events = json.loads(body)
    except ValueError as error:
        raise NotACloudEvent("the batch is not JSON") from error
    if not isinstance(events, list) or not all(isinstance(each, dict) for each in events):
        raise NotACloudEvent("the batch is not a list of events")
    return [_checked(each).message(json.dumps(each.get("data")).encode()) for each in events]


def _checked(named: Mapping[str, Any]) -> Attributes:
    try:
        return Attributes.model_validate(named)
    except ValidationError as error:
        wrong = ", ".join(str(each["loc"][0]) for each in error.errors())
        raise NotACloudEvent(f"absent or malformed: {wrong}") from error
