"""A running program for tests: `accord run` in a folder of its own, and its processes."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import httpx

from services.complaints.application import ComplaintsDesk
from services.complaints.review_desk import ReviewsDesk
from shared.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from services.complaints.application import ComplaintsDesk
    from services.complaints.review_desk import ReviewsDesk

DISTRICT, AGENCY = "snohomish-sd", "snohomish-pd"
START_SECONDS = 90
STOP_SECONDS = 30
ROOT = Path(__file__).parents[2]

T = TypeVar("T")


def eventually(ask: Callable[[], T | None], *, within: float = 30.0) -> T:
    """What a question answers once the answer is true; fails when it never is."""
    until = time.monotonic() + within
    while True:
        answer = ask()
        if answer or time.monotonic() > until:
            assert answer, f"not within {within:.0f} s"
            return answer
        time.sleep(0.1)


class Program:
    """Both organisations, running."""

    def __init__(self, data: Path, ready: dict[str, Any]) -> None:
        self.data = data
        self.ready = ready

    def url(self, kind: str, path: str = "/", service: str = "complaints") -> str:
        """Where a service of an organisation answers."""
        return f"{self.ready[kind][service]}{path}"

    def health(self, kind: str) -> dict[str, Any]:
        """What the complaints service of an organisation says of itself."""
        answer: dict[str, Any] = httpx.get(self.url(kind, "/health"), trust_env=False).json()
        return answer

    @contextmanager
    def signed_in(self, kind: str, service: str, staff: str) -> Iterator[httpx.Client]:
        """A browser without pages, with the session of a demo person."""
        url = self.url(kind, "", service)
        with httpx.Client(base_url=url, trust_env=False, follow_redirects=True) as client:
            page = client.get("/sign-in").raise_for_status().text
            token = re.search(r'name="_token" value="([^"]+)"', page)
            assert token, page
            form = {"_token": token[1], "staff": staff, "next": "/"}
            client.post("/sign-in", data=form).raise_for_status()
            yield client

    @contextmanager
    def district(self) -> Iterator[ComplaintsDesk]:
        """The district's desk, as another process uses it beside the running service."""
        with ComplaintsDesk.of(Settings.of(DISTRICT, self.data)) as desk:
            yield desk

    @contextmanager
    def agency(self) -> Iterator[ReviewsDesk]:
        """The agency's desk, as another process uses it beside the running service."""
        with ReviewsDesk.of(Settings.of(AGENCY, self.data)) as desk:
            yield desk

    def file(self, text: str, key: str, **facts: Any) -> dict[str, str]:
        """File a complaint by the API, as a district system would: until it is acknowledged."""

        def given() -> dict[str, str] | None:
            try:
                answer = httpx.post(
                    self.url("district", "/api/complaints"),
                    json={"narrative": text, **facts},
                    headers={"Idempotency-Key": key},
                    trust_env=False,
                )
            except httpx.HTTPError:
                return None
            if answer.status_code != httpx.codes.CREATED:
                assert answer.is_server_error, answer.text
                return None
            receipt: dict[str, str] = answer.json()
            return receipt

        return eventually(given)

    def process(self, name: str) -> int:
        """Id of the process that runs a part now, such as `snohomish-pd-nats`."""

        def running() -> int | None:
            for folder in Path("/proc").iterdir():
                if folder.name.isdigit() and self._is(folder, name):
                    return int(folder.name)
            return None

        return eventually(running)

    def _is(self, folder: Path, name: str) -> bool:
        org, _, part = name.rpartition("-")
        try:
            words = (folder / "cmdline").read_bytes().decode().split("\0")
        except OSError:
            return False
        if part == "nats":
            return "nats-server" in words[0] and any(str(self.data / org) in w for w in words)
        return [part, "--org", org, "--data", str(self.data)] == words[-6:-1]

    def kill(self, name: str) -> None:
        """End a part as a power cut would; the supervisor starts it again."""
        os.kill(self.process(name), signal.SIGKILL)

    @contextmanager
    def stopped(self, name: str) -> Iterator[None]:
        """Halt a part, so that it neither works nor closes its connections, and let it go on."""
        process = self.process(name)
        os.kill(process, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(process, signal.SIGCONT)


@contextmanager
def running(data: Path) -> Iterator[Program]:
    """`accord run` in a data folder, until the test is done; it must stop by itself then."""
    ready_file = data.with_suffix(".ready.json")
    command = [sys.executable, "-m", "services", "run", "--data", str(data), "--port-base", "0"]
    with data.with_suffix(".log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--ready-file", str(ready_file)], cwd=ROOT, stdout=log, stderr=log
        )
    try:
        until = time.monotonic() + START_SECONDS
        while not ready_file.exists():
            assert process.poll() is None, data.with_suffix(".log").read_text()
            assert time.monotonic() < until, data.with_suffix(".log").read_text()
            time.sleep(0.1)
        yield Program(data, json.loads(ready_file.read_text()))
    finally:
        process.send_signal(signal.SIGINT)
        try:
            assert process.wait(STOP_SECONDS) == 0
        finally:
            process.kill()
