"""`accord set-up`, `introduce` and `streams`: one organisation's bus, and its link to the other."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from shared.cli.output import CannotRun

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.cli.run import Organisation
    from shared.settings import Settings
    from shared.wire.plan import Plan

Org = Annotated[str, typer.Option(help="Slug of the organisation, e.g. snohomish-sd.")]
Data = Annotated[Path, typer.Option(help="Folder that holds the organisation's folder.")]


def register(
    app: typer.Typer, panel: str, sources: Callable[[Organisation], dict[str, tuple[str, ...]]]
) -> None:
    """Add the commands.

    Args:
        app: to add them to.
        panel: heading under which help lists them.
        sources: what each service of an organisation receives.
    """

    @app.command("set-up", rich_help_panel=panel)
    def set_up(
        *,
        org: Org,
        kind: Annotated[Literal["district", "agency"], typer.Option(help="What it is.")],
        counterpart: Annotated[str, typer.Option(help="Slug of the other organisation.")],
        data: Data = Path("data"),
        host: Annotated[
            list[str] | None,
            typer.Option(help="Name by which its NATS server is reached; may be given again."),
        ] = None,
        leaf_url: Annotated[
            str | None,
            typer.Option(help="At an agency: where its district listens, nats-leaf://HOST:7422."),
        ] = None,
        listen: Annotated[
            str, typer.Option(help="Address on which its NATS server listens.")
        ] = "127.0.0.1",
        leaf_listen: Annotated[
            str | None,
            typer.Option(help="At a district: address on which it waits for the agency, if other."),
        ] = None,
        monitor_port: Annotated[
            int | None, typer.Option(help="Port on loopback where it says whether it is well.")
        ] = None,
        site: Annotated[
            list[str] | None,
            typer.Option(help="Name for the proxy's certificate; may be given again."),
        ] = None,
    ) -> None:
        """Make an organisation's keys and certificates, and configure its NATS server.

        For each start: what is there stays, certificates that end soon are renewed. Hand the card
        that it names to the other organisation, and take theirs with `accord introduce`.
        """
        from pydantic import ValidationError

        from shared.cli.run import Organisation
        from shared.wire import plan

        found = Organisation(org, kind, counterpart, org)
        try:
            wanted = plan.Plan(
                org=org,
                kind=kind,
                counterpart=counterpart,
                services=sources(found),
                hosts=tuple(host or ()),
                sites=tuple(site or ()),
                listen=listen,
                leaf_listen=leaf_listen,
                monitor_port=monitor_port,
                leaf_url=leaf_url,
            )
        except ValidationError as error:
            raise CannotRun(plan.wrong(error)) from error
        card = plan.set_up(data.resolve(), wanted)
        typer.echo(f"{org} is set up. Its card: {data / org / plan.CARD}")
        typer.echo(f"Fingerprint of the card: {card.fingerprint}")

    @app.command(rich_help_panel=panel)
    def introduce(
        card: Annotated[Path, typer.Argument(help="The other organisation's card.json.")],
        *,
        org: Org,
        data: Data = Path("data"),
        replace: Annotated[
            bool, typer.Option("--replace", help="It has another card than the one known.")
        ] = False,
    ) -> None:
        """Tell an organisation whom it is linked to, by the card that the other one handed over.

        Compare the fingerprint by telephone. The link opens when the NATS server starts again or
        is told to reload (SIGHUP).
        """
        from shared.wire import plan

        try:
            taken = plan.introduce(data.resolve(), org, card.read_bytes(), replace=replace)
        except OSError as error:
            raise CannotRun(f"{card} can't be read: {error.strerror}") from error
        except plan.NotSetUp as error:
            raise CannotRun(str(error)) from error
        typer.echo(f"{org} knows {taken.org}.")
        typer.echo(f"Fingerprint of the card: {taken.fingerprint}")

    @app.command(rich_help_panel=panel)
    def streams(*, org: Org, data: Data = Path("data")) -> None:
        """Make an organisation's streams and consumers, and again when they are lost.

        Runs until it is stopped, beside the services; `accord run` starts it too.
        """
        from shared.cli.status import settings_of
        from shared.serve import log_as_json
        from shared.wire import plan

        settings = settings_of(org, data)
        try:
            found = plan.plan_of(settings.folder)
        except plan.NotSetUp as error:
            raise CannotRun(str(error)) from error
        log_as_json("streams", org)
        asyncio.run(_until_stopped(found, settings))


async def _until_stopped(plan: Plan, settings: Settings) -> None:
    from shared.wire.streams import keep_streams

    keeping = asyncio.create_task(keep_streams(plan, settings))
    for stop in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(stop, keeping.cancel)
    await asyncio.wait([keeping])
    if not keeping.cancelled():
        keeping.result()
