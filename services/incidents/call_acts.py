"""What may be done with a call at the agency, each act a form (C-INC-2 to C-INC-13)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.incidents.acts import (
    YES,
    Act,
    Field,
    day_of,
    happened,
    instant_of,
    numbered,
    reasons,
    references,
    whole,
    words,
)
from services.incidents.catalogs import OFFENSES, OUTCOMES
from services.incidents.views import offense, outcome
from services.incidents.words import ForceFinding, Reportable, Said
from shared.web.inputs import choice, ticked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.incidents.call import CallRecord
    from services.incidents.calls_desk import CallsDesk
    from shared.web import Form

CLASSES = [(code, offense(code)) for code, each in OFFENSES.items() if each.offered]
RESULTS = list(OUTCOMES.items())
OUTCOME, FORCE, FACTS = "Class and outcome", "Officers and force", "Facts"
COMMISSION, NUMBERS = "The state commission", "Numbers of one incident"


class CallActs:
    """The acts of one desk."""

    def __init__(self, desk: CallsDesk) -> None:
        self._desk = desk

    def all(self) -> Mapping[str, Act]:
        """By the last part of their path, in the order in which a page offers them."""
        desk, officers = self._desk, self._officers
        return {
            "classify": Act(
                "Classify it",
                "Classify",
                lambda _: (
                    Field("select", "first", "Most serious offense", CLASSES, required=True),
                    Field("select", "second", "Another offense", CLASSES),
                    Field("select", "third", "Another offense", CLASSES),
                ),
                lambda number, form, staff: desk.classify(
                    number,
                    tuple(form.text(name) for name in ("first", "second", "third")),
                    by=staff,
                ),
                OUTCOME,
            ),
            "outcome": Act(
                "Record an outcome",
                "Record",
                lambda _: (
                    Field("select", "outcome", "Outcome", RESULTS, required=True),
                    Field("text", "persons", "Persons", hint="Empty where it is not known"),
                ),
                lambda number, form, staff: desk.record_outcome(
                    number,
                    by=staff,
                    outcome=form.text("outcome"),
                    persons=whole(form, "persons", "C-DATA-3"),
                ),
                OUTCOME,
            ),
            "correct-outcome": Act(
                "Correct an outcome",
                "Correct",
                lambda call: (
                    Field("select", "part", "Part", _parts(call), required=True),
                    Field("select", "outcome", "Outcome", RESULTS, hint="Empty to take it back"),
                    Field("text", "persons", "Persons"),
                    reasons(),
                ),
                lambda number, form, staff: desk.correct_outcome(
                    number,
                    numbered(form, "part", "C-DATA-8"),
                    by=staff,
                    outcome=form.text("outcome") or None,
                    persons=whole(form, "persons", "C-DATA-3"),
                    reasons=form.text("reasons"),
                ),
                OUTCOME,
                lambda call: bool(call.standing),
            ),
            "officers": Act(
                "Name the officers",
                "Name",
                lambda _: (Field("checkboxes", "officers", "Officers there", officers()),),
                lambda number, form, staff: desk.name_officers(
                    number, references(form, "officers"), by=staff
                ),
                FORCE,
            ),
            "force": Act(
                "Report force",
                "Report",
                lambda _: (
                    *happened(desk.now(), desk.zone),
                    Field("checkboxes", "officers", "By", officers(), required=True),
                    Field("checkboxes", "on_student", "On a student", YES),
                    Field("checkboxes", "restraint", "A restraint", YES),
                ),
                lambda number, form, staff: desk.report_force(
                    number,
                    by=staff,
                    at=instant_of(form, desk.zone, "C-INC-11"),
                    officers=references(form, "officers"),
                    on_student=ticked(form, "on_student"),
                    restraint=ticked(form, "restraint"),
                ),
                FORCE,
            ),
            "review-force": Act(
                "Review force",
                "Review",
                lambda call: (
                    Field("select", "force", "Force", _forces(call), required=True),
                    words("radios", "finding", "Finding", ForceFinding),
                    reasons(),
                ),
                lambda number, form, staff: desk.review_force(
                    number,
                    numbered(form, "force", "C-INC-11"),
                    by=staff,
                    finding=choice(form, "finding", ForceFinding, "C-INC-11"),
                    reasons=form.text("reasons"),
                ),
                FORCE,
                lambda call: bool(call.forces),
            ),
            "alternatives": Act(
                "Say why no alternative served",
                "Say",
                lambda _: (
                    words("radios", "said", "Why", Said, hint="The district is told this."),
                    Field("textarea", "reasons", "Reasons", hint="They stay with us, sealed."),
                ),
                lambda number, form, staff: desk.explain_alternatives(
                    number,
                    by=staff,
                    said=choice(form, "said", Said, "C-ROLE-2"),
                    reasons=form.text("reasons"),
                ),
                OUTCOME,
            ),
            "commission": Act(
                "Say that a report is owed",
                "Start its days",
                lambda _: (
                    words("radios", "ground", "Why the law asks for it", Reportable),
                    Field("select", "officer", "Officer", officers(), required=True),
                    Field(
                        "date",
                        "learned_on",
                        "Day on which the agency learned of it",
                        required=True,
                        value=desk.today().isoformat(),
                    ),
                ),
                lambda number, form, staff: desk.owe_commission(
                    number,
                    by=staff,
                    ground=choice(form, "ground", Reportable, "C-INC-13"),
                    officer=form.text("officer"),
                    learned_on=day_of(form, "C-INC-13", "learned_on"),
                ),
                COMMISSION,
            ),
            "commission-notified": Act(
                "Record that the commission was notified",
                "Record",
                lambda call: (
                    Field("select", "report", "Which report", _reports(call), required=True),
                    Field(
                        "date",
                        "notified_on",
                        "Day on which it was notified",
                        required=True,
                        value=desk.today().isoformat(),
                    ),
                ),
                lambda number, form, staff: desk.notify_commission(
                    number,
                    numbered(form, "report", "C-INC-13"),
                    by=staff,
                    notified_on=day_of(form, "C-INC-13", "notified_on"),
                ),
                COMMISSION,
                lambda call: bool(_reports(call)),
            ),
            "narrative": Act(
                "Write a narrative",
                "Keep",
                lambda _: (
                    Field(
                        "textarea", "narrative", "Narrative", hint="It never leaves.", required=True
                    ),
                ),
                lambda number, form, staff: desk.write_narrative(
                    number, by=staff, narrative=form.text("narrative")
                ),
                FACTS,
            ),
            "correct": Act(
                "Correct its facts",
                "Correct",
                lambda call: (
                    Field(
                        "select",
                        "school",
                        "School",
                        list(desk.schools().items()),
                        required=True,
                        value=call.facts.school,
                    ),
                    Field(
                        "checkboxes",
                        "cancelled",
                        "Cancelled",
                        YES,
                        value="yes" if call.facts.cancelled else "",
                    ),
                    reasons(),
                ),
                self._correct,
                FACTS,
            ),
            "link": Act(
                "Link another number",
                "Link",
                lambda _: (Field("text", "to", "Number", required=True),),
                lambda number, form, staff: desk.link(number, form.text("to"), by=staff),
                NUMBERS,
            ),
            "merge": Act(
                "Merge it into another call",
                "Merge",
                lambda _: (Field("text", "into", "Number of the call that stays", required=True),),
                lambda number, form, staff: desk.merge(number, form.text("into"), by=staff),
                NUMBERS,
                lambda call: call.merged_into is None,
            ),
            "split": Act(
                "Split it off again",
                "Split off",
                lambda _: (),
                lambda number, _, staff: desk.split(number, by=staff),
                NUMBERS,
                lambda call: call.merged_into is not None,
            ),
        }

    def _correct(self, number: str, form: Form, staff: str) -> None:
        held = self._desk.call(number, by=staff).facts
        given = {"school": form.text("school"), "cancelled": ticked(form, "cancelled")}
        facts = held.model_copy(update=given)
        self._desk.correct(number, facts, by=staff, reasons=form.text("reasons"))

    def _officers(self) -> list[tuple[str, str]]:
        found = self._desk.reference.current().officers(self._desk.today())
        return [(each, each) for each in found]


def _parts(call: CallRecord) -> list[tuple[str, str]]:
    return [(str(o.part), f"{o.part}: {outcome(o.outcome)}") for o in call.standing]


def _forces(call: CallRecord) -> list[tuple[str, str]]:
    return [(str(force.number), f"Force {force.number}") for force in call.forces]


def _reports(call: CallRecord) -> list[tuple[str, str]]:
    return [
        (str(each.number), f"{each.number}: {each.ground.value}, {each.officer}")
        for each in call.commission
        if each.notified_on is None
    ]
