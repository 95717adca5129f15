"""`accord run`: both organisations on this machine, each with its NATS server and its services."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
import signal
import socket
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import httpx
from rich.console import Console
from rich.table import Table

from shared.cli.output import CannotRun
from shared.files import OWNER_ONLY, write_whole
from shared.supervisor import Program, Supervisor
from shared.wire.plan import Plan, set_up_both
from shared.wire.server import command

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

HOST = "127.0.0.1"
PORTS_APART = 10
"""Between the first ports of the organisations, and of the NATS servers."""
READY_SECONDS_MAX = 60.0
ENDS_MAX = 3
"""A program that has ended so often before it answered is not waited for any longer."""
ASK_AGAIN_SECONDS = 0.1
SAMPLES_LOADED = "samples.loaded"
LOCK_FILE = "accord.lock"
SETTINGS_FILE = "accord.env"
CONSOLE = Console()


@dataclass(frozen=True)
class Organisation:
    """One of the two organisations of an embedded run."""

    slug: str
    kind: Literal["district", "agency"]
    counterpart: str
    title: str


DISTRICT = Organisation(
    "snohomish-sd", "district", "snohomish-pd", "Snohomish School District (sample)"
)
AGENCY = Organisation(
    "snohomish-pd", "agency", "snohomish-sd", "Snohomish Police Department (sample)"
)
ORGANISATIONS = (DISTRICT, AGENCY)


class BusPorts(NamedTuple):
    """One a server for clients, and the one that the agency's server dials."""

    district: int
    agency: int
    leaf: int


@dataclass(frozen=True)
class Ports:
    """Where everything of a run listens, on loopback."""

    services: Mapping[str, Mapping[str, int]]
    """By organisation's slug, then by service."""
    bus: BusPorts

    @classmethod
    def chosen(cls, base: int, services: Sequence[str]) -> Ports:
        """Fixed ports from a base on, or free ones when it is 0.

        Raises:
            CannotRun: one of them is taken.
        """
        if base == 0:
            free = iter(_free_ports(len(ORGANISATIONS) * len(services) + len(BusPorts._fields)))
            by_org = {org.slug: {name: next(free) for name in services} for org in ORGANISATIONS}
            return cls(by_org, BusPorts(*free))
        by_org = {
            org.slug: {name: base + PORTS_APART * row + at for at, name in enumerate(services)}
            for row, org in enumerate(ORGANISATIONS)
        }
        first = base + PORTS_APART * len(ORGANISATIONS)
        bus = BusPorts(*range(first, first + len(BusPorts._fields)))
        for port in (*bus, *(port for ports in by_org.values() for port in ports.values())):
            _refuse_if_taken(port)
        return cls(by_org, bus)

    def url(self, org: str, service: str) -> str:
        """Where a service of an organisation answers."""
        return f"http://{HOST}:{self.services[org][service]}"

    def bus_url(self, kind: Literal["district", "agency"]) -> str:
        """Where the server of an organisation answers."""
        return f"tls://{HOST}:{getattr(self.bus, kind)}"


