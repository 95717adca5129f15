"""What reaches the tip line, read: bytes in, a `Tip` out (C-COMP-2, C-COMP-4, C-COMP-21).

An e-mail, a text message or the transcript of a call. What can't be read is `Unreadable`, which
names the field and the fix and never repeats what was written; the caller keeps the bytes. All
input is hostile until read: sizes are bounded before anything slower than linear looks at it.
"""

from __future__ import annotations

import dataclasses
import json
import re
from base64 import b64decode
from binascii import Error as Base64Error
from binascii import a2b_qp
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

from services.complaints.legible import clean, decoded, text_of_html
from services.complaints.words import Channel

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TEXT_CHARACTERS_MAX: Final = 100_000
BODY_BYTES_MAX: Final = 2_000_000  # of one text part before markup is taken away
MESSAGE_BYTES_MAX: Final = 40_000_000
HEADER_CHARACTERS_MAX: Final = 10_000
MULTIPARTS_MAX: Final = 30
NESTING_MAX: Final = 20
FORM_FIELDS_MAX: Final = 200
CALL_SECONDS_MAX: Final = 86_400
YEAR_FIRST: Final = 2000  # an older date is a clock that was never set
CLOCK_AHEAD_MAX: Final = timedelta(days=1)

TOO_LONG: Final = (
    f"is longer than {TEXT_CHARACTERS_MAX:,} characters; shorten it, or file the rest on paper"
)
TOO_BIG: Final = f"is larger than {MESSAGE_BYTES_MAX:,} bytes; send it without its attachments"
NO_CHARSET: Final = (
    "is not in the charset it declares, nor in UTF-8; ask the sender to send it as UTF-8"
)
NOT_A_TIP: Final = (
    "is no e-mail, text message or call transcript; name the file .eml, .sms.json or .call.json"
)
_HEADER = re.compile(rb"[!-9;-~]+[ \t]*:")
_MEDIA_TYPE = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,80}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}")


class Unreadable(ValueError):
    """A message that can't be read as a tip; the bytes must be kept and a person must look.

    Args:
        field: what to mend, such as "body" or "transcript[2].text"; "message" is all of it.
        reason: what is wrong and the fix, in fixed words: never what was written.
    """

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field} {reason}")
        self.field = field
        self.reason = reason


@dataclasses.dataclass(frozen=True)
class Attachment:
    """A file that came with an e-mail: noted, not kept. Its name may name a person, so it isn't."""

    media_type: str
    sha256: str
    size_bytes: int


@dataclasses.dataclass(frozen=True)
class Tip:
    """One report to the tip line. What was said and by whom doesn't show in its `repr`."""

    channel: Channel
    text: str = dataclasses.field(repr=False)
    """What was reported, an e-mail's subject first; at most `TEXT_CHARACTERS_MAX`."""
    message_id: str
    """Digest of the message: the same message handed in twice is one complaint.

    It is taken over the words themselves, so whoever guesses those can check the guess: key it
    (HMAC) before it is kept outside a seal."""
    received_at: datetime | None = None
    """When it arrived, as the message has it; None when it doesn't say, or can't be right."""
    sender: str | None = dataclasses.field(default=None, repr=False)
    """Address or number; None when withheld (C-COMP-21)."""
    language: str | None = None
    """The language that the message declares itself to be in, as a tag: "es", "vi" (C-COMP-19)."""
    attachments: tuple[Attachment, ...] = ()
    line: int = dataclasses.field(default=1, compare=False)
    """Where in its file it stood."""
    raw: bytes = dataclasses.field(default=b"", repr=False, compare=False)
    """As it came, where it was read from a file: a desk may refuse what can be read."""


@dataclasses.dataclass(frozen=True)
class Rejected:
    """One message of a file that could not be read, kept for the person who looks."""

    line: int
    field: str
    reason: str
    raw: bytes = dataclasses.field(repr=False)


