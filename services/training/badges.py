"""An officer's confirmed topics and courses as Open Badges 3.0 that anyone can verify.

One credential a requirement, signed by the agency as a JSON Web Token (Open Badges 3.0, 8.2). The
subject is the officer's reference in the directory, never a name. The issuer is named by the
thumbprint of its key (RFC 9278), so a credential can't claim another issuer's; the key is published
at the agency's training site, where anyone finds whether it is the agency's.
"""

from __future__ import annotations

import warnings
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import OKPKey

from services.training.words import HAS_RECEIVED, Kind

if TYPE_CHECKING:
    from datetime import date

    from services.training.agency_desk import AgencyDesk
    from services.training.compliance import Cell
    from services.training.record import Proof
    from shared.keyring import Keyring

CONTEXTS = (
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
)
SHOWN = frozenset({Kind.TOPIC, Kind.COURSE})
ALGORITHM = "EdDSA"


def issuer_key(keyring: Keyring) -> OKPKey:
    """The key that the agency signs badges with: it follows from the key that it seals with."""
    private = Ed25519PrivateKey.from_private_bytes(keyring.derived("badges"))
    return OKPKey.import_key(
        private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )


def issuer_keys(keyring: Keyring) -> dict[str, Any]:
    """The public key that badges verify with, as a JSON Web Key Set (RFC 7517)."""
    key = issuer_key(keyring)
    told = {"kid": key.thumbprint(), "use": "sig", "alg": ALGORITHM}
    return {"keys": [key.as_dict(private=False) | told]}


def badges(desk: AgencyDesk, officer: str, *, by: str) -> list[str]:
    """A signed credential for each topic and course that is confirmed and valid today (C-TRN-11).

    Raises:
        shared.errors.Refused: `by` may not read the record, or there is no such officer.
    """
    desk.record_of(officer, by)
    key = issuer_key(desk.keyring)
    today = desk.today()
    rows = desk.matrix(by, as_of=today, known_on=today)
    cells = [cell for row in rows if row.officer == officer for cell in row.cells]
    found = []
    for cell in cells:
        proof = next((p for p in reversed(cell.proofs) if p.keeper == desk.keeper), None)
        if cell.requirement.kind in SHOWN and cell.status in HAS_RECEIVED and proof is not None:
            found.append(_signed(_credential(desk, officer, cell, proof, key), key))
    return found


def _credential(
    desk: AgencyDesk, officer: str, cell: Cell, proof: Proof, key: OKPKey
) -> dict[str, Any]:
    def midnight(day: date) -> str:
        instant = datetime.combine(day, time(), desk.zone).astimezone(UTC)
        return instant.isoformat().replace("+00:00", "Z")

    requirement, facts, file = cell.requirement, proof.facts, desk.file_id(officer)
    until = facts.expires_on
    achievement = {
        "id": uuid5(
            NAMESPACE_URL, f"/{desk.org}/achievements/{facts.catalog}/{requirement.id}"
        ).urn,
        "type": ["Achievement"],
        "name": requirement.title,
        "description": f"{requirement.id} of the catalog {facts.catalog}",
        "criteria": {"narrative": f"Completed on {facts.completed_on}: {facts.provider}"},
    }
    subject = {
        "id": file.urn,
        "type": ["AchievementSubject"],
        "identifier": [
            {
                "type": "IdentityObject",
                "identityType": "identifier",
                "hashed": False,
                "identityHash": officer,
            }
        ],
        "achievement": achievement,
    }
    return {
        "@context": list(CONTEXTS),
        "id": uuid5(file, f"{proof.keeper}/{proof.number}/{requirement.id}").urn,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": requirement.title,
        "issuer": {"id": _thumbprint(key), "type": ["Profile"], "name": desk.org},
        "validFrom": midnight(proof.known_on),
        **({} if until is None else {"validUntil": midnight(until + timedelta(days=1))}),
        "credentialSubject": subject,
    }


def _signed(credential: dict[str, Any], key: OKPKey) -> str:
    """The credential with the claims that repeat it, as a compact JWS."""
    claims = {
        **credential,
        "iss": credential["issuer"]["id"],
        "jti": credential["id"],
        "nbf": _seconds(credential["validFrom"]),
        "sub": credential["credentialSubject"]["id"],
    }
    if "validUntil" in credential:
        claims["exp"] = _seconds(credential["validUntil"])
    header = {"alg": ALGORITHM, "typ": "JWT", "jwk": key.as_dict(private=False)}
    with warnings.catch_warnings():
        # RFC 9864 renames the algorithm; verifiers of badges know it by this name
        warnings.simplefilter("ignore", SecurityWarning)
        return jwt.encode(header, claims, key, algorithms=[ALGORITHM])


def _thumbprint(key: OKPKey) -> str:
    return f"urn:ietf:params:oauth:jwk-thumbprint:sha-256:{key.thumbprint()}"


def _seconds(instant: str) -> int:
    return int(datetime.fromisoformat(instant).timestamp())
