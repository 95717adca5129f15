"""Stopping: a task that was told to stop does, although the NATS client may keep it from hearing.

Its requests use `wait_for`, which in Python 3.11 loses a cancellation that comes together with the
answer, and its publishing passes over one that comes while it flushes. While it connects it does
stop, and leaves open what it had opened.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from nats.aio.client import Client

HALF_OPEN_SECONDS = 0.5
"""How long a connection that is being made is waited for, to be closed whole."""


def stop_if_told() -> None:
    """Raise the cancellation that this task was given and that was lost; before it waits again.

    Not for a task that goes on after a task group of its own has failed.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


async def opened(connecting: Coroutine[None, None, Client]) -> Client:
    """The client once it is connected; when told to stop before, nothing of it stays open."""
    task = asyncio.create_task(connecting)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task], timeout=HALF_OPEN_SECONDS)
        if not task.cancel() and not task.cancelled() and task.exception() is None:
            await task.result().close()
        raise
