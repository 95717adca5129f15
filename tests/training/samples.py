"""Synthetic training for tests: the catalogs of the program, a school year, two organisations."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

import services.training
from services.training.agency_desk import AgencyDesk
from services.training.application import OPERATOR, TrainingDesk
from services.training.district_desk import DistrictDesk
from services.training.domain import Entered
from services.training.events import Confirmed, FileOpened
from services.training.importing import load_catalog
from services.training.published import publish
from services.training.received import from_counterpart
from services.training.record import Facts, Record
from services.training.requirements import Catalogs, CatalogVersion, Known
from services.training.words import Channel, Keeper
from shared.contracts.base import OWN
from shared.contracts.directory import (
    CalendarLoadedV1,
    OfficerListedV1,
    SchoolListedV1,
    SpanV1,
    StaffAppointedV1,
)
from shared.hearing import heard
from shared.keyring import Keyring
from shared.school_calendar import Calendars, CalendarVersion
from shared.sealed import Sealed
from shared.wire.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.aggregate import Event
    from shared.contracts.base import Contract

ZONE = ZoneInfo("America/Los_Angeles")
DISTRICT, AGENCY = "sample-sd", "sample-pd"
OFFICER, OTHER_OFFICER = "officer-12", "officer-15"
SCHOOL = "sample-valley-high"
COORDINATOR, CHIEF, REVIEWER = "agency-4", "agency-1", "agency-2"
DISTRICT_COORDINATOR, PRINCIPAL, DIRECTOR = "staff-12", "staff-1", "staff-5"
LISTED_ON = date(2025, 8, 1)
FIRST_DAY = date(2025, 9, 3)
"""The first school day after the officers were listed."""
TODAY = date(2026, 3, 2)
CATALOG_FILES = Path(services.training.__file__).parent / "catalog"
CALENDAR = CalendarLoadedV1(
    calendar_id="sample-sd-2025-26",
    version=1,
    school_year="2025-26",
    loaded_on=date(2025, 3, 12),
    covers_from=date(2025, 9, 1),
    covers_to=date(2026, 8, 31),
    first_day=FIRST_DAY,
    last_day=date(2026, 6, 17),
    weekdays=(1, 2, 3, 4, 5),
    no_school=(SpanV1(from_=date(2025, 11, 11), to=date(2025, 11, 11), reason="Veterans Day"),),
    added_days=(),
    closures=(),
    sha256="0" * 64,
)
CALENDARS = Calendars(versions=(CalendarVersion.model_validate(CALENDAR.model_dump(mode="json")),))
NO_CALENDARS = Calendars()


def catalog_file(name: str) -> bytes:
    return (CATALOG_FILES / name).read_bytes()


def catalog(name: str) -> CatalogVersion:
    return CatalogVersion.model_validate_json(catalog_file(name))


LAW_2019, LAW_2021 = catalog("law-2019.json"), catalog("law-2021.json")
COURSES, TRAININGS = catalog("agency-courses.json"), catalog("district-trainings.json")
TOPICS = tuple(each.id for each in LAW_2021.requirements if each.kind == "topic")
LONG_AGO = date(2019, 7, 1)


def catalogs(*versions: CatalogVersion, known_on: date = LONG_AGO) -> Catalogs:
    """Catalogs known from a day on: all of the program unless told otherwise."""
    found = versions or (LAW_2019, LAW_2021, COURSES, TRAININGS)
    return Catalogs(tuple(Known(each, known_on) for each in found))


def gated(decides: str = "procedure", grace_days: int = 0) -> CatalogVersion:
    """The district's catalog with another rule of the gate."""
    rule = {"decides": decides, "grace_days": grace_days}
    return CatalogVersion.model_validate(TRAININGS.model_dump(mode="json") | {"gate": rule})


def facts(requirement: str, completed_on: date, **other: Any) -> Facts:
    told = {"provider": "ESD", "catalog": "law/2021", **other}
    return Facts(requirement=requirement, completed_on=completed_on, **told)


def confirmed(
    number: int,
    requirement: str,
    completed_on: date,
    *,
    known_on: date | None = None,
    keeper: Keeper = "agency",
    **other: Any,
) -> Confirmed:
    return Confirmed(
        officer=OFFICER,
        keeper=keeper,
        number=number,
        facts=facts(requirement, completed_on, **other),
        channel=Channel.PAGE,
        known_on=known_on or completed_on,
    )


def record_after(*events: Any) -> Record:
    """The record once these have happened, each with the version it would have in the file."""
    record = Record(officer=OFFICER)
    for version, event in enumerate(events, start=2):
        record = event.model_copy(update={"originator_version": version}).after(record)
    return record


def opened() -> FileOpened:
    return FileOpened(officer=OFFICER)


def sealed(what: str = "reasons") -> Sealed:
    return Sealed(subject=UUID(int=7), box=f"<sealed {what}>")


