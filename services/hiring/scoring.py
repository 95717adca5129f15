"""What may be decided about scores: sealing, closing, opening, ranking, and what proves it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.hiring.domain import check_running, entered, sits
from services.hiring.events import (
    PreferenceStated,
    ProofChecked,
    RankingRecorded,
    ScoresOpened,
    ScoresSealed,
    ScoringClosed,
    TieResolved,
)
from services.hiring.policy import check_scores
from services.hiring.ranking import Vote, ranked, tied
from services.hiring.record import Finding, ProofLine
from services.hiring.sheets import Commitment, commit, points
from services.hiring.words import Keeper, Mismatch, Stage
from shared.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from services.hiring.events import Search
    from services.hiring.ranking import Place
    from services.hiring.record import Record
    from services.hiring.sheets import Sheet
    from shared.sealed import Sealed


# --- Sealing and closing --------------------------------------------------------------------------


def owed_by(search: Search, keeper: Keeper, member: str) -> tuple[str, ...]:
    """Whom a member is to score now (C-HIRE-5, C-HIRE-8)."""
    known = check_running(search.known)
    sits(known, keeper, member)
    if known.counted is not None:
        raise Refused("C-HIRE-6", "the scoring is closed", "scores")
    if known.sealed_by(member) is not None:
        raise Refused("C-HIRE-6", "your scores are sealed: they can't be changed", "scores")
    for each in known.advanced():
        if known.declared(member, each.candidate) is None:
            reason = f"say first whether you have a conflict with {each.candidate}"
            raise Refused("C-HIRE-8", reason, "scores")
        if each.interview is None:
            reason = f"{each.candidate} is not interviewed yet: score once all are"
            raise Refused("C-HIRE-5", reason, "scores")
    owed = known.owed().get(member, ())
    if not owed:
        reason = "there is nobody for you to score: you were at no interview that counts for you"
        raise Refused("C-HIRE-8", reason, "scores")
    return owed


def seal_scores(
    search: Search, keeper: Keeper, member: str, sheets: Sequence[Sheet], *, box: str
) -> ScoresSealed:
    """Bind a member to their scores of every candidate they were to score (C-HIRE-6)."""
    known = search.known
    owed = owed_by(search, keeper, member)
    if sorted(each.candidate for each in sheets) != sorted(owed):
        reason = f"score each of {', '.join(owed)}, and nobody else"
        raise Refused("C-HIRE-5", reason, "scores")
    assert known.terms is not None, "there are interviews only under terms"
    for each in sheets:
        check_scores(each.scores, known.terms.weights)
    return ScoresSealed(
        search=known.search,
        keeper=keeper,
        member=member,
        commitments=tuple(commit(known.search, member, each) for each in sheets),
        box=box,
    )


def close_scoring(search: Search, absent: Iterable[str]) -> ScoringClosed:
    """Fix what counts: all have sealed, or who has not is named (C-HIRE-5, C-HIRE-7)."""
    known = check_running(search.known)
    if known.frozen is None:
        raise Refused("C-HIRE-5", "there were no interviews yet", "absent")
    if known.counted is not None:
        raise Refused("C-HIRE-6", "the scoring is closed already", "absent")
    for each in known.advanced():
        if each.interview is None or known.lacks(known.voting(each)):
            reason = f"{each.candidate} has no interview with a quorum: hold one"
            raise Refused("C-HIRE-7", reason, "absent")
    owed = known.owed()
    missing = sorted(member for member in owed if known.sealed_by(member) is None)
    if sorted(absent) != missing:
        who = ", ".join(missing) or "nobody"
        reason = f"not sealed by: {who}; wait for them, or name exactly them as absent"
        raise Refused("C-HIRE-6", reason, "absent")
    counted = tuple(
        each
        for sealed in known.sealed
        for each in sealed.commitments
        if each.candidate in owed.get(sealed.member, ())
    )
    for candidate in known.advanced():
        members = tuple(c.member for c in counted if c.candidate == candidate.candidate)
        if known.lacks(members):
            reason = f"too few have scored {candidate.candidate} for a quorum: wait for them"
            raise Refused("C-HIRE-7", reason, "absent")
    return ScoringClosed(search=known.search, counted=counted, absent=tuple(missing))


# --- Opening --------------------------------------------------------------------------------------


def check_opening(search: Search, keeper: Keeper, member: str) -> str:
    """The locked box of a member, when it may be opened (C-HIRE-5, C-HIRE-6)."""
    known = check_running(search.known)
    sits(known, keeper, member)
    if known.counted is None:
        reason = "the scoring is not closed: nobody's scores are opened before all are in"
        raise Refused("C-HIRE-5", reason, "code")
    sealed = known.sealed_by(member)
    if sealed is None or sealed.box is None:
        raise Refused("C-HIRE-6", "you have sealed no scores", "code")
    if known.opened_by(member) is not None:
        raise Refused("C-HIRE-6", "your scores are open already", "code")
    return sealed.box


def open_scores(
    search: Search,
    keeper: Keeper,
    member: str,
    sheets: Sequence[Sheet],
    *,
    notes: Mapping[str, Sealed],
) -> ScoresOpened:
    """Show a member's scores; those that do not match what was sealed are void (C-HIRE-6)."""
    return ScoresOpened(
        search=search.known.search,
        keeper=keeper,
        member=member,
        sheets=tuple(sheets),
        void=mismatches(search.known, member, sheets),
        notes=dict(notes),
    )


