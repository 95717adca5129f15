"""What reaches the tip line is read, or it is said what is wrong with it (C-COMP-2, C-COMP-4)."""

from __future__ import annotations

import json
import time
from base64 import b64encode
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.complaints.legible import text_of_html
from services.complaints.tips import (
    TEXT_CHARACTERS_MAX,
    Attachment,
    Tip,
    Unreadable,
    read_call,
    read_email,
    read_text_message,
    read_tip,
    read_tips,
)
from services.complaints.urgency import urgent_triggers
from services.complaints.words import Channel, Trigger

SAMPLES = Path(__file__).parents[2] / "samples" / "tips"
ODD = Path(__file__).parent / "tips"
PACIFIC = timezone(timedelta(hours=-8))


def mail(body: bytes, *headers: str, subject: str = "Sample") -> bytes:
    """Build an e-mail from its body and the headers that matter."""
    lines = (f"Subject: {subject}", *headers) if subject else headers
    return "".join(f"{line}\r\n" for line in lines).encode() + b"\r\n" + body


def text_message(**fields: object) -> bytes:
    """Build a text message as a gateway posts it."""
    return json.dumps({"from": "+14255550199", "body": "Sample words", **fields}).encode()


def call(*turns: object, **fields: object) -> bytes:
    """Build the transcript of a call."""
    return json.dumps({"from": "withheld", "transcript": list(turns), **fields}).encode()


def turn(**fields: object) -> dict[str, object]:
    """Build one turn of a call."""
    return {"at_seconds": 3, "speaker": "caller", "text": "Sample words", **fields}


def unreadable(read: object, raw: bytes, **named: str) -> Unreadable:
    """Return why it can't be read."""
    assert callable(read)
    with pytest.raises(Unreadable) as caught:
        read(raw, **named)
    return caught.value


def sample(name: str) -> Tip:
    """Read one of the samples."""
    return read_tip((SAMPLES / name).read_bytes(), name=name)


# E-mail


def test_comp_2_an_email_is_read_with_its_subject_sender_and_date() -> None:
    tip = sample("hallway.eml")
    assert tip.channel is Channel.EMAIL
    assert tip.sender == "pat.sample@family.invalid"
    assert tip.received_at == datetime(2026, 1, 12, 16, 5, tzinfo=PACIFIC)
    assert tip.text.startswith("What happened in the hallway on Monday\n\nMy child Robin")
    assert "We\N{RIGHT SINGLE QUOTATION MARK}d like" in tip.text
    assert "<p>" not in tip.text


def test_comp_19_a_spanish_email_in_windows_1252_is_read_with_its_language() -> None:
    tip = sample("pasillo.eml")
    assert tip.language == "es"
    assert "Queja sobre el policía de la escuela" in tip.text
    assert "la empujó contra la pared" in tip.text


def test_comp_4_an_email_with_broken_encoding_names_the_body() -> None:
    why = unreadable(read_email, (ODD / "broken-encoding.eml").read_bytes())
    assert (why.field, "UTF-8" in why.reason) == ("body", True)


@pytest.mark.parametrize(
    "declared", ["us-ascii", "iso-8859-1", "windows-1252", "x-nonesuch", "hex"]
)
def test_comp_4_utf_8_under_another_declared_charset_is_read(declared: str) -> None:
    raw = mail("Él gritó".encode(), f"Content-Type: text/plain; charset={declared}")
    assert read_email(raw).text == "Sample\n\nÉl gritó"


@pytest.mark.parametrize(
    "declared", ["us-ascii", "utf-8", "x-nonesuch", "punycode", "unicode_escape"]
)
def test_comp_4_a_body_in_no_known_charset_is_unreadable(declared: str) -> None:
    raw = mail(b"\xff\xfe gr\xedt\xf3", f"Content-Type: text/plain; charset={declared}")
    assert unreadable(read_email, raw).field == "body"