def entered(requirement: str = "T-RIGHTS", completed_on: date = TODAY, **other: Any) -> Entered:
    return Entered(requirement, completed_on, **{"provider": "ESD", **other})


# --- Desks ----------------------------------------------------------------------------------------


class At:
    """A clock that stands at noon of a day."""

    def __init__(self, day: date) -> None:
        self.day = day

    def __call__(self) -> datetime:
        return datetime.combine(self.day, time(20), UTC)


def agency_desk(folder: Path, at: At, *, told: bool = True) -> AgencyDesk:
    """The agency's desk on a store in a folder, told of the program."""
    desk = AgencyDesk(AGENCY, *_stores(folder, AGENCY), counterpart=DISTRICT, zone=ZONE, now=at)
    if told:
        tell(desk, AGENCY, _staff_of_the_agency(), *_officers())
        tell(desk, DISTRICT, *_program())
        for name in ("law-2019.json", "law-2021.json", "agency-courses.json"):
            assert load_catalog(desk, catalog_file(name), by=OPERATOR).recorded
    return desk


def district_desk(folder: Path, at: At, *, told: bool = True) -> DistrictDesk:
    """The district's desk on a store in a folder, told of the program."""
    desk = DistrictDesk(DISTRICT, *_stores(folder, DISTRICT), counterpart=AGENCY, zone=ZONE, now=at)
    if told:
        tell(desk, DISTRICT, *_staff_of_the_district(), *_program())
        tell(desk, AGENCY, *_officers())
        assert load_catalog(desk, catalog_file("district-trainings.json"), by=OPERATOR).recorded
    return desk


def _stores(folder: Path, org: str) -> tuple[Store, Keyring]:
    folder.mkdir(exist_ok=True)
    store = Store(f"sqlite:///{folder}/{org}.sqlite")
    return store, Keyring(Store(f"sqlite:///{folder}/{org}-keys.sqlite"), b"0" * 32)


def tell(desk: TrainingDesk, publisher: str, *told: Any) -> None:
    """Let a desk hear contracts of a directory."""
    for each in told:
        for contract in each if isinstance(each, tuple) else (each,):
            desk.save(*heard(publisher, contract))


def _officers() -> tuple[OfficerListedV1, ...]:
    officers = (OFFICER, OTHER_OFFICER)
    return tuple(
        OfficerListedV1(officer=officer, effective_from=LISTED_ON, effective_to=None)
        for officer in officers
    )


def _program() -> tuple[Any, ...]:
    school = SchoolListedV1(
        school=SCHOOL, title="Sample Valley High", effective_from=LISTED_ON, effective_to=None
    )
    return school, CALENDAR


def _staff_of_the_agency() -> tuple[StaffAppointedV1, ...]:
    return (
        _appointed(COORDINATOR, "agency_training_coordinator"),
        _appointed(CHIEF, "agency_head"),
        _appointed(REVIEWER, "agency_reviewer"),
    )


def _staff_of_the_district() -> tuple[StaffAppointedV1, ...]:
    return (
        _appointed(DISTRICT_COORDINATOR, "training_coordinator"),
        _appointed(DIRECTOR, "director"),
        _appointed(PRINCIPAL, "principal", SCHOOL),
    )


def _appointed(staff: str, role: Any, school: str | None = None) -> StaffAppointedV1:
    return StaffAppointedV1(
        staff=staff, role=role, school=school, effective_from=LISTED_ON, effective_to=None
    )


class Crossing:
    """Carries what two desks publish to each other, in order, each once, without a bus."""

    def __init__(self, agency: AgencyDesk, district: DistrictDesk) -> None:
        self.district = district
        self._desks: tuple[TrainingDesk, ...] = (agency, district)
        self._sent = dict.fromkeys((agency.org, district.org), 0)
        self.told_own: list[Contract] = []

    def carry(self) -> int:
        """Carry everything there is; gives how many contracts crossed."""
        crossed = 0
        while some := sum(self._from(desk) for desk in self._desks):
            crossed += some
        return crossed

    def _from(self, desk: TrainingDesk) -> int:
        other = next(each for each in self._desks if each is not desk)
        crossed = 0
        for position, event in desk.history(self._sent[desk.org], 10_000):
            self._sent[desk.org] = position
            for audience, contract in publish(desk.keeper, desk.counterpart, event):
                if audience == OWN:
                    self.told_own.append(contract)
                    continue
                again: Any = type(contract).model_validate_json(contract.model_dump_json())
                other.save(*from_counterpart(other, again))
                crossed += 1
        return crossed


def published_by(desk: TrainingDesk, events: Iterable[Event]) -> list[Contract]:
    """What leaves for these events."""
    return [each.contract for e in events for each in publish(desk.keeper, desk.counterpart, e)]


def as_json(content: bytes) -> Any:
    return json.loads(content)
