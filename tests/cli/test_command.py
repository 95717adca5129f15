"""The `accord` command as a newcomer and a script meet it."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.main import get_group

from services.__main__ import PAGES, SERVICES, _documents, app
from shared.cli.run import ORGANISATIONS, Organisation
from tests.cli.command import ROOT, accord

if TYPE_CHECKING:
    from collections.abc import Iterable

SETTINGS = """
ACCORD_KIND='district'
ACCORD_COUNTERPART='sample-pd'
ACCORD_FOLDER='{folder}'
ACCORD_NATS_URL='nats://127.0.0.1:{port}'
ACCORD_PORTS='{{"complaints": {port}}}'
"""


def silent_port() -> int:
    """A port where nothing listens."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


@pytest.fixture
def set_up(tmp_path: Path) -> Path:
    """A data folder with the settings of one organisation, of which nothing runs."""
    folder = tmp_path / "sample-sd"
    folder.mkdir()
    (folder / "accord.env").write_text(SETTINGS.format(folder=folder, port=silent_port()))
    return tmp_path


def test_help_lists_every_command_under_a_heading() -> None:
    shown = accord("--help").stdout
    for heading in ("Run it", "Tell it", "Ask it", "For developers"):
        assert f" {heading} " in shown
    for command in get_group(app).commands:
        assert re.search(rf"│ {command} ", shown), command


@pytest.mark.parametrize("group", ["import", "letters"])
def test_groups_that_are_filled_when_used_show_their_commands(group: str) -> None:
    shown = accord(group, "--help")
    assert shown.returncode == 0
    assert {"import": "calendar", "letters": "retry"}[group] in shown.stdout


def test_the_command_is_installed_under_its_name() -> None:
    installed = Path(sys.executable).parent / "accord"
    told = subprocess.run([installed, "--version"], capture_output=True, text=True, check=True)
    assert told.stdout == accord("--version").stdout


def test_the_version_is_told() -> None:
    assert re.fullmatch(r"accord \d+\.\d+\.\d+\n", accord("--version").stdout)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("nonsense",), "No such command 'nonsense'"),
        (("serve",), "Missing argument"),
        (("serve", "nonsense", "--org", "sample-sd"), "choose complaints or directory"),
        (("serve", "complaints", "--org", "sample-sd", "--data", "none"), "start `accord run`"),
        (("asyncapi", "nonsense"), "choose complaints or directory"),
        (("openapi", "--org", "nonsense"), "choose snohomish-sd or snohomish-pd"),
        (("status", "--data", "none"), "start `accord run` there once"),
    ],
)
def test_what_could_not_run_ends_with_2_and_says_the_fix(
    given: tuple[str, ...], words: str
) -> None:
    result = accord(*given)
    assert result.returncode == 2
    assert words in result.stderr
    assert "Traceback" not in result.stderr


def test_an_unknown_organisation_is_answered_with_the_known(set_up: Path) -> None:
    result = accord("serve", "complaints", "--org", "sample-xx", "--data", str(set_up))
    assert result.returncode == 2
    assert "choose sample-sd" in result.stderr


def test_a_service_without_a_port_is_not_started(set_up: Path) -> None:
    result = accord("serve", "directory", "--org", "sample-sd", "--data", str(set_up))
    assert result.returncode == 2
    assert "ACCORD_PORTS" in result.stderr


def test_a_refusal_ends_with_1_and_names_clause_and_field(set_up: Path) -> None:
    given = ("2026-01-05", "--reason", " ", "--org", "sample-sd", "--data", str(set_up))
    result = accord("close-school", *given)
    assert result.returncode == 1
    assert re.match(r"accord: C-TIME-\d+ \(reason\): ", result.stderr)


def test_a_fault_of_ours_is_one_line_and_the_whole_story_on_request(set_up: Path) -> None:
    (set_up / "sample-sd" / "keys").write_text("a file where a folder should be")
    given = ("import", "schools", str(set_up / "sample-sd" / "keys"), "--org", "sample-sd")
    short = accord(*given, "--data", str(set_up))
    assert short.returncode == 2
    assert len(short.stderr.splitlines()) == 1
    assert "ACCORD_DEBUG=1" in short.stderr
    with pytest.raises(OSError, match="keys"):
        accord(*given, "--data", str(set_up), env={"ACCORD_DEBUG": "1"})


def test_status_tells_what_is_down_and_ends_with_1(set_up: Path) -> None:
    shown = accord("status", "--data", str(set_up))
    assert shown.returncode == 1
    assert "sample-sd complaints does not answer." in shown.stdout
    listed = accord("status", "--json", "--data", str(set_up))
    assert listed.returncode == 1
    [standing] = json.loads(listed.stdout)
    assert (standing["up"], standing["nats_up"]) == (False, False)
    assert standing["wrong"] == ["has no NATS server that answers", "does not answer"]


@pytest.mark.parametrize("kind", ["asyncapi", "openapi"])
def test_documents_of_every_service_are_printed_the_same_each_time(kind: str) -> None:
    first, second = accord(kind), accord(kind)
    assert first.returncode == 0, first.stderr
    assert first.stdout == second.stdout
    documents = json.loads(first.stdout)
    assert list(documents) == sorted(SERVICES)
    assert all(document[kind].startswith("3.") for document in documents.values())


def test_the_document_of_one_service_stands_alone() -> None:
    result = accord("asyncapi", "directory", "--org", "snohomish-pd")
    assert json.loads(result.stdout)["asyncapi"].startswith("3.")


@pytest.mark.parametrize("org", ORGANISATIONS, ids=lambda org: org.kind)
def test_every_page_that_a_run_links_to_is_served(org: Organisation) -> None:
    for title, service, page in PAGES[org.kind]:
        paths = _documents(service, org.slug, lambda built: {"paths": paths_of(built.app.routes)})
        assert page in paths["paths"], title


def paths_of(routes: Iterable[object]) -> set[str]:
    """The paths of routes, those of included routers too."""
    found: set[str] = set()
    for route in routes:
        found.add(getattr(route, "path", ""))
        found |= paths_of(getattr(getattr(route, "original_router", None), "routes", ()))
    return found


def test_every_command_that_the_readme_gives_exists() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    targets = set(re.findall(r"\bmake ([a-z]+)", readme))
    assert {"run", "test"} <= targets
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in targets:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    commands = set(re.findall(r"\baccord ([a-z][a-z-]+)", readme))
    assert commands
    assert commands <= set(get_group(app).commands)


def test_every_link_of_the_readme_leads_somewhere() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    links = [link for link in re.findall(r"\]\(([^)]+)\)", readme) if "://" not in link]
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
