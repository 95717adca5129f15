"""The matrix on paper: a tagged PDF (PDF/UA-1) that says as of which day, and what was asked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import typst

from services.training.views import LOOKS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from services.training.application import Row

TEMPLATE = b"""
#let asked = json(bytes(sys.inputs.asked))
#set document(title: asked.title)
#set text(lang: "en", size: 9pt)
#set page(paper: "us-letter", flipped: true, margin: 1.5cm, numbering: "1 of 1",
  footer: context [#asked.title #h(1fr) #counter(page).display("1 of 1", both: true)])
= #asked.title
#asked.query

#for officer in asked.officers [
  == #officer.officer
  #table(
    columns: (auto, 2fr, auto, auto, 3fr),
    table.header(..asked.columns.map(each => strong(each))),
    ..officer.cells.flatten()
  )
]
"""
COLUMNS = ("Requirement", "Title", "Status", "Until", "Reason")


def as_pdf(rows: Sequence[Row], *, org: str, as_of: date, printed_at: datetime) -> bytes:
    """The matrix, a table an officer, each cell with its reason (C-TRN-11)."""
    asked = {
        "title": f"Training matrix of {org} as of {as_of}",
        "query": f"Every officer listed on {as_of}, every requirement, as known on that day."
        f" Printed {printed_at:%Y-%m-%d %H:%M} UTC.",
        "columns": COLUMNS,
        "officers": [
            {
                "officer": row.officer,
                "cells": [
                    (
                        cell.requirement.id,
                        cell.requirement.title,
                        f"{LOOKS[cell.status].symbol} {cell.status}",
                        "" if cell.on is None else cell.on.isoformat(),
                        cell.reason,
                    )
                    for cell in row.cells
                ],
            }
            for row in rows
        ],
    }
    inputs = {"asked": json.dumps(asked)}
    at = printed_at.replace(microsecond=0)  # the library takes no part of a second
    pdf = typst.compile(TEMPLATE, sys_inputs=inputs, pdf_standards="ua-1", timestamp=at)
    assert isinstance(pdf, bytes)
    return pdf
