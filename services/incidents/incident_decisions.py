"""What the district decides about an incident: each decision gives events, or refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.incidents import policy
from services.incidents.catalogs import ARREST, REFERRAL
from services.incidents.clocks import started
from services.incidents.incident import (
    AbuseReported,
    AbuseSuspected,
    CallNoted,
    CallTold,
    DisciplineFollowed,
    DisciplineOf,
    DistrictAsked,
    EnforcementActionTaken,
    IncidentOpened,
    Matched,
    OutcomeTold,
    ParentContacted,
    RestraintLetterSent,
    RestraintOf,
    RestraintReported,
    RestraintReviewed,
    SearchRecorded,
    StudentLinked,
    StudentQuestioned,
    StudentRestrained,
    StudentUnlinked,
)
from services.incidents.records import closing
from services.incidents.words import GUARDED, About, Contact, Duty, Held, Purpose
from shared.errors import Refused
from shared.school_calendar import Rule, local_day

if TYPE_CHECKING:
    from datetime import date, datetime

    from services.incidents.clocks import Clock
    from services.incidents.incident import Incident, IncidentRecord, ToldFacts, ToldOutcome
    from services.incidents.policy import InForce
    from services.incidents.words import Action, Discipline, Restraint, SearchGround
    from shared.sealed import Sealed

RESTRAINT_ITEMS = (
    "date and time",
    "who administered it and their title",
    "what led to it",
    "kind and duration",
    "injuries and medical care",
    "recommendations",
)
"""What the written report holds (RCW 28A.600.485)."""


def note_call(
    *, reference: str, number: str | None, school: str, at: datetime, now: datetime
) -> IncidentOpened:
    """Open an incident that the district knows of by itself (C-DATA-2)."""
    policy.check_happened(at, now, "C-DATA-2", "at")
    return IncidentOpened(
        reference=reference,
        number=number,
        school=school,
        on=local_day(at),
        opened_on=local_day(now),
    )


def await_agency(incident: Incident, rules: InForce, *, at: datetime, now: datetime) -> CallNoted:
    """Wait for the agency's own record of a call, unless it is there (C-DATA-2)."""
    known: IncidentRecord = incident.known
    if known.noted:
        raise Refused("C-DATA-2", "it is noted already: nothing to do", "number")
    today = local_day(now)
    clock = started(
        Duty.AGENCY_CALL, rules.limits.agency_call, today, rules, today=today, school=known.school
    )
    return CallNoted(reference=known.reference, at=at, opens=() if known.told else (clock,))


def hear_call(
    known: IncidentRecord,
    facts: ToldFacts,
    rules: InForce,
    *,
    on: date,
    today: date,
    late: bool = False,
) -> CallTold:
    """Keep the agency's facts; whether discipline followed is then asked once (C-INC-5)."""
    first = known.told is None and not facts.cancelled
    clock = started(
        Duty.DISCIPLINE, rules.limits.discipline, today, rules, today=today, school=facts.school
    )
    done = (Duty.AGENCY_CALL, *((Duty.DISCIPLINE,) if facts.cancelled else ()))
    return CallTold(
        reference=known.reference,
        facts=facts,
        on=on,
        told_on=today,
        late=late,
        opens=(clock,) if first and not known.disciplines else (),
        closes=closing(known, *done),
    )


def hear_outcome(
    known: IncidentRecord, outcome: ToldOutcome, rules: InForce, *, catalog: str, today: date
) -> OutcomeTold:
    """Keep the agency's outcome; an arrest asks for contact with the parent (C-INC-12)."""
    arrested = outcome.outcome == ARREST
    of = f"{About.ARREST} {outcome.part}"
    clock = _parent(about_of=of, on=today, rules=rules, today=today, school=known.school)
    return OutcomeTold(
        reference=known.reference,
        outcome=outcome,
        catalog=catalog,
        told_on=today,
        opens=(clock,) if arrested and clock.key not in known.clocks else (),
        closes=() if arrested else closing(known, Duty.CONTACT_PARENT, of=of),
    )


