"""What a deployment's environment says: passwords by file, and a host for each service."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.cli.status import organisations
from shared.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path


def settings(folder: Path, **more: str) -> Settings:
    return Settings.model_validate(
        {"org": "sample-sd", "kind": "district", "counterpart": "sample-pd", "folder": folder}
        | {"store_url": "postgresql://{service}:{password}@postgres/{service}"}
        | {"keys_url": "postgresql://{service}:{password}@postgres/{service}_keys"}
        | more
    )


def test_a_password_is_read_from_the_services_own_file_and_not_shown(tmp_path: Path) -> None:
    for service in ("complaints", "directory"):
        (tmp_path / "secrets" / service).mkdir(parents=True)
        (tmp_path / "secrets" / service / "store.password").write_text(f"of-{service}")
    found = settings(tmp_path)
    assert found.store("complaints").url == (
        "postgresql://complaints:of-complaints@postgres/complaints"
    )
    assert found.keys("directory").url == (
        "postgresql://directory:of-directory@postgres/directory_keys"
    )
    assert "of-complaints" not in repr(found.store("complaints"))


def test_each_service_may_listen_at_a_host_of_its_name(tmp_path: Path) -> None:
    assert settings(tmp_path, host="{service}").host_of("complaints") == "complaints"
    assert settings(tmp_path).host_of("complaints") == "127.0.0.1"


def test_an_organisation_is_known_by_the_environment_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ACCORD_ORG", raising=False)
    assert organisations(tmp_path) == []
    monkeypatch.setenv("ACCORD_ORG", "sample-sd")
    assert organisations(tmp_path) == ["sample-sd"]
