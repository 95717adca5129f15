"""The agency's pages: the blotter, a call with its history, and what may be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response

from services.incidents.acts import (
    YES,
    Act,
    Field,
    happened,
    instant_of,
    needed,
    offered,
    reasons,
    references,
    whole,
    words,
)
from services.incidents.api import shown
from services.incidents.call import CallFacts
from services.incidents.calls_desk import Told
from services.incidents.catalogs import CANCELLED, OFFENSES, OUTCOMES
from services.incidents.pages import RecordPages, Sent, form_facts, sent
from services.incidents.views import SHOWN_MAX, clocks, history, offense, outcome
from services.incidents.words import Channel, ForceFinding, Said
from shared.web import Pages, Staff
from shared.web.inputs import choice, ticked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastapi import APIRouter

    from services.incidents.call import CallRecord
    from services.incidents.calls_desk import CallsDesk
    from shared.web import Form

CLASSES = [(code, offense(code)) for code, each in OFFENSES.items() if each.offered]
RESULTS = list(OUTCOMES.items())
STATES = (("open", "waiting for something"), ("late", "overdue"), ("arrest", "arrests"))


class AgencyPages(RecordPages):
    """The agency's calls."""

    records = "calls"

    def __init__(self, desk: CallsDesk) -> None:
        super().__init__(desk)
        self._desk = desk

    def router(self) -> APIRouter:
        """The routes."""
        routes = super().router()
        fixed = type(routes)(include_in_schema=False)
        fixed.add_api_route("/", self.blotter)
        fixed.add_api_route("/new", self.new_form)
        fixed.add_api_route("/new", self.new, methods=["POST"])
        fixed.add_api_route("/notices", self.notices)
        fixed.add_api_route("/calls/{number}", self.call)
        fixed.include_router(routes)
        return fixed

    def blotter(  # what a page is asked with
        self, request: Request, staff: Staff, school: str = "", state: str = "", number: str = ""
    ) -> Response:
        """Every call, the latest first (C-DATA-2)."""
        found = [
            call
            for call in shown(lambda: self._desk.calls(by=staff))
            if school in {"", call.facts.school}
            and number.strip().upper() in call.number
            and _is_in(call, state)
        ]
        return Pages.of(request).show(
            request,
            "blotter.html",
            calls=found[:SHOWN_MAX],
            count=len(found),
            schools=self._desk.schools(),
            states=STATES,
            asked={"school": school, "state": state, "number": number},
            offense=offense,
            outcome=outcome,
        )

    def call(self, request: Request, staff: Staff, number: str, done: str = "") -> Response:
        """One call with its history."""
        call = shown(lambda: self._desk.call(number, by=staff))
        events = self._desk.events_of(self._desk.call_id(number))
        return Pages.of(request).show(
            request,
            "call.html",
            call=call,
            clocks=clocks(self._desk, call),
            history=history(events, self._desk.opened, self._desk.zone),
            acts=offered(self.acts()),
            done=done in self.acts() or done == "new",
            schools=self._desk.schools(),
            offense=offense,
            outcome=outcome,
        )

    def notices(self, request: Request, staff: Staff) -> Response:
        """What the district told: missing calls, questionings, the boundary."""
        found = shown(lambda: self._desk.told(by=staff))
        return Pages.of(request).show(request, "notices.html", notices=found)

    # --- A call by hand -------------------------------------------------------------------------

    def new_form(self, request: Request, staff: Staff) -> Response:
        """The form of a call that comes from no dispatch system."""
        return Pages.of(request).show(request, "act.html", **self._new_facts(staff))

    def new(self, request: Request, staff: Staff, form: Sent) -> Response:
        """Record a call (C-DATA-2)."""

        def give() -> str:
            cancelled = ticked(form, "cancelled")
            facts = CallFacts(
                received_at=instant_of(form, self._desk.zone, "C-DATA-2"),
                school=form.text("school"),
                emergency=ticked(form, "emergency"),
                self_initiated=ticked(form, "self_initiated"),
                cancelled=cancelled,
            )
            told = Told(form.text("number"), facts, CANCELLED if cancelled else None)
            self._desk.receive(told, by=staff, channel=Channel.PAGE)
            return f"/calls/{told.number.strip().upper()}?done=new"

        return sent(request, self._new_facts(staff), give)

    def _new_facts(self, staff: str) -> dict[str, Any]:
        shown(lambda: self._desk.told(by=staff))
        desk = self._desk
        fields = (
            Field("text", "number", "Number", hint="The agency's own", required=True),
            *happened(desk.now(), desk.zone),
            Field("select", "school", "School", list(desk.schools().items()), required=True),
            Field("checkboxes", "emergency", "An emergency", YES),
            Field("checkboxes", "self_initiated", "Begun by the officer", YES),
            Field("checkboxes", "cancelled", "Cancelled", YES),
        )
        return form_facts("Record a call", "Record", fields, "/new", "/")

    # --- Acts -----------------------------------------------------------------------------------

    def record(self, reference: str, staff: str) -> CallRecord:
        """A call, for who may read it."""
        return self._desk.call(reference, by=staff)

    def acts(self) -> Mapping[str, Act]:
        """What may be done with a call."""
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
                    needed(form, "part", "C-DATA-8"),
                    by=staff,
                    outcome=form.text("outcome") or None,
                    persons=whole(form, "persons", "C-DATA-3"),
                    reasons=form.text("reasons"),
                ),
            ),
            "officers": Act(
                "Name the officers",
                "Name",
                lambda _: (Field("checkboxes", "officers", "Officers there", officers()),),
                lambda number, form, staff: desk.name_officers(
                    number, references(form, "officers"), by=staff
                ),
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
                    needed(form, "force", "C-INC-11"),
                    by=staff,
                    finding=choice(form, "finding", ForceFinding, "C-INC-11"),
                    reasons=form.text("reasons"),
                ),
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
                    Field("checkboxes", "cancelled", "Cancelled", YES),
                    reasons(),
                ),
                self._correct,
            ),
            "link": Act(
                "Link another number",
                "Link",
                lambda _: (Field("text", "to", "Number", required=True),),
                lambda number, form, staff: desk.link(number, form.text("to"), by=staff),
            ),
            "merge": Act(
                "Merge it into another call",
                "Merge",
                lambda _: (Field("text", "into", "Number of the call that stays", required=True),),
                lambda number, form, staff: desk.merge(number, form.text("into"), by=staff),
            ),
            "split": Act(
                "Split it off again",
                "Split off",
                lambda _: (),
                lambda number, _, staff: desk.split(number, by=staff),
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


def _is_in(call: CallRecord, state: str) -> bool:
    match state:
        case "open":
            return bool(call.clocks)
        case "late":
            return bool(call.late)
        case "arrest":
            return call.outcome == "ARRS"
        case _:
            return True


def _parts(call: CallRecord) -> list[tuple[str, str]]:
    return [(str(o.part), f"{o.part}: {outcome(o.outcome)}") for o in call.standing]


def _forces(call: CallRecord) -> list[tuple[str, str]]:
    return [(str(force.number), f"Force {force.number}") for force in call.forces]
