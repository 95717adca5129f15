"""What the directories told, put together: schools, roles, officers, calendars, policies, by day.

Pure data and questions; `hearing.py` hears it and keeps it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shared.contracts.directory import (
    CalendarLoadedV1,
    DeclaredDayV1,
    IncidentLimitsAdoptedV1,
    MakeUpDayAddedV1,
    OfficerListedV1,
    PolicyAdoptedV1,
    SchoolClosedV1,
    SchoolListedV1,
    StaffAppointedV1,
)
from shared.school_calendar import Calendars, CalendarVersion, DeclaredDay
from shared.who_may import Standing

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date


@dataclass(frozen=True)
class Reference:
    """All that was heard, put together; questions ask as of a day.

    What holds from a later day comes later, and of one day what was heard later: so the last one in
    effect stands.
    """

    listed: tuple[SchoolListedV1, ...] = ()
    appointed: tuple[StaffAppointedV1, ...] = ()
    officers_listed: tuple[OfficerListedV1, ...] = ()
    policies: tuple[PolicyAdoptedV1, ...] = ()
    incident_limits: tuple[IncidentLimitsAdoptedV1, ...] = ()
    calendars: Calendars = field(default_factory=Calendars)

    def schools(self, day: date) -> dict[str, str]:
        """Titles of the schools of the program on a day, by reference."""
        found = {s.school: s.title for s in self.listed if in_effect(s, day)}
        return dict(sorted(found.items(), key=lambda item: item[1]))

    def officers(self, day: date) -> tuple[str, ...]:
        """References of the officers who serve on a day."""
        return tuple(sorted({o.officer for o in self.officers_listed if in_effect(o, day)}))

    def standing(self, staff: str, day: date) -> Standing:
        """The roles a person holds on a day."""
        held = (a for a in self.appointed if a.staff == staff and in_effect(a, day))
        return Standing(staff, frozenset((a.role, a.school) for a in held))

    def people(self, day: date) -> tuple[StaffAppointedV1, ...]:
        """Who holds a role on a day."""
        return tuple(a for a in self.appointed if in_effect(a, day))


def in_effect(
    told: SchoolListedV1 | StaffAppointedV1 | OfficerListedV1 | PolicyAdoptedV1, day: date
) -> bool:
    """Whether an effective-dated fact holds on a day, both ends included."""
    return told.effective_from <= day and (told.effective_to is None or day <= told.effective_to)


def put_together(contracts: Iterable[Any]) -> Reference:
    """Make the reference from what was heard, in that order: the later word on a subject stands."""
    schools: dict[Any, SchoolListedV1] = {}
    staff: dict[Any, StaffAppointedV1] = {}
    officers: dict[Any, OfficerListedV1] = {}
    policies: dict[Any, PolicyAdoptedV1] = {}
    limits: dict[Any, IncidentLimitsAdoptedV1] = {}
    versions: list[CalendarVersion] = []
    closures: list[DeclaredDay] = []
    added: list[DeclaredDay] = []
    for told in contracts:
        match told:
            case SchoolListedV1():
                schools[told.school, told.effective_from] = told
            case StaffAppointedV1():
                staff[told.staff, told.role, told.school, told.effective_from] = told
            case OfficerListedV1():
                officers[told.officer, told.effective_from] = told
            case PolicyAdoptedV1():
                policies.pop((told.policy_id, told.version), None)
                policies[told.policy_id, told.version] = told
            case IncidentLimitsAdoptedV1():
                limits[told.policy_id, told.version] = told
            case CalendarLoadedV1():
                versions.append(CalendarVersion.model_validate(told.model_dump(mode="json")))
            case SchoolClosedV1(day=day):
                closures.append(_declared(day))
            case MakeUpDayAddedV1(day=day):
                added.append(_declared(day))
    return Reference(
        listed=tuple(sorted(schools.values(), key=_since)),
        appointed=tuple(staff.values()),
        officers_listed=tuple(officers.values()),
        policies=tuple(sorted(policies.values(), key=_since)),
        incident_limits=tuple(limits.values()),
        calendars=Calendars(versions=tuple(versions), closures=tuple(closures), added=tuple(added)),
    )


def _since(told: SchoolListedV1 | PolicyAdoptedV1) -> date:
    return told.effective_from


def _declared(day: DeclaredDayV1) -> DeclaredDay:
    return DeclaredDay.model_validate(day.model_dump(mode="json"))
