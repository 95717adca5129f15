"""Read models filled anew: beside the one that is read, by one process, and exactly."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, inspect, select, text, update

from shared.wire import beside, view
from shared.wire.beside import Difference
from shared.wire.turns import writing
from shared.wire.view import POSITIONS, OtherVersion
from tests.cli.command import ROOT
from tests.wire.filling import (
    MANY,
    ODD,
    NewerTallies,
    Slate,
    Tallies,
    Tally,
    desk_on,
    hear,
    many,
    number_of,
)
from tests.wire.toy import Heard, Toys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from shared.wire.view import View
    from tests.servers import Stores

PROCESS_SECONDS = 60


@pytest.fixture
def desk(stores: Stores) -> Iterator[Toys]:
    made = desk_on(stores("toys"), stores("keys"))
    yield made
    made.close()


@pytest.fixture
def tallies(desk: Toys) -> Tallies:
    return Tallies(desk, desk.engine)


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many transactions for few events."""
    monkeypatch.setattr(beside, "BATCH", 20)


def left_over(desk: Toys) -> list[str]:
    """Tables of fillings that are not read."""
    names = inspect(desk.engine).get_table_names()
    return [name for name in names if re.search(beside.SUFFIX + "$", name)]


@contextmanager
def process(stores: Stores, what: str, version: int = 1) -> Iterator[subprocess.Popen[str]]:
    """Another process of the same service."""
    urls = (stores("toys").url, stores("keys").url)
    with subprocess.Popen(
        [sys.executable, "-m", "tests.wire.filling", what, *urls, str(version)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as started:
        try:
            yield started
        finally:
            started.kill()


def line(of: subprocess.Popen[str]) -> str:
    assert of.stdout is not None
    return of.stdout.readline()


@contextmanager
def thread(work: Callable[[], None]) -> Iterator[threading.Thread]:
    """Do it meanwhile; what it raises fails the test (pytest turns that into an error)."""
    running = threading.Thread(target=work)
    running.start()
    try:
        yield running
    finally:
        running.join(PROCESS_SECONDS)
        assert not running.is_alive()


# --- Readers and writers meanwhile ----------------------------------------------------------------


@pytest.mark.usefixtures("small_batches")
def test_no_reader_sees_less_while_it_is_rebuilt_and_written(
    desk: Toys, tallies: Tallies, stores: Stores
) -> None:
    hear(desk, many(200))
    done = threading.Event()
    seen: list[list[int]] = [[], []]

    def read(own: list[int]) -> None:
        reader = desk_on(stores("toys"), stores("keys"))
        asked = Tallies(reader, reader.engine)
        while not done.is_set():
            own.append(asked.numbers())
        own.append(asked.numbers())
        reader.close()

    def write() -> None:
        for n in range(100):
            hear(desk, [("writer", n)])

    with thread(lambda: read(seen[0])), thread(lambda: read(seen[1])):
        try:
            with thread(write):
                for _ in range(4):
                    tallies.rebuild()
        finally:
            done.set()

    for each in seen:
        assert each[0] >= 200, "the first answer holds what was written before"
        assert each == sorted(each)
        assert each[-1] == 300
    assert not left_over(desk)


def test_what_is_switched_to_is_as_far_as_what_was_read(
    desk: Toys, tallies: Tallies, monkeypatch: pytest.MonkeyPatch
) -> None:
    hear(desk, many(60))

    def read_on(position: int, last: int) -> None:
        assert position == last
        hear(desk, [("later", 1), ("later", 2)])
        assert tallies.numbers() == 62

    tallies.rebuild(read_on)
    monkeypatch.setattr(view, "WAIT_SECONDS", 0.0)
    assert tallies.numbers() == 62, "without catching up"


def test_a_question_has_one_answer_although_it_is_rebuilt_meanwhile(desk: Toys) -> None:
    slate = Slate(desk, desk.engine)
    hear(desk, [("one", 1), ("two", 2), ("three", 3)])
    with slate.reading() as connection:
        before = connection.execute(select(ODD)).all()
        hear(desk, [("four", 5)])
        assert slate.catch_up()
        with thread(slate.rebuild) as rebuilding:
            time.sleep(0.3)
            after = connection.execute(select(ODD)).all()
            connection.close()
            rebuilding.join(PROCESS_SECONDS)
    assert before == after
    assert len(slate.rows()[1]) == 3


def test_what_a_command_did_is_seen_at_once_in_another_process(
    stores: Stores, tallies: Tallies
) -> None:
    number = number_of("other-process")
    with process(stores, "hear") as other:
        assert other.stdin is not None
        for n in range(1, 31):
            other.stdin.write(f"{n}\n")
            other.stdin.flush()
            assert line(other) == "heard\n"
            assert tallies.entry(number) == Tally(numbers=n, total=sum(range(n + 1)))


def test_a_page_waits_for_a_lock_so_long_and_no_longer(
    desk: Toys, tallies: Tallies, monkeypatch: pytest.MonkeyPatch
) -> None:
    hear(desk, [("one", 1)])
    assert tallies.numbers() == 1
    hear(desk, [("one", 2)])
    monkeypatch.setattr(view, "WAIT_SECONDS", 0.3)
    with writing(desk.engine) as connection:
        tallies.lock(connection)
        started = time.monotonic()
        assert tallies.numbers() == 1, "what is there"
        assert 0.3 <= time.monotonic() - started < 5
    assert tallies.numbers() == 2


def test_a_view_far_behind_answers_in_time_and_catches_up_later(
    desk: Toys, tallies: Tallies, monkeypatch: pytest.MonkeyPatch
) -> None:
    hear(desk, many())
    monkeypatch.setattr(view, "BATCH", 10)
    monkeypatch.setattr(view, "WAIT_SECONDS", 0.0)
    assert tallies.numbers() == 0
    monkeypatch.setattr(view, "WAIT_SECONDS", 60.0)
    assert tallies.numbers() == MANY


# --- Processes that die, and several --------------------------------------------------------------


def test_a_rebuild_that_was_killed_leaves_all_as_it_was(
    desk: Toys, tallies: Tallies, stores: Stores
) -> None:
    hear(desk, many())
    assert tallies.numbers() == MANY
    with process(stores, "rebuild") as killed:
        assert int(line(killed).split()[0]) == 100, "it is in the midst"
        killed.kill()

    assert left_over(desk)
    assert tallies.numbers() == MANY
    assert tallies.check() == []
    assert not left_over(desk)
    tallies.rebuild()
    assert tallies.numbers() == MANY


def test_a_first_filling_that_was_killed_is_begun_again(desk: Toys, stores: Stores) -> None:
    hear(desk, many())
    with process(stores, "start") as killed:
        assert "filling a view" in line(killed)
        killed.kill()

    assert Tallies(desk, desk.engine).numbers() == MANY
    assert not left_over(desk)


def test_processes_that_rebuild_at_once_take_turns(
    desk: Toys, tallies: Tallies, stores: Stores
) -> None:
    hear(desk, many())
    with process(stores, "rebuild") as one, process(stores, "rebuild") as two:
        tallies.rebuild()
        for each in (one, two):
            out, _ = each.communicate(timeout=PROCESS_SECONDS)
            assert (each.returncode, out.splitlines()[-1]) == (0, f"numbers {MANY}")

    assert tallies.numbers() == MANY
    assert tallies.check() == []
    assert not left_over(desk)


def test_a_rebuild_waits_until_the_one_before_is_done(desk: Toys, tallies: Tallies) -> None:
    hear(desk, many(60))
    order: list[str] = []
    second = threading.Thread(target=tallies.rebuild, args=(lambda *_: order.append("second"),))

    def first(position: int, last: int) -> None:
        second.start()
        time.sleep(0.5)
        order.append("first")

    tallies.rebuild(first)
    second.join(PROCESS_SECONDS)
    assert order == ["first", "second"]


def test_who_writes_after_reading_is_not_overtaken_by_a_command(
    desk: Toys, tallies: Tallies
) -> None:
    hear(desk, [("one", 1)])
    with writing(desk.engine) as connection:
        connection.execute(select(tallies.table)).all()
        command = threading.Thread(target=hear, args=(desk, [("one", 2)]))
        command.start()
        time.sleep(0.2)
        tallies.lock(connection)
    command.join(PROCESS_SECONDS)
    assert tallies.numbers() == 2


def test_processes_that_start_with_a_new_version_fill_it_once(
    desk: Toys, tallies: Tallies, stores: Stores
) -> None:
    hear(desk, many())
    assert tallies.numbers() == MANY
    with process(stores, "start", version=2) as one, process(stores, "start", version=2) as two:
        outs = [each.communicate(timeout=PROCESS_SECONDS)[0] for each in (one, two)]

    assert [out.splitlines()[-1] for out in outs] == [f"numbers {MANY}"] * 2
    assert [bool(re.search("filling a view", out)) for out in outs].count(True) == 1
    with pytest.raises(OtherVersion, match="tallies is version 2"):
        tallies.numbers()


def test_a_new_version_has_its_columns_and_the_old_one_can_come_back(
    desk: Toys, tallies: Tallies
) -> None:
    hear(desk, many(60))
    assert tallies.numbers() == 60
    newer = NewerTallies(desk, desk.engine)
    assert newer.numbers() == 60
    assert [c["name"] for c in inspect(desk.engine).get_columns("tallies")] == [
        "id",
        "entry",
        "seen_at",
    ]

    older = Tallies(desk, desk.engine)
    assert older.numbers() == 60
    with pytest.raises(OtherVersion):
        newer.numbers()
    assert not left_over(desk)


def test_tables_of_the_time_before_rebuilding_are_replaced(desk: Toys) -> None:
    with desk.engine.begin() as connection:
        POSITIONS.metadata.create_all(connection)
        connection.execute(insert(POSITIONS).values(view="tallies", version=7, position=9_999))
        connection.execute(text("CREATE TABLE tallies (number VARCHAR)"))
    hear(desk, many(60))

    assert Tallies(desk, desk.engine).numbers() == 60


# --- Compared with the history --------------------------------------------------------------------


def test_a_check_finds_every_row_that_is_not_what_the_history_says(
    desk: Toys, tallies: Tallies
) -> None:
    hear(desk, many(200))
    tallies.catch_up()
    assert tallies.check() == []
    table = tallies.table
    changed, gone, added = (str(number_of(name)) for name in ("source-0", "source-1", "nobody"))
    with desk.engine.begin() as connection:
        wrong = {"entry": Tally(numbers=50, total=1)}
        connection.execute(update(table).where(table.c.id == changed).values(wrong))
        connection.execute(delete(table).where(table.c.id == gone))
        connection.execute(insert(table).values(id=added, entry=Tally()))
    hear(desk, [("later", 1)])

    assert set(tallies.check()) == {
        Difference("tallies", (changed,), "changed"),
        Difference("tallies", (gone,), "missing"),
        Difference("tallies", (added,), "unknown"),
    }
    tallies.rebuild()
    assert tallies.check() == []
    assert tallies.numbers() == 201


@given(
    said=st.lists(
        st.tuples(st.sampled_from("abc"), st.integers(0, 39), st.sampled_from(("", "", "look")))
    ),
    batch=st.integers(1, 7),
)
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_what_is_caught_up_and_what_is_filled_anew_are_what_was_said(
    desk: Toys, said: list[tuple[str, int, str]], batch: int
) -> None:
    views: list[View] = [Slate(desk, desk.engine), Tallies(desk, desk.engine)]
    slate = Slate(desk, desk.engine)
    example = uuid4().hex
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(view, "BATCH", batch)
        patched.setattr(beside, "BATCH", batch * 10)
        patched.setattr(beside, "KEPT_MAX", 5)
        for source, n, then in said:
            hear(desk, [(example + source, n)])
            if then == "look":
                slate.catch_up()
        assert [each.check() for each in views] == [[], []]
        assert slate.rows() == _said(desk)
        slate.rebuild()
        assert slate.rows() == _said(desk)


def _said(desk: Toys) -> tuple[set[tuple[str, int, int]], set[tuple[str]]]:
    last: dict[tuple[str, int], int] = {}
    latest: dict[str, int] = {}
    for _, event in desk.history(0, 100_000):
        if isinstance(event, Heard):
            latest[str(event.originator_id)] = event.n
            last[str(event.originator_id), event.n // 10] = event.n
    return {(*key, n) for key, n in last.items()}, {(k,) for k, n in latest.items() if n % 2}
