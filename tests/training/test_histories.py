"""Whatever happened, in whatever order: the status is what a slow recomputation says."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.training.histories import compare, history


@given(seed=st.integers(0, 2**32))
@settings(max_examples=300, deadline=None)
def test_trn_11_the_status_the_gate_and_the_expiries_are_what_a_plain_replay_says(
    seed: int,
) -> None:
    compare(seed)


def test_the_histories_hold_every_kind_of_event() -> None:
    kinds = {e.TOPIC for seed in range(200) for e in history(random.Random(seed))}  # noqa: S311
    assert kinds == {
        "file.confirmed",
        "file.corrected",
        "file.revoked",
        "file.waived",
        "file.waiver_ended",
    }
