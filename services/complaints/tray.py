"""The tray: messages to the tip line that could not be read and wait for a person."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Column, MetaData, String, Table, Text, delete, insert, select

from services.complaints.unread import TipSetAside, TipSettled
from shared.wire.view import View

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from shared.aggregate import Event


class Waiting(BaseModel):
    """One message, without what it says."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    field: str
    reason: str
    size_bytes: int
    set_aside_on: date


METADATA = MetaData()
TRAY = Table(
    "tray",
    METADATA,
    Column("tip", String, primary_key=True),
    Column("waiting", Text, nullable=False),
)


class Tray(View):
    """Every message that waits, the oldest first."""

    name = "tray"
    metadata = METADATA

    def apply(self, connection: Connection, event: Event, position: int) -> None:
        """Take in the next event of the history."""
        key = str(event.originator_id)
        match event:
            case TipSetAside():
                waiting = Waiting(id=event.originator_id, **event.decided())
                row = {"tip": key, "waiting": waiting.model_dump_json()}
                connection.execute(insert(TRAY).values(row))
            case TipSettled():
                connection.execute(delete(TRAY).where(TRAY.c.tip == key))

    def waiting(self) -> list[Waiting]:
        """What waits for a person."""
        with self.reading() as connection:
            rows = connection.execute(select(TRAY.c.waiting)).scalars().all()
        found = [Waiting.model_validate_json(row) for row in rows]
        return sorted(found, key=lambda each: (each.set_aside_on, each.id))
