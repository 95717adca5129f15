"""Hearing the directories: what they tell is kept, and put together as `reference.py` has it.

Each contract heard is an event of this service's own history, so that a replay knows not only what
the calendar was but when this desk learned of it.
"""

from __future__ import annotations

import json
import time
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import TypeAdapter
from sqlalchemy import Column, Integer, MetaData, String, Table, Text, func, select

from shared.aggregate import Aggregate, CreatedEvent
from shared.contracts.directory import DirectoryContract
from shared.reference import Reference, put_together
from shared.service import Source
from shared.wire.view import View

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Engine

    from shared.aggregate import Event
    from shared.desk import Desk
    from shared.settings import Settings
    from shared.wire.rows import Rows

FRESH_SECONDS = 1.0
CONTRACT: TypeAdapter[Any] = TypeAdapter(DirectoryContract)


class Bulletin(Aggregate):
    """One thing a directory told; nothing is ever decided on it."""

    TOPIC = "bulletin"


class Heard(CreatedEvent):
    """A directory told of a school, a role, an officer, a calendar or a policy (C-TIME-7)."""

    TOPIC: ClassVar[str] = "bulletin.heard"

    publisher: str
    contract: dict[str, Any]


METADATA = MetaData()
BULLETINS = Table(
    "bulletins",
    METADATA,
    Column("position", Integer, primary_key=True),
    Column("contract", Text, nullable=False),
    Column("publisher", String, nullable=False),
)


class ReferenceView(View):
    """What was heard, in the order it was heard, put together once for each new word."""

    name = "reference"
    metadata = METADATA
    topics = (Heard.TOPIC,)
    _cached: tuple[int, Reference] = (0, Reference())
    _fresh_until = 0.0
    _times_heard = 0

    def __init__(self, desk: Desk, engine: Engine) -> None:
        self._looking = Lock()
        super().__init__(desk, engine)

    def apply(self, rows: Rows, event: Event, position: int) -> None:
        """Take in what was heard."""
        if isinstance(event, Heard):
            row = {
                "position": position,
                "contract": json.dumps(event.contract),
                "publisher": event.publisher,
            }
            rows.put(BULLETINS, row)

    def current(self) -> Reference:
        """The reference as known now; what another process wrote may be missing for a second.

        One looks whether there is more; others wait for that only when this process has heard it.
        """
        fresh_until = self._fresh_until
        if time.monotonic() >= fresh_until and self._looking.acquire(blocking=not fresh_until):
            try:
                if time.monotonic() >= self._fresh_until:
                    self._look()
            finally:
                self._looking.release()
        return self._cached[1]

    def _look(self) -> None:
        times_heard = self._times_heard
        fresh_until = time.monotonic() + FRESH_SECONDS
        with self.reading() as connection:
            latest = connection.execute(select(func.max(BULLETINS.c.position))).scalar() or 0
            if latest != self._cached[0]:
                heard = connection.execute(
                    select(BULLETINS.c.contract).order_by(BULLETINS.c.position)
                ).scalars()
                self._cached = (latest, put_together(map(CONTRACT.validate_json, heard)))
        if times_heard == self._times_heard:  # else something was heard while we looked
            self._fresh_until = fresh_until

    def forget(self) -> None:
        """Look again when asked the next time: this process has just heard something."""
        self._times_heard += 1
        self._fresh_until = 0.0


def heard(publisher: str, contract: Any) -> Sequence[Aggregate]:
    """Handle what a directory told; `by` is the source."""
    told = Heard(publisher=publisher, contract=contract.model_dump(mode="json"))
    return (Bulletin.begin(told, by=f"{publisher}.directory"),)


def directories(settings: Settings) -> tuple[Source, ...]:
    """Both organisations' directories: one knows the schools, the other the officers."""
    return tuple(
        Source(org, "directory", DirectoryContract, partial(heard, org))
        for org in (settings.org, settings.counterpart)
    )