def mismatches(known: Record, member: str, sheets: Sequence[Sheet]) -> tuple[Finding, ...]:
    """What of a member's opened sheets does not match the commitments held here (C-HIRE-6)."""
    sealed = known.sealed_by(member)
    held = {each.candidate: each for each in sealed.commitments} if sealed else {}
    shown = {sheet.candidate: sheet for sheet in sheets}
    found = []
    for candidate in sorted({*held, *shown}):
        if candidate not in held:
            found.append(_finding(member, candidate, Mismatch.UNSEALED))
        elif candidate not in shown or not _fits(known, held[candidate], shown[candidate]):
            found.append(_finding(member, candidate, Mismatch.SCORES))
    return tuple(found)


# --- Ranking --------------------------------------------------------------------------------------


def record_ranking(search: Search, unopened: Iterable[str]) -> RankingRecorded:
    """Rank by the agreed method; a sole candidate is scored and not ranked (C-HIRE-5, C-HIRE-9)."""
    known = check_running(search.known)
    if known.counted is None:
        raise Refused("C-HIRE-5", "close the scoring first", "unopened")
    if known.places is not None:
        raise Refused("C-HIRE-5", "the ranking is recorded", "unopened")
    members = {each.member for each in _counting(known)}
    missing = sorted(each for each in members if known.opened_by(each) is None)
    if sorted(unopened) != missing:
        who = ", ".join(missing) or "nobody"
        reason = f"not opened by: {who}; wait for them, or name exactly them"
        raise Refused("C-HIRE-5", reason, "unopened")
    proof = proof_of(known)
    for each in known.advanced():
        lines = [p for p in proof if p.candidate == each.candidate and p.sheet is not None]
        if known.lacks(tuple(line.member for line in lines)):
            reason = (
                f"too few scores of {each.candidate} count for a quorum: close this search and"
                " open another"
            )
            raise Refused("C-HIRE-7", reason, "unopened")
    places = places_of(known, proof)
    return RankingRecorded(
        search=known.search, places=places, tied=tied(places), proof=proof, unopened=tuple(missing)
    )


def proof_of(known: Record) -> tuple[ProofLine, ...]:
    """Every score that counts, with its commitment, as this organisation holds them."""
    void = {(each.member, each.candidate) for each in known.void}
    lines = []
    for each in _counting(known):
        opened = known.opened_by(each.member)
        sheets = opened.sheets if opened else ()
        found = next((sheet for sheet in sheets if sheet.candidate == each.candidate), None)
        if (each.member, each.candidate) in void:
            found = None
        lines.append(ProofLine(**each.model_dump(), sheet=found))
    return tuple(sorted(lines, key=lambda line: (line.candidate, line.member)))


def places_of(known: Record, proof: Sequence[ProofLine]) -> tuple[Place, ...]:
    """The ranking that a proof gives."""
    assert known.terms is not None, "scores are given under terms"
    votes: dict[str, list[Vote]] = {each.candidate: [] for each in known.advanced()}
    keepers = {seat.member: seat.keeper for seat in known.seats}
    for line in proof:
        if line.sheet is not None and line.candidate in votes:
            given = points(line.sheet.scores, known.terms.weights)
            votes[line.candidate].append(Vote(keepers[line.member], given))
    return ranked({candidate: cast for candidate, cast in votes.items() if cast})


def resolve_tie(search: Search, order: Sequence[str], *, discussion: Sealed) -> TieResolved:
    """Settle a tie as the panel did after discussion (C-HIRE-7)."""
    known = check_running(search.known)
    groups = tied(known.places or ())
    if sorted(order) not in [sorted(group) for group in groups]:
        raise Refused("C-HIRE-7", "put exactly the candidates who are tied in order", "order")
    return TieResolved(search=known.search, order=tuple(order), discussion=discussion)


