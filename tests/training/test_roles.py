"""Each cell of the training tables in docs/roles.md, tried on the desks of both organisations."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from services.training.words import Channel, Ground, Outcome
from shared.contracts.directory import SchoolListedV1, StaffAppointedV1
from shared.errors import Refused
from shared.who_may import OPERATOR, PUBLIC, Acting
from tests.roles import AT_THE_AGENCY, AT_THE_DISTRICT, NO, OWN_SCHOOL, YES, said
from tests.training.samples import LISTED_ON, OFFICER, SCHOOL, TODAY, catalog, entered, tell

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.training.agency_desk import AgencyDesk
    from services.training.application import TrainingDesk
    from services.training.district_desk import DistrictDesk

    Command = Callable[[Any, str], object]

DISTRICTS, AGENCYS = said("Training at the district"), said("Training at the agency")
OTHER_SCHOOL = "fixture-peak-high"
BOTH: dict[str, Command] = {
    "adopt_catalog": lambda d, by: d.adopt_catalog(catalog("law-2021.json"), by=by, sha256="0"),
    "confirm": lambda d, by: d.confirm(OFFICER, entered(), by=by, channel=Channel.PAGE),
    "confirm_all": lambda d, by: d.confirm_all(OFFICER, [], by=by, channel=Channel.PAGE),
    "correct": lambda d, by: d.correct(OFFICER, 1, entered(), by=by, reasons="x"),
    "revoke": lambda d, by: d.revoke(OFFICER, 1, by=by, reasons="x"),
    "waive": lambda d, by: d.waive(
        OFFICER, "C-FIRSTAID", by=by, ends_on=TODAY + timedelta(days=9), signer="x", reasons="x"
    ),
    "end_waiver": lambda d, by: d.end_waiver(OFFICER, 1, by=by),
    "matrix": lambda d, by: d.matrix(by, as_of=TODAY, known_on=TODAY),
    "record_of": lambda d, by: d.record_of(OFFICER, by),
}
COMMANDS: dict[str, dict[str, Command]] = {
    "district": BOTH
    | {
        "countersign": lambda d, by: d.countersign(OFFICER, 1, by=by),
        "dispute": lambda d, by: d.dispute(OFFICER, 1, by=by, ground=Ground.EVIDENCE, reasons="x"),
        "hold_training": lambda d, by: hold(d, by, SCHOOL),
    },
    "agency": BOTH
    | {
        "answer_dispute": lambda d, by: d.answer_dispute(
            OFFICER, 1, by=by, outcome=Outcome.STANDS, reasons="x"
        )
    },
}


def hold(desk: DistrictDesk, by: str, school: str | None) -> None:
    desk.hold_training(
        by=by, requirement="D-SCHOOL", held_on=TODAY, school=school, hours=None, officers=()
    )


def kept_out(give: Callable[[], object]) -> bool:
    """Whether it is refused for who gives it; refused for anything else, they might have."""
    try:
        give()
    except Refused as refused:
        return refused.field == "by"
    return False


def tried(desk: TrainingDesk, cells: dict[str, dict[str, str]], roles: tuple[str, ...]) -> None:
    people: dict[str, str] = {"auditor": Acting("staff-90", ["auditor"]), "operator": OPERATOR}
    for number, role in enumerate(roles):
        people[role] = f"{'staff' if desk.keeper == 'district' else 'agency'}-{60 + number}"
        facts: dict[str, Any] = {"role": role, "effective_from": LISTED_ON, "effective_to": None}
        at = SCHOOL if role in ("principal", "designee") else None
        tell(desk, desk.org, StaffAppointedV1(staff=people[role], school=at, **facts))
    for name, command in COMMANDS[desk.keeper].items():
        assert set(people) == set(cells[name])
        for column, by in people.items():
            allowed = not kept_out(lambda command=command, by=by: command(desk, by))  # type: ignore[misc]
            assert allowed is (cells[name][column] != NO), (name, column)
        for stranger in (PUBLIC, "", "staff-99", "training-system"):
            assert kept_out(lambda command=command, by=stranger: command(desk, by))  # type: ignore[misc]


@pytest.mark.parametrize(("cells", "keeper"), [(DISTRICTS, "district"), (AGENCYS, "agency")])
def test_every_command_of_the_page_is_tried(cells: dict[str, Any], keeper: str) -> None:
    assert set(cells) == set(COMMANDS[keeper])


def test_trn_5_each_cell_of_the_district_holds(district: DistrictDesk) -> None:
    tried(district, DISTRICTS, AT_THE_DISTRICT)


def test_trn_5_each_cell_of_the_agency_holds(agency: AgencyDesk) -> None:
    tried(agency, AGENCYS, AT_THE_AGENCY)


def test_trn_3_a_principal_holds_trainings_at_their_own_school_only(district: DistrictDesk) -> None:
    other = SchoolListedV1(
        school=OTHER_SCHOOL, title="Fixture Peak", effective_from=LISTED_ON, effective_to=None
    )
    tell(district, district.org, other)
    principal, coordinator = "staff-1", "staff-12"
    assert DISTRICTS["hold_training"]["principal"] == OWN_SCHOOL
    assert DISTRICTS["hold_training"]["training_coordinator"] == YES
    assert not kept_out(lambda: hold(district, principal, SCHOOL))
    for elsewhere in (OTHER_SCHOOL, None):
        assert kept_out(lambda elsewhere=elsewhere: hold(district, principal, elsewhere))  # type: ignore[misc]
        assert not kept_out(lambda elsewhere=elsewhere: hold(district, coordinator, elsewhere))  # type: ignore[misc]
