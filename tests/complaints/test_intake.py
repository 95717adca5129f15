"""Receiving, acknowledging, forwarding, correcting and escalating a complaint."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from services.complaints import domain
from services.complaints.events import (
    Acknowledged,
    Complaint,
    Corrected,
    Escalated,
    Forwarded,
    OfficerInformed,
    UrgencySeen,
)
from services.complaints.policy import FORWARDING, OFFICER_INFORMED, Policy
from services.complaints.words import AGENCY_DUTIES, Allegation, Channel, Duty, Stage, Trigger
from shared.errors import Refused
from shared.school_calendar import Rule, Unit
from shared.testing import given
from tests.complaints.samples import (
    DUE,
    MONDAY,
    OFFICER,
    OTHER_OFFICER,
    OTHER_SCHOOL,
    SCHOOL,
    clock,
    closure,
    on,
    received,
    sealed,
)

DAY = timedelta(days=1)
FRIDAY = MONDAY + 4 * DAY
FIVE_DAYS = Rule(unit=Unit.SCHOOL_DAYS, count=5)


def started_by(**facts: Any) -> dict[Duty, date]:
    return {running.duty: running.due_on for running in received(**facts).starts}


# --- Receiving ------------------------------------------------------------------------------------


def test_comp_1_nobody_need_be_the_person_harmed_and_no_officer_need_be_known() -> None:
    taken = received(officer=None, school=None, incident_on=None, complainant=None, allegations=())
    assert (taken.officer, taken.incident_on) == (None, None)
    assert taken.allegations == (Allegation.OTHER,)


@pytest.mark.parametrize("channel", list(Channel))
def test_comp_2_every_way_in_is_kept_on_the_receipt(channel: Channel) -> None:
    assert received(channel=channel).channel is channel


def test_comp_2_paper_may_have_arrived_before_today_but_not_after() -> None:
    assert received(FRIDAY, received_on=MONDAY).received_on == MONDAY
    with pytest.raises(Refused, match="C-COMP-2") as refusal:
        received(MONDAY, received_on=MONDAY + DAY)
    assert refusal.value.field == "received_on"


@pytest.mark.parametrize(
    ("incident_on", "received_on", "late"),
    [
        (date(2026, 3, 2), date(2026, 3, 12), False),
        (date(2026, 3, 2), date(2026, 3, 13), True),
        (date(2026, 3, 4), date(2026, 3, 16), False),  # the tenth day is a Saturday
        (date(2026, 3, 4), date(2026, 3, 17), True),
    ],
)
def test_comp_3_a_form_after_ten_days_is_flagged_and_not_refused(
    incident_on: date, received_on: date, late: bool
) -> None:
    assert received(received_on, incident_on=incident_on).late is late


@pytest.mark.parametrize("channel", list(Channel))
def test_comp_3_the_limit_is_the_forms_alone(channel: Channel) -> None:
    late = received(DUE, incident_on=MONDAY, channel=channel).late
    assert late is (channel in {Channel.FORM, Channel.OFFICE})


def test_comp_3_an_unknown_incident_day_is_not_late_and_nor_is_one_without_a_limit() -> None:
    assert not received(DUE, incident_on=None).late
    assert not received(incident_on=date(2020, 1, 1), in_force=on(MONDAY, Policy(filing=None))).late


def test_comp_3_the_incident_may_be_of_the_same_day_but_not_after() -> None:
    assert received(MONDAY, incident_on=MONDAY).incident_on == MONDAY
    with pytest.raises(Refused, match="C-COMP-3") as refusal:
        received(MONDAY, incident_on=MONDAY + DAY)
    assert refusal.value.field == "incident_on"


def test_comp_6_each_clock_starts_with_the_date_it_is_due() -> None:
    assert started_by() == {
        Duty.ACKNOWLEDGE: date(2026, 3, 4),
        Duty.DETERMINE: DUE,
        Duty.AGENCY_ACKNOWLEDGEMENT: date(2026, 3, 16),
        Duty.AGENCY_REVIEW: date(2026, 4, 1),
        Duty.INFORM_OFFICER: date(2026, 3, 16),
    }


def test_comp_6_a_started_clock_keeps_its_rule_and_what_it_was_counted_by() -> None:
    starts = {running.duty: running for running in received().starts}
    assert starts[Duty.DETERMINE] == clock(Duty.DETERMINE, MONDAY, DUE)


def test_comp_5_the_agency_is_informed_at_once_and_its_clocks_run_from_then() -> None:
    taken = received(FRIDAY, received_on=MONDAY)
    assert taken.notified_on == FRIDAY
    triggers = {running.duty: running.trigger for running in taken.starts}
    assert {triggers[duty] for duty in AGENCY_DUTIES} == {FRIDAY}
    assert triggers[Duty.DETERMINE] == MONDAY


def test_comp_4_without_a_school_the_tip_line_forwards_on_the_next_business_day() -> None:
    assert started_by(school=None)[Duty.FORWARD] == MONDAY + DAY
    assert started_by(day=FRIDAY, school=None)[Duty.FORWARD] == FRIDAY + 3 * DAY
    assert Duty.FORWARD not in started_by()


def test_comp_18_what_must_not_wait_is_due_the_same_day() -> None:
    assert started_by(urgent=(Trigger.INJURY,))[Duty.ESCALATE] == MONDAY
    assert Duty.ESCALATE not in started_by()


def test_comp_23_no_officer_named_is_nobody_to_inform() -> None:
    assert Duty.INFORM_OFFICER not in started_by(officer=None)


def test_comp_22_an_alleged_retaliation_must_not_wait() -> None:
    taken = received(allegations=(Allegation.RETALIATION,), urgent=(Trigger.WEAPON,))
    assert taken.urgent == (Trigger.WEAPON, Trigger.RETALIATION)
    twice = received(allegations=(Allegation.RETALIATION,), urgent=(Trigger.RETALIATION,))
    assert twice.urgent == (Trigger.RETALIATION,)


def test_comp_21_the_anonymous_get_the_same_clocks() -> None:
    assert received(complainant=None).starts == received().starts


def test_comp_21_a_policy_may_ask_for_a_name_or_an_address() -> None:
    named = on(MONDAY, Policy(anonymous=False))
    assert received(in_force=named).complainant is not None
    assert received(in_force=named, complainant=None, contact=sealed("contact")).contact is not None
    with pytest.raises(Refused, match="C-COMP-21") as refusal:
        received(in_force=named, complainant=None)
    assert refusal.value.field == "complainant"


def test_comp_6_a_policy_without_a_limit_starts_no_clock() -> None:
    unlimited = Policy(acknowledgement=None, determination=None, agency_silence=None)
    started = started_by(in_force=on(MONDAY, unlimited))
    assert set(started) == {Duty.AGENCY_REVIEW, Duty.INFORM_OFFICER}


# --- Acknowledging and forwarding -----------------------------------------------------------------


def test_comp_12_it_is_acknowledged_once() -> None:
    acknowledged = Acknowledged(acknowledged_on=MONDAY)
    given(Complaint, received()).when(domain.acknowledge, on(MONDAY)).then(acknowledged)
    again = given(Complaint, received(), acknowledged)
    assert Duty.ACKNOWLEDGE not in again.aggregate.clocks
    again.when(domain.acknowledge, on(MONDAY)).then_refused("C-COMP-12")


def test_comp_4_forwarding_gives_the_school_and_restarts_no_clock() -> None:
    tip = given(Complaint, received(school=None))
    forwarded = Forwarded(
        school=SCHOOL,
        forwarded_on=FRIDAY,
        starts=(
            clock(Duty.DETERMINE, MONDAY, DUE),
            clock(Duty.INFORM_OFFICER, MONDAY, date(2026, 3, 16)),
        ),
    )
    tip.when(domain.forward, on(FRIDAY), school=SCHOOL).then(forwarded)
    complaint = given(Complaint, received(school=None), forwarded).aggregate
    assert complaint.school == SCHOOL
    assert Duty.FORWARD not in complaint.clocks


def test_comp_4_what_has_its_school_is_not_forwarded() -> None:
    given(Complaint, received()).when(domain.forward, on(MONDAY), school=OTHER_SCHOOL).then_refused(
        "C-COMP-4", "school"
    )


def test_time_5_a_forwarded_tip_counts_with_the_closures_of_its_school() -> None:
    snow = closure(date(2026, 3, 5), SCHOOL, declared_on=date(2026, 3, 4))
    tip = given(Complaint, received(school=None, officer=None))
    decided = tip.when(domain.forward, on(FRIDAY, closed=(snow,)), school=SCHOOL)
    decided.then(
        Forwarded(
            school=SCHOOL, forwarded_on=FRIDAY, starts=(clock(Duty.DETERMINE, MONDAY, DUE + DAY),)
        )
    )


def test_comp_4_a_policy_adopted_since_does_not_shorten_the_clock_of_a_forwarded_tip() -> None:
    newer = on(FRIDAY, Policy(version="newer/1", determination=FIVE_DAYS))
    tip = given(Complaint, received(school=None, officer=None))
    tip.when(domain.forward, newer, school=SCHOOL).then(
        Forwarded(school=SCHOOL, forwarded_on=FRIDAY, starts=(clock(Duty.DETERMINE, MONDAY, DUE),))
    )


# --- Correcting -----------------------------------------------------------------------------------


def correction(**other: Any) -> dict[str, Any]:
    facts = {
        "school": SCHOOL,
        "officer": OFFICER,
        "incident_on": MONDAY,
        "allegations": (Allegation.FORCE,),
        "names_principal": False,
        "harm": False,
        "reasons": sealed("reasons"),
    }
    return {**facts, **other}


def corrected(day: date = FRIDAY, **other: Any) -> Corrected:
    return Corrected(**{"late": False, "corrected_on": day, **correction(**other)})


def test_data_8_facts_are_put_right_by_a_new_event() -> None:
    facts = correction(harm=True, names_principal=True, allegations=(Allegation.SEARCH,))
    given(Complaint, received()).when(domain.correct, on(FRIDAY), **facts).then(corrected(**facts))
    complaint = given(Complaint, received(), corrected(**facts)).aggregate
    assert (complaint.harm, complaint.names_principal) == (True, True)
    assert complaint.allegations == (Allegation.SEARCH,)


@pytest.mark.parametrize(
    ("wrong", "clause", "field"),
    [
        ({"allegations": ()}, "C-COMP-13", "allegations"),
        ({"incident_on": MONDAY + DAY}, "C-COMP-3", "incident_on"),
        ({"school": None}, "C-DATA-8", "school"),
    ],
)
def test_data_8_facts_that_can_not_be_are_refused(
    wrong: dict[str, Any], clause: str, field: str
) -> None:
    given(Complaint, received()).when(
        domain.correct, on(FRIDAY), **correction(**wrong)
    ).then_refused(clause, field)


@pytest.mark.parametrize(
    ("channel", "days_before", "late"),
    [(Channel.FORM, 10, False), (Channel.FORM, 11, True), (Channel.PHONE, 11, False)],
)
def test_comp_3_a_corrected_incident_day_is_judged_as_on_receipt(
    channel: Channel, days_before: int, late: bool
) -> None:
    thursday = date(2026, 3, 12)
    facts = correction(incident_on=thursday - days_before * DAY)
    given(Complaint, received(thursday, channel=channel)).when(
        domain.correct, on(DUE), **facts
    ).then(corrected(DUE, late=late, **facts))


def test_comp_23_another_officer_is_informed_anew() -> None:
    told = (received(), OfficerInformed(informed_on=MONDAY))
    facts = correction(officer=OTHER_OFFICER)
    starts = (clock(Duty.INFORM_OFFICER, FRIDAY, date(2026, 3, 20)),)
    given(Complaint, *told).when(domain.correct, on(FRIDAY), **facts).then(
        corrected(starts=starts, **facts)
    )
    given(Complaint, *told, corrected(starts=starts, **facts)).when(
        domain.inform_officer, on(FRIDAY)
    ).then(OfficerInformed(informed_on=FRIDAY))


def test_comp_23_the_same_officer_is_not_informed_twice() -> None:
    given(Complaint, received(), OfficerInformed(informed_on=MONDAY), corrected()).when(
        domain.inform_officer, on(FRIDAY)
    ).then_refused("C-COMP-23")


def test_comp_23_with_no_officer_left_nobody_waits_to_be_informed() -> None:
    complaint = given(Complaint, received(), corrected(officer=None)).aggregate
    assert Duty.INFORM_OFFICER not in complaint.clocks


def test_comp_4_a_school_found_by_correction_needs_no_forwarding() -> None:
    facts = correction(officer=None)
    tip = received(school=None, officer=None)
    starts = (clock(Duty.DETERMINE, MONDAY, DUE),)
    given(Complaint, tip).when(domain.correct, on(FRIDAY), **facts).then(
        corrected(starts=starts, **facts)
    )
    complaint = given(Complaint, tip, corrected(starts=starts, **facts)).aggregate
    assert Duty.FORWARD not in complaint.clocks


def test_time_5_a_corrected_school_counts_with_its_own_closures() -> None:
    snow = closure(date(2026, 3, 5), OTHER_SCHOOL, declared_on=date(2026, 3, 4))
    facts = correction(school=OTHER_SCHOOL, officer=None)
    given(Complaint, received(officer=None)).when(
        domain.correct, on(FRIDAY, closed=(snow,)), **facts
    ).then(
        corrected(starts=(clock(Duty.DETERMINE, MONDAY, DUE + DAY, school=OTHER_SCHOOL),), **facts)
    )


def test_comp_4_a_tip_may_be_corrected_before_its_school_is_known() -> None:
    facts = correction(school=None, harm=True)
    complaint = given(Complaint, received(school=None), corrected(**facts)).aggregate
    assert complaint.stage is Stage.RECEIVED
    assert complaint.clocks[Duty.FORWARD].rule == FORWARDING
    assert complaint.clocks[Duty.INFORM_OFFICER].rule == OFFICER_INFORMED


# --- What must not wait ---------------------------------------------------------------------------


def seen(trigger: Trigger, day: date = MONDAY, **other: Any) -> UrgencySeen:
    facts = {"starts": (clock(Duty.ESCALATE, day, day),), **other}
    return UrgencySeen(trigger=trigger, account=sealed("account"), seen_on=day, **facts)


def test_comp_18_urgency_seen_later_is_to_be_escalated_the_same_day() -> None:
    given(Complaint, received()).when(
        domain.see_urgency, on(FRIDAY), trigger=Trigger.ABUSE, account=sealed("account")
    ).then(seen(Trigger.ABUSE, FRIDAY))


def test_comp_18_a_second_urgency_does_not_give_the_first_another_day() -> None:
    given(Complaint, received(), seen(Trigger.ABUSE)).when(
        domain.see_urgency, on(FRIDAY), trigger=Trigger.WEAPON, account=sealed("account")
    ).then(seen(Trigger.WEAPON, FRIDAY, starts=()))


def test_comp_18_only_what_was_seen_is_escalated() -> None:
    flagged = given(Complaint, received(urgent=(Trigger.ABUSE,)))
    escalated = Escalated(trigger=Trigger.ABUSE, to="an office", escalated_on=MONDAY)
    flagged.when(domain.escalate, on(MONDAY), trigger=Trigger.ABUSE, to="an office").then(escalated)
    flagged.when(domain.escalate, on(MONDAY), trigger=Trigger.WEAPON, to="an office").then_refused(
        "C-COMP-18", "trigger"
    )
    after = given(Complaint, received(urgent=(Trigger.ABUSE,)), escalated).aggregate
    assert Duty.ESCALATE not in after.clocks


def test_comp_22_a_report_of_retaliation_is_a_new_allegation_and_no_other_urgency_is() -> None:
    complaint = given(Complaint, received(), seen(Trigger.ABUSE)).aggregate
    assert complaint.allegations == (Allegation.FORCE,)
    complaint = given(
        Complaint, received(), seen(Trigger.RETALIATION), seen(Trigger.RETALIATION)
    ).aggregate
    assert complaint.allegations == (Allegation.FORCE, Allegation.RETALIATION)
