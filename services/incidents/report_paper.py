"""A report on paper: a tagged PDF (PDF/UA-1) with its query, its tables and what is missing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import typst

if TYPE_CHECKING:
    from services.incidents.reports import Report

TEMPLATE = b"""
#let asked = json(bytes(sys.inputs.asked))
#set document(title: asked.title)
#set text(lang: "en", size: 8pt)
#set page(paper: "us-letter", flipped: true, margin: 1.5cm, numbering: "1 of 1",
  footer: context [#asked.title #h(1fr) #counter(page).display("1 of 1", both: true)])
= #asked.title
#for line in asked.query [
  #line

]
#for each in asked.tables [
  == #each.title
  #if each.rows.len() == 0 [None.] else [
    #table(
      columns: each.columns.len(),
      table.header(..each.columns.map(name => strong(name))),
      ..each.rows.flatten()
    )
  ]
  #each.note
]
#if asked.missing.len() > 0 [
  == Not known
  #for each in asked.missing [
    - #each.what: #each.why.
  ]
]
"""
NOT_SHOWN = "hidden"


def as_pdf(report: Report) -> bytes:
    """The report, dated by what it is as of, so that the same report is the same file."""
    asked = {
        "title": report.title,
        "query": report.query,
        "tables": [
            {
                "title": table.title,
                "columns": (*table.dimensions, *table.measures),
                "rows": [
                    [NOT_SHOWN if cell is None else str(cell) for cell in row] for row in table.rows
                ],
                "note": table.note,
            }
            for table in report.tables
        ],
        "missing": [each.model_dump() for each in report.missing],
    }
    at = report.asked.as_of.replace(microsecond=0)  # the library takes no part of a second
    pdf = typst.compile(
        TEMPLATE, sys_inputs={"asked": json.dumps(asked)}, pdf_standards="ua-1", timestamp=at
    )
    assert isinstance(pdf, bytes)
    return pdf
