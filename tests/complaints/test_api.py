"""The JSON interface, asked over HTTP."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.complaints.samples import NAME, STORY
from tests.complaints.site import DistrictSite

if TYPE_CHECKING:
    import httpx


FILED = {
    "narrative": STORY,
    "school": "sample-valley-high",
    "officer": "officer-12",
    "incident_on": "2026-02-27",
    "allegations": ["use of force"],
    "urgent": ["injury"],
    "complainant": NAME,
    "language": "es",
}


def test_comp_2_a_complaint_is_filed_and_followed(site: DistrictSite) -> None:
    with site.client() as client:
        answer = client.post("/api/complaints", json=FILED)
        assert answer.status_code == 201
        receipt = answer.json()
        follow = answer.headers["Location"]
        assert follow == f"/api/complaints/{receipt['number']}/status"
        shown = client.post(follow, json={"passphrase": receipt["passphrase"]}).json()
    assert shown["stage"] == "received"
    due = {clock["duty"]: clock for clock in shown["clocks"]}["determination"]
    assert (due["on"], due["known"], due["clause"]) == ("2026-03-30", True, "C-COMP-6")
    assert "is school day 20" in " ".join(due["why"])
    assert shown["history"][0]["title"] == "Your complaint was received"
    entry = site.desk.docket.entries()[0]
    assert (entry.channel, entry.language, entry.late) == ("web", "es", False)


def test_comp_2_the_same_request_with_its_key_is_one_complaint(site: DistrictSite) -> None:
    key = {"Idempotency-Key": "1"}
    with site.client() as client:
        first, again = (client.post("/api/complaints", json=FILED, headers=key) for _ in range(2))
        assert first.json() == again.json()
        other = client.post("/api/complaints", json={"narrative": "Mine."}, headers=key)
        assert other.json()["number"] != first.json()["number"]
    assert len(site.desk.docket.entries()) == 2


def test_comp_2_without_a_key_each_request_is_a_complaint(site: DistrictSite) -> None:
    with site.client() as client:
        for _ in range(2):
            client.post("/api/complaints", json=FILED)
    assert len(site.desk.docket.entries()) == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("narrative", ""),
        ("narrative", "x" * 20_000_000),
        ("incident_on", "2026-13-40"),
        ("incident_on", "2026-03-03"),
        ("school", "nowhere"),
        ("officer", "nobody"),
        ("language", "Placeholder language"),
        ("allegations", ["unheard of"]),
        ("urgent", "injury"),
        ("harm", "perhaps"),
        ("channel", "pigeon"),
        ("color", "blue"),
    ],
)
def test_comp_2_what_cannot_be_taken_names_its_field(
    site: DistrictSite, field: str, value: Any
) -> None:
    with site.client() as client:
        answer = client.post("/api/complaints", json={**FILED, field: value})
    assert answer.status_code in {413, 422}
    _is_problem(answer, field)
    assert NAME not in answer.text
    assert not site.desk.docket.entries()


@pytest.mark.parametrize("field", ["narrative", "school", "officer", "language", "contact"])
def test_comp_2_half_a_character_names_its_field(site: DistrictSite, field: str) -> None:
    body = json.dumps({"narrative": STORY, field: "half a character \ud800"})
    sent = {"Content-Type": "application/json", "Idempotency-Key": "1"}
    with site.client() as client:
        answer = client.post("/api/complaints", content=body, headers=sent)
    assert answer.status_code == 422
    _is_problem(answer, field)


def _is_problem(answer: httpx.Response, field: str) -> None:
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code
    assert answer.json()["field"].partition(".")[0] == field


def test_comp_20_a_wrong_pair_is_refused_in_the_same_words(site: DistrictSite) -> None:
    number = site.filed().number
    with site.client() as client:
        wrong = [
            client.post(f"/api/complaints/{each}/status", json={"passphrase": "wrong"})
            for each in (number, "SRO-AAAA-AAAA", "nonsense")
        ]
    for answer in wrong:
        _is_problem(answer, "passphrase")
        assert answer.json() == wrong[0].json()


def test_time_11_the_docket_is_for_who_is_signed_in(site: DistrictSite) -> None:
    number = site.filed().number
    with site.client() as client:
        assert client.get("/api/docket").status_code == 401
    with site.client("staff-1") as client:
        [line] = client.get("/api/docket").json()
    assert (line["number"], line["group"]) == (number, "due soon")
    assert (line["next_duty"], line["next_on"]) == ("acknowledge", "2026-03-04")
    assert NAME not in str(line)
    with site.client("staff-2") as client:
        assert client.get("/api/docket").json() == []


def test_comp_2_the_tip_line_takes_a_message_once(site: DistrictSite) -> None:
    message = b"From: a@example.invalid\nMessage-ID: <1@example.invalid>\n\nA synthetic tip.\n"
    kind = {"Content-Type": "message/rfc822"}
    with site.client() as client:
        first, again = (client.post("/api/tips", content=message, headers=kind) for _ in range(2))
    assert first.status_code == 201
    assert first.json() == again.json()
    assert len(site.desk.docket.entries()) == 1


def test_the_interface_describes_itself_and_no_page(site: DistrictSite) -> None:
    with site.client() as client:
        told = client.get("/api/openapi.json").json()
    paths = ("/api/complaints", "/api/complaints/{number}/status", "/api/docket", "/api/tips")
    assert set(told["paths"]) == set(paths)
    filing = told["paths"]["/api/complaints"]["post"]
    assert "application/problem+json" in filing["responses"]["422"]["content"]
    assert filing["parameters"][0]["name"] == "idempotency-key"
