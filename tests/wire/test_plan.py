"""How an organisation is set up on the bus: what is made once, renewed, told, and taken in."""

from __future__ import annotations

import json
import shutil
import stat
import subprocess
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from pydantic import ValidationError

from shared.wire.certificates import CERTIFICATE_DAYS, RENEWAL_DAYS, Paths, certify
from shared.wire.plan import CARD, Card, NotSetUp, Plan, introduce, set_up, set_up_both
from shared.wire.server import command
from tests.servers import AGENCY, DISTRICT

if TYPE_CHECKING:
    from pathlib import Path

SERVICES = {"directory": (), "toys": (f"{AGENCY}.toys",)}
PLAN = Plan(org=DISTRICT, kind="district", counterpart=AGENCY, services=SERVICES)
THEIRS = Plan(
    org=AGENCY,
    kind="agency",
    counterpart=DISTRICT,
    services={"toys": (f"{DISTRICT}.toys",)},
    leaf_url="nats-leaf://127.0.0.1:7422",
)


def files(folder: Path, pattern: str) -> dict[str, bytes]:
    """What the files of a folder hold, by their path in it."""
    found = sorted(each for each in folder.glob(pattern) if each.is_file())
    return {each.relative_to(folder).as_posix(): each.read_bytes() for each in found}


