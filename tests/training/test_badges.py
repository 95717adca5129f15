"""An officer's badges, verified by a library that knows nothing of ours."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import jwt
import pytest
from joserfc.jwk import OKPKey
from openbadgeslib.ob3 import OB3VerificationError, OB3Verifier

from services.training.badges import badges, issuer_key
from services.training.domain import Entered
from services.training.words import Channel
from shared.errors import Refused
from shared.keyring import Keyring
from shared.wire.store import Store
from tests.training.samples import COORDINATOR, OFFICER, ZONE

if TYPE_CHECKING:
    from pathlib import Path

    from services.training.agency_desk import AgencyDesk
    from tests.training.samples import At


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


def _claims(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims
