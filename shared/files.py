"""Files that others read while we write: whole or not at all, and secrets for their owner only."""

from __future__ import annotations

import os
from contextlib import suppress
from secrets import token_urlsafe
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OWNER_ONLY = 0o600
EVERYBODY = 0o644
TOKEN_BYTES = 32


def secret(file: Path, make: Callable[[], bytes]) -> bytes:
    """Read a secret; make it, readable by its owner only, when absent. It is never overwritten."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not file.exists():
        with NamedTemporaryFile("wb", dir=file.parent) as new:  # readable by its owner only
            new.write(make())
            new.flush()
            os.fsync(new.fileno())
            with suppress(FileExistsError):  # another process was first: its secret counts
                os.link(new.name, file)  # whole at once: nobody reads half a secret
    return file.read_bytes()


def outside_token(folder: Path, service: str) -> str:
    """What a system outside Accord shows a service over HTTP; made when absent."""
    file = folder / "secrets" / service / "outside.token"
    return secret(file, lambda: token_urlsafe(TOKEN_BYTES).encode()).decode()


def write_whole(file: Path, content: bytes, mode: int = EVERYBODY) -> None:
    """Write a file so that a reader sees all of it or what was there before."""
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(f".{file.name}.{os.getpid()}")
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(handle, "wb") as writing:
        writing.write(content)
    new.replace(file)
