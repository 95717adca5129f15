"""A district with calls to report on: students of the roster linked, outcomes, officers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.incidents.incident import (
    Incident,
    IncidentOpened,
    OutcomeTold,
    StudentPart,
    ToldOutcome,
)
from services.incidents.reports import Period
from services.incidents.words import Capacity, Involved, Setting, Subject, Whom
from shared.aggregate import Event
from shared.who_may import OPERATOR
from tests.incidents.rosters import student, write_roster
from tests.incidents.samples import (
    AGENCY,
    DIRECTOR,
    OFFICER,
    OTHER_SCHOOL,
    REVIEWER,
    SCHOOL,
    TODAY,
    received,
)

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    import pytest

    from services.incidents.calls_desk import CallsDesk
    from services.incidents.district_desk import DistrictDesk
    from tests.incidents.samples import At, Crossing

ARRESTED, CITED, WITNESS, LITTLE = "700001", "700002", "700003", "700004"
ARREST, CITATION, QUIET = "SV26-000101", "SV26-000102", "SV26-000103"
YEAR = Period(TODAY.replace(year=2025, month=9, day=1), TODAY.replace(month=8, day=31))


def stamp_by(at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stamp events by the desk's clock: an answer as of an instant then knows what was before."""
    monkeypatch.setattr(Event, "create_timestamp", staticmethod(lambda: at.now))


def enrol(desk: DistrictDesk, folder: Path) -> None:
    """Four students: two kinds of plans among them, one who is not in school yet."""
    rows = [
        student(1, sex="male", grades="10"),
        student(2, asian="true", grades="09"),
        student(3, hispanicOrLatinoEthnicity="true", grades="09"),
        student(4, grades="PK", birthDate="2021-05-01"),
    ]
    assert desk.load_roster(write_roster(folder / "roster", rows), by=OPERATOR).listed == len(rows)
    plans = f"student_number,plan,start_date,end_date\n{ARRESTED},IEP,2025-01-15,\n"
    plans += f"{ARRESTED},504,2025-01-15,\n{CITED},504,2025-10-01,\n"
    assert desk.load_plans(plans.encode(), by=OPERATOR).recorded == 2


def happen(agency: CallsDesk, district: DistrictDesk, crossing: Crossing) -> None:
    """Three calls: an arrest, a citation of two of whom one is linked, one without outcome."""
    for number, offenses, outcome, persons, officers in (
        (ARREST, ("13B", "90C"), "ARRS", 1, (OFFICER,)),
        (CITATION, ("35A",), "CITE", 2, ()),
    ):
        received(agency, number)
        agency.classify(number, offenses, by=REVIEWER)
        agency.record_outcome(number, by=REVIEWER, outcome=outcome, persons=persons)
        if officers:
            agency.name_officers(number, officers, by=REVIEWER)
    received(agency, QUIET, school=OTHER_SCHOOL, self_initiated=True)
    crossing.carry()
    for number, who, part in (
        (ARREST, ARRESTED, StudentPart(involved=Involved.SUSPECT, outcomes=("ARRS",), force=True)),
        (ARREST, WITNESS, StudentPart(involved=Involved.WITNESS)),
        (CITATION, CITED, StudentPart(involved=Involved.SUSPECT, outcomes=("CITE",))),
    ):
        district.link_student(number, who, by=DIRECTOR, part=part)
    district.log_interaction(
        by=DIRECTOR,
        officer=OFFICER,
        school=SCHOOL,
        on=TODAY,
        capacity=Capacity.EDUCATE,
        whom=Whom.STUDENTS,
        setting=Setting.CLASSROOM,
        subject=Subject.LAW,
        persons=26,
    )


def many(
    desk: DistrictDesk, counts: dict[tuple[str, str], int], first: int = 500, day: date = TODAY
) -> None:
    """So many calls of each school and outcome, as the agency tells of them."""
    told: list[Incident] = []
    for (school, outcome), count in counts.items():
        for _ in range(count):
            number = f"SV26-{first + len(told):06}"
            opened = IncidentOpened(
                reference=number, number=number, school=school, on=day, opened_on=day
            )
            incident = Incident.begin(opened, by=AGENCY, number=desk.incident_id(number))
            part = ToldOutcome(part=1, outcome=outcome, persons=1, recorded_on=day)
            heard = OutcomeTold(reference=number, outcome=part, catalog="1", told_on=day)
            incident.record(heard, by=AGENCY)
            told.append(incident)
    desk.save(*told)
