"""The status page: by number and passphrase, without an account (C-COMP-20).

The passphrase is in no address. Once shown it is kept, encrypted, in a cookie that this browser
sends only to this complaint's pages and only for a while.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING, Annotated, Any

from cryptography.fernet import Fernet, InvalidToken
from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.complaints.matter import matter_id, number_of
from services.complaints.views import WAITING, Status, status
from services.complaints.words import Stage
from shared.errors import Refused
from shared.web import Form, FormProblem, Limit, Pages, address_of, form_of, limited
from shared.web.sign_in import SignIn

if TYPE_CHECKING:
    from services.complaints.application import ComplaintsDesk

COOKIE = "accord-follow"
SHOWN_SECONDS = 30 * 60
TRIES = Limit("follow", an_address=60, in_all=1_200, minutes=10)
WRITINGS = Limit("write as complainant", an_address=30, in_all=300, minutes=10)
STAGES = {
    Stage.RECEIVED: "The district has your complaint. The investigation has not begun yet.",
    Stage.INVESTIGATION: "The district is investigating.",
    Stage.DETERMINED: "The district has given its written answer. You may appeal.",
    Stage.APPEAL: "An appeal is with the Superintendent.",
    Stage.ANSWERED: "The Superintendent has answered the appeal.",
    Stage.CLOSED: "The district closed it without a determination. You may appeal.",
}


class StatusPages:
    """What a complainant reads and does."""

    def __init__(self, desk: ComplaintsDesk) -> None:
        self._desk = desk
        self._shown = Fernet(urlsafe_b64encode(desk.keyring.derived("status page")))

    def router(self) -> APIRouter:
        """The routes."""
        routes = APIRouter(include_in_schema=False)
        routes.add_api_route("/follow", self.ask)
        routes.add_api_route(
            "/follow", self.open, methods=["POST"], dependencies=[Depends(limited(TRIES))]
        )
        routes.add_api_route("/follow/{number}", self.show)
        routes.add_api_route("/follow/{number}/letters/{place}", self.letter)
        routes.add_api_route("/follow/{number}/leave", self.leave, methods=["POST"])
        routes.add_api_route(
            "/follow/{number}/{act}",
            self.do,
            methods=["POST"],
            dependencies=[Depends(limited(WRITINGS))],
        )
        return routes

    def ask(self, request: Request) -> Response:
        """Ask for number and passphrase."""
        return Pages.of(request).show(request, "follow.html")

    def open(self, request: Request, form: Annotated[Form, Depends(form_of())]) -> Response:
        """Show the status page to who knows both."""
        try:
            number = self._desk.proven(
                form.text("number"), form.text("passphrase"), address=address_of(request)
            ).number
        except (Refused, FormProblem) as problem:
            return Pages.of(request).again(request, "follow.html", problem)
        return self._to_status(request, number, form.text("passphrase"))

    def show(self, request: Request, number: str) -> Response:
        """The status page."""
        passphrase = self._passphrase(request)
        if passphrase is None:
            return RedirectResponse("/follow", 303)
        try:
            shown = status(self._desk, number, passphrase, address_of(request))
        except Refused as refused:  # somebody else tries passphrases: this number waits
            errors = {refused.field or "": refused.reason}
            return Pages.of(request).show(request, "follow.html", status=422, errors=errors)
        return Pages.of(request).show(request, "status.html", **_facts(shown))

    def letter(self, request: Request, number: str, place: int) -> Response:
        """One letter, to print."""
        passphrase = self._passphrase(request)
        if passphrase is None:
            return RedirectResponse("/follow", 303)
        history = status(self._desk, number, passphrase, address_of(request)).history
        line = history[place] if 0 <= place < len(history) else None
        text = dict(line.details).get("Letter") if line else None
        if text is None:
            return RedirectResponse(f"/follow/{number}", 303)
        return Pages.of(request).show(
            request, "letter.html", number=number, text=text, back=f"/follow/{number}"
        )

    def do(
        self,
        request: Request,
        number: str,
        act: str,
        form: Annotated[Form, Depends(form_of(text=100_000, grounds=100_000))],
    ) -> Response:
        """Write, withdraw or appeal, then come back; what was written outlives the cookie."""
        given = form.shown("passphrase") or self._passphrase(request)
        if given is None:
            return self._prove_again(request, number, form)
        try:
            shown = status(self._desk, number, given, address_of(request))
        except Refused as refused:
            return self._prove_again(request, number, form, refused)
        try:
            self._act(act, number, given, form)
        except (Refused, FormProblem) as problem:
            return Pages.of(request).again(request, "status.html", problem, **_facts(shown))
        return self._to_status(request, shown.number, given)

    def leave(self, number: str) -> Response:
        """Forget the passphrase, for browsers that others use too."""
        path = f"/follow/{number_of(matter_id(number))}"
        response = RedirectResponse("/follow", 303)
        response.delete_cookie(COOKIE, path=path, httponly=True, samesite="strict")
        return response

    def _act(self, act: str, number: str, passphrase: str, form: Form) -> None:
        match act:
            case "message":
                self._desk.write_own_message(number, passphrase, text=form.text("text"))
            case "withdraw":
                self._desk.withdraw(number, passphrase, reasons=form.text("reasons"))
            case "appeal":
                self._desk.appeal_own(number, passphrase, grounds=form.text("grounds"))
            case _:
                raise Refused("C-COMP-20", "choose what to do from the page")

    def _prove_again(
        self, request: Request, number: str, form: Form, refused: Refused | None = None
    ) -> Response:
        kept = [pair for pair in form.pairs() if pair[0] != "passphrase"]
        facts = {"number": number, "kept": kept}
        if refused is None:
            return Pages.of(request).show(request, "prove_again.html", status=401, **facts)
        return Pages.of(request).again(request, "prove_again.html", refused, **facts)

    def _to_status(self, request: Request, number: str, passphrase: str) -> Response:
        response = RedirectResponse(f"/follow/{number}", 303)
        response.set_cookie(
            COOKIE,
            self._shown.encrypt(passphrase.encode()).decode(),
            max_age=SHOWN_SECONDS,
            path=f"/follow/{number}",
            secure=SignIn.of(request).cookies.secure,
            httponly=True,
            samesite="strict",
        )
        return response

    def _passphrase(self, request: Request) -> str | None:
        """What was shown for this number in this browser a short while ago."""
        cookie = request.cookies.get(COOKIE, "")
        try:
            return self._shown.decrypt(cookie.encode(), ttl=SHOWN_SECONDS).decode()
        except InvalidToken:
            return None


def _facts(shown: Status) -> dict[str, Any]:
    return {"matter": shown, "stage": STAGES[shown.stage], "waiting": WAITING}
