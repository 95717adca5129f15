"""Cookies and headers over https, limits on what anybody can send, and the word of the proxy."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

from shared.web.limits import Limit, Limits, TooOften, household
from tests.web.conftest import Site, serving, settings, token

ROOT = Path(__file__).parents[2]
TEMPLATES = [*ROOT.glob("shared/web/templates/*.html"), *ROOT.glob("services/*/pages/*.html")]
HTTPS = "https://{service}.sample.invalid"


# --- Over https -----------------------------------------------------------------------------------


def test_over_https_each_cookie_is_this_hosts_alone(tmp_path: Path) -> None:
    with serving(settings(tmp_path, public_url=HTTPS)) as site, site.client() as client:
        page = client.get("/complaint")
        assert page.headers["Strict-Transport-Security"].startswith("max-age=31536000")
        (form,) = page.headers.get_list("set-cookie")
        nonce = form.partition(";")[0]
        found = re.search(r'name="_token" value="([^"]+)"', page.text)
        assert found
        sent = {"_token": found[1], "staff": "staff-1", "next": "/"}
        answer = client.post("/sign-in", data=sent, headers={"Cookie": nonce})
        session = answer.headers["set-cookie"]
    for cookie, name in ((form, "form"), (session, "session")):
        assert cookie.startswith(f"__Host-accord-{name}=")
        for care in ("; Secure", "; HttpOnly", "; Path=/", "; SameSite=lax"):
            assert care in cookie, care
        assert "Domain" not in cookie


def test_without_https_nothing_pretends_it(client: httpx.Client) -> None:
    page = client.get("/complaint")
    assert "Strict-Transport-Security" not in page.headers
    assert "Secure" not in page.headers["set-cookie"]


def test_what_the_site_is_called_the_setting_says_and_no_header(tmp_path: Path) -> None:
    with serving(settings(tmp_path, public_url=HTTPS)) as site, site.client() as client:
        for origin, status in (
            ("https://toy.sample.invalid", 200),
            ("https://other.invalid", 403),
            (site.url, 403),
        ):
            headers = {"Origin": origin, "X-Forwarded-Host": "other.invalid"}
            assert client.post("/api/notes", headers=headers).status_code == status, origin


def test_every_answer_says_what_a_page_may_not_do(client: httpx.Client) -> None:
    for path in ("/complaint", "/api/staff", "/nowhere", "/fault"):
        headers = client.get(path).headers
        assert "geolocation=()" in headers["Permissions-Policy"]
        policy = headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_page_has_a_script_or_a_style_in_it(template: Path) -> None:
    text = template.read_text("utf-8")
    assert not re.search(
        r"<style|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:", text, re.IGNORECASE
    )
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)


# --- How often ------------------------------------------------------------------------------------


def test_who_sends_too_often_waits_and_loses_nothing_that_was_written(site: Site) -> None:
    with site.client() as client:
        form = {"_token": token(client), "note": "Long & careful words."}
        for _ in range(3):
            assert client.post("/note", data=form).status_code == 201
        often = client.post("/note", data=form)
    assert often.status_code == 429
    assert 1 <= int(often.headers["Retry-After"]) <= 60
    assert "Please send this once more" in often.text
    assert "Long &amp; careful words." in often.text
    assert len(site.filed) == 3


def test_a_program_is_told_in_its_own_way(client: httpx.Client) -> None:
    for _ in range(3):
        assert client.post("/api/notes").is_success
    often = client.post("/api/notes")
    assert (often.status_code, often.headers["content-type"]) == (429, "application/problem+json")
    assert int(often.headers["Retry-After"]) >= 1


def test_an_address_and_all_together_have_their_own_limit() -> None:
    limits, limit = Limits(), Limit("x", an_address=2, in_all=3, minutes=1)
    for address in ("192.0.2.1", "192.0.2.1", "192.0.2.2"):
        limits.take(limit, address)
    with pytest.raises(TooOften):
        limits.take(limit, "192.0.2.1")
    with pytest.raises(TooOften) as often:
        limits.take(limit, "192.0.2.3")
    assert 1 <= often.value.seconds <= 60
    limits.take(Limit("y", an_address=2, in_all=3, minutes=1), "192.0.2.1")


def test_one_household_is_one_address() -> None:
    assert household("2001:db8:1:2::7") == household("2001:db8:1:2:ffff::1") == "2001:db8:1:2::/64"
    assert household("2001:db8:1:3::7") != household("2001:db8:1:2::7")
    assert household("192.0.2.1") == "192.0.2.1"


# --- Behind the proxy -----------------------------------------------------------------------------


def _notes(site: Site, forwarded: list[str]) -> list[int]:
    with site.client() as client:
        return [
            client.post("/api/notes", headers={"X-Forwarded-For": each}).status_code
            for each in forwarded
        ]


def test_the_proxys_word_on_an_address_counts(tmp_path: Path) -> None:
    with serving(settings(tmp_path, proxy="127.0.0.1")) as site:
        theirs = ["192.0.2.1"] * 4 + ["192.0.2.2"]
        assert _notes(site, theirs) == [200, 200, 200, 429, 200]


@pytest.mark.parametrize("proxy", ["", "192.0.2.200"])
def test_nobody_elses_does(tmp_path: Path, proxy: str) -> None:
    with serving(settings(tmp_path, proxy=proxy)) as site:
        theirs = [f"192.0.2.{last}" for last in range(5)]
        assert _notes(site, theirs) == [200, 200, 200, 429, 429]


def test_behind_a_proxy_a_stranger_can_not_choose_their_address(tmp_path: Path) -> None:
    with serving(settings(tmp_path, proxy="127.0.0.1")) as site:
        theirs = [f"198.51.100.{last}, 192.0.2.1" for last in range(4)]
        assert _notes(site, theirs) == [200, 200, 200, 429]
