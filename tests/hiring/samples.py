"""A synthetic search for tests: three candidates, a panel of five, two organisations."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from services.hiring import events as e
from services.hiring.agency_desk import AgencyDesk
from services.hiring.application import HiringDesk
from services.hiring.codes import new_code
from services.hiring.district_desk import DistrictDesk
from services.hiring.published import publish
from services.hiring.received import from_counterpart
from services.hiring.record import Criterion, Item, Record, Result, Terms
from services.hiring.sheets import Sheet, commit
from services.hiring.words import Conflict, Head, Keeper
from shared.contracts.base import OWN
from shared.contracts.directory import OfficerListedV1, SchoolListedV1, StaffAppointedV1
from shared.hearing import heard
from shared.keyring import Keyring
from shared.school_calendar import Calendars
from shared.sealed import Sealed
from shared.wire.store import Store

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from shared.contracts.base import Contract

ZONE = ZoneInfo("America/Los_Angeles")
DISTRICT, AGENCY = "sample-sd", "sample-pd"
SCHOOL, OTHER_SCHOOL = "sample-valley-high", "fixture-peak-high"
LISTED_ON = date(2025, 8, 1)
TODAY = date(2026, 3, 2)
SEARCH = "search-2026-1"
CHIEF = "agency-1"
DIRECTOR, SUPERINTENDENT, PRINCIPAL = "staff-5", "staff-4", "staff-1"
AGENCY_MEMBERS = ("agency-2", "agency-3", "agency-4")
DISTRICT_MEMBERS = ("staff-1", "staff-12")
MEMBERS: dict[str, Keeper] = {
    **dict.fromkeys(AGENCY_MEMBERS, "agency"),
    **dict.fromkeys(DISTRICT_MEMBERS, "district"),
}
C1, C2, C3 = CANDIDATES = ("candidate-1", "candidate-2", "candidate-3")
CRITERIA = (("Works with students", 50), ("Knows the law", 30), ("De-escalates", 20))
TERMS = Terms(
    criteria=tuple(
        Criterion(name=f"c{at}", text=text, weight=weight)
        for at, (text, weight) in enumerate(CRITERIA, 1)
    ),
    quorum={"agency": 1, "district": 1},
)
QUESTIONS = ("What would you do on your first day at school?", "When do you not enforce?")
PREREQUISITES = tuple((head, f"Sample {head}") for head in Head)
MET = tuple(Result(item=at, met=True) for at in range(4))
NOT_MET = (*MET[:3], Result(item=3, met=False))
NO_CALENDARS = Calendars()


def sealed(what: str = "reasons") -> Sealed:
    return Sealed(subject=UUID(int=7), box=f"<sealed {what}>")


def scores(*given: int) -> dict[str, int]:
    """Scores by criterion, the last repeated for the rest."""
    rest = (*given, *given[-1:] * len(CRITERIA))
    return {f"c{at}": rest[at - 1] for at in range(1, len(CRITERIA) + 1)}


def sheet(candidate: str, *given: int, salt: int = 1) -> Sheet:
    return Sheet(candidate=candidate, scores=scores(*given), salt=f"{salt:064x}")


# --- What happened, in order ----------------------------------------------------------------------


def opened() -> e.SearchOpened:
    return e.SearchOpened(
        search=SEARCH, school=SCHOOL, opened_on=date(2026, 2, 2), process="agreement 2026, 4"
    )


def prerequisites() -> e.PrerequisitesDefined:
    items = tuple(Item(head=head, text=text) for head, text in PREREQUISITES)
    return e.PrerequisitesDefined(search=SEARCH, items=items)


def entered(candidate: str) -> e.CandidateEntered:
    return e.CandidateEntered(search=SEARCH, candidate=candidate, name=sealed("name"), answers=None)


def screened(candidate: str, results: tuple[Result, ...] = MET) -> e.CandidateScreened:
    return e.CandidateScreened(search=SEARCH, candidate=candidate, results=results, notes=None)


def advanced(candidate: str) -> e.CandidateAdvanced:
    return e.CandidateAdvanced(search=SEARCH, candidate=candidate)


def seated(member: str) -> e.MemberSeated:
    return e.MemberSeated(
        search=SEARCH, keeper=MEMBERS[member], member=member, trained_on=date(2026, 1, 5)
    )


def declared(
    member: str, candidate: str, conflict: Conflict = Conflict.NONE, *, late: bool = False
) -> e.ConflictDeclared:
    return e.ConflictDeclared(
        search=SEARCH,
        keeper=MEMBERS[member],
        member=member,
        candidate=candidate,
        conflict=conflict,
        late=late,
        details=None,
    )


def before_terms(*candidates: str) -> list[Any]:
    """A search with its candidates advanced, after the opening event."""
    found: list[Any] = [prerequisites()]
    for candidate in candidates:
        found += [entered(candidate), screened(candidate), advanced(candidate)]
    closed = e.ScreeningClosed(
        search=SEARCH, entered=len(candidates), advanced=len(candidates), sole=len(candidates) == 1
    )
    return [*found, closed]


def questions(keeper: Keeper = "agency") -> e.QuestionsProvided:
    return e.QuestionsProvided(search=SEARCH, keeper=keeper, questions=QUESTIONS)


def terms_set(terms: Terms = TERMS) -> e.TermsSet:
    return e.TermsSet(search=SEARCH, terms=terms)


def digest(*events: Any) -> str:
    return record_after(*events).digest()


def record_after(*events: Any) -> Record:
    record = opened().first()
    for event in events:
        record = event.after(record)
    return record


def panel(*candidates: str, members: Sequence[str] = tuple(MEMBERS)) -> list[Any]:
    found: list[Any] = [seated(member) for member in members]
    return found + [declared(member, each) for member in members for each in candidates]


def interviews_open(*candidates: str, members: Sequence[str] = tuple(MEMBERS)) -> list[Any]:
    """Up to the opening of the interviews."""
    found = [*before_terms(*candidates), *panel(*candidates, members=members)]
    found += [terms_set(), questions()]
    sha256 = digest(*found)
    agreed = e.TermsAgreed(search=SEARCH, sha256=sha256)
    return [*found, agreed, e.InterviewsOpened(search=SEARCH, sha256=sha256)]


def held(candidate: str, members: Sequence[str] = tuple(MEMBERS)) -> e.InterviewHeld:
    return e.InterviewHeld(
        search=SEARCH,
        candidate=candidate,
        held_on=TODAY,
        present=tuple(members),
        voting=tuple(members),
    )


def interviewed(*candidates: str, members: Sequence[str] = tuple(MEMBERS)) -> list[Any]:
    """Up to the last interview."""
    opening = interviews_open(*candidates, members=members)
    return [*opening, *(held(each, members) for each in candidates)]


def sheets_sealed(member: str, *sheets: Sheet, box: str | None = "<box>") -> e.ScoresSealed:
    return e.ScoresSealed(
        search=SEARCH,
        keeper=MEMBERS[member],
        member=member,
        commitments=tuple(commit(SEARCH, member, each) for each in sheets),
        box=box,
    )


def sheets_opened(member: str, *sheets: Sheet) -> e.ScoresOpened:
    return e.ScoresOpened(
        search=SEARCH, keeper=MEMBERS[member], member=member, sheets=sheets, void=(), notes={}
    )


def scored(given: Mapping[str, Sequence[Sheet]], *, opened: bool = True) -> list[Any]:
    """Everybody's scores sealed, the scoring closed, and the scores opened."""
    sealing = [sheets_sealed(member, *sheets) for member, sheets in given.items()]
    counted = tuple(each for event in sealing for each in event.commitments)
    closing = e.ScoringClosed(search=SEARCH, counted=counted, absent=())
    opening = [sheets_opened(member, *sheets) for member, sheets in given.items()]
    return [*sealing, closing, *(opening if opened else [])]


