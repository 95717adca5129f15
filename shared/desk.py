"""The desk: the commands people give to one service. What HTTP, NATS and the CLI all call."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar, TypeVar
from uuid import UUID

from eventsourcing.application import Application, ProcessingEvent
from eventsourcing.persistence import IntegrityError, ProcessRecorder, Tracking
from eventsourcing.utils import get_topic

from shared.aggregate import EventMapper
from shared.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from eventsourcing.persistence import Recording

    from shared.aggregate import Aggregate, Event
    from shared.keyring import Keyring
    from shared.wire.store import Store

RACES_MAX = 5
T = TypeVar("T")


def utc_now() -> datetime:
    """The present instant; a desk takes another clock in tests."""
    return datetime.now(UTC)


class Desk(Application[UUID]):
    """Base of every service's desk: one event store, and one tracking row a source.

    The store's notification log is the outbox. `saved` is called after each commit, from the
    thread that committed, so that the relay need not poll.
    """

    env: ClassVar[dict[str, str]] = {"MAPPER_TOPIC": get_topic(EventMapper)}

    def __init__(
        self, org: str, store: Store, keyring: Keyring, now: Callable[[], datetime] = utc_now
    ) -> None:
        super().__init__(env=store.environment())
        self.org = org
        self.keyring = keyring
        self.now = now
        self.engine = store.engine()
        self.saved: Callable[[], None] = lambda: None

    def close(self) -> None:
        """Release the connections."""
        self.keyring.close()
        self.engine.dispose()
        super().close()

    def construct_recorder(self) -> ProcessRecorder:
        """Use the recorder that can write a tracking row in the transaction of the events."""
        return self.factory.process_recorder()

    # --- Writing ----------------------------------------------------------------------------

    def save_once(self, received: Tracking, *changed: Aggregate) -> bool:
        """Save the effect of a received contract together with the fact of its receipt.

        The store raises the same IntegrityError for a redelivery and for a lost race; the
        tracking row tells which it was. Contracts of one source must arrive in order.

        Args:
            received: name of the source, and the contract's position in the source's log, from 1.
            changed: aggregates with recorded events; may be none.

        Returns:
            False if this contract had been applied before: nothing was saved, and that is right.

        Raises:
            IntegrityError: somebody else changed an aggregate first. Load it again and retry.
        """
        processing: ProcessingEvent[UUID] = ProcessingEvent(tracking=received)
        processing.collect_events(*changed)
        try:
            recordings = self._record(processing)
        except IntegrityError:
            if self.has_received(received):
                return False
            raise
        self._notify(recordings)
        return True

    def retried(self, command: Callable[[], T]) -> T:
        """Give a command that loads and saves; when somebody else was first, give it again.

        Raises:
            IntegrityError: the race was lost RACES_MAX times.
        """
        for _ in range(RACES_MAX - 1):
            try:
                return command()
            except IntegrityError:
                continue
        return command()

    def _notify(self, recordings: list[Recording[UUID]]) -> None:
        super()._notify(recordings)
        self.saved()

    # --- Reading ----------------------------------------------------------------------------

    @property
    def process_recorder(self) -> ProcessRecorder:
        """The recorder, as what `construct_recorder` made it."""
        assert isinstance(self.recorder, ProcessRecorder)
        return self.recorder

    def has_received(self, received: Tracking) -> bool:
        """Tell whether this contract, or a later one of its source, has been applied."""
        return self.process_recorder.has_tracking_id(
            received.application_name, received.notification_id
        )

    def received_position(self, source: str) -> int:
        """Position of the last contract applied from a source; 0 before the first."""
        return self.process_recorder.max_tracking_id(source) or 0

    def last_position(self) -> int:
        """Position of the last event in the history; 0 when it is empty."""
        return self.process_recorder.max_notification_id() or 0

    def history(self, after: int, limit: int) -> list[tuple[int, Event]]:
        """Up to `limit` events after a position, in the order they were recorded."""
        rows = self.process_recorder.select_notifications(start=after + 1, limit=limit)
        return [(row.id, self._typed(row)) for row in rows]

    def events_of(self, number: UUID, after_version: int = 0) -> list[Event]:
        """The events of one aggregate, in order."""
        rows = self.process_recorder.select_events(number, gt=after_version or None)
        return [self._typed(row) for row in rows]

    def _typed(self, row: object) -> Event:
        event: Event = self.mapper.to_domain_event(row)  # type: ignore[arg-type, assignment]  # EventMapper gives our events
        return event


def written(field: str, text: str, clause: str, characters_max: int = 100_000) -> str:
    """Return the text without surrounding space; refuse it, citing the clause, when unfit.

    Args:
        field: name of the input, for the refusal.
        text: what a person wrote.
        clause: the clause that asks for it in writing.
        characters_max: the most it may hold.
    """
    stripped = text.strip()
    words = field.replace("_", " ")
    if not stripped:
        raise Refused(clause, f"{words} must be given in writing", field)
    if len(stripped) > characters_max:
        raise Refused(
            clause,
            f"{words} is too long ({len(stripped):,} characters): shorten it to {characters_max:,}"
            " characters and add the rest as evidence",
            field,
        )
    return stripped
