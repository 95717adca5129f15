"""How an import reads its file, and what it tells: counts, and each row handed back (C-DATA-9)."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from shared.cli.output import FOUND_WRONG, CannotRun, print_json
from shared.handed_back import FILE_BYTES_MAX, Loaded
from shared.tables import write_rejected

if TYPE_CHECKING:
    from pathlib import Path

SHOWN_MAX = 20
"""Rows handed back that are shown; the file has all."""


def content_of(file: Path, bytes_max: int = FILE_BYTES_MAX) -> bytes:
    """What is in a file, no more than an import takes.

    Raises:
        CannotRun: it can't be read.
    """
    try:
        with file.open("rb") as opened:
            return opened.read(bytes_max + 1)
    except OSError as error:
        raise CannotRun(f"{file} can't be read: {error.strerror}") from error


def tell(kind: str, file: Path, loaded: Loaded, *, as_json: bool) -> None:
    """Show what came of an import; rows handed back are written beside the file.

    Raises:
        typer.Exit: with code 1, when something was handed back.
    """
    if as_json:
        print_json(_as_json(file, loaded))
    else:
        _show(kind, file, loaded)
    if loaded.handed_back:
        raise typer.Exit(FOUND_WRONG)


def _as_json(file: Path, loaded: Loaded) -> dict[str, Any]:
    r"""What came of it; a byte of a row that was no UTF-8 is written as \x and its number."""
    document = asdict(loaded) | {"file": str(file)}
    for back in document["handed_back"]:
        for name, cell in back["row"].items():
            raw = cell.encode("utf-8", errors="surrogateescape")
            back["row"][name] = raw.decode("utf-8", errors="backslashreplace")
    return document


def _show(kind: str, file: Path, loaded: Loaded) -> None:
    console = Console(soft_wrap=True)
    console.print(
        f"{kind}: {loaded.recorded} loaded, {loaded.unchanged} known already,"
        + (f" {loaded.left_out} about something else," if loaded.left_out else "")
        + f" {len(loaded.handed_back)} handed back"
    )
    if loaded.passed_over:
        console.print(escape(f"Not used: {', '.join(loaded.passed_over)}"))
    if not loaded.handed_back:
        return
    table = Table("Line", "Field", "Reason", "Fix")
    for back in loaded.handed_back[:SHOWN_MAX]:
        line = "" if back.line is None else str(back.line)
        table.add_row(line, escape(back.field or ""), escape(back.reason), escape(back.fix))
    console.print(table)
    if loaded.columns:
        console.print(escape(hand_back(file, loaded)))


def hand_back(file: Path, loaded: Loaded) -> str:
    """Write the rows that were not loaded beside the file, for their owner alone; say where."""
    rejected = file.with_name(f"{file.name}.rejected.csv")
    content = write_rejected(loaded.columns, loaded.handed_back)
    try:
        rejected.unlink(missing_ok=True)
        handle = os.open(rejected, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as opened:
            opened.write(content)
    except OSError as error:
        return f"{rejected} can't be written ({error.strerror}): give --json to print the rows"
    return f"The rows are in {rejected}: correct them there and import that file"
