"""The pages of both organisations: the board, one search, a candidate, and the score sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.hiring import deciding, scoring
from services.hiring.codes import new_code
from services.hiring.policy import SCORE_MAX, SCORE_MIN
from services.hiring.record import KEEPERS
from services.hiring.views import ACTS, acts_of_both, bars, chairs, state, timeline, waiting
from services.hiring.words import Category, Conflict, Ending, Head, Why
from shared.errors import Refused
from shared.web import Form, FormProblem, Pages, Staff, form_of
from shared.web.inputs import choice, listed, people_of, ticked

if TYPE_CHECKING:
    from datetime import date

    from services.hiring.application import HiringDesk
    from services.hiring.placement import Posting
    from services.hiring.record import Record

SCALE = [str(score) for score in range(SCORE_MIN, SCORE_MAX + 1)]
DECLARABLE = [each for each in Conflict if each is not Conflict.KEPT_THERE]


class SearchPages:
    """What staff of either organisation look at, and what its panel members and heads do."""

    def __init__(self, desk: HiringDesk) -> None:
        self._desk = desk

    def router(self) -> APIRouter:
        """The routes."""
        routes = APIRouter(include_in_schema=False)
        here = "/searches/{search}"
        routes.add_api_route("/", self.board)
        routes.add_api_route(here, self.search)
        routes.add_api_route(f"{here}/score", self.score_form)
        routes.add_api_route(f"{here}/score", self.score, methods=["POST"])
        routes.add_api_route(f"{here}/open", self.open_form)
        routes.add_api_route(f"{here}/open", self.open, methods=["POST"])
        routes.add_api_route(f"{here}/acts/{{act}}", self.act_form)
        routes.add_api_route(f"{here}/acts/{{act}}", self.act, methods=["POST"])
        routes.add_api_route(f"{here}/candidates/{{candidate}}", self.candidate)
        routes.add_api_route(f"{here}/candidates/{{candidate}}", self.decide, methods=["POST"])
        return routes

    # --- The board and one search -------------------------------------------------------------

    def board(self, request: Request, staff: Staff) -> Response:
        """Every search that this person may read."""
        records = self._read(lambda: self._desk.searches(staff))
        rows = [(each, state(each), waiting(each, self._desk.keeper, staff)) for each in records]
        return Pages.of(request).show(
            request, "board.html", rows=rows, runs=self._desk.runs(staff), **self._of_the_program()
        )

    def search(self, request: Request, staff: Staff, search: str, done: str = "") -> Response:
        """One search: who, how far, the ranking with its proof, and what comes next."""
        facts = self._facts(search, staff)
        known: Record = facts["known"]
        return Pages.of(request).show(
            request,
            "search.html",
            done=ACTS.get(done, {"score": "scores sealed", "open": "scores opened"}.get(done, "")),
            names=self._names(known, staff),
            chairs=chairs(known),
            bars=bars(known.places or ()),
            findings=scoring.verified(known),
            history=timeline(self._desk.events_of(self._desk.search_id(search))),
            **facts,
        )

    # --- A candidate --------------------------------------------------------------------------

    def candidate(
        self, request: Request, staff: Staff, search: str, candidate: str, done: str = ""
    ) -> Response:
        """A candidate's sheet: what a member sees once they have declared (C-HIRE-8)."""
        facts = self._candidate_facts(search, candidate, staff)
        return Pages.of(request).show(request, "candidate.html", done=bool(done), **facts)

    def decide(
        self,
        request: Request,
        staff: Staff,
        search: str,
        candidate: str,
        form: Annotated[Form, Depends(form_of())],
    ) -> Response:
        """Declare a conflict, or what else is done with a candidate."""
        facts = self._candidate_facts(search, candidate, staff)
        try:
            self.give_of_candidate(search, candidate, staff, form)
        except (Refused, FormProblem) as problem:
            return Pages.of(request).again(request, "candidate.html", problem, done=False, **facts)
        return RedirectResponse(f"/searches/{search}/candidates/{candidate}?done=yes", 303)

    def give_of_candidate(self, search: str, candidate: str, staff: str, form: Form) -> None:
        """Give the command of a form of the candidate's sheet."""
        if form.text("act") != "declare":
            raise HTTPException(404)
        conflict = choice(form, "conflict", Conflict, "C-HIRE-8")
        details = form.text("details")
        self._desk.declare_conflict(search, candidate, by=staff, conflict=conflict, details=details)

    # --- The score sheet ----------------------------------------------------------------------

    def score_form(self, request: Request, staff: Staff, search: str) -> Response:
        """The score sheet, with a code that nobody has seen and nothing keeps (C-HIRE-6)."""
        facts = self._score_facts(search, staff)
        return Pages.of(request).show(request, "score.html", **facts)

    def score(
        self, request: Request, staff: Staff, search: str, form: Annotated[Form, Depends(form_of())]
    ) -> Response:
        """Seal the scores; refused, the sheet comes again as it was filled in, with its code."""
        facts = self._score_facts(search, staff)
        try:
            self._desk.seal_scores(
                search,
                by=staff,
                scores=_scored(form, facts),
                notes={each: form.text(f"{each}-notes") for each in facts["owed"]},
                code=form.text("code"),
            )
        except (Refused, FormProblem) as problem:
            return Pages.of(request).again(request, "score.html", problem, **facts)
        return RedirectResponse(f"/searches/{search}?done=score", 303)

    def open_form(self, request: Request, staff: Staff, search: str) -> Response:
        """The form that asks for the code."""
        facts = self._facts(search, staff)
        return Pages.of(request).show(request, "open.html", **facts)

    def open(
        self, request: Request, staff: Staff, search: str, form: Annotated[Form, Depends(form_of())]
    ) -> Response:
        """Open one's scores (C-HIRE-6)."""
        facts = self._facts(search, staff)
        try:
            self._desk.open_scores(search, by=staff, code=form.text("code"))
        except (Refused, FormProblem) as problem:
            return Pages.of(request).again(request, "open.html", problem, **facts)
        return RedirectResponse(f"/searches/{search}?done=open", 303)

    # --- Acts ---------------------------------------------------------------------------------

    def act_form(self, request: Request, staff: Staff, search: str, act: str) -> Response:
        """The form of an act."""
        facts = self._act_facts(search, act, staff)
        return Pages.of(request).show(request, "act.html", **facts)

    def act(
        self,
        request: Request,
        staff: Staff,
        search: str,
        act: str,
        form: Annotated[Form, Depends(form_of())],
    ) -> Response:
        """Give the command; refused, the form comes again as it was sent."""
        facts = self._act_facts(search, act, staff)
        try:
            self.give(search, act, staff, form)
        except (Refused, FormProblem) as problem:
            return Pages.of(request).again(request, "act.html", problem, **facts)
        return RedirectResponse(f"/searches/{search}?done={act}", 303)

    def acts(self, known: Record, staff: str) -> list[str]:
        """What this person may do now."""
        if not self._desk.heads(staff):
            found = []
        else:
            found = acts_of_both(known)
            posting = self.posting(known.search)
            if posting is not None and posting.removed_on is None:
                found.append("remove")
            if deciding.erasable(known, self._desk.today()):
                found.append("erase")
        seat = known.seat(staff)
        if seat is not None and known.places is not None and known.closed_on is None:
            found.append("prefer")
        return found

    def give(self, search: str, act: str, staff: str, form: Form) -> None:
        """Give the command of an act of both organisations."""
        desk = self._desk
        match act:
            case "seat":
                trained_on = form.day("trained_on", "C-HIRE-3")
                desk.seat_member(search, form.text("member"), by=staff, trained_on=trained_on)
            case "excuse":
                why = choice(form, "why", Why, "C-HIRE-5")
                desk.excuse_member(search, form.text("member"), by=staff, why=why)
            case "questions":
                desk.provide_questions(search, lines(form.text("questions")), by=staff)
            case "prefer":
                reasons = form.text("reasons")
                desk.state_preference(search, form.text("candidate"), by=staff, reasons=reasons)
            case "remove":
                removed_on = day_of(form, "removed_on", "C-TEAM-5")
                reasons = form.text("reasons")
                desk.remove_officer(search, by=staff, removed_on=removed_on, reasons=reasons)
            case "hold":
                desk.place_hold(search, by=staff, reasons=form.text("reasons"))
            case "lift-hold":
                desk.lift_hold(search, by=staff, reasons=form.text("reasons"))
            case "erase":
                desk.erase_candidate(search, form.text("candidate"), by=staff)
            case _:
                raise HTTPException(404)

    # --- What templates are given -------------------------------------------------------------

    def posting(self, search: str) -> Posting | None:
        """Where who was appointed by a search serves."""
        return self._desk.postings.entry(self._desk.placement_id(search))

    def _facts(self, search: str, staff: str) -> dict[str, Any]:
        known: Record = self._read(lambda: self._desk.record_of(search, staff))
        return {
            "known": known,
            "state": state(known),
            "waiting": waiting(known, self._desk.keeper, staff),
            "acts": {each: ACTS[each] for each in self.acts(known, staff)},
            "posting": self.posting(search),
            "keeper": self._desk.keeper,
            "keepers": KEEPERS,
            "today": self._desk.today(),
            **self._of_the_program(),
        }

    def _of_the_program(self) -> dict[str, Any]:
        reference, today = self._desk.reference.current(), self._desk.today()
        people = [
            (p.staff, ", ".join(filter(None, (p.role, p.school, p.staff))))
            for p in people_of(reference, today)
        ]
        return {
            "schools": reference.schools(today),
            "people": people,
            "officers": [(each, each) for each in reference.officers(today)],
        }

    def _candidate_facts(self, search: str, candidate: str, staff: str) -> dict[str, Any]:
        facts = self._facts(search, staff)
        known: Record = facts["known"]
        found = known.candidate(candidate)
        if found is None:
            raise HTTPException(404)
        try:
            notes, hidden = self._desk.notes_of(search, candidate, staff), ""
        except Refused as refused:
            notes, hidden = "", refused.reason
        return {
            **facts,
            "candidate": found,
            "name": self._desk.name_of(search, candidate, staff),
            "notes": notes,
            "hidden": hidden,
            "seat": known.seat(staff),
            "declared": known.declared(staff, candidate),
            "conflicts": listed(DECLARABLE),
        }

    def _score_facts(self, search: str, staff: str) -> dict[str, Any]:
        facts = self._facts(search, staff)
        known: Record = facts["known"]
        found = self._desk.search(search)
        try:
            owed = scoring.owed_by(found, self._desk.keeper, staff)
        except Refused as refused:
            raise not_shown(refused, 409) from None
        names = self._names(known, staff)
        return {**facts, "owed": owed, "names": names, "scale": SCALE, "code": new_code()}

    def _act_facts(self, search: str, act: str, staff: str) -> dict[str, Any]:
        facts = self._facts(search, staff)
        if act not in facts["acts"]:
            raise HTTPException(403, "This is not for you to do, or not now.")
        known: Record = facts["known"]
        names = self._names(known, staff)

        def told(candidate: str) -> tuple[str, str]:
            return candidate, " ".join(filter(None, (candidate, names[candidate])))

        sitting = [s for s in known.seats if s.excused is None]
        return {
            **facts,
            "act": act,
            "words": ACTS[act],
            "candidates": [told(each.candidate) for each in known.advanced()],
            "remaining": [told(each) for each in deciding.remaining_of(known)],
            "erasable": [told(each) for each in deciding.erasable(known, self._desk.today())],
            "ours": [(s.member, s.member) for s in sitting if s.keeper == self._desk.keeper],
            "sitting": [(s.member, f"{s.member}, {s.keeper}") for s in sitting],
            "unsealed": sorted(m for m in known.owed() if known.sealed_by(m) is None)
            if known.frozen
            else [],
            "unopened": sorted(
                {c.member for c in known.counted or () if known.opened_by(c.member) is None}
            ),
            "heads": listed(Head),
            "why": listed(Why),
            "categories": listed(Category),
            "endings": listed(each for each in Ending if each is not Ending.FILLED),
        }

    def _names(self, known: Record, staff: str) -> dict[str, str]:
        """What each candidate is called here."""
        return {
            each.candidate: self._desk.name_of(known.search, each.candidate, staff)
            for each in known.candidates
        }

    def _read(self, question: Any) -> Any:
        try:
            return question()
        except Refused as refused:
            raise not_shown(refused) from None


