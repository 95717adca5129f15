"""The pages of both organisations, used as people use them: a real browser, without JavaScript."""

from __future__ import annotations

import csv
import io
import json
import re
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from services.training.words import Channel
from tests.training.samples import (
    COORDINATOR,
    DISTRICT_COORDINATOR,
    OFFICER,
    OTHER_OFFICER,
    PRINCIPAL,
    REVIEWER,
    TODAY,
    TOPICS,
    Crossing,
    entered,
)
from tests.training.site import Site, agency_site, district_site
from tests.training.test_intake import EVENT
from tests.web.browsing import act, press, sign_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from services.training.agency_desk import AgencyDesk
    from services.training.district_desk import DistrictDesk

NARROW: Any = {"width": 320, "height": 640}


@pytest.fixture
def agency(tmp_path: Path) -> Iterator[Site[AgencyDesk]]:
    with agency_site(tmp_path) as site:
        yield site


@pytest.fixture
def district(tmp_path: Path) -> Iterator[Site[DistrictDesk]]:
    with district_site(tmp_path) as site:
        yield site


@pytest.fixture
def page(agency: Site[AgencyDesk], browser: Browser) -> Iterator[Page]:
    context = browser.new_context(base_url=agency.url, java_script_enabled=False)
    yield context.new_page()
    context.close()


@pytest.fixture
def at_district(district: Site[DistrictDesk], browser: Browser) -> Iterator[Page]:
    context = browser.new_context(base_url=district.url, java_script_enabled=False)
    yield context.new_page()
    context.close()


def cell(page: Page, requirement: str) -> Any:
    """The cells of a requirement in the matrix."""
    return page.get_by_role("row").filter(has_text=requirement).get_by_role("cell")


def test_trn_6_from_the_form_to_the_matrix_to_the_correction(
    agency: Site[AgencyDesk], page: Page
) -> None:
    sign_in(page, COORDINATOR)
    expect(cell(page, "T-DEVEL").first).to_contain_text("due")
    act(page, OFFICER)
    act(page, "Confirm a training")
    page.get_by_label("Requirement").select_option("T-DEVEL")
    page.get_by_label("Completed on").fill("2026-02-30")
    page.get_by_label("Provider").fill("Sample ESD")
    press(page, "Confirm")
    expect(page.get_by_role("alert")).to_contain_text("write a date of the calendar")
    expect(page.get_by_label("Provider")).to_have_value("Sample ESD")
    page.get_by_label("Completed on").fill("2026-02-20")
    page.get_by_label("Hours").fill("2.5")
    page.get_by_label("Evidence").set_input_files(
        {"name": "card.pdf", "mimeType": "application/pdf", "buffer": b"a synthetic card"}
    )
    press(page, "Confirm")
    expect(page.get_by_text("Recorded: the training is confirmed")).to_be_visible()
    digest = sha256(b"a synthetic card").hexdigest()
    expect(page.get_by_role("row").filter(has_text=digest)).to_contain_text("not countersigned")
    act(page, "Correct it")
    page.get_by_label("Completed on").fill("2026-02-21")
    page.get_by_label("Reasons").fill("The card says the 21st.")
    press(page, "Correct")
    expect(page.get_by_text("Recorded: the confirmation is corrected")).to_be_visible()
    expect(page.get_by_text("The card says the 21st.")).to_be_visible()
    proof = agency.desk.record_of(OFFICER, COORDINATOR).proof("agency", 1)
    assert proof is not None
    assert proof.facts.evidence is not None
    assert (proof.facts.evidence.sha256, proof.facts.hours) == (digest, 2.5)
    act(page, "Revoke it")
    page.get_by_label("Reasons").fill("It was another officer.")
    press(page, "Revoke")
    page.goto("/")
    expect(cell(page, "T-DEVEL").first).to_contain_text("due")


