"""Importing through the desk: catalogs from JSON, an agency's training records from CSV (C-DATA-9).

A file of records is read as training systems write it: columns in any order, days as 09/24/2021 or
2021-09-24, employees by their number in that system. Good rows are confirmed, each on its own; the
rest is handed back. The same file again changes nothing.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING

from pydantic import ValidationError

from services.training.domain import Entered
from services.training.policy import checked_sha256
from services.training.record import Evidence
from services.training.requirements import CatalogVersion
from services.training.words import Channel
from shared.errors import Refused
from shared.handed_back import MEND, HandedBack, Loaded, Unreadable, check_size
from shared.tables import Columns, Row, read_table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from services.training.agency_desk import AgencyDesk
    from services.training.application import TrainingDesk
    from services.training.requirements import Catalogs

RECORDS = Columns(
    required=("employee id", "course code", "completed date", "status"),
    optional=(
        "provider",
        "hours",
        "expiration date",
        "certificate number",
        "evidence sha256",
        "last name",
        "first name",
        "rank",
        "assignment",
        "course title",
        "category",
        "assigned date",
        "due date",
        "score",
        "instructor",
    ),
    key=("employee id", "course code", "completed date", "certificate number"),
)
EMPLOYEES = Columns(required=("employee_id", "officer"), optional=(), key=("employee_id",))
COMPLETED = "completed"
NOT_DONE = frozenset({"assigned", "enrolled", "in progress", "not started"})
"""What a training system lists and nobody has completed: it is passed over, not handed back."""
OFFICER = re.compile(r"officer-[0-9]{1,6}")
US_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
YEAR_MIN = 1950


def load_catalog(desk: TrainingDesk, content: bytes, *, by: str) -> Loaded:
    """Adopt a version of a catalog from JSON, whole or not at all (C-TRN-6, C-AUD-3)."""
    try:
        catalog = read_catalog(content)
        recorded = desk.retried(
            lambda: desk.adopt_catalog(catalog, by=by, sha256=sha256(content).hexdigest())
        )
    except Unreadable as unreadable:
        return Loaded(handed_back=(unreadable.back,))
    except ValidationError as error:
        return Loaded(handed_back=tuple(map(_wrong, error.errors(include_input=False))))
    except Refused as refused:
        return Loaded(handed_back=(HandedBack.of(refused, None, {}),))
    return Loaded(int(recorded), int(not recorded))


def read_catalog(content: bytes) -> CatalogVersion:
    """Read a version of a catalog.

    Raises:
        Unreadable: it is no JSON.
        ValidationError: a field is wrong.
    """
    check_size(content)
    try:
        data = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Unreadable("the file is not UTF-8", "save the file as UTF-8") from error
    except (json.JSONDecodeError, RecursionError) as error:
        raise Unreadable("the file is no JSON", "correct it, or export it again") from error
    return CatalogVersion.model_validate(data)


def read_employees(content: bytes) -> dict[str, str]:
    """Read which employee of a training system is which officer: employee_id, officer.

    Raises:
        Unreadable: a column or a row can't be used; all are needed.
    """
    table = read_table(content, EMPLOYEES)
    if table.handed_back:
        back = table.handed_back[0]
        raise Unreadable(back.reason, back.fix, line=back.line, field=back.field)
    return {row.text("employee_id"): row.text("officer") for row in table.rows}


def load_records(
    desk: AgencyDesk,
    content: bytes,
    *,
    by: str,
    employees: Mapping[str, str] | None = None,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> Loaded:
    """Import an agency's training records, one confirmation a row (C-TRN-6, C-TRN-7).

    Args:
        desk: of the agency.
        content: the file.
        by: who does it.
        employees: officers by the number of the training system; without, the column holds
            references of officers.
        progress: told how many rows are done, and of how many.
    """
    try:
        table = read_table(content, RECORDS)
    except Unreadable as unreadable:
        return Loaded(handed_back=(unreadable.back,))
    catalogs, today = desk.shelf.catalogs(), desk.today()
    back = list(table.handed_back)
    by_officer: dict[str, list[tuple[Row, Entered]]] = {}
    not_done = 0
    for row in table.rows:
        try:
            if _status(row) in NOT_DONE:
                not_done += 1
                continue
            officer = _officer(row, employees)
            by_officer.setdefault(officer, []).append((row, _entered(row, catalogs, today)))
        except Refused as refused:
            back.append(HandedBack.of(refused, row.line, row.cells))
    recorded = unchanged = 0
    done, total = len(back) + not_done, len(table.rows) + len(table.handed_back)
    progress(done, total)
    for officer, rows in by_officer.items():
        try:
            answers = desk.confirm_all(
                officer, [entered for _, entered in rows], by=by, channel=Channel.FILE
            )
        except Refused as refused:  # the officer as a whole
            answers = [refused] * len(rows)
        for (row, _), answer in zip(rows, answers, strict=True):
            if isinstance(answer, Refused):
                back.append(HandedBack.of(answer, row.line, row.cells))
            else:
                recorded += answer.recorded
                unchanged += not answer.recorded
        done += len(rows)
        progress(done, total)
    back.sort(key=lambda one: one.line or 0)
    loaded = Loaded(recorded, unchanged, tuple(back), table.passed_over, table.columns)
    if not_done:
        told = f"{not_done} rows not completed"
        return replace(loaded, passed_over=(*loaded.passed_over, told))
    return loaded


def _status(row: Row) -> str:
    status = row.text("status").lower()
    if status != COMPLETED and status not in NOT_DONE:
        fix = "write Completed, or leave the row out"
        raise Refused("C-TRN-6", f"status is not one that is known: {fix}", "status")
    return status


def _officer(row: Row, employees: Mapping[str, str] | None) -> str:
    number = row.text("employee id")
    officer = number if employees is None else employees.get(number, "")
    if not OFFICER.fullmatch(officer):
        fix = "name the officer's reference in the file of employees (--employees)"
        if employees is None:
            fix = "write officer- and a number, or give --employees with a file that tells them"
        raise Refused("C-TRN-6", f"no officer is known for this employee: {fix}", "employee id")
    return officer


def _entered(row: Row, catalogs: Catalogs, today: date) -> Entered:
    course = catalogs.course(row.text("course code"), today)
    if course is None:
        fix = "add it to the course codes of the agency's catalog, or correct it"
        raise Refused("C-TRN-7", f"course code is not in the catalog: {fix}", "course code")
    completed_on = _day(row, "completed date")
    if completed_on is None:
        fix = "give the day, or set the status to Assigned"
        raise Refused("C-TRN-6", f"completed date is missing: {fix}", "completed date")
    digest = row.text("evidence sha256")
    return Entered(
        requirement=course.requirement,
        completed_on=completed_on,
        provider=row.text("provider"),
        hours=_number(row, "hours"),
        days=course.days,
        expires_on=_day(row, "expiration date"),
        reference=row.text("certificate number"),
        evidence=Evidence(sha256=checked_sha256(digest)) if digest else None,
    )


def _day(row: Row, column: str) -> date | None:
    text = row.text(column)
    if not text:
        return None
    us = US_DAY.fullmatch(text)
    if us is None:
        return row.day(column)
    try:
        day = date(int(us[3]), int(us[1]), int(us[2]))
    except ValueError:
        day = None
    if day is None or day.year < YEAR_MIN:
        reason = f"{column} is no day of the calendar: write it as MM/DD/YYYY or YYYY-MM-DD"
        raise Refused("C-DATA-9", reason, column)
    return day


def _number(row: Row, column: str) -> float | None:
    text = row.text(column)
    if not text:
        return None
    if not re.fullmatch(r"\d{1,6}(\.\d{1,4})?", text):
        raise Refused("C-DATA-9", f"{column} is no number: write it as 2 or 18.5", column)
    return float(text)


def _wrong(error: object) -> HandedBack:
    assert isinstance(error, dict)
    where = ".".join(str(part) for part in error["loc"]) or None
    reason, _, fix = str(error["msg"]).removeprefix("Value error, ").partition(": ")
    return HandedBack(None, where, reason, fix or MEND)
