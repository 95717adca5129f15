"""The desk on a real store, and the register that is filled from it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.directory.domain import PersonNamed
from services.directory.loading import load_folder, load_staff
from services.directory.policy import Role
from services.directory.register import Register
from shared.errors import Refused
from shared.keyring import Erased
from tests.directory.samples import AGENCY, DISTRICT, FROM, PROGRAM, SNOW, TODAY, Clock, desk_in

if TYPE_CHECKING:
    from pathlib import Path

    from services.directory.application import DirectoryDesk

JUNE = date(2026, 6, 30)


def topics(desk: DirectoryDesk) -> list[str]:
    return [event.TOPIC for _, event in desk.history(0, 100)]


def test_data_9_the_sample_program_loads_and_loading_it_again_changes_nothing(
    empty: DirectoryDesk,
) -> None:
    first = load_folder(empty, PROGRAM / DISTRICT, by="setup")
    assert {name: outcome.recorded for name, outcome in first.items()} == {
        "schools.csv": 3,
        "staff.csv": 12,
        "calendar-2025-26.json": 1,
        "calendar-2026-27.json": 1,
        "policy.json": 1,
    }
    position = empty.last_position()
    again = load_folder(empty, PROGRAM / DISTRICT, by="setup")
    assert empty.last_position() == position
    for name, outcome in again.items():
        assert (outcome.recorded, outcome.unchanged) == (0, first[name].recorded)
        assert not outcome.handed_back


def test_what_was_decided_is_read_back_with_who_gave_the_command(agency: DirectoryDesk) -> None:
    assert agency.list_officer(
        by="agency-1", officer="officer-30", effective_from=FROM, effective_to=None
    )
    _, last = agency.history(agency.last_position() - 1, 1)[0]
    assert (last.TOPIC, last.by) == ("officer.listed", "agency-1")


def test_each_organisation_keeps_its_own(desk: DirectoryDesk, agency: DirectoryDesk) -> None:
    with pytest.raises(Refused, match="kept by the agency"):
        desk.list_officer(by="x", officer="officer-1", effective_from=FROM, effective_to=None)
    with pytest.raises(Refused, match="kept by the district"):
        agency.declare_closure(by="x", on=SNOW, reason="snow")


# --- Names ----------------------------------------------------------------------------------------


def test_priv_1_a_name_is_sealed_and_a_destroyed_key_erases_it(desk: DirectoryDesk) -> None:
    rows = desk.process_recorder.select_notifications(start=1, limit=100)
    assert b"Synthetic" not in b"".join(row.state for row in rows)
    named = next(event for _, event in desk.history(0, 100) if isinstance(event, PersonNamed))
    assert desk.keyring.open(named.name).startswith("Synthetic")
    desk.keyring.destroy(named.name.subject)
    with pytest.raises(Erased):
        desk.keyring.open(named.name)


def test_priv_1_an_erased_name_does_not_come_back_by_the_same_file(desk: DirectoryDesk) -> None:
    for _, event in desk.history(0, 100):
        if isinstance(event, PersonNamed):
            desk.keyring.destroy(event.name.subject)
    position = desk.last_position()
    load_folder(desk, PROGRAM / DISTRICT, by="setup")
    assert desk.last_position() == position


def test_priv_1_a_changed_name_is_sealed_under_the_same_key(desk: DirectoryDesk) -> None:
    table = b"staff,role,school,effective_from,effective_to,name\n"
    row = b"staff-4,superintendent,,2025-08-01,,Placeholder Newname\n"
    assert load_staff(desk, table + row, by="x").recorded == 1
    assert load_staff(desk, table + row, by="x").unchanged == 1
    assert topics(desk)[-1] == "person.renamed"


# --- Calendars ------------------------------------------------------------------------------------


def test_time_5_a_closure_is_known_from_its_declaration_and_not_before(
    desk: DirectoryDesk, register: Register
) -> None:
    assert desk.declare_closure(by="staff-11", on=SNOW, reason=" snow ")
    assert not desk.declare_closure(by="staff-11", on=SNOW, reason="snow")
    assert register.calendars(TODAY - timedelta(days=1)).closures == ()
    (closure,) = register.calendars(TODAY).closures
    assert (closure.on, closure.declared_on, closure.reason) == (SNOW, TODAY, "snow")


def test_time_5_a_lifted_closure_can_be_declared_again(
    desk: DirectoryDesk, register: Register, clock: Clock
) -> None:
    desk.declare_closure(by="staff-11", on=SNOW, reason="snow")
    clock.today += timedelta(days=1)
    assert desk.add_make_up_day(by="staff-11", on=SNOW, reason="the roads are clear")
    assert not desk.add_make_up_day(by="staff-11", on=SNOW, reason="the roads are clear")
    clock.today += timedelta(days=1)
    assert desk.declare_closure(by="staff-11", on=SNOW, reason="snow")
    known = register.calendars(clock.today)
    assert (len(known.closures), len(known.make_up_days)) == (2, 1)


def test_time_7_a_calendar_counts_from_the_day_of_its_loading(
    desk: DirectoryDesk, register: Register, clock: Clock
) -> None:
    loaded_on, in_its_year = date(2026, 5, 13), date(2026, 9, 8)
    labels = [
        [loaded.calendar.calendar_id for loaded in register.calendars(day).calendars]
        for day in (loaded_on - timedelta(days=1), loaded_on)
    ]
    assert labels == [["snohomish-sd-2025-26"], ["snohomish-sd-2025-26", "snohomish-sd-2026-27"]]
    clock.today = loaded_on - timedelta(days=1)
    with pytest.raises(Refused, match="no loaded calendar covers that day"):
        desk.declare_closure(by="x", on=in_its_year, reason="smoke")
    clock.today = loaded_on
    assert desk.declare_closure(by="x", on=in_its_year, reason="smoke")


def test_time_5_a_closure_names_schools_that_are_listed(desk: DirectoryDesk) -> None:
    with pytest.raises(Refused, match="C-TEAM-5") as refusal:
        desk.declare_closure(by="x", on=SNOW, reason="snow", schools=("no-such-school",))
    assert refusal.value.field == "school"
    with pytest.raises(Refused, match="C-TIME-5") as refusal:
        desk.declare_closure(by="x", on=SNOW, reason=" ")
    assert refusal.value.field == "reason"


def test_time_1_a_closure_is_declared_on_the_local_day(tmp_path: Path) -> None:
    late = Clock(TODAY)
    with desk_in(tmp_path, clock=late) as desk:
        evening = late().replace(hour=23) + timedelta(hours=8)
        desk.now = lambda: evening
        assert (evening.date(), desk.today()) == (TODAY + timedelta(days=1), TODAY)
        desk.keyring.close()


# --- The register ---------------------------------------------------------------------------------


def test_the_register_is_the_same_after_it_is_rebuilt(
    desk: DirectoryDesk, register: Register
) -> None:
    desk.declare_closure(by="staff-11", on=SNOW, reason="snow")
    before = (register.schools(TODAY), register.staff(TODAY), register.calendars(TODAY))
    register.rebuild()
    assert before == (register.schools(TODAY), register.staff(TODAY), register.calendars(TODAY))


def test_team_5_a_school_is_shown_from_its_first_day_to_its_last(
    desk: DirectoryDesk, register: Register
) -> None:
    facts = {"school": "fixture-peak-high", "title": "Fixture Peak", "effective_from": FROM}
    desk.list_school(by="x", effective_to=JUNE, **facts)  # type: ignore[arg-type]  # mixed values
    desk.list_school(
        by="x",
        school="sample-valley-high",
        title="Sample Valley Academy",
        effective_from=JUNE,
        effective_to=None,
    )

    def titles(day: date) -> list[str]:
        return [school.title for school in register.schools(day)]

    assert titles(FROM - timedelta(days=1)) == []
    assert titles(FROM) == [
        "Fixture Peak",
        "Placeholder Middle School",
        "Sample Valley High School",
    ]
    assert titles(JUNE) == ["Fixture Peak", "Placeholder Middle School", "Sample Valley Academy"]
    assert titles(JUNE + timedelta(days=1)) == [
        "Placeholder Middle School",
        "Sample Valley Academy",
    ]


def test_principal_includes_the_named_designee(register: Register) -> None:
    acting = register.principals("sample-valley-high", TODAY)
    assert [(who.staff, who.role) for who in acting] == [
        ("staff-1", Role.PRINCIPAL),
        ("staff-3", Role.DESIGNEE),
    ]


def test_team_2_a_vacancy_shows_the_superintendent(desk: DirectoryDesk, register: Register) -> None:
    facts = {"role": Role.DIRECTOR, "school": None, "effective_from": FROM, "by": "x"}
    desk.appoint(staff="staff-5", effective_to=JUNE, **facts)  # type: ignore[arg-type]  # mixed values
    held, vacant = (
        register.program_director(JUNE),
        register.program_director(JUNE + timedelta(days=1)),
    )
    assert held.holder is not None
    assert (held.holder.staff, held.vacant) == ("staff-5", False)
    assert vacant.holder is not None
    assert (vacant.holder.staff, vacant.vacant) == ("staff-4", True)
    assert register.program_director(FROM - timedelta(days=1)).holder is None


def test_time_7_the_later_loaded_version_decides_from_its_loading(
    desk: DirectoryDesk, register: Register
) -> None:
    first = register.calendars(TODAY).calendars[0].calendar
    correction = first.model_copy(update={"version": 2, "loaded_on": TODAY})
    assert desk.load_calendar(by="staff-11", version=correction, source="", sha256="00")
    labels = {
        day: [loaded.calendar.label for loaded in register.calendars(day).calendars]
        for day in (TODAY - timedelta(days=1), TODAY)
    }
    assert labels[TODAY - timedelta(days=1)][0] == "snohomish-sd-2025-26/1"
    assert labels[TODAY][0] == "snohomish-sd-2025-26/2"


def test_aud_3_the_policy_in_force_is_the_last_to_take_effect(
    desk: DirectoryDesk, register: Register
) -> None:
    first = register.policy(TODAY)
    assert first is not None
    desk.adopt_policy(
        by="x",
        policy_id=first.policy_id,
        version="2026-07",
        title=first.title,
        effective_from=JUNE,
        effective_to=None,
        complaint=first.complaint,
        source="",
        sha256="00",
    )
    in_force = [register.policy(day) for day in (date(2021, 4, 27), JUNE - timedelta(days=1), JUNE)]
    assert [policy and policy.version for policy in in_force] == [None, "2021-04-28", "2026-07"]
    assert len(register.policies(JUNE)) == 2


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(later=st.dates(date(2025, 8, 2), date(2027, 8, 1)), asked=st.dates(FROM, date(2027, 8, 1)))
def test_what_takes_effect_later_never_changes_an_earlier_answer(
    desk: DirectoryDesk, register: Register, later: date, asked: date
) -> None:
    before = register.schools(asked)
    desk.list_school(
        by="x",
        school="placeholder-middle",
        title=f"Placeholder {later}",
        effective_from=later,
        effective_to=None,
    )
    after = register.schools(asked)
    assert (after == before) or asked >= later
    if asked >= later:
        assert [school for school in after if school.effective_from >= later]


def test_the_agency_lists_its_officers_and_reviewers(agency: DirectoryDesk) -> None:
    register = Register(agency, agency.engine)
    assert [listed.officer for listed in register.officers(TODAY)] == [
        "officer-12",
        "officer-15",
        "officer-21",
    ]
    reviewers = register.staff(TODAY, Role.AGENCY_REVIEWER)
    assert [who.staff for who in reviewers] == ["agency-2", "agency-3"]
    assert load_folder(agency, PROGRAM / AGENCY, by="setup")["officers.csv"].unchanged == 3