def match(incident: Incident, number: str) -> Matched:
    """Say which call of the agency an incident is that the district noted (C-INC-2)."""
    known: IncidentRecord = incident.known
    if known.told is not None:
        raise Refused("C-INC-2", "the agency told of this one: choose one it did not", "number")
    if known.merged_into is not None:
        raise Refused("C-INC-2", f"it is {known.merged_into} already: nothing to do", "number")
    return Matched(reference=known.reference, number=number, closes=tuple(known.clocks))


def take_action(
    incident: Incident, *, officer: str, action: Action, on: date
) -> EnforcementActionTaken:
    """Record that an officer enforced the law (C-INC-1)."""
    known: IncidentRecord = incident.known
    (officer,) = policy.checked_officers((officer,), "C-INC-1")
    return EnforcementActionTaken(reference=known.reference, officer=officer, action=action, on=on)


def link_student(known: IncidentRecord, part: Sealed) -> StudentLinked:
    """Link a student with their part; the same student again takes its place (C-INC-6)."""
    held = {sealed.subject: number for number, sealed in known.students.items()}
    number = held.get(part.subject, known.students_seen + 1)
    return StudentLinked(reference=known.reference, student=number, part=part)


def unlink_student(incident: Incident, student: int, *, reasons: Sealed) -> StudentUnlinked:
    """Take back a link made by mistake (C-DATA-8)."""
    known: IncidentRecord = incident.known
    check_student(known, student)
    return StudentUnlinked(reference=known.reference, student=student, reasons=reasons)


def follow_discipline(
    incident: Incident,
    *,
    followed: bool,
    kind: Discipline | None,
    student: int | None,
    decided_by: str | None,
    today: date,
) -> DisciplineFollowed:
    """Enter whether discipline followed, by an administrator's decision (C-INC-5, C-DISC-1)."""
    known: IncidentRecord = incident.known
    decider = policy.checked_person(decided_by, "C-DISC-1", "decided_by")
    if followed and (kind is None or decider is None):
        field = "kind" if kind is None else "decided_by"
        reason = "give its kind and the administrator who decided"
        raise Refused("C-DISC-1", reason, field)
    check_student(known, student)
    return DisciplineFollowed(
        reference=known.reference,
        discipline=DisciplineOf(
            followed=followed,
            kind=kind if followed else None,
            student=student,
            decided_by=decider if followed else None,
        ),
        entered_on=today,
        closes=closing(known, Duty.DISCIPLINE),
    )


def record_search(
    incident: Incident,
    rules: InForce,
    *,
    now: datetime,
    at: datetime,
    by_officer: str | None,
    by_staff: str | None,
    ground: SearchGround,
    purpose: Purpose,
    at_request_of: str | None,
    student: int | None,
) -> SearchRecorded:
    """Record a search; the parent is told the same day (C-INC-4, C-INC-12)."""
    known: IncidentRecord = incident.known
    policy.check_happened(at, now, "C-INC-4", "at")
    if not by_officer and not by_staff:
        raise Refused("C-INC-4", "say who searched: an officer or a member of staff", "by_officer")
    if by_officer:
        policy.checked_officers((by_officer,), "C-INC-4")
    check_student(known, student)
    number, today = known.searches + 1, local_day(now)
    parent = _parent(
        about_of=f"{About.SEARCH} {number}",
        on=local_day(at),
        rules=rules,
        today=today,
        school=known.school,
    )
    return SearchRecorded(
        reference=known.reference,
        search=number,
        at=at,
        by_officer=by_officer or None,
        by_staff=policy.checked_person(by_staff, "C-INC-4", "by_staff"),
        ground=ground,
        purpose=purpose,
        at_request_of=policy.checked_person(at_request_of, "C-INC-4", "at_request_of"),
        student=student,
        late=today > local_day(at),
        opens=(parent,),
    )


