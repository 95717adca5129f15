"""A matter's number, as people write it, and the id of its aggregate at either organisation.

The two are one value in two forms, so whoever has an event has its number without asking a table.
"""

from __future__ import annotations

import re
from base64 import b32decode, b32encode
from uuid import UUID

from shared.errors import Refused

NUMBER = re.compile(r"SRO-([A-Z2-7]{4})-([A-Z2-7]{4})")
NUMBER_BYTES = 5
PREFIX = bytes.fromhex("acc04dacc04d8acc84dacc")
"""What every matter's id begins with; its version and variant bits say it is a custom UUID."""


def matter_number(value: bytes) -> str:
    """The number for five bytes, e.g. `SRO-7K2M-Q4XA`."""
    letters = b32encode(value[:NUMBER_BYTES]).decode()
    return f"SRO-{letters[:4]}-{letters[4:]}"


def matter_id(number: str) -> UUID:
    """The aggregate of a matter.

    Raises:
        Refused: it is not written like a number of a complaint.
    """
    found = NUMBER.fullmatch(number.strip().upper())
    if found is None:
        raise Refused("C-COMP-20", "there is no complaint of this number", "number")
    return UUID(bytes=PREFIX + b32decode("".join(found.groups())))


def number_of(matter: UUID) -> str:
    """The number of a matter's aggregate."""
    return matter_number(matter.bytes[-NUMBER_BYTES:])
