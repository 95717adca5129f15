"""The pages of both organisations, used as people use them: a real browser, without JavaScript."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser, Page, expect

from services.hiring.views import ACTS
from services.hiring.words import Ending, Why
from tests.hiring.samples import (
    AGENCY_MEMBERS,
    C1,
    C2,
    C3,
    CHIEF,
    CRITERIA,
    DIRECTOR,
    MEMBERS,
    SUPERINTENDENT,
    everybody,
)
from tests.hiring.site import Sites, sites
from tests.web.browsing import act, press, sign_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TABLET: Any = {"width": 768, "height": 1024}
NARROW: Any = {"width": 320, "height": 640}
NAMES = ("Avery Example", "Blake Sample", "Casey Fixture")


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Sites]:
    with sites(tmp_path) as running:
        yield running


@pytest.fixture
def at_agency(both: Sites, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(base_url=both.agency, java_script_enabled=False, viewport=TABLET)
    yield context.new_page()
    context.close()


@pytest.fixture
def at_district(both: Sites, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        base_url=both.district, java_script_enabled=False, viewport=TABLET
    )
    yield context.new_page()
    context.close()


def fits(page: Page) -> bool:
    """Whether nothing sticks out of the page at its side."""
    assert page.viewport_size is not None
    wide: int = page.evaluate("document.documentElement.scrollWidth")
    return wide <= page.viewport_size["width"]


def test_hire_1_from_an_empty_board_to_the_agreed_terms(
    both: Sites, at_agency: Page, at_district: Page
) -> None:
    sign_in(at_agency, CHIEF)
    press(at_agency, "Open a search")
    expect(at_agency.locator("main")).to_contain_text("choose a school")
    at_agency.get_by_label("School").select_option("sample-valley-high")
    press(at_agency, "Open a search")
    expect(at_agency.locator("main")).to_contain_text("C-HIRE-12")  # no agreed process is named
    act(at_agency, "Define the prerequisites")
    for head in ("Performance", "Experience", "Training", "Skills"):
        at_agency.get_by_label(head).fill(f"Sample {head.lower()}")
    press(at_agency, "Define the prerequisites")
    act(at_agency, "Enter a candidate")
    at_agency.get_by_label("Name").fill(NAMES[0])
    press(at_agency, "Enter a candidate")
    act(at_agency, C1)
    for met in at_agency.get_by_text("Met", exact=True).all():
        met.click()
    evidence = {"name": "card.pdf", "mimeType": "application/pdf", "buffer": b"%PDF sample"}
    at_agency.get_by_label("Evidence").first.set_input_files(evidence)  # type: ignore[arg-type]
    press(at_agency, "Record the screening")
    expect(at_agency.locator("main")).to_contain_text(sha256(b"%PDF sample").hexdigest())
    press(at_agency, "Advance to the oral board")
    expect(at_agency.locator("main")).to_contain_text("advanced")
    act(at_agency, "Back to")
    act(at_agency, "Close the screening")
    press(at_agency, "Close the screening")
    act(at_agency, "Set criteria")
    at_agency.get_by_label("Criteria").fill("60 Works with students\n30 Knows the law")
    press(at_agency, "Set criteria, weights and quorum")
    expect(at_agency.get_by_role("alert")).to_contain_text("the weights sum to 90")
    at_agency.get_by_label("Criteria").fill("60 Works with students\n40 Knows the law")
    press(at_agency, "Set criteria, weights and quorum")
    both.both.carry()
    sign_in(at_district, DIRECTOR)
    expect(at_district.locator("main")).to_contain_text("agreeing on questions and terms")
    act(at_district, "search-")
    assert NAMES[0] not in at_district.content()
    act(at_district, "Provide questions")
    at_district.get_by_label("Questions").fill("What would you do first?\nAnd then?")
    press(at_district, "Provide questions")
    act(at_district, "Agree to the questions")
    expect(at_district.locator("main")).to_contain_text("60 of 100: Works with students")
    press(at_district, "Agree to the questions and terms")
    expect(at_district.locator("main")).to_contain_text("Agreed by both organisations")


def test_every_act_that_is_offered_has_its_form_and_no_other_is_there(
    both: Sites, at_agency: Page, at_district: Page
) -> None:
    seen: set[str] = set()

    def look(search: str) -> None:
        both.both.carry()
        for page in (at_agency, at_district):
            page.goto(f"/searches/{search}")
            links = page.locator("a[href*='/acts/']").all()
            for path in [link.get_attribute("href") or "" for link in links]:
                act_name = path.rpartition("/")[2]
                if act_name not in seen:
                    answer = page.goto(path)
                    assert answer is not None
                    assert answer.status == 200, path
                    seen.add(act_name)

    sign_in(at_agency, CHIEF)
    sign_in(at_district, DIRECTOR)
    agency, district = both.both.agency, both.both.district
    look(agency.open_search(by=CHIEF, school="sample-valley-high"))
    search = both.both.search(NAMES[0], NAMES[1])
    agency.seat_member(search, CHIEF, by=CHIEF, trained_on=None)
    agency.set_terms(search, CRITERIA, by=CHIEF, quorum={"agency": 1, "district": 1})
    look(search)
    agency.excuse_member(search, CHIEF, by=CHIEF, why=Why.OTHER)
    both.both.interview(search)
    look(search)
    for member, given in everybody(4, 4).items():
        both.both.seal(search, member, given)
    both.both.carry()
    agency.close_scoring(search, by=CHIEF)
    look(search)
    both.both.carry()
    for member in MEMBERS:
        both.both.open(search, member)
    both.both.carry()
    both.both.rank(search)
    look(search)
    agency.resolve_tie(search, [C1, C2], by=CHIEF, discussion="Sample.")
    look(search)
    agency.propose(search, C1, by=CHIEF)
    look(search)
    district.accept(search, by=DIRECTOR)
    look(search)
    agency.appoint(search, by=CHIEF, officer="officer-31", from_on=agency.today())
    agency.place_hold(search, by=CHIEF, reasons="Sample.")
    look(search)
    agency.lift_hold(search, by=CHIEF, reasons="Sample.")
    both.at.day = date(2029, 3, 5)
    look(search)
    other = agency.open_search(by=CHIEF, school="sample-valley-high")
    agency.close_search(other, by=CHIEF, ending=Ending.CANCELLED)
    look(other)
    assert seen == ACTS.keys() - {"prefer"}  # which is a member's
    answer = at_agency.goto(f"/searches/{other}/acts/accept")
    assert answer is not None
    assert answer.status == 403


def test_hire_6_a_member_scores_on_a_tablet_seals_with_a_code_and_opens_with_it(
    both: Sites, at_agency: Page, browser: Browser
) -> None:
    search = both.both.search(*NAMES)
    both.both.interview(search)
    member = AGENCY_MEMBERS[0]
    sign_in(at_agency, member)
    act(at_agency, search)
    act(at_agency, "Fill in your score sheet")
    expect(at_agency.locator("#code")).to_be_visible()
    assert fits(at_agency)
    code = at_agency.locator("#code").inner_text()
    given = {C1: 4, C2: 5, C3: 2}
    for candidate, score in given.items():
        for criterion in ("c1", "c2", "c3"):
            at_agency.locator(f"label[for='field-{candidate}-{criterion}-{score}']").click()
    box = at_agency.locator(f"label[for='field-{C1}-c1-4']").bounding_box()
    assert box is not None
    assert box["height"] >= 44  # a finger's width, as accessibility guidance asks
    press(at_agency, "Seal my scores")
    expect(at_agency.get_by_role("alert")).to_contain_text("write the code down first")
    assert at_agency.locator("#code").inner_text() == code
    at_agency.get_by_text("I have written the code down").click()
    press(at_agency, "Seal my scores")
    expect(at_agency.locator("main")).to_contain_text("scores sealed")
    assert code not in at_agency.content()
    at_agency.goto(f"/searches/{search}/score")
    expect(at_agency.locator("main")).to_contain_text("can't be changed")
    for other in MEMBERS.keys() - {member}:
        both.both.seal(search, other, given)
    both.both.carry()
    both.both.agency.close_scoring(search, by=CHIEF)
    at_agency.goto(f"/searches/{search}")
    act(at_agency, "Open your scores")
    at_agency.get_by_label("Your code").fill("ABCDE-FGHJK-MNPQR-STVWX")
    press(at_agency, "Open my scores")
    expect(at_agency.get_by_role("alert")).to_contain_text("does not open your scores")
    at_agency.get_by_label("Your code").fill(code.lower())
    press(at_agency, "Open my scores")
    expect(at_agency.locator("main")).to_contain_text("scores opened")


def test_hire_5_the_ranking_has_a_chart_a_table_and_its_proof_at_both(
    both: Sites, at_agency: Page, at_district: Page
) -> None:
    search = both.both.search(*NAMES)
    both.both.interview(search)
    both.both.score(search, everybody(4, 5, 2))
    both.both.rank(search)
    for page, person in ((at_agency, CHIEF), (at_district, SUPERINTENDENT)):
        sign_in(page, person)
        act(page, search)
        rows = page.get_by_role("table", name="Mean scores").get_by_role("row")
        expect(rows).to_have_count(4)
        assert [row.inner_text().split()[:2] for row in rows.all()[1:]] == [
            ["1", C2],
            ["2", C1],
            ["3", C3],
        ]
        expect(page.get_by_role("img", name="Mean scores")).to_be_visible()
        expect(page.locator("main")).to_contain_text("The district checked the ranking")
        page.get_by_text("Every score and its commitment").click()
        page.set_viewport_size(NARROW)
        assert fits(page)


def test_hire_10_the_district_declines_on_its_page_and_the_agency_sees_a_category_alone(
    both: Sites, at_agency: Page, at_district: Page
) -> None:
    search = both.both.search(*NAMES[:2])
    both.both.interview(search)
    both.both.score(search, everybody(4, 5))
    both.both.rank(search)
    sign_in(at_agency, CHIEF)
    act(at_agency, search)
    act(at_agency, "Propose a candidate")
    at_agency.get_by_label("Candidate").select_option(C2)
    press(at_agency, "Propose a candidate")
    expect(at_agency.locator("main")).to_contain_text("awaiting district")
    both.both.carry()
    sign_in(at_district, DIRECTOR)
    act(at_district, search)
    act(at_district, "Decline the candidate")
    at_district.get_by_text("Fit with the school's program").click()
    at_district.get_by_label("Reasons").fill("Sample reasons that stay.")
    at_district.get_by_label("Reviewed by").select_option(SUPERINTENDENT)
    press(at_district, "Decline the candidate")
    expect(at_district.get_by_role("alert")).to_contain_text("confirm that none is")
    at_district.get_by_text("none of them is a reason").click()
    press(at_district, "Decline the candidate")
    both.both.carry()
    at_agency.reload()
    expect(at_agency.locator("main")).to_contain_text("declined")
    assert "Sample reasons" not in at_agency.content()


def test_hire_13_counts_of_a_year_that_is_over_hide_what_is_small(
    both: Sites, at_agency: Page
) -> None:
    search = both.both.search(*NAMES)
    both.both.agency.close_search(search, by=CHIEF, ending=Ending.CANCELLED)
    sign_in(at_agency, CHIEF)
    both.at.day = date(2027, 1, 4)
    at_agency.goto("/counts?year=2026")
    rows = at_agency.get_by_role("row")
    assert rows.count() == 7
    expect(rows.nth(1)).to_contain_text("not shown")
    at_agency.goto("/counts?year=2027")
    expect(at_agency.locator("main")).to_contain_text("once it is over")
