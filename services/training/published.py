"""The only door out: which events leave, as which contract, for whom.

A match without a default: mypy fails until a new event says whether it leaves. Of what both
organisations write, only an organisation's own leaves it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never, cast

from services.training.events import (
    Confirmed,
    Corrected,
    Countersigned,
    DisputeAnswered,
    Disputed,
    DisputeUnanswered,
    Expired,
    ExpiryNoticed,
    FileOpened,
    GateClosed,
    GateOpened,
    Revoked,
    Waived,
    WaiverEnded,
)
from services.training.requirements import CatalogAdopted
from services.training.sessions import TrainingHeld
from services.training.submissions import SubmissionAccepted, SubmissionReceived, SubmissionRejected
from shared.contracts.base import OWN, Publication
from shared.contracts.training import (
    CatalogAdoptedV1,
    ConfirmedV1,
    CorrectedV1,
    CountersignedV1,
    DisputeAnsweredV1,
    DisputedV1,
    DisputeUnansweredV1,
    FactsV1,
    OfficerClearedV1,
    OfficerNotClearedV1,
    RevokedV1,
    SubmissionRejectedV1,
    TrainingHeldV1,
    WaivedV1,
    WaiverEndedV1,
)
from shared.hearing import Heard

if TYPE_CHECKING:
    from services.training.events import FileEvent
    from services.training.record import Facts
    from services.training.submissions import SubmissionEvent
    from services.training.words import Keeper
    from shared.aggregate import Event
    from shared.contracts.base import Contract

NOT_TOLD = {"reference"}
"""The number of a certificate stays with who confirms."""


def publish(keeper: Keeper, counterpart: str, event: Event) -> tuple[Publication, ...]:  # noqa: PLR0911  # one case an event
    """Say what leaves an organisation for an event, and to whom; nothing if it stays inside."""
    known = cast("FileEvent | CatalogAdopted | TrainingHeld | SubmissionEvent | Heard", event)
    match known:
        case TrainingHeld():
            return _staff_trained(known) if keeper == "district" else ()
        case SubmissionRejected():
            if keeper != "agency":
                return ()
            rejected = SubmissionRejectedV1(
                submission=known.key,
                clause=known.clause,
                field=known.field,
                reason=known.reason,
                rejected_on=known.rejected_on,
            )
            return (Publication(OWN, rejected),)
        case CatalogAdopted():
            if known.catalog.keeper != keeper:
                return ()
            told = known.catalog.model_dump(mode="json") | {"sha256": known.sha256}
            return (Publication(counterpart, CatalogAdoptedV1.model_validate(told)),)
        case GateOpened() | GateClosed():
            if keeper != "district":
                return ()
            judged = _judged(known)
            return Publication(OWN, judged), Publication(counterpart, judged)
        case Heard() | SubmissionReceived() | SubmissionAccepted():
            return ()
        case _:
            contract = _of_file(keeper, known)
            return () if contract is None else (Publication(counterpart, contract),)


def _staff_trained(held: TrainingHeld) -> tuple[Publication, ...]:
    if not held.staff:
        return ()
    told = TrainingHeldV1(
        requirement=held.requirement,
        held_on=held.held_on,
        school=held.school,
        staff=held.staff,
        expires_on=held.expires_on,
    )
    return (Publication(OWN, told),)


def _judged(event: GateOpened | GateClosed) -> Contract:
    kind = OfficerClearedV1 if isinstance(event, GateOpened) else OfficerNotClearedV1
    told = event.judgement.model_dump(mode="json")
    facts = {"officer": event.officer, "noted_on": event.known_on}
    return kind.model_validate(told | facts)


def _of_file(  # noqa: C901, PLR0911  # one case an event
    keeper: Keeper,
    event: FileOpened
    | Confirmed
    | Corrected
    | Revoked
    | Countersigned
    | Disputed
    | DisputeAnswered
    | DisputeUnanswered
    | Waived
    | WaiverEnded
    | ExpiryNoticed
    | Expired,
) -> Contract | None:
    if _is_the_others(keeper, event):
        return None
    match event:
        case Confirmed():
            return ConfirmedV1(
                officer=event.officer,
                number=event.number,
                facts=_facts(event.facts),
                confirmed_on=event.known_on,
            )
        case Corrected():
            return CorrectedV1(
                officer=event.officer,
                number=event.number,
                facts=_facts(event.facts),
                corrected_on=event.known_on,
            )
        case Revoked():
            return RevokedV1(officer=event.officer, number=event.number, revoked_on=event.known_on)
        case Waived():
            return WaivedV1(
                officer=event.officer,
                number=event.number,
                requirement=event.requirement,
                from_on=event.from_on,
                ends_on=event.ends_on,
                signer=event.signer,
            )
        case WaiverEnded():
            return WaiverEndedV1(
                officer=event.officer, number=event.number, ended_on=event.known_on
            )
        case Countersigned():
            return CountersignedV1(
                officer=event.officer, number=event.number, countersigned_on=event.known_on
            )
        case Disputed():
            return DisputedV1(
                officer=event.officer,
                number=event.number,
                ground=event.ground.value,
                disputed_on=event.known_on,
                answer_due_on=event.answer_due_on,
            )
        case DisputeAnswered():
            return DisputeAnsweredV1(
                officer=event.officer,
                number=event.number,
                outcome=event.outcome.value,
                answered_on=event.known_on,
            )
        case DisputeUnanswered():
            return DisputeUnansweredV1(
                officer=event.officer,
                number=event.number,
                unanswered_on=event.unanswered_on,
                noted_on=event.noted_on,
            )
        case FileOpened() | ExpiryNoticed() | Expired():
            return None
        case _:
            assert_never(event)


def _is_the_others(keeper: Keeper, event: object) -> bool:
    match event:
        case Confirmed() | Corrected() | Revoked() | Waived() | WaiverEnded():
            return event.keeper != keeper
        case Countersigned() | Disputed() | DisputeUnanswered():
            return keeper != "district"
        case DisputeAnswered():
            return keeper != "agency"
        case _:
            return False


def _facts(facts: Facts) -> FactsV1:
    return FactsV1.model_validate(facts.model_dump(exclude=NOT_TOLD))
