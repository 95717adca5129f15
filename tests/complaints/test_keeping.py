"""What the store keeps: clocks told once, races won in turn, replay, and nothing to read in it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, time, timedelta
from typing import TYPE_CHECKING, cast

import pytest

from services.complaints.docket import Docket
from services.complaints.events import (
    ClockMoved,
    ClockPassed,
    CounterpartSilent,
    DueDateKnown,
    DueDateUnknown,
    MessageWritten,
)
from services.complaints.matter import matter_id
from services.complaints.timeline import own_timeline, timeline
from services.complaints.words import Allegation, Conflict, Duty, Outcome, Party, Stage, Trigger
from shared.errors import Refused
from tests.complaints.samples import (
    CALENDAR,
    CONTACT,
    DISTRICT,
    DUE,
    LETTER,
    MONDAY,
    NAME,
    OTHER_SCHOOL,
    PRINCIPAL,
    REASONS,
    SCHOOL,
    STORY,
    SUPERINTENDENT,
    determine,
    file,
    hear,
    school_closed,
)

if TYPE_CHECKING:
    from pathlib import Path

    from services.complaints.application import ComplaintsDesk
    from services.complaints.events import ClockEvent, ComplaintEvent
    from tests.complaints.samples import At

DAY = timedelta(days=1)
CLOCK_EVENTS = (ClockMoved, ClockPassed, CounterpartSilent, DueDateKnown, DueDateUnknown)


def history(desk: ComplaintsDesk, number: str) -> list[ComplaintEvent]:
    return cast("list[ComplaintEvent]", desk.events_of(matter_id(number)))


def told_of(desk: ComplaintsDesk, number: str, duty: Duty) -> list[ClockEvent]:
    """What was recorded of one clock."""
    told = [event for event in history(desk, number) if isinstance(event, CLOCK_EVENTS)]
    return [event for event in told if event.clock.duty is duty]


# --- Clocks ---------------------------------------------------------------------------------------


def test_time_9_a_passing_is_recorded_after_the_day_has_ended_once(
    desk: ComplaintsDesk, at: At
) -> None:
    number = file(desk).number
    at.day, at.time = DUE, time(23, 59)
    desk.look_at_clocks()
    assert told_of(desk, number, Duty.DETERMINE) == []
    at.day, at.time = DUE + DAY, time(0, 0)
    assert desk.look_at_clocks() == 1
    (passed,) = told_of(desk, number, Duty.DETERMINE)
    assert isinstance(passed, ClockPassed)
    assert (passed.by, passed.passed_on) == ("clock", DUE + DAY)
    before = desk.last_position()
    assert desk.look_at_clocks() == 0
    assert desk.last_position() == before
    assert desk.seen(number, PRINCIPAL).clocks[Duty.DETERMINE].passed


def test_aud_5_silence_is_shown_until_the_agency_acts(desk: ComplaintsDesk, at: At) -> None:
    number = file(desk).number
    at.day = date(2026, 3, 17)
    desk.look_at_clocks()
    (silent,) = told_of(desk, number, Duty.AGENCY_ACKNOWLEDGEMENT)
    assert isinstance(silent, CounterpartSilent)
    assert desk.seen(number, PRINCIPAL).agency_silent


def test_time_5_a_closure_moves_the_clocks_of_its_school_and_no_other(
    desk: ComplaintsDesk, at: At
) -> None:
    here, there = file(desk).number, file(desk, school=OTHER_SCHOOL).number
    at.day = date(2026, 3, 10)
    hear(desk, DISTRICT, [school_closed(at.day, SCHOOL, declared_on=at.day)])
    desk.look_at_clocks()
    (moved,) = told_of(desk, here, Duty.DETERMINE)
    assert isinstance(moved, ClockMoved)
    assert (moved.from_on, moved.clock.due_on) == (DUE, DUE + DAY)
    assert told_of(desk, there, Duty.DETERMINE) == []
    assert desk.seen(here, PRINCIPAL).clocks[Duty.DETERMINE].due_on == DUE + DAY
    assert desk.look_at_clocks() == 0


def test_time_5_a_closure_told_after_the_passing_opens_nothing_again(
    desk: ComplaintsDesk, at: At
) -> None:
    number = file(desk).number
    at.day = DUE + DAY
    desk.look_at_clocks()
    hear(desk, DISTRICT, [school_closed(date(2026, 3, 10), declared_on=at.day)])
    assert desk.look_at_clocks() == 0
    assert len(told_of(desk, number, Duty.DETERMINE)) == 1


def test_time_6_an_unknown_date_is_told_when_the_calendar_comes(
    desk: ComplaintsDesk, at: At
) -> None:
    at.day = date(2026, 6, 8)
    number = file(desk).number
    running = desk.seen(number, PRINCIPAL).clocks[Duty.DETERMINE]
    assert not running.known
    assert desk.look_at_clocks() == 0
    next_year = CALENDAR.model_copy(
        update={
            "calendar_id": "snohomish-sd-2026-27",
            "loaded_on": at.day,
            "covers_from": date(2026, 9, 1),
            "covers_to": date(2027, 8, 31),
            "first_day": date(2026, 9, 2),
            "last_day": date(2027, 6, 16),
            "no_school": (),
        }
    )
    hear(desk, DISTRICT, [next_year])
    desk.look_at_clocks()
    (known,) = told_of(desk, number, Duty.DETERMINE)
    assert isinstance(known, DueDateKnown)
    assert known.clock.due_on == date(2026, 9, 18)


def test_time_9_what_was_done_in_time_never_passes(desk: ComplaintsDesk, at: At) -> None:
    number = file(desk).number
    at.day = DUE
    determine(desk, number)
    at.day = date(2026, 6, 1)
    desk.look_at_clocks()
    assert told_of(desk, number, Duty.DETERMINE) == []


def test_time_9_two_desks_that_look_at_once_tell_each_passing_once(
    desk: ComplaintsDesk, second: ComplaintsDesk, at: At
) -> None:
    numbers = [file(desk).number for _ in range(4)]
    at.day = DUE + DAY
    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(lambda each: each.look_at_clocks(), [desk, second]))
    running = {Duty.DETERMINE, Duty.INFORM_OFFICER, Duty.AGENCY_ACKNOWLEDGEMENT}
    for number in numbers:
        assert {duty: len(told_of(desk, number, duty)) for duty in running} == dict.fromkeys(
            running, 1
        )
    assert sum(told) == len(numbers) * len(running)


# --- Races ----------------------------------------------------------------------------------------


def test_a_lost_race_is_run_again(desk: ComplaintsDesk, second: ComplaintsDesk) -> None:
    number = file(desk).number

    def write(each: ComplaintsDesk) -> None:
        for n in range(10):
            each.write_message(number, by=PRINCIPAL, text=f"message {n}")

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, [desk, second]))
    written = [event for event in history(desk, number) if isinstance(event, MessageWritten)]
    assert len(written) == 20
    assert [event.originator_version for event in history(desk, number)] == list(range(1, 23))


def test_comp_15_of_two_that_withdraw_at_once_one_does(
    desk: ComplaintsDesk, second: ComplaintsDesk
) -> None:
    receipt = file(desk)

    def withdraw(each: ComplaintsDesk) -> str:
        try:
            each.withdraw(*receipt)
        except Exception as refused:
            return str(refused)
        return "withdrawn"

    with ThreadPoolExecutor(4) as pool:
        told = sorted(pool.map(withdraw, [desk, second] * 2))
    assert told == ["C-COMP-15: it has been withdrawn already"] * 3 + ["withdrawn"]


# --- Replay ---------------------------------------------------------------------------------------


def lived_through(desk: ComplaintsDesk, at: At) -> tuple[str, str]:
    """A complaint with everything in it that a person can write; its number and passphrase."""
    number, passphrase = file(desk, language="es")
    desk.see_urgency(number, by=PRINCIPAL, trigger=Trigger.RETALIATION, account="ACCOUNT WORDS")
    desk.escalate(number, by=PRINCIPAL, trigger=Trigger.RETALIATION, to="Superintendent")
    desk.correct(
        number,
        by=PRINCIPAL,
        school=SCHOOL,
        officer="officer-12",
        incident_on=MONDAY,
        allegations=[Allegation.FORCE],
        names_principal=False,
        harm=True,
        reasons="CORRECTION WORDS",
    )
    desk.defer_informing(number, by=PRINCIPAL, reasons="DEFERRAL WORDS")
    desk.answer_as_officer(number, by=PRINCIPAL, answer="OFFICER WORDS")
    desk.add_evidence(
        number, by=PRINCIPAL, content=b"CONTENT WORDS", source="office", description="ITEM WORDS"
    )
    desk.write_own_message(number, passphrase, text="QUESTION WORDS")
    desk.write_message(number, by=PRINCIPAL, text="MESSAGE WORDS")
    desk.withdraw(number, passphrase, reasons="WITHDRAWAL WORDS")
    at.day = DUE
    determine(desk, number)
    desk.provide_translation(number, by=PRINCIPAL, text="PALABRAS DE LA CARTA")
    desk.appeal_own(number, passphrase, grounds="GROUNDS WORDS")
    desk.extend(
        number,
        by=SUPERINTENDENT,
        duty=Duty.ANSWER_COMPLAINANT,
        reasons="EXTENSION WORDS",
        anticipated_on=date(2026, 6, 1),
    )
    desk.look_at_clocks()
    desk.answer_appeal(
        number,
        by=SUPERINTENDENT,
        party=Party.COMPLAINANT,
        outcome=Outcome.RETURNED,
        text="ANSWER WORDS",
    )
    return number, passphrase


def test_a_docket_made_again_from_the_history_is_the_one_that_was_kept(
    desk: ComplaintsDesk, second: ComplaintsDesk, at: At
) -> None:
    number, _ = lived_through(desk, at)
    file(desk, school=None)
    kept = desk.docket.entries()
    assert {entry.number for entry in kept} >= {number}
    desk.docket.rebuild()
    assert desk.docket.entries() == kept
    assert Docket(second, second.engine).entries() == kept
    assert desk.seen(number, PRINCIPAL).stage is Stage.INVESTIGATION


def test_a_desk_that_starts_anew_decides_on_the_same_state(
    desk: ComplaintsDesk, second: ComplaintsDesk, at: At
) -> None:
    number, _ = lived_through(desk, at)
    ours, theirs = vars(desk.complaint(number)), vars(second.complaint(number))
    assert {name: ours[name] for name in ours if not name.startswith("_")} == {
        name: theirs[name] for name in theirs if not name.startswith("_")
    }


# --- Sealed ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("closed", [False, True], ids=["in use", "closed"])
def test_priv_1_nothing_that_anybody_wrote_can_be_read_in_the_files(
    tmp_path: Path, desk: ComplaintsDesk, at: At, closed: bool
) -> None:
    number, passphrase = lived_through(desk, at)
    desk.docket.entries()
    if closed:
        desk.close()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    kept = b"".join(path.read_bytes() for path in files).lower()
    assert len(files) >= 2
    assert number.lower().encode() in kept, "it is the right store that was searched"
    secret = [STORY, NAME, CONTACT, REASONS, LETTER, passphrase, "palabras", " words"]
    assert [text for text in secret if text.lower().encode() in kept] == []


def test_priv_1_a_destroyed_key_erases_the_person_and_keeps_the_history(
    desk: ComplaintsDesk, at: At
) -> None:
    number, passphrase = lived_through(desk, at)
    before = timeline(history(desk, number), desk.keyring)
    desk.keyring.destroy(desk.complaint(number).subject)
    after = timeline(history(desk, number), desk.keyring)
    assert [line.title for line in after] == [line.title for line in before]
    texts = {text for line in after for _, text in line.details}
    assert "(erased)" in texts
    readable = " ".join(texts)
    for text in (STORY, NAME, CONTACT, REASONS, LETTER, "PALABRAS", "GROUNDS", "QUESTION"):
        assert text not in readable
    assert "OFFICER WORDS" in readable, "the officer's own key is there"
    shown = own_timeline(history(desk, number), desk.keyring)
    assert ("What you wrote", "(erased)") in shown[0].details
    desk.docket.rebuild()
    assert desk.seen(number, PRINCIPAL).number == number
    assert desk.proven(number, passphrase).number == number


def test_comp_14_a_declared_conflict_is_kept_as_it_was_said(desk: ComplaintsDesk) -> None:
    number = file(desk).number
    desk.declare_conflict(number, by=PRINCIPAL, conflict=Conflict.WITNESS)
    lines = timeline(history(desk, number), desk.keyring)
    assert lines[-1].details == (("Who", PRINCIPAL), ("Conflict", "witness"))


def test_priv_1_nothing_more_is_kept_with_what_has_been_erased(desk: ComplaintsDesk) -> None:
    number, passphrase = file(desk)
    before = desk.last_position()
    desk.keyring.destroy(desk.complaint(number).subject)
    with pytest.raises(Refused, match="C-PRIV-1"):
        desk.write_own_message(number, passphrase, text="Are you there?")
    assert desk.last_position() == before
