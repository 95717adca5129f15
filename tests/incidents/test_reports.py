"""Reports: pure functions of the history, with nothing dropped and nothing guessed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.incidents.call import CallFacts
from services.incidents.catalogs import FORMAL, OFFENSES
from services.incidents.dimensions import AgeBand, Dimensions, Ethnicity, Gender, PlanHeld, Race
from services.incidents.incident import IncidentRecord, StudentPart
from services.incidents.received import from_complaints
from services.incidents.report_facts import Case, Facts, PersonIn
from services.incidents.report_federal import federal_report
from services.incidents.report_files import as_json, written_as
from services.incidents.reports import (
    DIMENSIONS,
    Asked,
    Period,
    calls_report,
    school_year,
    written_as_of,
)
from services.incidents.words import Audience, Discipline, Format, Involved, ReportName
from shared.contracts.complaints import ComplaintForwardedV1, ComplaintReceivedV1
from shared.errors import Refused
from shared.who_may import OPERATOR, Acting
from tests.incidents.eventful import (
    ARREST,
    ARRESTED,
    CITATION,
    LITTLE,
    QUIET,
    WITNESS,
    YEAR,
    enrol,
    happen,
    stamp_by,
)
from tests.incidents.rosters import student, write_roster
from tests.incidents.samples import (
    DIRECTOR,
    DISTRICT,
    OTHER_OFFICER,
    OTHER_SCHOOL,
    PRINCIPAL,
    REVIEWER,
    SCHOOL,
    TODAY,
    At,
    facts,
    received,
)

if TYPE_CHECKING:
    from pathlib import Path

    from services.incidents.calls_desk import CallsDesk
    from services.incidents.district_desk import DistrictDesk
    from services.incidents.reports import Report
    from tests.incidents.samples import Crossing


@pytest.fixture
def eventful(  # noqa: PLR0917  # other fixtures
    agency: CallsDesk,
    district: DistrictDesk,
    crossing: Crossing,
    at: At,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> DistrictDesk:
    stamp_by(at, monkeypatch)
    enrol(district, tmp_path)
    happen(agency, district, crossing)
    return district


def made(desk: DistrictDesk, name: ReportName, as_of: Any = None) -> Report:
    return desk.report(name, by=DIRECTOR, period=YEAR._replace(as_of=as_of))


def rows(report: Report, table: str) -> list[dict[str, Any]]:
    found = report.table(table)
    columns = (*found.dimensions, *found.measures)
    return [dict(zip(columns, row, strict=True)) for row in found.rows]


def summary(report: Report) -> dict[str, Any]:
    return {row["figure"]: row["count"] for row in rows(report, "summary")}


# --- Calls ----------------------------------------------------------------------------------------


def test_data_3_calls_and_persons_are_counted_apart_and_nobody_is_dropped(
    eventful: DistrictDesk,
) -> None:
    report = made(eventful, ReportName.CALLS)
    figures = summary(report)
    assert figures["calls"] == 3
    assert figures["persons in calls"] == 4, "one cited person is linked to nobody"
    assert figures["persons to whom no student is linked"] == 1
    assert figures["self-initiated calls"] == 1
    assert figures["calls without a known outcome"] == 1
    race = {row["race"]: row for row in rows(report, "by_race")}
    assert (race["not reported"]["persons"], race["not reported"]["students"]) == (1, 0)
    plan = {row["plan"]: row["persons"] for row in rows(report, "by_plan")}
    assert plan == {
        "IEP": 0,
        "504": 1,
        "IEP and 504": 1,
        "Neither IEP nor 504": 1,
        "not reported": 1,
    }


def test_data_2_every_call_and_every_outcome_is_there(eventful: DistrictDesk) -> None:
    report = made(eventful, ReportName.CALLS)
    calls = {(row["school"], row["offense"][:3], row["outcome"]) for row in rows(report, "calls")}
    assert calls == {
        (SCHOOL, "13B", "Arrest"),
        (SCHOOL, "35A", "Citation or infraction"),
        (OTHER_SCHOOL, "X99", "Outcome not yet known"),
    }
    told = {row["outcome"]: row["persons"] for row in rows(report, "outcomes")}
    assert told == {"Arrest": 1, "Citation or infraction": 2}
    used = {(row["school"], row["came to"]) for row in rows(report, "alternatives")}
    assert (OTHER_SCHOOL, "neither") in used


def test_inc_2_a_merged_call_is_counted_once_and_its_student_too(
    agency: CallsDesk, crossing: Crossing, eventful: DistrictDesk
) -> None:
    received(agency, "SV26-000104")
    agency.merge("SV26-000104", ARREST, by=REVIEWER)
    crossing.carry()
    part = StudentPart(involved=Involved.SUSPECT, outcomes=("CITE",))
    eventful.link_student("SV26-000104", ARRESTED, by=DIRECTOR, part=part)
    figures = summary(made(eventful, ReportName.CALLS))
    assert (figures["calls"], figures["persons in calls"]) == (3, 4)


def test_data_3_a_student_counts_by_the_values_of_the_day_of_the_call(
    eventful: DistrictDesk, at: At, tmp_path: Path
) -> None:
    before = made(eventful, ReportName.CALLS).table("persons")
    at.set(TODAY + timedelta(days=3))
    told = student(1, sex="female", dateLastModified="2026-03-05T09:00:00.000Z")
    delta = write_roster(tmp_path / "delta", [told], mode="delta")
    assert eventful.load_roster(delta, by=OPERATOR).changed == 1
    assert made(eventful, ReportName.CALLS).table("persons") == before
    told["dateLastModified"] = "2026-03-01T09:00:00.000Z"
    told["sex"] = "other"
    eventful.load_roster(write_roster(tmp_path / "older", [told], mode="delta"), by=OPERATOR)
    assert made(eventful, ReportName.CALLS).table("persons") != before


def test_priv_1_an_erased_student_counts_as_not_reported(eventful: DistrictDesk) -> None:
    eventful.keyring.destroy(eventful.enrolment.student(ARRESTED))
    report = made(eventful, ReportName.CALLS)
    assert summary(report)["persons in calls"] == 5, "nobody is known to be the one arrested"
    age = {row["age"]: row["persons"] for row in rows(report, "by_age")}
    assert age["not reported"] == 3


def test_data_6_interactions_are_counted_by_role_and_of_no_single_officer(
    eventful: DistrictDesk,
) -> None:
    report = made(eventful, ReportName.CALLS)
    logged = {row["role"]: row["persons"] for row in rows(report, "interactions")}
    assert logged == {"educate": 26, "counsel": 0, "enforce": 0}
    assert b"officer-" not in as_json(report)
    assert [each.what for each in report.missing] == [
        "presentations of the officers' role to students (C-DATA-6)"
    ]


def test_data_1_no_report_names_a_student(eventful: DistrictDesk) -> None:
    for name in ReportName:
        text = as_json(made(eventful, name))
        assert not [word for word in (b"Specimen", b"Sample-1", b"70000") if word in text]


people = st.builds(
    PersonIn,
    student=st.one_of(st.none(), st.integers(1, 6).map(lambda number: UUID(int=number))),
    counts_as=st.builds(
        Dimensions,
        race=st.sampled_from(Race),
        ethnicity=st.sampled_from(Ethnicity),
        gender=st.sampled_from(Gender),
        age=st.sampled_from(AgeBand),
        plan=st.sampled_from(PlanHeld),
    ),
    involved=st.one_of(st.none(), st.sampled_from(Involved)),
    outcomes=st.lists(st.sampled_from([*FORMAL]), max_size=2).map(tuple),
)


@st.composite
def happened(draw: st.DrawFn) -> list[Case]:
    return [
        Case(
            record=IncidentRecord(
                reference=f"SV26-{number}",
                school=draw(st.sampled_from([SCHOOL, OTHER_SCHOOL, ""])),
                on=TODAY,
                offenses=(draw(st.sampled_from([*OFFENSES])),),
            ),
            outcomes=tuple(draw(st.lists(st.sampled_from([*FORMAL]), max_size=2))),
            persons=tuple(draw(st.lists(people, max_size=3))),
            disciplines=(),
            persons_not_known=0,
        )
        for number in range(draw(st.integers(0, 5)))
    ]


ASKED = Asked(
    name=ReportName.CALLS,
    audience=Audience.INTERNAL,
    org=DISTRICT,
    begins_on=YEAR.begins_on,
    ends_on=YEAR.ends_on,
    as_of=datetime(2026, 3, 2, tzinfo=UTC),
)


@given(happened())
def test_data_3_each_table_counts_every_person_and_every_call(cases: list[Case]) -> None:
    report = calls_report(Facts(), ASKED, cases)
    persons = sum(len(case.persons) for case in cases)
    for table in (*(f"by_{name}" for name in DIMENSIONS), "by_school", "persons"):
        assert sum(row["persons"] for row in rows(report, table)) == persons
    for table in ("by_school", "calls", "alternatives"):
        assert sum(row["calls"] for row in rows(report, table)) == len(cases)
    assert federal_report(ASKED, cases) == federal_report(ASKED, cases)


# --- As of ----------------------------------------------------------------------------------------


def test_aud_2_a_report_as_of_an_earlier_day_is_the_one_made_then_byte_for_byte(
    agency: CallsDesk, crossing: Crossing, eventful: DistrictDesk, at: At, tmp_path: Path
) -> None:
    kinds = [(name, kind) for name in ReportName for kind in Format]
    then = {name: made(eventful, name) for name in ReportName}
    files = {(name, kind): written_as(then[name], kind) for name, kind in kinds}
    at.set(TODAY + timedelta(days=3))
    agency.correct_outcome(ARREST, 1, by=REVIEWER, outcome="WARN", persons=1, reasons="Mistaken")
    agency.classify(CITATION, ("90F",), by=REVIEWER)
    agency.correct(
        QUIET, CallFacts(**{**facts().model_dump(), "school": SCHOOL}), by=REVIEWER, reasons="A"
    )
    crossing.carry()
    part = StudentPart(involved=Involved.SUSPECT, outcomes=("CITE",))
    eventful.link_student(CITATION, WITNESS, by=DIRECTOR, part=part)
    moved = student(1, sex="female", dateLastModified="2025-08-26T09:00:00.000Z")
    eventful.load_roster(write_roster(tmp_path / "delta", [moved], mode="delta"), by=OPERATOR)
    eventful.freeze_state_report(by=DIRECTOR, period=YEAR)
    for name, kind in kinds:
        again = made(eventful, name, then[name].asked.as_of)
        assert written_as(again, kind) == files[name, kind], (name, kind)
        assert as_json(made(eventful, name)) != files[name, Format.JSON]
    assert made(eventful, ReportName.CALLS, TODAY).tables == then[ReportName.CALLS].tables


def test_aud_2_a_day_or_an_instant_to_come_is_refused(eventful: DistrictDesk, at: At) -> None:
    for as_of in (TODAY + timedelta(days=1), at.now + timedelta(seconds=1)):
        with pytest.raises(Refused, match="still to come"):
            made(eventful, ReportName.CALLS, as_of)
    assert made(eventful, ReportName.CALLS, at.now).tables
    with pytest.raises(Refused, match="ends before"):
        eventful.report(ReportName.CALLS, by=DIRECTOR, period=Period(TODAY, TODAY - timedelta(1)))


def test_aud_2_an_instant_finds_its_position_however_long_the_history_is(
    eventful: DistrictDesk, at: At
) -> None:
    assert eventful.position_at(at.now) == eventful.last_position()
    assert eventful.position_at(at.now - timedelta(seconds=1)) < eventful.last_position()
    before = eventful.position_at(at.now)
    at.set(TODAY + timedelta(days=1))
    for _ in range(9):
        eventful.log_view("calls", DIRECTOR, refused=False)
        assert eventful.position_at(datetime.combine(TODAY, at.now.time(), UTC)) == before


@pytest.mark.parametrize("text", ["2026-02-30", "yesterday", "2026-03-02T20:00", "2026-03-02Tx"])
def test_what_is_neither_a_day_nor_an_instant_is_not_taken(text: str) -> None:
    with pytest.raises(ValueError, match=r"write|copy"):
        written_as_of(text)


def test_a_school_year_is_from_september_to_august() -> None:
    assert school_year(TODAY) == YEAR[:2]
    assert school_year(YEAR.begins_on) == school_year(YEAR.ends_on) == YEAR[:2]


# --- For the state --------------------------------------------------------------------------------


def test_data_5_incidents_with_the_program_that_came_to_discipline_force_or_arrest_are_told(
    agency: CallsDesk, crossing: Crossing, eventful: DistrictDesk
) -> None:
    found = rows(made(eventful, ReportName.STATE), "incidents")
    assert {row["incident"] for row in found} == {ARREST}
    suspect = next(row for row in found if row["part"] == "suspect")
    assert (suspect["gender"], suspect["plan"], suspect["force"]) == ("Male", "IEP and 504", "yes")
    assert suspect["results"] == "force, arrest"
    assert suspect["discipline"] == "not yet entered"
    eventful.follow_discipline(
        CITATION,
        by=DIRECTOR,
        followed=True,
        kind=Discipline.SHORT_TERM_SUSPENSION,
        student=1,
        decided_by="staff-1",
    )
    agency.name_officers(ARREST, ("officer-99",), by=REVIEWER)
    crossing.carry()
    found = rows(made(eventful, ReportName.STATE), "incidents")
    assert {row["incident"] for row in found} == {CITATION}, "officers of the program alone"
    (cited, unknown) = found
    assert (cited["discipline"], cited["officer"]) == ("short-term suspension", "not reported")
    assert unknown["race"] == "not reported"


def test_data_5_complaints_are_counted_once_by_the_school_that_is_known_now(
    eventful: DistrictDesk,
) -> None:
    facts: dict[str, Any] = {"officer": None, "incident_on": None, "allegations": ()}
    for number, school, on in (
        ("SRO-0000-0001", None, TODAY),
        ("SRO-0000-0002", SCHOOL, TODAY),
        ("SRO-0000-0003", SCHOOL, YEAR.begins_on - timedelta(days=1)),
    ):
        told = ComplaintReceivedV1(
            number=number, school=school, received_on=on, notified_on=on, **facts
        )
        eventful.save(*from_complaints(told, DISTRICT))
    forwarded = ComplaintForwardedV1(
        number="SRO-0000-0001", school=OTHER_SCHOOL, forwarded_on=TODAY
    )
    eventful.save(*from_complaints(forwarded, DISTRICT))
    assert rows(made(eventful, ReportName.STATE), "complaints") == [
        {"school": OTHER_SCHOOL, "complaints": 1},
        {"school": SCHOOL, "complaints": 1},
    ]


def test_data_5_what_no_service_tells_of_is_listed_as_missing(eventful: DistrictDesk) -> None:
    report = made(eventful, ReportName.STATE)
    assert rows(report, "headcount") == [{"agency": "sample-pd", "officers": 2}]
    missing = " ".join(each.what for each in report.missing)
    assert "days per week" in missing
    assert "agreement" in missing


def test_data_7_a_frozen_report_stays_and_the_next_says_what_moved(
    agency: CallsDesk, crossing: Crossing, eventful: DistrictDesk, at: At
) -> None:
    frozen = as_json(eventful.freeze_state_report(by=DIRECTOR, period=YEAR))
    at.set(TODAY + timedelta(days=1))
    assert rows(made(eventful, ReportName.STATE), "moved") == []
    agency.record_outcome(CITATION, by=REVIEWER, outcome="ARRS", persons=1)
    agency.name_officers(CITATION, (OTHER_OFFICER,), by=REVIEWER)
    agency.classify(ARREST, ("13A",), by=REVIEWER)
    crossing.carry()
    moved = {
        (row["incident"], row["change"]) for row in rows(made(eventful, ReportName.STATE), "moved")
    }
    assert (CITATION, "new") in moved
    assert [change for who, change in moved if who == ARREST and "13A" in change]
    (kept,) = eventful.frozen_reports(by=DIRECTOR)
    assert eventful.keyring.open(kept.document).encode() == frozen
    assert kept.sha256 == sha256(frozen).hexdigest()
    assert SCHOOL not in kept.document.box
    eventful.keyring.destroy(eventful.enrolment.student(ARRESTED))
    assert as_json(made(eventful, ReportName.STATE, kept.as_of)) == frozen, "as it went out"


# --- For the federal collection -------------------------------------------------------------------


def test_federal_an_arrest_is_a_referral_too_and_a_student_counts_once(
    agency: CallsDesk, crossing: Crossing, eventful: DistrictDesk
) -> None:
    part = StudentPart(involved=Involved.SUSPECT, outcomes=("ARRS",))
    received(agency, "SV26-000104")
    agency.record_outcome("SV26-000104", by=REVIEWER, outcome="ARRS", persons=2)
    crossing.carry()
    for who in (ARRESTED, LITTLE):
        eventful.link_student("SV26-000104", who, by=DIRECTOR, part=part)
    report = made(eventful, ReportName.FEDERAL)
    instances = {
        (row["number"], row["disability"]): row["instances"] for row in rows(report, "instances")
    }
    assert instances == {
        ("ARRS-1", "disability (IDEA)"): 2,
        ("ARRS-1", "section 504 only"): 1,
        ("ARRS-1", "not reported"): 1,
        ("ARRS-4", "disability (IDEA)"): 2,
    }, "who is not in kindergarten yet is not counted"
    students = {
        (row["number"], row["race"], row["sex"]): row["students"]
        for row in rows(report, "students")
    }
    assert students == {
        ("ARRS-3", "White", "Male"): 1,
        ("ARRS-3", "Two or more races", "Female"): 1,
        ("not reported", "not reported", "not reported"): 1,
        ("ARRS-6", "White", "Male"): 1,
    }


# --- Who may --------------------------------------------------------------------------------------


def test_data_4_each_making_of_a_report_is_written_down_and_so_is_a_refusal(
    eventful: DistrictDesk,
) -> None:
    made(eventful, ReportName.FEDERAL)
    with pytest.raises(Refused, match="C-DATA-4"):
        eventful.report(ReportName.CALLS, by=PRINCIPAL, period=YEAR)
    eventful.report(ReportName.STATE, by=Acting("staff-90", ["data_officer"]), period=YEAR)
    looked = [(v.what, v.by, v.refused) for v in eventful.views(by=DIRECTOR, limit=3)][::-1]
    assert looked == [
        ("report federal", DIRECTOR, False),
        ("report", PRINCIPAL, True),
        ("report state", "staff-90", False),
    ]
