"""Who stands how to what, as of any day: the matrix, and the two verdicts of the gate.

Pure functions of a record and the rules. Two days are asked with: `as_of`, the day that is judged,
and `known_on`, the day whose knowledge is used. With both the same day the answer is what was known
then; with a later `known_on`, what is known now about then (C-AUD-2).
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from services.training.policy import DUE_SOON_DAYS
from services.training.record import Judgement, Verdict
from services.training.words import HAS_RECEIVED, KEPT_BY, OF_THE_LAW, OWED, Kind, Status
from shared.deadlines import months_after
from shared.school_calendar import Rule, Unit, due

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from services.training.record import Proof, Record, Waiver
    from services.training.requirements import Catalogs, InForce, Requirement
    from shared.school_calendar import Calendars

ONE_DAY = timedelta(days=1)
MONTHS_A_YEAR = 12
SUMMER_DAYS_MAX = 80
"""A first school day further off than a summer is of a later year: a calendar is missing."""


class Rules(NamedTuple):
    """What is judged by."""

    catalogs: Catalogs
    calendars: Calendars


@dataclass(frozen=True)
class Asked:
    """What a question is asked with."""

    rules: Rules
    as_of: date
    known_on: date

    @property
    def catalogs(self) -> Catalogs:
        """The requirements."""
        return self.rules.catalogs

    @property
    def calendars(self) -> Calendars:
        """The school days."""
        return self.rules.calendars


class Owed(NamedTuple):
    """The day by which a requirement must be held; the earliest possible while not known."""

    on: date
    known: bool = True


class Cell(NamedTuple):
    """How an officer stands to one requirement, and why (C-TRN-11)."""

    requirement: Requirement
    catalog: str
    status: Status
    on: date | None
    """The last day of what the status says; None where it holds for good."""
    known: bool
    """False where `on` is only the earliest possible day (C-TIME-6)."""
    reason: str
    proofs: tuple[Proof, ...] = ()
    """The confirmations it rests on."""
    waiver: Waiver | None = None
    notice: str = ""

    @property
    def events(self) -> tuple[int, ...]:
        """The events of the officer's file it rests on."""
        waived = () if self.waiver is None else (self.waiver.event,)
        return (*(proof.event for proof in self.proofs), *waived)


def first_day(calendars: Calendars, listed_on: date, known_on: date) -> date:
    """The first day with students from a day on; that day where no calendar says (C-TRN-9)."""
    days = calendars.known(known_on).days
    at = bisect_left(days, listed_on)
    if at == len(days) or days[at] - listed_on > timedelta(days=SUMMER_DAYS_MAX):
        return listed_on
    return days[at]


def row(record: Record, listed_on: date, asked: Asked) -> tuple[Cell, ...]:
    """The cells of an officer: every requirement that officers owe on the day (C-TRN-11)."""
    in_force = asked.catalogs.in_force(asked.as_of, asked.known_on)
    owed = [each for each in in_force.values() if each.requirement.kind in OWED]
    return _cells(record, listed_on, owed, in_force.values(), asked)


def judge(record: Record, listed_on: date, asked: Asked) -> Judgement | None:
    """Both verdicts of a day (C-TRN-13); None while no topics of the law are known.

    The procedure's words: each topic has been received. The law's: received, or its day has not
    come, and so for the days on the job (C-TRN-9).
    """
    in_force = asked.catalogs.in_force(asked.as_of, asked.known_on)
    asked_for = [e for e in in_force.values() if e.requirement.kind in OF_THE_LAW & OWED]
    if not any(each.requirement.kind is Kind.TOPIC for each in asked_for):
        return None
    cells = _cells(record, listed_on, asked_for, in_force.values(), asked)
    topics = [cell for cell in cells if cell.requirement.kind is Kind.TOPIC]
    lacking = tuple(c.requirement.id for c in topics if c.status not in HAS_RECEIVED)
    late = tuple(c.requirement.id for c in cells if c.status not in HAS_RECEIVED | {Status.DUE})
    plans = [cell.on for cell in cells if cell.status is Status.DUE and cell.on is not None]
    return Judgement(
        on=asked.as_of,
        decides=asked.catalogs.gate(asked.as_of, asked.known_on).decides,
        procedure=Verdict(cleared=not lacking, missing=lacking),
        law=Verdict(cleared=not late, missing=late, plan_until=min(plans, default=None)),
        catalogs=tuple(v.label for v in asked.catalogs.versions(asked.as_of, asked.known_on)),
        calendar=asked.calendars.label_as_of(asked.known_on),
    )


