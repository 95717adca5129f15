"""The roster: what a OneRoster export tells is kept sealed, and asked by day (C-DATA-3)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from services.incidents.dimensions import (
    UNKNOWN,
    AgeBand,
    Answers,
    Ethnicity,
    Gender,
    Plan,
    PlanHeld,
    PlanKind,
    Race,
    dimensions,
)
from shared.errors import Refused
from shared.handed_back import Unreadable
from tests.incidents.rosters import (
    BY,
    PLANS,
    SAMPLE,
    TODAY,
    enrolment,
    student,
    write_roster,
    zipped,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from services.incidents.enrolment import Enrolment
    from shared.wire.store import Store


@pytest.fixture
def district(tmp_path: Path, stores: Callable[[str], Store]) -> Iterator[Enrolment]:
    with enrolment(tmp_path, stores("incidents")) as each:
        yield each


# --- What a student counts as ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "reported"),
    [
        ((), Race.NOT_REPORTED),
        ((Race.ASIAN,), Race.ASIAN),
        ((Race.ASIAN, Race.WHITE), Race.TWO_OR_MORE),
        ((Race.TWO_OR_MORE,), Race.TWO_OR_MORE),
        ((Race.BLACK, Race.TWO_OR_MORE), Race.TWO_OR_MORE),
    ],
)
def test_data_3_several_races_are_two_or_more_and_none_is_not_reported(
    told: tuple[Race, ...], reported: Race
) -> None:
    assert dimensions(Answers(races=told), None, TODAY).race is reported


def test_data_3_hispanic_of_any_race_comes_first_in_the_seven_way_count() -> None:
    counted = dimensions(Answers(races=(Race.WHITE,), hispanic=True), None, TODAY)
    assert (counted.race, counted.ethnicity) == (Race.WHITE, Ethnicity.HISPANIC)
    assert counted.seven_way is Race.HISPANIC
    assert dimensions(Answers(), None, TODAY).ethnicity is Ethnicity.NOT_REPORTED


@pytest.mark.parametrize(
    ("born", "on", "band"),
    [
        (date(2012, 3, 3), date(2026, 3, 2), AgeBand.FROM_12),
        (date(2012, 3, 2), date(2026, 3, 2), AgeBand.FROM_14),
        (date(2008, 2, 29), date(2026, 2, 28), AgeBand.FROM_16),
        (date(2008, 2, 29), date(2026, 3, 1), AgeBand.FROM_18),
        (date(2026, 3, 3), date(2026, 3, 2), AgeBand.NOT_KNOWN),
        (None, date(2026, 3, 2), AgeBand.NOT_KNOWN),
    ],
)
def test_data_3_age_is_that_of_the_day_of_the_event(
    born: date | None, on: date, band: AgeBand
) -> None:
    assert dimensions(Answers(birth_date=born), None, on).age is band


def test_data_3_a_plan_counts_from_its_first_day_to_its_last() -> None:
    iep = Plan(kind=PlanKind.IEP, begun_on=date(2025, 1, 15), ended_on=date(2026, 1, 14))
    other = Plan(kind=PlanKind.SECTION_504, begun_on=date(2026, 1, 14))

    def held(on: date, *plans: Plan) -> PlanHeld:
        return dimensions(Answers(), plans, on).plan

    assert held(date(2025, 1, 14), iep) is PlanHeld.NEITHER
    assert held(date(2025, 1, 15), iep) is PlanHeld.IEP
    assert held(date(2026, 1, 14), iep, other) is PlanHeld.BOTH
    assert held(date(2026, 1, 15), iep, other) is PlanHeld.SECTION_504
    assert dimensions(Answers(), None, TODAY).plan is PlanHeld.NOT_KNOWN


# --- Importing ------------------------------------------------------------------------------------


def test_data_9_the_sample_loads_whole_and_a_second_time_changes_nothing(
    district: Enrolment,
) -> None:
    first = district.load_roster(SAMPLE, by=BY)
    assert (first.listed, first.changed, first.left, first.handed_back) == (203, 0, 0, {})
    plans = district.load_plans(PLANS.read_bytes(), by=BY)
    assert (plans.recorded, len(plans.handed_back)) == (50, 0)
    last = district.roster._desk.last_position()
    again = district.load_roster(SAMPLE, by=BY)
    assert (again.recorded, again.unchanged) == (0, 203)
    assert district.load_plans(PLANS.read_bytes(), by=BY).recorded == 0
    assert district.roster._desk.last_position() == last


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_data_9_a_folder_and_a_zip_of_either_version_say_the_same(
    tmp_path: Path, version: str
) -> None:
    folder = write_roster(tmp_path / "roster", [student(1), student(2)], version=version)
    with enrolment(tmp_path) as district:
        assert district.load_roster(folder, by=BY).listed == 2
        assert district.load_roster(zipped(folder), by=BY).unchanged == 2
        person = district.person(district.student("700001"))
        assert person is not None
        assert (person.family_name, person.school) == ("Sample-1", "9001")


def test_data_9_bad_rows_come_back_with_reasons_and_the_good_are_loaded(
    district: Enrolment, tmp_path: Path
) -> None:
    rows = [
        student(1),
        student(2, familyName=""),
        student(3, sex="sometimes"),
        student(4, birthDate="31/02/2010"),
        student(5, white="perhaps"),
        student(1, familyName="Again"),
        student(6),
    ]
    done = district.load_roster(write_roster(tmp_path / "roster", rows), by=BY)
    back = {name: [(b.line, b.field) for b in bad] for name, bad in done.handed_back.items()}
    assert back == {
        "users.csv": [(7, "sourcedid"), (3, "familyname")],
        "demographics.csv": [
            (7, "sourcedid"),
            (3, "sourcedid"),
            (4, "sex"),
            (5, "birthdate"),
            (6, "white"),
        ],
    }
    assert done.listed == 5, "who can be told apart is listed, if only by what could be read"
    unread = district.dimensions_of(district.student("700003"), TODAY)
    assert unread.gender is Gender.NOT_REPORTED
    for bad in done.handed_back.values():
        assert all("Sample-" not in each.reason + each.fix for each in bad)


def test_data_3_a_changed_listing_counts_from_its_day_and_the_former_before_it(
    district: Enrolment, tmp_path: Path
) -> None:
    district.load_roster(write_roster(tmp_path / "a", [student(1), student(2)]), by=BY)
    changed = student(1, sex="other", dateLastModified="2026-01-20T08:00:00.000Z")
    delta = write_roster(tmp_path / "b", [changed], mode="delta")
    done = district.load_roster(delta, by=BY)
    assert (done.changed, done.left) == (1, 0), "a delta tells only what changed"
    one = district.student("700001")
    assert district.dimensions_of(one, date(2026, 1, 19)).gender is Gender.FEMALE
    assert district.dimensions_of(one, date(2026, 1, 20)).gender is Gender.ANOTHER
    assert district.dimensions_of(one, date(2024, 1, 1)).gender is Gender.FEMALE


def test_data_9_who_is_missing_from_a_whole_roster_has_left_but_not_when_rows_came_back(
    district: Enrolment, tmp_path: Path
) -> None:
    district.load_roster(write_roster(tmp_path / "a", [student(1), student(2)]), by=BY)
    spoilt = write_roster(tmp_path / "b", [student(1), student(2, givenName="")])
    assert district.load_roster(spoilt, by=BY).left == 0
    whole = write_roster(tmp_path / "c", [student(1)])
    assert district.load_roster(whole, by=BY).left == 1
    assert district.load_roster(whole, by=BY).recorded == 0
    back = district.load_roster(write_roster(tmp_path / "d", [student(1), student(2)]), by=BY)
    assert back.changed == 1
    gone = write_roster(tmp_path / "e", [student(2, status="tobedeleted")], mode="delta")
    assert district.load_roster(gone, by=BY).left == 1
    assert district.load_roster(gone, by=BY).recorded == 0


def test_data_9_a_delta_about_nobody_known_is_handed_back(
    district: Enrolment, tmp_path: Path
) -> None:
    folder = write_roster(tmp_path / "a", [student(1)], mode="delta")
    users = folder / "users.csv"
    users.write_text(users.read_text().splitlines()[0] + "\n")
    done = district.load_roster(folder, by=BY)
    assert [back.line for back in done.handed_back["demographics.csv"]] == [2]
    assert done.recorded == 0


def test_data_9_plans_of_nobody_on_the_roster_and_impossible_days_come_back(
    district: Enrolment, tmp_path: Path
) -> None:
    district.load_roster(write_roster(tmp_path / "a", [student(1)]), by=BY)
    loaded = district.load_plans(
        b"student_number,plan,start_date,end_date\n"
        b"700001,IEP,2025-01-15,2026-01-14\n"
        b"799999,IEP,2025-01-15,\n"
        b"700001,IEP,2025-09-01,2025-08-01\n"
        b"700001,GIFTED,2025-09-01,\n",
        by=BY,
    )
    assert loaded.recorded == 1
    assert [(b.line, b.field) for b in loaded.handed_back] == [
        (3, "student_number"),
        (4, "end_date"),
        (5, "plan"),
    ]


@pytest.mark.parametrize(
    ("spoil", "field"),
    [
        (lambda f: (f / "manifest.csv").unlink(), None),
        (lambda f: (f / "users.csv").unlink(), None),
        (lambda f: (f / "users.csv").write_text("sourcedId,givenName\n1,x\n"), "familyname"),
        (
            lambda f: (f / "manifest.csv").write_text(
                "propertyName,value\noneroster.version,1.0\n"
            ),
            "oneroster.version",
        ),
    ],
)
def test_data_9_what_is_no_roster_is_refused_whole_with_the_fix(
    district: Enrolment, tmp_path: Path, spoil: Callable[[Path], object], field: str | None
) -> None:
    folder = write_roster(tmp_path / "a", [student(1)])
    spoil(folder)
    with pytest.raises(Unreadable) as refused:
        district.load_roster(folder, by=BY)
    assert refused.value.back.fix
    assert refused.value.back.field == field


# --- Keeping it to itself -------------------------------------------------------------------------


def test_priv_1_an_erased_student_counts_as_not_reported_and_is_not_listed_again(
    district: Enrolment,
) -> None:
    district.load_roster(SAMPLE, by=BY)
    one = district.student("700001")
    district.roster._desk.keyring.destroy(one)
    assert district.dimensions_of(one, TODAY) == UNKNOWN
    assert district.person(one) is None
    again = district.load_roster(SAMPLE, by=BY)
    assert (again.recorded, again.erased) == (0, 1)


def test_inc_6_neither_name_nor_number_nor_answer_is_in_the_store(tmp_path: Path) -> None:
    folder = write_roster(tmp_path / "roster", [student(1, familyName="Unmistakable")])
    with enrolment(tmp_path) as district:
        district.load_roster(folder, by=BY)
        one = district.student("700001")
        assert district.dimensions_of(one, TODAY).age is AgeBand.FROM_16
    for file in tmp_path.glob("*.sqlite*"):
        content = file.read_bytes()
        for told in (b"Unmistakable", b"700001", b"stu-1", b"2010-02-28", b"9001"):
            assert told not in content, (file.name, told)


def test_data_3_an_unknown_student_number_is_refused(district: Enrolment) -> None:
    with pytest.raises(Refused) as refused:
        district.student("700001")
    assert (refused.value.clause, refused.value.field) == ("C-DATA-3", "student")
