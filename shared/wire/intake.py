"""What other programs of the organisation send over the bus, and the answer each gets.

A message is a CloudEvent in structured mode (the whole event as JSON) or in binary mode (attributes
in `ce-` headers, the data as the body), by NATS or by HTTP alike.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from faststream.nats import NatsResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.wire.cloudevent import JSON

if TYPE_CHECKING:
    from collections.abc import Mapping

    from faststream.nats import NatsMessage

    from shared.service import Intake

BINARY = "ce-"


class NotAnEvent(ValueError):
    """It is no CloudEvent; `field` names the attribute to correct."""

    def __init__(self, field: str | None, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason


class SentEvent(NamedTuple):
    """A CloudEvent that a program sent."""

    source: str
    id: str
    type: str
    data: Any


class _Attributes(BaseModel):
    model_config = ConfigDict(extra="ignore")

    specversion: str = Field(pattern=r"^1\.0$")
    id: str = Field(min_length=1, max_length=200)
    source: str = Field(min_length=1, max_length=200)
    type: str = Field(min_length=1, max_length=100)


async def taken_in(intake: Intake, message: NatsMessage) -> NatsResponse:
    """Have the service take a message, and give its answer."""
    headers = message.raw_message.headers or {}
    answer = await asyncio.to_thread(intake.take, headers, message.body)
    return NatsResponse(answer, headers={"content-type": JSON})


def sent_event(headers: Mapping[str, str], body: bytes) -> SentEvent:
    """Read what was sent.

    Raises:
        NotAnEvent: it is no CloudEvent with JSON data.
    """
    named = {name.lower(): value for name, value in headers.items()}
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NotAnEvent(None, "the body is no JSON: send a CloudEvent as JSON") from error
    if any(name.startswith(BINARY) for name in named):
        attributes: Any = {name.removeprefix(BINARY): value for name, value in named.items()}
        data = content
    else:
        attributes = content
        data = content.get("data") if isinstance(content, dict) else None
    if not isinstance(attributes, dict):
        raise NotAnEvent(None, "the body is no JSON object: send one CloudEvent")
    try:
        checked = _Attributes.model_validate(attributes)
    except ValidationError as error:
        field = str(error.errors()[0]["loc"][0])
        reason = f"the CloudEvents attribute {field} is absent or malformed: give it"
        raise NotAnEvent(field, reason) from error
    return SentEvent(checked.source, checked.id, checked.type, data)
