"""What can't be handled is kept as a letter; later contracts go on; a retry applies it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from eventsourcing.persistence import OperationalError, Tracking
from typer.testing import CliRunner

from services.__main__ import app as accord
from shared.cli.letters import letters_app
from shared.cli.output import CannotRun
from shared.settings import ENV_FILE
from shared.wire import names
from shared.wire.cloudevent import outgoing, to_headers
from shared.wire.letters import LetterBook, retry, set_aside
from tests.servers import AGENCY, DISTRICT, as_breaker
from tests.wire.toy import NAME, SaidV1, Toy, eventually

if TYPE_CHECKING:
    from nats.aio.client import Client

    from shared.wire.cloudevent import Message
    from shared.wire.letters import Entry
    from tests.servers import Stores, Topology

NEXT = 1_000_000


def _letters(toy: Toy) -> list[Entry]:
    book = LetterBook(toy.desk, toy.desk.engine)
    return [each for each in book.entries() if not each.applied]


def _forged(district: Toy, message: Message, headers: dict[str, str], event: str = "said") -> None:
    """Put something into the stream that the relay would not have put there."""

    async def put(client: Client) -> None:
        subject = names.subject(DISTRICT, AGENCY, NAME, event)
        await client.jetstream().publish(subject, message.data, headers=headers)

    as_breaker(district.settings, put)


def _message(n: int, position: int, previous: int) -> Message:
    return outgoing(
        SaidV1(n=n),
        org=DISTRICT,
        audience=AGENCY,
        position=position,
        previous=previous,
        at=datetime(2026, 9, 4, tzinfo=UTC),
    )


def test_what_is_refused_waits_as_a_letter_and_later_ones_go_on(district: Toy, agency: Toy) -> None:
    agency.refused = {2}
    district.connect()
    agency.connect()
    district.say(1, 2, 3)

    eventually(lambda: agency.heard() == [1, 3])
    eventually(lambda: agency.service.link.letters == 1)
    (letter,) = _letters(agency)
    assert letter.source == f"{DISTRICT}.{NAME}"
    assert letter.origin == f"{DISTRICT}.{NAME}.{AGENCY}.2"
    assert letter.reason == "C-TOY-1: this number can't be heard yet"

    sources = agency.service.sources
    assert retry(agency.desk, sources, letter.number, by="staff-9").startswith("C-TOY-1")
    assert [each.tries for each in _letters(agency)] == [1]
    agency.refused.clear()
    assert not retry(agency.desk, sources, letter.number, by="staff-9")
    assert not retry(agency.desk, sources, letter.number, by="staff-9")
    assert agency.heard() == [1, 3, 2]
    assert _letters(agency) == []
    eventually(lambda: agency.service.link.letters == 0)


def test_a_fault_of_ours_waits_as_a_letter_without_what_it_said(district: Toy, agency: Toy) -> None:
    agency.faults = {1: RuntimeError("about Placeholder Person")}
    district.connect()
    agency.connect()
    district.say(1, 2)

    eventually(lambda: agency.heard() == [2])
    (letter,) = _letters(agency)
    assert letter.reason.startswith("RuntimeError at toy.py:")


def test_trouble_with_the_store_is_waited_out(district: Toy, agency: Toy) -> None:
    agency.raised = [OperationalError("locked"), OperationalError("locked")]
    district.connect()
    agency.connect()
    district.say(1, 2)

    eventually(lambda: agency.heard() == [1, 2])
    assert _letters(agency) == []


def test_a_contract_we_do_not_know_waits_as_a_letter_in_its_place(
    district: Toy, agency: Toy
) -> None:
    district.connect()
    agency.connect()
    district.say(1)
    eventually(lambda: agency.heard() == [1])
    unknown = replace(
        _message(2, 2, 1), name="toys.said.v2", data=b'{"name": "toys.said.v2", "m": 2}'
    )
    _forged(district, unknown, to_headers(unknown))

    eventually(lambda: agency.service.link.letters == 1)
    (letter,) = _letters(agency)
    assert letter.name == "toys.said.v2"
    assert "n: missing" in letter.reason
    assert agency.desk.has_received(Tracking(f"{DISTRICT}.{NAME}", 2))


@pytest.mark.parametrize(
    "spoilt",
    [
        {"ce-source": f"/{AGENCY}/{NAME}"},
        {"ce-id": f"{DISTRICT}.{NAME}.{AGENCY}.{NEXT + 1}"},
        {"ce-id": f"{DISTRICT}.{NAME}.own.{NEXT}"},
        {"ce-type": "toys.shouted.v1"},
        {"ce-position": "soon"},
        {"ce-previous": str(NEXT - 1)},
        {"ce-specversion": ""},
    ],
    ids=lambda spoilt: next(iter(spoilt)),
)
def test_what_is_not_what_it_says_waits_as_a_letter_and_takes_no_place(
    district: Toy, agency: Toy, spoilt: dict[str, str]
) -> None:
    district.connect()
    agency.connect()
    district.say(1)
    eventually(lambda: agency.heard() == [1])
    forged = _message(666, NEXT, 1)
    _forged(district, forged, to_headers(forged) | spoilt)
    district.say(2)

    eventually(lambda: agency.heard() == [1, 2])
    eventually(lambda: agency.service.link.letters == 1)
    (letter,) = _letters(agency)
    assert letter.origin.startswith(f"{names.stream(DISTRICT, 'IN')}.2.")


def test_the_body_of_a_letter_is_sealed(agency: Toy) -> None:
    letter = set_aside(
        agency.desk,
        agency.theirs,
        origin="here.1",
        name="toys.said.v1",
        body=b'{"n": "Placeholder Person"}',
        reason="n: int_parsing",
    )
    agency.desk.save(letter)

    (stored,) = agency.desk.process_recorder.select_notifications(start=1, limit=1)
    assert b"Placeholder" not in stored.state


# --- accord letters -------------------------------------------------------------------------------


@pytest.fixture
def waiting(servers: Topology, stores: Stores, agency: Toy) -> Toy:
    """The agency's service, with one letter, set up as `accord run` does it."""
    settings = servers.settings(AGENCY)
    lines = {
        "KIND": settings.kind,
        "COUNTERPART": settings.counterpart,
        "FOLDER": settings.folder,
        "NATS_URL": settings.nats_url,
    }
    text = "".join(f"ACCORD_{name}={value}\n" for name, value in lines.items())
    (settings.folder / ENV_FILE).write_text(text)
    letter = set_aside(
        agency.desk,
        agency.theirs,
        origin="sample-sd.toys.sample-pd.5",
        name="toys.said.v1",
        body=b'{"name": "toys.said.v1", "n": 5}',
        reason="C-TOY-1: not yet",
    )
    agency.desk.save_once(Tracking(agency.theirs, 5), letter)
    return agency


