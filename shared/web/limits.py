"""How often public pages take something in: by address and in all, in memory."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil
from time import time
from typing import TYPE_CHECKING

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.requests import Request

if TYPE_CHECKING:
    from collections.abc import Callable

IPV6_HOUSEHOLD_BITS = 64
"""One household has that many addresses at least: they count as one."""


@dataclass(frozen=True)
class Limit:
    """How often something may be sent, in any stretch of minutes."""

    name: str
    an_address: int
    in_all: int
    minutes: int


class TooOften(Exception):
    """Something was sent too often; nothing was recorded."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"wait {seconds} seconds")
        self.seconds = seconds


class Limits:
    """What was sent lately to one site."""

    def __init__(self) -> None:
        self._window = MovingWindowRateLimiter(MemoryStorage())

    def take(self, limit: Limit, address: str) -> None:
        """Count one more.

        Raises:
            TooOften: with the seconds to wait.
        """
        for most, whose in ((limit.an_address, household(address)), (limit.in_all, "all")):
            item = RateLimitItemPerMinute(most, limit.minutes, namespace=limit.name)
            if not self._window.hit(item, whose):
                until = self._window.get_window_stats(item, whose).reset_time
                raise TooOften(max(1, ceil(until - time())))


def address_of(request: Request) -> str:
    """The address of who asks; behind the proxy, the one that the proxy tells."""
    return request.client.host if request.client else ""


def household(address: str) -> str:
    """The address, or the network that one household has of them."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        return str(ip_network((found, IPV6_HOUSEHOLD_BITS), strict=False))
    return str(found)


def limited(limit: Limit) -> Callable[[Request], None]:
    """The dependency of a route that anybody can send to."""

    def count(request: Request) -> None:
        limits = request.app.state.limits
        assert isinstance(limits, Limits)
        limits.take(limit, address_of(request))

    return count
