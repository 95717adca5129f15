"""Dead letters: what came and could not be handled is kept, with its reason, until it is applied.

A letter is saved in the transaction that marks the contract as received, so that later ones go on
and none is lost. Its body is sealed: nobody knows what something unreadable holds.
"""

from __future__ import annotations

import traceback
from datetime import UTC
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5

from eventsourcing.application import AggregateNotFoundError
from eventsourcing.persistence import (
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
)
from pydantic import ValidationError
from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Integer,
    MetaData,
    String,
    Table,
    exc,
    func,
    select,
)

from shared.aggregate import Aggregate, CreatedEvent, Event
from shared.contracts.base import Contract
from shared.errors import Refused
from shared.sealed import Sealed
from shared.wire.view import View

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Row

    from shared.desk import Desk
    from shared.service import Source
    from shared.wire.rows import Rows

BY = "wire"
STORE_TROUBLE = (
    OperationalError,
    InterfaceError,
    InternalError,
    exc.OperationalError,
    exc.InterfaceError,
    exc.TimeoutError,
)
"""The store can't be reached or won't write: nobody's contract is at fault."""


class Letter(Aggregate):
    """One contract that could not be handled."""

    TOPIC = "wire.letter"

    def __init__(self) -> None:
        self.source = ""
        self.name = ""
        self.body: Sealed | None = None
        self.applied = False


class SetAside(CreatedEvent):
    """What came could not be handled; it waits for somebody."""

    TOPIC = "wire.letter_set_aside"

    source: str
    origin: str
    """Its id, or stream and sequence when it has no usable one."""
    name: str
    """Name of the contract, empty when unknown."""
    reason: str
    body: Sealed

    def apply(self, letter: Letter) -> None:
        """Remember what is to be handled."""
        letter.source = self.source
        letter.name = self.name
        letter.body = self.body


class FailedAgain(Event):
    """It was tried again, and could not be handled."""

    TOPIC = "wire.letter_failed_again"

    reason: str

    def apply(self, letter: Letter) -> None:
        """Change nothing that is decided on."""


class Applied(Event):
    """It was tried again, and handled."""

    TOPIC = "wire.letter_applied"

    def apply(self, letter: Letter) -> None:
        """Wait no longer."""
        letter.applied = True


LETTER_EVENTS = (SetAside, FailedAgain, Applied)


def set_aside(
    desk: Desk, source: str, *, origin: str, name: str, body: bytes, reason: str
) -> Letter:
    """A letter about something that could not be handled; the same one for the same origin."""
    number = uuid5(NAMESPACE_URL, f"{desk.org}/{source}/{origin}")
    text = body.decode(errors="backslashreplace")
    decided = SetAside(
        source=source, origin=origin, name=name, reason=reason, body=desk.keyring.seal(number, text)
    )
    return Letter.begin(decided, by=BY, number=number)


def understood(source: Source, name: str, body: bytes | str) -> Contract:
    """The contract in a message's body.

    Raises:
        ValidationError: it is none of those the source may send.
        Misnamed: the message says it is another than its body is.
    """
    contract = source.reader.validate_json(body)
    if contract.name != name:
        raise Misnamed("the message and its body name different contracts")
    return contract


class Misnamed(ValueError):
    """The message says it is another contract than its body is."""


def reason_of(error: Exception) -> str:
    """Why something could not be handled, without a value of it: values may be personal."""
    match error:
        case ValidationError():
            found = error.errors(include_url=False, include_context=False, include_input=False)
            return "; ".join(
                f"{'.'.join(map(str, e['loc'])) or 'body'}: {e['type']}" for e in found
            )
        case Refused():
            return f"{error.clause}: {error.reason}"
        case Misnamed():
            return str(error)
        case _:
            where = traceback.extract_tb(error.__traceback__)[-1]
            return f"{type(error).__name__} at {where.filename.rsplit('/', 1)[-1]}:{where.lineno}"


def retry(desk: Desk, sources: Sequence[Source], number: UUID, by: str) -> str:
    """Handle a letter's contract again; its effect and the letter are saved together.

    Returns:
        The reason why it still can't be handled; empty when it was.

    Raises:
        NoSuchLetter: there is none with this number.
    """
    return desk.retried(lambda: _retry(desk, sources, number, by))


