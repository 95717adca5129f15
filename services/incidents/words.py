"""The words of the incident clauses, as they are stored and shown."""

from __future__ import annotations

from enum import StrEnum


class Channel(StrEnum):
    """How it came in."""

    PAGE = "page"
    API = "api"
    MESSAGE = "message"
    FILE = "file"


class Duty(StrEnum):
    """What a clock waits for."""

    OUTCOME = "outcome of the call"
    CLASSIFY = "classification of the call"
    REVIEW_FORCE = "review of the force used"
    ALTERNATIVES = "why no alternative served"
    AGENCY_CALL = "the agency's own record of the call"
    DISCIPLINE = "whether discipline followed"
    RECORD_SEARCH = "record of the search"
    CONTACT_PARENT = "contact with the parent"
    ALARM_ABUSE = "report of abuse, first alarm"
    REPORT_ABUSE = "report of abuse"
    REPORT_RESTRAINT = "written report of the restraint"
    RESTRAINT_LETTER = "letter about the restraint"
    REVIEW_RESTRAINT = "review of the restraint"
    REVIEW_REQUEST = "review of the request"
    DESCRIBE_GROUND = "description of the ground"
    ANSWER_BOUNDARY = "answer about the boundary"
    NOTIFY_COMMISSION = "report to the state commission"


class Said(StrEnum):
    """Why no alternative to arrest or referral served (C-ROLE-2)."""

    EXCLUDED = "the law allows no diversion of this offense"
    TRIED = "alternatives were tried and failed"
    DANGER = "there was danger to others"
    WARRANT = "a court had ordered it"
    NOT_CONSIDERED = "none was considered"


class ForceFinding(StrEnum):
    """What a supervisor found of force used (C-INC-11)."""

    WITHIN = "within policy"
    NOT_WITHIN = "not within policy"
    REFERRED = "referred for inquiry"


class Reportable(StrEnum):
    """Why the law asks for a report to the state commission (C-INC-13, WAC 139-06-020)."""

    FORCE = "force that caused death or serious injury"
    CHARGED = "an officer was charged with a crime"
    MISCONDUCT = "an initial disciplinary decision about an officer"


class Capacity(StrEnum):
    """In which of the three roles an officer acted (C-ROLE-1)."""

    EDUCATE = "educate"
    COUNSEL = "counsel"
    ENFORCE = "enforce"


class Whom(StrEnum):
    """With whom (C-MENT-4)."""

    STUDENT = "a student"
    STUDENTS = "several students"
    STAFF = "staff"
    FAMILY = "a family"
    VISITOR = "a visitor"


class Setting(StrEnum):
    """Where in a school's life."""

    CLASSROOM = "classroom"
    HALLWAY = "hallway or grounds"
    OFFICE = "office"
    ASSEMBLY = "assembly or event"
    MEETING = "meeting"
    OFF_CAMPUS = "off campus"
    REMOTE = "by phone or online"


class Subject(StrEnum):
    """What it was about."""

    RELATIONSHIP = "greeting or relationship"
    SAFETY = "safety lesson or drill"
    LAW = "law-related education"
    RULES = "reminder of a rule"
    CONFLICT = "conflict between students"
    WELL_BEING = "well-being"
    THREAT = "threat or danger"
    OFFENSE = "possible offense"
    TRAFFIC = "traffic or parking"
    OTHER = "other"


class Ground(StrEnum):
    """On what a request for intervention rests."""

    DANGER = "A"
    """Immediate and continuing danger to others (C-INT-1)."""
    DISRUPTION = "B"
    """Immediate and continuing threat of material and substantial disruption (C-INT-2)."""
    EMERGENCY = "C"
    """Another emergency under policy 3432 (C-INT-3)."""


GROUNDS = {
    Ground.DANGER: "A: immediate and continuing danger to others",
    Ground.DISRUPTION: "B: immediate and continuing threat of substantial disruption",
    Ground.EMERGENCY: "C: another emergency (policy 3432)",
}


