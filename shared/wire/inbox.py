"""The inbox: each source's contracts are handled in the publisher's order, each once.

What came together is handled together: the effects and the fact of the receipt are one transaction.
Where that fails, each half is tried, so that one bad contract stands alone in the end. What is
missing is asked for; what can't be handled becomes a letter; trouble with the store is waited out.
"""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import structlog
from eventsourcing.persistence import IntegrityError
from nats.aio.msg import Msg

from shared.contracts.base import OWN
from shared.wire import names
from shared.wire.asking import LIMIT_MAX, Answer, NoAnswer, ask
from shared.wire.cloudevent import Message, NotACloudEvent, from_headers
from shared.wire.commit import Receipt
from shared.wire.letters import STORE_TROUBLE, reason_of, set_aside, understood

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from collections.abc import Set as AbstractSet

    from nats.aio.client import Client

    from shared.aggregate import Aggregate
    from shared.service import Service, Source
    from shared.wire.letters import Letter

log = structlog.get_logger()

T = TypeVar("T")

LOST_RACES_MAX = 100
"""A contract waits for nobody at a desk, so it may lose to many before it is set aside."""
POSITIONS_SKIPPED_MAX = 1_000
"""A contract that skips more of its publisher's history is believed only when the publisher says
so: else a forged position would make all contracts before it count as received."""
STORE_WAIT_SECONDS = (0.1, 0.5, 1.0, 2.0, 5.0)
"""Between tries while the store is in trouble; the last one again and again."""


