"""Both organisations' servers with everybody connected, for attempts on one of them."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from contextlib import ExitStack, asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar

import nats
from nats.errors import NoRespondersError
from nats.errors import TimeoutError as NatsTimeoutError
from nats.js.errors import NotFoundError

from services.__main__ import sources
from shared.cli.run import Organisation
from shared.wire import names
from shared.wire.permits import INGEST, inbox
from shared.wire.plan import new_seed, public_key, seed_file
from shared.wire.server import CONFIGURATION, LEAF_SEED
from tests.security.matrix import OTHER_SERVICE, SERVICE, SYSTEM, Names
from tests.servers import AGENCY, BREAKER, DISTRICT, Topology, arrived, topology

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine, Iterator
    from pathlib import Path
    from ssl import SSLContext

    from nats.aio.client import Client
    from nats.aio.msg import Msg

T = TypeVar("T")

SECONDS = 5
SILENT_SECONDS = 0.1
"""For what nobody is to answer; that an answer would have come, something asked after it shows."""
LISTENER, ASKER = "listener", "asker"
"""The rogue's two hands: one in the account of the link, one in an account whose requests go there.

A server lets no client ask to be answered where the link carries answers; what goes from account to
account is.
"""
THROUGH = "through."
"""Before the subject of what the asking hand sends over the link."""
OTHER = {DISTRICT: AGENCY, AGENCY: DISTRICT}
KINDS = {DISTRICT: "district", AGENCY: "agency"}


class Loop:
    """An event loop that goes on between tests."""

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do work in it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(4 * SECONDS)


class User:
    """One connection, and what its server told it was not permitted."""

    def __init__(self, client: Client, refused: asyncio.Queue[str]) -> None:
        self.client = client
        self._refused = refused

    @classmethod
    async def of(cls, url: str, tls: SSLContext, seed: Path, name: str) -> User:
        """Connect."""
        refused: asyncio.Queue[str] = asyncio.Queue()

        async def told(error: Exception) -> None:
            await refused.put(str(error).lower())

        client = await nats.connect(
            url,
            nkeys_seed=str(seed),
            tls=tls,
            inbox_prefix=inbox(name),
            allow_reconnect=False,
            error_cb=told,
            connect_timeout=SECONDS,
        )
        return cls(client, refused)

    async def request(self, subject: str, body: bytes, seconds: float = SECONDS) -> str:
        """Ask; how it went: `refused`, `nobody`, `silent`, or what was answered."""
        asking = asyncio.create_task(self.client.request(subject, body, timeout=seconds))
        refusal = asyncio.create_task(self.refusal())
        await asyncio.wait([asking, refusal], return_when=asyncio.FIRST_COMPLETED)
        for each in (asking, refusal):
            each.cancel()
        await asyncio.wait([asking, refusal])
        if not refusal.cancelled():
            refusal.result()
            return "refused"
        try:
            answer = asking.result()
        except NoRespondersError:
            return "nobody"
        except NatsTimeoutError:
            return "silent"
        status = (answer.headers or {}).get("Status")
        return f"status {status}" if status else answer.data.decode(errors="replace")

    async def fetch(self, subject: str, body: bytes) -> None:
        """Read one message of a consumer, and acknowledge it until the server knows."""
        inbox = self.client.new_inbox()
        subscription = await self.client.subscribe(inbox, max_msgs=1)
        await self.client.publish(subject, body, reply=inbox)
        message = await subscription.next_msg(SECONDS)
        await message.ack_sync(SECONDS)

    async def refusal(self) -> None:
        """Wait for the server's word that something is not permitted."""
        said = await self._refused.get()
        assert "permissions violation" in said, said

    async def refuses(self) -> bool:
        """Whether the server says so; it says it before it answers what is sent after."""
        try:
            async with asyncio.timeout(SECONDS):
                await self.refusal()
        except TimeoutError:
            return False
        return True

    @property
    def unrefused(self) -> bool:
        """Whether the server said nothing of the kind."""
        return self._refused.empty()

    @asynccontextmanager
    async def listening(self, subject: str) -> AsyncIterator[list[Msg]]:
        """Subscribe; gives what is heard."""
        heard: list[Msg] = []

        async def hear(message: Msg) -> None:
            heard.append(message)

        subscription = await self.client.subscribe(subject, cb=hear)
        await arrived(self.client)
        try:
            yield heard
        finally:
            await subscription.unsubscribe()


