"""What a report is: tables, with what was asked shown, and what nothing is known about (C-DATA-2).

`calls` counts every call and outcome for internal eyes. Calls and persons are counted apart, and
what is not known is counted as *not reported* (C-DATA-3).
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from pydantic import BaseModel, ConfigDict

from services.incidents.catalogs import OFFENSES, OUTCOMES, PENDING
from services.incidents.dimensions import AgeBand, Dimensions, Ethnicity, Gender, PlanHeld, Race
from services.incidents.report_facts import NOT_REPORTED
from services.incidents.words import Audience, Capacity, ReportName
from shared.calendars import written_day

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from services.incidents.report_facts import Case, Facts, PersonIn

Value = str | int | None
"""None is a count that may not be shown."""
DIMENSIONS: dict[str, type[StrEnum]] = {
    "race": Race,
    "ethnicity": Ethnicity,
    "gender": Gender,
    "age": AgeBand,
    "plan": PlanHeld,
}
TITLES: dict[StrEnum, str] = {
    Race.NATIVE_AMERICAN: "American Indian or Alaska Native",
    Race.ASIAN: "Asian",
    Race.BLACK: "Black or African American",
    Race.PACIFIC: "Native Hawaiian or other Pacific Islander",
    Race.WHITE: "White",
    Race.TWO_OR_MORE: "Two or more races",
    Race.HISPANIC: "Hispanic or Latino of any race",
    Race.NOT_REPORTED: NOT_REPORTED,
    Ethnicity.HISPANIC: "Hispanic or Latino",
    Ethnicity.NOT_HISPANIC: "Not Hispanic or Latino",
    Gender.FEMALE: "Female",
    Gender.MALE: "Male",
    Gender.ANOTHER: "Gender X",
    Gender.NOT_REPORTED: NOT_REPORTED,
    PlanHeld.IEP: "IEP",
    PlanHeld.SECTION_504: "504",
    PlanHeld.BOTH: "IEP and 504",
    PlanHeld.NEITHER: "Neither IEP nor 504",
    AgeBand.NOT_KNOWN: NOT_REPORTED,
}
"""What a value is called, where it is not called by itself; `UNK` is one of ages and of plans."""
SEPTEMBER = 9
ENFORCED = frozenset({"CITE", "REFP", "DETN", "ARRS"})
ALTERNATIVE = frozenset({"MEDI", "SERV", "PARN", "ADMR", "WARN", "DIVR"})


class Kept(BaseModel):
    """A value of a report."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Asked(Kept):
    """What a report was asked for."""

    name: ReportName
    audience: Audience
    org: str
    begins_on: date
    ends_on: date
    as_of: datetime
    """What was recorded by then counts."""

    @property
    def query(self) -> tuple[str, ...]:
        """The question in words; asked again, it has the same answer."""
        return (
            f"Calls for law enforcement service at schools of {self.org} from {self.begins_on}"
            f" to {self.ends_on}, by the local day of the call.",
            f"As known at {self.as_of.isoformat()}: what was recorded later does not count.",
            "A call that was merged into another is counted with that one.",
        )


class Table(Kept):
    """Some of what a report tells."""

    name: str
    title: str
    dimensions: tuple[str, ...]
    measures: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    """The values of the dimensions, then those of the measures."""
    note: str = ""


class Missing(Kept):
    """Something that was asked for, and nothing here knows."""

    what: str
    why: str


class Report(Kept):
    """A report."""

    title: str
    asked: Asked
    query: tuple[str, ...]
    tables: tuple[Table, ...]
    missing: tuple[Missing, ...] = ()

    def table(self, name: str) -> Table:
        """One of its tables."""
        return next(table for table in self.tables if table.name == name)


def called(value: StrEnum) -> str:
    """A value of a dimension in words."""
    return TITLES.get(value, value.value)


def described(counts_as: Dimensions) -> tuple[str, ...]:
    """Each dimension of a person in words."""
    return tuple(called(getattr(counts_as, name)) for name in DIMENSIONS)


