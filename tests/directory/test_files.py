"""Files as people bring them: good rows load, bad ones come back with line, field, reason, fix."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.directory.loading import (
    load_calendar,
    load_officers,
    load_policy,
    load_schools,
    load_staff,
)
from services.directory.register import Register
from shared.handed_back import FILE_BYTES_MAX
from shared.tables import write_rejected
from tests.directory.samples import TODAY, calendar_file, policy_file, program

if TYPE_CHECKING:
    from services.directory.application import DirectoryDesk
    from shared.handed_back import Loaded

HEADER = b"school,title,effective_from,effective_to\n"
GOOD = b"good-school,Good Sample School,2025-08-01,\n"


def where(loaded: Loaded) -> list[tuple[int | None, str | None]]:
    for back in loaded.handed_back:
        assert back.reason
        assert back.fix
    return [(back.line, back.field) for back in loaded.handed_back]


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (b"Bad School,Sample,2025-08-01,", "school"),
        (b"bad-school,,2025-08-01,", "title"),
        (b"bad-school,Sample,08/01/2025,", "effective_from"),
        (b"bad-school,Sample,2025-02-30,", "effective_from"),
        (b"bad-school,Sample,,", "effective_from"),
        (b"bad-school,Sample,2025-08-01,2025-07-31", "effective_to"),
        (b"bad-school,\xc9cole Sample,2025-08-01,", "title"),
        (b"bad-school,Sam\x00ple,2025-08-01,", "title"),
        (b"bad-school,Sample", None),
        (b"bad-school,Sample,2025-08-01,,one,too many", None),
        (b'bad-school,"Sample,2025-08-01,', None),
        (b'bad-school,"Sample"x,2025-08-01,', None),
        (b"bad-school," + b"x" * 200_000 + b",2025-08-01,", None),
    ],
)
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_data_9_a_bad_row_comes_back_and_the_good_ones_load(
    empty: DirectoryDesk, bad: bytes, field: str | None, end: bytes
) -> None:
    content = (HEADER + bad + b"\n" + GOOD).replace(b"\n", end)
    loaded = load_schools(empty, content, by="operator")
    assert loaded.recorded == 1
    assert where(loaded) == [(2, field)]


def test_data_9_what_came_back_is_corrected_and_imported_in_its_turn(empty: DirectoryDesk) -> None:
    loaded = load_schools(empty, HEADER + b"Mended,\xc9 Sample,2025-08-01,\n" + GOOD, by="operator")
    rejected = write_rejected(loaded.columns, loaded.handed_back)
    assert b"\xc9 Sample" in rejected
    mended = rejected.replace(b"Mended", b"mended").replace(b"\xc9", "É".encode())
    assert load_schools(empty, mended, by="operator").recorded == 1
    titles = [school.title for school in Register(empty, empty.engine).schools(TODAY)]
    assert titles == ["Good Sample School", "É Sample"]


def test_data_9_what_can_not_be_taken_apart_comes_back_as_it_came(empty: DirectoryDesk) -> None:
    loaded = load_schools(empty, HEADER + b'x,"open,2025-08-01,\n' + b"y,z\n", by="operator")
    lines = write_rejected(loaded.columns, loaded.handed_back).decode().splitlines()
    assert lines[1].endswith('"x,""open,2025-08-01,"')
    assert lines[2].endswith('"y,z"')


def test_a_byte_order_mark_any_order_and_a_column_too_many_are_taken(empty: DirectoryDesk) -> None:
    content = "\ufeffEffective_To,colour, title ,school,effective_from\r\n,red,Sample,a,2025-08-01"
    loaded = load_schools(empty, content.encode(), by="operator")
    assert (loaded.recorded, loaded.passed_over) == (1, ("colour",))


def test_data_9_a_reference_given_twice_comes_back_once(empty: DirectoryDesk) -> None:
    another_period = b"good-school,Good Sample Academy,2026-08-01,\n"
    loaded = load_schools(empty, HEADER + GOOD + GOOD + another_period, by="operator")
    assert loaded.recorded == 2
    assert where(loaded) == [(3, "school")]
    assert loaded.handed_back[0].reason.startswith("line 2 gives the same")


@pytest.mark.parametrize(
    ("content", "line", "field", "says"),
    [
        (b"", None, None, "empty"),
        (b" \r\n", None, None, "empty"),
        (b"school,title\nx,y\n", 1, "effective_from", "missing"),
        (b"school;title;effective_from;effective_to\n", 1, "school", "missing"),
        (b"school,school,title,effective_from,effective_to\n", 1, "school", "twice"),
        (HEADER.replace(b"title", b"t\xeftle"), 1, None, "not UTF-8"),
        ("school".encode("utf-16"), None, None, "UTF-16"),
        (HEADER + b"x" * FILE_BYTES_MAX, None, None, "larger than"),
        (b'"school\n', 1, None, "unreadable"),
    ],
)
def test_data_9_a_file_that_can_not_be_used_says_why(
    empty: DirectoryDesk, content: bytes, line: int | None, field: str | None, says: str
) -> None:
    loaded = load_schools(empty, content, by="operator")
    assert where(loaded) == [(line, field)]
    assert says in loaded.handed_back[0].reason
    assert empty.last_position() == 0


STAFF = b"staff,role,school,effective_from,effective_to\n"


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (b"staff-40,janitor,,2025-08-01,", "role"),
        (b"staff-40,agency_head,,2025-08-01,", "role"),
        (b"Jordan Sample,superintendent,,2025-08-01,", "staff"),
        (b"staff-40,principal,,2025-08-01,", "school"),
        (b"staff-40,principal,no-such-school,2025-08-01,", "school"),
        (b"staff-40,director,,2025-08-01,", "effective_from"),
    ],
)
def test_team_3_a_role_that_can_not_be_held_comes_back(
    desk: DirectoryDesk, row: bytes, field: str
) -> None:
    loaded = load_staff(desk, STAFF + row, by="operator")
    assert where(loaded) == [(2, field)]
    assert "Jordan" not in loaded.handed_back[0].reason + loaded.handed_back[0].fix


def test_team_2_a_successor_may_stand_above_the_last_day_of_who_was_before(
    desk: DirectoryDesk,
) -> None:
    rows = b"staff-12,director,,2026-07-01,\nstaff-5,director,,2025-08-01,2026-06-30\n"
    assert load_staff(desk, STAFF + rows, by="operator").recorded == 2


def test_officers_go_to_the_agency(desk: DirectoryDesk, agency: DirectoryDesk) -> None:
    content = b"officer,effective_from,effective_to\nofficer-44,2025-08-01,\n"
    assert where(load_officers(desk, content, by="operator")) == [(2, None)]
    assert load_officers(agency, content, by="operator").recorded == 1


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(["a", "b", "Bad"]),
            st.sampled_from(["Sample One", "Sample Two", ""]),
            st.sampled_from(["2025-08-01", "2026-08-01", "soon"]),
            st.sampled_from(["", "2027-06-30", "2020-01-01"]),
        ),
        max_size=8,
    )
)
def test_data_9_a_file_imported_twice_has_no_second_effect(
    empty: DirectoryDesk, rows: list[tuple[str, str, str, str]]
) -> None:
    content = HEADER + "".join(",".join(row) + "\n" for row in rows).encode()
    first = load_schools(empty, content, by="operator")
    position = empty.last_position()
    second = load_schools(empty, content, by="operator")
    assert empty.last_position() == position
    assert second.handed_back == first.handed_back
    assert second.unchanged == first.recorded + first.unchanged
    assert first.recorded + first.unchanged + len(first.handed_back) == len(rows)


# --- Calendars and policies -----------------------------------------------------------------------

SPAN = {"from": "2025-10-10", "to": "2025-10-14", "reason": "a"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"first_day": "03.09.2025"}, "first_day"),
        ({"last_day": "2025-09-01"}, "last_day"),
        ({"covers_to": None}, "covers_to"),
        ({"weekdays": [1, 8]}, "weekdays[1]"),
        ({"no_school": [SPAN, SPAN | {"from": "2025-10-14"}]}, "no_school[1].from"),
        ({"no_school": [SPAN | {"to": "2025-10-01"}]}, "no_school[0].to"),
        ({"source": "a\u0000b"}, "source"),
        ({"organisation": "shoreline-sd"}, "organisation"),
        (
            {"closures": [{"date": "2026-01-21", "declared_on": "2026-01-20", "schools": ["no"]}]},
            "school",
        ),
    ],
)
def test_time_7_a_calendar_that_can_not_be_counted_on_names_its_field(
    empty: DirectoryDesk, changes: dict[str, Any], field: str
) -> None:
    loaded = load_calendar(empty, calendar_file(**changes), by="operator")
    assert where(loaded) == [(None, field)]
    assert empty.last_position() == 0


def test_time_7_a_second_term_that_overlaps_the_first_is_refused(desk: DirectoryDesk) -> None:
    loaded = load_calendar(desk, calendar_file(calendar_id="second"), by="operator")
    assert where(loaded) == [(None, "second/1 first_day")]


def test_time_7_a_field_that_means_nothing_is_told(empty: DirectoryDesk) -> None:
    assert load_calendar(empty, calendar_file(closure=[]), by="operator").passed_over == (
        "closure",
    )


@pytest.mark.parametrize(
    ("content", "line", "says"),
    [
        (b"", None, "empty"),
        (b"{\n,}", 2, "no JSON"),
        (b"[]", None, "no JSON object"),
        (b'{\n"a": "\xc9"}', 2, "not UTF-8"),
        (b'{"version": 1, "version": 2}', None, "version is there twice"),
        (b"[" * 100_000, None, "nested too deeply"),
        (b" " * FILE_BYTES_MAX + b"{}", None, "larger than"),
    ],
)
@pytest.mark.parametrize("load", [load_calendar, load_policy])
def test_a_document_that_can_not_be_read_says_why(
    empty: DirectoryDesk, load: Any, content: bytes, line: int | None, says: str
) -> None:
    (back,) = load(empty, content, by="operator").handed_back
    assert back.line == line
    assert says in back.reason


def complaint(**changes: Any) -> bytes:
    return policy_file(complaint=json.loads(policy_file())["complaint"] | changes)


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (policy_file(effective_from="soon"), "effective_from"),
        (policy_file(complaint=None), "complaint"),
        (complaint(filing={"unit": "days", "count": 10}), "complaint.filing.unit"),
        (complaint(filing={"unit": "calendar_days", "count": 0}), "complaint.filing.count"),
        (complaint(filing={"unit": "calendar_days"}), "complaint.filing.count"),
        (complaint(determinaton=None), "complaint.determinaton"),
        (policy_file(effective_to="2021-04-27"), "effective_to"),
        (policy_file(version=" "), "version"),
        (policy_file(name="Sample\u0000"), "name"),
    ],
)
def test_aud_3_a_policy_that_can_not_be_judged_by_names_its_field(
    empty: DirectoryDesk, content: bytes, field: str
) -> None:
    assert where(load_policy(empty, content, by="operator")) == [(None, field)]
    assert empty.last_position() == 0


def test_aud_3_a_changed_policy_needs_a_version_of_its_own(desk: DirectoryDesk) -> None:
    changed = policy_file(name="Another name")
    assert where(load_policy(desk, changed, by="operator")) == [(None, "title")]
    assert (
        load_policy(desk, policy_file(name="Another name", version="2"), by="operator").recorded
        == 1
    )
    assert load_policy(desk, program("policy.json") + b"\n", by="operator").unchanged == 1


def test_time_3_calendar_days_roll_forward_unless_the_policy_says_otherwise(
    empty: DirectoryDesk,
) -> None:
    load_policy(
        empty,
        complaint(
            filing={"unit": "calendar_days", "count": 10},
            appeal_filing={"unit": "calendar_days", "count": 10, "roll": "none"},
            determination=None,
        ),
        by="operator",
    )
    policy = Register(empty, empty.engine).policy(TODAY)
    assert policy is not None
    rules = policy.complaint
    assert rules.filing is not None
    assert rules.appeal_filing is not None
    assert (rules.filing.roll, rules.appeal_filing.roll) == ("next_business_day", "none")
    assert rules.determination is None


def test_the_samples_carry_no_real_name() -> None:
    for file in Path(__file__).parents[2].glob("samples/snohomish-*/*.csv"):
        lines = [line.split(",") for line in file.read_text().splitlines()]
        if "name" in lines[0]:
            at = lines[0].index("name")
            assert all(line[at].startswith("Synthetic ") for line in lines[1:])


def test_aud_3_limits_for_incidents_are_added_once_to_a_version_and_never_altered(
    empty: DirectoryDesk,
) -> None:
    silent = {name: told for name, told in json.loads(policy_file()).items() if name != "incident"}
    file = json.dumps(silent).encode()
    assert load_policy(empty, file, by="operator").recorded == 1
    assert load_policy(empty, policy_file(), by="operator").recorded == 1
    assert load_policy(empty, policy_file(), by="operator").unchanged == 1
    other = policy_file(incident={"outcome": {"unit": "calendar_days", "count": 9}})
    assert where(load_policy(empty, other, by="operator")) == [(None, "incident")]
    assert where(load_policy(empty, file, by="operator")) == [(None, "incident")]
