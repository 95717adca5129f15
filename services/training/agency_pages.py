"""The agency's pages: what it alone does with a confirmation is to answer a dispute (C-TRN-5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.training.pages import MatrixPages, outcome_of

if TYPE_CHECKING:
    from services.training.agency_desk import AgencyDesk
    from shared.web import Form


class AgencyPages(MatrixPages):
    """The agency's matrix, its records and its confirmations."""

    def __init__(self, desk: AgencyDesk) -> None:
        super().__init__(desk)
        self._agency = desk

    def give(self, officer: str, number: int, act: str, staff: str, form: Form) -> None:
        """Give the command of an act."""
        if act == "answer":
            outcome, reasons = outcome_of(form), form.text("reasons")
            self._agency.answer_dispute(officer, number, by=staff, outcome=outcome, reasons=reasons)
        else:
            super().give(officer, number, act, staff, form)
