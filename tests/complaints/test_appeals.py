"""Appeals to the Superintendent, extensions, and the answers."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from services.complaints import domain
from services.complaints.events import (
    AppealAnswered,
    Appealed,
    ClockPassed,
    Complaint,
    ExtensionNoticed,
)
from services.complaints.policy import Policy
from services.complaints.words import APPEAL_DUTY, Duty, Ground, Outcome, Party, Stage
from shared.school_calendar import Rule, Unit
from shared.testing import given
from tests.complaints.samples import (
    DUE,
    OPENED,
    answered,
    appealed,
    clock,
    closed,
    closure,
    determined,
    on,
    received,
    sealed,
)

DAY = timedelta(days=1)
ANSWER_DUE = date(2026, 5, 18)
"""30 school days after 30 March, with a recess of five."""
DETERMINED = (received(), *OPENED, determined())
APPEALED = (*DETERMINED, appealed())
TEN_DAYS = Policy(appeal_filing=Rule(unit=Unit.CALENDAR_DAYS, count=10))
ANSWER = clock(Duty.ANSWER_COMPLAINANT, DUE, ANSWER_DUE)

# --- Appealing ------------------------------------------------------------------------------------


@pytest.mark.parametrize("party", list(Party))
def test_comp_8_either_party_appeals_what_was_determined(party: Party) -> None:
    duty = APPEAL_DUTY[party]
    given(Complaint, *DETERMINED).when(
        domain.appeal, on(DUE), party=party, grounds=sealed("grounds")
    ).then(
        Appealed(
            party=party,
            received_on=DUE,
            late=False,
            grounds=sealed("grounds"),
            starts=(clock(duty, DUE, ANSWER_DUE),),
        )
    )


def test_comp_8_a_closing_is_appealed_too() -> None:
    given(Complaint, received(), closed(Ground.LATE)).when(
        domain.appeal, on(DUE), party=Party.COMPLAINANT, grounds=sealed("grounds")
    ).then(appealed())


@pytest.mark.parametrize("history", [(), OPENED], ids=["received", "investigated"])
def test_comp_8_nothing_is_appealed_before_it_is_determined(history: Any) -> None:
    given(Complaint, received(), *history).when(
        domain.appeal, on(DUE), party=Party.COMPLAINANT, grounds=sealed("grounds")
    ).then_refused("C-COMP-8")


@pytest.mark.parametrize("history", [(), (answered(),)], ids=["waiting", "answered"])
def test_comp_8_a_party_appeals_once_and_the_other_still_may(history: Any) -> None:
    once = given(Complaint, *APPEALED, *history)
    once.when(
        domain.appeal, on(DUE), party=Party.COMPLAINANT, grounds=sealed("grounds")
    ).then_refused("C-COMP-8", "party")
    once.when(domain.appeal, on(DUE), party=Party.OFFICER, grounds=sealed("grounds")).then(
        appealed(Party.OFFICER)
    )


def test_comp_8_no_officer_named_is_no_party() -> None:
    given(Complaint, received(officer=None), *OPENED, determined()).when(
        domain.appeal, on(DUE), party=Party.OFFICER, grounds=sealed("grounds")
    ).then_refused("C-COMP-8", "party")


@pytest.mark.parametrize(
    ("policy", "days", "late"),
    [(None, 400, False), (TEN_DAYS, 10, False), (TEN_DAYS, 11, True)],
    ids=["no limit", "last day", "a day late"],
)
def test_comp_8_a_late_appeal_is_flagged_and_not_refused(
    policy: Policy | None, days: int, late: bool
) -> None:
    decided = given(Complaint, *DETERMINED).when(
        domain.appeal,
        on(DUE + days * DAY, policy),
        party=Party.COMPLAINANT,
        grounds=sealed("grounds"),
    )
    assert isinstance(decided.decided, Appealed)
    assert decided.decided.late is late


# --- Extending ------------------------------------------------------------------------------------


def extend(
    *history: Any, day: date = ANSWER_DUE, until: date, duty: Duty = Duty.ANSWER_COMPLAINANT
) -> Any:
    events = history or APPEALED
    return given(Complaint, events[0], *events[1:]).when(
        domain.extend, on(day), duty=duty, reasons=sealed("reasons"), anticipated_on=until
    )


def extended(until: date, *, day: date = ANSWER_DUE, in_time: bool = True) -> ExtensionNoticed:
    return ExtensionNoticed(
        duty=Duty.ANSWER_COMPLAINANT,
        noticed_on=day,
        reasons=sealed("reasons"),
        anticipated_on=until,
        in_time=in_time,
    )


@pytest.mark.parametrize("days_after_due", [0, -1])
def test_comp_10_an_extension_must_end_after_the_due_date(days_after_due: int) -> None:
    until = ANSWER_DUE + days_after_due * DAY
    extend(until=until).then_refused("C-COMP-10", "anticipated_on")


def test_comp_10_on_the_due_day_the_notice_is_in_time_and_replaces_the_date() -> None:
    until = ANSWER_DUE + DAY
    extend(until=until).then(extended(until))
    complaint = given(Complaint, *APPEALED, extended(until)).aggregate
    running = complaint.clocks[Duty.ANSWER_COMPLAINANT]
    assert (running.due_on, running.extended_to, running.trigger) == (until, until, DUE)


def test_comp_10_a_second_extension_counts_from_the_first() -> None:
    first = extended(ANSWER_DUE + 7 * DAY)
    until = ANSWER_DUE + 7 * DAY
    extend(*APPEALED, first, until=until).then_refused("C-COMP-10", "anticipated_on")
    extend(*APPEALED, first, until=until + DAY).then(extended(until + DAY))


def test_comp_10_a_late_notice_is_kept_and_the_clock_stays_passed() -> None:
    day, until = ANSWER_DUE + DAY, ANSWER_DUE + 7 * DAY
    late = extended(until, day=day, in_time=False)
    extend(day=day, until=until).then(late)
    passed = ANSWER.model_copy(update={"passed": True})
    history = (*APPEALED, ClockPassed(clock=passed, passed_on=day))
    extend(*history, day=day, until=until).then(late)
    complaint = given(Complaint, *history, late).aggregate
    assert complaint.clocks[Duty.ANSWER_COMPLAINANT] == passed


def test_comp_10_while_the_due_date_is_unknown_the_new_one_is_after_the_earliest() -> None:
    june = date(2026, 6, 8)
    history = (*DETERMINED, appealed(day=june))
    earliest = given(Complaint, *history).aggregate.clocks[Duty.ANSWER_COMPLAINANT]
    assert not earliest.known
    until = earliest.due_on
    extend(*history, day=june, until=until).then_refused("C-COMP-10", "anticipated_on")
    extend(*history, day=june, until=until + DAY).then(extended(until + DAY, day=june))
    known = given(Complaint, *history, extended(until + DAY, day=june)).aggregate
    assert known.clocks[Duty.ANSWER_COMPLAINANT].known


def test_comp_10_only_an_appeal_that_waits_is_extended() -> None:
    until = ANSWER_DUE + DAY
    extend(*DETERMINED, until=until).then_refused("C-COMP-10", "duty")
    extend(*APPEALED, answered(), until=until).then_refused("C-COMP-10", "duty")
    extend(until=until, duty=Duty.ANSWER_OFFICER).then_refused("C-COMP-10", "duty")


@pytest.mark.parametrize("duty", sorted(set(Duty) - set(APPEAL_DUTY.values())))
def test_comp_10_by_default_nothing_but_appeals_is_extended(duty: Duty) -> None:
    extend(received(), *OPENED, until=date(2026, 6, 1), duty=duty).then_refused("C-COMP-10", "duty")


# --- Answering ------------------------------------------------------------------------------------


def answer(*history: Any, day: date = ANSWER_DUE, **other: Any) -> Any:
    events = history or APPEALED
    facts: dict[str, Any] = {
        "by": "staff-4",
        "party": Party.COMPLAINANT,
        "outcome": Outcome.UPHELD,
        "letter": sealed("answer"),
        "letter_sha256": "2" * 64,
        **other,
    }
    return given(Complaint, events[0], *events[1:]).when(domain.answer_appeal, on(day), **facts)


def answer_given(day: date = ANSWER_DUE, **other: Any) -> AppealAnswered:
    facts = {
        "party": Party.COMPLAINANT,
        "outcome": Outcome.UPHELD,
        "letter": sealed("answer"),
        "letter_sha256": "2" * 64,
        "answered_on": day,
        "judged": ANSWER,
        "late": False,
        **other,
    }
    return AppealAnswered(**facts)


@pytest.mark.parametrize(("days", "late"), [(0, False), (1, True)])
def test_comp_9_it_is_due_by_the_end_of_the_thirtieth_school_day(days: int, late: bool) -> None:
    day = ANSWER_DUE + days * DAY
    answer(day=day).then(answer_given(day, late=late))


@pytest.mark.parametrize(("days", "late"), [(7, False), (8, True)])
def test_comp_10_an_extended_answer_is_judged_by_the_anticipated_date(
    days: int, late: bool
) -> None:
    until = ANSWER_DUE + 7 * DAY
    judged = ANSWER.model_copy(update={"due_on": until, "extended_to": until})
    day = ANSWER_DUE + days * DAY
    answer(*APPEALED, extended(until), day=day).then(answer_given(day, late=late, judged=judged))


@pytest.mark.parametrize(
    ("schools", "late"), [((), False), (("sample-valley-high",), True)], ids=["all", "one"]
)
def test_time_5_an_appeal_runs_on_the_district_calendar_and_ignores_one_schools_closures(
    schools: tuple[str, ...], late: bool
) -> None:
    snow = closure(date(2026, 5, 4), *schools, declared_on=date(2026, 5, 4))
    day = ANSWER_DUE + DAY
    decided = given(Complaint, *APPEALED).when(
        domain.answer_appeal,
        on(day, closed=(snow,)),
        by="staff-4",
        party=Party.COMPLAINANT,
        outcome=Outcome.UPHELD,
        letter=sealed("answer"),
        letter_sha256="2" * 64,
    )
    decided.then(answer_given(day, late=late))


def test_comp_9_who_determined_it_can_not_answer_the_appeal() -> None:
    answer(by="staff-0").then_refused("C-COMP-9", "by")


def test_comp_9_only_an_appeal_that_waits_is_answered() -> None:
    answer(*DETERMINED).then_refused("C-COMP-9", "party")
    answer(party=Party.OFFICER).then_refused("C-COMP-9", "party")
    answer(*APPEALED, answered()).then_refused("C-COMP-9", "party")


def test_comp_9_an_appeal_is_answered_once_while_the_other_partys_waits() -> None:
    history = (*APPEALED, appealed(Party.OFFICER), answered())
    answer(*history).then_refused("C-COMP-9", "party")


def test_comp_9_with_both_parties_answered_it_is_over() -> None:
    both = (*APPEALED, appealed(Party.OFFICER))
    one = given(Complaint, *both, answered()).aggregate
    assert one.stage is Stage.APPEAL
    assert Duty.ANSWER_OFFICER in one.clocks
    assert Duty.ANSWER_COMPLAINANT not in one.clocks
    over = given(Complaint, *both, answered(), answered(Party.OFFICER)).aggregate
    assert over.stage is Stage.ANSWERED


def test_comp_9_what_is_returned_is_investigated_anew_with_new_school_days() -> None:
    start = clock(Duty.DETERMINE, ANSWER_DUE, date(2026, 6, 16))
    answer(outcome=Outcome.RETURNED).then(answer_given(outcome=Outcome.RETURNED, starts=(start,)))


def test_comp_9_returning_ends_both_appeals_which_may_be_made_anew() -> None:
    returned = answered(outcome=Outcome.RETURNED)
    both = (*APPEALED, appealed(Party.OFFICER), returned)
    complaint = given(Complaint, *both).aggregate
    assert complaint.stage is Stage.INVESTIGATION
    assert not set(APPEAL_DUTY.values()) & set(complaint.clocks)
    assert Duty.DETERMINE in complaint.clocks
    given(Complaint, *both, determined()).when(
        domain.appeal, on(DUE), party=Party.COMPLAINANT, grounds=sealed("grounds")
    ).then(appealed())


def test_comp_9_under_a_policy_without_a_limit_no_clock_runs_and_it_still_is_answered() -> None:
    timeless = Appealed(
        party=Party.COMPLAINANT, received_on=DUE, late=False, grounds=sealed("grounds")
    )
    history = (*DETERMINED, timeless)
    given(Complaint, *DETERMINED).when(
        domain.appeal,
        on(DUE, Policy(appeal_response=None)),
        party=Party.COMPLAINANT,
        grounds=sealed("grounds"),
    ).then(timeless)
    answer(*history).then(answer_given(judged=None))
    after = (*history, answer_given(judged=None))
    assert given(Complaint, *after).aggregate.stage is Stage.ANSWERED
    answer(*after).then_refused("C-COMP-9", "party")


def test_comp_9_without_a_limit_the_other_partys_appeal_still_waits() -> None:
    both = [
        Appealed(party=party, received_on=DUE, late=False, grounds=sealed("grounds"))
        for party in Party
    ]
    history = (*DETERMINED, *both, answered(Party.OFFICER))
    answer(*history).then(answer_given(judged=None))