def changes(
    record: Record, listed_on: date, rules: Rules, after: Judgement | None, today: date
) -> list[Judgement]:
    """The judgements until today that differ from the one before, each as known on its own day.

    Without an earlier judgement the first is today's: nothing is judged that nobody asked about.
    """
    found: list[Judgement] = []
    last = after
    days = [today]
    if after is not None:
        days = [d for d in days_to_judge(record, listed_on, rules, today) if after.on <= d <= today]
    for day in days:
        judged = judge(record, listed_on, Asked(rules, day, day))
        if judged is not None and (last is None or judged.answers != last.answers):
            found.append(judged)
            last = judged
    return found


def days_to_judge(record: Record, listed_on: date, rules: Rules, today: date) -> list[date]:
    """The days on which a verdict can differ from the day before, and today, in order."""
    catalogs, calendars = rules
    moments = {*calendars.moments, today, listed_on}
    begun = {first_day(calendars, listed_on, moment) for moment in moments | {date.min}}
    days = record.days() | moments | begun | catalogs.moments()
    days |= {known.known_on for known in catalogs.known}
    days |= {p.facts.expires_on + ONE_DAY for p in record.proofs if p.facts.expires_on}
    starts, spans = begun | catalogs.moments(), _spans(catalogs)
    days |= {months_after(start, months) + ONE_DAY for start in starts for months in spans}
    return sorted(days)


def _spans(catalogs: Catalogs) -> set[int]:
    """The spans of months in which the law's requirements are due."""
    return {
        _months(requirement.due.unit, requirement.due.count)
        for known in catalogs.known
        for requirement in known.version.requirements
        if requirement.kind in OF_THE_LAW
        and requirement.due is not None
        and requirement.due.unit != "school_days"
    }


# --- One cell -------------------------------------------------------------------------------------


def _cells(
    record: Record,
    listed_on: date,
    owed: Sequence[InForce],
    in_force: Iterable[InForce],
    asked: Asked,
) -> tuple[Cell, ...]:
    start_on = first_day(asked.calendars, listed_on, asked.known_on)
    grace_days = asked.catalogs.gate(asked.as_of, asked.known_on).grace_days
    by_requirement: dict[str, list[Proof]] = {}
    covering = {e.requirement.id: e.requirement.covers for e in in_force if e.requirement.covers}
    for proof in record.proofs:
        if proof.believed(asked.known_on) and proof.facts.completed_on <= asked.as_of:
            shown = proof.facts.requirement
            for each in (shown, *covering.get(shown, ())):
                by_requirement.setdefault(each, []).append(proof)
    return tuple(
        _cell(
            record, each, by_requirement.get(each.requirement.id, []), start_on, grace_days, asked
        )
        for each in owed
    )


