"""Whatever is done in whatever order: state, replay and docket agree, and each clock can end."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from services.complaints import domain
from services.complaints.docket import Entry, entry_after, entry_of
from services.complaints.events import Complaint, Happened, Received
from services.complaints.policy import InForce, Policy
from services.complaints.timekeeping import look_at
from services.complaints.words import (
    APPEAL_DUTY,
    Allegation,
    Conflict,
    Duty,
    Ground,
    Outcome,
    Party,
    Result,
    Stage,
    Trigger,
)
from shared.errors import Refused
from tests.complaints.samples import (
    CALENDARS,
    MONDAY,
    OFFICER,
    OTHER_OFFICER,
    SCHOOL,
    closure,
    found,
    received,
    sealed,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Decide = Callable[[Complaint, InForce], Happened]

DAY = timedelta(days=1)
H = TypeVar("H", bound=Happened)
TEXT = sealed("text")
POLICIES = [
    Policy(),
    Policy(extension_allowed=("determination", "appeal_response")),
    Policy(determination=None, appeal_response=None, acknowledgement=None, agency_silence=None),
]
CORRECT: dict[str, Any] = {
    "school": SCHOOL,
    "officer": OFFICER,
    "incident_on": MONDAY - 20 * DAY,
    "allegations": (Allegation.FORCE,),
    "names_principal": False,
    "harm": False,
    "reasons": TEXT,
}
LETTER: dict[str, Any] = {"letter": TEXT, "letter_sha256": "0" * 64}


def correct(**other: Any) -> Decide:
    return lambda c, f: domain.correct(c, f, **{**CORRECT, **other})


def answer(party: Party, outcome: Outcome) -> Decide:
    return lambda c, f: domain.answer_appeal(
        c, f, by="staff-4", party=party, outcome=outcome, **LETTER
    )


def extend(duty: Duty, days: int) -> Decide:
    return lambda c, f: domain.extend(
        c, f, duty=duty, reasons=TEXT, anticipated_on=f.today + days * DAY
    )


def close(ground: Ground) -> Decide:
    return lambda c, f: domain.close(c, f, ground=ground, reasons=TEXT, duplicate_of="other")


COMMANDS: list[Decide] = [
    domain.acknowledge,
    lambda c, f: domain.forward(c, f, school=SCHOOL),
    correct(),
    correct(officer=None),
    correct(officer=OTHER_OFFICER),
    correct(school="fixture-peak-high", harm=True),
    lambda c, f: domain.see_urgency(c, f, trigger=Trigger.ABUSE, account=TEXT),
    lambda c, f: domain.see_urgency(c, f, trigger=Trigger.RETALIATION, account=TEXT),
    lambda c, f: domain.escalate(c, f, trigger=Trigger.ABUSE, to="an office"),
    lambda c, f: domain.declare_conflict(c, f, staff="staff-1", conflict=Conflict.NONE),
    lambda c, f: domain.declare_conflict(c, f, staff="staff-1", conflict=Conflict.WITNESS),
    lambda c, f: domain.declare_conflict(c, f, staff="staff-3", conflict=Conflict.NONE),
    lambda c, f: domain.assign(c, f, staff="staff-3"),
    lambda c, f: domain.open_investigation(c, f, investigator="staff-1"),
    lambda c, f: domain.open_investigation(c, f, investigator="staff-3"),
    domain.inform_officer,
    lambda c, f: domain.defer_informing(c, f, reasons=TEXT),
    lambda c, f: domain.link(c, f, other="SRO-AAAA-AAAB"),
    lambda c, f: domain.write_message(c, f, from_complainant=True, text=TEXT),
    lambda c, f: domain.determine(
        c, f, findings=tuple(found(each) for each in c.allegations), **LETTER
    ),
    lambda c, f: domain.provide_translation(c, f, letter=TEXT),
    lambda c, f: domain.appeal(c, f, party=Party.COMPLAINANT, grounds=TEXT),
    lambda c, f: domain.appeal(c, f, party=Party.OFFICER, grounds=TEXT),
    extend(Duty.DETERMINE, 30),
    extend(Duty.ANSWER_COMPLAINANT, 60),
    *(answer(party, outcome) for party in Party for outcome in (Outcome.UPHELD, Outcome.RETURNED)),
    lambda c, f: domain.withdraw(c, f, reasons=None),
    lambda c, f: domain.go_on(c, f, reasons=TEXT),
    *(close(ground) for ground in Ground),
    lambda c, f: domain.reopen(c, f, what_is_new=TEXT),
    lambda c, f: domain.agency_acknowledged(c, reference="2026-1", acknowledged_on=f.today),
    lambda c, f: domain.agency_review_opened(c, reference="2026-1", opened_on=f.today),
    lambda c, f: domain.agency_review_closed(
        c, reference="2026-1", result=Result.HANDLED, closed_on=f.today
    ),
]


@given(
    walk=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 9)), max_size=30),
    policy=st.sampled_from(POLICIES),
    tip=st.booleans(),
    spanish=st.booleans(),
    snow=st.lists(st.integers(1, 90), max_size=4),
)
@settings(max_examples=120, deadline=None)
def test_aud_1_state_replay_and_docket_agree_whatever_happens(
    walk: list[tuple[int, int]], policy: Policy, tip: bool, spanish: bool, snow: list[int]
) -> None:
    calendars = CALENDARS.declaring(
        tuple(closure(MONDAY + n * DAY, SCHOOL, declared_on=MONDAY + n * DAY) for n in snow)
    )
    in_force = InForce(policy, calendars, MONDAY)
    language = "es" if spanish else "en"
    first = received(in_force=in_force, school=None if tip else SCHOOL, language=language)
    complaint = Complaint.begin(first, by="public")
    entry = entry_of(last(Received, complaint))
    for choice, days in walk:
        in_force = InForce(policy, calendars, in_force.today + days * DAY)
        for event in happening(choice, complaint, in_force):
            complaint.record(event, by="staff-1")
            entry = entry_after(last(Happened, complaint), entry)
            agree(complaint, entry)
            every_clock_can_end(complaint, policy)
    replayed: Any = None
    for each in complaint.pending_events:
        replayed = each.mutate(replayed)
    assert state(replayed) == state(complaint)


def happening(choice: int, complaint: Complaint, in_force: InForce) -> Iterator[Happened]:
    """What the clocks tell, and then one of the commands that are not refused."""
    yield from look_at(complaint.clocks, in_force)
    allowed = []
    for decide in COMMANDS:
        with suppress(Refused):
            allowed.append(decide(complaint, in_force))
    yield allowed[choice % len(allowed)]


def last(kind: type[H], complaint: Complaint) -> H:
    event = complaint.pending_events[-1]
    assert isinstance(event, kind)
    return event


def state(complaint: Complaint) -> dict[str, Any]:
    return {name: value for name, value in vars(complaint).items() if not name.startswith("_")}


def agree(complaint: Complaint, entry: Entry) -> None:
    ours, theirs = state(complaint), {name: getattr(entry, name) for name in Entry.model_fields}
    theirs["appealed"] = frozenset(entry.appeals)
    theirs["appeals_open"] = frozenset(entry.appeals_open)
    both = ours.keys() & theirs.keys()
    assert both >= {"stage", "clocks", "investigator", "agency", "appealed"}
    assert {name: ours[name] for name in both} == {name: theirs[name] for name in both}
    assert len(set(entry.appeals)) == len(entry.appeals)


def every_clock_can_end(complaint: Complaint, policy: Policy) -> None:
    """A clock that runs waits for an act that is still to be done, and the other way round."""
    running = complaint.clocks
    undetermined = complaint.stage in {Stage.RECEIVED, Stage.INVESTIGATION}
    waiting = {party for party, duty in APPEAL_DUTY.items() if duty in running}
    if policy.appeal_response is not None:
        assert waiting == complaint.appeals_open
    if policy.determination is not None:
        assert (Duty.DETERMINE in running) is undetermined
    assert bool(complaint.appeals_open) is (complaint.stage is Stage.APPEAL)
    assert Duty.ACKNOWLEDGE not in running or not complaint.acknowledged
    assert Duty.FORWARD not in running or complaint.school is None
    if Duty.INFORM_OFFICER in running:
        assert complaint.officer is not None
        assert not complaint.officer_informed
    if Duty.TRANSLATE in running:
        assert complaint.determined_on is not None
    if Duty.ESCALATE in running:
        assert complaint.urgent
