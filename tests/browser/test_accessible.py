"""Every kind of page as a reader with an aid meets it: axe-core finds nothing, and no page scrolls sideways."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from axe_playwright_python.sync_playwright import Axe

from tests.browser.walking import Visit

COUNTS = "SELECT ?s (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?s LIMIT 20"
PAGES = [
    "",
    "search?q=terns",
    "search?q=nothing-of-this",
    "record/20.500.12345/678",
    "source/20.500.12345/678",
    "person/20-500-12345/rp00042.html",
    "name/marrow-t",
    "journal/5555-1238.html",
    "browse",
    "browse/authors",
    "browse/subjects?scheme=mesh",
    "browse/collections",
    "subject/mesh/animal-migration.html",
    "browse/years",
    "records",
    "queries",
    "queries/works-per-year",
    "queries/coauthors",
    "sparql",
    f"sparql?query={quote(COUNTS)}&format=html",
    "sparql?query=SELCT&format=html",
    "shelf.html",
    "dumps/",
    "ns.html",
    "profile/core/1",
    "crosswalk",
    "help",
    "help/questions",
    "api",
    "quality",
    "item/nothing/here",
]
"""A page of each kind."""


COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"]}
"""The rules that other colours can break."""


FAULTS_ALONE = {"resultTypes": ["violations"]}
"""axe describes each part that passed too unless told otherwise, which takes half of its time."""


def test_no_page_keeps_a_reader_out(visit: Callable[[str], Visit]) -> None:
    site, axe = visit("light"), Axe()
    found = []
    for path in PAGES:
        site.page.emulate_media(color_scheme="light", reduced_motion="reduce")
        site.page.set_viewport_size({"width": 1280, "height": 900})
        site.open(path)
        if path.startswith("sparql"):
            site.page.locator(".cm-content").wait_for()
        found += [(path, "light", one) for one in wrong(site, axe, {})]
        site.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        found += [(path, "dark", one) for one in wrong(site, axe, COLOURS)]
        site.page.set_viewport_size({"width": 390, "height": 844})
        found += [(path, "phone", one) for one in wrong(site, axe, {})]
    # The page of what is not there answers 404, which the console says.
    site.said[:] = [said for said in site.said if "status of 404" not in said.text]
    assert found == []


def wrong(site: Visit, axe: Axe, options: dict[str, list[str]]) -> list[object]:
    """What axe finds on the page as it is now, and whether it scrolls sideways."""
    violations = axe.run(site.page, options={**FAULTS_ALONE, **options}).response["violations"]
    found: list[object] = [(one["id"], [node["html"][:200] for node in one["nodes"][:2]]) for one in violations]
    wide = site.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [*found, f"{wide} px too wide"] if wide > 0 else found
