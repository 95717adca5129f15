"""The tables of docs/roles.md are the rights of the desks; a command without a right can't be."""

from __future__ import annotations

import pytest

from shared.errors import Refused
from shared.who_may import OPERATOR, PUBLIC, About, Acting, Commanded, Right, Standing, may
from tests.roles import TABLES, on_page, table

RIGHT = Right("C-TOY-1", "this is for the director", roles=frozenset({"director"}))


class Toys(Commanded):
    """One command."""

    def standing(self, staff: str) -> Standing:
        return Standing(staff, frozenset({("director", None)} if staff == "staff-5" else ()))

    @may(RIGHT)
    def wind(self, toy: str, *, by: str) -> str:
        self.check_given(by, About(aside=("staff-5",) if toy == "theirs" else ()))
        return f"{toy} by {by}"


@pytest.mark.parametrize("title", TABLES)
def test_the_page_shows_the_rights_as_they_are(title: str) -> None:
    assert on_page(title) == table(title), "write them again: python -m tests.roles"


@pytest.mark.parametrize("giver", ["by", "passphrase"])
def test_a_command_without_a_right_does_not_start(giver: str) -> None:
    source = f"class Forgetful(Commanded):\n    def wind(self, toy, *, {giver}): ..."
    with pytest.raises(TypeError, match="wind: say with @may"):
        exec(source, {"Commanded": Commanded, "__name__": __name__})  # noqa: S102  # ours


def test_nor_does_one_that_takes_the_place_of_a_command_that_had_one() -> None:
    with pytest.raises(TypeError, match="wind: say with @may"):

        class _Later(Toys):
            def wind(self, toy: str, *, by: str) -> str:
                return toy + by


def test_the_desk_itself_refuses_whoever_may_not() -> None:
    assert Toys().wind("bear", by="staff-5") == "bear by staff-5"
    for stranger in ("staff-1", "", PUBLIC, OPERATOR):
        with pytest.raises(Refused, match="C-TOY-1") as refused:
            Toys().wind("bear", by=stranger)
        assert refused.value.field == "by"


def test_a_role_that_signing_in_gave_counts_beside_the_directorys() -> None:
    assert Toys().wind("bear", by=Acting("staff-1", ["director"])) == "bear by staff-1"
    with pytest.raises(Refused, match="C-TOY-1"):
        Toys().wind("bear", by=Acting("staff-1", ["auditor"]))


def test_comp_14_the_right_is_looked_at_again_on_what_the_command_is_about() -> None:
    with pytest.raises(Refused, match="C-COMP-14") as refused:
        Toys().wind("theirs", by="staff-5")
    assert refused.value.field == "by"


def test_what_no_command_gave_passes() -> None:
    Toys().check_given("clock", About(aside=("clock",)))
