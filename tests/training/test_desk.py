"""Both desks on real stores: who may do what, what crosses, and days on which nothing ran."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from services.training.agency_desk import AgencyDesk
from services.training.application import SYSTEM, TrainingDesk
from services.training.district_desk import DistrictDesk
from services.training.events import (
    DisputeUnanswered,
    Expired,
    ExpiryNoticed,
    GateClosed,
    GateOpened,
)
from services.training.importing import load_catalog
from services.training.views import due_list, lines
from services.training.words import Channel, Ground, Outcome, Status
from shared.contracts.training import OfficerClearedV1, OfficerNotClearedV1, TrainingHeldV1
from shared.errors import Refused
from shared.who_may import OPERATOR
from tests.training.samples import (
    CHIEF,
    COORDINATOR,
    DIRECTOR,
    DISTRICT_COORDINATOR,
    OFFICER,
    OTHER_OFFICER,
    PRINCIPAL,
    REVIEWER,
    SCHOOL,
    TODAY,
    TOPICS,
    At,
    Crossing,
    agency_desk,
    catalog_file,
    district_desk,
    entered,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DAY = timedelta(days=1)


def confirm(desk: TrainingDesk, requirement: str, on: date = TODAY, **other: Any) -> int:
    by = COORDINATOR if desk.keeper == "agency" else DISTRICT_COORDINATOR
    what = entered(requirement, on, **other)
    return desk.confirm(OFFICER, what, by=by, channel=Channel.PAGE).number


def confirm_all_topics(desk: AgencyDesk, on: date = TODAY) -> None:
    for topic in TOPICS:
        confirm(desk, topic, on)


def status(desk: TrainingDesk, requirement: str, on: date | None = None) -> Status:
    by = COORDINATOR if desk.keeper == "agency" else DISTRICT_COORDINATOR
    day = on or desk.today()
    rows = {row.officer: row for row in desk.matrix(by, as_of=day, known_on=day)}
    cells = {cell.requirement.id: cell for cell in rows[OFFICER].cells}
    return cells[requirement].status


def happened(desk: TrainingDesk, *kinds: type[Any]) -> list[Any]:
    return [event for event in desk.events_of(desk.file_id(OFFICER)) if isinstance(event, kinds)]


# --- What crosses ---------------------------------------------------------------------------------


def test_trn_1_both_read_what_each_confirmed(
    agency: AgencyDesk, district: DistrictDesk, crossing: Crossing
) -> None:
    confirm(agency, "T-DEVEL", hours=2.5, reference="C-0001")
    confirm(district, "D-SCHOOL")
    crossing.carry()
    for desk in (agency, district):
        assert status(desk, "T-DEVEL") is Status.CURRENT
        assert status(desk, "D-SCHOOL") is Status.CURRENT
    told = district.record_of(OFFICER, DISTRICT_COORDINATOR).proof("agency", 1)
    assert told is not None
    assert told.facts.hours == 2.5
    assert told.facts.reference == ""  # the certificate's number stays with the agency


def test_trn_14_a_correction_and_a_revocation_cross_without_their_reasons(
    agency: AgencyDesk, district: DistrictDesk, crossing: Crossing
) -> None:
    number = confirm(agency, "A-FACPR", date(2024, 2, 1))
    crossing.carry()
    assert status(district, "A-FACPR") is Status.EXPIRED
    what = entered("A-FACPR", date(2025, 2, 1))
    agency.correct(OFFICER, number, what, by=COORDINATOR, reasons="The card says 2025.")
    crossing.carry()
    assert status(district, "A-FACPR") is Status.CURRENT
    agency.revoke(OFFICER, number, by=COORDINATOR, reasons="The card is not theirs.")
    crossing.carry()
    assert status(district, "A-FACPR") is Status.MISSING
    stored = b"".join(
        row.state for row in district.process_recorder.select_notifications(start=1, limit=1000)
    )
    assert b"The card" not in stored


def test_trn_5_a_dispute_is_answered_and_both_know(
    agency: AgencyDesk, district: DistrictDesk, crossing: Crossing
) -> None:
    number = confirm(agency, "T-DEVEL")
    crossing.carry()
    district.dispute(
        OFFICER,
        number,
        by=DISTRICT_COORDINATOR,
        ground=Ground.NOT_ATTENDED,
        reasons="They were at our school that day.",
    )
    crossing.carry()
    due = [item for item in due_list(agency, COORDINATOR) if item.clause == "C-TRN-5"]
    assert [(item.officer, item.on, item.late) for item in due] == [
        (OFFICER, date(2026, 3, 16), False)
    ]
    agency.revoke(OFFICER, number, by=CHIEF, reasons="So they were.")
    agency.answer_dispute(OFFICER, number, by=CHIEF, outcome=Outcome.REVOKED, reasons="Right.")
    crossing.carry()
    record = district.record_of(OFFICER, DISTRICT_COORDINATOR)
    assert record.disputes[0].outcome is Outcome.REVOKED
    assert status(district, "T-DEVEL") is Status.DUE


def test_trn_5_aud_5_a_dispute_without_an_answer_is_an_event_of_its_day_and_both_know(
    tmp_path: Path, agency: AgencyDesk, district: DistrictDesk, crossing: Crossing, at: At
) -> None:
    def told(desk: TrainingDesk, by: str) -> list[tuple[date, str, bool]]:
        items = due_list(desk, by)
        return [(item.on, item.what, item.late) for item in items if item.clause == "C-TRN-5"]

    number = confirm(agency, "T-DEVEL")
    crossing.carry()
    by, due_on = DISTRICT_COORDINATOR, date(2026, 3, 16)
    district.dispute(OFFICER, number, by=by, ground=Ground.NOT_ATTENDED, reasons="They did not.")
    at.day = due_on
    district.look()
    assert not happened(district, DisputeUnanswered), "the last day is still the agency's"
    at.day = date(2026, 3, 20)
    with district_desk(tmp_path, at, told=False) as restarted:
        restarted.look()
        restarted.look()
    (silent,) = happened(district, DisputeUnanswered)
    assert (silent.unanswered_on, silent.noted_on) == (date(2026, 3, 17), at.day)
    crossing.carry()
    waits = "the agency answers the dispute of confirmation 1"
    for desk, reader in ((district, by), (agency, COORDINATOR)):
        assert told(desk, reader) == [(due_on, f"{waits}: silent, on record from 2026-03-17", True)]
    agency.answer_dispute(OFFICER, number, by=CHIEF, outcome=Outcome.STANDS, reasons="It stands.")
    crossing.carry()
    district.look()
    assert not told(district, by)
    assert len(happened(district, DisputeUnanswered)) == 1
    (dispute,) = district.record_of(OFFICER, by).disputes
    assert (dispute.unanswered_on, dispute.answered_on) == (silent.unanswered_on, at.day)


def test_trn_5_a_second_dispute_has_days_of_its_own(
    agency: AgencyDesk, district: DistrictDesk, crossing: Crossing, at: At
) -> None:
    number = confirm(agency, "T-DEVEL")
    crossing.carry()
    by = DISTRICT_COORDINATOR
    for day in (TODAY, date(2026, 3, 20)):
        at.day = day
        district.dispute(OFFICER, number, by=by, ground=Ground.EVIDENCE, reasons="It is blank.")
        crossing.carry()
        if day == TODAY:
            agency.answer_dispute(
                OFFICER, number, by=CHIEF, outcome=Outcome.STANDS, reasons="It is not."
            )
            crossing.carry()
        district.look()
    assert not happened(district, DisputeUnanswered)
    at.day = date(2026, 4, 10)
    district.look()
    crossing.carry()
    for desk, reader in ((district, by), (agency, COORDINATOR)):
        first, second = desk.record_of(OFFICER, reader).disputes
        assert (first.unanswered_on, second.unanswered_on) == (None, date(2026, 4, 4))


def test_trn_17_silence_of_the_district_is_due_in_ten_business_days_and_blocks_nothing(
    agency: AgencyDesk, district: DistrictDesk, crossing: Crossing, at: At
) -> None:
    number = confirm(agency, "T-DEVEL")
    crossing.carry()

    def waiting() -> list[tuple[date, bool]]:
        items = due_list(district, DISTRICT_COORDINATOR)
        return [(item.on, item.late) for item in items if item.clause == "C-TRN-17"]

    due_on = date(2026, 3, 16)
    assert waiting() == [(due_on, False)]
    at.day = due_on + DAY
    assert waiting() == [(due_on, True)]
    district.countersign(OFFICER, number, by=DIRECTOR)
    crossing.carry()
    assert waiting() == []
    told = agency.record_of(OFFICER, COORDINATOR).proof("agency", number)
    assert told is not None
    assert told.countersigned_on == at.day


def test_trn_12_a_waiver_crosses_and_its_end(
    agency: AgencyDesk, district: DistrictDesk, crossing: Crossing
) -> None:
    agency.waive(
        OFFICER,
        "A-CIT",
        by=CHIEF,
        ends_on=TODAY + 100 * DAY,
        signer="Chief of Police",
        reasons="The course was cancelled.",
    )
    crossing.carry()
    assert status(district, "A-CIT") is Status.WAIVED
    agency.end_waiver(OFFICER, 1, by=CHIEF)
    crossing.carry()
    assert status(district, "A-CIT") is Status.MISSING


def test_trn_3_a_training_of_staff_is_told_inside_the_district_alone(
    district: DistrictDesk, crossing: Crossing
) -> None:
    district.hold_training(
        by=PRINCIPAL,
        requirement="D-ASKSRO",
        held_on=TODAY,
        school=SCHOOL,
        hours=1,
        staff=[PRINCIPAL],
    )
    assert crossing.carry() == 0
    told = [each for each in crossing.told_own if isinstance(each, TrainingHeldV1)]
    assert [(each.staff, each.expires_on) for each in told] == [((PRINCIPAL,), date(2026, 8, 31))]
    assert list(district.trainings.trained("D-ASKSRO", date(2026, 8, 31))) == [PRINCIPAL]
    assert not district.trainings.trained("D-ASKSRO", date(2026, 9, 1))


def test_trn_3_attendance_of_a_training_is_in_each_officers_file_or_in_none(
    agency: AgencyDesk, district: DistrictDesk, crossing: Crossing
) -> None:
    held: dict[str, Any] = {
        "by": DISTRICT_COORDINATOR,
        "requirement": "D-SAFE",
        "held_on": TODAY,
        "school": None,
        "hours": 2,
    }
    district.hold_training(**held, officers=[OFFICER])
    crossing.carry()
    assert status(agency, "D-SAFE") is Status.CURRENT
    position = district.last_position()
    with pytest.raises(Refused, match="confirmed already"):
        district.hold_training(**held, officers=[OTHER_OFFICER, OFFICER])
    assert district.last_position() == position


def test_trn_8_an_officer_joins_a_meeting_of_the_staff_and_nobody_owes_it(
    agency: AgencyDesk, district: DistrictDesk, crossing: Crossing
) -> None:
    district.hold_training(
        by=PRINCIPAL,
        requirement="D-STAFFMTG",
        held_on=TODAY,
        school=SCHOOL,
        hours=1,
        officers=[OFFICER],
        staff=[PRINCIPAL],
    )
    crossing.carry()
    for desk, by in ((agency, COORDINATOR), (district, DISTRICT_COORDINATOR)):
        proof = desk.record_of(OFFICER, by).proof("district", 1)
        assert proof is not None
        assert (proof.facts.requirement, proof.facts.school) == ("D-STAFFMTG", SCHOOL)
        (row, _) = desk.matrix(by, as_of=TODAY, known_on=TODAY)
        assert "D-STAFFMTG" not in {cell.requirement.id for cell in row.cells}


def test_trn_2_what_the_district_provides_stands_beside_what_the_agency_confirms(
    agency: AgencyDesk, crossing: Crossing
) -> None:
    rows = agency.matrix(COORDINATOR, as_of=TODAY, known_on=TODAY)
    kept_by = {each["requirement"]: each["kept_by"] for each in lines(rows)}
    assert (kept_by["T-DEVEL"], kept_by["D-NEWEMP"]) == ("agency", "district")
    assert set(kept_by.values()) == {"agency", "district"}


# --- Catalogs -------------------------------------------------------------------------------------


def test_trn_6_a_catalog_adopted_again_changes_nothing_and_altered_is_refused(
    agency: AgencyDesk, district: DistrictDesk, crossing: Crossing
) -> None:
    content = catalog_file("law-2021.json")
    assert load_catalog(agency, content, by=OPERATOR).unchanged == 1
    altered = content.replace(b'"count": 6', b'"count": 7')
    back = load_catalog(agency, altered, by=OPERATOR).handed_back
    assert [(each.field, each.fix[:17]) for each in back] == [("requirements", "give the changed ")]
    back = load_catalog(district, content, by=OPERATOR).handed_back
    assert back[0].field == "keeper"
    assert crossing.carry() == 0


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        (b'"topic"', b'"hobby"', "requirements.0.kind"),
        (b'"T-DEVEL"', b'"T-RIGHTS"', None),
        (b'"amount": 2', b'"amount": 0', "requirements.13.amount"),
        (b"2021-07-25", b"2021-07-32", "effective_from"),
        (b"{", b"[", None),
    ],
)
def test_data_9_a_catalog_that_can_not_be_used_says_where(
    agency: AgencyDesk, old: bytes, new: bytes, field: str | None
) -> None:
    back = load_catalog(agency, catalog_file("law-2021.json").replace(old, new, 1), by=OPERATOR)
    assert back.handed_back[0].field == field
    assert back.recorded == 0


# --- The gate, and days ---------------------------------------------------------------------------


def test_trn_13_the_gate_opens_and_closes_and_both_organisations_are_told(
    agency: AgencyDesk, district: DistrictDesk, crossing: Crossing
) -> None:
    assert district.look() == 2  # both officers, judged for the first time
    confirm_all_topics(agency)
    crossing.carry()
    assert district.look() == 1
    assert district.look() == 0
    agency.revoke(OFFICER, 3, by=COORDINATOR, reasons="Not held.")
    crossing.carry()
    district.look()
    crossing.carry()
    gates = happened(district, GateOpened, GateClosed)
    assert [type(each) for each in gates] == [GateClosed, GateOpened, GateClosed]
    assert gates[-1].judgement.procedure.missing == (TOPICS[2],)
    assert [each.judgement for each in happened(agency, GateOpened, GateClosed)] == [
        each.judgement for each in gates
    ]
    told = [each for each in crossing.told_own if getattr(each, "officer", "") == OFFICER]
    assert [type(each) for each in told] == [
        OfficerNotClearedV1,
        OfficerClearedV1,
        OfficerNotClearedV1,
    ]


def test_time_9_an_expiry_is_an_event_of_its_day_also_when_nothing_ran_that_day(
    agency: AgencyDesk, at: At
) -> None:
    confirm(agency, "A-HARASS", date(2025, 3, 10))
    assert agency.look() == 1  # the notice: its end is 8 days away
    at.day = date(2026, 3, 10)
    assert agency.look() == 0
    at.day = date(2026, 3, 20)
    assert agency.look() == 1
    assert agency.look() == 0
    (expired,) = happened(agency, Expired)
    assert (expired.expired_on, expired.noted_on) == (date(2026, 3, 11), at.day)


def test_trn_13_a_validity_that_ends_while_nothing_runs_closes_the_gate_as_of_its_day(
    tmp_path: Path, agency: AgencyDesk, district: DistrictDesk, crossing: Crossing, at: At
) -> None:
    confirm_all_topics(agency)
    agency.correct(
        OFFICER,
        1,
        entered(TOPICS[0], expires_on=date(2026, 4, 1)),
        by=COORDINATOR,
        reasons="It ends in April.",
    )
    crossing.carry()
    district.look()
    at.day = date(2026, 5, 20)
    with district_desk(tmp_path, at, told=False) as restarted:
        restarted.look()
    (closed,) = [e for e in happened(district, GateClosed) if e.judgement.on > TODAY]
    assert (closed.judgement.on, closed.known_on) == (date(2026, 4, 2), at.day)


def test_trn_16_notice_is_given_60_and_14_days_before_each_once(agency: AgencyDesk, at: At) -> None:
    confirm(agency, "A-FACPR", date(2024, 6, 1))
    days = []
    for ahead in range(100):
        at.day = TODAY + ahead * DAY
        if agency.look():
            days.append(at.day)
    noticed = happened(agency, ExpiryNoticed)
    assert [(each.days, each.noticed_on) for each in noticed] == [
        (60, date(2026, 4, 2)),
        (14, date(2026, 5, 18)),
    ]
    assert days == [date(2026, 4, 2), date(2026, 5, 18), date(2026, 6, 2)]


def test_trn_16_no_notice_and_no_expiry_of_what_was_renewed_in_time(
    agency: AgencyDesk, at: At
) -> None:
    confirm(agency, "A-FACPR", date(2024, 6, 1))
    confirm(agency, "A-FACPR", TODAY)
    at.day = date(2026, 7, 1)
    assert agency.look() == 0


# --- Who may do what ------------------------------------------------------------------------------


def adopt(desk: TrainingDesk, by: str) -> None:
    back = load_catalog(desk, catalog_file("law-2021.json"), by=by).handed_back
    if back:
        raise Refused("C-TRN-6", back[0].reason, back[0].field)


AT_THE_AGENCY: dict[str, Callable[[AgencyDesk, str], object]] = {
    "confirm": lambda desk, by: desk.confirm(
        OFFICER, entered("A-CIT"), by=by, channel=Channel.PAGE
    ),
    "correct": lambda desk, by: desk.correct(
        OFFICER, 1, entered(provider="Other"), by=by, reasons="Wrong."
    ),
    "revoke": lambda desk, by: desk.revoke(OFFICER, 1, by=by, reasons="Wrong."),
    "waive": lambda desk, by: desk.waive(
        OFFICER, "A-NASRO", by=by, ends_on=TODAY, signer="Chief", reasons="Late."
    ),
    "end waiver": lambda desk, by: desk.end_waiver(OFFICER, 1, by=by),
    "answer": lambda desk, by: desk.answer_dispute(
        OFFICER, 1, by=by, outcome=Outcome.STANDS, reasons="It stands."
    ),
    "adopt": adopt,
}


@pytest.mark.parametrize("command", AT_THE_AGENCY)
@pytest.mark.parametrize(
    ("by", "may"),
    [(COORDINATOR, True), (CHIEF, True), (REVIEWER, False), (PRINCIPAL, False), (SYSTEM, False)],
)
def test_trn_5_only_the_agencys_coordinator_and_head_give_its_commands(
    agency: AgencyDesk, command: str, by: str, may: bool
) -> None:
    confirm(agency, "T-RIGHTS")
    refused_by = None
    try:
        AT_THE_AGENCY[command](agency, by)
    except Refused as refused:
        refused_by = refused.field
    assert (refused_by == "by") is not may


def test_trn_5_the_training_system_confirms_at_the_agency_alone(district: DistrictDesk) -> None:
    with pytest.raises(Refused, match="C-TRN-5"):
        district.confirm(OFFICER, entered("D-SCHOOL"), by=SYSTEM, channel=Channel.API)


def refused_to(by: str, command: Callable[[], object]) -> bool:
    """Whether a command is not this person's to give."""
    try:
        command()
    except Refused as refused:
        if refused.field != "by":
            raise
        return True
    return False


