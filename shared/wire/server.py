"""The two NATS servers of an embedded run: configuration, keys, and the command that starts each.

An account named after an organisation is what that organisation may touch on that server. Nothing
of the other organisation is ever in the account that holds the data, so it can't read or write it.

No `sync_interval` is set: JetStream may acknowledge before its disk does. The event stores are the
record of truth and nothing is on a NATS server alone, so a tail lost with the power is published
again by the relay or asked for by the inbox; a sync for each message would buy nothing and cost
nine tenths of the rate.
"""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import nkeys  # type: ignore[import-untyped]  # ships no types

from shared.wire import names

TEMPLATES = Path(__file__).parent / "conf"


class Ports(NamedTuple):
    """Ports on loopback: one a server for clients, and the one the agency's server dials."""

    district: int
    agency: int
    leaf: int


@dataclass(frozen=True)
class BusServer:
    """One server, configured and ready to start.

    Start `argv` with `env` added to the environment. It is up when `port` on 127.0.0.1 accepts a
    connection; the servers may start in any order, and be stopped with SIGTERM. It logs to stderr.
    Services connect to `url` with the seed in `seed_file`.
    """

    org: str
    argv: tuple[str, ...]
    env: dict[str, str]
    port: int
    url: str
    seed_file: Path


def set_up(data: Path, district: str, agency: str, ports: Ports) -> tuple[BusServer, BusServer]:
    """Write both servers' configuration, and their keys when absent, under the data folder.

    `<data>/<org>/nats.conf` is written anew each time, so ports may change between runs;
    `<data>/<org>/secrets/*.seed` is made once and kept; `<data>/<org>/nats/` is what JetStream
    stores and may be removed while the server is stopped.

    Args:
        data: the data folder.
        district: slug of the school district.
        agency: slug of the law enforcement agency.
        ports: free ports on loopback.

    Returns:
        The district's server, and the agency's.
    """
    leaf = _seed(data / agency / "secrets" / "leaf.seed")
    common = {
        "D": district,
        "A": agency,
        "DISTRICT_OUT": names.stream(district, "OUT"),
        "AGENCY_OUT": names.stream(agency, "OUT"),
        "DISTRICT_PORT": str(ports.district),
        "AGENCY_PORT": str(ports.agency),
        "LEAF_PORT": str(ports.leaf),
        "LEAF_KEY": _public(leaf),
    }
    return (
        _server(data / district, "district", common, ports.district, {}),
        _server(data / agency, "agency", common, ports.agency, {"LEAF_SEED": leaf}),
    )


def _server(
    folder: Path, kind: str, common: dict[str, str], port: int, env: dict[str, str]
) -> BusServer:
    seed_file = folder / "secrets" / "services.seed"
    values = common | {
        "STORE": str((folder / "nats").resolve()),
        "SERVICES_KEY": _public(_seed(seed_file)),
    }
    text = (TEMPLATES / f"{kind}.conf.tmpl").read_text()
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    configuration = folder / "nats.conf"
    configuration.write_text(text)
    return BusServer(
        org=folder.name,
        argv=(_program(), "-c", str(configuration.resolve())),
        env=env,
        port=port,
        url=f"nats://127.0.0.1:{port}",
        seed_file=seed_file.resolve(),
    )


def _program() -> str:
    """The server of the wheel beside this Python, else the one on the path."""
    beside = Path(sys.executable).parent / "nats-server"
    program = str(beside) if beside.exists() else shutil.which("nats-server")
    if program is None:
        raise FileNotFoundError("nats-server is not installed: run `make setup`")
    return program


def _seed(file: Path) -> str:
    """Read an nkey seed; make it, readable by its owner only, when absent."""
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text()
    with os.fdopen(handle, "w") as new:
        new.write(nkeys.encode_seed(os.urandom(32), nkeys.PREFIX_BYTE_USER).decode())
    return file.read_text()


def _public(seed: str) -> str:
    key: bytes = nkeys.from_seed(bytearray(seed.encode())).public_key
    return key.decode()
