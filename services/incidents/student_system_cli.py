"""Commands for a student information system: `accord skyward`, `accord edfi`, and its imports."""

from __future__ import annotations

import json
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.incidents.cli import (
    DATA,
    OPERATOR,
    SNOHOMISH_SD,
    By,
    Data,
    District,
    Json,
    settings_of,
)
from services.incidents.words import StudentSystem
from shared.cli.imported import content_of, tell
from shared.cli.output import FOUND_WRONG, CannotRun, print_json

if TYPE_CHECKING:
    from services.incidents.outgoing import Exported
    from shared.settings import Settings

DAY = ["%Y-%m-%d"]
File = Annotated[Path, typer.Argument(help="The file to import.")]
Out = Annotated[Path, typer.Argument(help="The file to write; its manifest is put beside it.")]
Begins = Annotated[datetime, typer.Option("--from", formats=DAY, help="First day.")]
Ends = Annotated[datetime, typer.Option("--to", formats=DAY, help="Last day.")]
OWNER_ONLY = 0o600
MANIFEST = ".manifest.json"


def register(import_app: typer.Typer) -> None:
    """Add the imports to `accord import`."""
    import_app.command("buildings")(buildings)
    import_app.command("discipline")(discipline)


def skyward_app() -> typer.Typer:
    """`accord skyward`."""
    app = typer.Typer()
    app.command("export")(export_skyward)
    app.command("check")(check_skyward)
    return app


def edfi_app() -> typer.Typer:
    """`accord edfi`."""
    app = typer.Typer()
    app.callback()(lambda: None)  # so that its one command keeps its name
    app.command("export")(export_edfi)
    return app


def buildings(
    file: File,
    org: District = SNOHOMISH_SD,
    data: Data = DATA,
    by: By = OPERATOR,
    as_json: Json = False,
) -> None:
    """Import by which codes the student system knows each school: school, building, school_id."""
    from services.incidents.discipline import load_buildings
    from services.incidents.district_desk import DistrictDesk

    settings, content = settings_of(org, data, "district"), content_of(file)
    with DistrictDesk.of(settings) as desk:
        loaded = load_buildings(desk, content, by=by)
    tell("buildings", file, loaded, as_json=as_json)


def discipline(
    file: File,
    org: District = SNOHOMISH_SD,
    data: Data = DATA,
    by: By = OPERATOR,
    as_json: Json = False,
) -> None:
    """Import discipline that followed from incidents, from CSV as Skyward exports it.

    A row belongs to the incident whose call has its LawEnforcementCaseNumber. Rows without one are
    left out, and so are those without an action. Rows that can't be recorded come back in
    FILE.rejected.csv, each with its reason; then the exit code is 1. The same file again changes
    nothing.
    """
    from services.incidents.discipline import DISCIPLINE_BYTES_MAX, load_discipline
    from services.incidents.district_desk import DistrictDesk
    from shared.cli.progress import progress_bar

    settings = settings_of(org, data, "district")
    content = content_of(file, DISCIPLINE_BYTES_MAX)
    with DistrictDesk.of(settings) as desk, progress_bar("recording discipline") as progress:
        loaded = load_discipline(desk, content, by=by, progress=progress)
    tell("discipline", file, loaded, as_json=as_json)


def export_skyward(
    file: Out,
    begins_on: Begins,
    ends_on: Ends,
    *,
    org: District = SNOHOMISH_SD,
    data: Data = DATA,
    by: By = OPERATOR,
) -> None:
    """Write a district's incidents as CSV for Skyward's discipline import.

    The file names students by their number: it is readable by its owner only, and that it was made
    is written down with its SHA-256. The same history gives the same file. Its manifest tells the
    counts, the digest and the instant.
    """
    settings = settings_of(org, data, "district")
    _export(StudentSystem.SKYWARD, file, (begins_on, ends_on), settings, by)


def export_edfi(
    file: Out,
    begins_on: Begins,
    ends_on: Ends,
    *,
    org: District = SNOHOMISH_SD,
    data: Data = DATA,
    by: By = OPERATOR,
) -> None:
    """Write a district's incidents as JSON, as resources of the Ed-Fi data standard 5.0.

    The lists stand in the order in which they are posted. As for Skyward, the file names students
    by their number, and a manifest is put beside it.
    """
    settings = settings_of(org, data, "district")
    _export(StudentSystem.EDFI, file, (begins_on, ends_on), settings, by)


def check_skyward(
    file: Annotated[Path, typer.Argument(help="What `accord skyward export` wrote.")],
    returned: Annotated[Path, typer.Argument(help="What Skyward then exports of the same.")],
    as_json: Json = False,
) -> None:
    """Compare what Skyward holds with what was exported, row by row.

    Says what is missing, changed or extra; then the exit code is 1. Cells that the export leaves
    empty are Skyward's own and not compared. Other incidents than those exported are passed over.
    """
    from services.incidents.discipline import DISCIPLINE_BYTES_MAX
    from services.incidents.skyward import differences
    from shared.handed_back import Unreadable

    exported = content_of(file, DISCIPLINE_BYTES_MAX)
    _check_digest(file, exported)
    try:
        found = differences(exported, content_of(returned, DISCIPLINE_BYTES_MAX))
    except Unreadable as unreadable:
        raise CannotRun(f"{unreadable.back.reason}: {unreadable.back.fix}") from None
    if as_json:
        print_json([each._asdict() for each in found])
    else:
        for what, incident, line, columns in found:
            where = file.name if what == "missing" else returned.name
            named = f" {', '.join(columns)}" if columns else ""
            typer.echo(f"{what}: {incident or '(row)'}, line {line} of {where}{named}")
        typer.echo(f"{len(found)} differences" if found else "Skyward holds what was exported")
    if found:
        raise typer.Exit(FOUND_WRONG)


def _check_digest(file: Path, exported: bytes) -> None:
    manifest = file.with_name(file.name + MANIFEST)
    try:
        expected = json.loads(content_of(manifest))["sha256"]
    except (ValueError, KeyError) as error:
        raise CannotRun(f"{manifest} is no manifest of an export: export again") from error
    if sha256(exported).hexdigest() != expected:
        raise CannotRun(f"{file} was altered after it was exported: export again")


def _export(
    system: StudentSystem, file: Path, days: tuple[datetime, datetime], settings: Settings, by: str
) -> None:
    from services.incidents.district_desk import DistrictDesk
    from shared.files import write_whole

    begins_on, ends_on = (day.date() for day in days)
    with DistrictDesk.of(settings) as desk:
        made: Exported = desk.export_incidents(system, begins_on, ends_on, by=by)
    manifest = {"file": file.name, **made.manifest(settings.org, system)}
    try:
        write_whole(file, made.content, OWNER_ONLY)
        written = json.dumps(manifest, indent=2) + "\n"
        write_whole(file.with_name(file.name + MANIFEST), written.encode(), OWNER_ONLY)
    except OSError as error:
        raise CannotRun(f"{file} can't be written: {error.strerror}") from error
    typer.echo(f"{file}: {made.incidents} incidents, {made.rows} rows, {made.students} students")
