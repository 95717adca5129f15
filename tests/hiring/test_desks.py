"""Both desks on real stores: a whole search, with what goes wrong in one."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from services.hiring import events as e
from services.hiring.codes import new_code
from services.hiring.scoring import proof_of, verified
from services.hiring.words import Category, Conflict, Ending, Mismatch, Why
from shared.contracts.hiring import SroAppointedV1, SroRemovedV1
from shared.errors import Refused
from tests.hiring.samples import (
    AGENCY_MEMBERS,
    C1,
    C2,
    C3,
    CHIEF,
    DIRECTOR,
    DISTRICT_MEMBERS,
    MEMBERS,
    MET,
    NOT_MET,
    OTHER_SCHOOL,
    PREREQUISITES,
    PRINCIPAL,
    SCHOOL,
    SUPERINTENDENT,
    TODAY,
    At,
    Both,
    everybody,
)

if TYPE_CHECKING:
    from pathlib import Path

    from services.hiring.application import HiringDesk

NAMES = ("Avery Example", "Blake Sample", "Casey Fixture")
DAY = timedelta(days=1)


def stored(desk: HiringDesk) -> bytes:
    rows = desk.process_recorder.select_notifications(start=1, limit=10_000)
    return b"".join(row.state for row in rows)


def ranks(desk: HiringDesk, search: str) -> list[tuple[str, int | None]]:
    return [(p.candidate, p.rank) for p in desk.search(search).known.places or ()]


def ranked_search(both: Both, *given: int) -> str:
    search = both.search(*NAMES[: len(given)])
    both.interview(search)
    both.score(search, everybody(*given))
    both.rank(search)
    return search


def decline(both: Both, search: str, by: str = DIRECTOR, **other: Any) -> None:
    facts: dict[str, Any] = {
        "category": Category.SCHOOL,
        "reviewed_by": SUPERINTENDENT,
        "no_protected_characteristic": True,
        "reasons": "They would rather work elsewhere.",
    }
    both.district.decline(search, by=by, **(facts | other))


# --- A whole search -------------------------------------------------------------------------------


def test_hire_5_both_sides_end_with_the_same_ranking_and_each_verifies_every_commitment(
    both: Both,
) -> None:
    search = both.search(*NAMES)
    both.interview(search)
    given = {
        "agency-2": {C1: 4, C2: 5, C3: 2},
        "agency-3": {C1: 3, C2: 5, C3: 3},
        "agency-4": {C1: 5, C2: 4, C3: 1},
        "staff-1": {C1: 4, C2: 4, C3: 5},
        "staff-12": {C1: 3, C2: 4, C3: 4},
    }
    # the link is cut: each organisation's members seal, and nothing crosses
    for member, scores in given.items():
        both.seal(search, member, scores, notes="Sample note of this member.")
    with pytest.raises(Refused, match="staff-1, staff-12"):
        both.agency.close_scoring(search, by=CHIEF)
    both.carry()  # the link is back
    both.agency.close_scoring(search, by=CHIEF)
    both.carry()
    for member in given:
        both.open(search, member)
    both.carry()
    both.agency.record_ranking(search, by=CHIEF)
    both.carry()
    for desk in (both.agency, both.district):
        known = desk.search(search).known
        assert ranks(desk, search) == [(C2, 1), (C1, 2), (C3, 3)]
        assert verified(known) == []
        assert len(proof_of(known)) == 15
        assert [(c.keeper, c.of, c.findings) for c in known.checks] == [
            ("district", "the closing", ()),
            ("district", "the ranking", ()),
        ]
    assert both.agency.search(search).known.places == both.district.search(search).known.places


def test_hire_2_the_district_sees_counts_and_who_was_advanced_and_no_name_crosses(
    both: Both,
) -> None:
    agency = both.agency
    search = agency.open_search(by=CHIEF, school=SCHOOL)
    agency.define_prerequisites(search, PREREQUISITES, by=CHIEF)
    for name in NAMES:
        agency.enter_candidate(search, by=CHIEF, name=name)
    agency.screen_candidate(search, C1, NOT_MET, by=CHIEF, notes="")
    agency.not_advance_candidate(search, C1, by=CHIEF, reasons="No course yet.")
    for each in (C2, C3):
        agency.screen_candidate(search, each, MET, by=CHIEF, notes="")
        agency.advance_candidate(search, each, by=CHIEF)
    agency.close_screening(search, by=CHIEF)
    both.carry()
    there = both.district.search(search).known
    assert (there.entered, [c.candidate for c in there.candidates]) == (3, [C2, C3])
    assert all(name.encode() not in stored(d) for name in NAMES for d in (agency, both.district))
    assert b"No course yet" not in stored(both.district)
    both.district.name_candidate(search, C2, by=DIRECTOR, name=NAMES[1])
    assert both.district.name_of(search, C2, DIRECTOR) == NAMES[1]
    assert both.district.name_of(search, C3, DIRECTOR) == ""
    with pytest.raises(Refused, match="C-HIRE-2"):
        both.district.name_candidate(search, C1, by=DIRECTOR, name=NAMES[0])


# --- Sealed scores --------------------------------------------------------------------------------


def test_hire_6_nothing_stored_or_told_holds_a_score_before_the_opening(
    both: Both, tmp_path: Path
) -> None:
    search = both.search(*NAMES)
    both.interview(search)
    both.seal(search, "staff-1", {C1: 4, C2: 2, C3: 3}, notes="A remark nobody may read.")
    both.carry()
    for desk in (both.agency, both.district):
        everything = stored(desk)
        assert b'"scores"' not in everything
        assert b"remark" not in everything
    assert both.agency.searches("agency-2")  # so that the read models are filled
    assert both.district.searches("staff-1")
    code = both.codes["staff-1"]
    for file in tmp_path.rglob("*.sqlite*"):  # histories, read models, keys, and their journals
        content = file.read_bytes()
        for secret in ("remark", code, code.replace("-", ""), '"scores"'):
            assert secret.encode() not in content, file.name
    sealed = both.agency.search(search).known.sealed_by("staff-1")
    assert sealed is not None
    assert sealed.box is None  # the locked box itself does not cross
    assert len(sealed.commitments) == 3


def test_hire_6_the_key_table_and_the_master_key_do_not_open_a_box(both: Both) -> None:
    search = both.search(*NAMES)
    both.interview(search)
    both.seal(search, "agency-2", {C1: 4, C2: 2, C3: 3})
    with pytest.raises(Refused, match="C-HIRE-5"):  # not even its own member, before the closing
        both.open(search, "agency-2")
    for member in MEMBERS.keys() - {"agency-2"}:
        both.seal(search, member, {C1: 4, C2: 2, C3: 3})
    both.carry()
    both.agency.close_scoring(search, by=CHIEF)
    with pytest.raises(Refused, match="C-HIRE-6") as refused:
        both.agency.open_scores(search, by="agency-2", code=both.codes["agency-3"])
    assert refused.value.field == "code"
    with pytest.raises(Refused, match="for the members of the panel"):
        both.agency.open_scores(search, by=CHIEF, code=both.codes["agency-2"])


def test_hire_6_scores_are_sealed_once_and_the_code_is_forgiving(both: Both) -> None:
    search = both.search(*NAMES)
    both.interview(search)
    given = {C1: 4, C2: 2, C3: 3}
    both.seal(search, "agency-2", given)
    with pytest.raises(Refused, match="can't be changed"):
        both.seal(search, "agency-2", given)
    for member in MEMBERS.keys() - {"agency-2"}:
        both.seal(search, member, given)
    both.carry()
    both.agency.close_scoring(search, by=CHIEF)
    as_written = both.codes["agency-2"].lower().replace("-", " ").replace("0", "o")
    assert both.agency.open_scores(search, by="agency-2", code=as_written) == ()


def tampered(desk: HiringDesk, search: str, change: Any) -> None:
    """Change the history of a search in the database, as an administrator could."""
    number = desk.search_id(search)
    with desk.engine.begin() as connection:
        rows = connection.exec_driver_sql(
            "SELECT originator_version, topic, state FROM stored_events WHERE originator_id = ?",
            (number.hex,),
        ).fetchall()
        changed = 0
        for version, topic, state in rows:
            after = change(topic, state if isinstance(state, bytes) else state.encode())
            if after is not None:
                connection.exec_driver_sql(
                    "UPDATE stored_events SET state = ?"
                    " WHERE originator_id = ? AND originator_version = ?",
                    (after, number.hex, version),
                )
                changed += 1
    assert changed, "nothing was tampered with"


def test_hire_6_a_score_changed_in_either_database_is_found_and_named(both: Both) -> None:
    search = ranked_search(both, 4, 2, 3)

    def raise_third(topic: str, state: bytes) -> bytes | None:
        if topic != "search.scores_opened" or b'"member":"staff-1"' not in state:
            return None
        return state.replace(b'"c1":3', b'"c1":5')

    for desk in (both.agency, both.district):
        assert verified(desk.search(search).known) == []
        tampered(desk, search, raise_third)
        found = verified(desk.search(search).known)
        assert {(f.member, f.candidate) for f in found} == {("staff-1", C3)}
        assert Mismatch.SCORES in {f.what for f in found}


def test_hire_6_a_commitment_changed_at_the_agency_is_found_by_the_district_at_the_closing(
    both: Both,
) -> None:
    search = both.search(*NAMES)
    both.interview(search)
    for member in MEMBERS:
        both.seal(search, member, {C1: 4, C2: 2, C3: 3})
    both.carry()
    held = both.agency.search(search).known.sealed_by("staff-12")
    assert held is not None
    forged = held.commitments[1].sha256.encode()

    def forge(topic: str, state: bytes) -> bytes | None:
        if topic != "search.scores_sealed" or forged not in state:
            return None
        return state.replace(forged, b"f" * 64)

    tampered(both.agency, search, forge)
    both.agency.close_scoring(search, by=CHIEF)
    both.carry()
    for desk in (both.agency, both.district):
        (check,) = desk.search(search).known.checks
        assert [(f.member, f.candidate, f.what) for f in check.findings] == [
            ("staff-12", C2, Mismatch.COMMITMENT)
        ]


def test_hire_6_a_box_changed_in_the_database_is_void_and_shown_and_the_rest_counts(
    both: Both,
) -> None:
    search = both.search(*NAMES)
    both.interview(search)
    for member in MEMBERS:
        both.seal(search, member, {C1: 4, C2: 2, C3: 3})
    both.carry()

    def alter(topic: str, state: bytes) -> bytes | None:
        if topic != "search.scores_sealed" or b'"member":"agency-4"' not in state:
            return None
        last = state.rindex(b'"}') if state.endswith(b'"}') else state.index(b'"box":"') + 200
        other = b"A" if state[last - 5 : last - 4] != b"A" else b"B"
        return state[: last - 5] + other + state[last - 4 :]

    tampered(both.agency, search, alter)
    both.agency.close_scoring(search, by=CHIEF)
    both.carry()
    void = both.agency.open_scores(search, by="agency-4", code=both.codes["agency-4"])
    assert {(f.candidate, f.what) for f in void} == {(c, Mismatch.SCORES) for c in (C1, C2, C3)}
    for member in MEMBERS.keys() - {"agency-4"}:
        both.open(search, member)
    both.carry()
    both.agency.record_ranking(search, by=CHIEF)
    both.carry()
    for desk in (both.agency, both.district):
        places = desk.search(search).known.places
        assert places is not None
        assert {place.votes for place in places} == {4}


# --- Absent, excused, in conflict -----------------------------------------------------------------


def test_hire_6_the_scoring_is_closed_with_absentees_only_when_they_are_named(both: Both) -> None:
    search = both.search(*NAMES)
    both.interview(search)
    for member in MEMBERS.keys() - {"staff-12"}:
        both.seal(search, member, {C1: 4, C2: 2, C3: 3})
    both.carry()
    for absent in ((), ("agency-2",), ("staff-12", "agency-2")):
        with pytest.raises(Refused, match="staff-12"):
            both.agency.close_scoring(search, by=CHIEF, absent=absent)
    both.agency.close_scoring(search, by=CHIEF, absent=["staff-12"])
    both.seal(search, "staff-12", {C1: 1, C2: 1, C3: 1})  # the district has not heard of it yet
    both.carry()
    for member in MEMBERS:
        both.open(search, member)
    both.carry()
    both.agency.record_ranking(search, by=CHIEF)
    both.carry()
    assert ranks(both.agency, search) == ranks(both.district, search)
    known = both.district.search(search).known
    assert known.absent == ("staff-12",)
    assert known.checks[-1].findings == ()
    assert {line.member for line in known.proof} == MEMBERS.keys() - {"staff-12"}


def test_hire_8_a_late_conflict_takes_the_members_score_out_and_the_ranking_is_made_anew(
    both: Both,
) -> None:
    search = both.search(*NAMES)
    both.interview(search)
    given = everybody(4, 3, 2)
    given["agency-2"] = {C1: 1, C2: 5, C3: 5}
    both.score(search, given)
    both.rank(search)
    both.declare(search, "agency-2", C1, Conflict.RELATIVE)
    both.carry()
    for desk in (both.agency, both.district):
        known = desk.search(search).known
        assert known.places is None
        assert known.declarations[-1].late
    assert both.district.search(search).known.declared("agency-2", C1) is Conflict.KEPT_THERE
    both.agency.record_ranking(search, by=CHIEF)
    both.carry()
    for desk in (both.agency, both.district):
        places = {p.candidate: p for p in desk.search(search).known.places or ()}
        assert (places[C1].votes, places[C2].votes) == (4, 5)
        assert desk.search(search).known.checks[-1].findings == ()


def test_hire_7_a_lost_quorum_stops_the_scoring_until_a_replacement_has_interviewed(
    both: Both,
) -> None:
    search = both.search(*NAMES[:2])
    both.interview(search)
    for member in DISTRICT_MEMBERS:
        both.district.excuse_member(search, member, by=DIRECTOR, why=Why.UNAVAILABLE)
    for member in AGENCY_MEMBERS:
        both.seal(search, member, {C1: 4, C2: 2})
    both.carry()
    with pytest.raises(Refused, match="C-HIRE-7"):
        both.agency.close_scoring(search, by=CHIEF)
    both.district.seat_member(search, DIRECTOR, by=DIRECTOR, trained_on=None)
    for each in (C1, C2):
        both.district.declare_conflict(search, each, by=DIRECTOR, conflict=Conflict.NONE)
    both.carry()
    for each in (C1, C2):
        present = (*AGENCY_MEMBERS, DIRECTOR)
        both.agency.hold_interview(search, each, present, by=CHIEF, held_on=TODAY)
    both.carry()
    code = new_code()
    scores = {each: {"c1": 3, "c2": 3, "c3": 3} for each in (C1, C2)}
    both.district.seal_scores(search, by=DIRECTOR, scores=scores, notes={}, code=code)
    both.carry()
    both.agency.close_scoring(search, by=CHIEF)
    both.carry()
    for member in AGENCY_MEMBERS:
        both.open(search, member)
    both.district.open_scores(search, by=DIRECTOR, code=code)
    both.carry()
    both.agency.record_ranking(search, by=CHIEF)
    both.carry()
    assert ranks(both.agency, search) == ranks(both.district, search) == [(C1, 1), (C2, 2)]


def test_hire_8_who_has_not_declared_sees_no_file(both: Both) -> None:
    search = both.search(*NAMES[:1])
    both.agency.excuse_member(search, "agency-4", by=CHIEF, why=Why.OTHER)
    both.agency.seat_member(search, "agency-4", by=CHIEF, trained_on=None)
    assert both.agency.notes_of(search, C1, "agency-2") == "Sample notes."
    assert both.agency.notes_of(search, C1, CHIEF) == "Sample notes."
    both.declare(search, "agency-2", C1, Conflict.COMPLAINT)
    with pytest.raises(Refused, match="C-HIRE-8"):
        both.agency.notes_of(search, C1, "agency-2")


def test_hire_4_a_question_that_crosses_the_opening_is_kept_and_not_asked(both: Both) -> None:
    search = both.search(*NAMES[:1])
    both.open_interviews(search)
    both.district.provide_questions(search, ["A question too late?"], by=DIRECTOR)
    both.carry()
    for desk in (both.agency, both.district):
        known = desk.search(search).known
        assert known.digest() == known.frozen
        assert [q.text for q in known.late_questions] == ["A question too late?"]


# --- The decision ---------------------------------------------------------------------------------


def test_hire_10_a_decline_stays_confidential_and_the_next_ranked_is_proposed(both: Both) -> None:
    search = ranked_search(both, 5, 4, 2)
    both.agency.propose(search, C1, by=CHIEF)
    both.carry()
    with pytest.raises(Refused, match="awaiting the district"):
        both.agency.appoint(search, by=CHIEF, officer="officer-31", from_on=TODAY)
    decline(both, search)
    both.carry()
    (told,) = [
        x
        for x in both.agency.events_of(both.agency.search_id(search))
        if isinstance(x, e.CandidateDeclined)
    ]
    assert (told.category, told.reasons, told.reviewed_by) == (Category.SCHOOL, None, None)
    assert b"rather work" not in stored(both.agency) + stored(both.district)
    with pytest.raises(Refused, match="C-HIRE-10"):
        both.agency.propose(search, C1, by=CHIEF)
    with pytest.raises(Refused, match="reasons in writing"):
        both.agency.propose(search, C3, by=CHIEF)
    both.agency.propose(search, C2, by=CHIEF)
    both.carry()
    both.district.accept(search, by=SUPERINTENDENT)
    both.carry()
    both.agency.appoint(search, by=CHIEF, officer="officer-31", from_on=TODAY + DAY)
    both.carry()
    for desk in (both.agency, both.district):
        known = desk.search(search).known
        assert (known.ending, known.appointed) == (Ending.FILLED, C2)
        assert desk.placement(search).known.officer == "officer-31"
    (own,) = both.crossing.told_own
    assert isinstance(own, SroAppointedV1)
    assert (own.officer, own.school) == ("officer-31", SCHOOL)


def test_hire_10_silence_is_noted_once_at_both_and_is_no_acceptance(both: Both, at: At) -> None:
    search = ranked_search(both, 5, 4)
    both.agency.propose(search, C1, by=CHIEF)
    both.carry()
    proposal = both.district.search(search).known.proposal
    assert proposal is not None
    assert proposal.answer_due_on == date(2026, 3, 16)  # ten business days after March 2
    at.day = date(2026, 3, 16)
    assert [desk.look() for desk in (both.agency, both.district)] == [0, 0]
    at.day += DAY
    assert [desk.look() for desk in (both.agency, both.district)] == [1, 1]
    assert [desk.look() for desk in (both.agency, both.district)] == [0, 0]
    with pytest.raises(Refused, match="C-HIRE-10"):
        both.agency.appoint(search, by=CHIEF, officer="officer-31", from_on=at.day)
    both.district.accept(search, by=DIRECTOR)
    last = both.district.events_of(both.district.search_id(search))[-1]
    assert isinstance(last, e.CandidateAccepted)
    assert last.late


def test_hire_9_a_sole_candidate_is_interviewed_scored_and_not_ranked(both: Both) -> None:
    search = both.search(NAMES[0])
    assert both.district.search(search).known.sole
    with pytest.raises(Refused, match="C-HIRE-9"):
        both.agency.close_search(search, by=CHIEF, ending=Ending.NONE_SUITABLE)
    both.interview(search)
    both.score(search, everybody(4))
    both.agency.record_ranking(search, by=CHIEF)
    both.carry()
    assert ranks(both.agency, search) == ranks(both.district, search) == [(C1, None)]
    with pytest.raises(Refused, match="named whom it prefers"):
        both.agency.propose(search, C1, by=CHIEF)
    both.district.state_preference(search, C1, by=PRINCIPAL, reasons="")
    both.carry()
    both.agency.propose(search, C1, by=CHIEF)
    both.carry()
    decline(both, search)  # the district may decline a sole candidate too
    both.carry()
    both.agency.close_search(search, by=CHIEF, ending=Ending.NONE_SUITABLE)


def test_hire_7_a_tie_by_both_means_is_settled_by_recorded_discussion(both: Both) -> None:
    search = both.search(*NAMES)
    both.interview(search)
    both.score(search, everybody(4, 4, 2))
    both.rank(search)
    assert ranks(both.agency, search) == [(C1, 1), (C2, 1), (C3, 3)]
    with pytest.raises(Refused, match="C-HIRE-7"):
        both.agency.propose(search, C1, by=CHIEF)
    both.agency.resolve_tie(search, [C2, C1], by=CHIEF, discussion="Sample discussion.")
    both.carry()
    for desk in (both.agency, both.district):
        assert ranks(desk, search) == [(C2, 1), (C1, 2), (C3, 3)]
    assert b"Sample discussion" not in stored(both.agency)
    both.agency.propose(search, C2, by=CHIEF)


# --- Officers -------------------------------------------------------------------------------------


def appointed(both: Both) -> str:
    search = ranked_search(both, 5)
    both.agency.propose(search, C1, by=CHIEF)
    both.carry()
    both.district.accept(search, by=DIRECTOR)
    both.carry()
    both.agency.appoint(search, by=CHIEF, officer="officer-31", from_on=TODAY)
    both.carry()
    return search


def test_team_5_an_officer_is_covered_reassigned_and_removed_and_both_know(both: Both) -> None:
    search = appointed(both)
    both.agency.arrange_cover(
        search, "officer-12", by=CHIEF, from_on=TODAY + DAY, to_on=TODAY + 9 * DAY
    )
    both.agency.reassign_officer(
        search, OTHER_SCHOOL, by=CHIEF, from_on=TODAY + 20 * DAY, reasons="Sample reason."
    )
    both.carry()
    both.district.remove_officer(
        search, by=SUPERINTENDENT, removed_on=TODAY + 30 * DAY, reasons="Sample reason."
    )
    both.carry()
    for desk in (both.agency, both.district):
        known = desk.placement(search).known
        assert (known.school, known.removed_by) == (OTHER_SCHOOL, "district")
        assert [cover.officer for cover in known.covers] == ["officer-12"]
        assert b"Sample reason" not in stored(desk)
    with pytest.raises(Refused, match="C-TEAM-5"):
        both.agency.remove_officer(search, by=CHIEF, removed_on=TODAY + 40 * DAY, reasons="x")


def test_team_5_the_agencys_directory_is_told_also_when_the_district_removes(both: Both) -> None:
    search = appointed(both)
    both.district.remove_officer(search, by=DIRECTOR, removed_on=TODAY + 5 * DAY, reasons="x")
    both.carry()
    kinds = [type(each) for each in both.crossing.told_own]
    assert kinds == [SroAppointedV1, SroRemovedV1]


# --- What is kept ---------------------------------------------------------------------------------


def test_hire_13_who_was_not_appointed_is_erased_after_three_years_and_the_proof_stands(
    both: Both, at: At
) -> None:
    search = ranked_search(both, 5, 4)
    both.district.name_candidate(search, C2, by=DIRECTOR, name=NAMES[1])
    both.agency.close_search(search, by=CHIEF, ending=Ending.NONE_SUITABLE)
    both.carry()
    at.day = date(2029, 3, 1)
    with pytest.raises(Refused, match="C-HIRE-13"):
        both.agency.erase_candidate(search, C2, by=CHIEF)
    at.day += DAY
    both.agency.place_hold(search, by=CHIEF, reasons="A court asked.")
    with pytest.raises(Refused, match="legal hold"):
        both.agency.erase_candidate(search, C2, by=CHIEF)
    both.agency.lift_hold(search, by=CHIEF, reasons="It is over.")
    kept = [desk.search(search).known.candidate(C2) for desk in (both.agency, both.district)]
    names = [each.name for each in kept if each is not None and each.name is not None]
    both.agency.erase_candidate(search, C2, by=CHIEF)
    assert both.agency.name_of(search, C2, CHIEF) == ""
    assert both.agency.name_of(search, C1, CHIEF) == NAMES[0]
    assert both.district.name_of(search, C2, DIRECTOR) == NAMES[1]  # each erases its own
    both.district.erase_candidate(search, C2, by=DIRECTOR)
    assert both.district.name_of(search, C2, DIRECTOR) == ""
    for desk, name in zip((both.agency, both.district), names, strict=True):
        with pytest.raises(LookupError):  # whoever has an old copy of the history reads nothing
            desk.keyring.open(name)
        known = desk.search(search).known
        assert verified(known) == []
        assert {line.candidate for line in known.proof} == {C1, C2}


def test_hire_13_an_erasure_that_was_cut_short_is_carried_out_by_the_next_look(
    both: Both, at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    search = ranked_search(both, 5, 4)
    both.agency.close_search(search, by=CHIEF, ending=Ending.NONE_SUITABLE)
    known = both.agency.search(search).known.candidate(C2)
    assert known is not None
    assert known.name is not None
    at.day = date(2029, 3, 2)
    destroy = both.agency.keyring.destroy
    monkeypatch.setattr(both.agency.keyring, "destroy", lambda _: None)
    both.agency.erase_candidate(search, C2, by=CHIEF)
    assert both.agency.keyring.open(known.name) == NAMES[1]
    monkeypatch.setattr(both.agency.keyring, "destroy", destroy)
    both.agency.look()
    with pytest.raises(LookupError):
        both.agency.keyring.open(known.name)


def test_hire_3_who_does_not_sit_reads_no_search_and_seals_nothing(both: Both) -> None:
    search = both.search(*NAMES[:1])
    both.agency.excuse_member(search, "agency-4", by=CHIEF, why=Why.LEFT)
    with pytest.raises(Refused) as refused:
        both.agency.record_of(search, "agency-4")
    assert refused.value.field == "by"
    assert both.agency.searches("agency-4") == []
    assert [r.search for r in both.agency.searches("agency-2")] == [search]
