"""Reading calendars and policies from JSON: whole or not at all, with each field that is wrong."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from services.directory.adoption import ComplaintRules, Extendable, IncidentLimits, Rule
from shared.calendars import BadCalendar, CalendarVersion, Day
from shared.deadlines import COUNT_MAX
from shared.handed_back import MEND, HandedBack, Unreadable, check_size, plain

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

TOLD_OF_A_CALENDAR = frozenset(
    {"organisation", "status", "source", "note", "early_release", "make_up_reserve"}
)
"""What a calendar file tells its readers; no clock counts it (C-TIME-4)."""
Plain = Annotated[str, AfterValidator(plain)]
ABUSE_HOURS = 48
"""Within which suspected abuse is reported (RCW 26.44.030, C-INC-7)."""
CHANNELS = ("form", "office", "email", "web", "tip_line", "phone", "text")


class Unfit(Exception):
    """A document can't be loaded; `back` has what is wrong with it."""

    def __init__(self, back: tuple[HandedBack, ...]) -> None:
        super().__init__(f"{len(back)} fields to correct")
        self.back = back


# --- Calendars ------------------------------------------------------------------------------------


class _ToldOfACalendar(BaseModel):
    calendar_id: Plain
    school_year: Plain = ""
    source: Plain = ""


@dataclass(frozen=True)
class CalendarDocument:
    """A calendar file."""

    version: CalendarVersion
    source: str
    sha256: str
    passed_over: tuple[str, ...]


def read_calendar(content: bytes, org: str) -> CalendarDocument:
    """Read a version of a school year's calendar (C-TIME-7).

    Raises:
        Unreadable: it is no JSON object.
        Unfit: a field is wrong.
    """
    data = _object(content)
    _check_organisation(data, org)
    try:
        version = CalendarVersion.read(data)
        told = _ToldOfACalendar.model_validate(data)
    except BadCalendar as bad:
        reason, _, fix = bad.reason.partition(": ")
        raise Unfit((HandedBack(None, bad.field, reason, fix or MEND),)) from bad
    except ValidationError as error:
        raise Unfit(_what_is_wrong(error)) from error
    known = {field.alias or name for name, field in CalendarVersion.model_fields.items()}
    passed_over = tuple(sorted(set(data) - known - TOLD_OF_A_CALENDAR))
    return CalendarDocument(version, told.source, _hash(content), passed_over)


# --- Policies -------------------------------------------------------------------------------------


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _WrittenRule(_Written):
    unit: Literal["calendar_days", "business_days", "school_days", "months", "hours"]
    count: Annotated[int, Field(strict=True, gt=0, le=COUNT_MAX)]
    roll: Literal["none", "next_business_day"] | None = None
    source: str = ""
    # what follows is told to readers; the clause of each clock says the same
    from_: Annotated[str, Field(alias="from")] = ""
    late: str = ""
    calendar: str = ""

    @field_validator("roll")
    @classmethod
    def _hours_do_not_roll(cls, roll: str | None, told: ValidationInfo) -> str | None:
        if roll == "next_business_day" and told.data.get("unit") == "hours":
            raise ValueError("hours are elapsed hours (C-TIME-12): leave roll out")
        return roll

    def rule(self) -> Rule:
        """The limit; calendar days roll forward unless the policy says they do not (C-TIME-3)."""
        default: Literal["none", "next_business_day"] = (
            "next_business_day" if self.unit == "calendar_days" else "none"
        )
        return Rule(unit=self.unit, count=self.count, roll=self.roll or default, source=self.source)


class _WrittenExtension(_Written):
    allowed: tuple[Extendable, ...]
    max_times: int | None = None
    max_total: _WrittenRule | None = None
    needs: tuple[str, ...] = ()
    source: str = ""


class _WrittenComplaint(_Written):
    filing: _WrittenRule | None = None
    agency_notice: _WrittenRule | None = None
    acknowledgement: _WrittenRule | None = None
    determination: _WrittenRule | None = None
    appeal_filing: _WrittenRule | None = None
    appeal_response: _WrittenRule | None = None
    agency_silence: _WrittenRule | None = None
    extension: _WrittenExtension | None = None
    anonymous: bool = True
    signed_form_required: bool = False
    channels: tuple[str, ...] = CHANNELS
    # what no clock of ours counts
    referral: _WrittenRule | None = None
    must_say: tuple[str, ...] = ()
    response_must_say: tuple[str, ...] = ()
    language: str = ""

    def rules(self) -> ComplaintRules:
        """The parameters; null where the policy sets no limit, never an invented one."""
        clocks = {
            name: written.rule()
            for name, written in self
            if name in ComplaintRules.model_fields and isinstance(written, _WrittenRule)
        }
        return ComplaintRules(
            filing=clocks.get("filing"),
            agency_notice=clocks.get("agency_notice"),
            acknowledgement=clocks.get("acknowledgement"),
            determination=clocks.get("determination"),
            appeal_filing=clocks.get("appeal_filing"),
            appeal_response=clocks.get("appeal_response"),
            agency_silence=clocks.get("agency_silence"),
            extension_allowed=() if self.extension is None else self.extension.allowed,
            anonymous=self.anonymous,
            signed_form_required=self.signed_form_required,
            channels=self.channels,
        )


