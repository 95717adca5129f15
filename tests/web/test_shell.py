"""The shell: security headers, static files, and what everybody must be able to use."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.web.conftest import Site, sign_in


def browse(page: Page, path: str) -> None:
    """Open a page, signed in as the principal."""
    page.goto("/sign-in")
    page.get_by_text("Principal, Sample Elementary, staff-1").click()
    page.get_by_role("button", name="Sign in").click()
    page.goto(path)


@pytest.mark.parametrize("path", ["/complaint", "/nowhere", "/fault", "/api/refused", "/sign-in"])
def test_every_answer_carries_the_security_headers(client: httpx.Client, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def test_static_files_are_kept_by_browsers(client: httpx.Client) -> None:
    text = client.get("/complaint").text
    linked = re.findall(r'(?:href|src)="(/static/[^"]+)"', text)
    assert len(linked) == 4
    for path in linked:
        answer = client.get(path)
        assert answer.is_success
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    style = next(path for path in linked if "uswds" in path)
    font = style.replace(
        "css/uswds.min.css", "fonts/source-sans-pro/sourcesanspro-regular-webfont.woff2"
    )
    assert client.get(font).is_success
    assert client.get(style.replace("css/uswds.min.css", "../package.json")).status_code == 404


@pytest.mark.parametrize("path", ["/", "/complaint", "/letter", "/nowhere", "/sign-in"])
def test_every_page_has_what_assistive_technology_needs(page: Page, path: str) -> None:
    browse(page, path)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("h1")).to_have_count(1)
    assert page.title().endswith(" | Sample School District")
    for landmark in ("banner", "main", "contentinfo"):
        expect(page.get_by_role(landmark)).to_have_count(1)
    for control in page.locator("input:not([type=hidden]), select, textarea").all():
        name = control.get_attribute("id")
        assert page.locator(f"label[for='{name}']").count() == 1
    ids = [element.get_attribute("id") for element in page.locator("[id]").all()]
    assert len(ids) == len(set(ids))
    assert page.locator("[style], style, script:not([src])").count() == 0
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


@pytest.mark.parametrize("path", ["/", "/complaint", "/letter", "/sign-in"])
def test_no_page_scrolls_sideways_at_320_pixels(page: Page, path: str) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    browse(page, path)
    box = page.locator("html").bounding_box()
    assert box is not None
    for element in page.locator("body *:visible").all():
        inside = element.bounding_box()
        assert inside is None or inside["x"] + inside["width"] <= 320 or inside["width"] <= 1


def test_time_10_a_clock_says_why_without_javascript(either_page: Page) -> None:
    browse(either_page, "/")
    expect(either_page.get_by_text("The trigger day is not counted.")).to_be_hidden()
    either_page.get_by_text("Why this date?").click()
    expect(either_page.get_by_text("The trigger day is not counted.")).to_be_visible()
    expect(either_page.locator(".accord-clock")).to_contain_text("March 30, 2026")


def test_time_1_instants_are_shown_in_the_district_s_zone(page: Page) -> None:
    browse(page, "/")
    expect(page.locator("main time").last).to_have_text("March 2, 2026, 9:30 a.m. PST")


def test_a_letter_prints_alone(page: Page) -> None:
    browse(page, "/letter")
    page.emulate_media(media="print")
    expect(page.get_by_text("Dear Sample Complainant,")).to_be_visible()
    expect(page.locator("header")).to_be_hidden()
    expect(page.locator("footer")).to_be_hidden()


def test_staff_see_that_the_link_is_down_and_others_do_not(
    site: Site, client: httpx.Client
) -> None:
    site.link.counterpart_up = False
    site.link.backlog = 3
    assert "The link to" not in client.get("/complaint").text
    assert client.get("/link", headers={"HX-Request": "true"}).status_code == 401
    sign_in(client)
    for path in ("/complaint", "/link"):
        text = client.get(path).text
        assert "The link to Sample Police Department is down" in text
        assert "3 waiting" in text
    site.link.bus_up = False
    assert "The message server does not answer" in client.get("/link").text
    site.link.bus_up = site.link.counterpart_up = True
    site.link.letters = 2
    assert "could not be handled: 2" in client.get("/link").text
    site.link.letters = 0
    assert client.get("/link").text.strip() == ""
