"""What left a service, section by section of its history: so that nobody need read all of it.

A row says, for one section and one audience, where in the section its contracts lie and how many
they are. Rows follow from the history and from what is published of it; without them they are made
again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import BigInteger, Column, Integer, MetaData, String, Table, func, inspect, select

from shared.wire.rows import UPSERTS
from shared.wire.turns import alone, writing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Engine

SECTION = 1_000
"""Events of a section; its number is that of the sections before it."""
NOBODY = ""
"""The audience of a row that only says that the section is complete."""
TABLE = Table(
    "published_sections",
    MetaData(),
    Column("audience", String, primary_key=True),
    Column("section", Integer, primary_key=True),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("contracts", Integer, nullable=False),
)


class Span(NamedTuple):
    """Contracts to one audience: positions of the first and the last, and how many they are."""

    first: int
    last: int
    contracts: int

    def and_then(self, later: Span) -> Span:
        """With those of a later span."""
        if not (self.contracts and later.contracts):
            return self if self.contracts else later
        return Span(self.first, later.last, self.contracts + later.contracts)


NOTHING = Span(0, 0, 0)


class Sections:
    """The complete sections of one service's history."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        if not inspect(engine).has_table(TABLE.name):
            with alone(engine), writing(engine) as connection:
                TABLE.metadata.create_all(connection)

    def reached(self) -> int:
        """Position of the last event of the last complete section; 0 before the first."""
        with self._engine.connect() as connection:
            complete = select(func.max(TABLE.c.section)).where(TABLE.c.audience == NOBODY)
            last = connection.execute(complete).scalar()
        return 0 if last is None else (last + 1) * SECTION

    def save(self, section: int, spans: Mapping[str, Span]) -> None:
        """Keep what left in a section that is complete; whoever else keeps it keeps the same."""
        rows = [
            {"audience": audience, "section": section}
            | {"first": span.first, "last": span.last, "contracts": span.contracts}
            for audience, span in ({NOBODY: NOTHING} | dict(spans)).items()
        ]
        with writing(self._engine) as connection:
            insert = UPSERTS[connection.dialect.name](TABLE).on_conflict_do_nothing()
            connection.execute(insert, rows)

    def whole(self) -> dict[str, Span]:
        """Everything that left, by audience."""
        columns = func.min(TABLE.c.first), func.max(TABLE.c.last), func.sum(TABLE.c.contracts)
        each = select(TABLE.c.audience, *columns).where(TABLE.c.audience != NOBODY)
        with self._engine.connect() as connection:
            rows = connection.execute(each.group_by(TABLE.c.audience))
            return {audience: Span(*span) for audience, *span in rows}

    def until(self, audience: str, position: int) -> Span:
        """The contracts of the sections that have none after a position."""
        columns = func.min(TABLE.c.first), func.max(TABLE.c.last), func.sum(TABLE.c.contracts)
        before = select(*columns).where(TABLE.c.audience == audience, TABLE.c.last <= position)
        with self._engine.connect() as connection:
            first, last, contracts = connection.execute(before).one()
        return Span(first, last, contracts) if contracts else NOTHING

    def after(self, audience: str, position: int, limit: int) -> list[Span]:
        """Up to `limit` sections that have contracts after a position, in order."""
        columns = TABLE.c.first, TABLE.c.last, TABLE.c.contracts
        later = select(*columns).where(TABLE.c.audience == audience, TABLE.c.last > position)
        with self._engine.connect() as connection:
            rows = connection.execute(later.order_by(TABLE.c.section).limit(limit))
            return [Span(*row) for row in rows]
