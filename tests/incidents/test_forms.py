"""The forms of both sites, sent empty, wrong and right: what they say, and what is recorded."""

from __future__ import annotations

import html
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from playwright.sync_api import expect

from services.incidents.incident import StudentPart
from services.incidents.incident_decisions import RESTRAINT_ITEMS
from services.incidents.words import Involved
from tests.incidents.rosters import student, write_roster
from tests.incidents.samples import (
    CLERK,
    NUMBER,
    OFFICER,
    PRINCIPAL,
    REVIEWER,
    SCHOOL,
    TODAY,
    At,
    Crossing,
    calls_desk,
    instant,
    received,
)
from tests.incidents.site import agency_site, district_site
from tests.web.browsing import sign_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from services.incidents.calls_desk import CallsDesk
    from services.incidents.district_desk import DistrictDesk

PHONE: Any = {"width": 390, "height": 844}
DAY, TIME = {"on": TODAY.isoformat()}, {"time": "09:30"}
AT = {**DAY, **TIME}
NOTED = "SV26-000900"
INCIDENT = f"/incidents/{NUMBER}"


class Sender:
    """Who is signed in, and sends forms without a browser."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def page(self, path: str) -> str:
        return self._client.get(path, follow_redirects=True).raise_for_status().text

    def send(self, path: str, **fields: Any) -> httpx.Response:
        token = re.search(r'name="_token" value="([^"]+)"', self.page(path))
        assert token
        return self._client.post(path, data={"_token": token[1], **fields})

    def record(self, path: str, **fields: Any) -> str:
        """Send a form that is taken; gives the page that follows."""
        answer = self.send(path, **fields)
        assert answer.status_code == 303, problems(answer.text)
        return self.page(answer.headers["location"])


def problems(page: str) -> list[str]:
    """What the summary of errors says."""
    found = re.findall(r'<li><a href="#field-[^"]+">(.*?)</a>', page, re.DOTALL)
    return [html.unescape(re.sub(r"\s+", " ", each).strip()) for each in found]


@contextmanager
def signed_in(url: str, staff: str) -> Iterator[Sender]:
    with httpx.Client(base_url=url, trust_env=False) as client:
        sender = Sender(client)
        assert sender.send("/sign-in", staff=staff, next="/").status_code == 303
        yield sender


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, DistrictDesk]]:
    """The district's site, with a call that the agency told of, an arrest, and a student."""
    folder = tmp_path_factory.mktemp("district")
    with district_site(folder) as (url, desk):
        with calls_desk(folder / "agency", At(TODAY)) as agency:
            received(agency)
            agency.record_outcome(NUMBER, by=REVIEWER, outcome="ARRS", persons=1)
            Crossing(agency, desk).carry()
        write_roster(folder / "roster", [student(1)])
        assert desk.load_roster(folder / "roster", by="operator").listed == 1
        yield url, desk


@pytest.fixture(scope="module")
def agency(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, CallsDesk]]:
    with agency_site(tmp_path_factory.mktemp("agency")) as (url, desk):
        yield url, desk


@pytest.fixture
def principal(district: tuple[str, DistrictDesk]) -> Iterator[Sender]:
    with signed_in(district[0], PRINCIPAL) as sender:
        yield sender


@pytest.fixture
def reviewer(agency: tuple[str, CallsDesk]) -> Iterator[Sender]:
    with signed_in(agency[0], REVIEWER) as sender:
        yield sender


@pytest.fixture
def incident(district: tuple[str, DistrictDesk]) -> str:
    """Path of an incident of its own."""
    _, desk = district
    return "/incidents/" + desk.note_call(by=CLERK, school=SCHOOL, at=instant())


def topics(desk: DistrictDesk | CallsDesk, path: str) -> list[str]:
    reference = path.rpartition("/")[2]
    number = desk.number_of(
        f"{'incident' if path.startswith('/incidents') else 'call'}/{reference}"
    )
    return [event.TOPIC for event in desk.events_of(number)]


