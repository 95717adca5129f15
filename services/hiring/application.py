"""The hiring desk: one method a command, at either organisation, then what each has alone.

It checks who gives the command, seals what is personal, asks the domain to decide, and records the
decision. `by` is the staff id of who gives it. Every command raises `shared.errors.Refused` when a
clause forbids it, and changes nothing then.
"""

from __future__ import annotations

import json
import secrets
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, UUID, uuid5

from eventsourcing.application import AggregateNotFoundError

from services.hiring import deciding, domain, placement, scoring
from services.hiring.board import Board, Postings
from services.hiring.codes import BoxAltered, locked, unlocked
from services.hiring.policy import NAME_CHARACTERS_MAX, TEXT_CHARACTERS_MAX
from services.hiring.rights import READ, RUNS, heading, sitting
from services.hiring.sheets import SALT_BYTES, Sheet, canonical
from services.hiring.words import Conflict, Keeper, Stage, Why
from shared.desk import written
from shared.errors import Refused
from shared.keyring import Erased
from shared.office import Office
from shared.who_may import About, may, step

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from services.hiring.events import Happened, Search
    from services.hiring.placement import Moved, Placement
    from services.hiring.record import Candidate, Finding, Record
    from shared.sealed import Sealed

CLOCK = "clock"


class HiringDesk(Office):
    """What both organisations do: seat a panel, ask, declare, score, prefer, keep and erase."""

    name = "hiring"
    keeper: Keeper

    def furnish(self) -> None:
        """Make the read models."""
        self.board = Board(self, self.engine)
        self.postings = Postings(self, self.engine)
        self._looked: tuple[Any, ...] = ()
        self._destroyed: set[UUID] = set()

    # --- The panel ------------------------------------------------------------------------------

    @may(heading("C-HIRE-3"))
    def seat_member(self, search: str, member: str, *, by: str, trained_on: date | None) -> None:
        """Seat one of our staff as a voting member (C-HIRE-3)."""
        if member not in {each.staff for each in self.reference.current().people(self.today())}:
            raise Refused("C-HIRE-3", "choose from the staff in the directory", "member")
        self._change(
            search,
            by,
            lambda s: domain.seat_member(
                s, self.keeper, member, trained_on=trained_on, today=self.today()
            ),
        )

    @may(heading("C-HIRE-5"))
    def excuse_member(self, search: str, member: str, *, by: str, why: Why) -> None:
        """Let one of our members go (C-HIRE-5, C-HIRE-8)."""
        self._change(search, by, lambda s: domain.excuse_member(s, self.keeper, member, why))

    @may(sitting("C-HIRE-8"))
    def declare_conflict(
        self, search: str, candidate: str, *, by: str, conflict: Conflict, details: str = ""
    ) -> None:
        """Say whether one has a conflict with a candidate; the details stay here (C-HIRE-8)."""

        def decide(s: Search) -> Happened:
            sealed = None
            if details.strip():
                text = written("details", details, "C-HIRE-8", TEXT_CHARACTERS_MAX)
                sealed = self._seal(self._person(search, candidate), text)
            return domain.declare_conflict(s, self.keeper, by, candidate, conflict, details=sealed)

        self._change(search, by, decide)

    @may(heading("C-HIRE-4"))
    def provide_questions(self, search: str, questions: Sequence[str], *, by: str) -> None:
        """Add questions that all candidates are asked (C-HIRE-4)."""
        self._change(search, by, lambda s: domain.provide_questions(s, self.keeper, questions))

    # --- Scores ---------------------------------------------------------------------------------

    @may(sitting("C-HIRE-6"))
    def seal_scores(
        self,
        search: str,
        *,
        by: str,
        scores: Mapping[str, Mapping[str, int]],
        notes: Mapping[str, str],
        code: str,
    ) -> None:
        """Bind oneself to the scores of all candidates, readable with the code alone (C-HIRE-6).

        The code is kept nowhere; whoever loses it can't open their scores.
        """
        sheets = [
            Sheet(candidate=candidate, scores=dict(given), salt=secrets.token_hex(SALT_BYTES))
            for candidate, given in scores.items()
        ]
        told = {"sheets": [each.model_dump() for each in sheets], "notes": _kept(notes)}
        box = locked(code, canonical(told), f"{search} {by}")
        self._change(search, by, lambda s: scoring.seal_scores(s, self.keeper, by, sheets, box=box))

    @may(sitting("C-HIRE-6"))
    def open_scores(self, search: str, *, by: str, code: str) -> tuple[Finding, ...]:
        """Show one's scores once the scoring is closed; gives what of them is void (C-HIRE-6)."""

        def decide(s: Search) -> Happened:
            box = scoring.check_opening(s, self.keeper, by)
            try:
                told = json.loads(unlocked(code, box, f"{search} {by}"))
            except BoxAltered:  # it is recorded: every score of it is void
                told = {"sheets": [], "notes": {}}
            sheets = [Sheet.model_validate(each) for each in told["sheets"]]
            notes = {
                candidate: self._seal(self._person(search, candidate), text)
                for candidate, text in told["notes"].items()
            }
            return scoring.open_scores(s, self.keeper, by, sheets, notes=notes)

        self._change(search, by, decide)
        void = self.search(search).known.void
        return tuple(each for each in void if each.member == by)

    @may(sitting("C-HIRE-5"))
    def state_preference(self, search: str, candidate: str, *, by: str, reasons: str) -> None:
        """Name whom the members of this organisation prefer (C-HIRE-5)."""

        def decide(s: Search) -> Happened:
            domain.sits(s.known, self.keeper, by)
            sealed = self._optional(search, candidate, reasons, "C-HIRE-5")
            return scoring.state_preference(s, self.keeper, candidate, reasons=sealed)

        self._change(search, by, decide)

    # --- Officers -------------------------------------------------------------------------------

    @may(heading("C-TEAM-5"))
    def remove_officer(self, search: str, *, by: str, removed_on: date, reasons: str) -> None:
        """End the service of who was appointed; the other organisation is told (C-TEAM-5)."""
        sealed = self._reasons(self.placement_id(search), reasons, "C-TEAM-5")
        self._move(
            search,
            by,
            lambda p: placement.remove(p, self.keeper, removed_on=removed_on, reasons=sealed),
        )

    # --- What is kept ---------------------------------------------------------------------------

    @may(heading("C-HIRE-13"))
    def place_hold(self, search: str, *, by: str, reasons: str) -> None:
        """Keep a search from being erased, as the law asks (C-HIRE-13)."""
        sealed = self._reasons(self.search_id(search), reasons, "C-HIRE-13")
        self._change(search, by, lambda s: deciding.place_hold(s, reasons=sealed))

    @may(heading("C-HIRE-13"))
    def lift_hold(self, search: str, *, by: str, reasons: str) -> None:
        """End a legal hold (C-HIRE-13)."""
        sealed = self._reasons(self.search_id(search), reasons, "C-HIRE-13")
        self._change(search, by, lambda s: deciding.lift_hold(s, reasons=sealed))

    @may(heading("C-HIRE-13"))
    def erase_candidate(self, search: str, candidate: str, *, by: str) -> None:
        """Destroy the key of an unsuccessful candidate; the vote's proof stands (C-HIRE-13)."""
        self._change(
            search, by, lambda s: deciding.erase_candidate(s, candidate, today=self.today())
        )
        self.keyring.destroy(self._person(search, candidate))

    # --- Days -----------------------------------------------------------------------------------

    def look(self) -> int:
        """Note answers whose day has passed; gives how many events that took (C-TIME-9).

        An erasure that was recorded and not carried out, as by a power cut, is carried out now.
        """
        seen = (self.today(), self.last_position())
        if seen == self._looked:
            return 0
        recorded = 0
        for record in self.board.records():
            for each in record.candidates:
                person = self._person(record.search, each.candidate)
                if each.erased and person not in self._destroyed:
                    self.keyring.destroy(person)
                    self._destroyed.add(person)
            if deciding.note_overdue(record, self.today()):
                recorded += self.retried(partial(self._overdue, record.search))
        self._looked = (seen[0], self.last_position())
        return recorded

    def _overdue(self, number: str) -> int:
        search = self.search(number)
        overdue = deciding.note_overdue(search.known, self.today())
        if overdue is None:
            return 0
        search.record(overdue, by=CLOCK)
        self.save(search)
        return 1

    # --- Reading --------------------------------------------------------------------------------

    @may(READ)
    def searches(self, by: str) -> list[Record]:
        """The searches that somebody may read."""
        who = self.giver(by)
        return [each for each in self.board.records() if READ.allows(who, self._about(each, by))]

    @may(READ)
    def record_of(self, search: str, by: str) -> Record:
        """One search."""
        known = self.search(search).known
        self.check_given(by, self._about(known, by))
        return known

    @may(READ)
    def name_of(self, search: str, candidate: str, by: str) -> str:
        """What a candidate is called here; empty where it is not known or erased (C-HIRE-8)."""
        known = self.record_of(search, by)
        found = domain.entered(known, candidate)
        return self._opened(found.name)

    @may(READ)
    def notes_of(self, search: str, candidate: str, by: str) -> str:
        """The notes of the screening: a member of the panel declares first (C-HIRE-8)."""
        known = self.record_of(search, by)
        found = domain.entered(known, candidate)
        self.check_may_see(known, found, by)
        return self._opened(found.notes)

    @step
    def check_may_see(self, known: Record, candidate: Candidate, by: str) -> None:
        """Refuse a member of the panel who has a conflict or has not said so (C-HIRE-8)."""
        if known.seat(by) is not None and not known.may_vote(by, candidate.candidate):
            reason = "say first whether you have a conflict; who has one does not see the file"
            raise Refused("C-HIRE-8", reason, "by")

    @step
    def heads(self, by: str) -> bool:
        """Whether a person decides for this organisation."""
        return heading("C-HIRE-3").allows(self.giver(by))

    @step
    def runs(self, by: str) -> bool:
        """Whether a person runs the agency's searches."""
        return self.giver(by).holds(*RUNS)

    # --- For what is heard ----------------------------------------------------------------------

    def search(self, number: str) -> Search:
        """A search as it is stored, or as those before have left it."""
        try:
            found: Search = self.loaded(self.search_id(number), newest=True)
        except AggregateNotFoundError:
            raise Refused("C-HIRE-11", "there is no such search", "search") from None
        return found

    def placement(self, search: str) -> Placement:
        """The placement that a search led to."""
        try:
            found: Placement = self.loaded(self.placement_id(search), newest=True)
        except AggregateNotFoundError:
            raise Refused("C-TEAM-5", "nobody was appointed by this search", "search") from None
        return found

    def search_id(self, search: str) -> UUID:
        """The number of a search's aggregate."""
        return self._id(f"search/{search}")

    def placement_id(self, search: str) -> UUID:
        """The number of the placement that a search led to."""
        return self._id(f"placement/{search}")

    # --- The five steps -------------------------------------------------------------------------

    def _id(self, key: str) -> UUID:
        return uuid5(NAMESPACE_URL, f"/{self.org}/{self.name}/{key}")

    def _person(self, search: str, candidate: str) -> UUID:
        """Whose key seals what is written of a candidate."""
        return self._id(f"person/{search}/{candidate}")

    def _about(self, known: Record, by: str) -> About:
        seat = known.seat(by)
        ours = seat is not None and seat.keeper == self.keeper
        return About(school=known.school, assigned=by if ours else None)

    def _change(self, number: str, by: str, decide: Callable[[Search], Happened]) -> None:
        def once() -> None:
            search = self.search(number)
            self.check_given(by, self._about(search.known, by))
            search.record(decide(search), by=by)
            self.save(search)

        self.retried(once)

    def _move(self, number: str, by: str, decide: Callable[[Placement], Moved]) -> None:
        def once() -> None:
            found = self.placement(number)
            self.check_given(by, About(school=found.known.school))
            found.record(decide(found), by=by)
            self.save(found)

        self.retried(once)

    def _seal(self, subject: UUID, text: str) -> Sealed:
        try:
            return self.keyring.seal(subject, text)
        except Erased as error:
            reason = "what was written of this person has been erased, and nothing more is kept"
            raise Refused("C-PRIV-1", reason) from error

    def _reasons(self, subject: UUID, text: str, clause: str) -> Sealed:
        return self._seal(subject, written("reasons", text, clause, TEXT_CHARACTERS_MAX))

    def _optional(self, search: str, candidate: str, text: str, clause: str) -> Sealed | None:
        """Reasons that need not be given, about a candidate."""
        if not text.strip():
            return None
        return self._reasons(self._person(search, candidate), text, clause)

    def _named(self, search: str, candidate: str, name: str) -> Sealed:
        text = written("name", name, "C-HIRE-2", NAME_CHARACTERS_MAX)
        return self._seal(self._person(search, candidate), text)

    def _opened(self, sealed: Sealed | None) -> str:
        if sealed is None:
            return ""
        try:
            return self.keyring.open(sealed)
        except Erased:
            return ""


def came_to(candidate: Candidate, known: Record) -> frozenset[str]:
    """The stages that a candidate came to, for the counts."""
    stages = {"applied"}
    if candidate.stage is Stage.ADVANCED or candidate.interview is not None:
        stages.add("advanced")
    if known.appointed == candidate.candidate:
        stages.add("appointed")
    return frozenset(stages)


def _kept(notes: Mapping[str, str]) -> dict[str, str]:
    return {
        candidate: written("notes", text, "C-HIRE-5", TEXT_CHARACTERS_MAX)
        for candidate, text in notes.items()
        if text.strip()
    }
