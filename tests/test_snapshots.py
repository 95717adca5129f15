"""An aggregate of many events is loaded from a snapshot, and never wrongly."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from sqlalchemy import delete, select, update

from shared import snapshots
from shared.aggregate import Aggregate, CreatedEvent, Event, decoded
from shared.desk import Desk
from shared.keyring import Erased, Keyring
from shared.sealed import Sealed
from shared.snapshots import EVENTS_MAX, SNAPSHOTS
from shared.wire.turns import writing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.aggregate import Recorded
    from shared.wire.store import Store
    from tests.servers import Stores

SUBJECT = UUID(int=7)
STORY = "Jordan Sample"
HISTORY = EVENTS_MAX + 50


class Diary(Aggregate):
    """Keeps the last note, and how many there were."""

    TOPIC = "toy.diary"

    def __init__(self) -> None:
        self.notes = 0
        self.last: Sealed


class Begun(CreatedEvent):
    """A diary was begun."""

    TOPIC = "toy.diary_begun"


class Noted(Event):
    """Something was noted."""

    TOPIC = "toy.diary_noted"

    note: Sealed

    def apply(self, diary: Diary) -> None:
        diary.notes += 1
        diary.last = self.note


class Notes(Desk):
    """A desk of diaries; each one made knows nothing of what another remembers."""

    name = "notes"

    def begin(self, notes: int = HISTORY - 1) -> UUID:
        diary = Diary.begin(Begun(), by="staff-1")
        for _ in range(notes):
            diary.record(Noted(note=self.keyring.seal(SUBJECT, STORY)), by="staff-1")
        self.save(diary)
        return diary.id

    def note(self, number: UUID) -> None:
        note = Noted(note=self.keyring.seal(SUBJECT, STORY))
        self.change(number, lambda _: note, by="staff-1")

    def snapshot(self, number: UUID) -> tuple[int, bytes] | None:
        mine = select(SNAPSHOTS.c.version, SNAPSHOTS.c.body)
        with self.engine.connect() as connection:
            row = connection.execute(mine.where(SNAPSHOTS.c.aggregate == str(number))).first()
        return row and tuple(row)

    def spoil(self, **values: object) -> None:
        with self.engine.begin() as connection:
            connection.execute(update(SNAPSHOTS).values(**values))

    def in_full(self, number: UUID) -> Diary:
        """The diary from its events alone, whatever was kept."""
        with self.engine.begin() as connection:
            connection.execute(delete(SNAPSHOTS))
        diary: Diary = self.loaded(number, newest=True)
        return diary


@pytest.fixture
def store(stores: Stores) -> Store:
    return stores("notes")


@contextmanager
def process(store: Store, master: bytes = bytes(32)) -> Iterator[Notes]:
    """A desk as a process that starts has it."""
    desk = Notes("snohomish-sd", store, Keyring(store, master))
    try:
        yield desk
    finally:
        desk.close()


def state(diary: Diary) -> dict[str, object]:
    return vars(diary)


def loads(desk: Notes, number: UUID, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many events are decoded to load a diary."""
    counted = 0

    def counting(rows: list[Recorded]) -> list[tuple[int, Event]]:
        nonlocal counted
        counted += len(rows)
        return decoded(rows)

    with monkeypatch.context() as patched:
        patched.setattr(snapshots, "decoded", counting)
        desk.loaded(number, newest=True)
    return counted


def test_a_diary_of_many_events_is_kept_when_it_is_loaded_and_then_read_from_there(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with process(store) as desk:
        number = desk.begin()
        assert desk.snapshot(number) is None
    with process(store) as desk:
        assert loads(desk, number, monkeypatch) == HISTORY
    with process(store) as desk:
        assert loads(desk, number, monkeypatch) == 0
        desk.note(number)
        from_there = desk.loaded(number, newest=True)
        assert loads(desk, number, monkeypatch) == 1
        assert from_there.notes == HISTORY
        assert state(from_there) == state(desk.in_full(number))


def test_a_diary_of_few_events_is_not_kept(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with process(store) as desk:
        number = desk.begin(EVENTS_MAX - 1)
        assert loads(desk, number, monkeypatch) == EVENTS_MAX
        assert desk.snapshot(number) is None


def test_a_diary_is_kept_anew_when_much_was_added(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with process(store) as desk:
        number = desk.begin()
        desk.loaded(number, newest=True)
        for _ in range(EVENTS_MAX + 1):
            desk.note(number)
        assert loads(desk, number, monkeypatch) == EVENTS_MAX + 1
        assert desk.snapshot(number)[0] == HISTORY + EVENTS_MAX + 1  # type: ignore[index]  # it is there
        assert loads(desk, number, monkeypatch) == 0


def test_what_another_program_kept_is_passed_over_and_kept_anew(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with process(store) as desk:
        number = desk.begin()
        with monkeypatch.context() as other:
            other.setattr(snapshots.Snapshots, "_program", b"another program")
            desk.loaded(number, newest=True)
        assert loads(desk, number, monkeypatch) == HISTORY
        assert loads(desk, number, monkeypatch) == 0


def test_priv_1_what_was_not_kept_with_the_organisations_key_is_never_opened(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pickle can run code: one that somebody put into the database must not be loaded."""
    with process(store, b"0" * 32) as stranger:
        number = stranger.begin()
        stranger.loaded(number, newest=True)
    with process(store, b"1" * 32) as desk, monkeypatch.context() as patched:
        patched.setattr("pickle.loads", pytest.fail)
        assert desk.loaded(number, newest=True).notes == HISTORY - 1


@pytest.mark.parametrize("spoilt", [{"body": b"other"}, {"seal": b"other"}, {"version": 120}])
def test_aud_1_what_was_altered_is_passed_over(
    store: Store, spoilt: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    with process(store) as desk:
        number = desk.begin()
        desk.loaded(number, newest=True)
        desk.spoil(**spoilt)
        assert loads(desk, number, monkeypatch) == HISTORY


def test_aud_1_a_snapshot_of_events_that_the_history_no_longer_holds_is_passed_over(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with process(store) as desk:
        number = desk.begin()
        desk.loaded(number, newest=True)
        table = desk.process_recorder.events_table_name  # type: ignore[attr-defined]  # each has one
        with desk.engine.begin() as connection:
            connection.exec_driver_sql(
                f"DELETE FROM {table} WHERE originator_version > {HISTORY - 10}"  # noqa: S608  # our own name
            )
        assert loads(desk, number, monkeypatch) == HISTORY - 10


def test_priv_1_what_is_sealed_stays_sealed_in_a_snapshot_and_is_erased_with_its_key(
    store: Store,
) -> None:
    with process(store) as desk:
        number = desk.begin()
        desk.loaded(number, newest=True)
        kept = desk.snapshot(number)
        assert kept is not None
        assert STORY.encode() not in kept[1]
        assert desk.keyring.open(desk.loaded(number, newest=True).last) == STORY
        desk.keyring.destroy(SUBJECT)
        diary = desk.loaded(number, newest=True)
        assert desk.snapshot(number) == kept
        with pytest.raises(Erased):
            desk.keyring.open(diary.last)


def test_a_load_does_not_wait_for_who_holds_the_database(store: Store) -> None:
    with process(store) as desk:
        number = desk.begin()
        with writing(desk.engine) as connection:
            connection.exec_driver_sql("DELETE FROM snapshots")
            if not store.is_sqlite:
                connection.exec_driver_sql("LOCK TABLE snapshots IN EXCLUSIVE MODE")
            assert desk.loaded(number, newest=True).notes == HISTORY - 1
        assert desk.snapshot(number) is None
