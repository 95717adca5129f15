"""The running program that most of these tests share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.program import Program, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page


@pytest.fixture(scope="package")  # it works for as long as it runs
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """Both organisations with the sample program."""
    with running(tmp_path_factory.mktemp("run") / "data") as program:
        yield program


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a fresh browser profile, without JavaScript: no page needs it."""
    context = browser.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()
