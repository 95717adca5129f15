"""What the student information system tells and is told: counts, digests, and no name astray."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker, ValidationError  # type: ignore[import-untyped]  # ships no types

from services.incidents.discipline import load_buildings, load_discipline
from services.incidents.importing import load_calls, load_places
from services.incidents.incident import DisciplineFollowed, StudentPart
from services.incidents.kept import Codes
from services.incidents.rights import DATA_OFFICER
from services.incidents.skyward import COLUMNS, differences
from services.incidents.words import Discipline, Involved, StudentSystem
from shared.contracts.directory import SchoolListedV1
from shared.errors import Refused
from shared.hearing import heard
from shared.who_may import OPERATOR, Acting
from tests.incidents.rosters import SAMPLE
from tests.incidents.samples import (
    DIRECTOR,
    DISTRICT,
    LISTED_ON,
    NUMBER,
    OFFICER,
    PRINCIPAL,
    SCHOOL,
    TODAY,
    At,
    Crossing,
    calls_desk,
    district_desk,
    received,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.incidents.calls_desk import CallsDesk
    from services.incidents.district_desk import DistrictDesk
    from services.incidents.outgoing import Exported
    from shared.handed_back import Loaded

pytestmark = pytest.mark.xdist_group("student system")  # they share the sample's year

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "samples"
TOLD = (SAMPLES / "incidents" / "discipline.csv").read_bytes()
BUILDINGS = (SAMPLES / "snohomish-sd" / "buildings.csv").read_bytes()
SCHEMA = json.loads((ROOT / "docs" / "ed-fi" / "discipline-5.0.schema.json").read_text("utf-8"))
YEAR = (date(2025, 9, 1), date(2026, 8, 31))
CASE, STUDENT, OTHER_STUDENT = NUMBER, "700001", "700002"
OFFICE = Acting("staff-90", [DATA_OFFICER])


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[DistrictDesk, Loaded]]:
    """The sample's year: roster, calls that crossed, and the discipline that followed."""
    folder, at = tmp_path_factory.mktemp("year"), At(date(2026, 8, 1))
    with calls_desk(folder, at) as agency, district_desk(folder, at) as district:
        for desk in (agency, district):
            third = SchoolListedV1(
                school="placeholder-middle",
                title="Placeholder Middle",
                effective_from=LISTED_ON,
                effective_to=None,
            )
            desk.save(*heard(DISTRICT, third))
        district.load_roster(SAMPLE, by=OPERATOR)
        load_places(agency, (SAMPLES / "incidents" / "places.csv").read_bytes(), by=OPERATOR)
        load_calls(agency, (SAMPLES / "incidents" / "calls.csv").read_bytes(), by=OPERATOR)
        Crossing(agency, district).carry()
        assert load_buildings(district, BUILDINGS, by=OPERATOR).recorded == 3
        yield district, load_discipline(district, TOLD, by=OPERATOR)


@pytest.fixture
def one(agency: CallsDesk, district: DistrictDesk, crossing: Crossing) -> DistrictDesk:
    """A district with its roster, and one call it was told of."""
    received(agency, CASE)
    crossing.carry()
    district.load_roster(SAMPLE, by=OPERATOR)
    district.list_building(SCHOOL, Codes(building="9001", school_id=179999001), by=OPERATOR)
    return district


def row(**other: str) -> bytes:
    cells = {
        "IncidentNumber": "25-00001",
        "DateTime": f"{TODAY.month}/{TODAY.day}/{TODAY.year} 9:00 AM",
        "IncidentOffenseNameID": "70010",
        "InvolvementType": "Offender",
        "StudentNumber": STUDENT,
        "LawEnforcementCaseNumber": CASE,
        "ActionCode": "ISS",
        "DisciplineOfficer": "Principal Sample",
    } | other
    return ",".join(cells.get(name, "") for name in COLUMNS).encode()


def imported(desk: DistrictDesk, *rows: bytes) -> Loaded:
    content = b"\r\n".join((",".join(COLUMNS).encode(), *rows))
    return load_discipline(desk, content, by=OPERATOR)


