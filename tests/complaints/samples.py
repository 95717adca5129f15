"""Synthetic complaints for tests: a school year with a spring recess, two schools, their staff."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from services.complaints import domain
from services.complaints.application import PUBLIC, ComplaintsDesk, FindingGiven, Receipt
from services.complaints.events import (
    AppealAnswered,
    Appealed,
    Closed,
    ConflictDeclared,
    Determined,
    Found,
    InvestigationOpened,
    Received,
    Withdrawn,
)
from services.complaints.policy import CLAUSES, InForce, Policy, Running, started
from services.complaints.review_desk import ReviewsDesk
from services.complaints.words import (
    APPEAL_DUTY,
    Allegation,
    Channel,
    Conflict,
    Duty,
    Finding,
    Ground,
    Outcome,
    Party,
)
from shared.contracts.directory import (
    CalendarLoadedV1,
    ComplaintRulesV1,
    DeclaredDayV1,
    OfficerListedV1,
    PolicyAdoptedV1,
    RuleV1,
    SchoolClosedV1,
    SchoolListedV1,
    SpanV1,
    StaffAppointedV1,
)
from shared.hearing import heard
from shared.keyring import Keyring
from shared.school_calendar import Calendars, CalendarVersion, DeclaredDay
from shared.sealed import Sealed
from shared.wire.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from shared.desk import Desk

ZONE = ZoneInfo("America/Los_Angeles")
DISTRICT, AGENCY = "snohomish-sd", "snohomish-pd"
SCHOOL, OTHER_SCHOOL = "sample-valley-high", "fixture-peak-high"
OFFICER, OTHER_OFFICER = "officer-12", "officer-15"
SUBJECT = UUID(int=7)
STORY = "Jordan Sample was pushed at the east door."
NAME = "Jordan Sample"
CONTACT = "jordan@example.invalid"

MONDAY = date(2026, 3, 2)
DUE = date(2026, 3, 30)
"""20 school days after Monday 2 March: no day off in between."""

CALENDAR = CalendarLoadedV1(
    calendar_id="snohomish-sd-2025-26",
    version=1,
    school_year="2025-26",
    loaded_on=date(2025, 3, 12),
    covers_from=date(2025, 9, 1),
    covers_to=date(2026, 8, 31),
    first_day=date(2025, 9, 3),
    last_day=date(2026, 6, 17),
    weekdays=(1, 2, 3, 4, 5),
    no_school=(
        SpanV1(from_=date(2026, 4, 6), to=date(2026, 4, 10), reason="Spring break"),
        SpanV1(from_=date(2026, 5, 25), to=date(2026, 5, 25), reason="Memorial Day"),
    ),
    added_days=(),
    closures=(),
    sha256="0" * 64,
)
CALENDARS = Calendars(versions=(CalendarVersion.model_validate(CALENDAR.model_dump(mode="json")),))


LABEL = CALENDARS.version_label
"""What an event keeps of the calendar."""


def on(day: date, policy: Policy | None = None, *, closed: tuple[DeclaredDay, ...] = ()) -> InForce:
    """What is in force when a decision is taken on that day."""
    return InForce(policy or Policy(), CALENDARS.declaring(closed), day)


def closure(day: date, *schools: str, declared_on: date) -> DeclaredDay:
    return DeclaredDay(on=day, declared_on=declared_on, reason="Snow", schools=schools)


def sealed(what: str) -> Sealed:
    return Sealed(subject=SUBJECT, box=f"<sealed {what}>")


# --- What happened to a complaint -----------------------------------------------------------------


def clock(duty: Duty, trigger: date, due_on: date, **other: Any) -> Running:
    """A running clock of the default policy, its due date said by the test."""
    return Running(
        **{
            "duty": duty,
            "clause": CLAUSES[duty],
            "trigger": trigger,
            "rule": Policy().rule(duty),
            "school": None if duty in APPEAL_DUTY.values() else SCHOOL,
            "policy": "procedure-defaults",
            "calendar": LABEL,
            "due_on": due_on,
            "known": True,
            **other,
        }
    )


def received(
    day: date = MONDAY,
    *,
    in_force: InForce | None = None,
    received_on: date | None = None,
    **other: Any,
) -> Received:
    """A complaint on the form, received on a day, about that day."""
    facts: dict[str, Any] = {
        "passphrase_sha256": "0" * 64,
        "channel": Channel.FORM,
        "school": SCHOOL,
        "officer": OFFICER,
        "incident_on": received_on or day,
        "received_on": received_on or day,
        "allegations": (Allegation.FORCE,),
        "urgent": (),
        "harm": False,
        "names_principal": False,
        "language": "en",
        "narrative": sealed("narrative"),
        "complainant": sealed("complainant"),
        "contact": None,
    }
    return domain.receive(in_force or on(day), **{**facts, **other})


OPENED = (
    ConflictDeclared(staff="staff-1", conflict=Conflict.NONE, declared_on=MONDAY),
    InvestigationOpened(investigator="staff-1", opened_on=MONDAY),
)


def found(allegation: Allegation = Allegation.FORCE, finding: Finding = Finding.UNFOUNDED) -> Found:
    return Found(allegation=allegation, finding=finding, reasons=sealed("reasons"))


def determined(day: date = DUE, *findings: Found, **other: Any) -> Determined:
    facts: dict[str, Any] = {
        "determined_on": day,
        "findings": findings or (found(),),
        "letter": sealed("letter"),
        "letter_sha256": "1" * 64,
        "judged": clock(Duty.DETERMINE, MONDAY, DUE),
        "late": False,
    }
    return Determined(**{**facts, **other})


def appealed(party: Party = Party.COMPLAINANT, day: date = DUE) -> Appealed:
    return Appealed(
        party=party,
        received_on=day,
        late=False,
        grounds=sealed("grounds"),
        starts=started(APPEAL_DUTY[party], day, None, on(day)),
    )


def answered(
    party: Party = Party.COMPLAINANT, outcome: Outcome = Outcome.UPHELD, day: date = DUE
) -> AppealAnswered:
    return AppealAnswered(
        party=party,
        outcome=outcome,
        letter=sealed("answer"),
        letter_sha256="2" * 64,
        answered_on=day,
        judged=None,
        late=False,
        starts=started(Duty.DETERMINE, day, SCHOOL, on(day)) if outcome is Outcome.RETURNED else (),
    )


def withdrawn(*, goes_on: bool = False) -> Withdrawn:
    return Withdrawn(reasons=None, withdrawn_on=MONDAY, goes_on=goes_on)


def closed(ground: Ground = Ground.WITHDRAWN) -> Closed:
    return Closed(ground=ground, reasons=sealed("reasons"), duplicate_of=None, closed_on=MONDAY)


# --- What the directories told, and the desks that heard it ---------------------------------------


SINCE = date(2025, 8, 1)
PEOPLE = {
    "staff-1": ("principal", "sample-valley-high"),
    "staff-2": ("principal", "fixture-peak-high"),
    "staff-3": ("designee", "sample-valley-high"),
    "staff-4": ("superintendent", None),
    "staff-5": ("director", None),
    "staff-6": ("superintendent_designee", None),
    "staff-7": ("tip_line_operator", None),
}
REVIEWERS: dict[str, tuple[Any, str | None]] = {
    "reviewer-1": ("agency_reviewer", None),
    "chief-1": ("agency_head", None),
}


def district_directory() -> list[Any]:
    """What the district's directory tells."""
    schools = {"sample-valley-high": "Sample Valley High", "fixture-peak-high": "Fixture Peak High"}
    listed = [
        SchoolListedV1(school=key, title=title, effective_from=SINCE, effective_to=None)
        for key, title in schools.items()
    ]
    return [*listed, *appointed(PEOPLE), CALENDAR]


