"""The sample program's search, in progress: everybody in it is synthetic.

Loaded by `accord run` on its first start, through the same desks as the pages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.hiring.agency_desk import AgencyDesk
from services.hiring.district_desk import DistrictDesk
from services.hiring.record import Result
from services.hiring.words import Conflict, Head
from shared.cli.sample_program import wait_until

if TYPE_CHECKING:
    from services.hiring.agency_desk import AgencyDesk
    from services.hiring.district_desk import DistrictDesk
    from shared.settings import Settings

SCHOOL, CHIEF, DIRECTOR = "fixture-peak-high", "agency-1", "staff-5"
AGENCY_MEMBERS, DISTRICT_MEMBERS = ("agency-2", "agency-3"), ("staff-2", "staff-12")
PREREQUISITES = (
    (Head.PERFORMANCE, "No sustained complaint in the last three years"),
    (Head.EXPERIENCE, "Three years on patrol"),
    (Head.TRAINING, "Crisis intervention training"),
    (Head.SKILLS, "Has worked with young people"),
)
CRITERIA = (
    ("Builds trust with students", 40),
    ("Knows when to talk and when to enforce", 35),
    ("De-escalates", 25),
)


def load_samples(settings: Settings) -> None:
    """Give an organisation its part of the sample search; again, it changes nothing."""
    if settings.kind == "agency":
        with AgencyDesk.of(settings) as agency:
            wait_until(lambda: _knows_program(agency), "hiring")
            if not agency.board.records():
                _open(agency)
    else:
        with DistrictDesk.of(settings) as district:
            wait_until(lambda: _knows_search(district), "hiring")
            search = district.board.records()[0].search
            if not any(s.keeper == "district" for s in district.search(search).known.seats):
                _take_part(district, search)


def _open(desk: AgencyDesk) -> None:
    search = desk.open_search(by=CHIEF, school=SCHOOL, process="sample agreement, section 4")
    desk.define_prerequisites(search, PREREQUISITES, by=CHIEF)
    met = [Result(item=at, met=True) for at in range(len(PREREQUISITES))]
    for number in ("One", "Two", "Three", "Four"):
        name = f"Synthetic Candidate-{number}"
        candidate = desk.enter_candidate(search, by=CHIEF, name=name)
        missing = Result(item=2, met=number != "Four")
        results = [*met[:2], missing, met[3]]
        desk.screen_candidate(search, candidate, results, by=CHIEF, notes="Sample notes.")
        if missing.met:
            desk.advance_candidate(search, candidate, by=CHIEF)
        else:
            reasons = "Sample: the course is still to come."
            desk.not_advance_candidate(search, candidate, by=CHIEF, reasons=reasons)
    for member in AGENCY_MEMBERS:
        desk.seat_member(search, member, by=CHIEF, trained_on=None)
        for each in desk.search(search).known.advanced():
            desk.declare_conflict(search, each.candidate, by=member, conflict=Conflict.NONE)
    question = "A student refuses to leave a classroom. What do you do first?"
    desk.provide_questions(search, [question], by=CHIEF)
    desk.set_terms(search, CRITERIA, by=CHIEF, quorum={"agency": 1, "district": 1})
    desk.close_screening(search, by=CHIEF)  # the last: the district waits for it


def _take_part(desk: DistrictDesk, search: str) -> None:
    for member in DISTRICT_MEMBERS:
        desk.seat_member(search, member, by=DIRECTOR, trained_on=None)
        for each in desk.search(search).known.advanced():
            desk.declare_conflict(search, each.candidate, by=member, conflict=Conflict.NONE)
    question = "How would students of our school come to know you?"
    desk.provide_questions(search, [question], by=DIRECTOR)
    desk.agree_terms(search, desk.search(search).known.digest(), by=DIRECTOR)


def _knows_program(desk: AgencyDesk) -> bool:
    known = desk.reference.current()
    staff = {each.staff for each in known.people(desk.today())}
    return SCHOOL in known.schools(desk.today()) and {CHIEF, *AGENCY_MEMBERS} <= staff


def _knows_search(desk: DistrictDesk) -> bool:
    staff = {each.staff for each in desk.reference.current().people(desk.today())}
    records = desk.board.records()
    ready = bool(records) and records[0].screening_closed
    return ready and {DIRECTOR, *DISTRICT_MEMBERS} <= staff
