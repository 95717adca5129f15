"""A confirmation from the agency's training system: read, submitted to the desk, and answered.

The same for a message over NATS and a request over HTTP. Answers name fields, never their values.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING

from pydantic import ValidationError

from services.training.domain import Entered
from services.training.record import Evidence
from shared.contracts.training import ConfirmationAnswerV1, ConfirmationV1, ReasonV1
from shared.errors import Refused
from shared.wire.intake import NotAnEvent, SentEvent, sent_event

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.training.agency_desk import AgencyDesk
    from services.training.words import Channel

TYPE = "training.confirmation.v1"
CLAUSE = "C-TRN-6"
PLAIN = re.compile(r"[a-z_.0-9]{1,60}")


def answered(
    desk: AgencyDesk, channel: Channel, headers: Mapping[str, str], body: bytes
) -> ConfirmationAnswerV1:
    """Take a confirmation and say what came of it (C-TRN-6)."""
    try:
        event = sent_event(headers, body)
    except NotAnEvent as wrong:
        return _rejected(ReasonV1(clause=CLAUSE, field=wrong.field, reason=wrong.reason))
    content = sha256(body).hexdigest()
    reasons: tuple[ReasonV1, ...]
    if event.type != TYPE:
        reasons = (ReasonV1(clause=CLAUSE, field="type", reason=f"give the type {TYPE}"),)
    else:
        try:
            return _submitted(desk, channel, event, content)
        except Refused as refused:
            return _rejected(_reason(refused))
        except ValidationError as error:
            reasons = tuple(_wrong(each) for each in error.errors(include_input=False))
    first = reasons[0]
    try:
        desk.reject(
            Refused(first.clause, first.reason, first.field),
            source=event.source,
            event_id=event.id,
            content_sha256=content,
            channel=channel,
        )
    except Refused as other:
        return _rejected(_reason(other))
    return _rejected(*reasons)


def _submitted(
    desk: AgencyDesk, channel: Channel, event: SentEvent, content: str
) -> ConfirmationAnswerV1:
    sent = ConfirmationV1.model_validate(event.data)
    evidence = None if sent.evidence is None else Evidence(**sent.evidence.model_dump())
    facts = sent.model_dump(exclude={"officer", "evidence"})
    told = desk.submit(
        sent.officer,
        Entered(**facts, evidence=evidence),
        source=event.source,
        event_id=event.id,
        content_sha256=content,
        channel=channel,
    )
    return ConfirmationAnswerV1(accepted=True, number=told.number, recorded=told.recorded)


def _rejected(*reasons: ReasonV1) -> ConfirmationAnswerV1:
    return ConfirmationAnswerV1(accepted=False, reasons=reasons)


def _reason(refused: Refused) -> ReasonV1:
    return ReasonV1(clause=refused.clause, field=refused.field, reason=refused.reason)


def _wrong(error: object) -> ReasonV1:
    """What is wrong with a field; a name that the sender made up is not repeated."""
    assert isinstance(error, dict)
    where = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        known = where if PLAIN.fullmatch(where) else None
        reason = "a confirmation has no such field: leave it out"
        return ReasonV1(clause=CLAUSE, field=known, reason=reason)
    return ReasonV1(clause=CLAUSE, field=where or "data", reason=str(error["msg"]))