class NoSuchLetter(LookupError):
    """There is no letter with this number here."""


def load(desk: Desk, number: UUID) -> Letter:
    """The letter with a number.

    Raises:
        NoSuchLetter: there is none.
    """
    try:
        letter: object = desk.loaded(number, newest=True)
    except AggregateNotFoundError as error:
        raise NoSuchLetter(str(number)) from error
    assert isinstance(letter, Letter)
    return letter


def _retry(desk: Desk, sources: Sequence[Source], number: UUID, by: str) -> str:
    letter = load(desk, number)
    if letter.applied:
        return ""
    source = next((each for each in sources if each.name == letter.source), None)
    if source is None or letter.body is None:
        return f"nothing is received from {letter.source} any more"
    try:
        contract = understood(source, letter.name, desk.keyring.open(letter.body))
        changed = source.handle(contract)
    except (IntegrityError, *STORE_TROUBLE):
        raise
    except Exception as error:
        reason = reason_of(error)
        letter.record(FailedAgain(reason=reason), by=by)
        desk.save(letter)
        return reason
    letter.record(Applied(), by=by)
    desk.save(*changed, letter)
    return ""


# --- The list of letters --------------------------------------------------------------------------

TABLES = MetaData()
LETTERS = Table(
    "wire_letters",
    TABLES,
    Column("number", String, primary_key=True),
    Column("source", String, nullable=False),
    Column("origin", String, nullable=False),
    Column("name", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("set_aside_at", DateTime(timezone=True), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("applied", Boolean, nullable=False),
)


class Entry(NamedTuple):
    """One letter in the list."""

    number: UUID
    source: str
    origin: str
    name: str
    reason: str
    set_aside_at: datetime
    tries: int
    applied: bool


class LetterBook(View):
    """The letters of a service: which wait, and why."""

    name: ClassVar[str] = "wire_letters"
    version: ClassVar[int] = 1
    metadata: ClassVar[MetaData] = TABLES

    def replay(self, rows: Rows, after: int, limit: int) -> int:
        """Apply what happened to letters in the next `limit` events; the others are not read."""
        until = min(after + limit, self._desk.last_position())
        for row in self._desk.process_recorder.select_notifications(
            start=after + 1, limit=limit, stop=until, topics=[e.TOPIC for e in LETTER_EVENTS]
        ):
            event = self._desk.mapper.to_domain_event(row)
            assert isinstance(event, LETTER_EVENTS)
            self.apply(rows, event, row.id)
        return max(after, until)

    def apply(self, rows: Rows, event: Event, position: int) -> None:
        """Take in what happened to a letter; other events are not shown here."""
        if not isinstance(event, LETTER_EVENTS):
            return
        number = str(event.originator_id)
        row = dict(rows.get(LETTERS, number) or {})
        match event:
            case SetAside():
                row = {
                    "number": number,
                    "source": event.source,
                    "origin": event.origin,
                    "name": event.name,
                    "reason": event.reason,
                    "set_aside_at": event.timestamp,
                    "tries": 0,
                    "applied": False,
                }
            case FailedAgain():
                row |= {"reason": event.reason, "tries": row["tries"] + 1}
            case Applied():
                row |= {"applied": True, "tries": row["tries"] + 1}
        rows.put(LETTERS, row)

    def waiting(self) -> int:
        """How many wait for somebody."""
        with self.reading() as connection:
            counted = select(func.count()).where(LETTERS.c.applied.is_(False))
            return connection.execute(counted).scalar_one()

    def entries(self) -> list[Entry]:
        """All letters, those that came first at the top."""
        with self.reading() as connection:
            rows = connection.execute(select(LETTERS).order_by(LETTERS.c.set_aside_at))
            return [_entry(row) for row in rows]


def _entry(row: Row[Any]) -> Entry:
    at: datetime = row.set_aside_at
    return Entry(
        number=UUID(row.number),
        source=row.source,
        origin=row.origin,
        name=row.name,
        reason=row.reason,
        set_aside_at=at.replace(tzinfo=at.tzinfo or UTC),  # SQLite keeps no zone
        tries=row.tries,
        applied=row.applied,
    )
