"""The sample program's training: everything in it is synthetic.

Loaded by `accord run` on its first start, through the same desks and files as `accord import`.
"""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from services.training.agency_desk import AgencyDesk
from services.training.district_desk import DistrictDesk
from services.training.importing import load_catalog, load_records, read_employees
from shared.who_may import OPERATOR

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.training.agency_desk import AgencyDesk
    from services.training.application import TrainingDesk
    from services.training.district_desk import DistrictDesk
    from shared.handed_back import Loaded
    from shared.settings import Settings

CATALOGS = Path(__file__).parent / "catalog"
OF_THE_AGENCY = ("law-2019.json", "law-2021.json", "agency-courses.json")
OF_THE_DISTRICT = ("district-trainings.json",)
RECORDS = Path(__file__).parents[2] / "samples" / "training"
OFFICERS = ("officer-12", "officer-15", "officer-21")
SCHOOL, COORDINATOR = "sample-valley-high", "staff-12"
WAIT_SECONDS = 60.0


def load_samples(settings: Settings) -> None:
    """Give an organisation its part of the sample training; again, it changes nothing."""
    if settings.kind == "agency":
        with AgencyDesk.of(settings) as desk:
            _wait(lambda: set(OFFICERS) <= set(desk.listed()))
            _confirm(desk)
    else:
        with DistrictDesk.of(settings) as district:
            adopt(district, *OF_THE_DISTRICT)
            _wait(lambda: _knows_program(district))
            if not district.trainings.held():
                _hold(district)


def adopt(desk: TrainingDesk, *files: str) -> None:
    """Adopt catalogs that come with the program."""
    for file in files:
        _whole(file, load_catalog(desk, (CATALOGS / file).read_bytes(), by=OPERATOR))


def _confirm(desk: AgencyDesk) -> None:
    adopt(desk, *OF_THE_AGENCY)
    employees = read_employees((RECORDS / "employees.csv").read_bytes())
    records = (RECORDS / "records.csv").read_bytes()
    _whole("records", load_records(desk, records, by=OPERATOR, employees=employees))


def _hold(desk: DistrictDesk) -> None:
    today = desk.today()
    for requirement, days, officers, staff in (
        ("D-SCHOOL", 20, OFFICERS[:2], ()),
        ("D-STAFFMTG", 12, OFFICERS[:1], ("staff-1", "staff-3")),
        ("D-ASKSRO", 10, (), ("staff-1", "staff-3")),
    ):
        desk.hold_training(
            by=COORDINATOR,
            requirement=requirement,
            held_on=today - timedelta(days=days),
            school=SCHOOL,
            hours=1,
            officers=officers,
            staff=staff,
        )


def _knows_program(desk: DistrictDesk) -> bool:
    known = desk.reference.current()
    heard = SCHOOL in known.schools(desk.today()) and set(OFFICERS) <= set(desk.listed())
    staff = {each.staff for each in known.people(desk.today())}
    return heard and {COORDINATOR, "staff-1", "staff-3"} <= staff


def _whole(name: str, loaded: Loaded) -> None:
    assert not loaded.handed_back, f"samples that do not load: {name}: {loaded.handed_back[0]}"


def _wait(until: Callable[[], bool]) -> None:
    """Contracts take a moment from one service to the next.

    Raises:
        TimeoutError: they did not come.
    """
    limit = time.monotonic() + WAIT_SECONDS
    while not until():
        if time.monotonic() > limit:
            raise TimeoutError(
                f"the sample program did not reach the training desk in {WAIT_SECONDS:.0f} s: see"
                " the logs of the directory and of NATS, and start again"
            )
        time.sleep(0.1)
