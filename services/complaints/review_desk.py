"""The complaints desk of the agency: its own part in each matter the district told of.

The agency owes no reply; what it does give goes back as a contract (C-COMP-5, C-COMP-11).
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from eventsourcing.application import AggregateNotFoundError

from services.complaints import review as domain
from services.complaints.caseload import Case, Caseload
from services.complaints.matter import matter_id
from services.complaints.office import ComplaintsOffice
from services.complaints.rights import AUDITOR, and_also, reviewing
from shared.desk import written
from shared.errors import Refused
from shared.who_may import may

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.complaints.review import Review, ReviewEvent
    from services.complaints.words import Result

REFERENCE_CHARACTERS_MAX = 40


class ReviewsDesk(ComplaintsOffice):
    """Linked reviews of one agency."""

    def furnish(self) -> None:
        """Make the read models."""
        self.caseload = Caseload(self, self.engine)
        self._giving_numbers = Lock()

    # --- Commands -------------------------------------------------------------------------------

    @may(reviewing("C-COMP-5"))
    def acknowledge(self, number: str, *, by: str, reference: str = "") -> str:
        """Answer that the notice is here, under a case number of the agency (C-COMP-5).

        Gives the case number: the next free one of the year when none is named.
        """
        with self._giving_numbers:
            return self._acknowledge(number, by, reference)

    def _acknowledge(self, number: str, by: str, reference: str) -> str:
        today = self.today()
        taken = {case.reference for case in self.caseload.cases() if case.reference}
        chosen = reference.strip() or domain.next_reference(today.year, taken)
        written("reference", chosen, "C-COMP-5", REFERENCE_CHARACTERS_MAX)
        if chosen in taken:
            raise Refused(
                "C-COMP-5", "another case has this number: choose a free one", "reference"
            )
        self._change(number, by, lambda r: domain.acknowledge(r, today, reference=chosen))
        return chosen

    @may(reviewing("C-COMP-11"))
    def open_review(self, number: str, *, by: str) -> None:
        """Begin the agency's own review (C-COMP-11)."""
        self._change(number, by, lambda r: domain.open_review(r, self.today()))

    @may(reviewing("C-COMP-11"))
    def close_review(self, number: str, *, by: str, result: Result, reasons: str) -> None:
        """Conclude; the category goes to the district, the reasons stay, sealed (C-COMP-11)."""
        text = written("reasons", reasons, "C-COMP-11")
        sealed = self.keyring.seal(matter_id(number), text)
        self._change(
            number,
            by,
            lambda r: domain.close_review(r, self.today(), result=result, reasons=sealed),
        )

    # --- Reading --------------------------------------------------------------------------------

    @may(and_also(reviewing("C-COMP-11"), AUDITOR))
    def cases(self, by: str) -> list[Case]:
        """The caseload, for staff of the agency's review."""
        return self.caseload.cases()

    @may(reviewing("C-COMP-11"))
    def seen(self, number: str, by: str) -> Case:
        """One case, for staff of the agency's review."""
        case = self.caseload.case(matter_id(number))
        if case is None:
            raise _unknown()
        return case

    def review(self, number: str, *, newest: bool = False) -> Review:
        """The review of a matter, to decide on."""
        try:
            review: Review = self.loaded(matter_id(number), newest=newest)
        except AggregateNotFoundError:
            raise _unknown() from None
        return review

    # --- The five steps ---------------------------------------------------------------------------

    def _change(self, number: str, by: str, decide: Callable[[Review], ReviewEvent]) -> None:
        try:
            self.change(matter_id(number), decide, by=by)
        except AggregateNotFoundError:
            raise _unknown() from None


def _unknown() -> Refused:
    return Refused("C-COMP-11", "the district told of no complaint of this number", "number")
