"""Reports as people take them out: files of four kinds, by the command line and by pages."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING, Any

import arro3.io
import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader
from typer.testing import CliRunner

from services.__main__ import app
from services.incidents import cli
from services.incidents.report_charts import bars
from services.incidents.report_files import written_as
from services.incidents.reports import Report
from services.incidents.words import Audience, Format, ReportName
from shared.cli.output import CannotRun
from shared.errors import Refused
from tests.incidents.eventful import YEAR, many, stamp_by
from tests.incidents.samples import AGENCY, DIRECTOR, DISTRICT, OTHER_SCHOOL, PRINCIPAL, SCHOOL
from tests.incidents.site import district_site
from tests.web.browsing import press, sign_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from services.incidents.district_desk import DistrictDesk
    from tests.incidents.samples import At

COUNTS = {(SCHOOL, "ARRS"): 3, (SCHOOL, "WARN"): 40, (OTHER_SCHOOL, "WARN"): 30}
NARROW: Any = {"width": 360, "height": 740}


@pytest.fixture
def report(district: DistrictDesk, at: At, monkeypatch: pytest.MonkeyPatch) -> Report:
    stamp_by(at, monkeypatch)
    many(district, COUNTS)
    return district.report(ReportName.CALLS, by=DIRECTOR, period=YEAR)


def test_the_csv_and_the_parquet_file_have_a_line_for_each_row_of_each_table(
    report: Report,
) -> None:
    read = list(csv.DictReader(io.StringIO(written_as(report, Format.CSV).decode())))
    assert len(read) == sum(len(table.rows) for table in report.tables)
    (arrests,) = [e for e in read if e["table"] == "calls" and e["outcome"] == "Arrest"]
    assert (arrests["school"], arrests["calls"], arrests["persons"]) == (SCHOOL, "3", "")
    assert {each["as_of"] for each in read} == {report.asked.as_of.isoformat()}
    table = arro3.io.read_parquet(io.BytesIO(written_as(report, Format.PARQUET))).read_all()
    assert table.column_names == [*read[0]]
    columns = {name: table[name].to_pylist() for name in ("table", "outcome", "calls", "persons")}
    told = list(zip(*columns.values(), strict=True))
    assert ("calls", "Arrest", 3, None) in told
    assert len(told) == len(read)


def test_the_json_file_is_the_report_with_its_query(report: Report) -> None:
    content = written_as(report, Format.JSON)
    assert Report.model_validate_json(content) == report
    assert "what was recorded later does not count" in " ".join(json.loads(content)["query"])


def test_the_pdf_is_tagged_and_says_what_was_asked_and_every_table(report: Report) -> None:
    pdf = written_as(report, Format.PDF)
    read = PdfReader(io.BytesIO(pdf))
    catalog: dict[str, Any] = dict(read.root_object)
    assert catalog["/MarkInfo"]["/Marked"]
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf
    text = " ".join(" ".join(page.extract_text() for page in read.pages).split())
    assert report.asked.as_of.isoformat() in text
    assert "Not known" in text
    assert all(table.title in text for table in report.tables)


def test_a_chart_says_every_value_and_no_markup_of_its_data() -> None:
    chart = bars("Calls <by> school", [("a & b", 4), ("few", None), ("none", 0)])
    assert "a &amp; b: 4; few: hidden; none: 0" in chart
    assert "<by>" not in chart
    assert "style" not in chart
    assert bars("Nothing", []).count("<rect") == 0


# --- The command line -----------------------------------------------------------------------------


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


def given(told: Path, *more: str, name: str = "calls", org: str = DISTRICT) -> Any:
    days = ("--from", "2025-09-01", "--to", "2026-08-31")
    command = ["report", name, "--org", org, "--data", str(told), *days, *more]
    return CliRunner().invoke(app, command)


def test_data_2_the_command_writes_a_report_and_publishes_an_edition(told: Path) -> None:
    made = given(told, "--format", "json")
    assert made.exit_code == 0, made.exception
    assert json.loads(made.stdout)["asked"]["audience"] == "internal"
    for audience in (given(told, "--audience", "public"), given(told, "--as-of", "2020-01-01")):
        assert audience.exit_code == 0, audience.exception
        assert audience.stdout.startswith("report,from,to,as_of,table,")
    edition = given(told, "--audience", "public", "--format", "json")
    as_of = json.loads(edition.stdout)["asked"]["as_of"]
    again = given(told, "--audience", "public", "--format", "json", "--as-of", as_of)
    assert again.stdout == edition.stdout


def test_what_the_command_cannot_do_it_says(told: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    public = ("--audience", Audience.PUBLIC.value)
    for done, words in (
        (given(told, *public, name="state"), "not for the public"),
        (given(told, *public, "--as-of", "2020-01-01"), "nothing was published"),
        (given(told, "--as-of", "soon"), "write it as YYYY-MM-DD"),
        (given(told, org=AGENCY), "only that keeps"),
    ):
        assert isinstance(done.exception, CannotRun)
        assert words in str(done.exception)
    refused = given(told, "--by", PRINCIPAL)
    assert isinstance(refused.exception, Refused)
    monkeypatch.setattr(cli, "find_spec", lambda _: None)
    for kind, package in (("pdf", "typst"), ("parquet", "arro3")):
        missing = given(told, "--format", kind)
        assert f"{kind} needs the package {package}" in str(missing.exception)


# --- Pages ----------------------------------------------------------------------------------------


@pytest.fixture
def at_district(
    tmp_path: Path, browser: Browser, at: At, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Page, DistrictDesk, list[str]]]:
    stamp_by(at, monkeypatch)
    with district_site(tmp_path) as (url, desk):
        many(desk, COUNTS)
        context = browser.new_context(base_url=url, java_script_enabled=False, viewport=NARROW)
        page, wrong = context.new_page(), list[str]()
        page.on("console", lambda message: wrong.append(message.text))
        yield page, desk, wrong
        context.close()


def test_data_2_a_report_is_read_with_its_charts_and_published_for_everybody(
    at_district: tuple[Page, DistrictDesk, list[str]],
) -> None:
    page, desk, wrong = at_district
    sign_in(page, DIRECTOR)
    page.goto("/reports")
    press(page, "Calls and outcomes")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Calls for service")
    chart = page.get_by_role("img", name="Calls and persons by school")
    expect(chart).to_be_visible()
    twin = page.get_by_role("table", name="Calls and persons by school")
    expect(twin.get_by_role("row", name="Sample Valley High")).to_contain_text("43")
    bars = chart.locator("rect").evaluate_all("all => all.map(each => each.width.baseVal.value)")
    assert bars[0] < bars[1], "as the counts are"
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename == "calls-internal-2025-09-01-2026-08-31.csv"
    page.goto("/reports")
    press(page, "Publish an edition")
    expect(page.get_by_text("The edition is published")).to_be_visible()
    press(page, "Freeze for the state")
    expect(page.get_by_text("is frozen as it goes out")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    page.get_by_role("table", name="Frozen").get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Sample School District")
    expect(page.get_by_role("heading", name="Not known")).to_be_visible()
    press(page, "Sign out")
    page.goto("/published")
    page.get_by_role("main").get_by_role("link").first.click()
    expect(page.get_by_role("table", name="Calls by school and outcome")).to_contain_text("hidden")
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    assert not wrong, wrong
    assert len(desk.editions()) == 1
    page.goto("/reports/calls")
    expect(page).to_have_url(re.compile("sign-in"))


def test_data_4_a_principal_makes_no_report_and_a_wrong_day_is_named(
    at_district: tuple[Page, DistrictDesk, list[str]],
) -> None:
    page, _, _ = at_district
    sign_in(page, PRINCIPAL)
    answer = page.goto("/reports/state")
    assert answer is not None
    assert answer.status == 403
    press(page, "Sign out")
    sign_in(page, DIRECTOR)
    answer = page.goto("/reports/calls?from=yesterday")
    assert answer is not None
    assert answer.status == 422
    expect(page.get_by_role("main")).to_contain_text("YYYY-MM-DD")
    assert page.request.get("/reports/calls/exe").status == 422
