"""What the agency's hiring service tells: an appointment lists the officer, a removal ends it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from eventsourcing.persistence import Tracking

from services.directory.received import from_hiring
from services.directory.register import Register
from shared.contracts.hiring import SroAppointedV1, SroRemovedV1
from tests.directory.samples import FROM

if TYPE_CHECKING:
    from datetime import date

    from services.directory.application import DirectoryDesk

SOURCE = "sample-pd.hiring"
DAY = timedelta(days=1)


def appointment(officer: str, from_on: date = FROM) -> SroAppointedV1:
    return SroAppointedV1(
        search="search-2026-1",
        officer=officer,
        candidate="candidate-2",
        school="sample-valley-high",
        from_on=from_on,
    )


def removal(officer: str, removed_on: date) -> SroRemovedV1:
    return SroRemovedV1(search="search-2026-1", officer=officer, removed_on=removed_on)


def hear(desk: DirectoryDesk, *told: SroAppointedV1 | SroRemovedV1) -> None:
    start = desk.received_position(SOURCE)
    for at, each in enumerate(told, start + 1):
        assert desk.save_effects(Tracking(SOURCE, at), [partial(from_hiring, desk, SOURCE, each)])


def serving(desk: DirectoryDesk, day: date) -> set[str]:
    return {each.officer for each in Register(desk, desk.engine).officers(day)}


def test_hire_10_an_appointment_opens_the_officers_record_from_its_day(
    agency: DirectoryDesk,
) -> None:
    hear(agency, appointment("officer-31"))
    assert "officer-31" not in serving(agency, FROM - DAY)
    assert "officer-31" in serving(agency, FROM)
    _, last = agency.history(agency.last_position() - 1, 1)[0]
    assert (last.TOPIC, last.by) == ("officer.listed", SOURCE)


def test_hire_10_who_is_listed_already_is_not_listed_again(agency: DirectoryDesk) -> None:
    hear(agency, appointment("officer-31"))
    position = agency.last_position()
    hear(agency, appointment("officer-31", FROM + DAY))
    assert agency.last_position() == position


def test_team_5_a_removal_ends_the_listing_the_day_before(agency: DirectoryDesk) -> None:
    removed_on = FROM + 10 * DAY
    hear(agency, appointment("officer-31"), removal("officer-31", removed_on))
    assert "officer-31" in serving(agency, removed_on - DAY)
    assert "officer-31" not in serving(agency, removed_on)
    hear(agency, removal("officer-31", removed_on + DAY), removal("officer-99", removed_on))
    assert "officer-31" not in serving(agency, removed_on)


def test_team_5_who_was_removed_can_be_appointed_again(agency: DirectoryDesk) -> None:
    again = FROM + 30 * DAY
    hear(
        agency,
        appointment("officer-31"),
        removal("officer-31", FROM + 10 * DAY),
        appointment("officer-31", again),
    )
    assert "officer-31" not in serving(agency, again - DAY)
    assert "officer-31" in serving(agency, again)
