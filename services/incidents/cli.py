"""Commands of the incidents service: `accord import calls`, `places`, `roster` and `plans`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shared.cli.imported import content_of, tell
from shared.cli.output import FOUND_WRONG, CannotRun, print_json

if TYPE_CHECKING:
    from services.incidents.enrolment import Enrolled
    from shared.settings import Settings

File = Annotated[Path, typer.Argument(help="The file to import.")]
Export = Annotated[Path, typer.Argument(help="Folder or zip file of a OneRoster export.")]
Agency = Annotated[str, typer.Option("--org", help="Slug of the agency, e.g. snohomish-pd.")]
District = Annotated[str, typer.Option("--org", help="Slug of the district.")]
Data = Annotated[Path, typer.Option(help="Folder that holds both organisations.")]
By = Annotated[str, typer.Option(help="Reference of who does it; the history keeps it.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
DATA = Path("data")
OPERATOR = "operator"
SNOHOMISH_SD = "snohomish-sd"


def register(import_app: typer.Typer) -> None:
    """Add this service's imports to `accord import`."""
    import_app.command("calls")(calls)
    import_app.command("places")(places)
    import_app.command("roster")(roster)
    import_app.command("plans")(plans)


def calls(
    file: File, org: Agency, data: Data = DATA, by: By = OPERATOR, as_json: Json = False
) -> None:
    """Import an agency's calls for service from CSV, as its dispatch system exports them.

    Needs the columns Item, Type, TimeCreate, Disposition, BLOCK_ADDRESS and Zip; an address is
    matched to a school by `accord import places`. Rows that can't be recorded, such as calls
    elsewhere, come back in FILE.rejected.csv, each with its reason; then the exit code is 1. The
    same file again changes nothing; a later one adds what is new in it.
    """
    from services.incidents.calls_desk import CallsDesk
    from services.incidents.importing import CALLS_BYTES_MAX, load_calls
    from shared.cli.progress import progress_bar

    settings = _settings(org, data, "agency")
    content = content_of(file, CALLS_BYTES_MAX)
    with CallsDesk.of(settings) as desk, progress_bar("recording calls") as progress:
        loaded = load_calls(desk, content, by=by, progress=progress)
    tell("calls", file, loaded, as_json=as_json)


def places(
    file: File, org: Agency, data: Data = DATA, by: By = OPERATOR, as_json: Json = False
) -> None:
    """Import which addresses of the dispatch system are schools: block_address, zip, school."""
    from services.incidents.calls_desk import CallsDesk
    from services.incidents.importing import load_places

    settings, content = _settings(org, data, "agency"), content_of(file)
    with CallsDesk.of(settings) as desk:
        loaded = load_places(desk, content, by=by)
    tell("places", file, loaded, as_json=as_json)


def roster(
    export: Export,
    org: District = SNOHOMISH_SD,
    data: Data = DATA,
    by: By = OPERATOR,
    as_json: Json = False,
) -> None:
    """Import the students' roster from a OneRoster 1.1 or 1.2 export, sealed.

    Rows that can't be used come back in a file for each of the export's files, beside it; then the
    exit code is 1. The same export again changes nothing; a delta changes what it names.
    """
    from services.incidents.district_desk import DistrictDesk
    from shared.cli.progress import progress_bar
    from shared.handed_back import Unreadable

    settings = _settings(org, data, "district")
    with DistrictDesk.of(settings) as desk, progress_bar("listing students") as progress:
        try:
            enrolled = desk.load_roster(export, by=by, progress=progress)
        except Unreadable as unreadable:
            raise CannotRun(f"{export}: {unreadable.back.reason}: {unreadable.back.fix}") from None
    _tell_roster(export, enrolled, as_json=as_json)


def plans(
    file: File,
    org: District = SNOHOMISH_SD,
    data: Data = DATA,
    by: By = OPERATOR,
    as_json: Json = False,
) -> None:
    """Import students' plans (IEP and 504) from CSV, sealed; import the roster first."""
    from services.incidents.district_desk import DistrictDesk
    from shared.handed_back import Unreadable

    settings, content = _settings(org, data, "district"), content_of(file)
    with DistrictDesk.of(settings) as desk:
        try:
            loaded = desk.load_plans(content, by=by)
        except Unreadable as unreadable:
            raise CannotRun(f"{file}: {unreadable.back.reason}: {unreadable.back.fix}") from None
    tell("plans", file, loaded, as_json=as_json)


def _settings(org: str, data: Path, kind: str) -> Settings:
    from shared.settings import Settings

    settings = Settings.of(org, data)
    if settings.kind != kind:
        keeps = {"agency": "calls for service", "district": "a students' roster"}
        raise CannotRun(f"{org} is no {kind}: only that keeps {keeps[kind]}")
    return settings


def _tell_roster(export: Path, enrolled: Enrolled, *, as_json: bool) -> None:
    from shared.cli.imported import hand_back
    from shared.handed_back import Loaded

    counts = {name: count for name, count in asdict(enrolled).items() if isinstance(count, int)}
    back = {name: len(rows) for name, rows in enrolled.handed_back.items() if rows}
    if as_json:
        print_json({"file": str(export), **counts, "handed_back": back})
    else:
        told = ", ".join(f"{count} {name}" for name, count in counts.items())
        typer.echo(f"roster: {told}, {sum(back.values())} handed back")
    beside = export if export.is_dir() else export.parent
    for name in back:
        columns = enrolled.columns.get(name, ())
        rows = enrolled.handed_back[name]
        note = hand_back(beside / name, Loaded(handed_back=rows, columns=columns))
        if not as_json:
            typer.echo(note)
    if back:
        raise typer.Exit(FOUND_WRONG)
