"""The `accord` command as its user gives it."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from services.__main__ import main

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Result:
    """What came of a command."""

    returncode: int
    stdout: str
    stderr: str


def accord(*arguments: str, cwd: Path = ROOT, env: dict[str, str] | None = None) -> Result:
    """Give a command in this process; wide enough that no line is broken."""
    out, err = io.StringIO(), io.StringIO()
    with (
        pytest.MonkeyPatch.context() as changed,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        for name in [name for name in os.environ if name.startswith("ACCORD_")]:
            changed.delenv(name)
        for name, value in {"COLUMNS": "200", **(env or {})}.items():
            changed.setenv(name, value)
        changed.setattr(sys, "argv", ["accord", *arguments])
        changed.chdir(cwd)
        with pytest.raises(SystemExit) as ended:
            main()
    code = ended.value.code
    assert isinstance(code, int)
    return Result(code, out.getvalue(), err.getvalue())
