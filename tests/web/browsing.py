"""A site of any service on a free port, and what people do with its pages."""

from __future__ import annotations

import re
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import uvicorn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi import FastAPI
    from playwright.sync_api import Page


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """An app on a free port, with its address."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", access_log=False))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.02)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def sign_in(page: Page, staff: str) -> None:
    """Sign in as its page lets people do."""
    page.goto("/sign-in")
    page.get_by_text(re.compile(f", {staff}$")).click()
    page.get_by_role("button", name="Sign in").click()


def press(page: Page, button: str) -> None:
    """Press a button."""
    page.get_by_role("button", name=button).click()


def act(page: Page, link: str | re.Pattern[str]) -> None:
    """Follow a link of the page itself."""
    page.get_by_role("main").get_by_role("link", name=link).first.click()
