"""The emergency sign-in: one secret, used once, by somebody named, and everybody sees it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import httpx
import pytest
from structlog.testing import capture_logs

from shared.cli.emergency import break_glass_command
from shared.emergency import SecretUsed
from shared.who_may import OPERATOR
from tests.web.conftest import Site, token

if TYPE_CHECKING:
    from pathlib import Path

REASON = "The provider is away and a report must leave today."


def break_glass(client: httpx.Client, secret: str, **told: str) -> httpx.Response:
    form = {"_token": token(client, "/sign-in/emergency"), "staff": "staff-2", "reason": REASON}
    return client.post("/sign-in/emergency", data={**form, "secret": secret, **told})


def test_the_secret_signs_somebody_in_once_and_raises_an_alarm(closed_site: Site) -> None:
    secret = closed_site.sign_in.emergency.make_secret(OPERATOR)
    with closed_site.client() as client, capture_logs() as logs:
        answer = break_glass(client, f" {secret.upper()} ")
        assert (answer.status_code, answer.headers["Location"]) == (303, "/")
        assert client.get("/api/staff").json() == {"staff": "staff-2"}
        page = client.get("/").text
    assert "Emergency sign-in used" in page
    assert REASON in page
    assert [entry["log_level"] for entry in logs] == ["error"]
    assert secret not in str(logs)
    assert REASON not in str(logs)
    with closed_site.client() as again:
        assert break_glass(again, secret).status_code == 422, "once"
        assert again.get("/api/staff").status_code == 401


def test_aud_1_its_use_is_in_the_history_and_its_reason_is_sealed(closed_site: Site) -> None:
    desk = closed_site.app.state.desk
    secret = closed_site.sign_in.emergency.make_secret(OPERATOR)
    with closed_site.client() as client:
        break_glass(client, secret)
    made, used = (event for _, event in desk.history(0, 10))
    assert secret not in str(made)
    assert isinstance(used, SecretUsed)
    assert (used.by, used.staff) == ("staff-2", "staff-2")
    assert REASON not in used.model_dump_json()


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"secret": "0" * 40}, "Secret"),
        ({"secret": ""}, "Secret"),
        ({"staff": "staff-99"}, "Staff"),
        ({"staff": "operator"}, "Staff"),
        ({"reason": " "}, "Reason"),
    ],
)
def test_without_secret_reference_and_reason_nobody_is_signed_in(
    closed_site: Site, told: dict[str, str], field: str
) -> None:
    secret = closed_site.sign_in.emergency.make_secret(OPERATOR)
    with closed_site.client() as client:
        answer = break_glass(client, **{"secret": secret, **told})
        assert answer.status_code == 422
        assert f"{field}:" in answer.text
        assert client.get("/api/staff").status_code == 401
        assert break_glass(client, secret).status_code == 303, "the secret is still good"


def test_before_a_secret_was_made_none_fits(closed_site: Site) -> None:
    with closed_site.client() as client:
        assert break_glass(client, "").status_code == 422


def test_a_new_secret_replaces_the_one_before(closed_site: Site) -> None:
    first, second = (closed_site.sign_in.emergency.make_secret(OPERATOR) for _ in range(2))
    with closed_site.client() as client:
        assert break_glass(client, first).status_code == 422
        assert break_glass(client, second).status_code == 303


def test_an_emergency_session_lasts_an_hour_and_its_alarm_a_week(closed_site: Site) -> None:
    desk, book = closed_site.app.state.desk, closed_site.sign_in.book
    with closed_site.client() as client:
        break_glass(client, closed_site.sign_in.emergency.make_secret(OPERATOR))
        now = book.now()
        book.now = lambda: now + timedelta(minutes=30)
        assert client.get("/api/staff").is_success
        book.now = lambda: now + timedelta(minutes=61)
        assert client.get("/api/staff").status_code == 401
    assert len(closed_site.sign_in.emergency.alarms()) == 1
    desk.now = lambda: now + timedelta(days=8)
    assert closed_site.sign_in.emergency.alarms() == []


def test_guessing_is_slowed_down(closed_site: Site) -> None:
    with closed_site.client() as client:
        answers = [break_glass(client, str(n)).status_code for n in range(11)]
    assert answers == [422] * 10 + [429]


def test_the_command_prints_a_secret_that_fits(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from services.complaints.__main__ import service  # noqa: PLC0415  # its own, heavy

    monkeypatch.setenv("ACCORD_KIND", "district")
    monkeypatch.setenv("ACCORD_COUNTERPART", "sample-pd")
    monkeypatch.setenv("ACCORD_FOLDER", str(tmp_path / "sample-sd"))
    break_glass_command({"complaints": service})("complaints", "sample-sd", tmp_path)
    secret = capsys.readouterr().out.strip()
    assert len(secret) == 40
    from shared.emergency import Emergency  # noqa: PLC0415
    from shared.settings import Settings  # noqa: PLC0415

    with service(Settings.of("sample-sd", tmp_path)).desk as desk:
        Emergency(desk).use(secret, staff="staff-4", reason=REASON)
