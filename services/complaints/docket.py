"""The docket: every complaint of the district, what it waits for, and how far it is.

A read model, rebuilt from the events and never migrated. It keeps no personal data.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, get_args

from pydantic import BaseModel, ConfigDict

from services.complaints.events import (
    AgencyAcknowledged,
    AgencyReviewClosed,
    AgencyReviewOpened,
    AppealAnswered,
    Appealed,
    Closed,
    ComplaintEvent,
    ConflictDeclared,
    Corrected,
    Determined,
    Escalated,
    Forwarded,
    Happened,
    InvestigationOpened,
    InvestigatorAssigned,
    MessageWritten,
    Received,
    Reopened,
    UrgencySeen,
    WentOn,
    Withdrawn,
    clocks_after,
    with_retaliation,
)
from services.complaints.matter import number_of
from services.complaints.policy import Clocks
from services.complaints.words import (
    AGENCY_DUTIES,
    AgencyStatus,
    Allegation,
    Channel,
    Conflict,
    Finding,
    Ground,
    Outcome,
    Party,
    Result,
    Stage,
    Trigger,
)
from shared.wire.entries import Entries, entries_table

if TYPE_CHECKING:
    from shared.aggregate import Event


class Entry(BaseModel):
    """One line of the docket."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: str
    channel: Channel
    school: str | None
    officer: str | None
    incident_on: date | None
    received_on: date
    late: bool
    anonymous: bool
    language: str
    allegations: tuple[Allegation, ...]
    urgent: tuple[Trigger, ...]
    escalated: tuple[Trigger, ...] = ()
    harm: bool
    names_principal: bool
    stage: Stage = Stage.RECEIVED
    investigator: str | None = None
    clocks: Clocks
    findings: tuple[tuple[Allegation, Finding], ...] = ()
    determined_on: date | None = None
    determined_by: str | None = None
    appeals: tuple[Party, ...] = ()
    appeals_open: tuple[Party, ...] = ()
    """The parties whose appeals wait for an answer."""
    outcome: Outcome | None = None
    withdrawn: bool = False
    goes_on: bool = False
    closed_as: Ground | None = None
    agency: AgencyStatus = AgencyStatus.INFORMED
    agency_reference: str | None = None
    agency_result: Result | None = None
    unread: bool = False
    """The complainant wrote, and nobody of the district has written since."""

    @property
    def is_open(self) -> bool:
        """Whether anybody of the district still has to act."""
        return self.stage in {Stage.RECEIVED, Stage.INVESTIGATION, Stage.APPEAL}

    @property
    def agency_silent(self) -> bool:
        """Whether the agency still owes an act it has been silent about (C-AUD-5)."""
        return any(self.clocks[duty].passed for duty in AGENCY_DUTIES if duty in self.clocks)


class Docket(Entries[Entry]):
    """Every complaint received, and what each waits for."""

    name = "docket"
    version = 4
    table = entries_table("docket", Entry)
    metadata = table.metadata
    shown = frozenset(get_args(ComplaintEvent))

    def after(self, event: Event, entry: Entry | None) -> Entry:
        """The line once this has happened."""
        if isinstance(event, Received):
            return entry_of(event)
        assert isinstance(event, Happened)
        assert entry is not None, "a complaint begins with its receipt"
        return entry_after(event, entry)

    def entries(self) -> list[Entry]:
        """Every entry, the latest receipt first."""
        return sorted(self.all_entries(), key=lambda e: (e.received_on, e.number), reverse=True)


def entry_of(received: Received) -> Entry:
    """The line a new complaint gets."""
    return Entry(
        number=number_of(received.originator_id),
        channel=received.channel,
        school=received.school,
        officer=received.officer,
        incident_on=received.incident_on,
        received_on=received.received_on,
        late=received.late,
        anonymous=received.complainant is None,
        language=received.language,
        allegations=received.allegations,
        urgent=received.urgent,
        harm=received.harm,
        names_principal=received.names_principal,
        clocks=clocks_after(received, {}),
    )


def entry_after(event: Happened, entry: Entry) -> Entry:
    """The line once this has happened."""
    told = {"clocks": clocks_after(event, entry.clocks), **_changes(event, entry)}
    changes = {name: value for name, value in told.items() if value != getattr(entry, name)}
    return entry.model_copy(update=changes) if changes else entry


def _changes(event: Happened, entry: Entry) -> dict[str, object]:  # noqa: C901, PLR0911, PLR0912  # one case an event
    match event:
        case Forwarded():
            return {"school": event.school}
        case Corrected():
            kept = ("school", "officer", "incident_on", "allegations", "late")
            facts: dict[str, object] = {name: getattr(event, name) for name in kept}
            return facts | {"names_principal": event.names_principal, "harm": event.harm}
        case UrgencySeen():
            allegations = entry.allegations
            if event.trigger is Trigger.RETALIATION:
                allegations = with_retaliation(allegations)
            return {"urgent": (*entry.urgent, event.trigger), "allegations": allegations}
        case Escalated():
            return {"escalated": (*entry.escalated, event.trigger)}
        case ConflictDeclared() if event.conflict is not Conflict.NONE:
            return {"investigator": None} if entry.investigator == event.staff else {}
        case InvestigatorAssigned():
            return {"investigator": event.staff}
        case InvestigationOpened():
            return {"stage": Stage.INVESTIGATION, "investigator": event.investigator}
        case MessageWritten():
            return {"unread": event.from_complainant}
        case Determined():
            return {
                "stage": Stage.DETERMINED,
                "findings": tuple((f.allegation, f.finding) for f in event.findings),
                "determined_on": event.determined_on,
                "determined_by": event.by,
            }
        case Appealed():
            return {
                "stage": Stage.APPEAL,
                "appeals": (*entry.appeals, event.party),
                "appeals_open": (*entry.appeals_open, event.party),
            }
        case AppealAnswered(outcome=Outcome.RETURNED):
            anew = {"appeals": (), "appeals_open": (), "closed_as": None}
            return {"stage": Stage.INVESTIGATION, "outcome": event.outcome, **anew}
        case AppealAnswered():
            waiting = tuple(party for party in entry.appeals_open if party != event.party)
            stage = Stage.APPEAL if waiting else Stage.ANSWERED
            return {"stage": stage, "outcome": event.outcome, "appeals_open": waiting}
        case Withdrawn():
            return {"withdrawn": True, "goes_on": event.goes_on}
        case WentOn():
            return {"goes_on": True}
        case Closed():
            closed = {"closed_as": event.ground, "determined_by": event.by}
            return {"stage": Stage.CLOSED, **closed}
        case Reopened():
            return {"stage": Stage.INVESTIGATION, "appeals": (), "closed_as": None}
        case AgencyAcknowledged():
            return {"agency": AgencyStatus.ACKNOWLEDGED, "agency_reference": event.reference}
        case AgencyReviewOpened():
            return {"agency": AgencyStatus.REVIEWING, "agency_reference": event.reference}
        case AgencyReviewClosed():
            return {"agency": AgencyStatus.CLOSED, "agency_result": event.result}
        case _:
            return {}
