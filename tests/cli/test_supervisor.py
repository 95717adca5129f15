"""What runs is kept running, stopped in order, and never left behind."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from shared.supervisor import LOG_BYTES_MAX, Program, Supervisor

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.anyio
SECONDS_MAX = 20.0
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def script(folder: Path, name: str, body: str) -> Program:
    """A Python script as a program; it may use `os`, `signal`, `sys`, `time` and `note(text)`."""
    file = folder / f"{name}.py"
    file.write_text(
        "import os, signal, sys, time\n"
        "def note(text):\n"
        f"    with open({str(folder / 'notes')!r}, 'a') as file:\n"
        "        file.write(text + '\\n')\n" + textwrap.dedent(body)
    )
    return Program(name, (sys.executable, "-I", "-S", str(file)))


def notes(folder: Path) -> list[str]:
    file = folder / "notes"
    return file.read_text().splitlines() if file.exists() else []


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(SECONDS_MAX):
        while not true():  # noqa: ASYNC110  # what is waited for is in another process
            await asyncio.sleep(0.02)


def runs(pid: int) -> bool:
    """Whether a process runs; one that is dead but not yet collected does not."""
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        state = stat.read_text().rpartition(")")[2].strip() if stat.exists() else ""
    else:
        ps = ["/bin/ps", "-o", "stat=", "-p", str(pid)]
        state = subprocess.run(ps, capture_output=True, text=True, check=False).stdout.strip()
    return bool(state) and not state.startswith("Z")


async def test_a_program_that_dies_is_started_again_each_time_after_a_longer_pause(
    tmp_path: Path,
) -> None:
    said: list[str] = []
    supervisor = Supervisor(tmp_path / "logs", said.append, first_pause_seconds=0.05)
    await supervisor.start([script(tmp_path, "brief", "note(str(time.monotonic()))\nsys.exit(3)")])
    await until(lambda: len(notes(tmp_path)) >= 4)
    await supervisor.stop()

    died = [line for line in said if "ended" in line]
    assert died[0].startswith("brief ended (exit code 3); starting it again in 0.05 s.")
    assert [line.split(" again in ")[1].split(" s.")[0] for line in died[:3]] == [
        "0.05",
        "0.1",
        "0.2",
    ]
    assert str(tmp_path / "logs" / "brief.log") in died[0]
    first, second, third, fourth = map(float, notes(tmp_path)[:4])
    assert second - first >= 0.05
    assert third - second >= 0.1
    assert fourth - third >= 0.2


async def test_what_was_killed_is_named_by_its_signal(tmp_path: Path) -> None:
    said: list[str] = []
    supervisor = Supervisor(tmp_path / "logs", said.append, first_pause_seconds=0.01)
    await supervisor.start([script(tmp_path, "steady", "note('up')\ntime.sleep(60)")])
    await until(lambda: notes(tmp_path))
    os.kill(supervisor.pids["steady"], signal.SIGKILL)
    await until(lambda: len(notes(tmp_path)) == 2)
    await until(lambda: len(said) == 2)
    assert "SIGKILL" in said[0]
    assert said[1] == f"steady runs again, process {supervisor.pids['steady']}"
    await supervisor.stop()


async def test_programs_are_stopped_in_reverse_order_and_may_finish_their_work(
    tmp_path: Path,
) -> None:
    def body(name: str) -> str:
        return f"""
            def stop(*_):
                time.sleep(0.1)
                note("{name} stopped")
                sys.exit(0)
            signal.signal(signal.SIGTERM, stop)
            note("{name} up")
            time.sleep(60)
        """

    supervisor = Supervisor(tmp_path / "logs", lambda _: None)
    await supervisor.start([script(tmp_path, "bus", body("bus"))])
    await supervisor.start([script(tmp_path, "service", body("service"))])
    await until(lambda: len(notes(tmp_path)) == 2)
    pids = supervisor.pids.values()
    await supervisor.stop()
    assert notes(tmp_path)[2:] == ["service stopped", "bus stopped"]
    assert not any(runs(pid) for pid in pids)
    assert supervisor.pids == {}


async def test_a_program_that_does_not_stop_is_killed_after_the_grace_with_what_it_started(
    tmp_path: Path,
) -> None:
    said: list[str] = []
    supervisor = Supervisor(tmp_path / "logs", said.append, grace_seconds=0.2)
    stubborn = """
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        child = os.fork()
        note(str(os.getpid()))
        time.sleep(60)
    """
    await supervisor.start([script(tmp_path, "stubborn", stubborn)])
    await until(lambda: len(notes(tmp_path)) == 2)
    await supervisor.stop()
    assert said == ["stubborn did not stop in 0.2 s and is killed"]
    await until(lambda: not any(runs(int(pid)) for pid in notes(tmp_path)))


async def test_a_stop_does_not_wait_for_the_pause_of_a_dead_program(tmp_path: Path) -> None:
    said: list[str] = []
    supervisor = Supervisor(tmp_path / "logs", said.append, first_pause_seconds=60)
    await supervisor.start([script(tmp_path, "brief", "sys.exit(1)")])
    await until(lambda: said)
    async with asyncio.timeout(5):
        await supervisor.stop()


async def test_output_is_kept_in_a_log_and_a_large_log_is_set_aside(tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "talker.log").write_bytes(b"x" * (LOG_BYTES_MAX + 1))
    supervisor = Supervisor(logs, lambda _: None)
    talker = "print('out', flush=True)\nprint('err', file=sys.stderr)\nnote('up')\ntime.sleep(60)"
    await supervisor.start([script(tmp_path, "talker", talker)])
    await until(lambda: notes(tmp_path))
    await supervisor.stop()
    assert supervisor.log("talker").read_text().splitlines() == ["out", "err"]
    assert (logs / "talker.log.1").stat().st_size == LOG_BYTES_MAX + 1


async def test_nothing_is_left_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    polite = script(tmp_path, "polite", "note(str(os.getpid()))\ntime.sleep(60)")
    stubborn = script(
        tmp_path,
        "stubborn",
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\nnote(str(os.getpid()))\ntime.sleep(60)",
    )
    body = f"""
        import asyncio
        from pathlib import Path
        from shared.supervisor import Program, Supervisor

        async def keep():
            supervisor = Supervisor(Path({str(tmp_path / "logs")!r}), print, grace_seconds=0.3)
            await supervisor.start([
                Program("polite", {polite.argv!r}), Program("stubborn", {stubborn.argv!r})
            ])
            Path({str(tmp_path / "started")!r}).touch()
            await asyncio.sleep(60)

        asyncio.run(keep())
    """
    owner = await asyncio.create_subprocess_exec(
        sys.executable, "-c", textwrap.dedent(body), cwd=ROOT
    )
    try:
        await until(lambda: len(notes(tmp_path)) == 2 and (tmp_path / "started").exists())
    finally:
        owner.kill()
        await owner.wait()
    started = time.monotonic()
    await until(lambda: not any(runs(int(pid)) for pid in notes(tmp_path)))
    assert time.monotonic() - started < 10
