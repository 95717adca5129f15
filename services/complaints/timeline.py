"""A complaint's history in words, for the desk and for the complainant (C-COMP-20, C-TIME-10).

Sealed texts are opened here, for who may read them; what has been erased says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.complaints import events as e
from services.complaints import review as r
from services.complaints.words import Conflict, Duty, Party
from shared.keyring import Erased

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from services.complaints.events import ComplaintEvent
    from services.complaints.review import ReviewEvent
    from shared.keyring import Keyring
    from shared.sealed import Sealed

ERASED = "(erased)"


@dataclass(frozen=True)
class Line:
    """One thing that happened."""

    at: datetime
    by: str
    title: str
    details: tuple[tuple[str, str], ...] = ()
    """Label and text; of letters and messages the whole text."""


def timeline(events: Iterable[ComplaintEvent], keyring: Keyring) -> list[Line]:
    """The history as the district's desk sees it, in order."""

    def read(sealed: Sealed | None) -> str:
        return opened(keyring, sealed)

    return [Line(event.timestamp, event.by, *told(event, read)) for event in events]


def own_timeline(events: Iterable[ComplaintEvent], keyring: Keyring) -> list[Line]:
    """The history as its complainant sees it: nothing of others' texts, nothing inside."""

    def read(sealed: Sealed | None) -> str:
        return opened(keyring, sealed)

    lines = []
    for event in events:
        shown = _own(event, read)
        if shown is not None:
            lines.append(Line(event.timestamp, "", *shown))
    return lines


def review_timeline(events: Iterable[ReviewEvent], keyring: Keyring) -> list[Line]:
    """The history of the agency's own review, and what the district told, in order."""

    def read(sealed: Sealed | None) -> str:
        return opened(keyring, sealed)

    return [Line(event.timestamp, event.by, *_reviewed(event, read)) for event in events]


def _reviewed(event: ReviewEvent, read: Callable[[Sealed | None], str]) -> Told:  # noqa: PLR0911  # one case an event
    match event:
        case r.NoticeReceived():
            return "The district gave notice of a complaint", (
                ("Received by the district on", str(event.received_on)),
                ("Notice given on", str(event.notified_on)),
            )
        case r.NoticeCorrected():
            return "The district corrected its notice", (("On", str(event.corrected_on)),)
        case r.NoticeForwarded():
            return "The district told which school it is", (("School", event.school),)
        case r.DistrictEscalated():
            what = (("What", event.trigger.value), ("On", str(event.escalated_on)))
            return "The district says that it must not wait", what
        case r.DistrictMoved():
            detail = (("Told", event.detail),) if event.detail else ()
            return f"The district told: {event.step.replace('_', ' ')}", (
                *detail,
                ("On", str(event.on)),
            )
        case r.NoticeAcknowledged():
            return "Notice acknowledged", (("Our number", event.reference),)
        case r.ReviewOpened():
            return "Review opened", ()
        case r.ReviewClosed():
            what = (("Result", event.result.value), ("Reasons", read(event.reasons)))
            return "Review closed", what


def opened(keyring: Keyring, sealed: Sealed | None) -> str:
    """The text, or that it has been erased; empty for none."""
    if sealed is None:
        return ""
    try:
        return keyring.open(sealed)
    except Erased:
        return ERASED


Details = tuple[tuple[str, str], ...]
Told = tuple[str, Details]


