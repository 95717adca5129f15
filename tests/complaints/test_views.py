"""What pages and API show: each clock and why, the docket by lateness, a complainant's view."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from services.complaints.views import Group, clock_shown, clocks_shown, matter, rows, status
from services.complaints.words import Duty, Ground, Outcome, Party, Stage
from shared.errors import Refused
from tests.complaints.samples import (
    DISTRICT,
    DUE,
    LABEL,
    MONDAY,
    OTHER_PRINCIPAL,
    PRINCIPAL,
    REASONS,
    SCHOOL,
    SUPERINTENDENT,
    clock,
    closure,
    determine,
    file,
    hear,
    on,
    school_closed,
)

if TYPE_CHECKING:
    from services.complaints.application import ComplaintsDesk
    from services.complaints.policy import InForce, Running
    from tests.complaints.samples import At

DAY = timedelta(days=1)
CLOCK = clock(Duty.DETERMINE, MONDAY, DUE)
SNOW_DAY = date(2026, 3, 10)
SNOW = closure(SNOW_DAY, SCHOOL, declared_on=SNOW_DAY)


def why(running: Running, in_force: InForce) -> str:
    return "\n".join(step.text for step in clock_shown(running, in_force).steps)


# --- Why this date --------------------------------------------------------------------------------


def test_time_10_a_date_is_explained_with_trigger_rule_calendar_and_each_day() -> None:
    steps = clock_shown(CLOCK, on(MONDAY)).steps
    assert next(step.on for step in steps if step.kind == "counted") == MONDAY + DAY
    assert [step.number for step in steps if step.kind == "counted"] == list(range(1, 21))
    told = why(CLOCK, on(MONDAY))
    assert "C-COMP-6: 20 school days" in told
    assert LABEL in told


def test_time_10_a_move_is_explained_by_what_was_declared() -> None:
    shown = clock_shown(CLOCK, on(SNOW_DAY, closed=(SNOW,)))
    assert shown.on == DUE + DAY
    (moved,) = [step for step in shown.steps if step.kind == "moved"]
    assert "Snow" in moved.text


def test_time_10_a_passed_clock_is_explained_as_it_was_when_it_passed() -> None:
    late = closure(SNOW_DAY, SCHOOL, declared_on=DUE + 7 * DAY)
    passed = CLOCK.model_copy(update={"passed": True})
    after = on(DUE + 7 * DAY, closed=(late,))
    assert clock_shown(passed, after).on == DUE
    assert why(passed, after) == why(CLOCK, on(DUE))


def test_time_10_an_extension_and_a_duty_of_the_same_day_are_explained() -> None:
    extended = CLOCK.model_copy(update={"extended_to": DUE + DAY, "due_on": DUE + DAY})
    assert why(extended, on(DUE)).endswith(f"to {DUE + DAY} (C-COMP-10).")
    at_once = clock(Duty.ESCALATE, MONDAY, MONDAY)
    assert why(at_once, on(MONDAY)) == f"Due on the day itself, {MONDAY} (C-COMP-18)."


# --- Dates in words -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "told", "soon"),
    [
        (MONDAY, f"due on {DUE}", False),
        (DUE - 8 * DAY, f"due on {DUE}", False),
        (DUE - 7 * DAY, f"due on {DUE}", True),
        (DUE, f"due on {DUE}", True),
        (DUE + DAY, f"was due on {DUE}", False),
    ],
)
def test_time_11_a_date_is_far_soon_or_over(day: date, told: str, soon: bool) -> None:
    shown = clock_shown(CLOCK, on(day))
    assert (shown.told, shown.soon) == (told, soon)
    assert shown.passed is (day > DUE)


def test_time_6_an_earliest_date_is_never_shown_as_due() -> None:
    june = clock(Duty.DETERMINE, date(2026, 6, 8), date(2026, 9, 18), known=False)
    shown = clock_shown(june, on(date(2026, 6, 8)))
    assert shown.told.startswith("not yet known, not before 2026-09-")
    assert (shown.passed, shown.soon) == (False, False)


# --- The docket -----------------------------------------------------------------------------------


def test_time_11_the_docket_is_sorted_by_lateness(desk: ComplaintsDesk, at: At) -> None:
    oldest = file(desk).number
    at.day = MONDAY + 7 * DAY
    older = file(desk).number
    at.day = DUE + DAY
    desk.look_at_clocks()
    fresh = file(desk).number
    shown = rows(desk, PRINCIPAL)
    assert [(row.entry.number, row.group) for row in shown] == [
        (oldest, Group.OVERDUE),
        (older, Group.OVERDUE),
        (fresh, Group.REST),
    ]
    assert rows(desk, OTHER_PRINCIPAL) == []
    assert shown[0].next_clock is not None
    assert shown[0].next_clock.duty is Duty.INFORM_OFFICER


def test_time_11_the_docket_says_what_is_due_soon_unknown_or_silent(
    desk: ComplaintsDesk, at: At
) -> None:
    number = file(desk, officer=None).number
    at.day = date(2026, 3, 18)
    desk.look_at_clocks()
    assert [row.group for row in rows(desk, PRINCIPAL)] == [Group.SILENT]
    at.day = DUE
    assert [row.group for row in rows(desk, PRINCIPAL)] == [Group.SOON]
    determine(desk, number)
    assert [row.group for row in rows(desk, PRINCIPAL)] == [Group.REST]
    at.day = date(2026, 6, 8)
    unknown = file(desk, officer=None).number
    first = rows(desk, PRINCIPAL)[0]
    assert (first.entry.number, first.group) == (unknown, Group.UNKNOWN)


def test_time_11_clocks_are_shown_the_latest_overdue_first_and_the_unknown_last(
    desk: ComplaintsDesk, at: At
) -> None:
    at.day = date(2026, 6, 8)
    entry = desk.seen(file(desk, contact=None).number, PRINCIPAL)
    shown = clocks_shown(entry, desk.in_force())
    assert shown[0].duty is Duty.ACKNOWLEDGE
    known = [clock.known for clock in shown]
    assert known == sorted(known, reverse=True)


# --- A matter and a complainant's own view --------------------------------------------------------


def test_comp_6_a_matter_is_shown_to_who_may_see_it(desk: ComplaintsDesk) -> None:
    number = file(desk).number
    shown = matter(desk, number, PRINCIPAL)
    assert shown.entry.number == number
    assert [line.title for line in shown.history] == [
        "Complaint received",
        "Acknowledged to the complainant",
    ]
    with pytest.raises(Refused, match="C-COMP-6"):
        matter(desk, number, OTHER_PRINCIPAL)


def test_comp_20_the_status_page_shows_stage_next_date_and_letters(
    desk: ComplaintsDesk, at: At
) -> None:
    receipt = file(desk)
    before = status(desk, *receipt)
    assert (before.stage, before.may_appeal, before.may_withdraw) == (Stage.RECEIVED, False, True)
    assert [clock.duty for clock in before.clocks] == [Duty.DETERMINE]
    at.day = DUE
    determine(desk, receipt.number)
    after = status(desk, *receipt)
    assert (after.stage, after.may_appeal, after.may_withdraw) == (Stage.DETERMINED, True, False)
    assert after.clocks == ()
    letters = [text for line in after.history for label, text in line.details if label == "Letter"]
    assert len(letters) == 1
    assert REASONS in letters[0]
    desk.appeal_own(*receipt, grounds="Nobody asked me.")
    waiting = status(desk, *receipt)
    assert not waiting.may_appeal
    assert [clock.duty for clock in waiting.clocks] == [Duty.ANSWER_COMPLAINANT]


def test_comp_20_a_wrong_passphrase_shows_nothing(desk: ComplaintsDesk) -> None:
    with pytest.raises(Refused, match="C-COMP-20"):
        status(desk, file(desk).number, "wrong")


def test_comp_15_what_was_withdrawn_is_not_withdrawn_again(desk: ComplaintsDesk) -> None:
    receipt = file(desk)
    desk.withdraw(*receipt)
    assert not status(desk, *receipt).may_withdraw
    desk.close_matter(receipt.number, by=PRINCIPAL, ground=Ground.WITHDRAWN, reasons="As asked.")
    assert status(desk, *receipt).may_appeal


def test_comp_6_the_complainant_is_told_that_it_is_late_and_that_a_date_moved(
    desk: ComplaintsDesk, at: At
) -> None:
    receipt = file(desk)
    at.day = SNOW_DAY
    hear(desk, DISTRICT, [school_closed(SNOW_DAY, declared_on=SNOW_DAY)])
    desk.look_at_clocks()
    at.day = DUE + 2 * DAY
    desk.look_at_clocks()
    titles = [line.title for line in status(desk, *receipt).history]
    assert "The date changed: determination" in titles
    assert "It is late: determination" in titles
    assert not [title for title in titles if "officer" in title], "what is due inside stays inside"


def test_comp_8_the_officers_appeal_is_told_to_the_complainant_without_its_words(
    desk: ComplaintsDesk,
) -> None:
    receipt = file(desk)
    determine(desk, receipt.number)
    desk.appeal(receipt.number, by=PRINCIPAL, party=Party.OFFICER, grounds="OFFICER WORDS")
    desk.answer_appeal(
        receipt.number,
        by=SUPERINTENDENT,
        party=Party.OFFICER,
        outcome=Outcome.UPHELD,
        text="ANSWER WORDS",
    )
    shown = status(desk, *receipt)
    assert "The officer appealed to the Superintendent" in [line.title for line in shown.history]
    assert "WORDS" not in str(shown.history)
    assert shown.may_appeal
