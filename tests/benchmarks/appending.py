"""`append`, `latency`, `command` and `growth`: what it takes to put an event into a store."""

from __future__ import annotations

import sqlite3
from contextlib import ExitStack
from functools import partial
from hashlib import md5
from random import randrange
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import psycopg

from services.complaints.words import Channel
from shared.wire.store import Store
from tests.benchmarks.durable import (
    MOST_IN_FLIGHT,
    STATE,
    TOPIC,
    append_one,
    postgres,
    raw_append,
    raw_connections,
    recorder,
    shipped_recorder,
)
from tests.benchmarks.measure import Target, compared, in_flight
from tests.complaints.samples import MONDAY, SCHOOL, STORY, At, district_desk

if TYPE_CHECKING:
    from collections.abc import Callable

    from eventsourcing.persistence import ProcessRecorder

    from tests.benchmarks.measure import Bench, Row

RAW_WIDTHS = (8, 16, 32, 64)
SHIPPED_WIDTHS = (8, MOST_IN_FLIGHT)
"""It is quickest with few: what waits for its pool of connections or its lock costs it."""
COMPLAINTS = 256
PRINCIPAL = "staff-1"
SQLITE_INSERT = "INSERT INTO raw VALUES (?, 1, ?, ?, NULL)"


def append(bench: Bench) -> list[Row]:
    """One event a command: ours, raw commits, and the recorder that the library ships."""
    return [*_append_postgres(bench), *_append_sqlite(bench)]


def _append_postgres(bench: Bench) -> list[Row]:
    raw, raw_one = "raw psycopg commits, 64 connections", "raw psycopg commits, 1 connection"
    plain, functions = "shipped recorder", "shipped recorder with its database functions"
    with ExitStack() as stack:
        server = stack.enter_context(postgres(bench.folder))
        store = Store(server.create())
        ours = stack.enter_context(recorder(store))
        shipped = stack.enter_context(shipped_recorder(store))
        quicker = stack.enter_context(shipped_recorder(store, functions=True))
        connections = stack.enter_context(raw_connections(store.url, MOST_IN_FLIGHT))

        def pace(width: int, command: Callable[[int], object]) -> float:
            return in_flight(width, bench.seconds, command).per_second

        def best(of: ProcessRecorder) -> float:
            return max(pace(width, lambda _: append_one(of)) for width in SHIPPED_WIDTHS)

        def ours_now(_: int) -> None:
            append_one(ours)

        def raw_now(number: int) -> None:
            raw_append(connections[number])

        measured = bench.interleaved(
            {
                "ours": lambda: pace(MOST_IN_FLIGHT, ours_now),
                raw: lambda: pace(MOST_IN_FLIGHT, raw_now),
                plain: lambda: best(shipped),
                functions: lambda: best(quicker),
                "ours, 1 in flight": lambda: pace(1, ours_now),
                raw_one: lambda: pace(1, raw_now),
            }
        )
        pool = f"{server.note}; the shipped one at the better of 8 and 64 in flight"

        def row(against: str, least: float, note: str) -> Row:
            return compared(
                "append",
                "append, 64 in flight, PostgreSQL",
                measured,
                against=against,
                unit="commands/s",
                target=Target("at least", least),
                note=note,
            )

        return [
            row(raw, 2.0, server.note),
            row(plain, 25, pool),
            row(functions, 4, f"{pool}; it takes no lock, so a reader of the log misses events"),
            compared(
                "append",
                "append, 1 in flight, PostgreSQL",
                measured,
                ours="ours, 1 in flight",
                against=raw_one,
                unit="commands/s",
                target=Target("at least", 0.8),
                note=server.note,
            ),
        ]


