"""What reports count: the history up to a position, folded into calls and the persons in them.

Each report is a pure function of these facts and of what was asked; the same events give the same
bytes. What a call says is folded by the functions that the read models use.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import TypeAdapter

from services.incidents.catalogs import most_formal
from services.incidents.conduct import InteractionLogged
from services.incidents.dimensions import UNKNOWN, Dimensions, dimensions
from services.incidents.frozen import ReportPublished, StateReportFrozen
from services.incidents.incident import IncidentOpened, StudentPart
from services.incidents.kept import ComplaintTold
from services.incidents.records import Happened
from services.incidents.students import Listing, Plans, PlansListed, StudentChanged, StudentListed
from shared.contracts.directory import DirectoryContract, OfficerListedV1
from shared.hearing import Heard
from shared.reference import Reference, put_together

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date
    from uuid import UUID

    from services.incidents.conduct import InteractionRecord
    from services.incidents.dimensions import Plan
    from services.incidents.incident import IncidentRecord
    from services.incidents.words import Discipline, Involved
    from shared.aggregate import Event
    from shared.sealed import Sealed

NOT_REPORTED = "not reported"
CONTRACT: TypeAdapter[Any] = TypeAdapter(DirectoryContract)


class PersonIn(NamedTuple):
    """A person in a call, with the values of the day of the call (C-DATA-3)."""

    student: UUID | None
    """None for a person whom the agency counted and nobody was linked to."""
    counts_as: Dimensions
    involved: Involved | None
    outcomes: tuple[str, ...]
    """Codes of the outcomes that are this person's."""
    force: bool = False
    disciplines: tuple[Discipline, ...] = ()
    grades: str = ""

    @property
    def outcome(self) -> str | None:
        """The most formal outcome of their own."""
        return most_formal(self.outcomes) if self.outcomes else None


class Case(NamedTuple):
    """A call with what was merged into it, counted once."""

    record: IncidentRecord
    """The call's own; of those merged into it, persons and discipline are here too."""
    outcomes: tuple[str, ...]
    """Codes of the parts that stand."""
    persons: tuple[PersonIn, ...]
    disciplines: tuple[Discipline, ...]
    """Of no student by name."""
    persons_not_known: int
    """Parts of the outcome for which the agency did not say how many persons."""

    @property
    def on(self) -> date:
        """The local day."""
        return self.record.on

    @property
    def school(self) -> str:
        """Reference of the school."""
        return self.record.school or NOT_REPORTED

    @property
    def offense(self) -> str:
        """The most serious offense."""
        return self.record.offenses[0]

    @property
    def outcome(self) -> str:
        """The outcome that is reported: the most formal one standing."""
        return most_formal(self.outcomes)


@dataclass
class _Student:
    listings: dict[date, Sealed] = field(default_factory=dict)
    """By their first day."""
    plans: Sealed | None = None


