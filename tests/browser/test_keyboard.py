"""A reader without a mouse: everything is reached by Tab and Enter, is seen when it is reached, and lets him go on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.walking import Visit

FOCUSED = """selector => {
  let one = document.activeElement;
  while (one.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;
  const style = getComputedStyle(one), box = one.getBoundingClientRect();
  const seen = style.outlineStyle !== 'none' || style.boxShadow !== 'none' || !!one.closest('.cm-editor');
  const place = box.width > 0 && box.height > 0;
  return [one.matches(selector), seen || one === document.body, place, one.outerHTML.slice(0, 120)];
}"""
"""What has the focus, in an editor too: whether it is the wanted one, is seen to have it, and has a place."""


def reach(site: Visit, selector: str, most: int = 150) -> None:
    """Press Tab until an element has the focus; whatever has it on the way is seen to have it."""
    for _ in range(most):
        site.page.keyboard.press("Tab")
        is_there, is_seen, has_place, shown = site.page.evaluate(FOCUSED, selector)
        assert is_seen, f"nobody sees that this has the focus: {shown}"
        assert has_place, f"what has the focus has no place: {shown}"
        if is_there:
            return
    raise AssertionError(f"{selector} is not reached in {most} steps; the last was {shown}")


def enter(site: Visit) -> None:
    """Press Enter, and wait for the page that comes."""
    with site.page.expect_navigation():
        site.page.keyboard.press("Enter")


@pytest.mark.parametrize("way", ["light", "phone", "plain"])
def test_a_work_is_found_narrowed_and_left_for_its_author(visit: Callable[[str], Visit], way: str) -> None:
    site = visit(way)
    site.open("")
    site.page.keyboard.press("Tab")
    assert site.page.evaluate("document.activeElement.className") == "skip"
    reach(site, "input[name=q]")
    site.page.keyboard.type("terns")
    enter(site)
    assert "2 works" in site.heading()
    if way == "phone":
        reach(site, "details.fold summary")
        site.page.keyboard.press("Enter")
    reach(site, ".facet li a")
    enter(site)
    assert "1 work" in site.heading()
    reach(site, "ol.works .t a")
    enter(site)
    assert "Abstract" in site.page.locator("main").inner_text()
    reach(site, ".authors a")
    enter(site)
    assert site.heading() == "Marrow, T"


@pytest.mark.parametrize("way", ["light", "plain"])
def test_a_question_is_put_and_its_sparql_is_run(visit: Callable[[str], Visit], way: str) -> None:
    site = visit(way)
    site.open("queries")
    reach(site, "a[href$='/queries/coauthors']")
    enter(site)
    reach(site, "input[name=person]")
    site.page.keyboard.type("Quill, A")
    site.page.keyboard.press("Escape")
    reach(site, "form.query button")
    enter(site)
    reach(site, "form.query a[href*='/sparql?query=']")
    enter(site)
    if site.scripted:
        # The editor lets go of the focus.
        reach(site, ".cm-content")
    reach(site, "button.go")
    site.page.keyboard.press("Enter")
    assert "rows" in site.outcome("#result").inner_text()
    reach(site, "#outcome a[download]")