def offense(code: str) -> str:
    """An offense by code and name."""
    return f"{code} {OFFENSES[code].name}" if code in OFFENSES else code


def outcome(code: str | None) -> str:
    """An outcome in words."""
    return NOT_REPORTED if code is None else OUTCOMES.get(code, code)


def calls_report(facts: Facts, asked: Asked, cases: list[Case]) -> Report:
    """Every call and outcome by school, offense, race, gender, age and plan (C-DATA-2, C-DATA-3).

    Args:
        facts: the history.
        asked: the question.
        cases: its calls.
    """
    schools = sorted({*facts.schools(asked.begins_on, asked.ends_on), *(c.school for c in cases)})
    tables = [
        _summary(cases),
        _counted("school", schools, cases, lambda case, _: case.school),
        _calls(cases),
        _outcomes(cases),
        *(
            _counted(name, list(dict.fromkeys(map(called, values))), cases, _of_person(name))
            for name, values in DIMENSIONS.items()
        ),
        _persons(cases),
        _alternatives(cases),
        _interactions(facts, asked),
    ]
    return Report(
        title=f"Calls for service of {asked.org}",
        asked=asked,
        query=asked.query,
        tables=tuple(tables),
        missing=(
            Missing(
                what="presentations of the officers' role to students (C-DATA-6)",
                why="no service of this program tells of them yet",
            ),
        ),
    )


def _summary(cases: list[Case]) -> Table:
    persons = [person for case in cases for person in case.persons]
    marks = [case.record.told for case in cases if case.record.told]
    figures = {
        "calls": len(cases),
        "calls of which only the district knows": len(cases) - len(marks),
        "self-initiated calls": sum(told.self_initiated for told in marks),
        "emergency calls": sum(told.emergency for told in marks),
        "cancelled calls": sum(told.cancelled for told in marks),
        "calls without a known outcome": sum(case.outcome == PENDING for case in cases),
        "persons in calls": len(persons),
        "persons to whom no student is linked": sum(each.student is None for each in persons),
        "students linked": len({each.student for each in persons if each.student}),
    }
    return Table(
        name="summary",
        title="In short",
        dimensions=("figure",),
        measures=("count",),
        rows=tuple(figures.items()),
        note="A person in two calls is two persons in calls, and one student.",
    )


def _of_person(name: str) -> Callable[[Case, PersonIn | None], str | None]:
    return lambda _, person: called(getattr(person.counts_as, name)) if person else None


def _counted(
    dimension: str,
    values: Iterable[str],
    cases: list[Case],
    value: Callable[[Case, PersonIn | None], str | None],
) -> Table:
    """Calls, persons and students by one value; a call counts once for each value that it has."""
    rows = []
    for each in values:
        persons = [
            person for case in cases for person in case.persons if value(case, person) == each
        ]
        calls = sum(
            value(case, None) == each or any(value(case, person) == each for person in case.persons)
            for case in cases
        )
        rows.append((each, calls, len(persons), len({p.student for p in persons if p.student})))
    return Table(
        name=f"by_{dimension}",
        title=f"Calls and persons by {'IEP or 504' if dimension == 'plan' else dimension}",
        dimensions=(dimension,),
        measures=("calls", "persons", "students"),
        rows=tuple(rows),
        note=""
        if dimension == "school"
        else "A call counts once in each row that a person in it belongs to.",
    )


def _calls(cases: list[Case]) -> Table:
    counted: Counter[tuple[str, ...]] = Counter(
        (c.school, offense(c.offense), outcome(c.outcome)) for c in cases
    )
    return Table(
        name="calls",
        title="Calls by school, offense and outcome",
        dimensions=("school", "offense", "outcome"),
        measures=("calls",),
        rows=_rows(counted),
        note="Each call by its most serious offense and its most formal outcome that stands.",
    )


