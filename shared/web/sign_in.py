"""Signing in: by the organisation's provider, or in an emergency by a secret that is used once.

For a demonstration, on this machine only, also as one of the named demo people without a password.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlencode, urlsplit

import structlog
from cryptography.fernet import Fernet, InvalidToken
from fastapi import APIRouter, Depends
from fastapi.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from shared.emergency import Emergency
from shared.errors import Refused
from shared.web.forms import Form, FormProblem, form_of
from shared.web.limits import Limit, limited
from shared.web.provider import Begun, NotProven, Provider, ProviderDown
from shared.web.sessions import Cookies, Kind, Session, SessionBook
from shared.who_may import Acting

if TYPE_CHECKING:
    from shared.desk import Desk
    from shared.settings import Settings

log = structlog.get_logger(__name__)

SESSION = "session"
FLOW = "flow"
FLOW_SECONDS = 10 * 60
LOCAL_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
EMERGENCIES = Limit("emergency sign-in", an_address=10, in_all=50, minutes=10)
AGAIN = "Go to the first page and sign in again."


@dataclass(frozen=True)
class Member:
    """Somebody of the staff: references and titles, never a name.

    Each member of staff is listed once, with the role they act in.
    """

    staff: str
    role: str
    """The role's title, as people read it: "Principal"."""
    school: str | None
    """The school's title; None for the whole organisation."""


class NotSignedIn(Exception):
    """A page of staff was asked for without a session."""


class SignIn:
    """How people sign in at one site, and who is signed in."""

    def __init__(
        self,
        settings: Settings,
        service: str,
        desk: Desk,
        key: bytes,
        people: Callable[[], Sequence[Member]],
    ) -> None:
        self._demo = settings.demo_people
        self.public_host = urlsplit(settings.public_url or "").netloc.format(service=service)
        self.provider = Provider(settings, service) if settings.oidc_issuer else None
        self.emergency = Emergency(desk)
        self.cookies = Cookies(settings, service)
        self.book = SessionBook(desk.engine, key)
        self.people = people
        self.flow = Fernet(Fernet.generate_key())
        """A sign-in that has begun ends with the process: it is begun again."""

    @classmethod
    def of(cls, request: Request) -> SignIn:
        """That of the site that is asked."""
        sign_in = request.app.state.sign_in
        assert isinstance(sign_in, cls)
        return sign_in

    def demo_allowed(self, request: Request) -> bool:
        """Whether demo people may sign in here: only if so set, and only from this machine.

        The name that was asked for must be this machine's too, or another site could point its
        own name here.
        """
        client = request.client.host if request.client else ""
        direct = not any(header in request.headers for header in FORWARDED)
        return self._demo and direct and _loopback(client) and _loopback(_host(request))

    def possible(self, request: Request) -> bool:
        """Whether there is any way to sign in from here."""
        return self.provider is not None or self.demo_allowed(request)

    def cookie(self, request: Request) -> str | None:
        """The value of the session's cookie, if the browser has one."""
        return request.cookies.get(self.cookies.name(SESSION))

    def session(self, request: Request) -> Session | None:
        """The session of who asks; a demo person's counts only where they may sign in."""
        if not hasattr(request.state, "session"):
            found = self.book.find(self.cookie(request))
            if found and found.kind is Kind.DEMO and not self.demo_allowed(request):
                found = None
            request.state.session = found
        session: Session | None = request.state.session
        return session

    def person(self, request: Request) -> Member | None:
        """Who is signed in, while they hold a role."""
        if not hasattr(request.state, "person"):
            session = self.session(request)
            request.state.person = self._member(session) if session else None
        person: Member | None = request.state.person
        return person

    def member(self, staff: str) -> Member | None:
        """The member of staff of a reference, while they hold a role."""
        return next((each for each in self.people() if each.staff == staff), None)

    def known(self, staff: str) -> str:
        """The reference, if it is of somebody who holds a role.

        Raises:
            Refused: it is not.
        """
        if self.member(staff) is None:
            raise Refused("C-TEAM-5", "give your own reference, such as staff-4", "staff")
        return staff

    def _member(self, session: Session) -> Member | None:
        known = self.member(session.staff)
        if known or not session.granted:
            return known
        return Member(session.staff, ", ".join(sorted(session.granted)).capitalize(), None)

    def start(self, response: Response, begun: tuple[str, int]) -> None:
        """Give the browser its session."""
        cookie, seconds = begun
        self.cookies.put(response, SESSION, cookie, seconds=seconds)


