"""What each service tells and hears on the bus, as committed in docs/asyncapi.

`python -m tests.test_asyncapi` writes the documents again.
"""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest

from shared.settings import Settings
from shared.wire.channels import asyncapi

if TYPE_CHECKING:
    from shared.service import Service

DOCUMENTS = Path(__file__).parents[1] / "docs" / "asyncapi"
ORGANISATIONS: dict[Any, tuple[str, str]] = {
    "district": ("snohomish-sd", "snohomish-pd"),
    "agency": ("snohomish-pd", "snohomish-sd"),
}
SERVICES = [
    (kind, name)
    for kind in ORGANISATIONS
    for name in ("complaints", "directory", "hiring", "incidents", "training")
]


def committed(kind: str, name: str) -> Path:
    return DOCUMENTS / f"{kind}-{name}.json"


def document_of(kind: Any, name: str, folder: Path) -> dict[str, Any]:
    org, counterpart = ORGANISATIONS[kind]
    settings = Settings(org=org, kind=kind, counterpart=counterpart, folder=folder)
    service: Service = import_module(f"services.{name}.__main__").service(settings)
    with service.desk:
        return asyncapi(service)


@pytest.mark.parametrize(("kind", "name"), SERVICES)
def test_the_committed_document_is_what_the_service_tells_and_hears(
    kind: str, name: str, tmp_path: Path
) -> None:
    assert document_of(kind, name, tmp_path) == json.loads(committed(kind, name).read_text("utf-8"))


@pytest.mark.parametrize(("kind", "name"), SERVICES)
def test_a_document_names_no_machine_and_nothing_but_the_two_organisations(
    kind: str, name: str
) -> None:
    document = json.loads(committed(kind, name).read_text("utf-8"))
    assert document["asyncapi"] == "3.0.0"
    assert "servers" not in document
    subjects = [channel["address"] for channel in document["channels"].values()]
    assert subjects
    for subject in subjects:
        first, publisher = subject.split(".")[:2]
        assert first in {"accord", "ask", "ingest"}
        assert publisher in ORGANISATIONS["district"]


def test_no_document_is_of_a_service_that_is_gone() -> None:
    assert set(DOCUMENTS.iterdir()) == {committed(*each) for each in SERVICES}


def regenerate() -> None:
    """Write every document again."""
    DOCUMENTS.mkdir(exist_ok=True)
    for kind, name in SERVICES:
        with TemporaryDirectory() as folder:
            document = document_of(kind, name, Path(folder))
        committed(kind, name).write_text(
            json.dumps(document, indent=2, sort_keys=True) + "\n", "utf-8"
        )


if __name__ == "__main__":
    regenerate()
