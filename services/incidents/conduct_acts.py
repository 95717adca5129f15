"""What the district's staff begin, and do with alarms, requests and interactions, as forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.incidents.acts import (
    Act,
    Begin,
    Field,
    day_of,
    happened,
    instant_of,
    needed,
    reasons,
    word_if,
    words,
)
from services.incidents.conduct import BoundaryRecord, InteractionRecord, InterventionRecord
from services.incidents.incident_acts import officers
from services.incidents.words import (
    GROUNDS,
    Action,
    Answer,
    Capacity,
    Ground,
    Met,
    Part,
    Setting,
    Subject,
    Whom,
)
from shared.web.inputs import choice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.incidents.district_desk import DistrictDesk
    from shared.web import Form

NUMBER = Field("text", "number", "The agency's number", hint="Where it is known")
ACCOUNT = Field("textarea", "account", "What happened", hint="Sealed.")


class ConductActs:
    """Those of one desk."""

    def __init__(self, desk: DistrictDesk) -> None:
        self._desk = desk

    # --- What begins something --------------------------------------------------------------------

    def begins(self) -> Mapping[str, Begin]:
        """By their path."""
        return {
            "/interactions/new": Begin(
                "Log an interaction", "Log", self._interaction_fields, self._interaction, "/conduct"
            ),
            "/requests/new": Begin(
                "Ask an officer to step in", "Record", self._request_fields, self._request, "/"
            ),
            "/interventions/new": Begin(
                "An officer stepped in unasked",
                "Record",
                lambda _: (self._officer(), self._school(), *self._happened(), ACCOUNT),
                self._step_in,
                "/conduct",
            ),
            "/calls/new": Begin(
                "Note a call to law enforcement",
                "Note",
                lambda _: (self._school(), *self._happened(), NUMBER),
                self._note_call,
                "/",
            ),
            "/actions/new": Begin(
                "An officer enforced the law",
                "Record",
                lambda _: (
                    words("radios", "action", "What was done", Action),
                    self._officer(),
                    self._school(),
                    *self._happened(),
                    NUMBER,
                ),
                self._take_action,
                "/",
            ),
        }

    def _interaction_fields(self, _: str) -> tuple[Field, ...]:
        return (
            words("radios", "capacity", "The officer's role", Capacity),
            words("radios", "whom", "With", Whom),
            self._officer(),
            self._school(),
            words("select", "subject", "About", Subject),
            words("select", "setting", "Where", Setting),
            Field("text", "persons", "How many people", required=True, value="1"),
            Field("date", "on", "Day", required=True, value=self._desk.today().isoformat()),
            words("select", "part", "Part in formal discipline, if any", Part, required=False),
            Field("textarea", "note", "Note", hint="Sealed. Nothing of counselling, no names."),
        )

    def _interaction(self, form: Form, staff: str) -> str:
        clause = "C-MENT-4"
        self._desk.log_interaction(
            by=staff,
            officer=form.text("officer"),
            school=form.text("school"),
            on=day_of(form, clause),
            capacity=choice(form, "capacity", Capacity, "C-ROLE-1"),
            whom=choice(form, "whom", Whom, clause),
            setting=choice(form, "setting", Setting, clause),
            subject=choice(form, "subject", Subject, clause),
            persons=needed(form, "persons", clause),
            part=word_if(form, "part", Part, "C-DISC-3"),
            note=form.text("note"),
        )
        return "/conduct?done=interaction"

    def _request_fields(self, _: str) -> tuple[Field, ...]:
        grounds = [(ground.value, text) for ground, text in GROUNDS.items()]
        return (
            Field("radios", "ground", "Ground", grounds, hint="None of them is recorded too."),
            self._school(),
            *self._happened(),
            Field("textarea", "description", "What happened", hint="Sealed."),
        )

    def _request(self, form: Form, staff: str) -> str:
        self._desk.request_intervention(
            by=staff,
            school=form.text("school"),
            at=instant_of(form, self._desk.zone, "C-INT-1"),
            ground=word_if(form, "ground", Ground, "C-INT-1"),
            description=form.text("description"),
        )
        return "/recorded"

    def _step_in(self, form: Form, staff: str) -> str:
        self._desk.step_in(
            by=staff,
            school=form.text("school"),
            officer=form.text("officer"),
            at=instant_of(form, self._desk.zone, "C-INT-4"),
            account=form.text("account"),
        )
        return "/recorded"

    def _note_call(self, form: Form, staff: str) -> str:
        self._desk.note_call(
            by=staff,
            school=form.text("school"),
            at=instant_of(form, self._desk.zone, "C-DATA-2"),
            number=form.text("number") or None,
        )
        return "/recorded"

    def _take_action(self, form: Form, staff: str) -> str:
        self._desk.take_action(
            by=staff,
            school=form.text("school"),
            officer=form.text("officer"),
            action=choice(form, "action", Action, "C-INC-1"),
            at=instant_of(form, self._desk.zone, "C-INC-1"),
            number=form.text("number") or None,
        )
        return "/recorded"

    # --- What is done with a record ---------------------------------------------------------------

    def acts(self) -> Mapping[str, Act]:
        """By the last part of their path."""
        desk = self._desk
        return {
            "answer": Act(
                "Answer the alarm",
                "Answer",
                lambda _: (words("radios", "answer", "Answer", Answer), reasons()),
                lambda reference, form, staff: desk.answer_boundary(
                    reference,
                    by=staff,
                    answer=choice(form, "answer", Answer, "C-DISC-3"),
                    reasons=form.text("reasons"),
                ),
                when=lambda each: isinstance(each, BoundaryRecord) and each.answer is None,
            ),
            "describe": Act(
                "Describe the disruption",
                "Keep",
                lambda _: (
                    Field(
                        "textarea", "description", "What happened", hint="Sealed.", required=True
                    ),
                ),
                lambda reference, form, staff: desk.describe_ground(
                    reference, by=staff, description=form.text("description")
                ),
                when=lambda each: (
                    _asked(each)
                    and not each.described
                    and bool(each.clocks)
                    and each.ground is Ground.DISRUPTION
                ),
            ),
            "stepped-in": Act(
                "An officer stepped in as asked",
                "Record",
                lambda _: (self._officer(), *self._happened(), ACCOUNT),
                lambda reference, form, staff: desk.answer_request(
                    reference,
                    by=staff,
                    officer=form.text("officer"),
                    at=instant_of(form, desk.zone, "C-INT-4"),
                    account=form.text("account"),
                ),
                when=lambda each: _asked(each) and each.officer is None,
            ),
            "review": Act(
                "Review the request",
                "Review",
                lambda _: (words("radios", "met", "Was the ground met?", Met), reasons()),
                lambda reference, form, staff: desk.review_request(
                    reference,
                    by=staff,
                    met=choice(form, "met", Met, "C-INT-6"),
                    reasons=form.text("reasons"),
                ),
                when=lambda each: _asked(each) and each.met is None,
            ),
            "debrief": Act(
                "Talked over in a mentoring meeting",
                "Link",
                lambda _: (Field("text", "meeting", "Reference of the meeting", required=True),),
                lambda reference, form, staff: desk.debrief(
                    reference, form.text("meeting"), by=staff
                ),
                when=lambda each: isinstance(each, InteractionRecord),
            ),
        }

    # --- Fields ---------------------------------------------------------------------------------

    def _school(self) -> Field:
        return Field(
            "select", "school", "School", list(self._desk.schools().items()), required=True
        )

    def _officer(self) -> Field:
        return Field("select", "officer", "Officer", officers(self._desk), required=True)

    def _happened(self) -> tuple[Field, Field]:
        return happened(self._desk.now(), self._desk.zone)


def _asked(record: object) -> bool:
    return isinstance(record, InterventionRecord) and record.asked
