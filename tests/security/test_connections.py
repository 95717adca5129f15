"""Who is let in at all: clients and the counterpart's server, by key and by certificate."""

from __future__ import annotations

import asyncio
import re
import shutil
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from nats.aio.client import Client
from nats.errors import Error as NatsError

from shared.wire import names
from shared.wire.certificates import CERTIFICATE_DAYS, Paths, certify
from shared.wire.plan import new_seed
from shared.wire.server import LEAF_SECRET
from tests.security.bench import read, write
from tests.servers import AGENCY, DISTRICT, Nats, Topology, arrived, connected, topology

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from ssl import SSLContext

    from nats.aio.msg import Msg

    from shared.settings import Settings

SECONDS = 20


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Topology]:
    """Both servers, linked."""
    with topology(tmp_path_factory.mktemp("connections") / "data") as running:
        yield running


# --- Clients --------------------------------------------------------------------------------------


async def let_in(url: str, tls: SSLContext | None, seed: Path | None) -> None:
    """Connect as a client; raises when that is refused."""

    async def unsaid(_: Exception) -> None: ...

    client = Client()
    try:
        await client.connect(
            url,
            tls=tls,
            nkeys_seed=str(seed) if seed else None,
            allow_reconnect=False,
            connect_timeout=SECONDS,
            error_cb=unsaid,
        )
    finally:
        with suppress(TimeoutError):  # what never became a connection is never told lost
            await asyncio.wait_for(client.close(), 1)


def refusal(url: str, tls: SSLContext | None, seed: Path | None) -> str:
    """Why a client is not let in; nothing when it is."""
    try:
        asyncio.run(let_in(url, tls, seed))
    except (NatsError, OSError) as error:
        return f"{type(error).__name__}: {error}".lower()
    return ""


@pytest.mark.parametrize("org", [DISTRICT, AGENCY])
def test_a_client_is_let_in_by_a_key_of_that_organisation_only(
    both: Topology, tmp_path: Path, org: str
) -> None:
    ours, theirs = both.settings(org), both.settings(AGENCY if org == DISTRICT else DISTRICT)
    unknown = tmp_path / "unknown.seed"
    unknown.write_bytes(new_seed())
    assert refusal(ours.nats_url, ours.tls(), ours.seed_file("toys")) == ""
    for seed in (None, unknown, theirs.seed_file("toys"), theirs.seed_file("steward")):
        assert "authorization" in refusal(ours.nats_url, ours.tls(), seed), seed


def test_the_key_of_the_link_lets_no_client_in(both: Topology, tmp_path: Path) -> None:
    seed = tmp_path / "leaf.seed"
    seed.write_bytes((both.data / AGENCY / LEAF_SECRET).read_bytes().split()[1])
    ours = both.settings(DISTRICT)
    assert "authorization" in refusal(ours.nats_url, ours.tls(), seed)


@pytest.mark.parametrize("org", [DISTRICT, AGENCY])
def test_without_tls_nobody_is_let_in(both: Topology, org: str) -> None:
    ours = both.settings(org)
    plain = ours.nats_url.replace("tls://", "nats://")
    asyncio.run(spoken_plainly(plain, ours))


