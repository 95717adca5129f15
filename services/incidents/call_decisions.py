"""What the agency decides about a call: each decision gives events, or refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.incidents import policy
from services.incidents.call import (
    AlternativesAsked,
    AlternativesExplained,
    CallFacts,
    CallLinked,
    CallReceived,
    CommissionNotified,
    CommissionReport,
    CommissionReportOwed,
    DispatchChanged,
    FactCorrected,
    Force,
    ForceReported,
    ForceReviewed,
    MergedInto,
    OffenseClassified,
    OffenseReclassified,
    OfficersNamed,
    OutcomeCorrected,
    OutcomeRecorded,
    SplitOff,
)
from services.incidents.catalogs import (
    ARREST,
    CANCELLED,
    OFFENSES_LABEL,
    OUTCOMES_LABEL,
    PENDING,
    REFERRAL,
    checked_outcome,
    most_serious_first,
)
from services.incidents.clocks import started
from services.incidents.records import closing
from services.incidents.words import Duty
from shared.errors import Refused
from shared.school_calendar import local_day

if TYPE_CHECKING:
    from datetime import date, datetime

    from services.incidents.call import Call, CallRecord
    from services.incidents.policy import InForce
    from services.incidents.words import Channel, ForceFinding, Reportable, Said
    from shared.sealed import Sealed


def receive(
    number: str, facts: CallFacts, rules: InForce, *, now: datetime, channel: Channel, key: str = ""
) -> CallReceived:
    """Record a call; late is flagged, never refused (C-DATA-2)."""
    checked = policy.checked_number(number)
    check_facts(facts, now)
    today, on = local_day(now), local_day(facts.received_at)
    opens = (
        started(Duty.OUTCOME, rules.limits.outcome, on, rules, today=today),
        started(Duty.CLASSIFY, rules.limits.classification, on, rules, today=today),
    )
    return CallReceived(
        number=checked,
        facts=facts,
        channel=channel,
        received_on=on,
        recorded_on=today,
        late=policy.is_late(rules.limits.recording, on, rules.calendars, today, None),
        key=key,
        opens=() if facts.cancelled else opens,
    )


def check_facts(facts: CallFacts, now: datetime) -> None:
    """Refuse times that can't be (C-DATA-2)."""
    policy.check_happened(facts.received_at, now, "C-DATA-2", "received_at")
    before = facts.received_at
    for field in ("dispatched_at", "arrived_at", "closed_at"):
        at = getattr(facts, field)
        if at is None:
            continue
        if at < before:
            reason = f"{field.replace('_', ' ')} is before what came earlier: correct the times"
            raise Refused("C-DATA-2", reason, field)
        before = at
    for field, code in (("call_type", facts.call_type), ("priority", facts.priority)):
        if code and not policy.CODE.fullmatch(code):
            reason = f"{field.replace('_', ' ')} is no code: give up to 10 letters and digits"
            raise Refused("C-DATA-2", reason, field)


def differing(one: CallFacts, other: CallFacts) -> tuple[str, ...]:
    """The names of the facts that differ."""
    return tuple(name for name, value in one if getattr(other, name) != value)


def hear_dispatch(
    call: CallRecord, facts: CallFacts, *, now: datetime, key: str = ""
) -> DispatchChanged | None:
    """Take what the dispatch system says now; None where it said so before (C-DATA-7).

    Only what it changed is changed here: what a person corrected stands.
    """
    changed = differing(call.dispatched, facts)
    if not changed:
        return None
    check_facts(facts, now)
    mended = call.facts.model_copy(update={name: getattr(facts, name) for name in changed})
    return DispatchChanged(
        number=call.number,
        facts=mended,
        dispatched=facts,
        changed=changed,
        changed_on=local_day(now),
        key=key,
        closes=closing(call, Duty.OUTCOME, Duty.CLASSIFY) if mended.cancelled else (),
    )


def correct(call: Call, facts: CallFacts, *, now: datetime, reasons: Sealed) -> FactCorrected:
    """Put the facts of a call right (C-DATA-8)."""
    known: CallRecord = call.known
    check_facts(facts, now)
    changed = differing(known.facts, facts)
    if not changed:
        raise Refused("C-DATA-8", "nothing differs: change what is wrong", "received_at")
    return FactCorrected(
        number=known.number,
        facts=facts,
        changed=changed,
        reasons=reasons,
        corrected_on=local_day(now),
        closes=closing(known, Duty.OUTCOME, Duty.CLASSIFY) if facts.cancelled else (),
    )


