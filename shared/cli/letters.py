"""`accord letters`: what came and could not be handled; look at it, and try it again."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from shared.cli.output import FOUND_WRONG, CannotRun, print_json
from shared.cli.status import organisations
from shared.keyring import Erased
from shared.settings import Settings
from shared.wire.letters import Entry, LetterBook, load, retry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from shared.service import Service

BY = "operator"

Org = Annotated[str | None, typer.Option("--org", help="Only this organisation's.")]
OneService = Annotated[str | None, typer.Option("--service", help="Only this service's.")]
Data = Annotated[Path, typer.Option("--data", help="Folder that holds both organisations.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]


@dataclass(frozen=True)
class Found:
    """A letter, and whose it is."""

    service: Service
    entry: Entry

    def as_json(self) -> dict[str, Any]:
        """For scripts."""
        return {
            "id": str(self.entry.number),
            "org": self.service.desk.org,
            "service": self.service.name,
            "source": self.entry.source,
            "origin": self.entry.origin,
            "contract": self.entry.name,
            "reason": self.entry.reason,
            "set_aside_at": self.entry.set_aside_at.isoformat(),
            "tries": self.entry.tries,
            "applied": self.entry.applied,
        }


def letters_app(services: Mapping[str, Callable[[Settings], Service]]) -> typer.Typer:
    """The `accord letters` commands.

    Args:
        services: how each service is wired, by name.
    """
    app = typer.Typer(
        name="letters",
        help="Dead letters: what came from another service and could not be handled.\n\nNothing is"
        " lost: mend the cause, then `accord letters retry`.",
        no_args_is_help=True,
    )
    wired = {"obj": services}
    app.command("list", context_settings=wired)(list_letters)
    app.command("show", context_settings=wired)(show_letter)
    app.command("retry", context_settings=wired)(retry_letters)
    return app


def list_letters(
    context: typer.Context,
    *,
    org: Org = None,
    service: OneService = None,
    data: Data = Path("data"),
    as_json: Json = False,
) -> None:
    """List the letters that wait."""
    with _found(context.obj, data, org, service) as found:
        waiting = [each for each in found if not each.entry.applied]
        if as_json:
            print_json([each.as_json() for each in waiting])
        else:
            _show_table(waiting)


def show_letter(
    context: typer.Context,
    number: Annotated[UUID, typer.Argument(metavar="ID", help="As `letters list` shows it.")],
    *,
    org: Org = None,
    service: OneService = None,
    data: Data = Path("data"),
    as_json: Json = False,
) -> None:
    """Show one letter, with what it holds."""
    with _found(context.obj, data, org, service) as found:
        letter = _one(found, number)
        shown = letter.as_json() | {"body": _body(letter)}
        if as_json:
            print_json(shown)
        else:
            for name, value in shown.items():
                typer.echo(f"{name.replace('_', ' '):>13}  {value}")


def retry_letters(
    context: typer.Context,
    number: Annotated[
        UUID | None, typer.Argument(metavar="[ID]", help="As `letters list` shows it.")
    ] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="Every letter that waits.")] = False,
    org: Org = None,
    service: OneService = None,
    data: Data = Path("data"),
    as_json: Json = False,
) -> None:
    """Handle a letter again, or all that wait, the oldest first.

    Ends with exit code 1 when one still can't be handled.
    """
    if (number is None) is not every:
        raise CannotRun("give the ID of one letter, or --all")
    with _found(context.obj, data, org, service) as found:
        waiting = [each for each in found if not each.entry.applied]
        chosen = [_one(found, number)] if number else waiting
        tried = [(str(each.entry.number), _retry(each)) for each in chosen]
    if as_json:
        print_json([{"id": id_, "applied": not why, "reason": why} for id_, why in tried])
    else:
        for id_, why in tried:
            typer.echo(f"{id_}  {why or 'applied'}")
    if any(why for _, why in tried):
        raise typer.Exit(FOUND_WRONG)


@contextmanager
def _found(
    services: Mapping[str, Callable[[Settings], Service]],
    data: Path,
    org: str | None,
    service: str | None,
) -> Iterator[list[Found]]:
    """The letters of the chosen services, which are wired meanwhile."""
    if service is not None and service not in services:
        raise CannotRun(f"there is no service {service}: choose {' or '.join(services)}")
    slugs = [org] if org else organisations(data)
    if not slugs:
        raise CannotRun(f"nothing is set up in {data}: start `accord run` there once")
    wired = [
        services[name](Settings.of(slug, data))
        for slug in slugs
        for name in ([service] if service else services)
    ]
    try:
        yield [
            Found(each, entry)
            for each in wired
            for entry in LetterBook(each.desk, each.desk.engine).entries()
        ]
    finally:
        for each in wired:
            each.desk.close()


def _one(found: list[Found], number: UUID) -> Found:
    for each in found:
        if each.entry.number == number:
            return each
    raise CannotRun(f"there is no letter {number}: see `accord letters list`")


def _retry(letter: Found) -> str:
    desk = letter.service.desk
    return retry(desk, letter.service.sources, letter.entry.number, by=BY)


def _body(letter: Found) -> str:
    desk = letter.service.desk
    sealed = load(desk, letter.entry.number).body
    assert sealed is not None, "a letter has a body from its first event on"
    try:
        return desk.keyring.open(sealed)
    except Erased:
        return "(erased)"


def _show_table(waiting: list[Found]) -> None:
    from rich.console import Console
    from rich.table import Column, Table

    if not waiting:
        typer.echo("no letters wait")
        return
    table = Table(Column("id", no_wrap=True), "to", "from", "contract", "reason", "since")
    for each in waiting:
        entry = each.entry
        to = f"{each.service.desk.org}.{each.service.name}"
        since = f"{entry.set_aside_at:%Y-%m-%d %H:%M}Z"
        table.add_row(str(entry.number), to, entry.source, entry.name, entry.reason, since)
    Console().print(table)
