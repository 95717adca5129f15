"""A whole search over the real bus, with the link cut while the panel scores."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from services.hiring.agency_desk import AgencyDesk
from services.hiring.codes import new_code
from services.hiring.district_desk import DistrictDesk
from services.hiring.record import Result
from services.hiring.samples import CRITERIA, PREREQUISITES, SCHOOL
from services.hiring.scoring import proof_of, verified
from services.hiring.words import Conflict
from services.training.__main__ import desk_of as training_of
from services.training.events import GateClosed, GateOpened
from shared.settings import Settings
from tests.end_to_end.program import AGENCY, DISTRICT, Program, eventually

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.hiring.application import HiringDesk
    from services.hiring.record import Record
    from services.training.application import TrainingDesk

pytestmark = pytest.mark.xdist_group("end to end")  # they share the running program

CHIEF, DIRECTOR = "agency-1", "staff-5"
AGENCYS, DISTRICTS = ("agency-2", "agency-3", "agency-4"), ("staff-1", "staff-12")
C1, C2, C3 = "candidate-1", "candidate-2", "candidate-3"
SCORES = {
    "agency-2": {C1: 4, C2: 5, C3: 2},
    "agency-3": {C1: 3, C2: 5, C3: 3},
    "agency-4": {C1: 5, C2: 4, C3: 1},
    "staff-1": {C1: 4, C2: 4, C3: 5},
    "staff-12": {C1: 3, C2: 4, C3: 4},
}
OFFICER = "officer-93"
LINK_SECONDS = 90.0


def until(desk: HiringDesk, search: str, knows: Callable[[Record], object]) -> Record:
    """The record of a search, once a desk beside the running service knows something of it."""

    def looked() -> Record | None:
        known = desk.board.entry(desk.search_id(search))
        return known if known is not None and knows(known) else None

    return eventually(looked, within=LINK_SECONDS)


def advanced(desk: AgencyDesk) -> str:
    """A search with three candidates before the board, and terms."""
    search = desk.open_search(by=CHIEF, school=SCHOOL, process="sample agreement, section 4")
    desk.define_prerequisites(search, PREREQUISITES, by=CHIEF)
    met = [Result(item=at, met=True) for at in range(len(PREREQUISITES))]
    for name in ("Avery Example", "Blake Sample", "Casey Fixture"):
        who = desk.enter_candidate(search, by=CHIEF, name=name)
        desk.screen_candidate(search, who, met, by=CHIEF, notes="")
        desk.advance_candidate(search, who, by=CHIEF)
    desk.provide_questions(search, ["A sample question?"], by=CHIEF)
    desk.set_terms(search, CRITERIA, by=CHIEF, quorum={"agency": 1, "district": 1})
    desk.close_screening(search, by=CHIEF)
    return search


def take_seats(desk: HiringDesk, search: str, members: tuple[str, ...], by: str) -> None:
    for member in members:
        desk.seat_member(search, member, by=by, trained_on=None)
        for each in (C1, C2, C3):
            desk.declare_conflict(search, each, by=member, conflict=Conflict.NONE)


def test_hire_6_both_end_with_the_same_ranking_though_the_link_was_cut_while_they_scored(
    program: Program,
) -> None:
    codes = {member: new_code() for member in SCORES}
    with (
        AgencyDesk.of(Settings.of(AGENCY, program.data)) as agency,
        DistrictDesk.of(Settings.of(DISTRICT, program.data)) as district,
    ):
        desks: dict[str, HiringDesk] = {
            **dict.fromkeys(AGENCYS, agency),
            **dict.fromkeys(DISTRICTS, district),
        }
        search = advanced(agency)
        until(district, search, lambda known: known.screening_closed)
        take_seats(agency, search, AGENCYS, CHIEF)
        take_seats(district, search, DISTRICTS, DIRECTOR)
        shown = until(district, search, lambda known: known.terms).digest()
        district.agree_terms(search, shown, by=DIRECTOR)
        until(agency, search, lambda known: known.agreed == shown)
        agency.open_interviews(search, by=CHIEF)
        for each in (C1, C2, C3):
            agency.hold_interview(search, each, tuple(SCORES), by=CHIEF, held_on=agency.today())
        until(district, search, lambda known: all(c.interview for c in known.candidates))

        with program.stopped(f"{AGENCY}-nats"):
            for member, given in SCORES.items():
                scores = {
                    candidate: dict.fromkeys(("c1", "c2", "c3"), score)
                    for candidate, score in given.items()
                }
                desks[member].seal_scores(
                    search, by=member, scores=scores, notes={}, code=codes[member]
                )
            here = agency.search(search).known.sealed
            assert {each.member for each in here} == set(AGENCYS)

        for desk in (agency, district):
            until(desk, search, lambda known: len(known.sealed) == len(SCORES))
        agency.close_scoring(search, by=CHIEF)
        until(district, search, lambda known: known.counted)
        for member, code in codes.items():
            assert desks[member].open_scores(search, by=member, code=code) == ()
        until(agency, search, lambda known: len(known.opened) == len(SCORES))
        agency.record_ranking(search, by=CHIEF)
        theirs = until(district, search, lambda known: known.places)
        ours = until(agency, search, lambda known: len(known.checks) == 2)
        assert [(p.candidate, p.rank) for p in ours.places or ()] == [(C2, 1), (C1, 2), (C3, 3)]
        assert theirs.places == ours.places
        for known in (ours, theirs):
            assert verified(known) == []
            assert len(proof_of(known)) == 15
            assert [check.findings for check in known.checks] == [(), ()]

        district.state_preference(search, C2, by="staff-1", reasons="")
        until(agency, search, lambda known: known.preferences)
        agency.propose(search, C2, by=CHIEF)
        until(district, search, lambda known: known.proposal)
        district.accept(search, by=DIRECTOR)
        until(agency, search, lambda known: known.proposal and known.proposal.accepted)
        agency.appoint(search, by=CHIEF, officer=OFFICER, from_on=agency.today())
        until(district, search, lambda known: known.appointed == C2)

    for org in (AGENCY, DISTRICT):
        with training_of(Settings.of(org, program.data)) as training:
            assert eventually(partial(judges_the_new_officer, training), within=LINK_SECONDS)


def judges_the_new_officer(training: TrainingDesk) -> bool:
    """Whether the directory has listed the officer, whose training has therefore been judged."""
    return any(
        isinstance(event, GateOpened | GateClosed) and event.officer == OFFICER
        for _, event in training.history(0, 10_000)
    )


def test_hire_11_the_sample_search_awaits_its_interviews_at_both(program: Program) -> None:
    with program.signed_in("district", "hiring", DIRECTOR) as site:
        page = site.get("/").raise_for_status().text
        assert "Fixture Peak High School" in page
        assert "agreeing on questions and terms" in page
