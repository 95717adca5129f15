"""What forms send, as the words of a service, and what they offer; and who may sign in."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from shared.errors import Refused
from shared.web.sign_in import DemoPerson

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from shared.reference import Reference
    from shared.web.forms import Form

W = TypeVar("W", bound=StrEnum)
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


def people_of(reference: Reference, today: date) -> Sequence[DemoPerson]:
    """Who holds a role at the organisation today, each once, with the first of their roles."""
    schools = reference.schools(today)
    found: dict[str, DemoPerson] = {}
    for each in reference.people(today):
        title = each.role.replace("_", " ").capitalize()
        school = None if each.school is None else schools.get(each.school, each.school)
        found.setdefault(each.staff, DemoPerson(each.staff, title, school))
    return tuple(found.values())
