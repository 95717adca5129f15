"""`accord break-glass`: make the secret of an emergency sign-in, and print it once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shared.cli.output import CannotRun
from shared.who_may import OPERATOR

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from shared.service import Service
    from shared.settings import Settings


def break_glass_command(
    services: Mapping[str, Callable[[Settings], Service]],
) -> Callable[..., None]:
    """The `accord break-glass` command.

    Args:
        services: how each service is wired, by name.
    """

    def break_glass(
        service: Annotated[str, typer.Argument(help="Where it is for, e.g. complaints.")],
        org: Annotated[str, typer.Option(help="Slug of the organisation, e.g. snohomish-sd.")],
        data: Annotated[Path, typer.Option(help="Folder that holds both organisations.")] = Path(
            "data"
        ),
    ) -> None:
        """Make the secret for an emergency sign-in at one service, and print it, once.

        Whoever shows it at /sign-in/emergency is signed in for an hour as themselves, when the
        organisation's provider can't be reached. It works once; everybody at the desk sees the
        alarm. Keep it in a sealed envelope. A new one replaces the one before.
        """
        from shared.cli.status import settings_of
        from shared.emergency import Emergency

        if service not in services:
            raise CannotRun(f"there is no service {service}: choose {' or '.join(services)}")
        built = services[service](settings_of(org, data))
        if not hasattr(built.app.state, "sign_in"):
            raise CannotRun(f"{service} has no pages to sign in at")
        with built.desk:
            typer.echo(Emergency(built.desk).make_secret(OPERATOR))

    return break_glass