class Bench:
    """Both servers, and clients of everybody on them."""

    def __init__(self, both: Topology, loop: Loop) -> None:
        self.both = both
        self.loop = loop
        self.users: dict[tuple[str, str], User] = {}

    def names(self, org: str) -> Names:
        """The names on an organisation's server."""
        return Names(org, OTHER[org], KINDS[org])

    async def user(self, org: str, name: str) -> User:
        """The connection of a user to an organisation's server."""
        if (org, name) not in self.users:
            settings = self.both.settings(org)
            called = next(iter(INGEST[KINDS[org]])) if name == SYSTEM else name
            self.users[org, name] = await User.of(
                settings.nats_url, settings.tls(), settings.seed_file(called), called
            )
        return self.users[org, name]

    async def fill(self, org: str) -> None:
        """Wait until all is there, and let both services have published."""
        breaker, fill = await self.user(org, BREAKER), self.names(org)
        js = breaker.client.jetstream()
        await eventually_there(breaker, names.stream(org, "OWN"), fill.mine)
        for audience in ("own", OTHER[org], "public"):
            for service in (SERVICE, OTHER_SERVICE):
                for _ in range(2):
                    await js.publish(names.subject(org, audience, service, "was"), b"{}")

    async def copied(self, org: str) -> None:
        """Wait until an organisation has a copy of what the other published."""
        breaker = await self.user(org, BREAKER)
        copy = names.stream(OTHER[org], "IN")
        until = asyncio.get_running_loop().time() + 4 * SECONDS
        while b'"messages":4' not in await _info(breaker, copy):
            assert asyncio.get_running_loop().time() < until, await _info(breaker, copy)
            await asyncio.sleep(0.05)

    async def answer(self, org: str) -> None:
        """Let the services answer, as themselves, and somebody for services that are not there."""
        heard = {
            SERVICE: (names.ask(org, "*", SERVICE), names.ingest(org, SERVICE, "*")),
            OTHER_SERVICE: (names.ask(org, "*", OTHER_SERVICE),),
            BREAKER: (names.ingest(org, "training", "*"),),
        }
        for name, subjects in heard.items():
            settings = self.both.settings(org)
            user = await User.of(settings.nats_url, settings.tls(), settings.seed_file(name), name)
            self.users[org, f"answering {name}"] = user
            for subject in subjects:
                await user.client.subscribe(subject, cb=_answered)
            await arrived(user.client)

    async def configured(self, org: str) -> bytes:
        """The stream of what stays inside, as it is configured."""
        stream = (await self._listed(org))[names.stream(org, "OWN")]
        return json.dumps(stream["config"]).encode()

    async def state(self, org: str) -> Any:
        """All that an attempt could have changed."""
        breaker, found = await self.user(org, BREAKER), {}
        for name, stream in (await self._listed(org)).items():
            kept = {key: stream["state"][key] for key in ("messages", "first_seq", "last_seq")}
            consumers = await breaker.client.request(f"$JS.API.CONSUMER.LIST.{name}", b"")
            found[name] = kept | {
                "config": stream["config"],
                "consumers": {
                    each["name"]: (
                        each["config"],
                        # the copy of the counterpart follows by itself, some time after
                        each["name"] == OTHER[org] or each["ack_floor"]["stream_seq"],
                        each.get("paused"),
                    )
                    for each in json.loads(consumers.data)["consumers"]
                },
            }
        return found

    async def _listed(self, org: str) -> dict[str, Any]:
        breaker = await self.user(org, BREAKER)
        answer = await breaker.client.request("$JS.API.STREAM.LIST", b"")
        return {each["config"]["name"]: each for each in json.loads(answer.data)["streams"]}

    async def consumer(self, org: str, name: str, *, there: bool) -> None:
        """See to it that a consumer of the tests is there, or is not."""
        js = (await self.user(org, BREAKER)).client.jetstream()
        stream = names.stream(org, "OWN")
        if there:
            await js.add_consumer(stream, durable_name=name)
            return
        try:
            await js.delete_consumer(stream, name)
        except NotFoundError:
            return

    async def reaches(self, victim: str) -> bool:
        """Whether what the rogue is allowed to ask is answered now."""
        subject = names.ask(victim, OTHER[victim], SERVICE)
        return await self.over_the_link(victim, subject, b"", 1) == "answered"

    async def over_the_link(
        self, victim: str, subject: str, body: bytes, seconds: float = SILENT_SECONDS
    ) -> str:
        """Have the rogue ask something; how it went."""
        asker = await self.user(OTHER[victim], ASKER)
        return await asker.request(THROUGH + subject, body, seconds)

    async def close(self) -> None:
        """Disconnect everybody."""
        for each in self.users.values():
            await each.client.close()
        self.users.clear()


