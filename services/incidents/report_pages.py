"""The pages of reports: internal ones for who may make them, published ones for everybody."""

from __future__ import annotations

from datetime import date
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple
from urllib.parse import quote

from fastapi import APIRouter, Depends
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.incidents.api import shown
from services.incidents.report_charts import bars
from services.incidents.report_files import MEDIA, NEEDED, written_as
from services.incidents.report_public import TOTAL
from services.incidents.reports import Period, school_year, written_as_of
from services.incidents.words import Audience, Format, ReportName
from shared.calendars import written_day
from shared.errors import Refused
from shared.web import Form, FormProblem, Pages, Staff, form_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from markupsafe import Markup

    from services.incidents.district_desk import DistrictDesk
    from services.incidents.frozen import Made
    from services.incidents.reports import Report, Table

Sent = Annotated[Form, Depends(form_of())]
ROWS_MAX = 500
TITLES = {
    ReportName.CALLS: "Calls and outcomes",
    ReportName.STATE: "For the state",
    ReportName.FEDERAL: "Federal civil rights items",
}


class Shown(NamedTuple):
    """A table of a report as a page shows it."""

    title: str
    note: str
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    of: int
    chart: Markup | None


class ReportPages:
    """Reports of the district."""

    def __init__(self, desk: DistrictDesk) -> None:
        self._desk = desk

    def router(self) -> APIRouter:
        """The routes."""
        routes = APIRouter(include_in_schema=False)
        routes.add_api_route("/reports", self.reports)
        routes.add_api_route("/reports/freeze", self.freeze, methods=["POST"])
        routes.add_api_route("/reports/publish", self.publish, methods=["POST"])
        routes.add_api_route("/reports/{name}", self.report)
        routes.add_api_route("/reports/{name}/{kind}", self.file)
        routes.add_api_route("/published", self.published)
        routes.add_api_route("/published/{begins_on}/{ends_on}", self.edition)
        routes.add_api_route("/published/{begins_on}/{ends_on}/{kind}", self.edition_file)
        return routes

    # --- Internal ---------------------------------------------------------------------------------

    def reports(self, request: Request, staff: Staff, done: str = "") -> Response:
        """What reports there are, and what was frozen and published."""
        begins_on, ends_on = school_year(self._desk.today())
        return Pages.of(request).show(
            request,
            "reports.html",
            titles=TITLES,
            period=(begins_on, ends_on),
            frozen=_lines(shown(lambda: self._desk.frozen_reports(by=staff))),
            editions=_lines(self._desk.editions()),
            done=done,
        )

    def report(self, request: Request, staff: Staff, name: ReportName) -> Response:
        """A report with its charts and tables; each making is written down (C-DATA-4)."""
        period = self._period(request)
        return self._show(request, self._made(name, staff, period), f"/reports/{name}")

    def file(self, request: Request, staff: Staff, name: ReportName, kind: Format) -> Response:
        """The same report as a file."""
        return _file(self._made(name, staff, self._period(request)), kind)

    def freeze(self, request: Request, staff: Staff, form: Sent) -> Response:
        """Freeze the report for the state (C-DATA-5)."""
        period = _sent(form)
        shown(lambda: self._desk.freeze_state_report(by=staff, period=period))
        return RedirectResponse("/reports?done=frozen", 303)

    def publish(self, request: Request, staff: Staff, form: Sent) -> Response:
        """Publish an edition (C-PRIV-5)."""
        period = _sent(form)
        try:
            self._desk.publish_report(by=staff, period=period)
        except Refused as refused:
            if refused.field == "by":
                raise HTTPException(403, refused.reason) from None
            raise HTTPException(422, f"{refused.clause}: {refused.reason}.") from None
        return RedirectResponse("/reports?done=published", 303)

    # --- For everybody ----------------------------------------------------------------------------

    def published(self, request: Request) -> Response:
        """What was published, the latest edition of each period."""
        editions = self._desk.editions()
        latest = {(e.begins_on, e.ends_on): e for e in reversed(editions)}
        return Pages.of(request).show(request, "published.html", editions=[*latest.values()])

    def edition(self, request: Request, begins_on: date, ends_on: date) -> Response:
        """The latest edition of a period, or what it was at an instant."""
        report = self._edition(request, begins_on, ends_on)
        return self._show(request, report, f"/published/{begins_on}/{ends_on}")

    def edition_file(
        self, request: Request, begins_on: date, ends_on: date, kind: Format
    ) -> Response:
        """The same as a file."""
        return _file(self._edition(request, begins_on, ends_on), kind)

    # --- What they share --------------------------------------------------------------------------

    def _edition(self, request: Request, begins_on: date, ends_on: date) -> Report:
        errors: dict[str, str] = {}
        as_of = _as_of(request.query_params.get("as_of", ""), errors)
        if errors:
            raise FormProblem(errors, 422)
        found = shown(lambda: self._desk.edition(Period(begins_on, ends_on, as_of)))
        if found is None:
            raise HTTPException(404, "Nothing was published of these days.")
        return found

    def _made(self, name: ReportName, staff: str, period: Period) -> Report:
        try:
            return self._desk.report(name, by=staff, period=period)
        except Refused as refused:
            if refused.field == "by":
                raise HTTPException(403, refused.reason) from None
            raise FormProblem({refused.field or "": refused.reason}, 422) from None

    def _period(self, request: Request) -> Period:
        asked, errors = request.query_params, dict[str, str]()
        first, last = school_year(self._desk.today())
        period = Period(
            _day(asked.get("from", ""), "from", errors) or first,
            _day(asked.get("to", ""), "to", errors) or last,
            _as_of(asked.get("as_of", ""), errors),
        )
        if errors:
            raise FormProblem(errors, 422)
        return period

    def _show(self, request: Request, report: Report, path: str) -> Response:
        asked = report.asked
        query = f"from={asked.begins_on}&to={asked.ends_on}"
        return Pages.of(request).show(
            request,
            "report.html",
            report=report,
            tables=[_shown(table, asked.audience, self._desk.schools()) for table in report.tables],
            here=path,
            exact=f"{query}&as_of={quote(asked.as_of.isoformat())}",
            kinds=[kind for kind in Format if kind not in NEEDED or find_spec(NEEDED[kind])],
            internal=asked.audience is Audience.INTERNAL,
        )


