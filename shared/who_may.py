"""Who may give which command: a right at each, which the desk itself enforces.

A command is a method that takes `by`, or the `passphrase` of a complainant. A class whose command
has no right can't be made, so no command starts without one. The right is looked at twice: before
the command runs, by the roles of who gives it, and again on the state that is decided on, so that
what somebody else changed in between counts.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from inspect import isfunction, signature
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from shared.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

PUBLIC = "public"
"""Who gives what comes in by itself: a form, a tip."""
OPERATOR = "operator"
"""Who gives commands on the machine itself; there is no desk without one."""
GIVERS = ("by", "passphrase")

C = TypeVar("C", bound="Callable[..., Any]")


@dataclass(frozen=True)
class Standing:
    """The roles a person holds on a day, each at a school or (None) for the organisation."""

    staff: str
    roles: frozenset[tuple[str, str | None]]

    def holds(self, *roles: str, school: str | None = None) -> bool:
        """Whether one of the roles is held, for the school or for the whole organisation."""
        return any(role in roles and at in (None, school) for role, at in self.roles)


class Acting(str):
    """The reference of who acts, with the roles that signing in gave beside the directory's."""

    granted: frozenset[str]

    def __new__(cls, staff: str, granted: Iterable[str] = ()) -> Acting:
        """Make one; it is written down as the reference alone."""
        acting = super().__new__(cls, staff)
        acting.granted = frozenset(granted)
        return acting


@dataclass(frozen=True)
class About:
    """What a right looks at, of what a command is about."""

    school: str | None = None
    """The school it belongs to, once it is known."""
    past_school: bool = False
    """It is kept from the school's own roles."""
    assigned: str | None = None
    """Who it was given to."""
    aside: tuple[str, ...] = ()
    """Who stepped aside in it."""


NOTHING = About()


@dataclass(frozen=True)
class Right:
    """Who may give a command: any one of these ways is enough."""

    clause: str
    reason: str
    """Why anybody else is refused, and whose it is."""
    roles: frozenset[str] = frozenset()
    """Who holds one of these, whatever it is about; `public` and `operator` are roles here."""
    at_school: frozenset[str] = frozenset()
    """Who holds one of these at the school it is about."""
    no_school: frozenset[str] = frozenset()
    """Who holds one of these, while no school is known."""
    assigned: bool = False
    """Who it was given to, whatever their role."""
    aside_too: bool = False
    """Also who stepped aside."""

    def allows(self, who: Standing, about: About = NOTHING) -> bool:
        """Whether somebody may give the command about this."""
        if who.staff in about.aside:
            return self.aside_too
        if who.holds(*self.roles) or (self.assigned and who.staff == about.assigned):
            return True
        if about.school is None:
            return who.holds(*self.no_school)
        return not about.past_school and who.holds(*self.at_school, school=about.school)

    def check(self, who: Standing, about: About) -> None:
        """Refuse who may not.

        Raises:
            Refused: naming `by`.
        """
        if self.allows(who, about):
            return
        if who.staff in about.aside:
            raise Refused("C-COMP-14", "you stepped aside in this matter", "by")
        raise Refused(self.clause, self.reason, "by")

    def check_ever(self, who: Standing) -> None:
        """Refuse who may not whatever it is about.

        Raises:
            Refused: naming `by`.
        """
        named = self.roles | self.at_school | self.no_school
        if not self.assigned and not any(role in named for role, _ in who.roles):
            raise Refused(self.clause, self.reason, "by")


BY_PASSPHRASE = Right("C-COMP-20", "show the passphrase of the complaint")
"""The complainant's: who shows the passphrase of a complaint, which the command itself checks."""

_GIVEN: ContextVar[Right | None] = ContextVar("right of the command being given", default=None)


def may(right: Right) -> Callable[[C], C]:
    """Mark a command with the right that says who may give it."""

    def marked(command: C) -> C:
        names = list(signature(command).parameters)
        place = names.index("by") if "by" in names else None

        @wraps(command)
        def checked(self: Commanded, *args: Any, **kwargs: Any) -> Any:
            if place is not None:
                by = kwargs["by"] if "by" in kwargs else args[place - 1]
                right.check_ever(self.giver(by))
            given = _GIVEN.set(right)
            try:
                return command(self, *args, **kwargs)
            finally:
                _GIVEN.reset(given)

        checked.right = right  # type: ignore[attr-defined]  # where `rights` looks
        return checked  # type: ignore[return-value]  # called as the command is

    return marked


def step(method: C) -> C:
    """Mark what commands are made of, and nobody gives by itself."""
    method.right = None  # type: ignore[attr-defined]  # where `rights` looks
    return method


class Commanded:
    """Base of what people give commands to: a command without a right does not start."""

    rights: ClassVar[dict[str, Right]] = {}
    """The right of each command."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.rights = dict(cls.rights)
        for name, method in vars(cls).items():
            if name.startswith("_") or not isfunction(method):
                continue
            if not set(GIVERS) & set(signature(method).parameters):
                continue
            if not hasattr(method, "right"):
                raise TypeError(f"{cls.__qualname__}.{name}: say with @may who may give it")
            if method.right is not None:
                cls.rights[name] = method.right

    def standing(self, staff: str) -> Standing:
        """The roles a member of staff holds today; a desk that knows any says which."""
        return Standing(staff, frozenset())

    def giver(self, by: str) -> Standing:
        """The roles of who gives a command, with those that signing in gave."""
        if by in (PUBLIC, OPERATOR):
            return Standing(by, frozenset({(by, None)}))
        granted = frozenset((role, None) for role in getattr(by, "granted", ()))
        held = self.standing(by)
        return Standing(held.staff, held.roles | granted)

    def check_given(self, by: str, about: About) -> None:
        """Refuse, by the right of the command being given, who may not give it about this.

        What no command gave, as a clock or a contract, passes; so does the complainant's own, who
        has shown the passphrase.
        """
        right = _GIVEN.get()
        if right is not None and right is not BY_PASSPHRASE:
            right.check(self.giver(by), about)
