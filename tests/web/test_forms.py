"""Forms: their token, their limits, and that nothing that was written is lost."""

from __future__ import annotations

import time
from html import unescape

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.web.conftest import Site, sign_in, token

MB = 1024 * 1024
STORY = "What happened, line one.\nLine two: ümlaut & <tag>."


def complaint(client: httpx.Client, **fields: str) -> dict[str, str]:
    return {
        "_token": token(client),
        "contact_name": "Sample Complainant",
        "happened_on": "2026-03-02",
        "narrative": STORY,
        **fields,
    }


def test_a_form_posts_without_javascript_as_with_it(site: Site, either_page: Page) -> None:
    either_page.goto("/complaint")
    either_page.get_by_label("Your name").fill("Sample Complainant")
    either_page.get_by_label("When did it happen?").fill("2026-03-02")
    either_page.get_by_label("What happened?").fill(STORY)
    either_page.get_by_text("Use of force", exact=True).click()
    either_page.get_by_text("Privacy", exact=True).click()
    either_page.get_by_label("A file").set_input_files(
        {"name": "sample.txt", "mimeType": "text/plain", "buffer": b"sample evidence"}
    )
    either_page.get_by_role("button", name="File it").click()
    expect(either_page.locator("body")).to_contain_text("narrative")
    assert site.filed == [
        {
            "narrative": STORY,
            "contact_name": "Sample Complainant",
            "happened_on": "2026-03-02",
            "allegations": ["force", "privacy"],
            "evidence": "sample evidence",
        }
    ]


def test_comp_2_a_form_with_a_fault_is_shown_again_filled_in(site: Site, either_page: Page) -> None:
    either_page.goto("/complaint")
    either_page.get_by_label("Your name").fill('Sample "Quoted" Complainant')
    either_page.get_by_label("Passphrase").fill("placeholder words")
    either_page.get_by_label("School").select_option("school-2")
    either_page.get_by_text("On the web", exact=True).click()
    either_page.get_by_text("Privacy", exact=True).click()
    either_page.get_by_role("button", name="File it").click()
    summary = either_page.get_by_role("alert")
    expect(summary).to_contain_text("Narrative: narrative must be given in writing")
    expect(summary).to_contain_text("C-COMP-2")
    expect(either_page).to_have_title("Error: File a complaint | Sample School District")
    narrative = either_page.get_by_label("What happened?")
    assert narrative.get_attribute("aria-invalid") == "true"
    described = (narrative.get_attribute("aria-describedby") or "").split()
    assert described == ["field-narrative-hint", "field-narrative-error"]
    expect(either_page.locator("#field-narrative-error")).to_contain_text(
        "must be given in writing"
    )
    expect(either_page.get_by_label("Your name")).to_have_value('Sample "Quoted" Complainant')
    expect(either_page.get_by_label("Passphrase")).to_have_value("")
    expect(either_page.get_by_label("School")).to_have_value("school-2")
    expect(either_page.get_by_label("On the web")).to_be_checked()
    expect(either_page.get_by_label("Privacy")).to_be_checked()
    summary.get_by_role("link").click()
    expect(narrative).to_be_focused()
    assert not site.filed


@pytest.mark.parametrize("multipart", [True, False], ids=["multipart", "URL-encoded"])
def test_a_20_mb_narrative_is_refused_by_name_and_the_rest_is_kept(
    site: Site, client: httpx.Client, multipart: bool
) -> None:
    form = complaint(client, narrative="x" * 20 * MB)
    started = time.monotonic()
    sent = (
        client.post("/complaint", files={k: (None, v) for k, v in form.items()})
        if multipart
        else client.post("/complaint", data=form)
    )
    assert time.monotonic() - started < 10
    assert sent.status_code == 413
    assert "Narrative: at most 50,000 characters fit" in sent.text
    assert 'value="Sample Complainant"' in sent.text
    assert 'value="2026-03-02"' in sent.text
    assert sent.text.count("x" * 1000) >= 1000, "the first megabytes are in the box"
    assert not site.filed


def test_a_text_just_too_long_is_kept_whole(site: Site, client: httpx.Client) -> None:
    story = "й" * 50_001
    sent = client.post("/complaint", data=complaint(client, narrative=story))
    assert sent.status_code == 413
    assert "at most 50,000 characters fit, and this has 50,001; shorten it by 1" in sent.text
    assert story in sent.text
    assert client.post("/complaint", data=complaint(client, narrative=story[1:])).is_success
    assert [len(str(filed["narrative"])) for filed in site.filed] == [50_000]


def test_a_field_without_a_limit_of_its_own_has_one(client: httpx.Client) -> None:
    sent = client.post("/complaint", data=complaint(client, contact_name="x" * 10_001))
    assert sent.status_code == 413
    assert "Contact name: at most 10,000 characters fit" in sent.text
    assert STORY in unescape(sent.text)


def test_a_large_file_is_refused_by_name_and_the_rest_is_kept(
    site: Site, client: httpx.Client
) -> None:
    large = {"evidence": ("sample.bin", b"\x00" * 9 * MB)}
    sent = client.post("/complaint", data=complaint(client), files=large)
    assert sent.status_code == 413
    assert "Evidence: the file is larger than 8 MB" in sent.text
    assert STORY in unescape(sent.text)
    assert not site.filed


