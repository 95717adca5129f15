"""`accord status`: whether each organisation's services and bus answer, and what waits."""

from __future__ import annotations

import asyncio
import contextlib
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
from rich.console import Console
from rich.table import Table

from shared.settings import ENV_FILE, NotConfigured, Settings

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterable, Iterator
    from pathlib import Path

ANSWER_SECONDS_MAX = 5.0


@dataclass(frozen=True)
class Standing:
    """One service of one organisation, as it answered."""

    org: str
    counterpart: str
    service: str
    url: str
    nats_up: bool
    health: dict[str, Any] = field(default_factory=dict)
    """What it said of itself; empty when it did not answer."""

    @property
    def wrong(self) -> list[str]:
        """What is wrong, in words; nothing when all is well."""
        found = [] if self.nats_up else ["has no NATS server that answers"]
        if not self.health:
            return [*found, "does not answer"]
        if not self.health["bus_up"]:
            found.append("has no connection to its bus")
        if not self.health["counterpart_up"]:
            found.append(f"does not hear {self.counterpart}")
        if self.health["letters"]:
            found.append("has dead letters: see `accord letters list`")
        return found

    def as_json(self) -> dict[str, Any]:
        """All of it, for scripts."""
        return {
            "org": self.org,
            "service": self.service,
            "url": self.url,
            "nats_up": self.nats_up,
            "up": bool(self.health),
            "health": self.health or None,
            "wrong": self.wrong,
        }


def show(found: Iterable[Standing]) -> None:
    """Print a table for people."""
    heads = ("organisation", "service", "address", "bus", "link", "position", "to send", "letters")
    table = Table(*heads, box=None, padding=(0, 1, 0, 0))
    wrong = []
    for standing in found:
        health = standing.health
        table.add_row(
            standing.org,
            standing.service,
            standing.url.removeprefix("http://"),
            _up(health.get("bus_up")),
            _up(health.get("counterpart_up")),
            *(str(health.get(name, "")) for name in ("position", "backlog", "letters")),
            style="red" if standing.wrong else None,
        )
        wrong += [f"{standing.org} {standing.service} {what}." for what in standing.wrong]
    console = Console()
    console.print(table)
    for line in wrong or ["All is well."]:
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def _up(answers: bool | None) -> str:
    return {True: "up", False: "down", None: ""}[answers]


def organisations(data: Path) -> list[str]:
    """Slugs of the organisations that are set up in a data folder, or by the environment."""
    by_environment = {os.environ["ACCORD_ORG"]} if "ACCORD_ORG" in os.environ else set()
    return sorted(by_environment | {file.parent.name for file in data.glob(f"*/{ENV_FILE}")})


def settings_of(org: str, data: Path) -> Settings:
    """The settings of an organisation.

    Raises:
        NotConfigured: there are none; the message names the organisations that have some.
    """
    known = organisations(data)
    try:
        return Settings.of(org, data)
    except NotConfigured as error:
        if known and org not in known:
            raise NotConfigured(
                f"there is no organisation {org} in {data}: choose {' or '.join(known)}"
            ) from error
        raise


async def standings(data: Path) -> list[Standing]:
    """Ask every service of every organisation that is set up in a data folder.

    Raises:
        NotConfigured: none is.
    """
    known = organisations(data)
    if not known:
        raise NotConfigured(f"nothing is set up in {data}: start `accord run` there once")
    async with httpx.AsyncClient(trust_env=False, timeout=ANSWER_SECONDS_MAX) as client:
        return await asyncio.gather(*_asked(client, [Settings.of(org, data) for org in known]))


def _asked(
    client: httpx.AsyncClient, all_settings: Iterable[Settings]
) -> Iterator[Coroutine[Any, Any, Standing]]:
    for settings in all_settings:
        for service, port in sorted(settings.ports.items()):
            yield _standing(client, settings, service, f"http://{settings.host_of(service)}:{port}")


async def _standing(
    client: httpx.AsyncClient, settings: Settings, service: str, url: str
) -> Standing:
    health: dict[str, Any] = {}
    with contextlib.suppress(httpx.HTTPError, ValueError):
        answer = await client.get(f"{url}/health")
        health = answer.json()
    return Standing(
        settings.org,
        settings.counterpart,
        service,
        url,
        nats_up=await _accepts(settings.nats_url),
        health=health,
    )


async def _accepts(url: str) -> bool:
    parts = urlsplit(url)
    try:
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            _, writer = await asyncio.open_connection(parts.hostname, parts.port)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True
