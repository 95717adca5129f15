"""Staff's pages, used as people use them: a real browser, with and without JavaScript."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser, Page, expect

from services.complaints.application import FindingGiven
from services.complaints.published import publish
from services.complaints.received import from_district
from services.complaints.words import Allegation, Conflict, Finding, Party, Stage
from tests.complaints.samples import AGENCY, NAME
from tests.complaints.site import AgencySite, DistrictSite, agency_site
from tests.web.browsing import act, press, sign_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NARROW = {"width": 320, "height": 640}


@pytest.fixture
def agency(tmp_path: Path) -> Iterator[AgencySite]:
    with agency_site(tmp_path) as site:
        yield site


# --- Staff of the district ------------------------------------------------------------------------


def test_comp_6_from_the_docket_to_the_determination_the_appeal_and_its_answer(
    site: DistrictSite, page: Page
) -> None:
    receipt = site.filed(allegations=[Allegation.FORCE, Allegation.SEARCH])
    sign_in(page, "staff-1")
    page.goto("/docket")
    act(page, receipt.number)
    press(page, "Record that the complainant was told")
    act(page, "Declare a conflict of interest")
    page.get_by_text("None", exact=True).click()
    press(page, "Declare")
    press(page, "Open the investigation")
    press(page, "Record that the officer was told")
    act(page, "Issue the written determination")
    page.get_by_label("Reasons on: search").fill("The officer said so.")
    press(page, "Issue the determination")
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("Finding use of force: choose what was found")
    expect(summary).to_contain_text("Text: write the letter")
    expect(page.get_by_label("Reasons on: search")).to_have_value("The officer said so.")
    page.get_by_role("group", name="use of force").get_by_text("Not sustained").click()
    page.get_by_role("group", name="search").get_by_text("Sustained", exact=True).click()
    page.get_by_label("Reasons on: use of force").fill("No camera saw it.")
    page.get_by_label("Text of the letter").fill("We spoke with everybody.")
    press(page, "Issue the determination")
    expect(page.get_by_text("Recorded: Issue the written determination")).to_be_visible()
    act(page, "Print this letter")
    expect(page.get_by_role("article")).to_contain_text("Allegation: search")

    site.desk.appeal_own(*receipt, grounds="A witness was not asked.")
    sign_in(page, "staff-4")
    page.goto("/appeals")
    act(page, "answer its appeal")
    for choice in ("Complainant", "Upheld"):
        page.get_by_text(choice, exact=True).click()
    page.get_by_label("Text of the letter").fill("The finding stands.")
    press(page, "Issue the answer")
    expect(page.get_by_role("heading", name="Appeal of the complainant answered")).to_be_visible()
    page.goto("/appeals")
    expect(page.get_by_text("No appeal waits for an answer.")).to_be_visible()
    assert site.desk.complaint(receipt.number).stage is Stage.ANSWERED


def determined(site: DistrictSite) -> str:
    """A complaint that waits for the answer to its appeal, of which nothing is late."""
    number = site.filed(language="es").number
    site.desk.declare_conflict(number, by="staff-1", conflict=Conflict.NONE)
    site.desk.open_investigation(number, by="staff-1")
    found = [FindingGiven(Allegation.OTHER, Finding.UNFOUNDED, "Nobody was there.")]
    site.desk.determine(number, by="staff-1", findings=found, text="We looked.")
    site.desk.appeal(number, by="staff-1", party=Party.COMPLAINANT, grounds="I was there.")
    return number


def test_comp_10_an_extension_before_the_due_date_is_refused_at_its_field(
    site: DistrictSite, page: Page
) -> None:
    number = determined(site)
    sign_in(page, "staff-4")
    page.goto(f"/matters/{number}/extend")
    page.get_by_text("Answer the complainant's appeal").click()
    page.get_by_label("Anticipated date").fill("2026-03-03")
    page.get_by_label("Reasons").fill("A witness is away.")
    press(page, "Record the notice")
    expect(page.get_by_label("Anticipated date")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text("Rule C-COMP-10")).to_be_visible()
    expect(page.get_by_label("Reasons")).to_have_value("A witness is away.")
    page.get_by_label("Anticipated date").fill("2026-05-29")
    press(page, "Record the notice")
    expect(page.get_by_text("Extended by written notice")).to_have_count(1)


FORMS: list[tuple[str, str, dict[str, str]]] = [
    ("staff-1", "acknowledge", {}),
    ("staff-1", "message", {"text": "We are at it."}),
    ("staff-1", "see-urgency", {"trigger": "weapon", "account": "A witness says so."}),
    ("staff-1", "officer-answer", {"answer": "I was at lunch."}),
    ("staff-1", "defer-informing", {"reasons": "A witness first."}),
    ("staff-1", "inform-officer", {}),
    ("staff-1", "assign", {"staff": "staff-3"}),
    ("staff-1", "declare-conflict", {"conflict": "witness"}),
    ("staff-1", "close", {"ground": "duplicate", "duplicate_of": "OTHER", "reasons": "Twice."}),
    ("staff-1", "link", {"other": "OTHER"}),
    (
        "staff-1",
        "correct",
        {"school": "sample-valley-high", "allegations": "search", "reasons": "Misread."},
    ),
]


@pytest.mark.parametrize(("staff", "action", "fields"), FORMS, ids=[each[1] for each in FORMS])
def test_comp_6_each_form_of_a_new_matter_records_what_it_says(
    site: DistrictSite, staff: str, action: str, fields: dict[str, str]
) -> None:
    number, other = site.filed().number, site.filed(narrative="Another.").number
    before = len(site.desk.events_of(site.desk.complaint(number).id))
    with site.client(staff) as client:
        sent = {name: value.replace("OTHER", other) for name, value in fields.items()}
        matter = f"/matters/{number}"
        answer = client.send_form(f"{matter}/{action}", page=matter, **sent)
        assert answer.status_code == 303
        assert client.get(answer.headers["Location"]).status_code == 200
    assert len(site.desk.events_of(site.desk.complaint(number).id)) == before + 1


@pytest.mark.parametrize(
    ("action", "fields"),
    [("translate", {"text": "Carta de prueba."}), ("message", {"text": "It is with the office."})],
)
def test_comp_19_each_form_of_a_determined_matter_records_what_it_says(
    site: DistrictSite, action: str, fields: dict[str, str]
) -> None:
    number = determined(site)
    with site.client("staff-1") as client:
        answer = client.send_form(f"/matters/{number}/{action}", **fields)
        assert answer.headers["Location"] == f"/matters/{number}?done={action}"


def test_comp_24_evidence_is_taken_into_custody_by_its_hash(site: DistrictSite, page: Page) -> None:
    number = site.filed().number
    sign_in(page, "staff-1")
    page.goto(f"/matters/{number}/evidence")
    page.get_by_label("Source").fill("Camera at the east door")
    page.get_by_label("Description").fill("Ten minutes.")
    press(page, "Take into custody")
    expect(page.get_by_role("alert")).to_contain_text("File: choose the file")
    expect(page.get_by_label("Source")).to_have_value("Camera at the east door")
    page.get_by_label("File").set_input_files(
        {"name": "clip.bin", "mimeType": "video/mp4", "buffer": b"synthetic"}
    )
    press(page, "Take into custody")
    expect(page.get_by_text("Evidence added")).to_be_visible()


def test_comp_4_a_tip_is_forwarded_and_then_with_another_office(site: DistrictSite) -> None:
    number = site.filed(channel="web", school=None).number
    with site.client("staff-7") as client:
        wrong = client.send_form(f"/matters/{number}/forward", school="nowhere")
        assert 'href="#field-school"' in wrong.text
        answer = client.send_form(f"/matters/{number}/forward", school="sample-valley-high")
        assert answer.headers["Location"] == "/docket"


def test_comp_6_who_is_not_signed_in_is_asked_to_sign_in(site: DistrictSite) -> None:
    number = site.filed().number
    paths = ("/docket", "/docket.csv", "/appeals", f"/matters/{number}")
    with site.client() as client:
        for path in paths:
            assert client.get(path).headers["Location"].startswith("/sign-in?next=")


def test_comp_6_a_principal_of_another_school_is_refused(site: DistrictSite) -> None:
    number = site.filed().number
    with site.client("staff-2") as client:
        assert number not in client.get("/docket").text
        for path in (f"/matters/{number}", f"/matters/{number}/determine"):
            answer = client.get(path)
            assert answer.status_code == 403
            assert "another office" in answer.text
        assert client.send_form(f"/matters/{number}/acknowledge").status_code == 403
        assert client.get("/matters/SRO-AAAA-AAAA").status_code == 404
        assert client.get("/matters/nonsense").status_code == 404


def test_time_11_the_docket_groups_by_what_is_due_and_filters(site: DistrictSite) -> None:
    soon = site.filed().number
    site.at.day = date(2026, 3, 12)
    late = soon
    fresh = site.filed(school="fixture-peak-high").number
    with site.client("staff-5") as client:
        text = client.get("/docket").text
        overdue, _, rest = text.partition('id="due-soon"')
        assert late in overdue
        assert fresh in rest
        filtered = client.get("/docket?school=fixture-peak-high&stage=received").text
        assert fresh in filtered
        assert late not in filtered
        wrong = client.get("/docket?school=nowhere&stage=lost")
        assert wrong.status_code == 422
        assert 'href="#field-stage"' in wrong.text
        assert client.get("/docket.csv?stage=lost").status_code == 422
        lines = client.get("/docket.csv?school=fixture-peak-high").text.splitlines()
        assert lines[0].startswith("number,group,stage")
        assert [each.split(",")[0] for each in lines[1:]] == [fresh]


def test_comp_2_a_tip_that_could_not_be_read_waits_on_the_docket(site: DistrictSite) -> None:
    site.tip_line.take(b"\xff\xfe\x00 broken", name="tip.eml")
    tip = site.tip_line.tray.waiting()[0].id
    with site.client("staff-1") as client:
        assert "could not be read" not in client.get("/docket").text
        assert client.get(f"/tips/{tip}").status_code == 403
    with site.client("staff-7") as client:
        assert f"/tips/{tip}" in client.get("/docket").text
        assert "broken" in client.get(f"/tips/{tip}").text
        wrong = client.send_form(f"/tips/{tip}", number="SRO-AAAA-AAAA")
        assert 'href="#field-number"' in wrong.text
        assert client.send_form(f"/tips/{tip}", number="").headers["Location"] == "/docket"
    assert not site.tip_line.tray.waiting()


# --- The agency ---------------------------------------------------------------------------------


def test_comp_5_the_agency_acknowledges_reviews_and_closes(
    site: DistrictSite, agency: AgencySite, browser: Browser, scripted: bool
) -> None:
    number = site.filed(allegations=[Allegation.FORCE]).number
    tell(site, agency)
    context = browser.new_context(base_url=agency.url, java_script_enabled=scripted)
    page = context.new_page()
    sign_in(page, "reviewer-1")
    expect(page.get_by_role("heading", level=1)).to_have_text("Inbox")
    expect(page.locator("body")).not_to_contain_text(NAME)
    act(page, number)
    expect(page.get_by_label("Our case number")).to_have_value("2026-0001")
    press(page, "Acknowledge")
    press(page, "Open the review")
    press(page, "Close the review")
    expect(page.get_by_role("alert")).to_contain_text("Result: choose one of those listed")
    page.get_by_text("No action").click()
    page.get_by_label("Reasons").fill("The officer acted within policy.")
    press(page, "Close the review")
    expect(page.get_by_text("Recorded: the review is closed")).to_be_visible()
    context.close()
    assert agency.desk.seen(number, "chief-1").result == "no action"


def test_comp_11_a_case_of_nobody_and_a_number_taken_are_refused(
    site: DistrictSite, agency: AgencySite
) -> None:
    first, second = site.filed().number, site.filed(narrative="Another.").number
    tell(site, agency)
    agency.desk.acknowledge(first, by="chief-1", reference="2026-0007")
    with agency.client("reviewer-1") as client:
        assert client.get("/cases/SRO-AAAA-AAAA").status_code == 404
        taken = client.send_form(f"/cases/{second}/acknowledge", reference="2026-0007")
        assert 'href="#field-reference"' in taken.text
        assert 'value="2026-0007"' in taken.text
    with agency.client() as client:
        assert client.get("/inbox").headers["Location"].startswith("/sign-in")


def tell(site: DistrictSite, agency: AgencySite) -> None:
    """Carry what the district publishes to the agency, as the wire does."""
    for _, event in site.desk.history(0, 1000):
        for publication in publish(AGENCY, event):
            if publication.audience == AGENCY:
                contract: Any = publication.contract
                agency.desk.save(*from_district(agency.desk, contract))


# --- Everybody ----------------------------------------------------------------------------------


def test_every_page_fits_320_pixels_and_names_itself_without_personal_data(
    site: DistrictSite, browser: Browser
) -> None:
    number = determined(site)
    page = browser.new_context(base_url=site.url, viewport=NARROW).new_page()  # type: ignore[arg-type]  # a TypedDict
    sign_in(page, "staff-4")
    actions = ("answer-appeal", "extend", "message", "correct", "evidence", "reopen", "translate")
    paths = ("/", "/complaint", "/follow", "/docket", "/appeals", f"/matters/{number}")
    for path in (*paths, *(f"/matters/{number}/{action}" for action in actions)):
        page.goto(path)
        assert page.url.endswith(path)
        assert page.evaluate("document.documentElement.scrollWidth") == 320, path
        ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
        assert len(ids) == len(set(ids)), path
        unnamed = "document.querySelectorAll('input:not([type=hidden]):not([id])').length"
        assert page.evaluate(unnamed) == 0
        assert NAME not in page.title()
    page.context.close()