def test_trn_11_the_matrix_of_any_day_with_a_symbol_and_a_word_for_each_status(
    agency: Site[AgencyDesk], page: Page
) -> None:
    agency.desk.confirm(OFFICER, entered("T-DEVEL"), by=COORDINATOR, channel=Channel.PAGE)
    sign_in(page, REVIEWER)
    expect(cell(page, "T-DEVEL").first).to_contain_text("✓ current")
    expect(cell(page, "A-CIT").first).to_contain_text("! missing")
    page.get_by_label("Status", exact=True).select_option("current")
    press(page, "Show")
    expect(page.get_by_role("rowheader")).to_have_count(1)
    page.goto("/?as_of=2027-01-01&known=then")
    expect(cell(page, "T-RIGHTS").first).to_contain_text("missing")
    expect(page.get_by_text("As of January 1, 2027")).to_be_visible()
    page.goto("/?as_of=2026-02-30")
    expect(page.get_by_role("alert")).to_contain_text("no such day")
    page.goto("/?as_of=2020-01-01&known=then")
    expect(page.get_by_text("No catalog was in force or known then.")).to_be_visible()
    page.goto("/?as_of=2020-01-01&known=now")
    expect(page.get_by_text("Topics of the law of 2019")).to_be_visible()


def test_trn_11_the_matrix_as_csv_has_each_reason_down_to_the_event(
    agency: Site[AgencyDesk], page: Page
) -> None:
    agency.desk.confirm(OFFICER, entered("T-DEVEL"), by=COORDINATOR, channel=Channel.PAGE)
    sign_in(page, COORDINATOR)
    answer = page.request.get(f"/matrix.csv?officer={OFFICER}")
    rows = {row["requirement"]: row for row in csv.DictReader(io.StringIO(answer.text()))}
    assert (rows["T-DEVEL"]["status"], rows["T-DEVEL"]["events"]) == ("current", "2")
    assert rows["T-DEVEL"]["confirmations"] == "agency/1"
    assert page.request.get("/matrix.csv?as_of=never").status == 422
    listed = page.request.get("/api/matrix").json()
    assert {each["officer"] for each in listed} == {OFFICER, OTHER_OFFICER}


def test_trn_12_a_requirement_is_waived_and_the_waiver_ended(
    agency: Site[AgencyDesk], page: Page
) -> None:
    sign_in(page, COORDINATOR)
    page.goto(f"/officers/{OFFICER}/waive")
    page.get_by_label("Requirement").select_option("T-DEVEL")
    page.get_by_label("Last day").fill("2026-12-31")
    page.get_by_label("Signed by").fill("Chief of Police")
    page.get_by_label("Reasons").fill("The course was cancelled.")
    press(page, "Waive")
    expect(page.get_by_role("alert")).to_contain_text("can't be waived")
    page.get_by_label("Requirement").select_option("A-CIT")
    press(page, "Waive")
    expect(page.locator("#A-CIT")).to_contain_text("= waived")
    press(page, "End this waiver")
    expect(page.locator("#A-CIT")).to_contain_text("! missing")


def test_trn_5_who_does_not_confirm_is_offered_nothing_and_refused(
    agency: Site[AgencyDesk], page: Page
) -> None:
    sign_in(page, REVIEWER)
    page.goto(f"/officers/{OFFICER}")
    expect(page.get_by_role("link", name="Confirm a training")).to_have_count(0)
    for path, status in (("confirm", 403), ("waive", 403), ("confirmations/1/revoke", 403)):
        answer = page.goto(f"/officers/{OFFICER}/{path}")
        assert answer is not None
        assert answer.status == status
    answer = page.goto("/officers/officer-99")
    assert answer is not None
    assert answer.status == 404