def agency_directory() -> list[Any]:
    """What the agency's directory tells."""
    officers = [
        OfficerListedV1(officer=key, effective_from=SINCE, effective_to=None)
        for key in ("officer-12", "officer-15")
    ]
    return [*officers, *appointed(REVIEWERS)]


def appointed(people: dict[str, tuple[Any, str | None]]) -> list[StaffAppointedV1]:
    return [
        StaffAppointedV1(
            staff=staff, role=role, school=school, effective_from=SINCE, effective_to=None
        )
        for staff, (role, school) in people.items()
    ]


def school_closed(day: date, *schools: str, declared_on: date) -> SchoolClosedV1:
    return SchoolClosedV1(
        day=DeclaredDayV1(on=day, declared_on=declared_on, reason="Snow", schools=schools)
    )


def hear(desk: Desk, publisher: str, contracts: Iterable[Any]) -> None:
    """Let a desk hear of contracts of a directory."""
    desk.save(*(each for contract in contracts for each in heard(publisher, contract)))


class At:
    """A clock that tests set; noon of a local day unless told otherwise."""

    def __init__(self, day: date) -> None:
        self.day = day
        self.time = time(12)

    def __call__(self) -> datetime:
        return datetime.combine(self.day, self.time, ZONE).astimezone(UTC)