def counts(loaded: Loaded) -> tuple[int, int, int, int]:
    back = len(loaded.handed_back)
    return loaded.recorded, loaded.unchanged, loaded.left_out, back


def exported(desk: DistrictDesk, system: StudentSystem = StudentSystem.SKYWARD) -> Exported:
    return desk.export_incidents(system, *YEAR, by=OFFICE)


def cells(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def disciplines(desk: DistrictDesk) -> list[Any]:
    found = desk.incidents_view.entry(desk.incident_id(CASE))
    assert found is not None
    return [(each.student, each.kind, each.decided_by) for each in found.disciplines]


# --- What the system tells ------------------------------------------------------------------------


def test_inc_5_the_sample_loads_with_exact_counts_and_a_second_time_changes_nothing(
    told: tuple[DistrictDesk, Loaded],
) -> None:
    desk, loaded = told
    assert counts(loaded) == (32, 0, 117, 0)
    assert loaded.passed_over == ()
    known = desk.incidents_view.incidents()
    assert len(known) == 77
    kinds = Counter(d.kind for incident in known for d in incident.disciplines)
    assert kinds == {
        Discipline.IN_SCHOOL_SUSPENSION: 13,
        Discipline.RESTORATIVE: 8,
        Discipline.SHORT_TERM_SUSPENSION: 7,
        Discipline.OTHER: 4,
    }
    before = desk.last_position()
    assert counts(load_discipline(desk, TOLD, by=OPERATOR)) == (0, 32, 117, 0)
    assert desk.last_position() == before


def test_inc_6_neither_student_number_nor_who_decided_is_in_the_store(
    told: tuple[DistrictDesk, Loaded],
) -> None:
    desk, _ = told
    exported(desk)
    stored = "".join(event.model_dump_json() for _, event in desk.history(0, 100_000))
    numbers = {each["StudentNumber"] for each in cells(TOLD)}
    assert not [number for number in numbers if f'"{number}"' in stored]
    assert "Principal Sample" not in stored


@pytest.mark.parametrize(
    ("other", "field"),
    [
        ({"LawEnforcementCaseNumber": "SV26-999999"}, "lawenforcementcasenumber"),
        ({"LawEnforcementCaseNumber": "none"}, "lawenforcementcasenumber"),
        (
            {"LawEnforcementCaseNumber": "", "ReportedToLawEnforcement": "True"},
            "lawenforcementcasenumber",
        ),
        ({"DateTime": "3/3/2026 9:00 AM"}, "lawenforcementcasenumber"),
        ({"DateTime": "13/45/2026 9:00 AM"}, "datetime"),
        ({"DateTime": ""}, "datetime"),
        ({"StudentNumber": "999999"}, "student"),
        ({"StudentNumber": ""}, "studentnumber"),
        ({"ActionCode": "ZZZ"}, "actioncode"),
        ({"InvolvementType": "Bystander"}, "involvementtype"),
        ({"DisciplineOfficer": ""}, "disciplineofficer"),
        ({"DisciplineOfficer": "officer-99"}, "officer"),
        ({"OffenderArrestedByLawEnforcement": "maybe"}, "offenderarrestedbylawenforcement"),
    ],
)
def test_data_9_a_dirty_row_is_handed_back_with_its_field_and_names_nobody(
    told: tuple[DistrictDesk, Loaded], other: dict[str, str], field: str
) -> None:
    taken = [r for r in cells(TOLD) if r["LawEnforcementCaseNumber"] and r["ActionCode"]]
    good, bad = taken[0], taken[1] | other
    loaded = imported(told[0], row(**good), row(**bad))
    assert counts(loaded) == (0, 1, 0, 1)
    (back,) = loaded.handed_back
    assert (back.line, back.field) == (3, field)
    assert back.fix
    for personal in (taken[1]["StudentNumber"], "999999", "Principal Sample"):
        assert personal not in back.reason + back.fix


def test_data_9_a_file_with_broken_bytes_and_rows_twice_loses_only_those(one: DistrictDesk) -> None:
    broken = row(IncidentOffenseNameID="2", Description="caf\xe9").replace(b"\xc3\xa9", b"\xe9")
    short, twice = b"1,2,3", row()
    loaded = imported(one, row(), broken, short, twice, b'"unclosed')
    assert counts(loaded) == (1, 0, 0, 4)
    assert [back.line for back in loaded.handed_back] == [3, 4, 5, 6]
    missing = load_discipline(one, b"IncidentID\n1\n", by=OPERATOR)
    assert missing.handed_back[0].reason == "column incidentnumber is missing"


def test_inc_5_of_a_students_actions_in_one_incident_the_most_formal_counts(
    one: DistrictDesk,
) -> None:
    both = (row(ActionCode="STS"), row(ActionCode="CNF", IncidentOffenseNameID="70011"))
    assert counts(imported(one, *both)) == (1, 1, 0, 0)
    expected = [(1, Discipline.SHORT_TERM_SUSPENSION, "student-system:25-00001")]
    assert disciplines(one) == expected
    assert counts(imported(one, *both)) == (0, 2, 0, 0)
    assert counts(imported(one, row(ActionCode="EXP"))) == (1, 0, 0, 0)
    assert disciplines(one) == [(1, Discipline.EXPULSION, "student-system:25-00001")]


def test_inc_5_a_row_without_a_call_or_without_an_action_keeps_nothing(one: DistrictDesk) -> None:
    before = one.last_position()
    rows = (row(LawEnforcementCaseNumber=""), row(ActionCode="", IncidentOffenseNameID="2"))
    assert counts(imported(one, *rows)) == (0, 0, 2, 0)
    assert one.last_position() == before


def test_inc_5_a_row_of_another_day_is_not_taken_for_a_second_action(one: DistrictDesk) -> None:
    other_day = row(DateTime="3/3/2026 9:00 AM", IncidentOffenseNameID="2")
    assert counts(imported(one, row(), other_day)) == (1, 0, 0, 1)


def test_inc_6_who_is_linked_already_keeps_the_part_that_staff_gave(one: DistrictDesk) -> None:
    part = StudentPart(involved=Involved.WITNESS)
    one.link_student(CASE, STUDENT, by=PRINCIPAL, part=part)
    imported(one, row())
    assert [each.part for each in one.students_of(CASE, by=PRINCIPAL)] == [part]


@pytest.mark.parametrize(("outcome", "kept"), [("ARRS", ("ARRS",)), ("CITE", ())])
def test_data_7_an_arrest_is_a_students_only_where_the_agency_told_of_one(
    one: DistrictDesk, agency: CallsDesk, crossing: Crossing, outcome: str, kept: tuple[str, ...]
) -> None:
    agency.record_outcome(CASE, by="agency-2", outcome=outcome, persons=1)
    crossing.carry()
    imported(one, row(OffenderArrestedByLawEnforcement="True"))
    (student,) = one.students_of(CASE, by=PRINCIPAL)
    assert student.part == StudentPart(involved=Involved.SUSPECT, outcomes=kept)


def test_disc_3_an_officer_who_decided_raises_the_alarm_once(one: DistrictDesk) -> None:
    rows = (row(DisciplineOfficer=OFFICER), row(ActionCode="EXP", IncidentOffenseNameID="2"))
    assert counts(imported(one, *rows)) == (1, 1, 0, 0)
    assert counts(imported(one, *rows)) == (0, 2, 0, 0)
    assert disciplines(one) == [(1, Discipline.EXPULSION, OFFICER)]
    (alarm,) = one.alarms(by=DIRECTOR)
    assert (alarm.officer, alarm.raised_by) == (OFFICER, CASE)


def test_inc_2_discipline_of_a_merged_call_goes_to_the_one_it_was_merged_into(
    one: DistrictDesk, agency: CallsDesk, crossing: Crossing
) -> None:
    received(agency, "SV26-000124")
    agency.merge("SV26-000124", CASE, by="agency-1")
    crossing.carry()
    assert counts(imported(one, row(LawEnforcementCaseNumber="SV26-000124"))) == (1, 0, 0, 0)
    assert len(disciplines(one)) == 1
    assert exported(one).manifest(DISTRICT, "skyward")["left_out"] == {
        "merged_incidents": 1,
        "erased_students": 0,
    }


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("elsewhere,9001,", "school"),
        (f"{SCHOOL},,", "building"),
        (f"{SCHOOL},9001,17-9", "school_id"),
    ],
)
def test_data_9_a_building_that_can_not_be_is_handed_back(
    district: DistrictDesk, line: str, field: str
) -> None:
    content = f"school,building,school_id\n{line}\n".encode()
    (back,) = load_buildings(district, content, by=OPERATOR).handed_back
    assert back.field == field
    assert back.fix


