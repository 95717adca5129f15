"""`relay` and `consume`: what it takes to carry contracts out of one store and into another."""

from __future__ import annotations

import asyncio
import time
from contextlib import ExitStack, asynccontextmanager, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Literal
from uuid import uuid4

from nats.js import api

from services.__main__ import sources
from services.complaints.__main__ import NAME
from services.complaints.__main__ import service as complaints
from services.complaints.events import Complaint
from shared.cli.run import Organisation
from shared.memory import settle
from shared.wire import names
from shared.wire.bus import Bus
from shared.wire.cloudevent import to_headers
from shared.wire.outbox import Outbox
from tests.benchmarks.durable import postgres
from tests.benchmarks.measure import Target, compared
from tests.complaints.samples import received
from tests.servers import AGENCY, DISTRICT, connected, topology

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence

    from eventsourcing.persistence import StoredEvent
    from nats.aio.client import Client
    from nats.aio.msg import Msg

    from shared.service import Service
    from shared.settings import Settings
    from shared.wire.cloudevent import Message
    from tests.benchmarks.measure import Bench, Row

OUT = names.stream(DISTRICT, "OUT")
COPY = names.stream(DISTRICT, "IN")
SYNCHRONISED = "streams on file, sync_interval 2 minutes (the server's default)"
WINDOW = 1_024
FETCH = 100
ALL_SECONDS = 120
STOP_SECONDS = 20
LOOK_SECONDS = 0.005


class Both:
    """The complaints services of both organisations, on both servers and on PostgreSQL."""

    def __init__(self, settings: dict[str, Settings], note: str) -> None:
        self.settings = settings
        self.note = note
        self.district = complaints(settings[DISTRICT])
        self.agency = complaints(settings[AGENCY])

    def close(self) -> None:
        """End both."""
        self.district.desk.close()
        self.agency.desk.close()

    def receive(self, complaints: Sequence[StoredEvent]) -> None:
        """Let the district have received complaints, all in one transaction."""
        desk = self.district.desk
        desk.process_recorder.insert_events(complaints)
        desk.saved()

    def complaints(self, count: int) -> list[StoredEvent]:
        """So many complaints, not yet received."""
        begun = (Complaint.begin(received(), by="public") for _ in range(count))
        mapper = self.district.desk.mapper
        return [mapper.to_stored_event(event) for each in begun for event in each.collect_events()]


def _sources(org: str, counterpart: str) -> dict[str, tuple[str, ...]]:
    kind: Literal["district", "agency"] = "district" if org == DISTRICT else "agency"
    return sources(Organisation(org, kind, counterpart, org))


@contextmanager
def both(bench: Bench) -> Iterator[Both]:
    """Two organisations, their servers running, nothing on the bus yet."""
    with ExitStack() as stack:
        server = stack.enter_context(postgres(bench.folder))
        servers = stack.enter_context(topology(bench.folder / "data", _sources))
        settings = {
            org: servers.settings(org).model_copy(update={"store_url": server.create()})
            for org in (DISTRICT, AGENCY)
        }
        made = Both(settings, f"{server.note}; {SYNCHRONISED}")
        stack.callback(made.close)
        yield made


@asynccontextmanager
async def on_the_bus(service: Service, settings: Settings) -> AsyncIterator[None]:
    """A service, connected until the block ends, its process set up as `serve` does."""
    settle()
    running = asyncio.create_task(Bus(service, settings, lambda: None).run())
    try:
        while not service.link.bus_up:
            assert not running.done(), running.exception()
            await asyncio.sleep(LOOK_SECONDS)
        yield
    finally:
        running.cancel()
        await asyncio.wait([running], timeout=STOP_SECONDS)
        assert running.done(), "the bus was told to stop and did not"
        service.desk.saved = lambda: None


@asynccontextmanager
async def client_of(settings: Settings) -> AsyncIterator[Client]:
    """A plain client that may do all with an organisation's data."""
    client = await connected(settings)
    try:
        yield client
    finally:
        await client.close()


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    """Look until something holds."""
    last = time.monotonic() + ALL_SECONDS
    while not await true():
        assert time.monotonic() < last, "it takes too long"
        await asyncio.sleep(LOOK_SECONDS)


async def held(client: Client, stream: str) -> int:
    """How many messages a stream has had."""
    return (await client.jetstream().stream_info(stream)).state.last_seq


