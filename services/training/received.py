"""What the other organisation's training service tells, and which change it makes here.

Each handler gives the aggregates to save with the fact of the receipt; it may be called again. What
happened in the other organisation is kept as it was told: there is nothing to refuse.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from services.training.events import (
    Confirmed,
    Corrected,
    Countersigned,
    DisputeAnswered,
    Disputed,
    DisputeUnanswered,
    GateClosed,
    GateOpened,
    Revoked,
    Waived,
    WaiverEnded,
)
from services.training.record import Facts, Judgement
from services.training.requirements import AdoptedCatalog, CatalogAdopted, CatalogVersion
from services.training.words import Channel, Ground, Keeper, Outcome
from shared.contracts.training import (
    CatalogAdoptedV1,
    ConfirmedV1,
    CorrectedV1,
    CountersignedV1,
    DisputeAnsweredV1,
    DisputedV1,
    DisputeUnansweredV1,
    FactsV1,
    Judged,
    OfficerClearedV1,
    OfficerNotClearedV1,
    RevokedV1,
    WaivedV1,
    WaiverEndedV1,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from services.training.application import TrainingDesk
    from services.training.events import Happened
    from shared.aggregate import Aggregate
    from shared.contracts.training import FromAgency, FromDistrict

OTHER: dict[Keeper, Keeper] = {"agency": "district", "district": "agency"}


def from_counterpart(desk: TrainingDesk, told: FromAgency | FromDistrict) -> Sequence[Aggregate]:
    """Keep what the other organisation told (C-TRN-1)."""
    by = f"{desk.counterpart}.{desk.name}"
    if isinstance(told, CatalogAdoptedV1):
        number = desk.catalog_id(told.catalog, told.version)
        return (AdoptedCatalog.begin(_adopted(told, desk.today()), by=by, number=number),)
    file = desk.file(told.officer, by)
    file.record(_event(told, OTHER[desk.keeper], desk.today()), by=by)
    return (file,)


def _adopted(told: CatalogAdoptedV1, today: date) -> CatalogAdopted:
    facts = told.model_dump(mode="json", exclude={"name", "sha256"})
    catalog = CatalogVersion.model_validate(facts)
    return CatalogAdopted(catalog=catalog, known_on=today, sha256=told.sha256)


def _event(  # noqa: C901, PLR0911  # one case a contract
    told: ConfirmedV1
    | CorrectedV1
    | RevokedV1
    | WaivedV1
    | WaiverEndedV1
    | DisputeAnsweredV1
    | CountersignedV1
    | DisputedV1
    | DisputeUnansweredV1
    | OfficerClearedV1
    | OfficerNotClearedV1,
    keeper: Keeper,
    today: date,
) -> Happened:
    match told:
        case ConfirmedV1():
            return Confirmed(
                officer=told.officer,
                keeper=keeper,
                number=told.number,
                facts=_facts(told.facts),
                channel=Channel.COUNTERPART,
                known_on=today,
            )
        case CorrectedV1():
            return Corrected(
                officer=told.officer,
                keeper=keeper,
                number=told.number,
                facts=_facts(told.facts),
                reasons=None,
                known_on=today,
            )
        case RevokedV1():
            return Revoked(
                officer=told.officer,
                keeper=keeper,
                number=told.number,
                reasons=None,
                known_on=today,
            )
        case WaivedV1():
            return Waived(
                officer=told.officer,
                keeper=keeper,
                number=told.number,
                requirement=told.requirement,
                from_on=told.from_on,
                ends_on=told.ends_on,
                signer=told.signer,
                reasons=None,
                known_on=today,
            )
        case WaiverEndedV1():
            return WaiverEnded(
                officer=told.officer, keeper=keeper, number=told.number, known_on=today
            )
        case DisputeAnsweredV1():
            outcome = Outcome(told.outcome)
            return DisputeAnswered(
                officer=told.officer,
                number=told.number,
                outcome=outcome,
                reasons=None,
                known_on=today,
            )
        case CountersignedV1():
            return Countersigned(officer=told.officer, number=told.number, known_on=today)
        case DisputedV1():
            return Disputed(
                officer=told.officer,
                number=told.number,
                ground=Ground(told.ground),
                reasons=None,
                answer_due_on=told.answer_due_on,
                known_on=today,
            )
        case DisputeUnansweredV1():
            return DisputeUnanswered(
                officer=told.officer,
                number=told.number,
                unanswered_on=told.unanswered_on,
                noted_on=told.noted_on,
            )
        case OfficerClearedV1():
            return GateOpened(officer=told.officer, judgement=_judgement(told), known_on=today)
        case OfficerNotClearedV1():
            return GateClosed(officer=told.officer, judgement=_judgement(told), known_on=today)
        case _:
            assert_never(told)


def _facts(told: FactsV1) -> Facts:
    return Facts.model_validate(told.model_dump())


def _judgement(told: Judged) -> Judgement:
    facts = told.model_dump(exclude={"name", "officer", "noted_on"})
    return Judgement.model_validate(facts)
