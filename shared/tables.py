"""Reading CSV as people's programs write it: the good rows, and each bad one with its reason.

Takes UTF-8 with or without byte order mark, any line ends, columns in any order. A byte that is no
UTF-8, or a quotation mark that is not closed, spoils the row it is in and no other.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.calendars import written_day
from shared.errors import Refused
from shared.handed_back import FILE_BYTES_MAX, HandedBack, Unreadable, check_size, plain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

REJECTED = "rejected_"
"""Columns that begin so were added when a row was handed back; reading passes over them."""
AS_IT_CAME = "rejected_row"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Columns:
    """The columns of a file: those it must have, those it may, and those that tell rows apart."""

    required: tuple[str, ...]
    optional: tuple[str, ...]
    key: tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """One row by column, and the line on which it begins."""

    line: int
    cells: dict[str, str]

    def text(self, column: str) -> str:
        """What a cell says, without surrounding space; empty where the column is absent."""
        return self.cells.get(column, "").strip()

    def day(self, column: str) -> date:
        """A cell as a day."""
        try:
            return written_day(self.text(column))
        except ValueError as error:
            raise Refused("C-DATA-9", str(error), column) from error

    def day_if_given(self, column: str) -> date | None:
        """A cell as a day; None where it is empty."""
        return self.day(column) if self.text(column) else None


@dataclass(frozen=True)
class Table:
    """What a file holds."""

    columns: tuple[str, ...]
    passed_over: tuple[str, ...]
    """Columns that mean nothing here."""
    rows: tuple[Row, ...]
    handed_back: tuple[HandedBack, ...]


def read_table(content: bytes, known: Columns, bytes_max: int = FILE_BYTES_MAX) -> Table:
    """Read a file of so many bytes at most.

    Raises:
        Unreadable: nothing in it can be used: it is empty, too large, or lacks a column.
    """
    check_size(content, bytes_max)
    if content.startswith(UTF_16):
        raise Unreadable("the file is UTF-16", "save it as CSV UTF-8")
    records = _records(content.decode("utf-8-sig", errors="surrogateescape"))
    columns, passed_over = _header(next(records, None), known)
    rows: list[Row] = []
    back: list[HandedBack] = []
    begun: dict[tuple[str, ...], int] = {}
    for record in records:
        if isinstance(record, HandedBack):
            back.append(record)
            continue
        line, cells = record
        if not any(cell.strip() for cell in cells):
            continue
        row = _row(line, cells, columns)
        if isinstance(row, HandedBack):
            back.append(row)
            continue
        first = begun.setdefault(tuple(row.text(column) for column in known.key), line)
        if first != line:
            reason = f"line {first} gives the same {' and '.join(known.key)}"
            back.append(HandedBack(line, known.key[0], reason, "keep one of them", row.cells))
            continue
        rows.append(row)
    return Table(columns, passed_over, tuple(rows), tuple(back))


def write_rejected(columns: tuple[str, ...], handed_back: tuple[HandedBack, ...]) -> bytes:
    """What was handed back, as a file that can be corrected and imported in its turn."""
    told = ("line", "field", "reason", "fix")
    columns = tuple(name for name in columns if not name.startswith(REJECTED))
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([*columns, *(REJECTED + name for name in told), AS_IT_CAME])
    for back in handed_back:
        cells = [back.row.get(column, "") for column in columns]
        why = [back.line or "", back.field or "", back.reason, back.fix]
        writer.writerow([*cells, *why, back.row.get(AS_IT_CAME, "")])
    return out.getvalue().encode("utf-8", errors="surrogateescape")


def _records(text: str) -> Iterator[tuple[int, list[str]] | HandedBack]:
    """Each record with the line it begins on; after a broken one go on with the next line."""
    lines = list(io.StringIO(text, newline=""))
    begin = 0
    while begin < len(lines):
        reader = csv.reader(lines[begin:], strict=True)
        done = 0
        try:
            for cells in reader:
                yield begin + done + 1, cells
                done = reader.line_num
        except csv.Error:
            broken = lines[begin + done]
            yield HandedBack(
                begin + done + 1,
                None,
                "the row's quotation marks or its length make it unreadable",
                "close each quotation mark, and double one that stands inside a cell",
                {AS_IT_CAME: broken.rstrip("\r\n")},
            )
            done += 1
        begin += done


def _header(
    record: tuple[int, list[str]] | HandedBack | None, known: Columns
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    expected = ", ".join((*known.required, *known.optional))
    fix = f"begin the file with a row of column names, separated by commas: {expected}"
    if record is None or isinstance(record, HandedBack):
        raise Unreadable("the row of column names is unreadable", fix, line=1)
    line, cells = record
    names = tuple(cell.strip().lower() for cell in cells)
    if any(map(_is_not_utf_8, names)):
        raise Unreadable("the column names are not UTF-8", "save it as CSV UTF-8", line=line)
    for name in (*known.required, *known.optional):
        if names.count(name) > 1:
            raise Unreadable(f"column {name} is there twice", "keep one", line=line, field=name)
        if name in known.required and name not in names:
            raise Unreadable(f"column {name} is missing", fix, line=line, field=name)
    unknown = set(names) - {*known.required, *known.optional, ""}
    return names, tuple(sorted(name for name in unknown if not name.startswith(REJECTED)))


def _row(line: int, cells: list[str], columns: tuple[str, ...]) -> Row | HandedBack:
    if len(cells) < len(columns) or any(cell.strip() for cell in cells[len(columns) :]):
        as_it_came = io.StringIO()
        csv.writer(as_it_came, lineterminator="").writerow(cells)
        return HandedBack(
            line,
            None,
            f"the row has {len(cells)} cells and the columns are {len(columns)}",
            "put a comma between cells, and quotation marks around a cell that holds one",
            {AS_IT_CAME: as_it_came.getvalue()},
        )
    named = {
        name: cell
        for name, cell in zip(columns, cells, strict=False)
        if not name.startswith(REJECTED)
    }
    for name, cell in named.items():
        if _is_not_utf_8(cell):
            reason = f"{name} holds bytes that are not UTF-8 (often the file is Latin-1)"
            return HandedBack(line, name, reason, "save the file as CSV UTF-8", named)
        try:
            plain(cell)
        except ValueError as error:
            return HandedBack.of(Refused("C-DATA-9", str(error), name), line, named)
    return Row(line, named)


def _is_not_utf_8(text: str) -> bool:
    return not text.isascii() and any("\udc80" <= letter <= "\udcff" for letter in text)
