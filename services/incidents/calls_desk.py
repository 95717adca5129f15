"""The agency's desk: calls for service, their classes and outcomes, one method a command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from eventsourcing.application import AggregateNotFoundError

from services.incidents import call_decisions as decide
from services.incidents.application import IncidentsDesk
from services.incidents.blotter import Blotter, Notices, Places
from services.incidents.call import Call, NarrativeWritten
from services.incidents.kept import Place, PlaceListed, PlaceMoved
from services.incidents.policy import checked_number
from services.incidents.rights import (
    CLASSIFY,
    COMMISSION,
    KEEP_CALLS,
    MEND_CALLS,
    READ_CALLS,
    REVIEW_FORCE,
    viewing,
)
from services.incidents.words import Channel
from shared.errors import Refused
from shared.who_may import may

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from services.incidents.call import CallFacts, CallRecord
    from services.incidents.kept import NoticeLine
    from services.incidents.records import Happened
    from services.incidents.words import ForceFinding, Reportable, Said

DISPATCH = "dispatch-system"
"""Who gives what the agency's dispatch and records systems send; they may report, no more."""


class Told(NamedTuple):
    """What a dispatch system tells of a call at once."""

    number: str
    facts: CallFacts
    outcome: str | None = None
    """What its disposition says, where it says one."""
    officers: tuple[str, ...] = ()


