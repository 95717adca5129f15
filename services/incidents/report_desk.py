"""The district's desk: reports made of its history, frozen for the state, published for everybody.

`district_desk.py` adds incidents to it. Each making of an internal report is a view of what is
confidential, and is written down (C-DATA-4).
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, cast

from services.incidents import report_public as public
from services.incidents.conduct_desk import ConductDesk
from services.incidents.frozen import Frozen, ReportPublished, StateReportFrozen
from services.incidents.report_facts import Facts, fold
from services.incidents.report_federal import federal_report
from services.incidents.report_files import as_json
from services.incidents.report_state import state_report
from services.incidents.reports import Asked, Report, calls_report
from services.incidents.rights import MAKE_REPORTS, viewing
from services.incidents.words import Audience, ReportName
from shared.errors import Refused
from shared.keyring import Erased
from shared.who_may import may

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.incidents.frozen import ReportEvent
    from services.incidents.reports import Period
    from shared.aggregate import Event
    from shared.sealed import Sealed

BATCH = 2_000
MADE_MAX = 10_000


class ReportsDesk(ConductDesk):
    """Reports of one district."""

    @viewing(MAKE_REPORTS)
    def report(self, name: ReportName, *, by: str, period: Period) -> Report:
        """A report for internal eyes (C-DATA-2, C-DATA-3, C-DATA-5).

        The same events and the same question give the same report, whenever it is asked; one that
        was frozen at this very instant is given as it was kept.

        Raises:
            Refused: the period, or the instant, can't be asked.
        """
        asked = self._asked(name, Audience.INTERNAL, period)
        return self._as_frozen(asked) or self._report(asked, self.position_at(asked.as_of))

    @may(MAKE_REPORTS)
    def freeze_state_report(self, *, by: str, period: Period) -> Report:
        """Make the report for the state and keep it as it goes out (C-DATA-5)."""
        asked = self._asked(ReportName.STATE, Audience.INTERNAL, period._replace(as_of=None))
        position = self.position_at(asked.as_of)
        report = self._report(asked, position)
        document = as_json(report).decode()
        number = Frozen.create_id()
        frozen = StateReportFrozen(
            begins_on=asked.begins_on,
            ends_on=asked.ends_on,
            as_of=asked.as_of,
            position=position,
            sha256=sha256(document.encode()).hexdigest(),
            document=self.keyring.seal(number, document),
        )
        self.save(Frozen.begin(frozen, by=by, number=number))
        return report

    @may(MAKE_REPORTS)
    def publish_report(self, *, by: str, period: Period) -> Report:
        """Make an edition for the public, judged by all so far (C-PRIV-5).

        Raises:
            Refused: an edition of other days that overlap is published, or this program was
                installed without what judges it.
        """
        try:
            return self.retried(lambda: self._published(by, period._replace(as_of=None)))
        except ModuleNotFoundError as error:
            fix = "publish where the packages of the group `reports` are installed"
            raise Refused("C-PRIV-5", f"{error.name} is not installed here: {fix}") from error

    @may(MAKE_REPORTS)
    def frozen_reports(self, *, by: str) -> list[StateReportFrozen]:
        """What was frozen for the state, the latest first (C-DATA-5)."""
        return [each for each in self._made() if isinstance(each, StateReportFrozen)][::-1]

    def editions(self) -> list[ReportPublished]:
        """What was published, the latest first; everybody may read it."""
        return [each for each in self._made() if isinstance(each, ReportPublished)][::-1]

    def edition(self, period: Period) -> Report | None:
        """The edition of a period that was the latest; None where nothing was published by then."""
        asked = self._asked(ReportName.CALLS, Audience.PUBLIC, period)
        for each in self.editions():
            same = (each.begins_on, each.ends_on) == (asked.begins_on, asked.ends_on)
            if same and each.as_of <= asked.as_of:
                return Report.model_validate_json(each.document)
        return None

    def _published(self, by: str, period: Period) -> Report:
        asked = self._asked(ReportName.CALLS, Audience.PUBLIC, period)
        position = self.position_at(asked.as_of)
        facts = self._facts(position)
        editions = public.editions_of(facts.published, asked.begins_on, asked.ends_on)
        now = self._counted(facts, asked)
        earlier = [(e.spaces, public.read(self.keyring.open(e.counts))) for e in editions]
        hidden = public.hide(now, earlier)
        report = public.public_report(asked, now, hidden)
        document = as_json(report).decode()
        number = self.number_of(f"edition/{len(facts.published) + 1}")
        published = ReportPublished(
            begins_on=asked.begins_on,
            ends_on=asked.ends_on,
            as_of=asked.as_of,
            position=position,
            sha256=sha256(document.encode()).hexdigest(),
            document=document,
            spaces=hidden,
            counts=self.keyring.seal(number, public.written(now)),
        )
        self.save(Frozen.begin(published, by=by, number=number))
        return report

    def _made(self) -> list[ReportEvent]:
        found = self.process_recorder.select_notifications(
            1, MADE_MAX, topics=(StateReportFrozen.TOPIC, ReportPublished.TOPIC)
        )
        return [cast("ReportEvent", self.mapper.to_domain_event(each)) for each in found]

    # --- The pure part, and what it is given ----------------------------------------------------

    def _report(self, asked: Asked, position: int) -> Report:
        facts = self._facts(position)
        cases = facts.cases(asked.begins_on, asked.ends_on, self._counting)
        match asked.name:
            case ReportName.CALLS:
                return calls_report(facts, asked, cases)
            case ReportName.STATE:
                return state_report(facts, asked, cases, self._last_frozen(facts, asked))
            case ReportName.FEDERAL:
                return federal_report(asked, cases)

    def _counted(self, facts: Facts, asked: Asked) -> dict[str, public.Counts]:
        cases = facts.cases(asked.begins_on, asked.ends_on, self._counting)
        return public.counted(cases, facts.schools(asked.begins_on, asked.ends_on))

    def _as_frozen(self, asked: Asked) -> Report | None:
        for each in self._made() if asked.name is ReportName.STATE else ():
            same = (each.begins_on, each.ends_on, each.as_of)
            if same == (asked.begins_on, asked.ends_on, asked.as_of) and isinstance(
                each, StateReportFrozen
            ):
                return Report.model_validate_json(self.keyring.open(each.document))
        return None

    def _last_frozen(self, facts: Facts, asked: Asked) -> Report | None:
        same = (asked.begins_on, asked.ends_on)
        of_period = [each for each in facts.frozen if (each.begins_on, each.ends_on) == same]
        if not of_period:
            return None
        return Report.model_validate_json(self.keyring.open(of_period[-1].document))

    def _counting(self, sealed: Sealed) -> str | None:
        try:
            return self.keyring.open(sealed)
        except Erased:
            return None

    def _facts(self, position: int) -> Facts:
        return fold(self._events(position))

    def _events(self, position: int) -> Iterator[Event]:
        done = 0
        while done < position:
            events = self.history(done, min(BATCH, position - done))
            yield from (event for _, event in events)
            done = events[-1][0]

    # --- The question -----------------------------------------------------------------------------

    def _asked(self, name: ReportName, audience: Audience, period: Period) -> Asked:
        now, today = self.now(), self.today()
        if period.ends_on < period.begins_on:
            raise Refused("C-DATA-2", "the period ends before it begins: correct it", "to")
        as_of = period.as_of
        if as_of is not None and not isinstance(as_of, datetime):
            if as_of > today:
                raise Refused("C-AUD-2", "that day is still to come: choose another", "as_of")
            next_day = datetime.combine(as_of + timedelta(days=1), time(), self.zone)
            as_of = None if as_of == today else next_day - timedelta(microseconds=1)
        if as_of is not None and as_of > now:
            raise Refused("C-AUD-2", "that instant is still to come: choose another", "as_of")
        return Asked(
            name=name,
            audience=audience,
            org=self.org,
            begins_on=period.begins_on,
            ends_on=period.ends_on,
            as_of=(as_of or now).astimezone(UTC),
        )

    def position_at(self, at: datetime) -> int:
        """Position of the last event that was recorded by an instant; 0 before the first.

        The history is in the order of time; steps of powers of two find the same place however
        long it has become.
        """
        position, last = 0, self.last_position()
        for step in (1 << power for power in reversed(range(last.bit_length()))):
            if position + step <= last:
                ((_, event),) = self.history(position + step - 1, 1)
                if event.timestamp <= at:
                    position += step
        return position
