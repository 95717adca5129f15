"""The outbox: what left, to whom and in which order, without reading or keeping all of it."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from shared.contracts.base import OWN
from shared.wire import outbox as wire_outbox
from shared.wire import sections
from shared.wire.asking import LIMIT_MAX
from shared.wire.outbox import Outbox
from tests.servers import AGENCY
from tests.wire.toy import Hearing, Listened, Said, Saying

if TYPE_CHECKING:
    from shared.aggregate import Aggregate
    from shared.wire.cloudevent import Message
    from tests.wire.toy import Toy

EVENTS = 700
SECTION = 50
"""Small, so that a short history has many."""
RARE = "public"


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sections, looks and what is kept are small."""
    for module in (sections, wire_outbox):
        monkeypatch.setattr(module, "SECTION", SECTION)
    monkeypatch.setattr(wire_outbox, "LOOK", 20)
    monkeypatch.setattr(wire_outbox, "KEPT_MAX", 30)


def _recorded(toy: Toy, count: int = EVENTS) -> dict[str, list[int]]:
    """Record events that leave to some audience or to none; positions by audience."""
    pace = random.Random(20260904)  # noqa: S311  # no secrets
    after = toy.desk.last_position()
    begun: list[Aggregate] = []
    positions: dict[str, list[int]] = {AGENCY: [], OWN: [], RARE: []}
    for position in range(after + 1, after + count + 1):
        to = pace.choices([AGENCY, OWN, RARE, ""], [50, 20, 1, 30])[0]
        if to:
            positions[to].append(position)
            begun.append(Saying.begin(Said(n=position, to=to), by="staff-0"))
        else:
            begun.append(Hearing.begin(Listened(), by="wire"))
    toy.desk.save(*begun)
    return positions


def _chain(messages: list[Message]) -> list[tuple[int, int]]:
    return [(each.previous, each.position) for each in messages]


def _expected(positions: list[int], after: int, limit: int) -> list[tuple[int, int]]:
    return [
        (before, at) for before, at in zip([0, *positions], positions, strict=False) if at > after
    ][:limit]


@pytest.mark.parametrize("restarted", [False, True])
def test_it_gives_what_left_after_any_position_in_a_chain(
    district: Toy, *, restarted: bool
) -> None:
    recorded = _recorded(district)
    outbox = Outbox(district.service)
    outbox.catch_up()
    if restarted:
        outbox = Outbox(district.service)
        outbox.catch_up()
    for audience, positions in recorded.items():
        assert outbox.last(audience) == positions[-1]
        assert outbox.contracts(audience) == len(positions)
        for after in (*range(0, EVENTS + 5, 13), positions[0], positions[-1] - 1):
            for limit in (1, 7, LIMIT_MAX):
                given = _chain(outbox.after(audience, after, limit))
                expected = _expected(positions, after, limit)
                assert given == expected[: len(given)]
                assert bool(given) == bool(expected)
            assert outbox.contracts_until(audience, after) == sum(p <= after for p in positions)


def test_a_start_reads_only_what_came_after_the_last_complete_section(
    district: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    _recorded(district)
    Outbox(district.service).catch_up()
    _recorded(district, 7)
    read: list[int] = []
    history = district.desk.history

    def watched(after: int, limit: int) -> list[object]:
        events = history(after, limit)
        read.extend(at for at, _ in events)
        return list(events)

    monkeypatch.setattr(district.desk, "history", watched)
    Outbox(district.service).catch_up()
    assert read == list(range(EVENTS // SECTION * SECTION + 1, EVENTS + 8))


def test_what_leaves_seldom_is_found_without_reading_what_lies_between(
    district: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    positions = _recorded(district)[RARE]
    outbox = Outbox(district.service)
    outbox.catch_up()
    read = 0
    history = district.desk.history

    def watched(after: int, limit: int) -> list[object]:
        nonlocal read
        events = history(after, limit)
        read += len(events)
        return list(events)

    monkeypatch.setattr(district.desk, "history", watched)
    outbox.sent(RARE, EVENTS)  # else they are kept
    assert len(outbox.after(RARE, 0, LIMIT_MAX)) == len(positions)
    assert read <= len(positions) * SECTION < EVENTS


def test_what_is_kept_until_it_is_sent_is_bounded_and_the_rest_is_made_again(district: Toy) -> None:
    positions = _recorded(district)[AGENCY]
    outbox = Outbox(district.service)
    outbox.catch_up()
    kept = outbox._kept[AGENCY]
    assert len(kept._messages) == 30
    position, given = 0, []
    while messages := outbox.after(AGENCY, position, 9):
        given += messages
        position = messages[-1].position
        outbox.sent(AGENCY, position)
    assert _chain(given) == _expected(positions, 0, EVENTS)
    assert not kept._messages
    assert not kept._bytes


def test_two_processes_that_look_at_once_write_the_same_sections(district: Toy) -> None:
    recorded = _recorded(district)
    first, second = Outbox(district.service), Outbox(district.service)
    first.advance()
    second.catch_up()
    first.catch_up()
    third = Outbox(district.service)
    third.catch_up()
    for audience, positions in recorded.items():
        assert third.contracts(audience) == first.contracts(audience) == len(positions)
