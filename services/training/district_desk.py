"""The district's training desk: with what it alone does (C-TRN-3, C-TRN-13, C-TRN-17)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.training import domain
from services.training.application import TrainingDesk
from services.training.domain import Entered
from services.training.matrix import Trainings
from services.training.rights import HOLD, overseeing
from services.training.sessions import TrainingHeld, TrainingSession, hold
from services.training.timekeeping import gate_changes, unanswered
from services.training.words import Channel, Ground, Kind
from shared.errors import Refused
from shared.who_may import About, may

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from services.training.events import Happened, OfficerFile
    from services.training.record import Record


class DistrictDesk(TrainingDesk):
    """The district's own: countersigning, disputing, its trainings, and the gate."""

    name = "training"  # the library would name it after the class
    keeper = "district"

    def furnish(self) -> None:
        """Make the read models."""
        super().furnish()
        self.trainings = Trainings(self, self.engine)

    @may(overseeing("C-TRN-17"))
    def countersign(self, officer: str, number: int, *, by: str) -> None:
        """Say that the district has seen what the agency confirmed (C-TRN-17)."""
        self._change(officer, by, lambda f: domain.countersign(f, number, today=self.today()))

    @may(overseeing("C-TRN-5"))
    def dispute(self, officer: str, number: int, *, by: str, ground: Ground, reasons: str) -> None:
        """Doubt what the agency confirmed; the reasons stay here, sealed (C-TRN-5)."""
        sealed = self._sealed(officer, reasons, "C-TRN-5")
        calendars = self.reference.current().calendars
        self._change(
            officer,
            by,
            lambda f: domain.dispute(
                f, calendars, number, today=self.today(), ground=ground, reasons=sealed
            ),
        )

    @may(HOLD)
    def hold_training(
        self,
        *,
        by: str,
        requirement: str,
        held_on: date,
        school: str | None,
        hours: float | None,
        officers: Sequence[str] = (),
        staff: Sequence[str] = (),
    ) -> None:
        """Enter a training of the district with who attended (C-TRN-3, C-TRN-4).

        One of several entries a day is told apart by its school. Said again, it is refused as
        confirmed already, and nothing is recorded twice.
        """
        self.check_given(by, About(school))
        known = self.reference.current()
        if school is not None and school not in known.schools(self.today()):
            raise Refused("C-TRN-3", "choose a school of the program", "school")
        people = {each.staff for each in known.people(self.today())}
        if not people.issuperset(staff):
            raise Refused("C-TRN-3", "choose from the staff in the directory", "staff")
        for officer in officers:
            self._check_listed(officer)
        catalogs = self.shelf.catalogs()
        held = hold(
            catalogs,
            today=self.today(),
            requirement=requirement,
            held_on=held_on,
            school=school,
            hours=hours,
            officers=tuple(dict.fromkeys(officers)),
            staff=tuple(dict.fromkeys(staff)),
        )

        def once() -> None:
            session = TrainingSession.begin(held, by=by)
            files = [self._attended(officer, held, by) for officer in held.officers]
            self.save(session, *files)

        self.retried(once)

    def _attended(self, officer: str, held: TrainingHeld, by: str) -> OfficerFile:
        file, catalogs = self.file(officer, by), self.shelf.catalogs()
        entered = Entered(
            held.requirement, held.held_on, self.org, hours=held.hours, school=held.school
        )
        facts = domain.facts_of(entered, catalogs, self.keeper, today=self.today())
        if domain.is_confirmed(file, facts, self.keeper):
            reason = "an officer's attendance of this training is confirmed already: leave it out"
            raise Refused("C-TRN-3", reason, "officers")
        confirmed = domain.confirm(
            file, facts, self.keeper, today=self.today(), channel=Channel.PAGE
        )
        file.record(confirmed, by=by)
        return file

    def _due(self, record: Record, listed: dict[str, date]) -> list[Happened]:
        events = super()._due(record, listed) + unanswered(record, self.today())
        if record.officer in listed:
            listed_on = listed[record.officer]
            events += gate_changes(record, listed_on, self.rules(), self.today())
        return events


def staff_trainings(desk: TrainingDesk) -> list[str]:
    """The requirements of today that are of school staff (C-TRN-3)."""
    in_force = desk.shelf.catalogs().in_force(desk.today(), desk.today())
    return [each for each, found in in_force.items() if found.requirement.kind is Kind.STAFF]
