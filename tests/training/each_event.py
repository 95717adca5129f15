"""One of each event of the training service, as each organisation stores its own."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from services.training import events as e
from services.training.events import OfficerFile
from services.training.record import Evidence, Facts, Judgement, Verdict
from services.training.requirements import (
    AdoptedCatalog,
    CatalogAdopted,
    CatalogVersion,
    CourseCode,
    GateRule,
    Period,
    Requirement,
)
from services.training.sessions import TrainingHeld, TrainingSession
from services.training.submissions import (
    Submission,
    SubmissionAccepted,
    SubmissionReceived,
    SubmissionRejected,
)
from services.training.words import Channel, Ground, Kind, Outcome
from shared.aggregate import CreatedEvent
from shared.hearing import Bulletin, Heard
from tests.training.samples import CALENDAR, DISTRICT, OFFICER, SCHOOL, TODAY, opened, sealed

if TYPE_CHECKING:
    from services.training.words import Keeper
    from shared.aggregate import Aggregate, Event

FACTS = Facts(
    requirement="K-OJT",
    completed_on=date(2026, 2, 20),
    hours=16.0,
    days=2,
    provider="Sample agency academy",
    expires_on=date(2028, 2, 20),
    reference="C-00019",
    evidence=Evidence(sha256="ab" * 32, size_bytes=1234, media_type="application/pdf"),
    school=SCHOOL,
    catalog="law/2021",
)
CLEARED = Judgement(
    on=TODAY,
    decides="procedure",
    procedure=Verdict(cleared=True),
    law=Verdict(cleared=True, plan_until=date(2026, 9, 3)),
    catalogs=("law/2021",),
    calendar="sample-sd-2025-26/1",
)
NOT_CLEARED = CLEARED.model_copy(
    update={
        "procedure": Verdict(cleared=False, missing=("T-RESTJ",)),
        "law": Verdict(cleared=False, missing=("T-RESTJ",)),
    }
)
SHA256 = "0" * 64


def _catalog(keeper: Keeper) -> CatalogAdopted:
    kind = Kind.ON_THE_JOB if keeper == "agency" else Kind.FORMAL
    requirement = Requirement(
        id="K-OJT" if keeper == "agency" else "D-SAFE",
        title="A sample",
        kind=kind,
        citation="a citation",
        due=Period(unit="years", count=1),
        amount=2 if keeper == "agency" else None,
        notice="a notice",
    )
    catalog = CatalogVersion(
        catalog="sample",
        version="1",
        keeper=keeper,
        title="A sample",
        citation="a citation",
        effective_from=date(2021, 7, 25),
        effective_to=date(2027, 7, 24),
        requirements=(requirement,),
        course_codes={"OJT-2D": CourseCode(requirement="K-OJT", days=2)},
        gate=GateRule(decides="procedure") if keeper == "district" else None,
    )
    return CatalogAdopted(catalog=catalog, known_on=TODAY, sha256=SHA256)


def of_a_file(keeper: Keeper) -> list[e.FileEvent]:
    """One of each event of a file, each kept by one organisation where it says so."""
    return [
        opened(),
        e.Confirmed(
            officer=OFFICER,
            keeper=keeper,
            number=1,
            facts=FACTS,
            channel=Channel.PAGE,
            known_on=TODAY,
        ),
        e.Corrected(
            officer=OFFICER, keeper=keeper, number=1, facts=FACTS, reasons=sealed(), known_on=TODAY
        ),
        e.Revoked(officer=OFFICER, keeper=keeper, number=1, reasons=sealed(), known_on=TODAY),
        e.Countersigned(officer=OFFICER, number=1, known_on=TODAY),
        e.Disputed(
            officer=OFFICER,
            number=1,
            ground=Ground.EVIDENCE,
            reasons=sealed(),
            answer_due_on=date(2026, 3, 16),
            known_on=TODAY,
        ),
        e.DisputeAnswered(
            officer=OFFICER, number=1, outcome=Outcome.CORRECTED, reasons=sealed(), known_on=TODAY
        ),
        e.DisputeUnanswered(
            officer=OFFICER, number=1, unanswered_on=TODAY, noted_on=date(2026, 3, 4)
        ),
        e.Waived(
            officer=OFFICER,
            keeper=keeper,
            number=1,
            requirement="A-NASRO",
            from_on=TODAY,
            ends_on=date(2027, 3, 2),
            signer="Chief",
            reasons=sealed(),
            known_on=TODAY,
        ),
        e.WaiverEnded(officer=OFFICER, keeper=keeper, number=1, known_on=TODAY),
        e.ExpiryNoticed(
            officer=OFFICER,
            number=1,
            requirement="A-FACPR",
            expires_on=date(2026, 4, 1),
            days=60,
            noticed_on=TODAY,
        ),
        e.Expired(
            officer=OFFICER,
            number=1,
            requirement="A-FACPR",
            expired_on=TODAY,
            expires_on=date(2026, 3, 1),
            noted_on=TODAY,
        ),
        e.GateOpened(officer=OFFICER, judgement=CLEARED, known_on=TODAY),
        e.GateClosed(officer=OFFICER, judgement=NOT_CLEARED, known_on=TODAY),
    ]


HELD = TrainingHeld(
    requirement="D-ASKSRO",
    held_on=TODAY,
    school=SCHOOL,
    hours=1.0,
    officers=(),
    staff=("staff-1",),
    expires_on=date(2026, 8, 31),
    catalog="district-trainings/2021-04-28",
    known_on=TODAY,
)
OF_A_SUBMISSION: list[SubmissionReceived | SubmissionAccepted | SubmissionRejected] = [
    SubmissionReceived(
        key=SHA256, content_sha256=SHA256, channel=Channel.MESSAGE, received_on=TODAY
    ),
    SubmissionAccepted(officer=OFFICER, number=1),
    SubmissionRejected(
        key=SHA256, clause="C-TRN-6", field="officer", reason="it is not", rejected_on=TODAY
    ),
]


def _recorded(kind: type[Aggregate], events: list[Event]) -> list[Event]:
    """The events as they were stamped when they were recorded."""
    stamp = {"timestamp": datetime(2026, 3, 2, 20, tzinfo=UTC), "by": "agency-4"}
    topic = {"originator_topic": kind.TOPIC}  # type: ignore[attr-defined]  # each of ours has one
    return [
        event.model_copy(
            update=stamp
            | {"originator_version": version}
            | (topic if isinstance(event, CreatedEvent) else {})
        )
        for version, event in enumerate(events, start=1)
    ]


def each_of(keeper: Keeper) -> list[Event]:
    """One of each event, as an organisation stores its own."""
    return [
        *_recorded(AdoptedCatalog, [_catalog(keeper)]),
        *_recorded(OfficerFile, [*of_a_file(keeper)]),
        *_recorded(TrainingSession, [HELD]),
        *_recorded(Submission, [*OF_A_SUBMISSION]),
        *_recorded(
            Bulletin, [Heard(publisher=DISTRICT, contract=CALENDAR.model_dump(mode="json"))]
        ),
    ]


ONE_OF_EACH: list[Event] = each_of("agency")
