"""The tip line: a message becomes a complaint, once; what can't be read waits for a person."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from services.complaints.timeline import timeline
from services.complaints.tipline import TipLine
from services.complaints.views import matter
from services.complaints.words import Channel, Duty, Trigger
from shared.errors import Refused
from tests.complaints.samples import DISTRICT, MONDAY, At, adopted, district_desk, hear

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.complaints.application import ComplaintsDesk

TIPS = Path(__file__).parents[2] / "samples" / "tips"
BROKEN = Path(__file__).parent / "tips" / "broken-encoding.eml"
TEXT = {"from": "+15555550123", "body": "He pulled a knife on the bus", "message_id": "m1"}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[ComplaintsDesk]:
    with district_desk(tmp_path, At(MONDAY)) as desk:
        yield desk


@pytest.fixture
def line(desk: ComplaintsDesk) -> TipLine:
    return TipLine(desk)


@pytest.mark.parametrize(
    ("name", "channel"),
    [
        ("hallway.eml", Channel.EMAIL),
        ("bus.sms.json", Channel.TEXT),
        ("parking.call.json", Channel.PHONE),
    ],
)
def test_comp_2_each_kind_of_message_becomes_a_complaint(
    desk: ComplaintsDesk, line: TipLine, name: str, channel: Channel
) -> None:
    (receipt,), rejected = line.take((TIPS / name).read_bytes(), name=name)
    assert not rejected
    entry = desk.seen(receipt.number, "staff-7")
    assert (entry.channel, entry.school) == (channel, None)
    assert Duty.FORWARD in entry.clocks
    assert desk.proven(receipt.number, receipt.passphrase).number == receipt.number


def test_comp_2_a_message_handed_in_twice_is_one_complaint(
    desk: ComplaintsDesk, line: TipLine
) -> None:
    raw = json.dumps(TEXT).encode()
    assert line.take(raw, name="") == line.take(raw, name="")
    assert len(desk.entries("staff-7")) == 1


def test_comp_18_words_that_must_not_wait_start_the_clock_of_escalation(
    desk: ComplaintsDesk, line: TipLine
) -> None:
    (receipt,), _ = line.take(json.dumps(TEXT).encode(), name="")
    entry = desk.seen(receipt.number, "staff-7")
    assert Trigger.WEAPON in entry.urgent
    assert entry.clocks[Duty.ESCALATE].due_on == MONDAY


def test_comp_4_the_tip_line_forwards_and_the_clock_keeps_its_first_arrival(
    desk: ComplaintsDesk, line: TipLine
) -> None:
    (receipt,), _ = line.take(json.dumps(TEXT).encode(), name="")
    before = desk.seen(receipt.number, "staff-7").clocks[Duty.DETERMINE]
    desk.forward(receipt.number, by="staff-7", school="sample-valley-high")
    after = desk.seen(receipt.number, "staff-1").clocks
    assert Duty.FORWARD not in after
    assert after[Duty.DETERMINE].trigger == before.trigger == MONDAY
    assert after[Duty.DETERMINE].school == "sample-valley-high"
    with pytest.raises(Refused, match="another office"):
        desk.seen(receipt.number, "staff-7")


def test_comp_2_what_cannot_be_read_is_kept_whole_until_somebody_settles_it(
    desk: ComplaintsDesk, line: TipLine
) -> None:
    raw = BROKEN.read_bytes()
    for _ in range(2):
        receipts, (rejected,) = line.take(raw, name=BROKEN.name)
        assert (receipts, rejected.field) == ((), "body")
    (waiting,) = line.tray.waiting()
    assert (waiting.field, waiting.reason) == (rejected.field, rejected.reason)
    with pytest.raises(Refused, match="C-COMP-4"):
        line.opened(waiting.id, by="staff-1")
    assert line.opened(waiting.id, by="staff-7") == raw
    line.settle(waiting.id, by="staff-7")
    assert line.tray.waiting() == []
    with pytest.raises(Refused, match="somebody has dealt"):
        line.settle(waiting.id, by="staff-7")


def test_comp_2_a_file_with_bad_lines_loads_the_good_ones(
    desk: ComplaintsDesk, line: TipLine
) -> None:
    good, other = json.dumps(TEXT), json.dumps({**TEXT, "message_id": "m2", "body": "Please look"})
    raw = "\n".join((good, '{"from": 5}', other)).encode()
    taken = line.take(raw, name="several.jsonl")
    assert (len(taken.receipts), [each.line for each in taken.rejected]) == (2, [2])
    assert len(desk.entries("staff-7")) == 2


def test_comp_24_files_that_came_with_an_e_mail_are_noted_by_their_hash(
    desk: ComplaintsDesk, line: TipLine
) -> None:
    raw = (
        b"From: a@example.invalid\r\nSubject: seen\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n"
        b"Look at this\r\n--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n"
        b"\r\niVBORw0K\r\n--b--\r\n"
    )
    (receipt,), _ = line.take(raw, name="tip.eml")
    desk.forward(receipt.number, by="staff-7", school="sample-valley-high")
    told = dict(matter(desk, receipt.number, "staff-1").history[0].details)
    assert "image/png" in told["Narrative"]
    assert "SHA-256" in told["Narrative"]


def test_the_history_of_a_tip_tells_nothing_once_its_key_is_destroyed(
    desk: ComplaintsDesk, line: TipLine
) -> None:
    (receipt,), _ = line.take(json.dumps(TEXT).encode(), name="")
    complaint = desk.complaint(receipt.number)
    desk.keyring.destroy(complaint.subject)
    first, *_ = timeline(desk.events_of(complaint.id), desk.keyring)  # type: ignore[arg-type]  # its events
    assert dict(first.details)["Narrative"] == "(erased)"


def test_comp_21_what_the_policy_refuses_waits_for_a_person_too(
    desk: ComplaintsDesk, line: TipLine
) -> None:
    hear(desk, DISTRICT, [adopted("named-only", anonymous=False)])
    withheld, signed = json.dumps({**TEXT, "from": "withheld"}), json.dumps(TEXT)
    taken = line.take(f"{withheld}\n{signed}".encode(), name="several.jsonl")
    assert len(taken.receipts) == 1
    assert [(each.line, each.field) for each in taken.rejected] == [(1, "complainant")]
    (waiting,) = line.tray.waiting()
    assert line.opened(waiting.id, by="staff-7") == withheld.encode()
