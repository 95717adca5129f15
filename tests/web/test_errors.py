"""Errors: a page or problem+json, and nothing of what was sent or of our insides."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from shared.service import LinkStatus
from shared.settings import NotConfigured
from shared.web import web_app
from tests.web.conftest import Site, settings, sign_in
from tests.web.toy import SECRET


def test_comp_10_a_refusal_is_a_page_for_people_and_a_problem_for_programs(
    client: httpx.Client,
) -> None:
    page = client.get("/refused")
    assert page.status_code == 422
    assert "choose a date after 2026-03-30, the due date" in page.text
    assert "C-COMP-10" in page.text
    for path, headers in (("/api/refused", {}), ("/refused", {"Accept": "application/json"})):
        problem = client.get(path, headers=headers)
        assert problem.status_code == 422
        assert problem.headers["Content-Type"] == "application/problem+json"
        assert problem.json() == {
            "type": "about:blank",
            "title": "Something must be corrected",
            "status": 422,
            "detail": "choose a date after 2026-03-30, the due date",
            "clause": "C-COMP-10",
            "field": "anticipated_on",
        }


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("PUT", "/letter", 405), ("GET", "/static/nowhere.css", 404)],
)
def test_an_address_that_is_none_is_explained(
    client: httpx.Client, method: str, path: str, status: int
) -> None:
    page = client.request(method, path)
    assert page.status_code == status
    assert "<h1>" in page.text
    problem = client.request(method, path, headers={"Accept": "application/json"})
    assert problem.json()["status"] == status


@pytest.mark.parametrize("path", ["/fault", "/api/fault"])
def test_a_fault_is_an_incident_without_its_words(client: httpx.Client, path: str) -> None:
    with capture_logs() as logs:
        answer = client.get(path)
    assert answer.status_code == 500
    assert SECRET not in answer.text
    assert "RuntimeError" not in answer.text
    (logged,) = logs
    assert logged["incident"] in answer.text
    assert [cause.split()[0] for cause in logged["causes"]] == ["RuntimeError", "ValueError"]
    assert "toy.py" in logged["causes"][0]
    assert SECRET not in str(logged)
    assert "Content-Security-Policy" in answer.headers


def test_a_fault_of_the_list_of_people_is_an_incident_too(site: Site) -> None:
    with site.client() as client, capture_logs() as logs:
        sign_in(client)
        del site.sign_in.people
        answer = client.get("/letter")
    assert answer.status_code == 500
    assert logs[0]["incident"] in answer.text


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"narrative": "x" * 50_001, "happened_on": "2026-03-02"}, 413, "narrative"),
        ({"narrative": "x" * 20 * 1024**2, "happened_on": "2026-03-02"}, 413, "narrative"),
        ({"narrative": SECRET, "happened_on": SECRET}, 422, "happened_on"),
        ({"narrative": {"a": SECRET}, "happened_on": "2026-03-02"}, 422, "narrative"),
        ({"narrative": "a", "happened_on": "2026-03-02", "channel": SECRET}, 422, "channel"),
        ({"narrative": "a", "happened_on": "2026-03-02", "matter": SECRET}, 422, "matter"),
        ({"narrative": "a", "happened_on": "2026-03-02", "contact": SECRET}, 422, "contact"),
        ({"happened_on": "2026-03-02"}, 422, "narrative"),
    ],
    ids=["long", "20 MB", "no date", "no text", "no channel", "no id", "no contact", "absent"],
)
def test_an_invalid_body_names_the_field_and_repeats_no_value(
    site: Site, client: httpx.Client, body: dict[str, Any], status: int, field: str
) -> None:
    answer = client.post("/api/tips", json=body)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["field"] == field
    assert problem["errors"][0]["field"] == field
    assert problem["detail"].startswith(f"{field}: ")
    assert SECRET not in answer.text
    assert "xxx" not in answer.text
    assert not site.filed


def test_what_is_not_json_is_said_to_be_so(client: httpx.Client) -> None:
    headers = {"Content-Type": "application/json"}
    answer = client.post("/api/tips", content=b'{"narrative": ' + SECRET.encode(), headers=headers)
    assert answer.status_code == 422
    assert answer.json()["detail"] == "this is not JSON"
    assert SECRET not in answer.text


def test_a_site_without_its_assets_says_how_to_get_them(site: Site, tmp_path: Path) -> None:
    with pytest.raises(NotConfigured, match="make setup"):
        web_app(
            settings(tmp_path),
            "toy",
            site.app.state.desk,
            LinkStatus("sample-pd"),
            lambda: (),
            node_modules=tmp_path / "node_modules",
        )
