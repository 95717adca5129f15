"""`accord rebuild`, as its user gives it."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from fastapi import FastAPI
from sqlalchemy import delete
from typer import Typer
from typer.testing import CliRunner

from services.__main__ import app as accord
from shared.cli.output import CannotRun
from shared.cli.rebuild import rebuild_command
from shared.keyring import Keyring
from shared.service import LinkStatus, Service
from shared.settings import ENV_FILE, Settings
from tests.wire.filling import Tallies, desk_on, hear, many, number_of
from tests.wire.toy import Toys, publish

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.servers import Stores


@pytest.fixture
def desk(stores: Stores) -> Iterator[Toys]:
    made = desk_on(stores("toys"), stores("keys"))
    yield made
    made.close()


@pytest.fixture
def tallies(desk: Toys) -> Tallies:
    return Tallies(desk, desk.engine)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with one organisation."""
    folder = tmp_path / "sample-sd"
    folder.mkdir()
    (folder / ENV_FILE).write_text(
        f"ACCORD_KIND='district'\nACCORD_COUNTERPART='sample-pd'\nACCORD_FOLDER='{folder}'\n"
    )
    return tmp_path


class Games(Toys):
    """The desk of another service."""

    name = "games"


def rebuilt(data: Path, stores: Stores, *arguments: str) -> tuple[int, str]:
    """Give `accord rebuild` for two toy services, as another process would."""

    def build(name: str) -> Callable[[Settings], Service]:
        def service(settings: Settings) -> Service:
            kind = {"toys": Toys, "games": Games}[name]
            desk = kind(settings.org, stores(name), Keyring(stores("keys"), b"k" * 32))
            return Service(
                name=name,
                desk=desk,
                publish=publish,
                sources=(),
                views=(Tallies(desk, desk.engine),) if name == "toys" else (),
                app=FastAPI(),
                link=LinkStatus("sample-pd"),
            )

        return service

    app = Typer()
    app.command()(rebuild_command({"toys": build("toys"), "games": build("games")}))
    given = [*arguments, "--org", "sample-sd", "--data", str(data)]
    result = CliRunner().invoke(app, given)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout


def test_rebuild_and_check_by_command_while_the_service_runs(
    data: Path, stores: Stores, desk: Toys, tallies: Tallies
) -> None:
    hear(desk, many(200))
    assert tallies.numbers() == 200
    code, out = rebuilt(data, stores, "tallies", "--check")
    assert code == 0
    assert out.startswith("tallies is what the history says (20")
    with desk.engine.begin() as connection:
        connection.execute(delete(Tallies.table))

    code, out = rebuilt(data, stores, "tallies", "--check", "--json")
    told = json.loads(out)
    assert code == 1
    assert (told["org"], told["service"], told["view"]) == ("sample-sd", "toys", "tallies")
    assert Counter(each["what"] for each in told["differences"]) == {"missing": 4}
    code, out = rebuilt(data, stores, "tallies", "--check")
    assert code == 1
    assert f"tallies {number_of('source-0')}: missing" in out

    code, out = rebuilt(data, stores, "tallies", "--json")
    assert code == 0
    assert json.loads(out)["events"] == desk.last_position()
    assert tallies.numbers() == 200
    assert rebuilt(data, stores, "tallies")[1].startswith("tallies is rebuilt (20")
    assert tallies.check() == []


def test_what_can_not_be_rebuilt_is_said(data: Path, stores: Stores) -> None:
    with pytest.raises(CannotRun, match="choose one of tallies, wire_letters"):
        rebuilt(data, stores, "nothing")
    with pytest.raises(CannotRun, match="toys and games have a wire_letters each: give --service"):
        rebuilt(data, stores, "wire_letters")
    assert rebuilt(data, stores, "wire_letters", "--service", "games")[0] == 0
    with pytest.raises(CannotRun, match="choose toys or games"):
        rebuilt(data, stores, "tallies", "--service", "nobody")


def test_the_accord_command_rebuilds_what_services_show(data: Path) -> None:
    def given(name: str, *more: str) -> str:
        arguments = ["rebuild", name, "--org", "sample-sd", "--data", str(data), *more]
        result = CliRunner().invoke(accord, arguments)
        return result.stdout if result.exit_code == 0 else str(result.exception)

    known = set(given("nothing").partition("choose one of ")[2].split(", "))
    assert known >= {"docket", "incidents", "register", "training_files", "tray", "wire_letters"}
    assert "have a reference each: give --service" in given("reference")
    for name in ("docket", "register", "tray", "training_files", "incidents"):
        assert json.loads(given(name, "--json", "--check"))["differences"] == []
        assert json.loads(given(name, "--json"))["view"] == name
