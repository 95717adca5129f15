"""The sample program's training: everything in it is synthetic.

Loaded by `accord run` on its first start, through the same desks and files as `accord import`.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from services.training.agency_desk import AgencyDesk
from services.training.district_desk import DistrictDesk
from services.training.importing import load_catalog, load_records, read_employees
from shared.cli.sample_program import check_whole, wait_until
from shared.who_may import OPERATOR

if TYPE_CHECKING:
    from services.training.agency_desk import AgencyDesk
    from services.training.application import TrainingDesk
    from services.training.district_desk import DistrictDesk
    from shared.settings import Settings

CATALOGS = Path(__file__).parent / "catalog"
OF_THE_AGENCY = ("law-2019.json", "law-2021.json", "agency-courses.json")
OF_THE_DISTRICT = ("district-trainings.json",)
RECORDS = Path(__file__).parents[2] / "samples" / "training"
OFFICERS = ("officer-12", "officer-15", "officer-21")
SCHOOL, COORDINATOR = "sample-valley-high", "staff-12"


def load_samples(settings: Settings) -> None:
    """Give an organisation its part of the sample training; again, it changes nothing."""
    if settings.kind == "agency":
        with AgencyDesk.of(settings) as desk:
            wait_until(lambda: set(OFFICERS) <= set(desk.listed()), "training")
            _confirm(desk)
    else:
        with DistrictDesk.of(settings) as district:
            adopt(district, *OF_THE_DISTRICT)
            wait_until(lambda: _knows_program(district), "training")
            if not district.trainings.held():
                _hold(district)


def adopt(desk: TrainingDesk, *files: str) -> None:
    """Adopt catalogs that come with the program."""
    for file in files:
        check_whole(file, load_catalog(desk, (CATALOGS / file).read_bytes(), by=OPERATOR))


def _confirm(desk: AgencyDesk) -> None:
    adopt(desk, *OF_THE_AGENCY)
    employees = read_employees((RECORDS / "employees.csv").read_bytes())
    records = (RECORDS / "records.csv").read_bytes()
    check_whole("records", load_records(desk, records, by=OPERATOR, employees=employees))


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
