"""Messages to the tip line that no program could read: a person reads them here (C-COMP-2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.complaints.inputs import not_shown
from services.complaints.legible import clean
from shared.errors import Refused
from shared.web import Form, FormProblem, Pages, Staff, form_of

if TYPE_CHECKING:
    from services.complaints.tipline import TipLine

SHOWN_CHARS_MAX = 100_000


class TipsPages:
    """The page of one message in the tray."""

    def __init__(self, tip_line: TipLine) -> None:
        self._tip_line = tip_line

    def router(self) -> APIRouter:
        """The routes."""
        routes = APIRouter(include_in_schema=False)
        routes.add_api_route("/tips/{tip}", self.show)
        routes.add_api_route("/tips/{tip}", self.settle, methods=["POST"])
        return routes

    def show(self, request: Request, staff: Staff, tip: UUID) -> Response:
        """The message as text, and what became of it."""
        return Pages.of(request).show(request, "tip.html", **self._facts(tip, staff))

    def settle(
        self, request: Request, staff: Staff, tip: UUID, form: Annotated[Form, Depends(form_of())]
    ) -> Response:
        """Say which complaint it became, or that it is none."""
        facts = self._facts(tip, staff)
        try:
            self._tip_line.settle(tip, by=staff, number=form.text("number"))
        except (Refused, FormProblem) as problem:
            return Pages.of(request).again(request, "tip.html", problem, **facts)
        return RedirectResponse("/docket", 303)

    def _facts(self, tip: UUID, staff: str) -> dict[str, Any]:
        try:
            raw = self._tip_line.opened(tip, by=staff)
        except Refused as refused:
            raise not_shown(refused) from None
        text = clean(raw.decode("utf-8", "replace"))
        return {"tip": tip, "size": len(raw), "text": text[:SHOWN_CHARS_MAX]}
