"""A toy service: one form, one page of staff, one interface, and pages that fail."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, FastAPI
from pydantic import BaseModel, Field, field_validator
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from shared.deadlines import Due
from shared.desk import Desk
from shared.errors import Refused
from shared.keyring import Keyring, master_key
from shared.service import LinkStatus
from shared.web import (
    Entry,
    Form,
    FormProblem,
    Limit,
    Member,
    NavLink,
    Pages,
    Staff,
    form_of,
    limited,
    signed_in,
    web_app,
)

if TYPE_CHECKING:
    from shared.settings import Settings

PEOPLE = [
    Member("staff-1", "Principal", "Sample Elementary"),
    Member("staff-2", "Superintendent", None),
]
NARRATIVE_CHARS_MAX = 50_000
NOTES = Limit("notes", an_address=3, in_all=5, minutes=1)
SECRET = "Placeholder-Sensitive-Text"


class ToyDesk(Desk):
    """Nobody gives it commands; the sessions are in its database."""

    name = "toy"


class Tip(BaseModel):
    """What the toy's interface takes."""

    narrative: Annotated[str, Field(max_length=NARRATIVE_CHARS_MAX)]
    happened_on: date
    channel: Literal["text", "mail"] = "text"
    matter: UUID | None = None
    contact: str = ""

    @field_validator("contact")
    @classmethod
    def _reachable(cls, contact: str) -> str:
        if contact:
            raise ValueError(f"{contact} can't be reached")
        return contact


router = APIRouter()


def toy(settings: Settings, link: LinkStatus, people: list[Member]) -> FastAPI:
    """The toy service's site; what was filed is in `app.state.filed`."""
    nav = (NavLink("/complaint", "File a complaint", staff_only=False), NavLink("/", "Docket"))
    folder = Path(__file__).parent / "pages"
    keyring = Keyring(settings.keys("toy"), master_key(settings.master_key_file("toy")))
    desk = ToyDesk(settings.org, settings.store("toy"), keyring)
    app = web_app(settings, "toy", desk, link, lambda: people, nav=nav, templates=folder)
    app.state.filed = []
    app.state.desk = desk
    app.include_router(router)
    return app


def written(form: Form) -> dict[str, object]:
    """The complaint in a form; refused without a narrative."""
    if not form.text("narrative"):
        raise Refused("C-COMP-2", "narrative must be given in writing", "narrative")
    upload = form.upload("evidence")
    return {
        "narrative": form.text("narrative"),
        "contact_name": form.text("contact_name"),
        "happened_on": str(form.day("happened_on", "C-COMP-1")),
        "allegations": list(form.texts("allegations")),
        "evidence": upload.content.decode() if upload else None,
    }


@router.get("/")
def home(request: Request, staff: Staff) -> Response:
    assert staff == signed_in(request)
    at = datetime(2026, 3, 2, 17, 30, tzinfo=UTC)
    return Pages.of(request).show(
        request,
        "home.html",
        rows=[["SSD-1", "open", "March 30"], ["SSD-2", "closed", "-"]],
        due=Due("known", date(2026, 3, 30), 20),
        entries=[Entry(at, "Received", "By form.", "staff-1", "C-COMP-1"), Entry(at, "Told")],
    )


@router.get("/letter")
def letter(request: Request) -> Response:
    return Pages.of(request).show(request, "letter.html")


@router.get("/complaint")
def form(request: Request) -> Response:
    return Pages.of(request).show(request, "complaint.html")


@router.post("/complaint")
def file(
    request: Request, form: Annotated[Form, Depends(form_of(narrative=NARRATIVE_CHARS_MAX))]
) -> Response:
    try:
        complaint = written(form)
    except (Refused, FormProblem) as problem:
        return Pages.of(request).again(request, "complaint.html", problem)
    request.app.state.filed.append(complaint)
    return JSONResponse(complaint, 201)


@router.post("/determination")
def determine(
    request: Request, staff: Staff, form: Annotated[Form, Depends(form_of())]
) -> Response:
    request.app.state.filed.append({"by": staff, "reasons": form.text("reasons")})
    return JSONResponse({"by": staff}, 201)


@router.post("/note", dependencies=[Depends(limited(NOTES))])
def note(request: Request, form: Annotated[Form, Depends(form_of())]) -> Response:
    request.app.state.filed.append({"note": form.text("note")})
    return JSONResponse({}, 201)


@router.post("/api/notes", dependencies=[Depends(limited(NOTES))])
def api_note() -> dict[str, str]:
    return {"noted": "yes"}


@router.post("/unmended")
def unmended(form: Annotated[Form, Depends(form_of())]) -> Response:
    return JSONResponse(form.text("narrative"))


@router.post("/api/tips")
def tip(request: Request, tip: Tip) -> dict[str, str]:
    request.app.state.filed.append({"narrative": tip.narrative})
    return {"filed": "yes"}


@router.get("/api/staff")
def who(staff: Staff) -> dict[str, str]:
    return {"staff": staff}


@router.get("/api/fault")
@router.get("/fault")
def fault() -> Response:
    raise RuntimeError(SECRET) from ValueError(SECRET)


@router.get("/api/refused")
@router.get("/refused")
def refused() -> Response:
    raise Refused("C-COMP-10", "choose a date after 2026-03-30, the due date", "anticipated_on")
