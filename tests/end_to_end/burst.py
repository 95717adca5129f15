"""A burst of events by a plain NATS client, while the service is killed once: nothing is lost.

`python -m tests.end_to_end.burst --events 10000` runs it on a program of its own, and prints what
it found.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from services.incidents.district_desk import DistrictDesk
from shared.settings import Settings
from tests.end_to_end.program import DISTRICT, ROOT, Program, running

if TYPE_CHECKING:
    from typing import IO

USER = "ingest-district-system"
CLIENT = ROOT / "examples" / "incidents_client.py"
SERVICE = f"{DISTRICT}-incidents"
DATA = {
    "officer": "officer-21",
    "school": "sample-valley-high",
    "on": "2025-09-08",
    "capacity": "educate",
    "whom": "several students",
    "setting": "classroom",
    "subject": "law-related education",
}


class Burst(NamedTuple):
    """What came of a burst."""

    answered: int
    """Events with an answer that accepts them."""
    recorded: int
    """Interactions that are on record, each counted once."""
    events: int
    """Events of interactions in the store: more than recorded would be doubled ones."""
    seconds: float


def burst(program: Program, events: int, source: str) -> Burst:
    """Send so many, kill the service once a third is answered, and count."""
    settings = Settings.of(DISTRICT, program.data)
    before = _stored(settings)
    command = [sys.executable, str(CLIENT), "--server", settings.nats_url, "--org", DISTRICT]
    command += ["--user", USER, "--seed", str(settings.seed_file(USER)), "--source", source]
    command += ["--authority", settings.nats_ca_file.format(folder=settings.folder.resolve())]
    began = time.monotonic()
    client = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=dict(os.environ), text=True
    )
    assert client.stdin
    assert client.stdout
    writing = threading.Thread(target=_write, args=(client.stdin, events))
    writing.start()
    answers = []
    for line in client.stdout:
        answers.append(json.loads(line))
        if len(answers) == events // 3:
            program.kill(SERVICE)
    writing.join()
    assert client.wait() == 0, f"not all were taken: {answers[-1:]}"
    client.stdout.close()
    seconds = time.monotonic() - began
    after = _stored(settings)
    return Burst(
        answered=len({a["reference"] for a in answers if a["accepted"]}),
        recorded=after[0] - before[0],
        events=after[1] - before[1],
        seconds=seconds,
    )


def _write(lines: IO[str], events: int) -> None:
    with lines:
        for number in range(events):
            record = {"kind": "interaction", "id": f"diary-{number}", "data": DATA}
            lines.write(json.dumps(record) + "\n")


def _stored(settings: Settings) -> tuple[int, int]:
    with DistrictDesk.of(settings) as desk:
        logged = [e for _, e in desk.history(0, 10**7) if e.TOPIC == "interaction.logged"]
    return len({event.originator_id for event in logged}), len(logged)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--events", type=int, default=10_000)
    with tempfile.TemporaryDirectory() as folder, running(Path(folder) / "data") as program_:
        given = arguments.parse_args().events
        found = burst(program_, given, "/sample/burst")
    sys.stdout.write(
        f"{given} sent, the service killed once: {found.answered} accepted, {found.recorded} on"
        f" record, {found.events - found.recorded} doubled, in {found.seconds:.1f} s"
        f" ({given / found.seconds:.0f} a second)\n"
    )
    sys.exit(0 if found.recorded == found.events == given else 1)