def classify(
    call: Call, offenses: tuple[str, ...], *, today: date, key: str = ""
) -> OffenseClassified | OffenseReclassified:
    """Classify a call, the most serious offense first, or classify it anew (C-INC-3)."""
    known: CallRecord = call.known
    checked = most_serious_first(offenses)
    if not known.classified:
        return OffenseClassified(
            number=known.number,
            offenses=checked,
            catalog=OFFENSES_LABEL,
            classified_on=today,
            key=key,
            closes=closing(known, Duty.CLASSIFY),
        )
    if checked == known.offenses:
        raise Refused("C-INC-3", "it is classified so already: nothing to do", "offenses")
    return OffenseReclassified(
        number=known.number,
        offenses=checked,
        before=known.offenses,
        catalog=OFFENSES_LABEL,
        classified_on=today,
        key=key,
    )


def record_outcome(  # facts of one form
    call: Call,
    rules: InForce,
    *,
    today: date,
    outcome: str,
    persons: int | None,
    key: str = "",
    by_dispatch: bool = False,
) -> OutcomeRecorded:
    """Record one part of what came of a call (C-DATA-7).

    An arrest or a referral opens the question why no alternative served (C-ROLE-2).
    """
    known: CallRecord = call.known
    code = checked_outcome(outcome)
    asked = code in {ARREST, REFERRAL} and known.alternatives is None
    clock = started(Duty.ALTERNATIVES, rules.limits.alternatives, today, rules, today=today)
    running = clock.key in known.clocks
    done = (Duty.OUTCOME, Duty.CLASSIFY) if code == CANCELLED else (Duty.OUTCOME,)
    return OutcomeRecorded(
        number=known.number,
        part=len(known.outcomes) + 1,
        outcome=code,
        persons=policy.checked_persons(persons),
        catalog=OUTCOMES_LABEL,
        recorded_on=today,
        key=key,
        by_dispatch=by_dispatch,
        opens=(clock,) if asked and not running else (),
        closes=() if code == PENDING else closing(known, *done),
    )


def correct_outcome(  # facts of one form
    call: Call, part: int, *, today: date, outcome: str | None, persons: int | None, reasons: Sealed
) -> OutcomeCorrected:
    """Put one part of the outcome right, or take it back (C-DATA-8)."""
    known: CallRecord = call.known
    held = next((each for each in known.standing if each.part == part), None)
    if held is None:
        raise Refused("C-DATA-8", "no such part of the outcome stands: choose one", "part")
    code = None if outcome is None else checked_outcome(outcome)
    if (code, persons) == (held.outcome, held.persons):
        raise Refused("C-DATA-8", "nothing differs: change what is wrong", "outcome")
    return OutcomeCorrected(
        number=known.number,
        part=part,
        outcome=code,
        persons=policy.checked_persons(persons) if code else None,
        catalog=OUTCOMES_LABEL,
        reasons=reasons,
        corrected_on=today,
    )


def name_officers(call: Call, officers: tuple[str, ...], *, key: str = "") -> OfficersNamed:
    """Say which officers were there (C-INC-6)."""
    known: CallRecord = call.known
    checked = policy.checked_officers(officers, "C-INC-6")
    if checked == known.officers:
        raise Refused("C-INC-6", "these officers are named already: nothing to do", "officers")
    return OfficersNamed(number=known.number, officers=checked, key=key)


def report_force(  # facts of one form
    call: Call,
    rules: InForce,
    *,
    now: datetime,
    at: datetime,
    officers: tuple[str, ...],
    on_student: bool,
    restraint: bool,
    key: str = "",
) -> ForceReported:
    """Report force that was used; a supervisor owes a review (C-INC-11)."""
    known: CallRecord = call.known
    policy.check_happened(at, now, "C-INC-11", "at")
    if not officers:
        raise Refused("C-INC-11", "name who used it: give references of officers", "officers")
    force = Force(
        number=len(known.forces) + 1,
        at=at,
        officers=policy.checked_officers(officers, "C-INC-11"),
        on_student=on_student,
        restraint=restraint,
    )
    today = local_day(now)
    review = started(
        Duty.REVIEW_FORCE,
        rules.limits.force_review,
        today,
        rules,
        today=today,
        of=str(force.number),
    )
    return ForceReported(number=known.number, force=force, key=key, opens=(review,))


