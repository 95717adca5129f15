"""The agency's pages: what it alone does with a search, its candidates and its officer."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.hiring.equal import Gender, Race
from services.hiring.pages import SearchPages, day_of, lines, not_shown, whole
from services.hiring.record import Result
from services.hiring.views import acts_of_agency
from services.hiring.words import Ending, Head
from shared.errors import Refused
from shared.web import Form, FormProblem, Pages, Staff, form_of
from shared.web.inputs import choice, listed

if TYPE_CHECKING:
    from services.hiring.agency_desk import AgencyDesk
    from services.hiring.record import Record
    from services.hiring.words import Keeper


class AgencyPages(SearchPages):
    """The agency runs the search."""

    def __init__(self, desk: AgencyDesk) -> None:
        super().__init__(desk)
        self._agency = desk

    def router(self) -> APIRouter:
        """The routes."""
        routes = super().router()
        routes.add_api_route("/searches", self.open_search, methods=["POST"])
        routes.add_api_route("/counts", self.counts)
        return routes

    def open_search(
        self, request: Request, staff: Staff, form: Annotated[Form, Depends(form_of())]
    ) -> Response:
        """Open a search (C-HIRE-11)."""
        try:
            search = self._agency.open_search(
                by=staff, school=form.text("school"), process=form.text("process")
            )
        except (Refused, FormProblem) as problem:
            facts = {"rows": [], "runs": True, **self._of_the_program()}
            return Pages.of(request).again(request, "board.html", problem, **facts)
        return RedirectResponse(f"/searches/{search}", 303)

    def counts(self, request: Request, staff: Staff, year: int = 0) -> Response:
        """Equal-opportunity counts of a year that is over (C-HIRE-13)."""
        asked = year or self._agency.today().year - 1
        try:
            found = self._agency.equal_opportunity(asked, staff)
        except Refused as refused:
            raise not_shown(refused) from None
        return Pages.of(request).show(request, "counts.html", year=asked, found=found)

    def acts(self, known: Record, staff: str) -> list[str]:
        """What this person may do now."""
        own = acts_of_agency(known) if self._desk.runs(staff) else []
        posting = self.posting(known.search)
        if posting is None or posting.removed_on is not None:
            own = [each for each in own if each not in {"reassign", "cover"}]
        return [*own, *super().acts(known, staff)]

    def give(self, search: str, act: str, staff: str, form: Form) -> None:  # noqa: C901, PLR0912  # one case an act
        """Give the command of an act."""
        desk = self._agency
        match act:
            case "prerequisites":
                items = [(h, line) for h in Head for line in lines(form.text(f"items-{h.value}"))]
                desk.define_prerequisites(search, items, by=staff)
            case "enter":
                answers = {name: form.text(name) for name in ("gender", "race")}
                desk.enter_candidate(search, by=staff, name=form.text("name"), answers=answers)
            case "close-screening":
                form.text("act")  # a form with a problem records nothing
                desk.close_screening(search, by=staff)
            case "terms":
                quorum: dict[Keeper, int] = {
                    "agency": whole(form, "quorum_agency", "C-HIRE-3"),
                    "district": whole(form, "quorum_district", "C-HIRE-3"),
                }
                desk.set_terms(search, criteria_of(form), by=staff, quorum=quorum)
            case "open-interviews":
                form.text("act")
                desk.open_interviews(search, by=staff)
            case "interview":
                present, held_on = form.texts("present"), day_of(form, "held_on", "C-HIRE-3")
                desk.hold_interview(
                    search, form.text("candidate"), present, by=staff, held_on=held_on
                )
            case "close-scoring":
                desk.close_scoring(search, by=staff, absent=form.texts("absent"))
            case "rank":
                desk.record_ranking(search, by=staff, unopened=form.texts("unopened"))
            case "tie":
                order = lines(form.text("order"))
                desk.resolve_tie(search, order, by=staff, discussion=form.text("discussion"))
            case "propose":
                reasons = form.text("reasons")
                desk.propose(search, form.text("candidate"), by=staff, reasons=reasons)
            case "appoint":
                from_on = day_of(form, "from_on", "C-HIRE-10")
                desk.appoint(search, by=staff, officer=form.text("officer"), from_on=from_on)
            case "close":
                desk.close_search(
                    search, by=staff, ending=choice(form, "ending", Ending, "C-HIRE-13")
                )
            case "reopen":
                desk.reopen_search(search, by=staff, reasons=form.text("reasons"))
            case "reassign":
                from_on, reasons = day_of(form, "from_on", "C-TEAM-5"), form.text("reasons")
                desk.reassign_officer(
                    search, form.text("school"), by=staff, from_on=from_on, reasons=reasons
                )
            case "cover":
                from_on, to_on = (
                    day_of(form, "from_on", "C-TEAM-5"),
                    day_of(form, "to_on", "C-TEAM-5"),
                )
                desk.arrange_cover(
                    search, form.text("cover"), by=staff, from_on=from_on, to_on=to_on
                )
            case _:
                super().give(search, act, staff, form)

    def give_of_candidate(self, search: str, candidate: str, staff: str, form: Form) -> None:
        """Give the command of a form of the candidate's sheet."""
        desk = self._agency
        match form.text("act"):
            case "screen":
                asked = desk.record_of(search, staff).prerequisites
                results = [_result(form, at) for at in range(len(asked)) if form.text(f"item-{at}")]
                notes = form.text("notes")
                desk.screen_candidate(search, candidate, results, by=staff, notes=notes)
            case "advance":
                desk.advance_candidate(search, candidate, by=staff)
            case "not-advance":
                reasons = form.text("reasons")
                desk.not_advance_candidate(search, candidate, by=staff, reasons=reasons)
            case "withdraw":
                desk.withdraw_candidate(search, candidate, by=staff)
            case _:
                super().give_of_candidate(search, candidate, staff, form)

    def _act_facts(self, search: str, act: str, staff: str) -> dict[str, object]:
        facts = super()._act_facts(search, act, staff)
        return {**facts, "genders": listed(Gender), "races": listed(Race)}


def _result(form: Form, item: int) -> Result:
    """How a candidate stands to a prerequisite; of the evidence only its hash is kept."""
    file = form.upload(f"evidence-{item}")
    digest = None if file is None else sha256(file.content).hexdigest()
    return Result(item=item, met=form.text(f"item-{item}") == "met", evidence_sha256=digest)


def criteria_of(form: Form) -> list[tuple[str, int]]:
    """Criteria as they are written, each on its line with its weight before it: `50 Listens`."""
    found = []
    for line in lines(form.text("criteria")):
        weight, _, text = line.partition(" ")
        if not weight.isascii() or not weight.isdigit() or len(weight) > 3 or not text.strip():  # noqa: PLR2004  # 100 at most
            reason = "write a weight and a criterion on each line, like 50 Works with students"
            raise Refused("C-HIRE-5", reason, "criteria")
        found.append((text.strip(), int(weight)))
    return found