# --- What it is told ------------------------------------------------------------------------------


def test_data_4_an_export_is_the_same_for_the_same_history_and_its_manifest_counts(
    told: tuple[DistrictDesk, Loaded],
) -> None:
    desk, _ = told
    first, again = exported(desk), exported(desk)
    assert first.content == again.content
    assert (first.incidents, first.rows, first.students, first.merged) == (77, 84, 32, 0)
    found = cells(first.content)
    assert tuple(found[0]) == COLUMNS
    assert len(found) == first.rows
    assert sum(bool(each["StudentNumber"]) for each in found) == 32
    assert {each["BuildingCode"] for each in found} == {"9001", "9002", "9003"}
    assert "StudentNumber" not in json.dumps(first.manifest(DISTRICT, "skyward"))


def test_data_4_a_row_says_what_the_record_says_and_no_more(
    one: DistrictDesk, agency: CallsDesk, crossing: Crossing
) -> None:
    agency.classify(CASE, ("13B", "520"), by="agency-2")
    agency.record_outcome(CASE, by="agency-2", outcome="ARRS", persons=1)
    crossing.carry()
    arrested = StudentPart(involved=Involved.SUSPECT, outcomes=("ARRS",))
    one.link_student(CASE, STUDENT, by=PRINCIPAL, part=arrested)
    one.link_student(CASE, OTHER_STUDENT, by=PRINCIPAL, part=StudentPart(involved=Involved.VICTIM))
    suspect, victim, weapon = cells(exported(one).content)
    told_of_all = {name for name, cell in weapon.items() if cell}
    assert told_of_all == {
        *("IncidentNumber", "DateTime", "BuildingCode", "Description"),
        *("ReportedToLawEnforcement", "HasWeapons", "LawEnforcementCaseNumber"),
        *("OffenseCode", "OffenseDescription"),
    }
    assert (suspect["DateTime"], suspect["LawEnforcementCaseNumber"]) == ("3/2/2026 9:00 AM", CASE)
    assert [each["OffenseCode"] for each in (suspect, victim, weapon)] == ["13B", "13B", "520"]
    assert (suspect["StudentNumber"], suspect["InvolvementType"]) == (STUDENT, "Offender")
    assert suspect["OffenderArrestedByLawEnforcement"] == "True"
    assert (victim["IsStudentOffender"], victim["OffenderArrestedByLawEnforcement"]) == (
        "False",
        "",
    )