async def interleaved(
    bench: Bench, sides: dict[str, Callable[[], Awaitable[float]]]
) -> dict[str, list[float]]:
    """As `Bench.interleaved`, in a loop that goes on meanwhile."""
    loop = asyncio.get_running_loop()

    def blocking(side: Callable[[], Awaitable[float]]) -> float:
        async def one() -> float:
            return await side()

        return asyncio.run_coroutine_threadsafe(one(), loop).result()

    return await asyncio.to_thread(
        bench.interleaved, {name: partial(blocking, side) for name, side in sides.items()}
    )


# --- Relay ----------------------------------------------------------------------------------------


def relay(bench: Bench) -> list[Row]:
    """From the store to acknowledged messages in the stream, against the same messages alone."""
    with both(bench) as orgs:
        return asyncio.run(_relay(bench, orgs))


async def _relay(bench: Bench, orgs: Both) -> list[Row]:
    raw, encoded = "raw protocol, pipelined", "raw protocol, pipelined, headers encoded beforehand"
    count = bench.size(10_000, 3_000)
    settings = orgs.settings[DISTRICT]
    async with client_of(settings) as client, on_the_bus(orgs.district, settings):
        prepared = await asyncio.to_thread(_messages, orgs, count)
        await until(lambda: _holds(client, OUT, count))

        async def ours() -> float:
            expected = await held(client, OUT) + count
            complaints = await asyncio.to_thread(orgs.complaints, count)
            await asyncio.to_thread(orgs.receive, complaints)
            began = time.perf_counter()
            await until(lambda: _holds(client, OUT, expected))
            return count / (time.perf_counter() - began)

        measured = await interleaved(
            bench,
            {
                "ours": ours,
                raw: lambda: _pipelined(client, prepared),
                encoded: lambda: _pipelined_bytes(client, prepared),
            },
        )
    what = f"{count:,} contracts, from the commit to the acknowledgement, with Nats-Msg-Id"
    row = partial(compared, "relay", what, measured, unit="messages/s", note=orgs.note)
    return [row(against=raw, target=Target("at least", 0.5)), row(against=encoded)]


async def _holds(client: Client, stream: str, count: int) -> bool:
    return await held(client, stream) >= count


def _messages(orgs: Both, count: int) -> list[Message]:
    """What the district publishes for so many complaints."""
    orgs.receive(orgs.complaints(count))
    outbox = Outbox(orgs.district)
    outbox.catch_up()
    messages: list[Message] = []
    while len(messages) < count:
        messages += outbox.after(AGENCY, messages[-1].position if messages else 0, WINDOW)
    return messages


def _as_another(message: Message) -> tuple[str, dict[str, str]]:
    """Subject and headers of the message, under an id that the stream has not seen."""
    subject = names.subject(DISTRICT, "public", NAME, message.event)
    return subject, to_headers(message) | {"Nats-Msg-Id": uuid4().hex}


class Acknowledged:
    """An inbox that counts acknowledgements, so that no more than a window waits for them."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.inbox = client.new_inbox()
        self.waiting = 0
        self._came = asyncio.Event()

    async def __aenter__(self) -> Acknowledged:
        self._subscription = await self._client.subscribe(self.inbox, cb=self._count)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._subscription.unsubscribe()

    async def _count(self, message: Msg) -> None:
        assert b'"error"' not in message.data, message.data
        self.waiting -= 1
        self._came.set()

    async def fewer_than(self, count: int) -> None:
        """Wait until fewer wait."""
        while self.waiting >= count:
            self._came.clear()
            await self._came.wait()


async def _pipelined(client: Client, messages: list[Message]) -> float:
    """Publish with the client's own publish, each acknowledged to one inbox."""
    sent = [(*_as_another(each), each.data) for each in messages]
    async with Acknowledged(client) as acknowledged:
        began = time.perf_counter()
        for subject, headers, data in sent:
            await acknowledged.fewer_than(WINDOW)
            acknowledged.waiting += 1
            await client.publish(subject, data, reply=acknowledged.inbox, headers=headers)
        await acknowledged.fewer_than(1)
        return len(sent) / (time.perf_counter() - began)


