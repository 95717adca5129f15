"""The channels of a service as FastStream knows them: how it answers, and what AsyncAPI says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, get_args

from faststream import FastStream
from faststream.nats import NatsBroker, NatsMessage
from faststream.specification import AsyncAPI

from shared.wire import names
from shared.wire.asking import Question
from shared.wire.permits import reading

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from faststream.nats import NatsResponse
    from faststream.nats.subscriber.usecases import LogicSubscriber

    from shared.service import Intake, Service

ANSWERED_AT = ("_INBOX.", "_R_.")
"""Where an answer may go: to who asked here, or back over the link."""


def answering(
    broker: NatsBroker,
    service: Service,
    answer: Callable[[NatsMessage], Awaitable[NatsResponse | None]],
) -> LogicSubscriber[Any]:
    """Subscribe to questions about what the service has published."""
    subscriber = broker.subscriber(
        names.ask(service.desk.org, "*", service.name),
        decoder=_undecoded,
        title=f"ask {service.name}",
        description="Gives what was published to the audience in the subject after a position, as a"
        " CloudEvents JSON batch; the header Accord-Last-Position tells where that history ends.",
    )
    subscriber(_documented(answer, Question))
    return subscriber


def taking_in(
    broker: NatsBroker,
    service: Service,
    intake: Intake,
    take: Callable[[NatsMessage], Awaitable[NatsResponse | None]],
) -> LogicSubscriber[Any]:
    """Subscribe to what other programs of the organisation send; each message is answered."""
    subscriber = broker.subscriber(
        names.ingest(service.desk.org, service.name, intake.event),
        queue=service.name,  # of two processes of the service one answers
        decoder=_undecoded,
        title=f"{intake.event} to {service.name}",
        description="Takes a CloudEvent, in binary or structured mode, and answers whether it was"
        " accepted, with reasons when not; one with the same source and id is taken once.",
    )
    subscriber(_documented(take, intake.accepts))
    return subscriber


def asyncapi(service: Service) -> dict[str, Any]:
    """The service's channels and contracts as an AsyncAPI 3.0 document; no machine is named."""
    broker = NatsBroker(apply_types=False, logger=None)
    org = service.desk.org

    async def nothing(_: NatsMessage) -> None: ...

    for source in service.sources:
        subscriber = broker.subscriber(
            reading(org, service.name, source.name).subject,
            title=f"{source.name} to {service.name}",
            description=f"What `{source.service}` of `{source.publisher}` tells, in order, each"
            " once.",
        )
        subscriber(_documented(nothing, source.contracts))
    answering(broker, service, nothing)
    for intake in service.intakes:
        taking_in(broker, service, intake, nothing)
    for contract in contracts_in(service.published):
        name = contract.model_fields["name"].default
        broker.publisher(
            names.subject(org, "*", service.name, name.split(".")[1]),
            title=name,
            description=contract.__doc__,
            schema=contract,
        )
    title = f"{service.name} of {org}"
    document = FastStream(
        broker, specification=AsyncAPI(title=title, version="1", schema_version="3.0.0")
    ).schema.to_specification()
    plain: dict[str, Any] = json.loads(document.to_json())
    del plain["servers"]
    for channel in plain["channels"].values():
        del channel["servers"]
    return plain


def contracts_in(union: Any) -> list[Any]:
    """The contract classes of a discriminated union, or of a single class."""
    if isinstance(union, type):
        return [union]
    return [each for part in get_args(union) for each in contracts_in(part) if _is_contract(each)]


def _is_contract(kind: Any) -> bool:
    return hasattr(kind, "model_fields")


async def _undecoded(message: NatsMessage) -> NatsMessage:
    """Hand over the message as it came: one that can't be decoded is to be kept, not dropped.

    Nor is it answered but in an inbox: else who asks could have us publish where they may not.
    """
    if not message.reply_to.startswith(ANSWERED_AT):
        message.reply_to = ""
    return message


def _documented(handler: Callable[..., Any], payload: Any) -> Callable[..., Any]:
    """A handler of undecoded messages that AsyncAPI describes by what they hold."""

    async def handle(message: Any) -> Any:
        return await handler(message)

    handle.__annotations__ = {"message": payload}
    return handle
