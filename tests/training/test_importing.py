"""Records as a training system exports them: the good are confirmed, the rest comes back."""

from __future__ import annotations

import random
import time
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from services.training.agency_desk import AgencyDesk
from services.training.application import OPERATOR
from services.training.importing import load_records, read_employees
from services.training.words import Channel, Status
from shared.contracts.directory import OfficerListedV1
from shared.handed_back import Unreadable
from tests.training.samples import AGENCY, COORDINATOR, LISTED_ON, OFFICER, TODAY, tell

if TYPE_CHECKING:
    from shared.handed_back import Loaded

SAMPLES = Path(__file__).parents[2] / "samples" / "training"
HEADER = (
    "Employee ID,Course Code,Provider,Completed Date,Hours,Status,Expiration Date,"
    "Certificate Number\r\n"
)
GOOD = f"{OFFICER},SS-02,ESD,09/24/2025,2.0,Completed,,C-00001\r\n"


def load(desk: AgencyDesk, *rows: str, employees: dict[str, str] | None = None) -> Loaded:
    content = ("\ufeff" + HEADER + "".join(rows)).encode()
    return load_records(desk, content, by=OPERATOR, employees=employees)


def where(loaded: Loaded) -> list[tuple[int | None, str | None]]:
    assert all(back.reason and back.fix for back in loaded.handed_back)
    return [(back.line, back.field) for back in loaded.handed_back]


def test_trn_7_the_sample_records_load_and_again_change_nothing(agency: AgencyDesk) -> None:
    employees = {"SV-101": OFFICER, "SV-102": "officer-15", "SV-104": "officer-99"}
    content = (SAMPLES / "records.csv").read_bytes()
    loaded = load_records(agency, content, by=OPERATOR, employees=employees)
    assert (loaded.recorded, loaded.unchanged, len(loaded.handed_back)) == (41, 0, 17)
    assert {back.field for back in loaded.handed_back} == {"officer"}  # officer-99 is not listed
    assert "4 rows not completed" in loaded.passed_over
    position = agency.last_position()
    again = load_records(agency, content, by=OPERATOR, employees=employees)
    assert (again.recorded, again.unchanged, len(again.handed_back)) == (0, 41, 17)
    assert agency.last_position() == position
    rows = agency.matrix(COORDINATOR, as_of=TODAY, known_on=TODAY)
    cells = {cell.requirement.id: cell.status for cell in rows[0].cells}
    assert cells["T-RESTJ"] is Status.DUE  # the 13th topic is the one that is missing
    assert cells["A-FACPR"] is Status.EXPIRED
    assert cells["K-OJT"] is Status.CURRENT


def test_trn_6_the_files_own_names_of_people_are_not_kept(agency: AgencyDesk) -> None:
    employees = read_employees((SAMPLES / "employees.csv").read_bytes())
    load_records(agency, (SAMPLES / "records.csv").read_bytes(), by=OPERATOR, employees=employees)
    rows = agency.process_recorder.select_notifications(start=1, limit=1000)
    stored = b"".join(row.state for row in rows)
    for told in (b"Specimen", b"Synthetic", b"SV-101", b"Trainer"):
        assert told not in stored


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("Jordan,SS-02,ESD,09/24/2025,2.0,Completed,,\r\n", "employee id"),
        (f"{OFFICER},SS-99,ESD,09/24/2025,2.0,Completed,,\r\n", "course code"),
        (f"{OFFICER},SS-02,ESD,13/24/2025,2.0,Completed,,\r\n", "completed date"),
        (f"{OFFICER},SS-02,ESD,02/30/2025,2.0,Completed,,\r\n", "completed date"),
        (f"{OFFICER},SS-02,ESD,yesterday,2.0,Completed,,\r\n", "completed date"),
        (f"{OFFICER},SS-02,ESD,,2.0,Completed,,\r\n", "completed date"),
        (f"{OFFICER},SS-02,ESD,09/24/2099,2.0,Completed,,\r\n", "completed_on"),
        (f"{OFFICER},SS-02,,09/24/2025,2.0,Completed,,\r\n", "provider"),
        (f"{OFFICER},SS-02,ESD,09/24/2025,two,Completed,,\r\n", "hours"),
        (f"{OFFICER},INS-24,ESD,09/24/2025,,Completed,,\r\n", "hours"),
        (f"{OFFICER},SS-02,ESD,09/24/2025,2.0,Perhaps,,\r\n", "status"),
        (f"{OFFICER},SS-02,ESD,09/24/2025,2.0,Completed,01/01/2020,\r\n", "expires_on"),
        (f"{OFFICER},SS-02,ESD,09/24/2025,2.0,Completed,,Jordan Sample\r\n", "reference"),
        (f"{OFFICER},SS-02,ESD\r\n", None),
        (GOOD, "employee id"),
    ],
)
def test_data_9_a_bad_row_comes_back_with_its_field_and_the_others_are_confirmed(
    agency: AgencyDesk, row: str, field: str | None
) -> None:
    loaded = load(agency, GOOD, row)
    assert loaded.recorded == 1
    assert where(loaded) == [(3, field)]


