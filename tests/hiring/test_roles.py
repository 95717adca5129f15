"""Each cell of the hiring tables in docs/roles.md, tried on the desks of both organisations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from services.hiring.words import Category, Conflict, Ending, Why
from shared.contracts.directory import StaffAppointedV1
from shared.errors import Refused
from shared.who_may import OPERATOR, PUBLIC, Acting
from tests.hiring.samples import C1, CRITERIA, LISTED_ON, PREREQUISITES, SCHOOL, TODAY, Both, tell
from tests.roles import AT_THE_AGENCY, AT_THE_DISTRICT, NO, OWN_SCHOOL, said

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.hiring.application import HiringDesk

    Command = Callable[[Any, str, str], object]

DISTRICTS, AGENCYS = said("Hiring at the district"), said("Hiring at the agency")
CODE = "ABCDE-FGHJK-MNPQR-STVWX"
BOTH: dict[str, Command] = {
    "seat_member": lambda d, s, by: d.seat_member(s, "staff-99", by=by, trained_on=None),
    "excuse_member": lambda d, s, by: d.excuse_member(s, "staff-99", by=by, why=Why.LEFT),
    "declare_conflict": lambda d, s, by: d.declare_conflict(s, C1, by=by, conflict=Conflict.NONE),
    "provide_questions": lambda d, s, by: d.provide_questions(s, [], by=by),
    "seal_scores": lambda d, s, by: d.seal_scores(s, by=by, scores={}, notes={}, code=CODE),
    "open_scores": lambda d, s, by: d.open_scores(s, by=by, code=CODE),
    "state_preference": lambda d, s, by: d.state_preference(s, C1, by=by, reasons=""),
    "remove_officer": lambda d, s, by: d.remove_officer(s, by=by, removed_on=TODAY, reasons="x"),
    "place_hold": lambda d, s, by: d.place_hold(s, by=by, reasons="x"),
    "lift_hold": lambda d, s, by: d.lift_hold(s, by=by, reasons="x"),
    "erase_candidate": lambda d, s, by: d.erase_candidate(s, C1, by=by),
    "searches": lambda d, s, by: d.searches(by),
    "record_of": lambda d, s, by: d.record_of(s, by),
    "name_of": lambda d, s, by: d.name_of(s, C1, by),
    "notes_of": lambda d, s, by: d.record_of(s, by),
}
COMMANDS: dict[str, dict[str, Command]] = {
    "district": BOTH
    | {
        "name_candidate": lambda d, s, by: d.name_candidate(s, C1, by=by, name="Avery Example"),
        "agree_terms": lambda d, s, by: d.agree_terms(s, "0", by=by),
        "accept": lambda d, s, by: d.accept(s, by=by),
        "decline": lambda d, s, by: d.decline(
            s,
            by=by,
            category=Category.OTHER,
            reviewed_by="staff-4",
            no_protected_characteristic=True,
            reasons="x",
        ),
    },
    "agency": BOTH
    | {
        "open_search": lambda d, s, by: d.open_search(by=by, school="none"),
        "define_prerequisites": lambda d, s, by: d.define_prerequisites(s, PREREQUISITES, by=by),
        "enter_candidate": lambda d, s, by: d.enter_candidate(s, by=by, name="x"),
        "screen_candidate": lambda d, s, by: d.screen_candidate(s, C1, [], by=by, notes=""),
        "advance_candidate": lambda d, s, by: d.advance_candidate(s, C1, by=by),
        "not_advance_candidate": lambda d, s, by: d.not_advance_candidate(
            s, C1, by=by, reasons="x"
        ),
        "withdraw_candidate": lambda d, s, by: d.withdraw_candidate(s, "none", by=by),
        "close_screening": lambda d, s, by: d.close_screening(s, by=by),
        "set_terms": lambda d, s, by: d.set_terms(
            s, CRITERIA, by=by, quorum={"agency": 1, "district": 1}
        ),
        "open_interviews": lambda d, s, by: d.open_interviews(s, by=by),
        "hold_interview": lambda d, s, by: d.hold_interview(s, C1, [], by=by, held_on=TODAY),
        "close_scoring": lambda d, s, by: d.close_scoring(s, by=by),
        "record_ranking": lambda d, s, by: d.record_ranking(s, by=by),
        "resolve_tie": lambda d, s, by: d.resolve_tie(s, [], by=by, discussion="x"),
        "propose": lambda d, s, by: d.propose(s, C1, by=by),
        "appoint": lambda d, s, by: d.appoint(s, by=by, officer="officer-31", from_on=TODAY),
        "close_search": lambda d, s, by: d.close_search(s, by=by, ending=Ending.FILLED),
        "reopen_search": lambda d, s, by: d.reopen_search(s, by=by, reasons="x"),
        "reassign_officer": lambda d, s, by: d.reassign_officer(
            s, SCHOOL, by=by, from_on=TODAY, reasons="x"
        ),
        "arrange_cover": lambda d, s, by: d.arrange_cover(
            s, "officer-12", by=by, from_on=TODAY, to_on=TODAY
        ),
        "equal_opportunity": lambda d, s, by: d.equal_opportunity(2025, by),
    },
}


def kept_out(give: Callable[[], object]) -> bool:
    """Whether it is refused for who gives it, or shows them nothing."""
    try:
        return give() == []
    except Refused as refused:
        return refused.field == "by"


def tried(
    desk: HiringDesk, search: str, cells: dict[str, dict[str, str]], roles: tuple[str, ...]
) -> None:
    sits = "staff-12" if desk.keeper == "district" else "agency-2"
    people: dict[str, str] = {
        "auditor": Acting("staff-90", ["auditor"]),
        "operator": OPERATOR,
        "given to": sits,
    }
    for number, role in enumerate(roles):
        people[role] = f"{'staff' if desk.keeper == 'district' else 'agency'}-{60 + number}"
        facts: dict[str, Any] = {"role": role, "effective_from": LISTED_ON, "effective_to": None}
        at = SCHOOL if role in ("principal", "designee") else None
        tell(desk, desk.org, StaffAppointedV1(staff=people[role], school=at, **facts))
    for name, command in COMMANDS[desk.keeper].items():
        assert set(people) == set(cells[name])
        for column, by in people.items():
            allowed = not kept_out(lambda command=command, by=by: command(desk, search, by))  # type: ignore[misc]
            assert allowed is (cells[name][column] != NO), (name, column)
        for stranger in (PUBLIC, "", "staff-99"):
            assert kept_out(lambda command=command, by=stranger: command(desk, search, by)), name  # type: ignore[misc]


@pytest.mark.parametrize(("cells", "keeper"), [(DISTRICTS, "district"), (AGENCYS, "agency")])
def test_every_command_of_the_page_is_tried(cells: dict[str, Any], keeper: str) -> None:
    assert set(cells) == set(COMMANDS[keeper])


def test_hire_3_each_cell_holds_at_both(both: Both) -> None:
    search = both.search("Avery Example")
    tried(both.district, search, DISTRICTS, AT_THE_DISTRICT)
    tried(both.agency, search, AGENCYS, AT_THE_AGENCY)


def test_hire_3_a_principal_reads_the_searches_of_their_own_school_only(both: Both) -> None:
    search = both.search("Avery Example")
    assert DISTRICTS["record_of"]["principal"] == OWN_SCHOOL
    facts: dict[str, Any] = {"role": "principal", "effective_from": LISTED_ON, "effective_to": None}
    for staff, school in (("staff-71", SCHOOL), ("staff-72", "fixture-peak-high")):
        tell(
            both.district, both.district.org, StaffAppointedV1(staff=staff, school=school, **facts)
        )
    assert both.district.record_of(search, "staff-71").search == search
    assert kept_out(lambda: both.district.record_of(search, "staff-72"))
    assert both.district.searches("staff-72") == []
