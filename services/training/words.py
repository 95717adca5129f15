"""The words of the training clauses, as they are stored and shown."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

Keeper = Literal["agency", "district"]
"""Which organisation keeps a requirement: it alone confirms and waives it (C-TRN-1, C-TRN-5)."""


class Kind(StrEnum):
    """What kind of requirement it is."""

    TOPIC = "topic"
    """A topic of the law (C-TRN-6)."""
    ON_THE_JOB = "on the job"
    """Days on the job with experienced staff (C-TRN-9)."""
    SERIES = "series"
    """Documentation of the whole series of topics by a service district (C-TRN-12)."""
    COURSE = "course"
    """A course of the agency (C-TRN-7)."""
    HOURS = "hours"
    """Hours in a span of time, a minimum of the state (C-TRN-10)."""
    FORMAL = "formal"
    """A formal training of the district (C-TRN-3)."""
    INFORMAL = "informal"
    """An informal training of the district; nobody owes it (C-TRN-4)."""
    STAFF = "staff"
    """A training of school staff, not of officers (C-TRN-3)."""


KEPT_BY: dict[Kind, Keeper] = {
    Kind.TOPIC: "agency",
    Kind.ON_THE_JOB: "agency",
    Kind.SERIES: "agency",
    Kind.COURSE: "agency",
    Kind.HOURS: "agency",
    Kind.FORMAL: "district",
    Kind.INFORMAL: "district",
    Kind.STAFF: "district",
}
OF_THE_LAW = frozenset({Kind.TOPIC, Kind.ON_THE_JOB, Kind.SERIES})
"""What the law asks of every officer: it closes the gate, has no grace and can't be waived."""
OWED = frozenset({Kind.TOPIC, Kind.ON_THE_JOB, Kind.COURSE, Kind.HOURS, Kind.FORMAL})
"""What the matrix has a column for."""


class Status(StrEnum):
    """How an officer stands to a requirement on a day (C-TRN-11)."""

    CURRENT = "current"
    """Confirmed, and valid."""
    DUE_SOON = "due soon"
    """Confirmed and valid, and its validity ends within 60 days (C-TRN-16)."""
    DUE = "due"
    """Not confirmed; its day has not come."""
    GRACE = "grace"
    """Past its day by no more than the days of grace."""
    WAIVED = "waived"
    """A written waiver is in force (C-TRN-12)."""
    EXPIRED = "expired"
    """Was confirmed; its validity and the grace are over."""
    MISSING = "missing"
    """Past its day, and never confirmed."""


HAS_RECEIVED = frozenset({Status.CURRENT, Status.DUE_SOON})
LATE = frozenset({Status.EXPIRED, Status.MISSING})


class Ground(StrEnum):
    """Why the district disputes a confirmation (C-TRN-5)."""

    NOT_HELD = "the training was not held"
    NOT_ATTENDED = "the officer did not attend"
    WRONG_FACTS = "a fact is wrong"
    EVIDENCE = "the evidence does not show it"


class Outcome(StrEnum):
    """What the agency answers to a dispute (C-TRN-5)."""

    STANDS = "it stands"
    CORRECTED = "it was corrected"
    REVOKED = "it was revoked"


class Channel(StrEnum):
    """How a confirmation came in."""

    PAGE = "page"
    API = "api"
    MESSAGE = "message"
    FILE = "file"
    COUNTERPART = "counterpart"
    """It was told by the other organisation."""
