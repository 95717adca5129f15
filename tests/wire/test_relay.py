"""The relay: soon, in order, each once, whatever the stream lost and whoever else publishes."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from contextlib import suppress
from statistics import median
from typing import TYPE_CHECKING

import pytest

from shared.wire import names
from shared.wire.cloudevent import from_headers, header_lines
from shared.wire.outbox import KEPT_MAX
from shared.wire.publishing import BATCH_MIN, NotNext, Outgoing, Publisher
from shared.wire.relay import IN_FLIGHT_MAX
from tests.servers import AGENCY, DISTRICT, arrived, as_breaker, topology
from tests.wire.another import another
from tests.wire.toy import NAME, Said, Saying, Toy, eventually

if TYPE_CHECKING:
    from pathlib import Path

    from nats.aio.client import Client
    from nats.aio.msg import Msg

    from shared.wire.cloudevent import Message
    from tests.servers import Stores, Topology

OUT = names.stream(DISTRICT, "OUT")
MINE = names.subject(DISTRICT, AGENCY, NAME, "*")
KILLS = 50
LIVES = 3
SOON_SECONDS = 0.2


def _in_stream(toy: Toy) -> list[Message]:
    """What the district's stream holds, in its order."""

    async def read(client: Client) -> list[Message]:
        js = client.jetstream()
        count = (await js.stream_info(OUT)).state.messages
        reader = await js.subscribe(MINE, stream=OUT, ordered_consumer=True)
        found = [await reader.next_msg(5) for _ in range(count)]
        return [from_headers(each.headers or {}, each.data) for each in found]

    return as_breaker(toy.settings, read)


def _said_at_once(toy: Toy, count: int) -> None:
    """Say many numbers in one transaction, as an import does."""
    toy.desk.save(*_begun(0, count))


def _assert_complete(messages: list[Message], count: int) -> None:
    """Nothing is lost, doubled or out of order."""
    positions = [each.position for each in messages]
    assert positions == list(range(1, count + 1))
    assert [each.previous for each in messages] == [0, *positions[:-1]]


@pytest.mark.parametrize("count", [1, BATCH_MIN - 1, BATCH_MIN, 2 * IN_FLIGHT_MAX + 1])
def test_what_is_recorded_is_in_the_stream_in_order_each_once(district: Toy, count: int) -> None:
    district.connect()
    _said_at_once(district, count)
    eventually(lambda: district.service.link.bus_up and _count(district) == count)
    _assert_complete(_in_stream(district), count)
    eventually(lambda: district.service.link.backlog == 0)


def test_what_another_process_records_leaves_soon(district: Toy, stores: Stores) -> None:
    district.connect()
    district.say(1)
    eventually(lambda: district.service.link.bus_up and _count(district) == 1)

    async def taken(client: Client) -> list[float]:
        watched = await client.subscribe(MINE)
        await arrived(client)
        seconds = []
        for _ in range(7):
            other.say()
            began = time.monotonic()
            await watched.next_msg(10)
            seconds.append(time.monotonic() - began)
        return seconds

    with another(district.settings, stores) as other:
        seconds = as_breaker(district.settings, taken)
    assert median(seconds) < SOON_SECONDS, seconds


def test_killed_at_any_moment_nothing_is_lost_doubled_or_reordered(
    district: Toy, stores: Stores
) -> None:
    pace = random.Random(20260904)  # noqa: S311  # moments, no secrets
    said = 0
    at_work = 0

    async def kill(client: Client) -> None:
        nonlocal said, at_work
        seen = asyncio.Event()

        async def look(_: Msg) -> None:
            seen.set()

        await client.subscribe(MINE, cb=look)
        lives: list[int] = []
        for _ in range(KILLS + LIVES - 1):
            lives.append(other.relay())  # the next one starts, and publishes, beside the last
            if len(lives) < LIVES:
                continue
            seen.clear()
            for burst in pace.choices([1, 3, BATCH_MIN, 150], k=3):
                await asyncio.to_thread(district.desk.save, *_begun(said, burst))
                said += burst
            with suppress(TimeoutError):
                async with asyncio.timeout(pace.choice([0.0, 0.8, 0.8])):
                    await seen.wait()
            await asyncio.sleep(pace.uniform(0.0, 0.1))
            at_work += seen.is_set()
            os.kill(lives.pop(0), signal.SIGKILL)
        for life in lives:
            os.kill(life, signal.SIGKILL)

    with another(district.settings, stores) as other:
        as_breaker(district.settings, kill)
    district.connect()
    eventually(lambda: district.service.link.bus_up and _count(district) >= said)
    _assert_complete(_in_stream(district), said)
    assert at_work > KILLS / 3, "few were killed while they published: nothing was shown"


def test_two_relays_at_once_publish_each_contract_once(district: Toy, stores: Stores) -> None:
    second = Toy(district.settings, stores(DISTRICT), stores(f"{DISTRICT}-keys"))
    try:
        district.connect()
        second.connect()
        said = 0
        for burst in [1, 40, 1, 300, 2] * 6:
            district.desk.save(*_begun(said, burst))
            said += burst
        eventually(lambda: district.service.link.bus_up and _count(district) >= said)
        eventually(lambda: second.service.link.backlog == 0)
        eventually(lambda: district.service.link.backlog == 0)
    finally:
        second.close()
    _assert_complete(_in_stream(district), said)


@pytest.mark.parametrize("kept", [0, 30], ids=["all of it", "its tail"])
def test_what_a_stream_lost_within_the_dedupe_window_is_published_again(
    district: Toy, kept: int
) -> None:
    district.connect()
    _said_at_once(district, 40)
    eventually(lambda: district.service.link.bus_up and _count(district) == 40)
    _delete_after(district, kept)
    district.say(41)
    eventually(lambda: _count(district) >= 41)
    _assert_complete(_in_stream(district), 41)


