"""Random histories of one officer under a law that changes: incremental against slow.

`python -m tests.training.histories 100000` compares that many, from a seed on if a second number is
given; the tests do some hundreds.
"""

from __future__ import annotations

import random
import sys
import time
from datetime import date, timedelta
from typing import Any

from services.training.compliance import Asked, Rules, row
from services.training.events import Corrected, Revoked, Waived, WaiverEnded
from services.training.record import Record
from services.training.requirements import Catalogs, CatalogVersion, Known, Period, Requirement
from services.training.timekeeping import expiries, gate_changes
from services.training.words import Kind
from shared.school_calendar import Calendars
from tests.training import slow
from tests.training.samples import LONG_AGO, OFFICER, confirmed, facts
from tests.training.slow import Asks, Law

DAY = timedelta(days=1)
BEGIN, CHANGE, END = date(2021, 6, 1), date(2021, 7, 25), date(2021, 10, 10)
SPAN = (END - BEGIN).days
OLD = (Asks("T-OLD", "topic"), Asks("T-BOTH", "topic"))
NEW = (
    Asks("T-BOTH", "topic", months=1),
    Asks("T-NEW", "topic", months=1),
    Asks("K-OJT", "on the job", months=2, amount=2),
)
ALWAYS = (
    Asks("A-CARD", "course", months=1),
    Asks("A-ONCE", "course"),
    Asks("S-HOURS", "rolling", months=2, amount=10, valid_months=12),
)
LAWS = (
    Law(BEGIN - 400 * DAY, CHANGE - DAY, OLD),
    Law(CHANGE, END + 900 * DAY, NEW),
    Law(BEGIN - 400 * DAY, END + 900 * DAY, ALWAYS),
)
KINDS = {
    "topic": Kind.TOPIC,
    "on the job": Kind.ON_THE_JOB,
    "course": Kind.COURSE,
    "rolling": Kind.HOURS,
}
ASKED = (*OLD, *NEW[1:], *ALWAYS)


def requirement(asks: Asks) -> Requirement:
    hours = asks.kind == "rolling"
    return Requirement(
        id=asks.id,
        title=asks.id,
        kind=KINDS[asks.kind],
        due=None if asks.months is None else Period(unit="months", count=asks.months),
        amount=asks.amount or None,
        recurrence=Period(unit="years", count=1) if hours else None,
        window="rolling" if hours else None,
    )


def version(name: str, law: Law) -> Known:
    catalog = CatalogVersion(
        catalog="law" if name != "always" else "courses",
        version=name,
        keeper="agency",
        title=name,
        effective_from=law.begins,
        effective_to=law.ends,
        requirements=tuple(map(requirement, law.asks)),
    )
    return Known(catalog, LONG_AGO)


RULES = Rules(
    Catalogs(tuple(version(*each) for each in zip(("old", "new", "always"), LAWS, strict=True))),
    Calendars(),
)


def history(chance: random.Random) -> list[Any]:
    """Up to a dozen things that happened, in the order in which they became known."""
    days = sorted(BEGIN + chance.randrange(SPAN) * DAY for _ in range(chance.randrange(13)))
    events: list[Any] = []
    standing: list[int] = []
    waivers: list[int] = []
    proofs = 0
    for known_on in days:
        act = chance.random()
        if standing and act < 0.15:
            number = standing.pop(chance.randrange(len(standing)))
            event: Any = Revoked(
                officer=OFFICER, keeper="agency", number=number, reasons=None, known_on=known_on
            )
        elif standing and act < 0.3:
            number = chance.choice(standing)
            before = next(
                e for e in reversed(events) if getattr(e, "facts", None) and e.number == number
            )
            told = some_facts(chance, known_on, before.facts.requirement)
            event = Corrected(
                officer=OFFICER,
                keeper="agency",
                number=number,
                facts=facts(**told),
                reasons=None,
                known_on=known_on,
            )
        elif act < 0.4:
            waivers.append(len(waivers) + 1)
            event = Waived(
                officer=OFFICER,
                keeper="agency",
                number=waivers[-1],
                requirement=chance.choice(ASKED).id,
                from_on=known_on,
                ends_on=known_on + chance.randrange(60) * DAY,
                signer="Chief",
                reasons=None,
                known_on=known_on,
            )
        elif waivers and act < 0.45:
            number = chance.choice(waivers)
            event = WaiverEnded(officer=OFFICER, keeper="agency", number=number, known_on=known_on)
        else:
            proofs += 1
            standing.append(proofs)
            told = some_facts(chance, known_on, chance.choice(ASKED).id)
            event = confirmed(proofs, known_on=known_on, **told)
        events.append(event)
    return events


