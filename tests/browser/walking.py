"""A visit to a site by a real browser, in light, in dark, on a telephone, or without JavaScript."""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Locator, Page

WAYS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light", "viewport": {"width": 1280, "height": 900}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1280, "height": 900}},
    "phone": {"color_scheme": "light", "viewport": {"width": 390, "height": 844}, "has_touch": True},
    "plain": {"java_script_enabled": False, "viewport": {"width": 1280, "height": 900}},
}
"""How the site is looked at → the settings of the browser."""


class Said(NamedTuple):
    """What the console has: its kind and its text."""

    kind: str
    text: str


class Visit:
    """A page of the site, with all that the browser fetched and said."""

    def __init__(self, browser: Browser, base: str, way: str) -> None:
        self.base, self.scripted = base, way != "plain"
        self._context = browser.new_context(**WAYS[way])
        self.page: Page = self._context.new_page()
        self.page.set_default_timeout(20_000)
        self.hosts: set[str] = set()
        self.said: list[Said] = []
        self.page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))
        self.page.on("console", lambda message: self.said.append(Said(message.type, message.text)))
        self.page.on("pageerror", lambda fault: self.said.append(Said("fault", str(fault))))

    def open(self, path: str) -> None:
        """Go to an address of the site."""
        self.page.goto(self.base + path)

    def find(self, words: str) -> None:
        """Search with the first box that the page has."""
        self.page.locator("main input[name=q], header input[name=q]").last.fill(words)
        self.page.locator("form[role=search] button").last.click()

    def follow(self, selector: str, text: str = "") -> None:
        """Click the first link that is there, and wait for its page."""
        link = self.page.locator(selector, has_text=text).first if text else self.page.locator(selector).first
        link.click()
        self.page.wait_for_load_state()

    def heading(self) -> str:
        """The heading of the page."""
        return self.page.locator("h1").inner_text()

    def write(self, query: str) -> None:
        """Put a query in the place of the one on the page."""
        if self.scripted:
            field = self.page.locator(".cm-content")
            field.click()
            self.page.keyboard.press("ControlOrMeta+a")
            self.page.keyboard.insert_text(query)
        else:
            self.page.locator("textarea").fill(query)

    def outcome(self, selector: str) -> Locator:
        """A part of the result, once it is there."""
        found = self.page.locator(f"#outcome {selector}").first
        found.wait_for()
        return found

    def close(self) -> None:
        """End the visit."""
        self._context.close()
