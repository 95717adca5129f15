"""The sample program's incidents: everything in it is synthetic.

Loaded by `accord run` on its first start, through the same desks and files as `accord import`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from services.incidents.calls_desk import CallsDesk
from services.incidents.discipline import load_buildings
from services.incidents.district_desk import DistrictDesk
from services.incidents.importing import load_calls, load_places
from services.incidents.incident import StudentPart
from services.incidents.words import Capacity, Ground, Involved, Part, Setting, Subject, Whom
from shared.cli.sample_program import check_whole, wait_until
from shared.who_may import OPERATOR

if TYPE_CHECKING:
    from services.incidents.calls_desk import CallsDesk
    from services.incidents.district_desk import DistrictDesk
    from shared.settings import Settings

SAMPLES = Path(__file__).parents[2] / "samples"
CALLS = SAMPLES / "incidents"
ROSTER = SAMPLES / "snohomish-sd"
SCHOOL, OFFICER, PRINCIPAL = "sample-valley-high", "officer-12", "staff-1"
DIVERTED = "SV25-000018"
"""A call at SCHOOL that the sample follows to its end."""
DIVERTED_AT = datetime(2025, 9, 3, 17, 45, 59, tzinfo=UTC)
STUDENT = "700010"
ELSEWHERE = 24
"""Rows of the sample's calls that were not at a school."""


def load_samples(settings: Settings) -> None:
    """Give an organisation its part of the sample incidents; again, it changes nothing."""
    if settings.kind == "agency":
        with CallsDesk.of(settings) as calls:
            wait_until(lambda: SCHOOL in calls.schools(), "incidents")
            if not calls.blotter.calls():
                _load_calls(calls)
    else:
        with DistrictDesk.of(settings) as desk:
            wait_until(lambda: _knows_program(desk), "incidents")
            desk.load_roster(ROSTER / "oneroster", by=OPERATOR)
            check_whole("plans", desk.load_plans((ROSTER / "plans.csv").read_bytes(), by=OPERATOR))
            buildings = (ROSTER / "buildings.csv").read_bytes()
            check_whole("buildings", load_buildings(desk, buildings, by=OPERATOR))
            if not desk.interactions_view.interactions():
                _log(desk)


def _load_calls(desk: CallsDesk) -> None:
    check_whole("places", load_places(desk, (CALLS / "places.csv").read_bytes(), by=OPERATOR))
    loaded = load_calls(desk, (CALLS / "calls.csv").read_bytes(), by=OPERATOR)
    assert len(loaded.handed_back) == ELSEWHERE, f"calls that do not load: {loaded.handed_back[0]}"
    desk.name_officers(DIVERTED, (OFFICER,), by=OPERATOR)
    desk.classify(DIVERTED, ("13B", "90C"), by=OPERATOR)
    desk.record_outcome(DIVERTED, by=OPERATOR, outcome="DIVR", persons=2)


def _log(desk: DistrictDesk) -> None:
    today = desk.today()
    for days, subject, setting, persons in (
        (3, Subject.LAW, Setting.CLASSROOM, 26),
        (2, Subject.RULES, Setting.HALLWAY, 1),
        (1, Subject.RELATIONSHIP, Setting.HALLWAY, 4),
    ):
        desk.log_interaction(
            by=PRINCIPAL,
            officer=OFFICER,
            school=SCHOOL,
            on=today - timedelta(days=days),
            capacity=Capacity.EDUCATE,
            whom=Whom.STUDENTS if persons > 1 else Whom.STUDENT,
            setting=setting,
            subject=subject,
            persons=persons,
        )
    desk.log_interaction(
        by=PRINCIPAL,
        officer=OFFICER,
        school=SCHOOL,
        on=today,
        capacity=Capacity.ENFORCE,
        whom=Whom.STUDENT,
        setting=Setting.OFFICE,
        subject=Subject.RULES,
        part=Part.WITNESS,
    )
    desk.request_intervention(
        by=PRINCIPAL,
        school=SCHOOL,
        at=desk.now() - timedelta(hours=3),
        ground=Ground.DISRUPTION,
        description="Sample: tables were thrown in the cafeteria and a class could not go on.",
    )
    desk.note_call(by=PRINCIPAL, school=SCHOOL, at=DIVERTED_AT, number=DIVERTED)
    part = StudentPart(involved=Involved.SUSPECT, outcomes=("DIVR",))
    desk.link_student(DIVERTED, STUDENT, by=PRINCIPAL, part=part)


def _knows_program(desk: DistrictDesk) -> bool:
    known = desk.reference.current()
    heard = SCHOOL in known.schools(desk.today()) and OFFICER in known.officers(desk.today())
    return heard and desk.standing(PRINCIPAL).holds("principal", school=SCHOOL)
