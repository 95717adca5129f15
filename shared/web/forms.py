"""What a form sent: read in bounded memory, each text with its limit, and kept to be shown again.

Reading a value of a form that has a problem raises `FormProblem`, so that no handler can forget
to look; `shown` gives what was sent all the same, for the page that shows the form again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from fastapi.concurrency import run_in_threadpool
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, QuerystringParser, parse_options_header
from starlette.exceptions import HTTPException
from starlette.requests import Request

from shared.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from python_multipart.multipart import MultipartCallbacks, QuerystringCallbacks

    from shared.web.uploads import Uploads

TEXT_CHARS_MAX = 10_000
"""What a text field takes where its page sets no limit of its own."""
TEXT_KEPT_BYTES_MAX = 2 * 1024 * 1024
"""What is kept of one text, as it was sent, to be shown again."""
UPLOAD_BYTES_MAX = 8 * 1024 * 1024
PARTS_MAX = 500
NAME_BYTES_MAX = 200
ENCODED_BYTES_MAX = 12
"""What one character can take: four bytes of UTF-8, each sent as %XX."""

TOKEN_FIELD = "_token"  # noqa: S105  # the field's name

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class FormProblem(Exception):
    """One or more fields of a form can't be taken as they were sent; nothing was recorded.

    Args:
        errors: for each such field, what is wrong and what would mend it.
        status: HTTP status of the page that shows the form again.
    """

    def __init__(self, errors: Mapping[str, str], status: int) -> None:
        super().__init__(f"problems in {', '.join(errors)}")
        self.errors = dict(errors)
        self.status = status


@dataclass(frozen=True)
class Upload:
    """A file that came with a form."""

    file_name: str
    media_type: str
    content: bytes


@dataclass
class Part:
    """One field as it came: what was kept of it, and how long it was."""

    name: bytearray = field(default_factory=bytearray)
    kept: bytearray = field(default_factory=bytearray)
    sent_bytes: int = 0
    file_name: str | None = None
    media_type: str = ""
    encoded: bool = False

    def add(self, some: bytes) -> None:
        """Take in the next bytes, keeping no more than the limit."""
        limit = TEXT_KEPT_BYTES_MAX if self.file_name is None else UPLOAD_BYTES_MAX
        self.kept += some[: max(0, limit - len(self.kept))]
        self.sent_bytes += len(some)

    @property
    def whole(self) -> bool:
        """Whether all that was sent was kept."""
        return len(self.kept) == self.sent_bytes

    def text(self) -> str:
        """What was kept, with line ends as a single newline.

        Raises:
            UnicodeDecodeError: a whole text that is not UTF-8.
        """
        raw = unquote_to_bytes(bytes(self.kept.replace(b"+", b" "))) if self.encoded else self.kept
        text = raw.decode("utf-8", "strict" if self.whole else "ignore")
        return text.replace("\r\n", "\n").replace("\r", "\n")


class Form:
    """The values of one form: read them by `text`, `texts`, `day` and `upload`."""

    def __init__(self, parts: list[Part] | None = None) -> None:
        self.sent = parts is not None
        """False for a form that is shown for the first time."""
        self._texts: dict[str, list[str]] = {}
        self._uploads: dict[str, Upload] = {}
        self._errors: dict[str, str] = {}
        self._cut: set[str] = set()
        self._too_large = False
        for part in parts or []:
            self._take(part)

    def text(self, name: str) -> str:
        """The field's text without the space around it; empty when absent.

        Raises:
            FormProblem: any field of the form has a problem.
        """
        self._check()
        return self.shown(name).strip()

    def texts(self, name: str) -> tuple[str, ...]:
        """Each value of a field that may have many.

        Raises:
            FormProblem: any field of the form has a problem.
        """
        self._check()
        return self.all_shown(name)

    def day(self, name: str, clause: str) -> date | None:
        """The date in a field; None when it is empty.

        Raises:
            FormProblem: any field of the form has a problem.
            Refused: it is no date, citing the clause that asks for it.
        """
        text = self.text(name)
        if not text:
            return None
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            try:
                return date.fromisoformat(text)
            except ValueError:
                pass
        raise Refused(clause, "write a date of the calendar as YYYY-MM-DD, like 2026-03-02", name)

    def upload(self, name: str) -> Upload | None:
        """The file in a field; None when no file was chosen.

        Raises:
            FormProblem: any field of the form has a problem.
        """
        self._check()
        return self._uploads.get(name)

    def shown(self, name: str) -> str:
        """What was kept of a field, problem or not, to show it again."""
        return self._texts.get(name, [""])[-1]

    def all_shown(self, name: str) -> tuple[str, ...]:
        """What was kept of a field that may have many values."""
        return tuple(self._texts.get(name, ()))

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """All that was kept but the token, to carry it to the next page."""
        fields = ((n, v) for n, values in self._texts.items() for v in values)
        return tuple((name, value) for name, value in fields if name != TOKEN_FIELD)

    def within(self, chars_max: Mapping[str, int]) -> Form:
        """The form, each text measured against its limit."""
        for name, values in self._texts.items():
            limit = chars_max.get(name, TEXT_CHARS_MAX)
            assert limit * ENCODED_BYTES_MAX <= TEXT_KEPT_BYTES_MAX, "what fits is kept whole"
            longest = max(len(value) for value in values)
            if longest > limit or name in self._cut:
                self._too_large = True
                self._errors[name] = _too_long(limit, longest, name in self._cut)
        return self

    def check_uploads(self, uploads: Uploads) -> None:
        """Note what is wrong with the files."""
        for name, upload in self._uploads.items():
            wrong = uploads.wrong(upload.content)
            if wrong:
                self._errors.setdefault(name, wrong)

    def _check(self) -> None:
        if self._errors:
            raise FormProblem(self._errors, 413 if self._too_large else 422)

    def _take(self, part: Part) -> None:
        name = part.name.decode("utf-8", "replace")
        if part.file_name is not None:
            self._take_upload(name, part, part.file_name)
            return
        try:
            text = part.text()
        except UnicodeDecodeError:
            text = part.kept.decode("utf-8", "replace")
            self._errors[name] = "some characters can't be read; type them again"
        if CONTROL.search(text):
            text = CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
            self._errors[name] = "some characters are no text; delete the marked ones"
        self._texts.setdefault(name, []).append(text)
        if not part.whole:
            self._cut.add(name)

    def _take_upload(self, name: str, part: Part, file_name: str) -> None:
        if not file_name and not part.kept:
            return  # no file was chosen
        if not part.whole:
            limit = UPLOAD_BYTES_MAX // 1024**2
            self._too_large = True
            self._errors[name] = f"the file is larger than {limit} MB; send a smaller one"
        self._uploads[name] = Upload(file_name, part.media_type, bytes(part.kept))


def form_of(**chars_max: int) -> Callable[[Request], Awaitable[Form]]:
    """The dependency that gives a route its form, with the limits of its longer or shorter texts.

    For example `Annotated[Form, Depends(form_of(narrative=50_000))]`; a text not named there
    takes `TEXT_CHARS_MAX` characters.
    """

    async def form(request: Request) -> Form:
        if not hasattr(request.state, "form"):
            request.state.form = await read_form(request)
        sent: Form = request.state.form
        await run_in_threadpool(sent.check_uploads, request.app.state.uploads)
        return sent.within(chars_max)

    return form


async def read_form(request: Request) -> Form:
    """Read a request's body as a form, URL-encoded or multipart.

    Raises:
        HTTPException: 400 when it is no such form, 415 when it does not say it is one.
    """
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind == b"application/x-www-form-urlencoded":
        encoded = _Encoded()
        return await _read(request, encoded, QuerystringParser(encoded.callbacks()))
    if kind == b"multipart/form-data" and options.get(b"boundary"):
        multi = _Multipart()
        return await _read(request, multi, MultipartParser(options[b"boundary"], multi.callbacks()))
    if not kind:
        return Form([])
    raise HTTPException(415, "Send a form: URL-encoded, or multipart.")


async def _read(
    request: Request, reader: _Reader, parser: QuerystringParser | MultipartParser
) -> Form:
    try:
        async for chunk in request.stream():
            parser.write(chunk)
        parser.finalize()
    except FormParserError as error:
        raise HTTPException(400, "The form is broken and can't be read. Send it again.") from error
    if isinstance(parser, MultipartParser) and not reader.ended:
        raise HTTPException(400, "The form ends too early. Send it again.")
    return Form(reader.parts)


def _too_long(limit: int, sent: int, cut: bool) -> str:
    if cut:
        return (
            f"at most {limit:,} characters fit, and this is far longer; only its first {sent:,} are"
            " in the box below. Shorten it, and send the rest separately"
        )
    return (
        f"at most {limit:,} characters fit, and this has {sent:,}; shorten it by {sent - limit:,}"
    )


class _Reader:
    """Takes in fields as a parser finds them."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.ended = False

    def begin(self, *, encoded: bool) -> None:
        if len(self.parts) == PARTS_MAX:
            raise HTTPException(413, f"The form has more than {PARTS_MAX} fields.")
        self.parts.append(Part(encoded=encoded))

    def name(self, some: bytes) -> None:
        name = self.parts[-1].name
        name += some
        if len(name) > NAME_BYTES_MAX:
            raise HTTPException(400, "The form has a field with a far too long name.")

    def data(self, data: bytes, start: int, end: int) -> None:
        self.parts[-1].add(data[start:end])


