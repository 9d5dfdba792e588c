"""A real headless Chromium, driven by Playwright."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any, Protocol

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.support.missing import missing

PROGRAMS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
FLAGS = (
    "--no-sandbox",  # containers give no user namespaces, and every page here is our own
    "--use-angle=swiftshader",  # WebGL without a graphics card
    "--enable-unsafe-swiftshader",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)


def browser_program() -> str | None:
    """Return the browser to drive (``ROADFLARE_CHROMIUM`` chooses), or None."""
    chosen = os.environ.get("ROADFLARE_CHROMIUM")
    candidates = (chosen,) if chosen else PROGRAMS
    return next(filter(None, map(shutil.which, candidates)), None)


class OpenPage(Protocol):
    """Opens a page in a context of its own; the options are Playwright's ``new_context``."""

    def __call__(self, **context_options: Any) -> Page:
        """Return a blank page."""
        ...


# One per module, not per session: while Playwright's synchronous API is in use, its event loop
# counts as running, and no other test of the thread can start one.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Yield a running browser."""
    program = browser_program()
    if program is None:
        missing("Chromium", "sudo apt-get install chromium")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Open pages; an error that a script did not catch fails the test."""
    contexts = []
    errors: list[str] = []

    def open_page(**context_options: Any) -> Page:
        context = browser.new_context(
            **{"viewport": {"width": 1440, "height": 900}} | context_options
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(f"{page.url}: {error}"))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not errors, "\n".join(errors)
