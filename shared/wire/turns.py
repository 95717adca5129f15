"""Waiting for one's turn at a database: for a lock at most so long, for the others' fillings."""

from __future__ import annotations

import fcntl
import sqlite3
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import structlog
from sqlalchemy.exc import OperationalError

from shared.wire.store import SQLITE_LOCK_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

FILLERS = 0x6163636F7264
"""Number of the lock that fillers of read models take; PostgreSQL's are numbers."""
log = structlog.get_logger()


class Busy(Exception):
    """Somebody else held a lock for longer than we would wait; nothing was written."""


@contextmanager
def writing(engine: Engine, seconds: float = SQLITE_LOCK_SECONDS) -> Iterator[Connection]:
    """A transaction that waits for any lock at most so long.

    Raises:
        Busy: it was not to be had.
    """
    milliseconds = max(1, round(seconds * 1000))
    try:
        with engine.begin() as connection, _patience(connection, milliseconds):
            yield connection
    except OperationalError as error:
        if _is_busy(error.orig):
            raise Busy("another process holds the lock") from error
        raise


@contextmanager
def alone(engine: Engine) -> Iterator[None]:
    """Of all that would fill read models of a database, one at a time; a lock ends with its holder.

    Commands, readers and what keeps read models up to date go on meanwhile.
    """
    if engine.dialect.name == "sqlite":
        with Path(f"{engine.url.database}.filling").open("ab") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                _tell_of_waiting()
                fcntl.flock(file, fcntl.LOCK_EX)
            yield
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({FILLERS})").scalar():
            _tell_of_waiting()
            connection.exec_driver_sql(f"SELECT pg_advisory_lock({FILLERS})")
        try:
            yield
        finally:
            connection.exec_driver_sql(f"SELECT pg_advisory_unlock({FILLERS})")


def _tell_of_waiting() -> None:
    log.info("another process fills read models: waiting for it")


@contextmanager
def _patience(connection: Connection, milliseconds: int) -> Iterator[None]:
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {milliseconds}")
        yield
        return
    connection.exec_driver_sql(f"PRAGMA busy_timeout = {milliseconds}")
    try:
        connection.exec_driver_sql("COMMIT")  # a transaction that reads first could not wait
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield
    finally:  # it belongs to the connection, which others will use
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {SQLITE_LOCK_SECONDS * 1000}")


def _is_busy(error: Any) -> bool:
    if isinstance(error, sqlite3.OperationalError):
        return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
    return isinstance(error, psycopg.errors.LockNotAvailable)
