"""The yearly report for the state: the dataset of RCW 28A.320.1241 (C-DATA-5).

It is another set than the counts of calls: incidents with officers of the program that came to
discipline, force or arrest, each student with what the law asks. One set of facts builds both.
What no service tells of yet is listed as missing and never guessed.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from services.incidents.catalogs import ARREST
from services.incidents.report_facts import NOT_REPORTED
from services.incidents.reports import (
    DIMENSIONS,
    Missing,
    Report,
    Table,
    described,
    offense,
    outcome,
)
from services.incidents.words import Action, Duty
from shared.reference import in_effect

if TYPE_CHECKING:
    from services.incidents.report_facts import Case, Facts, PersonIn
    from services.incidents.reports import Asked, Value

NOT_ENTERED = "not yet entered"
NONE = "none"
MISSING = (
    Missing(
        what="officers by school, and the days per week that each works there",
        why="assignments are agreed by the agreements service, which tells of none yet",
    ),
    Missing(
        what="names of the organisations with which the district has an agreement",
        why="agreements are kept by the agreements service, which tells of none yet",
    ),
    Missing(
        what="safety and security staff who are no officers of the program",
        why="the directory lists none",
    ),
    Missing(
        what="race and ethnicity by the finer categories of RCW 28A.300.042",
        why="a OneRoster export does not carry them",
    ),
)


def state_report(facts: Facts, asked: Asked, cases: list[Case], frozen: Report | None) -> Report:
    """The dataset of a period.

    Args:
        facts: the history.
        asked: the question.
        cases: its calls.
        frozen: the report of the same period that went out last, if any.
    """
    with_officers = [case for case in cases if _officers(case, facts)]
    resulted = [case for case in with_officers if _results(case)]
    incidents = Table(
        name="incidents",
        title="Students in incidents that came to discipline, force or arrest",
        dimensions=(
            *("incident", "student", "day", "school", "officer", "offenses", "outcome", "results"),
            *(*DIMENSIONS, "part", "own outcome", "discipline", "force"),
        ),
        measures=(),
        rows=tuple(row for case in resulted for row in _students(case, facts)),
        note="An incident that nobody is linked to has one row, its student not reported. Where the"
        " agency has named no officer, the incident is kept and its officer not reported.",
    )
    open_ones = [case for case in with_officers if _is_open(case)]
    tables = [
        _headcount(facts, asked),
        _complaints(facts, asked),
        incidents,
        Table(
            name="open",
            title="Incidents whose discipline is not yet entered",
            dimensions=("incident", "day", "school"),
            measures=(),
            rows=tuple((c.record.reference, c.on.isoformat(), c.school) for c in open_ones),
            note="Whether discipline followed is asked of the school (C-INC-5).",
        ),
    ]
    if frozen is not None:
        tables.append(_moved(frozen, incidents))
    return Report(
        title=f"Report of {asked.org} for the state (RCW 28A.320.1241)",
        asked=asked,
        query=(
            *asked.query,
            "Of these, incidents in which an officer of the program took part, or whose officers"
            " are not named, and which came to discipline, force on a student, or arrest.",
        ),
        tables=tuple(tables),
        missing=MISSING,
    )


def _headcount(facts: Facts, asked: Asked) -> Table:
    listed: dict[str, set[str]] = {}
    for publisher, told in facts.officers_listed:
        ends = told.effective_to
        if told.effective_from <= asked.ends_on and (ends is None or asked.begins_on <= ends):
            listed.setdefault(publisher, set()).add(told.officer)
    return Table(
        name="headcount",
        title="Officers of the program",
        dimensions=("agency",),
        measures=("officers",),
        rows=tuple((agency, len(officers)) for agency, officers in sorted(listed.items())),
        note="Everybody listed on any day of the period, once.",
    )


def _complaints(facts: Facts, asked: Asked) -> Table:
    schools = Counter(
        told[-1].school or NOT_REPORTED
        for told in facts.complaints.values()
        if (on := told[0].received_on) and asked.begins_on <= on <= asked.ends_on
    )
    return Table(
        name="complaints",
        title="Complaints received",
        dimensions=("school",),
        measures=("complaints",),
        rows=tuple(sorted(schools.items())),
        note="By the day of receipt, whatever came of them; of the school that is known now.",
    )


def _officers(case: Case, facts: Facts) -> str:
    """Whether an officer of the program took part; empty where it was others alone."""
    named = set(case.record.officers)
    if case.record.actions:
        return "named"
    if not named:
        return NOT_REPORTED
    program = {o.officer for _, o in facts.officers_listed if in_effect(o, case.on)}
    return "named" if named & program else ""


def _results(case: Case) -> tuple[str, ...]:
    record = case.record
    found = {
        "discipline": bool(case.disciplines or any(p.disciplines for p in case.persons)),
        "force": any(force.on_student for force in record.forces)
        or any(restraint.force for restraint in record.restraints)
        or any(person.force for person in case.persons),
        "arrest": ARREST in case.outcomes or Action.ARREST in record.actions,
    }
    return tuple(name for name, is_so in found.items() if is_so)


def _is_open(case: Case) -> bool:
    return any(clock.duty is Duty.DISCIPLINE for clock in case.record.clocks.values())


def _students(case: Case, facts: Facts) -> list[tuple[Value, ...]]:
    about = (
        case.on.isoformat(),
        case.school,
        _officers(case, facts),
        "; ".join(map(offense, case.record.offenses)),
        outcome(case.outcome),
        ", ".join(_results(case)),
    )
    rows: list[tuple[Value, ...]] = []
    for number, person in enumerate(case.persons, 1):
        rows.append((case.record.reference, str(number), *about, *_student(case, person)))
    unknown = (NOT_REPORTED,) * (len(DIMENSIONS) + 4)
    return rows or [(case.record.reference, NOT_REPORTED, *about, *unknown)]


def _student(case: Case, person: PersonIn) -> tuple[Value, ...]:
    kinds = ", ".join(kind.value for kind in person.disciplines)
    if not kinds:
        kinds = NOT_ENTERED if _is_open(case) else NONE
        if case.disciplines:
            kinds = "followed, of a student not reported"
    return (
        *described(person.counts_as),
        person.involved.value if person.involved else NOT_REPORTED,
        outcome(person.outcome),
        kinds,
        "yes" if person.force else NOT_REPORTED if person.involved is None else "no",
    )


def _moved(frozen: Report, now: Table) -> Table:
    """What differs from the report that went out; that one is not changed (C-DATA-7)."""
    key = 2
    old = frozen.table("incidents")
    before = {row[:key]: row for row in old.rows}
    after = {row[:key]: row for row in now.rows}
    moved: list[tuple[Value, ...]] = []
    for each in sorted(before.keys() | after.keys(), key=str):
        if each not in before or each not in after:
            moved.append((*each, "new" if each in after else "no longer counted"))
            continue
        shown = zip(now.dimensions, before[each], after[each], strict=True)
        changes = [f"{name}: {old} is now {new}" for name, old, new in shown if old != new]
        moved += [(*each, change) for change in changes]
    return Table(
        name="moved",
        title="What moved since the report that went out",
        dimensions=("incident", "student", "change"),
        measures=(),
        rows=tuple(moved),
        note=f"Compared with the report as known at {frozen.asked.as_of.isoformat()}.",
    )
