"""Reports as files: JSON, CSV and Parquet. The same report gives the same bytes."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from services.incidents.words import Format

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.incidents.reports import Report, Value

ABOUT = ("report", "from", "to", "as_of", "table")
HIDDEN = "hidden"


MEDIA = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.JSON: "application/json",
    Format.PARQUET: "application/vnd.apache.parquet",
    Format.PDF: "application/pdf",
}
NEEDED = {Format.PARQUET: "arro3", Format.PDF: "typst"}
"""The package that writes it, where it may be absent: it is in the group `reports`."""


def written_as(report: Report, kind: Format) -> bytes:
    """A report as a file.

    Raises:
        ModuleNotFoundError: what writes it is not installed here; see NEEDED.
    """
    match kind:
        case Format.JSON:
            return as_json(report)
        case Format.CSV:
            return as_csv(report)
        case Format.PARQUET:
            return as_parquet(report)
        case Format.PDF:
            from services.incidents.report_paper import as_pdf  # noqa: PLC0415  # not in the image

            return as_pdf(report)


def as_json(report: Report) -> bytes:
    """The whole report, with its query and what is missing."""
    return report.model_dump_json(indent=1).encode() + b"\n"


def as_csv(report: Report) -> bytes:
    """One line a row of each table, a column for what any table has; hidden counts are empty."""
    out = io.StringIO(newline="")
    lines = csv.writer(out, lineterminator="\n")
    columns = _columns(report)
    lines.writerow(columns)
    for row in _rows(report):
        lines.writerow(["" if (cell := row.get(name)) is None else cell for name in columns])
    return out.getvalue().encode()


def as_parquet(report: Report) -> bytes:
    """The same columns and rows as the CSV file, with types."""
    import arro3.core as arrow  # noqa: PLC0415  # not in the image
    from arro3.io import write_parquet  # noqa: PLC0415

    rows = list(_rows(report))
    measures = {name for table in report.tables for name in table.measures}
    arrays: dict[str, Any] = {
        name: arrow.Array(
            [row.get(name) for row in rows],
            arrow.DataType.int64() if name in measures else arrow.DataType.utf8(),
        )
        for name in _columns(report)
    }
    out = io.BytesIO()
    write_parquet(arrow.Table.from_pydict(arrays), out)
    return out.getvalue()


def _columns(report: Report) -> tuple[str, ...]:
    dimensions = [name for table in report.tables for name in table.dimensions]
    measures = [name for table in report.tables for name in table.measures]
    return (*ABOUT, *dict.fromkeys((*dimensions, *measures)), HIDDEN)


def _rows(report: Report) -> Iterator[dict[str, Value]]:
    asked = report.asked
    about = (asked.name, asked.begins_on, asked.ends_on, asked.as_of.isoformat())
    for table in report.tables:
        for row in table.rows:
            told = dict(zip((*table.dimensions, *table.measures), row, strict=True))
            hidden = {HIDDEN: "yes" if None in row else "no"}
            yield {
                **dict(zip(ABOUT, (*map(str, about), table.name), strict=True)),
                **told,
                **hidden,
            }
