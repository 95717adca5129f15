"""`crossing`: from a command at the district to its effect at the agency, at a steady pace."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx
import psycopg

from services.complaints.matter import matter_id
from services.complaints.words import Channel
from shared.who_may import PUBLIC
from tests.benchmarks.carrying import both, on_the_bus
from tests.benchmarks.measure import Target, figure, percentile
from tests.complaints.samples import SCHOOL, STORY, district_directory, hear
from tests.servers import AGENCY, DISTRICT, free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from services.complaints.application import ComplaintsDesk
    from shared.settings import Settings
    from tests.benchmarks.carrying import Both
    from tests.benchmarks.measure import Bench, Row

PER_SECOND = 200
PEOPLE = 32
"""Threads that give commands; one that is late gives its next one at once."""
LOOK_SECONDS = 0.002
ALL_SECONDS = 60
EFFECTS = (
    "SELECT notification_id, originator_id FROM reviewsdesk_events"
    " WHERE notification_id > %b ORDER BY notification_id"
)


def crossing(bench: Bench) -> list[Row]:
    """200 complaints a second are received; how long until the agency has each notice."""
    with both(bench) as orgs, served(orgs.settings[AGENCY]):
        return asyncio.run(_crossing(bench, orgs))


async def _crossing(bench: Bench, orgs: Both) -> list[Row]:
    hear(orgs.district.desk, DISTRICT, district_directory())
    commands = PER_SECOND * bench.size(15, 5)
    measured: dict[str, list[float]] = {"p50": [], "p99": []}
    async with on_the_bus(orgs.district, orgs.settings[DISTRICT]):
        await asyncio.to_thread(_crossed, orgs, PER_SECOND)  # so that all is connected and warm
        for number in range(bench.rounds):
            bench.step(f"round {number + 1} of {bench.rounds}: {commands:,} commands")
            taken = await asyncio.to_thread(_crossed, orgs, commands)
            measured["p50"].append(percentile(taken, 0.5) * 1000)
            measured["p99"].append(percentile(taken, 0.99) * 1000)
    what = "{} from a command at the district to its effect at the agency, 200 commands a second"
    note = f"{orgs.note}; both NATS servers, looked at every {LOOK_SECONDS * 1000:g} ms"
    most = Target("at most", 100)
    return [
        figure("crossing", what.format("p99"), measured["p99"], unit="ms", target=most, note=note),
        figure("crossing", what.format("p50"), measured["p50"], unit="ms", note=note),
    ]


@contextmanager
def served(settings: Settings) -> Iterator[None]:
    """A complaints service in a process of its own, as a deployment runs it."""
    (port,) = free_ports(1)
    environment = {
        "ACCORD_KIND": settings.kind,
        "ACCORD_COUNTERPART": settings.counterpart,
        "ACCORD_FOLDER": str(settings.folder),
        "ACCORD_NATS_URL": settings.nats_url,
        "ACCORD_STORE_URL": settings.store_url,
        "ACCORD_PORTS": json.dumps({"complaints": port}),
    }
    data = settings.folder.parent
    arguments = ["serve", "complaints", "--org", settings.org, "--data", str(data)]
    with (data / "served.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "services", *arguments],
            env=os.environ | environment,
            stderr=log,
            stdout=log,
        )
    try:
        until = time.monotonic() + ALL_SECONDS
        while not _is_up(port):
            assert process.poll() is None, (data / "served.log").read_text()
            assert time.monotonic() < until, "it does not start"
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(ALL_SECONDS)


def _is_up(port: int) -> bool:
    try:
        health = httpx.get(f"http://127.0.0.1:{port}/health")
    except httpx.TransportError:
        return False
    return bool(health.json()["bus_up"])


def _crossed(orgs: Both, commands: int) -> list[float]:
    """Seconds that each of so many commands took, from when it was due to be given."""
    desk = orgs.district.desk
    given: dict[UUID, float] = {}
    seen: dict[UUID, float] = {}
    failures: list[Exception] = []
    with psycopg.connect(orgs.settings[AGENCY].store_url, autocommit=True) as agency:
        after = agency.execute("SELECT max(notification_id) FROM reviewsdesk_events").fetchone()
        position = (after and after[0]) or 0
        turns = iter(range(commands))
        began = time.perf_counter()
        people = [
            threading.Thread(target=_give, args=(desk, turns, began, given, failures))
            for _ in range(PEOPLE)
        ]
        for each in people:
            each.start()
        until = time.monotonic() + commands / PER_SECOND + ALL_SECONDS
        while len(seen) < commands:
            if failures:
                raise failures[0]
            assert time.monotonic() < until, f"{len(seen)} of {commands} crossed"
            rows = agency.execute(EFFECTS, (position,), prepare=True, binary=True).fetchall()
            now = time.perf_counter()
            for position, number in rows:  # noqa: B007  # the last one counts
                seen.setdefault(number, now)
            time.sleep(LOOK_SECONDS)
        for each in people:
            each.join()
    return [seen[number] - due for number, due in given.items()]


def _give(
    desk: ComplaintsDesk,
    turns: Iterator[int],
    began: float,
    given: dict[UUID, float],
    failures: list[Exception],
) -> None:
    """Give the next command when it is due, until none is left."""
    for turn in turns:
        due = began + turn / PER_SECOND
        time.sleep(max(0.0, due - time.perf_counter()))
        try:
            receipt = desk.receive(by=PUBLIC, channel=Channel.FORM, narrative=STORY, school=SCHOOL)
        except Exception as failure:  # handed to who measures
            failures.append(failure)
            return
        given[matter_id(receipt.number)] = due
