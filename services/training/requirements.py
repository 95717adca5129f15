"""Catalogs of requirements: versions with the days they hold, adopted by command (C-TRN-6).

A requirement is judged by the version in force on the day asked about, as far as it was known. Its
id is stable: what an officer has counts under each version that has the id.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Annotated, ClassVar, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.training.words import KEPT_BY, OF_THE_LAW, Keeper, Kind
from shared.aggregate import Aggregate, CreatedEvent
from shared.calendars import Day
from shared.deadlines import months_after
from shared.errors import Refused

ONE_DAY = timedelta(days=1)
REQUIREMENT = re.compile(r"[A-Z]-[A-Z0-9]{2,12}")
Verdicts = Literal["procedure", "law"]


class Part(BaseModel):
    """A value of a catalog."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Period(Part):
    """A span of time; a school year ends on 31 August."""

    unit: Literal["months", "years", "school_days", "school_year"]
    count: Annotated[int, Field(gt=0, le=600)]

    def after(self, day: date) -> date:
        """The day a span of months, years or school years ends; it is not rolled (C-TIME-3)."""
        match self.unit:
            case "months":
                return months_after(day, self.count)
            case "years":
                return months_after(day, 12 * self.count)
            case "school_year":
                ends = date(day.year, 8, 31)
                year = day.year if day <= ends else day.year + 1
                return date(year + self.count - 1, 8, 31)
            case "school_days":
                raise AssertionError("school days are counted on a calendar")


class Requirement(Part):
    """One thing an officer, or a member of staff, is to be trained in."""

    id: Annotated[str, Field(pattern=REQUIREMENT.pattern)]
    title: Annotated[str, Field(min_length=1, max_length=300)]
    kind: Kind
    citation: str = ""
    recurrence: Period | None = None
    """How long a confirmation is valid; None for good. Of hours, the span they are counted in."""
    due: Period | None = None
    """After the first day at school; None where it is to be held on that day (C-TRN-9)."""
    amount: Annotated[float, Field(gt=0)] | None = None
    """Hours, or days on the job."""
    window: Literal["calendar_year", "rolling"] | None = None
    """How the span of hours lies (C-TRN-10)."""
    covers: tuple[str, ...] = ()
    """Requirements that a confirmation of this one proves too (C-TRN-12)."""
    notice: str = ""
    """Shown where a confirmation is older than this version of the catalog."""

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        counted = self.kind in {Kind.HOURS, Kind.ON_THE_JOB}
        if counted != (self.amount is not None):
            raise ValueError(
                f"{self.id}: an amount is of hours and days on the job, and of no other"
            )
        if (self.kind is Kind.HOURS) != (self.window is not None):
            raise ValueError(f"{self.id}: a window is of hours and of no other")
        if self.kind is Kind.HOURS and (self.recurrence is None or self.recurrence.unit != "years"):
            raise ValueError(f"{self.id}: hours are counted in years: give it as recurrence")
        if self.recurrence is not None and self.recurrence.unit == "school_days":
            raise ValueError(f"{self.id}: a validity is not counted in school days")
        if self.due is not None and self.due.unit == "school_year":
            raise ValueError(f"{self.id}: a due day is counted in months, years or school days")
        if self.covers and self.kind is not Kind.SERIES:
            raise ValueError(f"{self.id}: only a series covers others")
        return self


class CourseCode(Part):
    """What a course of the agency's training system confirms."""

    requirement: str
    days: int | None = None


class GateRule(Part):
    """Which verdict decides whether an officer may serve, and the days of grace (C-TRN-13)."""

    decides: Verdicts
    grace_days: Annotated[int, Field(ge=0, le=365)] = 0


class CatalogVersion(Part):
    """One version of a catalog, as its keeper adopts it."""

    catalog: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]
    version: Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]{1,20}$")]
    keeper: Keeper
    title: Annotated[str, Field(min_length=1, max_length=200)]
    citation: str = ""
    effective_from: Day
    effective_to: Day | None = None
    requirements: tuple[Requirement, ...]
    course_codes: dict[str, CourseCode] = {}
    gate: GateRule | None = None

    @property
    def label(self) -> str:
        """What a judgement keeps of it."""
        return f"{self.catalog}/{self.version}"

    def holds_on(self, day: date) -> bool:
        """Whether a day lies within it, both ends included."""
        return self.effective_from <= day and (
            self.effective_to is None or day <= self.effective_to
        )

    @model_validator(mode="after")
    def _is_its_keepers(self) -> Self:
        ids = [each.id for each in self.requirements]
        twins = sorted({each for each in ids if ids.count(each) > 1})
        if twins:
            raise ValueError(f"{twins[0]} is there twice: keep one of them")
        for each in self.requirements:
            if KEPT_BY[each.kind] != self.keeper:
                raise ValueError(
                    f"{each.id}: what is {each.kind} is not the {self.keeper}'s to keep"
                )
        if self.gate is not None and self.keeper != "district":
            raise ValueError("gate: the district says which verdict decides (C-TRN-13)")
        if self.effective_to is not None and self.effective_to < self.effective_from:
            raise ValueError("effective_to: lies before effective_from")
        return self


