"""Where what the code does is written down: the READMEs' tables of events, and the schemas."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shared.wire.channels import contracts_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pydantic import BaseModel

    from shared.aggregate import Event

Row = tuple[str, ...]

ROOT = Path(__file__).parents[1]
SCHEMAS = ROOT / "shared" / "contracts" / "schemas"
EVENTS = "## Events"


def topic(event: Event) -> str:
    """The name of a case that is tried with an event."""
    return event.TOPIC


def row_of(event: Event, leaves: str) -> Row:
    """The event's row in the README of its service."""
    clauses = re.findall(r"C-[A-Z]+-\d+", type(event).__doc__ or "")
    return type(event).__name__, event.TOPIC, ", ".join(clauses), leaves or "stays inside"


def tables(service: str) -> dict[str, list[Row]]:
    """The rows of each table in a service's README, by the heading it stands under."""
    found: dict[str, list[Row]] = {}
    heading = ""
    for line in _readme(service).read_text("utf-8").splitlines():
        if line.startswith("## "):
            heading = line.removeprefix("## ")
        elif heading and line.startswith("|"):
            found.setdefault(heading, []).append(tuple(line.strip("| ").split(" | ")))
    return {heading: rows[2:] for heading, rows in found.items()}


def write_events(service: str, rows: Iterable[Row]) -> None:
    """Put these rows in the place of those that a service's README has."""
    readme = _readme(service)
    before, heading, rest = readme.read_text("utf-8").partition(EVENTS)
    lines = rest.splitlines()
    first = next(place for place, line in enumerate(lines) if line.startswith("|")) + 2
    after = [line for line in lines[first:] if not line.startswith("|")]
    written = [f"| {' | '.join(row)} |" for row in rows]
    text = "\n".join([*lines[:first], *written, *after])
    readme.write_text(f"{before}{heading}{text}\n", "utf-8")


def by_name(*unions: Any) -> dict[str, type[BaseModel]]:
    """The contracts of some unions."""
    contracts = [each for union in unions for each in contracts_in(union)]
    return {str(each.model_fields["name"].default): each for each in contracts}


def committed(name: str) -> Any:
    """The committed schema of a contract."""
    return json.loads((SCHEMAS / f"{name}.json").read_text("utf-8"))


def committed_of(service: str) -> set[str]:
    """The names of the contracts of a service that have a committed schema."""
    return {file.stem for file in SCHEMAS.glob(f"{service}.*.json")}


def write_schemas(contracts: Mapping[str, type[BaseModel]]) -> None:
    """Write the schema of each."""
    SCHEMAS.mkdir(exist_ok=True)
    for name, contract in contracts.items():
        text = json.dumps(contract.model_json_schema(), indent=2, ensure_ascii=False)
        (SCHEMAS / f"{name}.json").write_text(f"{text}\n", "utf-8")


def _readme(service: str) -> Path:
    return ROOT / "services" / service / "README.md"
