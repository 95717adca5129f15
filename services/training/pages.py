"""The pages of both organisations: the matrix, an officer's record, what is due, and their acts."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated, Any, cast

from fastapi import APIRouter, Depends
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.training.compliance import Asked, judge, row
from services.training.domain import Entered
from services.training.record import Evidence
from services.training.views import GROUPS, LOOKS, as_csv, due_list, timeline
from services.training.words import KEPT_BY, Channel, Ground, Kind, Outcome, Status
from shared.calendars import written_day
from shared.errors import Refused
from shared.web import Form, FormProblem, Pages, Staff, form_of
from shared.web.inputs import choice, listed

if TYPE_CHECKING:
    from services.training.application import Row, TrainingDesk
    from services.training.compliance import Cell
    from services.training.events import FileEvent

REASONS_CHARACTERS_MAX = 10_000
KINDS = [kind for kinds in GROUPS.values() for kind in kinds]
"""In the order of the matrix."""
DONE = {
    "confirm": "the training is confirmed",
    "known": "this training was confirmed already, and nothing was recorded",
    "correct": "the confirmation is corrected",
    "revoke": "the confirmation is revoked",
    "waive": "the requirement is waived",
    "end-waiver": "the waiver is ended",
    "countersign": "the confirmation is countersigned",
    "dispute": "the confirmation is disputed, and the agency is told",
    "answer": "the dispute is answered, and the district is told",
}


class MatrixPages:
    """What staff of either organisation look at, and what its coordinator does."""

    def __init__(self, desk: TrainingDesk) -> None:
        self._desk = desk

    def router(self) -> APIRouter:
        """The routes."""
        routes = APIRouter(include_in_schema=False)
        routes.add_api_route("/", self.matrix)
        routes.add_api_route("/matrix.csv", self.as_csv)
        routes.add_api_route("/due", self.due)
        routes.add_api_route("/officers/{officer}", self.officer)
        routes.add_api_route("/officers/{officer}/confirm", self.confirm_form)
        routes.add_api_route("/officers/{officer}/confirm", self.confirm, methods=["POST"])
        routes.add_api_route("/officers/{officer}/waive", self.waive_form)
        routes.add_api_route("/officers/{officer}/waive", self.waive, methods=["POST"])
        routes.add_api_route("/officers/{officer}/confirmations/{number}/{act}", self.act_form)
        routes.add_api_route(
            "/officers/{officer}/confirmations/{number}/{act}", self.act, methods=["POST"]
        )
        routes.add_api_route(
            "/officers/{officer}/waivers/{number}/end", self.end_waiver, methods=["POST"]
        )
        return routes

    # --- The matrix ---------------------------------------------------------------------------

    def matrix(  # noqa: PLR0917  # what a page is asked with
        self,
        request: Request,
        staff: Staff,
        as_of: str = "",
        known: str = "then",
        status: str = "",
        officer: str = "",
    ) -> Response:
        """Every officer by requirement, as of any day (C-TRN-11)."""
        errors: dict[str, str] = {}
        day = self._day(as_of, errors)
        rows = self._rows(staff, day, known)
        officers = [each.officer for each in rows]
        shown = [each for each in rows if officer in {"", each.officer}]
        groups = {
            title: found
            for title, kinds in GROUPS.items()
            if (found := _lines(shown, kinds, status))
        }
        query = {"as_of": day, "known": known, "status": status, "officer": officer}
        return Pages.of(request).show(
            request,
            "matrix.html",
            status=422 if errors else 200,
            errors=errors,
            rows=shown,
            groups=groups,
            looks=LOOKS,
            officer_options=[(each, each) for each in officers],
            statuses=listed(Status),
            asked=query,
            catalogs=self._desk.rules().catalogs.versions(day, self._known_on(day, known)),
            verdicts={each.officer: self._verdict(each, day, known) for each in shown},
        )

    def as_csv(
        self, staff: Staff, as_of: str = "", known: str = "then", officer: str = ""
    ) -> Response:
        """The same cells for a spreadsheet, each with its reason."""
        errors: dict[str, str] = {}
        day = self._day(as_of, errors)
        if errors:
            raise FormProblem(errors, 422)
        rows = [r for r in self._rows(staff, day, known) if officer in {"", r.officer}]
        named = {"Content-Disposition": f'attachment; filename="training-matrix-{day}.csv"'}
        return Response(as_csv(rows), media_type="text/csv; charset=utf-8", headers=named)

    def due(self, request: Request, staff: Staff) -> Response:
        """What the coordinator has to see to (C-TIME-11)."""
        items = self._read(lambda: due_list(self._desk, staff))
        late = [item for item in items if item.late]
        ahead = [item for item in items if not item.late]
        return Pages.of(request).show(request, "due.html", late=late, ahead=ahead)

    # --- One officer --------------------------------------------------------------------------

    def officer(self, request: Request, staff: Staff, officer: str, done: str = "") -> Response:
        """One officer's record: both verdicts, each requirement with its reason, the history."""
        facts = self._facts(officer, staff)
        return Pages.of(request).show(request, "officer.html", done=DONE.get(done, ""), **facts)

    def confirm_form(self, request: Request, staff: Staff, officer: str) -> Response:
        """The form of a confirmation."""
        return Pages.of(request).show(request, "confirm.html", **self._form_facts(officer, staff))

    def confirm(
        self,
        request: Request,
        staff: Staff,
        officer: str,
        form: Annotated[Form, Depends(form_of())],
    ) -> Response:
        """Confirm a training; refused, the form comes again as it was sent (C-TRN-6)."""
        facts = self._form_facts(officer, staff)
        try:
            entered = _entered(form, form.text("requirement"))
            told = self._desk.confirm(officer, entered, by=staff, channel=Channel.PAGE)
        except (Refused, FormProblem) as problem:
            return Pages.of(request).again(request, "confirm.html", problem, **facts)
        done = "confirm" if told.recorded else "known"
        return RedirectResponse(f"/officers/{officer}?done={done}", 303)

    def waive_form(self, request: Request, staff: Staff, officer: str) -> Response:
        """The form of a waiver."""
        return Pages.of(request).show(request, "waive.html", **self._form_facts(officer, staff))

    def waive(
        self,
        request: Request,
        staff: Staff,
        officer: str,
        form: Annotated[Form, Depends(form_of(reasons=REASONS_CHARACTERS_MAX))],
    ) -> Response:
        """Waive a requirement in writing (C-TRN-12)."""
        facts = self._form_facts(officer, staff)
        try:
            self._desk.waive(
                officer,
                form.text("requirement"),
                by=staff,
                ends_on=day_of(form, "ends_on", "C-TRN-12"),
                signer=form.text("signer"),
                reasons=form.text("reasons"),
            )
        except (Refused, FormProblem) as problem:
            return Pages.of(request).again(request, "waive.html", problem, **facts)
        return RedirectResponse(f"/officers/{officer}?done=waive", 303)

    def end_waiver(self, request: Request, staff: Staff, officer: str, number: int) -> Response:
        """End a waiver before its last day (C-TRN-12)."""
        try:
            self._desk.end_waiver(officer, number, by=staff)
        except Refused as refused:
            problem = Refused(refused.clause, refused.reason)
            facts = self._facts(officer, staff)
            return Pages.of(request).again(request, "officer.html", problem, done="", **facts)
        return RedirectResponse(f"/officers/{officer}?done=end-waiver", 303)

    # --- One confirmation ---------------------------------------------------------------------

    def act_form(
        self, request: Request, staff: Staff, officer: str, number: int, act: str
    ) -> Response:
        """The form of an act on a confirmation."""
        facts = self._act_facts(officer, number, act, staff)
        return Pages.of(request).show(request, "act.html", **facts)

    def act(  # noqa: PLR0917  # the path's parts, and the form
        self,
        request: Request,
        staff: Staff,
        officer: str,
        number: int,
        act: str,
        form: Annotated[Form, Depends(form_of(reasons=REASONS_CHARACTERS_MAX))],
    ) -> Response:
        """Give the command; refused, the form comes again as it was sent."""
        facts = self._act_facts(officer, number, act, staff)
        try:
            self.give(officer, number, act, staff, form)
        except (Refused, FormProblem) as problem:
            return Pages.of(request).again(request, "act.html", problem, **facts)
        return RedirectResponse(f"/officers/{officer}?done={act}", 303)

    def acts(self) -> dict[str, str]:
        """What may be done with a confirmation that this organisation keeps, and its words."""
        return {"correct": "Correct it", "revoke": "Revoke it"}

    def give(self, officer: str, number: int, act: str, staff: str, form: Form) -> None:
        """Give the command of an act."""
        if act == "correct":
            held = self._desk.record_of(officer, staff).proof(self._desk.keeper, number)
            entered = _entered(form, held.facts.requirement if held else "")
            if held is not None and entered.evidence is None:
                entered = entered._replace(evidence=held.facts.evidence)
            if held is not None:
                entered = entered._replace(school=held.facts.school)
            self._desk.correct(officer, number, entered, by=staff, reasons=form.text("reasons"))
        else:
            self._desk.revoke(officer, number, by=staff, reasons=form.text("reasons"))

    # --- What templates are given -------------------------------------------------------------

    def _facts(self, officer: str, staff: str) -> dict[str, Any]:
        desk, today = self._desk, self._desk.today()
        record = self._read(lambda: desk.record_of(officer, staff))
        listed_on = desk.listed().get(officer)
        cells: tuple[Cell, ...] = ()
        if listed_on is not None:
            cells = row(record, listed_on, Asked(desk.rules(), today, today))
            cells = tuple(sorted(cells, key=lambda cell: KINDS.index(cell.requirement.kind)))
        history = cast("list[FileEvent]", desk.events_of(desk.file_id(officer)))
        return {
            "officer": officer,
            "record": record,
            "listed_on": listed_on,
            "cells": cells,
            "verdict_today": None
            if listed_on is None
            else judge(record, listed_on, Asked(desk.rules(), today, today)),
            "looks": LOOKS,
            "history": timeline(history, desk.keyring),
            "keeps": desk.keeps(staff),
            "keeper": desk.keeper,
            "acts": self.acts(),
            "today": today,
        }

    def _form_facts(self, officer: str, staff: str) -> dict[str, Any]:
        self._read(lambda: self._desk.record_of(officer, staff))
        if not self._desk.keeps(staff):
            raise HTTPException(403, "This is for the training coordinator to do.")
        today = self._desk.today()
        in_force = self._desk.rules().catalogs.in_force(today, today)
        own = [e.requirement for e in in_force.values() if self._is_own(e.requirement.kind)]
        return {
            "officer": officer,
            "requirements": [(each.id, f"{each.id}: {each.title}") for each in own],
            "today": today,
        }

    def _is_own(self, kind: Kind) -> bool:
        return KEPT_BY[kind] == self._desk.keeper and kind is not Kind.STAFF

    def _act_facts(self, officer: str, number: int, act: str, staff: str) -> dict[str, Any]:
        if act not in {*self.acts(), "countersign", "dispute", "answer"} or act not in DONE:
            raise HTTPException(404)
        record = self._read(lambda: self._desk.record_of(officer, staff))
        if not self._desk.keeps(staff):
            raise HTTPException(403, "This is for the training coordinator to do.")
        keeper = "agency" if act in {"countersign", "dispute", "answer"} else self._desk.keeper
        proofs = [p for p in record.proofs if (p.keeper, p.number) == (keeper, number)]
        if not proofs:
            raise HTTPException(404)
        return {
            "officer": officer,
            "act": act,
            "proof": proofs[-1],
            "grounds": listed(Ground),
            "outcomes": listed(Outcome),
        }

    def _rows(self, staff: str, day: date, known: str) -> list[Row]:
        known_on = self._known_on(day, known)
        rows: list[Row] = self._read(lambda: self._desk.matrix(staff, as_of=day, known_on=known_on))
        return rows

    def _verdict(self, each: Row, day: date, known: str) -> Any:
        listed_on = self._desk.listed(day)[each.officer]
        asked = Asked(self._desk.rules(), day, self._known_on(day, known))
        return judge(each.record, listed_on, asked)

    def _known_on(self, day: date, known: str) -> date:
        return max(day, self._desk.today()) if known == "now" else day

    def _day(self, text: str, errors: dict[str, str]) -> date:
        if not text.strip():
            return self._desk.today()
        try:
            return written_day(text.strip())
        except ValueError as error:
            errors["as_of"] = str(error)
            return self._desk.today()

    def _read(self, question: Any) -> Any:
        try:
            return question()
        except Refused as refused:
            raise _not_shown(refused) from None


