"""What must hold when parts of the program die or the other organisation is away."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import httpx
import pytest

from services.complaints.matter import number_of
from services.complaints.review import NoticeReceived
from tests.end_to_end.program import Program, eventually

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.xdist_group("end to end")  # they share the running program

REVIEWER, SUPERINTENDENT = "agency-2", "staff-4"
ROUNDS = 6
FILERS = 4


def told_to_agency(program: Program) -> Callable[[], list[str]]:
    def numbers() -> list[str]:
        with program.agency() as reviews:
            return [case.number for case in reviews.cases(REVIEWER)]

    return numbers


def test_with_the_agency_away_the_district_goes_on_and_all_arrives_once(program: Program) -> None:
    eventually(lambda: program.health("district")["counterpart_up"])
    with program.stopped("snohomish-pd-nats"):
        eventually(lambda: not program.health("district")["counterpart_up"], within=40)
        filed = [program.file(f"While away {n}", f"away-{n}")["number"] for n in range(20)]
        page = httpx.get(program.url("district", "/"), trust_env=False)
        assert page.is_success
    eventually(lambda: set(filed) <= set(told_to_agency(program)()), within=60)
    eventually(lambda: program.health("district")["counterpart_up"])
    with program.agency() as reviews:
        arrived = [
            number_of(event.originator_id)
            for _, event in reviews.history(0, 100_000)
            if isinstance(event, NoticeReceived)
        ]
        order = [number for number in arrived if number in set(filed)]
    assert order == filed
    for kind in ("district", "agency"):
        assert program.health(kind)["letters"] == 0


def test_kill_9_of_any_service_loses_nothing_acknowledged_and_doubles_nothing(
    program: Program,
) -> None:
    filed: list[str] = []
    done = threading.Event()

    def file_until_done(filer: int) -> None:
        turn = 0
        while not done.is_set():
            turn += 1
            receipt = program.file(f"Complaint {filer}-{turn}", f"kill-{filer}-{turn}")
            filed.append(receipt["number"])

    parts = [
        f"{org}-{part}"
        for org in ("snohomish-sd", "snohomish-pd")
        for part in ("complaints", "directory", "nats")
    ]
    chance = random.Random(7)  # noqa: S311  # which part dies when is not a secret
    with ThreadPoolExecutor(FILERS) as pool:
        filers = [pool.submit(file_until_done, filer) for filer in range(FILERS)]
        try:
            for _ in range(ROUNDS):
                before = len(filed)
                eventually(lambda before=before: len(filed) > before + FILERS)  # type: ignore[misc]
                for part in chance.sample(parts, 2):
                    program.kill(part)
                    done.wait(chance.uniform(0.0, 0.3))
        finally:
            done.set()
        for filer in filers:
            filer.result()

    assert len(filed) == len(set(filed))
    with program.district() as desk:
        docket = [entry.number for entry in desk.entries(SUPERINTENDENT)]
    assert set(filed) <= set(docket)
    eventually(lambda: set(docket) <= set(told_to_agency(program)()), within=90)
    assert sorted(told_to_agency(program)()) == sorted(docket)
    for kind in ("district", "agency"):
        eventually(lambda kind=kind: program.health(kind)["backlog"] == 0)  # type: ignore[misc]
        assert program.health(kind)["letters"] == 0
