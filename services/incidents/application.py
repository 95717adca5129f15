"""What both desks share: the day, who is who, what was heard, clocks, and views written down.

The agency's desk is in `calls_desk.py`, the district's in `incidents_desk.py`. `by` is the staff id
of who gives a command, or `operator` on the machine itself. Every command raises
`shared.errors.Refused` when a clause forbids it, and changes nothing then.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from services.incidents.blotter import Running, Viewings
from services.incidents.kept import RecordViewed, Viewing
from services.incidents.policy import TEXT_CHARACTERS_MAX, InForce, in_force
from services.incidents.records import look_at
from services.incidents.rights import READ_VIEWS
from shared.desk import written
from shared.errors import Refused
from shared.keyring import Erased
from shared.office import Office
from shared.who_may import may, step

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from services.incidents.kept import View
    from services.incidents.records import Kept
    from shared.reference import Reference
    from shared.school_calendar import Calendars
    from shared.sealed import Sealed

CLOCK = "clock"


class IncidentsDesk(Office):
    """Base of both desks."""

    name = "incidents"

    def furnish(self) -> None:
        """Make the read models."""
        self.running = Running(self, self.engine)
        self.viewings = Viewings(self, self.engine)
        self._looked: tuple[date, Reference] | None = None

    def calendars(self) -> Calendars:
        """The calendars known now."""
        return self.reference.current().calendars

    def rules(self) -> InForce:
        """What is judged by today: the limits in force, and the calendars."""
        return in_force(self.reference.current(), self.today())

    def schools(self) -> dict[str, str]:
        """Titles of the schools of the program today, by reference."""
        return self.reference.current().schools(self.today())

    # --- Views ----------------------------------------------------------------------------------

    @step
    def log_view(self, what: str, by: str, *, refused: bool) -> None:
        """Write down who looked at what, or was refused (C-PRIV-8, C-DATA-4)."""
        self.save(Viewing.begin(RecordViewed(what=what, refused=refused), by=by))

    @may(READ_VIEWS)
    def views(self, *, by: str, limit: int = 500) -> Sequence[View]:
        """The latest views of what is confidential (C-PRIV-8)."""
        return self.viewings.lines(limit)

    # --- Clocks ---------------------------------------------------------------------------------

    def look(self) -> int:
        """Record what the clocks say today; gives how many events that took (C-TIME-9).

        Run every few seconds and at the start. All clocks are looked at after a new word of a
        directory, else those whose day has come.
        """
        today, known = self.today(), self.reference.current()
        same = self._looked is not None and self._looked[1] is known
        found = self.running.due(today if same else None)
        recorded = sum(self.retried(partial(self._look_at, number)) for number in found)
        self._looked = (today, known)
        return recorded

    def _look_at(self, number: UUID) -> int:
        kept: Kept = self.repository.get(number)
        events = look_at(kept.known, self.calendars(), self.now(), self.today())
        for event in events:
            kept.record(event, by=CLOCK)
        if events:
            self.save(kept)
        return len(events)

    # --- The five steps -------------------------------------------------------------------------

    def number_of(self, key: str) -> UUID:
        """The id of an aggregate that is known by a key, so that two can't begin it at once."""
        return uuid5(NAMESPACE_URL, f"/{self.org}/{self.name}/{key}")

    def _new_reference(self, kind: str) -> str:
        """A reference for something new, such as `interaction-3f9c2a71d04b`."""
        return f"{kind}-{uuid4().hex[:12]}"

    def _check_school(self, school: str, clause: str) -> None:
        if school not in self.schools():
            fix = "choose a school of the program, by its reference"
            raise Refused(clause, f"the school is not known: {fix}", "school")

    def _sealed(self, subject: UUID, field: str, text: str, clause: str) -> Sealed:
        checked = written(field, text, clause, TEXT_CHARACTERS_MAX)
        try:
            return self.keyring.seal(subject, checked)
        except Erased as error:
            reason = "what was written here has been erased, and nothing more is kept"
            raise Refused("C-PRIV-1", reason) from error

    def _sealed_if(self, subject: UUID, field: str, text: str, clause: str) -> Sealed | None:
        return self._sealed(subject, field, text, clause) if text.strip() else None

    def opened(self, sealed: Any) -> str:
        """What is sealed, for who may read it."""
        try:
            return self.keyring.open(sealed)
        except Erased:
            return "(erased)"
