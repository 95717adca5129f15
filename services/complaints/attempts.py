"""Slowing down who guesses passphrases (C-COMP-20)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shared.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

FREE_TRIES = 5
WAIT = timedelta(minutes=1)
KEPT_MAX = 10_000

Tried = tuple[str, str]
"""A number, and the address that tried it."""


class Attempts:
    """Wrong tries by number and address, whether the number exists or not; kept in memory.

    After five wrong tries an address waits a minute for that number, longer with each further one.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._failed: dict[Tried, tuple[int, datetime]] = {}

    def check(self, tried: Tried) -> None:
        """Refuse while the address has to wait for the number."""
        tries, last = self._failed.get(tried, (0, self._now()))
        if tries < FREE_TRIES:
            return
        until = last + WAIT * (tries - FREE_TRIES + 1)
        if self._now() < until:
            seconds = round((until - self._now()).total_seconds())
            raise Refused(
                "C-COMP-20", f"too many wrong tries: wait {seconds} seconds", "passphrase"
            )

    def failed(self, tried: Tried) -> None:
        """Note a wrong try."""
        if len(self._failed) >= KEPT_MAX:
            self._failed.pop(next(iter(self._failed)))
        tries, _ = self._failed.get(tried, (0, self._now()))
        self._failed[tried] = (tries + 1, self._now())

    def succeeded(self, tried: Tried) -> None:
        """Forget the wrong tries."""
        self._failed.pop(tried, None)
