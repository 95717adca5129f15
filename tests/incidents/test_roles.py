"""Each cell of the incidents tables in docs/roles.md, tried on the desks of both organisations.

Whether it is their own school's is looked at once the thing is known: `test_incidents.py` tries it.
"""

from __future__ import annotations

from inspect import signature
from typing import TYPE_CHECKING, Any

import pytest

from services.incidents.rights import DATA_OFFICER, OFFICER
from shared.contracts.directory import StaffAppointedV1
from shared.errors import Refused
from shared.hearing import heard
from shared.who_may import OPERATOR, PUBLIC, Acting
from tests.incidents.samples import LISTED_ON, SCHOOL
from tests.roles import AT_THE_AGENCY, AT_THE_DISTRICT, NO, said

if TYPE_CHECKING:
    from services.incidents.application import IncidentsDesk
    from services.incidents.calls_desk import CallsDesk
    from services.incidents.district_desk import DistrictDesk

DISTRICTS, AGENCYS = said("Incidents at the district"), said("Calls at the agency")


def kept_out(desk: IncidentsDesk, name: str, by: str) -> bool:
    """Whether a command is refused for who gives it, before it looks at what it is about."""
    command = getattr(desk, name)
    told: dict[str, Any] = dict.fromkeys(signature(command).parameters)
    try:
        command(**told | {"by": by})
    except Refused as refused:
        return refused.field == "by"
    except Exception:  # it has begun, with nothing to work on
        return False
    return False


def tried(
    desk: IncidentsDesk,
    cells: dict[str, dict[str, str]],
    roles: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(type(desk), "check_given", lambda *_: None)
    people: dict[str, str] = {"operator": OPERATOR}
    for granted in ("auditor", DATA_OFFICER, OFFICER):
        people[granted] = Acting("staff-90", [granted])
    for number, role in enumerate(roles):
        people[role] = f"{desk.org}-{60 + number}"
        facts: dict[str, Any] = {"role": role, "effective_from": LISTED_ON, "effective_to": None}
        at = SCHOOL if role in ("principal", "designee") else None
        appointed = StaffAppointedV1(staff=people[role], school=at, **facts)
        desk.save(*heard(desk.org, appointed))
    assert set(cells) == set(desk.rights)
    for name, row in cells.items():
        assert set(row) == set(people)
        for column, by in people.items():
            assert kept_out(desk, name, by) is (row[column] == NO), (name, column)
        for stranger in (PUBLIC, "", "staff-99"):
            assert kept_out(desk, name, stranger), (name, stranger)


def test_data_4_each_cell_of_the_district_holds(
    district: DistrictDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried(district, DISTRICTS, AT_THE_DISTRICT, monkeypatch)


def test_data_4_each_cell_of_the_agency_holds(
    agency: CallsDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried(agency, AGENCYS, AT_THE_AGENCY, monkeypatch)