def _cell(  # noqa: PLR0917  # what one cell is made of
    record: Record,
    each: InForce,
    believed: list[Proof],
    start_on: date,
    grace_days: int,
    asked: Asked,
) -> Cell:
    requirement = each.requirement
    keeper = KEPT_BY[requirement.kind]
    proofs = [proof for proof in believed if proof.keeper == keeper]
    owed = _owed(requirement, max(start_on, each.since), asked)
    match requirement.kind:
        case Kind.HOURS:
            cell = _hours(each, proofs, max(start_on, each.since), owed, asked.as_of)
        case Kind.ON_THE_JOB:
            cell = _on_the_job(each, proofs, owed, asked.as_of)
        case _:
            cell = _once(each, proofs, owed, asked.as_of)
    if cell.status in HAS_RECEIVED:
        return cell
    if requirement.kind in OF_THE_LAW:
        return cell  # neither waiver nor grace (C-TRN-9, C-TRN-12)
    for waiver in record.waivers:
        if (waiver.keeper, waiver.requirement) == (keeper, requirement.id) and waiver.holds(
            asked.as_of, asked.known_on
        ):
            reason = f"Waived in writing until {waiver.ends_on}"
            return cell._replace(
                status=Status.WAIVED, on=waiver.ends_on, known=True, reason=reason, waiver=waiver
            )
    if cell.status in {Status.EXPIRED, Status.MISSING} and cell.on is not None:
        last = cell.on + timedelta(days=grace_days)
        if asked.as_of <= last:
            return cell._replace(status=Status.GRACE, on=last, reason=f"{cell.reason}; in grace")
    return cell


def _once(each: InForce, proofs: list[Proof], owed: Owed, as_of: date) -> Cell:
    """A topic or a course: the confirmation that is valid longest counts."""
    if not proofs:
        return _not_received(each, (), owed, as_of, "Never confirmed")
    best = max(proofs, key=_validity)
    ends = best.facts.expires_on
    told = f"Completed on {best.facts.completed_on} ({_named(best)})"
    notice = each.requirement.notice
    shown = notice if notice and best.facts.completed_on < each.version_from else ""
    if ends is None:
        return _cell_of(each, Status.CURRENT, None, f"{told}, valid for good", (best,), shown)
    if as_of > ends:
        reason = f"{told}, was valid until {ends}"
        return _cell_of(each, Status.EXPIRED, ends, reason, (best,), shown)
    status = _valid_status(ends, as_of)
    return _cell_of(each, status, ends, f"{told}, valid until {ends}", (best,), shown)


def _on_the_job(each: InForce, proofs: list[Proof], owed: Owed, as_of: date) -> Cell:
    """Days on the job add up (C-TRN-9)."""
    days = sum(proof.facts.days or 0 for proof in proofs)
    amount = each.requirement.amount or 0
    told = f"{days} of {amount:g} days on the job"
    if days >= amount:
        return _cell_of(each, Status.CURRENT, None, told, tuple(proofs))
    return _not_received(each, tuple(proofs), owed, as_of, told)


def _hours(each: InForce, proofs: list[Proof], begun_on: date, owed: Owed, as_of: date) -> Cell:
    """Hours in a calendar year, or in any span of years that ends today (C-TRN-10)."""
    if each.requirement.window == "calendar_year":
        return _hours_of_the_year(each, proofs, begun_on, as_of)
    return _rolling_hours(each, proofs, owed, as_of)


def _hours_of_the_year(each: InForce, proofs: list[Proof], begun_on: date, as_of: date) -> Cell:
    amount = each.requirement.amount or 0
    this = [p for p in proofs if p.facts.completed_on.year == as_of.year]
    before = [p for p in proofs if p.facts.completed_on.year == as_of.year - 1]
    ends = date(as_of.year, 12, 31)
    told = f"{as_of.year}: {_sum(this):g} of {amount:g} hours"
    short = begun_on <= date(as_of.year - 1, 1, 1) and _sum(before) < amount
    if short:
        told = f"{told}; {as_of.year - 1}: {_sum(before):g} of {amount:g} hours"
    if _sum(this) >= amount:
        return _cell_of(each, Status.CURRENT, ends, told, tuple(this))
    if short:
        over = date(as_of.year - 1, 12, 31)
        return _cell_of(each, Status.MISSING, over, told, (*before, *this))
    return _cell_of(each, Status.DUE, ends, told, tuple(this))


