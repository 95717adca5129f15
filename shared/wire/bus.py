"""One service on the bus: connected, it publishes, receives and answers; else it keeps trying.

A connection is used until it is lost, never mended: a new one begins as at the first start, with
the streams waited for, the relay resumed and each source checked for what was missed meanwhile.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import structlog
from faststream.nats import NatsBroker
from faststream.nats.security import NatsNKey
from nats.errors import Error as NatsError
from nats.js.errors import NotFoundError

from shared.wire.asking import NoAnswer, answer, ask
from shared.wire.channels import answering, taking_in
from shared.wire.inbox import Inbox
from shared.wire.intake import taken_in
from shared.wire.letters import LetterBook
from shared.wire.outbox import Outbox
from shared.wire.permits import inbox as inbox_of
from shared.wire.permits import reading
from shared.wire.reader import Reader
from shared.wire.relay import WAIT_SECONDS, Relay
from shared.wire.stopping import opened, stop_if_told

if TYPE_CHECKING:
    from collections.abc import Callable

    from faststream.nats import NatsMessage, NatsResponse
    from nats.aio.client import Client
    from nats.aio.msg import Msg
    from nats.js import JetStreamContext

    from shared.service import Service, Source
    from shared.settings import Settings
    from shared.wire.permits import Reading

log = structlog.get_logger()

RECONNECT_SECONDS = 1
RETRY_SECONDS = (0.2, 0.5, 1.0, 2.0)
"""Before another connection; the last one again and again."""
COUNT_SECONDS = 0.5
"""Between counts of what waits, for the desk to show."""
CHECK_SECONDS = 3
"""Between looks at whether the counterpart answers, and whether anything was missed."""
LATER_SECONDS = 2
STOP_SECONDS = 5


class ConnectionLost(Exception):
    """The server went away."""


@dataclass(frozen=True)
class Connection:
    """One connection to the organisation's server, as long as it lasts."""

    broker: NatsBroker
    client: Client
    js: JetStreamContext


