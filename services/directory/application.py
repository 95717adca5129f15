"""The directory desk: one method a command.

Each command answers whether anything was recorded: what is held already is not said again, so a
file imported twice has no second effect (C-DATA-9). `by` is the staff id of who gives the command,
or `operator` for who gives it on the machine itself. Every command raises `shared.errors.Refused`
when a clause forbids it, and `eventsourcing`'s IntegrityError when somebody else was first: retry
(`Desk.retried`).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

from eventsourcing.application import AggregateNotFoundError

from services.directory import adoption, appointments, calendars, domain
from services.directory.adoption import AdoptedPolicy, ComplaintRules
from services.directory.appointments import Post
from services.directory.calendars import SchoolCalendar
from services.directory.domain import Officer, Person, PersonNamed, PersonRenamed, School
from services.directory.policy import (
    NAME_CHARACTERS_MAX,
    REASON_CHARACTERS_MAX,
    TITLE_CHARACTERS_MAX,
    Kind,
    Role,
    check_kept_by,
    covers,
    roles_of,
)
from services.directory.rights import (
    ADOPT_POLICY,
    APPOINT,
    EDIT_CALENDAR,
    KEEP_OFFICERS,
    KEEP_SCHOOLS,
)
from shared.aggregate import Aggregate
from shared.desk import Desk, utc_now, written
from shared.errors import Refused
from shared.keyring import Erased
from shared.who_may import Standing, may

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from shared.keyring import Keyring
    from shared.school_calendar import CalendarVersion
    from shared.wire.store import Store

A = TypeVar("A", bound=Aggregate)


class DirectoryDesk(Desk):
    """Reference data of one organisation, the district or the agency."""

    name = "directory"

    def __init__(
        self,
        org: str,
        store: Store,
        keyring: Keyring,
        *,
        kind: Kind,
        zone: ZoneInfo,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        super().__init__(org, store, keyring, now)
        self.kind = kind
        self.zone = zone

    def today(self) -> date:
        """The local day of the organisation (C-TIME-1)."""
        return self.now().astimezone(self.zone).date()

    def standing(self, staff: str) -> Standing:
        """The roles for the whole organisation that a person holds today."""
        posts = ((role, self._held(Post, f"post/{role}/")) for role in roles_of(self.kind))
        held = (str(role) for role, post in posts if post and post.held_by(staff, self.today()))
        return Standing(staff, frozenset((role, None) for role in held))

    # --- Schools and officers ---------------------------------------------------------------

    @may(KEEP_SCHOOLS)
    def list_school(
        self, *, by: str, school: str, title: str, effective_from: date, effective_to: date | None
    ) -> bool:
        """List a school from a day on, or amend its listing (C-TEAM-5)."""
        check_kept_by("district", self.kind, "schools", "C-TEAM-5")
        title = written("title", title, "C-TEAM-5", TITLE_CHARACTERS_MAX)
        held = self._held(School, f"school/{school}")
        if held is None:
            listed = domain.list_school(
                school=school, title=title, effective_from=effective_from, effective_to=effective_to
            )
            self.save(School.begin(listed, by=by, number=self._id(f"school/{school}")))
            return True
        if held.listings.get(effective_from) == (title, effective_to):
            return False
        amended = domain.amend_school(
            school=school, title=title, effective_from=effective_from, effective_to=effective_to
        )
        held.record(amended, by=by)
        self.save(held)
        return True

    @may(KEEP_OFFICERS)
    def list_officer(
        self,
        *,
        by: str,
        officer: str,
        effective_from: date,
        effective_to: date | None,
        name: str | None = None,
    ) -> bool:
        """List an officer by badge reference from a day on, or amend the listing (C-TEAM-5)."""
        check_kept_by("agency", self.kind, "officers", "C-TEAM-5")
        changed: list[Aggregate] = []
        held = self._held(Officer, f"officer/{officer}")
        if held is None:
            listed = domain.list_officer(
                officer=officer, effective_from=effective_from, effective_to=effective_to
            )
            changed.append(Officer.begin(listed, by=by, number=self._id(f"officer/{officer}")))
        elif effective_from not in held.listings or held.listings[effective_from] != effective_to:
            amended = domain.amend_officer(
                officer=officer, effective_from=effective_from, effective_to=effective_to
            )
            held.record(amended, by=by)
            changed.append(held)
        return self._save_with_name(changed, officer, name, by)

    # --- For what is heard ------------------------------------------------------------------

    def listed_from(self, source: str, officer: str, day: date) -> list[Aggregate]:
        """An officer listed from a day on, unless one is in the program then (C-TEAM-5)."""
        held = self._held(Officer, f"officer/{officer}")
        if held is None:
            listed = domain.list_officer(officer=officer, effective_from=day, effective_to=None)
            return [Officer.begin(listed, by=source, number=self._id(f"officer/{officer}"))]
        if any(covers(begun, ended, day) for begun, ended in held.listings.items()):
            return []
        amended = domain.amend_officer(officer=officer, effective_from=day, effective_to=None)
        held.record(amended, by=source)
        return [held]

    def listed_until(self, source: str, officer: str, day: date) -> list[Aggregate]:
        """An officer whose listings end before a day (C-TEAM-5)."""
        held = self._held(Officer, f"officer/{officer}")
        if held is None:
            return []
        last = day - timedelta(days=1)
        for begun, ended in held.listings.items():
            if covers(begun, ended, day):
                # of a listing that would end before it begins its first day is left
                amended = domain.amend_officer(
                    officer=officer, effective_from=begun, effective_to=max(begun, last)
                )
                held.record(amended, by=source)
        return [held] if held.pending_events else []

    # --- Staff ------------------------------------------------------------------------------

    @may(APPOINT)
    def appoint(
        self,
        *,
        by: str,
        staff: str,
        role: Role,
        school: str | None,
        effective_from: date,
        effective_to: date | None,
        name: str | None = None,
    ) -> bool:
        """Appoint a person to a role, or change the last day of the appointment (C-TEAM-2)."""
        key = f"post/{role}/{school or ''}"
        post = self._held(Post, key)
        if post is None:
            established = appointments.establish(self.kind, role=role, school=school)
            self._check_listed((school,) if school else ())
            post = Post.begin(established, by=by, number=self._id(key))
        changed: list[Aggregate] = []
        term = staff, effective_from
        if term not in post.terms or post.terms[term] != effective_to:
            appointed = appointments.appoint(
                post,
                self.kind,
                staff=staff,
                effective_from=effective_from,
                effective_to=effective_to,
            )
            post.record(appointed, by=by)
            changed.append(post)
        return self._save_with_name(changed, staff, name, by)

    # --- Calendars --------------------------------------------------------------------------

    @may(EDIT_CALENDAR)
    def load_calendar(self, *, by: str, version: CalendarVersion, source: str, sha256: str) -> bool:
        """Load a version of a school year's calendar (C-TIME-7)."""
        calendar = self._calendar(by)
        if version in calendar.versions:
            return False
        declared = (*version.closures, *version.added_days)
        self._check_listed(tuple(school for day in declared for school in day.schools))
        loaded = calendars.load(calendar, version=version, source=source, sha256=sha256)
        calendar.record(loaded, by=by)
        self.save(calendar)
        return True

    @may(EDIT_CALENDAR)
    def declare_closure(
        self, *, by: str, on: date, reason: str, schools: tuple[str, ...] = ()
    ) -> bool:
        """Declare a day without school, effective from now on (C-TIME-5)."""
        calendar = self._calendar(by)
        reason = written("reason", reason, "C-TIME-5", REASON_CHARACTERS_MAX)
        schools = self._check_listed(schools)
        today = self.today()
        if calendars.is_closed(calendar, today=today, on=on, reason=reason, schools=schools):
            return False
        closed = calendars.close_school(
            calendar, today=today, on=on, reason=reason, schools=schools
        )
        calendar.record(closed, by=by)
        self.save(calendar)
        return True

    @may(EDIT_CALENDAR)
    def add_make_up_day(
        self, *, by: str, on: date, reason: str, schools: tuple[str, ...] = ()
    ) -> bool:
        """Declare a day with school, effective from now on (C-TIME-5)."""
        calendar = self._calendar(by)
        reason = written("reason", reason, "C-TIME-5", REASON_CHARACTERS_MAX)
        schools = self._check_listed(schools)
        today = self.today()
        if calendars.is_added(calendar, today=today, on=on, reason=reason, schools=schools):
            return False
        added = calendars.add_make_up_day(
            calendar, today=today, on=on, reason=reason, schools=schools
        )
        calendar.record(added, by=by)
        self.save(calendar)
        return True

    # --- Policies ---------------------------------------------------------------------------

    @may(ADOPT_POLICY)
    def adopt_policy(
        self,
        *,
        by: str,
        policy_id: str,
        version: str,
        title: str,
        effective_from: date,
        effective_to: date | None,
        complaint: ComplaintRules,
        source: str,
        sha256: str,
    ) -> bool:
        """Adopt a version of a policy, in force from its day on (C-AUD-3)."""
        check_kept_by("district", self.kind, "policies", "C-AUD-3")
        adopted = adoption.adopt(
            policy_id=written("policy_id", policy_id, "C-AUD-3", TITLE_CHARACTERS_MAX),
            version=written("version", version, "C-AUD-3", TITLE_CHARACTERS_MAX),
            title=written("name", title, "C-AUD-3", TITLE_CHARACTERS_MAX),
            effective_from=effective_from,
            effective_to=effective_to,
            complaint=complaint,
            source=source,
            sha256=sha256,
        )
        key = f"policy/{adopted.policy_id}/{adopted.version}"
        held = self._held(AdoptedPolicy, key)
        if held is not None:
            adoption.check_unaltered(held, adopted)
            return False
        self.save(AdoptedPolicy.begin(adopted, by=by, number=self._id(key)))
        return True

    # --- How the commands are carried out ---------------------------------------------------

    def _id(self, key: str) -> UUID:
        """The same thing has the same id, so that two who begin it at once can't both succeed."""
        return uuid5(NAMESPACE_URL, f"/{self.org}/{self.name}/{key}")

    def _held(self, kind: type[A], key: str) -> A | None:
        try:
            held: A = self.loaded(self._id(key), newest=True)
        except AggregateNotFoundError:
            return None
        return held

    def _calendar(self, by: str) -> SchoolCalendar:
        held = self._held(SchoolCalendar, "calendar")
        if held is not None:
            return held
        opened = calendars.open_calendar(self.kind)
        return SchoolCalendar.begin(opened, by=by, number=self._id("calendar"))

    def _check_listed(self, schools: tuple[str, ...]) -> tuple[str, ...]:
        """Return the schools in order, each once; refuse one that is not listed."""
        for school in schools:
            if self._held(School, f"school/{school}") is None:
                raise Refused(
                    "C-TEAM-5",
                    "school is not listed: import it with `accord import schools`, or correct it",
                    "school",
                )
        return tuple(sorted(set(schools)))

    def _save_with_name(
        self, changed: list[Aggregate], person: str, name: str | None, by: str
    ) -> bool:
        named = self._named(person, name, by) if name else None
        if named is not None:
            changed.append(named)
        if changed:
            self.save(*changed)
        return bool(changed)

    def _named(self, person: str, name: str, by: str) -> Person | None:
        """The person with their name sealed; None when it is known, or was erased."""
        name = written("name", name, "C-PRIV-1", NAME_CHARACTERS_MAX)
        subject = self._id(f"person/{person}")
        held = self._held(Person, f"person/{person}")
        if held is None:
            sealed = self.keyring.seal(subject, name)
            return Person.begin(PersonNamed(person=person, name=sealed), by=by, number=subject)
        try:
            if self.keyring.open(held.name) == name:
                return None
        except Erased:
            return None
        renamed = PersonRenamed(person=person, name=self.keyring.seal(subject, name))
        held.record(renamed, by=by)
        return held
