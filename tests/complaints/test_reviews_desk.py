"""The agency's desk, and what the two organisations tell each other, on the stores of both."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from services.complaints.events import AgencyAcknowledged, AgencyReviewClosed, AgencyReviewOpened
from services.complaints.published import publish
from services.complaints.received import from_agency, from_district
from services.complaints.words import (
    AgencyStatus,
    Allegation,
    Conflict,
    Ground,
    Outcome,
    Party,
    Result,
    Trigger,
)
from shared.contracts.complaints import NoticeAcknowledgedV1
from shared.errors import Refused
from tests.complaints.each_event import AGENCYS, DISTRICTS, NUMBER
from tests.complaints.samples import (
    AGENCY,
    CONTACT,
    DISTRICT,
    MONDAY,
    NAME,
    OFFICER,
    OTHER_OFFICER,
    OTHER_SCHOOL,
    PRINCIPAL,
    REASONS,
    SCHOOL,
    STORY,
    SUPERINTENDENT,
    determine,
    file,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from services.complaints.application import ComplaintsDesk
    from services.complaints.review_desk import ReviewsDesk
    from shared.desk import Desk
    from tests.complaints.samples import At

REVIEWER, CHIEF = "reviewer-1", "chief-1"


class Crossing:
    """Carries what each desk published to the other, in order, each once; what a bus would do."""

    def __init__(self, desk: ComplaintsDesk, agency: ReviewsDesk) -> None:
        self.desk, self.agency = desk, agency
        self._told = {DISTRICT: 0, AGENCY: 0}

    def carry(self) -> list[Any]:
        """Carry until nobody has anything more to tell; gives all that crossed."""
        crossed = []
        while more := [*self._from(self.desk, AGENCY), *self._from(self.agency, DISTRICT)]:
            crossed += more
        return crossed

    def _from(self, publisher: Desk, audience: str) -> list[Any]:
        crossed = []
        for position, event in publisher.history(self._told[publisher.org], 1_000):
            self._told[publisher.org] = position
            for to, contract in publish(audience, event):
                if to != audience:
                    continue
                crossed.append(contract)
                if audience == AGENCY:
                    self.agency.save(*from_district(self.agency, contract))  # type: ignore[arg-type]  # the district's
                else:
                    self.desk.save(*from_agency(self.desk, contract))  # type: ignore[arg-type]  # the agency's
        return crossed


@pytest.fixture
def crossing(desk: ComplaintsDesk, agency: ReviewsDesk) -> Crossing:
    return Crossing(desk, agency)


def refusal(command: Callable[..., object], *args: Any, **facts: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        command(*args, **facts)
    return refused.value


# --- The agency's own part ------------------------------------------------------------------------


def test_comp_5_a_notice_reaches_the_agency_without_identity(
    desk: ComplaintsDesk, agency: ReviewsDesk, crossing: Crossing
) -> None:
    number = file(desk).number
    (notice,) = crossing.carry()
    for text in (STORY, NAME, CONTACT, PRINCIPAL):
        assert text not in notice.model_dump_json()
    (case,) = agency.cases(REVIEWER)
    assert (case.number, case.school, case.officer) == (number, SCHOOL, OFFICER)
    assert case.allegations == (Allegation.FORCE,)
    assert agency.seen(number, CHIEF) == case


def test_comp_5_the_agencys_case_number_comes_back(
    desk: ComplaintsDesk, agency: ReviewsDesk, crossing: Crossing
) -> None:
    number, other = file(desk).number, file(desk).number
    crossing.carry()
    assert agency.acknowledge(number, by=REVIEWER) == "2026-0001"
    assert agency.acknowledge(other, by=REVIEWER, reference=" IA 26/17 ") == "IA 26/17"
    crossing.carry()
    entry = desk.seen(number, PRINCIPAL)
    assert (entry.agency, entry.agency_reference) == (AgencyStatus.ACKNOWLEDGED, "2026-0001")
    assert isinstance(desk.events_of(desk.complaint(number).id)[-1], AgencyAcknowledged)


def test_comp_5_a_case_number_is_used_once(
    desk: ComplaintsDesk, agency: ReviewsDesk, crossing: Crossing
) -> None:
    number, other, third = (file(desk).number for _ in range(3))
    crossing.carry()
    agency.acknowledge(number, by=REVIEWER, reference="2026-0007")
    refused = refusal(agency.acknowledge, other, by=REVIEWER, reference="2026-0007")
    assert (refused.clause, refused.field) == ("C-COMP-5", "reference")
    refused = refusal(agency.acknowledge, other, by=REVIEWER, reference="x" * 41)
    assert (refused.clause, refused.field) == ("C-COMP-5", "reference")
    assert agency.acknowledge(other, by=REVIEWER, reference="2026-special") == "2026-special"
    assert agency.acknowledge(third, by=REVIEWER) == "2026-0008"


def test_comp_11_the_review_is_seen_by_the_district_as_a_category_alone(
    desk: ComplaintsDesk, agency: ReviewsDesk, crossing: Crossing, tmp_path: Path
) -> None:
    number = file(desk).number
    crossing.carry()
    agency.acknowledge(number, by=REVIEWER)
    agency.open_review(number, by=REVIEWER)
    agency.close_review(number, by=CHIEF, result=Result.HANDLED, reasons=REASONS)
    crossed = crossing.carry()
    assert REASONS not in "".join(each.model_dump_json() for each in crossed)
    kept = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert REASONS.encode() not in kept
    kinds = [type(event) for event in desk.events_of(desk.complaint(number).id)[-3:]]
    assert kinds == [AgencyAcknowledged, AgencyReviewOpened, AgencyReviewClosed]
    assert desk.seen(number, PRINCIPAL).agency_result is Result.HANDLED
    assert agency.seen(number, CHIEF).status is AgencyStatus.CLOSED


def test_aud_5_a_silence_ends_with_the_act(
    desk: ComplaintsDesk, agency: ReviewsDesk, crossing: Crossing, at: At
) -> None:
    number = file(desk).number
    crossing.carry()
    at.day = MONDAY + timedelta(days=20)
    desk.look_at_clocks()
    assert desk.seen(number, PRINCIPAL).agency_silent
    agency.acknowledge(number, by=REVIEWER)
    told = [contract.name for contract in crossing.carry()]
    assert told == ["complaints.silence_noted.v1", "complaints.notice_acknowledged.v1"]
    assert not desk.seen(number, PRINCIPAL).agency_silent


@pytest.mark.parametrize("by", ["reviewer-99", "", PRINCIPAL, SUPERINTENDENT])
def test_comp_11_the_review_is_for_the_agencys_reviewers_and_its_head(
    desk: ComplaintsDesk, agency: ReviewsDesk, crossing: Crossing, by: str
) -> None:
    number = file(desk).number
    crossing.carry()
    commands: list[Callable[[], object]] = [
        lambda: agency.cases(by),
        lambda: agency.seen(number, by),
        lambda: agency.acknowledge(number, by=by),
        lambda: agency.open_review(number, by=by),
        lambda: agency.close_review(number, by=by, result=Result.HANDLED, reasons="x"),
    ]
    assert [refusal(command).field for command in commands] == ["by"] * len(commands)


def test_comp_11_a_review_is_not_closed_without_reasons(
    desk: ComplaintsDesk, agency: ReviewsDesk, crossing: Crossing
) -> None:
    number = file(desk).number
    crossing.carry()
    before = agency.last_position()
    close: dict[str, Any] = {"by": CHIEF, "result": Result.NO_ACTION, "reasons": " "}
    refused = refusal(agency.close_review, number, **close)
    assert (refused.clause, refused.field) == ("C-COMP-11", "reasons")
    assert agency.last_position() == before


def test_comp_11_of_a_number_the_district_did_not_tell_there_is_no_case(
    agency: ReviewsDesk,
) -> None:
    for number in (NUMBER, "no number"):
        assert refusal(agency.seen, number, CHIEF).field == "number"
        assert refusal(agency.acknowledge, number, by=CHIEF).field == "number"
        assert refusal(agency.open_review, number, by=CHIEF).field == "number"


# --- What crosses ---------------------------------------------------------------------------------


def test_comp_11_the_district_tells_each_step_and_the_agency_shows_it(
    desk: ComplaintsDesk, agency: ReviewsDesk, crossing: Crossing
) -> None:
    number, passphrase = file(desk, urgent=[Trigger.WEAPON])
    desk.escalate(number, by=PRINCIPAL, trigger=Trigger.WEAPON, to="Superintendent")
    desk.correct(
        number,
        by=PRINCIPAL,
        school=OTHER_SCHOOL,
        officer=OTHER_OFFICER,
        incident_on=None,
        allegations=[Allegation.FORCE],
        names_principal=False,
        harm=False,
        reasons="It was the other school.",
    )
    determine(desk, number, by=SUPERINTENDENT)
    desk.appeal_own(number, passphrase, grounds="Nobody asked me.")
    desk.answer_appeal(
        number, by="staff-6", party=Party.COMPLAINANT, outcome=Outcome.RETURNED, text="Again."
    )
    desk.withdraw(number, passphrase)
    desk.close_matter(number, by=SUPERINTENDENT, ground=Ground.WITHDRAWN, reasons="As asked.")
    desk.reopen(number, by=SUPERINTENDENT, what_is_new="A film was found.")
    crossing.carry()
    (case,) = agency.cases(CHIEF)
    assert (case.school, case.officer) == (OTHER_SCHOOL, OTHER_OFFICER)
    assert case.escalated == (Trigger.WEAPON,)
    assert [(step.step, step.detail) for step in case.district] == [
        ("determined", "use of force: not sustained"),
        ("appealed", "complainant"),
        ("answered", "appeal of the complainant: returned"),
        ("withdrawn", ""),
        ("closed", "withdrawn"),
        ("reopened", ""),
    ]
    agency.caseload.rebuild()
    assert agency.cases(CHIEF) == [case]


def test_comp_14_what_only_concerns_the_district_does_not_cross(
    desk: ComplaintsDesk, crossing: Crossing
) -> None:
    number = file(desk).number
    crossing.carry()
    desk.declare_conflict(number, by=PRINCIPAL, conflict=Conflict.WITNESS)
    desk.assign(number, by=PRINCIPAL, staff="staff-3")
    desk.write_message(number, by="staff-3", text="We are looking into it.")
    assert crossing.carry() == []


FROM_DISTRICT = [e.contract for event in DISTRICTS for e in publish(AGENCY, event)[:1]]
FROM_AGENCY = [each.contract for event in AGENCYS for each in publish(DISTRICT, event)]


def named(contract: Any) -> str:
    return str(contract.name)


@pytest.mark.parametrize("contract", FROM_DISTRICT, ids=named)
def test_comp_11_each_contract_of_the_district_becomes_a_part_of_the_review(
    agency: ReviewsDesk, contract: Any
) -> None:
    if contract is not FROM_DISTRICT[0]:
        agency.save(*from_district(agency, FROM_DISTRICT[0]))  # type: ignore[arg-type]  # the notice
    (review,) = from_district(agency, contract)
    agency.save(review)
    last = agency.events_of(review.id)[-1]
    assert last.by == f"{DISTRICT}.complaints"
    assert agency.seen(NUMBER, CHIEF).number == NUMBER


@pytest.mark.parametrize("contract", FROM_DISTRICT[1:], ids=named)
def test_comp_11_a_step_of_a_matter_that_was_never_told_is_refused(
    agency: ReviewsDesk, contract: Any
) -> None:
    assert refusal(from_district, agency, contract).field == "number"


@pytest.mark.parametrize("contract", FROM_AGENCY, ids=named)
def test_comp_5_each_answer_of_the_agency_becomes_a_part_of_the_complaint(
    desk: ComplaintsDesk, contract: Any
) -> None:
    number = file(desk).number
    told = contract.model_copy(update={"number": number})
    (complaint,) = from_agency(desk, told)
    desk.save(complaint)
    assert desk.events_of(complaint.id)[-1].by == f"{AGENCY}.complaints"
    assert desk.seen(number, PRINCIPAL).agency is not AgencyStatus.INFORMED


@pytest.mark.parametrize("contract", FROM_AGENCY, ids=named)
def test_comp_5_an_answer_about_a_complaint_that_does_not_exist_is_refused(
    desk: ComplaintsDesk, contract: Any
) -> None:
    assert refusal(from_agency, desk, contract).field == "number"


def test_comp_5_a_second_acknowledgement_is_refused_and_changes_nothing(
    desk: ComplaintsDesk,
) -> None:
    number = file(desk).number
    told = NoticeAcknowledgedV1(number=number, reference="2026-1", acknowledged_on=MONDAY)
    desk.save(*from_agency(desk, told))
    assert refusal(from_agency, desk, told).clause == "C-COMP-5"
    assert len(desk.events_of(desk.complaint(number).id)) == 3
