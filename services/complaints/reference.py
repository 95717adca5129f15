"""What a complaint is judged by, made from what the directories told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.complaints.policy import InForce, Policy
from shared.reference import Reference, in_effect
from shared.school_calendar import Rule

if TYPE_CHECKING:
    from datetime import date

    from shared.contracts.directory import PolicyAdoptedV1


def in_force(reference: Reference, today: date, on: date | None = None) -> InForce:
    """What a decision of today is judged by; with `on`, under the policy of that day."""
    adopted = [p for p in reference.policies if in_effect(p, on or today)]
    policy = policy_of(adopted[-1]) if adopted else Policy()
    return InForce(policy, reference.calendars, today)


def policy_of(adopted: PolicyAdoptedV1) -> Policy:
    """The policy as decisions use it."""
    told = adopted.complaint
    limits = {
        name: None if (rule := getattr(told, name)) is None else Rule(**rule.model_dump())
        for name in (
            "filing",
            "acknowledgement",
            "determination",
            "appeal_filing",
            "appeal_response",
            "agency_silence",
        )
    }
    return Policy(
        version=f"{adopted.policy_id}/{adopted.version}",
        extension_allowed=told.extension_allowed,
        anonymous=told.anonymous,
        channels=told.channels,
        **limits,
    )