class Arrived(NamedTuple):
    """A message as it came, and what it says."""

    raw: Msg
    message: Message


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

    async def take(self, client: Client, batch: Sequence[Msg]) -> list[Msg]:
        """Take in messages from the stream.

        Args:
            client: to ask the publisher with.
            batch: messages as they came.

        Returns:
            Those that must come again later; all others are settled.
        """
        async with self._one_at_a_time:
            ahead = await self._in_store(lambda: self._take_what_follows(batch))
            if ahead:
                ahead = await self._ask_about(client, ahead)
            self._handled()
            return [each.raw for each in ahead]

    async def catch_up(self, client: Client) -> None:
        """Ask for everything after what was received: the tail that a lost stream can't show.

        Raises:
            NoAnswer: the publisher is away.
        """
        async with self._one_at_a_time:
            self._received = await self._in_store(self._stored_position)
            await self._fill(client, 2**63)
            self._handled()

    async def position(self) -> int:
        """Position of the last contract received."""
        return await self._in_store(self._stored_position)

    async def last(self, client: Client) -> int:
        """Position of the last contract the publisher has for us.

        Raises:
            NoAnswer: it is away.
        """
        return (await self._ask(client, limit=0)).last

    # --- Placing ----------------------------------------------------------------------------

    def _take_what_follows(self, batch: Sequence[Msg]) -> list[Arrived]:
        """Settle what has no place in the order or whose turn it is; gives what is ahead of it."""
        arrived = [placed for each in batch if (placed := self._placed(each)) is not None]
        arrived.sort(key=lambda each: each.message.position)
        self._received = self._received or self._stored_position()
        ahead = self._settle_what_follows(arrived)
        if ahead:  # another process of this service may have taken in what lies between
            self._received = self._stored_position()
            ahead = self._settle_what_follows(ahead)
        return ahead

    def _placed(self, raw: Msg) -> Arrived | None:
        """What came, with what it says; a letter is made of what can't be believed."""
        try:
            return Arrived(raw, self._from_source(from_headers(raw.headers or {}, raw.data), raw))
        except NotACloudEvent as error:
            self._keep(raw, str(error))
            return None

    def _from_source(self, message: Message, raw: Msg | None = None) -> Message:
        """The message, if it is this source's and lay under the subject that it says."""
        if (message.publisher, message.service, message.audience) != (
            self._source.publisher,
            self._source.service,
            self.audience,
        ):
            raise NotACloudEvent("it is not from this source, or not for us")
        if raw is not None and raw.subject != names.subject(
            message.publisher, message.audience, message.service, message.event
        ):
            raise NotACloudEvent("the subject and the attributes do not agree")
        return message

    def _settle_what_follows(self, arrived: Sequence[Arrived]) -> list[Arrived]:
        """Settle those that follow what was received, one after the other; gives the others."""
        at = self._received
        following: list[Message] = []
        ahead: list[Arrived] = []
        for each in arrived:
            message = each.message
            if message.position <= at:
                continue  # it was received before
            if message.previous == at and message.position - at <= POSITIONS_SKIPPED_MAX:
                following.append(message)
                at = message.position
            else:
                ahead.append(each)
        self._settle(following)
        return ahead

    # --- Asking -----------------------------------------------------------------------------

    async def _ask_about(self, client: Client, ahead: Sequence[Arrived]) -> list[Arrived]:
        """Have the publisher give all up to the last of these; gives what must come again.

        What the publisher does not know is not its own, whatever it says.
        """
        sought = {each.message.position for each in ahead}
        try:
            known = await self._fill(client, max(sought), sought)
        except NoAnswer as error:
            log.warning("gap not filled yet", source=self._source.name, error=str(error))
            return await self._in_store(lambda: self._settle_what_follows(ahead))
        for each in ahead:
            if each.message.position not in known:
                await self._in_store(
                    partial(self._keep, each.raw, "its publisher does not know it")
                )
        return []

    async def _fill(
        self, client: Client, until: int, sought: AbstractSet[int] = frozenset()
    ) -> set[int]:
        """Ask for what comes after the received, and settle it, up to a position.

        Returns:
            Which of the positions sought the publisher has.
        """
        known: set[int] = set()
        while True:
            answered = await self._ask(client, LIMIT_MAX)
            wanted = [each for each in answered.messages if each.position <= until]
            at = self._received
            for message in wanted:
                if not message.previous <= at < message.position:
                    raise NoAnswer(f"{self._source.name} answers out of order")
                at = message.position
            known |= sought & {each.position for each in wanted}
            await self._in_store(partial(self._settle, wanted))
            if len(wanted) < len(answered.messages) or self._received >= answered.last:
                return known
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

    # --- Handling ---------------------------------------------------------------------------

    def _stored_position(self) -> int:
        return self._desk.received_position(self._source.name)

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

    def _settle(self, messages: Sequence[Message]) -> None:
        """Handle contracts that follow each other, whatever comes of each."""
        if len(messages) == 1:
            self._handle(messages[0])
        elif messages:
            try:
                received = self._receipt(messages[-1])
                effects = [partial(self._changed, each) for each in messages]
                self._desk.save_effects(received, effects)
            except STORE_TROUBLE:
                raise
            except Exception:  # of one of them: which, the halves tell
                half = len(messages) // 2
                self._settle(messages[:half])
                self._settle(messages[half:])
            self._received = messages[-1].position

    def _handle(self, message: Message) -> None:
        """Handle one contract; in the end it has its effect or is a letter."""
        received = self._receipt(message)
        for _ in range(LOST_RACES_MAX):
            try:
                self._desk.save_effects(received, [lambda: self._changed(message)])
            except IntegrityError:
                continue  # somebody else was first: on what they wrote, again
            except STORE_TROUBLE:
                raise
            except Exception as error:  # whatever it is, the letter keeps it
                self._set_aside(message, received, reason_of(error))
            break
        else:
            self._set_aside(message, received, "somebody else was always first")
        self._received = message.position

    def _receipt(self, last: Message) -> Receipt:
        return Receipt(self._source.name, last.position, follows=self._received)

    def _changed(self, message: Message) -> Sequence[Aggregate]:
        contract = understood(self._source, message.name, message.data)
        return self._source.handle(contract)

    def _set_aside(self, message: Message, received: Receipt, reason: str) -> None:
        log.error("set aside", source=self._source.name, origin=message.id, reason=reason)
        letter = self._letter(message.id, message.name, message.data, reason)
        self._desk.save_once(received, letter)

    def _keep(self, raw: Msg, reason: str) -> None:
        """Make a letter of what has no place in the order; a second time it is there already."""
        came = raw.metadata
        digest = hashlib.sha256(raw.data).hexdigest()[:16]
        origin = f"{came.stream}.{came.sequence.stream}.{digest}"
        log.error("set aside", source=self._source.name, origin=origin, reason=reason)
        with suppress(IntegrityError):
            self._desk.save(self._letter(origin, "", raw.data, reason))

    def _letter(self, origin: str, name: str, body: bytes, reason: str) -> Letter:
        return set_aside(
            self._desk, self._source.name, origin=origin, name=name, body=body, reason=reason
        )
