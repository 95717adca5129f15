"""What can be done with a matter from its page: when a form makes sense, and what it sends.

Offering is a help and no permission: the desk decides on whatever is sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.complaints.application import FindingGiven
from services.complaints.domain import ENGLISH, NOTICE, UNDETERMINED
from services.complaints.policy import OVERSEERS, may_handle
from services.complaints.words import (
    APPEAL_DUTY,
    Allegation,
    Conflict,
    Duty,
    Finding,
    Ground,
    Outcome,
    Party,
    Stage,
    Trigger,
)
from shared.errors import Refused
from shared.web import FormProblem
from shared.web.inputs import choice, choices, ticked

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.complaints.application import ComplaintsDesk
    from services.complaints.events import Complaint
    from services.complaints.policy import InForce
    from shared.web import Form
    from shared.who_may import Standing


@dataclass(frozen=True)
class Looking:
    """Who looks at which complaint, and what is in force."""

    complaint: Complaint
    standing: Standing
    in_force: InForce

    @property
    def handles(self) -> bool:
        """Whether this is the person's matter to handle (C-COMP-6, C-COMP-14)."""
        return not self.stepped_aside and may_handle(
            self.standing,
            school=self.complaint.school,
            names_principal=self.complaint.names_principal,
            investigator=self.complaint.investigator,
        )

    @property
    def oversees(self) -> bool:
        """Whether the person is of the Superintendent's office."""
        return self.standing.holds(*OVERSEERS)

    @property
    def stepped_aside(self) -> bool:
        """Whether the person declared a conflict of interest."""
        return self.standing.staff in self.complaint.stepped_aside

    @property
    def undetermined(self) -> bool:
        """Whether it waits for its determination."""
        return self.complaint.stage in UNDETERMINED

    @property
    def extendable(self) -> tuple[Duty, ...]:
        """Running duties that the policy lets this person extend (C-COMP-10)."""
        allowed = self.in_force.policy.extension_allowed
        return tuple(
            duty
            for duty in self.complaint.clocks
            if NOTICE.get(duty) in allowed
            and (self.oversees if duty in APPEAL_DUTY.values() else self.handles)
        )

    @property
    def appealable(self) -> tuple[Party, ...]:
        """The parties who may still appeal (C-COMP-8)."""
        parties = (p for p in Party if p is Party.COMPLAINANT or self.complaint.officer)
        return tuple(party for party in parties if party not in self.complaint.appealed)


@dataclass(frozen=True)
class Action:
    """One command of the desk, as the matter's page offers it."""

    title: str
    button: str
    offered: Callable[[Looking], bool]
    give: Callable[[ComplaintsDesk, str, str, Form], object]
    """Desk, number, who gives it, and the form."""
    at_once: bool = False
    """A button on the matter's page; others have a page of their own with a form."""


def offered(looking: Looking) -> dict[str, Action]:
    """The actions that make sense now for this person, by name."""
    return {name: action for name, action in ACTIONS.items() if action.offered(looking)}


# --- What the forms send --------------------------------------------------------------------------


def _correct(desk: ComplaintsDesk, number: str, by: str, form: Form) -> None:
    desk.correct(
        number,
        by=by,
        school=form.text("school") or None,
        officer=form.text("officer") or None,
        incident_on=form.day("incident_on", "C-DATA-8"),
        allegations=choices(form, "allegations", Allegation, "C-COMP-13"),
        names_principal=ticked(form, "names_principal"),
        harm=ticked(form, "harm"),
        reasons=form.text("reasons"),
    )


def _see_urgency(desk: ComplaintsDesk, number: str, by: str, form: Form) -> None:
    trigger = choice(form, "trigger", Trigger, "C-COMP-18")
    desk.see_urgency(number, by=by, trigger=trigger, account=form.text("account"))


def _escalate(desk: ComplaintsDesk, number: str, by: str, form: Form) -> None:
    trigger = choice(form, "trigger", Trigger, "C-COMP-18")
    desk.escalate(number, by=by, trigger=trigger, to=form.text("to"))


