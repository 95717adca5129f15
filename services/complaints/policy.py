"""The rules of the complaint procedure that a district may set, and the clocks they start.

Pure data and pure functions; each cites its clause. The directory sends a district's parameters;
until it does, the procedure's defaults are in force. What was judged under one version keeps it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

from services.complaints.words import APPEAL_DUTY, Channel, Duty
from shared.school_calendar import Calendars, Due, Rule, Step, Unit, due, explain
from shared.who_may import Standing

if TYPE_CHECKING:
    from collections.abc import Mapping

FILING = Rule(
    unit=Unit.CALENDAR_DAYS, count=10, roll="next_business_day", source="C-COMP-3: 10 days"
)
FORWARDING = Rule(unit=Unit.BUSINESS_DAYS, count=1, source="C-COMP-4, our default")
ACKNOWLEDGEMENT = Rule(unit=Unit.BUSINESS_DAYS, count=2, source="C-COMP-12, our default")
DETERMINATION = Rule(unit=Unit.SCHOOL_DAYS, count=20, source="C-COMP-6: 20 school days")
APPEAL_RESPONSE = Rule(unit=Unit.SCHOOL_DAYS, count=30, source="C-COMP-9: 30 school days")
AGENCY_SILENCE = Rule(unit=Unit.BUSINESS_DAYS, count=10, source="C-COMP-5, our default")
AGENCY_REVIEW = Rule(unit=Unit.CALENDAR_DAYS, count=30, source="C-COMP-11, our default")
TRANSLATION = Rule(unit=Unit.BUSINESS_DAYS, count=5, source="C-COMP-19, our default")
OFFICER_INFORMED = Rule(unit=Unit.SCHOOL_DAYS, count=10, source="C-COMP-23, our default")

CLAUSES = {
    Duty.ACKNOWLEDGE: "C-COMP-12",
    Duty.FORWARD: "C-COMP-4",
    Duty.ESCALATE: "C-COMP-18",
    Duty.INFORM_OFFICER: "C-COMP-23",
    Duty.DETERMINE: "C-COMP-6",
    Duty.TRANSLATE: "C-COMP-19",
    Duty.ANSWER_COMPLAINANT: "C-COMP-9",
    Duty.ANSWER_OFFICER: "C-COMP-9",
    Duty.AGENCY_ACKNOWLEDGEMENT: "C-COMP-5",
    Duty.AGENCY_REVIEW: "C-COMP-11",
}


class Policy(BaseModel):
    """The complaint parameters of one version of a district's policy."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str = "procedure-defaults"
    filing: Rule | None = FILING
    acknowledgement: Rule | None = ACKNOWLEDGEMENT
    determination: Rule | None = DETERMINATION
    appeal_filing: Rule | None = None
    """None: a party may appeal at any time (C-COMP-8)."""
    appeal_response: Rule | None = APPEAL_RESPONSE
    agency_silence: Rule | None = AGENCY_SILENCE
    extension_allowed: tuple[Literal["determination", "appeal_response"], ...] = (
        "appeal_response",
    )
    anonymous: bool = True
    channels: tuple[str, ...] = tuple(Channel)

    def rule(self, duty: Duty) -> Rule | None:  # noqa: PLR0911  # one case a duty
        """The limit of a duty; None where the duty is due on the day itself (C-COMP-18)."""
        match duty:
            case Duty.ACKNOWLEDGE:
                return self.acknowledgement
            case Duty.DETERMINE:
                return self.determination
            case Duty.ANSWER_COMPLAINANT | Duty.ANSWER_OFFICER:
                return self.appeal_response
            case Duty.AGENCY_ACKNOWLEDGEMENT:
                return self.agency_silence
            case Duty.AGENCY_REVIEW:
                return AGENCY_REVIEW
            case Duty.FORWARD:
                return FORWARDING
            case Duty.TRANSLATE:
                return TRANSLATION
            case Duty.INFORM_OFFICER:
                return OFFICER_INFORMED
            case Duty.ESCALATE:
                return None

    def limits(self, duty: Duty) -> bool:
        """Whether this policy sets a limit for the duty at all."""
        return duty is Duty.ESCALATE or self.rule(duty) is not None


@dataclass(frozen=True)
class InForce:
    """What a decision is judged by: policy, calendars and the local day it is taken on."""

    policy: Policy
    calendars: Calendars
    today: date


