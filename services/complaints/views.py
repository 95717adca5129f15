"""What the pages and the API show of a complaint: its entry, its clocks explained, its history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from services.complaints.matter import matter_id
from services.complaints.timeline import Line, own_timeline, timeline
from services.complaints.words import APPEAL_DUTY, Duty, Stage

if TYPE_CHECKING:
    from datetime import date

    from services.complaints.application import ComplaintsDesk
    from services.complaints.docket import Entry
    from services.complaints.events import ComplaintEvent
    from services.complaints.policy import InForce, Running
    from shared.school_calendar import Step

DUE_SOON_DAYS = 7
"""Five units of a clock are a week at most where units are days of school or business."""


@dataclass(frozen=True)
class Clock:
    """A running clock as shown: its date, how urgent, and why this date (C-TIME-10, C-TIME-11)."""

    duty: Duty
    clause: str
    on: date
    known: bool
    passed: bool
    soon: bool
    steps: tuple[Step, ...]

    @property
    def told(self) -> str:
        """The date in words; an earliest date is never shown as due (C-TIME-6)."""
        if not self.known:
            return f"not yet known, not before {self.on}"
        return f"was due on {self.on}" if self.passed else f"due on {self.on}"


@dataclass(frozen=True)
class Matter:
    """A complaint as the district's desk sees it."""

    entry: Entry
    clocks: tuple[Clock, ...]
    history: tuple[Line, ...]


@dataclass(frozen=True)
class Status:
    """A complaint as its complainant sees it."""

    number: str
    stage: Stage
    next_clock: Clock | None
    history: tuple[Line, ...]
    may_appeal: bool
    may_withdraw: bool


def clock_shown(running: Running, in_force: InForce) -> Clock:
    """A running clock, with its explanation as of today."""
    due = running.due(in_force.calendars, in_force.today)
    passed = running.passed or (due.known and in_force.today > due.on)
    return Clock(
        duty=running.duty,
        clause=running.clause,
        on=running.due_on if running.passed else due.on,
        known=running.known if running.passed else due.known,
        passed=passed,
        soon=not passed and due.known and (due.on - in_force.today).days <= DUE_SOON_DAYS,
        steps=running.explained(in_force.calendars, in_force.today),
    )


def clocks_shown(entry: Entry, in_force: InForce) -> tuple[Clock, ...]:
    """The running clocks of a complaint, the latest overdue first (C-TIME-11)."""
    shown = [clock_shown(running, in_force) for running in entry.clocks.values()]
    return tuple(sorted(shown, key=lambda clock: (not clock.known, clock.on)))


def matter(desk: ComplaintsDesk, number: str, by: str) -> Matter:
    """A complaint for a person who may see it; Refused otherwise."""
    entry = desk.seen(number, by)
    history = cast("list[ComplaintEvent]", desk.events_of(matter_id(number)))
    lines = timeline(history, desk.keyring)
    return Matter(entry, clocks_shown(entry, desk.in_force()), tuple(lines))


def status(desk: ComplaintsDesk, number: str, passphrase: str) -> Status:
    """A complaint for who shows its passphrase; Refused otherwise (C-COMP-20)."""
    complaint = desk.proven(number, passphrase)
    history = cast("list[ComplaintEvent]", desk.events_of(complaint.id))
    in_force = desk.in_force()
    mine = (Duty.ANSWER_COMPLAINANT, Duty.DETERMINE, Duty.TRANSLATE, Duty.ACKNOWLEDGE)
    running = [complaint.clocks[duty] for duty in mine if duty in complaint.clocks]
    open_stage = complaint.stage in {Stage.RECEIVED, Stage.INVESTIGATION}
    appealed = {APPEAL_DUTY[party] for party in complaint.appealed}
    return Status(
        number=complaint.number,
        stage=complaint.stage,
        next_clock=clock_shown(running[0], in_force) if running else None,
        history=tuple(own_timeline(history, desk.keyring)),
        may_appeal=not open_stage and Duty.ANSWER_COMPLAINANT not in appealed,
        may_withdraw=open_stage and not complaint.withdrawn,
    )
