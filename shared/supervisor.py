"""Keeps programs running: starts them, restarts what dies, stops all, and leaves no orphans.

Every program runs in a process group of its own, so that Ctrl-C reaches only the supervisor,
which then stops them in order. Should the supervisor itself be killed, a guard (`guard` below, a
process that waits at the other end of a pipe) stops what it left; this works alike on Linux and
macOS. The guard holds the caller's lock until it is done.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

FIRST_PAUSE_SECONDS = 0.5
PAUSE_SECONDS_MAX = 30.0
STEADY_SECONDS = 30.0
"""After so long a run the next restart is as prompt as the first."""
GRACE_SECONDS = 10.0
"""How long a program may take to stop before it is killed."""
LOG_BYTES_MAX = 5_000_000

# The guard's code is read here and run by itself, without the imports above.
GUARD = """
import os, signal, sys, time

def tell(groups, what):
    left = []
    for group in groups:
        try:
            os.killpg(group, what)
            left.append(group)
        except (ProcessLookupError, PermissionError):  # macOS denies what is already a zombie
            pass
    return left

groups = []
with os.fdopen(int(sys.argv[1])) as told:
    for line in told:
        group = int(line[1:])
        groups.append(group) if line[0] == "+" else groups.remove(group)
until = time.monotonic() + float(sys.argv[2])
left = tell(reversed(groups), signal.SIGTERM)
while left and time.monotonic() < until:
    time.sleep(0.05)
    left = tell(left, 0)
tell(left, signal.SIGKILL)
"""


@dataclass(frozen=True)
class Program:
    """What to run."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    """Added to the supervisor's own environment."""


class Supervisor:
    """Runs programs until it is told to stop; their output goes to `<logs>/<name>.log`.

    Args:
        logs: folder of the log files; one larger than LOG_BYTES_MAX is set aside at the start.
        say: told, in a sentence, when a program dies and when it is started again.
        lock: descriptor of a held lock; kept until nothing of ours runs any more.
    """

    def __init__(
        self,
        logs: Path,
        say: Callable[[str], None],
        *,
        lock: int | None = None,
        first_pause_seconds: float = FIRST_PAUSE_SECONDS,
        grace_seconds: float = GRACE_SECONDS,
    ) -> None:
        self._logs = logs
        self._say = say
        self._first_pause_seconds = first_pause_seconds
        self._grace_seconds = grace_seconds
        self.ended: Counter[str] = Counter()
        """How often each program ended by itself."""
        self._running: dict[str, asyncio.subprocess.Process] = {}
        self._keepers: dict[str, asyncio.Task[None]] = {}
        self._groups: list[list[str]] = []
        self._stopping = asyncio.Event()
        self._guard, self._tell_guard = self._start_guard(lock)

    @property
    def pids(self) -> dict[str, int]:
        """The process of each program that runs now."""
        return {name: process.pid for name, process in self._running.items()}

    async def start(self, programs: Iterable[Program]) -> None:
        """Start programs together; those started later are stopped earlier.

        Raises:
            OSError: one of them can't be started at all.
        """
        group = list(programs)
        self._groups.append([program.name for program in group])
        self._logs.mkdir(parents=True, exist_ok=True)
        for program in group:
            log = self.log(program.name)
            if log.exists() and log.stat().st_size > LOG_BYTES_MAX:
                log.replace(log.with_suffix(".log.1"))
            process = await self._spawn(program)
            self._keepers[program.name] = asyncio.create_task(self._keep(program, process))

    async def stop(self) -> None:
        """Stop everything, the last started first: SIGTERM, and SIGKILL after the grace."""
        self._stopping.set()
        while self._groups:
            await asyncio.gather(*(self._stop_one(name) for name in self._groups.pop()))
        os.close(self._tell_guard)
        await asyncio.to_thread(self._guard.wait)

    def log(self, name: str) -> Path:
        """The log file of a program."""
        return self._logs / f"{name}.log"

    async def _keep(self, program: Program, process: asyncio.subprocess.Process) -> None:
        pause_seconds = self._first_pause_seconds
        while True:
            started = time.monotonic()
            how = _how(await process.wait())
            self._gone(program.name, process)
            self.ended[program.name] += 1
            if time.monotonic() - started > STEADY_SECONDS:
                pause_seconds = self._first_pause_seconds
            while True:
                if self._stopping.is_set():
                    return
                self._say(
                    f"{program.name} ended ({how}); starting it again in {pause_seconds:g} s."
                    f" Its log: {self.log(program.name)}"
                )
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(pause_seconds):
                        await self._stopping.wait()
                    return
                pause_seconds = min(2 * pause_seconds, PAUSE_SECONDS_MAX)
                try:
                    process = await self._spawn(program)
                    break
                except OSError as error:
                    how = f"not started: {error.strerror}"
            self._say(f"{program.name} runs again, process {process.pid}")

    async def _spawn(self, program: Program) -> asyncio.subprocess.Process:
        with self.log(program.name).open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *program.argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **program.env},
                start_new_session=True,
            )
        self._tell(f"+{process.pid}\n")
        self._running[program.name] = process
        if self._stopping.is_set():  # told to stop meanwhile
            _signal_group(process.pid, signal.SIGTERM)
        return process

    async def _stop_one(self, name: str) -> None:
        keeper = self._keepers.get(name)
        if keeper is None:  # an earlier program of its group could not be started
            return
        if name in self._running:
            _signal_group(self._running[name].pid, signal.SIGTERM)
        done, _ = await asyncio.wait([keeper], timeout=self._grace_seconds)
        if not done:
            self._say(f"{name} did not stop in {self._grace_seconds:g} s and is killed")
            _signal_group(self._running[name].pid, signal.SIGKILL)
        await keeper

    def _gone(self, name: str, process: asyncio.subprocess.Process) -> None:
        _signal_group(process.pid, signal.SIGKILL)  # what it may have started and left
        self._tell(f"-{process.pid}\n")
        del self._running[name]

    def _tell(self, line: str) -> None:
        with contextlib.suppress(BrokenPipeError):  # killed by hand; the programs can go on
            os.write(self._tell_guard, line.encode())

    def _start_guard(self, lock: int | None) -> tuple[subprocess.Popen[bytes], int]:
        hear, tell = os.pipe()
        guard = subprocess.Popen(  # noqa: S603  # our own interpreter and our own text
            [sys.executable, "-I", "-S", "-c", GUARD, str(hear), str(self._grace_seconds)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=(hear,) if lock is None else (hear, lock),
            start_new_session=True,
        )
        os.close(hear)
        return guard, tell


def _signal_group(group: int, what: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, what)


def _how(status: int) -> str:
    return f"exit code {status}" if status >= 0 else signal.Signals(-status).name
