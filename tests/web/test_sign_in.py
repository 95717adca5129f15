"""Sign-in: demo people, on this machine only."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier

import httpx
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from shared.keyring import master_key
from shared.web.sessions import IDLE_MAX, LASTS_MAX, SESSIONS
from tests.web.conftest import Site, sign_in, token

COOKIE = "accord-sample-sd-toy-session"


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
    assert cookie.startswith(f"{COOKIE}=")
    assert "staff-1" not in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert f"Max-Age={int(LASTS_MAX.total_seconds())}" in cookie


def test_a_session_that_was_tampered_with_is_none(site: Site, client: httpx.Client) -> None:
    sign_in(client)
    good = client.cookies[COOKIE]
    assert client.get("/api/staff").json() == {"staff": "staff-1"}
    with site.app.state.desk.engine.connect() as connection:
        (kept,) = connection.execute(select(SESSIONS.c.id)).scalars()
    for wrong in (good[:-1], good + "A", "staff-1", "", kept):
        with httpx.Client(base_url=client.base_url, cookies={COOKIE: wrong}) as thief:
            assert thief.get("/api/staff").status_code == 401


def test_a_copy_of_the_cookie_opens_nothing_once_its_owner_signed_out(client: httpx.Client) -> None:
    sign_in(client)
    copied = client.cookies[COOKIE]
    client.post("/sign-out", data={"_token": token(client)})
    with httpx.Client(base_url=client.base_url, cookies={COOKIE: copied}) as thief:
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


def test_who_signs_in_again_leaves_no_session_behind(client: httpx.Client) -> None:
    sign_in(client)
    first = client.cookies[COOKIE]
    sign_in(client, "staff-2")
    assert client.get("/api/staff").json() == {"staff": "staff-2"}
    with httpx.Client(base_url=client.base_url, cookies={COOKIE: first}) as thief:
        assert thief.get("/api/staff").status_code == 401


def test_a_session_ends_after_eight_hours_however_much_it_is_used(
    site: Site, client: httpx.Client
) -> None:
    sign_in(client)
    begun = datetime.now(UTC)
    for minutes in range(0, 8 * 60 - 1, 50):
        site.sign_in.book.now = lambda minutes=minutes: begun + timedelta(minutes=minutes)  # type: ignore[misc]
        assert client.get("/api/staff").is_success, minutes
    site.sign_in.book.now = lambda: begun + LASTS_MAX
    assert client.get("/api/staff").status_code == 401


def test_a_session_ends_after_an_hour_in_which_nothing_was_asked(
    site: Site, client: httpx.Client
) -> None:
    sign_in(client)
    begun = datetime.now(UTC)
    site.sign_in.book.now = lambda: begun + IDLE_MAX - timedelta(seconds=5)
    assert client.get("/api/staff").is_success
    site.sign_in.book.now = lambda: begun + 2 * IDLE_MAX - timedelta(seconds=10)
    assert client.get("/api/staff").is_success
    site.sign_in.book.now = lambda: begun + 3 * IDLE_MAX
    assert client.get("/api/staff").status_code == 401
    site.sign_in.book.now = lambda: begun
    assert client.get("/api/staff").status_code == 401, "it has ended"


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
    assert "Principal" not in client.get("/sign-in", headers=headers).text
    form = {"_token": token(client), "staff": "staff-1", "next": "/"}
    refused = client.post("/sign-in", data=form, headers=headers)
    assert refused.status_code == 403
    assert "only from the machine that runs this site" in refused.text


def test_demo_people_sign_in_only_where_they_may(closed_site: Site) -> None:
    with closed_site.client() as client:
        page = client.get("/sign-in")
        assert "Principal" not in page.text
        assert "ACCORD_OIDC_ISSUER" in page.text
        form = {"_token": token(client), "staff": "staff-1", "next": "/"}
        assert client.post("/sign-in", data=form).status_code == 403
        assert "Staff sign-in" not in client.get("/complaint").text
