"""The read models: the files the matrix is made of, the catalogs adopted, the trainings held.

Rebuilt from the events and never migrated. A status is not kept: it is a question of the day, and
`compliance.py` answers it from the file.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, get_args

from pydantic import BaseModel, ConfigDict

from services.training.events import FileEvent, FileOpened, Happened
from services.training.record import Record
from services.training.requirements import CatalogAdopted, Catalogs, CatalogVersion, Known
from services.training.sessions import TrainingHeld
from shared.wire.entries import Entries, entries_table

if TYPE_CHECKING:
    from shared.aggregate import Event


class Files(Entries[Record]):
    """Every officer's record."""

    name = "training_files"
    table = entries_table("training_files", Record)
    metadata = table.metadata
    shown = get_args(FileEvent)

    def after(self, event: Event, entry: Record | None) -> Record:
        """The record once this has happened."""
        if isinstance(event, FileOpened):
            return Record(officer=event.officer)
        assert isinstance(event, Happened)
        assert entry is not None, "a file is opened first"
        return event.after(entry)

    def records(self) -> dict[str, Record]:
        """Every record, by officer."""
        return {record.officer: record for record in self.all_entries()}


class Adopted(BaseModel):
    """A catalog version, and since when it is known."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    catalog: CatalogVersion
    known_on: date


class Shelf(Entries[Adopted]):
    """The catalog versions adopted here, and those heard of."""

    name = "training_catalogs"
    table = entries_table("training_catalogs", Adopted)
    metadata = table.metadata
    shown = (CatalogAdopted,)
    _catalogs = Catalogs()

    def after(self, event: Event, entry: Adopted | None) -> Adopted:
        """The entry once this has happened."""
        assert isinstance(event, CatalogAdopted)
        return Adopted(catalog=event.catalog, known_on=event.known_on)

    def catalogs(self) -> Catalogs:
        """All versions; the same object while nothing was adopted, since it remembers answers."""
        found = sorted(self.all_entries(), key=lambda each: (each.known_on, each.catalog.label))
        known = tuple(Known(each.catalog, each.known_on) for each in found)
        if known != self._catalogs.known:
            self._catalogs = Catalogs(known)
        return self._catalogs


class Held(BaseModel):
    """A training the district held."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    requirement: str
    held_on: date
    school: str | None
    officers: tuple[str, ...]
    staff: tuple[str, ...]
    expires_on: date | None


class Trainings(Entries[Held]):
    """Every training held, with who attended (C-TRN-3)."""

    name = "training_held"
    table = entries_table("training_held", Held)
    metadata = table.metadata
    shown = (TrainingHeld,)

    def after(self, event: Event, entry: Held | None) -> Held:
        """The entry once this has happened."""
        assert isinstance(event, TrainingHeld)
        kept = event.model_dump(include=set(Held.model_fields))
        return Held.model_validate(kept)

    def held(self) -> list[Held]:
        """Every one, the latest first."""
        return sorted(self.all_entries(), key=lambda each: each.held_on, reverse=True)

    def trained(self, requirement: str, on: date) -> dict[str, Held]:
        """The staff whose training counts on a day, each with the latest they attended."""
        found: dict[str, Held] = {}
        for each in reversed(self.held()):
            valid = each.held_on <= on and (each.expires_on is None or on <= each.expires_on)
            if each.requirement == requirement and valid:
                found |= dict.fromkeys(each.staff, each)
        return found
