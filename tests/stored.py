"""Events as a store keeps them, sampled once for each version and never written over.

A sample stands for what is in somebody's store; `write_missing` writes those that are not there.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from eventsourcing.persistence import JSONTranscoder

from shared.aggregate import EventMapper, decoded

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.aggregate import Event

MAPPER = EventMapper(JSONTranscoder())
SAMPLES = {file.stem: file for file in Path(__file__).parent.glob("*/stored/*.json")}
"""By topic and version: `complaint.received.v1`."""


def name_of(kind: type[Event], version: int) -> str:
    """The name of the sample of an event in one of its versions."""
    return f"{kind.TOPIC}.v{version}"


def as_stored(event: Event) -> dict[str, Any]:
    """What a store keeps of an event, but for what it has columns for."""
    row = MAPPER.to_stored_event(event)
    return {"topic": row.topic, "state": json.loads(row.state)}


def read_back(sample: Path) -> Event:
    """The event that an earlier program stored."""
    kept = json.loads(sample.read_text("utf-8"))
    state = json.dumps(kept["state"]).encode()
    ((_, event),) = decoded([(1, UUID(int=1), 1, kept["topic"], state)])
    return event


def read_as(event: Event, folder: Path) -> list[Event]:
    """What every version that a folder has of an event is read as, in the place of the event."""
    place = event.model_dump(include={"originator_id", "originator_version"})
    samples = folder.glob(f"{event.TOPIC}.v*.json")
    return [read_back(sample).model_copy(update=place) for sample in samples]


def write_missing(folder: Path, events: Iterable[Event]) -> None:
    """Write a sample of each event that has none of its newest version yet."""
    folder.mkdir(exist_ok=True)
    for event in events:
        name = name_of(type(event), event.class_version)
        if name not in SAMPLES:
            text = json.dumps(as_stored(event), indent=2, ensure_ascii=False) + "\n"
            (folder / f"{name}.json").write_text(text, "utf-8")
