"""Interactions, requests for intervention, and the boundary of discipline."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from services.incidents.received import from_training
from services.incidents.words import (
    Answer,
    Capacity,
    Duty,
    Flag,
    Ground,
    Met,
    Part,
    Setting,
    Subject,
    Whom,
)
from shared.contracts.training import TrainingHeldV1
from shared.errors import Refused
from shared.hearing import heard
from shared.who_may import Acting
from tests.incidents.samples import (
    CALENDAR,
    CLERK,
    DIRECTOR,
    DISTRICT,
    OFFICER,
    OTHER_PRINCIPAL,
    PRINCIPAL,
    REVIEWER,
    SCHOOL,
    TODAY,
    At,
    Crossing,
    instant,
)

if TYPE_CHECKING:
    from services.incidents.calls_desk import CallsDesk
    from services.incidents.conduct import InterventionRecord
    from services.incidents.district_desk import DistrictDesk

REVIEW_DUE = date(2026, 3, 10)


def refused(clause: str, field: str, command: Any) -> None:
    with pytest.raises(Refused) as caught:
        command()
    assert (caught.value.clause, caught.value.field) == (clause, field)


def log(desk: DistrictDesk, **other: Any) -> str:
    told: dict[str, Any] = {
        "by": PRINCIPAL,
        "officer": OFFICER,
        "school": SCHOOL,
        "on": TODAY,
        "capacity": Capacity.EDUCATE,
        "whom": Whom.STUDENTS,
        "setting": Setting.CLASSROOM,
        "subject": Subject.LAW,
    }
    return desk.log_interaction(**{**told, **other})


def ask(desk: DistrictDesk, **other: Any) -> InterventionRecord:
    told = {"by": CLERK, "school": SCHOOL, "at": instant(), "ground": Ground.DANGER}
    reference = desk.request_intervention(**{**told, **other})
    return known(desk, reference)


def known(desk: DistrictDesk, reference: str) -> InterventionRecord:
    found = desk.interventions_view.entry(desk.number_of(f"intervention/{reference}"))
    assert found is not None
    return found


def trained(desk: DistrictDesk, *staff: str, expires_on: date | None = None) -> None:
    told = TrainingHeldV1(
        requirement="D-ASKSRO",
        held_on=date(2025, 9, 10),
        school=SCHOOL,
        staff=staff,
        expires_on=expires_on,
    )
    desk.save(*from_training(told, DISTRICT))


# --- Interactions ---------------------------------------------------------------------------------


def test_role_1_an_interaction_names_the_role_the_officer_acted_in(district: DistrictDesk) -> None:
    log(district, persons=24, note="A lesson on the law")
    (seen,) = district.interactions(by=PRINCIPAL)
    assert (seen.capacity, seen.persons, seen.noted) == (Capacity.EDUCATE, 24, True)
    assert "lesson" not in "".join(e.model_dump_json() for _, e in district.history(0, 1000))


def test_ment_4_counselling_content_is_not_recorded(district: DistrictDesk) -> None:
    log(district, capacity=Capacity.COUNSEL)
    refused(
        "C-MENT-4", "note", lambda: log(district, capacity=Capacity.COUNSEL, note="What was said")
    )


def test_ment_4_an_officer_who_signs_in_logs_too_and_others_do_not(district: DistrictDesk) -> None:
    log(district, by=Acting(OFFICER, ["officer"]))
    for stranger in (CLERK, OTHER_PRINCIPAL, ""):
        refused("C-MENT-4", "by", lambda by=stranger: log(district, by=by))


@pytest.mark.parametrize(
    ("other", "clause", "field"),
    [
        ({"officer": "officer-99"}, "C-ROLE-1", "officer"),
        ({"school": "elsewhere"}, "C-MENT-4", "school"),
        ({"on": TODAY + timedelta(days=1)}, "C-MENT-4", "on"),
        ({"persons": 0}, "C-MENT-4", "persons"),
    ],
)
def test_ment_4_what_cannot_be_is_refused(
    district: DistrictDesk, other: dict[str, Any], clause: str, field: str
) -> None:
    refused(clause, field, lambda: log(district, **other))


def test_ment_3_an_interaction_is_linked_to_the_meeting_that_talked_it_over(
    district: DistrictDesk,
) -> None:
    reference = log(district)
    district.debrief(reference, "meeting-7", by=PRINCIPAL)
    assert district.interactions(by=PRINCIPAL)[0].meetings == ("meeting-7",)
    refused("C-MENT-3", "meeting", lambda: district.debrief(reference, "meeting-7", by=PRINCIPAL))


def test_disc_2_an_informal_reminder_of_a_rule_is_no_crossing(district: DistrictDesk) -> None:
    log(district, subject=Subject.RULES)
    assert district.alarms(by=PRINCIPAL) == []


# --- The boundary ---------------------------------------------------------------------------------


@pytest.mark.parametrize("part", Part)
def test_disc_3_any_part_of_an_officer_in_formal_discipline_is_an_alarm(
    agency: CallsDesk, district: DistrictDesk, crossing: Crossing, part: Part
) -> None:
    reference = log(district, part=part)
    (alarm,) = district.alarms(by=DIRECTOR)
    assert (alarm.part, alarm.raised_by, alarm.answer) == (part, reference, None)
    crossing.carry()
    assert [n.detail for n in agency.told(by=REVIEWER)] == [part]


def test_disc_3_it_is_answered_in_five_school_days_and_the_agency_is_told(
    agency: CallsDesk, district: DistrictDesk, crossing: Crossing, at: At
) -> None:
    log(district, part=Part.INVESTIGATOR)
    (alarm,) = district.alarms(by=DIRECTOR)
    (clock,) = alarm.clocks.values()
    assert (clock.duty, clock.due_on) == (Duty.ANSWER_BOUNDARY, REVIEW_DUE)
    at.set(REVIEW_DUE)
    assert district.look() == 0
    at.set(REVIEW_DUE + timedelta(days=1))
    assert district.look() == 1
    refused(
        "C-DISC-3",
        "by",
        lambda: district.answer_boundary(
            alarm.reference, by=OTHER_PRINCIPAL, answer=Answer.UPHELD, reasons="No"
        ),
    )
    district.answer_boundary(
        alarm.reference, by=PRINCIPAL, answer=Answer.CORRECTED, reasons="Talked with the dean"
    )
    (alarm,) = district.alarms(by=DIRECTOR)
    assert (alarm.answer, alarm.clocks) == (Answer.CORRECTED, {})
    crossing.carry()
    assert agency.told(by=REVIEWER)[0].kind == "incidents.boundary_answered.v1"
    assert "dean" not in "".join(c.model_dump_json() for c in crossing.carried)


# --- Requests for intervention --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("other", "flags"),
    [
        ({}, ()),
        ({"ground": Ground.EMERGENCY}, ()),
        ({"ground": Ground.DISRUPTION, "description": "Tables were thrown"}, ()),
        ({"ground": Ground.DISRUPTION}, (Flag.NOT_DESCRIBED,)),
        ({"ground": None}, (Flag.NO_GROUND,)),
        ({"requested_by": "staff-99"}, (Flag.NOT_TRAINED,)),
        ({"at": instant(date(2026, 2, 27))}, ()),
        ({"at": instant(date(2026, 2, 26))}, (Flag.LATE,)),
    ],
)
def test_int_1_to_5_a_request_is_never_blocked_and_flagged_where_amiss(
    district: DistrictDesk, other: dict[str, Any], flags: tuple[Flag, ...]
) -> None:
    trained(district, CLERK)
    assert ask(district, **other).flags == flags


def test_int_5_a_training_that_has_ended_counts_no_more(district: DistrictDesk) -> None:
    trained(district, CLERK, expires_on=TODAY - timedelta(days=1))
    assert ask(district).flags == (Flag.NOT_TRAINED,)


def test_int_2_a_disruption_not_described_is_asked_for_again(district: DistrictDesk) -> None:
    trained(district, CLERK)
    request = ask(district, ground=Ground.DISRUPTION)
    assert {c.duty for c in request.clocks.values()} == {Duty.REVIEW_REQUEST, Duty.DESCRIBE_GROUND}
    district.describe_ground(request.reference, by=CLERK, description="Tables were thrown")
    request = known(district, request.reference)
    assert (request.flags, request.described) == ((), True)
    assert {c.duty for c in request.clocks.values()} == {Duty.REVIEW_REQUEST}


def test_int_3_another_emergency_is_a_ground_and_asks_for_no_description(
    district: DistrictDesk,
) -> None:
    trained(district, CLERK)
    request = ask(district, ground=Ground.EMERGENCY)
    assert (request.ground, request.flags) == (Ground.EMERGENCY, ())
    assert {c.duty for c in request.clocks.values()} == {Duty.REVIEW_REQUEST}


def test_int_4_an_officer_steps_in_without_being_asked_and_owes_no_review(
    district: DistrictDesk,
) -> None:
    reference = district.step_in(by=CLERK, school=SCHOOL, officer=OFFICER, at=instant())
    made = known(district, reference)
    assert (made.asked, made.officer, made.clocks) == (False, OFFICER, {})
    event: Any = district.events_of(district.number_of(f"intervention/{reference}"))[-1]
    assert event.asked is False
    refused(
        "C-INT-6",
        "met",
        lambda: district.review_request(reference, by=PRINCIPAL, met=Met.MET, reasons="Seen"),
    )


def test_int_6_each_request_is_reviewed_within_five_school_days(
    district: DistrictDesk, at: At
) -> None:
    request = ask(district)
    (clock,) = request.clocks.values()
    assert clock.due_on == REVIEW_DUE
    district.answer_request(request.reference, by=CLERK, officer=OFFICER, at=instant(hour=10))
    at.set(REVIEW_DUE + timedelta(days=1))
    assert district.look() == 1
    district.review_request(
        request.reference, by=PRINCIPAL, met=Met.NOT_MET, reasons="It was a dress code matter"
    )
    reviewed = known(district, request.reference)
    assert (reviewed.met, reviewed.officer, reviewed.clocks) == (Met.NOT_MET, OFFICER, {})


def test_time_5_a_closure_moves_the_review_and_the_move_is_told(
    district: DistrictDesk, at: At
) -> None:
    request = ask(district)
    moved = CALENDAR.model_copy(
        update={
            "version": 2,
            "loaded_on": TODAY,
            "no_school": (
                *CALENDAR.no_school,
                CALENDAR.no_school[0].model_copy(
                    update={"from_": date(2026, 3, 9), "to": date(2026, 3, 9)}
                ),
            ),
        }
    )
    district.save(*heard(DISTRICT, moved))
    assert district.look() == 1
    (clock,) = known(district, request.reference).clocks.values()
    assert clock.due_on == date(2026, 3, 11)
