"""Stopping: a task that was told to stop does, although the NATS client may keep it from hearing.

Its requests use `wait_for`, which in Python 3.11 loses a cancellation that comes together with the
answer, and its publishing passes over one that comes while it flushes.
"""

from __future__ import annotations

import asyncio


def stop_if_told() -> None:
    """Raise the cancellation that this task was given and that was lost; before it waits again."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
