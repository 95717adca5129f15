"""The district's pages: its word on the terms, whom it meets, and its decision (C-HIRE-10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.hiring.pages import SearchPages
from services.hiring.views import acts_of_district
from services.hiring.words import Category
from shared.web.inputs import choice, ticked

if TYPE_CHECKING:
    from services.hiring.district_desk import DistrictDesk
    from services.hiring.record import Record
    from shared.web import Form


class DistrictPages(SearchPages):
    """The district takes part, and decides for the school."""

    def __init__(self, desk: DistrictDesk) -> None:
        super().__init__(desk)
        self._district = desk

    def acts(self, known: Record, staff: str) -> list[str]:
        """What this person may do now."""
        own = acts_of_district(known) if self._desk.heads(staff) else []
        return [*own, *super().acts(known, staff)]

    def give(self, search: str, act: str, staff: str, form: Form) -> None:
        """Give the command of an act."""
        desk = self._district
        match act:
            case "agree":
                desk.agree_terms(search, form.text("sha256"), by=staff)
            case "accept":
                form.text("act")  # a form with a problem records nothing
                desk.accept(search, by=staff)
            case "decline":
                desk.decline(
                    search,
                    by=staff,
                    category=choice(form, "category", Category, "C-HIRE-10"),
                    reviewed_by=form.text("reviewed_by"),
                    no_protected_characteristic=ticked(form, "no_protected_characteristic"),
                    reasons=form.text("reasons"),
                )
            case _:
                super().give(search, act, staff, form)

    def give_of_candidate(self, search: str, candidate: str, staff: str, form: Form) -> None:
        """Give the command of a form of the candidate's sheet."""
        if form.text("act") == "name":
            self._district.name_candidate(search, candidate, by=staff, name=form.text("name"))
        else:
            super().give_of_candidate(search, candidate, staff, form)