def district_desk(
    folder: Path, at: At, *, store: Store | None = None, told: bool = True
) -> ComplaintsDesk:
    """A desk of the district that has heard of the program; a second one on a store hears none."""
    keyring = Keyring(Store(f"sqlite:///{folder}/keys.sqlite"), b"k" * 32)
    store = store or Store(f"sqlite:///{folder}/complaints.sqlite")
    desk = ComplaintsDesk(DISTRICT, store, keyring, counterpart=AGENCY, zone=ZONE, now=at)
    if told:
        hear(desk, DISTRICT, district_directory())
        hear(desk, AGENCY, agency_directory()[:2])
    return desk


def agency_desk(folder: Path, at: At) -> ReviewsDesk:
    """A desk of the agency that has heard of the program."""
    keyring = Keyring(Store(f"sqlite:///{folder}/pd-keys.sqlite"), b"p" * 32)
    store = Store(f"sqlite:///{folder}/pd-complaints.sqlite")
    desk = ReviewsDesk(AGENCY, store, keyring, counterpart=DISTRICT, zone=ZONE, now=at)
    hear(desk, AGENCY, agency_directory())
    return desk


# --- Commands of a desk ---------------------------------------------------------------------------

PRINCIPAL, OTHER_PRINCIPAL, DESIGNEE = "staff-1", "staff-2", "staff-3"
SUPERINTENDENT, DIRECTOR, TIP_LINE = "staff-4", "staff-5", "staff-7"
LETTER = "We spoke to everybody at the east door."
REASONS = "Two witnesses agree on it."


def file(desk: ComplaintsDesk, **other: Any) -> Receipt:
    """Hand in the form at the sample school."""
    facts: dict[str, Any] = {
        "by": PUBLIC,
        "channel": Channel.FORM,
        "narrative": STORY,
        "school": SCHOOL,
        "officer": OFFICER,
        "incident_on": desk.today(),
        "allegations": [Allegation.FORCE],
        "complainant": NAME,
        "contact": CONTACT,
    }
    return desk.receive(**{**facts, **other})


def investigate(desk: ComplaintsDesk, number: str, by: str = PRINCIPAL) -> None:
    desk.declare_conflict(number, by=by, conflict=Conflict.NONE)
    desk.open_investigation(number, by=by)


def determine(desk: ComplaintsDesk, number: str, by: str = PRINCIPAL) -> None:
    investigate(desk, number, by)
    findings = [FindingGiven(Allegation.FORCE, Finding.NOT_SUSTAINED, REASONS)]
    desk.determine(number, by=by, findings=findings, text=LETTER)


DEFAULTS = ComplaintRulesV1(
    filing=RuleV1(unit="calendar_days", count=10, roll="next_business_day"),
    agency_notice=None,
    acknowledgement=None,
    determination=RuleV1(unit="school_days", count=20),
    appeal_filing=None,
    appeal_response=RuleV1(unit="school_days", count=30),
    agency_silence=None,
    extension_allowed=("appeal_response",),
    anonymous=True,
    signed_form_required=False,
    channels=("form", "email"),
)


def adopted(
    version: str, since: date = SINCE, until: date | None = None, **rules: Any
) -> PolicyAdoptedV1:
    return PolicyAdoptedV1(
        policy_id="policy-4311",
        version=version,
        title="Sample policy",
        effective_from=since,
        effective_to=until,
        complaint=DEFAULTS.model_copy(update=rules),
        sha256="0" * 64,
    )
