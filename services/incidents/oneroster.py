"""Reading students from OneRoster 1.1 and 1.2 CSV: a folder, or a zip file of one.

The format is 1EdTech's "OneRoster 1.1 CSV Tables" and "OneRoster 1.2 CSV Binding". Of its files
`manifest.csv`, `orgs.csv`, `users.csv`, `demographics.csv` and, in 1.2, `roles.csv` are read; a
file that the manifest calls `delta` tells changes only. Bad rows are handed back (C-DATA-9).
"""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from services.incidents.dimensions import Answers, Gender, Race
from services.incidents.students import Person
from shared.errors import Refused
from shared.handed_back import HandedBack, Unreadable
from shared.tables import Columns, Row, Table, read_table

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

T = TypeVar("T")

VERSIONS = ("1.1", "1.2")
FILE_BYTES_MAX = 100_000_000
"""Far above 50,000 students; and what one file of a zip may unpack to."""
DELTA, BULK, ABSENT = "delta", "bulk", "absent"
DELETED = "tobedeleted"
CHOOSE = "choose the folder or zip file of the export"
RACES = {
    "americanindianoralaskanative": Race.NATIVE_AMERICAN,
    "asian": Race.ASIAN,
    "blackorafricanamerican": Race.BLACK,
    "nativehawaiianorotherpacificislander": Race.PACIFIC,
    "white": Race.WHITE,
    "demographicracetwoormoreraces": Race.TWO_OR_MORE,
}
HISPANIC = "hispanicorlatinoethnicity"
GENDERS = {
    "": Gender.NOT_REPORTED,
    "female": Gender.FEMALE,
    "male": Gender.MALE,
    "other": Gender.ANOTHER,
    "unspecified": Gender.NOT_REPORTED,
}
TRUTHS = {"true": True, "false": False, "": None}

_MANIFEST = Columns(("propertyname", "value"), (), ("propertyname",))
_ORGS = Columns(
    ("sourcedid", "name", "type"),
    ("status", "datelastmodified", "identifier", "parentsourcedid"),
    ("sourcedid",),
)
_USERS = Columns(
    ("sourcedid", "givenname", "familyname"),
    (
        *("status", "datelastmodified", "identifier", "role", "orgsourcedids"),
        *("primaryorgsourcedid", "userids", "grades"),
    ),
    ("sourcedid",),
)
_ROLES = Columns(
    ("sourcedid", "usersourcedid", "role"),
    ("status", "datelastmodified", "roletype", "orgsourcedid"),
    ("sourcedid",),
)
_DEMOGRAPHICS = Columns(
    ("sourcedid",),
    ("status", "datelastmodified", "birthdate", "sex", *RACES, HISPANIC),
    ("sourcedid",),
)


@dataclass(frozen=True)
class Told:
    """What a roster tells of one student; a part that a delta does not tell is None."""

    sourced_id: str
    person: Person | None = None
    answers: Answers | None = None
    leaves: bool = False
    effective_on: date | None = None
    """The day of the later change, where the roster says one."""
    file: str = "users.csv"
    row: Row | None = None
    """Where that was said last."""


@dataclass
class Roster:
    """What a roster holds, and what of it is handed back, by file."""

    told: dict[str, Told] = field(default_factory=dict)
    is_whole: bool = True
    """Whether it lists every student: then who is not in it has left."""
    handed_back: dict[str, list[HandedBack]] = field(default_factory=dict)
    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    rows: int = 0


def read_roster(path: Path) -> Roster:
    """Read a roster.

    Raises:
        Unreadable: it is no OneRoster folder or zip file, or lacks a file that is needed.
    """
    try:
        if path.is_dir():
            return _Reading(lambda name: _from_folder(path / name)).roster()
        with zipfile.ZipFile(path) as archive:
            names = {member.rpartition("/")[2]: member for member in archive.namelist()}
            return _Reading(lambda name: _from_zip(archive, names.get(name))).roster()
    except OSError as error:
        raise Unreadable(f"it can't be read ({error.strerror})", CHOOSE) from error
    except zipfile.BadZipFile as error:
        raise Unreadable("it is neither a folder nor a sound zip file", CHOOSE) from error
    except (zlib.error, EOFError, RuntimeError) as error:
        fix = "export it again, without a password"
        raise Unreadable("the zip file is damaged, or locked by a password", fix) from error


def _from_folder(file: Path) -> bytes | None:
    if not file.exists():
        return None
    if file.stat().st_size > FILE_BYTES_MAX:
        raise _too_large(file.name)
    return file.read_bytes()


def _from_zip(archive: zipfile.ZipFile, member: str | None) -> bytes | None:
    if member is None:
        return None
    with archive.open(member) as packed:  # what its header says of the size may be false
        content = packed.read(FILE_BYTES_MAX + 1)
    if len(content) > FILE_BYTES_MAX:
        raise _too_large(member)
    return content


def _too_large(name: str) -> Unreadable:
    return Unreadable(f"{name} is larger than {FILE_BYTES_MAX:,} bytes", "check the export")


def _read(name: str, content: bytes, columns: Columns) -> Table:
    try:
        return read_table(content, columns, bytes_max=FILE_BYTES_MAX)
    except Unreadable as unreadable:
        back = unreadable.back
        reason = f"{name}: {back.reason}"
        raise Unreadable(reason, back.fix, line=back.line, field=back.field) from unreadable


