"""`replay`, `load` and `rebuild`: what it takes to read a history back."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import orjson
import psycopg

from services.complaints import domain
from services.complaints.events import Complaint
from shared.memory import settle
from shared.wire.beside import BATCH
from shared.wire.store import Store
from tests.benchmarks.durable import postgres
from tests.benchmarks.measure import Target, compared, in_flight, rate
from tests.complaints.samples import MONDAY, At, district_desk, on, received, sealed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

    from services.complaints.application import ComplaintsDesk
    from tests.benchmarks.measure import Bench, Row

SECTION = BATCH
"""Rows of one question to the store, ours and raw: as many as a rebuild asks for."""
EVENTS_OF_ONE = 10
"""What an ordinary complaint has."""
TEXT = sealed("text").model_copy(update={"box": "x" * 180})
SELECT = (
    "SELECT notification_id, originator_id, originator_version, topic, state"
    " FROM complaints_events WHERE notification_id > %b ORDER BY notification_id LIMIT %b"
)


@contextmanager
def _desk(bench: Bench) -> Iterator[tuple[ComplaintsDesk, str, str]]:
    """A desk on a new PostgreSQL, the URL of its store, and what is to be noted of it."""
    with postgres(bench.folder) as server:
        url = server.create()
        desk = district_desk(bench.folder, At(MONDAY), store=Store(url))
        settle()  # as a service does once it is wired
        try:
            yield desk, url, server.note
        finally:
            desk.close()


def complaint_of(events: int) -> Complaint:
    """A complaint on which so many things have happened, not yet saved."""
    complaint = Complaint.begin(received(), by="public")
    for _ in range(events - 1):
        written = domain.write_message(complaint, on(MONDAY), from_complainant=False, text=TEXT)
        complaint.record(written, by="staff-1")
    return complaint


def _fill(bench: Bench, desk: ComplaintsDesk, events: int) -> None:
    bench.step(f"filling a store with {events:,} events")
    for _ in range(events // 1_000):
        desk.save(*(complaint_of(EVENTS_OF_ONE) for _ in range(1_000 // EVENTS_OF_ONE)))


def replayed(desk: ComplaintsDesk, section: int) -> int:
    """Read the whole history as decoded events; gives how many."""
    position = found = 0
    while events := desk.history(position, section):
        position = events[-1][0]
        found += len(events)
    return found


def replay(bench: Bench) -> list[Row]:
    """The whole history as typed, checked events, against plain rows and plain JSON."""
    raw = "raw psycopg SELECT and orjson"
    with _desk(bench) as (desk, url, note), psycopg.connect(url, autocommit=True) as reader:
        _fill(bench, desk, bench.size(100_000, 20_000))
        events = desk.last_position()

        def raw_read() -> None:
            position = 0
            with reader.cursor(binary=True) as cursor:
                while rows := cursor.execute(SELECT, (position, SECTION), prepare=True).fetchall():
                    position = rows[-1][0]
                    kept = [orjson.loads(row[4]) for row in rows]
                    assert len(kept) == len(rows)

        measured = bench.interleaved(
            {
                "ours": lambda: rate(events, lambda: replayed(desk, SECTION)),
                raw: lambda: rate(events, raw_read),
            }
        )
    return [
        compared(
            "replay",
            f"the log of {events:,} events, decoded and checked, PostgreSQL",
            measured,
            against=raw,
            unit="events/s",
            target=Target("at least", 0.5),
            note=f"{note}; both in sections of {SECTION:,}, kept until the next is read",
        )
    ]


def load(bench: Bench) -> list[Row]:
    """A complaint of 1,000 events brought to memory, against one of 10."""
    many, few = 1_000, EVENTS_OF_ONE
    with _desk(bench) as (desk, _, note):
        numbers = {}
        for events in (few, many):
            complaint = complaint_of(events)
            desk.save(complaint)
            numbers[events] = complaint.id

        def microseconds(number: UUID, get: Callable[[UUID], object]) -> float:
            return 1e6 / in_flight(1, bench.seconds / 2, lambda _: get(number)).per_second

        def stored(number: UUID) -> object:
            return desk.loaded(number, newest=True)

        def in_full(number: UUID) -> object:
            return desk.repository.get(number)  # the library's: it knows no snapshot

        measured = bench.interleaved(
            {
                "ours": lambda: microseconds(numbers[many], stored),
                "one of 10 events": lambda: microseconds(numbers[few], stored),
                "remembered": lambda: microseconds(numbers[many], desk.loaded),
                "one of 10, remembered": lambda: microseconds(numbers[few], desk.loaded),
                "from its events": lambda: microseconds(numbers[many], in_full),
            }
        )
    row = partial(compared, "load", unit="us")
    return [
        row(
            "a complaint of 1,000 events, from its snapshot",
            measured,
            against="one of 10 events",
            target=Target("at most", 3.0),
            note=f"{note}; nothing in memory, as after a start",
        ),
        row(
            "a complaint of 1,000 events that the desk has used lately",
            measured,
            ours="remembered",
            against="one of 10, remembered",
            note=f"{note}; from memory",
        ),
        row(
            "a complaint of 1,000 events, from all of them",
            measured,
            ours="from its events",
            against="one of 10 events",
            note=f"{note}; once, then there is a snapshot",
        ),
    ]


def rebuild(bench: Bench) -> list[Row]:
    """The docket filled again from the whole history, against reading that history alone."""
    alone = "replay alone"
    with _desk(bench) as (desk, _, note):
        _fill(bench, desk, bench.size(50_000, 10_000))
        events = desk.last_position()
        measured = bench.interleaved(
            {
                "ours": lambda: rate(events, desk.docket.rebuild),
                alone: lambda: rate(events, lambda: replayed(desk, SECTION)),
            }
        )
    return [
        compared(
            "rebuild",
            f"the docket from {events:,} events, PostgreSQL",
            measured,
            against=alone,
            unit="events/s",
            target=Target("at least", 0.5),
            note=note,
        )
    ]
