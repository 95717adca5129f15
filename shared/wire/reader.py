"""Reading a consumer: whatever came is given together, and a lone message waits for no other.

It speaks the pull protocol of JetStream by the client's own publish and subscribe; why not by its
`fetch`, docs/decisions/0004 says.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from nats.errors import Error as NatsError

from shared.wire.stopping import stop_if_told

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.aio.msg import Msg
    from nats.aio.subscription import Subscription

PULL = 256
"""Messages asked for at a time: so many may wait here while as many are taken in."""
PULL_SECONDS = 10
SLACK_SECONDS = 5
STATUS = "Status"
EXPIRED = "408"


class ReadingEnded(Exception):
    """The consumer is gone, or its server says nothing."""


class Reader:
    """One process's reading of one consumer, by one pull after another."""

    def __init__(self, client: Client, stream: str, durable: str) -> None:
        self._client = client
        self._subject = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{durable}"
        self._inbox = client.new_inbox()
        self._subscription: Subscription | None = None
        self._messages: list[Msg] = []
        self._expected = 0
        """How many the last pull may still bring."""
        self._ended = ""
        self._news = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._subscription = await self._client.subscribe(self._inbox, cb=self._came)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._subscription is not None
        with suppress(NatsError):  # the connection may be lost already
            await self._subscription.unsubscribe()

    async def batch(self) -> list[Msg]:
        """Everything that came since the last batch: one message at least, PULL at most.

        Raises:
            ReadingEnded: no more will come.
        """
        while not self._messages:
            if self._ended:
                raise ReadingEnded(self._ended)
            await self._pull_when_done()
            stop_if_told()
            self._news.clear()
            try:
                async with asyncio.timeout(PULL_SECONDS + SLACK_SECONDS):
                    await self._news.wait()
            except TimeoutError:
                raise ReadingEnded("neither a message nor the end of a pull") from None
        batch, self._messages = self._messages, []
        await self._pull_when_done()  # what it brings comes while the batch is taken in
        return batch

    async def _pull_when_done(self) -> None:
        if not self._expected:
            self._expected = PULL
            asked = {"batch": PULL, "expires": PULL_SECONDS * 1_000_000_000}
            await self._client.publish(self._subject, json.dumps(asked).encode(), reply=self._inbox)

    async def _came(self, message: Msg) -> None:
        if message.reply:  # only the server's own words have none, whatever a header says
            self._messages.append(message)
            self._expected -= 1
        else:
            status = (message.headers or {}).get(STATUS, "")
            self._expected = 0
            if status != EXPIRED:
                self._ended = f"the server says {status}"
        self._news.set()