def review_force(
    call: Call, force: int, *, today: date, finding: ForceFinding, reasons: Sealed
) -> ForceReviewed:
    """Review force that was used; again, when there is more to say (C-INC-11)."""
    known: CallRecord = call.known
    if not any(each.number == force for each in known.forces):
        raise Refused("C-INC-11", "no such use of force is reported: choose one", "force")
    return ForceReviewed(
        number=known.number,
        force=force,
        finding=finding,
        reasons=reasons,
        reviewed_on=today,
        closes=closing(known, Duty.REVIEW_FORCE, of=str(force)),
    )


def hear_asked(call: Call, rules: InForce, *, today: date) -> AlternativesAsked:
    """Take the district's question why no alternative served (C-ROLE-2)."""
    known: CallRecord = call.known
    clock = started(Duty.ALTERNATIVES, rules.limits.alternatives, today, rules, today=today)
    running = clock.key in known.clocks
    return AlternativesAsked(number=known.number, asked_on=today, opens=() if running else (clock,))


def explain_alternatives(
    call: Call, *, today: date, said: Said, reasons: Sealed | None
) -> AlternativesExplained:
    """Say why no alternative to arrest or referral served (C-ROLE-2)."""
    known: CallRecord = call.known
    return AlternativesExplained(
        number=known.number,
        said=said,
        reasons=reasons,
        explained_on=today,
        closes=closing(known, Duty.ALTERNATIVES),
    )


def owe_commission(
    call: Call, rules: InForce, *, today: date, ground: Reportable, officer: str, learned_on: date
) -> CommissionReportOwed:
    """Start the days within which the state commission is notified (C-INC-13)."""
    known: CallRecord = call.known
    (officer,) = policy.checked_officers((officer,), "C-INC-13")
    if learned_on > today:
        raise Refused("C-INC-13", "the day is still to come: correct it", "learned_on")
    if any((each.ground, each.officer) == (ground, officer) for each in known.commission):
        raise Refused("C-INC-13", "this report is on record already: nothing to do", "ground")
    number = len(known.commission) + 1
    clock = started(
        Duty.NOTIFY_COMMISSION, policy.COMMISSION, learned_on, rules, today=today, of=str(number)
    )
    report = CommissionReport(number=number, ground=ground, officer=officer, learned_on=learned_on)
    return CommissionReportOwed(number=known.number, report=report, opens=(clock,))


def notify_commission(
    call: Call, report: int, rules: InForce, *, today: date, notified_on: date
) -> CommissionNotified:
    """Record that the state commission was notified; late is flagged, never refused (C-INC-13)."""
    known: CallRecord = call.known
    held = next((each for each in known.commission if each.number == report), None)
    if held is None or held.notified_on is not None:
        raise Refused("C-INC-13", "no such report is owed: choose one", "report")
    if not held.learned_on <= notified_on <= today:
        reason = "it is before the agency learned of it, or still to come: correct it"
        raise Refused("C-INC-13", reason, "notified_on")
    (key,) = closing(known, Duty.NOTIFY_COMMISSION, of=str(report))
    due = known.clocks[key].due(rules.calendars, today)
    return CommissionNotified(
        number=known.number,
        report=report,
        notified_on=notified_on,
        late=due.known and notified_on > due.on,
        closes=(key,),
    )


def link(call: Call, to: str) -> CallLinked:
    """Link a call to another number of the same incident (C-INC-2)."""
    known: CallRecord = call.known
    checked = policy.checked_number(to)
    if checked == known.number or checked in known.links:
        raise Refused("C-INC-2", "it is linked to this number already: nothing to do", "to")
    return CallLinked(number=known.number, to=checked)


def merge(call: Call, into: CallRecord, *, today: date) -> MergedInto:
    """Merge a call into another one, which alone is counted from now on (C-INC-2).

    What the state commission is owed stays owed (C-INC-13).
    """
    known: CallRecord = call.known
    if known.number == into.number:
        raise Refused("C-INC-2", "a call can't be merged into itself: choose another", "into")
    if known.merged_into is not None:
        reason = f"it is merged into {known.merged_into}: split it off first"
        raise Refused("C-INC-2", reason, "into")
    if into.merged_into is not None:
        reason = f"that call is merged into {into.merged_into}: choose that one"
        raise Refused("C-INC-2", reason, "into")
    done = (key for key, c in known.clocks.items() if c.duty is not Duty.NOTIFY_COMMISSION)
    return MergedInto(number=known.number, into=into.number, merged_on=today, closes=tuple(done))


def split(call: Call, *, today: date) -> SplitOff:
    """Take a merged call for one of its own again (C-INC-2)."""
    known: CallRecord = call.known
    if known.merged_into is None:
        raise Refused("C-INC-2", "it is not merged into another: nothing to split", "number")
    return SplitOff(number=known.number, split_on=today)
