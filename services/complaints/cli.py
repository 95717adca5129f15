"""Commands of the complaints service: `accord import tips`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from shared.cli.output import COULD_NOT_RUN, FOUND_WRONG, CannotRun, print_json
from shared.memory import settle
from shared.settings import Settings


def register(import_app: typer.Typer) -> None:
    """Add this service's imports to `accord import`."""
    import_app.command("tips")(tips)


def tips(
    file: Annotated[
        Path,
        typer.Argument(help="An .eml, .sms.json or .call.json file, or a .jsonl with one a line."),
    ],
    org: Annotated[str, typer.Option(help="Slug of the district, e.g. snohomish-sd.")],
    data: Annotated[Path, typer.Option(help="Folder that holds both organisations.")] = Path(
        "data"
    ),
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")] = False,
) -> None:
    """Take in messages that reached the tip line: each becomes a complaint, once.

    What can't be read is kept for a person, on the desk of the tip line, and shown here with its
    reason. Ends with exit code 1 then.
    """
    from services.complaints.application import ComplaintsDesk
    from services.complaints.tipline import TipLine

    settings = Settings.of(org, data)
    if settings.kind != "district":
        raise CannotRun(f"{org} is an agency: tips go to the district")
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise CannotRun(f"{file} can't be read: {error.strerror}") from error
    with ComplaintsDesk.of(settings) as desk:
        settle()
        taken = TipLine(desk).take(raw, name=file.name)
    receipts = [receipt._asdict() for receipt in taken.receipts]
    rejected = [{"line": r.line, "field": r.field, "reason": r.reason} for r in taken.rejected]
    if as_json:
        print_json({"received": receipts, "kept_for_a_person": rejected})
    else:
        _show("Received", receipts)
        _show("Kept for a person to read", rejected)
    if rejected:
        raise typer.Exit(FOUND_WRONG)
    if not receipts:
        raise typer.Exit(COULD_NOT_RUN)


def _show(title: str, rows: list[dict[str, Any]]) -> None:
    if rows:
        table = Table(*rows[0], title=title)
        for row in rows:
            table.add_row(*map(str, row.values()))
        Console().print(table)
