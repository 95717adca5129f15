"""What a deployment gives each of its containers: its own secrets, and nobody else's.

`accord set-up` makes all that an organisation has in one folder. A container sees a copy of a part
of it: the public files, and the one folder of `secrets/` that has its name.
"""

from __future__ import annotations

import os
import secrets
from functools import partial
from typing import TYPE_CHECKING

from shared.files import secret, write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

PASSWORD_BYTES = 32
SUPERUSER = "postgres"
"""The database server's superuser, and the part that holds its password and all others."""


class OtherSecret(Exception):
    """A part already holds another secret than the one it would be given."""


def make_passwords(folder: Path, services: Iterable[str]) -> None:
    """Make the passwords of the database server's users when absent.

    The server's part has each; a service's part has its own.
    """
    at_server = folder / "secrets" / SUPERUSER
    secret(at_server / "password", _new_password)
    for service in services:
        password = secret(at_server / f"{service}.password", _new_password)
        own = folder / "secrets" / service / "store.password"
        secret(own, partial(bytes, password))


def hand_out(folder: Path, parts: Path, owner: int | None = None) -> None:
    """Give each folder of `parts` the public files, and the secrets that have its name.

    A folder whose name no secrets have is given nothing but its owner, for what a container itself
    keeps there.

    Args:
        folder: the organisation's.
        parts: holds a folder for each container.
        owner: number of the user whom the parts belong to, if it is another than ours.

    Raises:
        OtherSecret: a part has a secret that differs. Nothing is overwritten: the old one may be
            the only key to what was sealed with it.
    """
    for part in sorted(parts.iterdir()):
        mine = folder / "secrets" / part.name
        if mine.is_dir():
            _public(folder, part)
            for file in sorted(mine.iterdir()):
                _keep(file, part / "secrets" / part.name / file.name)
            (part / "nats").mkdir(exist_ok=True)  # where its server's volume is mounted
        if owner is not None:
            _give(part, owner, whole=mine.is_dir())


def _public(folder: Path, part: Path) -> None:
    for file in (*folder.iterdir(), *(folder / "certificates").iterdir()):
        if file.is_file():  # whole: a server that starts meanwhile reads the old one or the new one
            write_whole(part / file.relative_to(folder), file.read_bytes())


def _keep(file: Path, copy: Path) -> None:
    if secret(copy, file.read_bytes) != file.read_bytes():
        raise OtherSecret(
            f"{copy} differs from {file}: one of the two volumes is another start's. Bring back"
            " the one that belongs to the data"
        )


def _give(part: Path, owner: int, *, whole: bool) -> None:
    for path in (part, *(part.rglob("*") if whole else ())):
        os.chown(path, owner, owner)


def _new_password() -> bytes:
    return secrets.token_urlsafe(PASSWORD_BYTES).encode()