def _outcomes(cases: list[Case]) -> Table:
    counted: Counter[tuple[str, ...]] = Counter()
    persons: Counter[tuple[str, ...]] = Counter()
    not_known: Counter[tuple[str, ...]] = Counter()
    for case in cases:
        for told in case.record.outcomes:
            if told.outcome is not None:
                key = (case.school, offense(case.offense), outcome(told.outcome))
                counted[key] += 1
                persons[key] += told.persons or 0
                not_known[key] += told.persons is None
    return Table(
        name="outcomes",
        title="Every outcome that stands, in its parts",
        dimensions=("school", "offense", "outcome"),
        measures=("outcomes", "persons", "outcomes of an unknown number of persons"),
        rows=tuple((*key, n, persons[key], not_known[key]) for key, n in sorted(counted.items())),
    )


def _persons(cases: list[Case]) -> Table:
    counted = Counter(
        (
            case.school,
            offense(case.offense),
            outcome(person.outcome),
            person.involved.value if person.involved else NOT_REPORTED,
            *described(person.counts_as),
        )
        for case in cases
        for person in case.persons
    )
    return Table(
        name="persons",
        title="Persons in calls by all that is counted",
        dimensions=("school", "offense", "own outcome", "part", *DIMENSIONS),
        measures=("persons",),
        rows=_rows(counted),
        note="A person's own outcome is theirs alone; the call may have a more formal one.",
    )


def _alternatives(cases: list[Case]) -> Table:
    def used(case: Case) -> str:
        if ENFORCED & set(case.outcomes):
            return "citation, referral, detention or arrest"
        return "alternative" if ALTERNATIVE & set(case.outcomes) else "neither"

    counted: Counter[tuple[str, ...]] = Counter((c.school, used(c)) for c in cases)
    return Table(
        name="alternatives",
        title="Alternatives used",
        dimensions=("school", "came to"),
        measures=("calls",),
        rows=_rows(counted),
        note="Alternatives are mediation, a service, telling parents or the school, a warning and"
        " diversion (C-ROLE-2, C-DATA-6).",
    )


def _interactions(facts: Facts, asked: Asked) -> Table:
    found = [i for i in facts.interactions if asked.begins_on <= i.on <= asked.ends_on]
    logged = Counter((i.school, i.capacity.value) for i in found)
    persons: Counter[tuple[str, ...]] = Counter()
    for each in found:
        persons[each.school, each.capacity.value] += each.persons
    schools = sorted({each.school for each in found})
    keys = [(school, role.value) for school in schools for role in Capacity]
    return Table(
        name="interactions",
        title="Interactions of officers by their role",
        dimensions=("school", "role"),
        measures=("interactions", "persons"),
        rows=tuple((*key, logged[key], persons[key]) for key in keys),
        note="For climate; of no single officer (C-DATA-1, C-DATA-6).",
    )


def _rows(counted: Counter[tuple[str, ...]]) -> tuple[tuple[Value, ...], ...]:
    return tuple((*key, n) for key, n in sorted(counted.items()))


# --- What is asked, as people write it ------------------------------------------------------------


class Period(NamedTuple):
    """The days of a report, both included, and what it is as of."""

    begins_on: date
    ends_on: date
    as_of: date | datetime | None = None
    """The end of a day that is over, or an instant; now, without it."""


def school_year(today: date) -> tuple[date, date]:
    """The first and the last day of the school year of a day: from September to August."""
    year = today.year if today.month >= SEPTEMBER else today.year - 1
    return date(year, SEPTEMBER, 1), date(year + 1, SEPTEMBER - 1, 31)


def written_as_of(text: str) -> date | datetime | None:
    """A day, or an instant with its offset as a report tells it; None for no text.

    Raises:
        ValueError: it is neither.
    """
    text = text.strip()
    if "T" not in text:
        return written_day(text) if text else None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = datetime.min  # noqa: DTZ901  # only that it has no offset is looked at
    if at.tzinfo is None:
        raise ValueError("no instant: write a day, or copy what a report says it is as known at")
    return at