def test_data_4_the_days_of_an_export_are_both_included(one: DistrictDesk) -> None:
    def on(begins_on: date, ends_on: date) -> int:
        system = StudentSystem.SKYWARD
        return one.export_incidents(system, begins_on, ends_on, by=OFFICE).incidents

    assert on(TODAY, TODAY) == 1
    assert on(date(2026, 3, 3), date(2026, 3, 9)) == 0
    assert on(date(2026, 2, 1), date(2026, 3, 1)) == 0
    with pytest.raises(Refused) as refused:
        on(TODAY, date(2026, 3, 1))
    assert refused.value.field == "to"


def test_priv_1_an_erased_student_is_in_no_export(one: DistrictDesk) -> None:
    imported(one, row())
    one.keyring.destroy(one.enrolment.student(STUDENT))
    made = exported(one)
    assert (made.students, made.erased, made.rows) == (0, 1, 1)
    assert STUDENT not in made.content.decode()


def test_priv_8_each_export_is_written_down_with_its_digest_and_so_is_a_refusal(
    one: DistrictDesk,
) -> None:
    made = exported(one, StudentSystem.EDFI)
    with pytest.raises(Refused) as refused:
        one.export_incidents(StudentSystem.EDFI, *YEAR, by=PRINCIPAL)
    assert refused.value.clause == "C-DATA-4"
    denied, view = one.viewings.lines(2)
    assert (denied.by, denied.refused) == (PRINCIPAL, True)
    assert (view.by, view.refused) == ("staff-90", False)
    assert view.what == f"export_incidents edfi 2025-09-01 2026-08-31 sha256:{made.sha256}"


