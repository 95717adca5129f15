"""Sign-in: named demo people, without a password, on this machine only.

A session is a signed cookie with the reference of a member of staff. It counts only where demo
people may sign in at all, so a cookie taken elsewhere opens nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import ip_address
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from itsdangerous import BadSignature, TimestampSigner
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from shared.web.forms import Form, FormProblem, form_of

if TYPE_CHECKING:
    from shared.settings import Settings

SESSION_SECONDS = 8 * 60 * 60
LOCAL_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


@dataclass(frozen=True)
class DemoPerson:
    """Somebody who may sign in for a demonstration: references and titles, never a name.

    Each member of staff is listed once, with the role they act in.
    """

    staff: str
    role: str
    """The role's title, as people read it: "Principal"."""
    school: str | None
    """The school's title; None for the whole organisation."""


class NotSignedIn(Exception):
    """A page of staff was asked for without a session."""


class Sessions:
    """Who is signed in at one organisation."""

    def __init__(
        self, key: bytes, settings: Settings, people: Callable[[], Sequence[DemoPerson]]
    ) -> None:
        self._allowed = settings.demo_people
        self._cookie = f"accord-{settings.org}"
        self._signer = TimestampSigner(key, f"accord.{settings.org}.session", digest_method=sha256)
        self.people = people

    @classmethod
    def of(cls, request: Request) -> Sessions:
        """Those of the site that is asked."""
        sessions = request.app.state.sessions
        assert isinstance(sessions, cls)
        return sessions

    def allowed(self, request: Request) -> bool:
        """Whether demo people may sign in here: only if so set, and only from this machine.

        The name that was asked for must be this machine's too, or another site could point its
        own name here.
        """
        client = request.client.host if request.client else ""
        direct = not any(header in request.headers for header in FORWARDED)
        return self._allowed and direct and _loopback(client) and _loopback(_host(request))

    def person(self, request: Request) -> DemoPerson | None:
        """Who is signed in, while they are one of the people who may."""
        if not hasattr(request.state, "person"):
            staff = self._staff(request)
            known = self.people() if staff else ()
            request.state.person = next((p for p in known if p.staff == staff), None)
        person: DemoPerson | None = request.state.person
        return person

    def _staff(self, request: Request) -> str | None:
        cookie = request.cookies.get(self._cookie)
        if cookie is None or not self.allowed(request):
            return None
        try:
            return self._signer.unsign(cookie, max_age=SESSION_SECONDS).decode()
        except BadSignature:
            return None

    def start(self, request: Request, response: Response, staff: str) -> None:
        """Sign somebody in."""
        response.set_cookie(
            self._cookie,
            self._signer.sign(staff).decode(),
            max_age=SESSION_SECONDS,
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="lax",
        )

    def end(self, response: Response) -> None:
        """Sign out."""
        response.delete_cookie(self._cookie, httponly=True, samesite="lax")


def signed_in(request: Request) -> str | None:
    """The reference of the member of staff who is signed in; None for anybody else."""
    person = Sessions.of(request).person(request)
    return person.staff if person else None


def require_staff(request: Request) -> str:
    """The dependency of staff's pages: who is signed in; anybody else is asked to sign in."""
    staff = signed_in(request)
    if staff is None:
        raise NotSignedIn
    return staff


Staff = Annotated[str, Depends(require_staff)]
"""A route's parameter of this type is the reference of who is signed in."""

router = APIRouter(include_in_schema=False)


@router.get("/sign-in")
def choose(request: Request, next: str = "/") -> Response:  # noqa: A002  # the query's word
    """List who may sign in."""
    _allowed_only(request)
    return _page(request, next)


@router.post("/sign-in")
def sign_in(request: Request, form: Annotated[Form, Depends(form_of())]) -> Response:
    """Start a session, and go back to where somebody came from."""
    _allowed_only(request)
    sessions, staff = Sessions.of(request), form.text("staff")
    if not any(person.staff == staff for person in sessions.people()):
        problem = FormProblem({"staff": "choose one of the people listed"}, 422)
        return _page(request, form.text("next"), problem)
    response = RedirectResponse(_local(form.text("next")), status_code=303)
    sessions.start(request, response, staff)
    return response


@router.post("/sign-out")
def sign_out(request: Request) -> Response:
    """End the session."""
    response = RedirectResponse("/", status_code=303)
    Sessions.of(request).end(response)
    return response


def sign_in_path(request: Request) -> str:
    """Where to sign in, and then come back to the page that was asked for."""
    query = f"?{request.url.query}" if request.url.query else ""
    return "/sign-in?" + urlencode({"next": _local(request.url.path + query)})


def _allowed_only(request: Request) -> None:
    if not Sessions.of(request).allowed(request):
        raise HTTPException(
            403,
            "Demo people can sign in only where ACCORD_DEMO_PEOPLE is true, and only from the"
            " machine that runs this site, by http://localhost or http://127.0.0.1.",
        )


def _page(request: Request, back: str, problem: FormProblem | None = None) -> Response:
    pages = request.app.state.pages
    people = Sessions.of(request).people()
    options = [(p.staff, ", ".join(filter(None, (p.role, p.school, p.staff)))) for p in people]
    facts = {"options": options, "next": _local(back)}
    shown: Response = (
        pages.again(request, "sign_in.html", problem, **facts)
        if problem
        else pages.show(request, "sign_in.html", **facts)
    )
    return shown


def _local(path: str) -> str:
    """The path if it is one of this site, else the first page."""
    return path if LOCAL_PATH.fullmatch(path) else "/"


def _host(request: Request) -> str:
    host = request.headers.get("host", "")
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


def _loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
