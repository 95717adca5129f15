"""The sample program's complaints: everything in them is synthetic.

Loaded by `accord run` on its first start, through the same desks as everything else.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from services.complaints.application import ComplaintsDesk, FindingGiven
from services.complaints.review_desk import ReviewsDesk
from services.complaints.tipline import TipLine
from services.complaints.words import Allegation, Channel, Conflict, Finding, Party, Trigger
from shared.cli.sample_program import wait_until
from shared.who_may import PUBLIC

if TYPE_CHECKING:
    from services.complaints.application import ComplaintsDesk
    from services.complaints.review_desk import ReviewsDesk
    from shared.settings import Settings

TIPS = Path(__file__).parents[2] / "samples" / "tips"
PRINCIPAL, SCHOOL, OFFICER = "staff-1", "sample-valley-high", "officer-12"
REVIEWER = "agency-2"


def load_samples(settings: Settings) -> None:
    """Give an organisation its sample complaints, once its desk has heard of the program."""
    if settings.kind == "district":
        with ComplaintsDesk.of(settings) as desk:
            if not desk.docket.entries():
                wait_until(lambda: _knows_program(desk), "complaints")
                _file(desk)
    else:
        with ReviewsDesk.of(settings) as reviews:
            wait_until(
                lambda: bool(reviews.caseload.cases() and _has_reviewer(reviews)), "complaints"
            )
            _answer(reviews)


def _knows_program(desk: ComplaintsDesk) -> bool:
    reference, today = desk.reference.current(), desk.today()
    heard = SCHOOL in reference.schools(today) and OFFICER in reference.officers(today)
    return heard and bool(reference.policies) and bool(desk.standing(PRINCIPAL).roles)


def _has_reviewer(reviews: ReviewsDesk) -> bool:
    return bool(reviews.standing(REVIEWER).roles)


def _file(desk: ComplaintsDesk) -> None:
    """Two forms, one of them determined and appealed, and every message to the tip line."""
    today = desk.today()
    desk.receive(
        by=PUBLIC,
        channel=Channel.FORM,
        school=SCHOOL,
        officer=OFFICER,
        incident_on=today - timedelta(days=3),
        allegations=[Allegation.CONDUCT, Allegation.SEARCH],
        names_principal=False,
        narrative="The officer looked through a backpack in the hall and would not say why.",
        complainant="Sample Guardian-One",
        contact="guardian-one@example.invalid",
        submission="sample-1",
    )
    earlier = desk.receive(
        by=PRINCIPAL,
        channel=Channel.OFFICE,
        school=SCHOOL,
        officer=OFFICER,
        incident_on=today - timedelta(days=40),
        received_on=today - timedelta(days=32),
        allegations=[Allegation.FORCE],
        harm=True,
        urgent=[Trigger.INJURY],
        narrative="A synthetic student was held by the arm at the bus stop and has a bruise.",
        complainant="Sample Guardian-Two",
        submission="sample-2",
    )
    number = earlier.number
    desk.acknowledge(number, by=PRINCIPAL)
    desk.escalate(number, by=PRINCIPAL, trigger=Trigger.INJURY, to="Superintendent's office")
    desk.declare_conflict(number, by=PRINCIPAL, conflict=Conflict.NONE)
    desk.open_investigation(number, by=PRINCIPAL)
    desk.inform_officer(number, by=PRINCIPAL)
    desk.determine(
        number,
        by=PRINCIPAL,
        findings=[
            FindingGiven(
                Allegation.FORCE, Finding.NOT_SUSTAINED, "The accounts differ and no camera saw it."
            )
        ],
        text="We spoke with everybody who was at the bus stop.",
    )
    desk.appeal(
        number, by=PRINCIPAL, party=Party.COMPLAINANT, grounds="A synthetic witness was not asked."
    )
    tip_line = TipLine(desk)
    for file in sorted(TIPS.iterdir()):
        tip_line.take(file.read_bytes(), name=file.name)


def _answer(reviews: ReviewsDesk) -> None:
    """The agency has seen the oldest notice, and reviews its part."""
    oldest = min(reviews.caseload.cases(), key=lambda case: (case.received_on, case.number))
    if oldest.reference is None:
        reviews.acknowledge(oldest.number, by=REVIEWER)
        reviews.open_review(oldest.number, by=REVIEWER)
