"""`accord set-up`, `introduce` and `streams`, as an operator gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.cli.command import Result, accord

if TYPE_CHECKING:
    from pathlib import Path

DISTRICT, AGENCY = "sample-sd", "sample-pd"


def set_up(data: Path, org: str, *more: str) -> Result:
    kind, other = ("district", AGENCY) if org == DISTRICT else ("agency", DISTRICT)
    where = ("--data", str(data), "--org", org, "--kind", kind, "--counterpart", other)
    return accord("set-up", *where, *more)


def test_two_organisations_on_two_machines_are_introduced_by_their_cards(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    leaf = ("--leaf-url", "nats-leaf://bus.district.example:7422")
    made = set_up(here, DISTRICT, "--host", "bus.district.example", "--listen", "10.0.0.7")
    assert made.returncode == 0, made.stderr
    told = set_up(there, AGENCY, *leaf)
    assert told.returncode == 0, told.stderr
    assert "leafnodes" not in (here / DISTRICT / "nats.conf").read_text()

    card = there / AGENCY / "card.json"
    taken = accord("introduce", str(card), "--org", DISTRICT, "--data", str(here))
    assert taken.returncode == 0, taken.stderr
    assert taken.stdout.splitlines()[-1] == told.stdout.splitlines()[-1], "the same fingerprint"
    configuration = (here / DISTRICT / "nats.conf").read_text()
    assert '"10.0.0.7:7422"' in configuration

    again = set_up(here, DISTRICT, "--host", "bus.district.example", "--listen", "10.0.0.7")
    assert again.stdout == made.stdout
    assert (here / DISTRICT / "nats.conf").read_text() == configuration


def test_what_can_not_be_is_said_with_its_fix(tmp_path: Path) -> None:
    result = set_up(tmp_path, AGENCY)
    assert result.returncode == 2
    assert "leaf URL" in result.stderr
    result = accord("introduce", "no-such-file", "--org", DISTRICT, "--data", str(tmp_path))
    assert result.returncode == 2
    assert "no-such-file can't be read" in result.stderr
    set_up(tmp_path, DISTRICT)
    own = tmp_path / DISTRICT / "card.json"
    result = accord("introduce", str(own), "--org", DISTRICT, "--data", str(tmp_path))
    assert result.returncode == 2
    assert "the counterpart of sample-sd, a district, is sample-pd" in result.stderr
    result = accord("introduce", str(own), "--org", AGENCY, "--data", str(tmp_path))
    assert result.returncode == 2
    assert "sample-pd is not set up" in result.stderr
