"""Skyward Qmlativ: a district's incidents in the columns of its discipline objects, and back.

The columns are those of its objects Incident, IncidentOffense and IncidentOffenseName, flattened;
`InjuryOccured` is its own spelling. A cell is empty where the record does not say: Skyward numbers
its objects itself, and discipline is its own. People stand under the most serious offense, since
the record does not say whose each is.
"""

from __future__ import annotations

import csv
import io
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from services.incidents.catalogs import ARREST, OFFENSES
from services.incidents.words import Involved
from shared.tables import Columns, Row, read_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from services.incidents.outgoing import Outgoing, Person
    from shared.handed_back import HandedBack

COLUMNS = (
    *("IncidentID", "IncidentNumber", "DateTime", "BuildingCode", "LocationCode"),
    *("ReferredByType", "Description", "ReportedToLawEnforcement", "IncidentOffenseID"),
    *("OffenseCode", "OffenseDescription", "IncidentOffenseNameID", "InvolvementType"),
    *("IsStudentOffender", "StudentNumber", "FreeformName", "IsGuardianNotified"),
    *("InjuryOccured", "WasSeriousBodilyInjury", "HasWeapons", "HasDrugs"),
    *("OffenderArrestedByLawEnforcement", "LawEnforcementCaseNumber", "ActionCode"),
    *("ActionDescription", "ActionStartDate", "ActionDays", "DisciplineOfficer"),
)
KEY = ("incidentnumber", "offensecode", "involvementtype", "studentnumber")
"""Tells rows apart: the same row again takes the place of the former."""
INVOLVEMENT = {
    Involved.SUSPECT: "Offender",
    Involved.VICTIM: "Victim",
    Involved.WITNESS: "Witness",
    Involved.OTHER: "Other",
}
INVOLVED = {name.lower(): involved for involved, name in INVOLVEMENT.items()}
WEAPONS, DRUGS = {"520"}, {"35A", "35B"}
"""Offense codes that say by themselves that there were any."""
TIMES = ("%m/%d/%Y %I:%M %p", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y")
"""As Skyward writes them."""


def rows(outgoing: Iterable[Outgoing]) -> list[dict[str, str]]:
    """The rows of an export, one an offense and person."""
    return [row for each in outgoing for row in _rows(each)]


def as_csv(found: Iterable[dict[str, str]]) -> bytes:
    """Rows as Skyward imports them: UTF-8, lines ended as on Windows; the same for the same."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(found)
    return out.getvalue().encode()


def _rows(each: Outgoing) -> Iterator[dict[str, str]]:
    known, told = each.incident, each.incident.told
    offenses = set(known.offenses)
    of_all = {
        "IncidentNumber": known.reference,
        "DateTime": _time(each.received_at) if each.received_at else _day(known.on),
        "BuildingCode": each.codes.building,
        "ReferredByType": "SRO" if told and told.self_initiated else "Staff" if known.noted else "",
        "Description": f"Law enforcement at school, {known.reference}",
        "ReportedToLawEnforcement": "True",
        "HasWeapons": "True" if offenses & WEAPONS else "",
        "HasDrugs": "True" if offenses & DRUGS else "",
        "LawEnforcementCaseNumber": known.number or "",
    }
    for place, code in enumerate(known.offenses):
        named = {"OffenseCode": code, "OffenseDescription": OFFENSES[code].name}
        if place == 0 and each.people:
            for person in each.people:
                yield of_all | named | _person(person)
        else:
            arrested = not each.people and any(o.outcome == ARREST for o in known.outcomes)
            yield of_all | named | {"OffenderArrestedByLawEnforcement": "True" if arrested else ""}


def _person(person: Person) -> dict[str, str]:
    involved = person.part.involved
    return {
        "InvolvementType": INVOLVEMENT[involved],
        "IsStudentOffender": str(involved is Involved.SUSPECT),
        "StudentNumber": person.number,
        "OffenderArrestedByLawEnforcement": "True" if ARREST in person.part.outcomes else "",
    }


def _time(at: datetime) -> str:
    return f"{_day(at)} {at.hour % 12 or 12}:{at:%M %p}"


def _day(on: datetime | date) -> str:
    return f"{on.month}/{on.day}/{on.year}"


# --- Reading back ---------------------------------------------------------------------------------


class Difference(NamedTuple):
    """One row that is not as it was exported; it names lines and columns, and nobody."""

    what: str
    """missing, changed, extra or unreadable."""
    incident: str
    """Its IncidentNumber; empty where the row can't be read."""
    line: int | None
    """Of the export where it is missing, else of what came back."""
    columns: tuple[str, ...] = ()


def differences(exported: bytes, returned: bytes) -> list[Difference]:
    """What Skyward holds otherwise than it was exported, row by row.

    Cells that the export leaves empty are Skyward's own, and not compared.

    Raises:
        Unreadable: one of the two is no table with the key's columns.
    """
    known = Columns(KEY, tuple(c.lower() for c in COLUMNS if c.lower() not in KEY), KEY)
    ours, theirs = read_table(exported, known), read_table(returned, known)
    held = {_key(row): row for row in theirs.rows}
    expected = {_key(row): row for row in ours.rows}
    found: list[Difference] = []
    for key, row in expected.items():
        back = held.get(key)
        if back is None:
            found.append(Difference("missing", row.text("incidentnumber"), row.line))
        elif changed := _changed(row, back):
            found.append(Difference("changed", row.text("incidentnumber"), back.line, changed))
    numbers = {row.text("incidentnumber") for row in ours.rows}
    found += [
        Difference("extra", row.text("incidentnumber"), row.line)
        for key, row in held.items()
        if key not in expected and row.text("incidentnumber") in numbers
    ]
    return found + [_unreadable(back) for back in theirs.handed_back]


def _unreadable(back: HandedBack) -> Difference:
    what = "extra" if back.field == KEY[0] else "unreadable"  # else it came twice
    return Difference(what, back.row.get(KEY[0], "") if what == "extra" else "", back.line)


def _key(row: Row) -> tuple[str, ...]:
    return tuple(row.text(column).upper() for column in KEY)


def _changed(row: Row, back: Row) -> tuple[str, ...]:
    return tuple(
        column
        for column in COLUMNS
        if row.text(column.lower())
        and _plain(row.text(column.lower())) != _plain(back.text(column.lower()))
    )


def _plain(cell: str) -> str:
    """A cell without what Skyward writes in more than one way: letters' case, and times."""
    for form in TIMES:
        try:
            return datetime.strptime(cell, form).isoformat()  # noqa: DTZ007  # local, as both are
        except ValueError:
            continue
    return cell.casefold()
