"""The `accord` command as its user gives it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SECONDS_MAX = 60


def accord(
    *arguments: str, cwd: Path = ROOT, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Give a command and wait for its end; wide enough that no line is broken."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("ACCORD_")}
    return subprocess.run(
        [sys.executable, "-m", "services", *arguments],
        cwd=cwd,
        env={**plain, "COLUMNS": "200", "PYTHONPATH": str(ROOT), **(env or {})},
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        check=False,
    )
