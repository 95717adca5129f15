"""What `accord run` decides before it starts anything: ports, settings, and whose the folder is."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from shared.cli.output import CannotRun
from shared.cli.run import DISTRICT, HOST, BusPorts, Ports, _write_settings, held
from shared.settings import Settings
from tests.cli.command import accord

if TYPE_CHECKING:
    from pathlib import Path

SERVICES = ("complaints", "directory")


def all_of(ports: Ports) -> list[int]:
    return [port for each in ports.services.values() for port in each.values()] + [*ports.bus]


def test_ports_are_the_same_at_every_start() -> None:
    base = free_base()
    ports = Ports.chosen(base, SERVICES)
    assert ports.services == {
        "snohomish-sd": {"complaints": base, "directory": base + 1},
        "snohomish-pd": {"complaints": base + 10, "directory": base + 11},
    }
    assert ports.bus == BusPorts(base + 20, base + 21, base + 22)
    assert ports.url("snohomish-pd", "directory") == f"http://{HOST}:{base + 11}"


def test_base_0_takes_free_ports_each_another() -> None:
    ports = all_of(Ports.chosen(0, SERVICES))
    assert len(ports) == len(set(ports)) == 7
    assert min(ports) > 0


def test_a_taken_port_is_named_with_the_option_that_helps(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = accord("run", "--data", str(tmp_path), "--port-base", str(port))
    assert result.returncode == 2
    assert f"port {port} " in result.stderr
    assert "--port-base" in result.stderr


@pytest.mark.parametrize("folder", ["plain", "it's a $HOME \\ folder"])
def test_a_service_reads_the_settings_that_the_run_wrote(tmp_path: Path, folder: str) -> None:
    data = tmp_path / folder
    ports = Ports.chosen(0, SERVICES)
    _write_settings(data, DISTRICT, ports)

    settings = Settings.of(DISTRICT.slug, data)
    assert (settings.kind, settings.counterpart) == ("district", "snohomish-pd")
    assert settings.folder == data / DISTRICT.slug
    assert settings.nats_url == f"tls://{HOST}:{ports.bus.district}"
    assert settings.seed_file("complaints") == settings.folder / "secrets/complaints/nats.seed"
    assert settings.ports == ports.services[DISTRICT.slug]
    assert settings.demo_people
    file = data / DISTRICT.slug / "accord.env"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_second_run_in_the_same_folder_is_turned_away(tmp_path: Path) -> None:
    with held(tmp_path):
        result = accord("run", "--data", str(tmp_path), "--port-base", "0")
    assert result.returncode == 2
    assert f"(process {os.getpid()})" in result.stderr
    assert "--data" in result.stderr


def test_after_the_run_the_folder_is_free_again(tmp_path: Path) -> None:
    with held(tmp_path):
        pass
    with held(tmp_path):
        pass


def test_a_run_waits_until_the_guard_of_a_killed_one_is_done(tmp_path: Path) -> None:
    guard_of_the_dead = f"""
import os, sys
from pathlib import Path
from shared.cli.run import held
with held(Path({str(tmp_path)!r})) as lock:
    if os.fork() == 0:
        os.dup2(lock, 0)
        os.execv("/bin/sleep", ["sleep", "0.5"])
    os._exit(0)
"""
    subprocess.run([sys.executable, "-c", guard_of_the_dead], check=True)
    with held(tmp_path):
        pass


def free_base() -> int:
    """A base from which the ports of a run are free."""
    for base in range(20_000, 30_000, 100):
        try:
            Ports.chosen(base, SERVICES)
        except CannotRun:
            continue
        return base
    raise AssertionError("no free ports")
