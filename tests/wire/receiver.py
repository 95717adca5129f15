"""Receivers that are started in an instant, by a fork, to be killed: `python -m` starts the parent.

The parent has imported everything; at a line with a number on its input it forks a toy service,
says its process id, and has it kill itself once it has taken in so many batches, none if 0: after
the commit, before the acknowledgement.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Self

import structlog

from shared.settings import Settings
from shared.wire.bus import Bus
from shared.wire.store import Store
from tests.wire.toy import Toy

if TYPE_CHECKING:
    from tests.servers import Stores


class Receivers:
    """One receiver after the other, of one organisation."""

    def __init__(self, settings: Settings, stores: Stores) -> None:
        urls = [stores(name).url for name in (settings.org, f"{settings.org}-keys")]
        self._parent = subprocess.Popen(
            [sys.executable, "-m", "tests.wire.receiver", settings.model_dump_json(), *urls],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._receiver = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        assert self._parent.stdin
        assert self._parent.stdout
        self._parent.stdin.close()
        self._parent.wait(10)
        self._parent.stdout.close()

    def start(self, batches: int) -> None:
        """Start one, which kills itself after so many batches; never by itself if 0."""
        assert self._parent.stdin
        assert self._parent.stdout
        print(batches, file=self._parent.stdin, flush=True)
        self._receiver = int(self._parent.stdout.readline())

    def wait(self, seconds: float) -> None:
        """Wait until it has killed itself, but not longer."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                os.kill(self._receiver, 0)
            except ProcessLookupError:
                return
            time.sleep(0.01)

    def kill(self) -> None:
        """End it, unless it has ended itself."""
        if self._receiver:
            with suppress(ProcessLookupError):
                os.kill(self._receiver, signal.SIGKILL)
        self._receiver = 0


def _receive(settings: Settings, urls: list[str], batches: int) -> None:
    toy = Toy(settings, *map(Store, urls))
    left = batches

    def handled() -> None:
        nonlocal left
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

    async def run() -> None:
        await Bus(toy.service, settings, handled).run()

    asyncio.run(run())


def main() -> None:
    """Fork a receiver for each line, until there is none."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that were killed
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    settings, urls = Settings.model_validate_json(sys.argv[1]), sys.argv[2:]
    for line in sys.stdin:
        receiver = os.fork()
        if not receiver:
            _receive(settings, urls, int(line))
        sys.stdout.write(f"{receiver}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
