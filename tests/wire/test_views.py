"""Read models and receipts, on both databases."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, ClassVar

import pytest
from eventsourcing.persistence import IntegrityError, Tracking

from tests.servers import AGENCY
from tests.wire.toy import Heard, Notebook, Said

if TYPE_CHECKING:
    from shared.aggregate import Event
    from shared.wire.rows import Rows
    from tests.wire.toy import Toy

SOURCE = "sample-sd.toys"


def _hear(toy: Toy, *numbers: int) -> None:
    for n in numbers:
        toy.desk.save(*toy.desk.hear(SOURCE, n))


def test_a_view_shows_what_was_written_before_it_was_asked(agency: Toy) -> None:
    _hear(agency, 1, 2)
    assert agency.notebook.numbers() == [1, 2]
    _hear(agency, *range(3, 700))
    assert agency.notebook.numbers() == list(range(1, 700))


def test_a_view_rebuilt_is_the_same(agency: Toy) -> None:
    _hear(agency, 1, 2, 3)
    before = agency.notebook.numbers()
    agency.notebook.rebuild()
    assert agency.notebook.numbers() == before == [1, 2, 3]


def test_a_view_of_another_version_is_filled_again(agency: Toy) -> None:
    _hear(agency, 1, 2)
    assert agency.notebook.numbers() == [1, 2]

    class Newer(Notebook):
        version: ClassVar[int] = 2

    assert Newer(agency.desk, agency.desk.engine).numbers() == [1, 2]


def test_two_that_catch_up_at_once_apply_each_event_once(agency: Toy) -> None:
    _hear(agency, *range(1, 301))
    both = [Notebook(agency.desk, agency.desk.engine) for _ in range(2)]
    seen: list[list[int]] = []
    threads = [threading.Thread(target=lambda v=v: seen.append(v.numbers())) for v in both]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert seen == [list(range(1, 301))] * 2


def test_a_view_of_few_events_passes_the_others_over_and_misses_none(agency: Toy) -> None:
    applied: list[type] = []

    class Sparse(Notebook):
        topics: ClassVar[tuple[str, ...]] = (Heard.TOPIC,)

        def apply(self, rows: Rows, event: Event, position: int) -> None:
            applied.append(type(event))
            super().apply(rows, event, position)

    sparse = Sparse(agency.desk, agency.desk.engine)
    for turn in range(3):
        for n in range(20):
            agency.desk.say(n, "nobody")
        assert sparse.numbers() == list(range(turn))
        assert Said not in applied
        _hear(agency, turn)
        assert sparse.numbers() == list(range(turn + 1))
    for n in range(600):  # more than one batch
        agency.desk.say(n, "nobody")
    _hear(agency, 3)
    assert sparse.numbers() == [0, 1, 2, 3]
    assert sparse.catch_up()
    assert Said not in applied


def test_a_contract_received_again_changes_nothing(agency: Toy) -> None:
    first, second = Tracking(SOURCE, 4), Tracking(SOURCE, 9)
    assert agency.desk.save_once(first, *agency.desk.hear(SOURCE, 1))
    assert agency.desk.save_once(second, *agency.desk.hear(SOURCE, 2))
    assert not agency.desk.save_once(second, *agency.desk.hear(SOURCE, 2))
    assert not agency.desk.save_once(first, *agency.desk.hear(SOURCE, 1))

    assert agency.desk.heard(SOURCE) == [1, 2]
    assert agency.desk.received_position(SOURCE) == 9


def test_a_lost_race_is_no_receipt(agency: Toy) -> None:
    _hear(agency, 1)
    stale = agency.desk.hear(SOURCE, 2)
    _hear(agency, 3)

    with pytest.raises(IntegrityError):
        agency.desk.save_once(Tracking(SOURCE, 5), *stale)
    assert agency.desk.received_position(SOURCE) == 0
    assert agency.desk.heard(SOURCE) == [1, 3]
    assert agency.desk.save_once(Tracking(SOURCE, 5), *agency.desk.hear(SOURCE, 2))
    assert agency.desk.heard(SOURCE) == [1, 3, 2]


def test_a_contract_without_effect_is_received_too(agency: Toy) -> None:
    assert agency.desk.save_once(Tracking(SOURCE, 5))
    assert not agency.desk.save_once(Tracking(SOURCE, 5))
    assert agency.desk.last_position() == 0
    assert agency.settings.org == AGENCY
