"""What a service has published, made afresh from its history: there is no second copy to lose."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from threading import Lock
from typing import TYPE_CHECKING

from shared.emergency import EMERGENCY_EVENTS
from shared.wire.cloudevent import Message, outgoing
from shared.wire.letters import LETTER_EVENTS

if TYPE_CHECKING:
    from shared.service import Service

SCAN = 500


class Outbox:
    """Which events of the history left, and to which audience; threads may share it.

    The index is in memory and follows the history; the first `catch_up` reads all of it.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._lock = Lock()
        self._scanned = 0
        self._positions: dict[str, list[int]] = defaultdict(list)

    def catch_up(self) -> None:
        """Look at what was recorded since the last time."""
        with self._lock:
            while events := self._service.desk.history(self._scanned, SCAN):
                for position, event in events:
                    if not isinstance(event, (*LETTER_EVENTS, *EMERGENCY_EVENTS)):
                        for audience, _ in self._service.publish(event):
                            self._positions[audience].append(position)
                    self._scanned = position

    def audiences(self) -> list[str]:
        """Everyone to whom something has left."""
        with self._lock:
            return sorted(self._positions)

    def last(self, audience: str) -> int:
        """Position of the last contract to an audience; 0 when there is none."""
        with self._lock:
            positions = self._positions.get(audience)
            return positions[-1] if positions else 0

    def waiting(self, audience: str, after: int) -> int:
        """How many contracts to an audience come after a position."""
        with self._lock:
            positions = self._positions.get(audience, [])
            return len(positions) - bisect_right(positions, after)

    def after(self, audience: str, position: int, limit: int) -> list[Message]:
        """Up to `limit` contracts to an audience after a position, in order."""
        with self._lock:
            positions = self._positions.get(audience, [])
            first = bisect_right(positions, position)
            wanted = positions[first : first + limit]
            before = positions[first - 1] if first else 0
        return [
            self._message(audience, at, previous)
            for at, previous in zip(wanted, [before, *wanted], strict=False)
        ]

    def _message(self, audience: str, position: int, previous: int) -> Message:
        desk = self._service.desk
        ((_, event),) = desk.history(position - 1, 1)
        contract = next(c for to, c in self._service.publish(event) if to == audience)
        return outgoing(
            contract,
            org=desk.org,
            audience=audience,
            position=position,
            previous=previous,
            at=event.timestamp,
        )