def test_comp_4_other_declared_charsets_are_read_as_declared() -> None:
    cyrillic = mail(
        "\u043f\u0440\u043e\u0431\u0430".encode("koi8-r"),
        "Content-Type: text/plain; charset=koi8-r",
    )
    assert read_email(cyrillic).text == "Sample\n\n\u043f\u0440\u043e\u0431\u0430"
    latin = mail(b"gr\xedt\xf3 \x93aqu\xed\x94", "Content-Type: text/plain; charset=iso-8859-1")
    assert "grító \N{LEFT DOUBLE QUOTATION MARK}aquí" in read_email(latin).text


def test_comp_4_base64_is_undone_and_broken_base64_is_unreadable() -> None:
    header = "Content-Transfer-Encoding: base64 "
    assert read_email(mail(b64encode(b"Sample words"), header)).text == "Sample\n\nSample words"
    for broken in (b"U2FtcGxl!!d29yZHM=", b"U2FtcGxlIHdvcmR"):
        assert unreadable(read_email, mail(broken, header)).field == "body"


def test_comp_4_a_broken_encoded_word_leaves_the_rest_of_the_subject() -> None:
    for broken in ("=?utf-8?b?###?= hallway", "=?utf-8?q?caf=E9?= hallway", "=?no?z?a?= hallway"):
        assert "hallway" in read_email(mail(b"Words", subject=broken)).text
    raw = b"Subject: polic\xc3\xada\n\nWords"
    assert read_email(raw).text == "policía\n\nWords"


def test_comp_4_html_alone_is_read_as_text() -> None:
    html = (
        "<style>p {color: red}</style><script>alert('x < y')</script><!-- hidden <b>x</b> -->"
        "<p>The&nbsp;officer<br>said &lt;stop&gt;</p><ul><li>one<li>two</ul>"
    )
    raw = mail(html.encode(), "Content-Type: text/html; charset=utf-8")
    assert read_email(raw).text == "Sample\n\nThe officer\nsaid <stop>\none\ntwo"