@pytest.mark.parametrize("path", ["/complaint", "/api/tips"])
@pytest.mark.parametrize("declared", [True, False], ids=["declared", "in chunks"])
def test_a_body_over_32_mb_is_refused(
    site: Site, client: httpx.Client, path: str, declared: bool
) -> None:
    chunks = (b"narrative=" + b"x" * MB for _ in range(33))
    body = b"".join(chunks) if declared else chunks
    kind = "application/json" if path.startswith("/api") else "application/x-www-form-urlencoded"
    sent = client.post(path, content=body, headers={"Content-Type": kind})
    assert sent.status_code == 413
    assert "larger than 32 MB" in sent.text
    assert not site.filed


@pytest.mark.parametrize(
    ("raw", "message"),
    [(b"narrative=%ff%fe", "characters can&#39;t be read"), (b"narrative=a%00b", "are no text")],
)
def test_text_that_is_no_text_is_named(client: httpx.Client, raw: bytes, message: str) -> None:
    body = f"_token={token(client)}&contact_name=Sample+Person&".encode() + raw
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    sent = client.post("/complaint", content=body, headers=headers)
    assert sent.status_code == 422
    assert "Narrative: " in sent.text
    assert message in sent.text
    assert "Sample Person" in sent.text


@pytest.mark.parametrize("day", ["03/02/2026", "2026-02-30", "20260302", "٢٠٢٦-٠٣-٠٢"])
def test_a_date_that_is_none_is_named(client: httpx.Client, day: str) -> None:
    sent = client.post("/complaint", data=complaint(client, happened_on=day))
    assert sent.status_code == 422
    assert "Happened on: write a date of the calendar as YYYY-MM-DD" in sent.text
    assert f'value="{day}"' in sent.text


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("multipart/form-data; boundary=b", b"--b\r\nno form", 400),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="a"',
            400,
        ),
        ("multipart/form-data", b"", 415),
        ("text/plain", b"narrative=a", 415),
        ("application/x-www-form-urlencoded", b"a=b&" * 501, 413),
        ("application/x-www-form-urlencoded", b"a" * 300 + b"=b", 400),
    ],
)
def test_a_broken_form_is_an_error_not_a_fault(
    site: Site, client: httpx.Client, kind: str, body: bytes, status: int
) -> None:
    sent = client.post("/complaint", content=body, headers={"Content-Type": kind})
    assert sent.status_code == status
    assert not site.filed


def test_a_problem_that_a_handler_forgets_is_an_error_all_the_same(client: httpx.Client) -> None:
    form = {"_token": token(client), "narrative": "x" * 10_001}
    sent = client.post("/unmended", data=form)
    assert sent.status_code == 413
    assert "<strong>Narrative</strong>: at most 10,000" in sent.text


def test_a_form_without_its_token_is_refused(site: Site, client: httpx.Client) -> None:
    form = complaint(client)
    for wrong in ({}, {"_token": ""}, {"_token": form["_token"][:-2] + "xx"}, {"_token": "é"}):
        sent = client.post("/complaint", data={**form, "_token": "", **wrong})
        assert sent.status_code == 403
        assert "did not come from a page of this site" in sent.text
    with site.client() as other:
        assert other.post("/complaint", data=form).status_code == 403, "another browser's token"
    assert client.post("/sign-out").status_code == 403
    assert not site.filed


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://other.invalid"},
        {"Origin": "http://127.0.0.1:1"},
    ],
    ids=str,
)
def test_a_form_from_another_site_is_refused(
    site: Site, client: httpx.Client, headers: dict[str, str]
) -> None:
    sent = client.post("/complaint", data=complaint(client), headers=headers)
    assert sent.status_code == 403
    assert "sent from another site" in sent.text
    tip = {"narrative": STORY, "happened_on": "2026-03-02"}
    assert client.post("/api/tips", json=tip, headers=headers).status_code == 403
    assert client.post("/api/tips", json=tip).is_success, "a program says neither"
    assert site.filed == [{"narrative": STORY}]


def test_a_form_of_our_own_page_with_a_lost_token_can_be_sent_again(
    site: Site, either_page: Page
) -> None:
    either_page.goto("/complaint")
    either_page.get_by_label("When did it happen?").fill("2026-03-02")
    either_page.get_by_label("What happened?").fill("\n" + STORY)
    either_page.context.clear_cookies()
    either_page.get_by_role("button", name="File it").click()
    expect(either_page.get_by_role("heading", level=1)).to_have_text("Please send this once more")
    assert not site.filed
    either_page.get_by_role("button", name="Send again").click()
    expect(either_page.locator("body")).to_contain_text("narrative")
    assert [filed["narrative"] for filed in site.filed] == [STORY]


def test_what_was_written_survives_the_end_of_a_session(site: Site, client: httpx.Client) -> None:
    sign_in(client)
    form = {"_token": token(client, "/"), "reasons": "Because & so on."}
    client.cookies.delete("accord-sample-sd-toy-session")
    sent = client.post("/determination", data=form)
    assert sent.status_code == 401
    assert "Because &amp; so on." in sent.text
    assert not site.filed
    sign_in(client)
    again = {"_token": token(client, "/"), "reasons": "Because & so on."}
    assert client.post("/determination", data=again).json()["by"] == "staff-1"
