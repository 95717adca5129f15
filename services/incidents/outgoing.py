"""Incidents as they leave for the district's own student information system, and nobody else's.

The one place where a student's number stands in the clear: the export's file (C-DATA-4, C-INC-6).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import date, datetime

    from services.incidents.incident import IncidentRecord, StudentPart
    from services.incidents.kept import Codes


class Person(NamedTuple):
    """A student in an incident."""

    number: str
    """On the roster."""
    part: StudentPart


class Outgoing(NamedTuple):
    """One incident."""

    incident: IncidentRecord
    received_at: datetime | None
    """When the call came in, by the local clock; None until the agency tells."""
    codes: Codes
    """Of its school."""
    people: tuple[Person, ...]


class Exported(NamedTuple):
    """A file for the student information system, and what its manifest says of it."""

    content: bytes
    sha256: str
    begins_on: date
    ends_on: date
    as_of: datetime
    """When it was made, UTC."""
    position: int
    """The last event of the history that is in it."""
    incidents: int
    rows: int
    students: int
    """Each counted once an incident."""
    merged: int
    """Incidents left out, since they are told under another number."""
    erased: int
    """Students left out, since they have been erased (C-PRIV-1)."""

    def manifest(self, org: str, system: str) -> dict[str, object]:
        """What is kept beside the file; nothing personal."""
        return {
            "org": org,
            "system": system,
            "from": self.begins_on.isoformat(),
            "to": self.ends_on.isoformat(),
            "as_of": self.as_of.isoformat(),
            "position": self.position,
            "sha256": self.sha256,
            "incidents": self.incidents,
            "rows": self.rows,
            "students": self.students,
            "left_out": {"merged_incidents": self.merged, "erased_students": self.erased},
        }