# --- Desks ----------------------------------------------------------------------------------------


class At:
    """A clock that stands at noon of a day."""

    def __init__(self, day: date) -> None:
        self.day = day

    def __call__(self) -> datetime:
        return datetime.combine(self.day, time(20), UTC)


def agency_desk(folder: Path, at: At) -> AgencyDesk:
    desk = AgencyDesk(AGENCY, *_stores(folder, AGENCY), counterpart=DISTRICT, zone=ZONE, now=at)
    tell(desk, AGENCY, *(_appointed(m, "agency_reviewer") for m in AGENCY_MEMBERS))
    tell(desk, AGENCY, _appointed(CHIEF, "agency_head"), *_officers())
    tell(desk, DISTRICT, *_schools())
    return desk


def district_desk(folder: Path, at: At) -> DistrictDesk:
    desk = DistrictDesk(DISTRICT, *_stores(folder, DISTRICT), counterpart=AGENCY, zone=ZONE, now=at)
    tell(desk, DISTRICT, *_schools(), _appointed(DIRECTOR, "director"))
    tell(desk, DISTRICT, _appointed(SUPERINTENDENT, "superintendent"))
    tell(desk, DISTRICT, _appointed(PRINCIPAL, "principal", SCHOOL))
    tell(desk, DISTRICT, _appointed("staff-12", "training_coordinator"))
    tell(desk, AGENCY, *_officers())
    return desk