def state_preference(
    search: Search, keeper: Keeper, candidate: str, *, reasons: Sealed | None
) -> PreferenceStated:
    """Name whom an organisation's members prefer, once the scores are known (C-HIRE-5)."""
    known = check_running(search.known)
    if known.places is None:
        raise Refused("C-HIRE-5", "the scores are not known yet", "candidate")
    if entered(known, candidate).stage is not Stage.ADVANCED:
        raise Refused("C-HIRE-5", "choose a candidate who was interviewed", "candidate")
    return PreferenceStated(
        search=known.search, keeper=keeper, candidate=candidate, reasons=reasons
    )


# --- Checking what the other told -----------------------------------------------------------------


def check_closing(known: Record, keeper: Keeper, told: ScoringClosed) -> ProofChecked:
    """Compare the commitments that the agency counts with those held here (C-HIRE-6)."""
    held = {(c.member, c.candidate): c.sha256 for s in known.sealed for c in s.commitments}
    found = []
    for each in told.counted:
        here = held.get((each.member, each.candidate))
        if here != each.sha256:
            what = Mismatch.UNSEALED if here is None else Mismatch.COMMITMENT
            found.append(_finding(each.member, each.candidate, what))
    counted = {(each.member, each.candidate) for each in told.counted}
    for member, candidates in known.owed().items():
        if member not in told.absent:
            left_out = (c for c in candidates if (member, c) not in counted)
            found += [_finding(member, c, Mismatch.COMMITMENT) for c in left_out]
    return ProofChecked(search=known.search, keeper=keeper, of="the closing", findings=tuple(found))


def check_opening_of(known: Record, keeper: Keeper, told: ScoresOpened) -> ProofChecked:
    """Say what of the other's opened scores does not match what they had sealed (C-HIRE-6)."""
    return ProofChecked(
        search=known.search,
        keeper=keeper,
        of="the opening",
        findings=mismatches(known, told.member, told.sheets),
    )


def check_ranking(known: Record, keeper: Keeper, told: RankingRecorded) -> ProofChecked:
    """Verify every commitment and score of a ranking, and compute it again (C-HIRE-6, C-HIRE-7)."""
    found = verified(known)
    here = {(line.member, line.candidate): line for line in proof_of(known)}
    there = {(line.member, line.candidate): line for line in told.proof}
    for pair in sorted({*here, *there}):
        ours, theirs = here.get(pair), there.get(pair)
        if ours is None or theirs is None or ours.sha256 != theirs.sha256:
            found.append(_finding(*pair, Mismatch.COMMITMENT))
        elif ours.sheet != theirs.sheet:
            found.append(_finding(*pair, Mismatch.OTHERS))
    if places_of(known, proof_of(known)) != told.places:
        found += [_finding("", place.candidate, Mismatch.RANKING) for place in told.places]
    unique = tuple(dict.fromkeys(found))
    return ProofChecked(search=known.search, keeper=keeper, of="the ranking", findings=unique)


def verified(known: Record) -> list[Finding]:
    """What does not hold among the commitments and scores held here; empty when all do (C-HIRE-6).

    Every opened sheet against what was sealed, what was sealed against what was counted, and what
    was counted against the proof of the ranking.
    """
    found: list[Finding] = []
    for opened in known.opened:
        found += mismatches(known, opened.member, opened.sheets)
    held = {(c.member, c.candidate): c.sha256 for s in known.sealed for c in s.commitments}
    for each in known.counted or ():
        if held.get((each.member, each.candidate)) != each.sha256:
            found.append(_finding(each.member, each.candidate, Mismatch.COMMITMENT))
    for line in known.proof:
        if line.sheet is not None and commit(known.search, line.member, line.sheet) != _of(line):
            found.append(_finding(line.member, line.candidate, Mismatch.SCORES))
        opened_here = known.opened_by(line.member)
        if line.sheet is not None and opened_here and line.sheet not in opened_here.sheets:
            found.append(_finding(line.member, line.candidate, Mismatch.OTHERS))
    return list(dict.fromkeys(found))


def _of(line: ProofLine) -> Commitment:
    return Commitment(member=line.member, candidate=line.candidate, sha256=line.sha256)


def _counting(known: Record) -> list[Commitment]:
    """The counted commitments of members who have no conflict, on who is still here."""
    advanced = {each.candidate for each in known.advanced()}
    return [
        each
        for each in known.counted or ()
        if each.candidate in advanced and known.counts(each.member, each.candidate)
    ]


def _fits(known: Record, held: Commitment, sheet: Sheet) -> bool:
    """Whether a sheet is what was sealed, and holds a score of each criterion."""
    assert known.terms is not None, "scores are given under terms"
    try:
        check_scores(sheet.scores, known.terms.weights)
    except Refused:
        return False
    return commit(known.search, held.member, sheet) == held


def _finding(member: str, candidate: str, what: Mismatch) -> Finding:
    return Finding(member=member, candidate=candidate, what=what)
