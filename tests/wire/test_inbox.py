"""What came together is taken in together, in order, each once, whatever is wrong with some."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from eventsourcing.persistence import IntegrityError, Tracking

from shared.errors import Refused
from shared.wire import names
from shared.wire.cloudevent import outgoing, to_headers
from shared.wire.inbox import POSITIONS_SKIPPED_MAX, Inbox
from shared.wire.letters import LetterBook
from tests.servers import AGENCY, DISTRICT, Postgres, Stores, as_breaker
from tests.wire.receiver import Receivers
from tests.wire.toy import NAME, SaidV1, Toy, eventually

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from nats.aio.client import Client

    from shared.aggregate import Aggregate
    from shared.wire.cloudevent import Message
    from tests.servers import Topology

COPY = names.stream(DISTRICT, "IN")
KILLS = 30


def _left_waiting(district: Toy, agency: Toy, last: int) -> None:
    """The agency has heard 1, and its copy of the stream holds the numbers up to the last."""
    district.connect()
    agency.connect()
    district.say(1)
    eventually(lambda: agency.heard() == [1])
    agency.disconnect()
    district.say(*range(2, last + 1))
    eventually(lambda: _held(agency) == last)
    time.sleep(0.5)  # the server can't delete what it has not yet written


def _held(agency: Toy) -> int:
    async def messages(client: Client) -> int:
        return (await client.jetstream().stream_info(COPY)).state.messages

    return as_breaker(agency.settings, messages)


def _letters(toy: Toy) -> list[str]:
    book = LetterBook(toy.desk, toy.desk.engine)
    return [each.origin for each in book.entries() if not each.applied]


def _said(n: int, position: int, previous: int) -> Message:
    return outgoing(
        SaidV1(n=n),
        org=DISTRICT,
        audience=AGENCY,
        position=position,
        previous=previous,
        at=datetime(2026, 9, 4, tzinfo=UTC),
    )


def _put(district: Toy, message: Message, **headers: str) -> None:
    """Put something into the stream that the relay would not have put there."""

    async def put(client: Client) -> None:
        subject = names.subject(DISTRICT, AGENCY, NAME, message.event)
        all_headers = to_headers(message) | headers
        await client.jetstream().publish(subject, message.data, headers=all_headers)

    as_breaker(district.settings, put)


# --- Together -------------------------------------------------------------------------------------


def test_what_waited_is_taken_in_by_few_transactions(
    district: Toy, agency: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    _left_waiting(district, agency, 100)
    transactions = 0
    save_effects = agency.desk.save_effects

    def counted(received: Tracking, effects: Iterable[Callable[[], Sequence[Aggregate]]]) -> bool:
        nonlocal transactions
        transactions += 1
        return save_effects(received, effects)

    monkeypatch.setattr(agency.desk, "save_effects", counted)
    agency.connect()

    eventually(lambda: len(agency.heard()) >= 100)
    assert agency.heard() == list(range(1, 101))
    assert transactions <= 20


@pytest.mark.parametrize("bad", [{2}, {25}, {40}, {2, 3, 20, 39, 40}, set(range(2, 41))], ids=str)
def test_what_is_bad_is_set_aside_alone(district: Toy, agency: Toy, bad: set[int]) -> None:
    agency.refused = bad
    _left_waiting(district, agency, 40)
    agency.connect()

    good = [n for n in range(1, 41) if n not in bad]
    eventually(lambda: agency.desk.received_position(agency.theirs) == 40)
    assert agency.heard() == good
    assert _letters(agency) == [f"{DISTRICT}.{NAME}.{AGENCY}.{n}" for n in sorted(bad)]


@pytest.mark.parametrize("lost", [{2}, {25}, {40}, {2, 3, 20, 39, 40}, set(range(2, 41))], ids=str)
def test_what_the_stream_lost_is_asked_for(district: Toy, agency: Toy, lost: set[int]) -> None:
    _left_waiting(district, agency, 40)

    async def lose(client: Client) -> None:
        for sequence in sorted(lost):
            await client.jetstream().delete_msg(COPY, sequence)

    as_breaker(agency.settings, lose)
    assert _held(agency) == 40 - len(lost)
    agency.connect()

    eventually(lambda: len(agency.heard()) >= 40)
    assert agency.heard() == list(range(1, 41))
    assert _letters(agency) == []


def test_a_lone_contract_waits_for_no_other(district: Toy, agency: Toy) -> None:
    district.connect()
    agency.connect()
    district.say(1)
    eventually(lambda: agency.heard() == [1])
    seconds = []
    for n in range(2, 22):
        began = time.monotonic()
        district.say(n)
        while agency.heard()[-1] != n:
            assert time.monotonic() - began < 10
            time.sleep(0.002)
        seconds.append(time.monotonic() - began)

    assert sorted(seconds)[10] < 0.3, "most of them, on a busy machine"


# --- Forged ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("position", "previous"),
    [(2 + POSITIONS_SKIPPED_MAX + 1, 2), (2**62, 2), (2**62, 0), (3, 1), (900, 899)],
)
def test_a_position_that_its_publisher_does_not_know_is_set_aside(
    district: Toy, agency: Toy, position: int, previous: int
) -> None:
    district.connect()
    agency.connect()
    district.say(1, 2)
    eventually(lambda: agency.heard() == [1, 2])
    _put(district, _said(666, position, previous))
    eventually(lambda: agency.service.link.letters == 1)
    district.say(3, 4)

    eventually(lambda: len(agency.heard()) >= 4)
    assert agency.heard() == [1, 2, 3, 4]
    assert _letters(agency)[0].startswith(f"{COPY}.3.")


def test_a_status_that_the_server_did_not_give_is_only_a_header(district: Toy, agency: Toy) -> None:
    district.connect()
    agency.connect()
    district.say(1)
    eventually(lambda: agency.heard() == [1])
    _put(district, _said(666, 900, 899), Status="408")
    district.say(2)

    eventually(lambda: agency.heard() == [1, 2] and agency.service.link.letters == 1)


def test_what_follows_is_taken_in_while_what_is_ahead_waits_for_its_publisher(
    district: Toy, agency: Toy
) -> None:
    _left_waiting(district, agency, 1)
    _put(district, _said(666, 900, 899))
    district.say(2, 3)
    eventually(lambda: _held(agency) == 5)  # the first again: the stream's last was not ours
    district.disconnect()
    agency.connect()

    eventually(lambda: agency.heard() == [1, 2, 3])
    assert _letters(agency) == []
    district.connect()
    eventually(lambda: len(_letters(agency)) == 1)
    assert agency.heard() == [1, 2, 3]


# --- Effects saved together -----------------------------------------------------------------------


def test_an_effect_is_decided_on_what_those_before_it_changed(agency: Toy) -> None:
    desk = agency.desk
    heard = [("north", 1), ("south", 2), ("north", 3), ("north", 4)]
    assert desk.save_effects(
        Tracking("x", 4),
        [lambda s=s, n=n: desk.hear(s, n) for s, n in heard],  # type: ignore[misc]  # defaults bind them
    )

    assert desk.heard("north") == [1, 3, 4]
    history = [event.n for _, event in desk.history(0, 100) if hasattr(event, "n")]
    assert history == [1, 2, 3, 4]
    assert desk.received_position("x") == 4


def test_effects_that_came_before_are_not_saved_again(agency: Toy) -> None:
    desk = agency.desk
    assert desk.save_effects(Tracking("x", 2), [lambda: desk.hear("north", 1)])

    assert not desk.save_effects(Tracking("x", 2), [lambda: desk.hear("north", 1)])
    assert desk.heard("north") == [1]


@pytest.mark.parametrize("meanwhile", [1, 2, 5, 9, 10])
def test_what_was_taken_in_elsewhere_meanwhile_is_not_taken_in_twice(
    agency: Toy, stores: Stores, meanwhile: int
) -> None:
    other = Toy(agency.settings, stores(AGENCY), stores(f"{AGENCY}-keys"))
    mine, its = (
        Inbox(each.service, each.service.sources[0], lambda: None) for each in (agency, other)
    )
    contracts = [_said(n, position=n, previous=n - 1) for n in range(1, 11)]
    its._settle(contracts[:meanwhile])
    mine._settle(contracts)  # as a thread does whose connection was lost, or a second process
    its._settle(contracts[meanwhile:])
    other.close()
    assert agency.heard() == list(range(1, 11))
    assert agency.desk.received_position(agency.theirs) == 10
    assert _letters(agency) == []


def test_who_looks_how_far_it_is_sets_nothing_back(
    agency: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = Inbox(agency.service, agency.service.sources[0], lambda: None)
    contracts = [_said(n, position=n, previous=n - 1) for n in range(1, 3)]
    inbox._settle(contracts[:1])
    asked, answered = threading.Event(), threading.Event()
    position = agency.desk.received_position

    def slowly(source: str) -> int:
        found = position(source)
        asked.set()
        answered.wait(10)
        return found

    async def look() -> None:
        monkeypatch.setattr(agency.desk, "received_position", slowly)
        looking = asyncio.create_task(inbox.position())
        await asyncio.to_thread(asked.wait)
        inbox._settle(contracts[1:])
        answered.set()
        assert await looking == 1

    asyncio.run(look())
    assert inbox._received == 2


def test_one_effect_that_fails_leaves_nothing_of_the_others(agency: Toy) -> None:
    desk = agency.desk

    def fail() -> Sequence[Aggregate]:
        raise Refused("C-TOY-1", "not this one", "n")

    with pytest.raises(Refused):
        desk.save_effects(Tracking("x", 2), [lambda: desk.hear("north", 1), fail])
    assert desk.heard("north") == []
    assert desk.received_position("x") == 0
    desk.save(*desk.hear("north", 2))
    assert desk.heard("north") == [2]


def test_effects_that_lose_a_race_leave_nothing(agency: Toy, stores: Stores) -> None:
    desk = agency.desk
    other = Toy(agency.settings, stores(AGENCY), stores(f"{AGENCY}-keys"))
    desk.save(*desk.hear("north", 1))
    other.desk.save(*other.desk.hear("north", 2))

    with pytest.raises(IntegrityError):
        desk.save_effects(
            Tracking("x", 2), [lambda: desk.hear("south", 3), lambda: desk.hear("north", 4)]
        )
    assert desk.heard("south") == []
    assert desk.heard("north") == [1, 2]
    other.close()


def test_the_history_is_the_same_from_memory_as_from_the_store(agency: Toy, stores: Stores) -> None:
    other = Toy(agency.settings, stores(AGENCY), stores(f"{AGENCY}-keys"))
    for n in range(1, 7):
        (agency if n % 2 else other).say(n)

    for after in range(6):
        for limit in (1, 2, 10):
            expected = list(range(after + 1, min(after + limit, 6) + 1))
            for toy in (agency, other):
                found = toy.desk.history(after, limit)
                assert [at for at, _ in found] == expected
                assert [event.n for _, event in found if hasattr(event, "n")] == expected
    fresh = Toy(agency.settings, stores(AGENCY), stores(f"{AGENCY}-keys"))
    assert fresh.desk.history(0, 10) == agency.desk.history(0, 10) == other.desk.history(0, 10)
    fresh.close()
    other.close()


# --- Killed, and without a store ------------------------------------------------------------------


def test_killed_between_commit_and_acknowledgement_nothing_is_doubled_or_lost(
    servers: Topology, stores: Stores, district: Toy, agency: Toy
) -> None:
    pace = random.Random(20260904)  # noqa: S311  # moments, no secrets
    district.connect()
    said = 0
    with Receivers(servers.settings(AGENCY), stores) as receivers:
        for round_ in range(KILLS):
            more = pace.randint(1, 12)
            district.say(*range(said + 1, said + more + 1))
            said += more
            if round_ % 3:  # it ends itself after a commit
                receivers.start(pace.randint(1, 2))
                receivers.wait(1.0)
            else:
                receivers.start(0)
                time.sleep(pace.uniform(0.05, 0.4))
            receivers.kill()
        receivers.start(0)
        eventually(lambda: len(agency.heard()) >= said)
    assert agency.heard() == list(range(1, said + 1))
    assert _letters(agency) == []


def test_a_postgresql_that_crashes_while_contracts_come_heals(
    servers: Topology, tmp_path: Path
) -> None:
    postgres = Postgres(tmp_path / "postgres-of-its-own")
    stores, own = Stores(tmp_path, None), Stores(tmp_path, postgres)
    district = Toy(servers.settings(DISTRICT), stores(DISTRICT), stores(f"{DISTRICT}-keys"))
    agency = Toy(servers.settings(AGENCY), own(AGENCY), own(f"{AGENCY}-keys"))
    try:
        district.connect()
        agency.connect()
        for round_ in range(3):
            district.say(*range(round_ * 50 + 1, round_ * 50 + 26))
            postgres.kill()
            district.say(*range(round_ * 50 + 26, round_ * 50 + 51))
            postgres.start()
        eventually(lambda: agency.desk.received_position(agency.theirs) == 150)
        assert agency.heard() == list(range(1, 151))
        assert _letters(agency) == []
    finally:
        district.close()
        agency.close()
        postgres.stop()
