"""What the hiring services of the two organisations tell each other.

`search` is the search's number, the same on both sides; candidates, members and officers are
references. Names, notes and what anybody wrote never leave (C-HIRE-2, C-HIRE-10).
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.base import Contract

Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Side = Literal["agency", "district"]


class Part(BaseModel):
    """A value inside a contract."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class OfSearch(Contract):
    """A contract about one search."""

    search: str


# --- The agency alone -----------------------------------------------------------------------------


class SearchOpenedV1(OfSearch):
    """The agency opened a search for an officer of a named school (C-HIRE-11, C-HIRE-12)."""

    name: Literal["hiring.search_opened.v1"] = "hiring.search_opened.v1"
    school: str
    opened_on: date
    process: str
    """Reference of the hiring process that both agreed to; empty where there is none."""


class CandidateAdvancedV1(OfSearch):
    """A candidate goes before the oral board (C-HIRE-2)."""

    name: Literal["hiring.candidate_advanced.v1"] = "hiring.candidate_advanced.v1"
    candidate: str


class CandidateWithdrewV1(OfSearch):
    """A candidate who was advanced wants to be one no more (C-HIRE-13)."""

    name: Literal["hiring.candidate_withdrew.v1"] = "hiring.candidate_withdrew.v1"
    candidate: str
    withdrew_on: date


class ScreeningClosedV1(OfSearch):
    """How many there were, and how many go before the oral board (C-HIRE-2, C-HIRE-9)."""

    name: Literal["hiring.screening_closed.v1"] = "hiring.screening_closed.v1"
    entered: int
    advanced: int
    sole: bool


class CriterionV1(Part):
    """What is scored from 1 to 5, and its weight of 100."""

    name: str
    text: str
    weight: int


class TermsSetV1(OfSearch):
    """Criteria with their weights, and the quorum of each organisation (C-HIRE-5, C-HIRE-7)."""

    name: Literal["hiring.terms_set.v1"] = "hiring.terms_set.v1"
    criteria: tuple[CriterionV1, ...]
    quorum: dict[Side, int]


class InterviewsOpenedV1(OfSearch):
    """Questions and terms are fixed as this digest says (C-HIRE-4, C-HIRE-5)."""

    name: Literal["hiring.interviews_opened.v1"] = "hiring.interviews_opened.v1"
    sha256: Digest


class InterviewHeldV1(OfSearch):
    """A candidate was interviewed by a panel with a quorum (C-HIRE-3, C-HIRE-9)."""

    name: Literal["hiring.interview_held.v1"] = "hiring.interview_held.v1"
    candidate: str
    held_on: date
    present: tuple[str, ...]
    voting: tuple[str, ...]


class InterviewVoidedV1(OfSearch):
    """An interview had no quorum: it leads to no ranking (C-HIRE-3, C-HIRE-7)."""

    name: Literal["hiring.interview_voided.v1"] = "hiring.interview_voided.v1"
    candidate: str
    held_on: date
    present: tuple[str, ...]
    lacks: tuple[Side, ...]


class CommitmentV1(Part):
    """What binds a member to their scores of a candidate (C-HIRE-6)."""

    member: str
    candidate: str
    sha256: Digest


class ScoringClosedV1(OfSearch):
    """The commitments that count, and the members who sealed none (C-HIRE-5, C-HIRE-6)."""

    name: Literal["hiring.scoring_closed.v1"] = "hiring.scoring_closed.v1"
    counted: tuple[CommitmentV1, ...]
    absent: tuple[str, ...]


class SheetV1(Part):
    """One member's scores of one candidate, and the salt of their commitment."""

    candidate: str
    scores: dict[str, int]
    salt: Digest


class PlaceV1(Part):
    """Where a candidate stands; a mean is points over 100 times votes."""

    candidate: str
    rank: int | None
    points: int
    votes: int
    district_points: int
    district_votes: int


