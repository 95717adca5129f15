"""What the district publishes: editions that together give no small count away (C-PRIV-5)."""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest

from services.incidents import report_public as public
from services.incidents.report_files import as_csv, as_json
from services.incidents.reports import Period
from services.incidents.suppression import Edition, Space
from shared.errors import Refused
from tests.incidents.attacker import conclusions
from tests.incidents.eventful import YEAR, many, stamp_by
from tests.incidents.samples import DIRECTOR, OTHER_SCHOOL, PRINCIPAL, SCHOOL, TODAY

if TYPE_CHECKING:
    from services.incidents.district_desk import DistrictDesk
    from services.incidents.frozen import HiddenCells, ReportPublished
    from services.incidents.reports import Report
    from tests.incidents.samples import At

COUNTS = {(SCHOOL, "ARRS"): 3, (SCHOOL, "WARN"): 40, (OTHER_SCHOOL, "ARRS"): 12}
COUNTS |= {(OTHER_SCHOOL, "WARN"): 30, (OTHER_SCHOOL, "NOAC"): 20}


@pytest.fixture
def busy(district: DistrictDesk, at: At, monkeypatch: pytest.MonkeyPatch) -> DistrictDesk:
    stamp_by(at, monkeypatch)
    many(district, COUNTS)
    return district


def later(at: At) -> None:
    at.now += timedelta(days=1)


def shown(report: Report, table: str = "calls_by_school_and_outcome") -> dict[Any, Any]:
    return {row[:2]: row[2] for row in report.table(table).rows}


def space_of(editions: list[ReportPublished], name: str, kept: list[dict[str, Any]]) -> Space:
    """What spans the counts of some editions, by their own points."""
    dimensions = list(dict.fromkeys(d for e in editions for t in e.spaces[name].tables for d in t))
    order = {"calls": ["school", "offense", "outcome"]}.get(
        name, ["outcome", "race", "gender", "age", "plan"]
    )
    assert sorted(dimensions) == sorted(order)
    points = [point for each in kept for point in each[name]]
    return Space({d: sorted({p[at] for p in points}) for at, d in enumerate(order)})


def as_edition(space: Space, hid: HiddenCells, counts: dict[Any, int]) -> Edition:
    cells = {cell for table in hid.tables for cell in space.cells(table)}
    return Edition(counts, tuple(cells), frozenset(frozenset(c.items()) for c in hid.hidden))


def test_priv_5_a_count_below_ten_is_hidden_and_so_is_what_gives_it_away(
    busy: DistrictDesk,
) -> None:
    report = busy.publish_report(by=DIRECTOR, period=YEAR)
    counts = shown(report)
    arrest = public.OUTCOME_GROUPS[4]
    assert counts[SCHOOL, arrest] is None
    assert counts["all", "all"] == 105
    hidden = [key for key, count in counts.items() if count is None]
    assert len(hidden) > 1, "a total would give the one away"
    assert b",3," not in as_csv(report)
    assert all(count is None or count == 0 or count >= 10 for count in counts.values())


def test_priv_5_all_editions_together_give_no_small_count_away(busy: DistrictDesk, at: At) -> None:
    busy.publish_report(by=DIRECTOR, period=YEAR)
    for first, more in ((700, {(SCHOOL, "ARRS"): 8}), (800, {(OTHER_SCHOOL, "CITE"): 4})):
        later(at)
        many(busy, more, first)
        busy.publish_report(by=DIRECTOR, period=YEAR)
    editions = busy.editions()[::-1]
    kept = [public.read(busy.keyring.open(each.counts)) for each in editions]
    assert len(editions) == 3
    for name in public.TABLES:
        space = space_of(editions, name, kept)
        made = [
            as_edition(space, e.spaces[name], k[name]) for e, k in zip(editions, kept, strict=True)
        ]
        small = 0
        for about in made:
            for known in conclusions(space, about, made, public.BELOW):
                small += 1
                assert known.least <= 1 + 1e-6, (name, known)
                assert known.most >= public.BELOW - 1 - 1e-6, (name, known)
        assert small


