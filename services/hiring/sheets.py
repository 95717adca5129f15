"""Commitments to scores: what is published at sealing, and checked at opening (C-HIRE-6).

A commitment is the SHA-256 of six lines of UTF-8, each but the last ended by a line feed: the tag
below, search, candidate, member, the salt in hexadecimal, and the scores as JSON with sorted keys
and no spaces. Anybody with the opened sheet can compute it again without this program.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from collections.abc import Mapping

TAG = "accord hiring score v1"
SALT_BYTES = 32

Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class Sheet(BaseModel):
    """One member's scores of one candidate, and the salt that hides them until they are opened."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    candidate: str
    scores: dict[str, int]
    """By criterion, 1 to 5."""
    salt: Digest
    """SALT_BYTES random bytes, in hexadecimal."""


class Commitment(BaseModel):
    """What binds a member to their scores of a candidate, and tells nothing of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    member: str
    candidate: str
    sha256: Digest


def canonical(value: object) -> str:
    """JSON that is the same for the same value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def commit(search: str, member: str, sheet: Sheet) -> Commitment:
    """The commitment to a sheet."""
    lines = (TAG, search, sheet.candidate, member, sheet.salt, canonical(sheet.scores))
    digest = sha256("\n".join(lines).encode()).hexdigest()
    return Commitment(member=member, candidate=sheet.candidate, sha256=digest)


def points(scores: Mapping[str, int], weights: Mapping[str, int]) -> int:
    """The weighted sum of scores, 100 to 500 where the weights sum to 100."""
    return sum(weight * scores[criterion] for criterion, weight in weights.items())