class ProofLineV1(Part):
    """One score that counts, with its commitment (C-HIRE-6)."""

    member: str
    candidate: str
    sha256: Digest
    sheet: SheetV1 | None
    """Null where it was not opened, or is void."""


class RankingRecordedV1(OfSearch):
    """The ranking, or a sole candidate's score, with its proof (C-HIRE-5, C-HIRE-7, C-HIRE-9)."""

    name: Literal["hiring.ranking_recorded.v1"] = "hiring.ranking_recorded.v1"
    places: tuple[PlaceV1, ...]
    tied: tuple[tuple[str, ...], ...]
    proof: tuple[ProofLineV1, ...]
    unopened: tuple[str, ...]


class TieResolvedV1(OfSearch):
    """The panel put tied candidates in order (C-HIRE-7)."""

    name: Literal["hiring.tie_resolved.v1"] = "hiring.tie_resolved.v1"
    order: tuple[str, ...]


class CandidateProposedV1(OfSearch):
    """The agency proposes a candidate, and the district is expected to answer (C-HIRE-10)."""

    name: Literal["hiring.candidate_proposed.v1"] = "hiring.candidate_proposed.v1"
    candidate: str
    proposed_on: date
    answer_due_on: date
    out_of_order: bool


class SearchClosedV1(OfSearch):
    """The search is over; unsuccessful candidates' data may go from a day on (C-HIRE-13)."""

    name: Literal["hiring.search_closed.v1"] = "hiring.search_closed.v1"
    ending: Literal["filled", "no candidate suitable", "cancelled"]
    appointed: str | None
    closed_on: date
    erase_from: date


class SearchReopenedV1(OfSearch):
    """The agency goes on with a search it had closed (C-HIRE-13)."""

    name: Literal["hiring.search_reopened.v1"] = "hiring.search_reopened.v1"
    reopened_on: date


class SroAppointedV1(OfSearch):
    """The agency appointed whom the district accepted (C-HIRE-10, C-HIRE-11)."""

    name: Literal["hiring.sro_appointed.v1"] = "hiring.sro_appointed.v1"
    officer: str
    candidate: str
    school: str
    from_on: date


class SroReassignedV1(OfSearch):
    """An officer serves at another school from a day on (C-TEAM-5)."""

    name: Literal["hiring.sro_reassigned.v1"] = "hiring.sro_reassigned.v1"
    officer: str
    school: str
    from_on: date


class CoverArrangedV1(OfSearch):
    """Another officer stands in for one who is absent (C-TEAM-5)."""

    name: Literal["hiring.cover_arranged.v1"] = "hiring.cover_arranged.v1"
    officer: str
    cover: str
    from_on: date
    to_on: date


# --- By either ------------------------------------------------------------------------------------


class MemberSeatedV1(OfSearch):
    """A voting member of who publishes this sits on the panel (C-HIRE-3)."""

    name: Literal["hiring.member_seated.v1"] = "hiring.member_seated.v1"
    member: str
    trained_on: date | None


class MemberExcusedV1(OfSearch):
    """A member of the panel sits no more (C-HIRE-5, C-HIRE-8)."""

    name: Literal["hiring.member_excused.v1"] = "hiring.member_excused.v1"
    member: str
    why: Literal[
        "left the organisation", "not available", "a conflict of interest", "another reason"
    ]


class ConflictDeclaredV1(OfSearch):
    """A member said whether they have a conflict with a candidate; which stays (C-HIRE-8)."""

    name: Literal["hiring.conflict_declared.v1"] = "hiring.conflict_declared.v1"
    member: str
    candidate: str
    conflicted: bool
    late: bool


class QuestionsProvidedV1(OfSearch):
    """Who publishes this provided questions for all candidates (C-HIRE-4)."""

    name: Literal["hiring.questions_provided.v1"] = "hiring.questions_provided.v1"
    questions: tuple[str, ...]


