"""Aggregates whose events are typed, checked when read back, and stored under stable names.

A decision is a pure function that returns an event; `Aggregate.record` stamps it, applies it and
queues it for saving. Applying happens again on every replay, so `Event.apply` must never refuse.
See docs/decisions/0001-decide-then-record.md.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Self
from uuid import UUID, uuid4

from eventsourcing.domain import BaseAggregate, CanInitAggregate, CanMutateAggregate
from eventsourcing.persistence import Mapper
from eventsourcing.utils import register_topic
from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from eventsourcing.domain import DomainEventProtocol
    from eventsourcing.persistence import StoredEvent

UNSTAMPED = UUID(int=0)
ENVELOPE = frozenset({"originator_id", "originator_version", "originator_topic", "timestamp", "by"})


class Event(BaseModel, CanMutateAggregate[UUID]):
    """What a service has decided, never changed again (C-AUD-1).

    A subclass names its `TOPIC` (stored; never reused for another meaning), its fields, and how
    it changes the aggregate. When its fields change, it raises `class_version` and gives an
    `upcast_v1_v2` static method that mends the stored dict.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    TOPIC: ClassVar[str]
    class_version: ClassVar[int] = 1

    originator_id: UUID = UNSTAMPED
    originator_version: int = 0
    timestamp: datetime = datetime.min.replace(tzinfo=UTC)
    by: str = ""
    """Staff id of the person who gave the command; never a name."""

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if "TOPIC" in cls.__dict__:
            register_topic(cls.TOPIC, cls)

    def decided(self) -> dict[str, Any]:
        """The fields a decision chose: all but the envelope that `record` stamps."""
        return {name: value for name, value in self if name not in ENVELOPE}


class CreatedEvent(CanInitAggregate[UUID], Event):
    """The first event of an aggregate."""

    originator_topic: str = ""


class Aggregate(BaseAggregate[UUID]):
    """State that decisions are taken on, rebuilt from its events.

    A subclass names its `TOPIC` and sets in `__init__`, without arguments, only what its
    decisions look at; what people read belongs in a read model.
    """

    @staticmethod
    def create_id(*_: Any, **__: Any) -> UUID:
        """Make the id of a new aggregate."""
        return uuid4()

    @classmethod
    def begin(cls, decided: CreatedEvent, *, by: str, number: UUID | None = None) -> Self:
        """Start an aggregate with the event that a decision returned; number is its id if given."""
        return cls._create(type(decided), id=number, by=by, **decided.decided())

    def record(self, decided: Event, *, by: str) -> None:
        """Stamp the event that a decision returned, apply it, and queue it for saving."""
        self.trigger_event(type(decided), by=by, **decided.decided())


class EventMapper(Mapper[UUID]):
    """Stores events as JSON and validates them when they are read back.

    So an enum comes back as an enum, a date as a date, and an old event that lacks a field fails
    loudly with pydantic's `ValidationError` instead of passing as an object without it.
    """

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> StoredEvent:
        """Convert to the row that is stored; compression and encryption as configured."""
        assert isinstance(domain_event, Event)
        plain = domain_event.model_dump(mode="json", exclude={"originator_id"})
        return super().to_stored_event(domain_event.model_copy(update=plain))

    def to_domain_event(self, stored_event: StoredEvent) -> Event:
        """Convert back, after upcasting."""
        unchecked = super().to_domain_event(stored_event)
        assert isinstance(unchecked, Event)
        return type(unchecked).model_validate(vars(unchecked))
