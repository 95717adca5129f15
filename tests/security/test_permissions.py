"""Each cell of the permission matrix, tried on real servers; and the matrix as documented."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest

from shared.wire.permits import INGEST
from tests.security.bench import KINDS, LISTENER, OTHER, bench, with_rogue
from tests.security.matrix import (
    AS_IT_IS,
    ATTEMPTS,
    COUNTERPART,
    DOOMED,
    USERS,
    Attempt,
    body,
    documented,
    table,
)
from tests.servers import AGENCY, BREAKER, DISTRICT, arrived

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nats.aio.msg import Msg

    from tests.security.bench import Bench, User

ORGANISATIONS = (DISTRICT, AGENCY)
NOT_HERE = 10039
"""What a server says of JetStream to an account that has none: here, the attacker's own server."""


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """Both servers as they are set up."""
    with bench(tmp_path_factory.mktemp("honest") / "data") as made:
        yield made


@pytest.fixture(scope="module", params=ORGANISATIONS)
def victim(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Bench]]:
    """An organisation whose counterpart's server has had all its limits taken off."""
    with with_rogue(tmp_path_factory.mktemp("rogue") / "data", request.param) as made:
        yield request.param, made


def test_the_matrix_is_documented_as_it_is_tried() -> None:
    assert documented() == table(), "give `python -m tests.security.matrix`"


@pytest.mark.xdist_group("permissions of users")
@pytest.mark.parametrize("attempt", ATTEMPTS, ids=lambda each: each.what)
@pytest.mark.parametrize("user", [each for each in USERS if each != COUNTERPART])
@pytest.mark.parametrize("org", ORGANISATIONS)
def test_a_user_may(honest: Bench, org: str, user: str, attempt: Attempt) -> None:
    honest.loop.run(tried(honest, org, user, attempt))


@pytest.mark.xdist_group("permissions of the counterpart")
@pytest.mark.parametrize("attempt", ATTEMPTS, ids=lambda each: each.what)
def test_the_counterpart_may(victim: tuple[str, Bench], attempt: Attempt) -> None:
    org, made = victim
    made.loop.run(tried_by_counterpart(made, org, attempt))


async def tried(made: Bench, org: str, name: str, attempt: Attempt) -> None:
    """Try one cell of a user, and see that it went as the matrix says."""
    fill, user = made.names(org), await made.user(org, name)
    subject = fill.of(attempt.subject, system(org))
    await prepared(made, org, attempt)
    if attempt.way == "listen":
        await listened(made, org, user, subject, allowed=name in attempt.may)
        return
    sent = await what_is_sent(made, org, attempt)
    before = await made.state(org)
    if name not in attempt.may:
        await user.client.publish(subject, sent)
        assert await user.refuses()
        assert await made.state(org) == before
    elif attempt.way == "publish":
        await user.client.publish(subject, sent)
        await arrived(user.client)
        assert user.unrefused
    elif attempt.way == "read":
        await user.fetch(subject, sent)
        assert await made.state(org) != before
    else:
        how = await user.request(subject, sent)
        assert works(how), how
        assert (await made.state(org) != before) == attempt.changes


async def listened(made: Bench, org: str, user: User, subject: str, *, allowed: bool) -> None:
    """Subscribe; what may be heard is heard."""
    breaker = await made.user(org, BREAKER)
    async with user.listening(subject) as heard:
        if not allowed:
            assert await user.refuses()
        else:
            said = subject.replace("*", "tried").replace(">", "tried")
            await breaker.client.publish(said, b"heard")
            await arrived(breaker.client)
            await until_heard(heard, b"heard")
            assert user.unrefused


