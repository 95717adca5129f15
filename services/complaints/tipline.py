"""The tip line: messages become complaints; what can't be read is kept for a person (C-COMP-4)."""

from __future__ import annotations

from base64 import b64decode, b64encode
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5

from eventsourcing.application import AggregateNotFoundError
from eventsourcing.persistence import IntegrityError

from services.complaints import unread
from services.complaints.rights import READ_TIPS
from services.complaints.tips import Rejected, Tip, read_tips
from services.complaints.tray import Tray
from services.complaints.unread import TipSetAside, UnreadTip
from services.complaints.urgency import urgent_triggers
from shared.errors import Refused
from shared.who_may import PUBLIC, Commanded, may

if TYPE_CHECKING:
    from services.complaints.application import ComplaintsDesk, Receipt
    from shared.who_may import Standing

TIPS = uuid5(NAMESPACE_URL, "accord:tips")
KEPT_BYTES_MAX = 2_000_000


class Taken(NamedTuple):
    """What came of a file of messages: a receipt for each that was read, and the others."""

    receipts: tuple[Receipt, ...]
    rejected: tuple[Rejected, ...]


class TipLine(Commanded):
    """Takes messages in for the district's complaints desk."""

    def __init__(self, desk: ComplaintsDesk) -> None:
        self._desk = desk
        self.tray = Tray(desk, desk.engine)

    def take(self, raw: bytes, *, name: str) -> Taken:
        """Take in a message, or a `.jsonl` file of several; handed in twice it is one complaint.

        Every message ends as a complaint or in the tray: one that can't be read, or that the desk
        refuses, is kept there with its reason. One above 2 MB is only handed back.
        """
        tips, rejected = read_tips(raw, name=name)
        receipts: list[Receipt] = []
        unfit = list(rejected)
        for tip in tips:
            try:
                receipts.append(self._receive(tip))
            except Refused as refusal:
                field = refusal.field or "message"
                unfit.append(Rejected(tip.line, field, refusal.reason, tip.raw))
        for each in unfit:
            self._set_aside(each)
        return Taken(tuple(receipts), tuple(sorted(unfit, key=lambda each: each.line)))

    def _receive(self, tip: Tip) -> Receipt:
        arrived = None
        if tip.received_at is not None:
            arrived = min(tip.received_at.astimezone(self._desk.zone).date(), self._desk.today())
        return self._desk.receive(
            by=PUBLIC,
            channel=tip.channel,
            narrative=_narrative(tip),
            received_on=arrived,
            urgent=urgent_triggers(tip.text),
            language=tip.language or "en",
            contact=tip.sender,
            submission=f"tip:{tip.message_id}",
        )

    def _set_aside(self, rejected: Rejected) -> None:
        if len(rejected.raw) > KEPT_BYTES_MAX:
            return
        desk, number = self._desk, uuid5(TIPS, sha256(rejected.raw).hexdigest())
        event = TipSetAside(
            field=rejected.field,
            reason=rejected.reason,
            size_bytes=len(rejected.raw),
            raw=desk.keyring.seal(number, b64encode(rejected.raw).decode()),
            set_aside_on=desk.today(),
        )
        try:
            desk.save(UnreadTip.begin(event, by=PUBLIC, number=number))
        except IntegrityError:
            return  # handed in before

    # --- The tray -------------------------------------------------------------------------------

    @may(READ_TIPS)
    def opened(self, tip: UUID, *, by: str) -> bytes:
        """The message as it came, for a person of the tip line."""
        return b64decode(self._desk.keyring.open(self._tip(tip).raw))

    @may(READ_TIPS)
    def settle(self, tip: UUID, *, by: str, number: str = "") -> None:
        """Say which complaint it became, or (no number) that it is none."""
        complaint = self._desk.complaint(number).number if number.strip() else None
        message = self._tip(tip)
        message.record(unread.settle(message, self._desk.today(), number=complaint), by=by)
        self._desk.save(message)

    def standing(self, staff: str) -> Standing:
        """The roles a person holds today."""
        return self._desk.standing(staff)

    def _tip(self, tip: UUID) -> UnreadTip:
        try:
            message: UnreadTip = self._desk.repository.get(tip)
        except AggregateNotFoundError:
            raise Refused("C-COMP-2", "no such message waits", "tip") from None
        return message


def _narrative(tip: Tip) -> str:
    """What was written, and what came with it: files are noted by their hash, not kept."""
    files = [
        f"[{a.media_type}, {a.size_bytes:,} bytes, SHA-256 {a.sha256}]" for a in tip.attachments
    ]
    return "\n".join((tip.text, *files))
