"""Files are taken in by what they hold, and scanned by a command where one is set."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from shared.web.uploads import NOT_SCANNED, OTHER_KIND, UNFIT, Uploads
from tests.web.conftest import serving, settings, token

SCANNER = """
import sys
found = b"SAMPLE-MALWARE" in sys.stdin.buffer.read()
sys.exit(1 if found else 0)
"""


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7\n%\xe2\xe3\n",
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01",
        b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1",
        b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00",
        b"RIFF\x24\x00\x00\x00WAVEfmt ",
        b"ID3\x03\x00",
        b"PK\x03\x04\x14\x00\x06\x00",
        b"She said: the officer wasn't there.\n",
        b"Ella dijo que no.\n",
    ],
    ids=repr,
)
def test_what_people_send_is_taken_in(content: bytes) -> None:
    assert Uploads(None).wrong(content) is None


@pytest.mark.parametrize(
    "content",
    [
        b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff",
        b"\x7fELF\x02\x01\x01\x00",
        b"#!/bin/sh\nrm -rf /\n",
        b"<!DOCTYPE html><script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
        b"\x00\x01\x02\x03 nothing known",
    ],
    ids=repr,
)
def test_programs_and_pages_are_refused_whatever_their_name_says(
    content: bytes, tmp_path: Path
) -> None:
    assert Uploads(None).wrong(content) == OTHER_KIND
    with serving(settings(tmp_path)) as site, site.client() as client:
        files = {"evidence": ("holiday.png", content, "image/png")}
        form = {"_token": token(client), "narrative": "Words that stay."}
        answer = client.post("/complaint", data=form, files=files)
    assert answer.status_code == 422
    assert "put a file of another kind into a ZIP archive" in answer.text
    assert "Words that stay." in answer.text
    assert site.filed == []


def test_a_scanner_decides_where_one_is_set(tmp_path: Path) -> None:
    script = tmp_path / "scanner.py"
    script.write_text(SCANNER)
    uploads = Uploads(f"{sys.executable} {script}")
    assert uploads.scanned
    assert uploads.wrong(b"An ordinary letter.") is None
    assert uploads.wrong(b"A letter with SAMPLE-MALWARE in it.") == UNFIT


@pytest.mark.parametrize("command", ["/nowhere/clamdscan -", "/bin/sh -c 'exit 2'"])
def test_what_can_not_be_scanned_is_not_taken_in(command: str) -> None:
    assert Uploads(command).wrong(b"An ordinary letter.") == NOT_SCANNED


def test_without_a_scanner_nothing_says_it_was_scanned() -> None:
    assert not Uploads(None).scanned