def _stores(folder: Path, org: str) -> tuple[Store, Keyring]:
    folder.mkdir(exist_ok=True)
    store = Store(f"sqlite:///{folder}/{org}.sqlite")
    return store, Keyring(Store(f"sqlite:///{folder}/{org}-keys.sqlite"), b"0" * 32)


def tell(desk: HiringDesk, publisher: str, *told: Any) -> None:
    """Let a desk hear contracts of a directory."""
    for each in told:
        desk.save(*heard(publisher, each))


def _officers() -> tuple[OfficerListedV1, ...]:
    return tuple(
        OfficerListedV1(officer=officer, effective_from=LISTED_ON, effective_to=None)
        for officer in ("officer-12", "officer-15")
    )


def _schools() -> tuple[SchoolListedV1, ...]:
    titles = {SCHOOL: "Sample Valley High", OTHER_SCHOOL: "Fixture Peak High"}
    return tuple(
        SchoolListedV1(school=school, title=title, effective_from=LISTED_ON, effective_to=None)
        for school, title in titles.items()
    )


def _appointed(staff: str, role: Any, school: str | None = None) -> StaffAppointedV1:
    return StaffAppointedV1(
        staff=staff, role=role, school=school, effective_from=LISTED_ON, effective_to=None
    )


class Crossing:
    """Carries what two desks publish to each other, in order, each once, without a bus."""

    def __init__(self, agency: AgencyDesk, district: DistrictDesk) -> None:
        self.agency, self.district = agency, district
        self._sent = dict.fromkeys((agency.org, district.org), 0)
        self.told_own: list[Contract] = []

    def carry(self) -> int:
        """Carry everything there is; gives how many contracts crossed."""
        crossed = 0
        while some := sum(map(self._from, (self.agency, self.district))):
            crossed += some
        return crossed

    def _from(self, desk: HiringDesk) -> int:
        other: HiringDesk = self.district if desk is self.agency else self.agency
        crossed = 0
        for position, event in desk.history(self._sent[desk.org], 10_000):
            self._sent[desk.org] = position
            for audience, contract in publish(desk.keeper, desk.counterpart, event):
                if audience == OWN:
                    self.told_own.append(contract)
                    continue
                again: Any = type(contract).model_validate_json(contract.model_dump_json())
                other.save(*from_counterpart(other, again))
                crossed += 1
        return crossed


