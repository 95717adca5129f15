"""The read models: the blotter of calls, incidents, interactions, requests, alarms, and clocks.

Rebuilt from the events and never migrated. What is sealed stays sealed here too.
"""

from __future__ import annotations

from abc import abstractmethod
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, get_args
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Column, Date, Index, Integer, MetaData, String, Table, select

from services.incidents import kept
from services.incidents.call import CallEvent, CallReceived, CallRecord
from services.incidents.clocks import Clock
from services.incidents.conduct import (
    BoundaryEvent,
    BoundaryRecord,
    DisciplineBoundaryCrossed,
    InteractionEvent,
    InteractionLogged,
    InteractionRecord,
    InterventionEvent,
    InterventionOpened,
    InterventionRecord,
)
from services.incidents.incident import IncidentEvent, IncidentOpened, IncidentRecord
from services.incidents.records import Begins, ClockEvent, Happened, Record
from shared.wire.entries import Entries, entries_table
from shared.wire.rows import Json
from shared.wire.view import View

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.aggregate import Event
    from shared.wire.rows import Rows

R = TypeVar("R", bound=Record)
OF_CLOCKS = get_args(ClockEvent)


class Records(Entries[R], Generic[R]):
    """One record a thing."""

    begins: ClassVar[type[Begins]]

    def apply(self, rows: Rows, event: Event, position: int) -> None:
        """Take in the next event; a clock's is passed over where it is of another kind of thing."""
        others = isinstance(event, OF_CLOCKS) and not rows.get(self.table, str(event.originator_id))
        if not others:
            super().apply(rows, event, position)

    def after(self, event: Event, entry: R | None) -> R:
        """The record once this has happened."""
        if isinstance(event, self.begins):
            begun: Any = event.begun()
            return begun  # type: ignore[no-any-return]  # the record of this kind of thing
        assert isinstance(event, Happened)
        assert entry is not None, "it begins with its first event"
        return event.after(entry)


class Blotter(Records[CallRecord]):
    """Every call of the agency."""

    name = "calls"
    table = entries_table("calls", CallRecord)
    metadata = table.metadata
    begins = CallReceived
    shown = frozenset((*get_args(CallEvent), *OF_CLOCKS))

    def calls(self) -> list[CallRecord]:
        """Every call, the latest first."""
        return sorted(self.all_entries(), key=lambda c: (c.facts.received_at, c.number))[::-1]


class Incidents(Records[IncidentRecord]):
    """Every incident the district knows of."""

    name = "incidents"
    table = entries_table("incidents", IncidentRecord)
    metadata = table.metadata
    begins = IncidentOpened
    shown = frozenset((*get_args(IncidentEvent), *OF_CLOCKS))

    def incidents(self) -> list[IncidentRecord]:
        """Every incident, the latest first."""
        return sorted(self.all_entries(), key=lambda i: (i.on, i.reference))[::-1]


class Interactions(Records[InteractionRecord]):
    """Every interaction logged."""

    name = "interactions"
    table = entries_table("interactions", InteractionRecord)
    metadata = table.metadata
    begins = InteractionLogged
    shown = frozenset(get_args(InteractionEvent))

    def interactions(self) -> list[InteractionRecord]:
        """Every interaction, the latest first."""
        return sorted(self.all_entries(), key=lambda i: (i.on, i.reference))[::-1]


class Interventions(Records[InterventionRecord]):
    """Every request for intervention and every intervention."""

    name = "interventions"
    table = entries_table("interventions", InterventionRecord)
    metadata = table.metadata
    begins = InterventionOpened
    shown = frozenset((*get_args(InterventionEvent), *OF_CLOCKS))

    def interventions(self) -> list[InterventionRecord]:
        """Every one, the latest first."""
        return sorted(self.all_entries(), key=lambda i: (i.on, i.reference))[::-1]


class Boundaries(Records[BoundaryRecord]):
    """Every alarm about the boundary of discipline."""

    name = "boundaries"
    table = entries_table("boundaries", BoundaryRecord)
    metadata = table.metadata
    begins = DisciplineBoundaryCrossed
    shown = frozenset((*get_args(BoundaryEvent), *OF_CLOCKS))

    def alarms(self) -> list[BoundaryRecord]:
        """Every alarm, the latest first."""
        return sorted(self.all_entries(), key=lambda b: (b.on, b.reference))[::-1]


# --- What has no history to show ------------------------------------------------------------------

L = TypeVar("L", bound=kept.Line)