def certificate(file: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(file.read_bytes())


def valid(folder: Path) -> bool:
    """Whether the server would take its configuration."""
    return (
        subprocess.run([*command(folder), "-t"], check=False, capture_output=True).returncode == 0
    )


def test_secrets_are_made_once_for_their_owner_only(tmp_path: Path) -> None:
    set_up(tmp_path, PLAN)
    folder = tmp_path / DISTRICT
    secrets = files(folder, "secrets/**/*")
    set_up(tmp_path, PLAN.model_copy(update={"port": 14222}))

    assert list(secrets) == [
        "secrets/auditor/nats.seed",
        "secrets/authority/ca.key",
        "secrets/directory/master.key",
        "secrets/directory/nats.seed",
        "secrets/directory/outside.token",
        "secrets/directory/session.key",
        "secrets/ingest-district-system/nats.seed",
        "secrets/server/leaf.key",
        "secrets/server/server.key",
        "secrets/steward/nats.seed",
        "secrets/toys/master.key",
        "secrets/toys/nats.seed",
        "secrets/toys/outside.token",
        "secrets/toys/session.key",
    ]
    assert files(folder, "secrets/**/*") == secrets
    modes = {stat.S_IMODE(each.stat().st_mode) for each in folder.glob("secrets/*/*")}
    assert modes == {0o600}
    modes = {stat.S_IMODE(each.stat().st_mode) for each in folder.glob("secrets/*")}
    assert modes == {stat.S_IMODE((folder / "secrets").stat().st_mode)} == {0o700}
    assert "14222" in (folder / "nats.conf").read_text()


def test_each_service_has_keys_of_its_own_and_the_sites_share_their_sessions(
    tmp_path: Path,
) -> None:
    set_up(tmp_path, PLAN)
    secrets = files(tmp_path / DISTRICT, "secrets/*/*.key")
    assert secrets["secrets/toys/master.key"] != secrets["secrets/directory/master.key"]
    assert secrets["secrets/toys/session.key"] == secrets["secrets/directory/session.key"]

    more = PLAN.model_copy(update={"services": SERVICES | {"training": ()}})
    set_up(tmp_path, more)
    added = tmp_path / DISTRICT / "secrets" / "training" / "session.key"
    assert added.read_bytes() == secrets["secrets/toys/session.key"]


def test_keys_from_before_each_service_had_its_own_still_open_what_they_sealed(
    tmp_path: Path,
) -> None:
    secrets = tmp_path / DISTRICT / "secrets"
    secrets.mkdir(parents=True)
    (secrets / "master.key").write_bytes(b"b2xk")
    (secrets / "session.key").write_bytes(b"c2Vzc2lvbg==")
    set_up(tmp_path, PLAN)
    for service in SERVICES:
        assert (secrets / service / "master.key").read_bytes() == b"b2xk"
        assert (secrets / service / "session.key").read_bytes() == b"c2Vzc2lvbg=="


def test_what_is_not_secret_holds_no_secret(tmp_path: Path) -> None:
    set_up_both(tmp_path, PLAN, THEIRS)
    for org in (DISTRICT, AGENCY):
        folder = tmp_path / org
        secrets = files(folder, "secrets/**/*").values()
        public = files(folder, "*") | files(folder, "certificates/*")
        assert {"nats.conf", "card.json", "certificates/ca.pem"} <= set(public)
        told = b"".join(public.values())
        for secret in secrets:
            lines = [line for line in secret.split() if len(line) > 20]
            if secret.startswith(b"-----BEGIN"):
                lines = lines[:2]  # what follows in a key's file is its public part
            assert not [line for line in lines if line in told]


def test_a_server_is_known_by_its_hosts_and_renewed_before_it_ends(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    paths = Paths(tmp_path)
    certify(tmp_path, DISTRICT, ["bus.example"], now=now)
    first = {name: certificate(paths.certificate(name)) for name in ("ca", "server", "leaf")}
    names = first["server"].extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost", "bus.example"]
    assert first["server"].not_valid_before_utc < now

    last_good = now + timedelta(days=CERTIFICATE_DAYS - RENEWAL_DAYS, seconds=-2)
    certify(tmp_path, DISTRICT, ["bus.example"], now=last_good)
    assert certificate(paths.certificate("server")) == first["server"]
    certify(tmp_path, DISTRICT, ["bus.example"], now=last_good + timedelta(seconds=4))
    for name in ("server", "leaf"):
        renewed = certificate(paths.certificate(name))
        assert renewed != first[name]
        assert renewed.public_key() == first[name].public_key()
        renewed.verify_directly_issued_by(first["ca"])
    assert certificate(paths.authority) == first["ca"]


def test_a_server_with_another_host_is_certified_anew(tmp_path: Path) -> None:
    certify(tmp_path, DISTRICT, ["bus.example"])
    leaf = Paths(tmp_path).certificate("leaf").read_bytes()
    certify(tmp_path, DISTRICT, ["10.0.0.7"])
    server = certificate(Paths(tmp_path).certificate("server"))
    names = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert "10.0.0.7" in map(str, names.get_values_for_type(x509.IPAddress))
    assert Paths(tmp_path).certificate("leaf").read_bytes() == leaf


@pytest.mark.parametrize("lost", ["ca", "server"])
def test_certificates_follow_a_key_that_was_lost(tmp_path: Path, lost: str) -> None:
    certify(tmp_path, DISTRICT, [])
    Paths(tmp_path).key(lost).unlink()
    certify(tmp_path, DISTRICT, [])
    paths = Paths(tmp_path)
    authority = certificate(paths.authority)
    for name in ("server", "leaf"):
        certificate(paths.certificate(name)).verify_directly_issued_by(authority)


@pytest.mark.parametrize("folder", ["plain", "it's a $HOME \\ folder"])
def test_the_server_takes_its_configuration_before_and_after_the_introduction(
    tmp_path: Path, folder: str
) -> None:
    data = tmp_path / folder
    for plan in (PLAN, THEIRS):
        set_up(data, plan)
        assert valid(data / plan.org)
        assert "leafnodes" not in (data / plan.org / "nats.conf").read_text()
    set_up_both(data, PLAN, THEIRS)
    for plan in (PLAN, THEIRS):
        assert valid(data / plan.org)
        assert "leafnodes" in (data / plan.org / "nats.conf").read_text()
        set_up(data, plan)
        assert "leafnodes" in (data / plan.org / "nats.conf").read_text(), "it stays introduced"


def test_a_card_tells_who_one_is_and_both_see_the_same_fingerprint(tmp_path: Path) -> None:
    ours, theirs = set_up(tmp_path / "here", PLAN), set_up(tmp_path / "there", THEIRS)
    given = (tmp_path / "there" / AGENCY / CARD).read_bytes()
    taken = introduce(tmp_path / "here", DISTRICT, given, replace=False)

    assert taken == theirs
    assert taken.fingerprint == theirs.fingerprint != ours.fingerprint
    assert json.loads(given).keys() == {"org", "kind", "authority", "leaf_key"}
    assert ours.leaf_key is None
    introduce(tmp_path / "here", DISTRICT, given, replace=False)


def test_another_card_of_the_counterpart_needs_a_word_that_it_is_meant(tmp_path: Path) -> None:
    set_up_both(tmp_path, PLAN, THEIRS)
    configuration = tmp_path / DISTRICT / "nats.conf"
    before = configuration.read_text()
    shutil.rmtree(tmp_path / AGENCY)
    other = set_up(tmp_path, THEIRS)
    given = other.model_dump_json().encode()

    with pytest.raises(NotSetUp, match="--replace") as refused:
        introduce(tmp_path, DISTRICT, given, replace=False)
    assert other.fingerprint in str(refused.value)
    assert configuration.read_text() == before
    introduce(tmp_path, DISTRICT, given, replace=True)
    assert str(other.leaf_key) in configuration.read_text()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (b"", "no card"),
        (b"{}", "authority Field required"),
        (b"[" * 100_000, "no card"),
        ({"org": "sample-xx"}, "counterpart of sample-sd, a district, is sample-pd"),
        ({"kind": "district", "leaf_key": None}, "this is the card of sample-pd, a district"),
        ({"org": "../x"}, "org String should match"),
        ({"leaf_key": 'U" } evil'}, "leaf_key String should match"),
        ({"leaf_key": None}, "it has a key for the link"),
        ({"authority": "no certificate"}, "no card"),
        ({"seed": "SU..."}, "seed Extra inputs"),
    ],
)
def test_what_is_not_the_counterparts_card_is_turned_away(
    tmp_path: Path, given: bytes | dict[str, str], told: str
) -> None:
    set_up(tmp_path, PLAN)
    card = json.loads(set_up(tmp_path, THEIRS).model_dump_json())
    raw = given if isinstance(given, bytes) else json.dumps(card | given).encode()
    with pytest.raises(NotSetUp, match=told):
        introduce(tmp_path, DISTRICT, raw, replace=False)
    assert not (tmp_path / DISTRICT / "counterpart.json").exists()


