"""Ask a publisher what it has published to us, and answer what others ask: the way gaps heal."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, NamedTuple

from faststream.nats import NatsResponse
from nats.errors import Error as NatsError
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.wire import names
from shared.wire.cloudevent import BATCH, Message, NotACloudEvent, from_batch, to_batch

if TYPE_CHECKING:
    from nats.aio.client import Client

    from shared.wire.outbox import Outbox

ASK_SECONDS = 2
LIMIT_MAX = 200
ANSWER_BYTES_MAX = 512 * 1024
LAST = "Accord-Last-Position"
"""Header of an answer: position of the publisher's last contract to that audience."""


class NoAnswer(Exception):
    """The publisher is away, or what it said can't be understood."""


class Question(BaseModel):
    """What of a service's contracts to this audience comes after a position."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    after: Annotated[int, Field(ge=0)]
    limit: Annotated[int, Field(ge=0, le=LIMIT_MAX)]


class Answer(NamedTuple):
    """The contracts asked for, in order, and where the publisher's history to us ends."""

    messages: list[Message]
    last: int


async def ask(  # noqa: PLR0917  # the subject's three parts, and the question's two
    client: Client, publisher: str, audience: str, service: str, after: int, limit: int
) -> Answer:
    """Ask a service of an organisation.

    Raises:
        NoAnswer: it is away, or its answer can't be used.
    """
    question = Question(after=after, limit=limit).model_dump_json().encode()
    subject = names.ask(publisher, audience, service)
    try:
        reply = await client.request(subject, question, timeout=ASK_SECONDS)
    except (NatsError, TimeoutError) as error:
        raise NoAnswer(f"{publisher}.{service} does not answer") from error
    try:
        return Answer(from_batch(reply.data), int((reply.headers or {})[LAST]))
    except (KeyError, ValueError, NotACloudEvent) as error:
        raise NoAnswer(f"{publisher}.{service} answers what can't be read") from error


async def answer(outbox: Outbox, subject: str, body: bytes) -> NatsResponse | None:
    """The answer to a question; none to what is not one.

    The audience is the one in the subject: the servers let each organisation ask only for its own.
    """
    audience = subject.split(".")[2]
    try:
        question = Question.model_validate_json(body)
    except ValidationError:
        return None
    messages, last = await asyncio.to_thread(_published, outbox, audience, question)
    headers = {LAST: str(last), "content-type": BATCH}
    return NatsResponse(to_batch(messages), headers=headers)


def _published(outbox: Outbox, audience: str, question: Question) -> tuple[list[Message], int]:
    outbox.catch_up()
    last = outbox.last(audience)
    fitting: list[Message] = []
    size = 0
    for each in outbox.after(audience, question.after, question.limit):
        size += len(each.data)
        if fitting and size > ANSWER_BYTES_MAX:
            break
        fitting.append(each)
    return fitting, last
