"""Importing through the agency's desk: places of schools, and calls as a dispatch system has them.

Good rows are recorded, the rest is handed back with its reason, and the same file again changes
nothing (C-DATA-9). A call elsewhere than at a school is handed back: calls by students' addresses
are not kept (C-DATA-2).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from services.incidents.call import CallFacts
from services.incidents.calls_desk import Told
from services.incidents.catalogs import CANCELLED, DISPOSITIONS
from services.incidents.words import Channel
from shared.errors import Refused
from shared.handed_back import HandedBack, Loaded, Unreadable
from shared.tables import Columns, Row, read_table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from zoneinfo import ZoneInfo

    from services.incidents.calls_desk import CallsDesk

CALLS = Columns(
    required=("item", "type", "timecreate", "disposition", "block_address", "zip"),
    optional=(
        "typetext",
        "priority",
        "initialtype",
        "initialtypetext",
        "initialpriority",
        "mapx",
        "mapy",
        "timedispatch",
        "timearrive",
        "timeclosed",
        "dispositiontext",
        "selfinitiated",
        "beat",
        "policedistrict",
        "location",
    ),
    key=("item",),
)
"""As dispatch systems publish calls; where a call was is only its school here, never a point."""
PLACES = Columns(
    required=("block_address", "zip", "school"), optional=(), key=("block_address", "zip")
)
CALLS_BYTES_MAX = 50_000_000
CHUNK = 500
"""Calls in one transaction."""
EMERGENCY = "2"
"""How the priority of an emergency begins."""
US_TIME = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}) (\d{1,2}):(\d{2})(?::(\d{2}))?(?: ([AP]M))?")
YES, NO = {"y", "yes", "true", "1"}, {"n", "no", "false", "0", ""}


def load_places(desk: CallsDesk, content: bytes, *, by: str) -> Loaded:
    """Import which addresses are schools: block_address, zip, school."""
    try:
        table = read_table(content, PLACES)
    except Unreadable as unreadable:
        return Loaded(handed_back=(unreadable.back,))
    back, recorded = list(table.handed_back), 0
    for row in table.rows:
        cells = (row.text(column) for column in PLACES.required)
        try:
            recorded += desk.list_place(*cells, by=by)
        except Refused as refused:
            back.append(HandedBack.of(refused, row.line, row.cells))
    taken = len(table.rows) + len(table.handed_back) - len(back)
    return Loaded(recorded, taken - recorded, tuple(back), table.passed_over, table.columns)


def load_calls(
    desk: CallsDesk,
    content: bytes,
    *,
    by: str,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> Loaded:
    """Import calls as a dispatch system exports them (C-DATA-2).

    Args:
        desk: of the agency.
        content: the file.
        by: who does it.
        progress: told how many rows are done, and of how many.
    """
    try:
        table = read_table(content, CALLS, CALLS_BYTES_MAX)
    except Unreadable as unreadable:
        return Loaded(handed_back=(unreadable.back,))
    places, back = desk.places.schools(), list(table.handed_back)
    rows: list[tuple[Row, Told]] = []
    for row in table.rows:
        try:
            rows.append((row, _told(row, places, desk.zone)))
        except Refused as refused:
            back.append(HandedBack.of(refused, row.line, row.cells))
    done, total = len(back), len(table.rows) + len(table.handed_back)
    recorded = unchanged = 0
    for start in range(0, len(rows), CHUNK):
        progress(done + start, total)
        some = rows[start : start + CHUNK]
        answers = desk.receive_all([told for _, told in some], by=by, channel=Channel.FILE)
        for (row, _), answer in zip(some, answers, strict=True):
            if isinstance(answer, Refused):
                back.append(HandedBack.of(answer, row.line, row.cells))
            else:
                recorded += answer
                unchanged += not answer
    progress(total, total)
    back.sort(key=lambda one: one.line or 0)
    return Loaded(recorded, unchanged, tuple(back), table.passed_over, table.columns)


def _told(row: Row, places: Mapping[tuple[str, str], str], zone: ZoneInfo) -> Told:
    school = places.get((row.text("block_address").upper(), row.text("zip")))
    if school is None:
        fix = "list it with `accord import places` if it is, else leave the call out"
        raise Refused("C-DATA-2", f"the address is not a school's: {fix}", "block_address")
    disposition = row.text("disposition").upper()
    if disposition not in DISPOSITIONS:
        fix = f"give one of {', '.join(sorted(DISPOSITIONS))}"
        raise Refused("C-DATA-7", f"disposition is not one that is known: {fix}", "disposition")
    outcome = DISPOSITIONS[disposition]
    received_at = instant(row, "timecreate", zone)
    if received_at is None:
        reason = "timecreate is missing: give when the call came in"
        raise Refused("C-DATA-2", reason, "timecreate")
    facts = CallFacts(
        received_at=received_at,
        dispatched_at=instant(row, "timedispatch", zone),
        arrived_at=instant(row, "timearrive", zone),
        closed_at=instant(row, "timeclosed", zone),
        school=school,
        call_type=row.text("type"),
        priority=row.text("priority"),
        emergency=row.text("priority").startswith(EMERGENCY),
        self_initiated=_is_self_initiated(row),
        cancelled=outcome == CANCELLED,
    )
    return Told(row.text("item"), facts, outcome)


def _is_self_initiated(row: Row) -> bool:
    told = row.text("selfinitiated").lower()
    if told not in YES | NO:
        reason = "selfinitiated is neither yes nor no: write Y or N"
        raise Refused("C-DATA-2", reason, "selfinitiated")
    return told in YES


def instant(row: Row, column: str, zone: ZoneInfo) -> datetime | None:
    """An instant as dispatch systems write it: local, 09/03/2025 12:45:40 AM, or ISO 8601."""
    text = row.text(column)
    if not text:
        return None
    try:
        us = US_TIME.fullmatch(text.upper())
        at = _of_us(us) if us else datetime.fromisoformat(text)
    except ValueError:
        fix = "write it as 09/03/2025 12:45:40 AM or 2025-09-03T00:45:40"
        raise Refused("C-DATA-9", f"{column} is no time: {fix}", column) from None
    if at.tzinfo is None:
        at = at.replace(tzinfo=zone)
    return at.astimezone(UTC)


def _of_us(us: re.Match[str]) -> datetime:
    month, day, year, hour, minute = (int(us[part]) for part in range(1, 6))
    if us[7]:
        if not 1 <= hour <= 12:  # noqa: PLR2004  # hours of a clock with AM and PM
            raise ValueError("no hour of a clock with AM and PM")
        hour = hour % 12 + (12 if us[7] == "PM" else 0)
    naive = f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{int(us[6] or 0):02}"
    return datetime.fromisoformat(naive)
