"""Group commit: commands that arrive while the disk is busy share the next transaction.

Whoever finds nobody writing writes at once, so a lone command waits for nobody. Whoever comes
meanwhile waits; when the write is done the first of those waiting writes for all of them. Each is
answered only after the commit, and a conflict is the answer of its own command alone.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from eventsourcing.persistence import IntegrityError, OperationalError, Tracking

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from eventsourcing.persistence import StoredEvent

EVENTS_MAX = 2_000
"""In one transaction, unless one command alone has more."""


@dataclass(frozen=True)
class Receipt(Tracking):
    """That contracts of a source were applied, which follow the last one applied before them.

    Where another position was reached meanwhile nothing is applied: who was elsewhere with the same
    contracts in hand can't apply some of them a second time.
    """

    follows: int
    """Position in the source's log; 0 when these are the first."""


class Command:
    """Events to be appended together or not at all, with the receipt they are the effect of."""

    __slots__ = ("_turn", "events", "ids", "refusal", "tracking")

    def __init__(self, events: Sequence[StoredEvent], tracking: Tracking | None) -> None:
        self.events = events
        self.tracking = tracking
        self.ids: Sequence[int] | None = None
        self.refusal: Exception | None = None
        self._turn = Lock()
        self._turn.acquire()

    @property
    def is_answered(self) -> bool:
        """Whether it was committed or refused."""
        return self.ids is not None or self.refusal is not None

    def wait(self) -> None:
        """Block until it is answered, or until it is this thread's turn to write."""
        self._turn.acquire()

    def wake(self) -> None:
        """Let the waiting thread go on."""
        self._turn.release()

    def answer(self) -> Sequence[int]:
        """The notification ids, or the refusal raised."""
        if self.refusal is not None:
            raise self.refusal
        assert self.ids is not None
        return self.ids

    def keys(self) -> set[object]:
        """What no other command of the same transaction may touch."""
        keys: set[object] = {(e.originator_id, e.originator_version) for e in self.events}
        if self.tracking is not None:
            keys.add(self.tracking.application_name)
        return keys


class GroupCommit:
    """The queue in front of one store's writing connection.

    Args:
        write: appends commands in one transaction and, once it is committed, gives each its ids or
            its refusal; raises when nothing was committed.
    """

    def __init__(self, write: Callable[[list[Command]], None]) -> None:
        self._write = write
        self._mutex = Lock()
        self._waiting: deque[Command] = deque()
        self._somebody_writes = False
        self._closed = False

    def __len__(self) -> int:
        """How many commands wait."""
        return len(self._waiting)

    def commit(self, events: Sequence[StoredEvent], tracking: Tracking | None) -> Sequence[int]:
        """Append; gives the notification ids after the commit.

        Raises:
            IntegrityError: somebody else's event or receipt was first; nothing was appended.
            OperationalError: the store can't be written, or was closed.
        """
        command = Command(events, tracking)
        with self._mutex:
            if self._closed:
                raise OperationalError("the store is closed")
            self._waiting.append(command)
            its_turn, self._somebody_writes = not self._somebody_writes, True
        if not its_turn:
            command.wait()
        if not command.is_answered:
            self._write_some()
        return command.answer()

    def close(self) -> None:
        """Refuse further commands; what waits is written."""
        with self._mutex:
            self._closed = True

    def _write_some(self) -> None:
        """Write the first of those waiting, and all that can share the transaction."""
        batch = self._next_batch()
        try:
            self._write_batch(batch)
        finally:
            for command in batch:
                if not command.is_answered:  # we were interrupted
                    command.refusal = OperationalError("whether it was committed is not known")
                command.wake()
            with self._mutex:
                if self._waiting:
                    self._waiting[0].wake()
                else:
                    self._somebody_writes = False

    def _next_batch(self) -> list[Command]:
        batch: list[Command] = []
        later: list[Command] = []
        touched: set[object] = set()
        events = 0
        with self._mutex:
            while self._waiting and events < EVENTS_MAX:
                command = self._waiting.popleft()
                keys = command.keys()
                if keys & touched:
                    later.append(command)  # the store tells, once the first of them is committed
                    continue
                touched |= keys
                batch.append(command)
                events += len(command.events)
            self._waiting.extendleft(reversed(later))
        return batch

    def _write_batch(self, batch: list[Command]) -> None:
        """Write them together; if that can't be done each alone, so that only the bad one fails."""
        try:
            self._write(batch)
        except Exception as error:
            if len(batch) == 1 or isinstance(error, OperationalError):
                for command in batch:
                    command.refusal = error
                return
            for command in batch:
                self._write_batch([command])


def conflict(command: Command) -> IntegrityError:
    """The refusal of a command that somebody else was before."""
    first = command.events[0] if command.events else command.tracking
    return IntegrityError(f"another command was first ({type(first).__name__})")
