"""Hearing of appends without asking again and again, from another process, on both databases."""

from __future__ import annotations

import subprocess
import sys
import time
from queue import Empty, Queue
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from shared.wire.listening import Listener
from tests.wire.appender import SERVICE, acknowledged, append, recorder_on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.wire.store import Store
    from tests.servers import Stores

SOON_SECONDS = 0.1
QUIET_SECONDS = 0.3
COME_SECONDS = 10
THEIRS = b"FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"


@pytest.fixture
def store(stores: Stores) -> Store:
    return stores("listened")


@pytest.fixture
def recorder(store: Store) -> Iterator[Any]:
    factory, made = recorder_on(store)
    yield made
    made.close()
    factory.close()


@pytest.fixture
def wakes(recorder: Any) -> Iterator[Queue[float]]:
    """When a listener called back, the call at its beginning taken out."""
    calls: Queue[float] = Queue()
    listener = Listener(recorder)
    listener.start(lambda: calls.put(time.monotonic()))
    calls.get(timeout=COME_SECONDS)
    yield calls
    listener.close()


def all_of(calls: Queue[float]) -> list[float]:
    """Those that have come, once no more come."""
    found = []
    try:
        while True:
            found.append(calls.get(timeout=QUIET_SECONDS))
    except Empty:
        return found


def append_in_another_process(store: Store, commands: int) -> list[float]:
    """When each was acknowledged."""
    argv = [sys.executable, "-m", "tests.wire.appender", store.url, "another", "1", str(commands)]
    said = subprocess.run(argv, check=True, capture_output=True, text=True)
    return [each.at for each in acknowledged(said.stdout.splitlines(keepends=True))]


def test_what_another_process_appends_is_heard_of_soon(store: Store, wakes: Queue[float]) -> None:
    (appended,) = append_in_another_process(store, 1)
    assert wakes.get(timeout=COME_SECONDS) - appended < SOON_SECONDS
    assert all_of(wakes) == []


def test_after_the_last_of_many_appends_there_is_a_call(store: Store, wakes: Queue[float]) -> None:
    appended = append_in_another_process(store, 50)
    called = all_of(wakes)
    assert 1 <= len(called) <= 50
    assert called[-1] > appended[-2]


def test_what_this_process_appends_is_heard_of_too(recorder: Any, wakes: Queue[float]) -> None:
    append(recorder, "same", 0, 1)
    assert len(all_of(wakes)) == 1


def test_it_says_at_its_beginning_that_there_may_be_something(recorder: Any) -> None:
    append(recorder, "same", 0, 1)
    calls: Queue[float] = Queue()
    listener = Listener(recorder)
    listener.start(lambda: calls.put(time.monotonic()))
    assert len(all_of(calls)) == 1
    listener.close()


def test_nobody_is_called_once_it_is_closed(recorder: Any) -> None:
    calls: Queue[float] = Queue()
    listener = Listener(recorder)
    listener.start(lambda: calls.put(time.monotonic()))
    calls.get(timeout=COME_SECONDS)
    began = time.monotonic()
    listener.close()
    assert time.monotonic() - began < SOON_SECONDS
    append(recorder, "same", 0, 1)
    assert all_of(calls) == []


@pytest.mark.parametrize("stores", ["postgresql"], indirect=True)
def test_a_lost_connection_is_made_anew_and_what_came_meanwhile_is_heard_of(
    store: Store, recorder: Any, wakes: Queue[float]
) -> None:
    with psycopg.connect(store.url, autocommit=True) as connection:
        assert connection.execute(b"SELECT pg_terminate_backend(pid) " + THEIRS).fetchall() == [
            (True,)
        ]
    append(recorder, "same", 0, 1)
    wakes.get(timeout=COME_SECONDS)
    all_of(wakes)
    (appended,) = append_in_another_process(store, 1)
    assert wakes.get(timeout=COME_SECONDS) - appended < SOON_SECONDS


@pytest.mark.parametrize("stores", ["postgresql"], indirect=True)
def test_of_another_service_on_the_same_server_nothing_is_heard(
    store: Store, wakes: Queue[float]
) -> None:
    with psycopg.connect(store.url, autocommit=True) as connection:
        connection.execute(b"SELECT pg_notify('training_events', '')")
        assert all_of(wakes) == []
        connection.execute(f"SELECT pg_notify('{SERVICE}_events', '')".encode())
    assert len(all_of(wakes)) == 1
