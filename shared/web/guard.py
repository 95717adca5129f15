"""What stands before every route: the size of a body, where a form came from, and its token.

A form is taken only from our own pages: the browser's word on where it comes from, where it gives
one, and a signed token in a hidden field that matches a cookie. Interfaces under `/api/` carry no
token; no other site can post to them with the session's cookie (SameSite, and the same check of
where it comes from).
"""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from itsdangerous import Signer
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request

from shared.web.forms import TOKEN_FIELD, read_form
from shared.web.sign_in import SignIn

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from shared.web.sessions import Cookies

API = "/api/"
FORM = "form"
STATIC = "/static/"
BODY_BYTES_MAX = 32 * 1024 * 1024
BODY_DRAINED_BYTES_MAX = 4 * BODY_BYTES_MAX
"""What is read past the limit, so that the sender sees the answer and not a cut connection."""

HSTS = "max-age=31536000; includeSubDomains"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self';"
        " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class NotOurForm(Exception):
    """A form without the token of its page; `ours` when the browser says it was our page's."""

    def __init__(self, *, ours: bool) -> None:
        super().__init__("a form came without its token")
        self.ours = ours


class Tokens:
    """The tokens of forms: a random cookie, and its signature in the form."""

    def __init__(self, key: bytes, org: str, cookies: Cookies) -> None:
        self._signer = Signer(key, f"accord.{org}.form", digest_method=sha256)
        self._cookies = cookies
        self._cookie = cookies.name(FORM)

    @classmethod
    def of(cls, request: Request) -> Tokens:
        """Those of the site that is asked."""
        tokens = request.app.state.tokens
        assert isinstance(tokens, cls)
        return tokens

    def token(self, request: Request) -> str:
        """The token for the forms of a page; `remember` goes with it."""
        return self._signer.get_signature(self._nonce(request)).decode()

    def remember(self, request: Request, response: Response) -> None:
        """Set the cookie that a page's token matches, if it is not there yet."""
        if self._cookie not in request.cookies:
            self._cookies.put(response, FORM, self._nonce(request))

    def match(self, request: Request, token: str) -> bool:
        """Whether a token belongs to the cookie that came with it."""
        nonce = request.cookies.get(self._cookie)
        return nonce is not None and self._signer.verify_signature(nonce.encode(), token.encode())

    def _nonce(self, request: Request) -> str:
        known = request.cookies.get(self._cookie)
        if known is not None:
            return known
        if not hasattr(request.state, "nonce"):
            request.state.nonce = secrets.token_urlsafe(32)
        nonce: str = request.state.nonce
        return nonce


async def guarded(request: Request) -> None:
    """The dependency of every route: where a change comes from, and the form's token.

    The form is kept in `request.state.form`.
    """
    if request.method in {"GET", "HEAD", "OPTIONS"}:
        return
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    elsewhere = site is not None and site not in {"same-origin", "none"}
    if origin is not None and origin != "null":  # browsers say "null" under our referrer policy
        here = SignIn.of(request).public_host or request.headers.get("host")
        elsewhere = elsewhere or urlsplit(origin).netloc != here
    if elsewhere:
        raise HTTPException(403, "This was sent from another site. Nothing was recorded.")
    if request.url.path.startswith(API):
        return
    request.state.form = await read_form(request)
    if not Tokens.of(request).match(request, request.state.form.shown(TOKEN_FIELD)):
        raise NotOurForm(ours=site == "same-origin")


class SecureHeaders:
    """Sets on every answer what browsers must know, and that nothing but static files is kept."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._headers = HEADERS | ({"Strict-Transport-Security": HSTS} if https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self._headers)
                if not scope["path"].startswith(STATIC):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, with_headers)


class BoundedBody:
    """Refuses a body over the limit, in bounded memory, whether or not its length was declared."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        read = 0

        async def bounded() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read <= BODY_BYTES_MAX:
                return message
            while message.get("more_body") and read <= BODY_DRAINED_BYTES_MAX:
                message = await receive()
                read += len(message.get("body", b""))
            limit = BODY_BYTES_MAX // 1024**2
            raise HTTPException(
                413,
                f"All that was sent together is larger than {limit} MB. Nothing was recorded."
                " Shorten the texts, or send fewer or smaller files.",
            )

        await self._app(scope, bounded, send)
