"""`accord import`, `accord close-school`, `accord add-day` and the API, as users meet them."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import httpx
import pytest
import typer
from typer.testing import CliRunner, Result

from services.directory import cli
from services.directory.__main__ import service
from services.directory.samples import load_samples
from shared.cli.output import CannotRun
from shared.errors import Refused
from shared.settings import NotConfigured, Settings
from tests.directory.samples import AGENCY, DISTRICT, PROGRAM

if TYPE_CHECKING:
    from pathlib import Path

    from fastapi import FastAPI

ACCORD, IMPORTS = typer.Typer(), typer.Typer()
cli.register(IMPORTS)
cli.register_days(ACCORD, "Tell it")
ACCORD.add_typer(IMPORTS, name="import")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for org, kind, other in ((DISTRICT, "district", AGENCY), (AGENCY, "agency", DISTRICT)):
        folder = tmp_path / org
        folder.mkdir()
        (folder / "accord.env").write_text(
            f"ACCORD_KIND={kind}\nACCORD_COUNTERPART={other}\nACCORD_FOLDER={folder}\n"
        )
    return tmp_path


def accord(data: Path, *arguments: str, org: str = DISTRICT) -> Result:
    command = [*arguments, "--org", org, "--data", str(data)]
    result = CliRunner().invoke(ACCORD, command)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.mark.parametrize(
    ("kind", "file"),
    [("schools", "schools.csv"), ("calendar", "calendar-2025-26.json"), ("policy", "policy.json")],
)
def test_data_9_a_file_is_imported_once(data: Path, kind: str, file: str) -> None:
    path = str(PROGRAM / DISTRICT / file)
    first = accord(data, "import", kind, path, "--json")
    again = accord(data, "import", kind, path, "--json")
    assert (first.exit_code, again.exit_code) == (0, 0)
    assert json.loads(first.output)["recorded"] == json.loads(again.output)["unchanged"] > 0
    assert json.loads(again.output)["recorded"] == 0


def test_data_9_rows_handed_back_are_written_beside_the_file(data: Path) -> None:
    file = data / "schools.csv"
    file.write_bytes(
        b"school,title,effective_from,effective_to\na,\xc9,2025-08-01,\nb,B,2025-08-01,\n"
    )
    result = accord(data, "import", "schools", str(file))
    assert result.exit_code == 1
    assert "1 loaded, 0 known already, 1 handed back" in result.output
    rejected = data / "schools.csv.rejected.csv"
    assert rejected.stat().st_mode & 0o777 == 0o600
    assert rejected.read_bytes().splitlines()[1].startswith(b"a,\xc9,2025-08-01,,2,title,")


def test_data_9_with_json_the_rows_are_printed_and_no_file_is_written(data: Path) -> None:
    file = data / "schools.csv"
    file.write_bytes(b"school,title,effective_from,effective_to\na,\xc9,2025-08-01,\n")
    result = accord(data, "import", "schools", str(file), "--json")
    assert result.exit_code == 1
    (back,) = json.loads(result.output)["handed_back"]
    assert (back["line"], back["field"], back["row"]["title"]) == (2, "title", "\\xc9")
    assert not list(data.glob("*.rejected.csv"))


def test_a_file_or_an_organisation_that_is_not_there_can_not_run(data: Path) -> None:
    with pytest.raises(CannotRun, match=r"nothing\.csv can't be read: No such file"):
        accord(data, "import", "staff", "nothing.csv")
    with pytest.raises(NotConfigured, match="accord run"):
        accord(data, "import", "staff", str(PROGRAM / DISTRICT / "staff.csv"), org="nobody")


def test_time_5_days_are_declared_by_command(data: Path) -> None:
    accord(data, "import", "schools", str(PROGRAM / DISTRICT / "schools.csv"))
    accord(data, "import", "calendar", str(PROGRAM / DISTRICT / "calendar-2025-26.json"))
    school = ("--school", "sample-valley-high")
    closed = accord(data, "close-school", "2026-01-21", "--reason", "snow", *school)
    assert (closed.exit_code, closed.output) == (0, "2026-01-21 is a day without school\n")
    again = accord(data, "close-school", "2026-01-21", "--reason", "snow", *school, "--json")
    assert json.loads(again.output) == {"recorded": False}
    added = accord(data, "add-day", "2026-01-24", "--reason", "snow", "--json")
    assert json.loads(added.output) == {"recorded": True}
    with pytest.raises(Refused, match="C-TIME-5: no loaded calendar covers that day"):
        accord(data, "add-day", "2031-01-24", "--reason", "snow")
    with pytest.raises(CannotRun, match="DATE is not a date"):
        accord(data, "add-day", "tomorrow", "--reason", "snow")


def got(app: FastAPI, path: str) -> httpx.Response:
    """What the API answers."""

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://directory") as client:
            return await client.get(path)

    return asyncio.run(ask())


def test_the_samples_load_and_the_api_tells_them_as_of_a_day_without_names(data: Path) -> None:
    for org in (DISTRICT, AGENCY):
        load_samples(Settings.of(org, data))
        load_samples(Settings.of(org, data))
    district, agency = (service(Settings.of(org, data)) for org in (DISTRICT, AGENCY))
    with district.desk, agency.desk:
        schools = got(district.app, "/api/schools?as_of=2025-08-01").json()
        assert [school["school"] for school in schools] == [
            "fixture-peak-high",
            "placeholder-middle",
            "sample-valley-high",
        ]
        assert got(district.app, "/api/schools?as_of=2025-07-31").json() == []
        assert got(district.app, "/api/schools?as_of=1").status_code == 422
        for day, calendars in (("2026-05-12", 1), ("2026-05-13", 2)):
            known = got(district.app, f"/api/calendars?as_of={day}").json()
            assert len(known["calendars"]) == calendars
        (policy,) = got(district.app, "/api/policies").json()
        assert policy["complaint"]["determination"]["count"] == 20
        assert len(got(agency.app, "/api/officers").json()) == 3
        paths = got(agency.app, "/").json().values()
        told = "".join(got(app, path).text for app in (district.app, agency.app) for path in paths)
        assert "Synthetic" not in told
        assert "staff-" not in told


def test_what_the_service_publishes_is_what_published_says(data: Path) -> None:
    load_samples(Settings.of(DISTRICT, data))
    district = service(Settings.of(DISTRICT, data))
    with district.desk as desk:
        told = [
            (publication.audience, publication.contract.name)
            for _, event in desk.history(0, 100)
            for publication in district.publish(event)
        ]
    assert told.count((AGENCY, "directory.school_listed.v1")) == 3
    assert told.count(("own", "directory.staff_appointed.v1")) == 12
    assert (AGENCY, "directory.staff_appointed.v1") not in told
