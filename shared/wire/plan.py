"""How one organisation is set up on the bus: its keys, certificates and server, made from a plan.

`<data>/<org>/` then holds:

| path | what | who reads it |
|---|---|---|
| `secrets/<user>/nats.seed` | its key for the bus | that service, auditor or outside system |
| `secrets/<service>/master.key`, `session.key` | what it seals and signs with | that service |
| `secrets/<service>/outside.token` | what an outside system shows over HTTP | both |
| `secrets/server/` | keys of the server and the link | the NATS server |
| `secrets/authority/` | the authority's key | `accord set-up` |
| `secrets/proxy/` | key of the proxy, if there is one | the proxy |
| `certificates/` | public certificates | everybody |
| `nats.conf` | written anew each time | the NATS server |
| `card.json` | what the counterpart must know of us; nothing in it is secret | the counterpart |
| `counterpart.json` | the counterpart's card | we |
| `set-up.json` | the plan | `accord introduce`, `accord streams` |
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated, Literal, Self

import nkeys  # type: ignore[import-untyped]  # ships no types
from cryptography import x509
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from shared.files import outside_token, secret, write_whole
from shared.keyring import master_key
from shared.wire import server
from shared.wire.certificates import Paths, certify, is_authority
from shared.wire.permits import permits

if TYPE_CHECKING:
    from pathlib import Path

    from shared.wire.permits import Permit

PLAN = "set-up.json"
CARD = "card.json"
COUNTERPART = "counterpart.json"
CLIENT_PORT = 4222
LEAF_PORT = 7422
CARD_BYTES_MAX = 16_384

Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=63)]


class NotSetUp(Exception):
    """The organisation can't be set up, or introduced, so; the message says the fix."""


class Plan(BaseModel):
    """What an organisation's server is to be."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    org: Slug
    kind: Literal["district", "agency"]
    counterpart: Slug
    services: dict[Slug, tuple[str, ...]]
    """Names of the sources of each service, `<publisher>.<service>`."""
    hosts: tuple[str, ...] = ()
    """Names and addresses by which the server is reached, beside this machine's own."""
    sites: tuple[str, ...] = ()
    """Names by which browsers reach its proxy, such as `*.district.example`."""
    listen: str = "127.0.0.1"
    port: int = CLIENT_PORT
    leaf_port: int = LEAF_PORT
    """Where a district waits for its agency."""
    leaf_listen: str | None = None
    """Address on which it waits, if it is another than clients'."""
    monitor_port: int | None = None
    """Where the server says on loopback whether it is well."""
    leaf_url: Annotated[str, Field(pattern=r"^nats-leaf://[^\s/@]+:\d+$")] | None = None
    """Where an agency dials its district."""

    @model_validator(mode="after")
    def _checked(self) -> Self:
        if self.org == self.counterpart:
            raise ValueError("an organisation is not its own counterpart")
        if (self.kind == "agency") != (self.leaf_url is not None):
            raise ValueError("an agency dials its district, and only it: it needs a leaf URL")
        return self

    def permits(self) -> tuple[Permit, ...]:
        """Who may use the server, and for what."""
        return permits(self.org, self.counterpart, self.kind, self.services)


class Card(BaseModel):
    """What an organisation tells its counterpart, to be linked; nothing in it is secret."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    org: Slug
    kind: Literal["district", "agency"]
    authority: str
    """Its authority's certificate, PEM."""
    leaf_key: Annotated[str, Field(pattern=r"^U[A-Z2-7]{55}$")] | None = None
    """Public key that its server dials with; only an agency dials."""

    @model_validator(mode="after")
    def _checked(self) -> Self:
        certificate = x509.load_pem_x509_certificate(self.authority.encode())
        if not is_authority(certificate) or certificate.not_valid_after_utc < datetime.now(UTC):
            raise ValueError("its certificate is not that of an authority that is good today")
        if (self.kind == "agency") != (self.leaf_key is not None):
            raise ValueError("an agency dials, and only it: it has a key for the link")
        return self

    @property
    def fingerprint(self) -> str:
        """What two people compare by telephone: SHA-256 of the whole card, in groups of four."""
        digest = sha256(self.model_dump_json().encode()).hexdigest().upper()
        return " ".join(digest[at : at + 4] for at in range(0, len(digest), 4))


def set_up(data: Path, plan: Plan) -> Card:
    """Make what is absent of an organisation's keys and certificates, and write its server's file.

    For each start: secrets are made once and never overwritten, certificates that end soon are
    renewed, `nats.conf` and `card.json` are written anew. Gives the card.
    """
    folder = data / plan.org
    paths = Paths(folder)
    secrets = folder / "secrets"
    secrets.mkdir(parents=True, exist_ok=True)
    secrets.chmod(0o700)
    for service in plan.services:
        _keep_service(secrets, service)
        outside_token(folder, service)
    certify(folder, plan.org, plan.hosts, sites=plan.sites)
    leaf = _leaf_key(folder) if plan.kind == "agency" else None
    card = Card(org=plan.org, kind=plan.kind, authority=paths.authority.read_text(), leaf_key=leaf)
    write_whole(folder / CARD, _json(card))
    write_whole(folder / PLAN, _json(plan))
    _write_configuration(folder, plan)
    return card


