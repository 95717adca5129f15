"""Commands of the incidents service: its imports under `accord import`, and `accord report`."""

from __future__ import annotations

import sys
from dataclasses import asdict
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.incidents.words import Audience, Format, ReportName
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
DAY = ["%Y-%m-%d"]
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

    settings = settings_of(org, data, "agency")
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

    settings, content = settings_of(org, data, "agency"), content_of(file)
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

    settings = settings_of(org, data, "district")
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

    settings, content = settings_of(org, data, "district"), content_of(file)
    with DistrictDesk.of(settings) as desk:
        try:
            loaded = desk.load_plans(content, by=by)
        except Unreadable as unreadable:
            raise CannotRun(f"{file}: {unreadable.back.reason}: {unreadable.back.fix}") from None
    tell("plans", file, loaded, as_json=as_json)


def report(
    name: Annotated[ReportName, typer.Argument(help="Which report.")],
    begins_on: Annotated[datetime, typer.Option("--from", formats=DAY, help="First day.")],
    ends_on: Annotated[datetime, typer.Option("--to", formats=DAY, help="Last day.")],
    *,
    org: District = SNOHOMISH_SD,
    as_of: Annotated[
        str, typer.Option(help="A day that is over, or the instant that a report names.")
    ] = "",
    audience: Annotated[Audience, typer.Option(help="Who may read it.")] = Audience.INTERNAL,
    kind: Annotated[Format, typer.Option("--format", help="What it is written as.")] = Format.CSV,
    data: Data = DATA,
    by: By = OPERATOR,
) -> None:
    """Write a report of a district to the standard output, made of its history as of an instant.

    `calls` has every call and outcome, `state` the dataset of RCW 28A.320.1241, `federal` the items
    of the civil rights data collection. For the public there is `calls`, with small counts hidden:
    without --as-of this publishes an edition, with it the edition of that time comes again. That
    each internal report was made is written down.
    """
    from services.incidents.district_desk import DistrictDesk
    from services.incidents.report_files import NEEDED, written_as
    from services.incidents.reports import Period, written_as_of

    settings = settings_of(org, data, "district")
    try:
        period = Period(begins_on.date(), ends_on.date(), written_as_of(as_of))
    except ValueError as error:
        raise CannotRun(f"--as-of: {error}") from error
    if audience is Audience.PUBLIC and name is not ReportName.CALLS:
        raise CannotRun(f"{name} is not for the public: choose calls")
    if kind in NEEDED and find_spec(NEEDED[kind]) is None:
        raise CannotRun(
            f"{kind} needs the package {NEEDED[kind]}, which is not installed here: install the"
            " group `reports`, or take csv or json"
        )
    with DistrictDesk.of(settings) as desk:
        if audience is Audience.INTERNAL:
            made = desk.report(name, by=by, period=period)
        elif period.as_of is None:
            made = desk.publish_report(by=by, period=period)
        elif (found := desk.edition(period)) is not None:
            made = found
        else:
            raise CannotRun("nothing was published of these days by then")
    sys.stdout.buffer.write(written_as(made, kind))


def settings_of(org: str, data: Path, kind: str) -> Settings:
    """The settings of an organisation of the kind that a command is for."""
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
