"""Both organisations by docker-compose.yml, from nothing to a complaint answered, and kept.

One story in the order of the file: each test goes on from where the last one left the containers.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.compose.deployment import (
    HTTPS,
    LEAF,
    NATS,
    ORGANISATIONS,
    PROJECT,
    ROOT,
    Deployment,
    eventually,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SCHOOL, OFFICER, PRINCIPAL, REVIEWER = "sample-valley-high", "officer-12", "staff-1", "agency-2"
STORY = "He shouted at my child beside locker 0099 and took the phone away."
IMPORTS = {
    "district": (
        ("schools", "schools.csv"),
        ("calendar", "calendar-2025-26.json"),
        ("calendar", "calendar-2026-27.json"),
        ("policy", "policy.json"),
        ("staff", "staff.csv"),
    ),
    "agency": (("officers", "officers.csv"), ("staff", "staff.csv")),
}
CATALOG = "services/training/catalog/law-2021.json"
CONFIRMATION = {
    "officer": OFFICER,
    "requirement": "T-DEVEL",
    "completed_on": "2025-09-08",
    "provider": "Sample agency academy",
}
IMAGE_BYTES_MAX = 300_000_000
LEAF_PORT = 7422
LINK = f"{PROJECT}_link"
EVERY_PORT = [(1, 65_535)]


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    """Started from nothing; taken away with all it kept."""
    it = Deployment()
    it.compose("down", "--volumes", "--timeout", "5")
    it.compose("build", "--quiet", "district-set-up")
    it.up()
    yield it
    it.compose("down", "--volumes", "--timeout", "5")


@pytest.fixture(scope="module")
def receipts() -> dict[str, str]:
    """Passphrases of what was filed, by number."""
    return {}


def other(kind: str) -> str:
    return "agency" if kind == "district" else "district"


def networks_of(container: dict[str, Any]) -> dict[str, dict[str, str]]:
    networks: dict[str, dict[str, str]] = container["NetworkSettings"]["Networks"]
    return networks


def fingerprints(deployment: Deployment, kind: str) -> dict[str, str]:
    """Of each file that the first start made: secrets, certificates, cards."""
    lines = deployment.compose(
        "run", "--rm", "-T", "--no-deps", f"{kind}-set-up", "find /data -type f | xargs sha256sum"
    )
    return {path: digest for digest, path in map(str.split, lines.splitlines())}


def test_everything_is_well_after_the_first_start(deployment: Deployment) -> None:
    eventually(deployment.all_is_well)


def test_the_image_is_small_and_holds_nothing_that_builds(deployment: Deployment) -> None:
    size = int(deployment.docker("image", "inspect", "--format", "{{.Size}}", "accord"))
    assert size < IMAGE_BYTES_MAX
    tools = "pip uv gcc cc make node npm"
    found = deployment.inside(
        "district", "complaints", "sh", "-c", f"for t in {tools}; do command -v $t || true; done"
    )
    assert not found.split()


@pytest.mark.parametrize("kind", ORGANISATIONS)
def test_every_container_that_runs_is_contained(deployment: Deployment, kind: str) -> None:
    for name, container in deployment.running(kind).items():
        host = container["HostConfig"]
        assert container["Config"]["User"] == "999:999", name
        assert host["ReadonlyRootfs"], name
        assert host["CapDrop"] == ["ALL"], name
        assert not host["CapAdd"], name
        assert host["SecurityOpt"] == ["no-new-privileges"], name
        assert all(host[limit] for limit in ("Memory", "NanoCpus", "PidsLimit")), name
        assert host["LogConfig"]["Config"] == {"max-size": "10m", "max-file": "5"}, name
        assert not host["Privileged"], name


@pytest.mark.parametrize("kind", ORGANISATIONS)
def test_each_container_sees_its_own_secrets_only(deployment: Deployment, kind: str) -> None:
    for service in ("complaints", "directory", "training", "steward"):
        seen = deployment.inside(
            kind, service, "find", "/data", "-path", "*/secrets/*", "-type", "f"
        )
        files = [line.split("/")[4:] for line in seen.splitlines()]
        assert files
        assert {owner for owner, _ in files} == {service}
    listed = deployment.inside(
        kind,
        "complaints",
        "find",
        "/data",
        "-path",
        "*/secrets/*",
        "-type",
        "f",
        "-printf",
        "%m %U\n",
    )
    assert set(listed.splitlines()) == {"600 999"}


def test_a_service_cant_enter_the_database_of_another(deployment: Deployment) -> None:
    script = """