def question_student(
    incident: Incident,
    rules: InForce,
    *,
    now: datetime,
    at: datetime,
    officer: str,
    held: Held,
    under_18: bool,
    attorney: bool,
    exception: Sealed | None,
    purpose: Purpose,
    student: int | None,
) -> StudentQuestioned:
    """Record a questioning; without lawyer or exception it is an alarm, never refused (C-INC-8)."""
    known: IncidentRecord = incident.known
    policy.check_happened(at, now, "C-INC-8", "at")
    (officer,) = policy.checked_officers((officer,), "C-INC-8")
    check_student(known, student)
    number = known.questionings + 1
    parent = _parent(
        about_of=f"{About.QUESTIONING} {number}",
        on=local_day(at),
        rules=rules,
        today=local_day(now),
        school=known.school,
    )
    guarded = under_18 and held in GUARDED
    return StudentQuestioned(
        reference=known.reference,
        questioning=number,
        at=at,
        officer=officer,
        school=known.school,
        held=held,
        under_18=under_18,
        attorney=attorney,
        exception=exception,
        purpose=purpose,
        student=student,
        unguarded=guarded and not attorney and exception is None,
        opens=(parent,),
    )


def contact_parent(
    incident: Incident,
    *,
    about: About,
    of: int,
    contact: Contact,
    at: datetime,
    now: datetime,
    reasons: Sealed | None,
) -> ParentContacted:
    """Record that a parent was told, an attempt, or why not (C-INC-9, C-INC-12)."""
    known: IncidentRecord = incident.known
    policy.check_happened(at, now, "C-INC-12", "at")
    if contact in {Contact.ABUSE, Contact.COURT_ORDER} and reasons is None:
        raise Refused("C-INC-12", "an exception needs its reasons: write them", "reasons")
    named = f"{about} {of}"
    return ParentContacted(
        reference=known.reference,
        about=about,
        of=named,
        contact=contact,
        at=at,
        reasons=reasons,
        closes=closing(known, Duty.CONTACT_PARENT, of=named),
    )


def suspect_abuse(
    incident: Incident, rules: InForce, *, at: datetime, now: datetime
) -> AbuseSuspected:
    """Start the hours within which suspected abuse is reported (C-INC-7)."""
    known: IncidentRecord = incident.known
    policy.check_happened(at, now, "C-INC-7", "at")
    if known.abuse_open:
        raise Refused("C-INC-7", "its hours run already: record the report", "at")
    today = local_day(now)
    opens = tuple(
        started(duty, rule, at, rules, today=today)
        for duty, rule in (
            (Duty.ALARM_ABUSE, rules.limits.abuse_alarm),
            (Duty.REPORT_ABUSE, policy.ABUSE_REPORT),
        )
    )
    return AbuseSuspected(reference=known.reference, at=at, opens=opens)


def report_abuse(incident: Incident, *, to: str, at: datetime, now: datetime) -> AbuseReported:
    """Record that abuse was reported; nothing of what was said (C-INC-7)."""
    known: IncidentRecord = incident.known
    policy.check_happened(at, now, "C-INC-7", "at")
    if not known.abuse_open:
        raise Refused("C-INC-7", "no suspicion is on record: record it first", "to")
    return AbuseReported(
        reference=known.reference,
        to=to,
        at=at,
        closes=closing(known, Duty.ALARM_ABUSE, Duty.REPORT_ABUSE),
    )