class CallsDesk(IncidentsDesk):
    """Calls for service of one agency."""

    def furnish(self) -> None:
        """Make the read models."""
        super().furnish()
        self.blotter = Blotter(self, self.engine)
        self.places = Places(self, self.engine)
        self.notices = Notices(self, self.engine)

    # --- Places ---------------------------------------------------------------------------------

    @may(KEEP_CALLS)
    def list_place(self, address: str, zip_code: str, school: str, *, by: str) -> bool:
        """Say which school an address of the dispatch system is; False when it is known so."""
        self._check_school(school, "C-DATA-2")
        address, zip_code = address.strip().upper(), zip_code.strip()
        number = self.number_of(f"place/{address}/{zip_code}")
        try:
            place: Place = self.repository.get(number)
        except AggregateNotFoundError:
            listed = PlaceListed(address=address, zip=zip_code, school=school)
            place = Place.begin(listed, by=by, number=number)
        else:
            if place.school == school:
                return False
            place.record(PlaceMoved(address=address, zip=zip_code, school=school), by=by)
        self.save(place)
        return True

    def school_at(self, address: str, zip_code: str) -> str:
        """The school at an address; calls elsewhere are not taken (C-DATA-2)."""
        school = self.places.schools().get((address.strip().upper(), zip_code.strip()))
        if school is None:
            fix = "list it with `accord import places`, or leave the call out"
            raise Refused("C-DATA-2", f"the address is not a school's: {fix}", "block_address")
        return school

    # --- Calls ----------------------------------------------------------------------------------

    @may(KEEP_CALLS)
    def receive(self, told: Told, *, by: str, channel: Channel) -> bool:
        """Record a call, or what the dispatch system tells anew of it (C-DATA-2, C-DATA-7).

        Gives whether anything was recorded: what is known already is not said again.
        """
        return self.retried(lambda: self._receive((told,), by, channel))[0] is True

    @may(KEEP_CALLS)
    def receive_all(
        self, told: Sequence[Told], *, by: str, channel: Channel
    ) -> list[bool | Refused]:
        """Record many calls at once; what is refused does not stop the rest (C-DATA-9)."""
        return self.retried(lambda: self._receive(told, by, channel, each_alone=True))

    def submit(self, told: Told, *, key: str, channel: Channel) -> bool:
        """Take a call that the dispatch system sent; sent again, nothing is recorded."""
        return self.retried(lambda: self._receive((told,), DISPATCH, channel, key))[0] is True

    @may(CLASSIFY)
    def classify(self, number: str, offenses: tuple[str, ...], *, by: str) -> None:
        """Classify a call, or classify it anew (C-INC-3)."""
        self._change(number, by, lambda c: decide.classify(c, offenses, today=self.today()))

    @may(KEEP_CALLS)
    def record_outcome(
        self, number: str, *, by: str, outcome: str, persons: int | None = None
    ) -> None:
        """Record one part of what came of a call (C-DATA-2, C-DATA-7)."""
        self._change(number, by, lambda c: self._outcome(c, outcome, persons))

    @may(MEND_CALLS)
    def correct_outcome(
        self,
        number: str,
        part: int,
        *,
        by: str,
        outcome: str | None,
        persons: int | None,
        reasons: str,
    ) -> None:
        """Put one part of the outcome right, or take it back (C-DATA-8)."""
        sealed = self._sealed(self.call_id(number), "reasons", reasons, "C-DATA-8")
        self._change(
            number,
            by,
            lambda c: decide.correct_outcome(
                c, part, today=self.today(), outcome=outcome, persons=persons, reasons=sealed
            ),
        )

    @may(MEND_CALLS)
    def correct(self, number: str, facts: CallFacts, *, by: str, reasons: str) -> None:
        """Put the facts of a call right (C-DATA-8)."""
        self._check_school(facts.school, "C-DATA-8")
        sealed = self._sealed(self.call_id(number), "reasons", reasons, "C-DATA-8")
        self._change(number, by, lambda c: decide.correct(c, facts, now=self.now(), reasons=sealed))

    @may(KEEP_CALLS)
    def name_officers(self, number: str, officers: tuple[str, ...], *, by: str) -> None:
        """Say which officers were there (C-INC-6)."""
        self._change(number, by, lambda c: decide.name_officers(c, officers))

    @may(KEEP_CALLS)
    def report_force(
        self,
        number: str,
        *,
        by: str,
        at: datetime,
        officers: tuple[str, ...],
        on_student: bool,
        restraint: bool,
    ) -> None:
        """Report force that was used; the district is told at once (C-INC-11)."""
        rules = self.rules()
        self._change(
            number,
            by,
            lambda c: decide.report_force(
                c,
                rules,
                now=self.now(),
                at=at,
                officers=officers,
                on_student=on_student,
                restraint=restraint,
            ),
        )

    @may(REVIEW_FORCE)
    def review_force(
        self, number: str, force: int, *, by: str, finding: ForceFinding, reasons: str
    ) -> None:
        """Review force that was used (C-INC-11)."""
        sealed = self._sealed(self.call_id(number), "reasons", reasons, "C-INC-11")
        self._change(
            number,
            by,
            lambda c: decide.review_force(
                c, force, today=self.today(), finding=finding, reasons=sealed
            ),
        )

    @may(MEND_CALLS)
    def explain_alternatives(self, number: str, *, by: str, said: Said, reasons: str = "") -> None:
        """Say why no alternative to arrest or referral served (C-ROLE-2)."""
        sealed = self._sealed_if(self.call_id(number), "reasons", reasons, "C-ROLE-2")
        self._change(
            number,
            by,
            lambda c: decide.explain_alternatives(c, today=self.today(), said=said, reasons=sealed),
        )

    @may(COMMISSION)
    def owe_commission(
        self, number: str, *, by: str, ground: Reportable, officer: str, learned_on: date
    ) -> None:
        """Say that the law asks for a report to the state commission (C-INC-13)."""
        self._change(
            number,
            by,
            lambda c: decide.owe_commission(
                c,
                self.rules(),
                today=self.today(),
                ground=ground,
                officer=officer,
                learned_on=learned_on,
            ),
        )

    @may(COMMISSION)
    def notify_commission(self, number: str, report: int, *, by: str, notified_on: date) -> None:
        """Record that the state commission was notified (C-INC-13)."""
        self._change(
            number,
            by,
            lambda c: decide.notify_commission(
                c, report, self.rules(), today=self.today(), notified_on=notified_on
            ),
        )

    @may(MEND_CALLS)
    def write_narrative(self, number: str, *, by: str, narrative: str) -> None:
        """Keep a narrative of the agency's; it never leaves (C-INC-6)."""
        sealed = self._sealed(self.call_id(number), "narrative", narrative, "C-INC-6")
        self._change(
            number, by, lambda c: NarrativeWritten(number=c.known.number, narrative=sealed)
        )

    @may(MEND_CALLS)
    def link(self, number: str, to: str, *, by: str) -> None:
        """Link a call to another number of the same incident (C-INC-2)."""
        self._change(number, by, lambda c: decide.link(c, to))

    @may(MEND_CALLS)
    def merge(self, number: str, into: str, *, by: str) -> None:
        """Merge a call into another one, which alone is counted (C-INC-2)."""
        other = self._call(into, newest=True).known
        self._change(number, by, lambda c: decide.merge(c, other, today=self.today()))

    @may(MEND_CALLS)
    def split(self, number: str, *, by: str) -> None:
        """Take a merged call for one of its own again (C-INC-2)."""
        self._change(number, by, lambda c: decide.split(c, today=self.today()))

    # --- What systems send ------------------------------------------------------------------------

    def submit_change(self, number: str, key: str, decision: Callable[[Call], Happened]) -> bool:
        """Take what a records system sent of a call; sent again, nothing is recorded."""

        def once() -> bool:
            call = self._call(number, newest=True)
            if key in call.known.sent:
                return False
            call.record(decision(call), by=DISPATCH)
            self.save(call)
            return True

        return self.retried(once)

    # --- Reading --------------------------------------------------------------------------------

    @viewing(READ_CALLS)
    def calls(self, *, by: str) -> list[CallRecord]:
        """The blotter, the latest call first (C-DATA-2)."""
        return self.blotter.calls()

    @viewing(READ_CALLS)
    def call(self, number: str, *, by: str) -> CallRecord:
        """One call."""
        found = self.blotter.entry(self.call_id(number))
        if found is None:
            raise _unknown()
        return found

    @may(READ_CALLS)
    def told(self, *, by: str) -> Sequence[NoticeLine]:
        """What the district told of missing calls, questionings and the boundary."""
        return self.notices.lines()

    def call_id(self, number: str) -> UUID:
        """The id of a call."""
        return self.number_of(f"call/{checked_number(number)}")

    # --- The five steps -------------------------------------------------------------------------

    def _call(self, number: str, *, newest: bool = False) -> Call:
        try:
            call: Call = self.loaded(self.call_id(number), newest=newest)
        except AggregateNotFoundError:
            raise _unknown() from None
        return call

    def _change(self, number: str, by: str, decision: Callable[[Call], Happened]) -> None:
        def once() -> None:
            call = self._call(number, newest=True)
            call.record(decision(call), by=by)
            self.save(call)

        self.retried(once)

    def _outcome(
        self, call: Call, outcome: str, persons: int | None, *, by_dispatch: bool = False
    ) -> Happened:
        return decide.record_outcome(
            call,
            self.rules(),
            today=self.today(),
            outcome=outcome,
            persons=persons,
            by_dispatch=by_dispatch,
        )

    def _receive(
        self,
        told: Sequence[Told],
        by: str,
        channel: Channel,
        key: str = "",
        *,
        each_alone: bool = False,
    ) -> list[bool | Refused]:
        answers: list[bool | Refused] = []
        changed: list[Call] = []
        schools, rules = self.schools(), self.rules()
        for each in told:
            try:
                call = self._received(each, by, channel, key, schools, rules)
            except Refused as refused:
                if not each_alone:
                    raise
                answers.append(refused)
                continue
            answers.append(call is not None)
            if call is not None:
                changed.append(call)
        if changed:
            self.save(*changed)
        return answers

    def _received(  # noqa: PLR0917  # what is looked up once for all
        self, told: Told, by: str, channel: Channel, key: str, schools: Any, rules: Any
    ) -> Call | None:
        """The call with what is new; None where nothing is."""
        if told.facts.school not in schools:
            fix = "choose a school of the program, by its reference"
            raise Refused("C-DATA-2", f"the school is not known: {fix}", "school")
        now, number = self.now(), self.call_id(told.number)
        try:
            call: Call = self.loaded(number)
        except AggregateNotFoundError:
            received = decide.receive(
                told.number, told.facts, rules, now=now, channel=channel, key=key
            )
            call = Call.begin(received, by=by, number=number)
        else:
            if key and key in call.known.sent:
                return None
            changed = decide.hear_dispatch(call.known, told.facts, now=now, key=key)
            if changed is not None:
                call.record(changed, by=by)
        if told.officers and told.officers != call.known.officers:
            call.record(decide.name_officers(call, told.officers), by=by)
        said = told.outcome
        if said is not None and said not in call.known.said:
            call.record(self._outcome(call, said, None, by_dispatch=True), by=by)
        return call if call.pending_events else None


def _unknown() -> Refused:
    return Refused("C-DATA-2", "there is no call of this number: check it", "number")