def _append_sqlite(bench: Bench) -> list[Row]:
    raw, plain = "raw sqlite3 commits, 1 thread", "shipped recorder"
    note = "SQLite, WAL, synchronous=FULL"
    with ExitStack() as stack:
        ours = stack.enter_context(recorder(Store(f"sqlite:///{bench.folder}/ours.sqlite")))
        shipped = stack.enter_context(
            shipped_recorder(Store(f"sqlite:///{bench.folder}/shipped.sqlite"))
        )
        connection = sqlite3.connect(
            bench.folder / "raw.sqlite", isolation_level=None, check_same_thread=False
        )
        stack.callback(connection.close)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(
            "CREATE TABLE raw (originator_id TEXT, originator_version INTEGER, topic TEXT,"
            " state BLOB, rowid INTEGER PRIMARY KEY, UNIQUE (originator_id, originator_version))"
        )

        def raw_now(_: int) -> None:
            connection.execute(SQLITE_INSERT, (uuid4().hex, TOPIC, STATE))

        def pace(width: int, command: Callable[[int], object]) -> float:
            return in_flight(width, bench.seconds, command).per_second

        measured = bench.interleaved(
            {
                "ours": lambda: pace(MOST_IN_FLIGHT, lambda _: append_one(ours)),
                raw: lambda: pace(1, raw_now),
                plain: lambda: pace(MOST_IN_FLIGHT, lambda _: append_one(shipped)),
                "ours, 1 in flight": lambda: pace(1, lambda _: append_one(ours)),
            }
        )
        row = partial(compared, "append", unit="commands/s", note=note)
        wide = "append, 64 in flight, SQLite"
        return [
            row(wide, measured, against=raw, target=Target("at least", 3.0)),
            row(wide, measured, against=plain),
            row(
                "append, 1 in flight, SQLite",
                measured,
                ours="ours, 1 in flight",
                against=raw,
                target=Target("at least", 0.8),
            ),
        ]


def latency(bench: Bench) -> list[Row]:
    """How long a command waits for its answer when 64 are in flight."""
    raw = "raw psycopg commits, 64 connections"
    with ExitStack() as stack:
        server = stack.enter_context(postgres(bench.folder))
        store = Store(server.create())
        ours = stack.enter_context(recorder(store))
        connections = stack.enter_context(raw_connections(store.url, MOST_IN_FLIGHT))

        def milliseconds(name: str, command: Callable[[int], object]) -> dict[str, float]:
            pace = in_flight(MOST_IN_FLIGHT, bench.seconds * 2, command)
            return {name: pace.milliseconds(0.5), f"{name}, p99": pace.milliseconds(0.99)}

        measured = bench.interleaved(
            {
                "ours": lambda: milliseconds("ours", lambda _: append_one(ours)),
                raw: lambda: milliseconds(raw, lambda number: raw_append(connections[number])),
            }
        )
    row = partial(compared, "latency", unit="ms", note=server.note)
    most = Target("at most", 1.0)
    return [
        row("p50 of an append, 64 in flight, PostgreSQL", measured, against=raw, target=most),
        row(
            "p99 of an append, 64 in flight, PostgreSQL",
            measured,
            ours="ours, p99",
            against=f"{raw}, p99",
        ),
    ]