class _Reading:
    def __init__(self, content: Callable[[str], bytes | None]) -> None:
        self._content = content
        self._roster = Roster()

    def roster(self) -> Roster:
        properties = self._properties()
        self._roster.is_whole = properties.get("file.users", BULK) != DELTA
        schools = {
            row.text("sourcedid"): row.text("identifier") or row.text("sourcedid")
            for row in self._table("orgs.csv", _ORGS, properties)
            if row.text("type") == "school"
        }
        roles = list(self._table("roles.csv", _ROLES, properties))
        homes = {
            row.text("usersourcedid"): row.text("orgsourcedid")
            for row in roles
            if row.text("role") == "student" and row.text("status") != DELETED
        }
        others: set[str] = set()
        for row in self._table("users.csv", _USERS, properties):
            self._taken("users.csv", row, lambda row: self._user(row, schools, homes, others))
        for row in self._table("demographics.csv", _DEMOGRAPHICS, properties):
            if row.text("sourcedid") not in others:
                self._taken("demographics.csv", row, self._demographics)
        return self._roster

    def _properties(self) -> dict[str, str]:
        content = self._content("manifest.csv")
        if content is None:
            raise Unreadable("it holds no manifest.csv", "choose a OneRoster CSV export")
        rows = _read("manifest.csv", content, _MANIFEST).rows
        properties = {row.text("propertyname"): row.text("value") for row in rows}
        version = properties.get("oneroster.version", "")
        if version not in VERSIONS:
            raise Unreadable(
                "manifest.csv says another version",
                f"export OneRoster {' or '.join(VERSIONS)}",
                field="oneroster.version",
            )
        return properties

    def _table(self, name: str, columns: Columns, properties: dict[str, str]) -> tuple[Row, ...]:
        if properties.get(f"file.{name.removesuffix('.csv')}", ABSENT) == ABSENT:
            return ()
        content = self._content(name)
        if content is None:
            raise Unreadable(f"it holds no {name}", "export it, or say `absent` in manifest.csv")
        table = _read(name, content, columns)
        self._roster.handed_back[name] = list(table.handed_back)
        self._roster.columns[name] = table.columns
        self._roster.rows += len(table.rows) + len(table.handed_back)
        return table.rows

    def _taken(self, name: str, row: Row, take: Callable[[Row], None]) -> None:
        try:
            take(row)
        except Refused as refusal:
            back = HandedBack.of(refusal, row.line, row.cells)
            self._roster.handed_back[name].append(back)

    def _user(
        self, row: Row, schools: dict[str, str], homes: dict[str, str], others: set[str]
    ) -> None:
        sourced_id = _required(row, "sourcedid")
        role = row.text("role")
        if (role and role != "student") or not (role or sourced_id in homes):
            others.add(sourced_id)
            return
        changed_on = _changed_on(row)
        if row.text("status") == DELETED:
            told = Told(sourced_id, leaves=True, effective_on=changed_on, row=row)
        else:
            person = Person(
                sourced_id=sourced_id,
                number=row.text("identifier") or _sis_number(row) or sourced_id,
                given_name=_required(row, "givenname"),
                family_name=_required(row, "familyname"),
                school=_school(row, schools, homes.get(sourced_id, "")),
                grades=row.text("grades"),
            )
            told = Told(sourced_id, person=person, effective_on=changed_on, row=row)
        self._roster.told[sourced_id] = told

    def _demographics(self, row: Row) -> None:
        sourced_id = _required(row, "sourcedid")
        told = self._roster.told.get(sourced_id)
        if told is None and self._roster.is_whole:
            raise Refused(
                "C-DATA-9",
                "users.csv has no such student, or their row was handed back: import both again",
                "sourcedid",
            )
        if row.text("status") == DELETED:
            return
        answers = Answers(
            birth_date=row.day_if_given("birthdate"),
            gender=_one_of(row, "sex", GENDERS),
            races=tuple(race for name, race in RACES.items() if _one_of(row, name, TRUTHS)),
            hispanic=_one_of(row, HISPANIC, TRUTHS),
        )
        days = [day for day in (told and told.effective_on, _changed_on(row)) if day]
        self._roster.told[sourced_id] = Told(
            sourced_id,
            person=told.person if told else None,
            answers=answers,
            leaves=told.leaves if told else False,
            effective_on=max(days, default=None),
            file="demographics.csv",
            row=row,
        )


def _required(row: Row, column: str) -> str:
    text = row.text(column)
    if not text:
        raise Refused("C-DATA-9", f"{column} is empty: fill it in", column)
    return text


def _one_of(row: Row, column: str, words: dict[str, T]) -> T:
    word = row.text(column).lower()
    if word not in words:
        known = ", ".join(word for word in words if word)
        raise Refused("C-DATA-9", f"{column} is none of its words: write {known}", column)
    return words[word]


def _changed_on(row: Row) -> date | None:
    """The day part of `2025-08-25T09:00:00.000Z`; a bulk file may leave it out."""
    told = row.text("datelastmodified")
    return Row(row.line, {"datelastmodified": told[:10]}).day_if_given("datelastmodified")


def _sis_number(row: Row) -> str:
    """The number in `{SIS:700001},{LDAP:x}`."""
    for told in row.text("userids").split("},"):
        kind, _, number = told.strip("{} ").partition(":")
        if kind.upper() == "SIS":
            return number.strip()
    return ""


def _school(row: Row, schools: dict[str, str], home: str) -> str:
    """The first organisation of the user that is a school."""
    orgs = [row.text("primaryorgsourcedid"), home, *row.text("orgsourcedids").split(",")]
    return next((schools[org.strip()] for org in orgs if org.strip() in schools), "")