def _declare_conflict(desk: ComplaintsDesk, number: str, by: str, form: Form) -> None:
    conflict = choice(form, "conflict", Conflict, "C-COMP-14")
    desk.declare_conflict(number, by=by, conflict=conflict)


def _add_evidence(desk: ComplaintsDesk, number: str, by: str, form: Form) -> None:
    upload = form.upload("file")
    if upload is None:
        raise Refused("C-COMP-24", "choose the file that is the evidence", "file")
    desk.add_evidence(
        number,
        by=by,
        content=upload.content,
        source=form.text("source"),
        description=form.text("description"),
    )


def finding_field(allegation: Allegation) -> str:
    """The field with the finding on an allegation; its reasons are in `reasons_...`."""
    return f"finding_{allegation.replace(' ', '_')}"


def reasons_field(allegation: Allegation) -> str:
    """The field with the reasons of a finding."""
    return f"reasons_{allegation.replace(' ', '_')}"


def _determine(desk: ComplaintsDesk, number: str, by: str, form: Form) -> None:
    allegations = desk.complaint(number).allegations
    errors = {}
    for each in allegations:
        if not form.text(finding_field(each)):
            errors[finding_field(each)] = "choose what was found on this allegation"
        if not form.text(reasons_field(each)):
            errors[reasons_field(each)] = "give the reasons for the finding"
    if not form.text("text"):
        errors["text"] = "write the letter"
    if errors:
        raise FormProblem(errors, 422)
    findings = [
        FindingGiven(
            each,
            choice(form, finding_field(each), Finding, "C-COMP-13"),
            form.text(reasons_field(each)),
        )
        for each in allegations
    ]
    desk.determine(number, by=by, findings=findings, text=form.text("text"))


def _appeal(desk: ComplaintsDesk, number: str, by: str, form: Form) -> None:
    party = choice(form, "party", Party, "C-COMP-8")
    desk.appeal(number, by=by, party=party, grounds=form.text("grounds"))


def _extend(desk: ComplaintsDesk, number: str, by: str, form: Form) -> None:
    duty = choice(form, "duty", Duty, "C-COMP-10")
    anticipated_on = form.day("anticipated_on", "C-COMP-10")
    if anticipated_on is None:
        raise Refused("C-COMP-10", "give the date on which it is expected", "anticipated_on")
    desk.extend(
        number, by=by, duty=duty, reasons=form.text("reasons"), anticipated_on=anticipated_on
    )


def _answer_appeal(desk: ComplaintsDesk, number: str, by: str, form: Form) -> None:
    party = choice(form, "party", Party, "C-COMP-9")
    outcome = choice(form, "outcome", Outcome, "C-COMP-9")
    desk.answer_appeal(number, by=by, party=party, outcome=outcome, text=form.text("text"))


def _close(desk: ComplaintsDesk, number: str, by: str, form: Form) -> None:
    desk.close_matter(
        number,
        by=by,
        ground=choice(form, "ground", Ground, "C-COMP-6"),
        reasons=form.text("reasons"),
        duplicate_of=form.text("duplicate_of") or None,
    )


