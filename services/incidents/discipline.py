"""Importing what a student information system tells: its buildings, and discipline that followed.

Of a discipline export only the rows that name a call of law enforcement concern this service:
other discipline stays where it is, and nothing of it is kept (C-INC-5, C-DISC-1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.incidents.importing import NO, YES, instant
from services.incidents.kept import Codes
from services.incidents.policy import OFFICER, checked_number
from services.incidents.skyward import COLUMNS, INVOLVED
from services.incidents.student_system_desk import DisciplineTold
from services.incidents.words import Discipline
from shared.errors import Refused
from shared.handed_back import HandedBack, Loaded, Unreadable
from shared.school_calendar import local_day
from shared.tables import Columns, Row, read_table

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from zoneinfo import ZoneInfo

    from services.incidents.student_system_desk import StudentSystemDesk

BUILDINGS = Columns(required=("school", "building"), optional=("school_id",), key=("school",))
NEEDED = (
    *("incidentnumber", "datetime", "incidentoffensenameid", "involvementtype", "studentnumber"),
    *("lawenforcementcasenumber", "actioncode", "disciplineofficer"),
)
DISCIPLINE = Columns(
    required=NEEDED,
    optional=tuple(c.lower() for c in COLUMNS if c.lower() not in NEEDED),
    key=("incidentoffensenameid",),
)
DISCIPLINE_BYTES_MAX = 50_000_000
ACTIONS = {
    "RJC": Discipline.RESTORATIVE,
    "CNF": Discipline.OTHER,
    "CLX": Discipline.CLASSROOM_EXCLUSION,
    "ISS": Discipline.IN_SCHOOL_SUSPENSION,
    "STS": Discipline.SHORT_TERM_SUSPENSION,
    "LTS": Discipline.LONG_TERM_SUSPENSION,
    "EXP": Discipline.EXPULSION,
    "EMR": Discipline.EMERGENCY_REMOVAL,
}
"""Action codes from the least to the most formal; of several, a student's last one counts."""
FORMAL = tuple(ACTIONS.values())


def load_buildings(desk: StudentSystemDesk, content: bytes, *, by: str) -> Loaded:
    """Import by which codes the system knows each school: school, building, school_id."""
    try:
        table = read_table(content, BUILDINGS)
    except Unreadable as unreadable:
        return Loaded(handed_back=(unreadable.back,))
    back, recorded = list(table.handed_back), 0
    for row in table.rows:
        try:
            recorded += desk.list_building(row.text("school"), _codes(row), by=by)
        except Refused as refused:
            back.append(HandedBack.of(refused, row.line, row.cells))
    taken = len(table.rows) + len(table.handed_back) - len(back)
    return Loaded(recorded, taken - recorded, tuple(back), table.passed_over, table.columns)


def _codes(row: Row) -> Codes:
    building, school_id = row.text("building"), row.text("school_id")
    if not building:
        raise Refused("C-DATA-9", "building is empty: give the building code", "building")
    if school_id and not (school_id.isascii() and school_id.isdigit()):
        raise Refused("C-DATA-9", "school_id is no whole number: correct it", "school_id")
    return Codes(building=building, school_id=int(school_id) if school_id else None)


def load_discipline(
    desk: StudentSystemDesk,
    content: bytes,
    *,
    by: str,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> Loaded:
    """Import discipline as Skyward exports it, by the number of the call (C-INC-5).

    Rows without a call, and those in which no action is entered yet, are left out. Of several
    actions of one student in one incident the most formal is recorded.

    Args:
        desk: of the district.
        content: the file.
        by: who does it.
        progress: told how many students of incidents are done, and of how many.
    """
    try:
        table = read_table(content, DISCIPLINE, DISCIPLINE_BYTES_MAX)
    except Unreadable as unreadable:
        return Loaded(handed_back=(unreadable.back,))
    back, left_out = list(table.handed_back), 0
    told: dict[tuple[str, date, str], list[tuple[Row, DisciplineTold]]] = {}
    for row in table.rows:
        try:
            each = _told(row, desk.zone)
        except Refused as refused:
            back.append(HandedBack.of(refused, row.line, row.cells))
            continue
        if each is None:
            left_out += 1
        else:
            told.setdefault((each.number, each.on, each.student), []).append((row, each))
    recorded = unchanged = 0
    for done, rows in enumerate(told.values()):
        progress(done, len(told))
        try:
            new = desk.follow_told(_most_formal([each for _, each in rows]), by=by)
        except Refused as refused:
            back += [HandedBack.of(refused, row.line, row.cells) for row, _ in rows]
        else:
            recorded += new
            unchanged += len(rows) - new
    progress(len(told), len(told))
    back.sort(key=lambda one: one.line or 0)
    return Loaded(recorded, unchanged, tuple(back), table.passed_over, table.columns, left_out)


def _most_formal(told: list[DisciplineTold]) -> DisciplineTold:
    """What counts of one student in one incident; an officer who decided any of it is named."""
    most = max(told, key=lambda each: FORMAL.index(each.kind))
    officers = [each.decided_by for each in told if OFFICER.fullmatch(each.decided_by)]
    return most._replace(decided_by=officers[0]) if officers else most


def _told(row: Row, zone: ZoneInfo) -> DisciplineTold | None:
    """What a row tells; None where it tells nothing of law enforcement, or no action yet."""
    if not row.text("lawenforcementcasenumber"):
        if _is_true(row, "reportedtolawenforcement"):
            fix = "give the number of the agency's call"
            reason = f"it was reported to law enforcement and names no call: {fix}"
            raise Refused("C-INC-5", reason, "lawenforcementcasenumber")
        return None
    action = row.text("actioncode").upper()
    if not action:
        return None
    if action not in ACTIONS:
        fix = f"give one of {', '.join(ACTIONS)}"
        raise Refused("C-INC-5", f"the action code is not known: {fix}", "actioncode")
    involved = INVOLVED.get(row.text("involvementtype").lower())
    if involved is None:
        fix = "write Offender, Victim, Witness or Other"
        raise Refused("C-INC-5", f"the part in it is not known: {fix}", "involvementtype")
    at = instant(row, "datetime", zone)
    if at is None:
        raise Refused("C-INC-5", "the time is missing: give when it was", "datetime")
    if not row.text("studentnumber"):
        reason = "no student is named: give the number on the roster"
        raise Refused("C-INC-5", reason, "studentnumber")
    return DisciplineTold(
        number=_number(row),
        on=local_day(at),
        student=row.text("studentnumber"),
        involved=involved,
        arrested=_is_true(row, "offenderarrestedbylawenforcement"),
        kind=ACTIONS[action],
        decided_by=_decided_by(row),
    )


def _number(row: Row) -> str:
    try:
        return checked_number(row.text("lawenforcementcasenumber"))
    except Refused as refused:
        raise Refused("C-INC-5", refused.reason, "lawenforcementcasenumber") from None


def _decided_by(row: Row) -> str:
    """Where the administrator who decided is named; their name stays in the system."""
    officer = row.text("disciplineofficer")
    if not officer:
        reason = "nobody decided: an administrator decides on discipline, give who"
        raise Refused("C-DISC-1", reason, "disciplineofficer")
    if OFFICER.fullmatch(officer):
        return officer
    return f"student-system:{row.text('incidentnumber')}"


def _is_true(row: Row, column: str) -> bool:
    told = row.text(column).lower()
    if told not in YES | NO:
        raise Refused("C-DATA-9", f"{column} is neither true nor false: correct it", column)
    return told in YES
