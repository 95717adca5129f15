"""Who may see a complaint and who may do what with it: tried for every command."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from services.complaints.application import FindingGiven
from services.complaints.words import (
    Allegation,
    Channel,
    Conflict,
    Duty,
    Finding,
    Ground,
    Outcome,
    Party,
    Trigger,
)
from shared.errors import Refused
from tests.complaints.samples import (
    DESIGNEE,
    DIRECTOR,
    OTHER_PRINCIPAL,
    PRINCIPAL,
    SCHOOL,
    SUPERINTENDENT,
    TIP_LINE,
    determine,
    file,
    investigate,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.complaints.application import ComplaintsDesk

    Command = Callable[[ComplaintsDesk, str, str], object]

STRANGERS = [OTHER_PRINCIPAL, DIRECTOR, TIP_LINE, "staff-99", "", "reviewer-1", "public"]
FOUND = [FindingGiven(Allegation.FORCE, Finding.UNFOUNDED, "Reasons")]
CORRECT: dict[str, Any] = {
    "school": SCHOOL,
    "officer": None,
    "incident_on": None,
    "allegations": [Allegation.FORCE],
    "names_principal": False,
    "harm": False,
    "reasons": "Reasons",
}
HANDLING: dict[str, Command] = {
    "acknowledge": lambda d, n, by: d.acknowledge(n, by=by),
    "correct": lambda d, n, by: d.correct(n, by=by, **CORRECT),
    "see_urgency": lambda d, n, by: d.see_urgency(n, by=by, trigger=Trigger.ABUSE, account="x"),
    "escalate": lambda d, n, by: d.escalate(n, by=by, trigger=Trigger.ABUSE, to="An office"),
    "declare_conflict": lambda d, n, by: d.declare_conflict(n, by=by, conflict=Conflict.NONE),
    "assign": lambda d, n, by: d.assign(n, by=by, staff=DESIGNEE),
    "open_investigation": lambda d, n, by: d.open_investigation(n, by=by),
    "inform_officer": lambda d, n, by: d.inform_officer(n, by=by),
    "defer_informing": lambda d, n, by: d.defer_informing(n, by=by, reasons="x"),
    "answer_as_officer": lambda d, n, by: d.answer_as_officer(n, by=by, answer="x"),
    "add_evidence": lambda d, n, by: d.add_evidence(
        n, by=by, content=b"x", source="x", description="x"
    ),
    "link": lambda d, n, by: d.link(n, by=by, other=file(d).number),
    "write_message": lambda d, n, by: d.write_message(n, by=by, text="x"),
    "determine": lambda d, n, by: d.determine(n, by=by, findings=FOUND, text="x"),
    "provide_translation": lambda d, n, by: d.provide_translation(n, by=by, text="x"),
    "appeal": lambda d, n, by: d.appeal(n, by=by, party=Party.OFFICER, grounds="x"),
    "extend": lambda d, n, by: d.extend(
        n, by=by, duty=Duty.DETERMINE, reasons="x", anticipated_on=date(2026, 6, 1)
    ),
    "go_on": lambda d, n, by: d.go_on(n, by=by, reasons="x"),
    "close_matter": lambda d, n, by: d.close_matter(n, by=by, ground=Ground.LATE, reasons="x"),
    "reopen": lambda d, n, by: d.reopen(n, by=by, what_is_new="x"),
}
OVERSEEING: dict[str, Command] = {
    "extend": lambda d, n, by: d.extend(
        n, by=by, duty=Duty.ANSWER_OFFICER, reasons="x", anticipated_on=date(2026, 6, 1)
    ),
    "answer_appeal": lambda d, n, by: d.answer_appeal(
        n, by=by, party=Party.OFFICER, outcome=Outcome.UPHELD, text="x"
    ),
}


def is_kept_out(desk: ComplaintsDesk, command: Command, number: str, by: str) -> bool:
    """Whether it is refused for who gives it; refused for anything else, they might have."""
    try:
        command(desk, number, by)
    except Refused as refused:
        return refused.field == "by"
    return False


@pytest.mark.parametrize("name", list(HANDLING))
def test_comp_6_the_principals_office_and_the_superintendents_handle_it_and_nobody_else(
    desk: ComplaintsDesk, name: str
) -> None:
    number = file(desk).number
    for stranger in STRANGERS:
        assert is_kept_out(desk, HANDLING[name], number, stranger), stranger
    assert len(desk.events_of(desk.complaint(number).id)) == 2, "nothing was recorded"
    for handler in (PRINCIPAL, DESIGNEE, SUPERINTENDENT, "staff-6"):
        assert not is_kept_out(desk, HANDLING[name], file(desk).number, handler), handler


@pytest.mark.parametrize("name", list(HANDLING))
def test_comp_14_what_names_the_principal_is_the_superintendents_alone(
    desk: ComplaintsDesk, name: str
) -> None:
    number = file(desk, names_principal=True).number
    for kept_out in (*STRANGERS, PRINCIPAL, DESIGNEE):
        assert is_kept_out(desk, HANDLING[name], number, kept_out), kept_out
    assert not is_kept_out(desk, HANDLING[name], number, SUPERINTENDENT)


@pytest.mark.parametrize("name", sorted(set(HANDLING) - {"assign"}))
def test_comp_14_who_stepped_aside_does_nothing_more_but_name_another(
    desk: ComplaintsDesk, name: str
) -> None:
    number = file(desk).number
    desk.declare_conflict(number, by=PRINCIPAL, conflict=Conflict.RELATIVE)
    assert is_kept_out(desk, HANDLING[name], number, PRINCIPAL)


def test_comp_14_who_stepped_aside_may_name_a_designee(desk: ComplaintsDesk) -> None:
    number = file(desk).number
    desk.declare_conflict(number, by=PRINCIPAL, conflict=Conflict.RELATIVE)
    desk.assign(number, by=PRINCIPAL, staff=OTHER_PRINCIPAL)
    determine(desk, number, by=OTHER_PRINCIPAL)
    assert desk.seen(number, OTHER_PRINCIPAL).determined_by == OTHER_PRINCIPAL


def test_comp_14_only_who_holds_a_role_is_assigned(desk: ComplaintsDesk) -> None:
    number = file(desk).number
    with pytest.raises(Refused, match="C-COMP-14") as refused:
        desk.assign(number, by=PRINCIPAL, staff="staff-99")
    assert refused.value.field == "staff"


@pytest.mark.parametrize("name", list(OVERSEEING))
def test_comp_9_appeals_are_the_superintendents_offices(desk: ComplaintsDesk, name: str) -> None:
    number = file(desk).number
    for kept_out in (*STRANGERS, PRINCIPAL, DESIGNEE):
        assert is_kept_out(desk, OVERSEEING[name], number, kept_out), kept_out
    assert not is_kept_out(desk, OVERSEEING[name], number, SUPERINTENDENT)
    assert not is_kept_out(desk, OVERSEEING[name], number, "staff-6")
    desk.declare_conflict(number, by=SUPERINTENDENT, conflict=Conflict.WITNESS)
    assert is_kept_out(desk, OVERSEEING[name], number, SUPERINTENDENT), "stepped aside"


def test_comp_9_a_superintendent_who_determined_it_leaves_the_answer_to_a_designee(
    desk: ComplaintsDesk,
) -> None:
    number, passphrase = file(desk, names_principal=True)
    determine(desk, number, by=SUPERINTENDENT)
    desk.appeal_own(number, passphrase, grounds="x")
    answer: dict[str, Any] = {
        "party": Party.COMPLAINANT,
        "outcome": Outcome.UPHELD,
        "text": "It stands.",
    }
    with pytest.raises(Refused, match="C-COMP-9"):
        desk.answer_appeal(number, by=SUPERINTENDENT, **answer)
    desk.answer_appeal(number, by="staff-6", **answer)


# --- Forwarding -----------------------------------------------------------------------------------


@pytest.mark.parametrize("by", [TIP_LINE, DIRECTOR, SUPERINTENDENT])
def test_comp_4_the_tip_line_the_director_and_the_superintendent_forward(
    desk: ComplaintsDesk, by: str
) -> None:
    number = file(desk, school=None, channel=Channel.PHONE).number
    desk.forward(number, by=by, school=SCHOOL)
    assert desk.seen(number, PRINCIPAL).school == SCHOOL


@pytest.mark.parametrize("by", [PRINCIPAL, OTHER_PRINCIPAL, DESIGNEE, "staff-99", ""])
def test_comp_4_nobody_takes_a_tip_to_a_school_of_their_own(desk: ComplaintsDesk, by: str) -> None:
    number = file(desk, school=None, channel=Channel.PHONE).number
    with pytest.raises(Refused, match="C-COMP-4") as refused:
        desk.forward(number, by=by, school=SCHOOL)
    assert refused.value.field == "by"


def test_comp_4_a_tip_is_forwarded_to_a_school_of_the_program(desk: ComplaintsDesk) -> None:
    number = file(desk, school=None, channel=Channel.PHONE).number
    with pytest.raises(Refused, match="C-COMP-1") as refused:
        desk.forward(number, by=TIP_LINE, school="elsewhere-high")
    assert refused.value.field == "school"


# --- Seeing ---------------------------------------------------------------------------------------


def seers(desk: ComplaintsDesk, number: str) -> set[str]:
    """Who sees a complaint, in the list and by its number alike."""
    found = set()
    for staff in (*STRANGERS, PRINCIPAL, DESIGNEE, SUPERINTENDENT):
        if number in {entry.number for entry in desk.entries(staff)}:
            assert desk.seen(number, staff).number == number
            found.add(staff)
        else:
            with pytest.raises(Refused, match="C-COMP-6"):
                desk.seen(number, staff)
    return found


def test_comp_6_a_complaint_is_seen_by_who_handles_it_and_the_director(
    desk: ComplaintsDesk,
) -> None:
    expected = {PRINCIPAL, DESIGNEE, SUPERINTENDENT, DIRECTOR}
    assert seers(desk, file(desk).number) == expected


def test_comp_14_what_names_the_principal_is_hidden_from_the_school(desk: ComplaintsDesk) -> None:
    number = file(desk, names_principal=True).number
    assert seers(desk, number) == {SUPERINTENDENT, DIRECTOR}


def test_comp_14_a_correction_that_it_names_the_principal_hides_it_from_then_on(
    desk: ComplaintsDesk,
) -> None:
    number = file(desk).number
    desk.correct(number, by=PRINCIPAL, **{**CORRECT, "names_principal": True})
    assert seers(desk, number) == {SUPERINTENDENT, DIRECTOR}


def test_comp_4_the_tip_line_sees_a_tip_until_it_is_forwarded(desk: ComplaintsDesk) -> None:
    number = file(desk, school=None, channel=Channel.PHONE).number
    assert seers(desk, number) == {TIP_LINE, SUPERINTENDENT, DIRECTOR}
    desk.forward(number, by=TIP_LINE, school=SCHOOL)
    assert seers(desk, number) == {PRINCIPAL, DESIGNEE, SUPERINTENDENT, DIRECTOR}


def test_comp_14_an_investigator_from_elsewhere_sees_it_until_stepping_aside(
    desk: ComplaintsDesk,
) -> None:
    number = file(desk).number
    desk.assign(number, by=PRINCIPAL, staff=OTHER_PRINCIPAL)
    investigate(desk, number, by=OTHER_PRINCIPAL)
    assert OTHER_PRINCIPAL in seers(desk, number)
    desk.declare_conflict(number, by=OTHER_PRINCIPAL, conflict=Conflict.RELATIVE)
    assert OTHER_PRINCIPAL not in seers(desk, number)
