"""The configuration of one organisation's NATS server, made from who may do what on it.

An account named after an organisation is what that organisation may touch on that server. Nothing
of the other organisation is ever in the account that holds the data, so it can't read or write it.
The agency's server dials the district's; nothing dials the agency's.

No `sync_interval` is set: JetStream may acknowledge before its disk does. The event stores are the
record of truth and nothing is on a NATS server alone, so a tail lost with the power is published
again by the relay or asked for by the inbox; a sync for each message would buy nothing and cost
nine tenths of the rate.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shared.wire.certificates import Paths
from shared.wire.permits import Crossing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.wire.permits import Permit
    from shared.wire.plan import Card, Plan

WRITTEN = "# Written by `accord set-up` and `accord introduce`. Nothing in this file is secret."
LEAF_SEED = "$LEAF_SEED"
LEAF_SECRET = "secrets/server/leaf.conf"  # noqa: S105  # where it is, not what
REPLIES = ("_R_.>", "_GR_.>")
"""Where the servers themselves carry an answer back over the link."""
MEBIBYTE = 1024 * 1024
CONFIGURATION = "nats.conf"
LIMITS = {"max_mem": 64 * MEBIBYTE, "max_file": 4096 * MEBIBYTE}


def command(folder: Path) -> tuple[str, ...]:
    """What starts an organisation's server; it logs to stderr, and stops on SIGTERM."""
    return (_program(), "-c", str(folder.resolve() / CONFIGURATION))


def _program() -> str:
    """The server of the wheel beside this Python, else the one on the path."""
    beside = Path(sys.executable).parent / "nats-server"
    found = str(beside) if beside.exists() else shutil.which("nats-server")
    if found is None:
        raise FileNotFoundError("nats-server is not installed: run `make setup`")
    return found


def configuration(
    folder: Path, plan: Plan, permits: Mapping[str, Permit], card: Card | None
) -> str:
    """The text of a server's configuration.

    Args:
        folder: the organisation's.
        plan: how it is set up.
        permits: who may do what, by their public key.
        card: what the counterpart told of itself; without it there is no link.
    """
    paths = Paths(folder.resolve())
    values: dict[str, Any] = {
        "server_name": plan.org,
        "listen": f"{plan.listen}:{plan.port}",
        "tls": _certified(paths, "server"),
        "jetstream": {"store_dir": str(paths.folder / "nats"), "domain": plan.kind, **LIMITS},
        "max_payload": MEBIBYTE,
        "ping_interval": "5s",
        "ping_max": 2,
        "system_account": "SYS",
        "accounts": _accounts(plan, permits, card),
    }
    if plan.monitor_port is not None:
        values["http"] = f"127.0.0.1:{plan.monitor_port}"
    if card is not None:
        values["leafnodes"] = _dialled(paths, plan) if _waits(plan) else _dialling(paths, plan)
    lines = [WRITTEN, *(f"{name}: {_text(value)}" for name, value in values.items())]
    if card is not None and not _waits(plan):  # the server takes the seed itself, not a path
        lines.insert(1, f"include {_text(LEAF_SECRET)}")
    return "\n".join(lines).replace(f'"{LEAF_SEED}"', LEAF_SEED) + "\n"


def _accounts(plan: Plan, permits: Mapping[str, Permit], card: Card | None) -> dict[str, Any]:
    ours = Crossing(plan.org, plan.counterpart)
    theirs = Crossing(plan.counterpart, plan.org)
    data = {
        "jetstream": LIMITS,
        "users": [_user(key, permit) for key, permit in permits.items()],
        "exports": ours.exported(plan.counterpart, at_home=True),
        "imports": theirs.imported(plan.counterpart, at_home=False),
    }
    link: dict[str, Any] = {  # what the counterpart may touch here: no JetStream, no data
        "exports": theirs.exported(plan.org, at_home=False),
        "imports": ours.imported(plan.org, at_home=True),
    }
    if card is not None and card.leaf_key is not None:
        link["users"] = [_dialler(card.leaf_key, ours, theirs)]
    return {"SYS": {}, plan.org: data, plan.counterpart: link}


def _user(key: str, permit: Permit) -> dict[str, Any]:
    permissions: dict[str, Any] = {
        "publish": {"allow": permit.publish},
        "subscribe": {"allow": permit.subscribe},
    }
    if permit.answers:
        permissions["allow_responses"] = {"max": 1, "expires": "5s"}
    return {"nkey": key, "permissions": permissions}


def _dialler(key: str, ours: Crossing, theirs: Crossing) -> dict[str, Any]:
    """The counterpart's server: it may publish what it may send us, subscribe to what we send."""
    return {
        "nkey": key,
        "allowed_connection_types": ["LEAFNODE"],
        "permissions": {
            "publish": {"allow": [*ours.calls, theirs.delivery, *REPLIES]},
            "subscribe": {"allow": [ours.delivery, *theirs.calls, *REPLIES]},
        },
    }


def _waits(plan: Plan) -> bool:
    return plan.kind == "district"


def _dialled(paths: Paths, plan: Plan) -> dict[str, Any]:
    trusted = {"ca_file": str(paths.counterpart), "verify": True}
    return {
        "listen": f"{plan.leaf_listen or plan.listen}:{plan.leaf_port}",
        "no_advertise": True,
        "tls": {**_certified(paths, "server"), **trusted},
    }


def _dialling(paths: Paths, plan: Plan) -> dict[str, Any]:
    # what this side lets in and out, whatever the other side's configuration says
    never = ["accord.>", "ingest.>", "$SYS.>", "$JS.API.>"]
    remote = {
        "urls": [plan.leaf_url],
        "nkey": LEAF_SEED,
        "account": plan.counterpart,
        "tls": {**_certified(paths, "leaf"), "ca_file": str(paths.counterpart)},
        "deny_exports": never,
        "deny_imports": never,
    }
    return {"reconnect": "1s", "remotes": [remote]}


def _certified(paths: Paths, name: str) -> dict[str, Any]:
    cert, key = str(paths.certificate(name)), str(paths.key(name))
    return {"cert_file": cert, "key_file": key, "timeout": 5}


def _text(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)  # the server reads JSON too
