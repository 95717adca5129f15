"""Bytes and HTML as the words a reader sees, for the tips of `tips.py` (C-COMP-2)."""

from __future__ import annotations

import re
from codecs import lookup
from html import unescape
from typing import Final

# Declared charsets that leave UTF-8 alone to try. What a message declares may be any codec of
# Python's: some are no charset, or slow.
ONLY_UTF8: Final = frozenset(
    ("", "ascii", "utf-8", "idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape")
)

_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_TAG = re.compile(r"<(?:(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]*)|[!?])[^<>]*>")
_SPACE = re.compile(r"[ \t\r\n\f\v]+")
_BLOCKS = re.compile(r"address|blockquote|br|d[dlt]|div|h[1-6r]|li|[ou]l|p|pre|table|t[dhr]")
_UNSEEN: Final = frozenset(("script", "style"))


def clean(text: str) -> str:
    """Take away what no store, seal or terminal should meet: NUL, controls, half characters."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", _CONTROLS.sub("", lines))


def decoded(content: bytes, charset: str) -> str | None:
    """Decode as declared, or as UTF-8; None if it is neither.

    UTF-8 is asked first where Latin-1 or Windows-1252 is declared: those make letters of any bytes,
    and words in them are never UTF-8 by chance.
    """
    for candidate in _candidates(charset):
        try:
            return content.decode(candidate)
        except (UnicodeError, LookupError):
            continue
    return None


def _candidates(charset: str) -> tuple[str, ...]:
    try:
        name = lookup(charset).name
    except (LookupError, ValueError):
        name = ""
    if name in ONLY_UTF8:
        return ("utf-8-sig",)
    if name == "iso8859-1":
        return ("utf-8-sig", "cp1252", name)
    if name == "cp1252":
        return ("utf-8-sig", name)
    return (name, "utf-8-sig")


def text_of_html(html: str) -> str:
    """Return the text, a line for each block; scripts, styles and comments are dropped.

    The library's `HTMLParser` takes time quadratic in hostile input (`<!--` repeated in 300 kB:
    half a minute), and the tip line is open to anyone. This is linear, and never refuses.
    """
    shown: list[str] = []
    unseen = ""
    at = 0
    source = _without_comments(html)
    for tag in _TAG.finditer(source):
        if not unseen:
            shown.append(_SPACE.sub(" ", source[at : tag.start()]))
        at = tag.end()
        name = (tag["name"] or "").lower()
        if unseen:
            unseen = "" if tag["end"] and name == unseen else unseen
        elif name in _UNSEEN and not tag["end"]:
            unseen = name
        elif _BLOCKS.fullmatch(name):
            shown.append("\n")
    if not unseen:
        shown.append(_SPACE.sub(" ", source[at:]))
    lines = (line.strip() for line in _unescaped("".join(shown)).replace("\xa0", " ").split("\n"))
    return "\n".join(line for line in lines if line)


def _without_comments(html: str) -> str:
    before, *commented = html.split("<!--")
    return before + "".join(piece.partition("-->")[2] or piece for piece in commented)


def _unescaped(text: str) -> str:
    try:
        return unescape(text)
    except ValueError:  # a character number of thousands of digits
        return text