def signed_in(request: Request) -> Acting | None:
    """The reference of the member of staff who is signed in; None for anybody else."""
    sign_in = SignIn.of(request)
    session = sign_in.session(request)
    if session is None or sign_in.person(request) is None:
        return None
    return Acting(session.staff, session.granted)


def require_staff(request: Request) -> Acting:
    """The dependency of staff's pages: who is signed in; anybody else is asked to sign in."""
    staff = signed_in(request)
    if staff is None:
        raise NotSignedIn
    return staff


Staff = Annotated[Acting, Depends(require_staff)]
"""A route's parameter of this type is the reference of who is signed in."""

router = APIRouter(include_in_schema=False)


# --- Choosing how ---------------------------------------------------------------------------------


@router.get("/sign-in")
def choose(request: Request, next: str = "/") -> Response:  # noqa: A002  # the query's word
    """List the ways there are to sign in."""
    sign_in = SignIn.of(request)
    if not sign_in.demo_allowed(request):
        pages = request.app.state.pages
        facts = {"next": _local(next), "with_provider": sign_in.provider is not None}
        shown: Response = pages.show(request, "sign_in.html", **facts)
        return shown
    return _demo_page(request, next)


@router.post("/sign-in")
def sign_in_for_demo(request: Request, form: Annotated[Form, Depends(form_of())]) -> Response:
    """Start a demo person's session, and go back to where somebody came from."""
    sign_in, staff = SignIn.of(request), form.text("staff")
    if not sign_in.demo_allowed(request):
        raise HTTPException(
            403,
            "Demo people can sign in only where ACCORD_DEMO_PEOPLE is true, and only from the"
            " machine that runs this site, by http://localhost or http://127.0.0.1.",
        )
    if sign_in.member(staff) is None:
        problem = FormProblem({"staff": "choose one of the people listed"}, 422)
        return _demo_page(request, form.text("next"), problem)
    return _signed_in(
        sign_in,
        sign_in.book.begin(Kind.DEMO, staff, instead_of=sign_in.cookie(request)),
        form.text("next"),
    )


# --- By the provider ------------------------------------------------------------------------------


@router.get("/sign-in/provider")
async def to_provider(request: Request, next: str = "/") -> Response:  # noqa: A002  # the query's word
    """Go to the provider, and remember what must come back from there."""
    sign_in, provider = _provider(request)
    try:
        begun = await provider.begin()
    except ProviderDown as down:
        raise _away(down) from down
    response = RedirectResponse(begun.url, status_code=303)
    kept = json.dumps({**asdict(begun), "next": _local(next)}).encode()
    sign_in.cookies.put(response, FLOW, sign_in.flow.encrypt(kept).decode(), seconds=FLOW_SECONDS)
    return response


@router.get("/sign-in/done")
async def from_provider(
    request: Request, state: str = "", code: str = "", iss: str | None = None
) -> Response:
    """Come back from the provider, with a code that only it could have given."""
    sign_in, provider = _provider(request)
    begun, back = _begun(request, sign_in)
    if begun is None or not secrets.compare_digest(begun.state.encode(), state.encode()):
        raise HTTPException(400, f"This sign-in was not begun here, or too long ago. {AGAIN}")
    if not code or (iss is not None and iss != provider.issuer):
        raise HTTPException(403, f"Your organisation's sign-in did not let you in. {AGAIN}")
    try:
        proven = await provider.proven(begun, code)
    except ProviderDown as down:
        raise _away(down) from down
    except NotProven as unproven:
        log.warning("sign-in not proven", why=str(unproven))
        raise HTTPException(
            403,
            "What your organisation's sign-in answered does not prove who you are. Nothing was"
            f" recorded. {AGAIN} If it stays, tell the operator.",
        ) from unproven
    if not proven.granted and await run_in_threadpool(sign_in.member, proven.staff) is None:
        raise HTTPException(
            403,
            f"You are {proven.staff} here, and hold no role today. Whoever keeps the directory of"
            " staff can give you one.",
        )
    session = await run_in_threadpool(
        sign_in.book.begin,
        Kind.PROVIDER,
        proven.staff,
        proven.granted,
        at_provider=proven.at_provider,
        instead_of=sign_in.cookie(request),
    )
    response = _signed_in(sign_in, session, back)
    sign_in.cookies.take(response, FLOW)
    return response


