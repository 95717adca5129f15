"""A confirmation from the agency's training system to the district's matrix, over the real bus."""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import nats.errors
import pytest

from services.training.agency_desk import AgencyDesk
from services.training.district_desk import DistrictDesk
from services.training.events import GateClosed, GateOpened
from services.training.words import Channel
from shared.settings import Settings
from shared.wire.plan import new_seed
from tests.end_to_end.program import AGENCY, DISTRICT, ROOT, Program, eventually
from tests.servers import as_user

if TYPE_CHECKING:
    from pathlib import Path

    import httpx
    from nats.aio.client import Client

    from services.training.record import Proof

pytestmark = pytest.mark.xdist_group("end to end")  # they share the running program

OFFICER = "officer-15"
SYSTEM = "ingest-training"
SUBJECT = f"ingest.{AGENCY}.training.confirmation"
LATENCY_SECONDS_MAX = 1.0
SAMPLES = 7
TODAY = datetime.now(ZoneInfo("America/Los_Angeles")).date()
EVENT: dict[str, Any] = {
    "specversion": "1.0",
    "type": "training.confirmation.v1",
    "source": "/snohomish-pd/records",
    "id": "row-4711",
    "data": {
        "officer": OFFICER,
        "requirement": "A-FACPR",
        "completed_on": (TODAY - timedelta(days=20)).isoformat(),
        "provider": "Sample agency academy",
        "reference": "C-04711",
    },
}


def ask(program: Program, event: Any) -> dict[str, Any]:
    """Send it as any NATS client would, and give the answer."""

    async def asked(client: Client) -> dict[str, Any]:
        reply = await client.request(SUBJECT, json.dumps(event).encode(), timeout=10)
        answer: dict[str, Any] = json.loads(reply.data)
        return answer

    return as_user(Settings.of(AGENCY, program.data), SYSTEM, asked)


def at_the_district(program: Program, number: int) -> Proof | None:
    with DistrictDesk.of(Settings.of(DISTRICT, program.data)) as desk:
        record = desk.files.entry(desk.file_id(OFFICER))
        return None if record is None else record.proof("agency", number)


def test_trn_6_a_message_of_the_training_system_reaches_the_districts_matrix(
    program: Program,
) -> None:
    answer = ask(program, EVENT)
    assert (answer["accepted"], answer["recorded"]) == (True, True), answer
    began = time.monotonic()
    proof = eventually(lambda: at_the_district(program, answer["number"]))
    assert time.monotonic() - began < 5
    assert proof.channel is Channel.COUNTERPART
    assert proof.facts.reference == ""
    assert ask(program, EVENT) == {**answer, "recorded": False}


def test_trn_6_a_message_is_in_the_districts_matrix_within_a_second(program: Program) -> None:
    """The median of a few, from before the request is sent until the district's site shows it."""
    took: list[float] = []
    settings = Settings.of(AGENCY, program.data)
    with program.signed_in("district", "training", "staff-5") as site:

        async def confirmed(client: Client) -> None:
            for at in range(SAMPLES):
                completed_on = (TODAY - timedelta(days=10 - at)).isoformat()
                data = {**EVENT["data"], "completed_on": completed_on, "requirement": "A-CIT"}
                event = {**EVENT, "id": f"timed-{at}", "data": data}
                began = time.perf_counter()
                reply = await client.request(SUBJECT, json.dumps(event).encode(), timeout=10)
                answer = json.loads(reply.data)
                assert answer["recorded"], answer
                shown = f"agency/{answer['number']}"
                while shown not in in_the_matrix(site, "A-CIT"):
                    assert time.perf_counter() - began < 30
                took.append(time.perf_counter() - began)

        as_user(settings, SYSTEM, confirmed)
    assert statistics.median(took) < LATENCY_SECONDS_MAX, took


def in_the_matrix(site: httpx.Client, requirement: str) -> list[str]:
    """The confirmations that the district's matrix counts for the officer."""
    cells = site.get("/api/matrix").raise_for_status().json()
    mine = (OFFICER, requirement)
    found = [c["confirmations"] for c in cells if (c["officer"], c["requirement"]) == mine]
    return " ".join(found).split()


