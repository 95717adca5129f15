"""What the pages of both organisations share: acts as forms, and who looked at what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.incidents.acts import check_filled
from services.incidents.api import shown
from shared.errors import Refused
from shared.web import Form, FormProblem, Pages, Staff, form_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from services.incidents.acts import Act, Begin, Field
    from services.incidents.application import IncidentsDesk

TEXT_CHARACTERS_MAX = 20_000
SENT = form_of(
    reasons=TEXT_CHARACTERS_MAX,
    note=TEXT_CHARACTERS_MAX,
    narrative=TEXT_CHARACTERS_MAX,
    report=TEXT_CHARACTERS_MAX,
    description=TEXT_CHARACTERS_MAX,
    exception=TEXT_CHARACTERS_MAX,
    account=TEXT_CHARACTERS_MAX,
)
Sent = Annotated[Form, Depends(SENT)]
SHOWN_BY = {"at": "on", "ended_at": "on", "received_at": "on", "offenses": "first"}
"""The field of a form that shows what a command calls otherwise, such as an instant by its day."""


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

    def begins(self) -> Mapping[str, Begin]:
        """What may be begun, by its path."""
        return {}

    def router(self) -> APIRouter:
        """The routes."""
        routes = APIRouter(include_in_schema=False)
        for begin in self.begins():
            routes.add_api_route(begin, self.begin_form)
            routes.add_api_route(begin, self.begin, methods=["POST"])
        routes.add_api_route("/views", self.views)
        path = f"/{self.records}/{{reference}}/{{act}}"
        routes.add_api_route(path, self.act_form)
        routes.add_api_route(path, self.act, methods=["POST"])
        return routes

    def views(self, request: Request, staff: Staff) -> Response:
        """Who looked at what (C-PRIV-8)."""
        found = shown(lambda: self._common.views(by=staff))
        return Pages.of(request).show(request, "viewed.html", views=found)

    def begin_form(self, request: Request, staff: Staff) -> Response:
        """The form of something new."""
        facts = self._begin_facts(request, staff)
        return Pages.of(request).show(request, "act.html", **facts)

    def begin(self, request: Request, staff: Staff, form: Sent) -> Response:
        """Begin it; refused, the form comes again as it was sent."""
        begin, facts = self.begins()[request.url.path], self._begin_facts(request, staff)
        return sent(request, form, facts, lambda: begin.give(form, staff))

    def act_form(self, request: Request, staff: Staff, reference: str, act: str) -> Response:
        """The form of an act."""
        return Pages.of(request).show(request, "act.html", **self._facts(reference, act, staff))

    def act(self, request: Request, staff: Staff, reference: str, act: str, form: Sent) -> Response:
        """Give the command; refused, the form comes again as it was sent."""
        facts = self._facts(reference, act, staff)

        def give() -> str:
            self.acts()[act].give(reference, form, staff)
            return f"/{self.records}/{reference}?done={act}"

        return sent(request, form, facts, give)

    def _begin_facts(self, request: Request, staff: str) -> dict[str, Any]:
        path = request.url.path
        begin = self.begins()[path]
        fields = shown(lambda: begin.fields(staff))
        return _form_facts(begin.title, begin.button, fields, path, begin.back)

    def _facts(self, reference: str, act: str, staff: str) -> dict[str, Any]:
        record = shown(lambda: self.record(reference, staff))
        found = self.acts().get(act)
        if found is None:
            raise HTTPException(404)
        back = f"/{self.records}/{reference}"
        title = f"{found.title}: {reference}"
        return _form_facts(title, found.button, found.fields(record), f"{back}/{act}", back)


def _form_facts(
    title: str, button: str, fields: tuple[Field, ...], action: str, back: str
) -> dict[str, Any]:
    """What the template of a form is given."""
    labels = {field.name: field.label for field in fields}
    return {
        "title": title,
        "button": button,
        "fields": fields,
        "action": action,
        "back": back,
        "labels": labels,
    }


def sent(request: Request, form: Form, facts: dict[str, Any], give: Callable[[], str]) -> Response:
    """Give a command, and go where it leads; refused, the form comes again."""
    try:
        check_filled(facts["fields"], form)
        path = give()
    except FormProblem as problem:
        return Pages.of(request).again(request, "act.html", problem, **facts)
    except Refused as refused:
        field = SHOWN_BY.get(refused.field or "", refused.field)
        told = Refused(refused.clause, refused.reason, field if field in facts["labels"] else None)
        return Pages.of(request).again(request, "act.html", told, **facts)
    return RedirectResponse(path, 303)