@router.post("/api/signed-out")
async def ended_at_provider(
    request: Request, form: Annotated[Form, Depends(form_of(logout_token=20_000))]
) -> Response:
    """Take the provider's word that somebody has signed out there (back-channel logout)."""
    sign_in, provider = _provider(request)
    try:
        subject, session = await provider.ended(form.text("logout_token"))
    except ProviderDown as down:
        raise _away(down) from down
    except NotProven as unproven:
        raise HTTPException(400, "This is no logout token of the provider.") from unproven
    await run_in_threadpool(sign_in.book.end_at_provider, subject=subject, session=session)
    return Response(status_code=200)


# --- In an emergency ------------------------------------------------------------------------------


@router.get("/sign-in/emergency")
def emergency(request: Request) -> Response:
    """Ask for the secret, and for a reason."""
    shown: Response = request.app.state.pages.show(request, "emergency.html")
    return shown


@router.post("/sign-in/emergency", dependencies=[Depends(limited(EMERGENCIES))])
def sign_in_in_emergency(request: Request, form: Annotated[Form, Depends(form_of())]) -> Response:
    """Use the secret, once; the desk shows the alarm."""
    sign_in = SignIn.of(request)
    try:
        staff = sign_in.known(form.text("staff"))
        sign_in.emergency.use(form.text("secret"), staff=staff, reason=form.text("reason"))
    except (Refused, FormProblem) as problem:
        again: Response = request.app.state.pages.again(request, "emergency.html", problem)
        return again
    log.error("ALARM: emergency sign-in used")
    return _signed_in(
        sign_in, sign_in.book.begin(Kind.EMERGENCY, staff, instead_of=sign_in.cookie(request)), "/"
    )


# --- Signing out ----------------------------------------------------------------------------------


@router.post("/sign-out")
async def sign_out(request: Request) -> Response:
    """End the session, here and at the provider."""
    sign_in, elsewhere = SignIn.of(request), None
    cookie = sign_in.cookie(request)
    session = await run_in_threadpool(sign_in.book.find, cookie)
    if cookie and session:
        token = await run_in_threadpool(sign_in.book.id_token, cookie)
        await run_in_threadpool(sign_in.book.end, session.id)
        if token and sign_in.provider:
            elsewhere = await sign_in.provider.end_url(token)
    response: Response = RedirectResponse("/", status_code=303)
    if elsewhere:
        request.state.session = request.state.person = None
        response = request.app.state.pages.show(request, "signed_out.html", elsewhere=elsewhere)
        response.headers["Refresh"] = f"0; url={elsewhere}"  # a form may lead to no other site
    sign_in.cookies.take(response, SESSION)
    return response


def sign_in_path(request: Request) -> str:
    """Where to sign in, and then come back to the page that was asked for."""
    query = f"?{request.url.query}" if request.url.query else ""
    return "/sign-in?" + urlencode({"next": _local(request.url.path + query)})


def _signed_in(sign_in: SignIn, session: tuple[str, int], back: str) -> Response:
    response = RedirectResponse(_local(back), status_code=303)
    sign_in.start(response, session)
    return response


def _provider(request: Request) -> tuple[SignIn, Provider]:
    sign_in = SignIn.of(request)
    if sign_in.provider is None:
        raise HTTPException(404)
    return sign_in, sign_in.provider


def _begun(request: Request, sign_in: SignIn) -> tuple[Begun | None, str]:
    """What was remembered when this browser went to the provider, and where it wanted to go."""
    cookie = request.cookies.get(sign_in.cookies.name(FLOW), "")
    try:
        kept = json.loads(sign_in.flow.decrypt(cookie.encode(), ttl=FLOW_SECONDS))
    except InvalidToken:
        return None, "/"
    back = kept.pop("next")
    return Begun(**kept), back


def _away(down: ProviderDown) -> HTTPException:
    log.warning("the sign-in provider does not answer", why=str(down))
    return HTTPException(
        503,
        "Your organisation's sign-in does not answer. Try again in a few minutes. If it can't wait,"
        " there is an emergency sign-in on the page Staff sign-in, above.",
        headers={"Retry-After": "60"},
    )


def _demo_page(request: Request, back: str, problem: FormProblem | None = None) -> Response:
    pages = request.app.state.pages
    people = SignIn.of(request).people()
    options = [(p.staff, ", ".join(filter(None, (p.role, p.school, p.staff)))) for p in people]
    facts = {"options": options, "next": _local(back)}
    shown: Response = (
        pages.again(request, "sign_in_for_demo.html", problem, **facts)
        if problem
        else pages.show(request, "sign_in_for_demo.html", **facts)
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