def test_comp_4_hostile_html_is_read_in_linear_time() -> None:
    started = time.monotonic()
    for piece in ("<!--", "<a ", "<![", "<", "&#", "<script>", "<a href='>", "</"):
        text_of_html(piece * (2_000_000 // len(piece)))
    text_of_html("&#" + "9" * 5000 + ";")
    assert time.monotonic() - started < 30


def parts(kind: str, *inner: bytes, boundary: str = "b1") -> bytes:
    """Build a multipart from its parts, each with its own headers."""
    opening = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode()
    between = f"\r\n--{boundary}\r\n".encode()
    return opening + b"".join(between + part for part in inner) + f"\r\n--{boundary}--\r\n".encode()


PLAIN = b"Content-Type: text/plain\r\n\r\nPlain words"
HTML = b"Content-Type: text/html\r\n\r\n<p>HTML words</p>"
PHOTO = (
    b"Content-Type: image/png\r\n"
    b'Content-Disposition: attachment; filename="robin-placeholder.png"\r\n'
    b"Content-Transfer-Encoding: base64\r\n\r\n" + b64encode(b"photo")
)


def test_comp_4_nested_parts_are_read_and_attachments_noted_without_their_names() -> None:
    inner = parts("alternative", HTML, PLAIN, boundary="b2")
    tip = read_email(b"Subject: Sample\r\n" + parts("mixed", inner, PHOTO))
    assert tip.text == "Sample\n\nPlain words"
    assert tip.attachments == (Attachment("image/png", sha256(b"photo").hexdigest(), 5),)
    assert "robin" not in repr(tip).lower()


def test_comp_4_an_attachment_that_is_broken_does_not_lose_the_tip() -> None:
    broken = PHOTO[:-3] + b"!!!"
    tip = read_email(b"Subject: Sample\r\n" + parts("mixed", PLAIN, broken))
    assert (tip.text, len(tip.attachments)) == ("Sample\n\nPlain words", 1)


def test_comp_4_a_message_forwarded_as_an_attachment_is_read_too() -> None:
    forwarded = (
        b"Content-Type: message/rfc822\r\nContent-Disposition: attachment\r\n\r\n"
        b"Subject: From a parent\r\n" + PLAIN
    )
    cover = b"Content-Type: text/plain\r\n\r\nSee below"
    tip = read_email(b"Subject: Fwd\r\n" + parts("mixed", cover, forwarded))
    assert tip.text == "Fwd\n\nSee below\n\nFrom a parent\n\nPlain words"


def test_comp_4_an_email_cut_off_before_its_last_boundary_is_read() -> None:
    whole = b"Subject: Sample\r\n" + parts("mixed", PLAIN)
    assert read_email(whole[: whole.rindex(b"\r\n--b1--")]).text == "Sample\n\nPlain words"


def test_comp_4_a_multipart_without_boundary_is_unreadable() -> None:
    assert unreadable(read_email, mail(PLAIN, "Content-Type: multipart/mixed")).field == "body"


def test_comp_4_an_email_without_words_is_unreadable_and_a_subject_alone_is_words() -> None:
    assert unreadable(read_email, b"").field == "body"
    assert unreadable(read_email, mail(b" \r\n", subject="")).field == "body"
    assert unreadable(read_email, parts("mixed", PHOTO)).field == "body"
    assert read_email(b"Subject: Look at this\r\n" + parts("mixed", PHOTO)).text == "Look at this"


def test_comp_2_a_body_of_20_mb_is_refused_with_the_limit() -> None:
    why = unreadable(read_email, mail(b"a line of sample words\r\n" * 900_000))
    assert (why.field, "100,000 characters" in why.reason) == ("body", True)
    why = unreadable(read_text_message, text_message(body="x" * 20_000_000))
    assert (why.field, "100,000 characters" in why.reason) == ("body", True)


def test_comp_2_the_limit_is_the_last_length_that_is_read() -> None:
    longest = "x" * TEXT_CHARACTERS_MAX
    assert read_text_message(text_message(body=longest)).text == longest
    assert unreadable(read_text_message, text_message(body=longest + "x")).field == "body"
    body = b"x" * (TEXT_CHARACTERS_MAX - len("Sample\n\n"))
    assert len(read_email(mail(body)).text) == TEXT_CHARACTERS_MAX
    assert unreadable(read_email, mail(body + b"x")).field == "body"


def test_comp_4_hostile_structure_is_refused_quickly() -> None:
    started = time.monotonic()
    deep = b"".join(parts("mixed", boundary=f"b{n}")[:-8] for n in range(500))
    assert unreadable(read_email, deep).field == "message"
    forwarded = b"Content-Type: message/rfc822\r\n\r\n" * 5000
    assert unreadable(read_email, forwarded + PLAIN).field == "message"
    assert unreadable(read_email, mail(b"x", subject="x" * 1_000_000)).field == "subject"
    read_email(mail(b"x", "Content-Type: text/plain" + ";" * 1_000_000))
    unreadable(read_text_message, b'{"body":' + b"[" * 100_000)
    assert time.monotonic() - started < 5


def test_comp_4_nul_and_control_bytes_are_taken_away() -> None:
    assert (
        read_email(mail(b"Sam\0ple\x1b[2J\twords\r\nmore")).text
        == "Sample\n\nSample[2J\twords\nmore"
    )
    halved = b'{"body": "cut \\ud83d", "from": "+14255550199"}'
    assert read_text_message(halved).text == "cut \N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize(
    "date",
    ["Mon, 12 Jan 2999 16:05:00 -0800", "Thu, 01 Jan 1970 00:00:00 +0000", "yesterday", "",
     "Mon, 99 Jan 2026 99:99:99 +9999", "Fri, 31 Dec 9999 23:59:59 -2359"],
)  # fmt: skip
def test_comp_4_a_date_that_can_not_be_right_is_not_used(date: str) -> None:
    assert read_email(mail(b"Words", f"Date: {date}")).received_at is None


def test_comp_4_a_date_without_zone_is_utc_and_always_aware() -> None:
    tip = read_email(mail(b"Words", "Date: Mon, 12 Jan 2026 16:05:00 -0000"))
    assert tip.received_at == datetime(2026, 1, 12, 16, 5, tzinfo=UTC)


@pytest.mark.parametrize("sender", ["", "From: \r\n", "From: undisclosed\r\n", "From: <>\r\n"])
def test_comp_21_an_email_without_a_sender_is_anonymous(sender: str) -> None:
    assert read_email(sender.encode() + mail(b"Words")).sender is None


def test_comp_19_a_language_that_is_no_tag_is_not_used() -> None:
    assert read_email(mail(b"Words", "Content-Language: es-MX, en")).language == "es-MX"
    assert read_email(mail(b"Words", "Content-Language: <b>es</b>")).language is None


# Text messages


def test_comp_2_a_text_message_is_read() -> None:
    tip = sample("bus.sms.json")
    assert (tip.channel, tip.sender) == (Channel.TEXT, "+14255550103")
    assert tip.received_at == datetime(2026, 1, 13, 15, 22, 10, tzinfo=PACIFIC)
    assert tip.text.startswith("the sro searched my bag")


def test_comp_2_a_text_message_posted_as_a_form_is_read() -> None:
    form = {"From": "+14255550199", "Body": "él gritó & más", "MessageSid": "SM-1"}
    tip = read_text_message(urlencode(form).encode())
    assert (tip.channel, tip.sender, tip.text) == (Channel.TEXT, "+14255550199", "él gritó & más")


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (b"", "Body"),
        (b"From=%2B14255550199", "Body"),
        (b"Body=%FF%FE", "message"),
        (b"Body=a&Body=b", "message"),
        (b"Body=a" + b"&x=1" * 300, "message"),
        (b"{", "message"),
        (b'{"body": "\xff"}', "message"),
        (b'{"from": "+14255550199"}', "body"),
        (text_message(body=["x"]), "body"),
        (text_message(body=" \0 "), "body"),
        (text_message(**{"from": 5}), "from"),
        (text_message(message_id={}), "message_id"),
        (text_message(received_at="yesterday"), "received_at"),
        (text_message(received_at="2026-01-13T15:22:10"), "received_at"),
        (text_message(received_at=1768346530), "received_at"),
        (text_message(language="español"), "language"),
    ],
)
def test_comp_4_a_bad_text_message_names_the_field(raw: bytes, field: str) -> None:
    assert unreadable(read_text_message, raw).field == field


