"""The steward: makes an organisation's streams and consumers, again when they are gone.

It alone may; the services bind to what is there, and wait until it is. One runs for each
organisation, the two may start in any order, and either may be stopped without harm to what
flows. Nothing is kept in a stream alone, so one that was lost is made empty and filled again.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import nats
import structlog
from nats.errors import Error as NatsError
from nats.errors import NoRespondersError
from nats.errors import TimeoutError as NatsTimeoutError
from nats.js import api
from nats.js.errors import APIError, BadRequestError, NotFoundError

from shared.contracts.base import OWN
from shared.wire import names
from shared.wire.permits import STEWARD, Crossing, inbox, reading
from shared.wire.stopping import opened, stop_if_told

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.js import JetStreamContext

    from shared.settings import Settings
    from shared.wire.permits import Reading
    from shared.wire.plan import Plan

log = structlog.get_logger()

ACK_WAIT_SECONDS = 10
"""Then what was delivered to a process that died is delivered again."""
UNACKNOWLEDGED_MAX = 1_024
"""As much as two processes that died may have held."""
DUPLICATE_WINDOW_SECONDS = 120
RESET_SECONDS = 1
LOOK_SECONDS = 0.5
"""Between looks at whether all is there; also before another connection."""
CONNECT_SECONDS = 2
DIFFERS = 10058  # a stream of that name is there with another configuration


async def keep_streams(plan: Plan, settings: Settings) -> None:
    """Keep an organisation's streams and consumers until cancelled."""
    while True:
        try:
            await _keep_on_one_connection(plan, settings)
        except (NatsError, OSError, TimeoutError) as error:
            log.warning("bus away", error=type(error).__name__)
        stop_if_told()
        await asyncio.sleep(LOOK_SECONDS)


async def _keep_on_one_connection(plan: Plan, settings: Settings) -> None:
    connecting = nats.connect(
        settings.nats_url,
        nkeys_seed=str(settings.seed_file(STEWARD)),
        tls=settings.tls(),
        inbox_prefix=inbox(STEWARD),
        name=f"{plan.org}.{STEWARD}",
        connect_timeout=CONNECT_SECONDS,
        allow_reconnect=False,
        error_cb=_unsaid,
    )
    client = await opened(connecting)
    try:
        steward = Steward(client, plan)
        await steward.look(mend=True)
        log.info("streams kept")
        while True:
            stop_if_told()
            await asyncio.sleep(LOOK_SECONDS)
            await steward.look(mend=False)
    finally:
        await client.close()


async def _unsaid(error: Exception) -> None:
    log.debug("nats", error=type(error).__name__)


class Steward:
    """Looks at an organisation's streams and consumers, and makes what is missing."""

    def __init__(self, client: Client, plan: Plan) -> None:
        self._client = client
        self._js = client.jetstream()
        self._plan = plan
        self._readings = [
            reading(plan.org, service, source)
            for service, sources in plan.services.items()
            for source in sources
        ]

    async def look(self, *, mend: bool) -> None:
        """Make what is missing; what depends on the counterpart once it answers.

        Args:
            mend: make also what is there as it is to be, since it may be configured otherwise.
        """
        org, counterpart = self._plan.org, self._plan.counterpart
        for stream in published(org, counterpart):
            if mend or not await self._exists(stream.name):
                await _stream(self._js, stream)
        await self._consumer(names.stream(org, "OUT"), _outlet(org, counterpart), mend=mend)
        copy = names.stream(counterpart, "IN")
        there = await self._copied(copy)
        for each in self._readings:
            if there or each.stream != copy:
                await self._consumer(each.stream, _reader(each), mend=mend)

    async def _copied(self, copy: str) -> bool:
        """Make the copy of what the counterpart published, when absent; whether it is there.

        The counterpart's consumer remembers what a lost copy had, so it is reset before a new copy
        is made; until the counterpart answers, there is none.
        """
        if await self._exists(copy):
            return True
        if not await self._reset():
            return False
        await _stream(self._js, copied(self._plan.org, self._plan.counterpart, copy))
        return True

    async def _reset(self) -> bool:
        """Have the counterpart's consumer for us begin at its start; False when nobody does it."""
        _, subject = Crossing(self._plan.counterpart, self._plan.org).reset
        try:
            answer = await self._client.request(subject, b'{"seq":1}', timeout=RESET_SECONDS)
        except (NoRespondersError, NatsTimeoutError):
            return False
        return b'"error"' not in answer.data  # there is one while it has no such consumer yet

    async def _exists(self, stream: str | None) -> bool:
        assert stream is not None
        try:
            await self._js.stream_info(stream)
        except NotFoundError:
            return False
        return True

    async def _consumer(self, stream: str, wanted: api.ConsumerConfig, *, mend: bool) -> None:
        assert wanted.name is not None
        if not mend:
            try:
                await self._js.consumer_info(stream, wanted.name)
            except NotFoundError:
                pass
            else:
                return
        await _consumer(self._js, stream, wanted)


def published(org: str, counterpart: str) -> tuple[api.StreamConfig, api.StreamConfig]:
    """An organisation's own two streams: what stays inside, and what the counterpart may copy."""
    own = [names.subject(org, OWN, "*", "*")]
    out = [names.subject(org, to, "*", "*") for to in (counterpart, "public")]
    return (
        _configuration(names.stream(org, "OWN"), subjects=own),
        _configuration(names.stream(org, "OUT"), subjects=out),
    )


def copied(org: str, counterpart: str, copy: str) -> api.StreamConfig:
    """The copy of what the counterpart published to us."""
    crossing = Crossing(counterpart, org)
    source = api.StreamSource(
        name=names.stream(counterpart, "OUT"),
        external=api.ExternalStream(api=f"api.{counterpart}", deliver=crossing.delivery),
        consumer=api.StreamConsumerSource(name=org, deliver_subject=crossing.delivery),
    )
    return _configuration(copy, sources=[source])


def _outlet(org: str, counterpart: str) -> api.ConsumerConfig:
    """The one consumer that the counterpart is granted.

    The publisher makes it (ADR-60): filter, name and target are its choice, and the counterpart
    may reset and pace it, not create one.
    """
    return api.ConsumerConfig(
        name=counterpart,
        durable_name=counterpart,
        deliver_subject=Crossing(org, counterpart).delivery,
        filter_subject=names.subject(org, counterpart, "*", "*"),
        deliver_policy=api.DeliverPolicy.ALL,
        ack_policy=api.AckPolicy.FLOW_CONTROL,
        max_deliver=-1,
        flow_control=True,
        idle_heartbeat=1.0,
        max_ack_pending=4096,
    )


def _reader(reading: Reading) -> api.ConsumerConfig:
    """The consumer by which one service reads one source."""
    return api.ConsumerConfig(
        name=reading.durable,
        durable_name=reading.durable,
        filter_subject=reading.subject,
        deliver_policy=api.DeliverPolicy.ALL,
        ack_policy=api.AckPolicy.EXPLICIT,
        ack_wait=ACK_WAIT_SECONDS,
        max_deliver=-1,
        max_ack_pending=UNACKNOWLEDGED_MAX,
    )


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
        allow_direct=True,  # the one way to read that a permission can limit by subject
    )


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
        assert wanted.name is not None
        log.warning(
            "consumer differs, made anew",
            stream=stream,
            consumer=wanted.name,
            error=error.description,
        )
        await js.delete_consumer(stream, wanted.name)
        await js.add_consumer(stream, wanted)
