"""The base of every contract, and what a `published.py` answers with."""

from __future__ import annotations

from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

OWN = "own"
"""The audience inside the publishing organisation."""


class Contract(BaseModel):
    """An event that leaves a service. A version is never changed; a new one is added.

    `name` is `<service>.<event>.v<version>`, given by each subclass as a Literal with a default.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True)

    name: str

    @property
    def service(self) -> str:
        """The publishing service."""
        return self.name.split(".")[0]

    @property
    def event(self) -> str:
        """The event, without service and version."""
        return self.name.split(".")[1]


class Publication(NamedTuple):
    """A contract, and the audience that may read it: an organisation's slug, `own` or `public`."""

    audience: str
    contract: Contract
