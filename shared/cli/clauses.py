"""`accord clauses`: where each clause of the procedure stands in the code and in the tests."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shared.cli.output import FOUND_WRONG, CannotRun, print_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PROCEDURE = Path("docs", "procedure.md")
CODE_FOLDERS = ("services", "shared", "deploy")
TEST_FOLDERS = ("tests",)
# what runs; a README, a schema made from the code, or sample data shows nothing of its own
SUFFIXES = {".conf", ".css", ".html", ".js", ".py", ".sh", ".sql", ".toml", ".yaml", ".yml"}
NOT_OURS = {"__pycache__", "node_modules", "vendor"}
PLACES_SHOWN = 3

ROW = re.compile(r"^\| (C-[A-Z]+-\d+) \|", re.MULTILINE)
CITED = re.compile(r"(?<![A-Za-z0-9-])C-[A-Z]+-\d+")
TEST_NAME = re.compile(r"\bdef test_([a-z]+)_(\d+)(?=[_(])")


@dataclass
class Standing:
    """Where one clause is cited, as `file:line`, in the order of the files."""

    in_code: list[str] = field(default_factory=list)
    in_tests: list[str] = field(default_factory=list)

    @property
    def missing(self) -> bool:
        """Neither the code nor a test cites it."""
        return not self.in_code and not self.in_tests


def clause_ids(procedure: str) -> list[str]:
    """The ids that the procedure's tables define, in its order."""
    return ROW.findall(procedure)


def cited_in(line: str) -> set[str]:
    """The clauses that a line of code cites by their ids."""
    return set(CITED.findall(line))


def shown_in(line: str) -> set[str]:
    """The clauses that a line of a test names: by id, or as `test_<clause>_...`."""
    named = {f"C-{group.upper()}-{number}" for group, number in TEST_NAME.findall(line)}
    return cited_in(line) | named


def standings(root: Path) -> dict[str, Standing]:
    """Each clause of the procedure in the checkout `root`, and where it stands there."""
    ids = clause_ids((root / PROCEDURE).read_text("utf-8"))
    code = _places(root, CODE_FOLDERS, cited_in)
    tests = _places(root, TEST_FOLDERS, shown_in)
    return {clause: Standing(code[clause], tests[clause]) for clause in ids}


def checkout() -> Path:
    """The checkout to look at: the present folder, or the one this package lies in.

    Raises:
        CannotRun: neither holds the procedure.
    """
    for root in (Path.cwd(), Path(__file__).resolve().parents[2]):
        if (root / PROCEDURE).is_file():
            return root
    raise CannotRun(f"{PROCEDURE} is not here: run this in a checkout of Accord")


def clauses(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")] = False,
) -> None:
    """List each clause of the procedure, and where code and tests cite it.

    Reads docs/procedure.md and looks through services/, shared/, deploy/ and tests/. Ends with
    exit code 1 when a clause stands in neither code nor tests.
    """
    found = standings(checkout())
    summary = summed_up(found)
    if as_json:
        print_json(summary)
    else:
        _show(found, summary)
    if summary["missing"]:
        raise typer.Exit(FOUND_WRONG)


def summed_up(found: dict[str, Standing]) -> dict[str, Any]:
    """The counts, the clauses that stand nowhere, and every place."""
    return {
        "total": len(found),
        "in_code": sum(bool(standing.in_code) for standing in found.values()),
        "in_tests": sum(bool(standing.in_tests) for standing in found.values()),
        "missing": [clause for clause, standing in found.items() if standing.missing],
        "clauses": [
            {"clause": clause, "code": standing.in_code, "tests": standing.in_tests}
            for clause, standing in found.items()
        ],
    }


def _places(
    root: Path, folders: tuple[str, ...], find: Callable[[str], set[str]]
) -> defaultdict[str, list[str]]:
    places: defaultdict[str, list[str]] = defaultdict(list)
    for folder in folders:
        for file in _sources(root / folder):
            lines = file.read_text("utf-8", errors="replace").splitlines()
            for number, line in enumerate(lines, start=1):
                for clause in find(line):
                    places[clause].append(f"{file.relative_to(root).as_posix()}:{number}")
    return places


def _sources(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.is_dir() and path.name not in NOT_OURS:
            yield from _sources(path)
        elif path.suffix in SUFFIXES:
            yield path


def _show(found: dict[str, Standing], summary: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("clause", "in code", "in tests", title="The procedure in code and tests")
    for clause, standing in found.items():
        style = "red" if standing.missing else None
        table.add_row(clause, _few(standing.in_code), _few(standing.in_tests), style=style)
    console = Console()
    console.print(table)
    console.print(
        f"{summary['total']} clauses, {summary['in_code']} in code, {summary['in_tests']} in tests."
    )
    if summary["missing"]:
        console.print(f"In neither: {', '.join(summary['missing'])}.")


def _few(places: list[str]) -> str:
    more = len(places) - PLACES_SHOWN
    shown = "\n".join(places[:PLACES_SHOWN])
    return f"{shown}\nand {more} more" if more > 0 else shown
