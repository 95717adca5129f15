"""What the pages of both organisations share: acts as forms, and who looked at what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.incidents.api import shown
from shared.errors import Refused
from shared.web import Form, FormProblem, Pages, Staff, form_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.incidents.acts import Act, Field
    from services.incidents.application import IncidentsDesk

TEXT_CHARACTERS_MAX = 20_000
SENT = form_of(
    reasons=TEXT_CHARACTERS_MAX,
    note=TEXT_CHARACTERS_MAX,
    narrative=TEXT_CHARACTERS_MAX,
    report=TEXT_CHARACTERS_MAX,
    description=TEXT_CHARACTERS_MAX,
    account=TEXT_CHARACTERS_MAX,
)
Sent = Annotated[Form, Depends(SENT)]


class RecordPages:
    """Pages of one organisation's records, each act a form."""

    records: str
    """First part of the path of a record."""

    def __init__(self, desk: IncidentsDesk) -> None:
        self._common = desk

    def acts(self) -> Mapping[str, Act]:
        """The acts, by the last part of their path."""
        raise NotImplementedError

    def record(self, reference: str, staff: str) -> Any:
        """The record of a reference, for who may read it."""
        raise NotImplementedError

    def router(self) -> APIRouter:
        """The routes."""
        routes = APIRouter(include_in_schema=False)
        routes.add_api_route("/views", self.views)
        path = f"/{self.records}/{{reference}}/{{act}}"
        routes.add_api_route(path, self.act_form)
        routes.add_api_route(path, self.act, methods=["POST"])
        return routes

    def views(self, request: Request, staff: Staff) -> Response:
        """Who looked at what (C-PRIV-8)."""
        found = shown(lambda: self._common.views(by=staff))
        return Pages.of(request).show(request, "viewed.html", views=found)

    def act_form(self, request: Request, staff: Staff, reference: str, act: str) -> Response:
        """The form of an act."""
        return Pages.of(request).show(request, "act.html", **self._facts(reference, act, staff))

    def act(self, request: Request, staff: Staff, reference: str, act: str, form: Sent) -> Response:
        """Give the command; refused, the form comes again as it was sent."""
        facts = self._facts(reference, act, staff)
        try:
            self.acts()[act].give(reference, form, staff)
        except (Refused, FormProblem) as problem:
            return Pages.of(request).again(request, "act.html", problem, **facts)
        return RedirectResponse(f"/{self.records}/{reference}?done={act}", 303)

    def _facts(self, reference: str, act: str, staff: str) -> dict[str, Any]:
        record = shown(lambda: self.record(reference, staff))
        found = self.acts().get(act)
        if found is None:
            raise HTTPException(404)
        return form_facts(
            f"{found.title}: {reference}",
            found.button,
            found.fields(record),
            f"/{self.records}/{reference}/{act}",
            f"/{self.records}/{reference}",
        )


def form_facts(
    title: str, button: str, fields: tuple[Field, ...], action: str, back: str
) -> dict[str, Any]:
    """What the template of a form is given."""
    return {"title": title, "button": button, "fields": fields, "action": action, "back": back}


def sent(request: Request, facts: dict[str, Any], give: Any) -> Response:
    """Give a command of a form that begins something; refused, the form comes again."""
    try:
        path = give()
    except (Refused, FormProblem) as problem:
        return Pages.of(request).again(request, "act.html", problem, **facts)
    return RedirectResponse(path, 303)
