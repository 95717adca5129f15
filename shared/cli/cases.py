"""Many deadlines at once: a case a line in, an answer a line out (`accord deadline --jsonl`)."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import orjson
from pydantic import ValidationError

from shared.calendars import BadCalendar, Calendars, CalendarVersion, DeclaredDay, written_day
from shared.catalog import legal_holidays
from shared.deadlines import Due, Rule, due
from shared.explanation import Extension, extended

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

T = TypeVar("T")

KEPT_MAX = 4096
"""Different calendars kept; lines that come together mostly carry the same ones."""


class BadCase(ValueError):
    """A case that can't be answered; field is where in the case, if one place is the cause."""

    def __init__(self, reason: str, field: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.field = field


def read_day(text: object, field: str) -> date:
    """A day of a case or an option.

    Raises:
        BadCase: it is not written as a day.
    """
    try:
        return written_day(text)
    except ValueError as error:
        raise BadCase(str(error), field) from error


def read_trigger(text: object) -> date | datetime:
    """A trigger: a day, or an instant with its zone.

    Raises:
        BadCase: it is neither.
    """
    if not isinstance(text, str) or "T" not in text:
        return read_day(text, "trigger")
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadCase("not a time: write it as 2025-11-01T13:30:00-07:00", "trigger") from error
    read_day(text[:10], "trigger")
    return instant


def count(
    rule: Rule, trigger: date | datetime, calendars: Calendars, as_of: date, school: str | None
) -> Due:
    """The due date; a trigger that does not fit the rule is the case's fault.

    Raises:
        BadCase: a time without its zone, or a day where a time is needed.
    """
    try:
        return due(rule, trigger, calendars, as_of=as_of, school=school)
    except ValueError as error:
        raise BadCase(str(error), "trigger") from error


def shown(found: Due) -> dict[str, Any]:
    """A due date in the shape of an answer; one not yet known has no `due` (C-TIME-6)."""
    if not found.known:
        return {
            "status": "unknown",
            "earliest": found.on,
            "counted_so_far": found.counted,
            "remaining": found.missing,
            "first_uncovered_day": found.uncovered_from,
        }
    answer: dict[str, Any] = {"status": "known", "due": found.at or found.on}
    if found.before_roll is not None:
        answer["before_roll"] = found.before_roll
    return answer


class Cases:
    """Answers cases, and keeps the calendars it has built for the lines to come."""

    def __init__(self) -> None:
        self.bad = 0
        """Lines that could not be answered."""
        self._rules: dict[bytes, Rule] = {}
        self._versions: dict[bytes, CalendarVersion] = {}
        self._loaded: dict[bytes, Calendars] = {}
        self._declared: dict[bytes, Calendars] = {}

    def answers(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """One line for each that is not blank; a bad one is answered with what is wrong in it."""
        for line in lines:
            if line.isspace():
                continue
            try:
                answer = self.answer(orjson.loads(line))
            except BadCase as bad:
                self.bad += 1
                answer = {"error": bad.reason, "field": bad.field}
            except orjson.JSONDecodeError as error:
                self.bad += 1
                answer = {"error": f"not JSON: {error}", "field": None}
            yield orjson.dumps(answer, option=orjson.OPT_APPEND_NEWLINE)

    def answer(self, case: Any) -> dict[str, Any]:
        """The answer to one case.

        Without `as_of` all that the case holds is taken as known; without `holidays` those of the
        state are.

        Raises:
            BadCase: names the field and what would mend it.
        """
        if not isinstance(case, dict):
            raise BadCase("a case is a JSON object")
        for needed in ("rule", "trigger"):
            if needed not in case:
                raise BadCase("missing: give it", needed)
        school = case.get("school")
        if not (school is None or isinstance(school, str)):
            raise BadCase("not a name: give the school's slug", "school")
        as_of = read_day(case["as_of"], "as_of") if case.get("as_of") is not None else date.max
        rule, trigger = self._rule(case["rule"]), read_trigger(case["trigger"])
        found = count(rule, trigger, self._calendars(case), as_of, school)
        if case.get("extension") is None:
            return shown(found)
        in_force, outcome = extended(found, _extension(case["extension"]), as_of=as_of)
        original = found.on if found.known else None
        return shown(in_force) | {"original_due": original, "extension": outcome}

    def _rule(self, data: object) -> Rule:
        key = _bytes(data, "rule")
        if key not in self._rules:
            try:
                rule = Rule.model_validate(data)
            except ValidationError as error:
                first = error.errors(include_url=False, include_input=False)[0]
                raise BadCase(first["msg"], ".".join(("rule", *map(str, first["loc"])))) from error
            _keep(self._rules, key, rule)
        return self._rules[key]

    def _calendars(self, case: dict[str, Any]) -> Calendars:
        calendars, holidays = case.get("calendars"), case.get("holidays")
        key = _bytes((calendars, holidays), "calendars")
        if key not in self._loaded:
            _keep(self._loaded, key, self._load(calendars, holidays))
        closures, added = case.get("closures"), case.get("added_days")
        if not closures and not added:
            return self._loaded[key]
        whole = key + _bytes((closures, added), "closures")
        if whole not in self._declared:
            declaring = self._loaded[key].declaring(
                _declared(closures, "closures"), _declared(added, "added_days")
            )
            _keep(self._declared, whole, declaring)
        return self._declared[whole]

    def _load(self, calendars: object, holidays: object) -> Calendars:
        listed = enumerate(_listed(calendars, "calendars"))
        versions = tuple(self._version(data, f"calendars[{number}]") for number, data in listed)
        off = legal_holidays() if holidays is None else _holidays(holidays)
        try:
            return Calendars(versions, holidays=off)
        except BadCalendar as bad:
            raise BadCase(str(bad), "calendars") from bad

    def _version(self, data: object, field: str) -> CalendarVersion:
        key = _bytes(data, field)
        if key not in self._versions:
            try:
                version = CalendarVersion.read(data)
            except BadCalendar as bad:
                raise _within(field, bad) from bad
            _keep(self._versions, key, version)
        return self._versions[key]


def _bytes(data: object, field: str) -> bytes:
    try:
        return orjson.dumps(data)
    except orjson.JSONEncodeError as error:
        raise BadCase("nested too deeply", field) from error


def _keep(kept: dict[bytes, T], key: bytes, value: T) -> None:
    if len(kept) >= KEPT_MAX:
        kept.clear()
    kept[key] = value


def _within(field: str, bad: BadCalendar) -> BadCase:
    return BadCase(bad.reason, f"{field}.{bad.field}" if bad.field else field)


def _holidays(data: object) -> frozenset[date]:
    days = enumerate(_listed(data, "holidays"))
    return frozenset(read_day(day, f"holidays[{number}]") for number, day in days)


def _declared(data: object, field: str) -> tuple[DeclaredDay, ...]:
    days = []
    for number, day in enumerate(_listed(data, field)):
        try:
            days.append(DeclaredDay.read(day))
        except BadCalendar as bad:
            raise _within(f"{field}[{number}]", bad) from bad
    return tuple(days)


def _listed(data: object, field: str) -> list[object]:
    if data is None:
        return []
    if not isinstance(data, list):
        raise BadCase("not a list", field)
    return data


def _extension(data: object) -> Extension:
    if not isinstance(data, dict):
        raise BadCase("give notice_on and new_due", "extension")
    notice_on = read_day(data.get("notice_on"), "extension.notice_on")
    return Extension(notice_on, read_day(data.get("new_due"), "extension.new_due"))
