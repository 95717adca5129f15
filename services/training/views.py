"""What pages and API show: the matrix as rows of words, what is due, and a file's history told."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from services.training import events as e
from services.training.policy import COUNTERSIGNING, GATE_ANSWER
from services.training.words import KEPT_BY, Kind, Status
from shared.keyring import Erased
from shared.school_calendar import due
from shared.web import Entry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

    from services.training.application import Row, TrainingDesk
    from services.training.compliance import Cell
    from services.training.events import FileEvent
    from services.training.record import Dispute, Facts, Judgement
    from shared.keyring import Keyring
    from shared.sealed import Sealed


class Look(NamedTuple):
    """How a status looks: a symbol and the colour of its tag, beside its word."""

    symbol: str
    kind: str


LOOKS = {
    Status.CURRENT: Look("✓", "good"),
    Status.DUE_SOON: Look("◔", "soon"),
    Status.DUE: Look("○", "soon"),
    Status.GRACE: Look("△", "soon"),
    Status.WAIVED: Look("=", "plain"),
    Status.EXPIRED: Look("✕", "late"),
    Status.MISSING: Look("!", "late"),
}
# what each organisation provides, beside the other's (C-TRN-1, C-TRN-2)
GROUPS = {
    "Topics of the law, kept by the agency": (Kind.TOPIC, Kind.ON_THE_JOB),
    "Courses and hours of the agency": (Kind.COURSE, Kind.HOURS),
    "Trainings of the district": (Kind.FORMAL,),
}
COLUMNS = (
    "officer",
    "requirement",
    "title",
    "kind",
    "kept_by",
    "status",
    "on",
    "known",
    "reason",
    "notice",
    "catalog",
    "confirmations",
    "events",
)


def lines(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """The matrix for programs: a line a cell."""
    return [line(row.officer, cell) for row in rows for cell in row.cells]


def as_csv(rows: Iterable[Row]) -> str:
    """The matrix for a spreadsheet: a line a cell, each with its reason."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(lines(rows))
    return text.getvalue()


def line(officer: str, cell: Cell) -> dict[str, Any]:
    """A cell for programs."""
    return {
        "officer": officer,
        "requirement": cell.requirement.id,
        "title": cell.requirement.title,
        "kind": cell.requirement.kind.value,
        "kept_by": KEPT_BY[cell.requirement.kind],
        "status": cell.status.value,
        "on": cell.on,
        "known": cell.known,
        "reason": cell.reason,
        "notice": cell.notice,
        "catalog": cell.catalog,
        "confirmations": " ".join(f"{p.keeper}/{p.number}" for p in cell.proofs),
        "events": " ".join(map(str, cell.events)),
    }


# --- What is due ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class DueItem:
    """One thing that an organisation owes or should look at (C-TIME-11)."""

    on: date
    known: bool
    officer: str
    what: str
    clause: str
    late: bool


CLAUSES = {
    Kind.TOPIC: "C-TRN-6",
    Kind.ON_THE_JOB: "C-TRN-9",
    Kind.COURSE: "C-TRN-7",
    Kind.HOURS: "C-TRN-10",
    Kind.FORMAL: "C-TRN-3",
}
NEEDS_AN_ACT = frozenset(Status) - {Status.CURRENT, Status.WAIVED}


def due_list(desk: TrainingDesk, by: str) -> list[DueItem]:
    """What the coordinator of an organisation has to see to, the latest overdue first."""
    today = desk.today()
    calendars = desk.reference.current().calendars
    items: list[DueItem] = []
    for row in desk.matrix(by, as_of=today, known_on=today):
        for cell in row.cells:
            kind = cell.requirement.kind
            if KEPT_BY[kind] == desk.keeper and cell.status in NEEDS_AN_ACT:
                items.append(_of_cell(row.officer, cell, today))
        items += [
            _of_dispute(row.officer, d, today) for d in row.record.disputes if not d.answered_on
        ]
        if desk.keeper == "district":
            for proof in row.record.proofs:
                seen = proof.countersigned_on or proof.keeper != "agency" or not proof.stands
                if not seen and row.record.open_dispute(proof.number) is None:
                    on = due(COUNTERSIGNING, proof.known_on, calendars, as_of=today).on
                    what = f"countersign or dispute confirmation {proof.number}"
                    items.append(DueItem(on, True, row.officer, what, "C-TRN-17", today > on))
        gate = row.record.gate
        if gate is not None and not gate.deciding.cleared:
            on = due(GATE_ANSWER, gate.on, calendars, as_of=today).on
            what = f"the gate is closed since {gate.on}: both heads answer"
            items.append(DueItem(on, True, row.officer, what, "C-TRN-13", today > on))
    return sorted(items, key=lambda item: (item.on, item.officer, item.what))


