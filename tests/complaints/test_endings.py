"""Withdrawal, closing without a determination, reopening, and the agency's part."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from services.complaints import domain
from services.complaints.events import (
    AgencyAcknowledged,
    AgencyReviewClosed,
    AgencyReviewOpened,
    ClockPassed,
    Closed,
    Complaint,
    Reopened,
    WentOn,
    Withdrawn,
)
from services.complaints.words import AGENCY_DUTIES, AgencyStatus, Duty, Ground, Result, Stage
from shared.testing import given
from tests.complaints.samples import (
    DUE,
    MONDAY,
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
    withdrawn,
)

DAY = timedelta(days=1)
DETERMINED = (received(), *OPENED, determined())

# --- Withdrawal -----------------------------------------------------------------------------------


@pytest.mark.parametrize("harm", [False, True])
def test_comp_15_harm_to_a_student_goes_on_all_the_same(harm: bool) -> None:
    given(Complaint, received(harm=harm)).when(domain.withdraw, on(MONDAY), reasons=None).then(
        Withdrawn(reasons=None, withdrawn_on=MONDAY, goes_on=harm)
    )


def test_comp_15_it_is_withdrawn_once_and_not_after_the_determination() -> None:
    given(Complaint, received(), withdrawn()).when(
        domain.withdraw, on(MONDAY), reasons=None
    ).then_refused("C-COMP-15")
    given(Complaint, *DETERMINED).when(domain.withdraw, on(DUE), reasons=None).then_refused(
        "C-COMP-15"
    )


def test_comp_15_a_withdrawal_is_no_finding_and_ends_no_clock() -> None:
    before, after = given(Complaint, received()), given(Complaint, received(), withdrawn())
    assert after.aggregate.clocks == before.aggregate.clocks
    assert after.aggregate.stage is Stage.RECEIVED


def test_comp_15_the_district_may_go_on_in_the_public_interest_once() -> None:
    goes_on = WentOn(reasons=sealed("reasons"), decided_on=MONDAY)
    given(Complaint, received(), withdrawn()).when(
        domain.go_on, on(MONDAY), reasons=sealed("reasons")
    ).then(goes_on)
    for history in ((), (withdrawn(), goes_on), (withdrawn(goes_on=True),)):
        given(Complaint, received(), *history).when(
            domain.go_on, on(MONDAY), reasons=sealed("reasons")
        ).then_refused("C-COMP-15")


# --- Closing --------------------------------------------------------------------------------------


def close(*history: Any, day: date = MONDAY, ground: Ground, other: str | None = None) -> Any:
    return given(Complaint, history[0], *history[1:]).when(
        domain.close, on(day), ground=ground, reasons=sealed("reasons"), duplicate_of=other
    )


def closing(ground: Ground, day: date = MONDAY, other: str | None = None) -> Closed:
    return Closed(ground=ground, reasons=sealed("reasons"), duplicate_of=other, closed_on=day)


def test_comp_3_what_was_filed_late_may_be_closed_and_nothing_else_for_that() -> None:
    late = received(DUE, incident_on=MONDAY)
    close(late, day=DUE, ground=Ground.LATE).then(closing(Ground.LATE, DUE))
    close(received(), ground=Ground.LATE).then_refused("C-COMP-3", "ground")


def test_comp_15_what_was_withdrawn_may_be_closed_but_never_harm() -> None:
    close(received(), withdrawn(), ground=Ground.WITHDRAWN).then(closing(Ground.WITHDRAWN))
    close(received(), ground=Ground.WITHDRAWN).then_refused("C-COMP-15", "ground")
    close(received(harm=True), withdrawn(goes_on=True), ground=Ground.WITHDRAWN).then_refused(
        "C-COMP-15", "ground"
    )


def test_comp_17_a_duplicate_names_the_complaint_it_duplicates() -> None:
    complaint = given(Complaint, received())
    facts: dict[str, Any] = {"ground": Ground.DUPLICATE, "reasons": sealed("reasons")}
    for wrong in (None, complaint.aggregate.number):
        complaint.when(domain.close, on(MONDAY), duplicate_of=wrong, **facts).then_refused(
            "C-COMP-17", "duplicate_of"
        )
    complaint.when(domain.close, on(MONDAY), duplicate_of="SRO-AAAA-AAAB", **facts).then(
        closing(Ground.DUPLICATE, other="SRO-AAAA-AAAB")
    )


def test_comp_17_only_a_duplicate_names_another() -> None:
    close(received(), withdrawn(), ground=Ground.WITHDRAWN, other="SRO-AAAA-AAAB").then(
        closing(Ground.WITHDRAWN)
    )


def test_comp_21_too_little_to_go_on_waits_until_the_school_days_are_over() -> None:
    close(received(), *OPENED, day=DUE, ground=Ground.TOO_LITTLE).then_refused(
        "C-COMP-21", "ground"
    )
    close(received(), *OPENED, day=DUE + DAY, ground=Ground.TOO_LITTLE).then(
        closing(Ground.TOO_LITTLE, DUE + DAY)
    )


def test_comp_21_they_are_over_once_they_have_passed_whatever_is_declared_since() -> None:
    passed = clock(Duty.DETERMINE, MONDAY, DUE, passed=True)
    snow = closure(DUE, declared_on=DUE + DAY)
    given(Complaint, received(), ClockPassed(clock=passed, passed_on=DUE + DAY)).when(
        domain.close,
        on(DUE + DAY, closed=(snow,)),
        ground=Ground.TOO_LITTLE,
        reasons=sealed("reasons"),
    ).then(closing(Ground.TOO_LITTLE, DUE + DAY))


@pytest.mark.parametrize("ground", list(Ground))
def test_comp_6_nothing_is_closed_twice_or_after_its_determination(ground: Ground) -> None:
    close(received(), closed(), ground=ground, other="x").then_refused("C-COMP-6")
    close(*DETERMINED, day=DUE, ground=ground, other="x").then_refused("C-COMP-6")


def test_comp_5_closing_ends_the_districts_clocks_and_keeps_the_agencys() -> None:
    complaint = given(Complaint, received(urgent=("weapon",)), withdrawn(), closed()).aggregate
    assert complaint.stage is Stage.CLOSED
    assert set(complaint.clocks) == AGENCY_DUTIES


# --- Reopening ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "history",
    [(*OPENED, determined()), (closed(),), (*OPENED, determined(), appealed(), answered())],
    ids=["determined", "closed", "answered"],
)
def test_comp_16_new_evidence_reopens_it_with_new_school_days(history: Any) -> None:
    reopened = Reopened(
        what_is_new=sealed("what is new"),
        reopened_on=DUE,
        starts=(clock(Duty.DETERMINE, DUE, date(2026, 5, 4)),),
    )
    given(Complaint, received(), *history).when(
        domain.reopen, on(DUE), what_is_new=sealed("what is new")
    ).then(reopened)
    complaint = given(Complaint, received(), *history, reopened).aggregate
    assert complaint.stage is Stage.INVESTIGATION
    assert complaint.clocks[Duty.DETERMINE].trigger == DUE
    assert not complaint.appealed


@pytest.mark.parametrize("history", [(), OPENED], ids=["received", "investigated"])
def test_comp_16_what_is_open_is_not_reopened(history: Any) -> None:
    given(Complaint, received(), *history).when(
        domain.reopen, on(DUE), what_is_new=sealed("what is new")
    ).then_refused("C-COMP-16")


def test_comp_9_an_appeal_that_waits_is_answered_and_not_swept_away_by_reopening() -> None:
    given(Complaint, *DETERMINED, appealed()).when(
        domain.reopen, on(DUE), what_is_new=sealed("what is new")
    ).then_refused("C-COMP-9")


def test_comp_16_the_old_letter_stands_until_it_is_replaced() -> None:
    reopened = Reopened(what_is_new=sealed("what is new"), reopened_on=DUE)
    complaint = given(Complaint, *DETERMINED, reopened).aggregate
    assert complaint.determined_on == DUE


# --- The agency's part ----------------------------------------------------------------------------

ACKNOWLEDGED = AgencyAcknowledged(reference="2026-0007", acknowledged_on=MONDAY)
REVIEWING = AgencyReviewOpened(reference="2026-0007", opened_on=MONDAY)


def test_comp_5_the_agencys_acknowledgement_is_taken_in_once() -> None:
    given(Complaint, received()).when(
        domain.agency_acknowledged, reference="2026-0007", acknowledged_on=MONDAY
    ).then(ACKNOWLEDGED)
    after = given(Complaint, received(), ACKNOWLEDGED)
    assert after.aggregate.agency is AgencyStatus.ACKNOWLEDGED
    assert Duty.AGENCY_ACKNOWLEDGEMENT not in after.aggregate.clocks
    assert Duty.AGENCY_REVIEW in after.aggregate.clocks
    after.when(
        domain.agency_acknowledged, reference="2026-0008", acknowledged_on=MONDAY
    ).then_refused("C-COMP-5")


def test_comp_11_the_agency_reviews_its_own_part_and_that_binds_nobody() -> None:
    given(Complaint, received(), ACKNOWLEDGED).when(
        domain.agency_review_opened, reference="2026-0007", opened_on=MONDAY
    ).then(REVIEWING)
    review_closed = AgencyReviewClosed(
        reference="2026-0007", result=Result.NO_ACTION, closed_on=DUE
    )
    given(Complaint, received(), ACKNOWLEDGED, REVIEWING).when(
        domain.agency_review_closed, reference="2026-0007", result=Result.NO_ACTION, closed_on=DUE
    ).then(review_closed)
    complaint = given(Complaint, received(), ACKNOWLEDGED, REVIEWING, review_closed).aggregate
    assert complaint.agency is AgencyStatus.CLOSED
    assert complaint.stage is Stage.RECEIVED
    assert not AGENCY_DUTIES & set(complaint.clocks)
