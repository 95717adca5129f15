"""The agency's hiring desk: the search, its candidates, interviews, ranking and appointment."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from services.hiring import deciding, domain, placement, scoring
from services.hiring.application import HiringDesk, came_to
from services.hiring.equal import breakdowns
from services.hiring.events import Search
from services.hiring.placement import Placement, SroAppointed
from services.hiring.policy import OFFICER
from services.hiring.rights import running
from shared.errors import Refused
from shared.who_may import may

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from services.hiring.equal import Breakdown
    from services.hiring.events import Happened
    from services.hiring.record import Candidate, Result
    from services.hiring.words import Ending, Head, Keeper


class AgencyDesk(HiringDesk):
    """The agency's own: it runs the search, and appoints whom the district accepted."""

    name = "hiring"  # the library would name it after the class
    keeper = "agency"

    # --- The search and its candidates ----------------------------------------------------------

    @may(running("C-HIRE-11"))
    def open_search(self, *, by: str, school: str, process: str = "") -> str:
        """Open a search for a named school; gives its number (C-HIRE-11, C-HIRE-12)."""
        if school not in self.reference.current().schools(self.today()):
            raise Refused("C-HIRE-11", "choose a school of the program", "school")

        def once() -> str:
            year = self.today().year
            numbers = [r.search for r in self.board.records()]
            this_year = sum(each.startswith(f"search-{year}-") for each in numbers)
            number = f"search-{year}-{this_year + 1}"
            opened = domain.open_search(
                search=number, school=school, process=process, today=self.today()
            )
            self.save(Search.begin(opened, by=by, number=self.search_id(number)))
            return number

        return self.retried(once)

    @may(running("C-HIRE-1"))
    def define_prerequisites(
        self, search: str, items: Sequence[tuple[Head, str]], *, by: str
    ) -> None:
        """Say what is asked of candidates, under four heads (C-HIRE-1)."""
        self._change(search, by, lambda s: domain.define_prerequisites(s, items))

    @may(running("C-HIRE-2"))
    def enter_candidate(
        self, search: str, *, by: str, name: str, answers: Mapping[str, str] | None = None
    ) -> str:
        """Take in who applied; gives the candidate's reference (C-HIRE-2, C-PRIV-1)."""
        entered = ""

        def decide(s: Search) -> Happened:
            nonlocal entered
            entered = domain.next_candidate(s.known)
            said = {k: v for k, v in (answers or {}).items() if v}
            sealed = self._seal(self._person(search, entered), json.dumps(said)) if said else None
            return domain.enter_candidate(
                s, name=self._named(search, entered, name), answers=sealed
            )

        self._change(search, by, decide)
        return entered

    @may(running("C-HIRE-1"))
    def screen_candidate(
        self, search: str, candidate: str, results: Sequence[Result], *, by: str, notes: str
    ) -> None:
        """Judge a candidate by each prerequisite (C-HIRE-1)."""

        def decide(s: Search) -> Happened:
            domain.entered(s.known, candidate)
            sealed = self._optional(search, candidate, notes, "C-HIRE-1")
            return domain.screen_candidate(s, candidate, results, notes=sealed)

        self._change(search, by, decide)

    @may(running("C-HIRE-2"))
    def advance_candidate(self, search: str, candidate: str, *, by: str) -> None:
        """Let a candidate before the oral board (C-HIRE-2)."""
        self._change(search, by, lambda s: domain.advance_candidate(s, candidate))

    @may(running("C-HIRE-2"))
    def not_advance_candidate(self, search: str, candidate: str, *, by: str, reasons: str) -> None:
        """Keep a candidate from the oral board; the reasons stay here (C-HIRE-2)."""

        def decide(s: Search) -> Happened:
            domain.entered(s.known, candidate)
            sealed = self._reasons(self._person(search, candidate), reasons, "C-HIRE-2")
            return domain.not_advance_candidate(s, candidate, reasons=sealed)

        self._change(search, by, decide)

    @may(running("C-HIRE-13"))
    def withdraw_candidate(self, search: str, candidate: str, *, by: str) -> None:
        """Record that a candidate wants to be one no more (C-HIRE-13)."""
        self._change(
            search, by, lambda s: domain.withdraw_candidate(s, candidate, withdrew_on=self.today())
        )

    @may(running("C-HIRE-2"))
    def close_screening(self, search: str, *, by: str) -> None:
        """Settle who goes before the oral board (C-HIRE-2, C-HIRE-9)."""
        self._change(search, by, domain.close_screening)

    # --- Terms and interviews -------------------------------------------------------------------

    @may(running("C-HIRE-5"))
    def set_terms(
        self,
        search: str,
        criteria: Sequence[tuple[str, int]],
        *,
        by: str,
        quorum: Mapping[Keeper, int],
    ) -> None:
        """Set criteria, weights and quorum (C-HIRE-5, C-HIRE-7)."""
        self._change(search, by, lambda s: domain.set_terms(s, criteria, quorum))

    @may(running("C-HIRE-5"))
    def open_interviews(self, search: str, *, by: str) -> None:
        """Fix questions and weights, which the district has agreed to (C-HIRE-4, C-HIRE-5)."""
        self._change(search, by, domain.open_interviews)

    @may(running("C-HIRE-3"))
    def hold_interview(
        self, search: str, candidate: str, present: Sequence[str], *, by: str, held_on: date
    ) -> None:
        """Record an interview and who of the panel was there (C-HIRE-3, C-HIRE-7)."""
        self._change(
            search,
            by,
            lambda s: domain.hold_interview(
                s, candidate, present, held_on=held_on, today=self.today()
            ),
        )

    # --- Scores ---------------------------------------------------------------------------------

    @may(running("C-HIRE-6"))
    def close_scoring(self, search: str, *, by: str, absent: Sequence[str] = ()) -> None:
        """Fix the commitments that count, naming who has sealed none (C-HIRE-5, C-HIRE-6)."""
        self._change(search, by, lambda s: scoring.close_scoring(s, absent))

    @may(running("C-HIRE-5"))
    def record_ranking(self, search: str, *, by: str, unopened: Sequence[str] = ()) -> None:
        """Rank by the agreed method, naming who has not opened (C-HIRE-5, C-HIRE-7)."""
        self._change(search, by, lambda s: scoring.record_ranking(s, unopened))

    @may(running("C-HIRE-7"))
    def resolve_tie(self, search: str, order: Sequence[str], *, by: str, discussion: str) -> None:
        """Put tied candidates in the order that the panel found in discussion (C-HIRE-7)."""
        sealed = self._reasons(self.search_id(search), discussion, "C-HIRE-7")
        self._change(search, by, lambda s: scoring.resolve_tie(s, order, discussion=sealed))

    # --- Decisions ------------------------------------------------------------------------------

    @may(running("C-HIRE-10"))
    def propose(self, search: str, candidate: str, *, by: str, reasons: str = "") -> None:
        """Propose a candidate for the school, and await the district (C-HIRE-10)."""
        calendars = self.reference.current().calendars

        def decide(s: Search) -> Happened:
            domain.entered(s.known, candidate)
            sealed = self._optional(search, candidate, reasons, "C-HIRE-5")
            return deciding.propose(s, calendars, candidate, today=self.today(), reasons=sealed)

        self._change(search, by, decide)

    @may(running("C-HIRE-10"))
    def appoint(self, search: str, *, by: str, officer: str, from_on: date) -> None:
        """Appoint whom the district accepted, under a badge reference (C-HIRE-10, C-HIRE-11)."""
        if not OFFICER.fullmatch(officer):
            fix = "write officer- and a number, such as officer-12"
            raise Refused("C-TEAM-5", f"officer is not a reference: {fix}", "officer")

        def once() -> None:
            found = self.search(search)
            self.check_given(by, self._about(found.known, by))
            filled = deciding.fill(found, today=self.today())
            assert filled.appointed is not None, "who fills a search has been accepted"
            appointed = SroAppointed(
                officer=officer,
                search=search,
                candidate=filled.appointed,
                school=found.known.school,
                from_on=from_on,
            )
            found.record(filled, by=by)
            self.save(found, Placement.begin(appointed, by=by, number=self.placement_id(search)))

        self.retried(once)

    @may(running("C-HIRE-13"))
    def close_search(self, search: str, *, by: str, ending: Ending) -> None:
        """Close a search that nobody is appointed from (C-HIRE-9, C-HIRE-13)."""
        self._change(search, by, lambda s: deciding.close_search(s, ending, today=self.today()))

    @may(running("C-HIRE-13"))
    def reopen_search(self, search: str, *, by: str, reasons: str) -> None:
        """Go on with a search that was closed (C-HIRE-13)."""
        sealed = self._reasons(self.search_id(search), reasons, "C-HIRE-13")
        self._change(
            search, by, lambda s: deciding.reopen_search(s, today=self.today(), reasons=sealed)
        )

    # --- Officers -------------------------------------------------------------------------------

    @may(running("C-TEAM-5"))
    def reassign_officer(
        self, search: str, school: str, *, by: str, from_on: date, reasons: str
    ) -> None:
        """Move who was appointed to another school (C-TEAM-5)."""
        if school not in self.reference.current().schools(self.today()):
            raise Refused("C-TEAM-5", "choose a school of the program", "school")
        sealed = self._reasons(self.placement_id(search), reasons, "C-TEAM-5")
        self._move(
            search, by, lambda p: placement.reassign(p, school, from_on=from_on, reasons=sealed)
        )

    @may(running("C-TEAM-5"))
    def arrange_cover(
        self, search: str, cover: str, *, by: str, from_on: date, to_on: date
    ) -> None:
        """Let another officer of the program stand in for some days (C-TEAM-5)."""
        officers = self.reference.current().officers(self.today())
        self._move(
            search,
            by,
            lambda p: placement.arrange_cover(p, cover, officers, from_on=from_on, to_on=to_on),
        )

    # --- Counts ---------------------------------------------------------------------------------

    @may(running("C-HIRE-13"))
    def equal_opportunity(self, year: int, by: str) -> list[Breakdown]:
        """Count the candidates of the searches closed in a year that is over (C-HIRE-13).

        Once somebody of the year is erased only totals are left: two editions that differ by one
        person would tell of that person.
        """
        if year >= self.today().year:
            raise Refused("C-PRIV-5", "a year is counted once it is over", "year")
        closed = [r for r in self.board.records() if r.closed_on and r.closed_on.year == year]
        people = [(each, record) for record in closed for each in record.candidates]
        erased = any(each.erased for each, _ in people)
        return breakdowns(
            (came_to(each, record), {} if erased else self._said(each)) for each, record in people
        )

    def _said(self, candidate: Candidate) -> dict[str, str]:
        said: dict[str, str] = json.loads(self._opened(candidate.answers) or "{}")
        return said
