"""Importing a file through the desk: what is good is recorded, the rest is handed back (C-DATA-9).

The same file imported again records nothing. Rows are taken in the order in which they take effect,
so that a person's last day is known before their successor's first.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from services.directory.documents import Unfit, read_calendar, read_policy
from services.directory.policy import Role, roles_of
from shared.errors import Refused
from shared.handed_back import HandedBack, Loaded, Unreadable
from shared.tables import Columns, Row, read_table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from services.directory.application import DirectoryDesk

SCHOOLS = Columns(
    required=("school", "title", "effective_from", "effective_to"),
    optional=(),
    key=("school", "effective_from"),
)
STAFF = Columns(
    required=("staff", "role", "school", "effective_from", "effective_to"),
    optional=("name",),
    key=("staff", "role", "school", "effective_from"),
)
OFFICERS = Columns(
    required=("officer", "effective_from", "effective_to"),
    optional=("name",),
    key=("officer", "effective_from"),
)


def load_schools(desk: DirectoryDesk, content: bytes, *, by: str) -> Loaded:
    """Import schools (C-TEAM-5)."""

    def list_school(row: Row) -> bool:
        return desk.list_school(
            by=by,
            school=row.text("school"),
            title=row.text("title"),
            effective_from=row.day("effective_from"),
            effective_to=row.day_if_given("effective_to"),
        )

    return _load_table(desk, content, SCHOOLS, list_school)


def load_staff(desk: DirectoryDesk, content: bytes, *, by: str) -> Loaded:
    """Import staff and their roles (C-TEAM-2, C-TEAM-3)."""

    def appoint(row: Row) -> bool:
        role = row.text("role")
        if role not in set(Role):
            ours = ", ".join(roles_of(desk.kind))
            raise Refused("C-TEAM-5", f"there is no such role: choose of {ours}", "role")
        return desk.appoint(
            by=by,
            staff=row.text("staff"),
            role=Role(role),
            school=row.text("school") or None,
            effective_from=row.day("effective_from"),
            effective_to=row.day_if_given("effective_to"),
            name=row.text("name") or None,
        )

    return _load_table(desk, content, STAFF, appoint)


def load_officers(desk: DirectoryDesk, content: bytes, *, by: str) -> Loaded:
    """Import officers by badge reference (C-TEAM-5)."""

    def list_officer(row: Row) -> bool:
        return desk.list_officer(
            by=by,
            officer=row.text("officer"),
            effective_from=row.day("effective_from"),
            effective_to=row.day_if_given("effective_to"),
            name=row.text("name") or None,
        )

    return _load_table(desk, content, OFFICERS, list_officer)


def load_calendar(desk: DirectoryDesk, content: bytes, *, by: str) -> Loaded:
    """Import a version of a school year's calendar (C-TIME-7)."""

    def load() -> Loaded:
        document = read_calendar(content, desk.org)
        recorded = desk.load_calendar(
            by=by, version=document.version, source=document.source, sha256=document.sha256
        )
        return Loaded(int(recorded), int(not recorded), passed_over=document.passed_over)

    return _load_document(desk, load)


def load_policy(desk: DirectoryDesk, content: bytes, *, by: str) -> Loaded:
    """Import a version of a policy (C-AUD-3)."""

    def load() -> Loaded:
        document = read_policy(content, desk.org)
        recorded = desk.adopt_policy(
            by=by,
            policy_id=document.policy_id,
            version=document.version,
            title=document.title,
            effective_from=document.effective_from,
            effective_to=document.effective_to,
            complaint=document.complaint,
            incident=document.incident,
            source=document.source,
            sha256=document.sha256,
        )
        return Loaded(int(recorded), int(not recorded), passed_over=document.passed_over)

    return _load_document(desk, load)


LOADERS = {
    "schools": load_schools,
    "staff": load_staff,
    "officers": load_officers,
    "calendar": load_calendar,
    "policy": load_policy,
}
"""By what a file is; in the order in which a folder of them is loaded."""


def load_folder(desk: DirectoryDesk, folder: Path, *, by: str) -> dict[str, Loaded]:
    """Import every file of a folder whose name begins with what it is; what came, by file name."""
    return {
        file.name: load(desk, file.read_bytes(), by=by)
        for kind, load in LOADERS.items()
        for file in sorted(folder.glob(f"{kind}*.*"))
        if ".rejected." not in file.name
    }


def _load_table(
    desk: DirectoryDesk, content: bytes, known: Columns, command: Callable[[Row], bool]
) -> Loaded:
    try:
        table = read_table(content, known)
    except Unreadable as unreadable:
        return Loaded(handed_back=(unreadable.back,))
    recorded = unchanged = 0
    back = list(table.handed_back)
    for row in sorted(table.rows, key=lambda row: (row.text("effective_from"), row.line)):
        try:
            changed = desk.retried(partial(command, row))
        except Refused as refusal:
            back.append(HandedBack.of(refusal, row.line, row.cells))
        else:
            recorded += changed
            unchanged += not changed
    back.sort(key=lambda one: one.line or 0)
    return Loaded(recorded, unchanged, tuple(back), table.passed_over, table.columns)


def _load_document(desk: DirectoryDesk, load: Callable[[], Loaded]) -> Loaded:
    try:
        return desk.retried(load)
    except Unreadable as unreadable:
        return Loaded(handed_back=(unreadable.back,))
    except Unfit as unfit:
        return Loaded(handed_back=unfit.back)
    except Refused as refusal:
        return Loaded(handed_back=(HandedBack.of(refusal, None, {}),))
