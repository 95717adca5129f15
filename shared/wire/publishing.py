"""Publishing to a stream: a window of messages, one check of what is there already, one answer.

The server stores a window after the message we know to be our last, whole or not at all: so two
that publish at once, or one that tries again, can neither double nor reorder. Within a stream that
several services share, only the last message under our own subjects can be checked, and only for
one message or one atomic batch (ADR-50): of messages sent singly one after the other, without
waiting, a later one might be stored after an earlier was refused.
"""

from __future__ import annotations

import json
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, NamedTuple, Self
from uuid import uuid4

from nats.js.errors import APIError, NoStreamResponseError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nats.aio.client import Client
    from nats.aio.msg import Msg

BATCH_MIN = 16
"""Fewer are sent one by one, each after the other's answer: a batch costs the server as much."""
BATCH_MAX = 1_000
"""The server's own limit."""
ACKNOWLEDGE_SECONDS = 10
REFUSED = {10071, 10164}
"""Errors of the server: another message is the last one under these subjects."""
REPEATED = {10158, 10201}
"""Errors of the server: it knows one of the messages by its id."""


class NotNext(Exception):
    """The stream's last message is another than we thought, or it knows one of these by its id."""


class Outgoing(NamedTuple):
    """A message to publish."""

    subject: str
    headers: str
    """Lines of the protocol, each with its end."""
    data: bytes


class Publisher(AbstractAsyncContextManager["Publisher"]):
    """Publishes over one connection, one window at a time."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._inbox = client.new_inbox()

    async def __aenter__(self) -> Self:
        self._answers = await self._client.subscribe(self._inbox)
        return self

    async def __aexit__(self, *_: object) -> None:
        if not self._client.is_closed:
            await self._answers.unsubscribe()

    async def publish(
        self, stream: str, subjects: str, messages: Sequence[Outgoing], after: int
    ) -> int:
        """Publish messages, in order, right after the last one that the stream has of us.

        Args:
            stream: where they must be stored.
            subjects: all of our subjects in the stream.
            messages: BATCH_MAX at most.
            after: sequence of our last message in the stream; 0 when there is none.

        Returns:
            The sequence of the last one.

        Raises:
            NotNext: our last message is another, or the stream knows one of these by its id. When
                they were fewer than BATCH_MIN the first of them may be stored.
            APIError: the stream can't store them.
            NoStreamResponseError: there is no such stream.
        """
        windows = [messages] if len(messages) >= BATCH_MIN else [[each] for each in messages]
        for window in windows:
            await self._send(self._window(stream, subjects, window, after))
            after = await self._acknowledged()
        return after

    def _window(
        self, stream: str, subjects: str, messages: Sequence[Outgoing], after: int
    ) -> bytes:
        """The messages in the protocol's own words; the last one is answered."""
        expected = (
            f"Nats-Expected-Stream: {stream}\r\n"
            f"Nats-Expected-Last-Subject-Sequence: {after}\r\n"
            f"Nats-Expected-Last-Subject-Sequence-Subject: {subjects}\r\n"
        )
        *others, last = messages
        if not others:
            return _encoded(last, self._inbox, expected)
        batch = uuid4().hex
        words = []
        for number, each in enumerate(others, 1):
            place = f"Nats-Batch-Id: {batch}\r\nNats-Batch-Sequence: {number}\r\n"
            words.append(_encoded(each, "", expected + place if number == 1 else place))
        place = f"Nats-Batch-Id: {batch}\r\nNats-Batch-Sequence: {len(messages)}\r\n"
        words.append(_encoded(last, self._inbox, f"{place}Nats-Batch-Commit: 1\r\n"))
        return b"".join(words)

    async def _send(self, words: bytes) -> None:
        """Write to the connection; the client has no public way to write what is encoded."""
        await self._client._send_command(words)
        await self._client._flush_pending()

    async def _acknowledged(self) -> int:
        answer = await self._answers.next_msg(ACKNOWLEDGE_SECONDS)
        if _is_from_nobody(answer):
            raise NoStreamResponseError
        said = json.loads(answer.data)
        if error := said.get("error"):
            if error["err_code"] in REFUSED | REPEATED:
                raise NotNext(error["description"])
            raise APIError.from_error(error)
        if said.get("duplicate"):
            raise NotNext("known by its id")
        return int(said["seq"])


def _encoded(message: Outgoing, reply: str, more: str) -> bytes:
    head = f"NATS/1.0\r\n{message.headers}{more}\r\n".encode()
    whole = len(head) + len(message.data)
    begin = f"HPUB {message.subject} {reply} {len(head)} {whole}\r\n".encode()
    return b"%b%b%b\r\n" % (begin, head, message.data)


def _is_from_nobody(answer: Msg) -> bool:
    return bool(answer.headers and answer.headers.get("Status") == "503")