def told(event: ComplaintEvent, read: Callable[[Sealed | None], str]) -> Told:  # noqa: C901, PLR0911, PLR0912, PLR0915  # one case an event
    """The title of an event, and what else there is to say of it."""
    what: Details
    match event:
        case e.Received():
            details = [("Came by", event.channel.value), ("Received on", str(event.received_on))]
            if event.late:
                details.append(("Late filed", "after the limit for the form; accepted (C-COMP-3)"))
            details.append(("Name", read(event.complainant) or "not given"))
            details.append(("Contact", read(event.contact) or "not given"))
            details.append(("Narrative", read(event.narrative)))
            details.append(("Agency", f"informed on {event.notified_on}, without identity"))
            return "Complaint received", tuple(details)
        case e.Acknowledged():
            return "Acknowledged to the complainant", ()
        case e.Forwarded():
            return "Forwarded to the principal", (("School", event.school),)
        case e.Corrected():
            return "Facts corrected", (("Reasons", read(event.reasons)),)
        case e.UrgencySeen():
            details = [("What", event.trigger.value), ("Account", read(event.account))]
            return "Seen that it must not wait", tuple(details)
        case e.Escalated():
            return "Escalated", (("What", event.trigger.value), ("To", event.to))
        case e.ConflictDeclared(conflict=Conflict.NONE):
            return "Declared to have no conflict of interest", (("Who", event.staff),)
        case e.ConflictDeclared():
            what = (("Who", event.staff), ("Conflict", event.conflict.value))
            return "Stepped aside for a conflict of interest", what
        case e.InvestigatorAssigned():
            return "Investigator assigned", (("Who", event.staff),)
        case e.InvestigationOpened():
            return "Investigation opened", (("By", event.investigator),)
        case e.OfficerInformed():
            return "Officer informed", ()
        case e.InformingDeferred():
            return "Informing the officer deferred", (("Reasons", read(event.reasons)),)
        case e.OfficerAnswered():
            return "Officer answered", (("Answer", read(event.answer)),)
        case e.EvidenceAdded():
            what = (("Source", event.source), ("Description", read(event.description)))
            return "Evidence added", (*what, ("SHA-256", event.sha256))
        case e.MattersLinked():
            return "Linked to another complaint", (("Number", event.other),)
        case e.MessageWritten():
            return _writer(event), (("Message", read(event.text)),)
        case e.Determined():
            found = tuple((f.allegation.value, f.finding.value) for f in event.findings)
            return _late("Determination issued", event.late), (
                *found,
                ("Letter", read(event.letter)),
                ("SHA-256 of the letter", event.letter_sha256),
            )
        case e.TranslationProvided():
            what = (("Language", event.language), ("Letter", read(event.letter)))
            return "Translation of the letter provided", what
        case e.Appealed():
            title = _late(f"Appeal of the {event.party} received", event.late)
            return title, (("Grounds", read(event.grounds)),)
        case e.ExtensionNoticed():
            title = "Extension noticed" if event.in_time else "Extension noticed too late"
            return title, (
                ("Anticipated on", str(event.anticipated_on)),
                ("Reasons", read(event.reasons)),
            )
        case e.AppealAnswered():
            title = _late(f"Appeal of the {event.party} answered", event.late)
            return title, (
                ("Outcome", event.outcome.value),
                ("Letter", read(event.letter)),
                ("SHA-256 of the letter", event.letter_sha256),
            )
        case e.Withdrawn():
            goes = (("The district", "goes on: harm to a student is alleged"),)
            return "Withdrawn by the complainant", (
                ("Reasons", read(event.reasons) or "not given"),
                *(goes if event.goes_on else ()),
            )
        case e.WentOn():
            return "The district goes on in the public interest", (
                ("Reasons", read(event.reasons)),
            )
        case e.Closed():
            other = (("Duplicate of", event.duplicate_of),) if event.duplicate_of else ()
            what = (("Ground", event.ground.value), ("Reasons", read(event.reasons)))
            return "Closed without a determination", (*what, *other)
        case e.Reopened():
            return "Reopened", (("What is new", read(event.what_is_new)),)
        case e.AgencyAcknowledged():
            return "Agency acknowledged the notice", (("Agency's number", event.reference),)
        case e.AgencyReviewOpened():
            return "Agency opened its review", (("Agency's number", event.reference),)
        case e.AgencyReviewClosed():
            return "Agency closed its review", (("Result", event.result.value),)
        case e.ClockPassed():
            return f"Clock passed: {event.clock.duty}", (("Was due on", str(event.clock.due_on)),)
        case e.CounterpartSilent():
            what = (("Waited until", str(event.clock.due_on)),)
            return f"The agency is silent: {event.clock.duty}", what
        case e.ClockMoved():
            return f"Due date moved: {event.clock.duty}", (
                ("From", str(event.from_on)),
                ("To", str(event.clock.due_on)),
                ("Cause", event.cause),
            )
        case e.DueDateUnknown():
            what = (("Not before", str(event.clock.due_on)),)
            return f"Due date not yet known: {event.clock.duty}", what
        case e.DueDateKnown():
            return f"Due date known: {event.clock.duty}", (("Due on", str(event.clock.due_on)),)