async def tried_by_counterpart(made: Bench, org: str, attempt: Attempt) -> None:
    """Try one cell of the counterpart, by every name that it could use."""
    subject = made.names(org).of(attempt.subject, system(org))
    allowed = COUNTERPART in attempt.may
    await prepared(made, org, attempt)
    if attempt.way == "listen":
        await overheard(made, org, subject, allowed=allowed)
        return
    sent = await what_is_sent(made, org, attempt)
    before = await made.state(org)
    if allowed:
        how = await made.over_the_link(org, subject, sent, 1)
        assert works(how) or (attempt.way == "publish" and how == "silent"), how
        return
    for each in (subject, *called_otherwise(subject, org)):
        how = await made.over_the_link(org, each, sent)
        # silent: dropped at the link; the control shows that the connection carries what it may
        assert how in {"nobody", "silent"} or err_code(how) == NOT_HERE, (each, how)
        assert await made.reaches(org)
    assert await made.state(org) == before


async def overheard(made: Bench, org: str, subject: str, *, allowed: bool) -> None:
    """Listen on the link while the victim does all that could be heard; the control is heard."""
    rogue, breaker = await made.user(OTHER[org], LISTENER), await made.user(org, BREAKER)
    delivery = f"dlv.{org}.{OTHER[org]}"
    async with rogue.listening(subject) as heard, rogue.listening(delivery) as control:
        assert await made.reaches(org), "what follows it knows of the subscriptions"
        for each in (
            f"accord.{org}.own.directory.heard",
            "_INBOX.directory.heard",
            f"ask.{org}.own.complaints",
            f"ingest.{org}.complaints.heard",
            "$JS.API.INFO",
            "$JS.EVENT.heard",
            "$SYS.heard",
        ):
            await breaker.client.publish(each, b"{}")
        js = breaker.client.jetstream()
        await js.publish(f"accord.{org}.{OTHER[org]}.complaints.heard", b"control")
        await until_heard(control, b"control")
        subjects = {each.subject for each in heard if not its_own(each.subject, org)}
    delivered = {each for each in subjects if each.startswith(f"accord.{org}.{OTHER[org]}.")}
    assert subjects <= {delivery, *delivered}, "it heard more than what is delivered to it"
    assert bool(delivered) == (allowed or subject == ">")


def its_own(subject: str, org: str) -> bool:
    """Whether the rogue itself asked for it, or was answered so."""
    return subject.startswith("_R_.") or subject == f"ask.{org}.{OTHER[org]}.complaints"


async def until_heard(heard: Sequence[Msg], body: bytes) -> None:
    """Wait until a message came."""
    for _ in range(500):
        if any(each.data == body for each in heard):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("what may be heard was not heard")


async def what_is_sent(made: Bench, org: str, attempt: Attempt) -> bytes:
    """The body of an attempt."""
    if attempt.body == AS_IT_IS:
        return await made.configured(org)
    return body(attempt, made.names(org))


async def prepared(made: Bench, org: str, attempt: Attempt) -> None:
    """Let there be what is to be deleted, and not what is to be made."""
    if "{DOOMED}" in attempt.subject:
        await made.consumer(org, DOOMED, there=True)
    if attempt.changes and ".tried." in attempt.subject:
        await made.consumer(org, "tried", there=False)


def called_otherwise(subject: str, org: str) -> list[str]:
    """Other names by which a call of JetStream could reach the server behind the link."""
    prefix, api, call = subject.partition("$JS.API.")
    if not api or prefix:
        return []
    return [f"$JS.{KINDS[org]}.API.{call}", f"api.{org}.{call}"]


def works(how: str) -> bool:
    """Whether somebody answered, and not with an error; what only is published is told."""
    return how not in {"refused", "nobody", "silent"} and err_code(how) == 0


def err_code(how: str) -> int:
    """The number of JetStream's error in an answer; 0 when there is none."""
    if not how.startswith("{"):
        return 0
    return int(json.loads(how).get("error", {}).get("err_code", 0))


def system(org: str) -> str:
    """A service that the first outside system of an organisation tells something."""
    return next(iter(INGEST[KINDS[org]].values()))[0]
