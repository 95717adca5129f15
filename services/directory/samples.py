"""The sample program's schools, calendars, policy, staff and officers: everything is synthetic.

Loaded by `accord run` on its first start, through the same desk and files as `accord import`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from services.directory.__main__ import desk_of
from services.directory.loading import load_folder
from shared.who_may import OPERATOR

if TYPE_CHECKING:
    from shared.settings import Settings

SAMPLES = Path(__file__).parents[2] / "samples"


def load_samples(settings: Settings) -> None:
    """Give an organisation its part of the sample program; loading it again changes nothing."""
    with desk_of(settings) as desk:
        loaded = load_folder(desk, SAMPLES / settings.org, by=OPERATOR)
    handed_back = [name for name, outcome in loaded.items() if outcome.handed_back]
    assert not handed_back, f"samples of {settings.org} that do not load: {handed_back}"
