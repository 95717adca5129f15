"""Who is signed in at one site: rows in the service's own database, and a random cookie for each.

A session ends when somebody signs out, at the latest after eight hours, and after one hour in which
nothing was asked. A copy of the database opens none: it holds the hash of the cookie.
"""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING

from cryptography.fernet import Fernet
from sqlalchemy import (
    Column,
    DateTime,
    MetaData,
    String,
    Table,
    delete,
    insert,
    or_,
    select,
    update,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlalchemy import Engine
    from starlette.responses import Response

    from shared.settings import Settings

LASTS_MAX = timedelta(hours=8)
IDLE_MAX = timedelta(hours=1)
EMERGENCY_MAX = timedelta(hours=1)
SEEN_AGAIN = timedelta(minutes=1)
"""How often it is written down that a session is in use."""

METADATA = MetaData()
SESSIONS = Table(
    "sessions",
    METADATA,
    Column("id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("staff", String, nullable=False),
    Column("granted", String, nullable=False),
    Column("begun_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True), nullable=False),
    Column("seen_at", DateTime(timezone=True), nullable=False),
    Column("subject", String, index=True),
    Column("provider_session", String, index=True),
    Column("id_token", String),
)


class Kind(StrEnum):
    """How somebody signed in."""

    DEMO = "demo"
    PROVIDER = "provider"
    EMERGENCY = "emergency"


@dataclass(frozen=True)
class AtProvider:
    """What ties a session to one at the organisation's sign-in."""

    subject: str
    session: str | None
    id_token: str


@dataclass(frozen=True)
class Session:
    """Somebody who is signed in."""

    id: str
    kind: Kind
    staff: str
    granted: frozenset[str]
    """Roles that signing in gave, beside the directory's."""


class Cookies:
    """What the cookies of one site are called, and with which care they are set.

    Served over https they are `__Host-` cookies: no other site of the domain can set them. On
    loopback the ports of one machine share their cookies, so each has its own name there.
    """

    def __init__(self, settings: Settings, service: str) -> None:
        self.secure = (settings.public_url or "").startswith("https://")
        self._prefix = "__Host-accord" if self.secure else f"accord-{settings.org}-{service}"

    def name(self, of: str) -> str:
        """The name of one of them."""
        return f"{self._prefix}-{of}"

    def put(self, response: Response, of: str, value: str, *, seconds: int | None = None) -> None:
        """Set one; without `seconds` until the browser is closed."""
        response.set_cookie(
            self.name(of), value, max_age=seconds, secure=self.secure, httponly=True, samesite="lax"
        )

    def take(self, response: Response, of: str) -> None:
        """Remove one."""
        response.delete_cookie(self.name(of), secure=self.secure, httponly=True, samesite="lax")


class SessionBook:
    """The sessions of one site."""

    def __init__(
        self, engine: Engine, key: bytes, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._engine = engine
        self._key = key
        self.now = now
        METADATA.create_all(engine)

    def begin(
        self,
        kind: Kind,
        staff: str,
        granted: Iterable[str] = (),
        *,
        at_provider: AtProvider | None = None,
        instead_of: str | None = None,
    ) -> tuple[str, int]:
        """Sign somebody in; gives the value of the cookie, and how many seconds it lasts at most.

        The session that the browser had before ends, and what is over is cleared away.
        """
        cookie, now = secrets.token_urlsafe(32), self.now()
        lasts = EMERGENCY_MAX if kind is Kind.EMERGENCY else LASTS_MAX
        row: dict[str, object] = {
            "id": _id(cookie),
            "kind": kind.value,
            "staff": str(staff),
            "granted": " ".join(sorted(granted)),
            "begun_at": now,
            "ends_at": now + lasts,
            "seen_at": now,
        }
        if at_provider:
            row |= {
                "subject": _id(at_provider.subject),
                "provider_session": at_provider.session,
                "id_token": self._sealing(cookie).encrypt(at_provider.id_token.encode()).decode(),
            }
        with self._engine.begin() as connection:
            over = or_(SESSIONS.c.ends_at < now, SESSIONS.c.id == _id(instead_of or ""))
            connection.execute(delete(SESSIONS).where(over))
            connection.execute(insert(SESSIONS).values(row))
        return cookie, int(lasts.total_seconds())

    def find(self, cookie: str | None) -> Session | None:
        """The session of a cookie, while it lasts; and note that it is in use."""
        if not cookie:
            return None
        now = self.now()
        with self._engine.connect() as connection:
            row = connection.execute(select(SESSIONS).where(SESSIONS.c.id == _id(cookie))).first()
        if row is None:
            return None
        seen, ends = (_utc(each) for each in (row.seen_at, row.ends_at))
        if now >= ends or now - seen > IDLE_MAX:
            self.end(row.id)
            return None
        if now - seen > SEEN_AGAIN:
            with self._engine.begin() as connection:
                mine = update(SESSIONS).where(SESSIONS.c.id == row.id)
                connection.execute(mine.values(seen_at=now))
        return Session(row.id, Kind(row.kind), row.staff, frozenset(row.granted.split()))

    def id_token(self, cookie: str) -> str | None:
        """What the provider gave for the session of a cookie; only the cookie opens it."""
        with self._engine.connect() as connection:
            mine = select(SESSIONS.c.id_token).where(SESSIONS.c.id == _id(cookie))
            sealed = connection.execute(mine).scalar()
        return self._sealing(cookie).decrypt(sealed.encode()).decode() if sealed else None

    def end(self, session: str) -> None:
        """End one session, by its id."""
        with self._engine.begin() as connection:
            connection.execute(delete(SESSIONS).where(SESSIONS.c.id == session))

    def end_at_provider(self, *, subject: str | None, session: str | None) -> None:
        """End what belongs to one session at the provider, or to all of one subject."""
        where = (
            SESSIONS.c.provider_session == session
            if session
            else SESSIONS.c.subject == _id(subject or "")
        )
        with self._engine.begin() as connection:
            connection.execute(delete(SESSIONS).where(where))

    def _sealing(self, cookie: str) -> Fernet:
        return Fernet(urlsafe_b64encode(sha256(self._key + cookie.encode()).digest()))


def _id(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def _utc(at: datetime) -> datetime:
    """SQLite forgets the zone."""
    return at if at.tzinfo else at.replace(tzinfo=UTC)
