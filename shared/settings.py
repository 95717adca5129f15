"""What the environment says, once: which organisation this is, where its data and its bus are.

`accord run` writes `<data>/<org>/accord.env`; a deployment sets the same names in the environment,
which wins over the file. Secrets are named by file, never by value.
"""

from __future__ import annotations

from pathlib import Path
from ssl import SSLContext, create_default_context
from typing import Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.wire.store import Store

ENV_FILE = "accord.env"
GRANTED = frozenset({"auditor"})
"""The roles that signing in may give; all others are the directory's."""


class NotConfigured(Exception):
    """The settings of an organisation are absent or wrong; the message says the fix."""


class Settings(BaseSettings):
    """One organisation's settings, the same for each of its services."""

    model_config = SettingsConfigDict(env_prefix="ACCORD_", extra="ignore", frozen=True)

    org: str
    """This organisation's slug."""
    kind: Literal["district", "agency"]
    counterpart: str
    """The other organisation's slug."""
    folder: Path
    """Where this organisation's secrets and, with SQLite, its stores are."""
    zone: str = "America/Los_Angeles"
    """Local days are days of this zone (C-TIME-1)."""
    nats_url: str = "tls://localhost:4222"
    nats_seed_file: str = "{folder}/secrets/{service}/nats.seed"
    """File with the nkey seed that each service connects with; `accord set-up` makes it."""
    nats_ca_file: str = "{folder}/certificates/ca.pem"
    """The authority by which services know their organisation's server."""
    store_url: str = "sqlite:///{folder}/{service}.sqlite"
    """`{password}` in it, or in the next, is what `secrets/{service}/store.password` holds."""
    keys_url: str = "sqlite:///{folder}/keys/{service}.sqlite"
    """The keys of subject persons lie apart from the histories, so that no copy of a history
    holds them."""
    host: str = "127.0.0.1"
    """Address or name at which each service listens; `{service}` in it is the service's name."""
    ports: dict[str, int] = Field(default_factory=dict)
    """HTTP port of each service."""
    demo_people: bool = False
    """Let the named demo people sign in without a password; loopback only."""
    public_url: str | None = None
    """Where people reach a site: `https://{service}.district.example`; no request says it."""
    proxy: str = ""
    """The address or network (comma separated) of the reverse proxy: whose word on a client's
    address is taken."""
    oidc_issuer: str | None = None
    """The organisation's OpenID Connect provider; without one only an emergency sign-in works."""
    oidc_client_id: str | None = None
    oidc_client_secret_file: Path | None = None
    oidc_staff: str = "staff-{employee_number}"
    """How the claims of a person make the reference of a member of staff."""
    oidc_roles_claim: str = "groups"
    oidc_roles: dict[str, str] = Field(default_factory=dict)
    """A value of that claim, and the role it gives beside the directory's: `auditor`."""
    scan_command: str | None = None
    """A command that reads a file on standard input and ends with 0 when it may be taken in."""

    @field_validator("oidc_issuer")
    @classmethod
    def _safe(cls, issuer: str | None) -> str | None:
        """An issuer is reached by https; on this machine alone also without."""
        if issuer is None:
            return None
        there = urlsplit(issuer)
        if there.scheme != "https" and there.hostname not in {"127.0.0.1", "localhost"}:
            raise ValueError("an issuer's address begins with https://")
        return issuer.rstrip("/")

    @field_validator("oidc_roles")
    @classmethod
    def _beside(cls, roles: dict[str, str]) -> dict[str, str]:
        """The roles of the directory are given there, from a day to a day, and nowhere else."""
        wrong = sorted(set(roles.values()) - GRANTED)
        if wrong:
            known = ", ".join(sorted(GRANTED))
            raise ValueError(f"signing in can't give {', '.join(wrong)}, only: {known}")
        return roles

    def oidc_secret(self) -> str | None:
        """The secret shared with the provider, read from its file.

        Raises:
            NotConfigured: there is no such file.
        """
        if self.oidc_client_secret_file is None:
            return None
        try:
            return self.oidc_client_secret_file.read_text("utf-8").strip()
        except OSError as error:
            raise NotConfigured(
                "ACCORD_OIDC_CLIENT_SECRET_FILE can't be read: put the provider's secret there"
            ) from error

    @classmethod
    def of(cls, org: str, data: Path) -> Self:
        """The settings of an organisation: its file under the data folder, and the environment.

        Raises:
            NotConfigured: neither says what is needed.
        """
        file = data / org / ENV_FILE
        try:
            return cls(org=org, _env_file=file)
        except ValidationError as error:
            wrong = [e for e in error.errors() if e["type"] != "missing"]
            names = ", ".join(f"ACCORD_{e['loc'][0]}".upper() for e in wrong or error.errors())
            raise NotConfigured(
                f"{names} can't be used: {wrong[0]['msg']}"
                if wrong
                else f"{org} is not set up in {data}: start `accord run` there once, or set {names}"
            ) from error

    def host_of(self, service: str) -> str:
        """Where a service listens."""
        return self.host.format(service=service)

    def store(self, service: str) -> Store:
        """Where a service keeps its history."""
        return Store(self._of(self.store_url, service))

    def keys(self, service: str) -> Store:
        """Where a service keeps the keys of subject persons."""
        return Store(self._of(self.keys_url, service))

    def seed_file(self, user: str) -> Path:
        """The seed by which a service, or another user of the bus, connects to it."""
        return Path(self._of(self.nats_seed_file, user))

    def tls(self) -> SSLContext:
        """What a client needs to know that the server it reached is its organisation's."""
        return create_default_context(cafile=self.nats_ca_file.format(folder=self.folder.resolve()))

    def master_key_file(self, service: str) -> Path:
        """The file of a service's master key; see `shared.keyring.master_key`."""
        return self.folder / "secrets" / service / "master.key"

    def session_key_file(self, service: str) -> Path:
        """The file of the key that signs sessions, the same for each site of the organisation."""
        return self.folder / "secrets" / service / "session.key"

    def _of(self, template: str, service: str) -> str:
        values = {"folder": str(self.folder.resolve()), "service": service}
        if "{password}" in template:
            values["password"] = (self.folder / "secrets" / service / "store.password").read_text()
        return template.format(**values)

    @property
    def time_zone(self) -> ZoneInfo:
        """The zone, as an object."""
        return ZoneInfo(self.zone)
