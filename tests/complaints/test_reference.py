"""What was heard of the directories, as of a day: the later word stands, none reaches back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from services.complaints.policy import Policy
from services.complaints.reference import in_force
from shared.contracts.directory import (
    MakeUpDayAddedV1,
    OfficerListedV1,
    PolicyAdoptedV1,
    SchoolListedV1,
    StaffAppointedV1,
)
from shared.reference import put_together
from shared.school_calendar import Rule, Unit
from tests.complaints.samples import (
    CALENDAR,
    MONDAY,
    SCHOOL,
    SINCE,
    adopted,
    closure,
    school_closed,
)

DAY = timedelta(days=1)


def school(title: str, since: date = SINCE, until: date | None = None) -> SchoolListedV1:
    return SchoolListedV1(school=SCHOOL, title=title, effective_from=since, effective_to=until)


def policy_on(day: date, *told: PolicyAdoptedV1) -> str:
    return in_force(put_together(told), day).policy.version


def test_until_a_policy_is_heard_the_procedures_defaults_are_in_force() -> None:
    assert in_force(put_together(()), MONDAY).policy == Policy()
    assert policy_on(MONDAY, adopted("1", MONDAY + DAY)) == "procedure-defaults"


def test_a_policy_is_in_force_on_both_its_ends() -> None:
    told = adopted("1", MONDAY, MONDAY + 7 * DAY)
    days = [MONDAY - DAY, MONDAY, MONDAY + 7 * DAY, MONDAY + 8 * DAY]
    ours = [policy_on(day, told) == "policy-4311/1" for day in days]
    assert ours == [False, True, True, False]


def test_a_policy_adopted_later_is_not_applied_to_what_was_received_before() -> None:
    reference = put_together((adopted("1"), adopted("2", MONDAY)))
    backdated = in_force(reference, MONDAY, MONDAY - DAY)
    assert backdated.policy.version == "policy-4311/1"
    assert backdated.today == MONDAY
    assert in_force(reference, MONDAY).policy.version == "policy-4311/2"


@pytest.mark.parametrize("versions", [("1", "2"), ("2", "1"), ("1", "2", "1")])
def test_of_two_policies_of_one_day_the_later_word_stands(versions: tuple[str, ...]) -> None:
    told = [adopted(version) for version in versions]
    assert policy_on(MONDAY, *told) == f"policy-4311/{versions[-1]}"


def test_a_policy_heard_late_with_an_earlier_day_does_not_undo_the_one_in_force() -> None:
    assert policy_on(MONDAY, adopted("2", MONDAY), adopted("1")) == "policy-4311/2"


def test_a_policy_says_which_limits_there_are() -> None:
    policy = in_force(put_together((adopted("1", acknowledgement=None),)), MONDAY).policy
    assert policy.determination == Rule(unit=Unit.SCHOOL_DAYS, count=20)
    assert policy.acknowledgement is None
    assert policy.channels == ("form", "email")


def test_team_5_a_school_is_known_by_the_title_it_has_on_the_day() -> None:
    renamed = put_together((school("Old Name"), school("New Name", MONDAY)))
    assert renamed.schools(MONDAY - DAY) == {SCHOOL: "Old Name"}
    assert renamed.schools(MONDAY) == {SCHOOL: "New Name"}
    assert renamed.schools(SINCE - DAY) == {}


def test_team_5_a_word_on_an_earlier_time_heard_late_does_not_undo_the_title() -> None:
    told = put_together((school("New Name", MONDAY), school("Old Name")))
    assert told.schools(MONDAY) == {SCHOOL: "New Name"}


def test_team_5_the_later_word_on_one_subject_and_day_stands() -> None:
    told = put_together((school("Misspelt"), school("Sample", until=MONDAY)))
    assert told.schools(MONDAY) == {SCHOOL: "Sample"}
    assert told.schools(MONDAY + DAY) == {}


def test_team_5_an_officer_serves_until_the_last_day() -> None:
    told = OfficerListedV1(officer="officer-12", effective_from=SINCE, effective_to=MONDAY)
    reference = put_together((told,))
    assert reference.officers(MONDAY) == ("officer-12",)
    assert reference.officers(MONDAY + DAY) == ()


def test_team_2_a_role_is_held_from_its_first_day_to_its_last_and_at_its_school() -> None:
    told = StaffAppointedV1(
        staff="staff-1",
        role="principal",
        school=SCHOOL,
        effective_from=MONDAY,
        effective_to=MONDAY + DAY,
    )
    reference = put_together((told,))
    held = [reference.standing("staff-1", MONDAY + n * DAY) for n in (-1, 0, 1, 2)]
    assert [s.holds("principal", school=SCHOOL) for s in held] == [False, True, True, False]
    assert not held[1].holds("principal", school="another")
    assert not held[1].holds("superintendent", school=SCHOOL)
    assert reference.people(MONDAY) == (told,)


def test_time_7_calendars_closures_and_make_up_days_are_put_together() -> None:
    snow = school_closed(date(2026, 3, 10), declared_on=MONDAY)
    saturday = date(2026, 3, 14)
    make_up = MakeUpDayAddedV1(day=snow.day.model_copy(update={"on": saturday}))
    calendars = put_together((CALENDAR, snow, make_up)).calendars
    assert calendars.closures == (closure(date(2026, 3, 10), declared_on=MONDAY),)
    assert not calendars.is_school_day(date(2026, 3, 10), MONDAY)
    assert calendars.is_school_day(saturday, MONDAY)
    assert not calendars.is_school_day(saturday, MONDAY - DAY)