def test_trn_6_the_nats_server_refuses_a_credential_that_is_not_the_training_systems(
    program: Program, tmp_path: Path
) -> None:
    async def confirm(client: Client) -> None:
        await client.request(SUBJECT, json.dumps(EVENT).encode(), timeout=10)

    settings = Settings.of(AGENCY, program.data)
    made = tmp_path / "made-up.seed"
    made.write_bytes(new_seed())
    for seed in (made, Settings.of(DISTRICT, program.data).seed_file("ingest-district-system")):
        stranger = settings.model_copy(update={"nats_seed_file": str(seed)})
        with pytest.raises(nats.errors.Error, match="Authorization Violation"):
            as_user(stranger, SYSTEM, confirm)


@pytest.mark.parametrize(
    ("user", "subject"),
    [
        ("auditor", SUBJECT),
        (SYSTEM, f"ingest.{AGENCY}.directory.confirmation"),
        (SYSTEM, f"ingest.{AGENCY}.incidents.outcome"),
        ("ingest-dispatch", SUBJECT),
        (SYSTEM, f"ingest.{DISTRICT}.training.confirmation"),
        (SYSTEM, f"accord.{AGENCY}.{DISTRICT}.training.confirmed"),
    ],
)
def test_trn_6_the_nats_server_refuses_what_a_credential_may_not_say(
    program: Program, user: str, subject: str
) -> None:
    async def told(client: Client) -> str:
        await client.publish(subject, json.dumps(EVENT).encode())
        for _ in range(200):  # the refusal comes when it comes
            if client.last_error is not None and subject in str(client.last_error):
                break
            await asyncio.sleep(0.05)
        return str(client.last_error)

    refused = as_user(Settings.of(AGENCY, program.data), user, told)
    assert "permissions violation for publish" in refused.lower()
    assert subject in refused


def test_trn_6_a_malformed_message_is_answered_with_reasons(program: Program) -> None:
    answer = ask(program, {**EVENT, "id": "row-2", "data": {"officer": "Jordan Sample"}})
    assert not answer["accepted"]
    assert [each["field"] for each in answer["reasons"]] == [
        "officer",
        "requirement",
        "completed_on",
        "provider",
    ]
    assert "Jordan" not in json.dumps(answer)


def test_trn_13_the_sample_program_is_judged_and_the_agency_is_told(program: Program) -> None:
    judged = {"officer-12": False, "officer-15": True, "officer-21": False}

    def gates(build: Any, org: str) -> list[tuple[str, bool]]:
        with build(Settings.of(org, program.data)) as desk:
            return [
                (event.officer, event.judgement.deciding.cleared)
                for _, event in desk.history(0, 10_000)
                if isinstance(event, GateOpened | GateClosed) and event.officer in judged
            ]

    def last() -> dict[str, bool] | None:
        here, there = gates(DistrictDesk.of, DISTRICT), gates(AgencyDesk.of, AGENCY)
        same = here == there and len({officer for officer, _ in here}) == 3
        return dict(here) if same else None

    assert eventually(lambda: last() == judged)


def test_data_9_records_are_imported_beside_the_running_service_and_again_change_nothing(
    program: Program, tmp_path: Path
) -> None:
    file = tmp_path / "records.csv"
    day = f"{TODAY - timedelta(days=40):%m/%d/%Y}"
    file.write_text(
        "Employee ID,Course Code,Provider,Completed Date,Hours,Status\n"
        f"officer-15,HAR-A,Sample agency academy,{day},2.0,Completed\n"
        f"officer-15,NONE,Sample agency academy,{day},2.0,Completed\n"
    )
    command = [sys.executable, "-m", "services", "import", "training", str(file)]
    command += ["--org", AGENCY, "--data", str(program.data), "--json"]

    def imported() -> tuple[int, dict[str, Any]]:
        result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        return result.returncode, json.loads(result.stdout)

    code, first = imported()
    assert (code, first["recorded"], first["unchanged"]) == (1, 1, 0)
    assert [back["field"] for back in first["handed_back"]] == ["course code"]
    code, again = imported()
    assert (code, again["recorded"], again["unchanged"]) == (1, 0, 1)
