"""What may be decided of an officer's training, and what is refused, citing its clause."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from services.training import domain
from services.training.domain import Entered, facts_of
from services.training.events import (
    Corrected,
    Countersigned,
    DisputeAnswered,
    Disputed,
    OfficerFile,
    Revoked,
    Waived,
    WaiverEnded,
)
from services.training.sessions import TrainingHeld, hold
from services.training.words import Channel, Ground, Keeper, Outcome
from shared.errors import Refused
from shared.testing import given
from tests.training.samples import (
    CALENDARS,
    OFFICER,
    SCHOOL,
    TODAY,
    catalogs,
    confirmed,
    entered,
    facts,
    opened,
    sealed,
)

DAY = timedelta(days=1)
FIRST_AID = confirmed(1, "A-FACPR", date(2026, 1, 5), expires_on=date(2028, 1, 5))
OF_THE_DISTRICT = confirmed(1, "D-SCHOOL", TODAY, keeper="district")


def refused(what: Entered, keeper: Keeper = "agency") -> tuple[str, str | None]:
    with pytest.raises(Refused) as found:
        facts_of(what, catalogs(), keeper, today=TODAY)
    return found.value.clause, found.value.field


# --- Confirming -----------------------------------------------------------------------------------


def test_trn_6_the_catalogs_recurrence_ends_a_validity_and_an_earlier_end_stays() -> None:
    def ends(expires_on: date | None) -> date | None:
        what = entered("A-FACPR", date(2026, 1, 5), expires_on=expires_on)
        return facts_of(what, catalogs(), "agency", today=TODAY).expires_on

    assert ends(None) == date(2028, 1, 5)
    assert ends(date(2029, 1, 1)) == date(2028, 1, 5)
    assert ends(date(2027, 1, 1)) == date(2027, 1, 1)


def test_trn_7_a_year_after_a_29th_of_february_ends_on_the_28th() -> None:
    found = facts_of(entered("A-HARASS", date(2024, 2, 29)), catalogs(), "agency", today=TODAY)
    assert found.expires_on == date(2025, 2, 28)


@pytest.mark.parametrize(
    ("what", "clause", "field"),
    [
        (entered("all topics"), "C-TRN-6", "requirement"),
        (entered("T-RIGHTS", TODAY + DAY), "C-TRN-6", "completed_on"),
        (entered("T-RIGHTS", expires_on=TODAY - DAY), "C-TRN-6", "expires_on"),
        (entered("T-RIGHTS", provider=" "), "C-TRN-6", "provider"),
        (entered("T-RIGHTS", provider="a\nb"), "C-TRN-6", "provider"),
        (entered("T-RIGHTS", provider="a" * 101), "C-TRN-6", "provider"),
        (entered("T-RIGHTS", days=1), "C-TRN-9", "days"),
        (entered("K-OJT"), "C-TRN-9", "days"),
        (entered("K-OJT", days=0), "C-TRN-9", "days"),
        (entered("S-INSERV"), "C-TRN-10", "hours"),
        (entered("S-INSERV", hours=0), "C-TRN-6", "hours"),
        (entered("S-INSERV", hours=1.1), "C-TRN-6", "hours"),
        (entered("S-INSERV", hours=float("nan")), "C-TRN-6", "hours"),
        (entered("S-INSERV", hours=1000.25), "C-TRN-6", "hours"),
        (entered("T-RIGHTS", reference="Jordan Sample"), "C-TRN-15", "reference"),
        (entered("D-SCHOOL"), "C-TRN-5", "requirement"),
    ],
)
def test_trn_6_what_can_not_be_so_is_refused_at_its_field(
    what: Entered, clause: str, field: str
) -> None:
    assert refused(what) == (clause, field)


def test_trn_5_the_district_confirms_no_topic_and_the_agency_no_workshop() -> None:
    assert refused(entered("T-RIGHTS"), "district") == ("C-TRN-5", "requirement")
    assert refused(entered("D-ASKSRO"), "district") == ("C-TRN-3", "requirement")


def test_trn_6_each_confirmation_has_the_next_number_of_its_keeper() -> None:
    told = facts("A-CIT", TODAY)
    given(OfficerFile, opened(), FIRST_AID, OF_THE_DISTRICT).when(
        domain.confirm, told, "agency", today=TODAY, channel=Channel.PAGE
    ).then(confirmed(2, "A-CIT", TODAY))


def test_trn_14_the_same_training_with_other_facts_is_a_correction_not_a_second_one() -> None:
    given(OfficerFile, opened(), FIRST_AID).when(
        domain.confirm,
        FIRST_AID.facts.model_copy(update={"hours": 8.0}),
        "agency",
        today=TODAY,
        channel=Channel.PAGE,
    ).then_refused("C-TRN-14", "hours")


# --- Correcting and revoking ----------------------------------------------------------------------


def correcting(told: Any, number: int = 1) -> Any:
    return given(OfficerFile, opened(), FIRST_AID, confirmed(2, "A-CIT", TODAY)).when(
        domain.correct, number, told, "agency", today=TODAY, reasons=sealed()
    )


def test_data_8_a_correction_replaces_the_facts_with_reasons() -> None:
    told = facts("A-FACPR", date(2026, 1, 6), expires_on=date(2028, 1, 6))
    correcting(told).then(
        Corrected(
            officer=OFFICER, keeper="agency", number=1, facts=told, reasons=sealed(), known_on=TODAY
        )
    )


def test_data_8_a_correction_that_corrects_nothing_or_another_thing_is_refused() -> None:
    correcting(FIRST_AID.facts).then_refused("C-DATA-8", "completed_on")
    correcting(facts("A-CIT", TODAY)).then_refused("C-DATA-8", "requirement")
    correcting(facts("A-CIT", TODAY), number=9).then_refused("C-TRN-14", "number")


def test_trn_14_a_revoked_confirmation_can_not_be_revoked_again() -> None:
    revoked = Revoked(officer=OFFICER, keeper="agency", number=1, reasons=sealed(), known_on=TODAY)
    how: dict[str, Any] = {"today": TODAY, "reasons": sealed()}
    file = given(OfficerFile, opened(), FIRST_AID)
    file.when(domain.revoke, 1, "agency", **how).then(revoked)
    file.when(domain.revoke, 1, "district", **how).then_refused("C-TRN-14", "number")
    again = given(OfficerFile, opened(), FIRST_AID, revoked)
    again.when(domain.revoke, 1, "agency", **how).then_refused("C-TRN-14", "number")


# --- Waivers --------------------------------------------------------------------------------------

LAST = date(2027, 3, 2)


def waiving(requirement: str, ends_on: date, keeper: Keeper = "agency", *before: Any) -> Any:
    return given(OfficerFile, opened(), *before).when(
        domain.waive,
        catalogs(),
        keeper,
        today=TODAY,
        requirement=requirement,
        ends_on=ends_on,
        signer="Chief",
        reasons=sealed(),
    )


def waived(requirement: str, ends_on: date, keeper: Keeper = "agency") -> Waived:
    return Waived(
        officer=OFFICER,
        keeper=keeper,
        number=1,
        requirement=requirement,
        from_on=TODAY,
        ends_on=ends_on,
        signer="Chief",
        reasons=sealed(),
        known_on=TODAY,
    )


def test_trn_12_a_waiver_holds_for_twelve_months_at_most() -> None:
    waiving("A-NASRO", LAST).then(waived("A-NASRO", LAST))
    waiving("A-NASRO", LAST + DAY).then_refused("C-TRN-12", "ends_on")
    waiving("A-NASRO", TODAY).then(waived("A-NASRO", TODAY))
    waiving("A-NASRO", TODAY - DAY).then_refused("C-TRN-12", "ends_on")


@pytest.mark.parametrize("requirement", ["T-RIGHTS", "K-OJT", "K-SERIES"])
def test_trn_12_what_the_law_asks_can_not_be_waived(requirement: str) -> None:
    waiving(requirement, LAST).then_refused("C-TRN-12", "requirement")


def test_trn_12_each_waives_what_it_keeps_and_once_at_a_time() -> None:
    waiving("D-SAFE", LAST, "district").then(waived("D-SAFE", LAST, "district"))
    waiving("D-SAFE", LAST).then_refused("C-TRN-5", "requirement")
    held = waived("A-NASRO", LAST)
    waiving("A-NASRO", LAST, "agency", held).then_refused("C-TRN-12", "requirement")


def test_trn_12_only_a_waiver_in_force_can_be_ended() -> None:
    file = given(OfficerFile, opened(), waived("A-NASRO", LAST))
    ended = WaiverEnded(officer=OFFICER, keeper="agency", number=1, known_on=TODAY)
    file.when(domain.end_waiver, 1, "agency", today=TODAY).then(ended)
    file.when(domain.end_waiver, 1, "agency", today=LAST + DAY).then_refused("C-TRN-12", "number")
    file.when(domain.end_waiver, 2, "agency", today=TODAY).then_refused("C-TRN-12", "number")


# --- The district's view of what the agency confirmed ---------------------------------------------


def test_trn_17_a_confirmation_is_countersigned_once_and_only_the_agencys() -> None:
    file = given(OfficerFile, opened(), FIRST_AID)
    signed = Countersigned(officer=OFFICER, number=1, known_on=TODAY)
    file.when(domain.countersign, 1, today=TODAY).then(signed)
    again = given(OfficerFile, opened(), FIRST_AID, signed)
    again.when(domain.countersign, 1, today=TODAY).then_refused("C-TRN-17", "number")
    own = given(OfficerFile, opened(), OF_THE_DISTRICT)
    own.when(domain.countersign, 1, today=TODAY).then_refused("C-TRN-14", "number")


DISPUTED = Disputed(
    officer=OFFICER,
    number=1,
    ground=Ground.NOT_ATTENDED,
    reasons=sealed(),
    answer_due_on=date(2026, 3, 16),  # ten business days after 2 March
    known_on=TODAY,
)


def test_trn_5_a_dispute_is_to_be_answered_in_ten_business_days() -> None:
    how: dict[str, Any] = {"today": TODAY, "ground": Ground.NOT_ATTENDED, "reasons": sealed()}
    file = given(OfficerFile, opened(), FIRST_AID)
    file.when(domain.dispute, CALENDARS, 1, **how).then(DISPUTED)
    again = given(OfficerFile, opened(), FIRST_AID, DISPUTED)
    again.when(domain.dispute, CALENDARS, 1, **how).then_refused("C-TRN-5", "number")


def test_trn_5_the_answer_to_a_dispute_fits_the_record() -> None:
    def answering(outcome: Outcome, *events: Any) -> Any:
        return given(OfficerFile, opened(), FIRST_AID, *events).when(
            domain.answer_dispute, 1, today=TODAY, outcome=outcome, reasons=sealed()
        )

    stands = DisputeAnswered(
        officer=OFFICER, number=1, outcome=Outcome.STANDS, reasons=sealed(), known_on=TODAY
    )
    answering(Outcome.STANDS, DISPUTED).then(stands)
    answering(Outcome.REVOKED, DISPUTED).then_refused("C-TRN-5", "outcome")
    answering(Outcome.STANDS).then_refused("C-TRN-5", "number")
    answering(Outcome.STANDS, DISPUTED, stands).then_refused("C-TRN-5", "number")
    revoked = Revoked(officer=OFFICER, keeper="agency", number=1, reasons=None, known_on=TODAY)
    answering(Outcome.STANDS, DISPUTED, revoked).then_refused("C-TRN-5", "outcome")


# --- Trainings of the district --------------------------------------------------------------------


def held(**other: Any) -> TrainingHeld:
    facts_: dict[str, Any] = {
        "requirement": "D-ASKSRO",
        "held_on": TODAY,
        "school": SCHOOL,
        "hours": None,
        "officers": (),
        "staff": ("staff-1",),
    }
    return hold(catalogs(), today=TODAY, **(facts_ | other))


def test_trn_3_the_training_on_when_to_ask_an_sro_counts_for_the_school_year() -> None:
    assert held().expires_on == date(2026, 8, 31)
    assert held(held_on=date(2025, 8, 31)).expires_on == date(2025, 8, 31)
    assert held(held_on=date(2025, 9, 1)).expires_on == date(2026, 8, 31)
    assert held(requirement="D-SAFE", officers=(OFFICER,)).expires_on is None


@pytest.mark.parametrize(
    ("other", "field"),
    [
        ({"requirement": "D-NONE"}, "requirement"),
        ({"officers": (OFFICER,)}, "officers"),
        ({"staff": ()}, "staff"),
    ],
)
def test_trn_3_a_training_names_what_and_who(other: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as found:
        held(**other)
    assert (found.value.clause, found.value.field) == ("C-TRN-3", field)
