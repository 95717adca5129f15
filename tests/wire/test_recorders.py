"""Group commit on both databases: the library's own recorder tests, and what it promises beyond."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import (
    InfrastructureFactory,
    IntegrityError,
    OperationalError,
    ProcessRecorder,
    StoredEvent,
    Tracking,
)
from eventsourcing.tests import persistence as library
from eventsourcing.utils import Environment

from shared.wire.commit import Command, GroupCommit, Receipt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.servers import Stores


@pytest.fixture
def make(stores: Stores) -> Iterator[Callable[[], Any]]:
    """Recorders on one store, as a service makes them; each has connections of its own."""
    made: list[tuple[InfrastructureFactory[Any], Any]] = []

    def recorder() -> Any:
        environment = Environment("complaints", stores("recorders").environment())
        factory: InfrastructureFactory[Any] = InfrastructureFactory.construct(environment)
        made.append((factory, factory.process_recorder()))
        return made[-1][1]

    before = set(threading.enumerate())
    yield recorder
    for thread in set(threading.enumerate()) - before:
        if thread.name.startswith("ThreadPool") or "read_continuously" in thread.name:
            thread.join(10)  # the library's readers look once more after their test has ended
    for factory, each in made:
        each.close()
        factory.close()


@pytest.fixture
def recorder(make: Callable[[], Any]) -> Any:
    return make()


def event(number: UUID, version: int, state: bytes = b"{}") -> StoredEvent:
    return StoredEvent(number, version, "sample.happened", state)


def together(work: Sequence[Callable[[], object]]) -> list[object]:
    """Run in threads that start at once; gives what each returned or raised."""
    results: list[object] = [None] * len(work)
    start = threading.Barrier(len(work))

    def run(place: int) -> None:
        start.wait()
        try:
            results[place] = work[place]()
        except Exception as error:
            results[place] = error

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(work))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_processes_that_open_a_store_at_once_while_it_is_written_all_do(
    make: Callable[[], Any],
) -> None:
    first, done = make(), threading.Event()

    def write() -> None:
        number, version = uuid4(), 0
        while not done.is_set():
            version += 1
            first.insert_events([event(number, version)])

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        try:
            for _ in range(3):
                opened = together([make] * 4)
                assert [each for each in opened if isinstance(each, Exception)] == []
        finally:
            done.set()
        writing.result()


# --- The library's own tests ----------------------------------------------------------------------


def suite(case: type[Any], recorder: Any) -> Any:
    """The library's test case, on our recorder."""
    on_ours = type(
        "OnOurs",
        (case,),
        {
            "create_recorder": lambda _: recorder,
            "test_performance": None,
            "runTest": lambda _: None,
        },
    )
    return on_ours()


@pytest.mark.parametrize("name", ["test_insert_select", "test_concurrent_no_conflicts"])
def test_the_librarys_application_recorder_tests_pass(recorder: Any, name: str) -> None:
    getattr(suite(library.ApplicationRecorderTestCase, recorder), name)()


@pytest.mark.parametrize(
    "name", ["test_insert_select", "test_has_tracking_id", "test_raises_when_lower_inserted_later"]
)
def test_the_librarys_process_recorder_tests_pass(recorder: Any, name: str) -> None:
    getattr(suite(library.ProcessRecorderTestCase, recorder), name)()


def test_the_librarys_tracking_recorder_test_passes(recorder: Any) -> None:
    suite(library.TrackingRecorderTestCase, recorder).test_insert_tracking()


def test_the_librarys_test_of_interleaved_ids_passes(recorder: Any) -> None:
    case = suite(library.NonInterleavingNotificationIDsBaseCase, recorder)
    case.insert_num = 200
    case.test()


# --- What group commit promises -------------------------------------------------------------------


def test_a_service_gets_the_recorder_that_commits_in_groups(recorder: Any) -> None:
    assert isinstance(recorder, ProcessRecorder)
    assert type(recorder).__name__.startswith("GroupCommit")


def test_of_commands_that_race_for_one_version_one_is_first_and_the_others_fail_alone(
    make: Callable[[], Any],
) -> None:
    mine, another = make(), make()
    hot = [uuid4() for _ in range(5)]

    def command(recorder: Any, version: int, number: UUID) -> Callable[[], object]:
        return lambda: recorder.insert_events([event(number, version), event(number, version + 1)])

    outcomes: Counter[type] = Counter()
    for version in (1, 3, 5):
        work = [command(each, version, n) for n in hot for each in (mine, another) * 2]
        work += [command(mine, 1, uuid4()) for _ in range(4)]
        outcomes.update(type(result) for result in together(work))
    assert outcomes == {list: 3 * (5 + 4), IntegrityError: 3 * 5 * 3}

    log = mine.select_notifications(start=1, limit=10_000)
    assert [each.id for each in log] == list(range(1, 2 * outcomes[list] + 1))
    latest: Counter[UUID] = Counter()
    for each in log:
        latest[each.originator_id] += 1
        assert each.originator_version == latest[each.originator_id]


def test_what_is_answered_is_committed_and_its_ids_are_those_in_the_log(
    make: Callable[[], Any],
) -> None:
    recorder, reader = make(), make()

    def command() -> None:
        number = uuid4()
        ids = recorder.insert_events([event(number, 1), event(number, 2)])
        log = reader.select_notifications(start=ids[0], limit=2)
        assert [(each.id, each.originator_id) for each in log] == [(i, number) for i in ids]

    for result in together([command] * 16):
        assert result is None, result


