"""The channels of a service as FastStream knows them: how it subscribes, and what AsyncAPI says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, get_args

from faststream import AckPolicy, FastStream
from faststream.nats import JStream, NatsBroker, NatsMessage, PullSub
from faststream.specification import AsyncAPI

from shared.contracts.base import OWN
from shared.wire import names
from shared.wire.asking import Question

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from faststream.nats import NatsResponse
    from faststream.nats.subscriber.usecases import LogicSubscriber

    from shared.service import Intake, Service, Source

FETCH = 32
FETCH_SECONDS = 1.0


def receiving(
    broker: NatsBroker,
    source: Source,
    take: Callable[[NatsMessage], Awaitable[None]],
    *,
    subject: str,
    stream: str,
    durable: str,
) -> LogicSubscriber[Any]:
    """Subscribe to a source; `take` acknowledges. The consumer must be there already.

    FastStream starts a fetch's messages together but in order, and `take` begins by waiting for
    its lock, which is fair: so they are taken in order.
    """
    subscriber = broker.subscriber(
        subject,
        durable=durable,
        stream=JStream(stream, declare=False),
        pull_sub=PullSub(batch_size=FETCH, timeout=FETCH_SECONDS),
        ack_policy=AckPolicy.MANUAL,
        decoder=_undecoded,
        title=f"{source.name} to {durable.split('-', maxsplit=1)[0]}",
        description=f"What `{source.service}` of `{source.publisher}` tells, in order, each once.",
    )
    subscriber(_documented(take, source.contracts))
    return subscriber


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
    take: Callable[[NatsMessage], Awaitable[NatsResponse]],
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
        own = source.publisher == org
        receiving(
            broker,
            source,
            nothing,
            subject=names.subject(source.publisher, OWN if own else org, source.service, "*"),
            stream=names.stream(source.publisher, "OWN" if own else "IN"),
            durable=names.durable(service.name, source.name),
        )
    answering(broker, service, nothing)
    for intake in service.intakes:
        taking_in(broker, service, intake, nothing)  # type: ignore[arg-type]  # nobody calls it
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
    """Hand over the message as it came: one that can't be decoded is to be kept, not dropped."""
    return message


def _documented(handler: Callable[..., Any], payload: Any) -> Callable[..., Any]:
    """A handler of undecoded messages that AsyncAPI describes by what they hold."""

    async def handle(message: Any) -> Any:
        return await handler(message)

    handle.__annotations__ = {"message": payload}
    return handle
