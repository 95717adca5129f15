"""The words of the complaint procedure, as stored and published."""

from __future__ import annotations

from enum import StrEnum


class Channel(StrEnum):
    """How a complaint reached the district (C-COMP-2)."""

    FORM = "form"
    OFFICE = "office"
    WEB = "web"
    EMAIL = "email"
    TEXT = "text"
    PHONE = "phone"
    MAIL = "mail"


class Allegation(StrEnum):
    """What the officer is said to have done; anything more is in the narrative (C-COMP-13)."""

    FORCE = "use of force"
    CONDUCT = "conduct or courtesy"
    DISCRIMINATION = "discrimination"
    SEARCH = "search"
    QUESTIONING = "questioning"
    DISCIPLINE = "part in school discipline"
    PRIVACY = "privacy"
    NEGLECT = "neglect of duty"
    RETALIATION = "retaliation"
    OTHER = "other"


class Finding(StrEnum):
    """What was found on one allegation (C-COMP-13)."""

    SUSTAINED = "sustained"
    NOT_SUSTAINED = "not sustained"
    UNFOUNDED = "unfounded"
    EXONERATED = "exonerated"
    POLICY_FAILURE = "policy failure"
    NOT_WITHIN = "not within the procedure"


class Trigger(StrEnum):
    """What must not wait (C-COMP-18)."""

    CRIMINAL = "criminal conduct"
    SEXUAL = "sexual misconduct"
    ABUSE = "abuse"
    WEAPON = "weapon"
    DANGER = "immediate danger"
    RETALIATION = "retaliation"
    INJURY = "injury"


class Party(StrEnum):
    """Who may appeal (C-COMP-8)."""

    COMPLAINANT = "complainant"
    OFFICER = "officer"


class Outcome(StrEnum):
    """How the Superintendent answers an appeal (C-COMP-9)."""

    UPHELD = "upheld"
    CHANGED = "changed"
    RETURNED = "returned"


class Ground(StrEnum):
    """Why a complaint is closed without a determination (C-COMP-3, C-COMP-15, C-COMP-21)."""

    LATE = "late filed"
    TOO_LITTLE = "too little to go on"
    WITHDRAWN = "withdrawn"
    DUPLICATE = "duplicate"


class Conflict(StrEnum):
    """Why an investigator steps aside; `none` is declared too (C-COMP-14)."""

    NONE = "none"
    WITNESS = "witness"
    RELATIVE = "relative"
    SUBJECT = "subject"


class Stage(StrEnum):
    """Whose move it is."""

    RECEIVED = "received"
    INVESTIGATION = "investigation"
    DETERMINED = "determined"
    APPEAL = "appeal"
    ANSWERED = "answered"
    CLOSED = "closed"


class Result(StrEnum):
    """How the agency's review ended; no more than this is told (C-COMP-11)."""

    NO_ACTION = "no action"
    POLICY_OR_TRAINING = "policy or training"
    HANDLED = "handled internally"
    REFERRED = "referred outside"


class AgencyStatus(StrEnum):
    """How far the agency's own part is (C-COMP-5, C-COMP-11)."""

    INFORMED = "informed"
    ACKNOWLEDGED = "acknowledged"
    REVIEWING = "in review"
    CLOSED = "review closed"


class Duty(StrEnum):
    """What a running clock waits for."""

    ACKNOWLEDGE = "acknowledge"
    FORWARD = "forward to the principal"
    ESCALATE = "escalate"
    INFORM_OFFICER = "inform the officer"
    DETERMINE = "determination"
    TRANSLATE = "translate the letter"
    ANSWER_COMPLAINANT = "answer the complainant's appeal"
    ANSWER_OFFICER = "answer the officer's appeal"
    AGENCY_ACKNOWLEDGEMENT = "agency acknowledgement"
    AGENCY_REVIEW = "agency review"


APPEAL_DUTY = {Party.COMPLAINANT: Duty.ANSWER_COMPLAINANT, Party.OFFICER: Duty.ANSWER_OFFICER}
AGENCY_DUTIES = frozenset({Duty.AGENCY_ACKNOWLEDGEMENT, Duty.AGENCY_REVIEW})
