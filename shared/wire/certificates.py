"""The certificates of one organisation: an authority of its own, its server's, and its link's.

Nobody else's authority is trusted for anything: services know their server by their organisation's
authority, and each organisation knows the other's end of the link by the other's.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from shared.files import secret, write_whole

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from cryptography.x509.oid import ObjectIdentifier

AUTHORITY_DAYS = 3_650
CERTIFICATE_DAYS = 398
RENEWAL_DAYS = 30
"""One that ends sooner is made anew; the authority stays."""
CLOCKS_APART = timedelta(hours=1)
"""A new certificate is good at once on a machine whose clock is behind."""
ALWAYS = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Paths:
    """Where an organisation's certificates and their keys are."""

    folder: Path

    @property
    def authority(self) -> Path:
        """The organisation's authority: what services, and the counterpart, trust."""
        return self.folder / "certificates" / "ca.pem"

    @property
    def counterpart(self) -> Path:
        """The other organisation's authority, from its card."""
        return self.folder / "certificates" / "counterpart-ca.pem"

    def certificate(self, name: str) -> Path:
        """The certificate of `server`, `leaf` or `proxy`."""
        return self.folder / "certificates" / f"{name}.pem"

    def key(self, name: str) -> Path:
        """The key of `ca`, `server`, `leaf` or `proxy`; a secret, beside others of its user."""
        user = {"ca": "authority", "proxy": "proxy"}.get(name, "server")
        return self.folder / "secrets" / user / f"{name}.key"


def certify(
    folder: Path,
    org: str,
    hosts: Sequence[str],
    *,
    sites: Sequence[str] = (),
    now: datetime | None = None,
) -> None:
    """Make an organisation's authority and certificates when absent, and renew what ends soon.

    Args:
        folder: the organisation's.
        org: its slug.
        hosts: names and addresses by which its server is reached, beside this machine's own.
        sites: names by which browsers reach its proxy; without any it gets no certificate.
        now: for tests; an instant.
    """
    paths, at = Paths(folder), now or datetime.now(UTC)
    key = _key(paths.key("ca"))
    authority = _kept(paths.authority)
    if authority is None or authority.public_key() != key.public_key():
        authority = _authority(key, org, at)
        write_whole(paths.authority, _pem(authority))
    wanted = {
        "server": (ExtendedKeyUsageOID.SERVER_AUTH, tuple(dict.fromkeys((*ALWAYS, *hosts)))),
        "leaf": (ExtendedKeyUsageOID.CLIENT_AUTH, (org,)),
    }
    if sites:
        wanted["proxy"] = (ExtendedKeyUsageOID.SERVER_AUTH, tuple(sites))
    for name, (use, called) in wanted.items():
        mine, file = _key(paths.key(name)), paths.certificate(name)
        kept = _kept(file)
        if kept is None or not _still_good(kept, authority, mine, called, at):
            made = _certificate(authority, key, mine, name, use, called, at)
            write_whole(file, _pem(made))


def is_authority(certificate: x509.Certificate) -> bool:
    """Whether a certificate is of an authority that signed itself."""
    try:
        basic = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    except x509.ExtensionNotFound:
        return False
    return basic.value.ca and _issued_by(certificate, certificate)


def _key(file: Path) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(secret(file, _new_key), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey), "we make no others"
    return key


def _new_key() -> bytes:
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _authority(key: ec.EllipticCurvePrivateKey, org: str, at: datetime) -> x509.Certificate:
    name = _name(f"Accord authority of {org}")
    usage = _usage(key_cert_sign=True, crl_sign=True)
    return (
        _begun(name, name, key.public_key(), at, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )


def _certificate(  # noqa: PLR0917  # what a certificate says, in its order
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
    key: ec.EllipticCurvePrivateKey,
    name: str,
    use: ObjectIdentifier,
    called: Sequence[str],
    at: datetime,
) -> x509.Certificate:
    public = authority_key.public_key()
    return (
        _begun(authority.subject, _name(f"Accord {name}"), key.public_key(), at, CERTIFICATE_DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([use]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_called(each) for each in called]), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(public), critical=False)
        .sign(authority_key, hashes.SHA256())
    )


def _begun(
    issuer: x509.Name, subject: x509.Name, key: ec.EllipticCurvePublicKey, at: datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .issuer_name(issuer)
        .subject_name(subject)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - CLOCKS_APART)
        .not_valid_after(at + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _kept(file: Path) -> x509.Certificate | None:
    return x509.load_pem_x509_certificate(file.read_bytes()) if file.exists() else None


def _still_good(
    found: x509.Certificate,
    authority: x509.Certificate,
    key: ec.EllipticCurvePrivateKey,
    called: Sequence[str],
    at: datetime,
) -> bool:
    """Whether a certificate can stay: it lasts, and says what it would say if made now."""
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return (
        found.not_valid_after_utc - at > timedelta(days=RENEWAL_DAYS)
        and _issued_by(authority, found)
        and found.public_key() == key.public_key()
        and list(names) == [_called(each) for each in called]
    )


def _issued_by(authority: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(authority)
    except (InvalidSignature, TypeError, ValueError):
        return False
    return True


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _called(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _usage(
    *, digital_signature: bool = False, key_cert_sign: bool = False, crl_sign: bool = False
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        encipher_only=False,
        decipher_only=False,
    )