def _lines(rows: list[Row], kinds: tuple[Kind, ...], status: str) -> list[tuple[Any, list[Any]]]:
    """The requirements of a group, each with the officers' cells in their order."""
    found: dict[str, tuple[Any, list[Any]]] = {}
    for at, each in enumerate(rows):
        for cell in each.cells:
            if cell.requirement.kind in kinds:
                shown = found.setdefault(
                    cell.requirement.id, (cell.requirement, [None] * len(rows))
                )
                shown[1][at] = cell if status in {"", cell.status} else None
    return [(requirement, cells) for requirement, cells in found.values() if any(cells)]


def _entered(form: Form, requirement: str) -> Entered:
    completed_on = day_of(form, "completed_on", "C-TRN-6")
    file = form.upload("evidence")
    evidence = None
    if file is not None:  # the file itself stays with its owner (C-TRN-15)
        digest, size = sha256(file.content).hexdigest(), len(file.content)
        evidence = Evidence(sha256=digest, size_bytes=size, media_type=_media_type(file.media_type))
    return Entered(
        requirement=requirement,
        completed_on=completed_on,
        provider=form.text("provider"),
        hours=_number(form, "hours"),
        days=_whole(form, "days"),
        expires_on=form.day("expires_on", "C-TRN-6"),
        reference=form.text("reference"),
        evidence=evidence,
    )


