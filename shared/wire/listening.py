"""Hearing that something was appended to a store, whichever process appended it.

PostgreSQL tells who listens. SQLite tells nobody: the end of the history is looked at.
"""

from __future__ import annotations

import selectors
import socket
from threading import Event, Thread
from typing import TYPE_CHECKING

import psycopg
import structlog
from eventsourcing.persistence import PersistenceError
from psycopg.sql import SQL, Identifier

from shared.wire.postgres_recorder import GroupCommitPostgresRecorder, connected

if TYPE_CHECKING:
    from collections.abc import Callable

    from eventsourcing.persistence import ProcessRecorder

LOOK_SECONDS = 0.05
"""From one look at a SQLite store to the next; a look costs some ten microseconds."""
RETRY_SECONDS = 0.5
"""From a lost connection, or one that is not to be had, to the next attempt."""
log = structlog.get_logger()


class Listener:
    """Calls back after each append to a store, this process's own included.

    Appends soon after each other may make one call, and a call may come without an append: who is
    called looks at the history, and never takes the call for a count.
    """

    def __init__(self, recorder: ProcessRecorder) -> None:
        self._recorder = recorder
        self._ended = Event()
        self._ending, self._end = socket.socketpair()
        self._thread: Thread | None = None

    def start(self, wake: Callable[[], None]) -> None:
        """Listen in a thread of its own, which calls `wake`; `wake` must not raise, nor take long.

        It is called once at the beginning too, and whenever a lost connection is there again,
        since what was appended before is not told.
        """
        on_postgres = isinstance(self._recorder, GroupCommitPostgresRecorder)
        work = self._listen_again_and_again if on_postgres else self._look
        self._thread = Thread(target=work, args=(wake,), name="listener", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop; `wake` is not called any more once this has returned."""
        self._ended.set()
        self._end.close()
        if self._thread is not None:
            self._thread.join()
        self._ending.close()

    # --- PostgreSQL -----------------------------------------------------------------------------

    def _listen_again_and_again(self, wake: Callable[[], None]) -> None:
        while not self._ended.is_set():
            try:
                self._listen(wake)
            except psycopg.Error as error:
                log.warning("not told of appends: listening again", error=type(error).__name__)
                self._ended.wait(RETRY_SECONDS)

    def _listen(self, wake: Callable[[], None]) -> None:
        assert isinstance(self._recorder, GroupCommitPostgresRecorder)
        channel = Identifier(self._recorder.channel_name)
        with (
            connected(self._recorder.datastore) as connection,
            selectors.DefaultSelector() as either,
        ):
            connection.execute(SQL("LISTEN {}").format(channel))
            either.register(connection, selectors.EVENT_READ)
            either.register(self._ending, selectors.EVENT_READ)
            wake()
            while True:
                either.select()
                if self._ended.is_set():
                    return
                if [*connection.notifies(timeout=0)]:
                    wake()

    # --- SQLite ---------------------------------------------------------------------------------

    def _look(self, wake: Callable[[], None]) -> None:
        seen: int | None = -1
        while True:
            try:
                last = self._recorder.max_notification_id()
            except PersistenceError as error:  # busy for long; looked at again
                log.warning("the store can't be read", error=type(error).__name__)
                last = seen
            if last != seen:
                seen = last
                wake()
            if self._ended.wait(LOOK_SECONDS):
                return