def _lines(made: Sequence[Made]) -> list[tuple[Made, str]]:
    """What was kept, each with how its instant is written in an address."""
    return [(each, quote(each.as_of.isoformat())) for each in made]


def _shown(table: Table, audience: Audience, schools: Mapping[str, str]) -> Shown:
    columns: tuple[str, ...] = (*table.dimensions, *table.measures)
    rows: list[tuple[Any, ...]] = [
        tuple(schools.get(str(cell), cell) for cell in row) for row in table.rows
    ]
    chart = None
    if audience is Audience.PUBLIC:
        columns, rows = _across(table, rows)
        chart = bars(table.title, [(str(row[0]), row[-1]) for row in rows if row[0] != TOTAL])
    elif len(table.dimensions) == 1 and table.measures and table.name != "summary":
        place = table.measures.index("persons") if "persons" in table.measures else 0
        if table.name == "by_school":
            place = 0
        counted = [(str(row[0]), _count(row[1 + place])) for row in rows]
        chart = bars(f"{table.title}: {table.measures[place]}", counted) if counted else None
    written = [tuple("hidden" if cell is None else cell for cell in row) for row in rows[:ROWS_MAX]]
    return Shown(table.title, table.note, columns, written, len(rows), chart)


def _across(
    table: Table, rows: list[tuple[Any, ...]]
) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """A table of two dimensions, the second across."""
    counts = {row[:2]: row[2] for row in rows}
    down, across = (list(dict.fromkeys(row[at] for row in rows)) for at in (0, 1))
    columns = (table.dimensions[0], *map(str, across))
    return columns, [(each, *(counts[each, other] for other in across)) for each in down]


def _count(value: Any) -> int | None:
    assert value is None or isinstance(value, int)
    return value


def _file(report: Report, kind: Format) -> Response:
    asked = report.asked
    try:
        content = written_as(report, kind)
    except ModuleNotFoundError:
        reason = f"This file needs the package {NEEDED[kind]}, which is not installed here."
        raise HTTPException(501, reason) from None
    name = f"{asked.name}-{asked.audience}-{asked.begins_on}-{asked.ends_on}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=MEDIA[kind], headers=headers)


def _sent(form: Form) -> Period:
    begins_on, ends_on = form.day("from", "C-DATA-2"), form.day("to", "C-DATA-2")
    if begins_on is None or ends_on is None:
        raise FormProblem({"from" if begins_on is None else "to": "give the day"}, 422)
    return Period(begins_on, ends_on)


def _day(text: str, name: str, errors: dict[str, str]) -> date | None:
    try:
        return written_day(text.strip()) if text.strip() else None
    except ValueError as error:
        errors[name] = str(error)
        return None


def _as_of(text: str, errors: dict[str, str]) -> date | datetime | None:
    try:
        return written_as_of(text)
    except ValueError as error:
        errors["as_of"] = str(error)
        return None