def introduce(data: Path, org: str, given: bytes, *, replace: bool) -> Card:
    """Take the counterpart's card, and open the link to it at the server's next start or reload.

    Args:
        data: the data folder.
        org: slug of the organisation that is told.
        given: the card, as the counterpart handed it over.
        replace: whether another card of the same counterpart gives way.

    Raises:
        NotSetUp: it is no card, not the counterpart's, or another than the one known.
    """
    folder = data / org
    plan = plan_of(folder)
    try:
        card = Card.model_validate_json(given[:CARD_BYTES_MAX])
    except ValidationError as error:
        raise NotSetUp(f"this is no card of an organisation: {wrong(error)}") from error
    if (card.org, card.kind == plan.kind) != (plan.counterpart, False):
        raise NotSetUp(
            f"this is the card of {card.org}, a {card.kind}; the counterpart of {org},"
            f" a {plan.kind}, is {plan.counterpart}"
        )
    known = _card(folder)
    if known is not None and known != card and not replace:
        raise NotSetUp(
            f"another card of {card.org} is known, with the fingerprint {known.fingerprint}; this"
            f" one has {card.fingerprint}. If {card.org} says by telephone that it has a new one,"
            " give --replace"
        )
    write_whole(folder / COUNTERPART, _json(card))
    _write_configuration(folder, plan)
    return card


def set_up_both(data: Path, *plans: Plan) -> None:
    """Set up two organisations whose folders are both ours, and introduce each to the other."""
    for plan in plans:
        set_up(data, plan)
    for plan in plans:
        card = (data / plan.counterpart / CARD).read_bytes()
        introduce(data, plan.org, card, replace=True)


def plan_of(folder: Path) -> Plan:
    """How an organisation was set up.

    Raises:
        NotSetUp: it was not.
    """
    try:
        return Plan.model_validate_json((folder / PLAN).read_bytes())
    except FileNotFoundError as error:
        raise NotSetUp(
            f"{folder.name} is not set up in {folder.parent}: `accord set-up`"
        ) from error


def wrong(error: ValidationError) -> str:
    """What is wrong, by field, without what was given."""
    found = error.errors(include_input=False, include_url=False)
    return "; ".join(" ".join((*map(str, each["loc"]), each["msg"])) for each in found)


def seed_file(folder: Path, user: str) -> Path:
    """Where a user's key for the bus is."""
    return folder / "secrets" / user / "nats.seed"


def _write_configuration(folder: Path, plan: Plan) -> None:
    card = _card(folder)
    if card is not None:
        write_whole(Paths(folder).counterpart, card.authority.encode())
    users = {public_key(secret(seed_file(folder, p.user), new_seed)): p for p in plan.permits()}
    text = server.configuration(folder, plan, users, card)
    write_whole(folder / server.CONFIGURATION, text.encode())


def _card(folder: Path) -> Card | None:
    file = folder / COUNTERPART
    return Card.model_validate_json(file.read_bytes()) if file.exists() else None


def _keep_service(secrets: Path, service: str) -> None:
    """Make a service's keys; its session key is the one of all the organisation's sites."""
    old = secrets / "master.key"  # from before each service had its own
    if old.exists():
        secret(secrets / service / "master.key", old.read_bytes)
    master_key(secrets / service / "master.key")
    sites = [secrets / "session.key", *sorted(secrets.glob("*/session.key"))]
    session = next((file.read_bytes() for file in sites if file.exists()), None)
    if session is not None:
        secret(secrets / service / "session.key", lambda: session)
    master_key(secrets / service / "session.key")


def _leaf_key(folder: Path) -> str:
    """The public key that our server dials with; the secret is a file the server includes."""
    made = secret(folder / server.LEAF_SECRET, lambda: b"LEAF_SEED: " + new_seed() + b"\n")
    return public_key(made.split()[1])


def new_seed() -> bytes:
    """A key by which a user is known to a server; a secret."""
    return bytes(nkeys.encode_seed(os.urandom(32), nkeys.PREFIX_BYTE_USER))


def public_key(seed: bytes) -> str:
    """What the server knows of it."""
    key: bytes = nkeys.from_seed(bytearray(seed)).public_key
    return key.decode()


def _json(model: BaseModel) -> bytes:
    return model.model_dump_json(indent=2).encode() + b"\n"
