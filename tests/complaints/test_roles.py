"""Each cell of the complaints tables in docs/roles.md, tried on the desks in each situation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from services.complaints.application import ComplaintsDesk, Receipt
from services.complaints.tipline import TipLine
from services.complaints.words import Channel, Result
from shared.errors import Refused
from shared.who_may import PUBLIC, Acting
from tests.complaints.samples import (
    AGENCY,
    DESIGNEE,
    DISTRICT,
    OTHER_PRINCIPAL,
    OTHER_SCHOOL,
    PEOPLE,
    PRINCIPAL,
    SCHOOL,
    appointed,
    file,
    hear,
)
from tests.complaints.test_reviews_desk import CHIEF, REVIEWER, Crossing
from tests.complaints.test_who_may import HANDLING, OVERSEEING
from tests.roles import COMPLAINANT, GIVEN, NO, OWN_SCHOOL, UNPLACED, YES, said

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.complaints.review_desk import ReviewsDesk

    Command = Callable[[ComplaintsDesk, Receipt, str], object]

DISTRICTS = said("Complaints at the district")
AGENCYS = said("Complaints at the agency")
SITUATIONS: dict[str, dict[str, Any]] = {
    "their school's": {"school": SCHOOL},
    "another school's": {"school": OTHER_SCHOOL},
    "of no known school": {"school": None, "channel": Channel.PHONE},
    "about their principal": {"school": SCHOOL, "names_principal": True},
}
WAYS = {
    YES: set(SITUATIONS),
    OWN_SCHOOL: {"their school's"},
    UNPLACED: {"of no known school"},
    NO: set(),
}
EDITOR, COORDINATOR = "staff-11", "staff-12"
WHO: dict[str, str] = {
    "principal": PRINCIPAL,
    "designee": DESIGNEE,
    "superintendent": "staff-4",
    "superintendent_designee": "staff-6",
    "director": "staff-5",
    "tip_line_operator": "staff-7",
    "calendar_editor": EDITOR,
    "training_coordinator": COORDINATOR,
    "auditor": Acting("staff-90", ["auditor"]),
    "public": PUBLIC,
}


def on_tip(desk: ComplaintsDesk, command: Callable[[TipLine, UUID], object]) -> object:
    """Do something with a message that waits for a person."""
    tip_line = TipLine(desk)
    tip_line.take(f"nothing that can be read {uuid4()}".encode(), name="tip.sms.json")
    return command(tip_line, tip_line.tray.waiting()[0].id)


def is_listed(desk: ComplaintsDesk, number: str, by: str) -> None:
    """Find it on the docket."""
    if number not in {entry.number for entry in desk.entries(by)}:
        raise Refused("C-COMP-6", "it is not on the docket", "by")


COMMANDS: dict[str, Command] = {
    **{name: lambda d, r, by, do=do: do(d, r.number, by) for name, do in HANDLING.items()},  # type: ignore[misc]
    "answer_appeal": lambda d, r, by: OVERSEEING["answer_appeal"](d, r.number, by),
    "receive": lambda d, _, by: file(d, by=by),
    "forward": lambda d, r, by: d.forward(r.number, by=by, school=SCHOOL),
    "entries": lambda d, r, by: is_listed(d, r.number, by),
    "seen": lambda d, r, by: d.seen(r.number, by),
    "opened": lambda d, _, by: on_tip(d, lambda line, tip: line.opened(tip, by=by)),
    "settle": lambda d, _, by: on_tip(d, lambda line, tip: line.settle(tip, by=by)),
}
BY_PASSPHRASE: dict[str, Callable[[ComplaintsDesk, str, str], object]] = {
    "proven": lambda d, n, p: d.proven(n, p),
    "withdraw": lambda d, n, p: d.withdraw(n, p),
    "appeal_own": lambda d, n, p: d.appeal_own(n, p, grounds="x"),
    "write_own_message": lambda d, n, p: d.write_own_message(n, p, text="x"),
}


def kept_out(command: Callable[[], object], field: str = "by") -> bool:
    """Whether it is refused for who gives it; refused for anything else, they might have."""
    try:
        command()
    except Refused as refused:
        return refused.field == field or (refused.clause, refused.field) == ("C-COMP-6", "number")
    return False


@pytest.fixture
def told(desk: ComplaintsDesk) -> ComplaintsDesk:
    """A desk that has heard of somebody in each role."""
    others: dict[str, tuple[Any, str | None]] = {
        EDITOR: ("calendar_editor", None),
        COORDINATOR: ("training_coordinator", None),
    }
    hear(desk, DISTRICT, appointed(others))
    roles = {role for role, _ in (*PEOPLE.values(), *others.values())}
    assert roles | {"auditor", PUBLIC} == set(WHO)
    return desk


def test_every_command_of_the_page_is_tried() -> None:
    assert set(DISTRICTS) == {*COMMANDS, *BY_PASSPHRASE}
    columns = {*WHO, GIVEN, COMPLAINANT}
    assert all(set(cells) == columns for cells in DISTRICTS.values())


@pytest.mark.parametrize("name", list(COMMANDS))
def test_comp_6_each_cell_of_the_district_holds(told: ComplaintsDesk, name: str) -> None:
    for situation, facts in SITUATIONS.items():
        shut = file(told, **facts)
        for column, who in WHO.items():
            may = situation in WAYS[DISTRICTS[name][column]]
            receipt = file(told, **facts) if may else shut
            out = kept_out(lambda receipt=receipt, who=who: COMMANDS[name](told, receipt, who))  # type: ignore[misc]
            assert out is not may, f"{column}: {situation}"
        assert DISTRICTS[name][COMPLAINANT] == NO
    given = file(told)
    told.assign(given.number, by=PRINCIPAL, staff=OTHER_PRINCIPAL)
    may = DISTRICTS[name][GIVEN] == YES or DISTRICTS[name]["principal"] == YES
    assert kept_out(lambda: COMMANDS[name](told, given, OTHER_PRINCIPAL)) is not may, GIVEN


@pytest.mark.parametrize("name", list(BY_PASSPHRASE))
def test_comp_20_what_is_the_complainants_is_for_who_shows_the_passphrase(
    told: ComplaintsDesk, name: str
) -> None:
    mine, others = file(told), file(told)
    command = BY_PASSPHRASE[name]
    for wrong in (others.passphrase, "", *WHO.values()):
        told.attempts.succeeded((mine.number, ""))
        assert kept_out(lambda wrong=wrong: command(told, mine.number, wrong), "passphrase")  # type: ignore[misc]
    assert not kept_out(lambda: command(told, *mine), "passphrase")
    assert {c for c, cell in DISTRICTS[name].items() if cell != NO} == {COMPLAINANT}


def test_comp_11_each_cell_of_the_agency_holds(desk: ComplaintsDesk, agency: ReviewsDesk) -> None:
    number = file(desk).number
    Crossing(desk, agency).carry()
    commands: dict[str, Callable[[str], object]] = {
        "acknowledge": lambda by: agency.acknowledge(number, by=by),
        "open_review": lambda by: agency.open_review(number, by=by),
        "close_review": lambda by: agency.close_review(
            number, by=by, result=Result.NO_ACTION, reasons="x"
        ),
        "cases": agency.cases,
        "seen": lambda by: agency.seen(number, by),
    }
    hear(agency, AGENCY, appointed({"agency-4": ("agency_training_coordinator", None)}))
    who = {
        "agency_reviewer": REVIEWER,
        "agency_head": CHIEF,
        "agency_training_coordinator": "agency-4",
        "auditor": Acting("agency-90", ["auditor"]),
    }
    assert set(AGENCYS) == set(commands)
    for name, command in commands.items():
        for column, cell in AGENCYS[name].items():
            assert kept_out(lambda c=command, by=who[column]: c(by)) is (cell == NO), (name, column)  # type: ignore[misc]
        for stranger in ("agency-99", "staff-4", "", PUBLIC):
            assert kept_out(lambda c=command, by=stranger: c(by)), (name, stranger)  # type: ignore[misc]
