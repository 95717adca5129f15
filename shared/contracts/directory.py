"""What the directory tells: schools, staff roles, officers, calendars, closures, policy.

References stand for people everywhere (`staff-4`, `officer-12`); no name leaves the directory.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.base import Contract

Role = Literal[
    "principal",
    "designee",
    "superintendent",
    "superintendent_designee",
    "director",
    "tip_line_operator",
    "calendar_editor",
    "training_coordinator",
    "agency_reviewer",
    "agency_head",
    "agency_training_coordinator",
]


class Part(BaseModel):
    """A value inside a contract; a field whose name Python reserves has its wire name as alias."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
    )


class SchoolListedV1(Contract):
    """A school is in the program from a day on; sent again when its facts change (C-TEAM-5)."""

    name: Literal["directory.school_listed.v1"] = "directory.school_listed.v1"
    school: str
    title: str
    effective_from: date
    effective_to: date | None


class StaffAppointedV1(Contract):
    """A person holds a role from a day on, at one school or for the whole organisation."""

    name: Literal["directory.staff_appointed.v1"] = "directory.staff_appointed.v1"
    staff: str
    role: Role
    school: str | None
    effective_from: date
    effective_to: date | None


class OfficerListedV1(Contract):
    """An officer serves in the program from a day on, known by badge reference (C-TEAM-5)."""

    name: Literal["directory.officer_listed.v1"] = "directory.officer_listed.v1"
    officer: str
    effective_from: date
    effective_to: date | None


class SpanV1(Part):
    """Days without students, both ends included."""

    from_: Annotated[date, Field(alias="from")]
    to: date
    reason: str


class DeclaredDayV1(Part):
    """A closure or a make-up day; `schools` empty means every school."""

    on: Annotated[date, Field(alias="date")]
    declared_on: date
    reason: str
    schools: tuple[str, ...] = ()


class CalendarLoadedV1(Contract):
    """A version of a school year's calendar is in force from its loading (C-TIME-7)."""

    name: Literal["directory.calendar_loaded.v1"] = "directory.calendar_loaded.v1"
    calendar_id: str
    version: int
    school_year: str
    loaded_on: date
    covers_from: date
    covers_to: date
    first_day: date
    last_day: date
    weekdays: tuple[int, ...]
    no_school: tuple[SpanV1, ...]
    added_days: tuple[DeclaredDayV1, ...]
    closures: tuple[DeclaredDayV1, ...]
    sha256: str


class SchoolClosedV1(Contract):
    """A day without school was declared; it moves the clocks it touches (C-TIME-5)."""

    name: Literal["directory.school_closed.v1"] = "directory.school_closed.v1"
    day: DeclaredDayV1


class MakeUpDayAddedV1(Contract):
    """A day with school was declared in place of a lost one (C-TIME-5)."""

    name: Literal["directory.make_up_day_added.v1"] = "directory.make_up_day_added.v1"
    day: DeclaredDayV1


class RuleV1(Part):
    """A limit: so many of a unit after its trigger."""

    unit: Literal["calendar_days", "business_days", "school_days", "months", "hours"]
    count: Annotated[int, Field(gt=0)]
    roll: Literal["none", "next_business_day"] = "none"
    source: str = ""


class ComplaintRulesV1(Part):
    """The complaint parameters of a policy; null where the policy sets no limit."""

    filing: RuleV1 | None
    agency_notice: RuleV1 | None
    acknowledgement: RuleV1 | None
    determination: RuleV1 | None
    appeal_filing: RuleV1 | None
    appeal_response: RuleV1 | None
    agency_silence: RuleV1 | None
    extension_allowed: tuple[Literal["determination", "appeal_response"], ...]
    anonymous: bool
    signed_form_required: bool
    channels: tuple[str, ...]


class PolicyAdoptedV1(Contract):
    """A policy version is in force from a day on; what was judged under another keeps it."""

    name: Literal["directory.policy_adopted.v1"] = "directory.policy_adopted.v1"
    policy_id: str
    version: str
    title: str
    effective_from: date
    effective_to: date | None
    complaint: ComplaintRulesV1
    sha256: str


class IncidentLimitsV1(Part):
    """The limits of a policy for incidents; null where the procedure's default stands."""

    recording: RuleV1 | None
    outcome: RuleV1 | None
    classification: RuleV1 | None
    force_review: RuleV1 | None
    alternatives: RuleV1 | None
    agency_call: RuleV1 | None
    discipline: RuleV1 | None
    abuse_alarm: RuleV1 | None
    restraint_review: RuleV1 | None
    request_recording: RuleV1 | None
    request_review: RuleV1 | None
    boundary_answer: RuleV1 | None


class IncidentLimitsAdoptedV1(Contract):
    """A policy version sets limits for incidents, in force with it (C-AUD-3)."""

    name: Literal["directory.incident_limits_adopted.v1"] = "directory.incident_limits_adopted.v1"
    policy_id: str
    version: str
    effective_from: date
    effective_to: date | None
    limits: IncidentLimitsV1


DirectoryContract = Annotated[
    SchoolListedV1
    | StaffAppointedV1
    | OfficerListedV1
    | CalendarLoadedV1
    | SchoolClosedV1
    | MakeUpDayAddedV1
    | PolicyAdoptedV1
    | IncidentLimitsAdoptedV1,
    Field(discriminator="name"),
]