@pytest.mark.parametrize("withheld", ["withheld", "Anonymous", "", None])
def test_comp_21_a_withheld_number_is_anonymous(withheld: str | None) -> None:
    assert read_text_message(text_message(**{"from": withheld})).sender is None


def test_comp_4_a_time_in_the_future_is_not_used_beyond_a_clock_that_is_ahead() -> None:
    now = datetime.now(UTC)
    near, far = now + timedelta(hours=23), now + timedelta(hours=25)
    assert read_text_message(text_message(received_at=near.isoformat())).received_at == near
    assert read_text_message(text_message(received_at=far.isoformat())).received_at is None


# Calls


def test_comp_2_a_call_is_read_with_its_speakers() -> None:
    tip = sample("parking.call.json")
    assert (tip.channel, tip.sender, tip.language) == (Channel.PHONE, None, "en")
    assert tip.text.splitlines()[2] == "0:31 operator: Would you like to leave a name?"
    assert len(tip.text.splitlines()) == 4


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (b"[]", "message"),
        (b"{}", "transcript"),
        (call(), "transcript"),
        (call("words"), "transcript[0]"),
        (call(turn(), turn(speaker="robot")), "transcript[1].speaker"),
        (call(turn(speaker=["caller"])), "transcript[0].speaker"),
        (call(turn(at_seconds=-1)), "transcript[0].at_seconds"),
        (call(turn(at_seconds=float("nan"))), "transcript[0].at_seconds"),
        (call(turn(at_seconds="3")), "transcript[0].at_seconds"),
        (call(turn(), turn(text=None)), "transcript[1].text"),
        (call(*[turn(text="x" * 1000)] * 100), "transcript"),
    ],
)
def test_comp_4_a_bad_call_names_the_field(raw: bytes, field: str) -> None:
    assert unreadable(read_call, raw).field == field


