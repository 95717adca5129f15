"""What the command line takes out: the matrix as CSV and as tagged PDF, and badges."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pytest
from pypdf import PdfReader
from typer.testing import CliRunner

from services.__main__ import app
from services.training.domain import Entered
from services.training.paper import as_pdf
from services.training.views import as_csv
from services.training.words import Channel
from shared.errors import Refused
from tests.training.samples import AGENCY, COORDINATOR, DISTRICT, OFFICER, TODAY

if TYPE_CHECKING:
    from pathlib import Path

    from services.training.agency_desk import AgencyDesk
    from services.training.application import Row


@pytest.fixture
def rows(agency: AgencyDesk) -> list[Row]:
    entered = Entered(requirement="T-DEVEL", completed_on=TODAY, provider="Sample academy")
    agency.confirm(OFFICER, entered, by=COORDINATOR, channel=Channel.PAGE)
    return agency.matrix(COORDINATOR, as_of=TODAY, known_on=TODAY)


def test_trn_11_the_pdf_is_tagged_and_says_its_day_its_query_and_every_cell(
    agency: AgencyDesk, rows: list[Row]
) -> None:
    pdf = as_pdf(rows, org=AGENCY, as_of=TODAY, printed_at=agency.now())
    read = PdfReader(io.BytesIO(pdf))
    catalog: dict[str, Any] = dict(read.root_object)
    assert catalog["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in catalog
    assert catalog["/Lang"] == "en"
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf
    text = " ".join(" ".join(page.extract_text() for page in read.pages).split())
    assert f"Training matrix of {AGENCY} as of {TODAY}" in text
    assert f"Every officer listed on {TODAY}" in text
    for row in rows:
        assert row.officer in text
        assert all(cell.requirement.id in text for cell in row.cells)
    assert "✓ current" in text


def test_trn_11_the_csv_has_a_line_a_cell(rows: list[Row]) -> None:
    read = list(csv.DictReader(io.StringIO(as_csv(rows))))
    assert len(read) == sum(len(row.cells) for row in rows)
    mine = [each for each in read if (each["officer"], each["requirement"]) == (OFFICER, "T-DEVEL")]
    assert [each["status"] for each in mine] == ["current"]


@pytest.fixture
def told(tmp_path: Path) -> Path:
    """A data folder with both organisations' settings, and nothing else."""
    for org, kind, other in ((AGENCY, "agency", DISTRICT), (DISTRICT, "district", AGENCY)):
        folder = tmp_path / "data" / org
        (folder / "keys").mkdir(parents=True)
        values = {"KIND": kind, "COUNTERPART": other, "FOLDER": folder}
        text = "".join(f"ACCORD_{name}='{value}'\n" for name, value in values.items())
        (folder / "accord.env").write_text(text)
    return tmp_path / "data"


@pytest.mark.parametrize("command", [("matrix",), ("badges", OFFICER)])
def test_trn_11_nothing_is_taken_out_for_who_may_not_read(
    told: Path, command: tuple[str, ...]
) -> None:
    given = ["export", *command, "--org", AGENCY, "--data", str(told), "--by", "staff-99"]
    done = CliRunner().invoke(app, given)
    assert isinstance(done.exception, Refused)
    assert done.exception.clause == "C-TRN-11"
    assert done.stdout == ""


def test_trn_5_a_district_signs_no_badges(told: Path) -> None:
    given = ["export", "badges", OFFICER, "--org", DISTRICT, "--data", str(told), "--by", "staff-5"]
    done = CliRunner().invoke(app, given)
    assert "only the agency signs" in str(done.exception)
