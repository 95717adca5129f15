"""Every block of docs/integrating-agency-systems.md, in its order, against the running agency."""

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
from tests.end_to_end.program import AGENCY, ROOT, Program

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.xdist_group("end to end")  # they share the running program

PAGE = ROOT / "docs" / "integrating-agency-systems.md"
CLIENT = ROOT / "examples" / "agency_training_client.py"
SCHEMAS = ROOT / "shared" / "contracts" / "schemas"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINES_MAX = 80


@pytest.fixture
def given(program: Program) -> dict[str, str]:
    """What the operator gives, under the names of the page."""
    settings = Settings.of(AGENCY, program.data)
    return {
        "AGENCY": AGENCY,
        "ACCORD_URL": program.url("agency", "", "training"),
        "TOKEN_FILE": str(settings.folder.resolve() / "secrets" / "training" / "outside.token"),
        "NATS_URL": settings.nats_url,
        "NATS_SEED": str(settings.seed_file("ingest-training")),
        "NATS_CA": settings.nats_ca_file.format(folder=settings.folder.resolve()),
    }


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


def test_trn_6_each_block_of_the_page_works_and_is_answered_as_it_says(
    given: dict[str, str], tmp_path: Path
) -> None:
    shutil.copy(CLIENT, tmp_path)
    answered, compared = "", 0
    numbers: dict[int, int] = {}
    for language, block in BLOCK.findall(PAGE.read_text("utf-8")):
        if language == "json":
            expected, answer = json.loads(block), json.loads(answered)
            if expected.get("number") is not None:  # the officer may have some before
                assert numbers.setdefault(expected["number"], answer["number"]) == answer["number"]
                answer["number"] = expected["number"]
            assert answer == expected
            compared += 1
        else:
            shell = ["bash", "-euo", "pipefail", "-c"] if language == "sh" else ["python", "-c"]
            done = run([*shell, block], tmp_path, given)
            assert done.returncode == 0, f"{block}\n{done.stderr}"
            answered = done.stdout
    assert compared == 5
    assert len(set(numbers.values())) == len(numbers) == 2
    event = json.loads((tmp_path / "confirmation.json").read_bytes())
    schema = json.loads((SCHEMAS / "training.confirmation.v1.json").read_bytes())
    jsonschema.validate(event["data"], schema)


def test_trn_6_the_client_needs_nothing_of_ours_and_says_what_came_of_it(
    given: dict[str, str], tmp_path: Path
) -> None:
    shutil.copy(CLIENT, tmp_path)
    assert len(CLIENT.read_text("utf-8").splitlines()) < LINES_MAX
    imported = re.findall(r"^(?:import|from) (\w+)", CLIENT.read_text("utf-8"), re.MULTILINE)
    assert set(imported) - set(sys.stdlib_module_names) == {"nats"}

    def send(seed: str, data: Mapping[str, Any]) -> subprocess.CompletedProcess[str]:
        command = ["python", CLIENT.name, "--server", given["NATS_URL"], "--agency", AGENCY]
        command += ["--seed", seed, "--authority", given["NATS_CA"], "--source", "/sample/records"]
        return run(command, tmp_path, given, json.dumps({"id": "client-1", "data": data}) + "\n")

    rejected = send(given["NATS_SEED"], {"officer": "Jordan Sample"})
    assert rejected.returncode == 1, rejected.stderr
    answer = json.loads(rejected.stdout)
    assert (answer["id"], answer["accepted"]) == ("client-1", False)
    schema = json.loads((SCHEMAS / "training.confirmation_answer.v1.json").read_bytes())
    jsonschema.validate({name: value for name, value in answer.items() if name != "id"}, schema)
    assert "Jordan" not in rejected.stdout

    wrong = given["NATS_SEED"].replace("ingest-training", "auditor")
    refused = send(wrong, {})
    assert refused.returncode == 2
    assert refused.stdout == ""
