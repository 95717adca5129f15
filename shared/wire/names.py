"""The names on the bus: subjects, streams and consumers, all made from organisations' slugs."""

from __future__ import annotations

from shared.contracts.base import OWN


def stream(org: str, part: str) -> str:
    """Name of a stream: an organisation's `OWN` or `OUT`, or the copy `IN` of what it sent us."""
    return f"{org.upper().replace('-', '_')}_{part}"


def stream_of(org: str, audience: str) -> str:
    """The stream of an organisation that keeps what it tells an audience."""
    return stream(org, "OWN" if audience == OWN else "OUT")


def subject(publisher: str, audience: str, service: str, event: str) -> str:
    """Where one contract is published; `*` and `>` stand for any as in NATS."""
    return f"accord.{publisher}.{audience}.{service}.{event}"


def ask(publisher: str, audience: str, service: str) -> str:
    """Where a service answers what it has published to an audience."""
    return f"ask.{publisher}.{audience}.{service}"


def ingest(org: str, service: str, event: str) -> str:
    """Where a service takes in what other programs of its organisation send."""
    return f"ingest.{org}.{service}.{event}"


def delivery(publisher: str, audience: str) -> str:
    """Where a publisher's server delivers to the server of the other organisation."""
    return f"dlv.{publisher}.{audience}"


def durable(service: str, source: str) -> str:
    """Name of the consumer by which a service reads a source `<publisher>.<service>`."""
    return f"{service}-from-{source.replace('.', '-')}"
