"""What forms of the complaints pages offer, and what is answered to who may not see a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException

from shared.web.inputs import people_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.complaints.office import ComplaintsOffice
    from shared.errors import Refused
    from shared.web import Member

LANGUAGES = (
    ("en", "English"),
    ("es", "Español (Spanish)"),
    ("ru", "Русский (Russian)"),
    ("uk", "Українська (Ukrainian)"),
    ("vi", "Tiếng Việt (Vietnamese)"),
    ("zh", "中文 (Chinese)"),
)


def people(desk: ComplaintsOffice) -> Sequence[Member]:
    """Who holds a role at the organisation today, each once, with the first of their roles."""
    return people_of(desk.reference.current(), desk.today())


def not_shown(refused: Refused) -> HTTPException:
    """The answer to who asks for a page that is not theirs, or that does not exist."""
    theirs = refused.field == "by" or refused.clause == "C-COMP-6"
    return HTTPException(403 if theirs else 404, f"{_sentence(refused.reason)}")


def _sentence(reason: str) -> str:
    return f"{reason[0].upper()}{reason[1:]}."
