"""The district's desk through its commands, on a real store: receipts, refusals, passphrases."""

from __future__ import annotations

import hashlib
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, time, timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest

from services.complaints.application import COMPLAINANT, FindingGiven
from services.complaints.events import Acknowledged, AppealAnswered, Determined, Received
from services.complaints.matter import matter_id
from services.complaints.timeline import opened, own_timeline, timeline
from services.complaints.words import (
    Allegation,
    Channel,
    Duty,
    Finding,
    Ground,
    Outcome,
    Party,
    Stage,
    Trigger,
)
from shared.errors import Refused
from tests.complaints.samples import (
    CONTACT,
    DUE,
    LETTER,
    MONDAY,
    NAME,
    PRINCIPAL,
    REASONS,
    SCHOOL,
    STORY,
    SUPERINTENDENT,
    TIP_LINE,
    determine,
    file,
    investigate,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.complaints.application import ComplaintsDesk
    from services.complaints.events import ComplaintEvent
    from tests.complaints.samples import At

DAY = timedelta(days=1)


def history(desk: ComplaintsDesk, number: str) -> list[ComplaintEvent]:
    return cast("list[ComplaintEvent]", desk.events_of(matter_id(number)))


def refusal(command: Callable[..., object], *args: Any, **facts: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        command(*args, **facts)
    return refused.value


# --- Receiving ------------------------------------------------------------------------------------


def test_comp_2_a_receipt_has_a_number_and_a_passphrase_that_can_be_read_aloud(
    desk: ComplaintsDesk,
) -> None:
    receipt = file(desk)
    assert re.fullmatch(r"SRO-[A-Z2-7]{4}-[A-Z2-7]{4}", receipt.number)
    assert re.fullmatch(r"[a-z2-7]{4}(-[a-z2-7]{4}){3}", receipt.passphrase)
    assert file(desk).number != receipt.number


def test_comp_2_a_complaint_is_read_back_as_it_was_received(desk: ComplaintsDesk) -> None:
    number = file(desk).number
    received = history(desk, number)[0]
    assert isinstance(received, Received)
    assert (received.by, received.school, received.channel) == ("public", SCHOOL, Channel.FORM)
    texts = (received.narrative, received.complainant, received.contact)
    assert [opened(desk.keyring, text) for text in texts] == [STORY, NAME, CONTACT]
    entry = desk.seen(number, PRINCIPAL)
    assert (entry.stage, entry.anonymous) == (Stage.RECEIVED, False)


def test_comp_12_a_known_address_is_acknowledged_at_once_and_no_other(desk: ComplaintsDesk) -> None:
    kinds = [type(event) for event in history(desk, file(desk).number)]
    assert kinds == [Received, Acknowledged]
    assert len(history(desk, file(desk, contact=" ").number)) == 1


def test_comp_21_nobody_need_give_a_name(desk: ComplaintsDesk) -> None:
    number = file(desk, complainant=None, contact=None).number
    assert desk.seen(number, PRINCIPAL).anonymous


def test_comp_2_staff_enter_what_reached_them_and_strangers_do_not(desk: ComplaintsDesk) -> None:
    number = file(desk, by=TIP_LINE, channel=Channel.PHONE, school=None).number
    assert history(desk, number)[0].by == TIP_LINE
    refused = refusal(file, desk, by="staff-99")
    assert (refused.clause, refused.field) == ("C-COMP-2", "by")


@pytest.mark.parametrize(
    ("wrong", "clause", "field"),
    [
        ({"school": "elsewhere-high"}, "C-COMP-1", "school"),
        ({"officer": "officer-99"}, "C-COMP-1", "officer"),
        ({"language": "not a language tag"}, "C-COMP-19", "language"),
        ({"language": "\N{LATIN SMALL LETTER E WITH ACUTE}s"}, "C-COMP-19", "language"),
        ({"received_on": MONDAY + DAY}, "C-COMP-2", "received_on"),
        ({"incident_on": MONDAY + DAY}, "C-COMP-3", "incident_on"),
        ({"narrative": "x" * 20_000_000}, "C-COMP-2", "narrative"),
        ({"narrative": " \n "}, "C-COMP-2", "narrative"),
        ({"complainant": "x" * 20_000}, "C-COMP-2", "complainant"),
        ({"contact": "x" * 20_000}, "C-COMP-2", "contact"),
    ],
    ids=lambda value: None if isinstance(value, dict) else str(value),
)
def test_comp_2_what_can_not_be_is_refused_by_its_field_and_nothing_is_recorded(
    desk: ComplaintsDesk, wrong: dict[str, Any], clause: str, field: str
) -> None:
    before = desk.last_position()
    refused = refusal(file, desk, **wrong)
    assert (refused.clause, refused.field) == (clause, field)
    assert len(str(refused)) < 300
    assert desk.last_position() == before


def test_comp_3_paper_that_waited_is_judged_by_the_day_it_arrived(
    desk: ComplaintsDesk, at: At
) -> None:
    at.day = MONDAY + 14 * DAY
    number = file(desk, incident_on=MONDAY, received_on=MONDAY + 10 * DAY).number
    entry = desk.seen(number, PRINCIPAL)
    assert (entry.late, entry.received_on) == (False, MONDAY + 10 * DAY)
    assert desk.seen(file(desk, incident_on=MONDAY).number, PRINCIPAL).late


def test_time_1_a_complaint_of_23_59_is_of_that_local_day(desk: ComplaintsDesk, at: At) -> None:
    at.time = time(23, 59)
    assert at().date() == MONDAY + DAY, "in UTC it is the next day already"
    assert desk.seen(file(desk).number, PRINCIPAL).received_on == MONDAY


def test_comp_2_the_same_submission_is_one_complaint_with_one_receipt(desk: ComplaintsDesk) -> None:
    first = file(desk, submission="click-1")
    assert file(desk, submission="click-1") == first
    assert file(desk, submission="click-2") != first
    assert len(desk.docket.entries()) == 2


def test_comp_2_a_submission_given_many_times_at_once_is_one_complaint(
    desk: ComplaintsDesk, second: ComplaintsDesk
) -> None:
    desks = [desk, second] * 4
    with ThreadPoolExecutor(len(desks)) as pool:
        receipts = set(pool.map(lambda each: file(each, submission="click-1"), desks))
    (receipt,) = receipts
    assert [entry.number for entry in desk.docket.entries()] == [receipt.number]
    assert len(history(desk, receipt.number)) == 2
    assert desk.proven(*receipt).number == receipt.number


# --- What is asked for in writing -----------------------------------------------------------------

BLANK = " \t\n"
IN_WRITING: dict[str, Callable[[ComplaintsDesk, str], object]] = {
    "correct reasons": lambda d, n: d.correct(
        n,
        by=PRINCIPAL,
        school=SCHOOL,
        officer=None,
        incident_on=None,
        allegations=[Allegation.FORCE],
        names_principal=False,
        harm=False,
        reasons=BLANK,
    ),
    "see_urgency account": lambda d, n: d.see_urgency(
        n, by=PRINCIPAL, trigger=Trigger.ABUSE, account=BLANK
    ),
    "escalate to": lambda d, n: d.escalate(n, by=PRINCIPAL, trigger=Trigger.ABUSE, to=BLANK),
    "defer_informing reasons": lambda d, n: d.defer_informing(n, by=PRINCIPAL, reasons=BLANK),
    "answer_as_officer answer": lambda d, n: d.answer_as_officer(n, by=PRINCIPAL, answer=BLANK),
    "add_evidence source": lambda d, n: d.add_evidence(
        n, by=PRINCIPAL, content=b"x", source=BLANK, description="x"
    ),
    "add_evidence description": lambda d, n: d.add_evidence(
        n, by=PRINCIPAL, content=b"x", source="x", description=BLANK
    ),
    "write_message text": lambda d, n: d.write_message(n, by=PRINCIPAL, text=BLANK),
    "determine text": lambda d, n: d.determine(
        n,
        by=PRINCIPAL,
        findings=[FindingGiven(Allegation.FORCE, Finding.UNFOUNDED, "x")],
        text=BLANK,
    ),
    "determine findings": lambda d, n: d.determine(
        n,
        by=PRINCIPAL,
        findings=[FindingGiven(Allegation.FORCE, Finding.UNFOUNDED, BLANK)],
        text="x",
    ),
    "provide_translation text": lambda d, n: d.provide_translation(n, by=PRINCIPAL, text=BLANK),
    "appeal grounds": lambda d, n: d.appeal(n, by=PRINCIPAL, party=Party.OFFICER, grounds=BLANK),
    "extend reasons": lambda d, n: d.extend(
        n,
        by=SUPERINTENDENT,
        duty=Duty.ANSWER_COMPLAINANT,
        reasons=BLANK,
        anticipated_on=date(2026, 6, 1),
    ),
    "answer_appeal text": lambda d, n: d.answer_appeal(
        n, by=SUPERINTENDENT, party=Party.COMPLAINANT, outcome=Outcome.UPHELD, text=BLANK
    ),
    "go_on reasons": lambda d, n: d.go_on(n, by=PRINCIPAL, reasons=BLANK),
    "close_matter reasons": lambda d, n: d.close_matter(
        n, by=PRINCIPAL, ground=Ground.LATE, reasons=BLANK
    ),
    "reopen what_is_new": lambda d, n: d.reopen(n, by=PRINCIPAL, what_is_new=BLANK),
}


@pytest.mark.parametrize("command", list(IN_WRITING))
def test_comp_7_what_a_clause_wants_in_writing_is_refused_when_blank(
    desk: ComplaintsDesk, command: str
) -> None:
    number = file(desk).number
    before = desk.last_position()
    refused = refusal(lambda: IN_WRITING[command](desk, number))
    assert refused.field == command.split()[1]
    assert "must be given in writing" in refused.reason
    assert desk.last_position() == before


def test_comp_20_what_a_complainant_leaves_blank_is_refused_too(desk: ComplaintsDesk) -> None:
    receipt = file(desk)
    assert refusal(desk.appeal_own, *receipt, grounds=BLANK).field == "grounds"
    assert refusal(desk.write_own_message, *receipt, text=BLANK).field == "text"
    desk.withdraw(*receipt, reasons=BLANK)


# --- Number and passphrase ------------------------------------------------------------------------


def test_comp_20_number_and_passphrase_may_be_typed_in_any_case_and_with_spaces(
    desk: ComplaintsDesk,
) -> None:
    number, passphrase = file(desk)
    assert desk.proven(f" {number.lower()} ", f" {passphrase.upper()} ").number == number


def test_comp_20_nothing_tells_whether_a_number_exists(desk: ComplaintsDesk) -> None:
    number, passphrase = file(desk)
    tries = [
        (number, "wrong"),
        (number, ""),
        (number, file(desk).passphrase),
        ("SRO-AAAA-AAAA", passphrase),
        ("no number at all", passphrase),
        ("", passphrase),
    ]
    told = {
        (refused.clause, refused.reason, refused.field)
        for refused in (refusal(desk.proven, *each) for each in tries)
    }
    assert told == {("C-COMP-20", "this number and passphrase do not match", "passphrase")}


@pytest.mark.parametrize("exists", [True, False])
def test_comp_20_wrong_tries_are_slowed_whether_the_number_exists_or_not(
    desk: ComplaintsDesk, at: At, exists: bool
) -> None:
    receipt = file(desk)
    number = receipt.number if exists else "SRO-AAAA-AAAA"
    for _ in range(5):
        assert "do not match" in refusal(desk.proven, number, "wrong").reason
    waits = refusal(desk.proven, number, receipt.passphrase)
    assert (waits.reason, waits.field) == ("too many wrong tries: wait 60 seconds", "passphrase")
    at.time = time(12, 1)
    assert "do not match" in refusal(desk.proven, number, "wrong").reason
    assert refusal(desk.proven, number, "x").reason.endswith("wait 120 seconds")


def test_comp_20_a_right_try_forgets_the_wrong_ones_and_other_numbers_are_not_slowed(
    desk: ComplaintsDesk, at: At
) -> None:
    one, other = file(desk), file(desk)
    for _ in range(5):
        refusal(desk.proven, one.number, "wrong")
    assert desk.proven(*other).number == other.number
    at.time = time(12, 1)
    desk.proven(*one)
    for _ in range(5):
        refusal(desk.proven, one.number, "wrong")
    assert "wait 60 seconds" in refusal(desk.proven, *one).reason


# --- From the form to the answer of an appeal -----------------------------------------------------


def test_comp_20_a_strangers_wrong_tries_make_only_the_stranger_wait(desk: ComplaintsDesk) -> None:
    receipt = file(desk)
    for _ in range(8):
        with pytest.raises(Refused, match="C-COMP-20"):
            desk.proven(receipt.number, "wrong", address="192.0.2.7")
    assert desk.proven(*receipt, address="198.51.100.4").number == receipt.number
    with pytest.raises(Refused, match="too many wrong tries"):
        desk.proven(*receipt, address="192.0.2.7")


def test_comp_9_a_complaint_goes_from_the_form_to_the_answer_of_an_appeal(
    desk: ComplaintsDesk, at: At
) -> None:
    receipt = file(desk)
    number = receipt.number
    desk.write_own_message(*receipt, text="Is there news?")
    assert desk.seen(number, PRINCIPAL).unread
    desk.write_message(number, by=PRINCIPAL, text="We are looking into it.")
    assert not desk.seen(number, PRINCIPAL).unread
    sha256 = desk.add_evidence(
        number, by=PRINCIPAL, content=b"a photograph", source="front office", description="Door"
    )
    assert sha256 == hashlib.sha256(b"a photograph").hexdigest()
    at.day = DUE
    determine(desk, number)
    desk.appeal_own(*receipt, grounds="Nobody asked me.")
    desk.extend(
        number,
        by=SUPERINTENDENT,
        duty=Duty.ANSWER_COMPLAINANT,
        reasons="A witness is away.",
        anticipated_on=date(2026, 6, 1),
    )
    desk.answer_appeal(
        number,
        by=SUPERINTENDENT,
        party=Party.COMPLAINANT,
        outcome=Outcome.CHANGED,
        text="We asked again.",
    )
    entry = desk.seen(number, PRINCIPAL)
    assert (entry.stage, entry.outcome) == (Stage.ANSWERED, Outcome.CHANGED)
    assert entry.findings == ((Allegation.FORCE, Finding.NOT_SUSTAINED),)
    events = history(desk, number)
    assert {event.by for event in events} == {
        "public",
        "clock",
        COMPLAINANT,
        PRINCIPAL,
        SUPERINTENDENT,
    }
    told = " ".join(text for line in timeline(events, desk.keyring) for _, text in line.details)
    for text in (STORY, NAME, REASONS, LETTER, "Nobody asked me.", "We asked again.", "Door"):
        assert text in told


def test_comp_7_a_letter_can_be_checked_by_its_hash(desk: ComplaintsDesk) -> None:
    number, passphrase = file(desk)
    determine(desk, number)
    desk.appeal_own(number, passphrase, grounds="Nobody asked me.")
    desk.answer_appeal(
        number,
        by=SUPERINTENDENT,
        party=Party.COMPLAINANT,
        outcome=Outcome.UPHELD,
        text="It stands.",
    )
    letters = [e for e in history(desk, number) if isinstance(e, Determined | AppealAnswered)]
    assert len(letters) == 2
    for event in letters:
        letter = desk.keyring.open(event.letter)
        assert hashlib.sha256(letter.encode()).hexdigest() == event.letter_sha256
        assert number in letter


def test_comp_20_the_complainant_is_not_shown_what_others_wrote(desk: ComplaintsDesk) -> None:
    number = file(desk).number
    desk.answer_as_officer(number, by=PRINCIPAL, answer="It was an accident.")
    desk.see_urgency(number, by=PRINCIPAL, trigger=Trigger.ABUSE, account="A teacher saw it.")
    desk.defer_informing(number, by=PRINCIPAL, reasons="A witness is afraid.")
    lines = own_timeline(history(desk, number), desk.keyring)
    shown = " ".join(text for line in lines for _, text in line.details)
    assert STORY in shown
    for text in ("accident", "teacher", "afraid"):
        assert text not in shown
    assert {line.by for line in lines} == {""}


def test_comp_17_a_number_is_linked_and_marked_as_the_complaint_has_it(
    desk: ComplaintsDesk,
) -> None:
    number, other = file(desk).number, file(desk).number
    written = f" {other.lower()}"
    desk.link(number, by=PRINCIPAL, other=written)
    assert desk.complaint(number).links == {other}
    refused = refusal(lambda: desk.link(number, by=PRINCIPAL, other=number.lower()))
    assert (refused.clause, refused.field) == ("C-COMP-17", "other")
    close: dict[str, Any] = {
        "by": PRINCIPAL,
        "ground": Ground.DUPLICATE,
        "reasons": "Handed in twice.",
    }
    refused = refusal(lambda: desk.close_matter(number, duplicate_of=number.lower(), **close))
    assert (refused.clause, refused.field) == ("C-COMP-17", "duplicate_of")
    desk.close_matter(number, duplicate_of=written, **close)
    assert desk.seen(number, PRINCIPAL).closed_as is Ground.DUPLICATE


def test_comp_17_a_complaint_that_does_not_exist_is_neither_linked_nor_found(
    desk: ComplaintsDesk,
) -> None:
    number = file(desk).number
    for wrong in ("SRO-AAAA-AAAA", "no number", "SRO-1111-1111"):
        refused = refusal(desk.link, number, by=PRINCIPAL, other=wrong)
        assert (refused.clause, refused.field) == ("C-COMP-20", "number")
        assert refusal(desk.seen, wrong, PRINCIPAL).field == "number"
        assert refusal(desk.acknowledge, wrong, by=PRINCIPAL).field == "number"


def test_comp_23_the_officers_answer_is_sealed_under_the_officers_own_key(
    desk: ComplaintsDesk,
) -> None:
    number = file(desk).number
    desk.answer_as_officer(number, by=PRINCIPAL, answer="It was an accident.")
    desk.keyring.destroy(desk.complaint(number).subject)
    told = [
        text for line in timeline(history(desk, number), desk.keyring) for _, text in line.details
    ]
    assert "It was an accident." in told
    assert "(erased)" in told


def test_comp_16_a_reopened_complaint_is_determined_anew(desk: ComplaintsDesk) -> None:
    number = file(desk).number
    determine(desk, number)
    desk.reopen(number, by=PRINCIPAL, what_is_new="A film was found.")
    findings = [FindingGiven(Allegation.FORCE, Finding.SUSTAINED, "The film shows it.")]
    desk.determine(number, by=PRINCIPAL, findings=findings, text="We looked again.")
    entry = desk.seen(number, PRINCIPAL)
    assert entry.findings == ((Allegation.FORCE, Finding.SUSTAINED),)
    assert entry.stage is Stage.DETERMINED


def test_comp_6_an_investigation_is_seen_on_the_docket(desk: ComplaintsDesk) -> None:
    number = file(desk).number
    investigate(desk, number)
    entry = desk.seen(number, PRINCIPAL)
    assert (entry.stage, entry.investigator) == (Stage.INVESTIGATION, PRINCIPAL)
