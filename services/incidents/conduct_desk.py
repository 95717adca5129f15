"""The district's desk: interactions, requests for intervention, and the boundary of discipline.

`district_desk.py` adds incidents to it.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import UUID

from eventsourcing.application import AggregateNotFoundError

from services.incidents import conduct_decisions as decide
from services.incidents.application import IncidentsDesk
from services.incidents.blotter import Boundaries, Incidents, Interactions, Interventions, Lessons
from services.incidents.conduct import Boundary, Interaction, Intervention
from services.incidents.enrolment import Enrolment
from services.incidents.incident import Incident
from services.incidents.rights import (
    ANSWER_BOUNDARY,
    ASK,
    LOG,
    READ_INCIDENTS,
    REVIEW_REQUESTS,
    STEP_IN,
    viewing,
)
from shared.errors import Refused
from shared.who_may import About, may, step

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from services.incidents.conduct import BoundaryRecord, InteractionRecord, InterventionRecord
    from services.incidents.incident import IncidentOpened, IncidentRecord
    from services.incidents.records import Happened
    from services.incidents.words import Answer, Capacity, Ground, Met, Part, Setting, Subject, Whom


class ConductDesk(IncidentsDesk):
    """What officers do at the schools of one district."""

    def furnish(self) -> None:
        """Make the read models."""
        super().furnish()
        self.enrolment = Enrolment(self, self.today)
        self.incidents_view = Incidents(self, self.engine)
        self.interactions_view = Interactions(self, self.engine)
        self.interventions_view = Interventions(self, self.engine)
        self.boundaries_view = Boundaries(self, self.engine)
        self.lessons = Lessons(self, self.engine)

    # --- Interactions ---------------------------------------------------------------------------

    @may(LOG)
    def log_interaction(
        self,
        *,
        by: str,
        officer: str,
        school: str,
        on: date,
        capacity: Capacity,
        whom: Whom,
        setting: Setting,
        subject: Subject,
        persons: int = 1,
        part: Part | None = None,
        note: str = "",
        incident: str | None = None,
        key: str = "",
    ) -> str:
        """Log an interaction; a part in formal discipline raises an alarm (C-ROLE-1, C-DISC-3).

        Gives its reference. One that a system sends again, by its key, is the same.
        """
        self._check_school(school, "C-MENT-4")
        self.check_given(by, self._about(school))
        self._check_officer(officer, "C-ROLE-1")
        if incident is not None:
            self._incident(incident)
        reference = self._keyed("interaction", key)
        number = self.number_of(f"interaction/{reference}")
        logged = decide.log_interaction(
            reference=reference,
            officer=officer,
            school=school,
            on=on,
            today=self.today(),
            capacity=capacity,
            whom=whom,
            setting=setting,
            subject=subject,
            persons=persons,
            part=part,
            note=self._sealed_if(number, "note", note, "C-MENT-4"),
            incident=incident,
        )
        if key and self.was_sent("interaction", key):
            return reference
        alarm = self._alarm(part, officer, school, reference, by)
        self.save(Interaction.begin(logged, by=by, number=number), *alarm)
        return reference

    @may(LOG)
    def debrief(self, reference: str, meeting: str, *, by: str) -> None:
        """Link an interaction to the mentoring meeting that talked it over (C-MENT-3)."""
        number = self.number_of(f"interaction/{reference}")
        self._changed(number, by, lambda i: decide.debrief(i, meeting.strip()), "interaction")

    # --- Requests for intervention ----------------------------------------------------------------

    @may(ASK)
    def request_intervention(
        self,
        *,
        by: str,
        school: str,
        at: datetime,
        ground: Ground | None,
        description: str = "",
        requested_by: str | None = None,
        incident: str | None = None,
    ) -> str:
        """Record that an officer was asked to step in; flagged, never blocked (C-INT-1).

        Gives its reference. `requested_by` is who asked, where somebody else enters it.
        """
        self._check_school(school, "C-INT-1")
        asker = requested_by or str(by)
        intervention, number = self._opened(by, school, at, incident)
        requested = decide.request_intervention(
            intervention,
            self.rules(),
            requested_by=asker,
            at=at,
            now=self.now(),
            ground=ground,
            description=self._sealed_if(number, "description", description, "C-INT-2"),
            trained=self.lessons.is_trained(asker, at.astimezone(self.zone).date()),
        )
        intervention.record(requested, by=by)
        self.save(intervention)
        reference: str = intervention.known.reference
        return reference

    @may(ASK)
    def describe_ground(self, reference: str, *, by: str, description: str) -> None:
        """Describe the disruption that a request rested on (C-INT-2)."""
        number = self.number_of(f"intervention/{reference}")
        sealed = self._sealed(number, "description", description, "C-INT-2")
        self._changed(
            number,
            by,
            lambda i: decide.describe_ground(i, description=sealed),
            "intervention",
            school=False,
        )

    @may(STEP_IN)
    def step_in(
        self,
        *,
        by: str,
        school: str,
        officer: str,
        at: datetime,
        account: str = "",
        incident: str | None = None,
    ) -> str:
        """Record that an officer stepped in unasked; no request is ever demanded (C-INT-4)."""
        self._check_school(school, "C-INT-4")
        intervention, number = self._opened(by, school, at, incident)
        sealed = self._sealed_if(number, "account", account, "C-INT-4")
        made = decide.make_intervention(
            intervention, officer=officer, at=at, now=self.now(), account=sealed
        )
        intervention.record(made, by=by)
        self.save(intervention)
        reference: str = intervention.known.reference
        return reference

    @may(STEP_IN)
    def answer_request(
        self, reference: str, *, by: str, officer: str, at: datetime, account: str = ""
    ) -> None:
        """Record that an officer stepped in as asked (C-INT-4)."""
        number = self.number_of(f"intervention/{reference}")
        sealed = self._sealed_if(number, "account", account, "C-INT-4")
        self._changed(
            number,
            by,
            lambda i: decide.make_intervention(
                i, officer=officer, at=at, now=self.now(), account=sealed
            ),
            "intervention",
            school=False,
        )

    @may(REVIEW_REQUESTS)
    def review_request(self, reference: str, *, by: str, met: Met, reasons: str) -> None:
        """Say whether the ground of a request was met (C-INT-6)."""
        number = self.number_of(f"intervention/{reference}")
        sealed = self._sealed(number, "reasons", reasons, "C-INT-6")
        self._changed(
            number,
            by,
            lambda i: decide.review_request(i, met=met, reasons=sealed, today=self.today()),
            "intervention",
        )

    # --- The boundary -----------------------------------------------------------------------------

    @may(ANSWER_BOUNDARY)
    def answer_boundary(self, reference: str, *, by: str, answer: Answer, reasons: str) -> None:
        """Answer an alarm: explained, corrected or upheld (C-DISC-3)."""
        number = self.number_of(f"boundary/{reference}")
        sealed = self._sealed(number, "reasons", reasons, "C-DISC-3")
        self._changed(
            number,
            by,
            lambda b: decide.answer_boundary(b, answer=answer, reasons=sealed, today=self.today()),
            "boundary",
        )

    # --- Reading --------------------------------------------------------------------------------

    @viewing(READ_INCIDENTS)
    def interactions(self, *, by: str) -> list[InteractionRecord]:
        """The interactions at the schools that a person may read (C-MENT-4)."""
        return self._of_own_schools(by, self.interactions_view.interactions())

    @viewing(READ_INCIDENTS)
    def interventions(self, *, by: str) -> list[InterventionRecord]:
        """The requests and interventions that a person may read (C-INT-6)."""
        return self._of_own_schools(by, self.interventions_view.interventions())

    @viewing(READ_INCIDENTS)
    def alarms(self, *, by: str) -> list[BoundaryRecord]:
        """The alarms about the boundary that a person may read (C-DISC-3)."""
        return self._of_own_schools(by, self.boundaries_view.alarms())

    # --- The five steps -------------------------------------------------------------------------

    def incident_id(self, reference: str) -> UUID:
        """The id of an incident."""
        return self.number_of(f"incident/{reference}")

    @step
    def hear_of(self, opened: IncidentOpened, by: str) -> Incident:
        """The incident as it is stored, begun when there is none."""
        return self._incident_or(opened, by)

    def _incident_or(self, opened: IncidentOpened, by: str) -> Incident:
        number = self.incident_id(opened.reference)
        try:
            incident: Incident = self.repository.get(number)
        except AggregateNotFoundError:
            return Incident.begin(opened, by=by, number=number)
        return incident

    def _incident(self, reference: str) -> Incident:
        try:
            incident: Incident = self.repository.get(self.incident_id(reference))
        except AggregateNotFoundError:
            reason = "there is no incident of this reference: check it"
            raise Refused("C-INC-2", reason, "reference") from None
        return incident

    def _seen(self, reference: str, by: str) -> IncidentRecord:
        known: IncidentRecord = self._incident(reference).known
        self.check_given(by, self._about(known.school))
        return known

    def _change(self, reference: str, by: str, decision: Callable[[Incident], Happened]) -> None:
        self._change_and_ask(reference, by, decision, None, None)

    def _change_and_ask(
        self,
        reference: str,
        by: str,
        decision: Callable[[Incident], Happened],
        part: Part | None,
        officer: str | None,
    ) -> None:
        """Record a change of an incident, with the alarm that it raises, if any (C-DISC-3)."""
        if part is not None:
            self._check_officer(officer or "", "C-DISC-3")

        def once() -> None:
            incident = self._incident(reference)
            known: IncidentRecord = incident.known
            self.check_given(by, self._about(known.school))
            incident.record(decision(incident), by=by)
            alarm = self._alarm(part, officer or "", known.school, known.reference, by)
            self.save(incident, *alarm)

        self.retried(once)

    def _alarm(
        self, part: Part | None, officer: str, school: str, raised_by: str, by: str
    ) -> tuple[Boundary, ...]:
        if part is None:
            return ()
        reference = self._new_reference("boundary")
        crossed = decide.cross_boundary(
            reference=reference,
            officer=officer,
            school=school,
            part=part,
            raised_by=raised_by,
            rules=self.rules(),
            today=self.today(),
        )
        number = self.number_of(f"boundary/{reference}")
        return (Boundary.begin(crossed, by=by, number=number),)

    def _opened(
        self, by: str, school: str, at: datetime, incident: str | None
    ) -> tuple[Intervention, UUID]:
        if incident is not None:
            self._incident(incident)
        reference = self._new_reference("intervention")
        number = self.number_of(f"intervention/{reference}")
        opened = decide.open_intervention(
            reference=reference, school=school, at=at, now=self.now(), incident=incident
        )
        return Intervention.begin(opened, by=by, number=number), number

    def _changed(
        self,
        number: UUID,
        by: str,
        decision: Callable[[Any], Happened],
        what: str,
        *,
        school: bool = True,
    ) -> None:
        def once() -> None:
            try:
                kept: Any = self.repository.get(number)
            except AggregateNotFoundError:
                reason = f"there is no {what} of this reference: check it"
                raise Refused("C-DATA-2", reason, "reference") from None
            if school:
                self.check_given(by, self._about(kept.known.school))
            kept.record(decision(kept), by=by)
            self.save(kept)

        self.retried(once)

    def _of_own_schools(self, by: str, found: list[Any]) -> list[Any]:
        who = self.giver(by)
        return [e for e in found if READ_INCIDENTS.allows(who, self._about(e.school))]

    def _about(self, school: str) -> About:
        return About(school=school)

    def _check_officer(self, officer: str, clause: str) -> None:
        if officer not in self.reference.current().officers(self.today()):
            fix = "give the reference of an officer in the directory, such as officer-12"
            raise Refused(clause, f"the officer is not known: {fix}", "officer")

    def was_sent(self, kind: str, key: str) -> bool:
        """Whether a system sent this before, by its key."""
        number = self.number_of(f"{kind}/{self._keyed(kind, key)}")
        return bool(self.process_recorder.select_events(number, limit=1))

    def _keyed(self, kind: str, key: str) -> str:
        """A new reference; for what a system sends, the same for the same key."""
        if not key:
            return self._new_reference(kind)
        return f"{kind}-{sha256(key.encode()).hexdigest()[:12]}"
