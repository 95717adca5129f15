"""The desk: the commands people give to one service. What HTTP, NATS and the CLI all call."""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Lock
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.persistence import IntegrityError, ProcessRecorder, Tracking
from eventsourcing.utils import get_topic

from shared.aggregate import EventMapper
from shared.errors import Refused
from shared.who_may import NOTHING, About, Commanded, step

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.aggregate import Aggregate, Event
    from shared.keyring import Keyring
    from shared.wire.store import Store

RACES_MAX = 5
KEPT_MAX = 4_096
"""Aggregates a desk remembers."""
T = TypeVar("T")


def utc_now() -> datetime:
    """The present instant; a desk takes another clock in tests."""
    return datetime.now(UTC)


class Desk(Commanded, Application[UUID]):
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
        self._kept: dict[UUID, Aggregate] = {}
        self._keeping = Lock()

    def close(self) -> None:
        """Release the connections."""
        self.keyring.close()
        self.engine.dispose()
        recorder: Any = self.recorder
        recorder.close()  # the library closes only its pool
        super().close()

    def construct_recorder(self) -> ProcessRecorder:
        """Use the recorder that can write a tracking row in the transaction of the events."""
        return self.factory.process_recorder()

    # --- Loading ----------------------------------------------------------------------------

    def loaded(self, number: UUID, *, newest: bool = False) -> Any:
        """An aggregate to decide on, from memory where it has been used lately.

        What another process has written since is not seen then: a decision that is refused is
        taken again on the newest state, and one that is recorded loses the race. Only the
        aggregate itself is copied, so its state holds nothing that can be changed in place.

        Raises:
            AggregateNotFoundError: there is none of that number.
        """
        kept = None if newest else self._kept.get(number)
        if kept is None:
            kept = self.repository.get(number)
            self._keep(kept)
        return kept.copied()

    @step
    def change(self, number: UUID, decide: Callable[[Any], Event], *, by: str) -> None:
        """Load, decide, record, save; when somebody else was first, again on the newest state.

        Raises:
            Refused: by the command's right or by the decision, on the newest state.
            IntegrityError: the race was lost RACES_MAX times.
            AggregateNotFoundError: there is none of that number.
        """
        for tries in range(RACES_MAX):
            remembered = not tries and number in self._kept
            aggregate = self.loaded(number, newest=bool(tries))
            try:
                self.check_given(by, self.about(aggregate))
                aggregate.record(decide(aggregate), by=by)
                self.save(aggregate)
            except Refused:
                if not remembered:
                    raise
            except IntegrityError:
                if tries == RACES_MAX - 1:
                    raise
            else:
                return

    def about(self, aggregate: Any) -> About:  # a desk whose rights look at it says
        """What the rights of the commands look at, of an aggregate."""
        return NOTHING

    def _keep(self, aggregate: Aggregate) -> None:
        with self._keeping:
            self._kept[aggregate.id] = aggregate
            if len(self._kept) > KEPT_MAX:
                del self._kept[next(iter(self._kept))]

    # --- Writing ----------------------------------------------------------------------------

    def save(self, *changed: Aggregate) -> None:  # type: ignore[override]  # ours alone, all at once
        """Append the recorded events of aggregates, together or not at all.

        Raises:
            IntegrityError: somebody else changed an aggregate first. Load it again and retry.
        """
        self._append(changed, None)

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
        try:
            self._append(changed, received)
        except IntegrityError:
            if self.has_received(received):
                return False
            raise
        return True

    def _append(self, changed: tuple[Aggregate, ...], received: Tracking | None) -> None:
        events = [event for each in changed for event in each.collect_events()]
        stored = [self.mapper.to_stored_event(event) for event in events]
        try:
            self.process_recorder.insert_events(stored, tracking=received)
        except Exception:
            with self._keeping:
                for each in changed:
                    self._kept.pop(each.id, None)
            raise
        for each in changed:
            self._keep(each.copied())
        self.appended(cast("list[Event]", events))
        self.saved()

    def appended(self, events: list[Event]) -> None:
        """Take notice of what this process has just appended."""

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
