"""Pages: templates in the shell that all services share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from shared.errors import Refused
from shared.web.forms import TOKEN_FIELD, Form, FormProblem
from shared.web.guard import Tokens
from shared.web.sign_in import SignIn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from shared.service import LinkStatus

NOON = 12


@dataclass(frozen=True)
class NavLink:
    """A link in the header of every page of a service."""

    path: str
    label: str
    staff_only: bool = True


@dataclass(frozen=True)
class Entry:
    """One line of a timeline."""

    at: datetime
    title: str
    text: str = ""
    by: str = ""
    clause: str = ""


class Pages:
    """Renders the pages of one service of one organisation.

    Args:
        folders: where templates are looked for, the service's own first.
        zone: instants are shown in this zone.
        organisation: what the organisation is called on its pages.
        nav: links in the header.
        link: shown to staff while something is not well.
        assets: addresses of the style sheets and scripts, by short name.
        scanned: whether files are scanned for malware before anybody opens them.
    """

    def __init__(
        self,
        *,
        folders: Sequence[Path],
        zone: ZoneInfo,
        organisation: str,
        nav: Sequence[NavLink],
        link: LinkStatus,
        assets: Mapping[str, str],
        scanned: bool,
    ) -> None:
        self.environment = Environment(
            loader=FileSystemLoader(folders),
            autoescape=select_autoescape(default=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.environment.filters.update(
            day=_day,
            label=lambda field: field.replace("_", " ").capitalize(),
            moment=lambda at: _moment(at, zone),
            org=organisation_name,
        )
        self.environment.globals.update(
            assets=assets, link=link, organisation=organisation, scanned=scanned, lang="en"
        )
        self._nav = tuple(nav)

    @classmethod
    def of(cls, request: Request) -> Pages:
        """Those of the site that is asked."""
        pages = request.app.state.pages
        assert isinstance(pages, cls)
        return pages

    def show(
        self, request: Request, template: str, /, *, status: int = 200, **facts: Any
    ) -> HTMLResponse:
        """Render a template of the service; its form, if it has one, is empty."""
        return self._render(request, template, status, {"form": Form(), "errors": {}, **facts})

    def again(
        self, request: Request, template: str, problem: Refused | FormProblem, /, **facts: Any
    ) -> HTMLResponse:
        """Render the page of a form again, filled in as it was sent, with what must be mended."""
        if isinstance(problem, Refused):
            errors, status = {problem.field or "": problem.reason}, 422
            facts["clause"] = problem.clause
        else:
            errors, status = problem.errors, problem.status
        sent = {"form": request.state.form, "errors": errors}
        return self._render(request, template, status, {**sent, **facts})

    def bare(self, template: str, /, *, status: int, **facts: Any) -> HTMLResponse:
        """Render a template that needs no shell: it asks nobody who is signed in."""
        return HTMLResponse(self.environment.get_template(template).render(facts), status)

    def _render(
        self, request: Request, template: str, status: int, facts: Mapping[str, Any]
    ) -> HTMLResponse:
        sign_in = SignIn.of(request)
        person = sign_in.person(request)
        tokens = Tokens.of(request)
        shell = {
            "clause": None,
            "nav": [link for link in self._nav if person or not link.staff_only],
            "path": request.url.path,
            "person": person,
            "may_sign_in": sign_in.possible(request),
            "alarms": sign_in.emergency.alarms() if person else [],
            "token_field": Markup('<input type="hidden" name="{}" value="{}">').format(
                TOKEN_FIELD, tokens.token(request)
            ),
        }
        text = self.environment.get_template(template).render({**shell, **facts})
        response = HTMLResponse(text, status)
        tokens.remember(request, response)
        return response


def organisation_name(slug: str) -> str:
    """What an organisation is called on pages: from its slug, "Snohomish School District"."""
    endings = {"sd": "School District", "ps": "Public Schools", "pd": "Police Department"}
    return " ".join(endings.get(word, word.capitalize()) for word in slug.split("-"))


def _day(day: date) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(day.isoformat(), _words(day))


def _moment(at: datetime, zone: ZoneInfo) -> Markup:
    here = at.astimezone(zone)
    half = "a.m." if here.hour < NOON else "p.m."
    text = f"{_words(here)}, {here.hour % NOON or NOON}:{here:%M} {half} {here:%Z}"
    return Markup('<time datetime="{}">{}</time>').format(here.isoformat("T", "seconds"), text)


def _words(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"