@dataclass(frozen=True)
class Run:
    """What to run, and whom to tell."""

    data: Path
    ports: Ports
    services: Sequence[str]
    sources: Callable[[Organisation], dict[str, tuple[str, ...]]]
    """What each service of an organisation receives; see `Plan.services`."""
    load_samples: Callable[[], None]
    """Loads the sample program; called at the first start of a data folder, once all answer."""
    pages: Callable[[Organisation, Ports], dict[str, str]]
    """The pages of an organisation that a person may want to see: title and URL."""
    ready_file: Path | None = None

    async def until_stopped(self, lock: int) -> None:
        """Run until SIGINT, SIGTERM or SIGHUP; then stop all and return.

        Raises:
            CannotRun: something did not start; all is stopped again.
        """
        stopped = asyncio.Event()
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(name, stopped.set)
        supervisor = Supervisor(self.data / "logs", say, lock=lock)
        starting = asyncio.create_task(self._start(supervisor))
        waiting = asyncio.create_task(stopped.wait())
        try:
            await asyncio.wait({starting, waiting}, return_when=asyncio.FIRST_COMPLETED)
            if starting.done():
                starting.result()
                await waiting
            say("Stopping ...")
        finally:
            starting.cancel()
            waiting.cancel()
            with contextlib.suppress(asyncio.CancelledError, CannotRun, OSError):
                await starting
            if self.ready_file:
                self.ready_file.unlink(missing_ok=True)
            await supervisor.stop()

    async def _start(self, supervisor: Supervisor) -> None:
        say("Starting both organisations ...")
        await asyncio.to_thread(self._set_up)
        await supervisor.start(
            Program(f"{org.slug}-nats", command(self.data / org.slug)) for org in ORGANISATIONS
        )
        await supervisor.start(self._programs())
        urls = {
            f"{org.slug}-{name}": self.ports.url(org.slug, name)
            for org in ORGANISATIONS
            for name in self.services
        }
        async with httpx.AsyncClient(trust_env=False) as client:
            await asyncio.gather(
                *(self._answering(client, name, url, supervisor) for name, url in urls.items())
            )
        loaded = self.data / SAMPLES_LOADED
        if not loaded.exists():
            say("Loading the sample program ...")
            await asyncio.to_thread(self.load_samples)
            loaded.touch()
        ready = self._ready(supervisor)
        if self.ready_file:
            write_whole(self.ready_file, json.dumps(ready, indent=2).encode() + b"\n")
        _show(ready)

    def _set_up(self) -> None:
        """Make keys and certificates, introduce the organisations, and write their settings."""
        set_up_both(self.data, *(self._plan(org) for org in ORGANISATIONS))
        for org in ORGANISATIONS:
            _write_settings(self.data, org, self.ports)

    def _plan(self, org: Organisation) -> Plan:
        bus = self.ports.bus
        return Plan(
            org=org.slug,
            kind=org.kind,
            counterpart=org.counterpart,
            services=self.sources(org),
            port=getattr(bus, org.kind),
            leaf_port=bus.leaf,
            leaf_url=f"nats-leaf://{HOST}:{bus.leaf}" if org.kind == "agency" else None,
        )

    def _programs(self) -> Iterator[Program]:
        # -P: a folder named `services` where the command is given is not ours
        accord = (sys.executable, "-P", "-m", "services")
        for org in ORGANISATIONS:
            where = ("--org", org.slug, "--data", str(self.data))
            yield Program(f"{org.slug}-streams", (*accord, "streams", *where))
            for name in self.services:
                yield Program(f"{org.slug}-{name}", (*accord, "serve", name, *where))

    async def _answering(
        self, client: httpx.AsyncClient, name: str, url: str, supervisor: Supervisor
    ) -> None:
        until = time.monotonic() + READY_SECONDS_MAX
        while time.monotonic() < until and supervisor.ended[name] < ENDS_MAX:
            with contextlib.suppress(httpx.HTTPError):
                health = await client.get(f"{url}/health")
                if health.is_success and health.json()["bus_up"]:
                    return
            await asyncio.sleep(ASK_AGAIN_SECONDS)
        log = supervisor.log(name)
        last = log.read_text("utf-8", errors="replace").rstrip().rpartition("\n")[2]
        raise CannotRun(f"{name} does not start: see why in {log}, which ends: {last}")

    def _ready(self, supervisor: Supervisor) -> dict[str, Any]:
        ready: dict[str, Any] = {
            org.kind: {
                "org": org.slug,
                **{name: self.ports.url(org.slug, name) for name in self.services},
                "nats": self.ports.bus_url(org.kind),
                "pages": self.pages(org, self.ports),
            }
            for org in ORGANISATIONS
        }
        return ready | {"pids": supervisor.pids, "data": str(self.data)}


def say(text: str) -> None:
    """Tell the person at the console how the run goes."""
    CONSOLE.print(text, highlight=False, markup=False, soft_wrap=True)


def _show(ready: dict[str, Any]) -> None:
    say("")
    for org in ORGANISATIONS:
        table = Table("page", "link", title=org.title, title_justify="left", show_header=False)
        for title, link in ready[org.kind]["pages"].items():
            table.add_row(title, f"[link={link}]{link}[/link]")
        CONSOLE.print(table)
    say(f"Everything is kept in {ready['data']}. Ctrl-C stops all.")


@contextlib.contextmanager
def held(data: Path) -> Iterator[int]:
    """Hold the data folder for this process alone, and give the lock's descriptor.

    When the run before was killed, its guard still stops what it left: this waits for that.

    Raises:
        CannotRun: another run uses it.
    """
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = os.open(data / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                holder = os.pread(lock, 20, 0).decode().strip()
                if holder and _runs(int(holder)):
                    raise CannotRun(
                        f"{data} is in use by another `accord run` (process {holder}): stop that"
                        " one, or choose another folder with --data"
                    ) from None
                time.sleep(ASK_AGAIN_SECONDS)
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        yield lock
    finally:
        os.close(lock)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as open_together:
        sockets = [open_together.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind((HOST, 0))
        return [each.getsockname()[1] for each in sockets]


def _refuse_if_taken(port: int) -> None:
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((HOST, port))
        except (OSError, OverflowError) as error:
            raise CannotRun(
                f"port {port} on {HOST} can't be had ({error}): choose others with --port-base, for"
                " example --port-base 9700, or --port-base 0 for any free ones"
            ) from error


def _write_settings(data: Path, org: Organisation, ports: Ports) -> None:
    values = {
        "KIND": org.kind,
        "COUNTERPART": org.counterpart,
        "FOLDER": str(data / org.slug),
        "NATS_URL": ports.bus_url(org.kind),
        "HOST": HOST,
        "PORTS": json.dumps(ports.services[org.slug]),
        "DEMO_PEOPLE": "true",
    }
    lines = ["# Written by `accord run` at each start; the environment wins over it."]
    for name, value in values.items():
        quoted = value.replace("\\", "\\\\").replace("'", "\\'")
        lines.append(f"ACCORD_{name}='{quoted}'")
    write_whole(data / org.slug / SETTINGS_FILE, "\n".join([*lines, ""]).encode(), OWNER_ONLY)
