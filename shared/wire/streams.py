"""The streams and consumers a service needs, made when absent and mended when they differ.

Whichever service starts first makes them; the two organisations may start in any order. Nothing is
kept in a stream alone, so nothing forbids to delete or purge one.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog
from nats.errors import NoRespondersError
from nats.errors import TimeoutError as NatsTimeoutError
from nats.js import api
from nats.js.errors import APIError, BadRequestError, NotFoundError

from shared.contracts.base import OWN
from shared.wire import names

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.js import JetStreamContext

log = structlog.get_logger()

ACK_WAIT_SECONDS = 10
"""Then what was delivered to a process that died is delivered again."""
UNACKNOWLEDGED_MAX = 1_024
"""As much as two processes that died may have held."""
DUPLICATE_WINDOW_SECONDS = 120
RESET_SECONDS = 1
COPY_SECONDS = 0.5
"""Between tries to make the copy, while the counterpart is away."""
DIFFERS = 10058  # a stream of that name is there with another configuration


async def ensure_published(js: JetStreamContext, org: str, counterpart: str) -> None:
    """Make the organisation's own two streams, and the one consumer it grants its counterpart.

    The publisher makes that consumer (ADR-60): filter, name and target are its choice, and the
    counterpart may reset and pace it, not create one.
    """
    own = [names.subject(org, OWN, "*", "*")]
    out = [names.subject(org, to, "*", "*") for to in (counterpart, "public")]
    await _stream(js, _configuration(names.stream(org, "OWN"), subjects=own))
    await _stream(js, _configuration(names.stream(org, "OUT"), subjects=out))
    outlet = api.ConsumerConfig(
        durable_name=counterpart,
        deliver_subject=names.delivery(org, counterpart),
        filter_subject=names.subject(org, counterpart, "*", "*"),
        deliver_policy=api.DeliverPolicy.ALL,
        ack_policy=api.AckPolicy.FLOW_CONTROL,
        max_deliver=-1,
        flow_control=True,
        idle_heartbeat=1.0,
        max_ack_pending=4096,
    )
    await _consumer(js, names.stream(org, "OUT"), outlet)


async def copy_made(client: Client, js: JetStreamContext, org: str, counterpart: str) -> str:
    """Make the copy of what the counterpart published, when absent, and give its name.

    The counterpart's consumer remembers what a lost copy had, so it is reset before a new copy is
    made; until the counterpart answers, there is none and this waits.
    """
    copy = names.stream(counterpart, "IN")
    while True:
        if await _exists(js, copy):
            return copy
        if await _reset(client, org, counterpart):
            await _stream(js, _configuration(copy, sources=[_source(org, counterpart)]))
            return copy
        await asyncio.sleep(COPY_SECONDS)


async def _reset(client: Client, org: str, counterpart: str) -> bool:
    """Have the counterpart's consumer for us begin at its start; False when nobody does it."""
    published = names.stream(counterpart, "OUT")
    subject = f"api.{counterpart}.CONSUMER.RESET.{published}.{org}"
    try:
        answer = await client.request(subject, b'{"seq":1}', timeout=RESET_SECONDS)
    except (NoRespondersError, NatsTimeoutError):
        return False
    return b'"error"' not in answer.data  # there is one while its services have not started


def _source(org: str, counterpart: str) -> api.StreamSource:
    deliver = names.delivery(counterpart, org)
    return api.StreamSource(
        name=names.stream(counterpart, "OUT"),
        external=api.ExternalStream(api=f"api.{counterpart}", deliver=deliver),
        consumer=api.StreamConsumerSource(name=org, deliver_subject=deliver),
    )


async def ensure_reader(js: JetStreamContext, stream: str, durable: str, subject: str) -> None:
    """Make the consumer by which one service reads one source, as it is configured today."""
    reader = api.ConsumerConfig(
        durable_name=durable,
        filter_subject=subject,
        deliver_policy=api.DeliverPolicy.ALL,
        ack_policy=api.AckPolicy.EXPLICIT,
        ack_wait=ACK_WAIT_SECONDS,
        max_deliver=-1,
        max_ack_pending=UNACKNOWLEDGED_MAX,
    )
    await _consumer(js, stream, reader)


def _configuration(
    name: str, subjects: list[str] | None = None, sources: list[api.StreamSource] | None = None
) -> api.StreamConfig:
    return api.StreamConfig(
        name=name,
        subjects=subjects,
        sources=sources,
        storage=api.StorageType.FILE,
        retention=api.RetentionPolicy.LIMITS,
        duplicate_window=DUPLICATE_WINDOW_SECONDS,
        allow_atomic=sources is None,  # the relay publishes in batches
    )


async def _exists(js: JetStreamContext, stream: str) -> bool:
    try:
        await js.stream_info(stream)
    except NotFoundError:
        return False
    return True


async def _stream(js: JetStreamContext, wanted: api.StreamConfig) -> None:
    try:
        await js.add_stream(wanted)
    except BadRequestError as error:
        if error.err_code != DIFFERS:
            raise
        log.warning("stream differs, updated", stream=wanted.name)
        await js.update_stream(wanted)


async def _consumer(js: JetStreamContext, stream: str, wanted: api.ConsumerConfig) -> None:
    """Make a consumer; the server mends what it can of one that differs, else it is made anew.

    Made anew it delivers everything again, which the inbox absorbs.
    """
    try:
        await js.add_consumer(stream, wanted)
    except NotFoundError:
        raise
    except APIError as error:
        assert wanted.durable_name is not None
        log.warning(
            "consumer differs, made anew",
            stream=stream,
            consumer=wanted.durable_name,
            error=error.description,
        )
        await js.delete_consumer(stream, wanted.durable_name)
        await js.add_consumer(stream, wanted)
