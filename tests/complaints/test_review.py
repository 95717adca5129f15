"""The agency's own part: its acknowledgement, its review, its case numbers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.complaints.review import (
    DistrictEscalated,
    DistrictMoved,
    NoticeAcknowledged,
    NoticeCorrected,
    NoticeReceived,
    Review,
    ReviewClosed,
    ReviewOpened,
    acknowledge,
    close_review,
    next_reference,
    open_review,
)
from services.complaints.words import AgencyStatus, Allegation, Result, Trigger
from shared.testing import given
from tests.complaints.samples import MONDAY, OFFICER, OTHER_OFFICER, SCHOOL, sealed

TUESDAY = MONDAY + timedelta(days=1)
NOTICE = NoticeReceived(
    school=SCHOOL,
    officer=OFFICER,
    incident_on=MONDAY,
    received_on=MONDAY,
    notified_on=MONDAY,
    allegations=(Allegation.FORCE,),
)
ACKNOWLEDGED = NoticeAcknowledged(reference="2026-0007", acknowledged_on=MONDAY)
OPENED = ReviewOpened(reference="2026-0007", opened_on=MONDAY)
CLOSED = ReviewClosed(
    reference="2026-0007", result=Result.HANDLED, reasons=sealed("reasons"), closed_on=TUESDAY
)


def test_comp_5_a_notice_is_acknowledged_once_under_the_agencys_own_number() -> None:
    given(Review, NOTICE).when(acknowledge, MONDAY, reference="2026-0007").then(ACKNOWLEDGED)
    given(Review, NOTICE, ACKNOWLEDGED).when(
        acknowledge, MONDAY, reference="2026-0008"
    ).then_refused("C-COMP-5")


def test_comp_11_a_review_is_opened_once_and_after_the_acknowledgement() -> None:
    given(Review, NOTICE).when(open_review, MONDAY).then_refused("C-COMP-5", "reference")
    given(Review, NOTICE, ACKNOWLEDGED).when(open_review, MONDAY).then(OPENED)
    given(Review, NOTICE, ACKNOWLEDGED, OPENED).when(open_review, MONDAY).then_refused("C-COMP-11")


@pytest.mark.parametrize("result", list(Result))
def test_comp_11_an_open_review_is_closed_with_a_category(result: Result) -> None:
    given(Review, NOTICE, ACKNOWLEDGED, OPENED).when(
        close_review, TUESDAY, result=result, reasons=sealed("reasons")
    ).then(CLOSED.model_copy(update={"result": result}))


@pytest.mark.parametrize("history", [(), (ACKNOWLEDGED,), (ACKNOWLEDGED, OPENED, CLOSED)])
def test_comp_11_no_review_is_closed_that_is_not_open(history: Any) -> None:
    given(Review, NOTICE, *history).when(
        close_review, TUESDAY, result=Result.HANDLED, reasons=sealed("reasons")
    ).then_refused("C-COMP-11")


def test_comp_11_what_the_district_tells_changes_nothing_of_the_review() -> None:
    told = (
        DistrictEscalated(trigger=Trigger.WEAPON, escalated_on=TUESDAY),
        DistrictMoved(step="closed", detail="duplicate", on=TUESDAY),
        NoticeCorrected(
            school=SCHOOL,
            officer=OTHER_OFFICER,
            incident_on=None,
            allegations=(Allegation.SEARCH,),
            corrected_on=TUESDAY,
        ),
    )
    review = given(Review, NOTICE, ACKNOWLEDGED, OPENED, *told).aggregate
    assert (review.status, review.reference) == (AgencyStatus.REVIEWING, "2026-0007")


@pytest.mark.parametrize(
    ("taken", "following"),
    [
        ((), "2026-0001"),
        (("2026-0001", "2025-0044", "2026-0003"), "2026-0004"),
        (("2026-9999",), "2026-10000"),
        (("2026-sample", "2026-", "2026-\N{SUPERSCRIPT TWO}", "IA 7"), "2026-0001"),
    ],
)
def test_comp_5_the_next_case_number_is_free_whatever_was_chosen_by_hand(
    taken: tuple[str, ...], following: str
) -> None:
    assert next_reference(2026, taken) == following
