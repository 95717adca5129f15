"""The complainant's pages in a real browser, with and without JavaScript."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from services.complaints.words import Allegation
from tests.complaints.samples import CONTACT, NAME, STORY
from tests.complaints.site import DistrictSite
from tests.web.browsing import act, press

if TYPE_CHECKING:
    pass


def test_comp_2_the_form_gives_a_receipt_and_the_receipt_opens_the_status_page(
    site: DistrictSite, page: Page
) -> None:
    page.goto("/")
    act(page, "Make a complaint")
    page.get_by_label("What happened?").fill(STORY)
    page.get_by_label("Day of the incident").fill("2026-02-27")
    page.get_by_label("School", exact=True).select_option("sample-valley-high")
    page.get_by_label("Officer", exact=True).select_option("officer-12")
    page.get_by_text("Use of force").click()
    page.get_by_text("Injury").click()
    page.get_by_label("Your name").fill(NAME)
    page.get_by_label("How can we reach you?").fill(CONTACT)
    page.get_by_label("Language for our letters").select_option("es")
    press(page, "Send the complaint")
    expect(page.get_by_text("March 30, 2026")).to_be_visible()
    number, passphrase = (
        page.locator(f"#{each}").inner_text() for each in ("number", "passphrase")
    )
    entry = site.desk.docket.entries()[0]
    assert (entry.number, entry.language) == (number, "es")
    assert entry.allegations == (Allegation.FORCE,)

    page.goto("/follow")
    page.get_by_label("Number").fill(number)
    page.get_by_label("Passphrase").fill(passphrase)
    press(page, "Show the complaint")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Complaint {number}")
    assert passphrase not in page.url
    page.get_by_label("Your message").fill("Is there news?")
    press(page, "Send the message")
    expect(page.get_by_text("Is there news?")).to_be_visible()
    page.get_by_text("I want to withdraw it").click()
    press(page, "Withdraw the complaint")
    expect(page.get_by_text("You withdrew the complaint")).to_be_visible()
    press(page, "Close the complaint")
    page.goto(f"/follow/{number}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Follow a complaint")


def test_comp_2_a_wrong_field_is_named_and_the_others_are_kept(
    site: DistrictSite, page: Page
) -> None:
    page.goto("/complaint")
    page.get_by_label("What happened?").fill(STORY)
    page.get_by_label("Day of the incident").fill("2026-13-40")
    page.get_by_text("Use of force").click()
    page.get_by_label("Another language").fill("so")
    press(page, "Send the complaint")
    expect(page.get_by_role("alert")).to_contain_text("Incident on: write a date")
    expect(page.get_by_label("Day of the incident")).to_have_value("2026-13-40")
    expect(page.get_by_label("What happened?")).to_have_value(STORY)
    expect(page.get_by_label("Use of force")).to_be_checked()
    page.get_by_label("Day of the incident").fill("2026-02-27")
    press(page, "Send the complaint")
    expect(page.get_by_role("heading", level=1)).to_have_text("We have your complaint")
    assert site.desk.docket.entries()[0].language == "so"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("incident_on", "2026-13-40"),
        ("incident_on", "9999-12-31"),
        ("school", "no-such-school"),
        ("officer", "officer-99999999999999999999"),
        ("allegations", "being rude\x00"),
        ("allegations", "unheard of"),
        ("urgent", "boredom"),
        ("other_language", "no <language>"),
        ("narrative", "   "),
        ("narrative", "x" * 20_000_000),
    ],
)
def test_comp_2_what_cannot_be_taken_names_its_field(
    site: DistrictSite, field: str, value: str
) -> None:
    with site.client() as client:
        sent = {"narrative": STORY, "complainant": NAME, field: value}
        answer = client.send_form("/complaint", **sent)
        assert answer.status_code in {413, 422}
        shown = field.replace("other_", "")
        assert f'href="#field-{shown}"' in answer.text or f'href="#field-{field}"' in answer.text
        assert f'value="{NAME}"' in answer.text
    assert not site.desk.docket.entries()


def test_comp_2_a_doubled_click_is_one_complaint_and_a_changed_one_is_another(
    site: DistrictSite,
) -> None:
    with site.client() as client:
        sent = {"narrative": STORY, "submission": "a-token"}
        first, second = (client.send_form("/complaint", **sent) for _ in range(2))
        assert first.status_code == second.status_code == 201
        assert _number(first.text) == _number(second.text)
        third = client.send_form("/complaint", **{**sent, "narrative": "Something else."})
        assert _number(third.text) != _number(first.text)
    assert len(site.desk.docket.entries()) == 2


def _number(text: str) -> str:
    found = re.search(r'id="number">([^<]+)<', text)
    assert found
    return found[1]


def test_comp_2_staff_say_how_and_when_paper_arrived(site: DistrictSite) -> None:
    with site.client("staff-1") as client:
        sent = {"narrative": STORY, "channel": "office", "received_on": "2026-02-26"}
        assert client.send_form("/complaint", **sent).status_code == 201
    entry = site.desk.docket.entries()[0]
    assert (entry.channel, entry.received_on) == ("office", date(2026, 2, 26))


def test_comp_20_a_wrong_pair_gets_the_same_words_whether_the_number_exists(
    site: DistrictSite,
) -> None:
    receipt = site.filed()
    with site.client() as client:
        wrong = [
            client.send_form("/follow", number=number, passphrase="wrong-words")
            for number in (receipt.number, "SRO-AAAA-AAAA", "nonsense")
        ]
        assert {answer.status_code for answer in wrong} == {422}
        found = {re.sub(r'value="[^"]*"', "", answer.text) for answer in wrong}
        assert len(found) == 1


def test_comp_20_a_number_alone_opens_nothing(site: DistrictSite) -> None:
    receipt = site.filed()
    with site.client() as client:
        for path in (f"/follow/{receipt.number}", f"/follow/{receipt.number}/letters/0"):
            assert client.get(path).headers["Location"] == "/follow"


def test_comp_20_what_was_written_outlives_the_cookie(site: DistrictSite, page: Page) -> None:
    receipt = site.filed()
    page.goto("/follow")
    page.get_by_label("Number").fill(receipt.number)
    page.get_by_label("Passphrase").fill(receipt.passphrase)
    press(page, "Show the complaint")
    page.get_by_label("Your message").fill("A long message.")
    page.context.clear_cookies(name="accord-follow")
    press(page, "Send the message")
    page.get_by_label("Passphrase").fill(receipt.passphrase)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("A long message.")).to_be_visible()
    assert site.desk.docket.entries()[0].unread