# --- An incident's acts ---------------------------------------------------------------------------

SEARCH = {**AT, "ground": "reasonable suspicion", "purpose": "safety", "by_staff": "staff-3"}
QUESTIONED = {
    **AT,
    "officer": OFFICER,
    "held": "in custody",
    "under_18": "yes",
    "attorney": "no",
    "purpose": "a possible crime",
}
RESTRAINED = {**AT, "kind": "restraint", "by_officer": OFFICER, "force": "yes"}
BEFORE: dict[str, tuple[tuple[str, dict[str, Any]], ...]] = {
    "parent": (("search", SEARCH),),
    "abuse-report": (("abuse", AT),),
    "restraint-report": (("restraint", RESTRAINED),),
    "restraint-letter": (("restraint", RESTRAINED),),
    "restraint-review": (("restraint", RESTRAINED),),
    "unlink": (("student", {"student": "700001", "involved": "witness"}),),
}
"""What has to be on record first."""
GIVEN: dict[str, tuple[dict[str, Any], str]] = {
    "student": ({"student": "700001", "involved": "victim"}, "student_linked"),
    "unlink": ({"student": "1", "reasons": "Another student"}, "student_unlinked"),
    "discipline": (
        {"kind": "restorative practice", "decided_by": "staff-3"},
        "discipline_followed",
    ),
    "search": (SEARCH, "search_recorded"),
    "questioning": (QUESTIONED, "student_questioned"),
    "parent": ({**AT, "matter": "search 1", "contact": "reached"}, "parent_contacted"),
    "restraint": (RESTRAINED, "student_restrained"),
    "restraint-report": (
        {"restraint": "1", "items": list(RESTRAINT_ITEMS), "report": "All of it"},
        "restraint_reported",
    ),
    "restraint-letter": ({"restraint": "1", "language": "Spanish"}, "restraint_letter_sent"),
    "restraint-review": (
        {"restraint": "1", "with_family": "yes", "with_staff": "yes"},
        "restraint_reviewed",
    ),
    "abuse": (AT, "abuse_suspected"),
    "abuse-report": ({**AT, "to": "the state's hotline"}, "abuse_reported"),
    "match": ({"number": NUMBER}, "matched"),
    "note": ({"note": "Called home"}, "note_written"),
}
WHAT_IS_MISSING = {
    "student": [
        "Student number: write it: nothing was entered",
        "Part: choose one of those listed",
    ],
    "search": ["Time", "On what ground", "What for"],
    "questioning": [
        "Time",
        "Officer who questioned",
        "How the student stood",
        "Under 18",
        "A lawyer first",
        "What for",
    ],
    "parent": ["About", "How it went", "Time"],
    "restraint": ["Kind", "Time"],
    "restraint-report": ["The report says: tick what holds", "Report"],
    "abuse-report": ["To which office", "Time"],
    "unlink": ["Which student", "Reasons"],
    "match": ["The agency's number of the call"],
}


@pytest.mark.parametrize("act", GIVEN)
def test_data_2_what_the_desk_can_do_with_an_incident_a_form_does(
    principal: Sender, district: tuple[str, DistrictDesk], incident: str, act: str
) -> None:
    for before, fields in BEFORE.get(act, ()):
        principal.record(f"{incident}/{before}", **fields)
    assert f"{incident}/{act}" in principal.page(incident)  # it is offered
    fields, topic = GIVEN[act]
    page = principal.record(f"{incident}/{act}", **fields)
    assert topics(district[1], incident)[-1] == f"incident.{topic}"
    assert "Recorded." in page
    assert topic.replace("_", " ").capitalize() in page  # its history says so


