"""What other programs of the organisation send: read, taken by the desk, and answered with reasons.

The same for a message over NATS and a request over HTTP. Answers name fields, never their values.
One that comes again, by its CloudEvents source and id, gets the same answer and records nothing.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import BaseModel, ValidationError

from services.incidents import call_decisions as decide
from services.incidents.call import CallFacts
from services.incidents.calls_desk import Told
from services.incidents.words import Capacity, Part, Setting, Subject, Whom
from shared.contracts.incidents import (
    AnswerV1,
    CallV1,
    ClassificationV1,
    ForceV1,
    InteractionV1,
    NotedCallV1,
    OutcomeV1,
    ReasonV1,
)
from shared.errors import Refused
from shared.who_may import OPERATOR, Acting
from shared.wire.intake import NotAnEvent, sent_event

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from services.incidents.calls_desk import CallsDesk
    from services.incidents.district_desk import DistrictDesk
    from services.incidents.words import Channel

CLAUSE = "C-DATA-2"
PLAIN = re.compile(r"[a-z_.0-9]{1,60}")
DISTRICT_SYSTEM = Acting("district-system", [OPERATOR])
"""What the district's own systems send is recorded as theirs; the bus or the token let them in."""


class Kind(NamedTuple):
    """One kind of thing that may be sent."""

    accepts: type[BaseModel]
    type: str
    take: Callable[[Any, str, Channel], AnswerV1]
    """The desk's answer to the data, by the key of the message."""

    @property
    def name(self) -> str:
        """Last part of the subject, and of the path."""
        return self.type.split(".")[1]


def answered(kind: Kind, channel: Channel, headers: Mapping[str, str], body: bytes) -> AnswerV1:
    """Take what was sent and say what came of it."""
    try:
        event = sent_event(headers, body)
    except NotAnEvent as wrong:
        return _rejected(ReasonV1(clause=CLAUSE, field=wrong.field, reason=wrong.reason))
    if event.type != kind.type:
        return _rejected(ReasonV1(clause=CLAUSE, field="type", reason=f"give the type {kind.type}"))
    key = sha256(f"{event.source}\n{event.id}".encode()).hexdigest()
    try:
        return kind.take(kind.accepts.model_validate(event.data), key, channel)
    except Refused as refused:
        reason = ReasonV1(clause=refused.clause, field=refused.field, reason=refused.reason)
        return _rejected(reason)
    except ValidationError as error:
        return _rejected(*(_wrong(each) for each in error.errors(include_input=False)))


def of_agency(desk: CallsDesk) -> tuple[Kind, ...]:
    """What the agency's dispatch and records systems may send."""

    def call(sent: CallV1, key: str, channel: Channel) -> AnswerV1:
        recorded = desk.submit(_told(desk, sent), key=key, channel=channel)
        return _taken(sent.number, recorded)

    def classification(sent: ClassificationV1, key: str, channel: Channel) -> AnswerV1:
        today = desk.today()
        recorded = desk.submit_change(
            sent.number, key, lambda c: decide.classify(c, sent.offenses, today=today, key=key)
        )
        return _taken(sent.number, recorded)

    def outcome(sent: OutcomeV1, key: str, channel: Channel) -> AnswerV1:
        today, rules = desk.today(), desk.rules()
        recorded = desk.submit_change(
            sent.number,
            key,
            lambda c: decide.record_outcome(
                c, rules, today=today, outcome=sent.outcome, persons=sent.persons, key=key
            ),
        )
        return _taken(sent.number, recorded)

    def force(sent: ForceV1, key: str, channel: Channel) -> AnswerV1:
        now, rules = desk.now(), desk.rules()
        facts = sent.model_dump(exclude={"number"})
        recorded = desk.submit_change(
            sent.number, key, lambda c: decide.report_force(c, rules, now=now, key=key, **facts)
        )
        return _taken(sent.number, recorded)

    return (
        Kind(CallV1, "incidents.call.v1", call),
        Kind(ClassificationV1, "incidents.classification.v1", classification),
        Kind(OutcomeV1, "incidents.outcome.v1", outcome),
        Kind(ForceV1, "incidents.force.v1", force),
    )


def of_district(desk: DistrictDesk) -> tuple[Kind, ...]:
    """What the district's own systems may send."""

    def interaction(sent: InteractionV1, key: str, channel: Channel) -> AnswerV1:
        known = desk.was_sent("interaction", key)
        reference = desk.log_interaction(
            by=DISTRICT_SYSTEM,
            officer=sent.officer,
            school=sent.school,
            on=sent.on,
            capacity=Capacity(sent.capacity),
            whom=Whom(sent.whom),
            setting=Setting(sent.setting),
            subject=Subject(sent.subject),
            persons=sent.persons,
            part=Part(sent.discipline_part) if sent.discipline_part else None,
            key=key,
        )
        return _taken(reference, not known)

    def noted_call(sent: NotedCallV1, key: str, channel: Channel) -> AnswerV1:
        known = desk.was_sent("incident", key)
        reference = desk.note_call(
            by=DISTRICT_SYSTEM, school=sent.school, at=sent.at, number=sent.number, key=key
        )
        return _taken(reference, not known)

    return (
        Kind(InteractionV1, "incidents.interaction.v1", interaction),
        Kind(NotedCallV1, "incidents.noted_call.v1", noted_call),
    )


def _told(desk: CallsDesk, sent: CallV1) -> Told:
    school = sent.school
    if school is None:
        if not sent.block_address or not sent.zip:
            reason = "give the school, or block_address and zip"
            raise Refused(CLAUSE, reason, "school")
        school = desk.school_at(sent.block_address, sent.zip)
    facts = sent.model_dump(include=set(CallFacts.model_fields) - {"school"})
    return Told(sent.number, CallFacts(school=school, **facts), officers=sent.officers)


def _taken(reference: str, recorded: bool) -> AnswerV1:  # the answer's own field
    return AnswerV1(accepted=True, reference=reference, recorded=recorded)


def _rejected(*reasons: ReasonV1) -> AnswerV1:
    return AnswerV1(accepted=False, reasons=reasons)


def _wrong(error: object) -> ReasonV1:
    """What is wrong with a field; a name that the sender made up is not repeated."""
    assert isinstance(error, dict)
    where = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        known = where if PLAIN.fullmatch(where) else None
        return ReasonV1(clause=CLAUSE, field=known, reason="there is no such field: leave it out")
    return ReasonV1(clause=CLAUSE, field=where or "data", reason=str(error["msg"]))