def read_tip(raw: bytes, *, name: str) -> Tip:
    """Read one message, as the name of its file says what it is, or else as it looks.

    Raises:
        Unreadable: it can't be read; see its `field` and `reason`.
    """
    lowered = name.lower()
    if lowered.endswith(".eml"):
        return read_email(raw)
    if lowered.endswith(".sms.json"):
        return read_text_message(raw)
    if lowered.endswith(".call.json"):
        return read_call(raw)
    if raw.lstrip().startswith(b"{"):
        return read_call(raw) if "transcript" in _json_object(raw) else read_text_message(raw)
    if _HEADER.match(raw) or raw.startswith(b"From "):
        return read_email(raw)
    if re.search(rb"(^|&)Body=", raw):
        return read_text_message(raw)
    raise Unreadable("message", NOT_A_TIP)


def read_tips(raw: bytes, *, name: str) -> tuple[tuple[Tip, ...], tuple[Rejected, ...]]:
    """Read a file of messages: `.jsonl` has one text message or call a line, any other is one.

    Nothing is lost: what can't be read is handed back with its line and why.
    """
    several = name.lower().endswith(".jsonl")
    tips: list[Tip] = []
    rejected: list[Rejected] = []
    for number, line in enumerate(raw.split(b"\n") if several else [raw], start=1):
        if several and not line.strip():
            continue
        try:
            tip = read_tip(line, name="" if several else name)
            tips.append(dataclasses.replace(tip, line=number, raw=line))
        except Unreadable as unreadable:
            rejected.append(Rejected(number, unreadable.field, unreadable.reason, line))
    return tuple(tips), tuple(rejected)


def read_email(raw: bytes) -> Tip:
    """Read an e-mail: its subject and its text, plain rather than HTML.

    An attached message is read as part of the text, for that is how an operator forwards one.

    Raises:
        Unreadable: of "message", "subject" or "body".
    """
    message = _parsed(raw)
    attachments: list[Attachment] = []
    subject = _header(message, "Subject")
    body = _body(message, attachments, nesting=0)
    address = parseaddr(_header(message, "From"))[1]
    language = _header(message, "Content-Language").split(",")[0].strip()
    return Tip(
        channel=Channel.EMAIL,
        text=_told("body", f"{subject}\n\n{body}"),
        message_id=sha256(raw.replace(b"\r\n", b"\n").strip()).hexdigest(),
        received_at=_date(_header(message, "Date")),
        sender=address if "@" in address else None,
        language=language if _LANGUAGE.fullmatch(language) else None,
        attachments=tuple(attachments),
    )


def read_text_message(raw: bytes) -> Tip:
    """Read a text message as SMS gateways post it.

    JSON with `body`, and `from`, `received_at`, `message_id`, `language` where known; or a form
    with `Body`, and `From`, `MessageSid`. Pictures are not fetched.

    Raises:
        Unreadable: of the field as the gateway named it, or "message".
    """
    if raw.lstrip().startswith(b"{"):
        return _tip(Channel.TEXT, payload := _json_object(raw), _words(payload, "body"))
    form = _form(raw)
    sent = {"from": form.get("From"), "message_id": form.get("MessageSid")}
    return _tip(Channel.TEXT, sent, _told("Body", form.get("Body", "")))


def read_call(raw: bytes) -> Tip:
    """Read the transcript of a call: one line of text for each turn, with its time and speaker.

    Raises:
        Unreadable: of the field, e.g. "transcript[2].speaker", or "message".
    """
    payload = _json_object(raw)
    turns = payload.get("transcript")
    if not isinstance(turns, list) or not turns:
        raise Unreadable("transcript", "is not a list of what was said; give at least one turn")
    return _tip(Channel.PHONE, payload, _told("transcript", "\n".join(_said(turns))))


def _said(turns: list[object]) -> Iterator[str]:
    """Give each turn as a line, such as "1:05 caller: ..."."""
    for n, turn in enumerate(turns):
        at = f"transcript[{n}]"
        if not isinstance(turn, dict):
            raise Unreadable(at, "is not an object with at_seconds, speaker and text")
        speaker = turn.get("speaker")
        if speaker not in ("caller", "operator"):
            raise Unreadable(f"{at}.speaker", "must be caller or operator")
        at_seconds = turn.get("at_seconds")
        if not isinstance(at_seconds, int | float) or not 0 <= at_seconds < CALL_SECONDS_MAX:
            raise Unreadable(f"{at}.at_seconds", "must be seconds from the start of the call")
        minutes, seconds = divmod(int(at_seconds), 60)
        yield f"{minutes}:{seconds:02} {speaker}: {_words(turn, 'text', at=at + '.')}"


