"""A process that appends to a store and says what was acknowledged; tests kill it, or listen.

Run as `python -m tests.wire.appender URL NAME THREADS COMMANDS`, COMMANDS of each thread. A command
has one event to three, and every third has a receipt. Each event's state tells its command and how
many events that has, so a reader of the store can see whether a command is whole.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import NAMESPACE_OID, uuid5

from eventsourcing.persistence import InfrastructureFactory, StoredEvent, Tracking
from eventsourcing.utils import Environment

from shared.wire.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterable

    from eventsourcing.persistence import ProcessRecorder

SERVICE = "complaints"


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


def acknowledged(lines: Iterable[str]) -> list[Acknowledged]:
    """What a process has said; a line that a kill cut off was not said."""
    return [Acknowledged(**json.loads(line)) for line in lines if line.endswith("}\n")]


def source_of(name: str, thread: int) -> str:
    """The source of a thread's receipts."""
    return f"{name}-{thread}"


def append(to: ProcessRecorder, name: str, thread: int, commands: int) -> None:
    """Give commands one after the other, each the next events of this thread's aggregate."""
    number = uuid5(NAMESPACE_OID, f"{name}-{thread}")
    version = 0
    for turn in range(1, commands + 1):
        command, events = f"{name}-{thread}-{turn}", turn % 3 + 1
        state = json.dumps({"command": command, "events": events}).encode()
        stored = [
            StoredEvent(number, version + n, "sample.happened", state) for n in range(1, events + 1)
        ]
        tracking = Tracking(source_of(name, thread), turn) if turn % 3 == 0 else None
        ids = to.insert_events(stored, tracking=tracking)
        version += events
        said = {"command": command, "ids": ids, "at": time.monotonic()}
        os.write(1, json.dumps(said).encode() + b"\n")  # at once and whole, or not at all


def main(url: str, name: str, threads: str, commands: str) -> None:
    """Append from so many threads."""
    factory, recorder = recorder_on(Store(url))
    work = [
        threading.Thread(target=append, args=(recorder, name, thread, int(commands)))
        for thread in range(int(threads))
    ]
    for each in work:
        each.start()
    for each in work:
        each.join()
    recorder.close()
    factory.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
