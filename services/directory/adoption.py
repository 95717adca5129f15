"""A policy version, as the district adopted it: it is never altered, another version is adopted."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.directory.policy import check_period
from shared.aggregate import Aggregate, CreatedEvent, Event
from shared.errors import Refused

Extendable = Literal["determination", "appeal_response"]


class Rule(BaseModel):
    """A limit: so many of a unit after its trigger, and where the policy says so."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    unit: Literal["calendar_days", "business_days", "school_days", "months", "hours"]
    count: Annotated[int, Field(gt=0)]
    roll: Literal["none", "next_business_day"] = "none"
    source: str = ""


class ComplaintRules(BaseModel):
    """The complaint parameters of a policy; None where it sets no limit (C-COMP-3 to C-COMP-12)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    filing: Rule | None
    agency_notice: Rule | None
    acknowledgement: Rule | None
    determination: Rule | None
    appeal_filing: Rule | None
    appeal_response: Rule | None
    agency_silence: Rule | None
    extension_allowed: tuple[Extendable, ...]
    anonymous: bool
    signed_form_required: bool
    channels: tuple[str, ...]


class IncidentLimits(BaseModel):
    """The limits of a policy for incidents; None where the procedure's default stands.

    C-DATA-2, C-INC-3, C-INC-5, C-INC-7, C-INC-10, C-INC-11, C-INT-1, C-INT-6, C-DISC-3, C-ROLE-2.
    What the law itself limits is not the district's to set.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    recording: Rule | None = None
    outcome: Rule | None = None
    classification: Rule | None = None
    force_review: Rule | None = None
    alternatives: Rule | None = None
    agency_call: Rule | None = None
    discipline: Rule | None = None
    abuse_alarm: Rule | None = None
    restraint_review: Rule | None = None
    request_recording: Rule | None = None
    request_review: Rule | None = None
    boundary_answer: Rule | None = None


class AdoptedPolicy(Aggregate):
    """One version of a policy."""

    TOPIC = "policy"

    def __init__(self) -> None:
        self.adopted: PolicyAdopted
        self.incident: IncidentLimits | None = None


class PolicyAdopted(CreatedEvent):
    """A policy version is in force from a day on (C-AUD-3)."""

    TOPIC: ClassVar[str] = "policy.adopted"

    policy_id: str
    version: str
    title: str
    effective_from: date
    effective_to: date | None
    complaint: ComplaintRules
    source: str
    sha256: str

    def apply(self, policy: AdoptedPolicy) -> None:
        policy.adopted = self


class IncidentLimitsAdopted(Event):
    """A policy version sets limits for incidents, in force with it (C-AUD-3)."""

    TOPIC: ClassVar[str] = "policy.incident_limits_adopted"

    policy_id: str
    version: str
    effective_from: date
    effective_to: date | None
    limits: IncidentLimits

    def apply(self, policy: AdoptedPolicy) -> None:
        policy.incident = self.limits


def adopt_limits(
    policy: AdoptedPolicy, limits: IncidentLimits | None
) -> IncidentLimitsAdopted | None:
    """Adopt a version's limits for incidents; None where they are adopted so, or none are set.

    A version that was adopted before incidents had limits of their own gets them once.
    """
    if limits == policy.incident:
        return None
    if limits is None or policy.incident is not None:
        raise Refused(
            "C-AUD-3",
            "this version was adopted with other limits for incidents: give the changed policy a"
            " version of its own",
            "incident",
        )
    adopted = policy.adopted
    return IncidentLimitsAdopted(
        policy_id=adopted.policy_id,
        version=adopted.version,
        effective_from=adopted.effective_from,
        effective_to=adopted.effective_to,
        limits=limits,
    )


def adopt(
    *,
    policy_id: str,
    version: str,
    title: str,
    effective_from: date,
    effective_to: date | None,
    complaint: ComplaintRules,
    source: str,
    sha256: str,
) -> PolicyAdopted:
    """Adopt a version of a policy (C-AUD-3)."""
    check_period(effective_from, effective_to)
    return PolicyAdopted(
        policy_id=policy_id,
        version=version,
        title=title,
        effective_from=effective_from,
        effective_to=effective_to,
        complaint=complaint,
        source=source,
        sha256=sha256,
    )


def check_unaltered(policy: AdoptedPolicy, again: PolicyAdopted) -> None:
    """Refuse to alter what was judged by: a change is a new version (C-AUD-3).

    The file's hash may differ: spaces and line ends are no change of the policy.
    """
    held, asked = policy.adopted.decided(), again.decided()
    altered = [name for name in asked if name != "sha256" and held[name] != asked[name]]
    if altered:
        raise Refused(
            "C-AUD-3",
            f"this version was adopted with another {altered[0]}: give the changed policy a version"
            " of its own",
            altered[0],
        )
