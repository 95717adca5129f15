"""Who may do what on an organisation's NATS server: one table, from which its configuration comes.

Everybody is named by an nkey and may do what is listed here, and nothing else. Each has an inbox of
their own, so nobody hears an answer to somebody else. A service binds to what the steward has made:
it can neither make, change nor delete a stream or a consumer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.contracts.base import OWN
from shared.wire import names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

STEWARD = "steward"
AUDITOR = "auditor"
INGEST: Mapping[str, Mapping[str, Sequence[str]]] = {
    "district": {"ingest-district-system": ("complaints", "incidents")},
    "agency": {"ingest-training": ("training",), "ingest-dispatch": ("incidents",)},
}
"""Systems of each kind of organisation that tell us things, and the services that hear them."""


@dataclass(frozen=True)
class Reading:
    """One service reads one source, by a consumer that is its own."""

    service: str
    stream: str
    durable: str
    subject: str


@dataclass(frozen=True)
class Permit:
    """What one user may publish and subscribe to; subjects, with wildcards as in NATS."""

    user: str
    publish: tuple[str, ...]
    subscribe: tuple[str, ...]
    answers: bool = False
    """May publish, once and at once, where a request that it received asks to be answered."""

    @property
    def inbox(self) -> str:
        """Prefix of the subjects where this user is answered."""
        return inbox(self.user)


def inbox(user: str) -> str:
    """Prefix of the subjects where a user is answered."""
    return f"_INBOX.{user}"


def reading(org: str, service: str, source: str) -> Reading:
    """How a service reads a source.

    Args:
        org: slug of the service's organisation.
        service: its name.
        source: name of the source, `<publisher>.<service>`.
    """
    publisher, _, publishing = source.partition(".")
    own = publisher == org
    return Reading(
        service,
        names.stream(publisher, "OWN" if own else "IN"),
        names.durable(service, source),
        names.subject(publisher, OWN if own else org, publishing, "*"),
    )


def permits(
    org: str, counterpart: str, kind: str, services: Mapping[str, Sequence[str]]
) -> tuple[Permit, ...]:
    """Everybody who may use an organisation's server.

    Args:
        org: slug of the organisation.
        counterpart: slug of the other one.
        kind: `district` or `agency`.
        services: names of the sources of each service.
    """
    return (
        _steward(org, counterpart),
        *(_service(org, counterpart, name, sources) for name, sources in services.items()),
        _auditor(org, counterpart),
        *(_ingest(org, user, hearing) for user, hearing in INGEST[kind].items()),
    )


def _steward(org: str, counterpart: str) -> Permit:
    publish = [_reset(org, counterpart)]
    for stream in _streams(org, counterpart):
        publish += [f"$JS.API.STREAM.{do}.{stream}" for do in ("CREATE", "UPDATE", "INFO")]
        publish += [f"$JS.API.CONSUMER.{do}.{stream}.>" for do in ("CREATE", "DELETE", "INFO")]
    return Permit(STEWARD, tuple(publish), (f"{inbox(STEWARD)}.>",))


def _service(org: str, counterpart: str, name: str, sources: Sequence[str]) -> Permit:
    publish = [names.subject(org, "*", name, "*")]
    for part, audience in (("OWN", OWN), ("OUT", "*")):
        # where its publishing stands: the last of its own messages, and of nobody else's
        mine = names.subject(org, audience, name, "*")
        publish.append(f"$JS.API.DIRECT.GET.{names.stream(org, part)}.{mine}")
    for each in (reading(org, name, source) for source in sources):
        own = f"{each.stream}.{each.durable}"
        publish += [f"$JS.API.CONSUMER.INFO.{own}", f"$JS.API.CONSUMER.MSG.NEXT.{own}"]
        publish.append(f"$JS.ACK.{own}.>")
    publish.append(names.ask(counterpart, org, name))
    for source in sources:
        publisher, _, publishing = source.partition(".")
        publish.append(names.ask(publisher, OWN if publisher == org else org, publishing))
    return Permit(
        name,
        tuple(dict.fromkeys(publish)),
        (f"{inbox(name)}.>", names.ask(org, "*", name), names.ingest(org, name, "*")),
        answers=True,
    )


def _auditor(org: str, counterpart: str) -> Permit:
    publish: list[str] = []
    for stream in _streams(org, counterpart):
        publish += [f"$JS.API.STREAM.INFO.{stream}", f"$JS.API.DIRECT.GET.{stream}"]
    return Permit(AUDITOR, tuple(publish), (f"{inbox(AUDITOR)}.>",))


def _ingest(org: str, user: str, hearing: Sequence[str]) -> Permit:
    publish = tuple(names.ingest(org, service, "*") for service in hearing)
    return Permit(user, publish, (f"{inbox(user)}.>",))


def _streams(org: str, counterpart: str) -> tuple[str, ...]:
    own, out, copy = (org, "OWN"), (org, "OUT"), (counterpart, "IN")
    return tuple(names.stream(whose, part) for whose, part in (own, out, copy))


# --- Between the organisations --------------------------------------------------------------------


def _reset(org: str, counterpart: str) -> str:
    """Where the counterpart's consumer for us is asked to begin anew."""
    return f"api.{counterpart}.CONSUMER.RESET.{names.stream(counterpart, 'OUT')}.{org}"


@dataclass(frozen=True)
class Crossing:
    """What one organisation lets the other do, as the publisher whose stream is copied."""

    publisher: str
    audience: str

    @property
    def reset(self) -> tuple[str, str]:
        """The one call of our JetStream that they may make, and the name they call it by."""
        stream = names.stream(self.publisher, "OUT")
        local = f"$JS.API.CONSUMER.RESET.{stream}.{self.audience}"
        return local, _reset(self.audience, self.publisher)

    @property
    def pace(self) -> str:
        """Where they slow the delivery down."""
        return f"$JS.FC.{names.stream(self.publisher, 'OUT')}.{self.audience}.>"

    @property
    def delivery(self) -> str:
        """Where our stream is delivered to their copy: the only thing that flows out unasked."""
        return names.delivery(self.publisher, self.audience)

    @property
    def ask(self) -> str:
        """Where they ask for what they missed; the subject fixes whose audience is answered."""
        return names.ask(self.publisher, self.audience, "*")

    @property
    def calls(self) -> tuple[str, ...]:
        """What the audience may send."""
        return (self.reset[1], self.pace, self.ask)

    def exported(self, to: str, *, at_home: bool) -> list[dict[str, object]]:
        """What an account offers another; `at_home` on the publisher's own server."""
        reset = self.reset[0 if at_home else 1]
        offered = [("service", reset), ("service", self.pace), ("service", self.ask)]
        offered.append(("stream", self.delivery))
        return [{kind: subject, "accounts": [to]} for kind, subject in offered]

    def imported(self, account: str, *, at_home: bool) -> list[dict[str, object]]:
        """What the other account uses of that."""
        local, name = self.reset
        reset = {"to": name} if at_home else {}
        return [
            {"service": {"account": account, "subject": local if at_home else name}, **reset},
            {"service": {"account": account, "subject": self.pace}},
            {"service": {"account": account, "subject": self.ask}},
            {"stream": {"account": account, "subject": self.delivery}},
        ]