def test_priv_5_the_next_edition_is_judged_by_the_one_before(busy: DistrictDesk, at: At) -> None:
    busy.publish_report(by=DIRECTOR, period=YEAR)
    later(at)
    many(busy, {(SCHOOL, "ARRS"): 8}, first=700)
    asked_alone = public.hide(counted(busy), [])
    second = busy.publish_report(by=DIRECTOR, period=YEAR)
    assert not asked_alone["calls"].hidden, "by itself it could be shown whole"
    assert None in shown(second).values()


def counted(desk: DistrictDesk) -> dict[str, public.Counts]:
    facts = desk._facts(desk.last_position())
    cases = facts.cases(*YEAR[:2], lambda _: None)
    return public.counted(cases, facts.schools(*YEAR[:2]))


def test_priv_5_days_that_overlap_with_those_of_an_edition_are_refused(busy: DistrictDesk) -> None:
    busy.publish_report(by=DIRECTOR, period=YEAR)
    day = timedelta(days=1)
    for period in (
        YEAR._replace(ends_on=TODAY),
        Period(YEAR.ends_on, YEAR.ends_on + day),
        Period(YEAR.begins_on - day, YEAR.ends_on + day),
    ):
        with pytest.raises(Refused, match="C-PRIV-5") as refused:
            busy.publish_report(by=DIRECTOR, period=period)
        assert refused.value.field == "from"
    apart = Period(YEAR.ends_on + day, YEAR.ends_on + 30 * day)
    assert busy.publish_report(by=DIRECTOR, period=apart).tables


def test_aud_2_an_edition_is_had_again_as_it_was_byte_for_byte(busy: DistrictDesk, at: At) -> None:
    assert busy.edition(YEAR) is None
    first = busy.publish_report(by=DIRECTOR, period=YEAR)
    then = at.now
    later(at)
    many(busy, {(SCHOOL, "ARRS"): 20}, first=700)
    second = busy.publish_report(by=DIRECTOR, period=YEAR)
    for as_of, report in ((then, first), (TODAY, first), (None, second), (at.now, second)):
        again = busy.edition(YEAR._replace(as_of=as_of))
        assert again is not None
        assert as_json(again) == as_json(report)
    assert busy.edition(YEAR._replace(as_of=then - timedelta(seconds=1))) is None
    kept = busy.editions()[-1]
    assert kept.sha256 == sha256(as_json(first)).hexdigest()
    facts = busy._facts(kept.position)
    now = public.counted(facts.cases(*YEAR[:2], busy._counting), facts.schools(*YEAR[:2]))
    assert public.written(now) == busy.keyring.open(kept.counts)
    assert public.hide(now, []) == kept.spaces, "what was hidden follows from the history"


def test_priv_5_the_stored_edition_shows_no_count_that_is_hidden(busy: DistrictDesk) -> None:
    busy.publish_report(by=DIRECTOR, period=YEAR)
    (kept,) = busy.editions()
    document = json.loads(kept.document)
    told = [row for table in document["tables"] for row in table["rows"]]
    assert any(row[-1] is None for row in told)
    assert not [row for row in told if row[-1] in range(1, public.BELOW)]
    assert SCHOOL not in kept.counts.box


def test_a_person_counts_once_with_the_most_formal_outcome() -> None:
    rank = [public.outcome_group(code) for code in ("PEND", "NOAC", "DIVR", "CITE", "ARRS")]
    assert rank == list(public.OUTCOME_GROUPS)
    assert public.outcome_group(None) == public.NONE_OF_THEIRS
    assert public.offense_kind("13B") == "against a person"
    assert public.offense_kind("X99") == public.OFFENSE_KINDS[4]


def test_what_cannot_be_judged_here_is_not_published(
    busy: DistrictDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "services.incidents.suppression")
    monkeypatch.setitem(sys.modules, "highspy", None)
    with pytest.raises(Refused, match="group `reports`"):
        busy.publish_report(by=DIRECTOR, period=YEAR)
    assert not busy.editions()


def test_data_4_only_who_may_make_reports_publishes(busy: DistrictDesk) -> None:
    with pytest.raises(Refused, match="C-DATA-4"):
        busy.publish_report(by=PRINCIPAL, period=YEAR)
