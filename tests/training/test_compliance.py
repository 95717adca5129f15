"""Status and verdicts by hand-worked cases: the law changes, limits on both sides, two times."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from services.training.compliance import Asked, Cell, Rules, changes, first_day, judge, row
from services.training.events import Corrected, Revoked, Waived, WaiverEnded
from services.training.record import Judgement, Record
from services.training.requirements import Catalogs, CatalogVersion
from services.training.words import Status
from shared.school_calendar import Calendars
from tests.training.samples import (
    CALENDARS,
    COURSES,
    FIRST_DAY,
    LAW_2019,
    LAW_2021,
    LISTED_ON,
    NO_CALENDARS,
    OFFICER,
    TOPICS,
    TRAININGS,
    catalogs,
    confirmed,
    facts,
    gated,
    record_after,
    sealed,
)

DAY = timedelta(days=1)
EMPTY = Record(officer=OFFICER)


def rules(*versions: CatalogVersion, calendars: Calendars = NO_CALENDARS) -> Rules:
    return Rules(catalogs(*versions), calendars)


def cells(
    record: Record,
    as_of: date,
    *,
    known_on: date | None = None,
    listed_on: date = LISTED_ON,
    by: Rules | None = None,
) -> dict[str, Cell]:
    asked = Asked(by or rules(), as_of, known_on or as_of)
    return {cell.requirement.id: cell for cell in row(record, listed_on, asked)}


def status(record: Record, requirement: str, as_of: date, **other: Any) -> Status:
    return cells(record, as_of, **other)[requirement].status


def verdicts(record: Record, as_of: date, **other: Any) -> tuple[bool, bool]:
    judged = judged_on(record, as_of, **other)
    return judged.procedure.cleared, judged.law.cleared


def judged_on(
    record: Record,
    as_of: date,
    *,
    known_on: date | None = None,
    listed_on: date = LISTED_ON,
    by: Rules | None = None,
) -> Judgement:
    found = judge(record, listed_on, Asked(by or rules(), as_of, known_on or as_of))
    assert found is not None
    return found


# --- The law changes in the middle of a year ------------------------------------------------------

SINCE_2020 = date(2020, 9, 2)
TWELVE = tuple(t for t in TOPICS if t != "T-RESTJ")
CHANGE = date(2021, 7, 25)
TRAINED = [confirmed(n, topic, date(2020, 8, n)) for n, topic in enumerate(TWELVE, start=1)]
BEFORE = record_after(*TRAINED)


def test_trn_6_a_law_asks_for_its_own_topics_on_its_own_days() -> None:
    last_of_2019 = cells(EMPTY, CHANGE - DAY)
    first_of_2021 = cells(EMPTY, CHANGE)
    assert sum(each.startswith("T-") for each in last_of_2019) == 12
    assert sum(each.startswith("T-") for each in first_of_2021) == 13
    assert "K-OJT" not in last_of_2019
    assert first_of_2021.keys() - last_of_2019.keys() == {"T-RESTJ", "K-OJT"}


def test_trn_6_what_an_officer_had_under_the_old_law_counts_under_the_new_by_topic() -> None:
    shown = cells(BEFORE, CHANGE, listed_on=SINCE_2020)
    assert {shown[topic].status for topic in TWELVE} == {Status.CURRENT}
    assert shown["T-RESTJ"].status is Status.DUE


def test_trn_6_a_topic_that_was_widened_says_so_and_counts() -> None:
    assert cells(BEFORE, CHANGE - DAY)["T-BIAS"].notice == ""
    after = cells(BEFORE, CHANGE)["T-BIAS"]
    assert (after.status, after.notice[:15]) == (Status.CURRENT, "Widened in 2021")
    anew = record_after(*TRAINED, confirmed(13, "T-BIAS", CHANGE))
    assert cells(anew, CHANGE)["T-BIAS"].notice == ""


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        (date(2021, 7, 24), (True, True)),  # all twelve of 2019
        (date(2021, 7, 25), (False, True)),  # the 13th is new: not received, its time runs
        (date(2022, 1, 25), (False, True)),  # the last day of six months after the law
        (date(2022, 1, 26), (False, False)),
    ],
)
def test_trn_13_a_law_change_in_the_middle_of_a_year(
    as_of: date, expected: tuple[bool, bool]
) -> None:
    assert verdicts(BEFORE, as_of, listed_on=SINCE_2020) == expected


def test_trn_13_the_change_is_seen_on_its_days_whether_something_ran_or_not() -> None:
    first = judged_on(BEFORE, date(2021, 7, 1), listed_on=SINCE_2020)
    later = [
        (each.on, each.procedure.cleared, each.law.cleared, each.law.missing)
        for each in changes(BEFORE, SINCE_2020, rules(), first, date(2023, 1, 1))
    ]
    assert later == [
        (date(2021, 7, 25), False, True, ()),
        (date(2022, 1, 26), False, False, ("T-RESTJ",)),
        # the two days on the job fall due a year after the law, and change no verdict
    ]


def test_trn_9_the_days_on_the_job_are_asked_for_by_the_new_law_alone() -> None:
    trained = record_after(*TRAINED, confirmed(13, "T-RESTJ", CHANGE))
    assert verdicts(trained, date(2022, 7, 25), listed_on=SINCE_2020) == (True, True)
    assert verdicts(trained, date(2022, 7, 26), listed_on=SINCE_2020) == (True, False)


def test_aud_2_a_replay_as_of_a_day_before_shows_what_was_known_then() -> None:
    late = record_after(*TRAINED, confirmed(13, "T-RESTJ", CHANGE, known_on=date(2021, 12, 1)))
    before, on_it = date(2021, 11, 30), date(2021, 12, 1)
    assert verdicts(late, before, listed_on=SINCE_2020) == (False, True)
    assert verdicts(late, before, known_on=on_it, listed_on=SINCE_2020) == (True, True)
    assert verdicts(late, on_it, listed_on=SINCE_2020) == (True, True)


def test_aud_2_a_catalog_that_was_not_known_yet_judges_nobody() -> None:
    known = Rules(Catalogs(catalogs(LAW_2021, known_on=CHANGE + 30 * DAY).known), NO_CALENDARS)
    asked = Asked(known, CHANGE, CHANGE)
    assert judge(EMPTY, LISTED_ON, asked) is None
    assert row(EMPTY, LISTED_ON, asked) == ()
    assert judge(EMPTY, LISTED_ON, Asked(known, CHANGE, CHANGE + 30 * DAY)) is not None


# --- The two verdicts -----------------------------------------------------------------------------


def test_trn_9_the_time_runs_from_the_first_day_with_students() -> None:
    assert first_day(CALENDARS, LISTED_ON, LISTED_ON) == FIRST_DAY
    assert first_day(NO_CALENDARS, LISTED_ON, LISTED_ON) == LISTED_ON
    assert first_day(CALENDARS, date(2024, 9, 1), LISTED_ON) == date(2024, 9, 1)
    by = rules(LAW_2021, calendars=CALENDARS)
    last = date(2026, 3, 3)
    assert judged_on(EMPTY, last, by=by).law.cleared
    assert judged_on(EMPTY, last, by=by).law.plan_until == last
    assert judged_on(EMPTY, last + DAY, by=by).law.missing == TOPICS


def test_trn_13_an_officer_in_time_is_cleared_by_the_law_and_not_by_the_procedure() -> None:
    judged = judged_on(EMPTY, LISTED_ON)
    assert (judged.procedure.cleared, judged.law.cleared) == (False, True)
    assert judged.procedure.missing == TOPICS
    assert judged.law.missing == ()


@pytest.mark.parametrize(("decides", "cleared"), [("procedure", False), ("law", True)])
def test_trn_13_the_policy_names_the_verdict_that_decides(decides: str, cleared: bool) -> None:
    judged = judged_on(EMPTY, LISTED_ON, by=rules(LAW_2021, gated(decides)))
    assert (judged.decides, judged.deciding.cleared) == (decides, cleared)


def test_trn_7_courses_and_hours_close_no_gate() -> None:
    topics = [confirmed(n, topic, LISTED_ON) for n, topic in enumerate(TOPICS, start=1)]
    record = record_after(*topics, confirmed(14, "K-OJT", LISTED_ON, days=2))
    on = LISTED_ON + 1000 * DAY
    assert status(record, "A-FACPR", on) is Status.MISSING
    assert verdicts(record, on) == (True, True)


def test_trn_12_the_documentation_of_the_series_proves_every_topic() -> None:
    record = record_after(confirmed(1, "K-SERIES", LISTED_ON))
    assert judged_on(record, LISTED_ON).procedure.cleared
    assert "K-SERIES" not in cells(record, LISTED_ON)


def test_trn_5_what_the_district_says_of_a_topic_counts_for_nothing() -> None:
    record = record_after(confirmed(1, "T-DEVEL", LISTED_ON, keeper="district"))
    assert status(record, "T-DEVEL", LISTED_ON) is Status.DUE


def test_trn_9_two_days_on_the_job_add_up() -> None:
    one = confirmed(1, "K-OJT", LISTED_ON, days=1)
    assert status(record_after(one), "K-OJT", LISTED_ON) is Status.DUE
    two = record_after(one, confirmed(2, "K-OJT", LISTED_ON + DAY, days=1))
    assert status(two, "K-OJT", LISTED_ON + DAY) is Status.CURRENT
    assert status(two, "K-OJT", LISTED_ON) is Status.DUE


# --- Validity, grace, waivers ---------------------------------------------------------------------

FIRST_AID = confirmed(1, "A-FACPR", date(2024, 2, 5), expires_on=date(2026, 2, 5))


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        (date(2024, 2, 4), Status.DUE),
        (date(2024, 2, 5), Status.CURRENT),
        (date(2025, 12, 6), Status.CURRENT),
        (date(2025, 12, 7), Status.DUE_SOON),  # 60 days before its end
        (date(2026, 2, 5), Status.DUE_SOON),
        (date(2026, 2, 6), Status.EXPIRED),
    ],
)
def test_trn_11_a_validity_ends_with_its_last_day(as_of: date, expected: Status) -> None:
    assert status(record_after(FIRST_AID), "A-FACPR", as_of) is expected


def test_trn_11_grace_is_of_courses_and_never_of_the_law() -> None:
    by = rules(LAW_2021, COURSES, gated(grace_days=10))
    record = record_after(FIRST_AID)
    assert status(record, "A-FACPR", date(2026, 2, 15), by=by) is Status.GRACE
    assert status(record, "A-FACPR", date(2026, 2, 16), by=by) is Status.EXPIRED
    assert status(EMPTY, "T-DEVEL", date(2026, 2, 2), by=by) is Status.MISSING


def test_trn_7_a_course_without_a_time_is_to_be_held_on_the_first_day() -> None:
    assert status(EMPTY, "A-CIT", LISTED_ON - DAY) is Status.DUE
    assert status(EMPTY, "A-CIT", LISTED_ON) is Status.MISSING


def test_trn_11_of_two_confirmations_the_one_valid_longer_counts() -> None:
    renewed = confirmed(2, "A-FACPR", date(2026, 1, 5), expires_on=date(2028, 1, 5))
    cell = cells(record_after(renewed, FIRST_AID), date(2026, 2, 6))["A-FACPR"]
    assert (cell.status, cell.on, [p.number for p in cell.proofs]) == (
        Status.CURRENT,
        date(2028, 1, 5),
        [2],
    )


def test_trn_11_a_cell_names_the_events_it_rests_on() -> None:
    cell = cells(record_after(FIRST_AID), date(2025, 1, 1))["A-FACPR"]
    assert cell.events == (2,)
    assert "2024-02-05" in cell.reason
    assert "confirmation 1 of the agency" in cell.reason


def waived(ends_on: date) -> Waived:
    return Waived(
        officer=OFFICER,
        keeper="agency",
        number=1,
        requirement="A-CIT",
        from_on=LISTED_ON,
        ends_on=ends_on,
        signer="Chief",
        reasons=sealed(),
        known_on=LISTED_ON,
    )


def test_trn_12_a_waiver_holds_to_its_last_day_and_ends_early_when_ended() -> None:
    ends_on, ended_on = LISTED_ON + 30 * DAY, LISTED_ON + 10 * DAY
    record = record_after(waived(ends_on))
    assert status(record, "A-CIT", ends_on) is Status.WAIVED
    assert status(record, "A-CIT", ends_on + DAY) is Status.MISSING
    ended = record_after(
        waived(ends_on), WaiverEnded(officer=OFFICER, keeper="agency", number=1, known_on=ended_on)
    )
    assert status(ended, "A-CIT", ended_on - DAY, known_on=ends_on) is Status.WAIVED
    assert status(ended, "A-CIT", ended_on) is Status.MISSING


def test_trn_12_a_waiver_of_a_topic_that_got_into_a_file_waives_nothing() -> None:
    of_a_topic = waived(LISTED_ON + 300 * DAY).model_copy(update={"requirement": "T-DEVEL"})
    on = LISTED_ON + 250 * DAY
    assert status(record_after(of_a_topic), "T-DEVEL", on) is Status.MISSING


def test_trn_14_what_was_revoked_was_believed_until_then_and_now_never_counted() -> None:
    revoked_on = date(2025, 10, 1)
    record = record_after(
        FIRST_AID,
        Revoked(officer=OFFICER, keeper="agency", number=1, reasons=None, known_on=revoked_on),
    )
    before = revoked_on - DAY
    assert status(record, "A-FACPR", before) is Status.CURRENT
    assert status(record, "A-FACPR", before, known_on=revoked_on) is Status.MISSING
    assert status(record, "A-FACPR", revoked_on) is Status.MISSING


def test_data_8_a_correction_counts_from_its_day_and_then_for_the_whole_past() -> None:
    corrected_on = date(2025, 10, 1)
    record = record_after(
        FIRST_AID,
        Corrected(
            officer=OFFICER,
            keeper="agency",
            number=1,
            facts=facts("A-FACPR", date(2023, 2, 5), expires_on=date(2025, 2, 5)),
            reasons=None,
            known_on=corrected_on,
        ),
    )
    before = corrected_on - DAY
    assert status(record, "A-FACPR", before) is Status.CURRENT
    assert status(record, "A-FACPR", before, known_on=corrected_on) is Status.EXPIRED


# --- Hours ----------------------------------------------------------------------------------------

SINCE_2023 = date(2023, 1, 1)


def in_service(number: int, on: date, hours: float) -> Any:
    return confirmed(number, "S-INSERV", on, hours=hours)


def test_trn_10_in_service_hours_count_by_calendar_year() -> None:
    record = record_after(
        in_service(1, date(2024, 3, 1), 20),
        in_service(2, date(2024, 12, 31), 4),
        in_service(3, date(2025, 12, 3), 18.5),
    )
    listed: dict[str, Any] = {"listed_on": SINCE_2023}
    assert status(record, "S-INSERV", date(2024, 12, 30), **listed) is Status.MISSING  # 2023: 0
    assert status(record, "S-INSERV", date(2024, 12, 31), **listed) is Status.CURRENT
    assert status(record, "S-INSERV", date(2025, 12, 31), **listed) is Status.DUE
    cell = cells(record, date(2026, 1, 1), **listed)["S-INSERV"]
    assert (cell.status, cell.on) == (Status.MISSING, date(2025, 12, 31))
    assert "2025: 18.5 of 24 hours" in cell.reason


def test_trn_10_forty_hours_count_in_any_three_years() -> None:
    def hours(number: int, on: date, count: float) -> Any:
        return confirmed(number, "S-DEESC40", on, hours=count)

    record = record_after(
        hours(1, date(2023, 5, 1), 24),
        hours(2, date(2024, 5, 1), 16),
        hours(3, date(2026, 6, 1), 8),
    )
    listed: dict[str, Any] = {"listed_on": SINCE_2023}
    assert status(record, "S-DEESC40", date(2024, 4, 30), **listed) is Status.DUE
    assert status(record, "S-DEESC40", date(2024, 5, 1), **listed) is Status.CURRENT
    assert status(record, "S-DEESC40", date(2026, 5, 1), **listed) is Status.DUE_SOON
    assert status(record, "S-DEESC40", date(2026, 5, 2), **listed) is Status.EXPIRED
    assert status(record_after(), "S-DEESC40", date(2026, 1, 1), **listed) is Status.DUE
    assert status(record_after(), "S-DEESC40", date(2026, 1, 2), **listed) is Status.MISSING


# --- The district's trainings ---------------------------------------------------------------------


def test_trn_3_a_formal_training_is_due_in_thirty_school_days() -> None:
    by = rules(LAW_2021, TRAININGS, calendars=CALENDARS)
    last = date(2025, 10, 15)  # 30 school days after 3 September, none off in between
    assert cells(EMPTY, last, by=by)["D-NEWEMP"].status is Status.DUE
    assert cells(EMPTY, last + DAY, by=by)["D-NEWEMP"].status is Status.MISSING


def test_time_6_without_a_calendar_its_day_is_not_yet_known_but_within_a_year() -> None:
    cell = cells(EMPTY, LISTED_ON + 100 * DAY)["D-NEWEMP"]
    assert (cell.status, cell.known) == (Status.DUE, False)
    assert "not yet known" in cell.reason
    assert status(EMPTY, "D-NEWEMP", date(2026, 8, 2)) is Status.MISSING


def test_trn_4_informal_trainings_and_those_of_staff_have_no_column() -> None:
    assert {each for each in cells(EMPTY, LISTED_ON) if each.startswith("D-")} == {
        "D-NEWEMP",
        "D-SCHOOL",
        "D-SAFE",
    }


def test_trn_6_of_two_versions_that_hold_the_last_to_take_effect_decides() -> None:
    assert {v.label for v in catalogs().versions(CHANGE, CHANGE)} == {
        "law/2021",
        "agency-courses/2021-04-28",
        "district-trainings/2021-04-28",
    }
    open_ended = LAW_2019.model_copy(update={"effective_to": None})
    both = catalogs(open_ended, LAW_2021)
    assert [v.label for v in both.versions(CHANGE, CHANGE)] == ["law/2021"]
    assert [v.label for v in both.versions(CHANGE - DAY, CHANGE)] == ["law/2019"]
