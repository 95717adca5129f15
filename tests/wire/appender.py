"""A process that appends to a store and says what was acknowledged; tests kill it, or listen.

Run as `python -m tests.wire.appender URL`. It reads lines `NAME THREADS COMMANDS`: each is done by
a child, COMMANDS of each thread. The child's id is told first, and `done` once it has ended.

A command has one event to three, and every third of a thread has a receipt. Each event's state
tells its command and how many events that has, so who reads the store sees whether it is whole.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import NAMESPACE_OID, uuid5

from eventsourcing.persistence import InfrastructureFactory, StoredEvent, Tracking
from eventsourcing.utils import Environment

from shared.wire.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from uuid import UUID

    from eventsourcing.persistence import ProcessRecorder

SERVICE = "complaints"
RECEIPTS_EVERY = 3


class Acknowledged(NamedTuple):
    """A line of its output."""

    command: str
    ids: list[int]
    at: float
    """When the answer came, on the machine's monotonic clock."""


def recorder_on(store: Store) -> tuple[InfrastructureFactory[Any], Any]:
    """A recorder with connections of its own, as a service makes it, and what closes them."""
    environment = Environment(SERVICE, store.environment())
    factory: InfrastructureFactory[Any] = InfrastructureFactory.construct(environment)
    return factory, factory.process_recorder()


class Appender:
    """The process, as a test uses it."""

    def __init__(self, store: Store) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, store.url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def begin(self, name: str, *, threads: int, commands: int) -> None:
        """Let a child append."""
        assert self._process.stdin
        self._process.stdin.write(f"{name} {threads} {commands}\n")
        self._process.stdin.flush()

    def said(self, *, killed_after: float | None = None) -> list[Acknowledged]:
        """What the child said, once it has ended.

        Args:
            killed_after: seconds from its first word until it is killed, if it is.
        """
        assert self._process.stdout
        child = int(self._process.stdout.readline())
        found: list[Acknowledged] = []
        killing = threading.Timer(killed_after or 0, os.kill, (child, signal.SIGKILL))
        for line in iter(self._process.stdout.readline, "done\n"):
            if not found and killed_after is not None:
                killing.start()
            found.append(Acknowledged(**json.loads(line)))
        killing.cancel()
        return found

    def close(self) -> None:
        """End it."""
        self._process.communicate()


def say(said: Acknowledged) -> None:
    """Print it at once and whole, or not at all."""
    os.write(1, json.dumps(said._asdict()).encode() + b"\n")


def check_history(recorder: Any, said: Iterable[Acknowledged]) -> None:
    """Everything acknowledged is there once, nothing by half, no id is missing, receipts are exact.

    Nobody may append meanwhile.
    """
    log = recorder.select_notifications(start=1, limit=1_000_000)
    assert [each.id for each in log] == list(range(1, len(log) + 1))
    ids: dict[str, list[int]] = {}
    versions: dict[UUID, list[int]] = {}
    received: dict[str, int] = {}
    events: dict[str, int] = {}
    for each in log:
        state = json.loads(each.state)
        command = state["command"]
        ids.setdefault(command, []).append(each.id)
        events[command] = state["events"]
        versions.setdefault(each.originator_id, []).append(each.originator_version)
        source, _, turn = command.rpartition("-")
        if int(turn) % RECEIPTS_EVERY == 0:
            received[source] = int(turn)
    for command, mine in ids.items():
        assert mine == list(range(mine[0], mine[0] + events[command])), f"{command} is not whole"
    for of_one in versions.values():
        assert of_one == list(range(1, len(of_one) + 1))
    for acknowledged in said:
        assert ids.get(acknowledged.command) == acknowledged.ids
    for source in {command.rpartition("-")[0] for command in ids}:
        assert (recorder.max_tracking_id(source) or 0) == received.get(source, 0)


def append(
    to: ProcessRecorder,
    name: str,
    thread: int,
    commands: int,
    say: Callable[[Acknowledged], None] = say,
) -> None:
    """Give commands one after the other, each the next events of this thread's aggregate."""
    number = uuid5(NAMESPACE_OID, f"{name}-{thread}")
    version = 0
    for turn in range(1, commands + 1):
        command, events = f"{name}-{thread}-{turn}", turn % 3 + 1
        state = json.dumps({"command": command, "events": events}).encode()
        stored = [
            StoredEvent(number, version + n, "sample.happened", state) for n in range(1, events + 1)
        ]
        tracking = Tracking(f"{name}-{thread}", turn) if turn % RECEIPTS_EVERY == 0 else None
        ids = to.insert_events(stored, tracking=tracking)
        version += events
        assert ids is not None
        say(Acknowledged(command, [*ids], time.monotonic()))


def append_from(url: str, name: str, threads: int, commands: int) -> None:
    """Append from so many threads."""
    factory, recorder = recorder_on(Store(url))
    work = [
        threading.Thread(target=append, args=(recorder, name, thread, commands))
        for thread in range(threads)
    ]
    for each in work:
        each.start()
    for each in work:
        each.join()
    recorder.close()
    factory.close()


def main(url: str) -> None:
    """Do what the standard input says, each line in a child: importing all this takes long."""
    for line in sys.stdin:
        name, threads, commands = line.split()
        child = os.fork()
        if not child:
            os.write(1, b"%d\n" % os.getpid())
            append_from(url, name, int(threads), int(commands))
            os._exit(0)
        os.waitpid(child, 0)
        os.write(1, b"done\n")


if __name__ == "__main__":
    main(sys.argv[1])
