"""What may be done with an incident at the district, each act a form (C-INC-4 to C-INC-12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.incidents.acts import (
    YES,
    YES_OR_NO,
    Act,
    Field,
    happened,
    instant_of,
    numbered,
    reasons,
    whole,
    word_if,
    words,
)
from services.incidents.catalogs import ARREST, REFERRAL
from services.incidents.incident import StudentPart
from services.incidents.incident_decisions import RESTRAINT_ITEMS
from services.incidents.words import (
    About,
    Contact,
    Discipline,
    Held,
    Involved,
    Part,
    Purpose,
    Restraint,
    SearchGround,
)
from shared.errors import Refused
from shared.web.inputs import NOT_LISTED, choice, ticked

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from services.incidents.district_desk import DistrictDesk
    from services.incidents.incident import IncidentRecord, RestraintOf
    from shared.web import Form

STUDENTS, CALL = "Students and discipline", "The agency's call"
SEARCHES, RESTRAINTS, NOTES = "Search, questioning, parents", "Restraint and isolation", "Notes"
ABUSE = "Suspected abuse or neglect"
REFERENCE = "Reference, such as staff-12; never a name"


class IncidentActs:
    """The acts of one desk."""

    def __init__(self, desk: DistrictDesk) -> None:
        self._desk = desk

    def all(self) -> Mapping[str, Act]:
        """By the last part of their path, in the order in which a page offers them."""
        return {
            **self._of_students(),
            **self._of_searches(),
            **self._of_restraints(),
            **self._of_abuse(),
            **self._of_the_call(),
            "note": Act(
                "Write a note",
                "Keep",
                lambda _: (Field("textarea", "note", "Note", hint="Sealed.", required=True),),
                lambda reference, form, staff: self._desk.write_note(
                    reference, by=staff, note=form.text("note")
                ),
                NOTES,
            ),
        }

    # --- Students and discipline ------------------------------------------------------------------

    def _of_students(self) -> dict[str, Act]:
        desk = self._desk
        return {
            "student": Act(
                "Link a student",
                "Link",
                lambda _: (
                    Field("text", "student", "Student number", required=True),
                    words("radios", "involved", "Part", Involved),
                    Field("checkboxes", "force", "Force was used on them", YES),
                ),
                lambda reference, form, staff: desk.link_student(
                    reference,
                    form.text("student"),
                    by=staff,
                    part=StudentPart(
                        involved=choice(form, "involved", Involved, "C-INC-6"),
                        force=ticked(form, "force"),
                    ),
                ),
                STUDENTS,
            ),
            "unlink": Act(
                "Take back a link to a student",
                "Take back",
                lambda incident: (_student(incident, required=True), reasons()),
                lambda reference, form, staff: desk.unlink_student(
                    reference,
                    numbered(form, "student", "C-DATA-8"),
                    by=staff,
                    reasons=form.text("reasons"),
                ),
                STUDENTS,
                lambda incident: bool(incident.students),
            ),
            "discipline": Act(
                "Say whether discipline followed",
                "Enter",
                lambda incident: (
                    words("select", "kind", "Kind", Discipline, required=False, hint="Or none"),
                    _student(incident),
                    Field("text", "decided_by", "Decided by", hint=REFERENCE),
                    words("select", "part", "An officer's part in it", Part, required=False),
                    self._officer("Who that was"),
                ),
                lambda reference, form, staff: desk.follow_discipline(
                    reference,
                    by=staff,
                    followed=bool(form.text("kind")),
                    kind=word_if(form, "kind", Discipline, "C-INC-5"),
                    student=whole(form, "student", "C-INC-5"),
                    decided_by=form.text("decided_by") or None,
                    officers_part=word_if(form, "part", Part, "C-DISC-3"),
                    officer=form.text("officer") or None,
                ),
                STUDENTS,
            ),
        }

    # --- Searches, questioning, parents -----------------------------------------------------------

    def _of_searches(self) -> dict[str, Act]:
        desk = self._desk
        return {
            "search": Act(
                "Record a search",
                "Record",
                lambda incident: (
                    *self._happened(),
                    words("select", "ground", "On what ground", SearchGround),
                    words("radios", "purpose", "What for", Purpose),
                    self._officer("Officer who searched", "by_officer"),
                    Field("text", "by_staff", "Member of staff who searched", hint=REFERENCE),
                    Field("text", "at_request_of", "At whose request", hint=REFERENCE),
                    _student(incident),
                ),
                lambda reference, form, staff: desk.record_search(
                    reference,
                    by=staff,
                    at=self._at(form, "C-INC-4"),
                    ground=choice(form, "ground", SearchGround, "C-INC-4"),
                    purpose=choice(form, "purpose", Purpose, "C-INC-4"),
                    by_officer=form.text("by_officer") or None,
                    by_staff=form.text("by_staff") or None,
                    at_request_of=form.text("at_request_of") or None,
                    student=whole(form, "student", "C-INC-4"),
                ),
                SEARCHES,
            ),
            "questioning": Act(
                "Record a questioning",
                "Record",
                lambda incident: (
                    *self._happened(),
                    self._officer("Officer who questioned", required=True),
                    words("radios", "held", "How the student stood", Held),
                    Field("radios", "under_18", "Under 18", YES_OR_NO, required=True),
                    Field("radios", "attorney", "A lawyer first", YES_OR_NO, required=True),
                    Field(
                        "textarea",
                        "exception",
                        "Exception of the law",
                        hint="Which one was stated, and why; empty where none was. Sealed.",
                    ),
                    words("radios", "purpose", "What for", Purpose),
                    _student(incident),
                ),
                lambda reference, form, staff: desk.question_student(
                    reference,
                    by=staff,
                    at=self._at(form, "C-INC-8"),
                    officer=form.text("officer"),
                    held=choice(form, "held", Held, "C-INC-8"),
                    under_18=ticked(form, "under_18"),
                    attorney=ticked(form, "attorney"),
                    exception=form.text("exception"),
                    purpose=choice(form, "purpose", Purpose, "C-INC-8"),
                    student=whole(form, "student", "C-INC-8"),
                ),
                SEARCHES,
            ),
            "parent": Act(
                "Record contact with a parent",
                "Record",
                lambda incident: (
                    Field("select", "matter", "About", _matters(incident), required=True),
                    words("radios", "contact", "How it went", Contact),
                    *self._happened(),
                    Field(
                        "textarea",
                        "reasons",
                        "Reasons",
                        hint="Where a parent was not told; sealed.",
                    ),
                ),
                self._contact_parent,
                SEARCHES,
                lambda incident: bool(_matters(incident)),
            ),
        }

    def _contact_parent(self, reference: str, form: Form, staff: str) -> None:
        matter = form.text("matter")
        about = next((each for each in About if matter.startswith(f"{each} ")), None)
        number = matter.rpartition(" ")[2]
        if about is None or not number.isdecimal():
            raise Refused("C-INC-12", NOT_LISTED, "matter")
        self._desk.contact_parent(
            reference,
            by=staff,
            about=about,
            of=int(number),
            contact=choice(form, "contact", Contact, "C-INC-12"),
            at=self._at(form, "C-INC-12"),
            reasons=form.text("reasons"),
        )

    # --- Restraint ------------------------------------------------------------------------------

    def _of_restraints(self) -> dict[str, Act]:
        desk = self._desk
        return {
            "restraint": Act(
                "Record a restraint or isolation",
                "Record",
                lambda incident: (
                    words("radios", "kind", "Kind", Restraint),
                    *self._happened("Day on which it ended"),
                    self._officer("Officer who did it, if one did", "by_officer"),
                    Field("checkboxes", "force", "Force was used", YES),
                    _student(incident),
                ),
                lambda reference, form, staff: desk.restrain(
                    reference,
                    by=staff,
                    kind=choice(form, "kind", Restraint, "C-INC-9"),
                    ended_at=self._at(form, "C-INC-9"),
                    by_officer=form.text("by_officer") or None,
                    force=ticked(form, "force"),
                    student=whole(form, "student", "C-INC-9"),
                ),
                RESTRAINTS,
            ),
            "restraint-report": Act(
                "Put in the written report",
                "Put in",
                lambda incident: (
                    _restraint(incident, lambda each: not each.reported),
                    Field(
                        "checkboxes",
                        "items",
                        "The report says",
                        [(item, item.capitalize()) for item in RESTRAINT_ITEMS],
                        hint="The law asks for all six",
                        required=True,
                    ),
                    Field("textarea", "report", "Report", hint="Sealed.", required=True),
                ),
                lambda reference, form, staff: desk.report_restraint(
                    reference,
                    numbered(form, "restraint", "C-INC-9"),
                    by=staff,
                    report=form.text("report"),
                    items=form.texts("items"),
                ),
                RESTRAINTS,
                lambda incident: any(not each.reported for each in incident.restraints),
            ),
            "restraint-letter": Act(
                "Record that the letter was sent",
                "Record",
                lambda incident: (
                    _restraint(incident, lambda each: not each.letter),
                    Field(
                        "text", "language", "Language", hint="Of the family's home", required=True
                    ),
                ),
                lambda reference, form, staff: desk.send_restraint_letter(
                    reference,
                    numbered(form, "restraint", "C-INC-9"),
                    by=staff,
                    language=form.text("language"),
                ),
                RESTRAINTS,
                lambda incident: any(not each.letter for each in incident.restraints),
            ),
            "restraint-review": Act(
                "Record the review",
                "Record",
                lambda incident: (
                    _restraint(incident, lambda each: not each.reviewed),
                    Field("checkboxes", "with_family", "With student and parent", YES),
                    Field("checkboxes", "with_staff", "With the member of staff", YES),
                ),
                lambda reference, form, staff: desk.review_restraint(
                    reference,
                    numbered(form, "restraint", "C-INC-10"),
                    by=staff,
                    with_family=ticked(form, "with_family"),
                    with_staff=ticked(form, "with_staff"),
                ),
                RESTRAINTS,
                lambda incident: any(not each.reviewed for each in incident.restraints),
            ),
        }

    # --- Abuse ----------------------------------------------------------------------------------

    def _of_abuse(self) -> dict[str, Act]:
        desk = self._desk
        return {
            "abuse": Act(
                "Record a suspicion",
                "Start its hours",
                lambda _: self._happened("Day on which it was first suspected"),
                lambda reference, form, staff: desk.suspect_abuse(
                    reference, by=staff, at=self._at(form, "C-INC-7")
                ),
                ABUSE,
                lambda incident: not incident.abuse_open,
            ),
            "abuse-report": Act(
                "Record that it was reported",
                "Record",
                lambda _: (
                    Field(
                        "text",
                        "to",
                        "To which office",
                        hint="Nothing of what was said is kept",
                        required=True,
                    ),
                    *self._happened(),
                ),
                lambda reference, form, staff: desk.report_abuse(
                    reference, by=staff, to=form.text("to"), at=self._at(form, "C-INC-7")
                ),
                ABUSE,
                lambda incident: incident.abuse_open,
            ),
        }

    # --- The agency's call ------------------------------------------------------------------------

    def _of_the_call(self) -> dict[str, Act]:
        desk = self._desk
        return {
            "ask": Act(
                "Ask why no alternative served",
                "Ask the agency",
                lambda _: (),
                lambda reference, _, staff: desk.ask_alternatives(reference, by=staff),
                CALL,
                lambda incident: (
                    incident.alternatives is None
                    and bool({each.outcome for each in incident.outcomes} & {ARREST, REFERRAL})
                ),
            ),
            "match": Act(
                "Say which call of the agency it is",
                "Match",
                lambda _: (
                    Field("text", "number", "The agency's number of the call", required=True),
                ),
                lambda reference, form, staff: desk.match(reference, form.text("number"), by=staff),
                CALL,
                lambda incident: incident.told is None and incident.merged_into is None,
            ),
        }

    # --- Fields ---------------------------------------------------------------------------------

    def _happened(self, label: str = "Day") -> tuple[Field, Field]:
        return happened(self._desk.now(), self._desk.zone, label)

    def _at(self, form: Form, clause: str) -> datetime:
        return instant_of(form, self._desk.zone, clause)

    def _officer(self, label: str, name: str = "officer", *, required: bool = False) -> Field:
        return Field("select", name, label, officers(self._desk), required=required)


def officers(desk: DistrictDesk) -> list[tuple[str, str]]:
    """The officers who serve today, as options."""
    return [(each, each) for each in desk.reference.current().officers(desk.today())]


def _student(incident: IncidentRecord, *, required: bool = False) -> Field:
    numbers = [(str(number), f"Student {number}") for number in incident.students]
    hint = "" if numbers else "Link a student first, where it was one"
    return Field("select", "student", "Which student", numbers, hint=hint, required=required)


def _restraint(incident: IncidentRecord, waits: Callable[[RestraintOf], bool]) -> Field:
    found = [
        (str(each.number), f"{each.kind.value.capitalize()} {each.number}")
        for each in incident.restraints
        if waits(each)
    ]
    only = found[0][0] if len(found) == 1 else ""
    return Field("select", "restraint", "Which one", found, required=True, value=only)


def _matters(incident: IncidentRecord) -> list[tuple[str, str]]:
    """What a parent may be told of, those first that wait for it."""
    numbers = {
        About.ARREST: [each.part for each in incident.outcomes if each.outcome == ARREST],
        About.QUESTIONING: range(1, incident.questionings + 1),
        About.SEARCH: range(1, incident.searches + 1),
        About.RESTRAINT: [each.number for each in incident.restraints],
    }
    waiting = {clock.of for clock in incident.clocks.values()}
    found = [f"{about} {number}" for about, of in numbers.items() for number in of]
    found.sort(key=lambda matter: matter not in waiting)
    return [(m, m.capitalize() + (" (waiting)" if m in waiting else "")) for m in found]
