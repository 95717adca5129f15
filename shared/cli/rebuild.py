"""`accord rebuild`: a read model filled again from the history, or compared with it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shared.cli.output import FOUND_WRONG, CannotRun, print_json
from shared.cli.progress import progress_bar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from shared.service import Service
    from shared.settings import Settings
    from shared.wire.beside import Difference
    from shared.wire.view import View

SHOWN_MAX = 20
"""Rows that are listed for people; scripts get all."""


def rebuild_command(services: Mapping[str, Callable[[Settings], Service]]) -> Callable[..., None]:
    """The `accord rebuild` command.

    Args:
        services: how each service is wired, by name.
    """

    def rebuild(
        name: Annotated[str, typer.Argument(metavar="NAME", help="A read model, e.g. docket.")],
        *,
        org: Annotated[str, typer.Option(help="Slug of the organisation, e.g. snohomish-sd.")],
        service: Annotated[
            str | None, typer.Option(help="Whose it is, where two services have one of that name.")
        ] = None,
        data: Annotated[Path, typer.Option(help="Folder that holds both organisations.")] = Path(
            "data"
        ),
        check: Annotated[
            bool, typer.Option("--check", help="Only compare it with what the history says.")
        ] = False,
        as_json: Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")] = False,
    ) -> None:
        """Fill a read model again from the history, while everybody goes on reading the old one.

        The service may run meanwhile. With --check nothing is replaced: ends with exit code 1 when
        a row is not what the history says.
        """
        from shared.cli.status import settings_of

        if service is not None and service not in services:
            raise CannotRun(f"there is no service {service}: choose {' or '.join(services)}")
        settings = settings_of(org, data)
        built = {each: services[each](settings) for each in ([service] if service else services)}
        try:
            owner, view = _one(built, name)
            started = time.monotonic()
            with progress_bar(f"{'checking' if check else 'rebuilding'} {name}") as progress:
                found = view.check(progress) if check else []
                if not check:
                    view.rebuild(progress)
            seconds, events = time.monotonic() - started, built[owner].desk.last_position()
        finally:
            for each in built.values():
                each.desk.close()
        if as_json:
            facts = {"org": org, "service": owner, "view": name, "events": events}
            differ = {"differences": [each._asdict() for each in found]} if check else {}
            print_json(facts | differ | {"seconds": round(seconds, 3)})
        else:
            work = f"{events:,} events, {seconds:.1f} s"
            _tell(f"{name} --org {org}", found, work, check=check)
        if found:
            raise typer.Exit(FOUND_WRONG)

    return rebuild


def _one(built: Mapping[str, Service], name: str) -> tuple[str, View]:
    """The view with a name, and the service that has it."""
    from shared.wire.letters import LetterBook

    views = [
        (owner, view)
        for owner, service in built.items()
        for view in (*service.views, LetterBook(service.desk, service.desk.engine))
    ]
    found = [(owner, view) for owner, view in views if view.name == name]
    if not found:
        known = ", ".join(sorted({view.name for _, view in views}))
        raise CannotRun(f"there is no read model {name}: choose one of {known}")
    if len(found) > 1:
        raise CannotRun(
            f"{' and '.join(owner for owner, _ in found)} have a {name} each: give --service"
        )
    return found[0]


def _tell(asked: str, found: list[Difference], work: str, *, check: bool) -> None:
    name = asked.partition(" ")[0]
    if not check:
        typer.echo(f"{name} is rebuilt ({work}).")
    elif not found:
        typer.echo(f"{name} is what the history says ({work}).")
    else:
        for each in found[:SHOWN_MAX]:
            typer.echo(f"{each.table} {' '.join(map(str, each.key))}: {each.what}")
        if len(found) > SHOWN_MAX:
            typer.echo(f"and {len(found) - SHOWN_MAX:,} more")
        typer.echo(f"{name} is not what the history says ({work}).")
        typer.echo(f"Mend it with `accord rebuild {asked}`.")