def test_data_3_a_school_without_its_codes_is_refused_with_the_fix(
    agency: CallsDesk, district: DistrictDesk, crossing: Crossing
) -> None:
    received(agency, CASE)
    crossing.carry()
    for codes in (None, Codes(building="9001", school_id=None)):
        if codes is not None:
            assert district.list_building(SCHOOL, codes, by=OPERATOR)
            assert not district.list_building(SCHOOL, codes, by=OPERATOR)
        with pytest.raises(Refused) as refused:
            exported(district, StudentSystem.EDFI)
        assert refused.value.field == "school"
        assert "accord import buildings" in refused.value.reason


# --- Reading back ---------------------------------------------------------------------------------


def test_data_4_what_came_back_is_told_row_by_row_and_names_nobody(
    told: tuple[DistrictDesk, Loaded],
) -> None:
    content = exported(told[0]).content
    assert differences(content, content) == []
    back = cells(content)
    named = [place for place, each in enumerate(back) if each["StudentNumber"]]
    changed, gone, extra = named[0], named[1], {**back[named[2]], "OffenseCode": "13B"}
    back[changed] |= {"LawEnforcementCaseNumber": "SV25-000099", "LocationCode": "GYM"}
    others = {"IncidentNumber": "25-77777", "OffenseCode": "THF"}
    rows = [each for place, each in enumerate(back) if place != gone] + [extra, others]
    rows.append(dict(back[named[3]]))
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS[::-1], restval="")
    writer.writeheader()
    writer.writerows(rows)
    found = differences(content, out.getvalue().encode())
    assert Counter(each.what for each in found) == {"changed": 1, "missing": 1, "extra": 2}
    (difference,) = [each for each in found if each.what == "changed"]
    assert difference.columns == ("LawEnforcementCaseNumber",)
    said = str(found)
    assert not [each for each in back if each["StudentNumber"] and each["StudentNumber"] in said]


def test_data_4_a_time_and_a_truth_may_be_written_otherwise(one: DistrictDesk) -> None:
    content = exported(one).content
    back = content.replace(b"3/2/2026 9:00 AM", b"03/02/2026 09:00:00 AM").replace(b"True", b"true")
    assert back != content
    assert differences(content, back) == []
    assert [d.columns for d in differences(content, content.replace(b"9:00", b"9:01"))] == [
        ("DateTime",)
    ]


# --- Ed-Fi ----------------------------------------------------------------------------------------


def validate(document: Any) -> None:
    Draft202012Validator(SCHEMA, format_checker=FormatChecker()).validate(document)


def test_data_4_the_ed_fi_export_is_valid_by_the_standards_schema(
    told: tuple[DistrictDesk, Loaded],
) -> None:
    made = exported(told[0], StudentSystem.EDFI)
    resources = json.loads(made.content)
    validate(resources)
    assert {name: len(each) for name, each in resources.items() if name != "dataStandard"} == {
        "behaviorDescriptors": 1,
        "disciplineIncidents": 77,
        "studentDisciplineIncidentBehaviorAssociations": 25,
        "studentDisciplineIncidentNonOffenderAssociations": 7,
    }
    keys = [
        json.dumps([name, {k: v for k, v in each.items() if "Reference" in k or "Identifier" in k}])
        for name, found in resources.items()
        if isinstance(found, list)
        for each in found
        if name != "behaviorDescriptors"
    ]
    assert len(keys) == len(set(keys)), "each natural key once"
    assert made.content == exported(told[0], StudentSystem.EDFI).content


