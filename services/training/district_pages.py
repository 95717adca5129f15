"""The district's pages: countersigning, disputing, and the trainings it holds (C-TRN-3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.training.district_desk import staff_trainings
from services.training.pages import MatrixPages, day_of, ground_of
from services.training.words import KEPT_BY
from shared.errors import Refused
from shared.web import Form, FormProblem, Pages, Staff, form_of
from shared.web.inputs import people_of

if TYPE_CHECKING:
    from services.training.district_desk import DistrictDesk


class DistrictPages(MatrixPages):
    """The district's matrix, its doubts, and its own trainings."""

    def __init__(self, desk: DistrictDesk) -> None:
        super().__init__(desk)
        self._district = desk

    def router(self) -> APIRouter:
        """The routes."""
        routes = super().router()
        routes.add_api_route("/trainings", self.trainings)
        routes.add_api_route("/trainings", self.hold, methods=["POST"])
        return routes

    def give(self, officer: str, number: int, act: str, staff: str, form: Form) -> None:
        """Give the command of an act."""
        match act:
            case "countersign":
                form.text("reasons")  # a form with a problem records nothing
                self._district.countersign(officer, number, by=staff)
            case "dispute":
                ground, reasons = ground_of(form), form.text("reasons")
                self._district.dispute(officer, number, by=staff, ground=ground, reasons=reasons)
            case _:
                super().give(officer, number, act, staff, form)

    def trainings(self, request: Request, staff: Staff, done: str = "") -> Response:
        """The trainings held, who of the staff may ask an SRO, and the form for one more."""
        facts = self._held_facts(staff)
        return Pages.of(request).show(request, "trainings.html", done=bool(done), **facts)

    def hold(
        self, request: Request, staff: Staff, form: Annotated[Form, Depends(form_of())]
    ) -> Response:
        """Enter a training with who attended (C-TRN-3, C-TRN-4)."""
        facts = self._held_facts(staff)
        try:
            self._district.hold_training(
                by=staff,
                requirement=form.text("requirement"),
                held_on=day_of(form, "held_on", "C-TRN-3"),
                school=form.text("school") or None,
                hours=None,
                officers=form.texts("officers"),
                staff=form.texts("staff"),
            )
        except (Refused, FormProblem) as problem:
            return Pages.of(request).again(request, "trainings.html", problem, done=False, **facts)
        return RedirectResponse("/trainings?done=held", 303)

    def _held_facts(self, staff: str) -> dict[str, Any]:
        desk, today = self._district, self._district.today()
        self._read(lambda: desk.check_reads(staff))
        in_force = desk.rules().catalogs.in_force(today, today)
        own = [
            e.requirement for e in in_force.values() if KEPT_BY[e.requirement.kind] == "district"
        ]
        reference = desk.reference.current()
        people = people_of(reference, today)
        return {
            "held": desk.trainings.held(),
            "titles": {each.id: each.title for each in own},
            "requirements": [(each.id, each.title) for each in own],
            "schools": reference.schools(today),
            "officers": [(each, each) for each in desk.listed()],
            "people": [
                (p.staff, ", ".join(filter(None, (p.role, p.school, p.staff)))) for p in people
            ],
            "trained": {
                requirement: desk.trainings.trained(requirement, today)
                for requirement in staff_trainings(desk)
            },
        }
