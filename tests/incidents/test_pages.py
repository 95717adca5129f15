"""The pages, used as people use them: a real browser, without JavaScript."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.incidents.samples import NUMBER, OFFICER, PRINCIPAL, REVIEWER, SCHOOL, received
from tests.incidents.site import agency_site, district_site
from tests.web.browsing import act, press, sign_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NARROW: Any = {"width": 360, "height": 740}


@pytest.fixture
def at_agency(tmp_path: Path, browser: Browser) -> Iterator[tuple[Page, Any]]:
    with agency_site(tmp_path) as (url, desk):
        context = browser.new_context(base_url=url, java_script_enabled=False)
        yield context.new_page(), desk
        context.close()


def test_data_7_from_the_blotter_to_an_outcome_with_its_history(
    at_agency: tuple[Page, Any],
) -> None:
    page, desk = at_agency
    received(desk)
    sign_in(page, REVIEWER)
    page.goto("/")
    act(page, NUMBER)
    act(page, "Record an outcome")
    page.get_by_label("Outcome").select_option("DIVR")
    page.get_by_label("Persons").fill("two")
    press(page, "Record")
    expect(page.get_by_role("alert")).to_contain_text("write a whole number")
    page.get_by_label("Persons").fill("2")
    press(page, "Record")
    expect(page.get_by_text("Outcome recorded")).to_be_visible()
    call = desk.blotter.entry(desk.call_id(NUMBER))
    assert (call.outcome, call.outcomes[0].persons) == ("DIVR", 2)


@pytest.fixture
def at_district(tmp_path: Path, browser: Browser) -> Iterator[tuple[Page, Any]]:
    with district_site(tmp_path) as (url, desk):
        context = browser.new_context(base_url=url, java_script_enabled=False, viewport=NARROW)
        yield context.new_page(), desk
        context.close()


def test_ment_4_an_interaction_is_logged_on_a_phone_and_an_alarm_answered(
    at_district: tuple[Page, Any],
) -> None:
    page, desk = at_district
    sign_in(page, PRINCIPAL)
    page.goto("/interactions/new")
    press(page, "Log")
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_text("Enforce", exact=True).click()
    page.get_by_text("A student", exact=True).click()
    page.get_by_label("Officer", exact=False).last.select_option(OFFICER)
    page.get_by_label("School").select_option(SCHOOL)
    page.get_by_label("About").select_option("reminder of a rule")
    page.get_by_label("Where").select_option("office")
    page.get_by_label("Part in formal discipline").select_option("investigator")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= NARROW["width"]
    press(page, "Log")
    page.get_by_role("link", name="Answer the alarm").click()
    page.get_by_text("Corrected", exact=True).click()
    page.get_by_label("Reasons").fill("Talked with the dean")
    press(page, "Answer")
    (alarm,) = desk.boundaries_view.alarms()
    assert alarm.answer == "corrected"
