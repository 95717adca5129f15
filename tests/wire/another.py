"""Another process of the toy service: `say` on its input records a number, `relay` starts a life.

A life puts the service on the bus in a process of its own, forked so that it starts at once, and
its process id is printed; who started it kills it. Run as `python -m tests.wire.another ORG DATA`.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from shared.serve import log_as_json
from shared.settings import Settings
from shared.wire.bus import Bus
from shared.wire.store import Store
from tests.wire.toy import NAME, Toy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers import Stores


class Another:
    """Such a process, as a test sees it."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def say(self) -> None:
        """Have it record a number."""
        self._told(b"say\n")

    def relay(self) -> int:
        """Start a life; its process id."""
        self._told(b"relay\n")
        return int(self.answer())

    def answer(self) -> bytes:
        assert self._process.stdout
        return self._process.stdout.readline().strip()

    def _told(self, line: bytes) -> None:
        assert self._process.stdin
        self._process.stdin.write(line)
        self._process.stdin.flush()


@contextmanager
def another(settings: Settings, stores: Stores) -> Iterator[Another]:
    """Another process of the same service, ready; ended with the block."""
    environment = os.environ | {
        "TOY_STORE": stores(settings.org).url,
        "TOY_KEYS": stores(f"{settings.org}-keys").url,
        "TOY_SETTINGS": settings.model_dump_json(),
    }
    with subprocess.Popen(
        [sys.executable, "-m", "tests.wire.another"],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        other = Another(process)
        assert other.answer() == b"ready"
        yield other


def _toy() -> Toy:
    settings = Settings.model_validate_json(os.environ["TOY_SETTINGS"])
    return Toy(settings, Store(os.environ["TOY_STORE"]), Store(os.environ["TOY_KEYS"]))


async def _live() -> None:
    toy = _toy()
    await Bus(toy.service, toy.settings, lambda: None).run()


def main() -> None:
    """Do what is asked on the input until it ends."""
    log_as_json(NAME, "another")  # to stderr: the standard output is for answers
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the killed need no burial
    says: Toy | None = None
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        if line == "say\n":
            says = says or _toy()
            says.say(1)
        else:
            life = os.fork()
            if not life:
                asyncio.run(_live())
            sys.stdout.write(f"{life}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
