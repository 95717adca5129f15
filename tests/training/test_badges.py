"""An officer's badges, verified by a library that knows nothing of ours."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import jwt
import pytest
from fastapi.testclient import TestClient
from joserfc.jwk import OKPKey
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it has no types
from openbadgeslib.ob3 import OB3VerificationError, OB3Verifier

from services.training.badges import badges, issuer_key
from services.training.domain import Entered
from services.training.http import agency_app
from services.training.words import Channel
from shared.errors import Refused
from shared.keyring import Keyring
from shared.service import LinkStatus
from shared.settings import Settings
from shared.wire.store import Store
from tests.training.open_badge import CREDENTIAL
from tests.training.samples import AGENCY, COORDINATOR, DISTRICT, OFFICER, ZONE

if TYPE_CHECKING:
    from pathlib import Path

    from services.training.agency_desk import AgencyDesk
    from tests.training.samples import At


REPEATED = {"iss", "jti", "nbf", "sub", "exp"}


@pytest.fixture
def confirmed(agency: AgencyDesk, at: At) -> AgencyDesk:
    at.day = datetime.now(ZONE).date()  # the verifier goes by the real clock
    for requirement in ("T-DEVEL", "A-FACPR"):
        entered = Entered(requirement=requirement, completed_on=at.day, provider="Sample academy")
        agency.confirm(OFFICER, entered, by=COORDINATOR, channel=Channel.PAGE)
    return agency


def test_trn_11_each_confirmed_topic_is_a_badge_that_a_standard_verifier_accepts(
    confirmed: AgencyDesk,
) -> None:
    key = issuer_key(confirmed.keyring)
    tokens = badges(confirmed, OFFICER, by=COORDINATOR)
    verifier = OB3Verifier(key.as_pem(private=False))
    shown = [verifier.verify(token) for token in tokens]
    assert len(shown) == 2
    for token, credential in zip(tokens, shown, strict=True):
        header, claims = jwt.get_unverified_header(token), _claims(token)
        assert set(header) == {"alg", "typ", "jwk"}
        assert "d" not in header["jwk"]
        assert credential.issuer.id == claims["iss"]
        assert claims["iss"].endswith(key.thumbprint())
        assert claims["credentialSubject"]["identifier"][0]["identityHash"] == OFFICER
        assert "Synthetic" not in str(claims)
    valid = {c["name"]: "exp" in c for c in map(_claims, tokens)}
    assert sorted(valid.values()) == [False, True], "only the course ends"


def test_trn_11_a_badge_is_what_the_schema_of_open_badges_asks(confirmed: AgencyDesk) -> None:
    schema = Draft202012Validator(CREDENTIAL)
    tokens = badges(confirmed, OFFICER, by=COORDINATOR)
    for credential in map(_credential, tokens):
        schema.validate(credential)
        for path in ("id", "issuer", "validFrom", "credentialSubject"):
            assert not schema.is_valid({k: v for k, v in credential.items() if k != path})
    assert len(tokens) == 2


def test_trn_11_anyone_verifies_a_badge_by_the_key_that_the_agency_publishes(
    confirmed: AgencyDesk, tmp_path: Path
) -> None:
    settings = Settings(org=AGENCY, kind="agency", counterpart=DISTRICT, folder=tmp_path)
    link = LinkStatus(DISTRICT, bus_up=True, counterpart_up=True)
    with TestClient(agency_app(settings, confirmed, link)) as anyone:
        published = anyone.get("/.well-known/jwks.json").json()
    (key,) = jwt.PyJWKSet.from_dict(published).keys
    (told,) = published["keys"]
    assert set(told) == {"kty", "crv", "x", "kid", "use", "alg"}, "and nothing private"
    named = {name: told[name] for name in ("crv", "kty", "x")}
    digest = sha256(json.dumps(named, separators=(",", ":")).encode()).digest()  # RFC 7638
    thumbprint = urlsafe_b64encode(digest).rstrip(b"=").decode()
    for token in badges(confirmed, OFFICER, by=COORDINATOR):
        claims = jwt.decode(token, key, algorithms=["EdDSA"])
        assert claims["iss"] == f"urn:ietf:params:oauth:jwk-thumbprint:sha-256:{thumbprint}"
        assert claims["iss"] == claims["issuer"]["id"]


def test_trn_11_an_altered_badge_and_another_issuers_are_refused(confirmed: AgencyDesk) -> None:
    key, other = issuer_key(confirmed.keyring), OKPKey.generate_key("Ed25519")
    token = badges(confirmed, OFFICER, by=COORDINATOR)[0]
    head, body, signature = token.split(".")
    swapped = badges(confirmed, OFFICER, by=COORDINATOR)[1].split(".")[1]
    verifier = OB3Verifier(key.as_pem(private=False))
    with pytest.raises(OB3VerificationError, match="signature"):
        verifier.verify(f"{head}.{swapped}.{signature}")
    with pytest.raises(OB3VerificationError, match="signature"):
        OB3Verifier(other.as_pem(private=False)).verify(f"{head}.{body}.{signature}")


def test_trn_11_who_may_not_read_gets_no_badge(confirmed: AgencyDesk) -> None:
    with pytest.raises(Refused):
        badges(confirmed, OFFICER, by="staff-99")


def test_the_issuers_key_is_the_same_each_time_and_another_with_another_master_key(
    tmp_path: Path,
) -> None:
    def thumbprint(master: bytes) -> str:
        keyring = Keyring(Store(f"sqlite:///{tmp_path}/keys.sqlite"), master)
        try:
            return str(issuer_key(keyring).thumbprint())
        finally:
            keyring.close()

    assert thumbprint(b"0" * 32) == thumbprint(b"0" * 32) != thumbprint(b"1" * 32)


def _credential(token: str) -> dict[str, Any]:
    """The credential, without the claims that repeat it."""
    return {k: v for k, v in _claims(token).items() if k not in REPEATED}


def _claims(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims
