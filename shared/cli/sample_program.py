"""What loading a sample program takes, whichever service it is for."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.handed_back import Loaded

WAIT_SECONDS = 60.0
LOOK_SECONDS = 0.1


def wait_until(is_known: Callable[[], bool], service: str) -> None:
    """Wait for what a service must have heard: contracts take a moment from one to the next.

    Raises:
        TimeoutError: it did not come.
    """
    limit = time.monotonic() + WAIT_SECONDS
    while not is_known():
        if time.monotonic() > limit:
            raise TimeoutError(
                f"the sample program did not reach the {service} desk in {WAIT_SECONDS:.0f} s: see"
                " the logs of the directory and of NATS, and start again"
            )
        time.sleep(LOOK_SECONDS)


def check_whole(name: str, loaded: Loaded) -> None:
    """See that a sample file was loaded without a row left out."""
    assert not loaded.handed_back, f"samples that do not load: {name}: {loaded.handed_back[0]}"
