"""The desk: the commands people give to one service. What HTTP, NATS and the CLI all call."""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Lock, local
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.persistence import IntegrityError, ProcessRecorder, Tracking
from eventsourcing.utils import get_topic

from shared.aggregate import EventMapper, decoded
from shared.errors import Refused
from shared.snapshots import Snapshots
from shared.who_may import NOTHING, About, Commanded, step
from shared.wire.log import log_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from shared.aggregate import Aggregate, Event
    from shared.keyring import Keyring
    from shared.wire.store import Store

RACES_MAX = 5
KEPT_MAX = 4_096
"""Aggregates a desk remembers."""
RECENT_MAX = 2_000
"""Events that a desk remembers of those it appended."""
T = TypeVar("T")


def utc_now() -> datetime:
    """The present instant; a desk takes another clock in tests."""
    return datetime.now(UTC)


class Recent:
    """What this process appended lately, so that who follows the history need not read it back."""

    def __init__(self) -> None:
        self._events: dict[int, Event] = {}
        self._changing = Lock()

    def add(self, positions: Sequence[int], events: Sequence[Event]) -> None:
        """Remember events that are committed at these positions, and forget older ones."""
        with self._changing:
            self._events.update(zip(positions, events, strict=True))
            while len(self._events) > RECENT_MAX:
                del self._events[next(iter(self._events))]

    def after(self, position: int, limit: int) -> list[tuple[int, Event]]:
        """Up to `limit` events after a position, none left out; those that it remembers."""
        found: list[tuple[int, Event]] = []
        while len(found) < limit and (event := self._events.get(position + 1)) is not None:
            position += 1
            found.append((position, event))
        return found


class Unsaved(local):
    """What this thread has changed and will save with what it changes next."""

    def __init__(self) -> None:
        self.changed: dict[UUID, Aggregate] = {}


class Desk(Commanded, Application[UUID]):
    """Base of every service's desk: one event store, and one tracking row a source.

    A service's desk gives its `name`, the service's own: in PostgreSQL the tables have it.
    The store's notification log is the outbox. `saved` is called after each commit, from the
    thread that committed, so that the relay need not poll.
    """

    env: ClassVar[dict[str, str]] = {"MAPPER_TOPIC": get_topic(EventMapper)}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        named = cls.name  # by itself or by what it extends; the library would take the class's name
        super().__init_subclass__(**kwargs)
        cls.name = named

    def __init__(
        self, org: str, store: Store, keyring: Keyring, now: Callable[[], datetime] = utc_now
    ) -> None:
        super().__init__(env=store.environment())
        self.org = org
        self.keyring = keyring
        self.now = now
        self.engine = store.engine()
        self._log = log_of(self.process_recorder)
        self._snapshots = Snapshots(
            self.engine, self._log, keyring.derived("snapshots"), type(self)
        )
        self.saved: Callable[[], None] = lambda: None
        self._kept: dict[UUID, Aggregate] = {}
        self._keeping = Lock()
        self._unsaved = Unsaved()
        self._recent = Recent()

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

        Where effects are gathered to be saved together, it is as those before have left it. What
        another process has written since is not seen then: a decision that is refused is taken
        again on the newest state, and one that is recorded loses the race. Only the aggregate
        itself is copied, so its state holds nothing that can be changed in place.

        Raises:
            AggregateNotFoundError: there is none of that number.
        """
        kept = self._unsaved.changed.get(number)
        if kept is None and not newest:
            kept = self._kept.get(number)
        if kept is None:
            kept = self._snapshots.load(number)
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
        self._append(_recorded(changed), changed, None)

    def save_once(self, received: Tracking, *changed: Aggregate) -> bool:
        """Save the effect of a received contract together with the fact of its receipt.

        As `save_effects` of this one.
        """
        return self.save_effects(received, [lambda: changed])

    def save_effects(
        self, received: Tracking, effects: Iterable[Callable[[], Sequence[Aggregate]]]
    ) -> bool:
        """Save the effects of contracts that follow each other, and their receipt, all at once.

        The store raises the same IntegrityError for a redelivery and for a lost race; the
        tracking row tells which it was. Contracts of one source must arrive in order.

        Args:
            received: name of the source, and the last contract's position in its log, from 1.
            effects: for each contract in order, what decides and gives the aggregates that it
                changes, maybe none; it loads them as the contracts before have left them.

        Returns:
            False if the last contract had been applied before: nothing was saved, and that is
            right.

        Raises:
            IntegrityError: somebody else changed an aggregate first. Load it again and retry.
        """
        events: list[Event] = []
        unsaved = self._unsaved.changed = {}
        try:
            for effect in effects:
                changed = effect()
                events += _recorded(changed)
                unsaved.update({each.id: each for each in changed})
        finally:
            self._unsaved.changed = {}
        try:
            self._append(events, unsaved.values(), received)
        except IntegrityError:
            if self.has_received(received):
                return False
            raise
        return True

    def _append(
        self, events: list[Event], changed: Iterable[Aggregate], received: Tracking | None
    ) -> None:
        stored = [self.mapper.to_stored_event(event) for event in events]
        try:
            positions = self.process_recorder.insert_events(stored, tracking=received)
        except Exception:
            with self._keeping:
                for each in changed:
                    self._kept.pop(each.id, None)
            raise
        for each in changed:
            self._keep(each.copied())
        self._recent.add(positions or (), events)
        self.appended(events)
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
        found = self._recent.after(after, limit)
        if len(found) < limit:
            rows = self._log.after(after + len(found), limit - len(found))
            found += decoded(rows)
        return found

    def events_of(self, number: UUID, after_version: int = 0) -> list[Event]:
        """The events of one aggregate, in order."""
        return [event for _, event in decoded(self._log.of(number, after_version))]


def _recorded(changed: Iterable[Aggregate]) -> list[Event]:
    """The events that wait in aggregates to be saved; they wait no longer."""
    return [cast("Event", event) for each in changed for event in each.collect_events()]


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
