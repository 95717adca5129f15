"""The directory by HTTP, for reading: what is in the program as of a day. No names, no staff."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import FastAPI

from services.directory.register import InForce, KnownCalendars, ListedOfficer, ListedSchool
from shared.calendars import Day

if TYPE_CHECKING:
    from services.directory.application import DirectoryDesk
    from services.directory.register import Register


def directory_app(desk: DirectoryDesk, register: Register) -> FastAPI:
    """The read-only API of one organisation's directory; `as_of` is today unless given."""
    app = FastAPI(
        title="Accord directory", docs_url=None, redoc_url=None, openapi_url="/api/openapi.json"
    )

    @app.get("/", include_in_schema=False)
    def index() -> dict[str, str]:
        """Where to read on."""
        return {name: f"/api/{name}" for name in ("schools", "officers", "calendars", "policies")}

    @app.get("/api/schools")
    def schools(as_of: Day | None = None) -> list[ListedSchool]:
        """The schools in the program on a day."""
        return register.schools(as_of or desk.today())

    @app.get("/api/officers")
    def officers(as_of: Day | None = None) -> list[ListedOfficer]:
        """The officers in the program on a day, by badge reference."""
        return register.officers(as_of or desk.today())

    @app.get("/api/calendars")
    def calendars(as_of: Day | None = None) -> KnownCalendars:
        """The school years that decide, and the days declared, as known on a day."""
        return register.calendars(as_of or desk.today())

    @app.get("/api/policies")
    def policies(as_of: Day | None = None) -> list[InForce]:
        """The policy versions adopted that have taken effect by a day."""
        return register.policies(as_of or desk.today())

    return app