class Both:
    """Both desks, and what a whole search takes, so that a test shows what it is about."""

    def __init__(self, agency: AgencyDesk, district: DistrictDesk) -> None:
        self.agency, self.district = agency, district
        self.crossing = Crossing(agency, district)
        self.codes: dict[str, str] = {member: new_code() for member in MEMBERS}

    def desk_of(self, member: str) -> HiringDesk:
        return self.agency if MEMBERS[member] == "agency" else self.district

    def carry(self) -> None:
        self.crossing.carry()

    def search(self, *names: str) -> str:
        """A search with candidates advanced and everybody seated who declared no conflict."""
        agency = self.agency
        search = agency.open_search(by=CHIEF, school=SCHOOL, process="agreement 2026, 4")
        agency.define_prerequisites(search, PREREQUISITES, by=CHIEF)
        for name in names:
            who = agency.enter_candidate(search, by=CHIEF, name=name)
            agency.screen_candidate(search, who, MET, by=CHIEF, notes="Sample notes.")
            agency.advance_candidate(search, who, by=CHIEF)
        agency.close_screening(search, by=CHIEF)
        self.carry()
        for member, keeper in MEMBERS.items():
            by = CHIEF if keeper == "agency" else DIRECTOR
            self.desk_of(member).seat_member(search, member, by=by, trained_on=None)
        for member in MEMBERS:
            for each in agency.search(search).known.advanced():
                self.declare(search, member, each.candidate)
        self.carry()
        return search

    def declare(
        self, search: str, member: str, candidate: str, conflict: Conflict = Conflict.NONE
    ) -> None:
        self.desk_of(member).declare_conflict(search, candidate, by=member, conflict=conflict)

    def open_interviews(self, search: str) -> None:
        self.agency.set_terms(search, CRITERIA, by=CHIEF, quorum={"agency": 1, "district": 1})
        self.agency.provide_questions(search, QUESTIONS[:1], by=CHIEF)
        self.district.provide_questions(search, QUESTIONS[1:], by=DIRECTOR)
        self.carry()
        shown = self.district.search(search).known.digest()
        self.district.agree_terms(search, shown, by=DIRECTOR)
        self.carry()
        self.agency.open_interviews(search, by=CHIEF)

    def interview(self, search: str) -> None:
        self.open_interviews(search)
        for each in self.agency.search(search).known.advanced():
            self.agency.hold_interview(
                search, each.candidate, tuple(MEMBERS), by=CHIEF, held_on=self.agency.today()
            )
        self.carry()

    def seal(self, search: str, member: str, given: Mapping[str, int], notes: str = "") -> None:
        """Seal the same score of each criterion, by candidate."""
        self.desk_of(member).seal_scores(
            search,
            by=member,
            scores={candidate: scores(score) for candidate, score in given.items()},
            notes=dict.fromkeys(given, notes),
            code=self.codes[member],
        )

    def open(self, search: str, member: str) -> None:
        self.desk_of(member).open_scores(search, by=member, code=self.codes[member])

    def score(self, search: str, given: Mapping[str, Mapping[str, int]]) -> None:
        """Seal, close and open all."""
        for member, by_candidate in given.items():
            self.seal(search, member, by_candidate)
        self.carry()
        self.agency.close_scoring(search, by=CHIEF)
        self.carry()
        for member in given:
            self.open(search, member)
        self.carry()

    def rank(self, search: str) -> None:
        self.agency.record_ranking(search, by=CHIEF)
        self.carry()
        top = self.agency.search(search).known.places
        assert top is not None
        member = DISTRICT_MEMBERS[0]
        self.district.state_preference(search, top[0].candidate, by=member, reasons="")
        self.carry()


def everybody(*given: int) -> dict[str, dict[str, int]]:
    """The same scores of each member, for the candidates in their order."""
    by_candidate = dict(zip(CANDIDATES, given, strict=False))
    return {member: dict(by_candidate) for member in MEMBERS}