def _media_type(sent: str) -> str:
    """The kind of a file as its browser says, without what may follow."""
    kind = sent.partition(";")[0].strip().lower()
    return kind[:100] if kind.isprintable() else ""


def _number(form: Form, name: str) -> float | None:
    text = form.text(name)
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        raise Refused("C-TRN-6", "write a number, like 2 or 18.5", name) from None


def _whole(form: Form, name: str) -> int | None:
    text = form.text(name)
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 4:  # noqa: PLR2004  # more are none
        raise Refused("C-TRN-9", "write a whole number, like 2", name)
    return int(text)


def day_of(form: Form, name: str, clause: str) -> date:
    """A day that has to be given."""
    day = form.day(name, clause)
    if day is None:
        raise Refused(clause, "give the day, as YYYY-MM-DD", name)
    return day


def ground_of(form: Form) -> Ground:
    """The ground of a dispute that was chosen."""
    return choice(form, "ground", Ground, "C-TRN-5")


def outcome_of(form: Form) -> Outcome:
    """The answer to a dispute that was chosen."""
    return choice(form, "outcome", Outcome, "C-TRN-5")


def _not_shown(refused: Refused) -> HTTPException:
    """The answer to who asks for a page that is not theirs, or that does not exist."""
    reason = f"{refused.reason[0].upper()}{refused.reason[1:]}."
    return HTTPException(403 if refused.field == "by" else 404, reason)