def some_facts(chance: random.Random, known_on: date, asked: str) -> dict[str, Any]:
    completed_on = known_on - chance.randrange(80) * DAY
    told: dict[str, Any] = {"requirement": asked, "completed_on": completed_on}
    if asked == "K-OJT":
        told["days"] = chance.randrange(1, 3)
    elif asked == "S-HOURS":
        told["hours"] = chance.choice((2.5, 5, 10, 12))
    elif chance.random() < 0.6:
        told["expires_on"] = completed_on + chance.randrange(120) * DAY
    return told


def compare(seed: int) -> None:
    """Fail where the incremental answers differ from the slow ones."""
    chance = random.Random(seed)  # noqa: S311  # no secret
    events, start = history(chance), BEGIN + chance.randrange(-60, 60) * DAY
    looks = sorted({chance.randrange(SPAN) for _ in range(chance.randrange(1, 8))} | {SPAN})
    record, recorded = Record(officer=OFFICER), list[Any]()
    waiting = list(events)
    for look in looks:
        today = BEGIN + look * DAY
        while waiting and waiting[0].known_on <= today:
            record = applied(record, waiting.pop(0))
        due = [*expiries(record, "agency", today), *gate_changes(record, start, RULES, today)]
        for event in due:
            record = applied(record, event)
        recorded += due
    _compare_gate(seed, events, start, recorded, BEGIN + looks[0] * DAY)
    told = {(e.number, e.expired_on) for e in recorded if e.TOPIC == "file.expired"}
    assert told == slow.expiries(events, BEGIN, END), f"expiries of history {seed}"
    for _ in range(4):
        as_of = BEGIN + chance.randrange(SPAN) * DAY
        known_on = max(as_of, BEGIN + chance.randrange(SPAN) * DAY)
        shown = {
            cell.requirement.id: cell.status
            for cell in row(record, start, Asked(RULES, as_of, known_on))
        }
        plain = {
            asks.id: slow.status(events, LAWS, asks, start, as_of, known_on)
            for law in LAWS
            if law.begins <= as_of <= law.ends
            for asks in law.asks
        }
        assert shown == plain, f"history {seed} as of {as_of}, known on {known_on}"


def _compare_gate(
    seed: int, events: list[Any], start: date, recorded: list[Any], first: date
) -> None:
    expected: list[tuple[date, tuple[bool, bool]]] = []
    day = first
    while day <= END:
        found = slow.verdicts(events, LAWS, start, day)
        if not expected or expected[-1][1] != found:
            expected.append((day, found))
        day += DAY
    gates = [e.judgement for e in recorded if e.TOPIC.startswith("file.gate")]
    answers = [(g.on, (g.procedure.cleared, g.law.cleared)) for g in gates]
    assert answers == expected, f"gate of history {seed}"


def applied(record: Record, event: Any) -> Record:
    """The record after one more event."""
    version = 1 + len(record.proofs) + len(record.waivers)
    after: Record = event.model_copy(update={"originator_version": version}).after(record)
    return after


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    began = time.monotonic()
    for seed in range(first, first + count):
        compare(seed)
    seconds = time.monotonic() - began
    sys.stdout.write(f"{count:,} histories agree, {1000 * seconds / count:.2f} ms each\n")