def _given(toy: Toy, stores: Stores, *arguments: str) -> tuple[int, str]:
    """Give `accord letters`, as another process would."""
    app = letters_app(
        {NAME: lambda settings: Toy(settings, stores(AGENCY), stores(f"{AGENCY}-keys")).service}
    )
    data = str(toy.settings.folder.parent)
    result = CliRunner().invoke(app, [*arguments, "--data", data])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout


def test_letters_are_listed_shown_and_tried_again(waiting: Toy, stores: Stores) -> None:
    code, listed = _given(waiting, stores, "list", "--json")
    (letter,) = json.loads(listed)
    assert code == 0
    assert (letter["org"], letter["service"], letter["source"]) == (AGENCY, NAME, "sample-sd.toys")
    assert letter["id"] in _given(waiting, stores, "list")[1]

    code, shown = _given(waiting, stores, "show", letter["id"], "--json")
    assert (code, json.loads(shown)["body"]) == (0, '{"name": "toys.said.v1", "n": 5}')

    code, tried = _given(waiting, stores, "retry", letter["id"], "--org", AGENCY)
    assert (code, tried) == (0, f"{letter['id']}  applied\n")
    assert waiting.heard() == [5]
    assert _given(waiting, stores, "list") == (0, "no letters wait\n")


def test_a_retry_that_fails_ends_with_exit_code_1(waiting: Toy, stores: Stores) -> None:
    waiting.desk.save(
        set_aside(
            waiting.desk,
            "sample-sd.nobody",
            origin="elsewhere.1",
            name="nobody.said.v1",
            body=b"{}",
            reason="unknown",
        )
    )

    code, tried = _given(waiting, stores, "retry", "--all", "--json")
    assert code == 1
    assert [each["applied"] for each in json.loads(tried)] == [True, False]


@pytest.mark.parametrize(
    "arguments",
    [["retry"], ["show", "00000000-0000-0000-0000-000000000000"], ["list", "--service", "nobody"]],
)
def test_what_can_not_be_done_is_said(waiting: Toy, stores: Stores, arguments: list[str]) -> None:
    with pytest.raises(CannotRun):
        _given(waiting, stores, *arguments)


def test_the_accord_command_knows_whose_letters_there_are() -> None:
    result = CliRunner().invoke(accord, ["letters", "list", "--service", "nobody"])

    assert isinstance(result.exception, CannotRun)
    assert "choose complaints or directory" in str(result.exception)
