"""The limits of the incident clauses: clocks as data, checks of what was entered.

What is the law's is fixed here; the rest a district's policy may set, as the directory tells it.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from shared.errors import Refused
from shared.reference import Reference, in_effect
from shared.school_calendar import Calendars, Rule, Unit, due

DEFAULTS = "procedure-defaults"
"""The version of limits that no policy set."""

ABUSE_REPORT = Rule(unit=Unit.HOURS, count=48, source="RCW 26.44.030, C-INC-7")
RESTRAINT_PARENT = Rule(unit=Unit.HOURS, count=24, source="RCW 28A.600.485, C-INC-9")
RESTRAINT_REPORT = Rule(unit=Unit.BUSINESS_DAYS, count=2, source="RCW 28A.600.485, C-INC-9")
RESTRAINT_LETTER = Rule(unit=Unit.BUSINESS_DAYS, count=5, source="RCW 28A.600.485, C-INC-9")
COMMISSION = Rule(
    unit=Unit.CALENDAR_DAYS,
    count=15,
    roll="next_business_day",
    source="RCW 43.101.135, WAC 139-06-020, C-INC-13",
)


class Limits(BaseModel):
    """The limits that a district's policy may set; the procedure's defaults until it does.

    What the law sets itself stands above: no policy loosens it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str = DEFAULTS
    recording: Rule = Rule(unit=Unit.BUSINESS_DAYS, count=1, source="C-DATA-2, our default")
    outcome: Rule = Rule(unit=Unit.CALENDAR_DAYS, count=30, source="C-DATA-2")
    classification: Rule = Rule(unit=Unit.BUSINESS_DAYS, count=5, source="C-INC-3, our default")
    force_review: Rule = Rule(unit=Unit.BUSINESS_DAYS, count=10, source="C-INC-11, our default")
    alternatives: Rule = Rule(unit=Unit.BUSINESS_DAYS, count=5, source="C-ROLE-2")
    agency_call: Rule = Rule(unit=Unit.BUSINESS_DAYS, count=10, source="C-DATA-2")
    discipline: Rule = Rule(unit=Unit.SCHOOL_DAYS, count=5, source="C-INC-5, our default")
    abuse_alarm: Rule = Rule(unit=Unit.HOURS, count=36, source="C-INC-7")
    restraint_review: Rule = Rule(unit=Unit.SCHOOL_DAYS, count=10, source="C-INC-10, our default")
    request_recording: Rule = Rule(unit=Unit.SCHOOL_DAYS, count=1, source="C-INT-1")
    request_review: Rule = Rule(unit=Unit.SCHOOL_DAYS, count=5, source="C-INT-6")
    boundary_answer: Rule = Rule(unit=Unit.SCHOOL_DAYS, count=5, source="C-DISC-3")


class InForce(NamedTuple):
    """What a decision is judged by: limits and calendars."""

    limits: Limits
    calendars: Calendars


def in_force(reference: Reference, today: date) -> InForce:
    """What a decision of today is judged by: the limits of the policy in force (C-AUD-3)."""
    policies = [p for p in reference.policies if in_effect(p, today)]
    adopted = (policies[-1].policy_id, policies[-1].version) if policies else None
    for told in reference.incident_limits:
        if (told.policy_id, told.version) == adopted:
            rules = {name: Rule(**rule.model_dump()) for name, rule in told.limits if rule}
            limits = Limits(version=f"{told.policy_id}/{told.version}", **rules)
            return InForce(limits, reference.calendars)
    return InForce(Limits(), reference.calendars)


TEXT_CHARACTERS_MAX = 20_000
PERSONS_MAX = 1_000
YEARS_BACK_MAX = 25
NUMBER = re.compile(r"[A-Z0-9][A-Z0-9-]{2,29}")
CODE = re.compile(r"[A-Za-z0-9]{1,10}")
OFFICER = re.compile(r"officer-[0-9]{1,6}")
PERSON = re.compile(r"(staff|agency|officer)-[0-9]{1,6}|student-system:[A-Za-z0-9-]{1,40}")
"""The last is who stands under that number of the student information system."""
REFERENCE = re.compile(r"[a-z]+-[a-z0-9-]{1,60}")
ASKING = "D-ASKSRO"
"""The training on when to ask an officer for help (C-INT-5)."""


def checked_number(number: str) -> str:
    """The agency's own number of a call."""
    given = number.strip().upper()
    if not NUMBER.fullmatch(given) or not any(map(str.isdigit, given)):
        fix = "give the agency's number of the call, such as SV25-000123"
        raise Refused("C-DATA-2", f"the number can't be a call's: {fix}", "number")
    return given


def checked_officers(officers: tuple[str, ...], clause: str) -> tuple[str, ...]:
    """References of officers, each once."""
    for officer in officers:
        if not OFFICER.fullmatch(officer):
            fix = "give references such as officer-12, never names"
            raise Refused(clause, f"an officer is not named so: {fix}", "officers")
    return tuple(dict.fromkeys(officers))


def checked_person(person: str | None, clause: str, field: str) -> str | None:
    """The reference of a member of staff or an officer, never a name; None where none is given."""
    given = (person or "").strip()
    if not given:
        return None
    if not PERSON.fullmatch(given):
        raise Refused(clause, "give a reference such as staff-12, never a name", field)
    return given


def checked_persons(persons: int | None) -> int | None:
    """How many persons an outcome is of; None where it is not known (C-DATA-3)."""
    if persons is not None and not 0 <= persons <= PERSONS_MAX:
        reason = f"persons must be from 0 to {PERSONS_MAX}: correct it"
        raise Refused("C-DATA-3", reason, "persons")
    return persons


def check_happened(at: datetime, now: datetime, clause: str, field: str) -> None:
    """Refuse an instant to come, and one so long ago that it must be a mistake."""
    if at > now + timedelta(minutes=5):
        raise Refused(clause, "it is still to come: correct the day or the time", field)
    if at < now - timedelta(days=366 * YEARS_BACK_MAX):
        raise Refused(clause, "it is too long ago: correct the day or the time", field)


def is_late(rule: Rule, since: date, calendars: Calendars, today: date, school: str | None) -> bool:
    """Whether something is recorded after the day until which it should have been."""
    found = due(rule, since, calendars, as_of=today, school=school)
    return found.known and today > found.on