class Flag(StrEnum):
    """What is flagged of a request; it is never blocked."""

    NO_GROUND = "it names none of the three grounds"
    NOT_DESCRIBED = "the disruption is not described"
    NOT_TRAINED = "who asked had not had the training on when to ask"
    LATE = "it was recorded after the end of the next school day"


class Met(StrEnum):
    """Whether the ground of a request was met (C-INT-6)."""

    MET = "met"
    NOT_MET = "not met"
    UNCLEAR = "unclear"


class Part(StrEnum):
    """An officer's part in formal discipline (C-DISC-3).

    Being the victim or the eyewitness of a crime is none (C-DISC-4).
    """

    DECIDER = "decider"
    INVESTIGATOR = "investigator"
    WITNESS = "witness at request"
    SEARCHER = "searcher"
    QUESTIONER = "questioner"


class Answer(StrEnum):
    """What was answered to an alarm about the boundary (C-DISC-3)."""

    EXPLAINED = "explained"
    CORRECTED = "corrected"
    UPHELD = "upheld"


class Involved(StrEnum):
    """A student's part in an incident."""

    SUSPECT = "suspect"
    VICTIM = "victim"
    WITNESS = "witness"
    OTHER = "other"


class Discipline(StrEnum):
    """What discipline followed, entered by the district alone (C-INC-5)."""

    RESTORATIVE = "restorative practice"
    OTHER = "other form of discipline"
    CLASSROOM_EXCLUSION = "classroom exclusion"
    IN_SCHOOL_SUSPENSION = "in-school suspension"
    SHORT_TERM_SUSPENSION = "short-term suspension"
    LONG_TERM_SUSPENSION = "long-term suspension"
    EXPULSION = "expulsion"
    EMERGENCY_REMOVAL = "emergency removal"


class Purpose(StrEnum):
    """What a search or questioning was for."""

    SAFETY = "safety"
    CRIME = "a possible crime"
    DISCIPLINE = "school discipline"


class SearchGround(StrEnum):
    """On what a search rested (C-INC-4)."""

    SUSPICION = "reasonable suspicion"
    CAUSE = "probable cause"
    CONSENT = "consent"
    WARRANT = "warrant"
    DANGER = "immediate danger"
    NONE = "none stated"


class Held(StrEnum):
    """How a student stood who was questioned (C-INC-8)."""

    CUSTODY = "in custody"
    DETAINED = "detained on probable cause"
    CONSENT = "asked to consent to a search"
    NOT_HELD = "free to go"
    VICTIM_OR_WITNESS = "victim or witness, not in custody"


GUARDED = frozenset({Held.CUSTODY, Held.DETAINED, Held.CONSENT})
"""Who first talks to a lawyer, under 18; it can't be waived (C-INC-8)."""


class About(StrEnum):
    """What a parent is told of (C-INC-9, C-INC-12)."""

    ARREST = "arrest"
    QUESTIONING = "questioning"
    SEARCH = "search"
    RESTRAINT = "restraint or isolation"


class StudentSystem(StrEnum):
    """What an export of incidents is written for."""

    SKYWARD = "skyward"
    EDFI = "edfi"


class Contact(StrEnum):
    """How contact with a parent went."""

    REACHED = "reached"
    ATTEMPTED = "tried, not reached"
    ABUSE = "not told: suspected abuse"
    COURT_ORDER = "not told: court order"


class Restraint(StrEnum):
    """What was done to a student (C-INC-9)."""

    RESTRAINT = "restraint"
    ISOLATION = "isolation"


class ReportName(StrEnum):
    """The reports that there are."""

    CALLS = "calls"
    STATE = "state"
    FEDERAL = "federal"


class Audience(StrEnum):
    """Who may read a report."""

    INTERNAL = "internal"
    PUBLIC = "public"


class Format(StrEnum):
    """What a report is written as."""

    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"
    PDF = "pdf"


class Action(StrEnum):
    """What an officer did to enforce the law (C-INC-1)."""

    WARNING = "warning"
    DETENTION = "detention"
    CITATION = "citation"
    SEARCH = "search"
    ARREST = "arrest"
    REMOVAL = "removal from the grounds"
