"""Aggregates whose events are typed, checked when read back, and stored under stable names.

A decision is a pure function that returns an event; `Aggregate.record` stamps it, applies it and
queues it for saving. Applying happens again on every replay, so `Event.apply` must never refuse.
See docs/decisions/0001-decide-then-record.md.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Self
from uuid import UUID, uuid4

import orjson
from eventsourcing.domain import BaseAggregate, CanInitAggregate, CanMutateAggregate
from eventsourcing.persistence import Mapper, StoredEvent
from eventsourcing.utils import get_topic, register_topic, resolve_topic
from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from eventsourcing.domain import DomainEventProtocol

UNSTAMPED = UUID(int=0)
ENVELOPE = frozenset({"originator_id", "originator_version", "originator_topic", "timestamp", "by"})
IN_COLUMNS = {"originator_id", "originator_version"}
Recorded = tuple[int, UUID, int, str, bytes]
"""Position in the history, aggregate, its version, topic and state of one event as it is stored."""


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

    def __init__(self) -> None:
        """Remember nothing: enough where nothing is decided on it."""

    @staticmethod
    def create_id(*_: Any, **__: Any) -> UUID:
        """Make the id of a new aggregate."""
        return uuid4()

    @classmethod
    def begin(cls, decided: CreatedEvent, *, by: str, number: UUID | None = None) -> Self:
        """Start an aggregate with the event that a decision returned; number is its id if given."""
        stamp = {
            "originator_id": number or cls.create_id(),
            "originator_version": cls.INITIAL_VERSION,
            "originator_topic": get_topic(cls),
            "timestamp": Event.create_timestamp(),
            "by": by,
        }
        event = decided.model_copy(update=stamp)
        aggregate: Self | None = event.mutate(None)
        assert aggregate is not None
        aggregate.pending_events.append(event)
        return aggregate

    def copied(self) -> Self:
        """A copy to record on: the state is shared, since no event changes a value in place."""
        copy = object.__new__(type(self))
        copy.__dict__ = self.__dict__ | {"_pending_events": []}
        return copy

    def record(self, decided: Event, *, by: str) -> None:
        """Stamp the event that a decision returned, apply it, and queue it for saving."""
        stamp = {
            "originator_id": self.id,
            "originator_version": self.version + 1,
            "timestamp": Event.create_timestamp(),
            "by": by,
        }
        event = decided.model_copy(update=stamp)
        event.mutate(self)
        self.pending_events.append(event)


class EventMapper(Mapper[UUID]):
    """Stores events as the JSON pydantic writes, and validates them when they are read back.

    So an enum comes back as an enum, a date as a date, and an old event that lacks a field fails
    loudly with pydantic's `ValidationError` instead of passing as an object without it.
    """

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> StoredEvent:
        """Convert to the row that is stored."""
        assert isinstance(domain_event, Event)
        kind = type(domain_event)
        state = kind.__pydantic_serializer__.to_json(domain_event, exclude=IN_COLUMNS)
        if kind.class_version > 1:
            state = b'%b,"class_version":%d}' % (state[:-1], kind.class_version)
        return StoredEvent(
            domain_event.originator_id, domain_event.originator_version, kind.TOPIC, state
        )

    def to_domain_event(self, stored_event: StoredEvent) -> Event:
        """Convert back, after upcasting."""
        number = stored_event.originator_id
        assert isinstance(number, UUID)
        row = (0, number, stored_event.originator_version, stored_event.topic, stored_event.state)
        ((_, event),) = decoded([row])
        return event


def decoded(rows: Iterable[Recorded]) -> list[tuple[int, Event]]:
    """The events that are stored in rows, each upcast and checked, with their positions.

    Raises:
        pydantic.ValidationError: a state is not one of its event.
        eventsourcing.utils.TopicError: nothing of a topic's name is known.
    """
    events = []
    for position, number, version, topic, state in rows:  # in one loop: a call each costs a sixth
        event = _READERS[topic](state)
        # frozen for everybody else: these two come from their own columns
        fields = event.__dict__
        fields["originator_id"] = number
        fields["originator_version"] = version
        events.append((position, event))
    return events


class _Readers(dict[str, "Callable[[bytes], Event]"]):
    """What makes an event of stored bytes, found once for each topic."""

    def __missing__(self, topic: str) -> Callable[[bytes], Event]:
        kind: type[Event] = resolve_topic(topic)
        validate: Callable[[bytes], Event] = kind.__pydantic_validator__.validate_json
        newest = kind.class_version == 1
        read = validate if newest else lambda state: validate(_upcast(kind, state))
        return self.setdefault(topic, read)


_READERS = _Readers()


def _upcast(kind: type[Event], state: bytes) -> bytes:
    fields = orjson.loads(state)
    for version in range(fields.pop("class_version", 1), kind.class_version):
        getattr(kind, f"upcast_v{version}_v{version + 1}")(fields)
    return orjson.dumps(fields)