# Which it is, and whether it came before


def test_comp_2_without_a_telling_name_a_tip_is_read_as_it_looks() -> None:
    read = {name.name: read_tip(name.read_bytes(), name="upload") for name in SAMPLES.iterdir()}
    assert {name: tip.channel.value for name, tip in read.items()} == {
        "hallway.eml": "email",
        "pasillo.eml": "email",
        "bus.sms.json": "text",
        "parking.call.json": "phone",
    }
    assert read_tip(b"From=&Body=Words", name="").channel is Channel.TEXT
    assert unreadable(read_tip, b"\x89PNG\r\n", name="photo.png").field == "message"


def test_comp_2_the_same_message_handed_in_twice_has_one_id() -> None:
    raw = (SAMPLES / "hallway.eml").read_bytes()
    again = raw.replace(b"\n", b"\r\n") + b"\r\n"
    assert read_email(raw).message_id == read_email(again).message_id
    assert read_email(raw).message_id != read_email(raw.replace(b"Monday", b"Friday")).message_id
    first = read_text_message(text_message(message_id="1"))
    assert first.message_id == read_text_message(text_message(message_id="1", tries=2)).message_id


def test_comp_2_other_words_under_a_gateways_used_id_are_another_tip() -> None:
    first = read_text_message(text_message(message_id="1"))
    assert first.message_id != read_text_message(text_message(message_id="1", body="No")).message_id
    assert first.message_id != read_text_message(text_message(message_id="2")).message_id


def test_comp_4_a_file_of_several_gives_the_good_ones_and_keeps_the_bad() -> None:
    raw = (ODD / "several.jsonl").read_bytes()
    tips, rejected = read_tips(raw, name="several.jsonl")
    assert [tip.channel for tip in tips] == [Channel.TEXT, Channel.PHONE]
    assert [(bad.line, bad.field) for bad in rejected] == [(2, "body"), (5, "message")]
    assert rejected[0].raw == raw.splitlines()[1]
    assert "4255550105" not in repr(rejected)


def test_comp_4_a_file_of_one_is_read_or_rejected_whole() -> None:
    tips, rejected = read_tips((SAMPLES / "bus.sms.json").read_bytes(), name="bus.sms.json")
    assert (len(tips), rejected) == (1, ())
    tips, rejected = read_tips(b"\x89PNG\r\n", name="photo.png")
    assert (tips, rejected[0].line, rejected[0].raw) == ((), 1, b"\x89PNG\r\n")


def test_priv_1_a_tip_shows_neither_words_nor_sender_when_printed() -> None:
    shown = repr(sample("hallway.eml"))
    assert "Robin" not in shown
    assert "pat.sample" not in shown


# Any bytes at all

