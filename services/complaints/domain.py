"""What may be decided about a complaint at the district, from receipt to the answer of an appeal.

Decisions read the state and return an event, or raise Refused; they change nothing. What looks at
clocks rather than commands is in `timekeeping.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.complaints.events import (
    Acknowledged,
    AgencyAcknowledged,
    AgencyReviewClosed,
    AgencyReviewOpened,
    AppealAnswered,
    Appealed,
    Closed,
    Complaint,
    ConflictDeclared,
    Corrected,
    Determined,
    Escalated,
    EvidenceAdded,
    ExtensionNoticed,
    Forwarded,
    Found,
    InformingDeferred,
    InvestigationOpened,
    InvestigatorAssigned,
    MattersLinked,
    MessageWritten,
    OfficerAnswered,
    OfficerInformed,
    Received,
    Reopened,
    TranslationProvided,
    UrgencySeen,
    WentOn,
    Withdrawn,
)
from services.complaints.policy import InForce, Running, at_school, is_late, started
from services.complaints.words import (
    APPEAL_DUTY,
    AgencyStatus,
    Allegation,
    Channel,
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

if TYPE_CHECKING:
    from datetime import date

    from shared.sealed import Sealed

ENGLISH = "en"
FORMS = (Channel.FORM, Channel.OFFICE)
"""The ways in that the limit for the form is for; any other is only noted (C-COMP-3)."""
UNDETERMINED = (Stage.RECEIVED, Stage.INVESTIGATION)
NOTICE = {Duty.DETERMINE: "determination", **dict.fromkeys(APPEAL_DUTY.values(), "appeal_response")}

# --- Intake -------------------------------------------------------------------------------------


def receive(
    in_force: InForce,
    *,
    passphrase_sha256: str,
    channel: Channel,
    school: str | None,
    officer: str | None,
    incident_on: date | None,
    received_on: date,
    allegations: tuple[Allegation, ...],
    urgent: tuple[Trigger, ...],
    harm: bool,
    names_principal: bool,
    language: str,
    narrative: Sealed,
    complainant: Sealed | None,
    contact: Sealed | None,
) -> Received:
    """Take a complaint in. A late form is flagged, never refused (C-COMP-3)."""
    if received_on > in_force.today:
        raise Refused("C-COMP-2", "a complaint can't be received after today", "received_on")
    if incident_on is not None and incident_on > received_on:
        raise Refused("C-COMP-3", "the incident can't be after its complaint", "incident_on")
    if complainant is None and contact is None and not in_force.policy.anonymous:
        raise Refused("C-COMP-21", "this district's policy asks for a name", "complainant")
    if Allegation.RETALIATION in allegations and Trigger.RETALIATION not in urgent:
        urgent = (*urgent, Trigger.RETALIATION)
    filing = in_force.policy.filing if channel in FORMS else None
    duties = [
        (Duty.ACKNOWLEDGE, received_on),
        (Duty.DETERMINE, received_on),
        (Duty.AGENCY_ACKNOWLEDGEMENT, in_force.today),
        (Duty.AGENCY_REVIEW, in_force.today),
    ]
    if school is None:
        duties.append((Duty.FORWARD, received_on))
    if officer is not None:
        duties.append((Duty.INFORM_OFFICER, received_on))
    if urgent:
        duties.append((Duty.ESCALATE, in_force.today))
    return Received(
        passphrase_sha256=passphrase_sha256,
        policy=in_force.policy.version,
        filing=filing,
        channel=channel,
        school=school,
        officer=officer,
        incident_on=incident_on,
        received_on=received_on,
        notified_on=in_force.today,
        late=is_late(filing, incident_on, received_on, in_force),
        allegations=allegations or (Allegation.OTHER,),
        urgent=urgent,
        harm=harm,
        names_principal=names_principal,
        language=language,
        narrative=narrative,
        complainant=complainant,
        contact=contact,
        starts=tuple(
            clock for duty, trigger in duties for clock in started(duty, trigger, school, in_force)
        ),
    )


def acknowledge(complaint: Complaint, in_force: InForce) -> Acknowledged:
    """Tell the complainant that it is here; once (C-COMP-12)."""
    if complaint.acknowledged:
        raise Refused("C-COMP-12", "it has been acknowledged already")
    return Acknowledged(acknowledged_on=in_force.today)


def forward(complaint: Complaint, in_force: InForce, *, school: str) -> Forwarded:
    """Give a report of the tip line to its principal; no clock restarts (C-COMP-4)."""
    if complaint.school is not None:
        raise Refused("C-COMP-4", "it has its school; correct the facts instead", "school")
    return Forwarded(
        school=school,
        forwarded_on=in_force.today,
        starts=_counted_at(school, complaint, in_force, Duty.DETERMINE, Duty.INFORM_OFFICER),
    )


def _counted_at(
    school: str | None, complaint: Complaint, in_force: InForce, *duties: Duty
) -> tuple[Running, ...]:
    """The running clocks of these duties, at another school than before; a passed one stays."""
    running = (complaint.clocks.get(duty) for duty in duties if school != complaint.school)
    return tuple(
        at_school(clock, school, in_force)
        for clock in running
        if clock is not None and not clock.passed
    )


def correct(
    complaint: Complaint,
    in_force: InForce,
    *,
    school: str | None,
    officer: str | None,
    incident_on: date | None,
    allegations: tuple[Allegation, ...],
    names_principal: bool,
    harm: bool,
    reasons: Sealed,
) -> Corrected:
    """Put right facts that were wrong; what was recorded before stays (C-DATA-8)."""
    if not allegations:
        raise Refused("C-COMP-13", "name at least one allegation", "allegations")
    if incident_on is not None and incident_on > complaint.received_on:
        raise Refused("C-COMP-3", "the incident can't be after its complaint", "incident_on")
    if complaint.school is not None and school is None:
        raise Refused("C-DATA-8", "name the school it belongs to", "school")
    starts = _counted_at(school, complaint, in_force, Duty.DETERMINE)
    if officer == complaint.officer:
        starts += _counted_at(school, complaint, in_force, Duty.INFORM_OFFICER)
    elif officer is not None:
        starts += started(Duty.INFORM_OFFICER, in_force.today, school, in_force)
    return Corrected(
        school=school,
        officer=officer,
        incident_on=incident_on,
        allegations=allegations,
        names_principal=names_principal,
        harm=harm,
        late=is_late(complaint.filing, incident_on, complaint.received_on, in_force),
        reasons=reasons,
        corrected_on=in_force.today,
        starts=starts,
    )


def see_urgency(
    complaint: Complaint, in_force: InForce, *, trigger: Trigger, account: Sealed
) -> UrgencySeen:
    """Say that this must not wait, or that somebody retaliated (C-COMP-18, C-COMP-22)."""
    return UrgencySeen(
        trigger=trigger,
        account=account,
        seen_on=in_force.today,
        starts=()
        if Duty.ESCALATE in complaint.clocks  # which is due already
        else started(Duty.ESCALATE, in_force.today, complaint.school, in_force),
    )


def escalate(complaint: Complaint, in_force: InForce, *, trigger: Trigger, to: str) -> Escalated:
    """Bring what must not wait to those who can act at once (C-COMP-18)."""
    if trigger not in complaint.urgent:
        raise Refused("C-COMP-18", "first say what was seen that must not wait", "trigger")
    return Escalated(trigger=trigger, to=to, escalated_on=in_force.today)


# --- Investigation --------------------------------------------------------------------------------


def declare_conflict(
    complaint: Complaint, in_force: InForce, *, staff: str, conflict: Conflict
) -> ConflictDeclared:
    """Declare how one stands to the matter, `none` included; the clock goes on (C-COMP-14)."""
    if complaint.stage not in UNDETERMINED:
        raise Refused("C-COMP-14", f"nothing is to be investigated: it is {complaint.stage}")
    if staff in complaint.stepped_aside:
        raise Refused("C-COMP-14", "you stepped aside in this matter", "conflict")
    return ConflictDeclared(staff=staff, conflict=conflict, declared_on=in_force.today)


def assign(complaint: Complaint, in_force: InForce, *, staff: str) -> InvestigatorAssigned:
    """Let a designee investigate (C-COMP-14)."""
    if complaint.stage not in UNDETERMINED:
        raise Refused("C-COMP-14", f"nothing is to be investigated: it is {complaint.stage}")
    if staff in complaint.stepped_aside:
        raise Refused("C-COMP-14", "choose another: this person stepped aside", "staff")
    return InvestigatorAssigned(staff=staff, assigned_on=in_force.today)


def open_investigation(
    complaint: Complaint, in_force: InForce, *, investigator: str
) -> InvestigationOpened:
    """Begin; who investigates has declared to have no conflict (C-COMP-6, C-COMP-14)."""
    if complaint.stage is not Stage.RECEIVED:
        raise Refused("C-COMP-6", f"an investigation is opened once: it is {complaint.stage}")
    if investigator in complaint.stepped_aside:
        raise Refused("C-COMP-14", "you stepped aside in this matter", "conflict")
    if investigator not in complaint.declared:
        raise Refused("C-COMP-14", "first declare a conflict of interest, or none", "conflict")
    return InvestigationOpened(investigator=investigator, opened_on=in_force.today)


def inform_officer(complaint: Complaint, in_force: InForce) -> OfficerInformed:
    """Tell the officer of the complaint (C-COMP-23)."""
    if complaint.officer is None:
        raise Refused("C-COMP-23", "no officer is named; correct the facts first", "officer")
    if complaint.officer_informed:
        raise Refused("C-COMP-23", "the officer has been informed already")
    return OfficerInformed(informed_on=in_force.today)


def defer_informing(
    complaint: Complaint, in_force: InForce, *, reasons: Sealed
) -> InformingDeferred:
    """Wait with telling the officer, with reasons (C-COMP-23)."""
    if Duty.INFORM_OFFICER not in complaint.clocks:
        raise Refused("C-COMP-23", "nothing is to be deferred: the officer is not waiting for it")
    return InformingDeferred(reasons=reasons, deferred_on=in_force.today)


def answer_as_officer(
    complaint: Complaint, in_force: InForce, *, answer: Sealed
) -> OfficerAnswered:
    """Take in what the officer says to it (C-COMP-23)."""
    if complaint.officer is None:
        raise Refused("C-COMP-23", "no officer is named; correct the facts first", "officer")
    return OfficerAnswered(answer=answer, answered_on=in_force.today)


def add_evidence(
    complaint: Complaint, in_force: InForce, *, sha256: str, source: str, description: Sealed
) -> EvidenceAdded:
    """Take evidence into custody by its hash (C-COMP-24)."""
    if complaint.stage is Stage.CLOSED:
        raise Refused("C-COMP-24", "it is closed; reopen it on the new evidence first")
    return EvidenceAdded(
        sha256=sha256, source=source, description=description, added_on=in_force.today
    )


def link(complaint: Complaint, in_force: InForce, *, other: str) -> MattersLinked:
    """Note that another complaint belongs to the same matter (C-COMP-17)."""
    if other == complaint.number or other in complaint.links:
        raise Refused("C-COMP-17", "name another complaint that is not linked yet", "other")
    return MattersLinked(other=other, linked_on=in_force.today)


def write_message(
    complaint: Complaint,  # every decision takes the complaint first
    in_force: InForce,
    *,
    from_complainant: bool,
    text: Sealed,
) -> MessageWritten:
    """Write to the other side on the status page, at any stage (C-COMP-20)."""
    return MessageWritten(from_complainant=from_complainant, text=text, written_on=in_force.today)


# --- Determination and appeal ---------------------------------------------------------------------


def determine(
    complaint: Complaint,
    in_force: InForce,
    *,
    findings: tuple[Found, ...],
    letter: Sealed,
    letter_sha256: str,
) -> Determined:
    """Conclude the investigation with a finding on each allegation (C-COMP-6, C-COMP-13)."""
    if complaint.stage is not Stage.INVESTIGATION:
        raise Refused(
            "C-COMP-6", f"only an open investigation is determined: it is {complaint.stage}"
        )
    if complaint.withdrawn and not complaint.goes_on:
        raise Refused(
            "C-COMP-15", "it was withdrawn: first say why the district goes on, or close it"
        )
    _check_findings(complaint, findings)
    judged = complaint.clocks.get(Duty.DETERMINE)
    foreign = complaint.language != ENGLISH
    return Determined(
        determined_on=in_force.today,
        findings=findings,
        letter=letter,
        letter_sha256=letter_sha256,
        judged=judged,
        late=_is_over(judged, in_force),
        starts=started(Duty.TRANSLATE, in_force.today, complaint.school, in_force)
        if foreign
        else (),
    )


def _check_findings(complaint: Complaint, findings: tuple[Found, ...]) -> None:
    if not findings:
        raise Refused("C-COMP-13", "each allegation needs a finding", "findings")
    found = [each.allegation for each in findings]
    unanswered = [each for each in complaint.allegations if each not in found]
    if unanswered:
        raise Refused("C-COMP-13", f"give a finding on: {', '.join(unanswered)}", "findings")
    strange = [each for each in found if each not in complaint.allegations]
    if strange or len(found) != len(set(found)):
        raise Refused("C-COMP-13", "give one finding on each allegation, and no other", "findings")


def _is_over(clock: Running | None, in_force: InForce) -> bool:
    """Whether an act of today comes after the due day of its clock (C-TIME-9)."""
    if clock is None:
        return False
    told = clock.due(in_force.calendars, in_force.today)
    return clock.passed or (told.known and in_force.today > told.on)


def provide_translation(
    complaint: Complaint, in_force: InForce, *, letter: Sealed
) -> TranslationProvided:
    """Give the letter in the language asked for, beside the English one (C-COMP-19)."""
    if complaint.determined_on is None:
        raise Refused("C-COMP-19", "there is no letter to translate yet")
    if complaint.language == ENGLISH:
        raise Refused("C-COMP-19", "the complainant asked for English", "language")
    return TranslationProvided(
        language=complaint.language, letter=letter, provided_on=in_force.today
    )


def appeal(complaint: Complaint, in_force: InForce, *, party: Party, grounds: Sealed) -> Appealed:
    """Appeal what was determined or closed; a late appeal is flagged, once a party (C-COMP-8)."""
    if complaint.stage in UNDETERMINED:
        raise Refused("C-COMP-8", f"there is nothing to appeal yet: it is {complaint.stage}")
    if party in complaint.appealed:
        raise Refused("C-COMP-8", f"the {party} has appealed already", "party")
    if party is Party.OFFICER and complaint.officer is None:
        raise Refused("C-COMP-8", "no officer is named who could appeal", "party")
    filing = in_force.policy.appeal_filing
    return Appealed(
        party=party,
        received_on=in_force.today,
        late=is_late(filing, complaint.determined_on, in_force.today, in_force),
        grounds=grounds,
        starts=started(APPEAL_DUTY[party], in_force.today, None, in_force),
    )


def extend(
    complaint: Complaint, in_force: InForce, *, duty: Duty, reasons: Sealed, anticipated_on: date
) -> ExtensionNoticed:
    """Give written notice that more time is needed; the new date is after the due one.

    C-COMP-10.
    """
    notice = NOTICE.get(duty)
    if notice not in in_force.policy.extension_allowed:
        raise Refused("C-COMP-10", f"the policy allows no extension of: {duty}", "duty")
    clock = complaint.clocks.get(duty)
    if clock is None:
        raise Refused("C-COMP-10", f"nothing runs that could be extended: {duty}", "duty")
    due = clock.due(in_force.calendars, in_force.today)
    if anticipated_on <= due.on:
        raise Refused("C-COMP-10", f"choose a date after {due.on}, the due date", "anticipated_on")
    return ExtensionNoticed(
        duty=duty,
        noticed_on=in_force.today,
        reasons=reasons,
        anticipated_on=anticipated_on,
        in_time=not _is_over(clock, in_force),
    )


def answer_appeal(
    complaint: Complaint,
    in_force: InForce,
    *,
    by: str,
    party: Party,
    outcome: Outcome,
    letter: Sealed,
    letter_sha256: str,
) -> AppealAnswered:
    """Answer an appeal in writing; not by who determined (C-COMP-9)."""
    duty = APPEAL_DUTY[party]
    if party not in complaint.appeals_open:
        raise Refused("C-COMP-9", f"no appeal of the {party} waits for an answer", "party")
    if by == complaint.determined_by:
        raise Refused("C-COMP-9", "who determined it can't answer the appeal", "by")
    judged = complaint.clocks.get(duty)
    returned = outcome is Outcome.RETURNED
    return AppealAnswered(
        party=party,
        outcome=outcome,
        letter=letter,
        letter_sha256=letter_sha256,
        answered_on=in_force.today,
        judged=judged,
        late=_is_over(judged, in_force),
        starts=started(Duty.DETERMINE, in_force.today, complaint.school, in_force)
        if returned
        else (),
    )


# --- Endings --------------------------------------------------------------------------------------


def withdraw(complaint: Complaint, in_force: InForce, *, reasons: Sealed | None) -> Withdrawn:
    """Withdraw, which is no finding; harm to a student goes on all the same (C-COMP-15)."""
    if complaint.stage not in UNDETERMINED:
        raise Refused("C-COMP-15", f"it can't be withdrawn any more: it is {complaint.stage}")
    if complaint.withdrawn:
        raise Refused("C-COMP-15", "it has been withdrawn already")
    return Withdrawn(reasons=reasons, withdrawn_on=in_force.today, goes_on=complaint.harm)


def go_on(complaint: Complaint, in_force: InForce, *, reasons: Sealed) -> WentOn:
    """Go on in the public interest with what was withdrawn (C-COMP-15)."""
    if not complaint.withdrawn or complaint.goes_on:
        raise Refused("C-COMP-15", "it goes on as it is")
    return WentOn(reasons=reasons, decided_on=in_force.today)


def close(
    complaint: Complaint,
    in_force: InForce,
    *,
    ground: Ground,
    reasons: Sealed,
    duplicate_of: str | None = None,
) -> Closed:
    """Close without a determination, on one of the grounds the procedure knows.

    C-COMP-3, C-COMP-15, C-COMP-17, C-COMP-21.
    """
    if complaint.stage not in UNDETERMINED:
        raise Refused("C-COMP-6", f"it can't be closed: it is {complaint.stage}")
    match ground:
        case Ground.LATE if not complaint.late:
            raise Refused("C-COMP-3", "it was not filed late", "ground")
        case Ground.WITHDRAWN if not complaint.withdrawn:
            raise Refused("C-COMP-15", "it was not withdrawn", "ground")
        case Ground.WITHDRAWN if complaint.harm:
            raise Refused("C-COMP-15", "harm to a student always goes on", "ground")
        case Ground.DUPLICATE if duplicate_of in (None, complaint.number):
            raise Refused("C-COMP-17", "name the complaint it duplicates", "duplicate_of")
        case Ground.TOO_LITTLE:
            clock = complaint.clocks.get(Duty.DETERMINE)
            if clock is not None and not _is_over(clock, in_force):
                raise Refused("C-COMP-21", f"wait until its {clock.rule} are over", "ground")
        case _:
            pass
    return Closed(
        ground=ground,
        reasons=reasons,
        duplicate_of=duplicate_of if ground is Ground.DUPLICATE else None,
        closed_on=in_force.today,
    )


def reopen(complaint: Complaint, in_force: InForce, *, what_is_new: Sealed) -> Reopened:
    """Reopen on new evidence, with new school days from today (C-COMP-16)."""
    if complaint.stage in UNDETERMINED:
        raise Refused("C-COMP-16", f"it is open: it is {complaint.stage}")
    if complaint.appeals_open:
        raise Refused("C-COMP-9", "an appeal waits: answer it first, by returning it if need be")
    return Reopened(
        what_is_new=what_is_new,
        reopened_on=in_force.today,
        starts=started(Duty.DETERMINE, in_force.today, complaint.school, in_force),
    )


# --- The agency's part ------------------------------------------------------------------------


def agency_acknowledged(
    complaint: Complaint, *, reference: str, acknowledged_on: date
) -> AgencyAcknowledged:
    """The agency has the notice (C-COMP-5)."""
    if complaint.agency is not AgencyStatus.INFORMED:
        raise Refused("C-COMP-5", "the agency had acknowledged it before")
    return AgencyAcknowledged(reference=reference, acknowledged_on=acknowledged_on)


def agency_review_opened(
    complaint: Complaint,  # every decision takes the complaint first
    *,
    reference: str,
    opened_on: date,
) -> AgencyReviewOpened:
    """The agency reviews its part (C-COMP-11)."""
    return AgencyReviewOpened(reference=reference, opened_on=opened_on)


def agency_review_closed(
    complaint: Complaint,  # every decision takes the complaint first
    *,
    reference: str,
    result: Result,
    closed_on: date,
) -> AgencyReviewClosed:
    """The agency concluded; it does not bind the district (C-COMP-11)."""
    return AgencyReviewClosed(reference=reference, result=result, closed_on=closed_on)
