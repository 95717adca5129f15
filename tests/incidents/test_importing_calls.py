"""Calls from a dispatch system's export: exact counts, reasons, and nothing twice (C-DATA-9)."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from services.incidents.importing import load_calls, load_places
from services.incidents.words import Duty
from shared.who_may import OPERATOR
from tests.incidents.samples import At, calls_desk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.incidents.calls_desk import CallsDesk
    from shared.handed_back import Loaded

SAMPLES = Path(__file__).parents[2] / "samples" / "incidents"
CALLS = (SAMPLES / "calls.csv").read_bytes()
HEADER = CALLS.splitlines()[0]
PLACES = (
    b"block_address,zip,school\n1 A ST,98999,sample-valley-high\n2 B ST,98998,fixture-peak-high"
)


@pytest.fixture
def desk(tmp_path: Path, at: At) -> Iterator[CallsDesk]:
    with calls_desk(tmp_path, at) as agency:
        at.now = datetime(2026, 8, 1, 20, tzinfo=UTC)
        places = (
            (SAMPLES / "places.csv")
            .read_bytes()
            .replace(b"placeholder-middle", b"fixture-peak-high")
        )
        assert load_places(agency, places, by=OPERATOR).recorded == 3
        yield agency


def imported(desk: CallsDesk, content: bytes = CALLS) -> Loaded:
    return load_calls(desk, content, by=OPERATOR)


def row(**other: str) -> bytes:
    cells = {
        "Item": "SV26-000001",
        "Type": "35",
        "Priority": "1A",
        "TimeCreate": "03/02/2026 09:00:00 AM",
        "Disposition": "RTF",
        "SelfInitiated": "N",
        "BLOCK_ADDRESS": "001XX SAMPLE AVE",
        "Zip": "98999",
    } | other
    return ",".join(cells.get(name, "") for name in HEADER.decode().split(",")).encode()


def one(desk: CallsDesk, **other: str) -> Loaded:
    return imported(desk, b"\r\n".join((HEADER, row(**other))))


def test_data_2_the_sample_loads_with_exact_counts(desk: CallsDesk) -> None:
    loaded = imported(desk)
    assert (loaded.recorded, loaded.unchanged, len(loaded.handed_back)) == (77, 0, 24)
    reasons = Counter((back.field, back.reason) for back in loaded.handed_back)
    assert reasons == {("block_address", "the address is not a school's"): 24}
    calls = desk.blotter.calls()
    assert len(calls) == 77
    assert sum(call.facts.cancelled for call in calls) == 9
    assert sum(call.facts.self_initiated for call in calls) == 28
    assert sum(call.facts.dispatched_at is None for call in calls) == 28
    outcomes = Counter(call.outcome for call in calls)
    assert outcomes == {"PEND": 25, "UNFD": 14, "ADMR": 12, "NOAC": 9, "CANC": 9, "ARRS": 8}
    waiting = sum(Duty.OUTCOME in call.clocks for call in calls)
    assert waiting == 25


def test_data_9_the_same_file_again_changes_nothing(desk: CallsDesk) -> None:
    imported(desk)
    before = desk.last_position()
    again = imported(desk)
    assert (again.recorded, again.unchanged, len(again.handed_back)) == (0, 77, 24)
    assert desk.last_position() == before


def test_data_7_a_later_export_adds_what_is_new_in_it(desk: CallsDesk) -> None:
    one(desk)
    later = one(desk, Disposition="ARR", TimeClosed="03/02/2026 10:00:00 AM")
    assert (later.recorded, later.unchanged) == (1, 0)
    (call,) = desk.blotter.calls()
    assert (call.outcome, call.facts.closed_at) == ("ARRS", datetime(2026, 3, 2, 18, tzinfo=UTC))
    topics = [event.TOPIC for event in desk.events_of(desk.call_id("SV26-000001"))]
    assert topics == ["call.received", "call.dispatch_changed", "call.outcome_recorded"]


def test_data_2_the_point_on_the_map_is_never_kept(desk: CallsDesk) -> None:
    one(desk, MapX="3678912", MapY="532101", Location="POINT(-122.1 47.9)")
    stored = "".join(event.model_dump_json() for _, event in desk.history(0, 1000))
    assert "3678912" not in stored
    assert "POINT" not in stored


def test_data_2_times_are_the_agencys_local_times(desk: CallsDesk) -> None:
    one(desk, TimeCreate="09/03/2025 12:45:40 AM")
    (call,) = desk.blotter.calls()
    assert call.facts.received_at == datetime(2025, 9, 3, 7, 45, 40, tzinfo=UTC)


@pytest.mark.parametrize(
    ("other", "field"),
    [
        ({"Zip": "98997"}, "block_address"),
        ({"TimeCreate": ""}, "timecreate"),
        ({"TimeCreate": "13/45/2026 09:00:00 AM"}, "timecreate"),
        ({"TimeCreate": "03/02/2026 19:00:00 PM"}, "timecreate"),
        ({"TimeArrive": "03/02/2026 08:00:00 AM"}, "arrived_at"),
        ({"Disposition": "ZZZ"}, "disposition"),
        ({"SelfInitiated": "maybe"}, "selfinitiated"),
        ({"Item": "no number"}, "number"),
        ({"Type": "a long text with a name"}, "call_type"),
    ],
)
def test_data_9_a_dirty_row_is_handed_back_with_its_field(
    desk: CallsDesk, other: dict[str, str], field: str
) -> None:
    loaded = imported(desk, b"\n".join((HEADER, row(Item="SV26-000002"), row(**other))))
    assert loaded.recorded == 1
    (back,) = loaded.handed_back
    assert (back.line, back.field) == (3, field)
    assert back.reason
    assert back.fix


def test_data_9_a_file_without_its_columns_is_refused_whole(desk: CallsDesk) -> None:
    loaded = imported(desk, b"Item,Type\n1,2\n")
    assert loaded.recorded == 0
    assert loaded.handed_back[0].reason == "column timecreate is missing"


def test_data_9_one_number_twice_in_a_file_is_kept_once(desk: CallsDesk) -> None:
    loaded = imported(desk, b"\n".join((HEADER, row(), row(Type="67"))))
    assert (loaded.recorded, len(loaded.handed_back)) == (1, 1)


def test_data_2_a_place_of_no_school_is_handed_back(desk: CallsDesk) -> None:
    loaded = load_places(desk, PLACES.replace(b"sample-valley-high", b"elsewhere"), by=OPERATOR)
    assert (loaded.recorded, len(loaded.handed_back)) == (1, 1)
    assert load_places(desk, PLACES, by=OPERATOR).unchanged == 1