# --- Adopting -------------------------------------------------------------------------------------


class AdoptedCatalog(Aggregate):
    """One version of a catalog; it is never altered, another version is adopted."""

    TOPIC = "catalog"

    def __init__(self) -> None:
        self.adopted: CatalogAdopted


class CatalogAdopted(CreatedEvent):
    """A version of a catalog of requirements holds from a day on (C-TRN-6, C-TRN-7, C-TRN-13)."""

    TOPIC: ClassVar[str] = "catalog.adopted"

    catalog: CatalogVersion
    known_on: date
    """The day this organisation adopted it, or heard of it."""
    sha256: str

    def apply(self, adopted: AdoptedCatalog) -> None:
        adopted.adopted = self


def adopt(catalog: CatalogVersion, keeper: Keeper, *, today: date, sha256: str) -> CatalogAdopted:
    """Adopt a version of a catalog that this organisation keeps."""
    if catalog.keeper != keeper:
        raise Refused(
            "C-TRN-5",
            f"the {catalog.keeper} keeps this catalog, and this is the {keeper}: import it there"
            " (--org)",
            "keeper",
        )
    return CatalogAdopted(catalog=catalog, known_on=today, sha256=sha256)


def check_unaltered(adopted: AdoptedCatalog, catalog: CatalogVersion) -> None:
    """Refuse to alter what was judged by: a change is a new version (C-AUD-3)."""
    held = adopted.adopted.catalog
    altered = [name for name, value in catalog if getattr(held, name) != value]
    if altered:
        reason = f"this version was adopted with another {altered[0]}: give the changed catalog a"
        raise Refused("C-AUD-3", f"{reason} version of its own", altered[0])


# --- What is in force -----------------------------------------------------------------------------


class Known(NamedTuple):
    """A catalog version, and since when it is known here."""

    version: CatalogVersion
    known_on: date


class InForce(NamedTuple):
    """A requirement on a day, by which version, and since when that catalog has asked for it."""

    requirement: Requirement
    catalog: str
    version_from: date
    since: date


@dataclass(frozen=True)
class Catalogs:
    """Every version known, and what is in force on a day as known on another.

    Of the versions of one catalog that hold on a day the last to take effect decides; of two that
    took effect on one day, the one known later.
    """

    known: tuple[Known, ...] = ()
    _days: tuple[list[date], list[date]] = field(init=False, repr=False, compare=False)
    _found: dict[tuple[int, int], dict[str, InForce]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        known_on = sorted({each.known_on for each in self.known})
        object.__setattr__(self, "_days", (sorted(self.moments()), known_on))

    def moments(self) -> set[date]:
        """The days on which what is in force may change."""
        begun = {each.version.effective_from for each in self.known}
        ended = {e.version.effective_to + ONE_DAY for e in self.known if e.version.effective_to}
        return begun | ended

    def versions(self, as_of: date, known_on: date) -> tuple[CatalogVersion, ...]:
        """The version of each catalog that decides on a day."""
        deciding: dict[str, CatalogVersion] = {}
        for version in self._in_order(known_on):
            if version.holds_on(as_of):
                deciding[version.catalog] = version
        return tuple(deciding.values())

    def in_force(self, as_of: date, known_on: date) -> dict[str, InForce]:
        """The requirements of a day by id, in the order of the catalogs."""
        effective, known = self._days
        key = bisect_right(effective, as_of), bisect_right(known, known_on)
        if key not in self._found:
            self._found[key] = {
                requirement.id: InForce(
                    requirement,
                    version.label,
                    version.effective_from,
                    self._since(requirement.id, version, known_on),
                )
                for version in self.versions(as_of, known_on)
                for requirement in version.requirements
            }
        return self._found[key]

    def gate(self, as_of: date, known_on: date) -> GateRule:
        """Which verdict decides; the procedure's words where the district has not said."""
        rules = [each.gate for each in self.versions(as_of, known_on) if each.gate is not None]
        return rules[-1] if rules else GateRule(decides="procedure")

    def course(self, code: str, as_of: date) -> CourseCode | None:
        """What a course of the agency's training system confirms today."""
        for version in self.versions(as_of, as_of):
            if code in version.course_codes:
                return version.course_codes[code]
        return None

    def _since(self, requirement: str, version: CatalogVersion, known_on: date) -> date:
        """Since when the catalog has asked for it without a break."""
        since = version.effective_from
        for earlier in reversed(self._in_order(known_on)):
            if earlier.catalog != version.catalog or earlier.effective_from > since:
                continue
            ends = earlier.effective_to
            if ends is not None and ends + ONE_DAY < since:
                break
            if requirement not in {each.id for each in earlier.requirements}:
                break
            since = earlier.effective_from
        return since

    def _in_order(self, known_on: date) -> list[CatalogVersion]:
        known = [each for each in self.known if each.known_on <= known_on]
        known.sort(key=lambda each: (each.version.effective_from, each.known_on))
        return [each.version for each in known]


def is_waivable(kind: Kind) -> bool:
    """Whether the law allows a waiver: topics and days on the job can't be waived (C-TRN-12)."""
    return kind not in OF_THE_LAW