def test_a_reader_that_follows_the_log_misses_nothing(make: Callable[[], Any]) -> None:
    writers, reader = [make(), make()], make()
    done = threading.Event()
    seen: list[int] = []

    def follow() -> None:
        while True:
            ended = done.is_set()
            log = reader.select_notifications(start=len(seen) + 1, limit=100)
            seen.extend(each.id for each in log)
            if ended and not log:
                return

    def write() -> None:
        for turn in range(60):
            writers[turn % 2].insert_events([event(uuid4(), 1)])

    follower = threading.Thread(target=follow)
    follower.start()
    assert together([write] * 6) == [None] * 6
    done.set()
    follower.join()
    assert seen == list(range(1, 361))


def test_two_processes_that_append_single_events_take_turns(make: Callable[[], Any]) -> None:
    def write(recorder: Any) -> None:
        for _ in range(150):
            recorder.insert_events([event(uuid4(), 1)])

    mine, another = make(), make()
    assert together([lambda: write(mine), lambda: write(another)]) == [None, None]
    log = mine.select_notifications(start=1, limit=1_000)
    assert [each.id for each in log] == list(range(1, 301))


def test_a_receipt_and_its_effect_are_one(recorder: Any) -> None:
    number = uuid4()
    assert recorder.insert_events([event(number, 1)], tracking=Tracking("source", 5)) == [1]
    for stale in (5, 4):
        with pytest.raises(IntegrityError):
            recorder.insert_events([event(uuid4(), 1)], tracking=Tracking("source", stale))
    with pytest.raises(IntegrityError):
        recorder.insert_events([event(number, 1)], tracking=Tracking("source", 6))
    assert recorder.max_tracking_id("source") == 5
    assert recorder.insert_events([], tracking=Tracking("source", 6)) == []
    assert recorder.max_tracking_id("source") == 6
    assert recorder.max_notification_id() == 1


def test_a_receipt_that_follows_another_position_is_refused(recorder: Any) -> None:
    first = Receipt("source", 3, follows=0)
    assert recorder.insert_events([event(uuid4(), 1)], tracking=first) == [1]
    for follows in (0, 2, 4):
        stale = Receipt("source", 9, follows=follows)
        with pytest.raises(IntegrityError):
            recorder.insert_events([event(uuid4(), 1)], tracking=stale)
    assert recorder.max_tracking_id("source") == 3
    assert recorder.max_notification_id() == 1
    assert recorder.insert_events([], tracking=Receipt("source", 9, follows=3)) == []
    with pytest.raises(IntegrityError):
        recorder.insert_events([], tracking=Receipt("another", 9, follows=3))


def test_of_two_that_received_the_same_one_is_first(make: Callable[[], Any]) -> None:
    recorders = [make(), make()]
    for position in range(1, 11):

        def receive(recorder: Any, position: int = position) -> object:
            return recorder.insert_events([event(uuid4(), 1)], tracking=Tracking("s", position))

        results = together([lambda r=each: receive(r) for each in recorders * 2])  # type: ignore[misc]
        assert Counter(map(type, results)) == {list: 1, IntegrityError: 3}
    assert recorders[0].max_notification_id() == 10


def test_a_bad_event_fails_its_own_command_alone(recorder: Any) -> None:
    bad: Any = StoredEvent(uuid4(), 1, "sample.happened", None)  # type: ignore[arg-type]
    work: list[Callable[[], object]] = [lambda: recorder.insert_events([event(uuid4(), 1)])] * 8
    work.insert(3, lambda: recorder.insert_events([bad]))
    results = together(work)
    assert isinstance(results.pop(3), Exception)
    assert sorted(ids[0] for ids in results) == list(range(1, 9))  # type: ignore[index]


def test_a_command_of_ten_thousand_events_is_committed(recorder: Any) -> None:
    number = uuid4()
    events = [event(number, version, b"x" * 400) for version in range(1, 10_001)]
    assert recorder.insert_events(events) == list(range(1, 10_001))


def test_a_closed_recorder_refuses(make: Callable[[], Any]) -> None:
    recorder = make()
    recorder.insert_events([event(uuid4(), 1)])
    recorder.close()
    with pytest.raises(OperationalError, match="closed"):
        recorder.insert_events([event(uuid4(), 1)])


# --- The queue itself -----------------------------------------------------------------------------


def test_a_lone_command_waits_for_nobody() -> None:
    written: list[tuple[int, str]] = []

    def write(batch: list[Command]) -> None:
        written.append((len(batch), threading.current_thread().name))
        batch[0].ids = [len(written)]

    group = GroupCommit(write)
    for number in (1, 2):
        assert group.commit([event(uuid4(), 1)], None) == [number]
    assert written == [(1, threading.current_thread().name)] * 2


def test_who_comes_while_somebody_writes_shares_the_next_write() -> None:
    sizes: list[int] = []
    first_writes, go_on = threading.Event(), threading.Event()

    def write(batch: list[Command]) -> None:
        sizes.append(len(batch))
        first_writes.set()
        go_on.wait(10)
        for command in batch:
            command.ids = []

    group = GroupCommit(write)
    first = threading.Thread(target=group.commit, args=([event(uuid4(), 1)], None))
    first.start()
    assert first_writes.wait(10)
    others = [
        threading.Thread(target=group.commit, args=([event(uuid4(), 1)], None)) for _ in range(20)
    ]
    for other in others:
        other.start()
    while len(group) < 20:
        pass
    go_on.set()
    for thread in (first, *others):
        thread.join(10)
    assert sizes == [1, 20]
