"""Commands of the directory: `accord import ...`, `accord close-school` and `accord add-day`."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from shared.cli.imported import content_of, tell
from shared.cli.output import CannotRun, print_json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from services.directory.application import DirectoryDesk

File = Annotated[Path, typer.Argument(help="The file to import.")]
Org = Annotated[str, typer.Option(help="Slug of the organisation, e.g. snohomish-sd.")]
Data = Annotated[Path, typer.Option(help="Folder that holds both organisations.")]
By = Annotated[str, typer.Option(help="Reference of who does it; the history keeps it.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
OnDay = Annotated[str, typer.Argument(metavar="DATE", help="The day, as YYYY-MM-DD.")]
Reason = Annotated[str, typer.Option(help="Why, in a few words; both organisations read it.")]
School = Annotated[
    list[str] | None, typer.Option(help="Only this school; again for another. All without.")
]
DATA = Path("data")
OPERATOR = "operator"


def register(import_app: typer.Typer) -> None:
    """Add the directory's imports to `accord import`."""
    import_app.command("schools")(schools)
    import_app.command("staff")(staff)
    import_app.command("officers")(officers)
    import_app.command("calendar")(calendar)
    import_app.command("policy")(policy)


def register_days(app: typer.Typer, panel: str) -> None:
    """Add the commands that declare a day to `accord`, under a heading of its help."""
    app.command("close-school", rich_help_panel=panel)(close_school)
    app.command("add-day", rich_help_panel=panel)(add_day)


# --- Imports --------------------------------------------------------------------------------------


def schools(
    file: File, org: Org, data: Data = DATA, by: By = OPERATOR, as_json: Json = False
) -> None:
    """Import a district's schools from CSV: school, title, effective_from, effective_to.

    Rows that can't be loaded come back in FILE.rejected.csv, each with its reason; then the exit
    code is 1. The others are loaded. The same file again changes nothing.
    """
    _import("schools", file, org=org, data=data, by=by, as_json=as_json)


def staff(
    file: File, org: Org, data: Data = DATA, by: By = OPERATOR, as_json: Json = False
) -> None:
    """Import staff from CSV: staff, role, school, effective_from, effective_to, and name if wanted.

    A name is sealed under the person's own key and never leaves the directory. Rows that can't be
    loaded come back in FILE.rejected.csv.
    """
    _import("staff", file, org=org, data=data, by=by, as_json=as_json)


def officers(
    file: File, org: Org, data: Data = DATA, by: By = OPERATOR, as_json: Json = False
) -> None:
    """Import an agency's officers from CSV: officer, effective_from, effective_to, maybe name.

    Rows that can't be loaded come back in FILE.rejected.csv.
    """
    _import("officers", file, org=org, data=data, by=by, as_json=as_json)


def calendar(
    file: File, org: Org, data: Data = DATA, by: By = OPERATOR, as_json: Json = False
) -> None:
    """Import a school year's calendar from JSON; a correction is a higher version of it.

    It is loaded whole or not at all; each field that is wrong is named.
    """
    _import("calendar", file, org=org, data=data, by=by, as_json=as_json)


def policy(
    file: File, org: Org, data: Data = DATA, by: By = OPERATOR, as_json: Json = False
) -> None:
    """Import a version of the district's policy from JSON; a version is never altered.

    It is loaded whole or not at all; each field that is wrong is named.
    """
    _import("policy", file, org=org, data=data, by=by, as_json=as_json)


def _import(kind: str, file: Path, *, org: str, data: Path, by: str, as_json: bool) -> None:
    from services.directory.loading import LOADERS

    content = content_of(file)
    with _desk(org, data) as desk:
        loaded = LOADERS[kind](desk, content, by=by)
    tell(kind, file, loaded, as_json=as_json)


# --- Declared days --------------------------------------------------------------------------------


def close_school(
    day: OnDay,
    reason: Reason,
    org: Org,
    *,
    school: School = None,
    data: Data = DATA,
    by: By = OPERATOR,
    as_json: Json = False,
) -> None:
    """Declare a day without school: every open clock that it touches moves."""
    on = _day(day)
    with _desk(org, data) as desk:
        recorded = desk.retried(
            lambda: desk.declare_closure(by=by, on=on, reason=reason, schools=tuple(school or ()))
        )
    _say_declared(f"{on} is a day without school", recorded, as_json)


def add_day(
    day: OnDay,
    reason: Reason,
    org: Org,
    *,
    school: School = None,
    data: Data = DATA,
    by: By = OPERATOR,
    as_json: Json = False,
) -> None:
    """Declare a day with school in place of a lost one, or lift a closure of an earlier day."""
    on = _day(day)
    with _desk(org, data) as desk:
        recorded = desk.retried(
            lambda: desk.add_make_up_day(by=by, on=on, reason=reason, schools=tuple(school or ()))
        )
    _say_declared(f"{on} is a day with school", recorded, as_json)


def _day(text: str) -> date:
    from shared.calendars import written_day

    try:
        return written_day(text)
    except ValueError as error:
        raise CannotRun(f"DATE is {error}") from error


def _say_declared(what: str, recorded: bool, as_json: bool) -> None:
    if as_json:
        print_json({"recorded": recorded})
    else:
        Console().print(what if recorded else f"{what}: that was declared already")


@contextmanager
def _desk(org: str, data: Path) -> Iterator[DirectoryDesk]:
    from services.directory.__main__ import desk_of
    from shared.settings import Settings

    with desk_of(Settings.of(org, data)) as desk:
        yield desk
