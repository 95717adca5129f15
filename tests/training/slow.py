"""Statuses and verdicts worked out slowly and plainly: every day, from the raw events, one by one.

It shares nothing with `compliance.py` but the words: no catalogs put together, no remembered
answers, no search for the days on which something may change.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from services.training.events import Confirmed, Corrected, Revoked, Waived, WaiverEnded
from services.training.words import Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from services.training.record import Facts

DAY = timedelta(days=1)
HAVE = (Status.CURRENT, Status.DUE_SOON)


@dataclass(frozen=True)
class Asks:
    """One requirement, said plainly."""

    id: str
    kind: str
    months: int | None = None
    """Within which it is due."""
    amount: float = 0
    valid_months: int = 0


@dataclass(frozen=True)
class Law:
    """What is asked from a day to a day."""

    begins: date
    ends: date
    asks: tuple[Asks, ...]


def months_later(day: date, months: int) -> date:
    year, month = day.year, day.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def believed(events: Iterable[Any], known_on: date) -> dict[int, Facts]:
    """What was believed at the end of a day."""
    held: dict[int, Facts] = {}
    for event in events:
        if isinstance(event, Confirmed | Corrected | Revoked) and event.known_on <= known_on:
            if isinstance(event, Revoked):
                del held[event.number]
            else:
                held[event.number] = event.facts
    return held


def is_waived(events: Iterable[Any], requirement: str, day: date, known_on: date) -> bool:
    told = list(events)
    for event in told:
        if not isinstance(event, Waived) or event.requirement != requirement:
            continue
        last = event.ends_on
        for other in told:
            ended = isinstance(other, WaiverEnded) and other.number == event.number
            if ended and other.known_on <= known_on:
                last = min(last, other.known_on - DAY)
        if event.known_on <= known_on and event.from_on <= day <= last:
            return True
    return False


def status(  # noqa: PLR0917  # a plain question
    events: list[Any], laws: tuple[Law, ...], asks: Asks, start: date, day: date, known_on: date
) -> Status:
    held = list(believed(events, known_on).values())
    return _status(
        held, events, asks, max(start, _asked_since(laws, asks.id, day)), (day, known_on)
    )


def _status(
    believed_then: list[Facts], events: list[Any], asks: Asks, begun: date, days: tuple[date, date]
) -> Status:
    day, known_on = days
    held = [f for f in believed_then if f.requirement == asks.id and f.completed_on <= day]
    found = _plain(held, asks, begun, day)
    of_the_law = asks.kind in {"topic", "on the job"}
    if found not in HAVE and not of_the_law and is_waived(events, asks.id, day, known_on):
        return Status.WAIVED
    return found


@cache
def _asked_since(laws: tuple[Law, ...], requirement: str, day: date) -> date:
    """The day since when it has been asked for without a break."""
    asking = [law for law in laws if requirement in {each.id for each in law.asks}]
    while any(law.begins <= day - DAY <= law.ends for law in asking):
        day -= DAY
    return day


def _plain(held: list[Facts], asks: Asks, begun: date, day: date) -> Status:  # noqa: PLR0911  # one case a status
    if asks.kind == "rolling":
        return _rolling(held, asks, begun, day)
    if asks.kind == "on the job":
        if sum(facts.days or 0 for facts in held) >= asks.amount:
            return Status.CURRENT
        return _waits(asks, begun, day)
    if not held:
        return _waits(asks, begun, day)
    if any(facts.expires_on is None for facts in held):
        return Status.CURRENT
    days_left = max((facts.expires_on - day).days for facts in held if facts.expires_on)
    if days_left < 0:
        return Status.EXPIRED
    return Status.DUE_SOON if days_left <= 60 else Status.CURRENT


def _rolling(held: list[Facts], asks: Asks, begun: date, day: date) -> Status:
    def enough(on: date) -> bool:
        counted = (
            facts.hours or 0
            for facts in held
            if facts.completed_on <= on <= months_later(facts.completed_on, asks.valid_months)
        )
        return sum(counted) >= asks.amount

    if enough(day):
        return Status.CURRENT if enough(day + 61 * DAY) else Status.DUE_SOON
    if any(enough(facts.completed_on) for facts in held):
        return Status.EXPIRED
    return _waits(asks, begun, day)


def _waits(asks: Asks, begun: date, day: date) -> Status:
    last = begun - DAY if asks.months is None else months_later(begun, asks.months)
    return Status.DUE if day <= last else Status.MISSING


def verdicts(events: list[Any], laws: tuple[Law, ...], start: date, day: date) -> tuple[bool, bool]:
    """Procedure and law, as known on the day itself."""
    asked = [each for law in laws if law.begins <= day <= law.ends for each in law.asks]
    topics, all_of_law = [], []
    held = list(believed(events, day).values())
    for asks in asked:
        if asks.kind in {"topic", "on the job"}:
            begun = max(start, _asked_since(laws, asks.id, day))
            found = _status(held, events, asks, begun, (day, day))
            all_of_law.append(found in {*HAVE, Status.DUE})
            if asks.kind == "topic":
                topics.append(found in HAVE)
    return all(topics), all(all_of_law)


def expiries(events: list[Any], first: date, last: date) -> set[tuple[int, date]]:
    """Number and first day without it, of each validity that ended with nothing in its place."""
    found = set()
    day = first
    while day <= last:
        before, now = believed(events, day - DAY), believed(events, day)
        for number, facts in before.items():
            if now.get(number) != facts or facts.expires_on != day - DAY:
                continue
            others = [
                each
                for each in now.values()
                if each.requirement == facts.requirement and each.completed_on <= day
            ]
            if all(each.expires_on is not None and each.expires_on < day for each in others):
                found.add((number, day))
        day += DAY
    return found
