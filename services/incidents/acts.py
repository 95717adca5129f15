"""Acts, each a form of its own: which fields it has, and which command it gives.

An `Act` changes a record, a `Begin` begins one. Pages make the form, its errors and what follows.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from shared.errors import Refused
from shared.web import FormProblem
from shared.web.inputs import NOT_LISTED, listed, word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date
    from enum import StrEnum
    from zoneinfo import ZoneInfo

    from shared.web import Form

W = TypeVar("W", bound="StrEnum")
HOUR = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
WHOLE = re.compile(r"[0-9]{1,4}")
UNPROCESSABLE = 422
YES = (("yes", "Yes"),)
YES_OR_NO = (("yes", "Yes"), ("no", "No"))
WANTED = {
    "radios": NOT_LISTED,
    "select": NOT_LISTED,
    "checkboxes": "tick what holds",
    "date": "give the day, as YYYY-MM-DD",
}
"""What mends a field that was left empty, by its kind; a text is to be written."""


class Field(NamedTuple):
    """One field of a form, as the page shows it."""

    kind: str
    """text, date, textarea, select, radios or checkboxes."""
    name: str
    label: str
    options: Sequence[tuple[str, str]] = ()
    hint: str = ""
    required: bool = False
    value: str = ""


class Act(NamedTuple):
    """Something that may be done with a record."""

    title: str
    button: str
    fields: Callable[[Any], tuple[Field, ...]]
    """Given the record."""
    give: Callable[[str, Form, str], None]
    """Given the reference, the form and who sent it."""
    group: str = ""
    """The heading under which the record's page offers it."""
    when: Callable[[Any], bool] = lambda _: True
    """Whether it is offered, given the record; the command itself refuses what can't be."""


class Begin(NamedTuple):
    """Something that begins a record."""

    title: str
    button: str
    fields: Callable[[str], tuple[Field, ...]]
    """Given who is to fill it in."""
    give: Callable[[Form, str], str]
    """Given the form and who sent it; gives the path that follows."""
    back: str


def check_filled(fields: Iterable[Field], form: Form) -> None:
    """Refuse a form with required fields that were left empty, each with what mends it.

    Raises:
        FormProblem: names them all at once.
    """
    empty = {
        each.name: WANTED.get(each.kind, "write it: nothing was entered")
        for each in fields
        if each.required and not "".join(form.texts(each.name)).strip()
    }
    if empty:
        raise FormProblem(empty, UNPROCESSABLE)


def words(kind: str, name: str, label: str, of: Iterable[StrEnum], **other: Any) -> Field:
    """A field that offers words, and has to be chosen unless told otherwise."""
    return Field(kind, name, label, listed(of), **{"required": True, **other})


def reasons(label: str = "Reasons", hint: str = "They stay with us, sealed.") -> Field:
    """Why, in writing."""
    return Field("textarea", "reasons", label, hint=hint, required=True)


def happened(now: datetime, zone: ZoneInfo, label: str = "Day") -> tuple[Field, Field]:
    """When it happened: a day and an hour."""
    here = now.astimezone(zone)
    return (
        Field("date", "on", label, required=True, value=here.date().isoformat()),
        Field("text", "time", "Time", hint="24 hours, like 13:45", required=True),
    )


def instant_of(form: Form, zone: ZoneInfo, clause: str) -> datetime:
    """When it happened, from a day and an hour."""
    hour = HOUR.fullmatch(form.text("time"))
    day = day_of(form, clause)
    if hour is None:
        raise Refused(clause, "write the time as 24 hours, like 13:45", "time")
    local = datetime.combine(day, time(int(hour[1]), int(hour[2])), zone)
    return local.astimezone(UTC)


def day_of(form: Form, clause: str, name: str = "on") -> date:
    """A day that has to be given."""
    day = form.day(name, clause)
    if day is None:
        raise Refused(clause, "give the day, as YYYY-MM-DD", name)
    return day


def whole(form: Form, name: str, clause: str) -> int | None:
    """A whole number, None where the field is empty."""
    text = form.text(name)
    if not text:
        return None
    if not WHOLE.fullmatch(text):
        raise Refused(clause, "write a whole number, like 2", name)
    return int(text)


def needed(form: Form, name: str, clause: str) -> int:
    """A whole number that has to be given."""
    found = whole(form, name, clause)
    if found is None:
        raise Refused(clause, NOT_LISTED, name)
    return found


def word_if(form: Form, name: str, of: type[W], clause: str) -> W | None:
    """A word that was chosen, None where none was."""
    text = form.text(name)
    return word(text, name, of, clause) if text else None


def numbered(form: Form, name: str, clause: str) -> int:
    """The number of what was chosen from a list."""
    text = form.text(name)
    if not WHOLE.fullmatch(text):
        raise Refused(clause, NOT_LISTED, name)
    return int(text)


def references(form: Form, name: str) -> tuple[str, ...]:
    """References that were ticked, or written with commas or spaces between them."""
    return tuple(part for text in form.texts(name) for part in re.split(r"[,\s]+", text) if part)


def offered(acts: Mapping[str, Act], record: Any) -> dict[str, list[tuple[str, str]]]:
    """The acts that a record is open to, as links: by group, each by its path and title."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name, act in acts.items():
        if act.when(record):
            found.setdefault(act.group, []).append((name, act.title))
    return found
