"""Each container sees its own secrets and nobody else's, and none is ever overwritten."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from shared.hand_out import OtherSecret, hand_out, make_passwords
from shared.wire.plan import Plan, set_up
from tests.cli.command import accord
from tests.servers import AGENCY, DISTRICT

if TYPE_CHECKING:
    from pathlib import Path

PARTS = ("complaints", "directory", "nats", "postgres", "proxy", "server", "steward")
PLAN = Plan(
    org=DISTRICT,
    kind="district",
    counterpart=AGENCY,
    services={"complaints": (), "directory": ()},
    sites=("*.district.example",),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An organisation that is set up."""
    set_up(tmp_path / "data", PLAN)
    return tmp_path / "data" / DISTRICT


@pytest.fixture
def parts(tmp_path: Path) -> Path:
    """Where each container's volume is mounted."""
    for name in PARTS:
        (tmp_path / "parts" / name).mkdir(parents=True)
    return tmp_path / "parts"


def secrets_of(part: Path) -> list[str]:
    files = (file for file in part.glob("secrets/**/*") if file.is_file())
    return sorted(file.relative_to(part / "secrets").as_posix() for file in files)


def test_each_part_holds_the_secrets_of_its_name_and_no_others(folder: Path, parts: Path) -> None:
    make_passwords(folder, PLAN.services)
    hand_out(folder, parts)
    own = ("master.key", "nats.seed", "outside.token", "session.key", "store.password")
    passwords = ("complaints.password", "directory.password", "password")
    assert {name: secrets_of(parts / name) for name in PARTS} == {
        "complaints": [f"complaints/{name}" for name in own],
        "directory": [f"directory/{name}" for name in own],
        "nats": [],
        "postgres": [f"postgres/{name}" for name in passwords],
        "proxy": ["proxy/proxy.key"],
        "server": ["server/leaf.key", "server/server.key"],
        "steward": ["steward/nats.seed"],
    }
    copies = [file for file in parts.glob("*/secrets/*/*") if file.is_file()]
    assert {stat.S_IMODE(file.stat().st_mode) for file in copies} == {0o600}
    assert not list((parts / "nats").iterdir())
    for name in ("complaints", "server", "steward"):
        assert (parts / name / "certificates" / "ca.pem").exists()
        assert (parts / name / "nats.conf").exists()


def test_a_service_and_the_server_know_the_same_password_and_each_has_another(
    folder: Path, parts: Path
) -> None:
    make_passwords(folder, PLAN.services)
    hand_out(folder, parts)
    known = [
        (parts / service / "secrets" / service / "store.password").read_text()
        for service in PLAN.services
    ]
    at_server = [
        (parts / "postgres" / "secrets" / "postgres" / f"{service}.password").read_text()
        for service in PLAN.services
    ]
    assert known == at_server
    assert len(set(known)) == len(PLAN.services)


def test_handed_out_again_public_files_follow_and_secrets_stay(folder: Path, parts: Path) -> None:
    make_passwords(folder, PLAN.services)
    hand_out(folder, parts)
    before = {file: file.read_bytes() for file in parts.glob("*/secrets/*/*")}
    set_up(folder.parent, PLAN.model_copy(update={"port": 14222}))
    make_passwords(folder, PLAN.services)
    hand_out(folder, parts)
    assert {file: file.read_bytes() for file in parts.glob("*/secrets/*/*")} == before
    assert "14222" in (parts / "server" / "nats.conf").read_text()


def test_a_part_with_another_secret_is_refused_not_overwritten(folder: Path, parts: Path) -> None:
    key = parts / "complaints" / "secrets" / "complaints" / "master.key"
    key.parent.mkdir(parents=True)
    key.write_text("the only key to what was sealed")
    with pytest.raises(OtherSecret, match="differs"):
        hand_out(folder, parts)
    assert key.read_text() == "the only key to what was sealed"


def test_the_command_says_what_is_missing(tmp_path: Path, parts: Path) -> None:
    given = ("--org", DISTRICT, "--data", str(tmp_path / "data"))
    refused = accord("hand-out", str(parts), *given)
    assert refused.returncode == 2
    assert "is not set up" in refused.stderr
    refused = accord("databases", "--server", "127.0.0.1:1", *given)
    assert refused.returncode == 2
    assert "accord hand-out" in refused.stderr


def test_the_command_hands_out(folder: Path, parts: Path) -> None:
    done = accord("hand-out", str(parts), "--org", DISTRICT, "--data", str(folder.parent))
    assert done.returncode == 0, done.stderr
    assert secrets_of(parts / "steward") == ["steward/nats.seed"]