@dataclass
class Facts:
    """What the district knew at a position of its history."""

    incidents: dict[UUID, IncidentRecord] = field(default_factory=dict)
    interactions: list[InteractionRecord] = field(default_factory=list)
    frozen: list[StateReportFrozen] = field(default_factory=list)
    published: list[ReportPublished] = field(default_factory=list)
    officers_listed: list[tuple[str, OfficerListedV1]] = field(default_factory=list)
    """Each with the organisation that told of it."""
    heard: list[Any] = field(default_factory=list)
    students: dict[UUID, _Student] = field(default_factory=dict)
    has_plans: bool = False
    complaints: dict[str, list[ComplaintTold]] = field(default_factory=dict)
    """What was told of each, by its number."""

    @property
    def reference(self) -> Reference:
        """Schools, officers and calendars as they were known then."""
        return put_together(self.heard)

    def schools(self, *days: date) -> tuple[str, ...]:
        """References of the schools of the program on any of these days."""
        reference = self.reference
        return tuple(sorted({school for day in days for school in reference.schools(day)}))

    def cases(
        self, begins_on: date, ends_on: date, opened: Callable[[Sealed], str | None]
    ) -> list[Case]:
        """The calls of a period, both days included, in order.

        Args:
            begins_on: the first day.
            ends_on: the last.
            opened: what is sealed, for who may count it; None once erased (C-PRIV-1).
        """
        names = {each.reference: each for each in self.incidents.values()}
        together: dict[str, list[IncidentRecord]] = {}
        for each in self.incidents.values():
            root = _root(each, names)
            together.setdefault(root.reference, []).append(each)
        found = [
            self._case(
                names[root], [names[root], *(r for r in several if r.reference != root)], opened
            )
            for root, several in together.items()
            if begins_on <= names[root].on <= ends_on
        ]
        return sorted(found, key=lambda case: (case.on, case.record.reference))

    def _case(
        self,
        root: IncidentRecord,
        several: list[IncidentRecord],
        opened: Callable[[Sealed], str | None],
    ) -> Case:
        persons: dict[UUID, PersonIn] = {}
        loose: list[Discipline] = []
        for record in several:
            by_number: dict[int | None, list[Discipline]] = {}
            for told in record.disciplines:
                if told.followed and told.kind is not None:
                    by_number.setdefault(told.student, []).append(told.kind)
            for number, part in record.students.items():
                person = self._person(part, root.on, opened, tuple(by_number.pop(number, ())))
                before = persons.get(part.subject)
                persons[part.subject] = _both(before, person) if before else person
            loose += [kind for kinds in by_number.values() for kind in kinds]
        standing = [each for each in root.outcomes if each.outcome is not None]
        counted = [*persons.values()]
        for each in standing:
            code = str(each.outcome)
            linked = sum(code in person.outcomes for person in persons.values())
            short = (each.persons or 0) - linked
            counted += [PersonIn(None, UNKNOWN, None, (code,))] * max(0, short)
        return Case(
            record=root,
            outcomes=tuple(str(each.outcome) for each in standing),
            persons=tuple(counted),
            disciplines=tuple(loose),
            persons_not_known=sum(each.persons is None for each in standing),
        )

    def _person(
        self,
        part: Sealed,
        on: date,
        opened: Callable[[Sealed], str | None],
        disciplines: tuple[Discipline, ...],
    ) -> PersonIn:
        text = opened(part)
        told = None if text is None else StudentPart.model_validate_json(text)
        listing, counts_as = self._counts_as(part.subject, on, opened)
        return PersonIn(
            student=part.subject,
            counts_as=counts_as,
            involved=told.involved if told else None,
            outcomes=told.outcomes if told else (),
            force=told.force if told else False,
            disciplines=disciplines,
            grades=listing.person.grades if listing else "",
        )

    def _counts_as(
        self, student: UUID, on: date, opened: Callable[[Sealed], str | None]
    ) -> tuple[Listing | None, Dimensions]:
        known = self.students.get(student)
        if known is None:
            return None, UNKNOWN
        begun = [day for day in known.listings if day <= on]
        text = opened(known.listings[max(begun, default=min(known.listings))])
        if text is None:
            return None, UNKNOWN
        listing = Listing.model_validate_json(text)
        return listing, dimensions(listing.answers, self._plans(known, opened), on)

    def _plans(
        self, student: _Student, opened: Callable[[Sealed], str | None]
    ) -> tuple[Plan, ...] | None:
        told = student.plans and opened(student.plans)
        if told:
            return Plans.model_validate_json(told).plans
        return () if self.has_plans else None


def fold(events: Iterable[Event]) -> Facts:
    """The facts after some events, from the first on."""
    facts = Facts()
    for event in events:
        _take(facts, event)
    return facts


def _take(facts: Facts, event: Event) -> None:  # noqa: C901  # one case an event
    number = event.originator_id
    match event:
        case StudentListed() | StudentChanged():
            student = facts.students.setdefault(number, _Student())
            student.listings[event.effective_on] = event.listing
        case PlansListed():
            facts.students[number].plans = event.plans
            facts.has_plans = True
        case StateReportFrozen():
            facts.frozen.append(event)
        case ReportPublished():
            facts.published.append(event)
        case ComplaintTold():
            facts.complaints.setdefault(event.number, []).append(event)
        case Heard():
            told = CONTRACT.validate_python(event.contract)
            facts.heard.append(told)
            if isinstance(told, OfficerListedV1):
                facts.officers_listed.append((event.publisher, told))
        case InteractionLogged():
            facts.interactions.append(event.first())
        case IncidentOpened():
            facts.incidents[number] = event.first()
        case Happened() if number in facts.incidents:
            facts.incidents[number] = event.after(facts.incidents[number])


def _root(record: IncidentRecord, names: dict[str, IncidentRecord]) -> IncidentRecord:
    """The call that a call is counted as: the one it was merged into, where that is known."""
    seen = {record.reference}
    while record.merged_into in names and record.merged_into not in seen:
        seen.add(record.merged_into)
        record = names[record.merged_into]
    return record


def _both(one: PersonIn, other: PersonIn) -> PersonIn:
    """A student who was linked to a call and to one merged into it: one person."""
    return one._replace(
        outcomes=tuple(dict.fromkeys((*one.outcomes, *other.outcomes))),
        force=one.force or other.force,
        disciplines=(*one.disciplines, *other.disciplines),
    )
