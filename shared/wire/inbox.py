"""The inbox: each source's contracts are handled in the publisher's order, each once.

The effect and the fact of the receipt are one transaction. What is missing is asked for; what can't
be handled becomes a letter; trouble with the store is waited out.
"""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING, TypeVar

import structlog
from eventsourcing.persistence import IntegrityError, Tracking

from shared.contracts.base import OWN
from shared.wire.asking import LIMIT_MAX, Answer, NoAnswer, ask
from shared.wire.cloudevent import NotACloudEvent, from_headers
from shared.wire.letters import STORE_TROUBLE, reason_of, set_aside, understood

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from nats.aio.client import Client

    from shared.aggregate import Aggregate
    from shared.service import Service, Source
    from shared.wire.cloudevent import Message

log = structlog.get_logger()

T = TypeVar("T")

LOST_RACES_MAX = 100
"""A contract waits for nobody at a desk, so it may lose to many before it is set aside."""
STORE_WAIT_SECONDS = (0.1, 0.5, 1.0, 2.0, 5.0)
"""Between tries while the store is in trouble; the last one again and again."""


class Inbox:
    """What one service receives from one source."""

    def __init__(self, service: Service, source: Source, handled: Callable[[], None]) -> None:
        self._desk = service.desk
        self._source = source
        self._handled = handled
        self._one_at_a_time = asyncio.Lock()
        self._received = 0
        """At least this far, without asking the store; other processes may be further."""

    @property
    def audience(self) -> str:
        """As whom we read this source."""
        return OWN if self._source.publisher == self._desk.org else self._desk.org

    async def take(  # what a message consists of
        self, client: Client, subject: str, headers: Mapping[str, str], body: bytes, origin: str
    ) -> bool:
        """Take in one message from the stream.

        Args:
            client: to ask the publisher with.
            subject: where it was published; it must agree with what the message says.
            headers: CloudEvents attributes.
            body: the contract.
            origin: stream and sequence, for a letter about what carries no usable position.

        Returns:
            True when it is settled; False when it must come again later.
        """
        async with self._one_at_a_time:
            try:
                message = self._ours(from_headers(headers, body), subject)
            except NotACloudEvent as error:
                await self._keep(origin, body, str(error))
                return True
            if message.position <= self._received:
                return True
            self._received = await self._stored_position()
            if message.previous > self._received:
                try:
                    answered = await self._fill(client, message.position - 1)
                except NoAnswer as error:
                    log.warning("gap not filled yet", source=self._source.name, error=str(error))
                    return False
                if message.previous > answered.last:
                    await self._keep(origin, body, "follows what its publisher never published")
                    return True
                if message.previous > self._received:
                    return False
            if message.position > self._received:
                await self._apply(message)
            return True

    async def catch_up(self, client: Client) -> None:
        """Ask for everything after what was received: the tail that a lost stream can't show.

        Raises:
            NoAnswer: the publisher is away.
        """
        async with self._one_at_a_time:
            self._received = await self._stored_position()
            await self._fill(client, 2**63)

    async def position(self) -> int:
        """Position of the last contract received."""
        self._received = max(self._received, await self._stored_position())
        return self._received

    async def last(self, client: Client) -> int:
        """Position of the last contract the publisher has for us.

        Raises:
            NoAnswer: it is away.
        """
        return (await self._ask(client, limit=0)).last

    # --- Asking -----------------------------------------------------------------------------

    async def _fill(self, client: Client, until: int) -> Answer:
        """Ask for what comes after the received, and apply it, up to a position."""
        while True:
            answered = await self._ask(client, LIMIT_MAX)
            wanted = [each for each in answered.messages if each.position <= until]
            for message in wanted:
                if not self._received < message.position or message.previous > self._received:
                    raise NoAnswer(f"{self._source.name} answers out of order")
                await self._apply(message)
            if len(wanted) < len(answered.messages) or self._received >= answered.last:
                return answered
            if not wanted:
                raise NoAnswer(f"{self._source.name} answers less than it says it has")

    async def _ask(self, client: Client, limit: int) -> Answer:
        source = self._source
        answered = await ask(
            client, source.publisher, self.audience, source.service, self._received, limit
        )
        try:
            for each in answered.messages:
                self._from_source(each)
        except NotACloudEvent as error:
            raise NoAnswer(f"{source.name} answers for another") from error
        return answered

    def _ours(self, message: Message, subject: str) -> Message:
        """The message, if it is this source's and lay under the subject that it says."""
        parts = (message.publisher, message.audience, message.service, message.event)
        if subject != f"accord.{'.'.join(parts)}":
            raise NotACloudEvent("the subject and the attributes do not agree")
        return self._from_source(message)

    def _from_source(self, message: Message) -> Message:
        if (message.publisher, message.service, message.audience) != (
            self._source.publisher,
            self._source.service,
            self.audience,
        ):
            raise NotACloudEvent("it is not from this source, or not for us")
        return message

    # --- Handling ---------------------------------------------------------------------------

    async def _stored_position(self) -> int:
        return await self._in_store(lambda: self._desk.received_position(self._source.name))

    async def _apply(self, message: Message) -> None:
        """Handle a contract whose predecessors are handled; then it is settled, whatever comes."""
        await self._in_store(lambda: self._handle(message))
        self._received = message.position
        self._handled()

    async def _keep(self, origin: str, body: bytes, reason: str) -> None:
        """Make a letter of what has no place in the order; a second time it is there already."""
        log.error("set aside", source=self._source.name, origin=origin, reason=reason)
        digest = hashlib.sha256(body).hexdigest()[:16]
        await self._in_store(lambda: self._save_letter(f"{origin}.{digest}", body, reason))
        self._handled()

    async def _in_store(self, work: Callable[[], T]) -> T:
        """Do work on the store in a thread; while the store is in trouble, wait and try again."""
        tries = 0
        while True:
            try:
                return await asyncio.to_thread(work)
            except STORE_TROUBLE as error:
                log.warning("store in trouble", error=type(error).__name__)
                await asyncio.sleep(STORE_WAIT_SECONDS[min(tries, len(STORE_WAIT_SECONDS) - 1)])
                tries += 1

    def _handle(self, message: Message) -> None:
        received = Tracking(self._source.name, message.position)
        for _ in range(LOST_RACES_MAX):
            try:
                changed = self._changed(message)
                self._desk.save_once(received, *changed)
            except IntegrityError:
                continue  # somebody else was first: on what they wrote, again
            except STORE_TROUBLE:
                raise
            except Exception as error:  # whatever it is, the letter keeps it
                self._set_aside(message, received, reason_of(error))
            return
        self._set_aside(message, received, "somebody else was always first")

    def _changed(self, message: Message) -> Sequence[Aggregate]:
        contract = understood(self._source, message.name, message.data)
        return self._source.handle(contract)

    def _set_aside(self, message: Message, received: Tracking, reason: str) -> None:
        log.error("set aside", source=self._source.name, origin=message.id, reason=reason)
        letter = set_aside(
            self._desk,
            self._source.name,
            origin=message.id,
            name=message.name,
            body=message.data,
            reason=reason,
        )
        self._desk.save_once(received, letter)

    def _save_letter(self, origin: str, body: bytes, reason: str) -> None:
        letter = set_aside(
            self._desk, self._source.name, origin=origin, name="", body=body, reason=reason
        )
        try:
            self._desk.save(letter)
        except IntegrityError:
            return
