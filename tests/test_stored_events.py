"""Whatever any version of this program stored is read as it was meant (C-AUD-1).

Holds for every event class there is in `services` and `shared`: one without a sample fails.
"""

from __future__ import annotations

import json
import pkgutil
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

import pytest

import services
import shared
from shared.aggregate import Event, decoded
from tests.stored import MAPPER, SAMPLES, as_stored, name_of, read_back

if TYPE_CHECKING:
    from collections.abc import Iterator


def _kinds(of: type[Event] = Event) -> Iterator[type[Event]]:
    for kind in of.__subclasses__():
        if "TOPIC" in kind.__dict__ and kind.__module__.split(".")[0] != "tests":
            yield kind
        yield from _kinds(kind)


for package in (services, shared):
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        import_module(module.name)
KINDS = sorted(set(_kinds()), key=lambda kind: kind.TOPIC)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.TOPIC)
def test_aud_1_what_any_version_stored_of_an_event_is_read_as_it_was_meant(
    kind: type[Event],
) -> None:
    versions = range(1, kind.class_version + 1)
    meant = [read_back(SAMPLES[name_of(kind, version)]) for version in versions]
    assert {type(each) for each in meant} == {kind}
    assert all(each == meant[-1] for each in meant), "samples of one event tell the same"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.TOPIC)
def test_aud_1_an_event_whose_shape_changes_has_a_new_version(kind: type[Event]) -> None:
    newest = SAMPLES[name_of(kind, kind.class_version)]
    assert as_stored(read_back(newest)) == json.loads(newest.read_text("utf-8"))


def test_every_stored_sample_is_of_a_version_of_an_event_that_there_is() -> None:
    versions = {
        name_of(kind, version) for kind in KINDS for version in range(1, kind.class_version + 1)
    }
    assert SAMPLES.keys() == versions
    assert len(KINDS) > 50


class Weighed(Event):
    """Something was weighed; once in kilograms."""

    TOPIC: ClassVar[str] = "toy.weighed"
    class_version: ClassVar[int] = 2

    grams: int

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        state["grams"] = 1_000 * state.pop("kilograms")


def test_aud_1_an_event_of_an_older_version_is_brought_to_the_newest_when_it_is_read() -> None:
    first = b'{"timestamp":"2026-03-02T20:00:00Z","by":"staff-1","kilograms":2}'
    ((_, read),) = decoded([(1, UUID(int=1), 1, Weighed.TOPIC, first)])
    assert isinstance(read, Weighed)
    assert read.grams == 2_000
    assert as_stored(read)["state"] == {
        "timestamp": "2026-03-02T20:00:00Z",
        "by": "staff-1",
        "grams": 2_000,
        "class_version": 2,
    }
    again = MAPPER.to_domain_event(MAPPER.to_stored_event(read))
    assert again == read
