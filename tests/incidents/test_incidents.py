"""The district's incidents: what the agency told, and what the school adds."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from services.incidents.incident import StudentPart
from services.incidents.incident_decisions import RESTRAINT_ITEMS
from services.incidents.words import (
    About,
    Action,
    Contact,
    Discipline,
    Duty,
    Held,
    Involved,
    Part,
    Purpose,
    Restraint,
    Said,
    SearchGround,
)
from shared.errors import Refused
from tests.incidents.samples import (
    CLERK,
    DIRECTOR,
    NUMBER,
    OFFICER,
    OTHER_PRINCIPAL,
    OTHER_SCHOOL,
    PRINCIPAL,
    REVIEWER,
    SCHOOL,
    TODAY,
    At,
    Crossing,
    facts,
    instant,
    received,
)

if TYPE_CHECKING:
    from pathlib import Path

    from services.incidents.calls_desk import CallsDesk
    from services.incidents.district_desk import DistrictDesk
    from services.incidents.incident import IncidentRecord

STUDENT = "700001"
DISCIPLINE_DUE = date(2026, 3, 10)
"""Five school days after a Monday, with no school on the Friday."""


def known(desk: DistrictDesk, reference: str = NUMBER) -> IncidentRecord:
    found = desk.incidents_view.entry(desk.incident_id(reference))
    assert found is not None
    return found


def waits_for(desk: DistrictDesk, reference: str = NUMBER) -> set[str]:
    return {clock.key for clock in known(desk, reference).clocks.values()}


def refused(clause: str, field: str, command: Any) -> None:
    with pytest.raises(Refused) as caught:
        command()
    assert (caught.value.clause, caught.value.field) == (clause, field)


@pytest.fixture
def crossed(agency: CallsDesk, crossing: Crossing) -> Crossing:
    received(agency)
    crossing.carry()
    return crossing


@pytest.fixture
def enrolled(district: DistrictDesk, tmp_path: Path) -> DistrictDesk:
    folder = tmp_path / "roster"
    folder.mkdir()
    (folder / "manifest.csv").write_text(
        "propertyName,value\nmanifest.version,1.0\noneroster.version,1.1\n"
        "file.orgs,bulk\nfile.users,bulk\nfile.demographics,bulk\n"
    )
    stamp = "active,2025-08-25T09:00:00.000Z"
    (folder / "orgs.csv").write_text(
        "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\n"
        f"org-1,{stamp},Sample Valley High,school,9001,\n"
    )
    (folder / "users.csv").write_text(
        "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,"
        "givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password\n"
        f"u-1,{stamp},true,org-1,student,u1,,Zzsynthetic,Qqstudent,,{STUDENT},,,,,10,\n"
    )
    (folder / "demographics.csv").write_text(
        "sourcedId,status,dateLastModified,birthDate,sex,americanIndianOrAlaskaNative,asian,"
        "blackOrAfricanAmerican,nativeHawaiianOrOtherPacificIslander,white,"
        "demographicRaceTwoOrMoreRaces,hispanicOrLatinoEthnicity,countryOfBirthCode,"
        "stateOfBirthAbbreviation,cityOfBirth,publicSchoolResidenceStatus\n"
        f"u-1,{stamp},2010-05-01,female,false,true,false,false,false,false,false,,,,\n"
    )
    enrolled = district.load_roster(folder, by="operator")
    assert enrolled.listed == 1, enrolled
    return district


PART = StudentPart(involved=Involved.SUSPECT, outcomes=("ARRS",))


# --- What the agency told -------------------------------------------------------------------------


def test_inc_6_class_outcome_times_officers_and_school_cross_and_nothing_else(
    agency: CallsDesk, district: DistrictDesk, crossing: Crossing
) -> None:
    received(agency)
    agency.write_narrative(NUMBER, by=REVIEWER, narrative="Two students fought")
    agency.classify(NUMBER, ("13B",), by=REVIEWER)
    agency.record_outcome(NUMBER, by=REVIEWER, outcome="DIVR", persons=2)
    agency.name_officers(NUMBER, (OFFICER,), by=REVIEWER)
    crossing.carry()
    incident = known(district)
    assert (incident.offenses, incident.outcome) == (("13B",), "DIVR")
    assert (incident.officers, incident.school, incident.on) == ((OFFICER,), SCHOOL, TODAY)
    crossed = "".join(contract.model_dump_json() for contract in crossing.carried)
    assert "fought" not in crossed
    assert "35" not in [c.get("call_type") for c in (d.model_dump() for d in crossing.carried)]
    assert REVIEWER not in crossed


def test_data_8_corrections_cross_and_what_was_told_first_stays_on_record(
    agency: CallsDesk, district: DistrictDesk, crossed: Crossing
) -> None:
    agency.record_outcome(NUMBER, by=REVIEWER, outcome="ARRS", persons=1)
    crossed.carry()
    agency.correct_outcome(NUMBER, 1, by=REVIEWER, outcome="WARN", persons=1, reasons="Mistake")
    agency.correct(NUMBER, facts(school=OTHER_SCHOOL), by=REVIEWER, reasons="Wrong school")
    crossed.carry()
    assert (known(district).outcome, known(district).school) == ("WARN", OTHER_SCHOOL)
    told = [e for e in district.events_of(district.incident_id(NUMBER)) if "told" in e.TOPIC]
    assert [e.TOPIC for e in told] == [
        "incident.call_told",
        "incident.outcome_told",
        "incident.outcome_told",
        "incident.call_told",
    ]


def test_inc_2_a_merged_call_is_told_and_waits_for_no_discipline(
    agency: CallsDesk, district: DistrictDesk, crossed: Crossing
) -> None:
    received(agency, "SV26-000124")
    agency.merge("SV26-000124", NUMBER, by=REVIEWER)
    crossed.carry()
    assert known(district, "SV26-000124").merged_into == NUMBER
    assert waits_for(district, "SV26-000124") == set()


def test_inc_11_the_district_is_told_of_force_but_not_of_the_finding(
    agency: CallsDesk, district: DistrictDesk, crossed: Crossing
) -> None:
    agency.report_force(
        NUMBER, by=REVIEWER, at=instant(), officers=(OFFICER,), on_student=True, restraint=True
    )
    crossed.carry()
    (force,) = known(district).forces
    assert (force.on_student, force.restraint, force.reviewed_on) == (True, True, None)


# --- What only the district knew of ---------------------------------------------------------------


def test_data_2_a_call_the_agency_never_tells_of_is_its_silence(
    agency: CallsDesk, district: DistrictDesk, crossing: Crossing, at: At
) -> None:
    district.note_call(by=CLERK, school=SCHOOL, at=instant(), number=NUMBER)
    at.set(date(2026, 3, 16))
    assert district.look() == 0
    at.set(date(2026, 3, 17))
    assert district.look() == 1
    crossing.carry()
    (notice,) = agency.told(by=REVIEWER)
    assert (notice.kind, notice.reference) == ("incidents.call_missing.v1", NUMBER)
    received(agency)  # late: the miss stays on record
    crossing.carry()
    assert known(district).late == ()
    topics = [e.TOPIC for e in district.events_of(district.incident_id(NUMBER))]
    assert "clock.counterpart_silent" in topics


def test_data_2_a_call_the_agency_told_of_first_is_not_waited_for(
    district: DistrictDesk, crossed: Crossing
) -> None:
    district.note_call(by=CLERK, school=SCHOOL, at=instant(), number=NUMBER)
    assert waits_for(district) == {Duty.DISCIPLINE}


def test_inc_1_an_action_without_a_call_opens_one(district: DistrictDesk) -> None:
    reference = district.take_action(
        by=CLERK, school=SCHOOL, officer=OFFICER, action=Action.DETENTION, at=instant()
    )
    assert known(district, reference).actions == (Action.DETENTION,)
    assert waits_for(district, reference) == {Duty.AGENCY_CALL}


def test_inc_2_what_the_district_noted_is_matched_to_the_agencys_call(
    district: DistrictDesk, crossed: Crossing
) -> None:
    reference = district.note_call(by=CLERK, school=SCHOOL, at=instant())
    district.match(reference, NUMBER, by=PRINCIPAL)
    assert known(district, reference).merged_into == NUMBER
    assert waits_for(district, reference) == set()


# --- Students and discipline ----------------------------------------------------------------------


def test_inc_6_a_student_is_linked_by_the_district_and_sealed(
    enrolled: DistrictDesk, agency: CallsDesk, crossed: Crossing
) -> None:
    enrolled.link_student(NUMBER, STUDENT, by=PRINCIPAL, part=PART)
    crossed.carry()
    (student,) = enrolled.students_of(NUMBER, by=PRINCIPAL)
    assert student.person is not None
    assert (student.person.number, student.part) == (STUDENT, PART)
    dimensions = enrolled.enrolment.dimensions_of(
        enrolled.enrolment.student(STUDENT), enrolled.on(NUMBER)
    )
    assert dimensions.age == "14-15"
    for desk in (agency, enrolled):
        stored = "".join(event.model_dump_json() for _, event in desk.history(0, 1000))
        for secret in (STUDENT, "Qqstudent", "suspect"):
            assert secret not in stored


def test_data_3_the_same_student_again_takes_the_place_of_the_first_link(
    enrolled: DistrictDesk, crossed: Crossing
) -> None:
    enrolled.link_student(NUMBER, STUDENT, by=PRINCIPAL, part=PART)
    witness = StudentPart(involved=Involved.WITNESS)
    enrolled.link_student(NUMBER, STUDENT, by=PRINCIPAL, part=witness)
    assert [each.part for each in enrolled.students_of(NUMBER, by=PRINCIPAL)] == [witness]
    enrolled.unlink_student(NUMBER, 1, by=PRINCIPAL, reasons="Another student")
    assert enrolled.students_of(NUMBER, by=PRINCIPAL) == []


def test_priv_1_an_erased_students_part_is_gone_and_the_count_stays(
    enrolled: DistrictDesk, crossed: Crossing
) -> None:
    enrolled.link_student(NUMBER, STUDENT, by=PRINCIPAL, part=PART)
    enrolled.keyring.destroy(enrolled.enrolment.student(STUDENT))
    assert [tuple(each) for each in enrolled.students_of(NUMBER, by=PRINCIPAL)] == [(1, None, None)]


def test_inc_5_whether_discipline_followed_is_asked_for_five_school_days(
    district: DistrictDesk, crossed: Crossing, at: At
) -> None:
    (clock,) = known(district).clocks.values()
    assert (clock.duty, clock.due_on) == (Duty.DISCIPLINE, DISCIPLINE_DUE)
    at.set(DISCIPLINE_DUE + timedelta(days=1))
    assert district.look() == 1
    district.follow_discipline(NUMBER, by=PRINCIPAL, followed=False)
    assert waits_for(district) == set()


def test_inc_5_nothing_of_discipline_reaches_the_agency(
    district: DistrictDesk, crossed: Crossing
) -> None:
    before = len(crossed.carried)
    district.follow_discipline(
        NUMBER, by=PRINCIPAL, followed=True, kind=Discipline.EXPULSION, decided_by=PRINCIPAL
    )
    crossed.carry()
    assert len(crossed.carried) == before


def test_disc_1_discipline_names_its_kind_and_an_administrator(
    district: DistrictDesk, crossed: Crossing
) -> None:
    def follow(**other: Any) -> None:
        district.follow_discipline(NUMBER, by=PRINCIPAL, followed=True, **other)

    refused("C-DISC-1", "kind", follow)
    refused("C-DISC-1", "decided_by", lambda: follow(kind=Discipline.EXPULSION))


# --- Searches and questioning ---------------------------------------------------------------------


def test_inc_4_a_search_names_who_and_why_and_the_parent_is_told_the_same_day(
    district: DistrictDesk, crossed: Crossing
) -> None:
    def search(**other: Any) -> None:
        told = {"ground": SearchGround.SUSPICION, "purpose": Purpose.CRIME}
        district.record_search(NUMBER, by=PRINCIPAL, at=instant(), **{**told, **other})

    refused("C-INC-4", "by_officer", search)
    search(by_officer=OFFICER)
    assert f"{Duty.CONTACT_PARENT} {About.SEARCH} 1" in waits_for(district)
    district.contact_parent(
        NUMBER, by=PRINCIPAL, about=About.SEARCH, of=1, contact=Contact.REACHED, at=instant()
    )
    assert waits_for(district) == {Duty.DISCIPLINE}
    assert district.alarms(by=PRINCIPAL) == []


def question(district: DistrictDesk, **other: Any) -> None:
    told: dict[str, Any] = {
        "held": Held.CUSTODY,
        "under_18": True,
        "attorney": False,
        "purpose": Purpose.CRIME,
    }
    district.question_student(
        NUMBER, by=PRINCIPAL, at=instant(), officer=OFFICER, **{**told, **other}
    )


@pytest.mark.parametrize(
    ("other", "alarm"),
    [
        ({}, True),
        ({"held": Held.DETAINED}, True),
        ({"held": Held.CONSENT}, True),
        ({"attorney": True}, False),
        ({"exception": "Imminent threat to life"}, False),
        ({"under_18": False}, False),
        ({"held": Held.VICTIM_OR_WITNESS}, False),
        ({"held": Held.NOT_HELD}, False),
    ],
)
def test_inc_8_questioning_without_lawyer_or_exception_alarms_both(
    agency: CallsDesk, district: DistrictDesk, crossed: Crossing, other: dict[str, Any], alarm: bool
) -> None:
    question(district, **other)
    event: Any = district.events_of(district.incident_id(NUMBER))[-1]
    assert event.unguarded is alarm
    crossed.carry()
    kinds = [notice.kind for notice in agency.told(by=REVIEWER)]
    assert kinds == (["incidents.questioned_unguarded.v1"] if alarm else [])
    assert f"{Duty.CONTACT_PARENT} {About.QUESTIONING} 1" in waits_for(district)


def test_inc_12_an_arrest_asks_for_the_parent_and_an_exception_needs_reasons(
    agency: CallsDesk, district: DistrictDesk, crossed: Crossing
) -> None:
    agency.record_outcome(NUMBER, by=REVIEWER, outcome="ARRS")
    crossed.carry()
    key = f"{Duty.CONTACT_PARENT} {About.ARREST} 1"
    assert key in waits_for(district)

    def contact(reasons: str) -> None:
        district.contact_parent(
            NUMBER,
            by=PRINCIPAL,
            about=About.ARREST,
            of=1,
            contact=Contact.COURT_ORDER,
            at=instant(),
            reasons=reasons,
        )

    refused("C-INC-12", "reasons", lambda: contact(""))
    contact("An order of the court")
    assert key not in waits_for(district)


# --- Abuse and restraint --------------------------------------------------------------------------


@pytest.mark.parametrize(("hours", "passed"), [(35, 0), (37, 1), (49, 2)])
def test_inc_7_abuse_alarms_at_36_hours_and_passes_at_48(
    district: DistrictDesk, crossed: Crossing, at: At, hours: int, passed: int
) -> None:
    district.suspect_abuse(NUMBER, by=PRINCIPAL, at=instant())
    at.now = instant() + timedelta(hours=hours)
    district.look()
    district.look()
    assert len(known(district).late) == passed
    district.report_abuse(NUMBER, by=PRINCIPAL, to="the state's hotline", at=at.now)
    assert waits_for(district) == {Duty.DISCIPLINE}


def test_inc_9_and_10_a_restraint_starts_four_clocks_each_ended_by_its_act(
    district: DistrictDesk, crossed: Crossing
) -> None:
    district.restrain(NUMBER, by=PRINCIPAL, kind=Restraint.RESTRAINT, ended_at=instant())
    due = {c.duty: c.due_at or c.due_on for c in known(district).clocks.values()}
    assert due == {
        Duty.DISCIPLINE: DISCIPLINE_DUE,
        Duty.CONTACT_PARENT: instant() + timedelta(hours=24),
        Duty.REPORT_RESTRAINT: date(2026, 3, 4),
        Duty.RESTRAINT_LETTER: date(2026, 3, 9),
        Duty.REVIEW_RESTRAINT: date(2026, 3, 17),
    }

    def report(items: tuple[str, ...]) -> None:
        district.report_restraint(NUMBER, 1, by=PRINCIPAL, report="What happened", items=items)

    refused("C-INC-9", "items", lambda: report(RESTRAINT_ITEMS[1:]))
    report(RESTRAINT_ITEMS)
    district.contact_parent(
        NUMBER, by=PRINCIPAL, about=About.RESTRAINT, of=1, contact=Contact.ATTEMPTED, at=instant()
    )
    district.send_restraint_letter(NUMBER, 1, by=PRINCIPAL, language="es")

    def review(**other: bool) -> None:
        district.review_restraint(
            NUMBER, 1, by=PRINCIPAL, **{"with_family": True, "with_staff": True, **other}
        )

    refused("C-INC-10", "with_staff", lambda: review(with_staff=False))
    review()
    assert waits_for(district) == {Duty.DISCIPLINE}
    (restraint,) = known(district).restraints
    assert restraint.reported
    assert restraint.letter
    assert restraint.reviewed


# --- The boundary, and alternatives ---------------------------------------------------------------


def test_disc_3_an_officer_searching_for_discipline_alarms_the_principal_and_the_agency(
    agency: CallsDesk, district: DistrictDesk, crossed: Crossing
) -> None:
    district.record_search(
        NUMBER,
        by=PRINCIPAL,
        at=instant(),
        ground=SearchGround.SUSPICION,
        purpose=Purpose.DISCIPLINE,
        by_officer=OFFICER,
        at_request_of="staff-3",
    )
    (alarm,) = district.alarms(by=PRINCIPAL)
    assert (alarm.part, alarm.officer, alarm.raised_by) == (Part.SEARCHER, OFFICER, NUMBER)
    crossed.carry()
    (notice,) = agency.told(by=REVIEWER)
    assert (notice.kind, notice.officer) == ("incidents.boundary_crossed.v1", OFFICER)


@pytest.mark.parametrize("purpose", [Purpose.CRIME, Purpose.SAFETY])
def test_disc_4_an_officers_own_duty_is_no_crossing(
    district: DistrictDesk, crossed: Crossing, purpose: Purpose
) -> None:
    question(district, purpose=purpose)
    assert district.alarms(by=PRINCIPAL) == []


def test_disc_3_an_officer_who_questions_or_decides_for_discipline_crosses_it(
    district: DistrictDesk, crossed: Crossing
) -> None:
    question(district, purpose=Purpose.DISCIPLINE)
    district.follow_discipline(
        NUMBER,
        by=PRINCIPAL,
        followed=True,
        kind=Discipline.SHORT_TERM_SUSPENSION,
        decided_by=OFFICER,
    )
    assert {a.part for a in district.alarms(by=DIRECTOR)} == {Part.QUESTIONER, Part.DECIDER}


def test_role_2_the_district_asks_why_no_alternative_served_and_is_told(
    agency: CallsDesk, district: DistrictDesk, crossed: Crossing
) -> None:
    refused("C-ROLE-2", "number", lambda: district.ask_alternatives(NUMBER, by=PRINCIPAL))
    agency.record_outcome(NUMBER, by=REVIEWER, outcome="REFP")
    crossed.carry()
    district.ask_alternatives(NUMBER, by=PRINCIPAL)
    crossed.carry()
    agency.explain_alternatives(NUMBER, by=REVIEWER, said=Said.TRIED, reasons="Twice diverted")
    crossed.carry()
    assert known(district).alternatives is Said.TRIED
    assert "Twice diverted" not in "".join(c.model_dump_json() for c in crossed.carried)


# --- Who ------------------------------------------------------------------------------------------


def test_data_4_only_the_own_school_the_director_and_the_data_officer_read(
    district: DistrictDesk, crossed: Crossing
) -> None:
    for reader in (PRINCIPAL, DIRECTOR):
        assert district.incident(NUMBER, by=reader).reference == NUMBER
    refused("C-DATA-4", "by", lambda: district.incident(NUMBER, by=OTHER_PRINCIPAL))
    refused("C-DATA-4", "by", lambda: district.incident(NUMBER, by=CLERK))
    assert district.incidents(by=OTHER_PRINCIPAL) == []
    assert [(v.what, v.by, v.refused) for v in district.views(by=DIRECTOR)] == [
        ("incidents", OTHER_PRINCIPAL, False),
        ("incident", CLERK, True),
        ("incident", OTHER_PRINCIPAL, True),
        (f"incident {NUMBER}", DIRECTOR, False),
        (f"incident {NUMBER}", PRINCIPAL, False),
    ]


def test_data_4_another_schools_principal_changes_nothing(
    district: DistrictDesk, crossed: Crossing
) -> None:
    before = district.last_position()
    refused(
        "C-INC-5",
        "by",
        lambda: district.follow_discipline(NUMBER, by=OTHER_PRINCIPAL, followed=False),
    )
    assert district.last_position() == before
