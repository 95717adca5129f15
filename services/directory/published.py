"""The only door out: which events leave, as which contract, for whom.

Schools, calendars and policies are known on both sides; who is staff stays inside the organisation;
officers are told by badge reference. No name leaves (C-PRIV-1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.directory.adoption import IncidentLimitsAdopted, PolicyAdopted
from services.directory.appointments import Appointed, PostEstablished
from services.directory.calendars import (
    CalendarLoaded,
    CalendarOpened,
    MakeUpDayAdded,
    SchoolClosed,
)
from services.directory.domain import (
    OfficerAmended,
    OfficerListed,
    PersonNamed,
    PersonRenamed,
    SchoolAmended,
    SchoolListed,
)
from shared.contracts.base import OWN, Publication
from shared.contracts.directory import (
    CalendarLoadedV1,
    ComplaintRulesV1,
    DeclaredDayV1,
    IncidentLimitsAdoptedV1,
    IncidentLimitsV1,
    MakeUpDayAddedV1,
    OfficerListedV1,
    PolicyAdoptedV1,
    SchoolClosedV1,
    SchoolListedV1,
    StaffAppointedV1,
)

if TYPE_CHECKING:
    from services.directory.domain import DirectoryEvent
    from shared.contracts.base import Contract
    from shared.school_calendar import DeclaredDay


def publish(event: DirectoryEvent, counterpart: str) -> tuple[Publication, ...]:
    """Say what leaves for an event, and to whom; nothing if it stays inside."""
    match event:
        case Appointed():
            appointed = StaffAppointedV1(
                staff=event.staff,
                role=event.role.value,
                school=event.school,
                effective_from=event.effective_from,
                effective_to=event.effective_to,
            )
            return (Publication(OWN, appointed),)
        case PersonNamed() | PersonRenamed() | PostEstablished() | CalendarOpened():
            return ()
        case _:
            contract = _told_to_both(event)
            return Publication(OWN, contract), Publication(counterpart, contract)


def _told_to_both(  # noqa: PLR0911  # one case an event
    event: SchoolListed
    | SchoolAmended
    | OfficerListed
    | OfficerAmended
    | CalendarLoaded
    | SchoolClosed
    | MakeUpDayAdded
    | PolicyAdopted
    | IncidentLimitsAdopted,
) -> Contract:
    match event:
        case SchoolListed() | SchoolAmended():
            return SchoolListedV1(
                school=event.school,
                title=event.title,
                effective_from=event.effective_from,
                effective_to=event.effective_to,
            )
        case OfficerListed() | OfficerAmended():
            return OfficerListedV1(
                officer=event.officer,
                effective_from=event.effective_from,
                effective_to=event.effective_to,
            )
        case CalendarLoaded():
            return CalendarLoadedV1.model_validate(
                event.calendar.model_dump() | {"sha256": event.sha256}
            )
        case SchoolClosed():
            return SchoolClosedV1(day=_declared(event.day))
        case MakeUpDayAdded():
            return MakeUpDayAddedV1(day=_declared(event.day))
        case PolicyAdopted():
            return PolicyAdoptedV1(
                policy_id=event.policy_id,
                version=event.version,
                title=event.title,
                effective_from=event.effective_from,
                effective_to=event.effective_to,
                complaint=ComplaintRulesV1.model_validate(event.complaint.model_dump()),
                sha256=event.sha256,
            )
        case IncidentLimitsAdopted():
            return IncidentLimitsAdoptedV1(
                policy_id=event.policy_id,
                version=event.version,
                effective_from=event.effective_from,
                effective_to=event.effective_to,
                limits=IncidentLimitsV1.model_validate(event.limits.model_dump()),
            )


def _declared(day: DeclaredDay) -> DeclaredDayV1:
    return DeclaredDayV1.model_validate(day.model_dump())
