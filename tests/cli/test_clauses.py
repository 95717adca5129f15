"""`accord clauses`: each clause is found where it stands, and only there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from shared.cli.clauses import cited_in, clause_ids, shown_in, standings, summed_up
from tests.cli.command import accord

ROOT = Path(__file__).resolve().parents[2]
PROCEDURE = """# The procedure
C-DEMO-9 is only spoken of.
| id | requires |
|---|---|
| C-DEMO-1 | one; see C-DEMO-7 |
| C-DEMO-10 | ten |
| C-DEMO-2 | two |
"""


def written(root: Path, **files: str) -> Path:
    """A checkout with the procedure above; `a__b_py` is the file a/b.py."""
    for name, text in {"docs__procedure_md": PROCEDURE, **files}.items():
        file = root / name.replace("__", "/").replace("_", ".")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return root


def test_the_ids_are_the_first_cells_of_the_tables_in_their_order() -> None:
    assert clause_ids(PROCEDURE) == ["C-DEMO-1", "C-DEMO-10", "C-DEMO-2"]


def test_our_procedure_holds_each_clause_once() -> None:
    ids = clause_ids((ROOT / "docs" / "procedure.md").read_text("utf-8"))
    assert len(ids) == len(set(ids))
    assert len([clause for clause in ids if clause.startswith("C-COMP-")]) == 26


@pytest.mark.parametrize(
    ("line", "clauses"),
    [
        ('raise Refused("C-DEMO-10", "a reason")', {"C-DEMO-10"}),
        ("(C-DEMO-1).", {"C-DEMO-1"}),
        ("C-DEMO-1 and C-DEMO-2", {"C-DEMO-1", "C-DEMO-2"}),
        ("ABC-DEMO-1", set()),
        ("c-demo-1", set()),
        ("def test_demo_1_a_name() -> None:", set()),
    ],
)
def test_code_cites_a_clause_by_its_whole_id(line: str, clauses: set[str]) -> None:
    assert cited_in(line) == clauses


@pytest.mark.parametrize(
    ("line", "clauses"),
    [
        ("def test_demo_10_it_is_so() -> None:", {"C-DEMO-10"}),
        ("    async def test_demo_1() -> None:", {"C-DEMO-1"}),
        ('assert refused.clause == "C-DEMO-2"', {"C-DEMO-2"}),
        ("def test_demo_10th_day() -> None:", set()),
        ("test_demo_10_mentioned_only", set()),
    ],
)
def test_a_test_shows_a_clause_by_its_name_or_by_the_id(line: str, clauses: set[str]) -> None:
    assert shown_in(line) == clauses


def test_a_clause_stands_in_code_in_tests_or_in_neither(tmp_path: Path) -> None:
    root = written(
        tmp_path,
        services__a_py="x = 1\n# C-DEMO-10\n",
        shared__page_html="<!-- C-DEMO-10 -->",
        tests__a_py="def test_demo_10_is_so() -> None: ...\n",
        docs__b_py="# C-DEMO-2",
        services__README_md="C-DEMO-2",
        services__vendor__c_js="// C-DEMO-2",
    )
    found = standings(root)
    assert found["C-DEMO-10"].in_code == ["services/a.py:2", "shared/page.html:1"]
    assert found["C-DEMO-10"].in_tests == ["tests/a.py:1"]
    summary = summed_up(found)
    assert (summary["total"], summary["in_code"], summary["in_tests"]) == (3, 1, 1)
    assert summary["missing"] == ["C-DEMO-1", "C-DEMO-2"]


@pytest.mark.parametrize("where", ["services__a_py", "tests__a_py"])
def test_the_command_ends_with_1_only_when_a_clause_stands_in_neither(
    tmp_path: Path, where: str
) -> None:
    files = {where: "# C-DEMO-1 C-DEMO-10"}
    missing_one = accord("clauses", "--json", cwd=written(tmp_path, **files))
    assert missing_one.returncode == 1
    assert json.loads(missing_one.stdout)["missing"] == ["C-DEMO-2"]
    shown = accord("clauses", cwd=tmp_path)
    assert shown.returncode == 1
    assert "In neither: C-DEMO-2." in shown.stdout

    whole = {where: "# C-DEMO-1 C-DEMO-2 C-DEMO-10"}
    none_missing = accord("clauses", "--json", cwd=written(tmp_path, **whole))
    assert none_missing.returncode == 0
    assert json.loads(none_missing.stdout)["missing"] == []


def test_outside_a_checkout_it_looks_at_the_one_it_lies_in(tmp_path: Path) -> None:
    result = accord("clauses", "--json", cwd=tmp_path)
    found: dict[str, Any] = json.loads(result.stdout)
    assert found["total"] == len(clause_ids((ROOT / "docs" / "procedure.md").read_text("utf-8")))


def test_our_code_cites_no_clause_that_the_procedure_does_not_hold() -> None:
    known = set(clause_ids((ROOT / "docs" / "procedure.md").read_text("utf-8")))
    cited = {
        (clause, str(file.relative_to(ROOT)))
        for folder in ("services", "shared")
        for file in (ROOT / folder).rglob("*.py")
        for clause in cited_in(file.read_text("utf-8"))
    }
    assert {each for each in cited if each[0] not in known} == set()