def _rolling_hours(each: InForce, proofs: list[Proof], owed: Owed, as_of: date) -> Cell:
    requirement = each.requirement
    amount, recurrence = requirement.amount or 0, requirement.recurrence
    assert recurrence is not None, "a catalog is checked when it is adopted"
    in_order = sorted(proofs, key=lambda proof: (proof.facts.completed_on, proof.number))
    held: tuple[date, list[Proof]] | None = None
    for at, last in enumerate(in_order):
        counted = [
            p
            for p in in_order[: at + 1]
            if recurrence.after(p.facts.completed_on) >= last.facts.completed_on
        ]
        if _sum(counted) < amount:
            continue
        rest = list(counted)  # the oldest fall out of the span first
        while _sum(rest) - (rest[0].facts.hours or 0) >= amount:
            rest.pop(0)
        until = recurrence.after(rest[0].facts.completed_on)
        if held is None or until > held[0]:
            held = until, rest
    now = [p for p in in_order if recurrence.after(p.facts.completed_on) >= as_of]
    told = f"{_sum(now):g} of {amount:g} hours in {recurrence.count} years"
    if held is None:
        return _not_received(each, tuple(now), owed, as_of, told)
    until, rest = held
    if as_of > until:
        return _cell_of(each, Status.EXPIRED, until, f"{told}; enough until {until}", tuple(rest))
    return _cell_of(
        each, _valid_status(until, as_of), until, f"{told}, enough until {until}", tuple(rest)
    )


def _not_received(
    each: InForce, proofs: tuple[Proof, ...], owed: Owed, as_of: date, told: str
) -> Cell:
    if as_of > owed.on and owed.known:
        return _cell_of(each, Status.MISSING, owed.on, f"{told}; was due by {owed.on}", proofs)
    if owed.known:
        return _cell_of(each, Status.DUE, owed.on, f"{told}; due by {owed.on}", proofs)
    reason = f"{told}; its due day is not yet known, not before {owed.on}"
    return _cell_of(each, Status.DUE, owed.on, reason, proofs, known=False)


def _cell_of(  # noqa: PLR0917  # what one cell is made of
    each: InForce,
    status: Status,
    on: date | None,
    reason: str,
    proofs: tuple[Proof, ...] = (),
    notice: str = "",
    *,
    known: bool = True,
) -> Cell:
    return Cell(each.requirement, each.catalog, status, on, known, reason, proofs, None, notice)


# --- Days -----------------------------------------------------------------------------------------


def _owed(requirement: Requirement, begun_on: date, asked: Asked) -> Owed:
    """When it must be held: counted from the first day at school under this law (C-TRN-9).

    Where the catalog gives no time it is to be held on that day already.
    """
    period = requirement.due
    if period is None:
        return Owed(begun_on - ONE_DAY)
    if period.unit == "school_days":
        return _owed_in_school_days(period.count, begun_on, asked)
    return Owed(months_after(begun_on, _months(period.unit, period.count)))


@lru_cache(maxsize=512)
def _rule(count: int) -> Rule:
    return Rule(unit=Unit.SCHOOL_DAYS, count=count, source="C-TRN-3, our default")


def _owed_in_school_days(count: int, begun_on: date, asked: Asked) -> Owed:
    found = due(_rule(count), begun_on, asked.calendars, as_of=asked.known_on)
    year_after = months_after(begun_on, MONTHS_A_YEAR)
    if not found.known and asked.as_of > year_after:
        return Owed(year_after)  # no calendar says which, but any year has that many school days
    return Owed(found.on, found.known)


def _months(unit: str, count: int) -> int:
    return count * MONTHS_A_YEAR if unit == "years" else count


def _valid_status(ends: date, as_of: date) -> Status:
    soon = ends - as_of <= timedelta(days=DUE_SOON_DAYS)
    return Status.DUE_SOON if soon else Status.CURRENT


def _validity(proof: Proof) -> tuple[date, date, int]:
    facts = proof.facts
    return facts.expires_on or date.max, facts.completed_on, proof.number


def _sum(proofs: Iterable[Proof]) -> float:
    return sum(proof.facts.hours or 0 for proof in proofs)


def _named(proof: Proof) -> str:
    return f"confirmation {proof.number} of the {proof.keeper}"