@pytest.mark.parametrize("act", WHAT_IS_MISSING)
def test_data_2_an_empty_form_comes_again_and_names_each_field_and_what_mends_it(
    principal: Sender, incident: str, act: str
) -> None:
    for before, fields in BEFORE.get(act, ()):
        principal.record(f"{incident}/{before}", **fields)
    sent = DAY if act in {"search", "questioning", "parent", "restraint", "abuse-report"} else {}
    preset = {"restraint": "1"} if act == "restraint-report" else {}
    answer = principal.send(f"{incident}/{act}", **sent, **preset)
    assert answer.status_code == 422
    told = problems(answer.text)
    assert len(told) == len(WHAT_IS_MISSING[act])
    for problem, expected in zip(told, WHAT_IS_MISSING[act], strict=True):
        assert problem.startswith(expected)
        assert ": " in problem


def test_inc_8_an_unguarded_questioning_is_an_alarm_on_the_page_and_the_list(
    principal: Sender, incident: str
) -> None:
    page = principal.record(f"{incident}/questioning", **QUESTIONED)
    assert "questioned without a lawyer" in page
    assert "unguarded questioning" in principal.page("/")
    exception = {**QUESTIONED, "exception": "An imminent threat to a person"}
    page = principal.record(f"{incident}/questioning", **exception)
    assert page.count("questioned without a lawyer") == 1
    assert "An imminent threat to a person" in page


def test_inc_12_what_waits_for_a_parent_is_offered_first_and_closes_its_clock(
    principal: Sender, incident: str
) -> None:
    principal.record(f"{incident}/search", **SEARCH)
    principal.record(f"{incident}/restraint", **RESTRAINED)
    assert "Contact with the parent: search 1" in principal.page(incident)
    contact = {**AT, "matter": "search 1", "contact": "reached"}
    page = principal.record(f"{incident}/parent", **contact)
    assert "Contact with the parent: search 1" not in page.partition("History")[0]
    offered = re.findall(r'<option value="([a-z ]+ \d+)"', principal.page(f"{incident}/parent"))
    assert offered == ["restraint or isolation 1", "search 1"]


def test_inc_12_an_exception_without_reasons_comes_again_with_what_was_entered(
    principal: Sender, incident: str
) -> None:
    principal.record(f"{incident}/search", **SEARCH)
    sent = {**AT, "matter": "search 1", "contact": "not told: court order"}
    answer = principal.send(f"{incident}/parent", **sent)
    assert problems(answer.text) == ["Reasons: an exception needs its reasons: write them"]
    assert 'value="not told: court order" checked' in answer.text
    assert 'value="09:30"' in answer.text
    assert "Rule C-INC-12" in answer.text


def test_inc_4_who_searched_is_a_reference_never_a_name(principal: Sender, incident: str) -> None:
    answer = principal.send(f"{incident}/search", **{**SEARCH, "by_staff": "Ms. Specimen"})
    told = "Member of staff who searched: give a reference such as staff-12, never a name"
    assert problems(answer.text) == [told]


def test_data_2_a_day_to_come_is_named_by_the_field_that_shows_it(
    principal: Sender, incident: str
) -> None:
    answer = principal.send(f"{incident}/search", **{**SEARCH, "on": "2026-03-05"})
    assert problems(answer.text) == ["Day: it is still to come: correct the day or the time"]


def test_inc_9_a_review_with_the_family_alone_is_not_taken(
    principal: Sender, incident: str
) -> None:
    principal.record(f"{incident}/restraint", **RESTRAINED)
    answer = principal.send(f"{incident}/restraint-review", restraint="1", with_family="yes")
    assert problems(answer.text)[0].startswith("With the member of staff: review it")


def test_role_2_alternatives_are_asked_for_only_where_an_arrest_or_referral_stands(
    principal: Sender, district: tuple[str, DistrictDesk], incident: str
) -> None:
    assert f"{incident}/ask" not in principal.page(incident)
    assert f"{INCIDENT}/ask" in principal.page(INCIDENT)
    principal.record(f"{INCIDENT}/ask")
    assert topics(district[1], INCIDENT)[-1] == "incident.alternatives_asked"