ACTIONS = {
    "acknowledge": Action(
        "Acknowledge",
        "Record that the complainant was told it is here",
        lambda at: at.handles and not at.complaint.acknowledged,
        lambda desk, number, by, _: desk.acknowledge(number, by=by),
        at_once=True,
    ),
    "open": Action(
        "Open the investigation",
        "Open the investigation",
        lambda at: (
            at.handles
            and at.complaint.stage is Stage.RECEIVED
            and at.standing.staff in at.complaint.declared
        ),
        lambda desk, number, by, _: desk.open_investigation(number, by=by),
        at_once=True,
    ),
    "inform-officer": Action(
        "Inform the officer",
        "Record that the officer was told",
        lambda at: (
            at.handles and at.complaint.officer is not None and not at.complaint.officer_informed
        ),
        lambda desk, number, by, _: desk.inform_officer(number, by=by),
        at_once=True,
    ),
    "forward": Action(
        "Forward to the principal",
        "Forward",
        lambda at: (
            at.complaint.school is None
            and (at.handles or at.standing.holds("tip_line_operator", "director"))
        ),
        lambda desk, number, by, form: desk.forward(number, by=by, school=form.text("school")),
    ),
    "escalate": Action(
        "Escalate what must not wait",
        "Record the escalation",
        lambda at: at.handles and bool(at.complaint.urgent),
        _escalate,
    ),
    "declare-conflict": Action(
        "Declare a conflict of interest, or none",
        "Declare",
        lambda at: at.handles and at.undetermined,
        _declare_conflict,
    ),
    "assign": Action(
        "Assign an investigator",
        "Assign",
        lambda at: (at.handles or at.stepped_aside) and at.undetermined,
        lambda desk, number, by, form: desk.assign(number, by=by, staff=form.text("staff")),
    ),
    "determine": Action(
        "Issue the written determination",
        "Issue the determination",
        lambda at: (
            at.handles
            and at.complaint.stage is Stage.INVESTIGATION
            and (not at.complaint.withdrawn or at.complaint.goes_on)
        ),
        _determine,
    ),
    "answer-appeal": Action(
        "Answer an appeal",
        "Issue the answer",
        lambda at: at.oversees and bool(at.complaint.appeals_open),
        _answer_appeal,
    ),
    "extend": Action(
        "Give notice that more time is needed",
        "Record the notice",
        lambda at: bool(at.extendable),
        _extend,
    ),
    "translate": Action(
        "Provide the translated letter",
        "Provide the translation",
        lambda at: (
            at.handles
            and at.complaint.determined_on is not None
            and at.complaint.language != ENGLISH
        ),
        lambda desk, number, by, form: desk.provide_translation(
            number, by=by, text=form.text("text")
        ),
    ),
    "message": Action(
        "Write to the complainant",
        "Send the message",
        lambda at: at.handles,
        lambda desk, number, by, form: desk.write_message(number, by=by, text=form.text("text")),
    ),
    "evidence": Action(
        "Add evidence",
        "Take into custody",
        lambda at: at.handles and at.complaint.stage is not Stage.CLOSED,
        _add_evidence,
    ),
    "officer-answer": Action(
        "Enter the officer's answer",
        "Enter the answer",
        lambda at: at.handles and at.complaint.officer is not None,
        lambda desk, number, by, form: desk.answer_as_officer(
            number, by=by, answer=form.text("answer")
        ),
    ),
    "defer-informing": Action(
        "Wait with informing the officer",
        "Record the reasons",
        lambda at: at.handles and Duty.INFORM_OFFICER in at.complaint.clocks,
        lambda desk, number, by, form: desk.defer_informing(
            number, by=by, reasons=form.text("reasons")
        ),
    ),
    "see-urgency": Action(
        "Report something that must not wait", "Record it", lambda at: at.handles, _see_urgency
    ),
    "correct": Action("Correct facts", "Record the correction", lambda at: at.handles, _correct),
    "link": Action(
        "Link to another complaint",
        "Link",
        lambda at: at.handles,
        lambda desk, number, by, form: desk.link(number, by=by, other=form.text("other").upper()),
    ),
    "appeal": Action(
        "Enter an appeal that came another way",
        "Enter the appeal",
        lambda at: at.handles and not at.undetermined and bool(at.appealable),
        _appeal,
    ),
    "go-on": Action(
        "Go on with what was withdrawn",
        "Go on",
        lambda at: at.handles and at.complaint.withdrawn and not at.complaint.goes_on,
        lambda desk, number, by, form: desk.go_on(number, by=by, reasons=form.text("reasons")),
    ),
    "close": Action(
        "Close without a determination",
        "Close it",
        lambda at: at.handles and at.undetermined,
        _close,
    ),
    "reopen": Action(
        "Reopen on new evidence",
        "Reopen",
        lambda at: at.handles and not at.undetermined,
        lambda desk, number, by, form: desk.reopen(
            number, by=by, what_is_new=form.text("what_is_new")
        ),
    ),
}
