"""Errors as people and programs see them: a page, or problem+json (RFC 9457).

No answer repeats what was sent, and no log line holds the words of an exception: either may be
personal. An unexpected error is logged as an incident, with its kind and place in the code.
"""

from __future__ import annotations

import secrets
import traceback
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import structlog
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from shared.errors import Refused
from shared.web.forms import FormProblem
from shared.web.guard import API, NotOurForm
from shared.web.limits import TooOften
from shared.web.pages import Pages
from shared.web.sign_in import NotSignedIn, sign_in_path

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fastapi import FastAPI
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger(__name__)

TITLES = {
    400: "This can't be read",
    401: "Sign in first",
    403: "Not allowed",
    404: "No such page",
    405: "Not possible here",
    413: "Too large",
    415: "This can't be read",
    422: "Something must be corrected",
    429: "Too often",
    503: "Not just now",
    500: "Something went wrong on our side",
}
DETAILS = {
    404: "There is nothing at this address. Check that it is written correctly.",
    405: "This address can be looked at, or sent to, but not both.",
}
TOO_LONG = {"string_too_long", "bytes_too_long"}
SHAPES = {
    "date_from_datetime_parsing": "write a date as YYYY-MM-DD, like 2026-03-02",
    "date_parsing": "write a date as YYYY-MM-DD, like 2026-03-02",
    "datetime_from_date_parsing": "write an instant like 2026-03-02T09:30:00-08:00",
    "datetime_parsing": "write an instant like 2026-03-02T09:30:00-08:00",
    "json_invalid": "this is not JSON",
    "uuid_parsing": "write a UUID",
}


@dataclass(frozen=True)
class Problem:
    """What went wrong with one request, and what would mend it."""

    status: int
    detail: str
    clause: str | None = None
    field: str | None = None
    errors: tuple[tuple[str, str], ...] = ()
    """Each wrong field with what is wrong with it."""
    incident: str | None = None
    """Under which the log tells more."""

    @property
    def title(self) -> str:
        """The kind of problem, in a few words."""
        return TITLES.get(self.status) or HTTPStatus(self.status).phrase

    def json(self) -> dict[str, Any]:
        """As a problem details object."""
        members = {
            "type": "about:blank",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "clause": self.clause,
            "field": self.field,
            "errors": [{"field": field, "detail": detail} for field, detail in self.errors],
            "incident": self.incident,
        }
        return {name: value for name, value in members.items() if value}


def answer(
    request: Request, problem: Problem, headers: Mapping[str, str] | None = None
) -> Response:
    """The problem, as JSON under `/api/` or when JSON is what was asked for, else as a page."""
    if _wants_json(request):
        response = _as_json(problem)
    else:
        response = Pages.of(request).show(
            request, "problem.html", status=problem.status, problem=problem
        )
    response.headers.update(headers or {})
    return response


def _wants_json(request: Request) -> bool:
    accept = request.headers.get("accept", "")
    return request.url.path.startswith(API) or ("json" in accept and "html" not in accept)


def _as_json(problem: Problem) -> Response:
    return JSONResponse(problem.json(), problem.status, media_type="application/problem+json")


def _on_refused(request: Request, refused: Refused) -> Response:
    return answer(request, Problem(422, refused.reason, refused.clause, refused.field))


def _on_form_problem(request: Request, wrong: FormProblem) -> Response:
    return answer(request, _of_fields(wrong.status, tuple(wrong.errors.items())))


def _on_invalid(request: Request, invalid: RequestValidationError) -> Response:
    found = invalid.errors()
    status = 413 if any(error["type"] in TOO_LONG for error in found) else 422
    return answer(request, _of_fields(status, tuple((_place(e), _wrong(e)) for e in found)))


def _on_http(request: Request, error: HTTPException) -> Response:
    plain = error.detail == HTTPStatus(error.status_code).phrase
    detail = DETAILS.get(error.status_code, error.detail) if plain else error.detail
    return answer(request, Problem(error.status_code, detail), error.headers)


