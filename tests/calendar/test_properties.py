"""What holds of every clock, whatever the calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.school_calendar import Calendars, CalendarVersion, DeclaredDay, Rule, Unit, due, explain
from tests.calendar.samples import SAMPLE, facts, school_days, version

ALWAYS = date.max
FIRST, LAST = date(2026, 1, 1), date(2026, 3, 31)
days = st.dates(FIRST, LAST)
counts = st.integers(1, 40)
# a busy machine is no failure
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def declared_days(draw: st.DrawFn) -> DeclaredDay:
    schools: tuple[str, ...] = draw(st.sampled_from([(), (), ("sample-high",)]))
    return DeclaredDay(on=draw(days), declared_on=draw(days), reason="sample", schools=schools)


@st.composite
def calendars(draw: st.DrawFn) -> Calendars:
    """The sample year, cut up at random, with closures and make-up days."""
    cuts = sorted(draw(st.sets(st.dates(date(2026, 1, 6), date(2026, 2, 26)), max_size=6)))
    spans = [
        {"from": str(start), "to": str(end), "reason": "Sample break"}
        for start, end in zip(cuts[::2], cuts[1::2], strict=False)
    ]
    read = CalendarVersion.read(facts(no_school=spans))
    some = st.lists(declared_days(), max_size=4).map(tuple)
    return Calendars((read,), draw(some), draw(some))


schools = st.sampled_from([None, "sample-high"])


@UNHURRIED
@given(calendars(), days, counts, schools, days)
def test_time_2_the_due_day_is_a_school_day_after_the_trigger(
    known: Calendars, trigger: date, count: int, school: str | None, as_of: date
) -> None:
    found = due(school_days(count), trigger, known, as_of=as_of, school=school)
    assert found.on > trigger
    assert found.counted + found.missing == count
    if found.known:
        assert known.is_school_day(found.on, as_of, school)
        between = (trigger + timedelta(days=n) for n in range(1, (found.on - trigger).days + 1))
        assert sum(known.is_school_day(each, as_of, school) for each in between) == count


@UNHURRIED
@given(calendars(), days, counts, schools)
def test_time_2_one_day_more_is_due_later(
    known: Calendars, trigger: date, count: int, school: str | None
) -> None:
    shorter = due(school_days(count), trigger, known, as_of=ALWAYS, school=school)
    longer = due(school_days(count + 1), trigger, known, as_of=ALWAYS, school=school)
    assert longer.on > shorter.on
    assert shorter.known or not longer.known


@UNHURRIED
@given(calendars(), days, counts, schools, declared_days())
def test_time_5_another_closure_never_makes_a_due_date_earlier(
    known: Calendars, trigger: date, count: int, school: str | None, closure: DeclaredDay
) -> None:
    before = due(school_days(count), trigger, known, as_of=ALWAYS, school=school)
    closed = known.declaring(closures=(closure,))
    after = due(school_days(count), trigger, closed, as_of=ALWAYS, school=school)
    assert after.on >= before.on


@UNHURRIED
@given(calendars(), days, counts, declared_days(), st.booleans())
def test_time_5_asked_before_the_declaration_the_answer_is_the_earlier_one(
    known: Calendars, trigger: date, count: int, declared: DeclaredDay, closed: bool
) -> None:
    day_before = declared.declared_on - timedelta(days=1)
    more = known.declaring((declared,), ()) if closed else known.declaring((), (declared,))
    rule = school_days(count)
    assert due(rule, trigger, more, as_of=day_before) == due(rule, trigger, known, as_of=day_before)


@UNHURRIED
@given(days, counts, st.dates(date(2026, 4, 1), date(2026, 5, 20)), st.sets(days, max_size=5))
def test_time_6_the_earliest_possible_date_is_never_after_the_real_one(
    trigger: date, count: int, first_day: date, holidays: set[date]
) -> None:
    off = frozenset(holidays)
    later = version(
        calendar_id="sample-sd-later",
        covers_from="2026-04-01",
        covers_to="2026-12-31",
        first_day=str(first_day),
        last_day="2026-12-18",
        no_school=[],
    )
    early = due(school_days(count), trigger, Calendars((version(),), holidays=off), as_of=ALWAYS)
    both = Calendars((version(), later), holidays=off)
    real = due(school_days(count), trigger, both, as_of=ALWAYS)
    assert real.known
    assert early.on <= real.on
    assert early.on == real.on or not early.known


@UNHURRIED
@given(calendars(), days, counts, schools)
def test_time_10_the_explanation_counts_to_the_due_date_and_never_the_trigger(
    known: Calendars, trigger: date, count: int, school: str | None
) -> None:
    found = due(school_days(count), trigger, known, as_of=ALWAYS, school=school)
    steps = explain(school_days(count), trigger, known, as_of=ALWAYS, school=school)
    counted = [step.on for step in steps if step.kind == "counted"]
    assert trigger not in counted
    assert len(counted) == found.counted
    if found.known:
        assert counted[-1] == found.on


@UNHURRIED
@given(calendars(), days, counts, st.sampled_from(["calendar_days", "business_days", "months"]))
def test_time_3_a_rolled_clock_ends_on_the_first_business_day_from_the_last(
    known: Calendars, trigger: date, count: int, unit: str
) -> None:
    rule = Rule(unit=Unit(unit), count=count, roll="next_business_day")
    found = due(rule, trigger, known, as_of=ALWAYS)
    last = found.before_roll or found.on
    passed_over = [last + timedelta(days=n) for n in range((found.on - last).days)]
    assert known.is_business_day(found.on)
    assert not any(known.is_business_day(each) for each in passed_over)


@UNHURRIED
@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  # bounds
    st.integers(1, 200),
)
def test_time_12_hours_are_elapsed_whatever_the_clocks_do(start: datetime, hours: int) -> None:
    found = due(Rule(unit=Unit.HOURS, count=hours), start, SAMPLE, as_of=ALWAYS)
    assert found.at
    assert found.at.astimezone(UTC) - start == timedelta(hours=hours)