async def spoken_plainly(url: str, settings: Settings) -> None:
    """Speak the protocol without TLS; the server hangs up and answers nothing."""
    host, _, port = url.removeprefix("nats://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    greeting = await reader.readline()
    assert b'"tls_required":true' in greeting, settings.org
    writer.write(b'CONNECT {"verbose":false}\r\nPING\r\n')
    await writer.drain()
    answered = await asyncio.wait_for(reader.read(), SECONDS)
    assert b"PONG" not in answered
    writer.close()
    with suppress(OSError):  # the server has hung up
        await writer.wait_closed()


def test_a_server_of_another_authority_is_not_spoken_to(both: Topology) -> None:
    ours, theirs = both.settings(DISTRICT), both.settings(AGENCY)
    told = refusal(ours.nats_url, theirs.tls(), ours.seed_file("toys"))
    assert "certificate verify failed" in told


# --- The link -------------------------------------------------------------------------------------


def of_another_authority(folder: Path) -> None:
    """A certificate that looks the same, of somebody who calls their authority the same."""
    forged = Paths(folder / "forged")
    certify(forged.folder, AGENCY, [])
    change(folder, cert_file=forged.certificate("leaf"), key_file=forged.key("leaf"))


def expired(folder: Path) -> None:
    """A certificate of the right authority that ended yesterday."""
    Paths(folder).certificate("leaf").unlink()
    certify(folder, AGENCY, [], now=datetime.now(UTC) - timedelta(days=CERTIFICATE_DAYS + 1))


def of_the_server(folder: Path) -> None:
    """The right authority's certificate of the server: it is for no client."""
    paths = Paths(folder)
    change(folder, cert_file=paths.certificate("server"), key_file=paths.key("server"))


def without_certificate(folder: Path) -> None:
    """TLS, but no certificate."""
    change(folder, cert_file=None, key_file=None)


def without_tls(folder: Path) -> None:
    """No TLS at all."""
    file = folder / "nats.conf"
    values, lines = read(file)
    del values["leafnodes"]["remotes"][0]["tls"]
    write(file, values, lines)


def with_another_key(folder: Path) -> None:
    """The right certificate, and an nkey that the district does not know."""
    (folder / LEAF_SECRET).write_bytes(b"LEAF_SEED: " + new_seed() + b"\n")


def trusting_another(folder: Path) -> None:
    """The agency takes a district for another: the certificate it is shown is not of that one."""
    Paths(folder).counterpart.write_bytes(Paths(folder).authority.read_bytes())


def change(folder: Path, **tls: Path | None) -> None:
    """Change the TLS settings by which the agency dials; None takes one off."""
    file = folder / "nats.conf"
    values, lines = read(file)
    settings = values["leafnodes"]["remotes"][0]["tls"]
    for name, value in tls.items():
        if value is None:
            del settings[name]
        else:
            settings[name] = str(value)
    write(file, values, lines)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (of_another_authority, "unknown authority|unknown certificate|bad certificate"),
        (expired, "expired"),
        (of_the_server, "incompatible key usage|bad certificate"),
        (without_certificate, "didn't provide a certificate|certificate required"),
        (without_tls, "tls|secure"),
        (with_another_key, "authorization violation"),
        (trusting_another, "unknown authority"),
    ],
    ids=lambda each: each.__name__ if callable(each) else "",
)
def test_the_link_opens_only_with_the_right_certificate_and_the_right_key(
    both: Topology, tmp_path: Path, wrong: Callable[[Path], None], told: str
) -> None:
    folder = tmp_path / AGENCY
    shutil.copytree(both.data / AGENCY, folder, ignore=shutil.ignore_patterns("nats", "*.log"))
    file = folder / "nats.conf"
    file.write_text(file.read_text().replace(str(both.data / AGENCY), str(folder)))
    wrong(folder)
    both.agency.stop()
    dialling = Nats(folder, both.plans[AGENCY].port)
    before = both.district.log.stat().st_size
    try:
        dialling.start()
        logs = (both.district.log, dialling.log)

        def said() -> str:
            return logs[0].read_text()[before:] + logs[1].read_text()

        eventually(lambda: re.search(told, said().lower()), "it is not said why")
        assert not asked(both), "the link is open"
    finally:
        dialling.stop()
        both.agency.start()
    eventually(lambda: asked(both), "with the right ones it opens again")


def asked(both: Topology) -> bool:
    """Whether what the agency may ask reaches the district: over the link, to who answers there."""

    async def ask() -> bool:
        district, agency = both.settings(DISTRICT), both.settings(AGENCY)
        answering = await connected(district, "toys")
        asking = await connected(agency, "toys")
        subject = names.ask(DISTRICT, AGENCY, "toys")

        async def answer(message: Msg) -> None:
            await message.respond(b"answered")

        try:
            await answering.subscribe(subject.replace(AGENCY, "*"), cb=answer)
            await arrived(answering)
            await asking.request(subject, b"", timeout=1)
        except NatsError:
            return False
        finally:
            await answering.close()
            await asking.close()
        return True

    return asyncio.run(ask())


def eventually(true: Callable[[], object], otherwise: str) -> None:
    """Wait until something holds."""
    until = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < until, otherwise
        time.sleep(0.05)
