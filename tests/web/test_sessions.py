"""Sessions are rows, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from shared.web.sessions import AtProvider, Kind, SessionBook

if TYPE_CHECKING:
    from tests.servers import Stores


def test_a_session_is_begun_found_and_ended_by_the_provider(stores: Stores) -> None:
    engine = stores("toy").engine()
    book = SessionBook(engine, b"k" * 32)
    there = AtProvider("person-1", "there-1", "token")
    cookie, _ = book.begin(Kind.PROVIDER, "staff-1", ["auditor"], at_provider=there)
    begun = book.now()
    book.now = lambda: begun + timedelta(minutes=59)
    session = book.find(cookie)
    assert session
    assert (session.staff, session.granted) == ("staff-1", frozenset({"auditor"}))
    assert book.id_token(cookie) == "token"
    book.end_at_provider(subject=None, session="there-1")
    assert not book.find(cookie)
    engine.dispose()
