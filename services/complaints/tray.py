"""The tray: messages to the tip line that could not be read and wait for a person."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Column, MetaData, String, Table, select

from services.complaints.unread import TipSetAside, TipSettled
from shared.wire.rows import Json
from shared.wire.view import View

if TYPE_CHECKING:
    from shared.aggregate import Event
    from shared.wire.rows import Rows


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
    Column("waiting", Json(Waiting), nullable=False),
)


class Tray(View):
    """Every message that waits, the oldest first."""

    name = "tray"
    metadata = METADATA

    def apply(self, rows: Rows, event: Event, position: int) -> None:
        """Take in the next event of the history."""
        key = str(event.originator_id)
        match event:
            case TipSetAside():
                waiting = Waiting(id=event.originator_id, **event.decided())
                rows.put(TRAY, {"tip": key, "waiting": waiting})
            case TipSettled():
                rows.remove(TRAY, key)

    def waiting(self) -> list[Waiting]:
        """What waits for a person."""
        with self.reading() as connection:
            found = connection.execute(select(TRAY.c.waiting)).scalars().all()
        return sorted(found, key=lambda each: (each.set_aside_on, each.id))