def _late(title: str, late: bool) -> str:  # it is the flag of the event
    return f"{title}, late" if late else title


def _writer(event: e.MessageWritten) -> str:
    return "Message of the complainant" if event.from_complainant else "Message of the district"


def _own(event: ComplaintEvent, read: Callable[[Sealed | None], str]) -> Told | None:  # noqa: C901, PLR0911, PLR0912  # one case an event
    """What a complainant is shown of an event, if anything."""
    what: Details
    match event:
        case e.Received():
            return "Your complaint was received", (
                ("Received on", str(event.received_on)),
                ("What you wrote", read(event.narrative)),
            )
        case e.Acknowledged():
            return "The district has acknowledged it", ()
        case e.Forwarded():
            return "It was given to the school's principal", ()
        case e.Escalated():
            return "It was brought to those who can act at once", ()
        case e.InvestigationOpened():
            return "The investigation began", ()
        case e.MessageWritten():
            title = "You wrote" if event.from_complainant else "The district wrote"
            return title, (("Message", read(event.text)),)
        case e.Determined():
            title = _late("The written determination was issued", event.late)
            return title, (("Letter", read(event.letter)),)
        case e.TranslationProvided():
            return "The letter in your language", (("Letter", read(event.letter)),)
        case e.Appealed() if event.party is Party.COMPLAINANT:
            return "You appealed to the Superintendent", (("Grounds", read(event.grounds)),)
        case e.Appealed():
            return "The officer appealed to the Superintendent", ()
        case e.ExtensionNoticed():
            return "More time is needed", (
                ("Anticipated on", str(event.anticipated_on)),
                ("Reasons", read(event.reasons)),
            )
        case e.AppealAnswered() if event.party is Party.COMPLAINANT:
            title = _late("The Superintendent answered your appeal", event.late)
            return title, (("Letter", read(event.letter)),)
        case e.AppealAnswered():
            what = (("The determination is", event.outcome.value),)
            return "The Superintendent answered the officer's appeal", what
        case e.Withdrawn():
            goes_on = (("The district", "goes on, because harm to a student is alleged"),)
            return "You withdrew the complaint", goes_on if event.goes_on else ()
        case e.WentOn():
            return "The district goes on with it in the public interest", ()
        case e.Closed():
            what = (("Ground", event.ground.value), ("Reasons", read(event.reasons)))
            return "The district closed it; you may appeal", what
        case e.Reopened():
            return "It was reopened on new evidence", ()
        case e.AgencyAcknowledged():
            return "The law enforcement agency has acknowledged it", ()
        case e.AgencyReviewClosed():
            return "The law enforcement agency concluded its own review", ()
        case e.ClockPassed() if event.clock.duty in SHOWN_LATE:
            return f"It is late: {event.clock.duty}", (
                ("Was due on", str(event.clock.due_on)),
                ("You may", "turn to the Superintendent"),
            )
        case e.ClockMoved() if event.clock.duty in SHOWN_LATE:
            return f"The date changed: {event.clock.duty}", (
                ("From", str(event.from_on)),
                ("To", str(event.clock.due_on)),
            )
        case _:
            return None


SHOWN_LATE = frozenset({Duty.DETERMINE, Duty.ANSWER_COMPLAINANT, Duty.TRANSLATE})
"""Duties towards the complainant, whose lateness they are told of (C-COMP-6)."""