def test_trn_17_the_district_countersigns_disputes_and_sees_the_gate(
    agency: Site[AgencyDesk], district: Site[DistrictDesk], at_district: Page
) -> None:
    page, crossing = at_district, Crossing(agency.desk, district.desk)
    for topic in TOPICS:
        agency.desk.confirm(OFFICER, entered(topic), by=COORDINATOR, channel=Channel.PAGE)
    crossing.carry()
    district.desk.look()
    sign_in(page, DISTRICT_COORDINATOR)
    expect(page.get_by_text("✓ cleared").first).to_be_visible()
    page.goto("/due")
    expect(page.get_by_text("countersign or dispute confirmation 1", exact=True)).to_be_visible()
    page.goto(f"/officers/{OFFICER}")
    expect(page.get_by_text("the gate opened: the officer may serve")).to_be_visible()
    act(page, re.compile("Countersign.*confirmation 1$"))
    press(page, "Countersign")
    expect(page.get_by_text("Recorded: the confirmation is countersigned")).to_be_visible()
    act(page, re.compile("Dispute.*confirmation 2$"))
    press(page, "Dispute")
    expect(page.get_by_role("alert")).to_contain_text("choose one of those listed")
    page.get_by_text("The officer did not attend").click()
    page.get_by_label("Reasons").fill("They were at our school.")
    press(page, "Dispute")
    expect(page.get_by_text("Recorded: the confirmation is disputed")).to_be_visible()
    crossing.carry()
    assert agency.desk.record_of(OFFICER, COORDINATOR).open_dispute(2) is not None


def test_trn_3_a_principal_enters_a_training_of_their_school(
    district: Site[DistrictDesk], at_district: Page
) -> None:
    page = at_district
    sign_in(page, PRINCIPAL)
    act_on = page.get_by_role("navigation").get_by_role("link", name="District trainings")
    act_on.click()
    page.get_by_role("combobox", name="Training").select_option("D-ASKSRO")
    page.get_by_label("Held on").fill(TODAY.isoformat())
    page.get_by_role("group", name="Staff").get_by_text(re.compile(f", {PRINCIPAL}$")).click()
    press(page, "Enter the training")
    expect(page.get_by_role("alert")).to_contain_text("the school's principal")
    page.get_by_label("School", exact=True).select_option("sample-valley-high")
    press(page, "Enter the training")
    expect(page.get_by_text("Recorded: the training and who attended")).to_be_visible()
    expect(page.get_by_text(f"{PRINCIPAL}: trained on March 2, 2026")).to_be_visible()


def test_every_page_fits_a_narrow_screen(agency: Site[AgencyDesk], browser: Browser) -> None:
    for topic in TOPICS[:3]:
        agency.desk.confirm(OFFICER, entered(topic), by=COORDINATOR, channel=Channel.PAGE)
    context = browser.new_context(base_url=agency.url, viewport=NARROW)
    page = context.new_page()
    sign_in(page, COORDINATOR)
    for path in ("/", "/due", f"/officers/{OFFICER}", f"/officers/{OFFICER}/confirm"):
        page.goto(path)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 320, f"{path} is {wide} wide"
    context.close()


def test_trn_6_the_training_systems_token_confirms_and_opens_nothing_else(
    agency: Site[AgencyDesk],
) -> None:
    file = agency.settings.folder / "secrets" / "training" / "outside.token"
    token, mode = file.read_text(), file.stat().st_mode & 0o777
    assert mode == 0o600
    with httpx.Client(base_url=agency.url, trust_env=False) as client:
        body = json.dumps(EVENT)
        assert client.post("/api/confirmations", content=body).status_code == 401
        client.headers["Authorization"] = f"Bearer {token}"
        first = client.post("/api/confirmations", content=body)
        assert (first.status_code, first.json()["number"]) == (201, 1)
        assert client.post("/api/confirmations", content=body).status_code == 200
        wrong = client.post("/api/confirmations", content=body.replace(OFFICER, "officer-99"))
        assert wrong.status_code == 422
        assert wrong.json()["reasons"][0]["field"] == "id"
        assert client.get("/api/matrix").status_code == 401
