"""A real Chromium, Debian's, and a site of the example records."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest

if "CI" not in os.environ:
    # In CI a test that could not run would be a fault that nobody sees.
    pytest.importorskip("playwright")

from playwright.sync_api import Browser, sync_playwright

from tests.browser.walking import Visit
from tests.conftest import EXAMPLES, Site

STATUS = "Failed to load resource: the server responded with a status of 400"
"""What Chromium says of every answer that is a refusal, also of one that the page shows."""


@pytest.fixture(scope="session")
def shelf() -> Iterator[Site]:
    """The example records."""
    running = Site(EXAMPLES, "--timeout", "5")
    yield running
    running.stop()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser; where there is none the test is skipped, but never in CI."""
    path = shutil.which("chromium")
    if path is None and "CI" not in os.environ:
        pytest.skip("no Chromium is installed: apt install chromium")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu", "--disable-quic"])
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser, shelf: Site) -> Iterator[Callable[[str], Visit]]:
    """Opens the site; at the end nothing was fetched elsewhere, and the console has said nothing."""
    opened: list[Visit] = []

    def opening(way: str) -> Visit:
        opened.append(Visit(chromium, shelf.base, way))
        return opened[-1]

    yield opening
    for one in opened:
        one.close()
    assert {host for one in opened for host in one.hosts} <= {urlsplit(shelf.base).netloc}
    assert [said for one in opened for said in one.said if not said.text.startswith(STATUS)] == []
