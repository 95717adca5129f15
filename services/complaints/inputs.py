"""What forms of the complaints pages send, as the words of the procedure; and what they offer."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from starlette.exceptions import HTTPException

from shared.errors import Refused
from shared.web import Member

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from services.complaints.office import Office
    from shared.web import Form

W = TypeVar("W", bound=StrEnum)

LANGUAGES = (
    ("en", "English"),
    ("es", "Español (Spanish)"),
    ("ru", "Русский (Russian)"),
    ("uk", "Українська (Ukrainian)"),
    ("vi", "Tiếng Việt (Vietnamese)"),
    ("zh", "中文 (Chinese)"),
)
NOT_LISTED = "choose one of those listed"


def choice(form: Form, name: str, words: type[W], clause: str) -> W:
    """The word that was chosen; refused when it is none of them."""
    return word(form.text(name), name, words, clause)


def choices(form: Form, name: str, words: type[W], clause: str) -> tuple[W, ...]:
    """Each word that was ticked."""
    return tuple(word(each, name, words, clause) for each in form.texts(name))


def word(text: str, name: str, words: type[W], clause: str) -> W:
    """A text as one of the words."""
    try:
        return words(text)
    except ValueError:
        raise Refused(clause, NOT_LISTED, name) from None  # the cause quotes what was sent


def ticked(form: Form, name: str) -> bool:
    """Whether a single box was ticked."""
    return form.text(name) == "yes"


def listed(words: Iterable[StrEnum]) -> list[tuple[str, str]]:
    """Words as the options of a field."""
    return [(each.value, each.value.capitalize()) for each in words]


def people(desk: Office) -> Sequence[Member]:
    """Who holds a role at the organisation today, each once, with the first of their roles."""
    reference, today = desk.reference.current(), desk.today()
    schools = reference.schools(today)
    found: dict[str, Member] = {}
    for each in reference.people(today):
        title = each.role.replace("_", " ").capitalize()
        school = None if each.school is None else schools.get(each.school, each.school)
        found.setdefault(each.staff, Member(each.staff, title, school))
    return tuple(found.values())


def not_shown(refused: Refused) -> HTTPException:
    """The answer to who asks for a page that is not theirs, or that does not exist."""
    theirs = refused.field == "by" or refused.clause == "C-COMP-6"
    return HTTPException(403 if theirs else 404, f"{_sentence(refused.reason)}")


def _sentence(reason: str) -> str:
    return f"{reason[0].upper()}{reason[1:]}."
