"""Sign-in: demo people, on this machine only."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import httpx
import pytest
from itsdangerous import TimestampSigner
from playwright.sync_api import Page, expect

from shared.keyring import master_key
from shared.web.sign_in import SESSION_SECONDS
from tests.web.conftest import Site, sign_in, token

COOKIE = "accord-sample-sd"


def test_somebody_signs_in_sees_who_they_are_and_signs_out(either_page: Page) -> None:
    either_page.goto("/?from=mail")
    expect(either_page.get_by_role("heading", level=1)).to_have_text("Staff sign-in")
    either_page.get_by_text("Principal, Sample Elementary, staff-1").click()
    either_page.get_by_role("button", name="Sign in").click()
    expect(either_page).to_have_url(re.compile(r"/\?from=mail$"))
    header = either_page.get_by_role("banner")
    expect(header).to_contain_text("Signed in: Principal, Sample Elementary (staff-1)")
    expect(header.get_by_role("link", name="Docket")).to_be_visible()
    either_page.get_by_role("button", name="Sign out").click()
    expect(either_page.get_by_role("heading", level=1)).to_have_text("Staff sign-in")
    expect(either_page.get_by_role("link", name="Docket")).to_have_count(0)


def test_a_session_cookie_is_for_this_site_only_and_hidden_from_scripts(
    client: httpx.Client,
) -> None:
    cookie = sign_in(client).headers["Set-Cookie"]
    assert cookie.startswith(f"{COOKIE}=staff-1.")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert f"Max-Age={SESSION_SECONDS}" in cookie


def test_a_session_that_was_tampered_with_is_none(client: httpx.Client) -> None:
    sign_in(client)
    good = client.cookies[COOKIE]
    assert client.get("/api/staff").json() == {"staff": "staff-1"}
    forged = TimestampSigner(b"guess", "accord.sample-sd.session").sign("staff-2").decode()
    for wrong in (good.replace("staff-1", "staff-2"), good[:-1], "staff-1", "", forged):
        with httpx.Client(base_url=client.base_url, cookies={COOKIE: wrong}) as thief:
            assert thief.get("/api/staff").status_code == 401


def test_the_key_of_sessions_is_made_once_by_whoever_is_first(tmp_path: Path) -> None:
    for attempt in range(20):
        start = Barrier(8)

        def key(folder: Path = tmp_path / str(attempt), start: Barrier = start) -> bytes:
            start.wait()
            return master_key(folder / "session.key")

        with ThreadPoolExecutor(8) as pool:
            keys = {future.result() for future in [pool.submit(key) for _ in range(8)]}
        assert [len(key) for key in keys] == [32]
        assert [file.name for file in (tmp_path / str(attempt)).iterdir()] == ["session.key"]
        assert (tmp_path / str(attempt) / "session.key").stat().st_mode & 0o077 == 0


def test_a_session_ends_after_eight_hours(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(client)
    now = TimestampSigner("any").get_timestamp()
    after = now + SESSION_SECONDS
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _: after)
    assert client.get("/api/staff").is_success
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _: after + 2)
    assert client.get("/api/staff").status_code == 401


def test_a_session_ends_when_its_person_is_no_longer_listed(
    site: Site, client: httpx.Client
) -> None:
    sign_in(client)
    site.people.clear()
    assert client.get("/api/staff").status_code == 401


def test_only_people_who_are_listed_sign_in(client: httpx.Client) -> None:
    answer = sign_in(client, "staff-99")
    assert answer.status_code == 422
    assert "Staff: choose one of the people listed" in answer.text
    assert COOKIE not in client.cookies


@pytest.mark.parametrize(
    "back",
    [
        "https://other.invalid/",
        "//other.invalid/",
        "/\\other.invalid",
        "\\\\other.invalid",
        "/\t/other.invalid",
        "javascript:alert(1)",
        "",
    ],
)
def test_sign_in_leads_to_no_other_site(client: httpx.Client, back: str) -> None:
    assert "other.invalid" not in client.get("/sign-in", params={"next": back}).text
    assert sign_in(client, back=back).headers["Location"] == "/"


def test_sign_in_leads_back_to_the_page_that_was_asked_for(client: httpx.Client) -> None:
    asked = client.get("/?a=1&b=%2F")
    assert asked.status_code == 303
    assert asked.headers["Location"] == "/sign-in?next=%2F%3Fa%3D1%26b%3D%252F"
    assert sign_in(client, back="/?a=1&b=%2F").headers["Location"] == "/?a=1&b=%2F"


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "accord.invalid"},
        {"Host": "127.0.0.1.accord.invalid"},
        {"X-Forwarded-For": "127.0.0.1"},
        {"Forwarded": "for=127.0.0.1"},
    ],
    ids=str,
)
def test_demo_people_sign_in_on_loopback_only(
    client: httpx.Client, headers: dict[str, str]
) -> None:
    sign_in(client)
    assert client.get("/api/staff", headers=headers).status_code == 401, "nor does a session count"
    page = client.get("/sign-in", headers=headers)
    assert page.status_code == 403
    assert "only from the machine that runs this site" in page.text
    form = {"_token": token(client), "staff": "staff-1", "next": "/"}
    assert client.post("/sign-in", data=form, headers=headers).status_code == 403


def test_demo_people_sign_in_only_where_they_may(closed_site: Site) -> None:
    with closed_site.client() as client:
        page = client.get("/sign-in")
        assert page.status_code == 403
        assert "ACCORD_DEMO_PEOPLE" in page.text
        form = {"_token": token(client), "staff": "staff-1", "next": "/"}
        assert client.post("/sign-in", data=form).status_code == 403
        assert "Staff sign-in" not in client.get("/complaint").text
