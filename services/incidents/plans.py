"""Reading the side file of plans, which OneRoster does not carry: IEP and section 504, dated."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.incidents.dimensions import Plan, PlanKind
from shared.errors import Refused
from shared.handed_back import HandedBack
from shared.tables import Columns, Row, read_table

if TYPE_CHECKING:
    from collections.abc import Callable

COLUMNS = Columns(
    ("student_number", "plan", "start_date"),
    ("end_date", "note"),
    ("student_number", "plan", "start_date"),
)


@dataclass(frozen=True)
class PlanFile:
    """Each student's plans by student number, and what is handed back."""

    plans: dict[str, tuple[Plan, ...]]
    handed_back: tuple[HandedBack, ...]
    passed_over: tuple[str, ...]
    columns: tuple[str, ...]


def read_plans(content: bytes, is_known: Callable[[str], bool]) -> PlanFile:
    """Read a file of plans.

    Args:
        content: CSV of student_number, plan (IEP or 504), start_date, end_date.
        is_known: whether a student number is on the roster; others' plans are handed back.

    Raises:
        Unreadable: nothing in it can be used.
    """
    table = read_table(content, COLUMNS)
    plans: dict[str, list[Plan]] = defaultdict(list)
    back = list(table.handed_back)
    for row in table.rows:
        try:
            plan = _plan(row, is_known)
            plans[row.text("student_number")].append(plan)
        except Refused as refusal:
            back.append(HandedBack.of(refusal, row.line, row.cells))
    ordered = {
        number: tuple(sorted(each, key=lambda plan: (plan.begun_on, plan.kind)))
        for number, each in plans.items()
    }
    return PlanFile(ordered, tuple(back), table.passed_over, table.columns)


def _plan(row: Row, is_known: Callable[[str], bool]) -> Plan:
    if not is_known(row.text("student_number")):
        raise Refused("C-DATA-9", "no such student is on the roster: import it", "student_number")
    if row.text("plan") not in set(PlanKind):
        raise Refused("C-DATA-9", f"there is no such plan: write {', '.join(PlanKind)}", "plan")
    plan = Plan(
        kind=PlanKind(row.text("plan")),
        begun_on=row.day("start_date"),
        ended_on=row.day_if_given("end_date"),
    )
    if plan.ended_on is not None and plan.ended_on < plan.begun_on:
        raise Refused("C-DATA-9", "the plan ends before it begins: correct the days", "end_date")
    return plan