def _on_not_signed_in(request: Request, _: NotSignedIn) -> Response:
    if request.url.path.startswith(API) or "hx-request" in request.headers:
        return answer(request, Problem(401, "This is for staff who are signed in."))
    if request.method == "GET":
        return RedirectResponse(sign_in_path(request), status_code=303)
    why = "You are signed out. Sign in again in another window, then send this again from here."
    return _send_again(request, 401, why)


def _on_not_our_form(request: Request, form: NotOurForm) -> Response:
    if form.ours:
        why = "This form was opened too long ago, or in a browser that has since been closed."
        return _send_again(request, 403, why)
    detail = (
        "The form did not come from a page of this site, or this browser keeps no cookies. Nothing"
        " was recorded. Allow cookies for this site, open the form again and send it."
    )
    return answer(request, Problem(403, detail))


def _on_too_often(request: Request, often: TooOften) -> Response:
    wait = f"{often.seconds} seconds" if often.seconds > 1 else "a second"
    why = f"Too much was sent from here in a short time. Wait {wait}, then send it again."
    if _wants_json(request):
        response = _as_json(Problem(429, why))
    else:
        response = _send_again(request, 429, why)
    response.headers["Retry-After"] = str(often.seconds)
    return response


def _send_again(request: Request, status: int, why: str) -> Response:
    """Keep what was written, and let it be sent once more with one press."""
    kept = request.state.form.pairs()
    return Pages.of(request).show(request, "send_again.html", status=status, why=why, kept=kept)


def _of_fields(status: int, errors: tuple[tuple[str, str], ...]) -> Problem:
    field, detail = errors[0]
    return Problem(status, f"{field}: {detail}" if field else detail, field=field, errors=errors)


def _place(error: Mapping[str, Any]) -> str:
    """The field's name as the sender knows it: without "body", and no place in broken JSON."""
    if error["type"] == "json_invalid":
        return ""
    return ".".join(str(step) for step in error["loc"][1:])


def _wrong(error: Mapping[str, Any]) -> str:
    """What is wrong, in words that hold nothing of what was sent."""
    shape = SHAPES.get(error["type"])
    if shape:
        return shape
    of_schema = not {"error", "tag", "attribute"} & set(error.get("ctx", {}))
    return str(error["msg"]) if of_schema else "this is not valid"


def _on_our_fault(request: Request, problem: Problem) -> Response:
    if _wants_json(request):
        return _as_json(problem)
    return Pages.of(request).bare("incident.html", status=problem.status, problem=problem)


HANDLERS: dict[type[Exception], Callable[[Request, Any], Response]] = {
    FormProblem: _on_form_problem,
    HTTPException: _on_http,
    NotOurForm: _on_not_our_form,
    NotSignedIn: _on_not_signed_in,
    Refused: _on_refused,
    TooOften: _on_too_often,
    RequestValidationError: _on_invalid,
}


class CutShort(Exception):
    """An answer broke off after it had begun; the log has the incident."""


class Incidents:
    """Answers what nobody foresaw, and logs it without its words."""

    def __init__(self, app: ASGIApp, site: FastAPI) -> None:
        self._app = app
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        started = False

        async def noting(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except Exception as error:  # whatever it is, it is answered and logged
            incident = secrets.token_hex(4)
            route = getattr(scope.get("route"), "path_format", None)
            log.error(  # noqa: TRY400  # an exception's words stay out of the log
                "incident", incident=incident, route=route, causes=_causes(error)
            )
            if started:
                raise CutShort(incident) from None
            detail = (
                "This is our fault, not yours. What you sent may be recorded or not: look before"
                f" you send it again. If it stays, tell the operator the number {incident}."
            )
            request = Request({**scope, "app": self._site}, receive)
            response = _on_our_fault(request, Problem(500, detail, incident=incident))
            await response(scope, receive, send)


def _causes(error: BaseException | None) -> list[str]:
    """The kinds of an exception and of its causes, and where each was raised."""
    causes = []
    while error is not None:
        frames = traceback.extract_tb(error.__traceback__)
        places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-5:]]
        causes.append(f"{type(error).__qualname__} at {' < '.join(reversed(places))}")
        error = error.__cause__ or error.__context__
    return causes