class Bus:
    """What carries one service's contracts to others, and theirs to it."""

    def __init__(self, service: Service, settings: Settings, handled: Callable[[], None]) -> None:
        """Make ready; `run` does the work.

        Args:
            service: whose contracts are carried.
            settings: where the server is.
            handled: called after each contract received.
        """
        self._service = service
        self._settings = settings
        self._handled = handled
        self._outbox = Outbox(service)
        self._relay = Relay(service, self._outbox)
        self._letters = LetterBook(service.desk, service.desk.engine)

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keep_connected())
            tasks.create_task(self._count())

    async def _count(self) -> None:
        while True:
            try:
                await self._relay.count()
                self._service.link.letters = await asyncio.to_thread(self._letters.waiting)
            except Exception as error:
                log.warning("not counted", error=type(error).__name__)
            await _pause(COUNT_SECONDS)

    async def _keep_connected(self) -> None:
        tries = 0
        while True:
            try:
                # a task of its own: on Python 3.11 one whose group failed stays marked as stopped
                await asyncio.create_task(self._use_one_connection())
            except Exception as error:
                log.warning("bus away", error=_causes(error))
            tries = 0 if self._service.link.bus_up else tries + 1
            self._service.link.bus_up = False
            self._counterpart_is(up=False)
            await _pause(RETRY_SECONDS[min(tries, len(RETRY_SECONDS) - 1)])

    async def _use_one_connection(self) -> None:
        lost = asyncio.Event()

        async def closed() -> None:
            for subscriber in broker.subscribers:
                subscriber.running = False  # else its fetches spin on a closed connection
            lost.set()

        async def failed(error: Exception) -> None:
            log.debug("nats", error=type(error).__name__)

        seed = self._settings.seed_file(self._service.name)
        broker = NatsBroker(
            self._settings.nats_url,
            security=NatsNKey.from_file(seed, ssl_context=self._settings.tls()),
            inbox_prefix=inbox_of(self._service.name),
            name=f"{self._service.desk.org}.{self._service.name}",
            connect_timeout=2,
            reconnect_time_wait=RECONNECT_SECONDS,
            max_reconnect_attempts=-1,  # the first time it waits here; later we leave first
            ping_interval=5,
            closed_cb=closed,
            disconnected_cb=closed,
            error_cb=failed,
            graceful_timeout=STOP_SECONDS,
            apply_types=False,  # what can't be validated becomes a letter, which is ours to write
            logger=None,
        )
        client = await opened(broker.connect())
        try:
            js = client.jetstream()
            connection = Connection(broker, client, js)
            await self._relay.ready(js)
            stop_if_told()
            self._service.link.bus_up = True
            log.info("bus up")
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(_raise_when(lost))
                tasks.create_task(self._answer(connection))
                tasks.create_task(self._take_in(connection))
                tasks.create_task(self._relay.run(client))
                tasks.create_task(self._watch_counterpart(connection))
                for source in self._service.sources:
                    tasks.create_task(self._receive(connection, source))
        finally:
            await _leave(broker)

    # --- Answering --------------------------------------------------------------------------

    async def _answer(self, connection: Connection) -> None:
        async def answered(message: NatsMessage) -> NatsResponse | None:
            return await answer(self._outbox, message.raw_message.subject, message.body)

        await answering(connection.broker, self._service, answered).start()

    async def _take_in(self, connection: Connection) -> None:
        for intake in self._service.intakes:
            take = partial(taken_in, intake)
            await taking_in(connection.broker, self._service, intake, take).start()

    async def _watch_counterpart(self, connection: Connection) -> None:
        org, other = self._service.desk.org, self._settings.counterpart
        while True:
            try:
                await ask(connection.client, other, org, self._service.name, after=0, limit=0)
                self._counterpart_is(up=True)
            except NoAnswer:
                self._counterpart_is(up=False)
            await _pause(CHECK_SECONDS if self._service.link.counterpart_up else 1)

    def _counterpart_is(self, *, up: bool) -> None:
        link = self._service.link
        if link.counterpart_up != up:
            link.counterpart_up = up
            link.since = datetime.now(UTC)
            log.info("counterpart", up=up)

    # --- Receiving --------------------------------------------------------------------------

    async def _receive(self, connection: Connection, source: Source) -> None:
        inbox = Inbox(self._service, source, self._handled)
        how = reading(self._service.desk.org, self._service.name, source.name)
        await _made(connection.js, how)
        async with (
            asyncio.TaskGroup() as tasks,
            Reader(connection.client, how.stream, how.durable) as reader,
        ):
            tasks.create_task(self._heal(connection, inbox, source, how))
            while True:
                await self._take(connection, inbox, source, await reader.batch())

    async def _take(
        self, connection: Connection, inbox: Inbox, source: Source, batch: list[Msg]
    ) -> None:
        """Have the inbox settle a batch; what it can't settle yet comes again."""
        try:
            later = await inbox.take(connection.client, batch)
        except Exception as error:
            log.error("not taken in", source=source.name, error=_causes(error))  # noqa: TRY400  # its text may be personal
            later = batch
        again = set(map(id, later))
        for each in batch:
            if id(each) in again:
                await each.nak(delay=LATER_SECONDS)
            else:
                await each.ack()

    async def _heal(
        self, connection: Connection, inbox: Inbox, source: Source, how: Reading
    ) -> None:
        """When nothing comes but the publisher has something for us, ask for it.

        So neither what a stream lost at its end nor what was delivered to a process that then died
        is waited for.
        """
        seen = -1
        while True:
            # raises when it was wiped
            reader = await connection.js.consumer_info(how.stream, how.durable)
            before, seen = seen, await inbox.position()
            if seen == before or not reader.num_pending:
                await self._ask_for_the_rest(connection, inbox, source)
            await _pause(CHECK_SECONDS)

    async def _ask_for_the_rest(self, connection: Connection, inbox: Inbox, source: Source) -> None:
        try:
            last, received = await inbox.last(connection.client), await inbox.position()
            if last > received:
                await inbox.catch_up(connection.client)
        except NoAnswer:
            return
        if last < received:
            log.error(
                "publisher's history is shorter than what was received",
                source=source.name,
                last=last,
                received=received,
            )


async def _leave(broker: NatsBroker) -> None:
    """Let what is being taken in finish, and close; the connection may be lost already."""
    for subscriber in broker.subscribers:
        with suppress(NatsError, TimeoutError):
            await asyncio.wait_for(subscriber.stop(), STOP_SECONDS)
    client = await broker.connect()  # the one it has
    await client.close()


async def _made(js: JetStreamContext, how: Reading) -> None:
    """Wait until the steward has made a consumer."""
    while True:
        try:
            await js.consumer_info(how.stream, how.durable)
        except NotFoundError:
            await _pause(WAIT_SECONDS)
        else:
            return


async def _pause(seconds: float) -> None:
    stop_if_told()
    await asyncio.sleep(seconds)


async def _raise_when(lost: asyncio.Event) -> None:
    await lost.wait()
    raise ConnectionLost


def _causes(error: BaseException) -> str:
    """Types only: an error's text may hold what it was about."""
    if isinstance(error, BaseExceptionGroup):
        return ", ".join(_causes(each) for each in error.exceptions)
    return type(error).__name__
