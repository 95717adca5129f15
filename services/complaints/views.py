"""What the pages and the API show of a complaint: its entry, its clocks explained, its history."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, cast

from services.complaints.domain import UNDETERMINED
from services.complaints.matter import matter_id
from services.complaints.timeline import Line, own_timeline, timeline
from services.complaints.words import AGENCY_DUTIES, Duty, Party, Stage

if TYPE_CHECKING:
    from datetime import date

    from services.complaints.application import ComplaintsDesk
    from services.complaints.docket import Entry
    from services.complaints.events import Complaint, ComplaintEvent
    from services.complaints.policy import InForce, Running
    from shared.school_calendar import Step

DUE_SOON_DAYS = 7
"""Five units of a clock are a week at most where units are days of school or business."""
WAITING = {
    Duty.ACKNOWLEDGE: "You hear that it is here",
    Duty.DETERMINE: "You get the written determination",
    Duty.TRANSLATE: "You get the letter in your language",
    Duty.ANSWER_COMPLAINANT: "The Superintendent answers your appeal",
}
"""What the district owes its complainant, in words for them."""


@dataclass(frozen=True)
class Clock:
    """A running clock as shown: its date, how urgent, and why this date (C-TIME-10, C-TIME-11)."""

    duty: Duty
    clause: str
    on: date
    known: bool
    passed: bool
    soon: bool
    running: Running
    in_force: InForce

    @property
    def steps(self) -> tuple[Step, ...]:
        """Why this date, as of today; worked out only when it is asked."""
        return self.running.explained(self.in_force.calendars, self.in_force.today)

    @property
    def told(self) -> str:
        """The date in words; an earliest date is never shown as due (C-TIME-6)."""
        if not self.known:
            return f"not yet known, not before {self.on}"
        return f"was due on {self.on}" if self.passed else f"due on {self.on}"


class Group(StrEnum):
    """Where a complaint stands on the docket (C-TIME-11)."""

    OVERDUE = "overdue"
    SOON = "due soon"
    UNKNOWN = "date not yet known"
    SILENT = "agency silent"
    REST = "nothing due soon"


@dataclass(frozen=True)
class Row:
    """A complaint on the docket, and which of the district's own duties comes next."""

    entry: Entry
    group: Group
    next_clock: Clock | None


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
    clocks: tuple[Clock, ...]
    """What the complainant may wait for, the next first."""
    history: tuple[Line, ...]
    may_appeal: bool
    may_withdraw: bool


def clock_shown(running: Running, in_force: InForce) -> Clock:
    """A running clock as of today."""
    due = running.due(in_force.calendars, in_force.today)
    passed = running.passed or (due.known and in_force.today > due.on)
    return Clock(
        duty=running.duty,
        clause=running.clause,
        on=running.due_on if running.passed else due.on,
        known=running.known if running.passed else due.known,
        passed=passed,
        soon=not passed and due.known and (due.on - in_force.today).days <= DUE_SOON_DAYS,
        running=running,
        in_force=in_force,
    )


def clocks_shown(entry: Entry, in_force: InForce) -> tuple[Clock, ...]:
    """The running clocks of a complaint, the latest overdue first (C-TIME-11)."""
    shown = [clock_shown(running, in_force) for running in entry.clocks.values()]
    return tuple(sorted(shown, key=lambda clock: (not clock.known, clock.on)))


def rows(desk: ComplaintsDesk, by: str) -> list[Row]:
    """The docket of a person, the latest overdue first (C-TIME-11)."""
    in_force = desk.in_force()
    found = [_row(entry, in_force) for entry in desk.entries(by)]
    groups = list(Group)
    return sorted(
        found,
        key=lambda row: (
            groups.index(row.group),
            row.next_clock.on if row.next_clock else row.entry.received_on,
        ),
    )


def _row(entry: Entry, in_force: InForce) -> Row:
    clocks = [c for c in clocks_shown(entry, in_force) if c.duty not in AGENCY_DUTIES]
    group = Group.REST
    if any(clock.passed for clock in clocks):
        group = Group.OVERDUE
    elif any(clock.soon for clock in clocks):
        group = Group.SOON
    elif any(not clock.known for clock in clocks):
        group = Group.UNKNOWN
    elif entry.agency_silent and entry.is_open:
        group = Group.SILENT
    return Row(entry, group, clocks[0] if clocks else None)


def matter(desk: ComplaintsDesk, number: str, by: str) -> Matter:
    """A complaint for a person who may see it; Refused otherwise."""
    entry = desk.seen(number, by)
    history = cast("list[ComplaintEvent]", desk.events_of(matter_id(number)))
    lines = timeline(history, desk.keyring)
    return Matter(entry, clocks_shown(entry, desk.in_force()), tuple(lines))


def own_clocks(complaint: Complaint, in_force: InForce) -> tuple[Clock, ...]:
    """What a complainant may wait for, the next first."""
    running = [complaint.clocks[duty] for duty in WAITING if duty in complaint.clocks]
    shown = [clock_shown(clock, in_force) for clock in running]
    return tuple(sorted(shown, key=lambda clock: (not clock.known, clock.on)))


def status(desk: ComplaintsDesk, number: str, passphrase: str, address: str = "") -> Status:
    """A complaint for who shows its passphrase; Refused otherwise (C-COMP-20)."""
    complaint = desk.proven(number, passphrase, address=address)
    history = cast("list[ComplaintEvent]", desk.events_of(complaint.id))
    open_stage = complaint.stage in UNDETERMINED
    return Status(
        number=complaint.number,
        stage=complaint.stage,
        clocks=own_clocks(complaint, desk.in_force()),
        history=tuple(own_timeline(history, desk.keyring)),
        may_appeal=not open_stage and Party.COMPLAINANT not in complaint.appealed,
        may_withdraw=open_stage and not complaint.withdrawn,
    )