MARK = b"ZQXJVKmarkZQXJVK"
FRAGMENTS = st.sampled_from(
    [b"Content-Type: ", b"multipart/mixed; boundary=b", b"text/html", b"; charset=", b"utf-16",
     b"iso-2022-jp", b"\n--b\n", b"\n--b--\n", b"Content-Transfer-Encoding: base64", b"\n\n",
     b"\r\n", b"quoted-printable", b"Subject: =?utf-8?b?", b"?=", b"From: a@b.invalid", b"Date: ",
     b"2026",
     b"message/rfc822", b'{"body": "', b'"transcript": [', b'{"at_seconds": 1, ', b'"}', b"]}",
     b"Body=", b"&From=", b"\0", b"\xff", b"<p>", b"<script>", b"<!--", b"&#x", MARK,
     b"charset*0*=utf-8''%ff", b"Content-Disposition: attachment; filename*=", b"(((", b'"', b"\\"]
)  # fmt: skip
ANYTHING = st.binary(max_size=300) | st.lists(FRAGMENTS | st.binary(max_size=4), max_size=40).map(
    b"".join
)
NAMES = st.sampled_from(["a.eml", "a.sms.json", "a.call.json", "a.jsonl", ""])


@settings(max_examples=1500, deadline=None)
@given(raw=ANYTHING, name=NAMES)
def test_comp_4_any_bytes_are_a_tip_or_unreadable_and_the_error_repeats_none(
    raw: bytes, name: str
) -> None:
    try:
        tip = read_tip(raw, name=name)
    except Unreadable as why:
        told = f"{why!r} {why} {why.field} {why.reason} {why.__context__ or ''}"
        assert MARK.decode() not in told
        assert told.isascii()
    else:
        tip.text.encode()
        assert tip.text.strip()
        assert "\0" not in tip.text
        assert tip.received_at is None or tip.received_at.tzinfo is not None
    found, rejected = read_tips(raw, name=name)
    assert found or rejected or not raw.strip()


# What must not wait


@pytest.mark.parametrize(
    ("words", "trigger"),
    [
        ("He stole her phone.", Trigger.CRIMINAL),
        ("Fue una AGRESIÓN", Trigger.CRIMINAL),
        ("the officer touched me", Trigger.SEXUAL),
        ("la manoseó en el pasillo", Trigger.SEXUAL),
        ("he hit me", Trigger.ABUSE),
        ("I can\N{RIGHT SINGLE QUOTATION MARK}t breathe", Trigger.ABUSE),
        ("lo golpeó contra la pared", Trigger.ABUSE),
        ("he put his hand on his gun", Trigger.WEAPON),
        ("sacó la pistola", Trigger.WEAPON),
        ("she was threatened", Trigger.DANGER),
        ("me amenazó", Trigger.DANGER),
        ("since we\ncomplained he follows us", Trigger.RETALIATION),
        ("es una represalia", Trigger.RETALIATION),
        ("a concussion, and bleeding", Trigger.INJURY),
        ("está herido", Trigger.INJURY),
    ],
)
def test_comp_18_words_that_must_not_wait_raise_their_trigger(words: str, trigger: Trigger) -> None:
    assert trigger in urgent_triggers(words)


@pytest.mark.parametrize(
    "words",
    ["", "He was rude and would not say why he searched my bag.",
     "The gunnery begun; a skillful hit.",
     "El oficial fue grosero con los estudiantes.", "Essex, Sussex", "armadillo, mochila, clase"],
)  # fmt: skip
def test_comp_18_other_words_and_parts_of_words_raise_none(words: str) -> None:
    assert urgent_triggers(words) == ()


def test_comp_18_triggers_come_once_and_in_order_and_negation_is_not_parsed() -> None:
    assert urgent_triggers("hurt, no gun, HURT, gun") == (Trigger.WEAPON, Trigger.INJURY)


def test_comp_18_every_trigger_of_the_procedure_has_words() -> None:
    every = "crime, rape, abuse, knife, danger, revenge, blood"
    assert urgent_triggers(every) == tuple(Trigger)


def test_comp_18_the_samples_raise_what_a_person_would_see() -> None:
    assert urgent_triggers(sample("hallway.eml").text) == (Trigger.ABUSE, Trigger.INJURY)
    assert urgent_triggers(sample("pasillo.eml").text) == (Trigger.ABUSE,)
    assert urgent_triggers(sample("bus.sms.json").text) == ()
    assert urgent_triggers(sample("parking.call.json").text) == (Trigger.RETALIATION,)