@contextmanager
def bench(folder: Path) -> Iterator[Bench]:
    """Both servers with something in each stream, and all services answering."""
    with ExitStack() as stack:
        both = stack.enter_context(topology(folder, _sources))
        made = Bench(both, stack.enter_context(Loop()))
        stack.callback(lambda: made.loop.run(made.close()))
        for org in (DISTRICT, AGENCY):
            made.loop.run(made.fill(org))
            made.loop.run(made.answer(org))
        for org in (DISTRICT, AGENCY):
            made.loop.run(made.copied(org))
        yield made


@contextmanager
def with_rogue(folder: Path, victim: str) -> Iterator[Bench]:
    """The same, and then the counterpart's server has all its limits taken off."""
    with bench(folder) as made:
        rogue = OTHER[victim]
        server = made.both.district if rogue == DISTRICT else made.both.agency
        made.loop.run(made.close())
        made.both.stewards[rogue].stop()
        server.stop()
        take_limits_off(made.both.data / rogue, victim)
        server.start()
        made.loop.run(made.answer(victim))
        made.loop.run(_linked(made, victim))
        yield made


def take_limits_off(folder: Path, victim: str) -> None:
    """What whoever has the counterpart's server in their hands would do to its configuration."""
    file = folder / CONFIGURATION
    values, lines = read(file)
    accounts = values["accounts"]
    for each in accounts.values():
        each.pop("exports", None)
        each.pop("imports", None)
    dialler = [{"nkey": each["nkey"]} for each in accounts[victim].get("users", [])]
    accounts[victim] = {
        "users": [*dialler, {"nkey": _new_user(folder, LISTENER)}],
        "exports": [{"service": ">"}],
    }
    accounts["ASKING"] = {
        "users": [{"nkey": _new_user(folder, ASKER)}],
        "imports": [{"service": {"account": victim, "subject": ">"}, "to": f"{THROUGH}>"}],
    }
    for remote in values["leafnodes"].get("remotes", []):
        del remote["deny_exports"], remote["deny_imports"]
    write(file, values, lines)


def _new_user(folder: Path, name: str) -> str:
    seed = new_seed()
    at = seed_file(folder, name)
    at.parent.mkdir(exist_ok=True)
    at.write_bytes(seed)
    return public_key(seed)


def read(file: Path) -> tuple[dict[str, Any], list[str]]:
    """A server's configuration, and the lines of it that set no value."""
    text = file.read_text().replace(LEAF_SEED, json.dumps(LEAF_SEED))
    parts = re.split(r"^(\w+): ", text, flags=re.MULTILINE)
    found = zip(parts[1::2], parts[2::2], strict=True)
    return {name: json.loads(value) for name, value in found}, parts[0].splitlines()


def write(file: Path, values: dict[str, Any], lines: list[str]) -> None:
    """Write a configuration again."""
    text = "\n".join([*lines, *(f"{name}: {json.dumps(each)}" for name, each in values.items())])
    file.write_text(text.replace(json.dumps(LEAF_SEED), LEAF_SEED) + "\n")


async def eventually_there(breaker: User, stream: str, consumer: str) -> None:
    """Wait until the steward has made a consumer."""
    until = asyncio.get_running_loop().time() + 4 * SECONDS
    while (
        b"error"
        in (await breaker.client.request(f"$JS.API.CONSUMER.INFO.{stream}.{consumer}", b"")).data
    ):
        assert asyncio.get_running_loop().time() < until
        await asyncio.sleep(0.05)


async def _info(breaker: User, stream: str) -> bytes:
    return (await breaker.client.request(f"$JS.API.STREAM.INFO.{stream}", b"")).data


async def _answered(message: Msg) -> None:
    if message.reply:
        await message.respond(b"answered")


async def _linked(made: Bench, victim: str) -> None:
    """Wait until the rogue's server is linked to the victim's: what is allowed gets an answer."""
    until = asyncio.get_running_loop().time() + 3 * SECONDS
    while not await made.reaches(victim):
        assert asyncio.get_running_loop().time() < until
        await asyncio.sleep(0.05)


def _sources(org: str, counterpart: str) -> dict[str, tuple[str, ...]]:
    kind: Literal["district", "agency"] = "district" if org == DISTRICT else "agency"
    return sources(Organisation(org, kind, counterpart, org))
