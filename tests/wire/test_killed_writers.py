"""The event store when a process or a server is killed in mid-commit, on real ones."""

from __future__ import annotations

import os
import random
import signal
import socket
import threading
import time
from contextlib import AbstractContextManager, contextmanager, suppress
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from eventsourcing.persistence import OperationalError
from psycopg.conninfo import conninfo_to_dict

from shared.wire import postgres_recorder
from shared.wire.store import CONNECTION_SECONDS, Store
from tests.servers import Postgres
from tests.wire.appender import Appender, append, check_history, recorder_on

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.servers import Stores
    from tests.wire.appender import Acknowledged

KILLS = 8
THREADS = 6
FOR_EVER = 1_000_000
COME_SECONDS = 20
RECOVERY_SECONDS = 20


@contextmanager
def opened(store: Store) -> Iterator[Any]:
    """A recorder, as at a service's start."""
    factory, made = recorder_on(store)
    try:
        yield made
    finally:
        made.close()
        factory.close()


# --- The process is killed ------------------------------------------------------------------------


def nobody_else_is_connected(store: Store) -> None:
    """Wait until the server has noticed that its clients are dead."""
    if store.is_sqlite:
        return
    others = (
        b"SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        b" AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )
    until = time.monotonic() + COME_SECONDS
    with psycopg.connect(store.url, autocommit=True) as connection:
        while connection.execute(others).fetchone() != (0,):
            assert time.monotonic() < until
            time.sleep(0.01)


def test_what_a_killed_process_was_told_is_there_once_and_nothing_by_half(stores: Stores) -> None:
    store = stores("killed")
    said: list[Acknowledged] = []
    both = [Appender(store) for _ in range(2)]
    for turn in range(KILLS):
        for which, each in enumerate(both):
            each.begin(f"{turn}-{which}", threads=THREADS, commands=FOR_EVER)
        for each in both:
            said += each.said(killed_after=random.uniform(0, 0.1))  # noqa: S311  # no secret
        nobody_else_is_connected(store)
        with opened(store) as recorder:
            append(recorder, f"{turn}-after", 0, 3, said.append)
    for each in both:
        each.close()
    assert len(said) > 10 * KILLS
    with opened(store) as recorder:
        check_history(recorder, said)


# --- The server is killed -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def own_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A server of this module's own, to be killed."""
    server = Postgres(tmp_path_factory.mktemp("killed") / "postgres")
    yield server
    server.stop()


@pytest.fixture
def store(own_postgres: Postgres) -> Store:
    return Store(own_postgres.create())


class Writers(AbstractContextManager["Writers"]):
    """Threads of this process that append until they are stopped, and what they were told."""

    def __init__(self, recorder: Any) -> None:
        self.said: list[Acknowledged] = []
        self._failures: list[BaseException] = []
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._append, args=(recorder, n)) for n in range(THREADS)
        ]
        for each in self._threads:
            each.start()

    def __exit__(self, *_: object) -> None:
        self._end()

    def more(self, commands: int) -> None:
        """Wait until so many more were acknowledged."""
        wanted, until = len(self.said) + commands, time.monotonic() + COME_SECONDS
        while len(self.said) < wanted:
            assert not self._failures, self._failures
            assert time.monotonic() < until, "nothing is acknowledged any more"
            time.sleep(0.001)

    def stop(self) -> None:
        """Let each give its last command."""
        self._end()
        assert not self._failures, self._failures

    def _end(self) -> None:
        self._stop.set()
        for each in self._threads:
            each.join()

    def _append(self, recorder: Any, thread: int) -> None:
        def say(acknowledged: Acknowledged) -> None:
            self.said.append(acknowledged)
            if self._stop.is_set():
                raise StopIteration

        try:
            append(recorder, "here", thread, FOR_EVER, say)
        except StopIteration:
            pass
        except BaseException as failure:  # told to who waits
            self._failures.append(failure)


def let_in(store: Store) -> psycopg.Connection:
    """A connection of the test's own, once the server has recovered from the last kill."""
    until = time.monotonic() + RECOVERY_SECONDS
    while True:
        try:
            return psycopg.connect(store.url, autocommit=True)
        except psycopg.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def kill_the_writers_backend(store: Store) -> None:
    """Kill it once it is there: what was acknowledged before the last kill may be told after it."""
    writing = b"SELECT pid FROM pg_stat_activity WHERE query LIKE '%append_%to_%_events%'"
    until = time.monotonic() + COME_SECONDS
    while True:
        with let_in(store) as connection:
            found = connection.execute(writing + b" AND pid <> pg_backend_pid()").fetchall()
        if found:
            break
        assert time.monotonic() < until, "the writer never came back"
        time.sleep(0.01)
    assert len(found) == 1
    os.kill(found[0][0], signal.SIGKILL)


