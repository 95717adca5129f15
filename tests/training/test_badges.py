"""An officer's badges, verified by a library that knows nothing of ours."""

from __future__ import annotations

import stat
from datetime import datetime
from typing import TYPE_CHECKING, Any

import jwt
import pytest
from openbadgeslib.ob3 import OB3VerificationError, OB3Verifier

from services.training.badges import badges, issuer_key
from services.training.domain import Entered
from services.training.words import Channel
from shared.errors import Refused
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
    confirmed: AgencyDesk, tmp_path: Path
) -> None:
    key = issuer_key(tmp_path / "secrets" / "badges.pem")
    tokens = badges(confirmed, OFFICER, key, by=COORDINATOR)
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


def test_trn_11_an_altered_badge_and_another_issuers_are_refused(
    confirmed: AgencyDesk, tmp_path: Path
) -> None:
    key, other = issuer_key(tmp_path / "one.pem"), issuer_key(tmp_path / "two.pem")
    token = badges(confirmed, OFFICER, key, by=COORDINATOR)[0]
    head, body, signature = token.split(".")
    swapped = badges(confirmed, OFFICER, key, by=COORDINATOR)[1].split(".")[1]
    verifier = OB3Verifier(key.as_pem(private=False))
    with pytest.raises(OB3VerificationError, match="signature"):
        verifier.verify(f"{head}.{swapped}.{signature}")
    with pytest.raises(OB3VerificationError, match="signature"):
        OB3Verifier(other.as_pem(private=False)).verify(f"{head}.{body}.{signature}")


def test_trn_11_who_may_not_read_gets_no_badge(confirmed: AgencyDesk, tmp_path: Path) -> None:
    with pytest.raises(Refused):
        badges(confirmed, OFFICER, issuer_key(tmp_path / "one.pem"), by="staff-99")


def test_the_issuers_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "secrets" / "badges.pem"
    assert issuer_key(file).thumbprint() == issuer_key(file).thumbprint()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def _claims(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims
