"""What a service has published, made afresh from its history: there is no second copy to lose."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from operator import attrgetter
from threading import Lock
from typing import TYPE_CHECKING

from shared.emergency import EMERGENCY_EVENTS
from shared.wire.cloudevent import Message, outgoing
from shared.wire.letters import LETTER_EVENTS
from shared.wire.sections import NOTHING, SECTION, Sections, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.aggregate import Event
    from shared.contracts.base import Contract, Publication
    from shared.service import Service

LOOK = 250
"""Events that are in memory at once: as few as are gone before garbage is collected."""
KEPT_MAX = 2_000
KEPT_BYTES_MAX = 4 * 1024 * 1024
"""Of messages to one audience, kept from when their events were looked at until they are sent."""


class Kept:
    """Messages to one audience as they were made, one after the other without a gap, bounded.

    When there is no room the later ones are not kept: they are made again when it is their turn.
    """

    def __init__(self) -> None:
        self._messages: list[Message] = []
        self._bytes = 0

    def keep(self, message: Message) -> None:
        """Keep one, if it follows the last one and there is room."""
        follows = not self._messages or message.previous == self._messages[-1].position
        has_room = len(self._messages) < KEPT_MAX and self._bytes < KEPT_BYTES_MAX
        if follows and has_room:
            self._messages.append(message)
            self._bytes += len(message.data)

    def after(self, position: int, limit: int) -> list[Message]:
        """Those after a position; none when they do not begin with the next one."""
        if not self._messages or self._messages[0].previous > position:
            return []
        first = bisect_right(self._messages, position, key=attrgetter("position"))
        return self._messages[first : first + limit]

    def let_go(self, position: int) -> None:
        """Keep none up to a position."""
        count = bisect_right(self._messages, position, key=attrgetter("position"))
        self._bytes -= sum(len(each.data) for each in self._messages[:count])
        del self._messages[:count]


class Outbox:
    """Which events of the history left, and to which audience; threads may share it.

    It follows the history: `advance` looks at what was recorded since. Where what left lies is kept
    in the store, so a start looks at the last section only. What is said of an audience is as of
    the last look.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._one_looks = Lock()
        self._lock = Lock()
        self._sections = Sections(service.desk.engine)
        self._looked_at = self._sections.reached()
        self._whole = self._sections.whole()
        self._open: dict[str, Span] = {}
        """What left in the section that is not complete."""
        self._kept: dict[str, Kept] = defaultdict(Kept)

    def catch_up(self) -> None:
        """Look at all that was recorded since the last time."""
        while self.advance():
            pass

    def advance(self) -> bool:
        """Look at the next events, to the end of their section; whether there may be more."""
        with self._one_looks:
            section, looked_at_in_it = divmod(self._looked_at, SECTION)
            left = SECTION - looked_at_in_it
            whole, opened, looked_at = dict(self._whole), dict(self._open), self._looked_at
            made = []
            while left and (events := self._service.desk.history(looked_at, min(left, LOOK))):
                for at, event in events:
                    for audience, contract in self._published(event):
                        previous = whole.get(audience, NOTHING)
                        made.append(self._message(contract, audience, at, previous.last, event))
                        one = Span(at, at, 1)
                        whole[audience] = previous.and_then(one)
                        opened[audience] = opened.get(audience, NOTHING).and_then(one)
                looked_at = events[-1][0]
                left -= len(events)
            if not left:
                self._sections.save(section, opened)
                opened = {}
            with self._lock:
                for each in made:
                    self._kept[each.audience].keep(each)
                self._whole, self._open, self._looked_at = whole, opened, looked_at
            return not left

    def not_looked_at(self) -> int:
        """How many events were recorded since the last look."""
        return max(0, self._service.desk.last_position() - self._looked_at)

    def audiences(self) -> list[str]:
        """Everyone to whom something has left."""
        with self._lock:
            return sorted(self._whole)

    def last(self, audience: str) -> int:
        """Position of the last contract to an audience; 0 when there is none."""
        with self._lock:
            return self._whole.get(audience, NOTHING).last

    def contracts(self, audience: str) -> int:
        """How many contracts to an audience there are."""
        with self._lock:
            return self._whole.get(audience, NOTHING).contracts

    def contracts_until(self, audience: str, position: int) -> int:
        """How many contracts to an audience there are at or before a position."""
        before, spans = self._around(audience, position, 1)
        counted = before.contracts
        for span in spans:
            if span.first <= position:
                counted += sum(at <= position for at, *_ in self._contracts_in(span, audience))
        return counted

    def after(self, audience: str, position: int, limit: int) -> list[Message]:
        """Contracts to an audience after a position, in order; one at least if there is any."""
        with self._lock:
            if position >= self._whole.get(audience, NOTHING).last:
                return []
            kept = self._kept[audience].after(position, limit)
        return kept or self._read(audience, position, limit)

    def sent(self, audience: str, position: int) -> None:
        """Keep no longer what was sent to an audience up to a position."""
        with self._lock:
            self._kept[audience].let_go(position)

    # --- Reading again --------------------------------------------------------------------------

    def _read(self, audience: str, position: int, limit: int) -> list[Message]:
        """Make them again from the history, reading only the sections that have any."""
        before, spans = self._around(audience, position, limit)
        previous = before.last
        messages: list[Message] = []
        for span in spans:
            for at, event, contract in self._contracts_in(span, audience):
                if at > position:
                    messages.append(self._message(contract, audience, at, previous, event))
                    if len(messages) == limit:
                        return messages
                previous = at
        return messages

    def _around(self, audience: str, position: int, limit: int) -> tuple[Span, list[Span]]:
        """What lies before a position for certain, and where to look for what comes after it."""
        with self._lock:
            before = self._sections.until(audience, position)
            spans = self._sections.after(audience, position, limit)
            opened = self._open.get(audience, NOTHING)
        if opened.last > position:
            return before, [*spans, opened]
        return before.and_then(opened), spans

    def _contracts_in(self, span: Span, audience: str) -> Iterator[tuple[int, Event, Contract]]:
        for at, event in self._service.desk.history(span.first - 1, span.last - span.first + 1):
            for to, contract in self._published(event):
                if to == audience:
                    yield at, event, contract

    def _published(self, event: Event) -> tuple[Publication, ...]:
        inside = isinstance(event, (*LETTER_EVENTS, *EMERGENCY_EVENTS))
        return () if inside else self._service.publish(event)

    def _message(
        self, contract: Contract, audience: str, at: int, previous: int, event: Event
    ) -> Message:
        return outgoing(
            contract,
            org=self._service.desk.org,
            audience=audience,
            position=at,
            previous=previous,
            at=event.timestamp,
        )
