"""Aggregates kept as they were after many events, so that loading one need not read all of them.

A snapshot saves time and is never the truth: who deletes the table loses nothing. One is believed
only if this very program wrote it, with the organisation's key, on top of an event that the history
still holds as it was. What is sealed in an aggregate stays sealed in its snapshot (C-PRIV-1).
See docs/decisions/0007-keep-snapshots-that-only-this-program-believes.md.
"""

from __future__ import annotations

import hmac
import pickle
import sys
from contextlib import suppress
from functools import cached_property
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eventsourcing.application import AggregateNotFoundError
from sqlalchemy import Column, Integer, LargeBinary, MetaData, String, Table

from shared.aggregate import Aggregate, decoded
from shared.wire.log import SNAPSHOTS as NAME
from shared.wire.rows import UPSERTS
from shared.wire.turns import Busy, writing

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy import Engine

    from shared.aggregate import Recorded
    from shared.wire.log import Log

FIRST = Aggregate.INITIAL_VERSION
EVENTS_MAX = 100
"""Events that a load applies before it keeps a snapshot for the next."""
WAIT_SECONDS = 0.1
"""The longest that a load waits for the database to keep one: the next load can."""

SNAPSHOTS = Table(
    NAME,
    MetaData(),
    Column("aggregate", String, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("seal", LargeBinary, nullable=False),
)


class Snapshots:
    """Loads the aggregates of one desk from its store.

    Args:
        engine: of the store's database.
        log: the events of the store.
        key: what only the organisation knows.
        desk: the class whose package, with `shared`, makes the aggregates what they are.
    """

    def __init__(self, engine: Engine, log: Log, key: bytes, desk: type) -> None:
        self._engine = engine
        self._log = log
        self._key = key
        self._desk = desk
        SNAPSHOTS.metadata.create_all(engine)

    def load(self, number: UUID) -> Aggregate:
        """The aggregate of a number as it is in the store.

        Raises:
            AggregateNotFoundError: there is none.
        """
        rows = self._log.since_snapshot(number)
        aggregate = None
        if not rows or rows[0][2] != FIRST:
            aggregate = self._kept(number, rows)
            rows = rows[1:] if aggregate else self._log.of(number)
            if not aggregate and not rows:
                raise AggregateNotFoundError(str(number))
        aggregate = _replayed(aggregate, rows)
        if len(rows) > EVENTS_MAX:
            self._keep(aggregate, rows[-1])
        return aggregate

    def _kept(self, number: UUID, rows: list[Recorded]) -> Aggregate | None:
        """The aggregate as it was at the first of the rows; None if there is none to believe."""
        body, seal = self._log.snapshot(number) or (b"", b"")
        if not rows or not hmac.compare_digest(seal, self._seal(rows[0], body)):
            return None
        aggregate: Aggregate = pickle.loads(body)  # noqa: S301  # sealed by this program
        return aggregate

    def _keep(self, aggregate: Aggregate, last: Recorded) -> None:
        body = pickle.dumps(aggregate)
        keys = {"aggregate": str(aggregate.id)}
        values = {"version": aggregate.version, "body": body, "seal": self._seal(last, body)}
        put = UPSERTS[self._engine.dialect.name](SNAPSHOTS).values(keys | values)
        put = put.on_conflict_do_update(index_elements=["aggregate"], set_=values)
        with suppress(Busy), writing(self._engine, WAIT_SECONDS) as connection:
            connection.execute(put)

    def _seal(self, last: Recorded, body: bytes) -> bytes:
        """What nobody else can say of an aggregate that ends with that event."""
        _, number, version, topic, state = last
        parts = (self._program, number.bytes, str(version).encode(), topic.encode(), state, body)
        return hmac.digest(self._key, b"".join(sha256(each).digest() for each in parts), "sha256")

    @cached_property
    def _program(self) -> bytes:
        """All that decides what an aggregate is after its events."""
        libraries = [metadata.version(name) for name in ("pydantic", "eventsourcing")]
        digest = sha256(repr((sys.version, libraries)).encode())
        module = sys.modules[self._desk.__module__].__file__
        assert module is not None
        for folder in (Path(__file__).parent, Path(module).parent):
            for file in sorted(folder.rglob("*.py")):
                digest.update(sha256(file.read_bytes()).digest())
        return digest.digest()


def _replayed(aggregate: Any, rows: list[Recorded]) -> Aggregate:
    for _, event in decoded(rows):
        aggregate = event.mutate(aggregate)
    assert aggregate is not None
    replayed: Aggregate = aggregate
    return replayed
