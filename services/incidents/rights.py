"""Who may give which command about calls and incidents; `shared.who_may` enforces it.

What is confidential is read by the principal of its school, the program director and the data
officer alone (C-DATA-4). Reading it is written down, and so is being refused (C-PRIV-8).
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from shared.errors import Refused
from shared.who_may import OPERATOR, Right, may

if TYPE_CHECKING:
    from collections.abc import Callable

C = TypeVar("C", bound="Callable[..., Any]")

REVIEWERS = frozenset({"agency_reviewer", "agency_head"})
DATA_OFFICER = "data_officer"
"""Given by signing in: the directory has no such post."""
OFFICER = "officer"
"""An officer of the program who signs in; given by signing in."""
AT_A_SCHOOL = frozenset({"principal", "designee"})
OVERSEERS = frozenset({"director", "superintendent", "superintendent_designee"})
STAFF = AT_A_SCHOOL | OVERSEERS | {"tip_line_operator", "training_coordinator", "calendar_editor"}


def _agency(clause: str, *others: str) -> Right:
    return Right(
        clause,
        "this is for the agency's reviewers and its head to do",
        roles=REVIEWERS | set(others),
    )


def _school(clause: str, *others: str) -> Right:
    return Right(
        clause,
        "this is for the school's principal, the program director or the data officer",
        roles=frozenset({"director", DATA_OFFICER, *others}),
        at_school=AT_A_SCHOOL,
    )


def _data_officer(clause: str) -> Right:
    return Right(
        clause,
        "this is for the data officer, or on the machine itself",
        roles=frozenset({DATA_OFFICER, OPERATOR}),
    )


KEEP_CALLS = _agency("C-DATA-2", OPERATOR)
CLASSIFY = _agency("C-INC-3", OPERATOR)
MEND_CALLS = _agency("C-DATA-8")
REVIEW_FORCE = Right("C-INC-11", "this is for the agency's head", roles=frozenset({"agency_head"}))
COMMISSION = _agency("C-INC-13")
READ_CALLS = _agency("C-DATA-4", OPERATOR)

NOTE_CALLS = Right(
    "C-DATA-2", "this is for staff of the district", roles=STAFF | {OPERATOR, OFFICER}
)
LOG = Right(
    "C-MENT-4",
    "this is for the school's principal, the officer or the program director",
    roles=frozenset({"director", OFFICER, OPERATOR}),
    at_school=AT_A_SCHOOL,
)
ASK = Right("C-INT-1", "this is for staff of the district", roles=STAFF | {OPERATOR})
STEP_IN = Right("C-INT-4", "this is for staff or the officer", roles=STAFF | {OFFICER, OPERATOR})
REVIEW_REQUESTS = _school("C-INT-6")
ANSWER_BOUNDARY = _school("C-DISC-3")
KEEP_INCIDENTS = _school("C-INC-5", OPERATOR)
LINK_STUDENTS = _school("C-INC-6")
READ_INCIDENTS = _school("C-DATA-4", OPERATOR)
KEEP_ROSTER = _data_officer("C-DATA-3")
FOLLOW_SYSTEM = _data_officer("C-INC-5")
EXPORT_INCIDENTS = _data_officer("C-DATA-4")
MAKE_REPORTS = Right(
    "C-DATA-4",
    "this is for the data officer or the program director, or on the machine itself",
    roles=frozenset({"director", DATA_OFFICER, OPERATOR}),
)
READ_VIEWS = Right(
    "C-PRIV-8",
    "this is for the data officer, the program director or the agency's head",
    roles=frozenset({DATA_OFFICER, "director", "agency_head"}),
)


def viewing(right: Right) -> Callable[[C], C]:
    """Mark a question about what is confidential: its answer, or its refusal, is written down.

    It takes `by` by name. Of what was asked for, only what was found is named; of a file that was
    handed out, the digest too.
    """

    def marked(question: C) -> C:
        checked = may(right)(question)

        @wraps(checked)
        def logged(self: Any, *args: Any, **kwargs: Any) -> Any:
            try:
                answer = checked(self, *args, **kwargs)
            except Refused as refused:
                if refused.field == "by":
                    self.log_view(question.__name__, kwargs["by"], refused=True)
                raise
            digest = getattr(answer, "sha256", None)
            seen = (question.__name__, *map(str, args), *([f"sha256:{digest}"] if digest else []))
            self.log_view(" ".join(seen), kwargs["by"], refused=False)
            return answer

        return logged  # type: ignore[return-value]  # called as the question is

    return marked