def restrain(
    incident: Incident,
    rules: InForce,
    *,
    now: datetime,
    kind: Restraint,
    ended_at: datetime,
    by_officer: str | None,
    force: bool,
    student: int | None,
) -> StudentRestrained:
    """Record a restraint or isolation, which starts its four clocks (C-INC-9, C-INC-10)."""
    known: IncidentRecord = incident.known
    policy.check_happened(ended_at, now, "C-INC-9", "ended_at")
    if by_officer:
        policy.checked_officers((by_officer,), "C-INC-9")
    check_student(known, student)
    number, today = len(known.restraints) + 1, local_day(now)

    def clock(duty: Duty, rule: Rule, of: str) -> Clock:
        return started(duty, rule, ended_at, rules, today=today, school=known.school, of=of)

    opens = (
        clock(Duty.CONTACT_PARENT, policy.RESTRAINT_PARENT, f"{About.RESTRAINT} {number}"),
        clock(Duty.REPORT_RESTRAINT, policy.RESTRAINT_REPORT, str(number)),
        clock(Duty.RESTRAINT_LETTER, policy.RESTRAINT_LETTER, str(number)),
        clock(Duty.REVIEW_RESTRAINT, rules.limits.restraint_review, str(number)),
    )
    restraint = RestraintOf(
        number=number,
        kind=kind,
        ended_at=ended_at,
        by_officer=by_officer or None,
        force=force,
        student=student,
    )
    return StudentRestrained(reference=known.reference, restraint=restraint, opens=opens)


def report_restraint(
    incident: Incident, restraint: int, *, report: Sealed, items: tuple[str, ...], today: date
) -> RestraintReported:
    """Put in the written report, whole (C-INC-9)."""
    known: IncidentRecord = incident.known
    _check_restraint(known, restraint)
    missing = [item for item in RESTRAINT_ITEMS if item not in items]
    if missing:
        raise Refused("C-INC-9", f"the report lacks {', '.join(missing)}: add it", "items")
    return RestraintReported(
        reference=known.reference,
        restraint=restraint,
        report=report,
        reported_on=today,
        closes=closing(known, Duty.REPORT_RESTRAINT, of=str(restraint)),
    )


def send_restraint_letter(
    incident: Incident, restraint: int, *, language: str, today: date
) -> RestraintLetterSent:
    """Record that the letter was sent (C-INC-9)."""
    known: IncidentRecord = incident.known
    _check_restraint(known, restraint)
    return RestraintLetterSent(
        reference=known.reference,
        restraint=restraint,
        language=language,
        sent_on=today,
        closes=closing(known, Duty.RESTRAINT_LETTER, of=str(restraint)),
    )


def review_restraint(
    incident: Incident, restraint: int, *, with_family: bool, with_staff: bool, today: date
) -> RestraintReviewed:
    """Record the review, which is with both (C-INC-10)."""
    known: IncidentRecord = incident.known
    _check_restraint(known, restraint)
    if not (with_family and with_staff):
        field = "with_staff" if with_family else "with_family"
        reason = "review it with student and parent, and with the staff member, then record it"
        raise Refused("C-INC-10", reason, field)
    return RestraintReviewed(
        reference=known.reference,
        restraint=restraint,
        reviewed_on=today,
        closes=closing(known, Duty.REVIEW_RESTRAINT, of=str(restraint)),
    )


def ask_alternatives(incident: Incident, *, today: date) -> DistrictAsked:
    """Ask the agency why no alternative served (C-ROLE-2)."""
    known: IncidentRecord = incident.known
    if known.number is None or known.told is None:
        raise Refused("C-ROLE-2", "the agency has not told of this call yet: wait", "number")
    formal = {each.outcome for each in known.outcomes} & {ARREST, REFERRAL}
    if not formal:
        reason = "the agency told of no arrest or referral: there is nothing to ask"
        raise Refused("C-ROLE-2", reason, "number")
    if known.alternatives is not None:
        raise Refused("C-ROLE-2", "the agency has said why already: read it", "number")
    return DistrictAsked(reference=known.reference, number=known.number, asked_on=today)


def check_student(known: IncidentRecord, student: int | None) -> None:
    """Refuse a number that no linked student has."""
    if student is not None and student not in known.students:
        raise Refused("C-INC-6", "no student of this number is linked: link them first", "student")


def _check_restraint(known: IncidentRecord, restraint: int) -> None:
    if not any(each.number == restraint for each in known.restraints):
        raise Refused("C-INC-9", "no such restraint is on record: choose one", "restraint")


def _parent(*, about_of: str, on: date, rules: InForce, today: date, school: str) -> Clock:
    return started(Duty.CONTACT_PARENT, None, on, rules, today=today, school=school, of=about_of)
