"""What each organisation hears and is answered on the other's server."""

from __future__ import annotations

import asyncio
import gc
import warnings
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from nats.errors import Error as NatsError

from shared.contracts.base import OWN
from shared.wire import names
from shared.wire.asking import NoAnswer, ask
from shared.wire.stopping import opened
from tests.servers import AGENCY, DISTRICT, as_user, connected
from tests.wire.toy import NAME, eventually

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.aio.msg import Msg

    from tests.servers import Topology
    from tests.wire.toy import Toy


def test_an_organisation_asks_only_for_what_is_meant_for_it(district: Toy, agency: Toy) -> None:
    district.connect()
    agency.connect()
    district.say_inside(1)
    district.say(2)
    eventually(lambda: agency.heard() == [2])

    async def asked(client: Client) -> list[int]:
        answer = await ask(client, DISTRICT, AGENCY, NAME, after=0, limit=10)
        return [each.position for each in answer.messages]

    async def asked_for_what_is_inside(client: Client) -> None:
        with pytest.raises(NoAnswer):
            await ask(client, DISTRICT, OWN, NAME, after=0, limit=10)

    assert as_user(agency.settings, NAME, asked) == [2]
    as_user(agency.settings, NAME, asked_for_what_is_inside)


def test_an_organisation_neither_hears_nor_touches_the_others_streams(
    district: Toy, agency: Toy
) -> None:
    district.connect()
    agency.connect()
    eventually(lambda: district.service.link.counterpart_up)

    async def tried(client: Client) -> list[str]:
        seen: list[str] = []

        async def see(message: Msg) -> None:
            seen.append(message.subject)

        await client.subscribe("accord.>", cb=see)
        refused = []
        for subject in (
            f"$JS.district.API.STREAM.PURGE.{names.stream(DISTRICT, 'OWN')}",
            f"api.{DISTRICT}.STREAM.PURGE.{names.stream(DISTRICT, 'OWN')}",
            f"api.{DISTRICT}.CONSUMER.CREATE.{names.stream(DISTRICT, 'OWN')}",
            f"accord.{DISTRICT}.own.{NAME}.said",
        ):
            try:
                await client.request(subject, b"{}", timeout=0.5)
            except NatsError:
                refused.append(subject)
        await asyncio.to_thread(district.say_inside, 1)
        await asyncio.sleep(0.5)
        assert f"accord.{DISTRICT}.own.{NAME}.said" not in seen[1:], seen
        return refused

    assert len(as_user(agency.settings, NAME, tried)) == 4
    eventually(lambda: district.desk.heard(district.own) == [1])


def test_who_is_told_to_stop_while_connecting_leaves_nothing_open(servers: Topology) -> None:
    async def stopped(after: float) -> None:
        connecting = asyncio.create_task(opened(connected(servers.settings(DISTRICT))))
        await asyncio.sleep(after)
        connecting.cancel()
        with suppress(asyncio.CancelledError):
            await (await connecting).close()

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for tenths in range(100):
            asyncio.run(stopped(tenths / 10_000))
        gc.collect()
    left = [str(each.message) for each in caught if each.category is ResourceWarning]
    assert [each for each in left if "_SSLProtocolTransport" not in each] == []
