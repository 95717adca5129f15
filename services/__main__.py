"""The `accord` command: the only place that knows every service.

Each command imports what it needs when it is given, so that `accord --help` and `accord deadline`
start at once.
"""

from __future__ import annotations

import os
import sys
from functools import cached_property
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from typer.core import TyperGroup
from typer.main import get_group

from services.directory import cli as directory
from shared.cli import clauses, deadline, deployment, emergency, rebuild, set_up
from shared.cli.output import COULD_NOT_RUN, FOUND_WRONG, CannotRun, print_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from shared.cli.run import Organisation, Ports
    from shared.service import Service
    from shared.settings import Settings

RUN = "Run it"
TELL = "Tell it"
ASK = "Ask it"
DEVELOP = "For developers"
DATA = Path("data")

Answer = TypeVar("Answer")

PAGES = {
    "district": (
        ("Make a complaint", "complaints", "/complaint"),
        ("Follow a complaint", "complaints", "/follow"),
        ("Docket (staff)", "complaints", "/docket"),
        ("Appeals (superintendent)", "complaints", "/appeals"),
        ("Training matrix (staff)", "training", "/"),
        ("Incidents (principals, director)", "incidents", "/"),
        ("Log an interaction", "incidents", "/interactions/new"),
        ("Hiring: search board", "hiring", "/"),
        ("Directory", "directory", "/"),
    ),
    "agency": (
        ("Inbox (reviewers)", "complaints", "/inbox"),
        ("Training matrix (staff)", "training", "/"),
        ("Blotter (reviewers)", "incidents", "/"),
        ("Hiring: search board", "hiring", "/"),
        ("Directory", "directory", "/"),
    ),
}

app = typer.Typer(
    name="accord",
    help="One truthful, replayable record of a School Resource Officer program, kept by a school"
    " district and a law enforcement agency together.\n\nStart with `accord run`: it starts both"
    " organisations on this machine, with a sample program, and shows where to look.",
    epilog="Exit codes: 0 all is well; 1 something is wrong, or was refused; 2 the command could"
    " not run.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _built_by(name: str) -> Callable[[Settings], Service]:
    def build(settings: Settings) -> Service:
        import structlog

        if not structlog.is_configured():  # else logs would go where `--json` prints
            structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))
        service: Service = import_module(f"services.{name}.__main__").service(settings)
        return service

    return build


SERVICES: Mapping[str, Callable[[Settings], Service]] = {
    name: _built_by(name) for name in ("complaints", "directory", "incidents", "training", "hiring")
}


def sources(org: Organisation) -> dict[str, tuple[str, ...]]:
    """Names of the sources that each service of an organisation receives."""
    return _of_each(org, list(SERVICES), lambda built: tuple(each.name for each in built.sources))


def _of_each(
    org: Organisation, names: Sequence[str], ask: Callable[[Service], Answer]
) -> dict[str, Answer]:
    """What services say of themselves, as built without any server or data."""
    from shared.settings import Settings

    builders = {name: _builder(name) for name in names}
    with TemporaryDirectory() as folder:
        settings = Settings(
            org=org.slug, kind=org.kind, counterpart=org.counterpart, folder=Path(folder)
        )
        return {name: ask(build(settings)) for name, build in builders.items()}


def _builder(name: str) -> Callable[[Settings], Service]:
    if name not in SERVICES:
        raise CannotRun(f"there is no service {name}: choose {' or '.join(SERVICES)}")
    return SERVICES[name]


def _filled_when_used(fill: Callable[[], typer.Typer]) -> typer.Typer:
    """A group of commands whose modules are imported only when the group is used."""

    class Group(TyperGroup):
        @cached_property
        def inside(self) -> TyperGroup:
            return get_group(fill())

        def list_commands(self, ctx: Any) -> list[str]:
            return self.inside.list_commands(ctx)

        def get_command(self, ctx: Any, cmd_name: str) -> Any:
            return self.inside.get_command(ctx, cmd_name)

    return typer.Typer(cls=Group, no_args_is_help=True)


