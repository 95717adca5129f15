"""An OpenID Connect provider in a process of its own, made of Authlib's server side.

It checks PKCE, the client's secret and redirect address, and takes a code once. `POST /control`
says who signs in, changes its key, and makes it lie: tests say how.

`python -m tests.web.provider` prints its address and serves until it is ended.
"""

from __future__ import annotations

import hmac
import json
import sys
import time
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin, grants
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import OpenIDCode
from flask import Flask, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from werkzeug.serving import make_server

if TYPE_CHECKING:
    from collections.abc import Callable

CLIENT, SECRET = "accord-sample", "not-a-secret-but-a-sample"
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
TOKEN_SECONDS = 300


@dataclass
class Client(ClientMixin):  # type: ignore[misc]  # the library is not typed
    """The one client there is."""

    redirect_uri: str = ""

    def get_client_id(self) -> str:
        return CLIENT

    def get_default_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == self.redirect_uri

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


@dataclass
class Code(AuthorizationCodeMixin):  # type: ignore[misc]  # the library is not typed
    """A code that was given."""

    code: str
    redirect_uri: str
    scope: str
    nonce: str | None
    code_challenge: str
    code_challenge_method: str

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str | None:
        return self.nonce

    def get_auth_time(self) -> int:
        return int(time.time())

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


@dataclass
class State:
    """What the provider knows, and how it lies."""

    client: Client
    codes: dict[str, Code]
    key: RSAKey
    claims: dict[str, Any]
    lies: dict[str, Any]
    """Claims of the next tokens that are not as they should be; None leaves one out."""
    signing: str = "rightly"
    ended: int = 0


def new_key() -> RSAKey:
    return RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)


STATE = State(Client(), {}, new_key(), {"sub": "person-1", "employee_number": "1"}, {})
app = Flask(__name__)
server = AuthorizationServer(
    app, query_client=lambda asked: STATE.client if asked == CLIENT else None, save_token=print
)


class CodeGrant(grants.AuthorizationCodeGrant):  # type: ignore[misc]  # the library is not typed
    """Codes in memory."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic",)

    def save_authorization_code(self, code: str, request: Any) -> None:
        asked = request.payload.data
        STATE.codes[code] = Code(
            code,
            asked["redirect_uri"],
            asked["scope"],
            asked.get("nonce"),
            asked["code_challenge"],
            asked["code_challenge_method"],
        )

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        return STATE.codes.get(code)

    def delete_authorization_code(self, authorization_code: Code) -> None:
        del STATE.codes[authorization_code.code]

    def authenticate_user(self, authorization_code: Code) -> str:
        return "somebody"


class Tokens(OpenIDCode):  # type: ignore[misc]  # the library is not typed
    """ID tokens, true or not."""

    def exists_nonce(self, nonce: str, request: Any) -> bool:
        return any(code.nonce == nonce for code in STATE.codes.values())

    def encode_id_token(self, token: dict[str, Any], request: Any) -> str:
        return signed({"nonce": request.authorization_code.get_nonce(), **STATE.claims})


def signed(claims: dict[str, Any]) -> str:
    """A token of this provider, with what it lies about."""
    now = int(time.time())
    told = {"iss": issuer(), "aud": CLIENT, "iat": now, "exp": now + TOKEN_SECONDS, **claims}
    told = {name: value for name, value in (told | STATE.lies).items() if value is not None}
    key = STATE.key
    if STATE.signing == "by nobody":
        return by_hand({"alg": "none"}, told, lambda _: b"")
    if STATE.signing == "by its public key as a secret":
        public = key.as_pem(private=False)
        header = {"alg": "HS256", "kid": key.kid}
        return by_hand(header, told, lambda text: hmac.digest(public, text, "sha256"))
    header = {"alg": "RS256", "kid": key.kid}
    return jwt.encode(header, told, new_key() if STATE.signing == "by somebody else" else key)


def by_hand(header: dict[str, Any], claims: dict[str, Any], sign: Callable[[bytes], bytes]) -> str:
    """A token that no library would make."""
    told = b".".join(encoded(json.dumps(each).encode()) for each in (header, claims))
    return (told + b"." + encoded(sign(told))).decode()


def encoded(raw: bytes) -> bytes:
    return urlsafe_b64encode(raw).rstrip(b"=")


server.register_grant(CodeGrant, [CodeChallenge(required=True), Tokens(require_nonce=True)])


def issuer() -> str:
    return request.host_url.rstrip("/")


@app.get("/.well-known/openid-configuration")
def description() -> Any:
    at = issuer()
    return jsonify(
        issuer=STATE.lies.get("issuer", at),
        authorization_endpoint=f"{at}/authorize",
        token_endpoint=f"{at}/token",
        jwks_uri=f"{at}/jwks",
        end_session_endpoint=f"{at}/end",
        response_types_supported=["code"],
        subject_types_supported=["public"],
        id_token_signing_alg_values_supported=["RS256", "HS256", "none"],
        code_challenge_methods_supported=["S256"],
    )


@app.get("/jwks")
def jwks() -> Any:
    return jsonify(KeySet([STATE.key]).as_dict(private=False))


@app.get("/authorize")
def ask() -> Any:
    server.get_consent_grant(end_user="somebody")
    return "<title>Provider</title><form method=post><button>Yes, it is me</button></form>"


@app.post("/authorize")
def consent() -> Any:
    return server.create_authorization_response(grant_user="somebody")


@app.post("/token")
def token() -> Any:
    return server.create_token_response()


@app.get("/end")
def end() -> Any:
    jwt.decode(request.args["id_token_hint"], STATE.key)  # one of ours
    STATE.ended += 1
    return redirect(request.args["post_logout_redirect_uri"])


@app.post("/control")
def control() -> Any:
    told = request.get_json()
    if told.pop("rotate", False):
        STATE.key = new_key()
    if "redirect_uri" in told:
        STATE.client.redirect_uri = told.pop("redirect_uri")
    if "logout" in told:
        return signed({"events": {LOGOUT: {}}, "jti": "1", **told.pop("logout")})
    for name, value in told.items():
        setattr(STATE, name, value)
    return jsonify(ended=STATE.ended)


if __name__ == "__main__":
    serving = make_server("127.0.0.1", int(sys.argv[1]), app, threaded=True)
    sys.stdout.write(f"http://127.0.0.1:{serving.server_port}\n")
    sys.stdout.flush()
    serving.serve_forever()