class _WrittenIncident(_Written):
    recording: _WrittenRule | None = None
    outcome: _WrittenRule | None = None
    classification: _WrittenRule | None = None
    force_review: _WrittenRule | None = None
    alternatives: _WrittenRule | None = None
    agency_call: _WrittenRule | None = None
    discipline: _WrittenRule | None = None
    abuse_alarm: _WrittenRule | None = None
    restraint_review: _WrittenRule | None = None
    request_recording: _WrittenRule | None = None
    request_review: _WrittenRule | None = None
    boundary_answer: _WrittenRule | None = None

    @field_validator("abuse_alarm")
    @classmethod
    def _is_before_the_law(cls, written: _WrittenRule | None) -> _WrittenRule | None:
        if written is not None and (written.unit != "hours" or written.count >= ABUSE_HOURS):
            raise ValueError("it is not before the law's 48 hours (C-INC-7): give fewer hours")
        return written

    def limits(self) -> IncidentLimits:
        """The limits; None where the file is silent and the procedure's default stands."""
        return IncidentLimits(**{name: rule and rule.rule() for name, rule in self})


class _WrittenPolicy(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    policy_id: Plain
    name: Plain
    version: Plain
    effective_from: Day
    effective_to: Day | None = None
    source: Plain = ""
    complaint: _WrittenComplaint
    incident: _WrittenIncident | None = None


@dataclass(frozen=True)
class PolicyDocument:
    """A policy file."""

    policy_id: str
    title: str
    version: str
    effective_from: Day
    effective_to: Day | None
    complaint: ComplaintRules
    incident: IncidentLimits | None
    source: str
    sha256: str
    passed_over: tuple[str, ...]


def read_policy(content: bytes, org: str) -> PolicyDocument:
    """Read a version of a policy, as far as complaints and incidents go.

    Raises:
        Unreadable: it is no JSON object.
        Unfit: fields are wrong; each is named.
    """
    data = _object(content)
    _check_organisation(data, org)
    try:
        written = _WrittenPolicy.model_validate(data)
    except ValidationError as error:
        raise Unfit(_what_is_wrong(error)) from error
    passed_over = set(data) - set(_WrittenPolicy.model_fields) - {"organisation", "note"}
    if written.complaint.referral is not None:
        passed_over.add("complaint.referral")
    extension = written.complaint.extension
    if extension is not None and (extension.max_times or extension.max_total):
        passed_over.add("complaint.extension.max_times, max_total")
    return PolicyDocument(
        policy_id=written.policy_id,
        title=written.name,
        version=written.version,
        effective_from=written.effective_from,
        effective_to=written.effective_to,
        complaint=written.complaint.rules(),
        incident=None if written.incident is None else written.incident.limits(),
        source=written.source,
        sha256=_hash(content),
        passed_over=tuple(sorted(passed_over)),
    )


# --- Both -----------------------------------------------------------------------------------------


def _object(content: bytes) -> dict[str, Any]:
    check_size(content)
    try:
        data = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_without_twins)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        reason = "the file holds bytes that are not UTF-8 (often it is Latin-1)"
        raise Unreadable(reason, "save the file as UTF-8", line=line) from error
    except json.JSONDecodeError as error:
        reason = f"the file is no JSON: {error.msg} at column {error.colno}"
        raise Unreadable(
            reason, "correct the line, or export it again", line=error.lineno
        ) from error
    except RecursionError as error:
        raise Unreadable("the file is nested too deeply", "choose the right file") from error
    if not isinstance(data, dict):
        raise Unreadable("the file holds no JSON object", "choose a file that begins with {")
    return data


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twin = next(name for name in names if names.count(name) > 1)
        raise Unreadable(f"{twin} is there twice", "keep one of them", field=twin)
    return found


def _check_organisation(data: dict[str, Any], org: str) -> None:
    """Refuse another organisation's file: its limits must not come into force by mistake."""
    whose = data.get("organisation", org)
    if whose != org and not str(whose).startswith(f"{org}."):
        reason = f"the file says it is another organisation's, and this is {org}"
        fix = "correct --org, or the organisation the file names"
        raise Unfit((HandedBack(None, "organisation", reason, fix),))


def _what_is_wrong(error: ValidationError) -> tuple[HandedBack, ...]:
    return tuple(_one_wrong(one) for one in error.errors(include_input=False))


def _one_wrong(error: ErrorDetails) -> HandedBack:
    where = ".".join(str(part) for part in error["loc"])
    match error["type"]:
        case "missing":
            return HandedBack(None, where, "it is missing", "give it")
        case "extra_forbidden":
            fix = "correct its spelling, or remove it"
            return HandedBack(None, where, "a policy has no such field", fix)
        case _:
            message = str(error["msg"]).removeprefix("Value error, ")
            reason, _, fix = message.partition(": ")
            return HandedBack(None, where, reason, fix or MEND)


def _hash(content: bytes) -> str:
    return sha256(content).hexdigest()
