"""What an import gives back: each row or field that could not be loaded, why, and what mends it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING
from unicodedata import category

if TYPE_CHECKING:
    from shared.errors import Refused

FILE_BYTES_MAX = 5_000_000
"""Far above any district's roster, and small enough to hold in memory."""
MEND = "correct it and import again"
UNSEEN = ("Cc", "Cs")
"""Unicode's control characters, and halves of characters."""


@dataclass(frozen=True)
class HandedBack:
    """One thing that could not be loaded (C-DATA-9)."""

    line: int | None
    """Line of the file, from 1; None where the whole file is meant."""
    field: str | None
    reason: str
    fix: str
    row: dict[str, str] = dataclasses.field(default_factory=dict)
    """The row as it came, so that nothing is lost."""

    @classmethod
    def of(cls, refusal: Refused, line: int | None, row: dict[str, str]) -> HandedBack:
        """What a refusal says, which tells after a colon what mends it."""
        reason, _, fix = refusal.reason.partition(": ")
        return cls(line, refusal.field, reason, fix or MEND, row)


@dataclass(frozen=True)
class Loaded:
    """What came of importing a file."""

    recorded: int = 0
    unchanged: int = 0
    """What was held already."""
    handed_back: tuple[HandedBack, ...] = ()
    passed_over: tuple[str, ...] = ()
    """Columns or fields that mean nothing here."""
    columns: tuple[str, ...] = ()
    """Of a table."""
    left_out: int = 0
    """Rows that are about something else, which is no fault."""


class Unreadable(Exception):
    """The file as a whole can't be read; `back` says why."""

    def __init__(
        self, reason: str, fix: str, *, line: int | None = None, field: str | None = None
    ) -> None:
        super().__init__(reason)
        self.back = HandedBack(line, field, reason, fix)


def check_size(content: bytes, bytes_max: int = FILE_BYTES_MAX) -> None:
    """Refuse an empty file, and one too large to be what it should be."""
    if not content.strip():
        raise Unreadable("the file is empty", "choose the file that holds the data")
    if len(content) > bytes_max:
        raise Unreadable(
            f"the file is larger than {bytes_max:,} bytes",
            "check that it is the right file, or split it",
        )


def plain(text: str) -> str:
    """Return text for one line; refuse what no screen or database shows as it is."""
    if text.isascii() and text.isprintable():
        return text  # as nearly all are, and told apart at once
    if any(category(letter) in UNSEEN for letter in text):
        raise ValueError("it holds a control character: remove it")
    return text
