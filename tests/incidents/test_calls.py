"""The agency's calls: received, classified, their outcomes in parts and late, and put right."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from services.incidents.words import Channel, Duty, ForceFinding, Reportable, Said
from shared.errors import Refused
from tests.incidents.samples import (
    CHIEF,
    NUMBER,
    OFFICER,
    OTHER_OFFICER,
    OTHER_SCHOOL,
    REVIEWER,
    SCHOOL,
    TODAY,
    At,
    Crossing,
    facts,
    instant,
    received,
    told,
)

if TYPE_CHECKING:
    from services.incidents.call import CallRecord
    from services.incidents.calls_desk import CallsDesk

OUTCOME_DUE, CLASS_DUE = date(2026, 4, 1), date(2026, 3, 9)


def known(desk: CallsDesk, number: str = NUMBER) -> CallRecord:
    found = desk.blotter.entry(desk.call_id(number))
    assert found is not None
    return found


def refused(clause: str, field: str, command: Any) -> None:
    with pytest.raises(Refused) as caught:
        command()
    assert (caught.value.clause, caught.value.field) == (clause, field)


# --- Receipt --------------------------------------------------------------------------------------


def test_data_2_a_call_is_received_unclassified_and_its_clocks_run(agency: CallsDesk) -> None:
    received(agency)
    call = known(agency)
    assert (call.offenses, call.classified, call.outcome) == (("X99",), False, "PEND")
    assert {c.duty: c.due_on for c in call.clocks.values()} == {
        Duty.OUTCOME: OUTCOME_DUE,
        Duty.CLASSIFY: CLASS_DUE,
    }


def test_data_2_the_same_call_again_records_nothing(agency: CallsDesk) -> None:
    received(agency)
    before = agency.last_position()
    assert not agency.receive(told(), by=REVIEWER, channel=Channel.FILE)
    assert agency.last_position() == before


@pytest.mark.parametrize(("days", "late"), [(0, False), (3, False), (4, True)])
def test_data_2_recorded_after_the_next_business_day_is_flagged(
    agency: CallsDesk, days: int, late: bool
) -> None:
    received(agency, day=TODAY - timedelta(days=days))  # three days before a Monday is a Friday
    assert known(agency).recorded_late is late


def test_data_2_a_cancelled_call_is_kept_and_waits_for_nothing(agency: CallsDesk) -> None:
    received(agency, cancelled=True, arrived_at=None)
    assert known(agency).facts.cancelled
    assert known(agency).clocks == {}


@pytest.mark.parametrize(
    ("other", "field"),
    [
        ({"school": "elsewhere"}, "school"),
        ({"arrived_at": instant(hour=8)}, "arrived_at"),
        ({"received_at": instant(TODAY + timedelta(days=1))}, "received_at"),
        ({"call_type": "a name"}, "call_type"),
    ],
)
def test_data_2_what_cannot_be_is_refused(
    agency: CallsDesk, other: dict[str, Any], field: str
) -> None:
    before = agency.last_position()
    refused("C-DATA-2", field, lambda: received(agency, **other))
    assert agency.last_position() == before


@pytest.mark.parametrize("number", ["", "x", "NO DIGITS", "two words 1", "a" * 40])
def test_data_2_a_number_that_is_none_is_refused(agency: CallsDesk, number: str) -> None:
    refused("C-DATA-2", "number", lambda: received(agency, number))


# --- Class ----------------------------------------------------------------------------------------


def test_inc_3_the_most_serious_offense_comes_first(agency: CallsDesk) -> None:
    received(agency)
    agency.classify(NUMBER, ("90C", "23D", "13a", "13B"), by=REVIEWER)
    assert known(agency).offenses == ("13A", "13B", "23D", "90C")
    assert Duty.CLASSIFY not in known(agency).clocks


def test_inc_3_another_class_is_a_new_event_and_the_first_stays(agency: CallsDesk) -> None:
    received(agency)
    agency.classify(NUMBER, ("13B",), by=REVIEWER)
    agency.classify(NUMBER, ("90C",), by=REVIEWER)
    events = [event.TOPIC for event in agency.events_of(agency.call_id(NUMBER))]
    assert events == ["call.received", "call.classified", "call.reclassified"]
    assert agency.events_of(agency.call_id(NUMBER))[2].before == ("13B",)  # type: ignore[attr-defined]  # a reclassification


@pytest.mark.parametrize("offenses", [(), ("ZZZ",), ("X99",)])
def test_inc_3_a_class_that_is_none_is_refused(agency: CallsDesk, offenses: Any) -> None:
    received(agency)
    refused("C-INC-3", "offenses", lambda: agency.classify(NUMBER, offenses, by=REVIEWER))


@pytest.mark.parametrize(("day", "passed"), [(CLASS_DUE, False), (date(2026, 3, 10), True)])
def test_inc_3_unclassified_after_five_business_days_is_told_once(
    agency: CallsDesk, at: At, day: date, passed: bool
) -> None:
    received(agency)
    at.set(day)
    assert agency.look() == int(passed)
    assert agency.look() == 0
    assert [c.duty for c in known(agency).late] == ([Duty.CLASSIFY] if passed else [])


# --- Outcomes -------------------------------------------------------------------------------------


def test_data_7_outcomes_come_in_parts_and_the_most_formal_is_reported(agency: CallsDesk) -> None:
    received(agency)
    agency.record_outcome(NUMBER, by=REVIEWER, outcome="WARN", persons=2)
    agency.record_outcome(NUMBER, by=REVIEWER, outcome="CITE", persons=1)
    agency.record_outcome(NUMBER, by=REVIEWER, outcome="DIVR")
    assert known(agency).outcome == "CITE"
    assert [o.persons for o in known(agency).outcomes] == [2, 1, None]


def test_data_2_pending_is_no_outcome(agency: CallsDesk) -> None:
    received(agency)
    agency.record_outcome(NUMBER, by=REVIEWER, outcome="PEND")
    assert Duty.OUTCOME in known(agency).clocks
    agency.record_outcome(NUMBER, by=REVIEWER, outcome="NOAC")
    assert Duty.OUTCOME not in known(agency).clocks


def test_data_2_no_outcome_in_thirty_days_passes_and_stays_on_record(
    agency: CallsDesk, at: At
) -> None:
    received(agency)
    agency.classify(NUMBER, ("13B",), by=REVIEWER)
    at.set(OUTCOME_DUE)
    assert agency.look() == 0
    at.set(OUTCOME_DUE + timedelta(days=1))
    assert agency.look() == 1
    agency.record_outcome(NUMBER, by=REVIEWER, outcome="NOAC")
    assert known(agency).late == ()
    assert "clock.passed" in [e.TOPIC for e in agency.events_of(agency.call_id(NUMBER))]


def test_data_8_a_part_is_put_right_or_taken_back_and_nothing_is_overwritten(
    agency: CallsDesk,
) -> None:
    received(agency)
    agency.record_outcome(NUMBER, by=REVIEWER, outcome="ARRS", persons=2)
    agency.correct_outcome(
        NUMBER, 1, by=REVIEWER, outcome="ARRS", persons=1, reasons="One was a witness"
    )
    assert known(agency).outcomes[0].persons == 1
    agency.correct_outcome(NUMBER, 1, by=REVIEWER, outcome=None, persons=None, reasons="Mistake")
    assert known(agency).outcome == "PEND"
    first = agency.events_of(agency.call_id(NUMBER))[1]
    assert (first.TOPIC, first.persons) == ("call.outcome_recorded", 2)  # type: ignore[attr-defined]  # an outcome
    refused(
        "C-DATA-8",
        "part",
        lambda: agency.correct_outcome(
            NUMBER, 1, by=REVIEWER, outcome="NOAC", persons=None, reasons="Again"
        ),
    )


@pytest.mark.parametrize(("outcome", "asked"), [("ARRS", True), ("REFP", True), ("DIVR", False)])
def test_role_2_an_arrest_or_referral_asks_why_no_alternative_served(
    agency: CallsDesk, outcome: str, asked: bool
) -> None:
    received(agency)
    agency.record_outcome(NUMBER, by=REVIEWER, outcome=outcome)
    assert (Duty.ALTERNATIVES in known(agency).clocks) is asked
    agency.explain_alternatives(NUMBER, by=REVIEWER, said=Said.DANGER, reasons="A knife")
    assert Duty.ALTERNATIVES not in known(agency).clocks


# --- Facts ----------------------------------------------------------------------------------------


def test_data_8_facts_are_corrected_with_their_reasons(agency: CallsDesk) -> None:
    received(agency)
    agency.correct(NUMBER, facts(school=OTHER_SCHOOL), by=REVIEWER, reasons="Wrong school")
    assert known(agency).facts.school == OTHER_SCHOOL
    event: Any = agency.events_of(agency.call_id(NUMBER))[1]
    assert event.changed == ("school",)
    assert "Wrong school" not in event.model_dump_json()


def test_data_7_what_dispatch_tells_anew_is_taken_and_a_persons_correction_stands(
    agency: CallsDesk,
) -> None:
    received(agency, closed_at=None)
    agency.correct(
        NUMBER, facts(closed_at=None, school=OTHER_SCHOOL), by=REVIEWER, reasons="Wrong school"
    )
    assert agency.receive(told(), by=REVIEWER, channel=Channel.FILE)
    call = known(agency)
    assert call.facts.closed_at is not None
    assert (call.facts.school, call.dispatched.school) == (OTHER_SCHOOL, SCHOOL)
    assert not agency.receive(told(), by=REVIEWER, channel=Channel.FILE)


# --- Force ----------------------------------------------------------------------------------------


def test_inc_11_force_is_reviewed_within_ten_business_days(agency: CallsDesk, at: At) -> None:
    received(agency)
    agency.report_force(
        NUMBER,
        by=REVIEWER,
        at=instant(hour=10),
        officers=(OFFICER, OTHER_OFFICER),
        on_student=True,
        restraint=False,
    )
    (clock,) = [c for c in known(agency).clocks.values() if c.duty is Duty.REVIEW_FORCE]
    assert (clock.of, clock.due_on) == ("1", date(2026, 3, 16))
    refused(
        "C-INC-11",
        "by",
        lambda: agency.review_force(
            NUMBER, 1, by=REVIEWER, finding=ForceFinding.WITHIN, reasons="Seen"
        ),
    )
    agency.review_force(NUMBER, 1, by=CHIEF, finding=ForceFinding.WITHIN, reasons="Seen the video")
    assert known(agency).forces[0].finding is ForceFinding.WITHIN
    assert clock.key not in known(agency).clocks


# --- Merging --------------------------------------------------------------------------------------


def test_inc_2_calls_are_merged_split_and_linked_by_events(agency: CallsDesk) -> None:
    received(agency)
    received(agency, "SV26-000124")
    refused("C-INC-2", "into", lambda: agency.merge(NUMBER, NUMBER, by=REVIEWER))
    agency.merge("SV26-000124", NUMBER, by=REVIEWER)
    assert known(agency, "SV26-000124").merged_into == NUMBER
    assert known(agency, "SV26-000124").clocks == {}
    refused("C-INC-2", "into", lambda: agency.merge(NUMBER, "SV26-000124", by=REVIEWER))
    agency.split("SV26-000124", by=REVIEWER)
    assert known(agency, "SV26-000124").merged_into is None
    agency.link(NUMBER, "OTHER-9912", by=REVIEWER)
    assert known(agency).links == ("OTHER-9912",)


# --- Who ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["", "agency-9", "staff-1", "public"])
def test_data_4_strangers_neither_write_nor_read_and_the_try_is_written_down(
    agency: CallsDesk, by: str
) -> None:
    refused("C-DATA-2", "by", lambda: agency.receive(told(), by=by, channel=Channel.PAGE))
    refused("C-DATA-4", "by", lambda: agency.calls(by=by))
    assert [(v.what, v.by, v.refused) for v in agency.viewings.lines()] == [("calls", by, True)]


def test_priv_8_each_view_is_written_down(agency: CallsDesk) -> None:
    received(agency)
    agency.calls(by=REVIEWER)
    agency.call(NUMBER, by=REVIEWER)
    views = [(v.what, v.by) for v in agency.views(by=CHIEF)]
    assert views == [(f"call {NUMBER}", REVIEWER), ("calls", REVIEWER)]


def test_inc_6_a_narrative_is_sealed(agency: CallsDesk) -> None:
    received(agency)
    agency.write_narrative(NUMBER, by=REVIEWER, narrative="Two students fought")
    event: Any = agency.events_of(agency.call_id(NUMBER))[1]
    assert "fought" not in event.model_dump_json()
    assert agency.opened(event.narrative) == "Two students fought"


# --- The state commission -------------------------------------------------------------------------

OWED_SINCE = date(2026, 2, 26)
"""A Thursday; fifteen days on is a Friday."""


def owe(desk: CallsDesk, number: str = NUMBER, learned_on: date = OWED_SINCE) -> None:
    desk.owe_commission(
        number, by=REVIEWER, ground=Reportable.FORCE, officer=OFFICER, learned_on=learned_on
    )


@pytest.mark.parametrize(
    ("learned_on", "due_on"),
    [(OWED_SINCE, date(2026, 3, 13)), (OWED_SINCE + timedelta(days=1), date(2026, 3, 16))],
    ids=["a Friday", "a Saturday, which rolls to the Monday"],
)
def test_inc_13_the_commission_is_notified_within_15_calendar_days(
    agency: CallsDesk, learned_on: date, due_on: date
) -> None:
    received(agency)
    owe(agency, learned_on=learned_on)
    assert known(agency).clocks["report to the state commission 1"].due_on == due_on


@pytest.mark.parametrize(("day", "late"), [(date(2026, 3, 13), False), (date(2026, 3, 14), True)])
def test_inc_13_a_late_report_is_flagged_and_ends_the_clock(
    agency: CallsDesk, at: At, day: date, late: bool
) -> None:
    received(agency)
    owe(agency)
    at.set(day)
    agency.notify_commission(NUMBER, 1, by=CHIEF, notified_on=day)
    event: Any = agency.events_of(agency.call_id(NUMBER))[-1]
    assert (event.TOPIC, event.late) == ("call.commission_notified", late)
    assert Duty.NOTIFY_COMMISSION not in {c.duty for c in known(agency).clocks.values()}


def test_inc_13_its_passing_is_shown_to_the_agency_alone(
    agency: CallsDesk, crossing: Crossing, at: At
) -> None:
    received(agency)
    crossing.carry()
    before = len(crossing.carried)
    owe(agency)
    at.set(date(2026, 3, 14))
    agency.look()
    assert Duty.NOTIFY_COMMISSION in {clock.duty for clock in known(agency).late}
    crossing.carry()
    assert len(crossing.carried) == before


def test_inc_13_what_is_owed_outlives_a_merge_and_is_owed_once(agency: CallsDesk) -> None:
    received(agency)
    received(agency, "SV26-000124")
    owe(agency)
    refused("C-INC-13", "ground", lambda: owe(agency))
    agency.merge(NUMBER, "SV26-000124", by=REVIEWER)
    assert {c.duty for c in known(agency).clocks.values()} == {Duty.NOTIFY_COMMISSION}
    agency.notify_commission(NUMBER, 1, by=REVIEWER, notified_on=TODAY)
    assert known(agency).clocks == {}


def test_inc_13_days_that_cannot_be_are_refused(agency: CallsDesk) -> None:
    received(agency)
    tomorrow = TODAY + timedelta(days=1)
    refused("C-INC-13", "learned_on", lambda: owe(agency, learned_on=tomorrow))
    owe(agency)

    def notify(report: int, notified_on: date) -> Any:
        return lambda: agency.notify_commission(
            NUMBER, report, by=REVIEWER, notified_on=notified_on
        )

    refused("C-INC-13", "notified_on", notify(1, OWED_SINCE - timedelta(days=1)))
    refused("C-INC-13", "notified_on", notify(1, tomorrow))
    refused("C-INC-13", "report", notify(2, TODAY))