class Lines(View, Generic[L]):
    """Lines in the order they were written, one an event."""

    table: ClassVar[Table]
    shown: ClassVar[type[Event]]

    def apply(self, rows: Rows, event: Event, position: int) -> None:
        """Take in the next event of the history."""
        if isinstance(event, self.shown):
            rows.put(self.table, {"position": position, "line": self.line(event)})

    @abstractmethod
    def line(self, event: Any) -> L:
        """The line of an event."""

    def lines(self, limit: int | None = None) -> Sequence[L]:
        """Every line, the latest first; or so many of them."""
        with self.reading() as connection:
            asked = select(self.table.c.line).order_by(self.table.c.position.desc()).limit(limit)
            return connection.execute(asked).scalars().all()


def _lines_table(name: str, line: type[BaseModel]) -> Table:
    return Table(
        name,
        MetaData(),
        Column("position", Integer, primary_key=True),
        Column("line", Json(line), nullable=False),
    )


class Viewings(Lines[kept.View]):
    """Who looked at what (C-PRIV-8)."""

    name = "record_views"
    table = _lines_table("record_views", kept.View)
    metadata = table.metadata
    shown = kept.RecordViewed

    def line(self, event: kept.RecordViewed) -> kept.View:
        """Who looked."""
        at, what = event.timestamp, event.what
        return kept.View(what=what, by=event.by, refused=event.refused, at=at)


class Notices(Lines[kept.NoticeLine]):
    """What the district told the agency."""

    name = "notices"
    table = _lines_table("notices", kept.NoticeLine)
    metadata = table.metadata
    shown = kept.NoticeReceived

    def line(self, event: kept.NoticeReceived) -> kept.NoticeLine:
        """What was told."""
        told = event.model_dump(include=set(kept.NoticeLine.model_fields))
        return kept.NoticeLine.model_validate(told)


class Lessons(Lines[kept.LessonLine]):
    """Who of the staff had the training on when to ask (C-INT-5)."""

    name = "lessons"
    table = _lines_table("lessons", kept.LessonLine)
    metadata = table.metadata
    shown = kept.StaffTrained

    def line(self, event: kept.StaffTrained) -> kept.LessonLine:
        """Who was taught."""
        told = event.model_dump(include=set(kept.LessonLine.model_fields))
        return kept.LessonLine.model_validate(told)

    def is_trained(self, staff: str, on: date) -> bool:
        """Whether a person had the training, and it holds on a day."""
        return any(lesson.counts(staff, on) for lesson in self.lines())


class Places(Entries[kept.PlaceLine]):
    """Addresses that are a school's."""

    name = "places"
    table = entries_table("places", kept.PlaceLine)
    metadata = table.metadata
    shown = frozenset({kept.PlaceListed, kept.PlaceMoved})

    def after(self, event: Event, entry: kept.PlaceLine | None) -> kept.PlaceLine:
        """The place as it was last told."""
        assert isinstance(event, kept.PlaceListed | kept.PlaceMoved)
        told = event.model_dump(include=set(kept.PlaceLine.model_fields))
        return kept.PlaceLine.model_validate(told)

    def schools(self) -> dict[tuple[str, str], str]:
        """Schools by address and zip."""
        return {(place.address, place.zip): place.school for place in self.all_entries()}


# --- Clocks ---------------------------------------------------------------------------------------


class Held(BaseModel):
    """The clocks of one thing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    clocks: dict[str, Clock]

    @property
    def next_on(self) -> date | None:
        """The first day on which one may pass; None while all passed."""
        days = [
            clock.due_on if clock.due_at else clock.due_on + timedelta(days=1)
            for clock in self.clocks.values()
            if not clock.passed
        ]
        return min(days, default=None)


METADATA = MetaData()
RUNNING = Table(
    "running_clocks",
    METADATA,
    Column("id", String, primary_key=True),
    Column("next_on", Date),
    Column("held", Json(Held), nullable=False),
)
Index("running_clocks_by_day", RUNNING.c.next_on)


class Running(View):
    """What is looked at when a day ends."""

    name = "running_clocks"
    metadata = METADATA

    def apply(self, rows: Rows, event: Event, position: int) -> None:
        """Take in what started, moved, ended or passed."""
        if not isinstance(event, Begins | Happened):
            return
        closes = event.closes if isinstance(event, Happened) else ()
        if not event.opens and not closes:
            return
        key = str(event.originator_id)
        row = rows.get(RUNNING, key)
        clocks = dict(row["held"].clocks) if row else {}
        for each in closes:
            clocks.pop(each, None)
        held = Held(clocks=clocks | {clock.key: clock for clock in event.opens})
        rows.put(RUNNING, {"id": key, "next_on": held.next_on, "held": held})

    def due(self, on: date | None) -> list[UUID]:
        """The things with a clock that may pass by a day; all that run, without one."""
        with self.reading() as connection:
            asked = select(RUNNING.c.id).where(RUNNING.c.next_on.is_not(None))
            if on is not None:
                asked = asked.where(RUNNING.c.next_on <= on)
            return [UUID(each) for each in connection.execute(asked).scalars()]
