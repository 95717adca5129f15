"""A post: one role, at one school or for the whole organisation, and who holds it when."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from services.directory.policy import (
    AT_A_SCHOOL,
    ONE_AT_A_TIME,
    Kind,
    Role,
    check_period,
    covers,
    overlap,
    roles_of,
    school_slug,
    staff_reference,
)
from shared.aggregate import Aggregate, CreatedEvent, Event
from shared.errors import Refused


class Post(Aggregate):
    """Who holds a role, so that "exactly one at a time" is kept also when two appoint at once."""

    TOPIC = "post"

    def __init__(self) -> None:
        self.role: Role
        self.school: str | None
        self.terms: dict[tuple[str, date], date | None] = {}

    def held_by(self, staff: str, day: date) -> bool:
        """Whether a person holds the post on a day."""
        return any(
            who == staff and covers(begun, ended, day) for (who, begun), ended in self.terms.items()
        )


class PostEstablished(CreatedEvent):
    """A role can be held, at a school or for the whole organisation (C-TEAM-3, C-TEAM-5)."""

    TOPIC: ClassVar[str] = "post.established"

    role: Role
    school: str | None

    def apply(self, post: Post) -> None:
        post.role = self.role
        post.school = self.school


class Appointed(Event):
    """A person holds the post from a day on; said again when the last day changes (C-TEAM-5)."""

    TOPIC: ClassVar[str] = "post.appointed"

    staff: str
    role: Role
    school: str | None
    effective_from: date
    effective_to: date | None

    def apply(self, post: Post) -> None:
        post.terms = {**post.terms, (self.staff, self.effective_from): self.effective_to}


def establish(kind: Kind, *, role: Role, school: str | None) -> PostEstablished:
    """Make a role one that can be held; principals and designees at a school (C-TEAM-3)."""
    if role not in roles_of(kind):
        ours = ", ".join(roles_of(kind))
        raise Refused("C-TEAM-5", f"role is not one of the {kind}'s: choose of {ours}", "role")
    if role in AT_A_SCHOOL and school is None:
        raise Refused("C-TEAM-3", f"a {role} needs a school: give the school's reference", "school")
    if role not in AT_A_SCHOOL and school is not None:
        raise Refused(
            "C-TEAM-5", f"{role} is for the whole organisation: leave school empty", "school"
        )
    return PostEstablished(role=role, school=None if school is None else school_slug(school))


def appoint(
    post: Post, kind: Kind, *, staff: str, effective_from: date, effective_to: date | None
) -> Appointed:
    """Appoint a person; of program directors there is one at a time (C-TEAM-2)."""
    staff_reference(kind, staff)
    check_period(effective_from, effective_to)
    if post.role in ONE_AT_A_TIME:
        for (other, begun), ended in post.terms.items():
            if other != staff and overlap((effective_from, effective_to), (begun, ended)):
                until = "with no last day" if ended is None else f"until {ended}"
                raise Refused(
                    "C-TEAM-2",
                    f"{other} is {post.role} from {begun} {until}: end that appointment first, or"
                    " choose days outside it",
                    "effective_from",
                )
    return Appointed(
        staff=staff,
        role=post.role,
        school=post.school,
        effective_from=effective_from,
        effective_to=effective_to,
    )
