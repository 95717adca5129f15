"""Concurrent writers against a model, on both databases.

Whatever the interleaving, the history is one they could have made one after the other, and who was
refused had been beaten by somebody in it.
"""

from __future__ import annotations

import threading
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

import pytest
from eventsourcing.persistence import InfrastructureFactory, IntegrityError, StoredEvent, Tracking
from eventsourcing.utils import Environment
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.wire.store import Store
    from tests.servers import Stores

WRITERS = 2
"""Recorders with connections of their own, as two processes have."""
NAMES = count(1)


class Given(NamedTuple):
    """A command that a thread gives."""

    writer: int
    keys: tuple[tuple[int, int], ...]
    """Aggregate and version of each event."""
    receipt: tuple[str, int] | None
    is_bad: bool
    """Its last event can't be stored."""


class Outcome(NamedTuple):
    """What became of it."""

    given: Given
    mark: bytes
    """In the state of its events, and of no other's."""
    ids: Sequence[int] | None
    error: Exception | None


keys = st.tuples(st.integers(1, 3), st.integers(1, 6))
commands = st.builds(
    Given,
    writer=st.integers(0, WRITERS - 1),
    keys=st.lists(keys, min_size=1, max_size=4).map(tuple),
    receipt=st.none() | st.tuples(st.sampled_from(["north", "south"]), st.integers(1, 8)),
    is_bad=st.sampled_from([False] * 7 + [True]),
)
bursts = st.lists(st.lists(commands, min_size=1, max_size=10), min_size=1, max_size=3)


class History:
    """A new history on a store, its writers, and a reader that follows it meanwhile."""

    def __init__(self, store: Store) -> None:
        environment = store.environment()
        if store.is_sqlite:
            environment["SQLITE_DBNAME"] += f"-{next(NAMES)}"
        named = Environment(f"history{next(NAMES)}", environment)
        self._factories: list[InfrastructureFactory[Any]] = [
            InfrastructureFactory.construct(named) for _ in range(WRITERS + 1)
        ]
        made: list[Any] = [each.process_recorder() for each in self._factories]
        *self._writers, self.reader = made
        self.followed: list[int] = []
        self._ended = threading.Event()
        self._follower = threading.Thread(target=self._follow)
        self._follower.start()

    def give(self, burst: Sequence[Given], marks: Sequence[bytes]) -> list[Outcome]:
        """Give commands at once, each from a thread."""
        outcomes: list[Outcome] = []
        start = threading.Barrier(len(burst))

        def work(command: Given, mark: bytes) -> None:
            events = [StoredEvent(UUID(int=n), v, "sample.happened", mark) for n, v in command.keys]
            if command.is_bad:
                last = events[-1]
                nothing: Any = None
                events[-1] = StoredEvent(
                    last.originator_id, last.originator_version, last.topic, nothing
                )
            tracking = Tracking(*command.receipt) if command.receipt else None
            start.wait()
            try:
                ids = self._writers[command.writer].insert_events(events, tracking=tracking)
                outcomes.append(Outcome(command, mark, ids, None))
            except Exception as error:
                outcomes.append(Outcome(command, mark, None, error))

        threads = [
            threading.Thread(target=work, args=each) for each in zip(burst, marks, strict=True)
        ]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        return outcomes

    def close(self) -> None:
        """Let the reader come to the end, and release the connections."""
        self._ended.set()
        self._follower.join()
        for each in (*self._writers, self.reader):
            each.close()
        for factory in self._factories:
            factory.close()

    def _follow(self) -> None:
        while True:
            ended = self._ended.is_set()
            log = self.reader.select_notifications(start=len(self.followed) + 1, limit=50)
            self.followed += (each.id for each in log)
            if ended and not log:
                return


def check(history: History, outcomes: Sequence[Outcome]) -> None:
    """Compare what the store holds with what the writers were told."""
    log = history.reader.select_notifications(start=1, limit=10_000)
    assert [each.id for each in log] == list(range(1, len(log) + 1))
    at = {
        each.id: (UUID(str(each.originator_id)).int, each.originator_version, each.state)
        for each in log
    }
    told: dict[int, tuple[int, int, bytes]] = {}
    received: dict[str, list[tuple[int, int]]] = {}
    for outcome in outcomes:
        if outcome.ids is not None:
            assert outcome.error is None
            assert [*outcome.ids] == [*range(outcome.ids[0], outcome.ids[0] + len(outcome.ids))]
            for number, key in zip(outcome.ids, outcome.given.keys, strict=True):
                assert number not in told, "one id, one event"
                told[number] = (*key, outcome.mark)
            if outcome.given.receipt:
                source, position = outcome.given.receipt
                received.setdefault(source, []).append((outcome.ids[0], position))
    assert at == told
    taken = {(aggregate, version) for aggregate, version, _ in at.values()}
    assert len(taken) == len(at)
    for source, receipts in received.items():
        positions = [position for _, position in sorted(receipts)]
        assert positions == sorted(set(positions)), "a receipt was taken after a later one"
        assert history.reader.max_tracking_id(source) == positions[-1]
    for outcome in outcomes:
        if outcome.error is not None:
            _check_refused(outcome, taken, received)


def _check_refused(
    outcome: Outcome, taken: set[tuple[int, int]], received: dict[str, list[tuple[int, int]]]
) -> None:
    given = outcome.given
    source, position = given.receipt or ("", 0)
    beaten = (
        len(set(given.keys)) < len(given.keys)
        or any(key in taken for key in given.keys)
        or any(other >= position for _, other in received.get(source, ()))
    )
    assert beaten or given.is_bad, f"{given} failed by another's fault: {outcome.error!r}"
    assert given.is_bad or isinstance(outcome.error, IntegrityError)


@pytest.fixture
def store(stores: Stores) -> Store:
    return stores("interleavings")


@given(script=bursts)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_concurrent_writers_make_a_history_they_could_have_made_in_turn(
    store: Store, script: list[list[Given]]
) -> None:
    history = History(store)
    marks = count()
    outcomes: list[Outcome] = []
    try:
        for burst in script:
            outcomes += history.give(burst, [b"%d" % next(marks) for _ in burst])
            check(history, outcomes)
    finally:
        history.close()
    assert history.followed == list(range(1, len(history.followed) + 1))
    assert len(history.followed) == sum(len(each.ids or ()) for each in outcomes)
