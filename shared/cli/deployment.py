"""`accord hand-out` and `accord databases`: what a deployment's containers start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from shared.cli.output import CannotRun

Org = Annotated[str, typer.Option(help="Slug of the organisation, e.g. snohomish-sd.")]
Data = Annotated[Path, typer.Option(help="Folder that holds the organisation's folder.")]


def register(app: typer.Typer, panel: str) -> None:
    """Add the commands to `accord`, under a heading of its help."""
    app.command("hand-out", rich_help_panel=panel)(hand_out)
    app.command("databases", rich_help_panel=panel)(databases)


def hand_out(
    parts: Annotated[Path, typer.Argument(help="Holds a folder for each container, by name.")],
    *,
    org: Org,
    data: Data = Path("data"),
    owner: Annotated[
        int | None, typer.Option(help="Number of the user whom the parts belong to.")
    ] = None,
) -> None:
    """Give each container its own part of what `accord set-up` made, and nobody else's.

    Makes the passwords of the databases too, when absent. No secret is ever overwritten.
    """
    from shared import hand_out as giving
    from shared.wire import plan

    folder = data / org
    try:
        giving.make_passwords(folder, plan.plan_of(folder).services)
        giving.hand_out(folder, parts, owner)
    except (plan.NotSetUp, giving.OtherSecret) as error:
        raise CannotRun(str(error)) from error


def databases(
    *,
    org: Org,
    data: Data = Path("data"),
    server: Annotated[str, typer.Option(help="Where PostgreSQL listens: HOST or HOST:PORT.")],
) -> None:
    """Make each service's databases on a PostgreSQL server, which no other service may enter.

    For each start: what is there stays. The passwords are those of `accord hand-out`.
    """
    from psycopg.conninfo import make_conninfo

    from shared.hand_out import SUPERUSER
    from shared.wire.databases import make_databases

    folder = data / org / "secrets" / SUPERUSER
    host, _, port = server.partition(":")
    try:
        conninfo = make_conninfo(
            host=host,
            port=port or "5432",
            user=SUPERUSER,
            dbname="postgres",
            password=(folder / "password").read_text(),
        )
    except FileNotFoundError as error:
        raise CannotRun(f"{folder} holds no password: `accord hand-out` makes it") from error
    passwords = {file.stem: file.read_text() for file in sorted(folder.glob("*.password"))}
    make_databases(conninfo, passwords)