@pytest.mark.parametrize(
    ("by", "countersigns", "holds"),
    [
        (DISTRICT_COORDINATOR, True, True),
        (DIRECTOR, True, True),
        (PRINCIPAL, False, True),
        (COORDINATOR, False, False),
    ],
)
def test_trn_17_who_countersigns_and_who_enters_trainings(
    agency: AgencyDesk, crossing: Crossing, by: str, countersigns: bool, holds: bool
) -> None:
    number = confirm(agency, "T-DEVEL")
    crossing.carry()
    district = crossing.district
    assert refused_to(by, lambda: district.countersign(OFFICER, number, by=by)) is not countersigns
    training: dict[str, Any] = {"requirement": "D-SCHOOL", "held_on": TODAY, "hours": 1}
    at_school = {**training, "school": SCHOOL, "officers": [OFFICER]}
    assert refused_to(by, lambda: district.hold_training(by=by, **at_school)) is not holds
    elsewhere = {**training, "school": None, "officers": [OTHER_OFFICER]}
    may = holds and by != PRINCIPAL
    assert refused_to(by, lambda: district.hold_training(by=by, **elsewhere)) is not may


@pytest.mark.parametrize(("by", "may"), [(REVIEWER, True), (PRINCIPAL, False), (SYSTEM, False)])
def test_trn_11_the_matrix_is_for_staff_of_the_organisation(
    agency: AgencyDesk, by: str, may: bool
) -> None:
    assert refused_to(by, lambda: agency.matrix(by, as_of=TODAY, known_on=TODAY)) is not may


def test_trn_6_an_officer_nobody_listed_is_not_confirmed(agency: AgencyDesk) -> None:
    with pytest.raises(Refused) as found:
        agency.confirm("officer-99", entered(), by=COORDINATOR, channel=Channel.PAGE)
    assert found.value.field == "officer"


def test_aud_1_the_files_are_what_the_history_says(
    tmp_path: Path, agency: AgencyDesk, at: At
) -> None:
    confirm_all_topics(agency)
    agency.revoke(OFFICER, 2, by=COORDINATOR, reasons="Wrong.")
    assert agency.files.check() == []
    kept = agency.files.entry(agency.file_id(OFFICER))
    with agency_desk(tmp_path, at, told=False) as second:
        assert second.file(OFFICER, COORDINATOR).known == kept
