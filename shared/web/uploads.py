"""Which files are taken in: by what they hold, never by their name; and scanned where that is set.

A name or a content type is what a stranger says. A program or a web page is refused, and so is
what a scanner refuses or can't read; where none is set, the page says that nothing is scanned.
"""

from __future__ import annotations

import shlex
import subprocess

import puremagic
import structlog

log = structlog.get_logger(__name__)

SCAN_SECONDS_MAX = 60
KINDS = (
    "image/",
    "audio/",
    "video/",
    "application/pdf",
    "application/zip",
    "text/plain",
    "message/",
)
OFFICE = ("application/vnd.openxmlformats-officedocument.", "application/vnd.oasis.opendocument.")
NEVER = ("image/svg+xml",)
ZIP = b"PK\x03\x04"
OTHER_KIND = (
    "this is no picture, sound, video, PDF, office document or plain text; put a file of another"
    " kind into a ZIP archive, and send that"
)
UNFIT = "the scanner for malware refused this file; ask the operator before you open it yourself"
NOT_SCANNED = "the scanner for malware does not answer; send it again in a few minutes"


class Uploads:
    """What happens to a file before anybody looks at it.

    Args:
        scan_command: reads a file on standard input; 0 says that it may be taken in, 1 that not.
    """

    def __init__(self, scan_command: str | None) -> None:
        self._scan = shlex.split(scan_command) if scan_command else None

    @property
    def scanned(self) -> bool:
        """Whether files are scanned here."""
        return self._scan is not None

    def wrong(self, content: bytes) -> str | None:
        """Why a file can't be taken in; None when it can."""
        if not of_known_kind(content):
            return OTHER_KIND
        return self._refused(content) if self._scan else None

    def _refused(self, content: bytes) -> str | None:
        assert self._scan
        try:
            done = subprocess.run(  # noqa: S603  # the operator's command, without a shell
                self._scan,
                input=content,
                capture_output=True,
                timeout=SCAN_SECONDS_MAX,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            log.error("a file was not scanned", why=type(error).__name__)  # noqa: TRY400  # no words
            return NOT_SCANNED
        if done.returncode == 0:
            return None
        log.warning("the scanner ended", code=done.returncode)
        return UNFIT if done.returncode == 1 else NOT_SCANNED


def of_known_kind(content: bytes) -> bool:
    """Whether a file is of a kind that people send, by what it holds."""
    try:
        kind = puremagic.from_string(content, mime=True)
    except (puremagic.PureError, ValueError):
        kind = ""
    if not kind or content.startswith(ZIP):
        return content.startswith(ZIP) or is_text(content)
    return kind.startswith((*KINDS, *OFFICE)) and not kind.startswith(NEVER)


def is_text(content: bytes) -> bool:
    """Whether it is plain text in UTF-8, and no script."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return "\x00" not in text and not text.startswith("#!")
