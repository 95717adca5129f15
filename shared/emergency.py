"""The emergency sign-in ("break glass"): one secret, used once, when the provider can't be reached.

`accord break-glass` makes the secret and prints it once; the history keeps its hash. Its use is an
event with a written reason, and an alarm at the desk.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple
from uuid import NAMESPACE_URL, uuid5

from eventsourcing.application import AggregateNotFoundError

from shared.aggregate import Aggregate, CreatedEvent, Event
from shared.desk import written
from shared.errors import Refused
from shared.sealed import Sealed

if TYPE_CHECKING:
    from shared.desk import Desk

CLAUSE = "C-AUD-1"
"""What was done stays in the history."""
SHOWN_FOR = timedelta(days=7)
REASON_CHARACTERS_MAX = 1_000
SECRET_BYTES = 20


class Use(NamedTuple):
    """One use of an emergency sign-in."""

    at: datetime
    staff: str
    reason: Sealed


class EmergencySignIn(Aggregate):
    """The secret that waits to be used, and the uses there were."""

    TOPIC = "emergency.sign_in"

    def __init__(self) -> None:
        self.waiting: str | None = None
        """SHA-256 of the secret that counts."""
        self.uses: tuple[Use, ...] = ()


class SecretMade(CreatedEvent):
    """The first secret was made."""

    TOPIC = "emergency.secret_made"

    sha256: str

    def apply(self, sign_in: EmergencySignIn) -> None:
        """It counts."""
        sign_in.waiting = self.sha256


class SecretReplaced(Event):
    """Another secret was made: the one before counts no more."""

    TOPIC = "emergency.secret_replaced"

    sha256: str

    def apply(self, sign_in: EmergencySignIn) -> None:
        """The new one counts."""
        sign_in.waiting = self.sha256


class SecretUsed(Event):
    """Somebody signed in by the secret, and said why."""

    TOPIC = "emergency.secret_used"

    staff: str
    reason: Sealed

    def apply(self, sign_in: EmergencySignIn) -> None:
        """It counts no more."""
        sign_in.waiting = None
        sign_in.uses = (*sign_in.uses, Use(self.timestamp, self.staff, self.reason))


EMERGENCY_EVENTS = (SecretMade, SecretReplaced, SecretUsed)


def use(sign_in: EmergencySignIn, *, digest: str, staff: str, reason: Sealed) -> SecretUsed:
    """Use the secret, once."""
    if sign_in.waiting is None or not secrets.compare_digest(sign_in.waiting, digest):
        raise _unfit()
    return SecretUsed(staff=staff, reason=reason)


class Emergency:
    """The emergency sign-in of one service's site."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._id = uuid5(NAMESPACE_URL, f"/{desk.org}/emergency")

    def make_secret(self, operator: str) -> str:
        """A new secret, which nobody can be told again; the one before counts no more."""
        secret = secrets.token_hex(SECRET_BYTES)
        digest = _digest(secret)
        try:
            self._desk.change(self._id, lambda _: SecretReplaced(sha256=digest), by=operator)
        except AggregateNotFoundError:
            made = SecretMade(sha256=digest)
            self._desk.save(EmergencySignIn.begin(made, by=operator, number=self._id))
        return secret

    def use(self, secret: str, *, staff: str, reason: str) -> None:
        """Use the secret.

        Raises:
            Refused: it is not the one that waits, or no reason is given.
        """
        text = written("reason", reason, CLAUSE, REASON_CHARACTERS_MAX)
        sealed = self._desk.keyring.seal(self._id, text)
        digest = _digest(secret)
        try:
            self._desk.change(
                self._id, lambda e: use(e, digest=digest, staff=staff, reason=sealed), by=staff
            )
        except AggregateNotFoundError:
            raise _unfit() from None

    def alarms(self) -> list[tuple[datetime, str, str]]:
        """When, by whom and why it was used in the last week, the last first."""
        try:
            sign_in: EmergencySignIn = self._desk.loaded(self._id)
        except AggregateNotFoundError:
            return []
        since = self._desk.now() - SHOWN_FOR
        return [
            (each.at, each.staff, self._desk.keyring.open(each.reason))
            for each in reversed(sign_in.uses)
            if each.at > since
        ]


def _digest(secret: str) -> str:
    return sha256(secret.strip().lower().encode()).hexdigest()


def _unfit() -> Refused:
    return Refused(
        CLAUSE, "this secret does not work: it is mistyped, was used, or was replaced", "secret"
    )
