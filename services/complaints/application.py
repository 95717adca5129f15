"""The complaints desk of the district: one method a command.

It checks who gives the command, seals what people wrote, asks the domain to decide, and records
the decision. `by` is the staff id of who gives it; a complainant shows the passphrase instead.
Every command raises `shared.errors.Refused` when a clause forbids it, and changes nothing then.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from base64 import b32encode
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5

from eventsourcing.application import AggregateNotFoundError
from eventsourcing.persistence import IntegrityError

from services.complaints import domain
from services.complaints.attempts import Attempts
from services.complaints.docket import Docket
from services.complaints.events import Complaint, Found
from services.complaints.letters import answer_letter, determination_letter
from services.complaints.matter import matter_id, matter_number
from services.complaints.office import ComplaintsOffice
from services.complaints.rights import (
    ENTER,
    FORWARD,
    LIST,
    NAME_ANOTHER,
    OVERSEE,
    SEE,
    about,
    handling,
    overseeing,
)
from services.complaints.timekeeping import look_at
from services.complaints.words import (
    APPEAL_DUTY,
    Allegation,
    Channel,
    Conflict,
    Duty,
    Finding,
    Ground,
    Outcome,
    Party,
    Trigger,
)
from shared.desk import written
from shared.errors import Refused
from shared.keyring import Erased
from shared.who_may import BY_PASSPHRASE, NOTHING, About, may

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import date

    from services.complaints.docket import Entry
    from services.complaints.events import Happened
    from services.complaints.policy import InForce
    from shared.sealed import Sealed

COMPLAINANT = "complainant"
CLOCK = "clock"
SHORT_CHARACTERS_MAX = 500
LANGUAGE_TAG = re.compile(r"[a-z]{2,3}(-[a-z0-9]{1,8}){0,4}")
OFFICERS = uuid5(NAMESPACE_URL, "accord:officers")


class Receipt(NamedTuple):
    """What a complainant takes home: enough to follow the matter without an account."""

    number: str
    passphrase: str


class FindingGiven(NamedTuple):
    """A finding as the principal gives it, its reasons not sealed yet."""

    allegation: Allegation
    finding: Finding
    reasons: str


class ComplaintsDesk(ComplaintsOffice):
    """Complaints of one district, under the policy and calendars it has heard of."""

    def furnish(self) -> None:
        """Make the read models."""
        self.docket = Docket(self, self.engine)
        self.attempts = Attempts(self.now)

    # --- Intake ---------------------------------------------------------------------------------

    @may(ENTER)
    def receive(
        self,
        *,
        by: str,
        channel: Channel,
        narrative: str,
        school: str | None = None,
        officer: str | None = None,
        incident_on: date | None = None,
        received_on: date | None = None,
        allegations: Collection[Allegation] = (),
        urgent: Collection[Trigger] = (),
        harm: bool = False,
        names_principal: bool = False,
        language: str = "en",
        complainant: str | None = None,
        contact: str | None = None,
        submission: str | None = None,
    ) -> Receipt:
        """Take in a complaint by any channel, named or not, and inform the agency at once.

        C-COMP-1, C-COMP-2, C-COMP-5, C-COMP-21. `by` is the staff id of who enters it, or `public`
        for what comes in by itself; `received_on` the day paper arrived, when that was before
        today. `submission` is a token of this submission: giving the same one again gives the same
        receipt and records nothing more, so a doubled click or e-mail is one complaint.
        """
        receipt = self._receipt(submission)
        number = matter_id(receipt.number)
        story = written("narrative", narrative, "C-COMP-2")
        self._known(school=school, officer=officer)
        arrived = received_on or self.today()
        subject = uuid5(number, COMPLAINANT)
        received = domain.receive(
            self.in_force(arrived),
            passphrase_sha256=_digest(receipt),
            channel=channel,
            school=school,
            officer=officer,
            incident_on=incident_on,
            received_on=arrived,
            allegations=tuple(dict.fromkeys(allegations)),
            urgent=tuple(dict.fromkeys(urgent)),
            harm=harm,
            names_principal=names_principal,
            language=_language(language),
            narrative=self._seal(subject, story),
            complainant=self._optional(subject, "complainant", complainant),
            contact=self._optional(subject, "contact", contact),
        )
        complaint = Complaint.begin(received, by=by, number=number)
        if received.contact is not None:  # what a known address gets acknowledges it (C-COMP-12)
            complaint.record(domain.acknowledge(complaint, self.in_force()), by=CLOCK)
        try:
            self.save(complaint)
        except IntegrityError:
            if submission is None:
                raise
        return receipt

    @may(handling("C-COMP-12"))
    def acknowledge(self, number: str, *, by: str) -> None:
        """Record that the complainant was told it is here (C-COMP-12)."""
        self._change(number, by, domain.acknowledge)

    @may(FORWARD)
    def forward(self, number: str, *, by: str, school: str) -> None:
        """Give a tip to the principal of its school (C-COMP-4)."""
        self._known(school=school, officer=None)
        self._change(number, by, lambda c, f: domain.forward(c, f, school=school))

    @may(handling("C-DATA-8"))
    def correct(
        self,
        number: str,
        *,
        by: str,
        school: str | None,
        officer: str | None,
        incident_on: date | None,
        allegations: Collection[Allegation],
        names_principal: bool,
        harm: bool,
        reasons: str,
    ) -> None:
        """Put facts right, with reasons (C-DATA-8)."""
        self._known(school=school, officer=officer)
        self._change(
            number,
            by,
            lambda c, f: domain.correct(
                c,
                f,
                school=school,
                officer=officer,
                incident_on=incident_on,
                allegations=tuple(dict.fromkeys(allegations)),
                names_principal=names_principal,
                harm=harm,
                reasons=self._sealed(c, "reasons", reasons, "C-DATA-8"),
            ),
        )

    @may(handling("C-COMP-18"))
    def see_urgency(self, number: str, *, by: str, trigger: Trigger, account: str) -> None:
        """Say what must not wait (C-COMP-18, C-COMP-22)."""
        self._change(
            number,
            by,
            lambda c, f: domain.see_urgency(
                c, f, trigger=trigger, account=self._sealed(c, "account", account, "C-COMP-18")
            ),
        )

    @may(handling("C-COMP-18"))
    def escalate(self, number: str, *, by: str, trigger: Trigger, to: str) -> None:
        """Bring it to those who can act at once; `to` names an office (C-COMP-18)."""
        office = written("to", to, "C-COMP-18", SHORT_CHARACTERS_MAX)
        self._change(number, by, lambda c, f: domain.escalate(c, f, trigger=trigger, to=office))

    # --- Investigation --------------------------------------------------------------------------

    @may(handling("C-COMP-14"))
    def declare_conflict(self, number: str, *, by: str, conflict: Conflict) -> None:
        """Declare how one stands to it oneself; with a conflict one steps aside (C-COMP-14)."""
        self._change(
            number, by, lambda c, f: domain.declare_conflict(c, f, staff=by, conflict=conflict)
        )

    @may(NAME_ANOTHER)
    def assign(self, number: str, *, by: str, staff: str) -> None:
        """Let a designee investigate; one who stepped aside may still name one (C-COMP-14)."""
        if not self.standing(staff).roles:
            raise Refused("C-COMP-14", "choose somebody who holds a role in the district", "staff")
        self._change(number, by, lambda c, f: domain.assign(c, f, staff=staff))

    @may(handling("C-COMP-6"))
    def open_investigation(self, number: str, *, by: str) -> None:
        """Begin the investigation oneself (C-COMP-6)."""
        self._change(number, by, lambda c, f: domain.open_investigation(c, f, investigator=by))

    @may(handling("C-COMP-23"))
    def inform_officer(self, number: str, *, by: str) -> None:
        """Record that the officer was told (C-COMP-23)."""
        self._change(number, by, domain.inform_officer)

    @may(handling("C-COMP-23"))
    def defer_informing(self, number: str, *, by: str, reasons: str) -> None:
        """Wait with telling the officer (C-COMP-23)."""
        self._change(
            number,
            by,
            lambda c, f: domain.defer_informing(
                c, f, reasons=self._sealed(c, "reasons", reasons, "C-COMP-23")
            ),
        )

    @may(handling("C-COMP-23"))
    def answer_as_officer(self, number: str, *, by: str, answer: str) -> None:
        """Enter what the officer answers, sealed under the officer's key (C-COMP-23)."""
        text = written("answer", answer, "C-COMP-23")
        self._change(
            number,
            by,
            lambda c, f: domain.answer_as_officer(
                c, f, answer=self._seal(officer_subject(c), text)
            ),
        )

    @may(handling("C-COMP-24"))
    def add_evidence(
        self, number: str, *, by: str, content: bytes, source: str, description: str
    ) -> str:
        """Take evidence into custody by its SHA-256, which is given back (C-COMP-24).

        The content stays with who holds it.
        """
        origin = written("source", source, "C-COMP-24", SHORT_CHARACTERS_MAX)
        sha256 = hashlib.sha256(content).hexdigest()
        self._change(
            number,
            by,
            lambda c, f: domain.add_evidence(
                c,
                f,
                sha256=sha256,
                source=origin,
                description=self._sealed(c, "description", description, "C-COMP-24"),
            ),
        )
        return sha256

    @may(handling("C-COMP-17"))
    def link(self, number: str, *, by: str, other: str) -> None:
        """Note that another complaint belongs to the same matter (C-COMP-17)."""
        known = self.complaint(other).number
        self._change(number, by, lambda c, f: domain.link(c, f, other=known))

    @may(handling("C-COMP-20"))
    def write_message(self, number: str, *, by: str, text: str) -> None:
        """Write to the complainant on the status page (C-COMP-20)."""
        self._change(
            number,
            by,
            lambda c, f: domain.write_message(
                c, f, from_complainant=False, text=self._sealed(c, "text", text, "C-COMP-20")
            ),
        )

    # --- Determination and appeal ---------------------------------------------------------------

    @may(handling("C-COMP-6"))
    def determine(
        self, number: str, *, by: str, findings: Collection[FindingGiven], text: str
    ) -> None:
        """Issue the written determination (C-COMP-6, C-COMP-7, C-COMP-13)."""
        body = written("text", text, "C-COMP-7")
        reasons = [
            written("findings", each.reasons, "C-COMP-13", SHORT_CHARACTERS_MAX * 20)
            for each in findings
        ]

        def decide(complaint: Complaint, in_force: InForce) -> Happened:
            found = tuple(
                Found(
                    allegation=each.allegation,
                    finding=each.finding,
                    reasons=self._seal(complaint.subject, reason),
                )
                for each, reason in zip(findings, reasons, strict=True)
            )
            letter = determination_letter(
                complaint.number, in_force.today, body, findings, in_force.policy.appeal_filing
            )
            return domain.determine(
                complaint,
                in_force,
                findings=found,
                letter=self._seal(complaint.subject, letter),
                letter_sha256=hashlib.sha256(letter.encode()).hexdigest(),
            )

        self._change(number, by, decide)

    @may(handling("C-COMP-19"))
    def provide_translation(self, number: str, *, by: str, text: str) -> None:
        """Give the letter in the complainant's language (C-COMP-19)."""
        self._change(
            number,
            by,
            lambda c, f: domain.provide_translation(
                c, f, letter=self._sealed(c, "text", text, "C-COMP-19")
            ),
        )

    @may(handling("C-COMP-8"))
    def appeal(self, number: str, *, by: str, party: Party, grounds: str) -> None:
        """Enter an appeal that reached the district in another way (C-COMP-8)."""
        self._change(number, by, self._appeal(party, grounds))

    @may(handling("C-COMP-10"))
    def extend(
        self, number: str, *, by: str, duty: Duty, reasons: str, anticipated_on: date
    ) -> None:
        """Record the written notice that more time is needed (C-COMP-10)."""

        def decide(complaint: Complaint, in_force: InForce) -> Happened:
            return domain.extend(
                complaint,
                in_force,
                duty=duty,
                reasons=self._sealed(complaint, "reasons", reasons, "C-COMP-10"),
                anticipated_on=anticipated_on,
            )

        if duty in APPEAL_DUTY.values():
            overseeing("C-COMP-10").check_ever(self.giver(by))
        self._change(number, by, decide)

    @may(OVERSEE)
    def answer_appeal(
        self, number: str, *, by: str, party: Party, outcome: Outcome, text: str
    ) -> None:
        """Answer an appeal in writing, as Superintendent or designee (C-COMP-9)."""
        body = written("text", text, "C-COMP-9")

        def decide(complaint: Complaint, in_force: InForce) -> Happened:
            letter = answer_letter(complaint.number, in_force.today, party, outcome, body)
            return domain.answer_appeal(
                complaint,
                in_force,
                by=by,
                party=party,
                outcome=outcome,
                letter=self._seal(complaint.subject, letter),
                letter_sha256=hashlib.sha256(letter.encode()).hexdigest(),
            )

        self._change(number, by, decide)

    # --- Endings --------------------------------------------------------------------------------

    @may(handling("C-COMP-15"))
    def go_on(self, number: str, *, by: str, reasons: str) -> None:
        """Go on with what was withdrawn (C-COMP-15)."""
        self._change(
            number,
            by,
            lambda c, f: domain.go_on(
                c, f, reasons=self._sealed(c, "reasons", reasons, "C-COMP-15")
            ),
        )

    @may(handling("C-COMP-6"))
    def close_matter(
        self, number: str, *, by: str, ground: Ground, reasons: str, duplicate_of: str | None = None
    ) -> None:
        """Close without a determination (C-COMP-3, C-COMP-15, C-COMP-17, C-COMP-21)."""
        known = self.complaint(duplicate_of).number if duplicate_of else None
        self._change(
            number,
            by,
            lambda c, f: domain.close(
                c,
                f,
                ground=ground,
                reasons=self._sealed(c, "reasons", reasons, "C-COMP-6"),
                duplicate_of=known,
            ),
        )

    @may(handling("C-COMP-16"))
    def reopen(self, number: str, *, by: str, what_is_new: str) -> None:
        """Reopen on new evidence (C-COMP-16)."""
        self._change(
            number,
            by,
            lambda c, f: domain.reopen(
                c, f, what_is_new=self._sealed(c, "what_is_new", what_is_new, "C-COMP-16")
            ),
        )

    # --- The complainant, by number and passphrase ------------------------------------------------

    @may(BY_PASSPHRASE)
    def proven(self, number: str, passphrase: str, *, address: str = "") -> Complaint:
        """The complaint of who shows its passphrase (C-COMP-20).

        Wrong tries are counted for the number and the address they come from, so that a stranger's
        make only the stranger wait.

        Raises:
            Refused: the two don't belong together, in the same words whether the number exists or
                not; or too many wrong ones were tried.
        """
        given = number.strip().upper()
        tried = (given, address)
        self.attempts.check(tried)
        try:
            complaint = self.complaint(given)
            known = complaint.passphrase_sha256
        except Refused:
            complaint, known = None, ""
        shown = Receipt(given, passphrase.strip().lower())
        if not secrets.compare_digest(known, _digest(shown)) or complaint is None:
            self.attempts.failed(tried)
            raise Refused("C-COMP-20", "this number and passphrase do not match", "passphrase")
        self.attempts.succeeded(tried)
        return complaint

    @may(BY_PASSPHRASE)
    def withdraw(self, number: str, passphrase: str, *, reasons: str = "") -> None:
        """Withdraw one's own complaint (C-COMP-15)."""
        complaint = self.proven(number, passphrase)
        sealed = self._optional(complaint.subject, "reasons", reasons)
        self._change(
            complaint.number, COMPLAINANT, lambda c, f: domain.withdraw(c, f, reasons=sealed)
        )

    @may(BY_PASSPHRASE)
    def appeal_own(self, number: str, passphrase: str, *, grounds: str) -> None:
        """Appeal the answer to one's own complaint (C-COMP-8)."""
        complaint = self.proven(number, passphrase)
        self._change(complaint.number, COMPLAINANT, self._appeal(Party.COMPLAINANT, grounds))

    @may(BY_PASSPHRASE)
    def write_own_message(self, number: str, passphrase: str, *, text: str) -> None:
        """Write to the district about one's own complaint (C-COMP-20)."""
        complaint = self.proven(number, passphrase)
        self._change(
            complaint.number,
            COMPLAINANT,
            lambda c, f: domain.write_message(
                c, f, from_complainant=True, text=self._sealed(c, "text", text, "C-COMP-20")
            ),
        )

    # --- Clocks ---------------------------------------------------------------------------------

    def look_at_clocks(self) -> int:
        """Record what the clocks say today; gives how many events that took (C-TIME-5, C-TIME-9).

        Run every few seconds, so that a passing is recorded within a minute of the day's end.
        """
        in_force = self.in_force()
        recorded = 0
        for entry in self.docket.entries():
            if look_at(entry.clocks, in_force):
                recorded += self.retried(partial(self._look_again, entry.number, in_force))
        return recorded

    def _look_again(self, number: str, in_force: InForce) -> int:
        """Record on the aggregate itself, until its clocks have nothing more to tell."""
        complaint = self.complaint(number, newest=True)
        recorded = 0
        while events := look_at(complaint.clocks, in_force):
            for event in events:
                complaint.record(event, by=CLOCK)
            recorded += len(events)
        self.save(complaint)
        return recorded

    # --- Reading --------------------------------------------------------------------------------

    @may(LIST)
    def entries(self, by: str) -> list[Entry]:
        """The docket as a person may see it (C-TIME-11)."""
        who = self.giver(by)
        return [entry for entry in self.docket.entries() if LIST.allows(who, _of(entry))]

    @may(SEE)
    def seen(self, number: str, by: str) -> Entry:
        """One line of the docket, for a person who may see it."""
        entry = self._entry(number)
        if not SEE.allows(self.giver(by), _of(entry)):
            raise Refused(SEE.clause, SEE.reason, "number")
        return entry

    def _entry(self, number: str) -> Entry:
        entry = self.docket.entry(matter_id(number))
        if entry is None:
            raise _unknown()
        return entry

    # --- The five steps ---------------------------------------------------------------------------

    def _change(
        self, number: str, by: str, decide: Callable[[Complaint, InForce], Happened]
    ) -> None:
        try:
            self.change(matter_id(number), lambda c: decide(c, self.in_force()), by=by)
        except AggregateNotFoundError:
            raise _unknown() from None

    def about(self, aggregate: Any) -> About:
        """What the rights look at, of a complaint."""
        if not isinstance(aggregate, Complaint):
            return NOTHING
        return about(
            school=aggregate.school,
            names_principal=aggregate.names_principal,
            investigator=aggregate.investigator,
            aside=aggregate.stepped_aside,
        )

    def complaint(self, number: str, *, newest: bool = False) -> Complaint:
        """The complaint of a number, to decide on."""
        try:
            complaint: Complaint = self.loaded(matter_id(number), newest=newest)
        except AggregateNotFoundError:
            raise _unknown() from None
        return complaint

    def _appeal(self, party: Party, grounds: str) -> Callable[[Complaint, InForce], Happened]:
        text = written("grounds", grounds, "C-COMP-8")

        def decide(complaint: Complaint, in_force: InForce) -> Happened:
            subject = complaint.subject
            if party is Party.OFFICER:
                subject = officer_subject(complaint)
            return domain.appeal(
                complaint, in_force, party=party, grounds=self._seal(subject, text)
            )

        return decide

    def _sealed(self, complaint: Complaint, field: str, text: str, clause: str) -> Sealed:
        return self._seal(complaint.subject, written(field, text, clause))

    def _seal(self, subject: UUID, text: str) -> Sealed:
        try:
            return self.keyring.seal(subject, text)
        except Erased as error:
            reason = "what was written here has been erased, and nothing more can be kept with it"
            raise Refused("C-PRIV-1", reason) from error

    def _optional(self, subject: UUID, field: str, text: str | None) -> Sealed | None:
        if text is None or not text.strip():
            return None
        return self._seal(subject, written(field, text, "C-COMP-2", 10_000))

    def _known(self, *, school: str | None, officer: str | None) -> None:
        reference, today = self.reference.current(), self.today()
        if school is not None and school not in reference.schools(today):
            raise Refused("C-COMP-1", "choose a school of the program, or leave it open", "school")
        if officer is not None and officer not in reference.officers(today):
            raise Refused(
                "C-COMP-1", "choose an officer of the program, or leave it open", "officer"
            )

    def _receipt(self, submission: str | None) -> Receipt:
        """A new number and passphrase; the same ones for the same submission."""
        if submission is None:
            entropy = secrets.token_bytes(32)
        else:
            entropy = self.keyring.derived(f"receipt:{submission}")
        words = b32encode(entropy[10:20]).decode().lower()
        return Receipt(
            number=matter_number(entropy),
            passphrase="-".join(words[n : n + 4] for n in range(0, 16, 4)),
        )


def _of(entry: Entry) -> About:
    return about(
        school=entry.school, names_principal=entry.names_principal, investigator=entry.investigator
    )


def officer_subject(complaint: Complaint) -> UUID:
    """Whose key seals what the officer writes: never the complainant's (C-PRIV-6)."""
    return uuid5(OFFICERS, complaint.officer or "unnamed")


def _digest(receipt: Receipt) -> str:
    return hashlib.sha256(f"{receipt.number}:{receipt.passphrase}".encode()).hexdigest()


def _language(tag: str) -> str:
    """A language tag, `en` when none is given; one that could carry anything else is refused."""
    given = tag.strip().lower() or domain.ENGLISH
    if not LANGUAGE_TAG.fullmatch(given):
        raise Refused("C-COMP-19", "give a language tag such as en, es or uk", "language")
    return given


def _unknown() -> Refused:
    return Refused("C-COMP-20", "there is no complaint of this number", "number")