class _Encoded(_Reader):
    """A URL-encoded form."""

    def callbacks(self) -> QuerystringCallbacks:
        return {
            "on_field_start": lambda: self.begin(encoded=True),
            "on_field_name": lambda data, start, end: self.name(data[start:end]),
            "on_field_data": self.data,
            "on_field_end": self.field_end,
        }

    def field_end(self) -> None:
        part = self.parts[-1]
        part.name = bytearray(unquote_to_bytes(bytes(part.name.replace(b"+", b" "))))


class _Multipart(_Reader):
    """A multipart form, with or without files."""

    def __init__(self) -> None:
        super().__init__()
        self._header = b""
        self._value = b""

    def callbacks(self) -> MultipartCallbacks:
        return {
            "on_part_begin": lambda: self.begin(encoded=False),
            "on_header_field": self.header_field,
            "on_header_value": self.header_value,
            "on_header_end": self.header_end,
            "on_part_data": self.data,
            "on_end": self.end,
        }

    def header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def header_end(self) -> None:
        header, value = self._header.lower(), self._value
        self._header = self._value = b""
        if header == b"content-type":
            self.parts[-1].media_type = value.decode("latin-1")
        if header == b"content-disposition":
            _, options = parse_options_header(value)
            self.name(options.get(b"name", b""))
            if b"filename" in options:
                self.parts[-1].file_name = options[b"filename"].decode("utf-8", "replace")

    def end(self) -> None:
        self.ended = True
