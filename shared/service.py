"""What a service is, seen from outside: `accord serve` starts any of them by this description."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from fastapi import FastAPI
    from pydantic import BaseModel

    from shared.aggregate import Aggregate, Event
    from shared.contracts.base import Contract, Publication
    from shared.desk import Desk
    from shared.wire.view import View


@dataclass(frozen=True)
class Source:
    """Contracts that a service receives from one service of one organisation, in order."""

    publisher: str
    """Slug of the organisation that publishes."""
    service: str
    contracts: Any
    """The discriminated union of the contracts that may come."""
    handle: Callable[[Contract], Sequence[Aggregate]]
    """Gives the aggregates to save with the fact of the receipt, in one transaction, often that of
    the contracts before and after it: so it decides on aggregates, loaded by `Desk.loaded`, and not
    on a read model. May be called again for the same contract when somebody else changed an
    aggregate first, or one of the others failed."""

    @cached_property
    def reader(self) -> TypeAdapter[Contract]:
        """What reads and checks those contracts; made once, which takes long."""
        return TypeAdapter(self.contracts)

    @property
    def name(self) -> str:
        """The name that tracks what has been received: `<publisher>.<service>`."""
        return f"{self.publisher}.{self.service}"


@dataclass(frozen=True)
class Intake:
    """What other programs of the organisation may send to a service, each message answered."""

    event: str
    """Last part of the subject `ingest.<organisation>.<service>.<event>`."""
    take: Callable[[Mapping[str, str], bytes], bytes]
    """Gives the answer, as JSON, to a message's headers and body."""
    accepts: type[BaseModel]
    """What a body holds; AsyncAPI describes it."""


@dataclass
class LinkStatus:
    """Whether the bus, and the counterpart behind it, answer; shown on the desk."""

    counterpart: str
    bus_up: bool = False
    counterpart_up: bool = False
    since: datetime = field(default_factory=lambda: datetime.now(UTC))
    """When the counterpart last changed between answering and not."""
    backlog: int = 0
    """Events recorded and not yet acknowledged by the bus."""
    letters: int = 0
    """Dead letters waiting for somebody."""


@dataclass(frozen=True)
class Service:
    """One service of one organisation, wired and ready to run."""

    name: str
    desk: Desk
    publish: Callable[[Event], tuple[Publication, ...]]
    """Which contracts an event leaves as, one an audience at most; the only door out."""
    sources: tuple[Source, ...]
    views: tuple[View, ...]
    app: FastAPI
    link: LinkStatus
    tick: Callable[[], object] = lambda: None
    """Looks at the clocks; called every few seconds and after each received batch."""
    intakes: tuple[Intake, ...] = ()
    published: Any = ()
    """The discriminated union of the contracts that `publish` gives; AsyncAPI describes them."""

    def __post_init__(self) -> None:
        assert self.desk.name == self.name, "a store's tables are named after the service"
