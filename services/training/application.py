"""The training desk: one method a command, at either organisation, then what each has alone.

It checks who gives the command, seals reasons, asks the domain to decide, and records the decision.
`by` is the staff id of who gives it, `OPERATOR` for a command line, or `SYSTEM` for the agency's
training system, which may confirm and nothing else. Every command raises `shared.errors.Refused`
when a clause forbids it, and changes nothing then.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5

from eventsourcing.application import AggregateNotFoundError

from services.training import domain, requirements
from services.training.compliance import Asked, Rules, row
from services.training.domain import Entered
from services.training.events import FileOpened, Happened, OfficerFile
from services.training.matrix import Files, Shelf
from services.training.policy import REASON_CHARACTERS_MAX
from services.training.record import Record
from services.training.requirements import AdoptedCatalog, CatalogVersion
from services.training.rights import KEEP, READ, keeping
from services.training.timekeeping import expiries
from services.training.words import Channel, Keeper
from shared.desk import written
from shared.errors import Refused
from shared.keyring import Erased
from shared.office import Office
from shared.who_may import may, step

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from services.training.compliance import Cell
    from services.training.record import Facts
    from shared.sealed import Sealed

CLOCK = "clock"
SYSTEM = "training-system"


class Told(NamedTuple):
    """What came of a confirmation: its number, and whether it was new."""

    number: int
    recorded: bool


class Row(NamedTuple):
    """One officer of the matrix."""

    officer: str
    record: Record
    cells: tuple[Cell, ...]


class TrainingDesk(Office):
    """What both organisations do: adopt catalogs, confirm what they keep, and read the matrix."""

    name = "training"
    keeper: Keeper

    def furnish(self) -> None:
        """Make the read models."""
        self.files = Files(self, self.engine)
        self.shelf = Shelf(self, self.engine)
        self._looked: tuple[Any, ...] = ()

    # --- Commands of both -----------------------------------------------------------------------

    @may(keeping("C-TRN-6"))
    def adopt_catalog(self, catalog: CatalogVersion, *, by: str, sha256: str) -> bool:
        """Adopt a version of a catalog; False when it was adopted before (C-TRN-6, C-AUD-3)."""
        adopted = requirements.adopt(catalog, self.keeper, today=self.today(), sha256=sha256)
        number = self.catalog_id(catalog.catalog, catalog.version)
        try:
            held: AdoptedCatalog = self.repository.get(number)
        except AggregateNotFoundError:
            self.save(AdoptedCatalog.begin(adopted, by=by, number=number))
            return True
        requirements.check_unaltered(held, catalog)
        return False

    @may(KEEP)
    def confirm(self, officer: str, entered: Entered, *, by: str, channel: Channel) -> Told:
        """Confirm a training of an officer; said again, it changes nothing (C-TRN-6, C-TRN-7)."""
        self._check_listed(officer)
        return self.retried(lambda: self._confirm(officer, entered, by, channel))

    @may(KEEP)
    def confirm_all(
        self, officer: str, entered: Sequence[Entered], *, by: str, channel: Channel
    ) -> list[Told | Refused]:
        """Confirm many trainings of one officer at once; what is refused does not stop the rest."""
        self._check_listed(officer)

        def once() -> list[Told | Refused]:
            file, catalogs = self.file(officer, by), self.shelf.catalogs()
            answers = [self._answer(file, catalogs, each, by, channel) for each in entered]
            if file.pending_events:
                self.save(file)
            return answers

        return self.retried(once)

    @may(keeping("C-DATA-8"))
    def correct(
        self, officer: str, number: int, entered: Entered, *, by: str, reasons: str
    ) -> None:
        """Put the facts of an own confirmation right (C-DATA-8)."""
        sealed = self._sealed(officer, reasons, "C-DATA-8")
        facts = self._facts(entered)
        self._change(
            officer,
            by,
            lambda f: domain.correct(
                f, number, facts, self.keeper, today=self.today(), reasons=sealed
            ),
        )

    @may(keeping("C-TRN-14"))
    def revoke(self, officer: str, number: int, *, by: str, reasons: str) -> None:
        """Take back an own confirmation found wrong (C-TRN-14)."""
        sealed = self._sealed(officer, reasons, "C-TRN-14")
        self._change(
            officer,
            by,
            lambda f: domain.revoke(f, number, self.keeper, today=self.today(), reasons=sealed),
        )

    @may(keeping("C-TRN-12"))
    def waive(
        self, officer: str, requirement: str, *, by: str, ends_on: date, signer: str, reasons: str
    ) -> None:
        """Waive an own requirement in writing (C-TRN-12)."""
        self._check_listed(officer)
        sealed = self._sealed(officer, reasons, "C-TRN-12")
        catalogs = self.shelf.catalogs()
        self._change(
            officer,
            by,
            lambda f: domain.waive(
                f,
                catalogs,
                self.keeper,
                today=self.today(),
                requirement=requirement,
                ends_on=ends_on,
                signer=signer,
                reasons=sealed,
            ),
        )

    @may(keeping("C-TRN-12"))
    def end_waiver(self, officer: str, number: int, *, by: str) -> None:
        """End an own waiver before its last day (C-TRN-12)."""
        self._change(
            officer, by, lambda f: domain.end_waiver(f, number, self.keeper, today=self.today())
        )

    # --- Days -----------------------------------------------------------------------------------

    def look(self) -> int:
        """Record what the day says of every file; gives how many events that took (C-TIME-9).

        Run every few seconds and at the start, so what fell on a day when nothing ran is told then.
        """
        seen = (self.today(), self.last_position(), self.reference.current())
        if self._looked and seen[:2] == self._looked[:2] and seen[2] is self._looked[2]:
            return 0
        listed = self.listed()
        records = self.files.records()
        recorded = 0
        for officer in sorted({*records, *listed}):
            record = records.get(officer, Record(officer=officer))
            if self._due(record, listed):
                recorded += self.retried(partial(self._look_again, officer, listed))
        self._looked = (seen[0], self.last_position(), seen[2])
        return recorded

    def _look_again(self, officer: str, listed: dict[str, date]) -> int:
        file = self.file(officer, CLOCK)
        events = self._due(file.known, listed)
        for event in events:
            file.record(event, by=CLOCK)
        self.save(file)
        return len(events)

    def _due(self, record: Record, listed: dict[str, date]) -> list[Happened]:
        return expiries(record, self.keeper, self.today())

    # --- Reading --------------------------------------------------------------------------------

    def rules(self) -> Rules:
        """The catalogs and calendars known now; a question says as of which day."""
        return Rules(self.shelf.catalogs(), self.reference.current().calendars)

    @may(READ)
    def matrix(self, by: str, *, as_of: date, known_on: date) -> list[Row]:
        """Every officer listed on a day and how they stand to each requirement (C-TRN-11)."""
        records, asked = self.files.records(), Asked(self.rules(), as_of, known_on)
        found = []
        for officer, listed_on in self.listed(as_of).items():
            record = records.get(officer, Record(officer=officer))
            found.append(Row(officer, record, row(record, listed_on, asked)))
        return found

    def listed(self, on: date | None = None) -> dict[str, date]:
        """The officers who serve on a day or will, and the first day each was listed for."""
        day, told = on or self.today(), self.reference.current().officers_listed
        serving = {o.officer for o in told if o.effective_to is None or day <= o.effective_to}
        first: dict[str, date] = {}
        for each in told:
            since = first.get(each.officer, each.effective_from)
            first[each.officer] = min(since, each.effective_from)
        return {officer: first[officer] for officer in sorted(serving, key=_in_order)}

    @may(READ)
    def record_of(self, officer: str, by: str) -> Record:
        """The record of one officer, empty when there is nothing (C-TRN-11)."""
        found = self.files.entry(self.file_id(officer))
        if found is None and officer not in self.listed():
            raise Refused("C-TRN-11", "there is no officer of this reference", "officer")
        return found or Record(officer=officer)

    @step
    def keeps(self, by: str) -> bool:
        """Whether a person confirms and waives what this organisation keeps."""
        return KEEP.allows(self.giver(by))

    @step
    def check_reads(self, by: str) -> None:
        """Refuse who is no staff of this organisation (C-TRN-11)."""
        READ.check_ever(self.giver(by))

    # --- For what is heard ----------------------------------------------------------------------

    @step
    def file(self, officer: str, by: str) -> OfficerFile:
        """An officer's file as it is stored, opened when there is none."""
        number = self.file_id(officer)
        try:
            found: OfficerFile = self.repository.get(number)
        except AggregateNotFoundError:
            return OfficerFile.begin(FileOpened(officer=officer), by=by, number=number)
        return found

    def file_id(self, officer: str) -> UUID:
        """The number of an officer's file, so that two who open it at once can't both succeed."""
        return self._id(f"file/{officer}")

    def catalog_id(self, catalog: str, version: str) -> UUID:
        """The number of a catalog version."""
        return self._id(f"catalog/{catalog}/{version}")

    # --- The five steps -------------------------------------------------------------------------

    def _id(self, key: str) -> UUID:
        return uuid5(NAMESPACE_URL, f"/{self.org}/{self.name}/{key}")

    def _change(self, officer: str, by: str, decide: Callable[[OfficerFile], Happened]) -> None:
        def once() -> None:
            file = self.file(officer, by)
            file.record(decide(file), by=by)
            self.save(file)

        self.retried(once)

    def _confirm(self, officer: str, entered: Entered, by: str, channel: Channel) -> Told:
        file = self.file(officer, by)
        answer = self._answer(file, self.shelf.catalogs(), entered, by, channel)
        if isinstance(answer, Refused):
            raise answer
        if answer.recorded:
            self.save(file)
        return answer

    def _answer(
        self, file: OfficerFile, catalogs: Any, entered: Entered, by: str, channel: Channel
    ) -> Told | Refused:
        try:
            facts = domain.facts_of(entered, catalogs, self.keeper, today=self.today())
            held = domain.is_confirmed(file, facts, self.keeper)
            if held is not None:
                return Told(held.number, recorded=False)
            confirmed = domain.confirm(
                file, facts, self.keeper, today=self.today(), channel=channel
            )
        except Refused as refused:
            return refused
        file.record(confirmed, by=by)
        return Told(confirmed.number, recorded=True)

    def _facts(self, entered: Entered) -> Facts:
        return domain.facts_of(entered, self.shelf.catalogs(), self.keeper, today=self.today())

    def _check_listed(self, officer: str) -> None:
        if officer not in self.listed():
            fix = "give the reference of an officer in the directory, such as officer-12"
            raise Refused("C-TRN-6", f"officer is not known: {fix}", "officer")

    def _sealed(self, officer: str, reasons: str, clause: str) -> Sealed:
        text = written("reasons", reasons, clause, REASON_CHARACTERS_MAX)
        try:
            return self.keyring.seal(self.file_id(officer), text)
        except Erased as error:
            reason = "what was written of this officer has been erased, and nothing more is kept"
            raise Refused("C-PRIV-1", reason) from error


def _in_order(officer: str) -> tuple[int, str]:
    """By number, so that officer-2 comes before officer-12."""
    number = officer.rpartition("-")[2]
    return (int(number) if number.isdigit() else 0), officer
