"""A service as one process: serving while the bus is away, stopped in order, killed any time."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from shared.serve import asyncapi
from shared.settings import ENV_FILE
from tests.servers import AGENCY, DISTRICT, free_ports
from tests.wire.toy import NAME, SaidV1, eventually

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.servers import Stores, Topology
    from tests.wire.toy import Toy

KILLS = 4
START_SECONDS = 60
"""A busy machine takes its time over the imports."""


class Process:
    """A toy service in a process of its own."""

    def __init__(self, servers: Topology, stores: Stores, org: str) -> None:
        settings = servers.settings(org)
        (port,) = free_ports(1)
        lines = {
            "KIND": settings.kind,
            "COUNTERPART": settings.counterpart,
            "FOLDER": settings.folder,
            "NATS_URL": settings.nats_url,
            "PORTS": json.dumps({NAME: port}),
        }
        text = "".join(f"ACCORD_{name}={value}\n" for name, value in lines.items())
        (settings.folder / ENV_FILE).write_text(text)
        self._client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=5)
        self.log: Path = settings.folder / "toy.log"
        self._argv = [sys.executable, "-m", "tests.wire.toy", org, str(settings.folder.parent)]
        self._environment = os.environ | {
            "TOY_STORE": stores(org).url,
            "TOY_KEYS": stores(f"{org}-keys").url,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(self._argv, env=self._environment, stderr=log)

    def end(self, how: signal.Signals) -> int:
        """Send a signal; its exit code."""
        if self._process is None:
            return 0
        self._process.send_signal(how)
        code = self._process.wait(20)
        self._process = None
        return code

    def close(self) -> None:
        """Kill it."""
        self.end(signal.SIGKILL)
        self._client.close()

    def get(self, path: str) -> Any:
        """What it answers; nothing while it does not."""
        try:
            return self._client.get(path).json()
        except httpx.HTTPError:
            return None

    def say(self, n: int) -> bool:
        """Give a command; whether it was acknowledged."""
        try:
            return self._client.post(f"/say/{n}").status_code == 200
        except httpx.HTTPError:
            return False


@pytest.fixture
def processes(servers: Topology, stores: Stores) -> Iterator[tuple[Process, Process]]:
    """The district's process and the agency's, not yet started."""
    both = Process(servers, stores, DISTRICT), Process(servers, stores, AGENCY)
    yield both
    for each in both:
        each.close()


def test_it_serves_while_the_bus_is_away_and_stops_in_order(
    servers: Topology, processes: tuple[Process, Process]
) -> None:
    servers.district.stop()
    district, _ = processes
    district.start()
    eventually(lambda: district.get("/health"), START_SECONDS)
    assert district.say(1)
    eventually(lambda: district.get("/health")["backlog"] == 1)
    health = district.get("/health")
    assert health["service"] == NAME
    assert health["org"] == DISTRICT
    assert health["position"] == 1
    assert not health["bus_up"]
    assert not health["counterpart_up"]
    assert health["letters"] == 0

    servers.district.start()
    eventually(lambda: district.get("/health")["bus_up"])
    eventually(lambda: district.get("/health")["backlog"] == 0)
    started = time.monotonic()
    assert district.end(signal.SIGTERM) == 0
    assert time.monotonic() - started < 8
    for line in district.log.read_text().splitlines():
        assert json.loads(line)["event"]


def test_killed_at_any_moment_nothing_acknowledged_is_lost_and_nothing_doubled(
    processes: tuple[Process, Process],
) -> None:
    district, agency = processes
    district.start()
    agency.start()
    eventually(lambda: district.get("/health") and agency.get("/health"), START_SECONDS)
    pace = random.Random(20260904)  # noqa: S311  # moments, no secrets
    acknowledged: list[int] = []
    n = 0
    for round_ in range(KILLS):
        until = time.monotonic() + pace.uniform(0.2, 0.6)
        while time.monotonic() < until:
            n += 1
            if district.say(n):
                acknowledged.append(n)
        killed = (district, agency)[round_ % 2]
        killed.end(signal.SIGKILL)
        killed.start()
        eventually(lambda killed=killed: killed.get("/health"), START_SECONDS)  # type: ignore[misc]  # a default binds it

    eventually(lambda: set(acknowledged) <= set(agency.get("/heard") or []), 40)
    heard = agency.get("/heard")
    assert len(heard) == len(set(heard)), "doubled"
    assert heard == sorted(heard), "out of order"
    assert agency.get("/health")["letters"] == 0


def test_asyncapi_names_channels_contracts_and_no_machine(district: Toy) -> None:
    document = asyncapi(district.service)

    assert document["asyncapi"] == "3.0.0"
    assert document == asyncapi(district.service)
    text = json.dumps(document)
    assert "127.0.0.1" not in text
    assert "localhost" not in text
    addresses = {each["address"] for each in document["channels"].values()}
    assert addresses == {
        "accord.sample-pd.sample-sd.toys.*",
        "accord.sample-sd.own.toys.*",
        "accord.sample-sd.*.toys.said",
        "ask.sample-sd.*.toys",
    }
    schema = document["components"]["schemas"][SaidV1.__name__]
    assert schema["properties"]["n"] == {"title": "N", "type": "integer"}
    actions = sorted(each["action"] for each in document["operations"].values())
    assert actions == ["receive", "receive", "receive", "send"]