def _tip(channel: Channel, payload: Mapping[str, object], text: str) -> Tip:
    """Build the tip of a gateway's payload; its digest is over what was said, by whom and when.

    What a gateway adds on each try, such as a count of tries, is not part of it.
    """
    facts = {name: payload.get(name) for name in ("from", "message_id", "received_at")}
    sender = _optional(payload, "from")
    _optional(payload, "message_id")
    language = _optional(payload, "language")
    if language is not None and not _LANGUAGE.fullmatch(language):
        raise Unreadable("language", "must be a language tag, such as en, es or vi")
    return Tip(
        channel=channel,
        text=text,
        message_id=sha256(json.dumps([channel, facts, text]).encode()).hexdigest(),
        received_at=_instant(payload),
        sender=None if sender is None or sender.lower() in ("withheld", "anonymous") else sender,
        language=language,
    )


def _json_object(raw: bytes) -> dict[str, object]:
    if len(raw) > MESSAGE_BYTES_MAX:
        raise Unreadable("message", TOO_BIG)
    payload = None
    with suppress(ValueError, RecursionError):  # its words quote the message; ours, below, don't
        payload = json.loads(raw)
    if not isinstance(payload, dict):
        raise Unreadable("message", "is not a JSON object in UTF-8; send one message as one object")
    return payload


def _form(raw: bytes) -> dict[str, str]:
    if len(raw) > MESSAGE_BYTES_MAX:
        raise Unreadable("message", TOO_BIG)
    fields = None
    with suppress(ValueError):  # its words quote the message; ours, below, don't
        fields = parse_qsl(
            raw.decode("ascii").strip(), errors="strict", max_num_fields=FORM_FIELDS_MAX
        )
    if fields is None:
        raise Unreadable("message", "is not a form encoded in UTF-8; post From and Body")
    form = dict(fields)
    if len(form) < len(fields):
        raise Unreadable("message", "has a field twice; post each field once")
    return form


def _words(payload: dict[str, object], name: str, *, at: str = "") -> str:
    words = payload.get(name)
    if not isinstance(words, str):
        raise Unreadable(at + name, "is missing or not text; give what was said as a string")
    return _told(at + name, words)


def _optional(payload: Mapping[str, object], name: str) -> str | None:
    value = payload.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > HEADER_CHARACTERS_MAX:
        raise Unreadable(name, "is not a short text; leave it out when it isn't known")
    return clean(value).strip() or None


def _told(name: str, text: str) -> str:
    """Return the text, cleaned; it must say something, in no more than the limit."""
    if len(text) > BODY_BYTES_MAX:
        raise Unreadable(name, TOO_LONG)
    told = clean(text).strip()
    if not told:
        raise Unreadable(name, "has no text; look at the original message and ask the sender")
    if len(told) > TEXT_CHARACTERS_MAX:
        raise Unreadable(name, TOO_LONG)
    return told


def _instant(payload: Mapping[str, object]) -> datetime | None:
    written = _optional(payload, "received_at")
    if written is None:
        return None
    at = None
    with suppress(ValueError):  # its words quote the message; ours, below, don't
        at = datetime.fromisoformat(written)
    if at is None or at.tzinfo is None:
        raise Unreadable(
            "received_at", "is no date and time with an offset, such as 2026-01-05T08:30:00-08:00"
        )
    return _plausible(at)


def _date(written: str) -> datetime | None:
    """Return the instant of a Date header; None for one that is missing, malformed or absurd."""
    try:
        at = parsedate_to_datetime(written)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return _plausible(at if at.tzinfo else at.replace(tzinfo=UTC))


def _plausible(at: datetime) -> datetime | None:
    now = datetime.now(UTC)
    if not YEAR_FIRST <= at.year <= now.year + 1 or at > now + CLOCK_AHEAD_MAX:
        return None
    return at