def test_trn_14_a_row_that_says_another_thing_of_the_same_training_comes_back(
    agency: AgencyDesk,
) -> None:
    load(agency, GOOD)
    loaded = load(agency, GOOD.replace("2.0", "4.0"))
    assert where(loaded) == [(2, "hours")]


def test_data_9_a_file_without_a_column_says_which(agency: AgencyDesk) -> None:
    loaded = load_records(agency, b"Employee ID,Course Code\r\n", by=OPERATOR)
    assert loaded.handed_back[0].field == "completed date"


def test_data_9_a_file_of_employees_is_read_whole_or_not_at_all() -> None:
    with pytest.raises(Unreadable):
        read_employees(b"employee_id,officer\r\nSV-1,officer-1\r\nSV-1,officer-2\r\n")


ROWS = 5_000
OFFICERS = [f"officer-{number}" for number in range(100, 150)]
CODES = [f"SS-{number:02}" for number in range(1, 14)] + ["HAR-A", "FACPR", "INS-24"]


def dirty_file() -> str:
    """Rows as a real export has them: most good, one in ten wrong in one of several ways."""
    chance = random.Random(4311)  # noqa: S311  # no secret
    rows = []
    for number in range(ROWS):
        day = date(2019, 1, 1) + timedelta(days=chance.randrange(2500))
        cells = {
            "officer": chance.choice(OFFICERS),
            "code": chance.choice(CODES),
            "day": f"{day:%m/%d/%Y}" if chance.random() < 0.7 else day.isoformat(),
            "hours": chance.choice(("2.0", "18.5", "40")),
        }
        wrong = chance.random()
        if wrong < 0.02:
            cells["officer"] = "officer-999"
        elif wrong < 0.04:
            cells["code"] = "NONE-1"
        elif wrong < 0.06:
            cells["day"] = "02/30/2024"
        elif wrong < 0.08:
            cells["hours"] = "many"
        elif wrong < 0.1:
            cells["hours"] = "2.0,extra"
        rows.append(
            f"{cells['officer']},{cells['code']},ESD,{cells['day']},{cells['hours']},Completed,"
            f",C-{number:05}\r\n"
        )
    return "".join(rows)


def test_trn_6_five_thousand_dirty_rows_load_in_less_than_ten_seconds_twice_the_same(
    agency: AgencyDesk,
) -> None:

    listed = (
        OfficerListedV1(officer=each, effective_from=LISTED_ON, effective_to=None)
        for each in OFFICERS
    )
    tell(agency, AGENCY, *listed)
    content, done = dirty_file(), list[tuple[int, int]]()
    whole = (HEADER + content).encode()

    def timed() -> tuple[Loaded, float]:
        began = time.process_time()
        loaded = load_records(agency, whole, by=OPERATOR, progress=lambda *told: done.append(told))
        return loaded, time.process_time() - began

    first, seconds = timed()
    assert first.recorded + len(first.handed_back) == ROWS
    assert 400 < len(first.handed_back) < 600
    assert first.unchanged == 0
    assert seconds < 10
    position = agency.last_position()
    second, seconds = timed()
    assert seconds < 10
    assert (second.recorded, second.unchanged) == (0, first.recorded)
    assert second.handed_back == first.handed_back
    assert agency.last_position() == position
    assert done[-1] == (ROWS, ROWS)
    assert [at for at, _ in done[: len(done) // 2]] == sorted(
        at for at, _ in done[: len(done) // 2]
    )
    channels = {p.channel for record in agency.files.all_entries() for p in record.proofs}
    assert channels == {Channel.FILE}
