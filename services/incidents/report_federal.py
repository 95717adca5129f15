"""Items of the federal civil rights data collection: referrals to law enforcement, and arrests.

From the collection's school form (OMB 1870-0504), module ARRS: instances of referrals (ARRS-1) and
of school-related arrests (ARRS-4) by disability; students referred and students arrested, without
disabilities (ARRS-2, ARRS-5) and with them (ARRS-3, ARRS-6), by race and sex. A student counts once
in each; kindergarten to grade 12. A referral is a report of a student to law enforcement by a
school official whatever came of it; citations, court referrals and school-related arrests are
referrals. Students served under the disabilities education act count there, not under section 504.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from services.incidents.catalogs import ARREST, REFERRAL
from services.incidents.dimensions import PlanHeld
from services.incidents.report_facts import NOT_REPORTED
from services.incidents.reports import Missing, Report, Table, called

if TYPE_CHECKING:
    from uuid import UUID

    from services.incidents.report_facts import Case, PersonIn
    from services.incidents.reports import Asked

CITATION = "CITE"
REFERRED = frozenset({CITATION, REFERRAL, ARREST})
NO_GRADE_OF_SCHOOL = frozenset({"IT", "PR", "PK"})
"""Grades before kindergarten, as OneRoster writes them."""
DISABILITY = {
    PlanHeld.IEP: "disability (IDEA)",
    PlanHeld.BOTH: "disability (IDEA)",
    PlanHeld.SECTION_504: "section 504 only",
    PlanHeld.NEITHER: "no disability",
    PlanHeld.NOT_KNOWN: NOT_REPORTED,
}
ITEMS = {"referral to law enforcement": REFERRED, "school-related arrest": frozenset({ARREST})}
NUMBERS = {
    "referral to law enforcement": ("ARRS-1", "ARRS-2", "ARRS-3"),
    "school-related arrest": ("ARRS-4", "ARRS-5", "ARRS-6"),
}
MISSING = (
    Missing(
        what="referrals that came to no citation, court referral or arrest",
        why="a call does not say whether a school official reported the student",
    ),
    Missing(what="students who are English learners", why="a OneRoster export does not carry it"),
    Missing(
        what="students by the school that they are enrolled in",
        why="they are counted at the school of the call",
    ),
)


def federal_report(asked: Asked, cases: list[Case]) -> Report:
    """The items of a period, which should be the regular school year without summer."""
    instances: Counter[tuple[str, ...]] = Counter()
    students: Counter[tuple[str, ...]] = Counter()
    for item, codes in ITEMS.items():
        seen: set[tuple[str, UUID]] = set()
        for case in cases:
            for person in case.persons:
                if not codes & set(person.outcomes) or person.grades in NO_GRADE_OF_SCHOOL:
                    continue
                disability = DISABILITY[person.counts_as.plan]
                instances[case.school, item, NUMBERS[item][0], disability] += 1
                if person.student is None or (case.school, person.student) not in seen:
                    students[case.school, item, _number(item, disability), *_who(person)] += 1
                if person.student is not None:
                    seen.add((case.school, person.student))
    return Report(
        title=f"Federal civil rights items of {asked.org}",
        asked=asked,
        query=(
            *asked.query,
            "Of these, students whose own outcome was a citation, a referral to the prosecutor or"
            " an arrest, from kindergarten to grade 12.",
        ),
        tables=(
            Table(
                name="instances",
                title="Instances of referrals and of arrests",
                dimensions=("school", "item", "number", "disability"),
                measures=("instances",),
                rows=tuple((*key, n) for key, n in sorted(instances.items())),
                note="A student in two calls is two instances.",
            ),
            Table(
                name="students",
                title="Students referred and students arrested",
                dimensions=("school", "item", "number", "disability", "race", "sex"),
                measures=("students",),
                rows=tuple((*key, n) for key, n in sorted(students.items())),
                note="A student counts once at a school, by the values of the first call.",
            ),
        ),
        missing=MISSING,
    )


def _who(person: PersonIn) -> tuple[str, ...]:
    counts_as = person.counts_as
    disability = DISABILITY[counts_as.plan]
    return disability, called(counts_as.seven_way), called(counts_as.gender)


def _number(item: str, disability: str) -> str:
    _, without, having = NUMBERS[item]
    if disability == NOT_REPORTED:
        return NOT_REPORTED
    return without if disability == DISABILITY[PlanHeld.NEITHER] else having
