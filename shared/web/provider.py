"""The organisation's sign-in: OpenID Connect by the code flow with PKCE, state and nonce.

The provider says who somebody is. Which claim is the reference of the member of staff, and which
of their groups give a role beside the directory's, the settings say.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx2
from authlib.integrations.starlette_client import OAuth, OAuthError
from authlib.oauth2.claims import JWTClaims
from joserfc.errors import InvalidClaimError, JoseError

from shared.settings import NotConfigured
from shared.web.sessions import AtProvider

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.settings import Settings

KNOWN_SECONDS = 3600
"""How long the provider's description and keys are believed before they are asked for again."""
KEYS_ASKED_AGAIN_SECONDS = 5.0
"""A key that is not known makes us ask at once, but no more often than this: strangers can send
tokens with keys of their own invention."""
ANSWER_SECONDS_MAX = 10.0
CLOCKS_APART_SECONDS_MAX = 60
ALGORITHMS = ("RS256", "PS256", "ES256", "RS384", "RS512", "ES384", "ES512", "EdDSA", "Ed25519")
"""Signatures by a key pair: never `none`, nor a secret that we hold too."""
REFERENCE = re.compile(r"[a-z]{1,20}-[0-9]{1,6}")
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"


class ProviderDown(Exception):
    """The provider did not answer, or not as a provider does."""


class NotProven(Exception):
    """What the provider's answer says does not prove who came back; the message is for the log."""


@dataclass(frozen=True)
class Begun:
    """A sign-in that has begun; all but the address stays with us until the browser is back."""

    url: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Proven:
    """Who somebody is, as the provider has it."""

    staff: str
    granted: frozenset[str]
    at_provider: AtProvider


class LogoutToken(JWTClaims):  # type: ignore[misc]  # the library is not typed
    """The word of a provider that a session has ended (OpenID Connect Back-Channel Logout)."""

    def validate(self, now: int | None = None, leeway: int = 0) -> None:
        """Check what makes it one."""
        super().validate(now, leeway)
        if "nonce" in self or LOGOUT not in self.get("events", {}):
            raise InvalidClaimError("events")
        if not (self.get("sub") or self.get("sid")):
            raise InvalidClaimError("sub")