Data = Annotated[Path, typer.Option("--data", help="Folder that holds both organisations.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]


@app.callback(invoke_without_command=True)
def _accord(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        from importlib import metadata

        typer.echo(f"accord {metadata.version('accord')}")
        raise typer.Exit


@app.command(rich_help_panel=RUN)
def run(
    data: Data = DATA,
    port_base: Annotated[
        int,
        typer.Option(
            min=0, max=65_000, help="The first of the ports to use; 0 takes any that are free."
        ),
    ] = 8700,
    ready_file: Annotated[
        Path | None,
        typer.Option(help="Write all addresses here, as JSON, once everything answers."),
    ] = None,
) -> None:
    """Run both organisations on this machine until Ctrl-C.

    Starts a NATS server and the services of each organisation, brings back what dies, and loads a
    sample program the first time. What was recorded stays in the data folder.
    """
    import asyncio

    from shared.cli import run as embedded

    data = data.resolve()
    with embedded.held(data) as lock:
        both = embedded.Run(
            data=data,
            ports=embedded.Ports.chosen(port_base, tuple(SERVICES)),
            services=tuple(SERVICES),
            sources=sources,
            load_samples=lambda: _load_samples(data),
            pages=_pages,
            ready_file=ready_file,
        )
        asyncio.run(both.until_stopped(lock))


@app.command(rich_help_panel=RUN)
def serve(
    service: Annotated[str, typer.Argument(help=f"One of: {', '.join(SERVICES)}.")],
    org: Annotated[str, typer.Option(help="Slug of the organisation, e.g. snohomish-sd.")],
    data: Data = DATA,
) -> None:
    """Run one service of one organisation; what `accord run` and a deployment start."""
    from shared.cli.status import settings_of
    from shared.serve import log_as_json
    from shared.serve import serve as serve_until_stopped

    build = _builder(service)
    settings = settings_of(org, data)
    if service not in settings.ports:
        raise CannotRun(
            f"{service} of {org} has no HTTP port: set ACCORD_PORTS, for example"
            f""" '{{"{service}": 8700}}'"""
        )
    log_as_json(service, org)  # what it does before it serves is told too
    serve_until_stopped(build(settings), settings)


@app.command(rich_help_panel=RUN)
def status(data: Data = DATA, as_json: Json = False) -> None:
    """Show whether everything answers, and what waits.

    Ends with exit code 1 when something is down or waits for somebody, 2 when nothing is set up.
    """
    import asyncio

    from shared.cli.status import show, standings

    found = asyncio.run(standings(data))
    if as_json:
        print_json([standing.as_json() for standing in found])
    else:
        show(found)
    if any(standing.wrong for standing in found):
        raise typer.Exit(FOUND_WRONG)


set_up.register(app, RUN, sources)
deployment.register(app, RUN)
app.command(rich_help_panel=RUN)(rebuild.rebuild_command(SERVICES))
app.command("break-glass", rich_help_panel=RUN)(emergency.break_glass_command(SERVICES))


def _imports() -> typer.Typer:
    from services.complaints import cli as complaints
    from services.incidents import cli as incidents
    from services.training import cli as training

    imports = typer.Typer()
    directory.register(imports)
    complaints.register(imports)
    incidents.register(imports)
    training.register(imports)
    return imports


def _exports() -> typer.Typer:
    from services.training import cli as training

    exports = typer.Typer()
    training.register_exports(exports)
    return exports


def _letters() -> typer.Typer:
    from shared.cli.letters import letters_app

    return letters_app(SERVICES)


app.add_typer(
    _filled_when_used(_imports),
    name="import",
    help="Bring in what others wrote: calendars, policies, schools, staff, tips,"
    " training, calls for service, students.",
    rich_help_panel=TELL,
)
directory.register_days(app, TELL)
app.add_typer(
    _filled_when_used(_exports),
    name="export",
    help="Take out what is known: the training matrix, an officer's badges.",
    rich_help_panel=ASK,
)
app.add_typer(
    _filled_when_used(_letters),
    name="letters",
    help="Dead letters: what came over the bus and could not be handled.",
    rich_help_panel=ASK,
)
app.command(rich_help_panel=ASK)(deadline.deadline)

Org = Annotated[str, typer.Option(help="Whose: the organisations differ in what they tell.")]
OneService = Annotated[
    str | None,
    typer.Argument(
        metavar="[SERVICE]", help=f"One of: {', '.join(SERVICES)}; all by name without."
    ),
]


@app.command(rich_help_panel=DEVELOP)
def asyncapi(service: OneService = None, org: Org = "snohomish-sd") -> None:
    """Print what a service tells and hears on the bus, as an AsyncAPI 3.0 document."""
    from shared.wire.channels import asyncapi as document

    print_json(_documents(service, org, document))


@app.command(rich_help_panel=DEVELOP)
def openapi(service: OneService = None, org: Org = "snohomish-sd") -> None:
    """Print a service's HTTP interface, as an OpenAPI 3.1 document."""
    print_json(_documents(service, org, lambda built: built.app.openapi()))


app.command(rich_help_panel=DEVELOP)(clauses.clauses)


@app.command(rich_help_panel=DEVELOP)
def bench(
    names: Annotated[list[str], typer.Argument(metavar="NAME...", help="A benchmark, or all.")],
    quick: Annotated[bool, typer.Option("--quick", help="Less than a minute each.")] = False,
    report: Annotated[bool, typer.Option("--report", help="Write docs/performance.md.")] = False,
) -> None:
    """Measure us against the raw limits, on servers of its own.

    Ends with exit code 1 when a row misses its target.
    """
    try:
        from tests.benchmarks.command import run
    except ImportError as error:
        raise CannotRun("run it from a checkout, after `make setup`") from error
    if not run(names, quick=quick, report=report):
        raise typer.Exit(FOUND_WRONG)


def _documents(
    service: str | None, org: str, document: Callable[[Service], dict[str, Any]]
) -> dict[str, Any]:
    """The document of one service, or of each by name."""
    from shared.cli.run import ORGANISATIONS

    found = next((each for each in ORGANISATIONS if each.slug == org), None)
    if found is None:
        known = " or ".join(each.slug for each in ORGANISATIONS)
        raise CannotRun(f"there is no organisation {org}: choose {known}")
    documents = _of_each(found, [service] if service else list(SERVICES), document)
    return documents[service] if service else documents


def _load_samples(data: Path) -> None:
    """Load the sample program: the directories first, since the others need them."""
    from shared.cli.run import ORGANISATIONS
    from shared.settings import Settings

    for name in ("directory", "complaints", "training", "incidents", "hiring"):
        load = import_module(f"services.{name}.samples").load_samples
        # the agency opens the search that the district takes part in
        orgs = (
            sorted(ORGANISATIONS, key=lambda org: org.kind) if name == "hiring" else ORGANISATIONS
        )
        for org in orgs:
            load(Settings.of(org.slug, data))


def _pages(org: Organisation, ports: Ports) -> dict[str, str]:
    """The pages of an organisation that a person may want to see first."""
    return {title: ports.url(org.slug, service) + path for title, service, path in PAGES[org.kind]}


def main() -> None:
    """Give the command of the command line; see `accord --help` for the exit codes."""
    try:
        app()
    except Exception as error:
        if os.environ.get("ACCORD_DEBUG") == "1":
            raise
        text, code = _explained(error)
        sys.stderr.write(f"accord: {text}\n")
        sys.exit(code)


def _explained(error: Exception) -> tuple[str, int]:
    from shared.errors import Refused
    from shared.settings import NotConfigured

    if isinstance(error, Refused):
        field = f" ({error.field})" if error.field else ""
        return f"{error.clause}{field}: {error.reason}", FOUND_WRONG
    if isinstance(error, (CannotRun, NotConfigured)):
        return str(error), COULD_NOT_RUN
    first_line = str(error).partition("\n")[0]
    name = type(error).__name__
    return f"{name}: {first_line}. Give it again with ACCORD_DEBUG=1 to see where", COULD_NOT_RUN


if __name__ == "__main__":
    main()