class ScoresSealedV1(OfSearch):
    """A member bound themselves to their scores (C-HIRE-6)."""

    name: Literal["hiring.scores_sealed.v1"] = "hiring.scores_sealed.v1"
    member: str
    commitments: tuple[CommitmentV1, ...]


class ScoresOpenedV1(OfSearch):
    """A member's scores with their salts, for anybody to check (C-HIRE-6)."""

    name: Literal["hiring.scores_opened.v1"] = "hiring.scores_opened.v1"
    member: str
    sheets: tuple[SheetV1, ...]


class FindingV1(Part):
    """One thing that does not hold, and whose score it is about."""

    member: str
    candidate: str
    what: Literal[
        "no such score was sealed here",
        "the two organisations hold different commitments",
        "the scores do not match their commitment",
        "the two organisations hold different scores",
        "the ranking is another than the scores give",
    ]


class ProofCheckedV1(OfSearch):
    """What was found when both organisations' words were compared; empty is good (C-HIRE-6)."""

    name: Literal["hiring.proof_checked.v1"] = "hiring.proof_checked.v1"
    of: Literal["the closing", "the opening", "the ranking"]
    findings: tuple[FindingV1, ...]


class PreferenceStatedV1(OfSearch):
    """Whom the members of who publishes this prefer (C-HIRE-5)."""

    name: Literal["hiring.preference_stated.v1"] = "hiring.preference_stated.v1"
    candidate: str


class SroRemovedV1(OfSearch):
    """Who publishes this ended an officer's service in the program (C-TEAM-5)."""

    name: Literal["hiring.sro_removed.v1"] = "hiring.sro_removed.v1"
    officer: str
    removed_on: date


# --- The district alone ---------------------------------------------------------------------------


class TermsAgreedV1(OfSearch):
    """The district agreed to questions and terms as this digest says (C-HIRE-5)."""

    name: Literal["hiring.terms_agreed.v1"] = "hiring.terms_agreed.v1"
    sha256: Digest


class CandidateAcceptedV1(OfSearch):
    """The district accepts the candidate for the school (C-HIRE-10, C-HIRE-11)."""

    name: Literal["hiring.candidate_accepted.v1"] = "hiring.candidate_accepted.v1"
    candidate: str
    school: str
    answered_on: date
    late: bool


class CandidateDeclinedV1(OfSearch):
    """The district declines the candidate; its reasons stay there (C-HIRE-10)."""

    name: Literal["hiring.candidate_declined.v1"] = "hiring.candidate_declined.v1"
    candidate: str
    school: str
    category: Literal[
        "experience with students",
        "fit with the school's program",
        "communication",
        "availability",
        "another reason",
    ]
    answered_on: date
    late: bool


OfAgency = (
    SearchOpenedV1
    | CandidateAdvancedV1
    | CandidateWithdrewV1
    | ScreeningClosedV1
    | TermsSetV1
    | InterviewsOpenedV1
    | InterviewHeldV1
    | InterviewVoidedV1
    | ScoringClosedV1
    | RankingRecordedV1
    | TieResolvedV1
    | CandidateProposedV1
    | SearchClosedV1
    | SearchReopenedV1
    | SroAppointedV1
    | SroReassignedV1
    | CoverArrangedV1
)
OfEither = (
    MemberSeatedV1
    | MemberExcusedV1
    | ConflictDeclaredV1
    | QuestionsProvidedV1
    | ScoresSealedV1
    | ScoresOpenedV1
    | ProofCheckedV1
    | PreferenceStatedV1
    | SroRemovedV1
)
OfDistrict = TermsAgreedV1 | CandidateAcceptedV1 | CandidateDeclinedV1

FromAgency = Annotated[OfAgency | OfEither, Field(discriminator="name")]
FromDistrict = Annotated[OfDistrict | OfEither, Field(discriminator="name")]
ToOwnDirectory = Annotated[SroAppointedV1 | SroRemovedV1, Field(discriminator="name")]
"""What the agency's own directory hears: an officer's record begins and ends by it."""