def terminate_the_writers_backend(store: Store) -> None:
    ending = b"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
    with let_in(store) as connection:
        connection.execute(ending + b" AND query LIKE '%append_%to_%_events%'")


@pytest.mark.parametrize("end", [kill_the_writers_backend, terminate_the_writers_backend])
def test_commands_go_on_when_the_writers_backend_is_ended(
    store: Store, end: Callable[[Store], None]
) -> None:
    with opened(store) as recorder, Writers(recorder) as writers:
        for _ in range(KILLS // 2):
            writers.more(random.randint(1, 60))  # noqa: S311  # no secret
            end(store)
        writers.more(60)
        writers.stop()
        check_history(recorder, writers.said)


def test_commands_go_on_when_the_server_is_killed_and_started_again(
    own_postgres: Postgres, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_recorder, "RECONNECT_SECONDS", 60)  # a busy machine starts slowly
    with opened(store) as recorder, Writers(recorder) as writers:
        for _ in range(2):
            writers.more(random.randint(30, 90))  # noqa: S311  # no secret
            own_postgres.kill()
            own_postgres.start()
        writers.more(60)
        writers.stop()
        check_history(recorder, writers.said)


def refused(recorder: Any) -> str:
    """What a question is told."""
    with pytest.raises(OperationalError) as told, recorder.datastore.get_connection() as connection:
        connection.execute(b"SELECT 1")
    return str(told.value)


def test_while_the_server_is_away_who_commands_or_asks_is_told_so_and_afterwards_all_is_well(
    own_postgres: Postgres, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_recorder, "RECONNECT_SECONDS", 0.3)
    with opened(store) as recorder:
        said: list[Acknowledged] = []
        append(recorder, "before", 0, 3, said.append)
        own_postgres.kill()
        began = time.monotonic()
        with pytest.raises(OperationalError):
            append(recorder, "meanwhile", 0, 1, said.append)
        assert 0.3 < time.monotonic() - began < 3
        began = time.monotonic()
        while "couldn't get a connection" not in refused(recorder):
            pass  # one that was lost
        assert time.monotonic() - began < CONNECTION_SECONDS + 3
        own_postgres.start()
        append(recorder, "after", 0, 3, said.append)
        check_history(recorder, said)
        assert recorder.max_notification_id() == sum(len(each.ids) for each in said)


# --- The answer is lost ---------------------------------------------------------------------------


class Deaf:
    """Stands between clients and a server, and can lose what the server answers."""

    def __init__(self, folder: str, store: Store) -> None:
        asked = conninfo_to_dict(store.url)
        self._server = f"{asked['host']}/.s.PGSQL.5432"
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(f"{folder}/.s.PGSQL.5432")
        self._listening.listen()
        self.store = Store(f"postgresql://{asked['user']}@/{asked['dbname']}?host={folder}")
        self.loses_one = threading.Event()
        """Set: the next answer is lost, and its connection with it."""
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Accept nobody any more."""
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(self._server)
            threading.Thread(target=self._pass_on, args=(client, server), daemon=True).start()
            threading.Thread(target=self._answer, args=(server, client), daemon=True).start()

    @staticmethod
    def _pass_on(client: socket.socket, server: socket.socket) -> None:
        with client, server, suppress(OSError):
            while asked := client.recv(65_536):
                server.sendall(asked)

    def _answer(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while answered := server.recv(65_536):
                if self.loses_one.is_set():
                    self.loses_one.clear()
                    client.shutdown(socket.SHUT_RDWR)
                    return
                client.sendall(answered)


@pytest.fixture
def deaf(store: Store) -> Iterator[Deaf]:
    with TemporaryDirectory() as folder:  # a socket's path must be short
        made = Deaf(folder, store)
        yield made
        made.close()


def test_a_commit_whose_answer_is_lost_is_found_and_answered(deaf: Deaf) -> None:
    with opened(deaf.store) as recorder:
        said: list[Acknowledged] = []
        append(recorder, "before", 0, 1, said.append)
        deaf.loses_one.set()
        append(recorder, "lost", 0, 1, said.append)
        assert not deaf.loses_one.is_set()
        assert recorder.max_notification_id() == sum(len(each.ids) for each in said)
        check_history(recorder, said)


def test_commits_of_many_whose_answers_are_lost_are_found_and_answered(deaf: Deaf) -> None:
    with opened(deaf.store) as recorder, Writers(recorder) as writers:
        for _ in range(KILLS):
            writers.more(random.randint(1, 30))  # noqa: S311  # no secret
            deaf.loses_one.set()
        writers.more(30)
        assert not deaf.loses_one.is_set()
        writers.stop()
        assert recorder.max_notification_id() == sum(len(each.ids) for each in writers.said)
        check_history(recorder, writers.said)
