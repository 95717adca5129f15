"""Commands of the training service: imports of training and catalogs, exports of what is known."""

from __future__ import annotations

import sys
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from shared.cli.imported import content_of, tell
from shared.cli.output import CannotRun

File = Annotated[Path, typer.Argument(help="The file to import.")]
Org = Annotated[str, typer.Option(help="Slug of the organisation, e.g. snohomish-pd.")]
Data = Annotated[Path, typer.Option(help="Folder that holds both organisations.")]
By = Annotated[str, typer.Option(help="Reference of who does it; the history keeps it.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
Employees = Annotated[
    Path | None,
    typer.Option(help="CSV with employee_id and officer, for a training system's own numbers."),
]
Reader = Annotated[str, typer.Option("--by", help="Reference of the member of staff it is for.")]
DATA = Path("data")
OPERATOR = "operator"


def register(import_app: typer.Typer) -> None:
    """Add this service's imports to `accord import`."""
    import_app.command("training")(training)
    import_app.command("catalog")(catalog)


def register_exports(export_app: typer.Typer) -> None:
    """Add this service's exports to `accord export`."""
    export_app.command("badges")(badges)
    export_app.command("matrix")(matrix)


def training(
    file: File,
    org: Org,
    *,
    employees: Employees = None,
    data: Data = DATA,
    by: By = OPERATOR,
    as_json: Json = False,
) -> None:
    """Import an agency's training records from CSV, as its training system exports them.

    Needs the columns Employee ID, Course Code, Completed Date and Status. Rows that can't be
    confirmed come back in FILE.rejected.csv, each with its reason; then the exit code is 1. The
    same file again changes nothing.
    """
    from services.training.agency_desk import AgencyDesk
    from services.training.importing import load_records, read_employees
    from shared.cli.progress import progress_bar
    from shared.handed_back import Unreadable
    from shared.settings import Settings

    settings = Settings.of(org, data)
    if settings.kind != "agency":
        raise CannotRun(f"{org} is a district: only the agency confirms its training (C-TRN-5)")
    content = content_of(file)
    try:
        known = read_employees(content_of(employees)) if employees else None
    except Unreadable as unreadable:
        raise CannotRun(f"{employees}: {unreadable.back.reason}: {unreadable.back.fix}") from None
    with AgencyDesk.of(settings) as desk, progress_bar("confirming") as progress:
        loaded = load_records(desk, content, by=by, employees=known, progress=progress)
    tell("training", file, loaded, as_json=as_json)


def catalog(
    file: File, org: Org, data: Data = DATA, by: By = OPERATOR, as_json: Json = False
) -> None:
    """Adopt a version of a catalog of training requirements from JSON; a version is never altered.

    It is adopted whole or not at all; each field that is wrong is named.
    """
    from services.training.__main__ import desk_of
    from services.training.importing import load_catalog
    from shared.settings import Settings

    content = content_of(file)
    with desk_of(Settings.of(org, data)) as desk:
        loaded = load_catalog(desk, content, by=by)
    tell("catalog", file, loaded, as_json=as_json)


class Format(StrEnum):
    """What a matrix is written as."""

    CSV = "csv"
    PDF = "pdf"


def badges(
    officer: Annotated[str, typer.Argument(help="The officer's reference, such as officer-12.")],
    org: Org,
    by: Reader,
    data: Data = DATA,
) -> None:
    """Print the officer's confirmed topics and courses as signed Open Badges 3.0, one a line.

    Each is a JSON Web Token, valid today, and names the officer by reference only.
    """
    from services.training import badges as signing
    from services.training.agency_desk import AgencyDesk
    from shared.settings import Settings

    settings = Settings.of(org, data)
    if settings.kind != "agency":
        raise CannotRun(f"{org} is a district: only the agency signs for its training (C-TRN-5)")
    with AgencyDesk.of(settings) as desk:
        for token in signing.badges(desk, officer, by=by):
            sys.stdout.write(f"{token}\n")


def matrix(
    org: Org,
    by: Reader,
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day; today without.")
    ] = None,
    kind: Annotated[Format, typer.Option("--format", help="What it is written as.")] = Format.CSV,
    data: Data = DATA,
) -> None:
    """Write the training matrix to the standard output, as it was known on a day."""
    from services.training.__main__ import desk_of
    from services.training.views import as_csv
    from shared.settings import Settings

    with desk_of(Settings.of(org, data)) as desk:
        day = desk.today() if as_of is None else as_of.date()
        rows = desk.matrix(by, as_of=day, known_on=day)
        if kind is Format.CSV:
            sys.stdout.write(as_csv(rows))
        else:
            try:
                from services.training.paper import as_pdf
            except ModuleNotFoundError as error:
                raise CannotRun("a PDF needs the package typst: install it, or take csv") from error
            sys.stdout.buffer.write(as_pdf(rows, org=org, as_of=day, printed_at=desk.now()))
