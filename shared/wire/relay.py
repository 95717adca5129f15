"""The relay: what has left, says the history, is published in order, and again if a stream lost it.

No position is stored. What a stream holds says where to go on; a wiped stream is filled again.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from nats.errors import NoRespondersError
from nats.js.errors import NotFoundError

from shared.contracts.base import OWN
from shared.wire import names
from shared.wire.cloudevent import NotACloudEvent, from_headers, header_lines
from shared.wire.listening import Listener
from shared.wire.publishing import NotNext, Outgoing, Publisher
from shared.wire.stopping import stop_if_told

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nats.aio.client import Client
    from nats.js import JetStreamContext
    from nats.js.api import RawStreamMsg

    from shared.service import Service
    from shared.wire.cloudevent import Message
    from shared.wire.outbox import Outbox

IN_FLIGHT_MAX = 1_000
IN_FLIGHT_BYTES_MAX = 1024 * 1024
LOOK_SECONDS = 5.0
"""So that a signal that was lost delays, and loses nothing."""
WAIT_SECONDS = 0.2
"""Between looks at whether the steward has made what is to be used."""


class Standing(NamedTuple):
    """How far a stream is with what we tell an audience."""

    position: int
    """Of the last contract, in our history; 0 before the first."""
    sequence: int
    """Of the last message under our subjects, in the stream; 0 when there is none."""


class Relay:
    """Publishes one service's contracts, and knows how many wait."""

    def __init__(self, service: Service, outbox: Outbox) -> None:
        self._service = service
        self._outbox = outbox
        self._org = service.desk.org
        self._acknowledged: dict[str, int] = defaultdict(int)
        """How many contracts, by audience."""
        self._runs = False
        self._woken = asyncio.Event()
        loop = asyncio.get_running_loop()

        def wake() -> None:
            loop.call_soon_threadsafe(self._woken.set)

        self._wake = wake
        service.desk.saved = wake

    async def count(self) -> None:
        """Bring the link's backlog up to date, bus or no bus."""
        if not self._runs:  # else it looks at the history itself, no faster than it publishes
            await asyncio.to_thread(self._outbox.catch_up)
        self._count(await asyncio.to_thread(self._outbox.not_looked_at))

    async def ready(self, js: JetStreamContext) -> None:
        """Wait until the organisation's streams are there."""
        for audience in (OWN, "public"):
            while True:
                try:
                    await self._standing(js, audience)
                    break
                except NoRespondersError:
                    stop_if_told()
                    await asyncio.sleep(WAIT_SECONDS)

    async def run(self, client: Client) -> None:
        """Publish for ever; what goes wrong is raised, and a new run resumes from the streams.

        It is woken by this process and by others that append to the store: `accord import` does.
        """
        listener = Listener(self._service.desk.process_recorder)
        listener.start(self._wake)
        self._runs = True
        try:
            await self._follow(client)
        finally:
            self._runs = False
            await asyncio.to_thread(listener.close)  # it may be waiting for the database

    async def _follow(self, client: Client) -> None:
        js = client.jetstream()
        standings: dict[str, Standing] = {}
        await asyncio.to_thread(self._outbox.catch_up)
        async with Publisher(client) as publisher:
            while True:
                self._woken.clear()
                may_be_more = True
                while may_be_more:  # the next section is looked at while the last is published
                    async with asyncio.TaskGroup() as tasks:
                        looking = tasks.create_task(asyncio.to_thread(self._outbox.advance))
                        tasks.create_task(self._publish_all(publisher, js, standings))
                    may_be_more = looking.result()
                await self._publish_all(publisher, js, standings)
                stop_if_told()
                await self._wait()

    async def _wait(self) -> None:
        # `wait_for` of Python 3.11 loses a cancellation that comes as it is woken
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                await self._woken.wait()
        except TimeoutError:
            return

    # --- Publishing -----------------------------------------------------------------------------

    async def _publish_all(
        self, publisher: Publisher, js: JetStreamContext, standings: dict[str, Standing]
    ) -> None:
        for audience in self._outbox.audiences():
            if audience not in standings:
                standings[audience] = await self._resume(js, audience)
            standing = standings[audience]
            standings[audience] = await self._publish(publisher, js, audience, standing)

    async def _publish(
        self, publisher: Publisher, js: JetStreamContext, audience: str, standing: Standing
    ) -> Standing:
        """Publish all there is to an audience; gives how far the stream is then.

        A stream that lost messages may know them by their ids for a while, and would not take them
        under these: when nobody has published meanwhile they go without. That nothing is doubled
        is seen to by what is expected of the stream, not by the ids.
        """
        stream = names.stream_of(self._org, audience)
        known_by_id = False
        while messages := await asyncio.to_thread(
            self._outbox.after, audience, standing.position, IN_FLIGHT_MAX
        ):
            window = _fitting(messages)
            sent = [self._outgoing(each, with_id=not known_by_id) for each in window]
            try:
                sequence = await publisher.publish(
                    stream, self._mine(audience), sent, standing.sequence
                )
            except NotNext:
                before, standing = standing, await self._resume(js, audience)
                if standing == before and known_by_id:
                    raise
                known_by_id = standing == before
                continue
            standing = Standing(window[-1].position, sequence)
            self._acknowledged[audience] += len(window)
            self._outbox.sent(audience, standing.position)
        return standing

    def _outgoing(self, message: Message, *, with_id: bool) -> Outgoing:
        headers = header_lines(message)
        if with_id:
            headers += f"Nats-Msg-Id: {message.id}\r\n"
        subject = names.subject(self._org, message.audience, message.service, message.event)
        return Outgoing(subject, headers, message.data)

    # --- Resuming -------------------------------------------------------------------------------

    async def _resume(self, js: JetStreamContext, audience: str) -> Standing:
        standing = await self._standing(js, audience)
        ours = standing.position
        if ours > self._outbox.last(audience):
            await asyncio.to_thread(self._outbox.catch_up)
        if ours > self._outbox.last(audience):
            # not of this history, as after a backup was restored: all again, which receivers absorb
            ours = 0
        self._acknowledged[audience] = await asyncio.to_thread(
            self._outbox.contracts_until, audience, ours
        )
        return Standing(ours, standing.sequence)

    async def _standing(self, js: JetStreamContext, audience: str) -> Standing:
        """Look at the last message under our subjects, where nobody else may put one."""
        stream = names.stream_of(self._org, audience)
        try:
            last = await js.get_last_msg(stream, self._mine(audience), direct=True)
        except NotFoundError:
            return Standing(0, 0)
        assert last.seq is not None
        return Standing(self._position(last, audience), last.seq)

    def _position(self, found: RawStreamMsg, audience: str) -> int:
        """Position of our contract to an audience; 0 if the message is something else."""
        try:
            message = from_headers(found.headers or {}, found.data or b"")
        except NotACloudEvent:
            return 0
        ours = (self._org, self._service.name, audience)
        is_ours = (message.publisher, message.service, message.audience) == ours
        return message.position if is_ours else 0

    def _mine(self, audience: str) -> str:
        return names.subject(self._org, audience, self._service.name, "*")

    def _count(self, not_looked_at: int) -> None:
        """Of events that were not looked at nobody knows yet whether they leave: they count."""
        self._service.link.backlog = not_looked_at + sum(
            max(0, self._outbox.contracts(audience) - self._acknowledged[audience])
            for audience in self._outbox.audiences()
        )


def _fitting(messages: Iterable[Message]) -> list[Message]:
    """The first of them, as many as may be in flight at once."""
    fitting: list[Message] = []
    size = 0
    for each in messages:
        size += len(each.data)
        if fitting and size > IN_FLIGHT_BYTES_MAX:
            break
        fitting.append(each)
    return fitting