def test_data_4_an_ed_fi_incident_says_what_the_record_says(
    one: DistrictDesk, agency: CallsDesk, crossing: Crossing
) -> None:
    agency.classify(CASE, ("13B", "520"), by="agency-2")
    crossing.carry()
    one.note_call(by=PRINCIPAL, school=SCHOOL, at=datetime(2026, 3, 2, 17, tzinfo=UTC), number=CASE)
    for student, involved in ((STUDENT, Involved.SUSPECT), (OTHER_STUDENT, Involved.OTHER)):
        one.link_student(CASE, student, by=PRINCIPAL, part=StudentPart(involved=involved))
    resources = json.loads(exported(one, StudentSystem.EDFI).content)
    validate(resources)
    reference = {"incidentIdentifier": CASE, "schoolId": 179999001}
    code = "uri://sample-sd/BehaviorDescriptor#13B"
    participation = "disciplineIncidentParticipationCodeDescriptor"
    assert resources["disciplineIncidents"] == [
        {
            "incidentIdentifier": CASE,
            "schoolReference": {"schoolId": 179999001},
            "incidentDate": "2026-03-02",
            "incidentTime": "09:00:00",
            "reportedToLawEnforcement": True,
            "caseNumber": CASE,
            "reporterDescriptionDescriptor": "uri://ed-fi.org/ReporterDescriptionDescriptor#Staff",
            "behaviors": [
                {"behaviorDescriptor": code, "behaviorDetailedDescription": "Simple assault"},
                {
                    "behaviorDescriptor": "uri://sample-sd/BehaviorDescriptor#520",
                    "behaviorDetailedDescription": "Weapon law violations",
                },
            ],
        }
    ]
    (offender,) = resources["studentDisciplineIncidentBehaviorAssociations"]
    assert offender == {
        "behaviorDescriptor": code,
        "disciplineIncidentReference": reference,
        "studentReference": {"studentUniqueId": STUDENT},
        "disciplineIncidentParticipationCodes": [
            {
                participation: "uri://ed-fi.org/DisciplineIncidentParticipationCodeDescriptor"
                "#Perpetrator"
            }
        ],
    }
    (other,) = resources["studentDisciplineIncidentNonOffenderAssociations"]
    assert other == {
        "disciplineIncidentReference": reference,
        "studentReference": {"studentUniqueId": OTHER_STUDENT},
    }


def test_data_4_a_number_too_long_for_a_case_number_stands_as_identifier_alone(
    one: DistrictDesk, agency: CallsDesk, crossing: Crossing
) -> None:
    longer = {"SV26-00000000000000A": True, "SV26-00000000000000AB": False}  # 20 and 21 characters
    for number in longer:
        received(agency, number)
    crossing.carry()
    resources = json.loads(exported(one, StudentSystem.EDFI).content)
    validate(resources)
    found = {each["incidentIdentifier"]: each for each in resources["disciplineIncidents"]}
    assert {number: "caseNumber" in found[number] for number in longer} == longer


@pytest.mark.parametrize(
    "wrong",
    [
        {"incidentIdentifier": "x" * 37},
        {"caseNumber": "x" * 21},
        {"incidentDate": "03/02/2026"},
        {"schoolReference": {"schoolId": "9001"}},
        {"offense": "13B"},
    ],
)
def test_the_schema_refuses_what_the_standard_does(
    told: tuple[DistrictDesk, Loaded], wrong: dict[str, Any]
) -> None:
    resources = json.loads(exported(told[0], StudentSystem.EDFI).content)
    resources["disciplineIncidents"][0] |= wrong
    with pytest.raises(ValidationError):
        validate(resources)


def test_inc_5_each_event_of_the_import_is_one_students_discipline(
    told: tuple[DistrictDesk, Loaded],
) -> None:
    desk, loaded = told
    events = [event for _, event in desk.history(0, 100_000)]
    assert sum(isinstance(event, DisciplineFollowed) for event in events) == loaded.recorded
