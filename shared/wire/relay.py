"""The relay: what has left, says the history, is published in order, and again if a stream lost it.

No position is stored. What a stream holds says where to go on; a wiped stream is filled again.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING

from nats.errors import NoRespondersError
from nats.js.errors import NotFoundError

from shared.contracts.base import OWN
from shared.wire import names
from shared.wire.cloudevent import NotACloudEvent, from_headers, to_headers
from shared.wire.stopping import stop_if_told

if TYPE_CHECKING:
    from nats.js import JetStreamContext
    from nats.js.api import PubAck

    from shared.service import Service
    from shared.wire.cloudevent import Message
    from shared.wire.outbox import Outbox

IN_FLIGHT_MAX = 256
ACKNOWLEDGE_SECONDS = 10
WAIT_SECONDS = 0.2
"""Between looks at whether the steward has made what is to be used."""
POLL_SECONDS = 0.5
"""Another process of this service may have written: `accord import` does."""


class Relay:
    """Publishes one service's contracts, and knows how many wait."""

    def __init__(self, service: Service, outbox: Outbox) -> None:
        self._service = service
        self._outbox = outbox
        self._org = service.desk.org
        self._acknowledged: dict[str, int] = defaultdict(int)
        self._woken = asyncio.Event()
        loop = asyncio.get_running_loop()

        def wake() -> None:
            loop.call_soon_threadsafe(self._woken.set)

        service.desk.saved = wake

    async def count(self) -> None:
        """Bring the link's backlog up to date, bus or no bus."""
        await asyncio.to_thread(self._outbox.catch_up)
        self._count()

    async def ready(self, js: JetStreamContext) -> None:
        """Wait until the organisation's streams are there."""
        for audience in (OWN, "public"):
            while True:
                try:
                    await self._last_in_stream(js, audience)
                    break
                except NoRespondersError:
                    stop_if_told()
                    await asyncio.sleep(WAIT_SECONDS)

    async def run(self, js: JetStreamContext) -> None:
        """Publish for ever; what goes wrong is raised, and a new run resumes from the streams."""
        resumed: set[str] = set()
        while True:
            self._woken.clear()
            await asyncio.to_thread(self._outbox.catch_up)
            for audience in self._outbox.audiences():
                if audience not in resumed:
                    self._acknowledged[audience] = await self._last_in_stream(js, audience)
                    resumed.add(audience)
                await self._publish(js, audience)
            stop_if_told()
            try:
                # `wait_for` of Python 3.11 loses a cancellation that comes as it is woken
                async with asyncio.timeout(POLL_SECONDS):
                    await self._woken.wait()
            except TimeoutError:
                continue

    async def _publish(self, js: JetStreamContext, audience: str) -> None:
        stream = names.stream_of(self._org, audience)
        while True:
            after = self._acknowledged[audience]
            messages = await asyncio.to_thread(self._outbox.after, audience, after, IN_FLIGHT_MAX)
            if not messages:
                return
            sent = [await self._send(js, stream, each) for each in messages]
            async with asyncio.timeout(ACKNOWLEDGE_SECONDS):
                await asyncio.gather(*sent)
            self._acknowledged[audience] = messages[-1].position
            self._count()

    async def _send(
        self, js: JetStreamContext, stream: str, message: Message
    ) -> asyncio.Future[PubAck]:
        subject = names.subject(self._org, message.audience, message.service, message.event)
        return await js.publish_async(
            subject, message.data, stream=stream, headers=to_headers(message)
        )

    async def _last_in_stream(self, js: JetStreamContext, audience: str) -> int:
        mine = names.subject(self._org, audience, self._service.name, "*")
        try:
            last = await js.get_last_msg(names.stream_of(self._org, audience), mine, direct=True)
            position = from_headers(last.headers or {}, last.data or b"").position
        except (NotFoundError, NotACloudEvent):
            return 0
        return min(position, self._outbox.last(audience))

    def _count(self) -> None:
        self._service.link.backlog = sum(
            self._outbox.waiting(audience, self._acknowledged[audience])
            for audience in self._outbox.audiences()
        )