class _BoundedHeaders(policy.Compat32):
    """Leaves headers unparsed, and cuts those too long to be one before the parser looks inside."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:HEADER_CHARACTERS_MAX]


def _parsed(raw: bytes) -> Message:
    """Parse the structure of an e-mail; each part within a part would cost a look at every line."""
    if len(raw) > MESSAGE_BYTES_MAX:
        raise Unreadable("message", TOO_BIG)
    if raw.lower().count(b"multipart/") > MULTIPARTS_MAX:
        raise Unreadable("message", "has too many parts within parts; send it as plain text")
    message = None
    with suppress(Exception):  # the library promises no kind of error
        message = message_from_bytes(raw, policy=_BoundedHeaders())
    if message is None:
        raise Unreadable("message", "is not built as an e-mail; send it as plain text")
    return message


def _header(message: Message, name: str) -> str:
    """Return a header as a person would read it; "" when absent. Broken encoded words stay."""
    written = next((v for n, v in message.raw_items() if n.lower() == name.lower()), "")
    if len(written) >= HEADER_CHARACTERS_MAX:
        raise Unreadable(name.lower(), f"is longer than {HEADER_CHARACTERS_MAX:,} characters")
    value = str(written).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    line = "".join(value.splitlines())
    with suppress(Exception):  # the library promises no kind of error
        line = str(policy.default.header_fetch_parse(name, line)) if name == "Subject" else line
    return clean(line).strip()


def _body(part: Message, attachments: list[Attachment], *, nesting: int) -> str:
    """Return the text of a part and of those in it, and note the attachments on the way."""
    if nesting > NESTING_MAX:
        raise Unreadable("message", "has too many parts within parts; send it as plain text")
    if part.is_multipart():
        inner = [(p, _body(p, attachments, nesting=nesting + 1)) for p in _parts(part)]
        told = [(p, text) for p, text in inner if text.strip()]
        if part.get_content_type() == "multipart/alternative":
            told = sorted(told, key=lambda each: each[0].get_content_type() != "text/plain")[:1]
        if part.get_content_type() == "message/rfc822":
            told = [(p, f"{_header(p, 'Subject')}\n\n{text}") for p, text in told]
        return "\n\n".join(text for _, text in told)
    if part.get_content_maintype() == "multipart":
        raise Unreadable("body", "is in parts that can't be told apart; ask for it as plain text")
    kind = part.get_content_type()
    if part.get_content_disposition() == "attachment" or kind not in ("text/plain", "text/html"):
        attachments.append(_noted(part, kind))
        return ""
    content = _content(part)
    if content is None:
        raise Unreadable("body", "is broken base64; ask the sender to send it again as plain text")
    if len(content) > BODY_BYTES_MAX:
        raise Unreadable("body", TOO_LONG)
    text = decoded(content, _charset(part))
    if text is None:
        raise Unreadable("body", NO_CHARSET)
    return text_of_html(text) if kind == "text/html" else text


def _parts(part: Message) -> list[Message]:
    inside = part.get_payload()
    return [p for p in inside if isinstance(p, Message)] if isinstance(inside, list) else []


def _content(part: Message) -> bytes | None:
    """Undo the transfer encoding; None for broken base64, which the library would patch up."""
    encoding = str(part.get("Content-Transfer-Encoding", "")).strip().lower()
    sent = _as_sent(part)
    if encoding == "quoted-printable":
        return a2b_qp(sent)
    if encoding != "base64":
        return sent
    try:
        return b64decode(b"".join(sent.split()), validate=True)
    except Base64Error:
        return None


def _as_sent(part: Message) -> bytes:
    del part["Content-Transfer-Encoding"]  # or the library undoes it, and decodes what is left
    sent = part.get_payload(decode=True)
    return sent if isinstance(sent, bytes) else b""


def _noted(part: Message, kind: str) -> Attachment:
    content = _content(part)
    if content is None:
        content = _as_sent(part)
    media_type = kind if _MEDIA_TYPE.fullmatch(kind) else "application/octet-stream"
    return Attachment(media_type, sha256(content).hexdigest(), len(content))


def _charset(part: Message) -> str:
    declared = part.get_param("charset", "")
    return declared[2] if isinstance(declared, tuple) else str(declared)
