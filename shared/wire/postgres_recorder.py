"""The PostgreSQL recorder of the event store library, with group commit.

A batch is one call of a function in the database, so one round trip: it takes the table's lock,
finds the commands that somebody else was before, numbers the events of the others without a gap,
appends them and notifies who listens.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import psycopg
from eventsourcing.persistence import (
    DataError,
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
    ProgrammingError,
)
from eventsourcing.postgres import PostgresDatastore, PostgresProcessRecorder
from psycopg.sql import SQL, Identifier, Literal

from shared.wire.commit import GroupCommit, Receipt, conflict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eventsourcing.persistence import StoredEvent
    from psycopg import Cursor
    from psycopg.rows import DictRow
    from psycopg.sql import Composed

    from shared.wire.commit import Command

NOT_NULL = SQL(
    "ALTER TABLE {schema}.{events} ALTER COLUMN topic SET NOT NULL, ALTER COLUMN state SET NOT NULL"
)
FUNCTION = SQL("""
CREATE OR REPLACE FUNCTION {schema}.{function}(
    ids {id_type}[], versions bigint[], topics text[], states bytea[], commands int[],
    sources text[], positions bigint[], followed bigint[], receivers int[]
) RETURNS TABLE (last bigint, refused int[]) LANGUAGE plpgsql AS $$
BEGIN
    LOCK TABLE {schema}.{events} IN EXCLUSIVE MODE;
    SELECT coalesce(max(notification_id), 0) INTO last FROM {schema}.{events};
    SELECT coalesce(array_agg(DISTINCT c.command), '{{}}') INTO refused
        FROM unnest(ids, versions, commands) AS c (id, version, command)
        JOIN {schema}.{events} e ON e.originator_id = c.id AND e.originator_version = c.version;
    IF cardinality(sources) > 0 THEN
        refused := refused || ARRAY(
            SELECT r.command
            FROM unnest(sources, positions, followed, receivers) AS r (source, at, after, command)
            LEFT JOIN {schema}.{tracking} t ON t.application_name = r.source
            WHERE coalesce(t.notification_id, 0) >= r.at
                OR coalesce(t.notification_id, 0) <> r.after);
        INSERT INTO {schema}.{tracking} AS t (application_name, notification_id)
            SELECT r.source, r.at
            FROM unnest(sources, positions, receivers) AS r (source, at, command)
            WHERE r.command <> ALL (refused)
            ON CONFLICT (application_name) DO UPDATE SET notification_id = excluded.notification_id;
    END IF;
    INSERT INTO {schema}.{events}
        (originator_id, originator_version, topic, state, notification_id)
        SELECT c.id, c.version, c.topic, c.state, last + row_number() OVER (ORDER BY c.place)
        FROM unnest(ids, versions, topics, states, commands)
            WITH ORDINALITY AS c (id, version, topic, state, command, place)
        WHERE c.command <> ALL (refused);
    IF FOUND THEN
        PERFORM pg_notify({channel}, '');
    END IF;
    RETURN NEXT;
