"""Every block of docs/integrating-*.md, in its order, against the running program."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema  # type: ignore[import-untyped]  # ships no types
import pytest

from shared.settings import Settings
from tests.end_to_end.burst import burst
from tests.end_to_end.program import AGENCY, DISTRICT, ROOT, Program

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.xdist_group("end to end")  # they share the running program

PAGE = ROOT / "docs" / "integrating-agency-systems.md"
DISTRICTS_PAGE = ROOT / "docs" / "integrating-district-systems.md"
CLIENT = ROOT / "examples" / "agency_training_client.py"
DISPATCH_PAGE = ROOT / "docs" / "integrating-dispatch-systems.md"
INCIDENTS_CLIENT = ROOT / "examples" / "incidents_client.py"
SCHEMAS = ROOT / "shared" / "contracts" / "schemas"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINES_MAX = 80
BURST = 1000


def given_by_the_operator(
    program: Program, org: str, kind: str, service: str, user: str
) -> dict[str, str]:
    """What the operator gives, under the names of the pages."""
    settings = Settings.of(org, program.data)
    return {
        kind.upper(): org,
        "ACCORD_URL": program.url(kind, "", service),
        "TOKEN_FILE": str(settings.folder.resolve() / "secrets" / service / "outside.token"),
        "NATS_URL": settings.nats_url,
        "NATS_SEED": str(settings.seed_file(user)),
        "NATS_CA": settings.nats_ca_file.format(folder=settings.folder.resolve()),
    }


@pytest.fixture
def given(program: Program) -> dict[str, str]:
    """What the agency's operator gives."""
    return given_by_the_operator(program, AGENCY, "agency", "training", "ingest-training")


@pytest.fixture
def given_at_district(program: Program) -> dict[str, str]:
    """What the district's operator gives."""
    user = "ingest-district-system"
    return given_by_the_operator(program, DISTRICT, "district", "incidents", user)


@pytest.fixture
def given_at_dispatch(program: Program) -> dict[str, str]:
    """What the agency's operator gives for its dispatch system."""
    return given_by_the_operator(program, AGENCY, "agency", "incidents", "ingest-dispatch")


def run(
    command: list[str], folder: Path, given: Mapping[str, str], sent: str = ""
) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        command,
        cwd=folder,
        env={"PATH": path, **given},
        input=sent,
        capture_output=True,
        text=True,
        check=False,
    )


def blocks_hold(page: Path, folder: Path, given: Mapping[str, str], called: str) -> dict[Any, Any]:
    """Run the blocks of a page and compare its answers; gives what was called what."""
    answered, compared = "", 0
    names: dict[Any, Any] = {}
    for language, block in BLOCK.findall(page.read_text("utf-8")):
        if language == "json":
            expected, answer = json.loads(block), json.loads(answered)
            name = expected.get(called)
            if name is not None:  # there may be some before, so that it is called otherwise
                assert names.setdefault(name, answer[called]) == answer[called]
                answer[called] = name
            assert answer == expected
            compared += 1
        else:
            shell = ["bash", "-euo", "pipefail", "-c"] if language == "sh" else ["python", "-c"]
            done = run([*shell, block], folder, given)
            assert done.returncode == 0, f"{block}\n{done.stderr}"
            answered = done.stdout
    assert compared == 5
    return names


def is_as_published(data: Any, contract: str) -> None:
    schema = json.loads((SCHEMAS / f"{contract}.json").read_bytes())
    jsonschema.validate(data, schema)


def test_trn_6_each_block_of_the_page_works_and_is_answered_as_it_says(
    given: dict[str, str], tmp_path: Path
) -> None:
    shutil.copy(CLIENT, tmp_path)
    numbers = blocks_hold(PAGE, tmp_path, given, "number")
    assert len(set(numbers.values())) == len(numbers) == 2
    event = json.loads((tmp_path / "confirmation.json").read_bytes())
    is_as_published(event["data"], "training.confirmation.v1")


def test_data_2_each_block_of_the_districts_page_works_and_is_answered_as_it_says(
    given_at_district: dict[str, str], tmp_path: Path
) -> None:
    shutil.copy(INCIDENTS_CLIENT, tmp_path)
    references = blocks_hold(DISTRICTS_PAGE, tmp_path, given_at_district, "reference")
    assert set(references) == {"interaction-1", "incident-1"}
    event = json.loads((tmp_path / "interaction.json").read_bytes())
    is_as_published(event["data"], "incidents.interaction.v1")
    noted = json.loads((tmp_path / "events.jsonl").read_bytes())
    is_as_published(noted["data"], "incidents.noted_call.v1")


def test_data_2_each_block_of_the_dispatch_page_works_and_is_answered_as_it_says(
    given_at_dispatch: dict[str, str], tmp_path: Path
) -> None:
    shutil.copy(INCIDENTS_CLIENT, tmp_path)
    blocks_hold(DISPATCH_PAGE, tmp_path, given_at_dispatch, "reference")
    for name, contract in (("class", "classification"), ("outcome", "outcome")):
        sent = json.loads((tmp_path / f"{name}.jsonl").read_bytes())
        is_as_published(sent["data"], f"incidents.{contract}.v1")


def test_data_2_a_burst_is_taken_without_loss_though_the_service_is_killed(
    program: Program,
) -> None:
    found = burst(program, BURST, "/sample/burst")
    assert (found.answered, found.recorded, found.events) == (BURST, BURST, BURST)


def test_trn_6_the_client_needs_nothing_of_ours_and_says_what_came_of_it(
    given: dict[str, str], tmp_path: Path
) -> None:
    shutil.copy(CLIENT, tmp_path)
    for client in (CLIENT, INCIDENTS_CLIENT):
        text = client.read_text("utf-8")
        assert len(text.splitlines()) < LINES_MAX
        imported = re.findall(r"^(?:import|from) (\w+)", text, re.MULTILINE)
        assert set(imported) - set(sys.stdlib_module_names) == {"nats"}

    def send(seed: str, data: Mapping[str, Any]) -> subprocess.CompletedProcess[str]:
        command = ["python", CLIENT.name, "--server", given["NATS_URL"], "--agency", AGENCY]
        command += ["--seed", seed, "--authority", given["NATS_CA"], "--source", "/sample/records"]
        return run(command, tmp_path, given, json.dumps({"id": "client-1", "data": data}) + "\n")

    rejected = send(given["NATS_SEED"], {"officer": "Jordan Sample"})
    assert rejected.returncode == 1, rejected.stderr
    answer = json.loads(rejected.stdout)
    assert (answer["id"], answer["accepted"]) == ("client-1", False)
    told = {name: value for name, value in answer.items() if name != "id"}
    is_as_published(told, "training.confirmation_answer.v1")
    assert "Jordan" not in rejected.stdout

    wrong = given["NATS_SEED"].replace("ingest-training", "auditor")
    refused = send(wrong, {})
    assert refused.returncode == 2
    assert refused.stdout == ""
