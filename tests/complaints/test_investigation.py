"""Conflicts of interest, the investigation, the officer, evidence, links and messages."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.complaints import domain
from services.complaints.events import (
    Complaint,
    ConflictDeclared,
    EvidenceAdded,
    InformingDeferred,
    InvestigationOpened,
    InvestigatorAssigned,
    MattersLinked,
    MessageWritten,
    OfficerAnswered,
    OfficerInformed,
)
from services.complaints.words import Conflict, Duty, Ground, Stage
from shared.testing import given
from tests.complaints.samples import DUE, MONDAY, OPENED, closed, determined, on, received, sealed

TUESDAY = MONDAY + timedelta(days=1)
NO_CONFLICT = ConflictDeclared(staff="staff-1", conflict=Conflict.NONE, declared_on=MONDAY)
CONFLICTS = [conflict for conflict in Conflict if conflict is not Conflict.NONE]


def stepped_aside(conflict: Conflict = Conflict.WITNESS) -> ConflictDeclared:
    return ConflictDeclared(staff="staff-1", conflict=conflict, declared_on=MONDAY)


# --- Conflict of interest -------------------------------------------------------------------------


@pytest.mark.parametrize("conflict", list(Conflict))
def test_comp_14_one_declares_how_one_stands_to_it(conflict: Conflict) -> None:
    given(Complaint, received()).when(
        domain.declare_conflict, on(MONDAY), staff="staff-1", conflict=conflict
    ).then(stepped_aside(conflict))


def test_comp_14_an_investigation_without_a_declaration_is_refused() -> None:
    given(Complaint, received()).when(
        domain.open_investigation, on(MONDAY), investigator="staff-1"
    ).then_refused("C-COMP-14", "conflict")


def test_comp_14_anothers_declaration_does_not_help() -> None:
    given(Complaint, received(), NO_CONFLICT).when(
        domain.open_investigation, on(MONDAY), investigator="staff-3"
    ).then_refused("C-COMP-14", "conflict")


@pytest.mark.parametrize("conflict", CONFLICTS)
def test_comp_14_who_has_a_conflict_steps_aside_for_good(conflict: Conflict) -> None:
    aside = given(Complaint, received(), stepped_aside(conflict))
    aside.when(domain.open_investigation, on(MONDAY), investigator="staff-1").then_refused(
        "C-COMP-14", "conflict"
    )
    aside.when(
        domain.declare_conflict, on(MONDAY), staff="staff-1", conflict=Conflict.NONE
    ).then_refused("C-COMP-14", "conflict")
    aside.when(domain.assign, on(MONDAY), staff="staff-1").then_refused("C-COMP-14", "staff")
    aside.when(domain.assign, on(MONDAY), staff="staff-3").then(
        InvestigatorAssigned(staff="staff-3", assigned_on=MONDAY)
    )


def test_comp_14_a_conflict_found_later_takes_the_case_away_but_restarts_no_clock() -> None:
    before = given(Complaint, received(), *OPENED).aggregate
    assert before.investigator == "staff-1"
    after = given(Complaint, received(), *OPENED, stepped_aside()).aggregate
    assert after.investigator is None
    assert after.clocks == before.clocks
    other = ConflictDeclared(staff="staff-3", conflict=Conflict.WITNESS, declared_on=MONDAY)
    assert given(Complaint, received(), *OPENED, other).aggregate.investigator == "staff-1"


def test_comp_14_nothing_is_declared_or_assigned_once_it_is_determined() -> None:
    over = given(Complaint, received(), *OPENED, determined())
    over.when(
        domain.declare_conflict, on(DUE), staff="staff-1", conflict=Conflict.NONE
    ).then_refused("C-COMP-14")
    over.when(domain.assign, on(DUE), staff="staff-3").then_refused("C-COMP-14")


# --- The investigation ----------------------------------------------------------------------------


def test_comp_6_an_investigation_is_opened_once() -> None:
    opened = InvestigationOpened(investigator="staff-1", opened_on=TUESDAY)
    given(Complaint, received(), NO_CONFLICT).when(
        domain.open_investigation, on(TUESDAY), investigator="staff-1"
    ).then(opened)
    complaint = given(Complaint, received(), NO_CONFLICT, opened)
    assert complaint.aggregate.stage is Stage.INVESTIGATION
    complaint.when(domain.open_investigation, on(TUESDAY), investigator="staff-1").then_refused(
        "C-COMP-6"
    )


def test_comp_23_the_officer_is_informed_once() -> None:
    told = OfficerInformed(informed_on=TUESDAY)
    given(Complaint, received()).when(domain.inform_officer, on(TUESDAY)).then(told)
    after = given(Complaint, received(), told)
    assert Duty.INFORM_OFFICER not in after.aggregate.clocks
    after.when(domain.inform_officer, on(TUESDAY)).then_refused("C-COMP-23")


def test_comp_23_informing_is_deferred_with_reasons_and_then_still_done() -> None:
    deferred = InformingDeferred(reasons=sealed("reasons"), deferred_on=TUESDAY)
    given(Complaint, received()).when(
        domain.defer_informing, on(TUESDAY), reasons=sealed("reasons")
    ).then(deferred)
    waiting = given(Complaint, received(), deferred)
    assert Duty.INFORM_OFFICER not in waiting.aggregate.clocks
    waiting.when(domain.defer_informing, on(TUESDAY), reasons=sealed("reasons")).then_refused(
        "C-COMP-23"
    )
    waiting.when(domain.inform_officer, on(DUE)).then(OfficerInformed(informed_on=DUE))


def test_comp_23_the_officer_may_answer() -> None:
    given(Complaint, received()).when(
        domain.answer_as_officer, on(TUESDAY), answer=sealed("answer")
    ).then(OfficerAnswered(answer=sealed("answer"), answered_on=TUESDAY))


def test_comp_23_nobody_is_informed_or_answers_while_no_officer_is_named() -> None:
    nobody = given(Complaint, received(officer=None))
    nobody.when(domain.inform_officer, on(MONDAY)).then_refused("C-COMP-23", "officer")
    nobody.when(domain.answer_as_officer, on(MONDAY), answer=sealed("answer")).then_refused(
        "C-COMP-23", "officer"
    )


def test_comp_24_evidence_is_taken_into_custody_by_its_hash() -> None:
    given(Complaint, received(), *OPENED).when(
        domain.add_evidence,
        on(TUESDAY),
        sha256="a" * 64,
        source="front office",
        description=sealed("description"),
    ).then(
        EvidenceAdded(
            sha256="a" * 64,
            source="front office",
            description=sealed("description"),
            added_on=TUESDAY,
        )
    )


def test_comp_24_what_is_closed_takes_no_evidence_but_on_reopening() -> None:
    given(Complaint, received(), closed(Ground.TOO_LITTLE)).when(
        domain.add_evidence, on(TUESDAY), sha256="a" * 64, source="x", description=sealed("d")
    ).then_refused("C-COMP-24")


def test_comp_17_another_complaint_is_linked_once_and_never_itself() -> None:
    linked = MattersLinked(other="SRO-AAAA-AAAB", linked_on=MONDAY)
    complaint = given(Complaint, received())
    complaint.when(domain.link, on(MONDAY), other="SRO-AAAA-AAAB").then(linked)
    complaint.when(domain.link, on(MONDAY), other=complaint.aggregate.number).then_refused(
        "C-COMP-17", "other"
    )
    given(Complaint, received(), linked).when(
        domain.link, on(MONDAY), other="SRO-AAAA-AAAB"
    ).then_refused("C-COMP-17", "other")


@pytest.mark.parametrize("from_complainant", [True, False])
def test_comp_20_both_sides_may_write_at_any_stage(from_complainant: bool) -> None:
    for history in ((), OPENED, (*OPENED, determined()), (closed(),)):
        given(Complaint, received(), *history).when(
            domain.write_message, on(DUE), from_complainant=from_complainant, text=sealed("text")
        ).then(
            MessageWritten(from_complainant=from_complainant, text=sealed("text"), written_on=DUE)
        )