class Provider:
    """The provider of one organisation, for one site."""

    def __init__(self, settings: Settings, service: str) -> None:
        if not (settings.oidc_issuer and settings.oidc_client_id and settings.public_url):
            raise NotConfigured(
                "sign-in needs ACCORD_OIDC_ISSUER, ACCORD_OIDC_CLIENT_ID and ACCORD_PUBLIC_URL"
            )
        self.issuer = settings.oidc_issuer
        self._client_id = settings.oidc_client_id
        self._secret = settings.oidc_secret()
        self._staff = settings.oidc_staff
        self._roles_claim, self._roles = settings.oidc_roles_claim, settings.oidc_roles
        self.site = settings.public_url.format(service=service).rstrip("/")
        self._asked_at = 0.0
        self._keys_asked_at = 0.0
        self._known: Any = None

    async def begin(self) -> Begun:
        """Where to send somebody who wants to sign in.

        Raises:
            ProviderDown: it does not answer.
        """
        client = await self._client()
        begun = await client.create_authorization_url(f"{self.site}/sign-in/done")
        return Begun(begun["url"], begun["state"], begun["nonce"], begun["code_verifier"])

    async def proven(self, begun: Begun, code: str) -> Proven:
        """Who came back with a code.

        Raises:
            ProviderDown: it does not answer.
            NotProven: the code or the token is not what a true answer would hold.
        """
        client = await self._client()
        try:
            token = await client.fetch_access_token(
                f"{self.site}/sign-in/done", code=code, code_verifier=begun.verifier
            )
            claims = await self._read(client, token, nonce=begun.nonce)
        except httpx2.HTTPError as error:
            raise ProviderDown(type(error).__name__) from error
        except (OAuthError, JoseError, ValueError) as error:
            raise NotProven(f"{type(error).__name__}: {getattr(error, 'error', '')}") from error
        return Proven(
            staff=self._reference(claims),
            granted=self._granted(claims),
            at_provider=AtProvider(claims["sub"], claims.get("sid"), token["id_token"]),
        )

    async def end_url(self, id_token: str) -> str | None:
        """Where to sign out at the provider too; None when it has no such place or is away."""
        try:
            client = await self._client()
        except ProviderDown:
            return None
        if not client.server_metadata.get("end_session_endpoint"):
            return None
        ended = await client.create_logout_url(
            post_logout_redirect_uri=f"{self.site}/",
            id_token_hint=id_token,
            client_id=self._client_id,
        )
        url: str = ended["url"]
        return url

    async def ended(self, logout_token: str) -> tuple[str | None, str | None]:
        """The subject and the provider's session that a logout token says have ended.

        Raises:
            ProviderDown: its keys can't be asked for.
            NotProven: it is no true logout token.
        """
        client = await self._client()
        try:
            claims = await self._read(client, {"id_token": logout_token}, claims_cls=LogoutToken)
        except httpx2.HTTPError as error:
            raise ProviderDown(type(error).__name__) from error
        except (JoseError, ValueError) as error:
            raise NotProven(type(error).__name__) from error
        return claims.get("sub"), claims.get("sid")

    async def _read(
        self,
        client: Any,
        token: dict[str, Any],
        *,
        nonce: str | None = None,
        claims_cls: Any = None,
    ) -> dict[str, Any]:
        """The claims of a token that the provider signed for us, still in force."""
        claims = await client.parse_id_token(
            token,
            nonce=nonce,
            claims_cls=claims_cls,
            claims_options={
                "iss": {"essential": True, "value": self.issuer},
                "aud": {"essential": True, "value": self._client_id},
                "exp": {"essential": True},
            },
            leeway=CLOCKS_APART_SECONDS_MAX,
        )
        if claims is None:
            raise ValueError("the answer holds no ID token")
        found: dict[str, Any] = dict(claims)
        return found

    async def _client(self) -> Any:
        """The library's client, with the provider's description of at most an hour ago."""
        if self._known is None or time.monotonic() - self._asked_at > KNOWN_SECONDS:
            client = OAuth().register(
                "provider",
                client_id=self._client_id,
                client_secret=self._secret,
                server_metadata_url=f"{self.issuer}/.well-known/openid-configuration",
                client_kwargs={
                    "scope": "openid profile",
                    "code_challenge_method": "S256",
                    "timeout": ANSWER_SECONDS_MAX,
                },
            )
            await self._describe(client)
            client.fetch_jwk_set = self._seldom(client.fetch_jwk_set)
            self._known, self._asked_at = client, time.monotonic()
        return self._known

    async def _describe(self, client: Any) -> None:
        try:
            told = await client.load_server_metadata()
        except (httpx2.HTTPError, ValueError) as error:
            raise ProviderDown(type(error).__name__) from error
        if told.get("issuer") != self.issuer:
            raise ProviderDown("it says it is another issuer")
        offered = told.get("id_token_signing_alg_values_supported", ["RS256"])
        told["id_token_signing_alg_values_supported"] = [a for a in offered if a in ALGORITHMS]
        ways = told.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if "client_secret_basic" not in ways:
            client.client_kwargs["token_endpoint_auth_method"] = "client_secret_post"  # noqa: S105  # a way

    def _seldom(self, fetch: Any) -> Any:
        """The library's way to the keys, which asks again only after a while."""

        async def fetched(force: bool = False) -> Any:  # as the library calls it
            now = time.monotonic()
            again = force and now - self._keys_asked_at > KEYS_ASKED_AGAIN_SECONDS
            if again:
                self._keys_asked_at = now
            return await fetch(force=again)

        return fetched

    def _reference(self, claims: Mapping[str, Any]) -> str:
        """The reference of the member of staff, as the setting puts it together."""
        try:
            staff = self._staff.format_map(claims)
        except KeyError as error:
            raise NotProven(f"no claim {error.args[0]}") from error
        if not REFERENCE.fullmatch(staff):
            raise NotProven("the claims give no reference of a member of staff")
        return staff

    def _granted(self, claims: Mapping[str, Any]) -> frozenset[str]:
        held = claims.get(self._roles_claim, [])
        values = held if isinstance(held, list) else [held]
        return frozenset(self._roles[each] for each in values if each in self._roles)
