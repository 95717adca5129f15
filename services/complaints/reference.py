"""What the directories told this service: schools, roles, officers, calendars, policies, by day.

Each contract heard is an event of this service's own history, so that a replay knows not only what
the calendar was but when this desk learned of it.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from datetime import date
from threading import Lock
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import TypeAdapter
from sqlalchemy import Column, Integer, MetaData, String, Table, Text, func, select

from services.complaints.policy import InForce, Policy, Standing
from shared.aggregate import Aggregate, CreatedEvent
from shared.contracts.directory import (
    CalendarLoadedV1,
    DeclaredDayV1,
    DirectoryContract,
    MakeUpDayAddedV1,
    OfficerListedV1,
    PolicyAdoptedV1,
    SchoolClosedV1,
    SchoolListedV1,
    StaffAppointedV1,
)
from shared.school_calendar import Calendars, CalendarVersion, DeclaredDay, Rule
from shared.wire.view import View

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Engine

    from shared.aggregate import Event
    from shared.desk import Desk
    from shared.wire.rows import Rows

FRESH_SECONDS = 1.0
CONTRACT: TypeAdapter[Any] = TypeAdapter(DirectoryContract)


class Bulletin(Aggregate):
    """One thing a directory told; nothing is ever decided on it."""

    TOPIC = "bulletin"

    def __init__(self) -> None:
        """Remember nothing."""


class Heard(CreatedEvent):
    """A directory told of a school, a role, an officer, a calendar or a policy (C-TIME-7)."""

    TOPIC: ClassVar[str] = "bulletin.heard"

    publisher: str
    contract: dict[str, Any]

    def apply(self, bulletin: Bulletin) -> None:
        """Nothing is decided on it."""


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
    calendars: Calendars = field(default_factory=Calendars)

    def in_force(self, today: date, on: date | None = None) -> InForce:
        """What a decision of today is judged by; with `on`, under the policy of that day."""
        adopted = [p for p in self.policies if in_effect(p, on or today)]
        policy = policy_of(adopted[-1]) if adopted else Policy()
        return InForce(policy, self.calendars, today)

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


def put_together(contracts: Iterable[Any]) -> Reference:
    """Make the reference from what was heard, in that order: the later word on a subject stands."""
    schools: dict[Any, SchoolListedV1] = {}
    staff: dict[Any, StaffAppointedV1] = {}
    officers: dict[Any, OfficerListedV1] = {}
    policies: dict[Any, PolicyAdoptedV1] = {}
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
        calendars=Calendars(versions=tuple(versions), closures=tuple(closures), added=tuple(added)),
    )


def _since(told: SchoolListedV1 | PolicyAdoptedV1) -> date:
    return told.effective_from


def _declared(day: DeclaredDayV1) -> DeclaredDay:
    return DeclaredDay.model_validate(day.model_dump(mode="json"))


METADATA = MetaData()
BULLETINS = Table(
    "bulletins",
    METADATA,
    Column("position", Integer, primary_key=True),
    Column("contract", Text, nullable=False),
    Column("publisher", String, nullable=False),
)


class ReferenceView(View):
    """What was heard, in the order it was heard, put together once for each new word."""

    name = "reference"
    metadata = METADATA
    topics = (Heard.TOPIC,)
    _cached: tuple[int, Reference] = (0, Reference())
    _fresh_until = 0.0
    _times_heard = 0

    def __init__(self, desk: Desk, engine: Engine) -> None:
        self._looking = Lock()
        super().__init__(desk, engine)

    def apply(self, rows: Rows, event: Event, position: int) -> None:
        """Take in what was heard."""
        if isinstance(event, Heard):
            row = {
                "position": position,
                "contract": json.dumps(event.contract),
                "publisher": event.publisher,
            }
            rows.put(BULLETINS, row)

    def current(self) -> Reference:
        """The reference as known now; what another process wrote may be missing for a second."""
        if time.monotonic() < self._fresh_until:
            return self._cached[1]
        with self._looking:
            if time.monotonic() >= self._fresh_until:
                self._look()
            return self._cached[1]

    def _look(self) -> None:
        times_heard = self._times_heard
        fresh_until = time.monotonic() + FRESH_SECONDS
        with self.reading() as connection:
            latest = connection.execute(select(func.max(BULLETINS.c.position))).scalar() or 0
            if latest != self._cached[0]:
                heard = connection.execute(
                    select(BULLETINS.c.contract).order_by(BULLETINS.c.position)
                ).scalars()
                self._cached = (latest, put_together(map(CONTRACT.validate_json, heard)))
        if times_heard == self._times_heard:  # else something was heard while we looked
            self._fresh_until = fresh_until

    def forget(self) -> None:
        """Look again when asked the next time: this process has just heard something."""
        self._times_heard += 1
        self._fresh_until = 0.0


def heard(publisher: str, contract: Any) -> Sequence[Aggregate]:
    """Handle what a directory told; `by` is the source."""
    told = Heard(publisher=publisher, contract=contract.model_dump(mode="json"))
    return (Bulletin.begin(told, by=f"{publisher}.directory"),)
