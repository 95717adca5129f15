"""What counts of students are broken down by: race, ethnicity, gender, age and plan (C-DATA-3).

Each is the value on the day of the event. What a roster does not say is *not reported*: it is
counted as that, never guessed and never dropped. Race and ethnicity are asked apart, as in the
two-question format of 1997 that OneRoster carries (62 FR 58782); the seven-way roll-up of both is
the reporting convention of the Department of Education (72 FR 59266).
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from collections.abc import Iterable


class Race(StrEnum):
    """Answer to the question on race; several are kept as told and reported as two or more."""

    NATIVE_AMERICAN = "AMI"
    ASIAN = "ASN"
    BLACK = "BLK"
    PACIFIC = "PAC"
    WHITE = "WHT"
    TWO_OR_MORE = "TWO"
    HISPANIC = "HIS"
    NOT_REPORTED = "NRP"


class Ethnicity(StrEnum):
    """Answer to the question on ethnicity."""

    HISPANIC = "HL"
    NOT_HISPANIC = "NHL"
    NOT_REPORTED = "NRP"


class Gender(StrEnum):
    """As the roster says; X is Washington's gender X."""

    FEMALE = "F"
    MALE = "M"
    ANOTHER = "X"
    NOT_REPORTED = "U"


class PlanKind(StrEnum):
    """What a plan rests on."""

    IEP = "IEP"
    SECTION_504 = "504"


class PlanHeld(StrEnum):
    """Which plans a student had; both are counted in each column and once in a total."""

    IEP = "IEP"
    SECTION_504 = "504"
    BOTH = "BOTH"
    NEITHER = "NONE"
    NOT_KNOWN = "UNK"


class AgeBand(StrEnum):
    """Whole years on the day of the event."""

    UNDER_10 = "0-9"
    FROM_10 = "10-11"
    FROM_12 = "12-13"
    FROM_14 = "14-15"
    FROM_16 = "16-17"
    FROM_18 = "18+"
    NOT_KNOWN = "UNK"


LAST_AGES = (
    (9, AgeBand.UNDER_10),
    (11, AgeBand.FROM_10),
    (13, AgeBand.FROM_12),
    (15, AgeBand.FROM_14),
    (17, AgeBand.FROM_16),
)


class Answers(BaseModel):
    """What a roster tells of a student for the counts."""

    model_config = ConfigDict(frozen=True)

    birth_date: date | None = None
    gender: Gender = Gender.NOT_REPORTED
    races: tuple[Race, ...] = ()
    """Each race answered yes to; TWO_OR_MORE among them where the roster has a flag for it."""
    hispanic: bool | None = None


class Plan(BaseModel):
    """A plan from its first day to its last, both included."""

    model_config = ConfigDict(frozen=True)

    kind: PlanKind
    begun_on: date
    ended_on: date | None = None

    def holds(self, on: date) -> bool:
        """Whether it was in force on a day."""
        return self.begun_on <= on and (self.ended_on is None or on <= self.ended_on)


class Dimensions(BaseModel):
    """One student on one day, as counts see them."""

    model_config = ConfigDict(frozen=True)

    race: Race
    ethnicity: Ethnicity
    gender: Gender
    age: AgeBand
    plan: PlanHeld

    @property
    def seven_way(self) -> Race:
        """Race and ethnicity as one: Hispanic of any race first."""
        return Race.HISPANIC if self.ethnicity is Ethnicity.HISPANIC else self.race


UNKNOWN = Dimensions(
    race=Race.NOT_REPORTED,
    ethnicity=Ethnicity.NOT_REPORTED,
    gender=Gender.NOT_REPORTED,
    age=AgeBand.NOT_KNOWN,
    plan=PlanHeld.NOT_KNOWN,
)
"""A person who is on no roster, or whose record was erased."""


def dimensions(answers: Answers, plans: Iterable[Plan] | None, on: date) -> Dimensions:
    """What a student counts as on a day (C-DATA-3).

    Args:
        answers: as the roster told them for that day.
        plans: all that were ever told; None where no list of plans has been loaded.
        on: the local day of the event.
    """
    return Dimensions(
        race=race(answers.races),
        ethnicity=ethnicity(answers.hispanic),
        gender=answers.gender,
        age=age_band(answers.birth_date, on),
        plan=plan_held(plans, on),
    )


def race(told: tuple[Race, ...]) -> Race:
    """The one race that is reported."""
    if not told:
        return Race.NOT_REPORTED
    return told[0] if len(told) == 1 else Race.TWO_OR_MORE


def ethnicity(hispanic: bool | None) -> Ethnicity:
    """The ethnicity that is reported."""
    if hispanic is None:
        return Ethnicity.NOT_REPORTED
    return Ethnicity.HISPANIC if hispanic else Ethnicity.NOT_HISPANIC


def age(birth_date: date, on: date) -> int:
    """Whole years; who was born on 29 February is a year older on 1 March of other years."""
    return on.year - birth_date.year - ((on.month, on.day) < (birth_date.month, birth_date.day))


def age_band(birth_date: date | None, on: date) -> AgeBand:
    """The band of the age on a day; not known for a day before the birth."""
    if birth_date is None or on < birth_date:
        return AgeBand.NOT_KNOWN
    years = age(birth_date, on)
    return next((band for last, band in LAST_AGES if years <= last), AgeBand.FROM_18)


def plan_held(plans: Iterable[Plan] | None, on: date) -> PlanHeld:
    """Which plans were in force on a day."""
    if plans is None:
        return PlanHeld.NOT_KNOWN
    held = {plan.kind for plan in plans if plan.holds(on)}
    if len(held) == len(PlanKind):
        return PlanHeld.BOTH
    return PlanHeld(held.pop()) if held else PlanHeld.NEITHER
