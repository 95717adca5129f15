"""One key a person: sealing, opening, and erasing by destroying the key (C-PRIV-1).

Keys live in a table of their own, never in the event store, each wrapped by the service's
master key, so that erasing one reaches every copy and backup of the history.
"""

from __future__ import annotations

import hmac
import os
import time
from base64 import b64decode, b64encode
from collections import deque
from threading import Lock
from typing import TYPE_CHECKING, Any
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Column, LargeBinary, MetaData, String, Table, select, update
from sqlalchemy.dialects import postgresql, sqlite

from shared.files import secret
from shared.sealed import Sealed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from sqlalchemy import Connection

    from shared.wire.store import Store

NONCE_BYTES = 12
KEY_BITS = 256
KEPT_SECONDS = 5.0
"""How long a key is remembered after it was read."""
KEPT_MAX = 4_096
ASKED_MAX = 500
"""Keys in one question."""

KEYS = Table(
    "keys",
    MetaData(),
    Column("subject", String, primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
)


DESTROYED = b""
"""In the place of a destroyed key, so that nobody is given a second one by mistake."""


class Erased(LookupError):
    """The subject's key was destroyed, or never made here: the text can't be read any more."""


def master_key(file: Path) -> bytes:
    """Read a service's master key; make it, readable by its owner only, when absent."""
    return b64decode(secret(file, lambda: b64encode(AESGCM.generate_key(KEY_BITS))))


class Keyring:
    """The keys of one organisation's subject persons, as one service holds them."""

    def __init__(self, store: Store, master: bytes) -> None:
        self._engine = store.engine()
        self._kept: dict[UUID, tuple[bytes, float]] = {}
        self._wanted: deque[UUID] = deque()
        self._making = Lock()
        self._master = AESGCM(master)
        self._derivation = hmac.digest(master, b"accord derivation", "sha256")
        KEYS.metadata.create_all(self._engine)

    def close(self) -> None:
        """Release the connections."""
        self._engine.dispose()

    def seal(self, subject: UUID, text: str) -> Sealed:
        """Encrypt text under the subject's key, which is made on first use.

        The subject's id is authenticated too: a box moved to another person does not open.

        Raises:
            Erased: the subject's key was destroyed; nothing more is kept about them.
        """
        box = _encrypt(AESGCM(self._key_to_seal(subject)), text.encode(), subject)
        return Sealed(subject=subject, box=b64encode(box).decode())

    def open(self, sealed: Sealed) -> str:
        """Decrypt.

        Raises:
            Erased: the subject's key is gone.
            cryptography.exceptions.InvalidTag: the box was altered or is another subject's.
        """
        key = self._key(sealed.subject)
        if key is None:
            raise Erased(f"no key for subject {sealed.subject}")
        return _decrypt(AESGCM(key), b64decode(sealed.box), sealed.subject).decode()

    def seal_all(self, texts: Mapping[UUID, str]) -> dict[UUID, Sealed]:
        """Seal one text for each of many subjects; about whom nothing more is kept is left out."""
        wrapped = self._wrapped(texts)
        if missing := texts.keys() - wrapped.keys():
            wrapped |= self._wrapped_or_made(missing)
        boxes = {
            subject: _encrypt(AESGCM(key), texts[subject].encode(), subject)
            for subject, key in self._unwrapped(wrapped)
        }
        return {
            subject: Sealed(subject=subject, box=b64encode(box).decode())
            for subject, box in boxes.items()
        }

    def open_all(self, boxes: Iterable[Sealed]) -> dict[UUID, str]:
        """Open one box of each of many subjects; those whose key is gone are left out."""
        of = {sealed.subject: b64decode(sealed.box) for sealed in boxes}
        return {
            subject: _decrypt(AESGCM(key), of[subject], subject).decode()
            for subject, key in self._unwrapped(self._wrapped(of))
        }

    def derived(self, purpose: str) -> bytes:
        """32 bytes that only the holder of the master key can tell, the same for one purpose."""
        return hmac.digest(self._derivation, purpose.encode(), "sha256")

    def destroy(self, subject: UUID) -> None:
        """Destroy the subject's key: all that was sealed for them is unreadable from now on.

        Another process that used the key in the last KEPT_SECONDS forgets it when they are over.
        """
        with self._engine.begin() as connection:
            mine = update(KEYS).where(KEYS.c.subject == str(subject))
            connection.execute(mine.values(wrapped=DESTROYED))
        self._kept.pop(subject, None)

    def _key(self, subject: UUID) -> bytes | None:
        if (kept := self._remembered(subject)) is not None:
            return kept
        wrapped = self._wrapped([subject]).get(subject)
        if wrapped is None:
            return None
        if wrapped == DESTROYED:
            raise Erased(f"the key of subject {subject} was destroyed")
        key = _decrypt(self._master, wrapped, subject)
        self._remember({subject: key})
        return key

    def _key_to_seal(self, subject: UUID) -> bytes:
        """A key that is there from now on; who wants one while the disk is busy shares its turn."""
        if (kept := self._remembered(subject)) is not None:
            return kept
        self._wanted.append(subject)
        with self._making:
            wanted: set[UUID] = set()
            while self._wanted:
                wanted.add(self._wanted.popleft())
            if wanted:  # else who had the turn while we waited looked for ours too
                self._remember(dict(self._unwrapped(self._wrapped_or_made(wanted))))
        key = self._key(subject)
        if key is None:  # they could not, and were told so
            self._wrapped_or_made([subject])
            key = self._key(subject)
        assert key is not None, "the key that was made is there"
        return key

    def _remembered(self, subject: UUID) -> bytes | None:
        kept, until = self._kept.get(subject, (None, 0.0))
        return kept if time.monotonic() < until else None

    def _remember(self, keys: Mapping[UUID, bytes]) -> None:
        if len(self._kept) + len(keys) > KEPT_MAX:
            self._kept.clear()
        until = time.monotonic() + KEPT_SECONDS
        self._kept.update({subject: (key, until) for subject, key in keys.items()})

    def _wrapped(self, subjects: Collection[UUID]) -> dict[UUID, bytes]:
        """What the table holds of some subjects."""
        with self._engine.connect() as connection:
            return _held(connection, subjects)

    def _wrapped_or_made(self, subjects: Collection[UUID]) -> dict[UUID, bytes]:
        """What the table holds of all these subjects, one at least, in one transaction.

        Making comes first, and where a key is already there it counts: a person is new more
        often than not, and SQLite lets nobody write after reading what has changed since.
        """
        made = {
            subject: _encrypt(self._master, AESGCM.generate_key(KEY_BITS), subject)
            for subject in subjects
        }
        rows = [{"subject": str(subject), "wrapped": key} for subject, key in made.items()]
        with self._engine.begin() as connection:
            ours = {UUID(name) for name in connection.scalars(_insert(connection), rows)}
            there = _held(connection, made.keys() - ours) if len(ours) < len(made) else {}
        return {subject: made[subject] for subject in ours} | there

    def _unwrapped(self, wrapped: Mapping[UUID, bytes]) -> Iterator[tuple[UUID, bytes]]:
        for subject, key in wrapped.items():
            if key != DESTROYED:
                yield subject, _decrypt(self._master, key, subject)


def _held(connection: Connection, subjects: Collection[UUID]) -> dict[UUID, bytes]:
    names = [str(subject) for subject in subjects]
    held: dict[UUID, bytes] = {}
    for start in range(0, len(names), ASKED_MAX):
        some = KEYS.c.subject.in_(names[start : start + ASKED_MAX])
        found = connection.execute(select(KEYS.c.subject, KEYS.c.wrapped).where(some))
        held.update({UUID(name): wrapped for name, wrapped in found})
    return held


def _insert(connection: Connection) -> Any:
    """Adds keys where there are none yet, and gives the subjects of those it added."""
    postgres = connection.dialect.name == "postgresql"
    new = postgresql.insert(KEYS) if postgres else sqlite.insert(KEYS)
    return new.on_conflict_do_nothing().returning(KEYS.c.subject)


def _encrypt(key: AESGCM, plain: bytes, subject: UUID) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + key.encrypt(nonce, plain, subject.bytes)


def _decrypt(key: AESGCM, box: bytes, subject: UUID) -> bytes:
    return key.decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], subject.bytes)
