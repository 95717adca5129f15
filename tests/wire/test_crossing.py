"""Contracts cross between two organisations, in order, each once, whatever fails on the way."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING

import pytest

from shared.contracts.base import OWN
from shared.wire import names
from shared.wire.cloudevent import to_headers
from shared.wire.outbox import Outbox
from tests.servers import AGENCY, DISTRICT, as_breaker
from tests.wire.toy import NAME, eventually

if TYPE_CHECKING:
    from nats.aio.client import Client

    from shared.wire.cloudevent import Message
    from tests.servers import Topology
    from tests.wire.toy import Toy

OUT = names.stream(DISTRICT, "OUT")
COPY = names.stream(DISTRICT, "IN")


def _said_to_the_stream(district: Toy, *numbers: int) -> None:
    """The district says numbers, and its stream has them."""
    district.say(*numbers)
    eventually(lambda: district.service.link.bus_up and _count(district, OUT) == len(numbers))


def test_contracts_cross_both_ways_in_order_each_once(district: Toy, agency: Toy) -> None:
    district.say(*range(1, 21))
    district.connect()
    agency.connect()
    agency.say(*range(100, 120))
    district.say(*range(21, 41))

    eventually(lambda: len(agency.heard()) == 40 and len(district.heard()) == 20)
    assert agency.heard() == list(range(1, 41))
    assert district.heard() == list(range(100, 120))
    eventually(lambda: district.service.link.counterpart_up and agency.service.link.counterpart_up)
    eventually(lambda: district.service.link.backlog == 0)


def test_what_is_told_inside_stays_inside(district: Toy, agency: Toy) -> None:
    district.connect()
    agency.connect()
    district.say_inside(1, 2)
    district.say(3)

    eventually(lambda: agency.heard() == [3])
    eventually(lambda: district.desk.heard(district.own) == [1, 2])
    assert agency.desk.heard(agency.own) == []


def test_a_contract_delivered_again_is_absorbed(district: Toy, agency: Toy) -> None:
    district.connect()
    agency.connect()
    _said_to_the_stream(district, 1, 2)
    eventually(lambda: agency.heard() == [1, 2])

    async def again(client: Client) -> None:
        for message in _published(district):
            headers = to_headers(message) | {"Nats-Msg-Id": f"again.{message.position}"}
            subject = names.subject(DISTRICT, AGENCY, NAME, message.event)
            await client.jetstream().publish(subject, message.data, headers=headers)

    as_breaker(district.settings, again)
    district.say(3)
    eventually(lambda: len(agency.heard()) >= 3)
    assert agency.heard() == [1, 2, 3]
    assert agency.service.link.letters == 0


def test_contracts_missing_from_the_stream_are_asked_for(district: Toy, agency: Toy) -> None:
    district.connect()
    agency.connect()
    district.say(1)
    eventually(lambda: agency.heard() == [1])
    agency.disconnect()
    district.say(*range(2, 11))
    eventually(lambda: _count(agency, COPY) == 10)

    async def lose(client: Client) -> None:
        for sequence in (3, 4, 7):
            await client.jetstream().delete_msg(COPY, sequence)

    time.sleep(0.5)  # the server can't delete what it has not yet written
    as_breaker(agency.settings, lose)
    agency.connect()
    eventually(lambda: len(agency.heard()) >= 10)
    assert agency.heard() == list(range(1, 11))


def test_a_tail_that_the_stream_lost_is_asked_for(
    servers: Topology, district: Toy, agency: Toy
) -> None:
    servers.agency.stop()
    district.connect()
    _said_to_the_stream(district, *range(1, 301))

    async def lose(client: Client) -> None:
        await client.jetstream().purge_stream(OUT)

    as_breaker(district.settings, lose)
    servers.agency.start()
    agency.connect()
    eventually(lambda: len(agency.heard()) >= 300)
    assert agency.heard() == list(range(1, 301))
    assert _count(agency, COPY) == 0


def test_each_goes_on_while_the_other_is_away_and_catches_up(
    servers: Topology, district: Toy, agency: Toy
) -> None:
    district.connect()
    agency.connect()
    district.say(1)
    agency.say(101)
    eventually(lambda: agency.heard() == [1] and district.heard() == [101])
    eventually(lambda: district.service.link.counterpart_up)

    servers.agency.stop()
    district.say(*range(2, 50))
    agency.say(*range(102, 110))
    eventually(lambda: not district.service.link.counterpart_up)
    eventually(lambda: not agency.service.link.bus_up and agency.service.link.backlog == 8)
    assert district.service.link.bus_up
    eventually(lambda: district.service.link.backlog == 0)

    servers.agency.start()
    eventually(lambda: len(agency.heard()) >= 49 and len(district.heard()) >= 9)
    assert agency.heard() == list(range(1, 50))
    assert district.heard() == list(range(101, 110))
    eventually(lambda: district.service.link.counterpart_up and agency.service.link.backlog == 0)


@pytest.mark.parametrize("whose", [DISTRICT, AGENCY])
def test_a_wiped_server_is_filled_again(
    servers: Topology, district: Toy, agency: Toy, whose: str
) -> None:
    district.connect()
    agency.connect()
    district.say(*range(1, 11))
    agency.say(*range(101, 111))
    eventually(lambda: len(agency.heard()) == 10 and len(district.heard()) == 10)

    wiped = servers.district if whose == DISTRICT else servers.agency
    wiped.kill()
    shutil.rmtree(wiped.stored)
    district.say(*range(11, 21))
    agency.say(*range(111, 121))
    wiped.start()
    district.say(*range(21, 31))
    agency.say(*range(121, 131))

    eventually(lambda: len(agency.heard()) >= 30 and len(district.heard()) >= 30)
    assert agency.heard() == list(range(1, 31))
    assert district.heard() == list(range(101, 131))
    toy, other = (district, agency) if whose == DISTRICT else (agency, district)
    eventually(lambda: _count(toy, names.stream(whose, "OUT")) == 30)
    eventually(lambda: _count(toy, names.stream(other.settings.org, "IN")) == 30)


def test_a_stream_deleted_under_way_is_made_again(district: Toy, agency: Toy) -> None:
    district.connect()
    agency.connect()
    district.say(1)
    eventually(lambda: agency.heard() == [1])

    async def delete(client: Client) -> None:
        await client.jetstream().delete_stream(COPY)

    as_breaker(agency.settings, delete)
    district.say(2)
    eventually(lambda: agency.heard() == [1, 2])
    eventually(lambda: _exists(agency, COPY))


def test_a_reader_configured_otherwise_is_mended_when_the_steward_starts(
    servers: Topology, district: Toy
) -> None:
    district.connect()
    district.say_inside(1)
    eventually(lambda: district.desk.heard(district.own) == [1])
    district.disconnect()
    servers.stewards[DISTRICT].stop()
    stream, durable = names.stream(DISTRICT, "OWN"), names.durable(NAME, district.own)

    async def spoil(client: Client) -> None:
        js = client.jetstream()
        config = (await js.consumer_info(stream, durable)).config
        config.filter_subject = names.subject(DISTRICT, OWN, "nobody", "*")
        await js.add_consumer(stream, config)

    as_breaker(district.settings, spoil)
    servers.stewards[DISTRICT].start()
    district.say_inside(2)
    district.connect()
    eventually(lambda: district.desk.heard(district.own) == [1, 2])

    async def subject(client: Client) -> str:
        found = await client.jetstream().consumer_info(stream, durable)
        return str(found.config.filter_subject)

    assert as_breaker(district.settings, subject) == names.subject(DISTRICT, OWN, NAME, "*")


def test_who_lost_a_race_handles_again(district: Toy, agency: Toy) -> None:
    district.connect()
    agency.connect()
    district.say(*range(1, 31))
    for n in range(1001, 1011):
        agency.desk.retried(lambda n=n: agency.desk.save(*agency.desk.hear(agency.theirs, n)))  # type: ignore[misc]  # a default binds n

    eventually(lambda: len(agency.heard()) >= 40)
    assert [n for n in agency.heard() if n < 1000] == list(range(1, 31))
    assert [n for n in agency.heard() if n > 1000] == list(range(1001, 1011))
    assert agency.service.link.letters == 0


def _published(toy: Toy) -> list[Message]:
    outbox = Outbox(toy.service)
    outbox.catch_up()
    return outbox.after(toy.settings.counterpart, 0, 100)


def _count(toy: Toy, stream: str) -> int:
    async def messages(client: Client) -> int:
        return (await client.jetstream().stream_info(stream)).state.messages

    return as_breaker(toy.settings, messages)


def _exists(toy: Toy, stream: str) -> bool:
    async def names_(client: Client) -> bool:
        return stream in [each.config.name for each in await client.jetstream().streams_info()]

    return as_breaker(toy.settings, names_)