def test_the_certificate_of_a_card_must_be_an_authority(tmp_path: Path) -> None:
    card = set_up(tmp_path, THEIRS)
    server = Paths(tmp_path / AGENCY).certificate("server").read_text()
    with pytest.raises(ValidationError, match="not that of an authority"):
        Card(org=AGENCY, kind="agency", authority=server, leaf_key=card.leaf_key)


@pytest.mark.parametrize(
    "wrong",
    [
        {"counterpart": DISTRICT},
        {"leaf_url": "nats-leaf://127.0.0.1:7422"},
        {"kind": "agency"},
        {"kind": "agency", "leaf_url": "http://127.0.0.1:7422"},
        {"org": "Sample SD"},
    ],
)
def test_a_plan_that_can_not_work_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Plan.model_validate(PLAN.model_dump() | wrong)


def test_browsers_know_the_proxy_by_its_own_key_where_there_are_sites(tmp_path: Path) -> None:
    set_up(tmp_path, PLAN)
    paths = Paths(tmp_path / DISTRICT)
    assert not paths.certificate("proxy").exists()
    set_up(tmp_path, PLAN.model_copy(update={"sites": ("*.district.example",)}))
    found = certificate(paths.certificate("proxy"))
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["*.district.example"]
    assert found.public_key() != certificate(paths.certificate("server")).public_key()


def test_clients_and_the_counterpart_may_be_heard_on_addresses_of_their_own(tmp_path: Path) -> None:
    plan = PLAN.model_copy(update={"leaf_listen": "127.0.0.2", "monitor_port": 18222})
    set_up_both(tmp_path, plan, THEIRS)
    text = (tmp_path / DISTRICT / "nats.conf").read_text()
    assert '"listen": "127.0.0.2:7422"' in text
    assert 'listen: "127.0.0.1:4222"' in text
    assert 'http: "127.0.0.1:18222"' in text
    assert valid(tmp_path / DISTRICT)