def _of_dispute(officer: str, dispute: Dispute, today: date) -> DueItem:
    on, silent = dispute.answer_due_on, dispute.unanswered_on
    what = f"the agency answers the dispute of confirmation {dispute.number}"
    if silent is not None:
        what += f": silent, on record from {silent}"
    return DueItem(on, True, officer, what, "C-TRN-5", today > on)


def _of_cell(officer: str, cell: Cell, today: date) -> DueItem:
    assert cell.on is not None, "what holds for good is not due"
    title = cell.requirement.title
    what = f"{title}: {cell.status}"
    late = cell.known and today > cell.on
    return DueItem(cell.on, cell.known, officer, what, CLAUSES[cell.requirement.kind], late)


# --- A file's history -----------------------------------------------------------------------------

ERASED = "(erased)"


def timeline(history: Iterable[FileEvent], keyring: Keyring) -> list[Entry]:
    """The history of an officer's file, the latest first; reasons are opened for who may read."""

    def read(sealed: Sealed | None) -> str:
        if sealed is None:
            return "The reasons stay with the other organisation."
        try:
            return keyring.open(sealed)
        except Erased:
            return ERASED

    told = [_entry(event, read) for event in history]
    return told[::-1]


def _entry(event: FileEvent, read: Callable[[Sealed | None], str]) -> Entry:
    title, text = _told(event, read)
    clause = ""
    doc = type(event).__doc__ or ""
    if "(" in doc:
        clause = doc.rpartition("(")[2].rstrip(").")
    number = f"Event {event.originator_version}: "
    return Entry(event.timestamp, number + title, text, event.by, clause)


def _told(event: FileEvent, read: Callable[[Sealed | None], str]) -> tuple[str, str]:  # noqa: C901, PLR0911, PLR0912  # one case an event
    match event:
        case e.FileOpened():
            return "the file was opened", ""
        case e.Confirmed():
            what = f"the {event.keeper} confirmed {event.facts.requirement}"
            return f"{what} (confirmation {event.number})", _facts(event.facts)
        case e.Corrected():
            what = f"confirmation {event.number} of the {event.keeper} was corrected"
            return what, f"{_facts(event.facts)}. {read(event.reasons)}"
        case e.Revoked():
            what = f"confirmation {event.number} of the {event.keeper} was revoked"
            return what, read(event.reasons)
        case e.Countersigned():
            return f"the district countersigned confirmation {event.number}", ""
        case e.Disputed():
            what = f"the district disputed confirmation {event.number}: {event.ground}"
            return what, f"{read(event.reasons)} Answer due by {event.answer_due_on}."
        case e.DisputeAnswered():
            what = f"the agency answered the dispute of confirmation {event.number}"
            return f"{what}: {event.outcome}", read(event.reasons)
        case e.DisputeUnanswered():
            what = f"the agency is silent on the dispute of confirmation {event.number}"
            return (
                what,
                f"From {event.unanswered_on} on.{_noted(event.noted_on, event.unanswered_on)}",
            )
        case e.Waived():
            what = f"the {event.keeper} waived {event.requirement} until {event.ends_on}"
            return what, f"Signed by {event.signer}. {read(event.reasons)}"
        case e.WaiverEnded():
            return f"waiver {event.number} of the {event.keeper} was ended", ""
        case e.ExpiryNoticed():
            what = f"notice of {event.days} days: confirmation {event.number}"
            return f"{what} ends on {event.expires_on}", f"Requirement {event.requirement}."
        case e.Expired():
            late = _noted(event.noted_on, event.expired_on)
            what = f"confirmation {event.number} expired with nobody acting"
            return what, f"{event.requirement}, from {event.expired_on} on.{late}"
        case e.GateOpened():
            return "the gate opened: the officer may serve", judged(event.judgement)
        case e.GateClosed():
            return "the gate closed", judged(event.judgement)


def _noted(noted_on: date, of: date) -> str:
    """When it was noted, where nothing ran on the day that it is of."""
    return "" if noted_on == of else f" Noted on {noted_on}."


def judged(judgement: Judgement) -> str:
    """Both verdicts in words."""
    told = []
    for name, verdict in (("procedure", judgement.procedure), ("law", judgement.law)):
        answer = "cleared" if verdict.cleared else f"not cleared ({', '.join(verdict.missing)})"
        plan = f", the rest by {verdict.plan_until}" if verdict.plan_until else ""
        told.append(f"By the {name}: {answer}{plan}.")
    return f"From {judgement.on}. {' '.join(told)} The {judgement.decides} decides."


def _facts(facts: Facts) -> str:
    told = [f"Completed on {facts.completed_on}", facts.provider]
    if facts.hours:
        told.append(f"{facts.hours:g} hours")
    if facts.days:
        told.append(f"{facts.days} days on the job")
    if facts.expires_on:
        told.append(f"valid until {facts.expires_on}")
    if facts.evidence:
        told.append(f"evidence SHA-256 {facts.evidence.sha256[:12]}...")
    return ", ".join(told)
