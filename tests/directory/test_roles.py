"""Each cell of the directory's table in docs/roles.md, tried on the desks of both organisations."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from services.directory.policy import AT_A_SCHOOL, Role, roles_of
from shared.errors import Refused
from shared.who_may import OPERATOR, PUBLIC, Acting
from tests.directory.samples import FROM, SNOW, TODAY, Clock, adopted, version
from tests.roles import NO, YES, said

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.directory.application import DirectoryDesk

CELLS = said("The directory of either")
PERIOD: dict[str, Any] = {"effective_from": FROM, "effective_to": None}
POLICY = {
    name: getattr(adopted(), name)
    for name in ("policy_id", "title", "complaint", "source", "sha256")
}
COMMANDS: dict[str, Callable[[DirectoryDesk, str], object]] = {
    "list_school": lambda d, by: d.list_school(by=by, school="new-high", title="New", **PERIOD),
    "list_officer": lambda d, by: d.list_officer(by=by, officer="officer-30", **PERIOD),
    "appoint": lambda d, by: d.appoint(
        by=by,
        staff="staff-80" if d.kind == "district" else "agency-80",
        role=Role.CALENDAR_EDITOR if d.kind == "district" else Role.AGENCY_REVIEWER,
        school=None,
        **PERIOD,
    ),
    "load_calendar": lambda d, by: d.load_calendar(
        by=by, version=version(version=2, loaded_on=str(TODAY)), source="", sha256="00"
    ),
    "declare_closure": lambda d, by: d.declare_closure(by=by, on=SNOW, reason="snow"),
    "add_make_up_day": lambda d, by: d.add_make_up_day(by=by, on=date(2026, 1, 24), reason="snow"),
    "adopt_policy": lambda d, by: d.adopt_policy(by=by, version="2027", **PERIOD, **POLICY),
}


def kept_out(desk: DirectoryDesk, name: str, by: str) -> bool:
    """Whether it is refused for who gives it; refused for anything else, they might have."""
    try:
        COMMANDS[name](desk, by)
    except Refused as refused:
        return refused.field == "by"
    return False


def test_every_command_of_the_page_is_tried() -> None:
    assert set(CELLS) == set(COMMANDS)


@pytest.mark.parametrize("name", list(COMMANDS))
def test_team_5_each_cell_of_the_directory_holds(
    desk: DirectoryDesk, agency: DirectoryDesk, name: str
) -> None:
    tried = set()
    for each in (desk, agency):
        schools = "sample-valley-high"
        for number, role in enumerate(roles_of(each.kind)):
            who = f"{'staff' if each is desk else 'agency'}-{60 + number}"
            school = schools if role in AT_A_SCHOOL else None
            since = TODAY + timedelta(days=1) if role is Role.DIRECTOR else FROM
            if role is Role.DIRECTOR:  # there is one at a time: the sample's
                who = "staff-5"
            else:
                facts = {"role": role, "school": school, "effective_from": since}
                each.appoint(by=OPERATOR, staff=who, effective_to=None, **facts)  # type: ignore[arg-type]  # mixed
            assert kept_out(each, name, who) is (CELLS[name][role] == NO), role
            tried.add(str(role))
        for column, by in {
            "auditor": Acting("staff-90", ["auditor"]),
            "operator": OPERATOR,
        }.items():
            assert kept_out(each, name, by) is (CELLS[name][column] == NO), column
            tried.add(column)
        for stranger in (PUBLIC, "", "staff-99", "setup"):
            assert kept_out(each, name, stranger), stranger
    assert tried == set(CELLS[name])


def test_team_5_who_is_no_longer_appointed_gives_no_more_commands(
    desk: DirectoryDesk, clock: Clock
) -> None:
    term: dict[str, Any] = {"role": Role.CALENDAR_EDITOR, "school": None, "effective_from": FROM}
    desk.appoint(by=OPERATOR, staff="staff-70", effective_to=TODAY, **term)
    assert desk.declare_closure(by="staff-70", on=SNOW, reason="snow")
    clock.today = TODAY + timedelta(days=1)
    assert kept_out(desk, "declare_closure", "staff-70")
    assert CELLS["declare_closure"]["calendar_editor"] == YES
