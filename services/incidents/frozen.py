"""Reports that stay as they were: what went to the state, and what was published.

Later figures are a report of their own that says what moved; these are not changed (C-DATA-7). What
is not for everybody is sealed under a key of the report, since a count of few tells of persons
(C-PRIV-5).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from shared.aggregate import Aggregate, CreatedEvent
from shared.sealed import Sealed


class Frozen(Aggregate):
    """A report as it was made once."""

    TOPIC = "report"


class Made(CreatedEvent):
    """A report was made of the calls of a period, as known at a position of the history."""

    begins_on: date
    ends_on: date
    as_of: datetime
    position: int
    """The last event that counts."""
    sha256: str
    """Of the report as JSON."""


class StateReportFrozen(Made):
    """The report for the state was frozen as it goes out (C-DATA-5)."""

    TOPIC: ClassVar[str] = "report.state_frozen"

    document: Sealed
    """The report, as JSON."""


class HiddenCells(BaseModel):
    """What one space of counts published: its tables, and the cells that are hidden."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tables: tuple[tuple[str, ...], ...]
    """Each by its dimensions."""
    hidden: tuple[dict[str, str], ...]
    """Each by the value of each dimension that it is about."""


class ReportPublished(Made):
    """An edition for the public was made; the next is judged by it (C-PRIV-5)."""

    TOPIC: ClassVar[str] = "report.published"

    document: str
    """The report, as JSON: everybody may read it."""
    spaces: dict[str, HiddenCells]
    counts: Sealed
    """What was counted at each point of each space, as JSON."""


ReportEvent = StateReportFrozen | ReportPublished