import psycopg
from pathlib import Path
from shared.settings import Settings
settings = Settings.of("snohomish-sd", Path("data"))
for name in ("complaints", "complaints_keys", "directory", "directory_keys", "postgres"):
    url = settings.store("complaints").url.rpartition("/")[0] + "/" + name
    try:
        psycopg.connect(url).close()
        print(name, "entered")
    except psycopg.OperationalError as error:
        print(name, "refused" if "permission denied for database" in str(error) else error)
"""
    answers = deployment.inside("district", "complaints", "python", "-", given=script)
    assert answers.splitlines() == [
        "complaints entered",
        "complaints_keys entered",
        "directory refused",
        "directory_keys refused",
        "postgres refused",
    ]


@pytest.mark.parametrize("kind", ORGANISATIONS)
def test_from_any_container_nothing_of_the_other_organisation_answers_but_the_leaf(
    deployment: Deployment, kind: str
) -> None:
    """From each, each address and name of theirs on each port where anything of theirs listens."""
    ours, theirs = deployment.running(kind), deployment.running(other(kind))
    listening = {name: deployment.knock(its["Id"]) for name, its in theirs.items()}
    ports = sorted({port for mine in listening.values() for port in mine})
    assert {4222, 5432, 8000, 8443} <= set(ports)
    networks = [net for its in theirs.values() for net in networks_of(its).values()]
    where = {*theirs, *(net["IPAddress"] for net in networks)}
    doors = {each: [(port, port) for port in ports] for each in where}
    published = [(port, port) for port in (*ports, *HTTPS.values(), LEAF, NATS)]
    doors |= {net["Gateway"]: published for net in networks if net["Gateway"]}
    leaf = {("district-nats", LEAF_PORT)}
    if kind == "agency":
        leaf.add((networks_of(theirs["district-nats"])[LINK]["IPAddress"], LEAF_PORT))
    for name, its in ours.items():
        found = {(host, port) for host, port in deployment.knock(its["Id"], doors)}
        assert found == (leaf if name == "agency-nats" else set()), name


def test_over_the_link_no_port_answers_but_the_leaf(deployment: Deployment) -> None:
    """All ports there are, from either end of the one network that both are in."""
    ends = {kind: deployment.running(kind)[f"{kind}-nats"] for kind in ORGANISATIONS}
    for kind, expected in (("agency", [LEAF_PORT]), ("district", [])):
        theirs = networks_of(ends[other(kind)])[LINK]["IPAddress"]
        found = deployment.knock(ends[kind]["Id"], {theirs: EVERY_PORT})
        assert [port for _, port in found] == expected


@pytest.mark.parametrize("kind", ORGANISATIONS)
def test_a_browser_is_served_over_tls_by_the_name_of_a_service_only(
    deployment: Deployment, kind: str
) -> None:
    site = deployment.site(kind, "complaints")
    page = site.get({"district": "/complaint", "agency": "/sign-in"}[kind])
    assert page.status_code == 200
    assert "max-age" in page.headers["strict-transport-security"]
    assert "'none'" in page.headers["content-security-policy"]
    assert site.get("/health").status_code == 404


def test_comp_5_a_complaint_goes_from_the_form_to_the_agency_and_its_answer_comes_back(
    deployment: Deployment, receipts: dict[str, str]
) -> None:
    for kind, files in IMPORTS.items():
        slug = ORGANISATIONS[kind]
        for what, file in files:
            path = f"samples/{slug}/{file}"
            deployment.accord(kind, "directory", "import", what, path, "--org", slug)
    site = deployment.site("district", "complaints")
    eventually(lambda: OFFICER in site.get("/complaint").text)
    receipt = site.fill_in(
        "/complaint", narrative=STORY, school=SCHOOL, officer=OFFICER, allegations="use of force"
    )
    number = re.search(r"SRO-\w{4}-\w{4}", receipt.text)
    passphrase = re.search(r"\b\w{4}-\w{4}-\w{4}-\w{4}\b", receipt.text)
    assert number, receipt.text
    assert passphrase, receipt.text
    receipts[number[0]] = passphrase[0]

    agency = deployment.site("agency", "complaints")
    slug = ORGANISATIONS["agency"]
    secret = deployment.accord("agency", "complaints", "break-glass", "complaints", "--org", slug)
    why = {"staff": REVIEWER, "secret": secret.strip(), "reason": "There is no provider here."}
    agency.fill_in("/sign-in/emergency", **why)
    eventually(lambda: number[0] in agency.get("/inbox").text)
    case = f"/cases/{number[0]}"
    assert agency.fill_in(case, f"{case}/acknowledge", reference="S-2026-7").is_success
    came = f"answer = desk.seen({number[0]!r}, {PRINCIPAL!r}).agency_reference"
    eventually(lambda: deployment.at_desk("district", came) == "S-2026-7")


def test_trn_6_the_agencys_training_system_confirms_from_outside_the_containers(
    deployment: Deployment, tmp_path: Path
) -> None:
    slug = ORGANISATIONS["agency"]
    deployment.accord("agency", "training", "import", "catalog", CATALOG, "--org", slug)
    given = {"seed": "secrets/ingest-training/nats.seed", "authority": "certificates/ca.pem"}
    options = [
        "--agency",
        slug,
        "--server",
        f"tls://localhost:{NATS}",
        "--source",
        "/sample/records",
    ]
    for option, path in given.items():
        cat = ("--entrypoint", "cat", "agency-set-up", f"/data/{slug}/{path}")
        (tmp_path / option).write_text(deployment.compose("run", "--rm", "-T", "--no-deps", *cat))
        options += [f"--{option}", str(tmp_path / option)]

    def sent() -> dict[str, Any] | None:
        done = subprocess.run(
            [sys.executable, ROOT / "examples/agency_training_client.py", *options],
            input=json.dumps({"id": "record-1", "data": CONFIRMATION}),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return json.loads(done.stdout) if done.returncode == 0 else None

    assert eventually(sent)["accepted"]


def followed(deployment: Deployment, receipts: dict[str, str]) -> None:
    """What was filed is still followed with its passphrase, and all is well."""
    eventually(deployment.all_is_well)
    site = deployment.site("district", "complaints")
    for number, passphrase in receipts.items():
        page = site.fill_in("/follow", number=number, passphrase=passphrase)
        assert number in page.text
        assert "What has happened" in page.text


def test_a_restart_keeps_everything(deployment: Deployment, receipts: dict[str, str]) -> None:
    before = {kind: fingerprints(deployment, kind) for kind in ORGANISATIONS}
    deployment.compose("restart", "--timeout", "20")
    deployment.up()
    followed(deployment, receipts)
    assert {kind: fingerprints(deployment, kind) for kind in ORGANISATIONS} == before


def test_down_and_up_again_keeps_everything(
    deployment: Deployment, receipts: dict[str, str]
) -> None:
    before = {kind: fingerprints(deployment, kind) for kind in ORGANISATIONS}
    deployment.compose("down", "--timeout", "20")
    deployment.up()
    followed(deployment, receipts)
    assert {kind: fingerprints(deployment, kind) for kind in ORGANISATIONS} == before
    reference = f"answer = [c.reference for c in desk.cases({REVIEWER!r})]"
    assert all(deployment.at_desk("agency", reference))


def test_no_log_tells_what_people_wrote(deployment: Deployment) -> None:
    logs = deployment.compose("logs", "--no-color")
    assert "serving" in logs
    assert "locker 0099" not in logs
