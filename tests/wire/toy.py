"""A toy service: says numbers, hears what others say; `python -m tests.wire.toy` serves it."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal
from uuid import NAMESPACE_OID, uuid5

from eventsourcing.application import AggregateNotFoundError
from fastapi import FastAPI
from sqlalchemy import Column, Integer, MetaData, String, Table, select

from shared.aggregate import Aggregate, CreatedEvent, Event
from shared.contracts.base import OWN, Contract, Publication
from shared.desk import Desk
from shared.errors import Refused
from shared.keyring import Keyring, master_key
from shared.serve import serve
from shared.service import LinkStatus, Service, Source
from shared.settings import Settings
from shared.wire.bus import Bus
from shared.wire.store import Store
from shared.wire.view import View

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shared.wire.rows import Rows

NAME = "toys"


class SaidV1(Contract):
    """A number was said."""

    name: Literal["toys.said.v1"] = "toys.said.v1"
    n: int


class Saying(Aggregate):
    """A number that was said."""

    TOPIC = "toy.saying"

    def __init__(self) -> None:
        self.n = 0


class Said(CreatedEvent):
    """We said it."""

    TOPIC = "toy.said"

    n: int
    to: str

    def apply(self, saying: Saying) -> None:
        saying.n = self.n


class Hearing(Aggregate):
    """All that one source said: so whoever adds to it races with whoever else does."""

    TOPIC = "toy.hearing"


class Listened(CreatedEvent):
    """We began to listen."""

    TOPIC = "toy.listened"

    def apply(self, hearing: Hearing) -> None:
        """Nothing was heard yet."""


class Heard(Event):
    """They said it."""

    TOPIC = "toy.heard"

    n: int

    def apply(self, hearing: Hearing) -> None:
        """Nothing is decided on it."""


TABLES = MetaData()
HEARD = Table(
    "heard",
    TABLES,
    Column("position", Integer, primary_key=True),
    Column("hearing", String),
    Column("n", Integer),
)


class Notebook(View):
    """What was heard, in order."""

    name: ClassVar[str] = "notebook"
    metadata: ClassVar[MetaData] = TABLES

    def apply(self, rows: Rows, event: Event, position: int) -> None:
        if isinstance(event, Heard):
            row = {"position": position, "hearing": str(event.originator_id), "n": event.n}
            rows.put(HEARD, row)

    def numbers(self) -> list[int]:
        with self.reading() as connection:
            rows = connection.execute(select(HEARD.c.n).order_by(HEARD.c.position))
            return list(rows.scalars())


class Toys(Desk):
    """Says and hears."""

    name = NAME

    def say(self, n: int, to: str) -> None:
        self.save(Saying.begin(Said(n=n, to=to), by="staff-0"))

    def hear(self, source: str, n: int) -> Sequence[Aggregate]:
        number = uuid5(NAMESPACE_OID, source)
        try:
            hearing = self.loaded(number)
        except AggregateNotFoundError:
            hearing = Hearing.begin(Listened(), by="wire", number=number)
        hearing.record(Heard(n=n), by="wire")
        return [hearing]

    def heard(self, source: str) -> list[int]:
        events = self.events_of(uuid5(NAMESPACE_OID, source))
        return [event.n for event in events if isinstance(event, Heard)]


def publish(event: Event) -> tuple[Publication, ...]:
    return (Publication(event.to, SaidV1(n=event.n)),) if isinstance(event, Said) else ()


class Toy:
    """One organisation's toy service, and what a test does with it."""

    def __init__(self, settings: Settings, store: Store, keys: Store) -> None:
        self.settings = settings
        self.desk = Toys(
            settings.org, store, Keyring(keys, master_key(settings.master_key_file(NAME)))
        )
        self.theirs = f"{settings.counterpart}.{NAME}"
        self.own = f"{settings.org}.{NAME}"
        self.refused: set[int] = set()
        """Numbers it can't handle, for as long as they are in here."""
        self.faults: dict[int, Exception] = {}
        """What handling a number raises, each time."""
        self.raised: list[Exception] = []
        """What handling raises, one each time, before it works again."""
        self.notebook = Notebook(self.desk, self.desk.engine)
        self.service = Service(
            name=NAME,
            desk=self.desk,
            publish=publish,
            sources=tuple(
                Source(org, NAME, SaidV1, self._handling(f"{org}.{NAME}"))
                for org in (settings.counterpart, settings.org)
            ),
            views=(self.notebook,),
            app=FastAPI(),
            link=LinkStatus(settings.counterpart),
            published=SaidV1,
        )
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def _handling(self, source: str) -> Callable[[Contract], Sequence[Aggregate]]:
        def handle(contract: Contract) -> Sequence[Aggregate]:
            assert isinstance(contract, SaidV1)
            if self.raised:
                raise self.raised.pop()
            if contract.n in self.faults:
                raise self.faults[contract.n]
            if contract.n in self.refused:
                raise Refused("C-TOY-1", "this number can't be heard yet", "n")
            return self.desk.hear(source, contract.n)

        return handle

    def heard(self) -> list[int]:
        """What the counterpart said."""
        return self.desk.heard(self.theirs)

    def say(self, *numbers: int) -> None:
        """Tell the counterpart."""
        for n in numbers:
            self.desk.say(n, self.settings.counterpart)

    def say_inside(self, *numbers: int) -> None:
        """Tell our own services."""
        for n in numbers:
            self.desk.say(n, OWN)

    def connect(self) -> None:
        """Put it on the bus, in a thread."""
        started = threading.Event()

        def run() -> None:
            with asyncio.Runner() as runner:
                self._loop = runner.get_loop()
                runner.run(self._run(started))

        self._thread = threading.Thread(target=run)
        self._thread.start()
        started.wait()

    async def _run(self, started: threading.Event) -> None:
        self._leave = asyncio.Event()
        bus = asyncio.create_task(Bus(self.service, self.settings, lambda: None).run())
        leave = asyncio.create_task(self._leave.wait())
        started.set()
        await asyncio.wait([bus, leave], return_when=asyncio.FIRST_COMPLETED)
        assert not bus.done() or bus.exception() is None, bus.exception()
        bus.cancel()
        await asyncio.wait([bus])
        self.desk.saved = lambda: None

    def disconnect(self) -> None:
        """Take it off the bus."""
        if self._thread and self._loop:
            self._loop.call_soon_threadsafe(self._leave.set)
            self._thread.join()
            self._thread = None

    def close(self) -> None:
        """End it."""
        self.disconnect()
        self.desk.close()


def eventually(true: Callable[[], object], seconds: float = 20) -> None:
    """Wait until something holds."""
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it never came to hold"
        time.sleep(0.02)


def main() -> None:
    """Serve one, and say numbers 1, 2, 3 ... as they are asked for on /say/{n}."""
    settings = Settings.of(sys.argv[1], Path(sys.argv[2]))
    toy = Toy(settings, Store(os.environ["TOY_STORE"]), Store(os.environ["TOY_KEYS"]))

    @toy.service.app.post("/say/{n}")
    def say(n: int) -> int:
        toy.say(n)
        return n

    @toy.service.app.get("/heard")
    def heard() -> list[int]:
        return toy.heard()

    serve(toy.service, settings)
    toy.close()


if __name__ == "__main__":
    main()
