"""The written determination: what it needs, what it is judged by, its translation."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from services.complaints import domain
from services.complaints.application import FindingGiven
from services.complaints.events import (
    ClockPassed,
    Complaint,
    ExtensionNoticed,
    TranslationProvided,
    UrgencySeen,
    WentOn,
)
from services.complaints.letters import determination_letter
from services.complaints.policy import Policy
from services.complaints.words import Allegation, Duty, Finding, Stage, Trigger
from shared.school_calendar import Rule, Unit
from shared.testing import given
from tests.complaints.samples import (
    DUE,
    MONDAY,
    OPENED,
    clock,
    closure,
    determined,
    found,
    on,
    received,
    sealed,
    withdrawn,
)

if TYPE_CHECKING:
    from services.complaints.events import Found, Happened
    from services.complaints.policy import InForce
    from shared.testing import Outcome

DAY = timedelta(days=1)
BOTH = received(allegations=(Allegation.FORCE, Allegation.SEARCH))
PASSED = clock(Duty.DETERMINE, MONDAY, DUE, passed=True)


def determine(in_force: InForce, *history: Happened, findings: tuple[Found, ...]) -> Outcome:
    first = history or (received(), *OPENED)
    return given(Complaint, first[0], *first[1:]).when(  # type: ignore[arg-type]  # it is received
        domain.determine,
        in_force,
        findings=findings,
        letter=sealed("letter"),
        letter_sha256="1" * 64,
    )


@pytest.mark.parametrize(("day", "late"), [(DUE, False), (DUE + DAY, True)])
def test_comp_6_it_is_due_by_the_end_of_the_twentieth_school_day(day: date, late: bool) -> None:
    determine(on(day), findings=(found(),)).then(determined(day, late=late))


def test_comp_6_a_determination_keeps_the_clock_it_was_judged_by_and_ends_it() -> None:
    complaint = given(Complaint, received(), *OPENED, determined()).aggregate
    assert complaint.stage is Stage.DETERMINED
    assert Duty.DETERMINE not in complaint.clocks
    assert (complaint.determined_on, complaint.determined_by) == (DUE, "staff-0")


def test_time_9_a_closure_declared_after_the_passing_does_not_make_it_timely() -> None:
    snow = closure(DUE, declared_on=DUE + DAY)
    history = (received(), *OPENED, ClockPassed(clock=PASSED, passed_on=DUE + DAY))
    determine(on(DUE + DAY, closed=(snow,)), *history, findings=(found(),)).then(
        determined(DUE + DAY, late=True, judged=PASSED)
    )


def test_time_9_it_is_judged_by_the_closures_known_when_it_is_issued() -> None:
    snow = closure(date(2026, 3, 10), declared_on=date(2026, 3, 10))
    determine(on(DUE + DAY, closed=(snow,)), findings=(found(),)).then(determined(DUE + DAY))


def test_comp_6_under_a_policy_without_a_limit_it_is_never_late() -> None:
    unlimited = received(in_force=on(MONDAY, Policy(determination=None)))
    determine(on(date(2026, 6, 1)), unlimited, *OPENED, findings=(found(),)).then(
        determined(date(2026, 6, 1), judged=None)
    )


def test_comp_6_only_an_open_investigation_is_determined() -> None:
    determine(on(MONDAY), received(), findings=(found(),)).then_refused("C-COMP-6")
    determine(on(DUE), received(), *OPENED, determined(), findings=(found(),)).then_refused(
        "C-COMP-6"
    )


# --- Findings -------------------------------------------------------------------------------------


@pytest.mark.parametrize("finding", list(Finding))
def test_comp_13_each_finding_of_the_procedure_may_be_given(finding: Finding) -> None:
    given_ = (found(finding=finding),)
    determine(on(DUE), findings=given_).then(determined(DUE, *given_))


@pytest.mark.parametrize(
    "findings",
    [
        (),
        (found(),),
        (found(), found(Allegation.SEARCH), found(Allegation.PRIVACY)),
        (found(), found(), found(Allegation.SEARCH)),
    ],
    ids=["none", "one is unanswered", "one was not alleged", "one is answered twice"],
)
def test_comp_13_each_allegation_needs_one_finding_and_no_other(
    findings: tuple[Found, ...],
) -> None:
    determine(on(DUE), BOTH, *OPENED, findings=findings).then_refused("C-COMP-13", "findings")


def test_comp_13_findings_may_come_in_any_order() -> None:
    findings = (found(Allegation.SEARCH), found())
    determine(on(DUE), BOTH, *OPENED, findings=findings).then(determined(DUE, *findings))


def test_comp_22_retaliation_seen_meanwhile_needs_its_finding_too() -> None:
    seen = UrgencySeen(trigger=Trigger.RETALIATION, account=sealed("account"), seen_on=MONDAY)
    history = (received(), *OPENED, seen)
    determine(on(DUE), *history, findings=(found(),)).then_refused("C-COMP-13", "findings")
    both = (found(), found(Allegation.RETALIATION))
    determine(on(DUE), *history, findings=both).then(determined(DUE, *both))


def test_comp_15_what_was_withdrawn_is_determined_only_when_the_district_goes_on() -> None:
    history = (received(), *OPENED, withdrawn())
    determine(on(DUE), *history, findings=(found(),)).then_refused("C-COMP-15")
    goes_on = WentOn(reasons=sealed("reasons"), decided_on=MONDAY)
    determine(on(DUE), *history, goes_on, findings=(found(),)).then(determined())
    harm = (received(harm=True), *OPENED, withdrawn(goes_on=True))
    determine(on(DUE), *harm, findings=(found(),)).then(determined())


# --- The letter and its translation ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "told"),
    [
        (None, "There is no time limit for an appeal."),
        (Rule(unit=Unit.CALENDAR_DAYS, count=10), "within 10 calendar days of this letter"),
    ],
)
def test_comp_7_the_letter_has_findings_reasons_and_how_to_appeal(
    limit: Rule | None, told: str
) -> None:
    findings = [FindingGiven(Allegation.FORCE, Finding.SUSTAINED, " Two witnesses agree. ")]
    letter = determination_letter("SRO-AAAA-AAAA", DUE, "We looked into it.", findings, limit)
    assert "Finding: sustained\nReasons: Two witnesses agree." in letter
    assert "appeal to the Superintendent" in letter
    assert told in letter


def test_comp_19_a_letter_in_another_language_is_due_in_five_business_days() -> None:
    start = clock(Duty.TRANSLATE, DUE, date(2026, 4, 6))
    determine(on(DUE), received(language="es"), *OPENED, findings=(found(),)).then(
        determined(starts=(start,))
    )


def test_comp_19_the_translation_is_given_beside_the_english_letter() -> None:
    history = (received(language="es"), *OPENED)
    issued = determined(starts=(clock(Duty.TRANSLATE, DUE, date(2026, 4, 6)),))
    provided = TranslationProvided(language="es", letter=sealed("letter"), provided_on=DUE)
    given(Complaint, *history, issued).when(
        domain.provide_translation, on(DUE), letter=sealed("letter")
    ).then(provided)
    after = given(Complaint, *history, issued, provided).aggregate
    assert Duty.TRANSLATE not in after.clocks


def test_comp_19_there_is_nothing_to_translate_before_the_letter_or_into_english() -> None:
    given(Complaint, received(language="es"), *OPENED).when(
        domain.provide_translation, on(DUE), letter=sealed("letter")
    ).then_refused("C-COMP-19")
    given(Complaint, received(), *OPENED, determined()).when(
        domain.provide_translation, on(DUE), letter=sealed("letter")
    ).then_refused("C-COMP-19", "language")


def test_comp_10_under_a_policy_that_allows_it_the_determination_is_extended() -> None:
    allowing = Policy(extension_allowed=("determination",))
    extended = ExtensionNoticed(
        duty=Duty.DETERMINE,
        noticed_on=DUE,
        reasons=sealed("reasons"),
        anticipated_on=DUE + 7 * DAY,
        in_time=True,
    )
    given(Complaint, received(), *OPENED).when(
        domain.extend,
        on(DUE, allowing),
        duty=Duty.DETERMINE,
        reasons=sealed("reasons"),
        anticipated_on=DUE + 7 * DAY,
    ).then(extended)
    later = clock(Duty.DETERMINE, MONDAY, DUE + 7 * DAY, extended_to=DUE + 7 * DAY)
    determine(on(DUE + 7 * DAY), received(), *OPENED, extended, findings=(found(),)).then(
        determined(DUE + 7 * DAY, judged=later)
    )
    determine(on(DUE + 8 * DAY), received(), *OPENED, extended, findings=(found(),)).then(
        determined(DUE + 8 * DAY, judged=later, late=True)
    )