def command(bench: Bench) -> list[Row]:
    """A whole command of a real desk: load, decide, seal, append, and its answer."""
    best = "raw psycopg commits at their best width"
    with ExitStack() as stack:
        server = stack.enter_context(postgres(bench.folder))
        store = Store(server.create())
        desk = district_desk(bench.folder, At(MONDAY), store=store)
        stack.callback(desk.close)
        bench.step(f"receiving {COMPLAINTS} complaints")
        numbers = [
            desk.receive(by=PRINCIPAL, channel=Channel.FORM, narrative=STORY, school=SCHOOL).number
            for _ in range(COMPLAINTS)
        ]
        connections = stack.enter_context(raw_connections(store.url, MOST_IN_FLIGHT))
        turns = [0] * MOST_IN_FLIGHT

        def write(number: int) -> None:
            turns[number] += 1
            mine = numbers[(number + turns[number] * MOST_IN_FLIGHT) % COMPLAINTS]
            desk.write_message(mine, by=PRINCIPAL, text=STORY)

        def raw(width: int) -> float:
            work = lambda number: raw_append(connections[number])  # noqa: E731  # shorter
            return in_flight(width, bench.seconds / 2, work).per_second

        def ours() -> dict[str, float]:
            pace = in_flight(MOST_IN_FLIGHT, bench.seconds * 2, write)
            return {"ours": pace.per_second, "p99": pace.milliseconds(0.99)}

        measured = bench.interleaved(
            {"ours": ours, best: lambda: max(raw(width) for width in RAW_WIDTHS)}
        )
    return [
        compared(
            "command",
            "write_message on 256 complaints, 64 in flight, PostgreSQL",
            measured,
            against=best,
            unit="commands/s",
            target=Target("at least", 1.0),
            note=f"{server.note}; ours loads, decides, seals and appends",
        )
    ]


def growth(bench: Bench) -> list[Row]:
    """The same work on stores that hold 10,000, 100,000 and 1,000,000 events."""
    sizes = (10_000, 100_000) if bench.quick else (10_000, 100_000, 1_000_000)
    with ExitStack() as stack:
        server = stack.enter_context(postgres(bench.folder))
        sides: dict[str, Callable[[], dict[str, float]]] = {}
        for size in sizes:
            bench.step(f"filling a store with {size:,} events")
            store = Store(server.create())
            made = stack.enter_context(recorder(store))
            _fill(store, size)
            sides[f"{size:,} events"] = partial(
                _append_and_load, bench, store, made, size, sizes[0]
            )
        server.settled()
        measured = bench.interleaved(sides)
    note = server.note + ("; quick: 1,000,000 events not tried" if bench.quick else "")
    most = Target("at most", 1.2)
    kinds = (
        ("append, 64 in flight", most),
        ("append, 1 in flight", most),
        ("load of 10 events", None),
    )
    return [
        compared(
            "growth",
            f"time of an {kind} at {size:,} events" if target else f"time of a {kind} at {size:,}",
            measured,
            ours=f"{kind} at {size:,}",
            against=f"{kind} at {sizes[0]:,}",
            unit="us",
            target=target,
            note=note,
        )
        for size in sizes[1:]
        for kind, target in kinds
    ]


def _append_and_load(
    bench: Bench, store: Store, to: ProcessRecorder, size: int, smallest: int
) -> dict[str, float]:
    """Microseconds of an append and of a load; the smallest store is made small again before."""
    if size == smallest:
        _fill(store, size)

    def load(_: int) -> None:
        to.select_events(UUID(md5(str(randrange(size // 10)).encode()).hexdigest()))  # noqa: S311, S324  # no secret

    wide = in_flight(MOST_IN_FLIGHT, bench.seconds / 2, lambda _: append_one(to))
    alone = in_flight(1, bench.seconds / 2, lambda _: append_one(to))
    loads = in_flight(1, bench.seconds / 2, load)
    return {
        f"append, 64 in flight at {size:,}": 1e6 / wide.per_second,
        f"append, 1 in flight at {size:,}": 1e6 / alone.per_second,
        f"load of 10 events at {size:,}": 1e6 / loads.per_second,
    }


def _fill(store: Store, events: int) -> None:
    """Let a store hold so many events, ten of each aggregate, and nothing else."""
    with psycopg.connect(store.url, autocommit=True) as connection:
        connection.execute(b"TRUNCATE ours_events")
        connection.execute(
            b"INSERT INTO ours_events (originator_id, originator_version, topic, state,"
            b" notification_id) SELECT md5((n / 10)::text)::uuid, n %% 10 + 1, %s, %s, n + 1"
            b" FROM generate_series(0, %s) AS n",
            (TOPIC, STATE, events - 1),
        )
        connection.execute(b"VACUUM ANALYZE ours_events")