def test_disc_3_an_officer_named_in_discipline_raises_the_alarm_from_the_form(
    principal: Sender, district: tuple[str, DistrictDesk], incident: str
) -> None:
    fields = {"kind": "expulsion", "decided_by": "staff-3", "part": "investigator"}
    principal.record(f"{incident}/discipline", **fields, officer=OFFICER)
    alarms = district[1].boundaries_view.alarms()
    assert incident.rpartition("/")[2] in {alarm.raised_by for alarm in alarms}


def test_inc_6_a_student_s_part_is_shown_to_who_may_read_it_and_stored_sealed(
    principal: Sender, district: tuple[str, DistrictDesk], incident: str
) -> None:
    page = principal.record(f"{incident}/student", student="700001", involved="victim")
    assert "Specimen Sample-1 (700001)" in page
    stored = "".join(
        event.model_dump_json()
        for event in district[1].events_of(district[1].incident_id(incident.rpartition("/")[2]))
    )
    assert "700001" not in stored
    assert StudentPart(involved=Involved.VICTIM).involved not in stored


# --- What is begun --------------------------------------------------------------------------------

BEGUN: dict[str, dict[str, Any]] = {
    "/calls/new": {**AT, "school": SCHOOL, "number": NOTED},
    "/actions/new": {**AT, "school": SCHOOL, "officer": OFFICER, "action": "warning"},
    "/interventions/new": {**AT, "school": SCHOOL, "officer": OFFICER, "account": "Ran in"},
    "/requests/new": {**AT, "school": SCHOOL, "ground": "B"},
}


@pytest.mark.parametrize("path", BEGUN)
def test_data_2_staff_without_a_look_at_the_records_may_enter_what_happened(
    district: tuple[str, DistrictDesk], path: str
) -> None:
    with signed_in(district[0], CLERK) as clerk:
        assert clerk.send(path, **DAY).status_code == 422
        assert "It is recorded." in clerk.record(path, **BEGUN[path])
        with pytest.raises(httpx.HTTPStatusError, match="403"):
            clerk.page("/conduct")


def test_int_2_a_request_is_described_answered_and_reviewed(
    principal: Sender, district: tuple[str, DistrictDesk]
) -> None:
    reference = district[1].request_intervention(
        by=PRINCIPAL, school=SCHOOL, at=instant(), ground=None
    )
    path = f"/conduct/{reference}"
    assert f"{path}/describe" not in principal.page("/conduct")  # ground B alone asks for it
    principal.record("/requests/new", **BEGUN["/requests/new"])
    (asked,) = {
        each.reference
        for each in district[1].interventions_view.interventions()
        if each.requested_by == PRINCIPAL and each.ground == "B"
    }
    path = f"/conduct/{asked}"
    assert f"{path}/describe" in principal.page("/conduct")
    principal.record(f"{path}/describe", description="Nobody could teach")
    assert f"{path}/describe" not in principal.page("/conduct")
    principal.record(f"{path}/stepped-in", **AT, officer=OFFICER)
    principal.record(f"{path}/review", met="met", reasons="It was")
    assert f"{path}/review" not in principal.page("/conduct")


def test_ment_4_an_interaction_is_linked_to_the_meeting_by_reference_alone(
    principal: Sender, district: tuple[str, DistrictDesk]
) -> None:
    fields = {"capacity": "educate", "whom": "several students", "officer": OFFICER}
    more = {"school": SCHOOL, "subject": "law-related education", "setting": "classroom"}
    principal.record("/interactions/new", **fields, **more, persons="20", **DAY)
    (logged,) = district[1].interactions_view.interactions()
    path = f"/conduct/{logged.reference}/debrief"
    answer = principal.send(path, meeting="Talk with Ms. Specimen")
    assert problems(answer.text)[0].startswith("Reference of the meeting: give the meeting's")
    assert "talked over: meeting-7" in principal.record(path, meeting="meeting-7")


