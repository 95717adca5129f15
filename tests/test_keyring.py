"""One key a person, whoever wants it first and however many want one at once."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event

from shared.keyring import KEYS, Erased, Keyring
from tests.wire.toy import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from shared.sealed import Sealed
    from tests.servers import Stores

MASTER = os.urandom(32)


@pytest.fixture
def two(stores: Stores) -> Iterator[tuple[Keyring, Keyring]]:
    """The keyrings of two processes of one service."""
    store = stores("keys")
    both = Keyring(store, MASTER), Keyring(store, MASTER)
    yield both
    for each in both:
        each.close()


def sealed_at_once(
    keyrings: tuple[Keyring, ...], subjects: list[UUID], width: int = 16
) -> list[Sealed]:
    """Something of each subject, sealed by many threads of each process."""
    with ThreadPoolExecutor(width) as pool:
        return list(
            pool.map(
                lambda n: keyrings[n % len(keyrings)].seal(subjects[n], f"text {n}"),
                range(len(subjects)),
            )
        )


def test_priv_1_whoever_wants_a_key_at_once_is_given_the_same(two: tuple[Keyring, Keyring]) -> None:
    people = [uuid4() for _ in range(20)]
    boxes = sealed_at_once(two, people * 6)
    one, other = two
    assert [one.open(each) for each in boxes] == [f"text {n}" for n in range(len(boxes))]
    assert other.open(boxes[-1]) == f"text {len(boxes) - 1}"


def test_keys_wanted_while_the_disk_is_busy_share_a_commit(two: tuple[Keyring, Keyring]) -> None:
    keyring, commits, people = two[0], [0], [uuid4() for _ in range(16)]

    @event.listens_for(keyring._engine, "commit")
    def counted(_: Connection) -> None:
        commits[0] += 1

    with ThreadPoolExecutor(len(people)) as pool:
        with keyring._making:  # as who makes one has it until the disk is done
            boxes = [pool.submit(keyring.seal, each, "a text") for each in people]
            eventually(lambda: len(keyring._wanted) == len(people))
        assert [keyring.open(each.result()) for each in boxes] == ["a text"] * len(people)
    assert commits == [1]


def test_who_can_make_no_key_is_told_and_the_next_can(two: tuple[Keyring, Keyring]) -> None:
    keyring = two[0]
    KEYS.drop(keyring._engine)
    with pytest.raises(Exception, match="keys"):
        keyring.seal(uuid4(), "a text")
    KEYS.create(keyring._engine)
    assert keyring.open(keyring.seal(uuid4(), "a text")) == "a text"


def test_priv_1_a_destroyed_key_is_not_made_again(two: tuple[Keyring, Keyring]) -> None:
    keyring, subject = two[0], uuid4()
    box = keyring.seal(subject, "a text")
    keyring.destroy(subject)
    with pytest.raises(Erased):
        keyring.open(box)
    with pytest.raises(Erased):
        keyring.seal(subject, "more")


def test_sealing_about_nobody_asks_nobody(two: tuple[Keyring, Keyring]) -> None:
    assert two[0].seal_all({}) == {}