END $$
""")
CALL = SQL(
    "SELECT * FROM {schema}.{function}(%b::{id_type}[], %b::bigint[], %b::text[], %b::bytea[],"
    " %b::int[], %b::text[], %b::bigint[], %b::bigint[], %b::int[])"
)
ONE_FUNCTION = SQL("""
CREATE OR REPLACE FUNCTION {schema}.{one_function}(
    {id_type}, bigint, text, bytea
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    given bigint;
BEGIN
    LOCK TABLE {schema}.{events} IN EXCLUSIVE MODE;
    INSERT INTO {schema}.{events}
        (originator_id, originator_version, topic, state, notification_id)
        SELECT $1, $2, $3, $4, coalesce(max(notification_id), 0) + 1 FROM {schema}.{events}
        ON CONFLICT (originator_id, originator_version) DO NOTHING
        RETURNING notification_id INTO given;
    IF FOUND THEN
        PERFORM pg_notify({channel}, '');
    END IF;
    RETURN given;
END $$
""")
ONE_CALL = SQL("SELECT {schema}.{one_function}(%b::{id_type}, %b, %b, %b)")
PATIENCE: dict[str, Any] = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
}
"""Seconds: a server that went without a word is missed after a minute."""
RECONNECT_SECONDS = 5.0
"""How long commands wait for a server that is away before they are told that it is."""
RETRY_SECONDS = 0.1
PLANNER = (
    "SET enable_seqscan = off",
    "SET enable_hashjoin = off",
    "SET enable_mergejoin = off",
    "SET enable_bitmapscan = off",
    "SET plan_cache_mode = force_generic_plan",
    "SET jit = off",
)
"""A plan made while the table is young would read all of it for each commit of an old one."""


class GroupCommitPostgresRecorder(PostgresProcessRecorder):
    """Appends many commands in one transaction, durable before any is answered.

    Reading is the library's, from its pool of connections.
    """

    def __init__(
        self,
        datastore: PostgresDatastore,
        *,
        events_table_name: str = "stored_events",
        tracking_table_name: str = "notification_tracking",
    ) -> None:
        super().__init__(
            datastore, events_table_name=events_table_name, tracking_table_name=tracking_table_name
        )
        names = {
            "schema": Identifier(datastore.schema),
            "function": Identifier(f"append_to_{events_table_name}"),
            "one_function": Identifier(f"append_one_to_{events_table_name}"),
            "events": Identifier(events_table_name),
            "tracking": Identifier(tracking_table_name),
            "id_type": Identifier(datastore.originator_id_type),
            "channel": Literal(self.channel_name),
        }
        self.sql_create_statements += [
            each.format(**names) for each in (NOT_NULL, FUNCTION, ONE_FUNCTION)
        ]
        self._call: Composed = CALL.format(**names)
        self._one_call: Composed = ONE_CALL.format(**names)
        self._connection: psycopg.Connection[Any] | None = None
        self._group = GroupCommit(self._write)

    def _create_table(self, curs: Cursor[DictRow]) -> None:
        """Make what is absent; of processes that start at once each waits for the one before.

        Each would else take part of the locks that the others need.
        """
        curs.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", (self.events_table_name,))
        super()._create_table(curs)

    def insert_events(
        self, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        """Append events, and the receipt they are the effect of, together with other commands."""
        return self._group.commit(stored_events, kwargs.get("tracking"))

    def close(self) -> None:
        """Write what waits, then release the writing connection."""
        self._group.close()
        self._disconnect()

    # --- Writing --------------------------------------------------------------------------------

    def _write(self, batch: list[Command]) -> None:
        try:
            self._append_in_the_end(batch)
        except psycopg.IntegrityError as error:
            raise IntegrityError("another command was first") from error
        except psycopg.DataError as error:
            raise DataError("an event can't be stored") from error
        except psycopg.InterfaceError as error:
            raise InterfaceError(str(error)) from error
        except psycopg.OperationalError as error:
            raise OperationalError(str(error)) from error
        except psycopg.InternalError as error:
            raise InternalError(str(error)) from error
        except psycopg.Error as error:
            raise ProgrammingError(type(error).__name__) from error

    def _append_in_the_end(self, batch: list[Command]) -> None:
        """Append; when the connection is lost, again on a new one, for RECONNECT_SECONDS.

        It may have been lost after the commit: the table's lock waits for what the old connection
        still does, and then what is there tells.
        """
        lost_at: float | None = None
        while True:
            try:
                self._append(batch, lost=lost_at is not None)
            except (psycopg.OperationalError, psycopg.InterfaceError):
                if self._connection is not None and not self._connection.closed:
                    raise  # the server's answer, not the want of one
                if lost_at is None:
                    lost_at = time.monotonic()
                elif time.monotonic() - lost_at < RECONNECT_SECONDS:
                    time.sleep(RETRY_SECONDS)
                else:
                    raise
            else:
                return

    def _append(self, batch: list[Command], *, lost: bool) -> None:
        connection = self._writing()
        try:
            last, refusals = self._called(connection, batch)
        except psycopg.Error:
            if connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
                self._disconnect()
            raise
        for place, command in enumerate(batch):
            if place not in refusals:
                command.ids = list(range(last + 1, last + 1 + len(command.events)))
                last += len(command.events)
            elif lost and (ids := self._committed(connection, command)):
                command.ids = ids
            else:
                command.refusal = conflict(command)

    def _called(
        self, connection: psycopg.Connection[Any], batch: list[Command]
    ) -> tuple[int, set[int]]:
        """The last id before the batch, and the places of those that somebody else was before."""
        if len(batch) == 1 and len(batch[0].events) == 1 and batch[0].tracking is None:
            (event,) = batch[0].events
            row = connection.execute(
                self._one_call,
                (event.originator_id, event.originator_version, event.topic, event.state),
                prepare=True,
            ).fetchone()
            assert row is not None
            return (0, {0}) if row[0] is None else (row[0] - 1, set())
        row = connection.execute(self._call, _columns(batch), prepare=True).fetchone()
        assert row is not None
        return row[0], set(row[1])

    def _committed(
        self, connection: psycopg.Connection[Any], command: Command
    ) -> Sequence[int] | None:
        """The ids of a command's events, if these very events are stored."""
        found = []
        for event in command.events:
            row = connection.execute(
                SQL(
                    "SELECT notification_id FROM {}.{} WHERE originator_id = %s"
                    " AND originator_version = %s AND topic = %s AND state = %s"
                ).format(Identifier(self.datastore.schema), Identifier(self.events_table_name)),
                (event.originator_id, event.originator_version, event.topic, event.state),
            ).fetchone()
            if row is None:
                return None
            found.append(row[0])
        return found or None

    def _writing(self) -> psycopg.Connection[Any]:
        """The one connection that writes; whose turn it is uses it."""
        if self._connection is None or self._connection.closed:
            self._connection = connected(self.datastore)
            for setting in PLANNER:
                self._connection.execute(setting)
            if self.datastore.lock_timeout:
                self._connection.execute(
                    SQL("SET lock_timeout = '{}s'").format(self.datastore.lock_timeout)
                )
        return self._connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def connected(datastore: PostgresDatastore) -> psycopg.Connection[Any]:
    """A new connection, outside the library's pool, with a transaction a statement."""
    settings = datastore.pool.kwargs
    assert isinstance(settings, dict)
    named = {name: value for name, value in settings.items() if name != "row_factory"}
    return psycopg.connect(**named, **PATIENCE, autocommit=True)


def _columns(batch: list[Command]) -> tuple[list[Any], ...]:
    """The batch as the function takes it: one list a column."""
    events = [(place, event) for place, command in enumerate(batch) for event in command.events]
    receipts = [(n, c.tracking) for n, c in enumerate(batch) if c.tracking is not None]
    return (
        [event.originator_id for _, event in events],
        [event.originator_version for _, event in events],
        [event.topic for _, event in events],
        [event.state for _, event in events],
        [place for place, _ in events],
        [tracking.application_name for _, tracking in receipts],
        [tracking.notification_id for _, tracking in receipts],
        [each.follows if isinstance(each, Receipt) else None for _, each in receipts],
        [place for place, _ in receipts],
    )
