"""Slowing down who guesses passphrases (C-COMP-20)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shared.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

FREE_TRIES = 5
WAIT = timedelta(minutes=1)
NUMBERS_MAX = 10_000


class Attempts:
    """Wrong tries by number, whether it exists or not; kept in memory, at most for a while.

    After five wrong tries a number answers nobody for a minute, longer with each further one.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._failed: dict[str, tuple[int, datetime]] = {}

    def check(self, number: str) -> None:
        """Refuse while the number has to wait."""
        tries, last = self._failed.get(number, (0, self._now()))
        if tries < FREE_TRIES:
            return
        until = last + WAIT * (tries - FREE_TRIES + 1)
        if self._now() < until:
            seconds = round((until - self._now()).total_seconds())
            raise Refused(
                "C-COMP-20", f"too many wrong tries: wait {seconds} seconds", "passphrase"
            )

    def failed(self, number: str) -> None:
        """Note a wrong try."""
        if len(self._failed) >= NUMBERS_MAX:
            self._failed.pop(next(iter(self._failed)))
        tries, _ = self._failed.get(number, (0, self._now()))
        self._failed[number] = (tries + 1, self._now())

    def succeeded(self, number: str) -> None:
        """Forget the wrong tries."""
        self._failed.pop(number, None)
