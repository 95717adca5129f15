"""The district's hiring desk: it agrees to the terms, and accepts or declines (C-HIRE-10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.hiring import deciding, domain
from services.hiring.application import HiringDesk
from services.hiring.rights import answering
from shared.errors import Refused
from shared.who_may import may

if TYPE_CHECKING:
    from services.hiring.events import Happened, Search
    from services.hiring.words import Category


class DistrictDesk(HiringDesk):
    """The district's own: its word on the terms, and on who is proposed."""

    name = "hiring"  # the library would name it after the class
    keeper = "district"

    @may(answering("C-HIRE-2"))
    def name_candidate(self, search: str, candidate: str, *, by: str, name: str) -> None:
        """Write down who an advanced candidate is, under our own key (C-HIRE-2, C-PRIV-1)."""

        def decide(s: Search) -> Happened:
            domain.entered(s.known, candidate)
            return domain.name_candidate(s, candidate, name=self._named(search, candidate, name))

        self._change(search, by, decide)

    @may(answering("C-HIRE-5"))
    def agree_terms(self, search: str, sha256: str, *, by: str) -> None:
        """Agree to the questions and terms that were shown (C-HIRE-5)."""
        self._change(search, by, lambda s: domain.agree_terms(s, sha256))

    @may(answering("C-HIRE-10"))
    def accept(self, search: str, *, by: str) -> None:
        """Accept who is proposed for the school (C-HIRE-10, C-HIRE-11)."""
        self._change(search, by, lambda s: deciding.accept(s, today=self.today()))

    @may(answering("C-HIRE-10"))
    def decline(
        self,
        search: str,
        *,
        by: str,
        category: Category,
        reviewed_by: str,
        no_protected_characteristic: bool,
        reasons: str,
    ) -> None:
        """Decline who is proposed; the reasons stay here (C-HIRE-10)."""
        people = {each.staff for each in self.reference.current().people(self.today())}
        if reviewed_by not in people:
            raise Refused("C-HIRE-10", "choose from the staff in the directory", "reviewed_by")

        def decide(s: Search) -> Happened:
            proposal = s.known.proposal
            about = (
                self.search_id(search)
                if proposal is None
                else self._person(search, proposal.candidate)
            )
            sealed = self._reasons(about, reasons, "C-HIRE-10")
            return deciding.decline(
                s,
                by=by,
                today=self.today(),
                category=category,
                reviewed_by=reviewed_by,
                no_protected_characteristic=no_protected_characteristic,
                reasons=sealed,
            )

        self._change(search, by, decide)
