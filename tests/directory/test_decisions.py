"""What the directory lets in, decision by decision. Each test names the clause it shows."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from services.directory.adoption import AdoptedPolicy, check_unaltered
from services.directory.appointments import Post, appoint, establish
from services.directory.calendars import (
    CalendarOpened,
    MakeUpDayAdded,
    SchoolCalendar,
    SchoolClosed,
    add_make_up_day,
    close_school,
    is_closed,
    load,
    open_calendar,
)
from services.directory.domain import list_officer, list_school
from services.directory.policy import Kind, Role, roles_of
from shared.errors import Refused
from shared.testing import given
from tests.directory.samples import (
    FROM,
    NOT_A_WEEKDAY,
    SNOW,
    TODAY,
    adopted,
    appointed,
    declared,
    established,
    loaded,
    school_listed,
    version,
)

JUNE = date(2026, 6, 30)
OPENED = CalendarOpened()


# --- Schools and officers -------------------------------------------------------------------------


def test_team_5_a_school_is_in_the_program_from_a_day_on() -> None:
    listed = list_school(
        school="sample-valley-high",
        title="Sample Valley High School",
        effective_from=FROM,
        effective_to=None,
    )
    assert listed == school_listed()


@pytest.mark.parametrize("slug", ["", "Sample", "sample valley", "a.b", "-a", "x" * 65])
def test_team_5_what_can_not_stand_in_an_address_is_no_school(slug: str) -> None:
    with pytest.raises(Refused, match="C-TEAM-5") as refusal:
        list_school(school=slug, title="Sample", effective_from=FROM, effective_to=None)
    assert refusal.value.field == "school"


@pytest.mark.parametrize("badge", ["", "12", "officer-", "officer-sample", "officer-1234567"])
def test_team_5_an_officer_is_a_badge_reference_and_never_a_name(badge: str) -> None:
    with pytest.raises(Refused, match="C-TEAM-5") as refusal:
        list_officer(officer=badge, effective_from=FROM, effective_to=None)
    assert refusal.value.field == "officer"


def test_team_5_a_period_may_be_one_day_and_not_less() -> None:
    list_officer(officer="officer-12", effective_from=FROM, effective_to=FROM)
    day_before = FROM - timedelta(days=1)
    with pytest.raises(Refused, match="C-TEAM-5") as refusal:
        list_officer(officer="officer-12", effective_from=FROM, effective_to=day_before)
    assert refusal.value.field == "effective_to"


# --- Staff ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "role", "school", "clause", "field"),
    [
        ("district", Role.PRINCIPAL, None, "C-TEAM-3", "school"),
        ("district", Role.DESIGNEE, None, "C-TEAM-3", "school"),
        ("district", Role.DIRECTOR, "sample-valley-high", "C-TEAM-5", "school"),
        ("district", Role.AGENCY_HEAD, None, "C-TEAM-5", "role"),
        ("agency", Role.PRINCIPAL, "sample-valley-high", "C-TEAM-5", "role"),
    ],
)
def test_team_3_a_role_is_held_where_it_belongs(
    kind: Kind, role: Role, school: str | None, clause: str, field: str
) -> None:
    with pytest.raises(Refused, match=clause) as refusal:
        establish(kind, role=role, school=school)
    assert refusal.value.field == field


def test_every_role_belongs_to_one_kind_of_organisation() -> None:
    assert sorted(roles_of("district") + roles_of("agency")) == sorted(Role)


def test_team_2_the_first_director_is_appointed() -> None:
    given(Post, established()).when(
        appoint, "district", staff="staff-5", effective_from=FROM, effective_to=None
    ).then(appointed("staff-5", FROM, None))


@pytest.mark.parametrize(
    ("effective_from", "effective_to", "fits"),
    [
        (JUNE + timedelta(days=1), None, True),
        (JUNE, None, False),
        (date(2025, 1, 1), FROM - timedelta(days=1), True),
        (date(2025, 1, 1), FROM, False),
        (date(2025, 1, 1), None, False),
    ],
)
def test_team_2_there_is_one_program_director_at_a_time(
    effective_from: date, effective_to: date | None, fits: bool
) -> None:
    outcome = given(Post, established(), appointed("staff-5", FROM, JUNE)).when(
        appoint,
        "district",
        staff="staff-8",
        effective_from=effective_from,
        effective_to=effective_to,
    )
    if fits:
        outcome.then(appointed("staff-8", effective_from, effective_to))
    else:
        outcome.then_refused("C-TEAM-2", "effective_from")


def test_team_2_a_director_with_a_last_day_makes_room_for_the_next() -> None:
    both = appointed("staff-5", FROM, None), appointed("staff-5", FROM, JUNE)
    given(Post, established(), *both).when(
        appoint,
        "district",
        staff="staff-8",
        effective_from=JUNE + timedelta(days=1),
        effective_to=None,
    ).then(appointed("staff-8", JUNE + timedelta(days=1), None))


@pytest.mark.parametrize(("kind", "staff"), [("district", "agency-2"), ("agency", "staff-2")])
def test_team_5_a_member_of_staff_is_a_reference_of_their_organisation(
    kind: Kind, staff: str
) -> None:
    given(Post, established()).when(
        appoint, kind, staff=staff, effective_from=FROM, effective_to=None
    ).then_refused("C-TEAM-5", "staff")


# --- Calendars ------------------------------------------------------------------------------------


def test_time_7_the_district_keeps_the_calendar() -> None:
    with pytest.raises(Refused, match="C-TIME-7"):
        open_calendar("agency")


@pytest.mark.parametrize(
    ("number", "loaded_on", "field"),
    [(1, "2026-01-20", "version"), (2, "2025-03-11", "loaded_on"), (2, "2025-03-12", None)],
)
def test_time_7_a_correction_is_a_later_version(
    number: int, loaded_on: str, field: str | None
) -> None:
    changes = {"version": number, "loaded_on": loaded_on, "last_day": "2026-06-18"}
    outcome = given(SchoolCalendar, OPENED, loaded()).when(
        load, version=version(**changes), source="", sha256="00"
    )
    if field is None:
        outcome.then(loaded(**changes))
    else:
        outcome.then_refused("C-TIME-7", field)


def test_time_7_terms_of_two_calendars_can_not_overlap() -> None:
    another = version(calendar_id="another", first_day="2026-06-17", last_day="2026-06-30")
    outcome = given(SchoolCalendar, OPENED, loaded()).when(
        load, version=another, source="", sha256="00"
    )
    outcome.then_refused("C-TIME-7", "another/1 first_day")


def test_time_5_a_closure_counts_from_its_declaration() -> None:
    given(SchoolCalendar, OPENED, loaded()).when(
        close_school, today=TODAY, on=SNOW, reason="snow", schools=()
    ).then(SchoolClosed(day=declared(declared_on=TODAY)))


@pytest.mark.parametrize(
    "on", [NOT_A_WEEKDAY, date(2026, 1, 1), date(2026, 7, 6), date(2031, 1, 6)]
)
def test_time_5_a_day_without_school_can_not_be_closed(on: date) -> None:
    given(SchoolCalendar, OPENED, loaded()).when(
        close_school, today=TODAY, on=on, reason="snow", schools=()
    ).then_refused("C-TIME-5", "date")


def test_time_5_a_closure_of_one_school_leaves_the_others_open() -> None:
    one_closed = SchoolClosed(day=declared(SNOW, "sample-valley-high"))
    history = given(SchoolCalendar, OPENED, loaded(), one_closed)
    facts = {"today": TODAY, "on": SNOW, "reason": "snow"}
    assert is_closed(history.aggregate, schools=("sample-valley-high",), **facts)  # type: ignore[arg-type]  # mixed values
    assert not is_closed(history.aggregate, schools=("fixture-peak-high",), **facts)  # type: ignore[arg-type]  # mixed values
    history.when(close_school, today=TODAY, on=SNOW, reason="snow", schools=()).then(
        SchoolClosed(day=declared())
    )
    history.when(
        close_school, today=TODAY, on=SNOW, reason="ice", schools=("sample-valley-high",)
    ).then_refused("C-TIME-5", "date")


def test_time_5_a_make_up_day_is_a_day_that_had_no_school() -> None:
    history = given(SchoolCalendar, OPENED, loaded())
    history.when(add_make_up_day, today=TODAY, on=NOT_A_WEEKDAY, reason="snow", schools=()).then(
        MakeUpDayAdded(day=declared(NOT_A_WEEKDAY))
    )
    history.when(add_make_up_day, today=TODAY, on=SNOW, reason="snow", schools=()).then_refused(
        "C-TIME-5", "date"
    )


def test_time_5_a_closure_is_lifted_from_the_day_after_its_declaration() -> None:
    history = given(SchoolCalendar, OPENED, loaded(), SchoolClosed(day=declared()))
    history.when(add_make_up_day, today=TODAY, on=SNOW, reason="snow", schools=()).then_refused(
        "C-TIME-5", "date"
    )
    tomorrow = TODAY + timedelta(days=1)
    lifted = MakeUpDayAdded(day=declared(declared_on=tomorrow))
    history.when(add_make_up_day, today=tomorrow, on=SNOW, reason="snow", schools=()).then(lifted)


# --- Policies -------------------------------------------------------------------------------------


def test_aud_3_a_policy_version_is_never_altered() -> None:
    held = given(AdoptedPolicy, adopted()).aggregate
    check_unaltered(held, adopted(sha256="other line ends"))
    with pytest.raises(Refused, match="C-AUD-3") as refusal:
        check_unaltered(held, adopted(title="Another title"))
    assert refusal.value.field == "title"