async def _pipelined_bytes(client: Client, messages: list[Message]) -> float:
    """Publish bytes made beforehand: what the server takes, with nothing done by the client."""
    async with Acknowledged(client) as acknowledged:
        sent = [_encoded(each, acknowledged.inbox) for each in messages]
        began = time.perf_counter()
        for each in sent:
            await acknowledged.fewer_than(WINDOW)
            acknowledged.waiting += 1
            await client._send_command(each)  # as `publish` does, which encodes first
            if client._flush_queue and client._flush_queue.empty():
                await client._flush_pending()
        await acknowledged.fewer_than(1)
        return len(sent) / (time.perf_counter() - began)


def _encoded(message: Message, inbox: str) -> bytes:
    """A message in the protocol's own words."""
    subject, headers = _as_another(message)
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = f"NATS/1.0\r\n{lines}\r\n".encode()
    sizes = f"{len(head)} {len(head) + len(message.data)}"
    return f"HPUB {subject} {inbox} {sizes}\r\n".encode() + head + message.data + b"\r\n"


# --- Consume --------------------------------------------------------------------------------------


def consume(bench: Bench) -> list[Row]:
    """Contracts whose effect and receipt are one transaction, against fetch and acknowledge."""
    with both(bench) as orgs:
        return asyncio.run(_consume(bench, orgs))


async def _consume(bench: Bench, orgs: Both) -> list[Row]:
    raw = "raw nats-py fetch(100) and ack"
    count, most = bench.size(10_000, 3_000), bench.size(10, 4)
    district, agency = orgs.settings[DISTRICT], orgs.settings[AGENCY]
    async with client_of(agency) as client, on_the_bus(orgs.district, district):
        async with on_the_bus(orgs.agency, agency):
            await until(lambda: _exists(client, COPY))
        await _deliver(client, orgs, count)

        async def ours() -> float:
            await _deliver(client, orgs, count)
            return await _taken_in(orgs, most)

        measured = await interleaved(bench, {"ours": ours, raw: lambda: _fetched(client, count)})
    return [
        compared(
            "consume",
            "contracts taken in, each with its effect and its receipt in PostgreSQL",
            measured,
            against=raw,
            unit="messages/s",
            target=Target("at least", 0.6),
            note=orgs.note,
        )
    ]


async def _exists(client: Client, stream: str) -> bool:
    return stream in [each.config.name for each in await client.jetstream().streams_info()]


async def _deliver(client: Client, orgs: Both, count: int) -> None:
    """Bring complaints as far as the agency's copy of the district's stream."""
    expected = await held(client, COPY) + count
    complaints = await asyncio.to_thread(orgs.complaints, count)
    await asyncio.to_thread(orgs.receive, complaints)
    await until(lambda: _holds(client, COPY, expected))


async def _taken_in(orgs: Both, seconds_max: float) -> float:
    """Put the agency on the bus; how many a second from the first contract taken in to the last.

    When that takes too long, the rest is left to the next round.
    """
    desk, source = orgs.agency.desk, f"{DISTRICT}.{NAME}"
    last = orgs.district.desk.last_position()

    async def past(position: int, seconds: float) -> tuple[int, float]:
        given_up = time.perf_counter() + seconds
        while True:
            at = await asyncio.to_thread(desk.received_position, source)
            now = time.perf_counter()
            if at >= position or now > given_up:
                return at, now
            await asyncio.sleep(LOOK_SECONDS * 4)

    before = desk.received_position(source)
    async with on_the_bus(orgs.agency, orgs.settings[AGENCY]):
        first, began = await past(before + 1, ALL_SECONDS)
        reached, ended = await past(last, seconds_max)
    return (reached - first) / (ended - began)


async def _fetched(client: Client, count: int) -> float:
    """The last messages of the copy, a hundred at a time, each acknowledged."""
    js = client.jetstream()
    begin = await held(client, COPY) - count + 1
    durable = uuid4().hex
    reader = await js.pull_subscribe(
        names.subject(DISTRICT, AGENCY, NAME, "*"),
        durable=durable,
        stream=COPY,
        config=api.ConsumerConfig(
            deliver_policy=api.DeliverPolicy.BY_START_SEQUENCE,
            opt_start_seq=begin,
            ack_policy=api.AckPolicy.EXPLICIT,
            max_ack_pending=2 * FETCH,
        ),
    )
    began = time.perf_counter()
    seen = 0
    while seen < count:
        messages = await reader.fetch(min(FETCH, count - seen), timeout=5)
        for each in messages:
            await each.ack()
        seen += len(messages)
    await client.flush()
    taken = time.perf_counter() - began
    await js.delete_consumer(COPY, durable)
    return count / taken