class Running(BaseModel):
    """A clock that has started and not been answered, as the events carry it.

    It keeps its trigger and its rule, never only its date, so a closure declared later moves it
    (C-TIME-5); and the date that was last told, so that the move itself can be told.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    duty: Duty
    clause: str
    trigger: date
    rule: Rule | None
    school: str | None
    """Whose closures count: a school's own, or only the whole district's (C-TIME-5)."""
    policy: str
    calendar: str
    due_on: date
    """The due date as last told; the earliest possible one while it is not known (C-TIME-6)."""
    known: bool
    extended_to: date | None = None
    passed: bool = False

    def due(self, calendars: Calendars, as_of: date) -> Due:
        """The due date as the calendars known on a day have it; an extension replaces the count.

        C-COMP-10.
        """
        if self.extended_to is not None:
            return Due.on_day(self.extended_to)
        if self.rule is None:
            return Due.on_day(self.trigger)
        return due(self.rule, self.trigger, calendars, as_of=as_of, school=self.school)

    def explained(self, calendars: Calendars, as_of: date) -> tuple[Step, ...]:
        """Why this date, step by step; of a passed clock as it was then (C-TIME-9, C-TIME-10)."""
        if self.passed:
            as_of = min(as_of, self.due_on)
        if self.rule is None:
            return (Step(f"Due on the day itself, {self.trigger} ({self.clause})."),)
        counted = explain(self.rule, self.trigger, calendars, as_of=as_of, school=self.school)
        if self.extended_to is None:
            return counted
        return (*counted, Step(f"Extended by written notice to {self.extended_to} (C-COMP-10)."))


Clocks = dict[Duty, Running]


def started(
    duty: Duty, trigger: date, school: str | None, in_force: InForce
) -> tuple[Running, ...]:
    """The clock of a duty from its trigger; none where the policy sets no limit.

    Appeals run on the district calendar whatever the school (C-COMP-9).
    """
    policy = in_force.policy
    if not policy.limits(duty):
        return ()
    rule = policy.rule(duty)
    where = None if duty in APPEAL_DUTY.values() else school
    clock = Running(
        duty=duty,
        clause=CLAUSES[duty],
        trigger=trigger,
        rule=rule,
        school=where,
        policy=policy.version,
        calendar=in_force.calendars.version_label,
        due_on=trigger,
        known=True,
    )
    told = clock.due(in_force.calendars, in_force.today)
    return (clock.model_copy(update={"due_on": told.on, "known": told.known}),)


def at_school(clock: Running, school: str | None, in_force: InForce) -> Running:
    """A running clock that from now on counts with the closures of this school.

    It keeps its trigger and its rule: finding the school restarts nothing (C-COMP-4, C-TIME-5).
    """
    there = clock.model_copy(update={"school": school})
    told = there.due(in_force.calendars, in_force.today)
    label = in_force.calendars.version_label
    return there.model_copy(update={"due_on": told.on, "known": told.known, "calendar": label})


def is_late(rule: Rule | None, trigger: date | None, on: date, in_force: InForce) -> bool:
    """Whether a filing or an appeal came too late: flagged, never refused (C-COMP-3, C-COMP-8).

    An unknown incident day is not late; where no limit is set nothing is.
    """
    if rule is None or trigger is None:
        return False
    limit = due(rule, trigger, in_force.calendars, as_of=in_force.today)
    return limit.known and on > limit.on


# --- Who may do what ----------------------------------------------------------------------------

OVERSEERS = frozenset({"superintendent", "superintendent_designee"})


def may_handle(
    standing: Standing, *, school: str | None, names_principal: bool, investigator: str | None
) -> bool:
    """Whether a person handles a complaint at the district (C-COMP-6, C-COMP-14).

    The principal or designee of its school does, and whoever was assigned; the superintendent's
    office does where it names the principal, and may always.
    """
    if standing.staff == investigator or standing.holds(*OVERSEERS):
        return True
    if names_principal or school is None:
        return False
    return standing.holds("principal", "designee", school=school)


def may_see(
    standing: Standing, *, school: str | None, names_principal: bool, investigator: str | None
) -> bool:
    """Whether a person sees a complaint.

    Who handles it does, the program director (C-TEAM-2), and the tip line while no school is known
    (C-COMP-4).
    """
    return (
        may_handle(
            standing, school=school, names_principal=names_principal, investigator=investigator
        )
        or standing.holds("director")
        or (school is None and standing.holds("tip_line_operator"))
    )


def clocks_without(clocks: Mapping[Duty, Running], *ended: Duty) -> Clocks:
    """The clocks that still run when these duties have been done."""
    return {duty: clock for duty, clock in clocks.items() if duty not in ended}
