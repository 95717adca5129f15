"""How commands answer: JSON for scripts, a table for people, and why one could not run."""

from __future__ import annotations

import json
import sys
from typing import Any

FOUND_WRONG = 1
COULD_NOT_RUN = 2


class CannotRun(Exception):
    """A command could not do its work; the message says the fix. Exit code 2."""


def print_json(document: Any) -> None:
    """Write a document to the standard output, the same bytes for the same document."""
    sys.stdout.write(json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n")