def test_a_retry_past_the_dedupe_window_is_not_stored_again(district: Toy) -> None:
    district.connect()
    _said_at_once(district, 40)
    eventually(lambda: district.service.link.bus_up and _count(district) == 40)
    district.disconnect()
    stored = _in_stream(district)
    subject = names.subject(DISTRICT, AGENCY, NAME, "said")
    unknown = [Outgoing(subject, header_lines(each), each.data) for each in stored]

    async def again(client: Client) -> None:
        async with Publisher(client) as publisher:
            for some in (unknown, unknown[:1], unknown[-BATCH_MIN:]):
                for known_as_last in (0, 39):
                    with pytest.raises(NotNext):
                        await publisher.publish(OUT, MINE, some, known_as_last)

    as_breaker(district.settings, again)
    _assert_complete(_in_stream(district), 40)


def test_a_changed_server_is_filled_from_the_history(
    district: Toy, stores: Stores, tmp_path: Path
) -> None:
    district.connect()
    _said_at_once(district, 1_200)
    eventually(lambda: district.service.link.bus_up and _count(district) == 1_200)
    district.disconnect()
    with topology(tmp_path / "elsewhere") as elsewhere:
        settings = elsewhere.settings(DISTRICT)
        moved = Toy(settings, stores(DISTRICT), stores(f"{DISTRICT}-keys"))
        try:
            moved.connect()
            moved.say(1_201)
            eventually(lambda: moved.service.link.bus_up and _count(moved) >= 1_201)
            eventually(lambda: moved.service.link.backlog == 0)
            _assert_complete(_in_stream(moved), 1_201)
        finally:
            moved.close()


def test_what_somebody_else_put_under_our_subjects_does_not_lead_astray(district: Toy) -> None:
    district.connect()
    _said_at_once(district, 20)
    eventually(lambda: district.service.link.bus_up and _count(district) == 20)

    async def put(client: Client) -> None:
        subject = names.subject(DISTRICT, AGENCY, NAME, "said")
        await client.jetstream().publish(subject, b"no contract")
        for _ in range(3):
            other = names.subject(DISTRICT, AGENCY, "others", "said")
            await client.jetstream().publish(other, b"of another service")

    as_breaker(district.settings, put)
    district.say(21)
    eventually(lambda: _count(district) >= 25)
    eventually(lambda: district.service.link.backlog == 0)
    district.disconnect()
    district.connect()
    district.say(22)  # all may be published again meanwhile, which the receivers absorb
    eventually(lambda: district.service.link.bus_up and _count(district) >= 26)
    eventually(lambda: district.service.link.backlog == 0)


def test_what_is_asked_is_answered_in_an_inbox_and_nowhere_else(district: Toy) -> None:
    district.connect()
    district.say(1)
    eventually(lambda: district.service.link.bus_up and _count(district) == 1)

    async def ask_twice(client: Client) -> int:
        subject, question = names.ask(DISTRICT, AGENCY, NAME), b'{"after":0,"limit":1}'
        ours = names.subject(DISTRICT, AGENCY, NAME, "said")
        await client.publish(subject, question, reply=ours)
        answer = await client.request(subject, question, timeout=10)
        return len(answer.data)

    assert as_breaker(district.settings, ask_twice)
    district.disconnect()
    assert _count(district) == 1, "the service may publish there, who asks may not"


def test_with_the_bus_away_the_store_goes_on_and_the_backlog_shows(
    servers: Topology, district: Toy
) -> None:
    district.connect()
    district.say(1)
    eventually(lambda: district.service.link.bus_up and _count(district) == 1)
    servers.district.stop()
    eventually(lambda: not district.service.link.bus_up)
    district.desk.save(*_begun(1, KEPT_MAX + 500))
    eventually(lambda: district.service.link.backlog == KEPT_MAX + 500)
    servers.district.start()
    eventually(lambda: district.service.link.bus_up and district.service.link.backlog == 0)
    _assert_complete(_in_stream(district), KEPT_MAX + 501)


def test_a_stream_that_takes_no_batches_is_mended_when_the_steward_starts(
    servers: Topology, district: Toy
) -> None:
    district.connect()
    district.say(1)
    eventually(lambda: district.service.link.bus_up and _count(district) == 1)
    district.disconnect()
    servers.stewards[DISTRICT].stop()

    async def spoil(client: Client) -> None:
        config = (await client.jetstream().stream_info(OUT)).config
        await client.jetstream().update_stream(config, allow_atomic=False)

    as_breaker(district.settings, spoil)
    servers.stewards[DISTRICT].start()
    district.desk.save(*_begun(1, BATCH_MIN))
    district.connect()
    eventually(lambda: _count(district) == BATCH_MIN + 1)


def _begun(after: int, count: int) -> list[Saying]:
    return [
        Saying.begin(Said(n=n, to=AGENCY), by="staff-0")
        for n in range(after + 1, after + count + 1)
    ]


def _count(toy: Toy) -> int:
    async def messages(client: Client) -> int:
        return (await client.jetstream().stream_info(OUT)).state.messages

    return as_breaker(toy.settings, messages)


def _delete_after(toy: Toy, kept: int) -> None:
    async def delete(client: Client) -> None:
        js = client.jetstream()
        last = (await js.stream_info(OUT)).state.last_seq
        for sequence in range(kept + 1, last + 1):
            await js.delete_msg(OUT, sequence)

    time.sleep(0.5)  # the server can't delete what it has not yet written
    as_breaker(toy.settings, delete)