# --- The agency -----------------------------------------------------------------------------------


def test_inc_2_a_call_is_merged_and_only_a_merged_one_is_split(
    reviewer: Sender, agency: tuple[str, CallsDesk]
) -> None:
    for number in ("SV26-000201", "SV26-000202"):
        received(agency[1], number)
    path = "/calls/SV26-000202"
    assert f"{path}/split" not in reviewer.page(path)
    answer = reviewer.send(f"{path}/merge", into="SV26-000202")
    told = "Number of the call that stays: a call can't be merged into itself: choose another"
    assert problems(answer.text) == [told]
    page = reviewer.record(f"{path}/merge", into="SV26-000201")
    assert f"{path}/merge" not in page
    assert f"{path}/split" in page
    reviewer.record(f"{path}/split")
    assert topics(agency[1], path)[-1] == "call.split"


def test_inc_13_a_report_to_the_commission_is_owed_and_recorded_on_the_call_s_page(
    reviewer: Sender, agency: tuple[str, CallsDesk]
) -> None:
    received(agency[1], "SV26-000301")
    path = "/calls/SV26-000301"
    assert f"{path}/commission-notified" not in reviewer.page(path)
    owed = {"ground": "an officer was charged with a crime", "officer": OFFICER}
    page = reviewer.record(f"{path}/commission", **owed, learned_on="2026-03-01")
    assert "Report to the state commission: 1" in page
    assert "March 16, 2026" in page
    early = reviewer.send(f"{path}/commission-notified", report="1", notified_on="2026-02-27")
    assert problems(early.text)[0].startswith("Day on which it was notified: it is before")
    page = reviewer.record(f"{path}/commission-notified", report="1", notified_on="2026-03-02")
    assert "notified on" in page
    assert f"{path}/commission-notified" not in page


def test_data_8_the_form_of_a_correction_holds_what_is_known(
    reviewer: Sender, agency: tuple[str, CallsDesk]
) -> None:
    received(agency[1], "SV26-000401", cancelled=True)
    form = reviewer.page("/calls/SV26-000401/correct")
    assert 'value="yes" checked' in form


# --- As they are seen -----------------------------------------------------------------------------


def test_every_form_has_what_assistive_technology_needs_and_fits_a_phone(
    district: tuple[str, DistrictDesk], agency: tuple[str, CallsDesk], browser: Browser
) -> None:
    url, desk = district
    reference = desk.note_call(by=CLERK, school=SCHOOL, at=instant())
    received(agency[1], "SV26-000501")
    with signed_in(url, PRINCIPAL) as principal:
        for act in ("search", "restraint"):
            principal.record(f"/incidents/{reference}/{act}", **GIVEN[act][0])
    at_district = [*BEGUN, "/", "/conduct", "/recorded", f"/incidents/{reference}"]
    at_district += [f"/incidents/{reference}/{act}" for act in GIVEN]
    at_agency = [f"/calls/SV26-000501{act}" for act in ("", "/commission", "/merge", "/correct")]
    for site, staff, paths in ((url, PRINCIPAL, at_district), (agency[0], REVIEWER, at_agency)):
        context = browser.new_context(base_url=site, java_script_enabled=False, viewport=PHONE)
        page = context.new_page()
        sign_in(page, staff)
        for path in paths:
            page.goto(path)
            expect(page.locator("h1")).to_have_count(1)
            found = page.evaluate(
                """() => ({
                  unlabelled: [...document.querySelectorAll("input, select, textarea")]
                    .filter(control => control.type !== "hidden")
                    .filter(control => control.labels.length !== 1).map(control => control.name),
                  doubled: [...document.querySelectorAll("[id]")].map(e => e.id)
                    .filter((id, at, all) => all.indexOf(id) !== at),
                  width: document.documentElement.scrollWidth,
                })"""
            )
            assert found == {"unlabelled": [], "doubled": [], "width": PHONE["width"]}, path
        context.close()
