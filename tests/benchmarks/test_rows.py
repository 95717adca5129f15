"""What `accord bench` prints, and that its servers start: no speed is tested here."""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

import pytest

from shared.cli.output import CannotRun
from tests.benchmarks.command import measured, run
from tests.benchmarks.measure import Row, Target, compared, figure
from tests.benchmarks.report import BEGIN, CHART, END, PAGE, write_report
from tests.benchmarks.suppressing import BELOW, attacked, published
from tests.incidents.attacker import conclusions

if TYPE_CHECKING:
    from pathlib import Path

FIELDS = [
    "bench",
    "what",
    "ours",
    "against",
    "theirs",
    "unit",
    "ratio",
    "direction",
    "target",
    "ok",
    "spread",
    "note",
]
MEASURED = {"ours": [30.0, 10.0, 40.0], "raw": [10.0, 10.0, 10.0]}


def row(value: float, direction: str = "at least") -> Row:
    target = Target("at least" if direction == "at least" else "at most", value)
    return compared("toy", "a <thing>", MEASURED, against="raw", unit="things/s", target=target)


def test_a_ratio_is_the_median_of_the_ratios_of_the_rounds() -> None:
    printed = json.loads(row(2.0).line())
    assert list(printed) == FIELDS
    assert (printed["ours"], printed["theirs"], printed["ratio"]) == (30, 10, 3)
    assert printed["spread"] == [1, 4]


@pytest.mark.parametrize(
    ("direction", "value", "met"),
    [
        ("at least", 3.0, True),
        ("at least", 3.01, False),
        ("at most", 3.0, True),
        ("at most", 2.99, False),
    ],
)
def test_a_target_is_met_at_its_very_value(direction: str, value: float, met: bool) -> None:
    assert row(value, direction).ok is met


def test_a_figure_is_compared_with_its_target_alone() -> None:
    alone = figure("toy", "p99", [90.0, 120.0, 80.0], unit="ms", target=Target("at most", 100))
    assert (alone.ours, alone.ratio, alone.theirs, alone.ok) == (90, None, None, True)
    assert alone.spread == (80, 120)


def test_what_people_wrote_in_the_report_stays(tmp_path: Path) -> None:
    write_report([row(2.0)], quick=True, docs=tmp_path)
    page = tmp_path / PAGE
    page.write_text(page.read_text() + "Because the disk is slow.\n")
    write_report([row(4.0)], quick=True, docs=tmp_path)

    text = page.read_text()
    assert text.count(BEGIN) == text.count(END) == 1
    assert "at least 4" in text
    assert "at least 2" not in text
    assert text.endswith("Because the disk is slow.\n")
    assert "a &lt;thing&gt;" in (tmp_path / CHART).read_text()


def test_an_unknown_benchmark_and_a_report_of_some_are_refused() -> None:
    with pytest.raises(CannotRun, match="no benchmark nothing"):
        run(["nothing"], quick=True, report=False)
    with pytest.raises(CannotRun, match="a report is of all"):
        run(["load"], quick=True, report=True)


def test_priv_5_a_reader_of_random_publications_learns_nothing_and_one_who_is_told_all_does() -> (
    None
):
    found = attacked(0)
    assert found.small > 50
    assert found.narrowed == 0
    assert 0.5 < found.shown / found.cells < 1
    for space, editions in map(published, map(Random, range(9))):
        told = replace(editions[0], hidden=frozenset())
        assert all(e.most - e.least < 1e-6 for e in conclusions(space, told, [told], BELOW))


def test_the_cheapest_benchmark_runs_on_servers_of_its_own() -> None:
    rows = measured("load", quick=True, rounds=1)
    assert [each.bench for each in rows] == ["load", "load", "load"]
    for each in rows:
        assert each.ours > 0
        assert each.theirs is not None
        assert "fsync on" in each.note
