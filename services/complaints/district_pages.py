"""The district's docket, as a page and as CSV, and its open appeals (C-TIME-11)."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.complaints.policy import OVERSEERS
from services.complaints.views import Group, Row, clocks_shown, rows
from services.complaints.words import APPEAL_DUTY, Stage
from shared.web import FormProblem, Pages, Staff
from shared.web.inputs import NOT_LISTED, listed

if TYPE_CHECKING:
    from services.complaints.application import ComplaintsDesk
    from services.complaints.tipline import TipLine

COLUMNS = (
    "number",
    "group",
    "stage",
    "school",
    "officer",
    "received_on",
    "next_duty",
    "next_on",
    "next_known",
    "late_filed",
    "agency",
    "agency_reference",
    "agency_silent",
    "unread",
)


class DistrictPages:
    """What staff of the district look at first."""

    def __init__(self, desk: ComplaintsDesk, tip_line: TipLine) -> None:
        self._desk = desk
        self._tip_line = tip_line

    def router(self) -> APIRouter:
        """The routes."""
        routes = APIRouter(include_in_schema=False)
        routes.add_api_route("/docket", self.docket)
        routes.add_api_route("/docket.csv", self.as_csv)
        routes.add_api_route("/appeals", self.appeals)
        return routes

    def docket(self, request: Request, staff: Staff, school: str = "", stage: str = "") -> Response:
        """Every complaint the person may see, in the groups of C-TIME-11."""
        reference, today = self._desk.reference.current(), self._desk.today()
        schools = reference.schools(today)
        wrong = _wrong(school, stage, schools)
        seen = rows(self._desk, staff)
        shown = seen if wrong else _filtered(seen, school, stage)
        groups = {group: [row for row in shown if row.group is group] for group in Group}
        reads_tips = self._tip_line.may_open(staff)
        return Pages.of(request).show(
            request,
            "docket.html",
            status=422 if wrong else 200,
            errors=wrong,
            groups=groups,
            schools=schools,
            school=school,
            stage=stage,
            stages=listed(Stage),
            tips=self._tip_line.tray.waiting() if reads_tips else (),
        )

    def as_csv(self, staff: Staff, school: str = "", stage: str = "") -> Response:
        """The same lines for a spreadsheet; references only, as on the page."""
        schools = self._desk.reference.current().schools(self._desk.today())
        if wrong := _wrong(school, stage, schools):
            raise FormProblem(wrong, 422)
        text = io.StringIO()
        writer = csv.DictWriter(text, COLUMNS)
        writer.writeheader()
        writer.writerows(line(row) for row in _filtered(rows(self._desk, staff), school, stage))
        named = {"Content-Disposition": 'attachment; filename="docket.csv"'}
        return Response(text.getvalue(), media_type="text/csv; charset=utf-8", headers=named)

    def appeals(self, request: Request, staff: Staff) -> Response:
        """The appeals that wait for the Superintendent, the first due first (C-COMP-9)."""
        in_force = self._desk.in_force()
        waiting = []
        for entry in self._desk.entries(staff):
            clocks = {clock.duty: clock for clock in clocks_shown(entry, in_force)}
            waiting += [
                (entry, party, clocks.get(APPEAL_DUTY[party])) for party in entry.appeals_open
            ]
        waiting.sort(key=lambda each: (each[2] is None, each[2].on if each[2] else in_force.today))
        return Pages.of(request).show(
            request,
            "appeals.html",
            waiting=waiting,
            schools=self._desk.reference.current().schools(in_force.today),
            answers=self._desk.standing(staff).holds(*OVERSEERS),
        )


def line(row: Row) -> dict[str, Any]:
    """A row of the docket for programs."""
    entry, clock = row.entry, row.next_clock
    return {
        "number": entry.number,
        "group": row.group.value,
        "stage": entry.stage.value,
        "school": entry.school,
        "officer": entry.officer,
        "received_on": entry.received_on,
        "next_duty": clock.duty.value if clock else None,
        "next_on": clock.on if clock else None,
        "next_known": clock.known if clock else None,
        "late_filed": entry.late,
        "agency": entry.agency.value,
        "agency_reference": entry.agency_reference,
        "agency_silent": entry.agency_silent,
        "unread": entry.unread,
    }


def _wrong(school: str, stage: str, schools: dict[str, str]) -> dict[str, str]:
    errors = {}
    if school and school not in schools:
        errors["school"] = NOT_LISTED
    if stage and stage not in {each.value for each in Stage}:
        errors["stage"] = NOT_LISTED
    return errors


def _filtered(seen: list[Row], school: str, stage: str) -> list[Row]:
    return [
        row
        for row in seen
        if school in {"", row.entry.school} and stage in {"", row.entry.stage.value}
    ]
