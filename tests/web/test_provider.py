"""Signing in by OpenID Connect, against a real provider in a process of its own."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, expect

from shared.settings import NotConfigured, Settings
from shared.web.provider import KNOWN_SECONDS, Provider
from shared.web.sessions import SESSIONS
from tests.web.conftest import Site, serving, settings
from tests.web.provider import CLIENT, SECRET

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
SESSION = "accord-sample-sd-toy-session"


@dataclass
class ProviderProcess:
    """The provider as it runs."""

    url: str
    process: subprocess.Popen[str]

    def control(self, **told: Any) -> httpx.Response:
        """Say who signs in, or how it lies."""
        return httpx.post(f"{self.url}/control", json=told, trust_env=False).raise_for_status()


@contextmanager
def provider_process(port: int = 0) -> Iterator[ProviderProcess]:
    """A provider, until it is no longer needed."""
    command = [sys.executable, "-m", "tests.web.provider", str(port)]
    with subprocess.Popen(
        command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout
        try:
            yield ProviderProcess(process.stdout.readline().strip(), process)
        finally:
            process.terminate()


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def running() -> Iterator[ProviderProcess]:
    with provider_process() as running:
        yield running


@pytest.fixture
def provider(running: ProviderProcess) -> ProviderProcess:
    """A provider that tells the truth, and lets staff-1 in."""
    person = {"sub": "person-1", "sid": "there-1", "employee_number": "1", "name": "Sample Person"}
    running.control(claims=person, lies={}, signing="rightly")
    return running


def told(folder: Path, issuer: str, port: int, **others: Any) -> Settings:
    """The settings of a site that signs in there."""
    secret = folder / "provider.secret"
    secret.write_text(SECRET + "\n")
    facts: dict[str, Any] = {
        "oidc_issuer": issuer,
        "oidc_client_id": CLIENT,
        "oidc_client_secret_file": secret,
        "public_url": f"http://127.0.0.1:{port}",
    }
    return settings(folder, demo_people=False, **(facts | others))


@pytest.fixture
def site(tmp_path: Path, provider: ProviderProcess) -> Iterator[Site]:
    port = free_port()
    provider.control(redirect_uri=f"http://127.0.0.1:{port}/sign-in/done")
    roles = {"oidc_roles": {"accord-auditors": "auditor"}}
    with serving(told(tmp_path, provider.url, port, **roles), port=port) as site:
        yield site


def go(client: httpx.Client, back: str = "/") -> str:
    """Go to the provider and say yes; gives the address it sends back to."""
    begun = client.get("/sign-in/provider", params={"next": back})
    assert begun.status_code == 303, begun.text
    answer = httpx.post(begun.headers["Location"], trust_env=False)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def sign_in(client: httpx.Client, back: str = "/") -> httpx.Response:
    return client.get(go(client, back))


# --- In and out -----------------------------------------------------------------------------------


def test_somebody_signs_in_by_the_provider_and_out_again(
    site: Site, provider: ProviderProcess, browser: Browser
) -> None:
    ended = provider.control().json()["ended"]
    with browser.new_context(base_url=site.url) as context:
        page = context.new_page()
        page.goto("/?from=mail")
        expect(page.get_by_role("heading", level=1)).to_have_text("Staff sign-in")
        page.get_by_role("link", name="Sign in with your organisation's account").click()
        page.get_by_role("button", name="Yes, it is me").click()
        expect(page).to_have_url(re.compile(r"/\?from=mail$"))
        header = page.get_by_role("banner")
        expect(header).to_contain_text("Signed in: Principal, Sample Elementary (staff-1)")
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Staff sign-in")
        expect(page).to_have_url(re.compile(r"/sign-in"))
    assert provider.control().json()["ended"] == ended + 1, "signed out there too"


def test_what_is_kept_of_a_sign_in_holds_no_name(site: Site) -> None:
    with site.client() as client:
        sign_in(client)
        cookie = client.cookies[SESSION]
    with site.app.state.desk.engine.connect() as connection:
        row = connection.execute(SESSIONS.select()).one()
    assert (row.kind, row.staff, row.provider_session) == ("provider", "staff-1", "there-1")
    assert not {"Sample Person", "person-1", cookie} & set(map(str, row))
    assert "Sample" not in str(row)
    assert site.sign_in.book.id_token(cookie), "its cookie opens it, to sign out there"


def test_a_sign_in_leads_back_to_this_site_only(site: Site) -> None:
    for back, leads in (("/?a=1", "/?a=1"), ("//other.invalid/", "/"), ("https://x.invalid", "/")):
        with site.client() as client:
            assert sign_in(client, back).headers["Location"] == leads


def test_the_code_flow_has_pkce_state_and_nonce_each_its_own(site: Site) -> None:
    with site.client() as client:
        urls = [client.get("/sign-in/provider").headers["Location"] for _ in range(2)]
    first, second = (parse_qs(urlsplit(url).query) for url in urls)
    assert first["code_challenge_method"] == ["S256"]
    assert first["response_type"] == ["code"]
    for own in ("state", "nonce", "code_challenge"):
        assert first[own] != second[own]


def test_who_holds_no_role_is_not_let_in_and_told_why(
    site: Site, provider: ProviderProcess
) -> None:
    provider.control(claims={"sub": "person-9", "employee_number": 99})
    with site.client() as client:
        answer = sign_in(client)
        assert answer.status_code == 403
        assert "You are staff-99 here, and hold no role today" in answer.text
        assert client.get("/api/staff").status_code == 401


def test_a_group_of_the_provider_gives_the_role_that_the_settings_say(
    site: Site, provider: ProviderProcess
) -> None:
    person = {"sub": "person-9", "employee_number": 99}
    provider.control(claims=person | {"groups": ["accord-auditors", "superintendent"]})
    with site.client() as client:
        assert sign_in(client).status_code == 303
        assert client.get("/api/staff").json() == {"staff": "staff-99"}
        assert "Signed in: <strong>Auditor</strong>" in client.get("/").text
    with site.app.state.desk.engine.connect() as connection:
        assert connection.execute(SESSIONS.select()).one().granted == "auditor"


@pytest.mark.parametrize("number", [None, "1; drop", "", ["1"], "1 ", "\u0661"], ids=repr)
def test_a_claim_that_makes_no_reference_lets_nobody_in(
    site: Site, provider: ProviderProcess, number: object
) -> None:
    provider.control(lies={"employee_number": number})
    with site.client() as client:
        assert sign_in(client).status_code == 403
        assert client.get("/api/staff").status_code == 401


# --- What is not true -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "lies",
    [
        {"nonce": "of another sign-in"},
        {"nonce": None},
        {"aud": "another-client"},
        {"aud": "another-client", "azp": CLIENT},
        {"aud": [CLIENT, "another-client"], "azp": "another-client"},
        {"aud": None},
        {"iss": "https://another.invalid"},
        {"iss": None},
        {"exp": 1_700_000_000},
        {"exp": None},
        {"iat": 4_000_000_000},
        {"nbf": 4_000_000_000},
        {"sub": None},
    ],
    ids=str,
)
def test_a_token_that_is_not_ours_or_not_now_proves_nothing(
    site: Site, provider: ProviderProcess, lies: dict[str, Any]
) -> None:
    provider.control(lies=lies)
    with site.client() as client:
        answer = sign_in(client)
        assert answer.status_code == 403
        assert "does not prove who you are" in answer.text
        assert SESSION not in client.cookies


@pytest.mark.parametrize(
    "signing", ["by somebody else", "by nobody", "by its public key as a secret"]
)
def test_a_token_that_the_provider_did_not_sign_proves_nothing(
    site: Site, provider: ProviderProcess, signing: str
) -> None:
    provider.control(signing=signing)
    with site.client() as client:
        assert sign_in(client).status_code == 403
        assert SESSION not in client.cookies


def test_a_code_is_taken_once(site: Site) -> None:
    with site.client() as client:
        begun = client.get("/sign-in/provider")
        flow = dict(client.cookies)
        back = httpx.post(begun.headers["Location"], trust_env=False).headers["Location"]
        assert client.get(back).status_code == 303
        assert client.get(back).status_code == 400, "nothing has begun any more"
    with httpx.Client(base_url=site.url, cookies=flow) as thief:
        assert thief.get(back).status_code == 403, "nor with what the browser had"
        assert SESSION not in thief.cookies


def test_a_state_that_was_tampered_with_ends_the_sign_in(site: Site) -> None:
    for wrong in ("", "state=x", "state=%00%ff"):
        with site.client() as client:
            back = urlsplit(go(client))
            code = parse_qs(back.query)["code"][0]
            answer = client.get(f"{back.path}?code={code}&{wrong}")
            assert answer.status_code == 400
            assert "not begun here" in answer.text
            assert SESSION not in client.cookies


def test_another_browser_can_not_be_signed_in_with_ones_own_code(site: Site) -> None:
    with site.client() as mine, site.client() as victim:
        back = go(mine)
        victim.get("/sign-in/provider")
        assert victim.get(back).status_code == 400
        assert SESSION not in victim.cookies


def test_who_says_no_at_the_provider_is_not_let_in(site: Site) -> None:
    with site.client() as client:
        state = parse_qs(urlsplit(go(client)).query)["state"][0]
        answer = client.get("/sign-in/done", params={"error": "access_denied", "state": state})
        assert answer.status_code == 403
        assert "did not let you in" in answer.text


# --- Keys and times when it is away ---------------------------------------------------------------


def test_a_new_key_of_the_provider_is_asked_for_at_once_but_not_again_and_again(
    site: Site, provider: ProviderProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    def status() -> int:
        with site.client() as client:
            return sign_in(client).status_code

    assert status() == 303
    provider.control(rotate=True)
    assert status() == 303
    provider.control(rotate=True)
    assert status() == 403, "strangers could make us ask without end"
    monkeypatch.setattr("shared.web.provider.KEYS_ASKED_AGAIN_SECONDS", 0.0)
    assert status() == 303


def test_a_key_that_was_withdrawn_counts_no_longer_than_an_hour(
    site: Site, provider: ProviderProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    with site.client() as client:
        sign_in(client)
    oidc = site.sign_in.provider
    assert oidc
    known = oidc._known
    monkeypatch.setattr(oidc, "_asked_at", oidc._asked_at - KNOWN_SECONDS - 1)
    with site.client() as client:
        sign_in(client)
    assert oidc._known is not known


def test_a_provider_that_is_away_gives_a_clear_page_and_then_works_again(tmp_path: Path) -> None:
    port, theirs = free_port(), free_port()
    issuer = f"http://127.0.0.1:{theirs}"
    with serving(told(tmp_path, issuer, port), port=port) as site:
        with site.client() as client:
            answer = client.get("/sign-in/provider")
            assert answer.status_code == 503
            assert answer.headers["Retry-After"] == "60"
            assert "Your organisation&#39;s sign-in does not answer" in answer.text
            assert client.get("/complaint").is_success, "families are not concerned"
        with provider_process(theirs) as later, site.client() as client:
            later.control(redirect_uri=f"{site.url}/sign-in/done")
            back = go(client)
            later.process.terminate()
            later.process.wait()
            assert client.get(back).status_code == 503, "away in between"


def test_a_provider_that_says_it_is_another_is_not_believed(
    site: Site, provider: ProviderProcess
) -> None:
    provider.control(lies={"issuer": "https://another.invalid"})
    with site.client() as client:
        assert client.get("/sign-in/provider").status_code == 503


# --- Signed out elsewhere -------------------------------------------------------------------------


@pytest.mark.parametrize("said", [{"sid": "there-1"}, {"sub": "person-1"}], ids=str)
def test_who_signed_out_at_the_provider_is_signed_out_here(
    site: Site, provider: ProviderProcess, said: dict[str, str]
) -> None:
    with site.client() as client:
        sign_in(client)
        assert client.get("/api/staff").is_success
        word = provider.control(logout=said).text
        answer = httpx.post(f"{site.url}/api/signed-out", data={"logout_token": word})
        assert answer.status_code == 200
        assert client.get("/api/staff").status_code == 401


@pytest.mark.parametrize(
    "said",
    [
        {"sid": "there-1", "nonce": "x"},
        {"sid": "there-1", "events": {}},
        {"sid": "there-1", "aud": "another-client"},
        {"sid": "there-1", "exp": 1_700_000_000},
        {"sid": "of another"},
        {},
    ],
    ids=str,
)
def test_nobody_is_signed_out_by_a_word_that_is_not_the_providers(
    site: Site, provider: ProviderProcess, said: dict[str, Any]
) -> None:
    with site.client() as client:
        sign_in(client)
        word = provider.control(logout=said).text
        for wrong in (word, word[:-4], "", SECRET):
            httpx.post(f"{site.url}/api/signed-out", data={"logout_token": wrong})
        assert client.get("/api/staff").is_success


# --- Settings -------------------------------------------------------------------------------------


def test_settings_that_can_not_work_are_told_at_the_start(tmp_path: Path) -> None:
    issuer = "https://sign-in.invalid"
    with pytest.raises(ValueError, match="begins with https"):
        told(tmp_path, "http://sign-in.invalid", 1)
    with pytest.raises(ValueError, match="can't give superintendent"):
        told(tmp_path, issuer, 1, oidc_roles={"bosses": "superintendent"})
    with pytest.raises(NotConfigured, match="ACCORD_PUBLIC_URL"):
        Provider(told(tmp_path, issuer, 1, public_url=None), "toy")
    with pytest.raises(NotConfigured, match="ACCORD_OIDC_CLIENT_SECRET_FILE"):
        Provider(told(tmp_path, issuer, 1, oidc_client_secret_file=tmp_path / "none"), "toy")


def test_no_secret_is_in_what_prints_the_settings(tmp_path: Path) -> None:
    found = told(tmp_path, "https://sign-in.invalid", 1)
    assert SECRET not in repr(found)
    assert SECRET not in repr(Provider(found, "toy"))
