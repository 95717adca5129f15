"""What the aggregates of this service share: a record that each event changes, and its clocks.

The record is the state that decisions look at and the line that a read model shows: both fold the
same events by the same functions.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict

from services.incidents.clocks import Clock, has_passed, moved
from services.incidents.policy import DEFAULTS
from services.incidents.words import Duty
from shared.aggregate import Aggregate, CreatedEvent, Event

if TYPE_CHECKING:
    from datetime import datetime

    from shared.school_calendar import Calendars

R = TypeVar("R", bound="Record")


class Record(BaseModel):
    """What is known of one thing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    clocks: dict[str, Clock] = {}

    @property
    def late(self) -> tuple[Clock, ...]:
        """The clocks that passed and still wait."""
        return tuple(clock for clock in self.clocks.values() if clock.passed)


class Kept(Aggregate):
    """An aggregate whose state is a record."""

    def __init__(self) -> None:
        self.known: Any = None


def _name_the_limits(state: dict[str, Any]) -> None:
    for clock in state["opens"]:
        clock["policy"] = DEFAULTS  # no policy set limits before clocks named theirs


class Begins(CreatedEvent):
    """The first event of a thing."""

    class_version: ClassVar[int] = 2
    """An event that came after this was 2 says that it is 1."""

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        _name_the_limits(state)

    opens: tuple[Clock, ...] = ()

    def apply(self, kept: Any) -> None:
        kept.known = self.begun()

    def first(self) -> Record:
        """The record it begins with, without clocks."""
        raise NotImplementedError

    def begun(self) -> Record:
        """The record it begins with."""
        return self.first().model_copy(update={"clocks": {c.key: c for c in self.opens}})


class Happened(Event):
    """Something that changes a record."""

    class_version: ClassVar[int] = 2
    """An event that came after this was 2 says that it is 1."""

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        _name_the_limits(state)

    opens: tuple[Clock, ...] = ()
    closes: tuple[str, ...] = ()
    """Keys of the clocks it ends, late or not."""

    def apply(self, kept: Any) -> None:
        kept.known = self.after(kept.known)

    def after(self, record: R) -> R:
        """The record once this has happened."""
        clocks = {key: clock for key, clock in record.clocks.items() if key not in self.closes}
        clocks |= {clock.key: clock for clock in self.opens}
        return record.model_copy(update={"clocks": clocks, **self.changes(record)})

    def changes(self, record: Any) -> dict[str, object]:
        """The fields that differ afterwards, but for the clocks."""
        return {}


class ClockMoved(Happened):
    """A calendar moved a due date, made it known, or no longer known (C-TIME-5, C-TIME-6)."""

    TOPIC: ClassVar[str] = "clock.moved"

    from_on: date


class ClockPassed(Happened):
    """A clock's day is over with nobody acting, told once (C-TIME-9)."""

    TOPIC: ClassVar[str] = "clock.passed"

    passed_on: date


class CounterpartSilent(Happened):
    """The other organisation has not done what was waited for (C-AUD-5, C-DATA-2)."""

    TOPIC: ClassVar[str] = "clock.counterpart_silent"

    reference: str
    """Of the incident."""
    school: str
    duty: Duty
    noted_on: date


ClockEvent = ClockMoved | ClockPassed | CounterpartSilent
OF_THE_OTHER = frozenset({Duty.AGENCY_CALL})
"""Duties whose passing is the other organisation's silence."""


def look_at(record: Record, calendars: Calendars, now: datetime, today: date) -> list[ClockEvent]:
    """What has to be recorded of a record's clocks today, at most one event a clock."""
    found: list[ClockEvent] = []
    for clock in record.clocks.values():
        told = moved(clock, calendars, today)
        if told is not None:
            found.append(ClockMoved(opens=(told,), from_on=clock.due_on))
        elif has_passed(clock, calendars, now, today):
            ended = clock.model_copy(update={"passed": True})
            if clock.duty in OF_THE_OTHER:
                found.append(
                    CounterpartSilent(
                        opens=(ended,),
                        reference=getattr(record, "reference", ""),
                        school=clock.school or "",
                        duty=clock.duty,
                        noted_on=today,
                    )
                )
            else:
                found.append(ClockPassed(opens=(ended,), passed_on=today))
    return found


def closing(record: Record, *duties: Duty, of: str = "") -> tuple[str, ...]:
    """Keys of the running clocks of these duties."""
    return tuple(k for k, c in record.clocks.items() if c.duty in duties and c.of == of)
