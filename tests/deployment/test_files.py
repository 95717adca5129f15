"""The files that start a deployment know every service and agree with the rest of the project."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from services.__main__ import SERVICES

ROOT = Path(__file__).parents[2]
COMPOSE = (ROOT / "docker-compose.yml").read_text()


@pytest.mark.parametrize("org", ["district", "agency"])
@pytest.mark.parametrize("service", SERVICES)
def test_every_service_of_either_organisation_has_a_container_and_its_part(
    service: str, org: str
) -> None:
    block = COMPOSE.partition(f"\n  {org}-{service}:\n")[2].partition("\n\n")[0]
    assert f"command: [serve, {service}, " in block
    assert f"hostname: {service}\n" in block
    assert f"aliases: [{service}]" in block
    assert f'"{org}-{service}:/data/${{{org.upper()}:?}}:ro"' in block
    assert f"- {org}-{service}:/hand-out/{service}\n" in COMPOSE
    assert f'"{service}": 8000' in COMPOSE
    names = re.search(
        r"server_name ~\^\(\?<service>([a-z|]+)\)", (ROOT / "deploy/nginx.conf").read_text()
    )
    assert names is not None
    assert service in names[1].split("|")


def test_both_organisations_are_contained_alike() -> None:
    district, agency = (
        COMPOSE.partition(f"\n  {org}-postgres:\n")[2].partition(f"\n  {end}:\n")[0]
        for org, end in (("district", "agency-set-up"), ("agency", "unending"))
    )
    agency = agency.partition("\nnetworks:\n")[0]
    same = agency.replace("agency", "district").replace("AGENCY", "DISTRICT")
    ours = [line for line in district.splitlines() if "link:" not in line and "LEAF" not in line]
    theirs = [line for line in same.splitlines() if "link:" not in line]
    assert [line for line in ours if line.strip() and "#" not in line] == [
        line for line in theirs if line.strip()
    ]


def test_the_image_is_built_by_the_uv_that_made_the_lock() -> None:
    version = re.search(r"^UV_VERSION := (\S+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert version is not None
    assert f"uv=={version[1]}\n" in (ROOT / "Dockerfile").read_text()


def test_the_settings_that_are_committed_hold_no_secret() -> None:
    given = re.findall(r"^([A-Z_]+)=(.*)$", (ROOT / ".env").read_text(), re.MULTILINE)
    assert {name for name, _ in given} == set(re.findall(r"\$\{([A-Z_]+):\?", COMPOSE)) | {
        "COMPOSE_PROFILES"
    }