def _scored(form: Form, facts: dict[str, Any]) -> dict[str, dict[str, int]]:
    """The scores of a sheet on which every one is given, once the code is written down."""
    scores: dict[str, dict[str, int]] = {}
    missing: dict[str, str] = {}
    for candidate in facts["owed"]:
        for criterion in facts["known"].terms.criteria:
            field = f"{candidate}-{criterion.name}"
            if (given := form.text(field)) in SCALE:
                scores.setdefault(candidate, {})[criterion.name] = int(given)
            else:
                missing[field] = "choose a score from 1 to 5"
    if missing:
        raise FormProblem(missing, 422)
    if not ticked(form, "written_down"):
        reason = "write the code down first: nobody can give it to you again"
        raise Refused("C-HIRE-6", reason, "written_down")
    return scores


def day_of(form: Form, name: str, clause: str) -> date:
    """A day that has to be given."""
    day = form.day(name, clause)
    if day is None:
        raise Refused(clause, "give the day, as YYYY-MM-DD", name)
    return day


def lines(text: str) -> list[str]:
    """The lines of a text that say something."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def whole(form: Form, name: str, clause: str) -> int:
    """A whole number that has to be given."""
    text = form.text(name)
    if not text.isascii() or not text.isdigit() or len(text) > 4:  # noqa: PLR2004  # more are none
        raise Refused(clause, "write a whole number, like 2", name)
    return int(text)


def not_shown(refused: Refused, status: int = 404) -> HTTPException:
    """The answer to who asks for a page that is not theirs, or that does not exist."""
    reason = f"{refused.reason[0].upper()}{refused.reason[1:]}."
    return HTTPException(403 if refused.field == "by" else status, reason)
