"""Given what happened, when something is decided, then that event, or a refusal with its clause."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from services.hiring import deciding, domain, placement, scoring
from services.hiring import events as e
from services.hiring.events import Search
from services.hiring.placement import Placement, SroAppointed
from services.hiring.ranking import Place
from services.hiring.record import Finding, Result
from services.hiring.words import Category, Conflict, Ending, Head, Mismatch, Stage, Why
from shared.testing import Given, given
from tests.hiring.samples import (
    AGENCY_MEMBERS,
    C1,
    C2,
    C3,
    CRITERIA,
    DISTRICT_MEMBERS,
    MEMBERS,
    MET,
    NO_CALENDARS,
    NOT_MET,
    PREREQUISITES,
    SCHOOL,
    SEARCH,
    TERMS,
    TODAY,
    advanced,
    before_terms,
    declared,
    digest,
    entered,
    held,
    interviewed,
    interviews_open,
    opened,
    panel,
    prerequisites,
    questions,
    record_after,
    scored,
    screened,
    sealed,
    seated,
    sheet,
    sheets_opened,
    sheets_sealed,
    terms_set,
)

DAY = timedelta(days=1)
A1, A2, A3 = AGENCY_MEMBERS
D1, D2 = DISTRICT_MEMBERS
QUORUM: Any = {"agency": 1, "district": 1}


def search(*later: Any) -> Given[Search]:
    return given(Search, opened(), *later)


# --- Opening, prerequisites, screening ------------------------------------------------------------


def test_hire_11_a_search_is_for_a_named_school() -> None:
    found = domain.open_search(search=SEARCH, school=SCHOOL, process="agreed", today=TODAY)
    assert found == e.SearchOpened(search=SEARCH, school=SCHOOL, opened_on=TODAY, process="agreed")


def test_hire_12_a_search_without_an_agreed_process_is_opened_and_says_so() -> None:
    found = domain.open_search(search=SEARCH, school=SCHOOL, process="  ", today=TODAY)
    assert found.process == ""


@pytest.mark.parametrize("head", list(Head))
def test_hire_1_prerequisites_are_given_under_each_of_the_four_heads(head: Head) -> None:
    without = [item for item in PREREQUISITES if item[0] is not head]
    search().when(domain.define_prerequisites, without).then_refused("C-HIRE-1", "prerequisites")
    search().when(domain.define_prerequisites, PREREQUISITES).then(prerequisites())


def test_hire_1_prerequisites_stay_once_somebody_is_screened() -> None:
    history = search(prerequisites(), entered(C1), screened(C1))
    history.when(domain.define_prerequisites, PREREQUISITES).then_refused(
        "C-HIRE-1", "prerequisites"
    )


@pytest.mark.parametrize("results", [MET[:3], (*MET, Result(item=4, met=True)), (*MET[:3], MET[0])])
def test_hire_1_each_prerequisite_is_judged_once(results: tuple[Result, ...]) -> None:
    history = search(prerequisites(), entered(C1))
    history.when(domain.screen_candidate, C1, results, notes=None).then_refused(
        "C-HIRE-1", "results"
    )
    history.when(domain.screen_candidate, C1, MET, notes=None).then(screened(C1))


def test_hire_1_nobody_is_screened_before_prerequisites_are_defined() -> None:
    search(entered(C1)).when(domain.screen_candidate, C1, (), notes=None).then_refused(
        "C-HIRE-1", "prerequisites"
    )


def test_hire_1_only_who_meets_every_prerequisite_advances() -> None:
    before = (prerequisites(), entered(C1))
    search(*before).when(domain.advance_candidate, C1).then_refused("C-HIRE-1", "candidate")
    search(*before, screened(C1, NOT_MET)).when(domain.advance_candidate, C1).then_refused(
        "C-HIRE-1", "candidate"
    )
    search(*before, screened(C1)).when(domain.advance_candidate, C1).then(advanced(C1))


def test_hire_2_the_screening_is_closed_once_each_candidate_is_decided() -> None:
    before = (prerequisites(), entered(C1), screened(C1), advanced(C1), entered(C2))
    search(*before).when(domain.close_screening).then_refused("C-HIRE-2", "candidate")
    kept = e.CandidateNotAdvanced(search=SEARCH, candidate=C2, reasons=sealed())
    search(*before, kept).when(domain.close_screening).then(
        e.ScreeningClosed(search=SEARCH, entered=2, advanced=1, sole=True)
    )


def test_hire_2_a_screening_that_nobody_passed_does_not_lead_to_a_board() -> None:
    search(prerequisites()).when(domain.close_screening).then_refused("C-HIRE-2", "candidate")


def test_hire_13_a_candidate_withdraws_once() -> None:
    history = before_terms(C1, C2)
    withdrew = e.CandidateWithdrew(
        search=SEARCH, candidate=C1, was=Stage.ADVANCED, withdrew_on=TODAY
    )
    search(*history).when(domain.withdraw_candidate, C1, withdrew_on=TODAY).then(withdrew)
    search(*history, withdrew).when(domain.withdraw_candidate, C1, withdrew_on=TODAY).then_refused(
        "C-HIRE-13", "candidate"
    )


# --- The panel ------------------------------------------------------------------------------------


def test_hire_3_a_member_sits_once() -> None:
    facts: Any = {"trained_on": date(2026, 1, 5), "today": TODAY}
    search().when(domain.seat_member, "agency", A1, **facts).then(seated(A1))
    search(seated(A1)).when(domain.seat_member, "agency", A1, **facts).then_refused(
        "C-HIRE-3", "member"
    )


def test_hire_5_nobody_is_seated_once_the_scoring_is_closed() -> None:
    history = [
        *interviewed(C1, members=(A1, D1)),
        *scored({A1: [sheet(C1, 3)], D1: [sheet(C1, 3)]}),
    ]
    search(*history).when(
        domain.seat_member, "agency", A2, trained_on=None, today=TODAY
    ).then_refused("C-HIRE-6", "member")


def test_hire_5_an_organisation_excuses_its_own_members_only() -> None:
    excused = e.MemberExcused(search=SEARCH, keeper="agency", member=A1, why=Why.LEFT)
    search(seated(A1)).when(domain.excuse_member, "agency", A1, Why.LEFT).then(excused)
    search(seated(D1)).when(domain.excuse_member, "agency", D1, Why.LEFT).then_refused(
        "C-HIRE-5", "member"
    )


def test_hire_8_a_conflict_is_declared_once_and_may_come_late() -> None:
    history = before_terms(C1)
    facts: Any = {"details": None}
    search(*history, seated(A1)).when(
        domain.declare_conflict, "agency", A1, C1, Conflict.NONE, **facts
    ).then(declared(A1, C1))
    again = search(*history, seated(A1), declared(A1, C1))
    again.when(domain.declare_conflict, "agency", A1, C1, Conflict.NONE, **facts).then_refused(
        "C-HIRE-8", "conflict"
    )
    search(*interviewed(C1)).when(
        domain.declare_conflict, "agency", A1, C1, Conflict.REPORTS, **facts
    ).then(declared(A1, C1, Conflict.REPORTS, late=True))


def test_hire_8_a_declared_conflict_is_not_taken_back() -> None:
    history = search(*before_terms(C1), seated(A1), declared(A1, C1, Conflict.RELATIVE))
    history.when(
        domain.declare_conflict, "agency", A1, C1, Conflict.NONE, details=None
    ).then_refused("C-HIRE-8", "conflict")


def test_hire_8_only_who_sits_declares() -> None:
    search(*before_terms(C1)).when(
        domain.declare_conflict, "agency", A1, C1, Conflict.NONE, details=None
    ).then_refused("C-HIRE-3", "by")


def test_hire_8_an_organisation_speaks_for_its_own_members_only() -> None:
    forged = declared(D1, C1, Conflict.OTHER).model_copy(update={"keeper": "agency"})
    record = record_after(*interviewed(C1), forged)
    assert record.declared(D1, C1) is Conflict.NONE
    excused = e.MemberExcused(search=SEARCH, keeper="agency", member=D1, why=Why.OTHER)
    assert excused.after(record).seat(D1) is not None
    sealing = sheets_sealed(D1, sheet(C1, 1)).model_copy(update={"keeper": "agency"})
    assert sealing.after(record).sealed_by(D1) is None


# --- Terms ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("weights", [(50, 30, 19), (50, 30, 21), (100, 0), ()])
def test_hire_5_weights_sum_to_100(weights: tuple[int, ...]) -> None:
    criteria = [(f"Criterion {at}", weight) for at, weight in enumerate(weights)]
    search().when(domain.set_terms, criteria, QUORUM).then_refused("C-HIRE-5", "criteria")
    search().when(domain.set_terms, CRITERIA, QUORUM).then(terms_set())


@pytest.mark.parametrize("quorum", [{"agency": 1, "district": 0}, {"agency": 0, "district": 2}])
def test_hire_3_a_quorum_has_one_of_each_organisation(quorum: Any) -> None:
    search().when(domain.set_terms, CRITERIA, quorum).then_refused("C-HIRE-3", "quorum")


def test_hire_5_interviews_open_when_the_district_has_agreed_to_these_very_terms() -> None:
    before = [*before_terms(C1), terms_set(), questions()]
    search(*before).when(domain.open_interviews).then_refused("C-HIRE-5", "terms")
    agreed = e.TermsAgreed(search=SEARCH, sha256=digest(*before))
    search(*before, agreed).when(domain.open_interviews).then(
        e.InterviewsOpened(search=SEARCH, sha256=digest(*before))
    )
    search(*before, agreed, questions("district")).when(domain.open_interviews).then_refused(
        "C-HIRE-5", "terms"
    )


def test_hire_5_the_district_agrees_to_what_it_was_shown() -> None:
    before = [*before_terms(C1), terms_set(), questions()]
    shown = digest(*before)
    search(*before).when(domain.agree_terms, shown).then(e.TermsAgreed(search=SEARCH, sha256=shown))
    search(*before, questions("district")).when(domain.agree_terms, shown).then_refused(
        "C-HIRE-5", "terms"
    )


def test_hire_4_questions_and_weights_are_frozen_once_the_interviews_are_open() -> None:
    history = search(*interviews_open(C1))
    history.when(domain.provide_questions, "district", ["One more?"]).then_refused(
        "C-HIRE-5", "terms"
    )
    history.when(domain.set_terms, CRITERIA, QUORUM).then_refused("C-HIRE-5", "terms")
    history.when(domain.open_interviews).then_refused("C-HIRE-5", "terms")


def test_hire_4_the_district_may_stay_silent_but_somebody_provides_a_question() -> None:
    before = [*before_terms(C1), terms_set()]
    search(*before).when(domain.open_interviews).then_refused("C-HIRE-4", "questions")
    search(*before).when(domain.provide_questions, "district", []).then_refused(
        "C-HIRE-4", "questions"
    )


# --- Interviews -----------------------------------------------------------------------------------


def hold(history: Given[Search], *present: str, held_on: date = TODAY) -> Any:
    return history.when(domain.hold_interview, C1, present, held_on=held_on, today=TODAY)


def test_hire_3_an_interview_with_one_voting_member_of_each_is_held() -> None:
    hold(search(*interviews_open(C1)), A1, D1).then(held(C1, (A1, D1)))


@pytest.mark.parametrize(
    ("present", "lacks"),
    [((A1, A2, A3), ("district",)), ((D1, D2), ("agency",)), ((), ("agency", "district"))],
)
def test_hire_3_an_interview_without_a_vote_of_each_is_void(
    present: tuple[str, ...], lacks: Any
) -> None:
    hold(search(*interviews_open(C1)), *present).then(
        e.InterviewVoided(search=SEARCH, candidate=C1, held_on=TODAY, present=present, lacks=lacks)
    )


def test_hire_8_who_has_not_declared_or_has_a_conflict_is_no_voting_member() -> None:
    before = [*before_terms(C1), seated(A1), seated(D1), declared(A1, C1), terms_set(), questions()]
    agreed = e.TermsAgreed(search=SEARCH, sha256=digest(*before))
    opening = e.InterviewsOpened(search=SEARCH, sha256=digest(*before))
    void = e.InterviewVoided(
        search=SEARCH, candidate=C1, held_on=TODAY, present=(A1, D1), lacks=("district",)
    )
    hold(search(*before, agreed, opening), A1, D1).then(void)
    conflict = declared(D1, C1, Conflict.COMPLAINT)
    hold(search(*before, agreed, opening, conflict), A1, D1).then(void)


def test_hire_5_no_interview_before_the_weights_are_fixed() -> None:
    hold(search(*before_terms(C1), *panel(C1)), A1, D1).then_refused("C-HIRE-5", "candidate")


def test_hire_4_a_candidate_is_interviewed_once_unless_the_quorum_is_lost() -> None:
    history = interviewed(C1, members=(A1, D1))
    hold(search(*history), A1, D1).then_refused("C-HIRE-4", "candidate")
    excused = e.MemberExcused(search=SEARCH, keeper="district", member=D1, why=Why.LEFT)
    instead = [excused, seated(D2), declared(D2, C1)]
    hold(search(*history, *instead), A1, D2).then(held(C1, (A1, D2)))


@pytest.mark.parametrize(
    ("held_on", "good"), [(date(2026, 2, 2), True), (date(2026, 2, 1), False), (TODAY + DAY, False)]
)
def test_hire_3_an_interview_lies_between_the_opening_and_today(
    held_on: date, *, good: bool
) -> None:
    outcome = hold(search(*interviews_open(C1)), A1, D1, held_on=held_on)
    if good:
        assert outcome.decided is not None
    else:
        outcome.then_refused("C-HIRE-3", "held_on")


def test_hire_3_only_who_sits_was_present_as_a_member() -> None:
    hold(search(*interviews_open(C1)), A1, "staff-99").then_refused("C-HIRE-3", "present")


# --- Sealing --------------------------------------------------------------------------------------


def test_hire_6_scores_are_sealed_as_commitments() -> None:
    history = search(*interviewed(C1, C2))
    both = [sheet(C1, 3), sheet(C2, 4)]
    history.when(scoring.seal_scores, "agency", A1, both, box="<box>").then(
        sheets_sealed(A1, *both)
    )


def test_hire_8_no_score_without_a_declaration() -> None:
    added = seated("agency-2").model_copy(update={"member": "agency-9"})
    history = search(*interviewed(C1), added)
    history.when(scoring.seal_scores, "agency", "agency-9", [sheet(C1, 3)], box="").then_refused(
        "C-HIRE-8", "scores"
    )


def test_hire_5_no_score_before_all_interviews_are_held() -> None:
    history = search(*interviews_open(C1, C2), held(C1))
    history.when(scoring.seal_scores, "agency", A1, [sheet(C1, 3)], box="").then_refused(
        "C-HIRE-5", "scores"
    )


def test_hire_6_scores_are_sealed_once_and_not_after_the_closing() -> None:
    history = interviewed(C1, members=(A1, D1))
    mine = sheets_sealed(A1, sheet(C1, 3))
    other = [sheet(C1, 5)]
    search(*history, mine).when(scoring.seal_scores, "agency", A1, other, box="").then_refused(
        "C-HIRE-6", "scores"
    )
    closing = e.ScoringClosed(search=SEARCH, counted=(), absent=(A1, D1))
    search(*history, closing).when(scoring.seal_scores, "agency", A1, other, box="").then_refused(
        "C-HIRE-6", "scores"
    )


@pytest.mark.parametrize("score", [0, 6])
def test_hire_5_scores_are_1_to_5(score: int) -> None:
    history = search(*interviewed(C1))
    history.when(scoring.seal_scores, "agency", A1, [sheet(C1, score)], box="").then_refused(
        "C-HIRE-5", "scores"
    )


def test_hire_5_a_member_scores_each_candidate_they_may_and_nobody_else() -> None:
    conflict = declared(A1, C2, Conflict.RELATIVE, late=True)
    history = search(*interviewed(C1, C2), conflict)
    history.when(
        scoring.seal_scores, "agency", A1, [sheet(C1, 3), sheet(C2, 3)], box=""
    ).then_refused("C-HIRE-5", "scores")
    history.when(scoring.seal_scores, "agency", A1, [sheet(C1, 3)], box="<box>").then(
        sheets_sealed(A1, sheet(C1, 3))
    )


# --- Closing and opening --------------------------------------------------------------------------


def test_hire_5_nothing_is_opened_before_the_scoring_is_closed() -> None:
    history = given(Search, opened(), *interviewed(C1), sheets_sealed(A1, sheet(C1, 3)))
    with pytest.raises(Exception, match="C-HIRE-5"):
        scoring.check_opening(history.aggregate, "agency", A1)


def test_hire_6_the_closing_lists_every_commitment_that_counts() -> None:
    sealing = [sheets_sealed(A1, sheet(C1, 3)), sheets_sealed(D1, sheet(C1, 4))]
    history = search(*interviewed(C1, members=(A1, D1)), *sealing)
    counted = tuple(c for s in sealing for c in s.commitments)
    history.when(scoring.close_scoring, ()).then(
        e.ScoringClosed(search=SEARCH, counted=counted, absent=())
    )


def test_hire_5_who_has_not_sealed_is_named_or_waited_for() -> None:
    sealing = [sheets_sealed(A1, sheet(C1, 3)), sheets_sealed(D1, sheet(C1, 4))]
    history = search(*interviewed(C1, members=(A1, A2, D1)), *sealing)
    for wrong in ((), (A1,), (A1, A2)):
        history.when(scoring.close_scoring, wrong).then_refused("C-HIRE-6", "absent")
    counted = tuple(c for s in sealing for c in s.commitments)
    history.when(scoring.close_scoring, [A2]).then(
        e.ScoringClosed(search=SEARCH, counted=counted, absent=(A2,))
    )


def test_hire_7_absentees_can_not_take_the_quorum_with_them() -> None:
    history = search(*interviewed(C1, members=(A1, D1)), sheets_sealed(A1, sheet(C1, 3)))
    history.when(scoring.close_scoring, [D1]).then_refused("C-HIRE-7", "absent")


def test_hire_6_a_score_that_is_not_what_was_sealed_is_void_and_named() -> None:
    history = search(
        *interviewed(C1, C2, members=(A1, D1)),
        *scored({A1: [sheet(C1, 3), sheet(C2, 3)], D1: [sheet(C1, 3), sheet(C2, 3)]}, opened=False),
    )
    other = [sheet(C1, 3), sheet(C2, 5)]
    found = Finding(member=A1, candidate=C2, what=Mismatch.SCORES)
    history.when(scoring.open_scores, "agency", A1, other, notes={}).then(
        sheets_opened(A1, *other).model_copy(update={"void": (found,)})
    )


@pytest.mark.parametrize("what", ["salt", "a criterion more", "no sheet", "another candidate"])
def test_hire_6_whatever_differs_from_the_sealed_sheet_is_found(what: str) -> None:
    known = record_after(
        *interviewed(C1, members=(A1, D1)),
        *scored({A1: [sheet(C1, 3)], D1: [sheet(C1, 3)]}, opened=False),
    )
    more = sheet(C1, 3).model_copy(update={"scores": {**sheet(C1, 3).scores, "c9": 5}})
    shown = {
        "salt": [sheet(C1, 3, salt=2)],
        "a criterion more": [more],
        "no sheet": [],
        "another candidate": [sheet(C1, 3), sheet(C3, 3)],
    }[what]
    assert scoring.mismatches(known, A1, shown)
    assert scoring.mismatches(known, A1, [sheet(C1, 3)]) == ()


# --- Ranking --------------------------------------------------------------------------------------

GIVEN = {A1: [sheet(C1, 3), sheet(C2, 5)], D1: [sheet(C1, 5), sheet(C2, 3)]}
TWO = [*interviewed(C1, C2, members=(A1, D1)), *scored(GIVEN)]


def place(candidate: str, rank: int | None, points: int, district_points: int) -> Place:
    return Place(
        candidate=candidate,
        rank=rank,
        points=points,
        votes=2,
        district_points=district_points,
        district_votes=1,
    )


def ranking(history: list[Any]) -> e.RankingRecorded:
    outcome = search(*history).when(scoring.record_ranking, ())
    assert isinstance(outcome.decided, e.RankingRecorded), outcome.refused
    return outcome.decided


def test_hire_7_an_equal_mean_is_broken_by_the_higher_district_mean() -> None:
    assert ranking(TWO).places == (place(C1, 1, 800, 500), place(C2, 2, 800, 300))
    assert ranking(TWO).tied == ()


def test_hire_7_equal_district_means_are_a_tie_that_is_reported() -> None:
    even = {A1: [sheet(C1, 3), sheet(C2, 3)], D1: [sheet(C1, 5), sheet(C2, 5)]}
    found = ranking([*interviewed(C1, C2, members=(A1, D1)), *scored(even)])
    assert found.tied == ((C1, C2),)
    history = search(*interviewed(C1, C2, members=(A1, D1)), *scored(even), found)
    for order in ([C1], [C1, C3], [C1, C2, C3]):
        history.when(scoring.resolve_tie, order, discussion=sealed()).then_refused(
            "C-HIRE-7", "order"
        )
    history.when(scoring.resolve_tie, [C2, C1], discussion=sealed()).then(
        e.TieResolved(search=SEARCH, order=(C2, C1), discussion=sealed())
    )


def test_hire_5_who_has_not_opened_is_named_and_does_not_count() -> None:
    given_by = {**GIVEN, A2: [sheet(C1, 1), sheet(C2, 1)]}
    history = [
        event
        for event in [*interviewed(C1, C2, members=(A1, A2, D1)), *scored(given_by)]
        if not (isinstance(event, e.ScoresOpened) and event.member == A2)
    ]
    search(*history).when(scoring.record_ranking, ()).then_refused("C-HIRE-5", "unopened")
    outcome = search(*history).when(scoring.record_ranking, [A2])
    assert isinstance(outcome.decided, e.RankingRecorded)
    assert {found.votes for found in outcome.decided.places} == {2}


def test_hire_7_no_ranking_without_a_quorum_of_scores() -> None:
    conflict = declared(D1, C2, Conflict.RELATIVE, late=True)
    search(*TWO, conflict).when(scoring.record_ranking, ()).then_refused("C-HIRE-7", "unopened")


def test_hire_5_who_leaves_after_the_opening_takes_no_vote_along_but_a_conflict_does() -> None:
    told = ranking(TWO)
    left = e.MemberExcused(search=SEARCH, keeper="district", member=D1, why=Why.LEFT)
    known = record_after(*TWO, told, left)
    assert known.places == told.places
    assert scoring.check_ranking(known, "district", told).findings == ()
    conflict = left.model_copy(update={"why": Why.CONFLICT})
    assert record_after(*TWO, told, conflict).places is None
    search(*TWO, told, conflict).when(scoring.record_ranking, ()).then_refused(
        "C-HIRE-7", "unopened"
    )


def test_hire_4_terms_that_differ_from_those_fixed_stay_as_they_are_and_are_shown() -> None:
    history = [*before_terms(C1), terms_set(), questions()]
    fixed = e.InterviewsOpened(search=SEARCH, sha256="f" * 64)
    known = record_after(*history, fixed)
    assert len(known.questions) == 2
    assert known.frozen != known.digest()


def test_hire_9_a_sole_candidate_has_a_score_and_no_rank() -> None:
    alone = {A1: [sheet(C1, 3)], D1: [sheet(C1, 5)]}
    found = ranking([*interviewed(C1, members=(A1, D1)), *scored(alone)])
    assert found.places == (place(C1, None, 800, 500),)


def test_hire_5_a_preference_is_stated_once_the_scores_are_known() -> None:
    facts: Any = {"reasons": None}
    search(*TWO).when(scoring.state_preference, "district", C1, **facts).then_refused(
        "C-HIRE-5", "candidate"
    )
    search(*TWO, ranking(TWO)).when(scoring.state_preference, "district", C1, **facts).then(
        e.PreferenceStated(search=SEARCH, keeper="district", candidate=C1, reasons=None)
    )


@pytest.mark.parametrize(
    "what", ["a score", "a score called void", "a commitment", "a line left out", "the places"]
)
def test_hire_6_a_ranking_told_otherwise_than_the_scores_say_is_found(what: str) -> None:
    told = ranking(TWO)
    line = told.proof[0]
    assert line.sheet is not None
    changes: dict[str, dict[str, Any]] = {
        "a score": {"proof": (line.model_copy(update={"sheet": sheet(C1, 5)}), *told.proof[1:])},
        "a score called void": {
            "proof": (line.model_copy(update={"sheet": None}), *told.proof[1:])
        },
        "a commitment": {"proof": (line.model_copy(update={"sha256": "f" * 64}), *told.proof[1:])},
        "a line left out": {"proof": told.proof[1:]},
        "the places": {"places": told.places[::-1]},
    }
    forged = told.model_copy(update=changes[what])
    found = scoring.check_ranking(record_after(*TWO, forged), "district", forged).findings
    assert found
    if what != "the places":
        assert {(each.member, each.candidate) for each in found} == {(line.member, line.candidate)}
    honest = scoring.check_ranking(record_after(*TWO, told), "district", told)
    assert honest.findings == ()


def test_hire_6_a_sealed_score_that_the_agency_leaves_out_of_the_closing_is_found() -> None:
    known = record_after(
        *interviewed(C1, members=(A1, D1, D2)),
        *(sheets_sealed(member, sheet(C1, 3)) for member in (A1, D1, D2)),
    )
    counted = tuple(c for s in known.sealed for c in s.commitments if c.member != D2)
    told = e.ScoringClosed(search=SEARCH, counted=counted, absent=())
    (found,) = scoring.check_closing(known, "district", told).findings
    assert (found.member, found.candidate) == (D2, C1)


# --- The decision ---------------------------------------------------------------------------------

PREFERRED = e.PreferenceStated(search=SEARCH, keeper="district", candidate=C1, reasons=None)
RANKED = [*TWO, ranking(TWO), PREFERRED]
PROPOSED = e.CandidateProposed(
    search=SEARCH,
    candidate=C1,
    proposed_on=TODAY,
    answer_due_on=date(2026, 3, 16),
    out_of_order=False,
    reasons=None,
)
ACCEPTED = e.CandidateAccepted(
    search=SEARCH, candidate=C1, school=SCHOOL, answered_on=TODAY, late=False
)
DECLINED = e.CandidateDeclined(
    search=SEARCH,
    candidate=C1,
    school=SCHOOL,
    category=Category.SCHOOL,
    answered_on=TODAY,
    late=False,
    reviewed_by="staff-4",
    reasons=sealed(),
)


def propose(history: Given[Search], candidate: str, reasons: Any = None) -> Any:
    return history.when(deciding.propose, NO_CALENDARS, candidate, today=TODAY, reasons=reasons)


def test_hire_10_the_answer_is_expected_in_ten_business_days() -> None:
    propose(search(*RANKED), C1).then(PROPOSED)


def test_hire_5_nobody_is_proposed_before_the_district_names_whom_it_prefers() -> None:
    propose(search(*TWO, ranking(TWO)), C1).then_refused("C-HIRE-5", "candidate")
    propose(search(*TWO), C1).then_refused("C-HIRE-5", "candidate")


def test_hire_5_out_of_order_only_with_reasons_in_writing() -> None:
    propose(search(*RANKED), C2).then_refused("C-HIRE-5", "reasons")
    propose(search(*RANKED), C2, sealed()).then(
        PROPOSED.model_copy(update={"candidate": C2, "out_of_order": True, "reasons": sealed()})
    )


def test_hire_10_one_is_proposed_at_a_time_and_who_is_declined_no_more() -> None:
    propose(search(*RANKED, PROPOSED), C2).then_refused("C-HIRE-10", "candidate")
    propose(search(*RANKED, PROPOSED, DECLINED), C1).then_refused("C-HIRE-10", "candidate")
    propose(search(*RANKED, PROPOSED, DECLINED), C2).then(
        PROPOSED.model_copy(update={"candidate": C2})
    )


@pytest.mark.parametrize(("today", "late"), [(date(2026, 3, 16), False), (date(2026, 3, 17), True)])
def test_hire_10_an_answer_is_late_after_its_day_and_counts_all_the_same(
    today: date, *, late: bool
) -> None:
    search(*RANKED, PROPOSED).when(deciding.accept, today=today).then(
        ACCEPTED.model_copy(update={"answered_on": today, "late": late})
    )


def declining(history: Given[Search], **other: Any) -> Any:
    facts: dict[str, Any] = {
        "by": "staff-5",
        "today": TODAY,
        "category": Category.SCHOOL,
        "reviewed_by": "staff-4",
        "no_protected_characteristic": True,
        "reasons": sealed(),
    }
    return history.when(deciding.decline, **(facts | other))


def test_hire_10_a_decline_is_in_writing_reviewed_and_without_a_protected_characteristic() -> None:
    history = search(*RANKED, PROPOSED)
    declining(history).then(DECLINED)
    declining(history, reviewed_by="staff-5").then_refused("C-HIRE-10", "reviewed_by")
    declining(history, no_protected_characteristic=False).then_refused(
        "C-HIRE-10", "no_protected_characteristic"
    )
    declining(search(*RANKED)).then_refused("C-HIRE-10", "search")
    declining(search(*RANKED, PROPOSED, ACCEPTED)).then_refused("C-HIRE-10", "search")


def test_hire_10_silence_fills_no_search() -> None:
    search(*RANKED, PROPOSED).when(deciding.fill, today=TODAY).then_refused("C-HIRE-10", "search")
    search(*RANKED, PROPOSED, ACCEPTED).when(deciding.fill, today=TODAY).then(
        e.SearchClosed(
            search=SEARCH,
            ending=Ending.FILLED,
            appointed=C1,
            closed_on=TODAY,
            erase_from=date(2029, 3, 2),
        )
    )


def test_hire_13_who_withdraws_is_proposed_no_more() -> None:
    withdrew = e.CandidateWithdrew(
        search=SEARCH, candidate=C1, was=Stage.ADVANCED, withdrew_on=TODAY
    )
    search(*RANKED, PROPOSED, ACCEPTED, withdrew).when(deciding.fill, today=TODAY).then_refused(
        "C-HIRE-10", "search"
    )
    propose(search(*RANKED, withdrew), C1).then_refused("C-HIRE-10", "candidate")


def test_hire_9_a_sole_candidate_is_interviewed_before_the_search_can_close() -> None:
    unmet = search(*interviews_open(C1))
    unmet.when(deciding.close_search, Ending.NONE_SUITABLE, today=TODAY).then_refused(
        "C-HIRE-9", "ending"
    )
    met = search(*interviewed(C1)).when(deciding.close_search, Ending.NONE_SUITABLE, today=TODAY)
    assert met.decided is not None
    cancelled = unmet.when(deciding.close_search, Ending.CANCELLED, today=TODAY)
    assert cancelled.decided is not None


def test_hire_13_a_closed_search_takes_nothing_more() -> None:
    closed = e.SearchClosed(
        search=SEARCH,
        ending=Ending.CANCELLED,
        appointed=None,
        closed_on=TODAY,
        erase_from=date(2029, 3, 2),
    )
    history = search(*interviewed(C1), closed)
    history.when(deciding.close_search, Ending.CANCELLED, today=TODAY).then_refused(
        "C-HIRE-13", "search"
    )
    history.when(scoring.close_scoring, ()).then_refused("C-HIRE-13", "search")


def test_hire_13_a_closed_search_goes_on_unless_it_is_filled_or_somebody_is_erased() -> None:
    def closing(ending: Ending) -> e.SearchClosed:
        return e.SearchClosed(
            search=SEARCH,
            ending=ending,
            appointed=None,
            closed_on=TODAY,
            erase_from=date(2029, 3, 2),
        )

    facts: Any = {"today": TODAY, "reasons": sealed()}
    cancelled = [*interviewed(C1), closing(Ending.CANCELLED)]
    reopened = e.SearchReopened(search=SEARCH, reopened_on=TODAY, reasons=sealed())
    search(*cancelled).when(deciding.reopen_search, **facts).then(reopened)
    search(*cancelled, reopened).when(deciding.reopen_search, **facts).then_refused(
        "C-HIRE-13", "search"
    )
    again = search(*cancelled, reopened).when(
        scoring.seal_scores, "agency", A1, [sheet(C1, 3)], box=""
    )
    assert again.decided is not None
    erased = e.CandidateErased(search=SEARCH, candidate=C1, erased_on=TODAY)
    for no_more in ([*cancelled, erased], [*interviewed(C1), closing(Ending.FILLED)]):
        search(*no_more).when(deciding.reopen_search, **facts).then_refused("C-HIRE-13", "search")


@pytest.mark.parametrize(("today", "good"), [(date(2029, 3, 1), False), (date(2029, 3, 2), True)])
def test_hire_13_unsuccessful_candidates_are_erased_three_years_after(
    today: date, *, good: bool
) -> None:
    filled = e.SearchClosed(
        search=SEARCH,
        ending=Ending.FILLED,
        appointed=C1,
        closed_on=TODAY,
        erase_from=date(2029, 3, 2),
    )
    history = [*RANKED, PROPOSED, ACCEPTED, filled]
    outcome = search(*history).when(deciding.erase_candidate, C2, today=today)
    erased = e.CandidateErased(search=SEARCH, candidate=C2, erased_on=today)
    if not good:
        outcome.then_refused("C-HIRE-13", "candidate")
        return
    outcome.then(erased)
    search(*history).when(deciding.erase_candidate, C1, today=today).then_refused(
        "C-HIRE-13", "candidate"
    )
    holding = e.HoldPlaced(search=SEARCH, reasons=sealed())
    search(*history, holding).when(deciding.erase_candidate, C2, today=today).then_refused(
        "C-HIRE-13", "candidate"
    )
    lifted = e.HoldLifted(search=SEARCH, reasons=sealed())
    search(*history, holding, lifted).when(deciding.erase_candidate, C2, today=today).then(erased)
    assert deciding.erasable(record_after(*history), today) == [C2]
    assert deciding.erasable(record_after(*history, holding), today) == []
    assert scoring.verified(record_after(*history, erased)) == []


# --- Officers -------------------------------------------------------------------------------------

POSTED = SroAppointed(
    officer="officer-31", search=SEARCH, candidate=C1, school=SCHOOL, from_on=TODAY
)


def test_team_5_an_officer_is_reassigned_to_another_school() -> None:
    facts: Any = {"from_on": TODAY, "reasons": sealed()}
    posted = given(Placement, POSTED)
    posted.when(placement.reassign, SCHOOL, **facts).then_refused("C-TEAM-5", "school")
    posted.when(placement.reassign, "fixture-peak-high", **facts).then(
        placement.SroReassigned(
            search=SEARCH, officer="officer-31", school="fixture-peak-high", **facts
        )
    )


def test_team_5_cover_is_by_another_officer_on_days_nobody_covers() -> None:
    officers = {"officer-31", "officer-12", "officer-15"}
    days: Any = {"from_on": TODAY, "to_on": TODAY + 4 * DAY}
    posted = given(Placement, POSTED)
    for nobody in ("officer-31", "officer-99"):
        posted.when(placement.arrange_cover, nobody, officers, **days).then_refused(
            "C-TEAM-5", "cover"
        )
    covered = placement.CoverArranged(
        search=SEARCH, officer="officer-31", cover="officer-12", **days
    )
    posted.when(placement.arrange_cover, "officer-12", officers, **days).then(covered)
    again = given(Placement, POSTED, covered)
    last, after = {"from_on": TODAY + 4 * DAY}, {"from_on": TODAY + 5 * DAY}
    until: Any = {"to_on": TODAY + 9 * DAY}
    again.when(placement.arrange_cover, "officer-15", officers, **last, **until).then_refused(
        "C-TEAM-5", "from_on"
    )
    outcome = again.when(placement.arrange_cover, "officer-15", officers, **after, **until)
    assert outcome.decided is not None


def test_team_5_who_was_removed_is_moved_no_more() -> None:
    removed = placement.SroRemoved(
        search=SEARCH, officer="officer-31", keeper="district", removed_on=TODAY, reasons=sealed()
    )
    facts: Any = {"removed_on": TODAY, "reasons": sealed()}
    given(Placement, POSTED).when(placement.remove, "district", **facts).then(removed)
    given(Placement, POSTED, removed).when(placement.remove, "agency", **facts).then_refused(
        "C-TEAM-5", "officer"
    )


def test_the_panel_of_the_samples_is_three_and_two() -> None:
    assert [list(MEMBERS.values()).count(keeper) for keeper in ("agency", "district")] == [3, 2]
    assert TERMS.quorum == QUORUM
