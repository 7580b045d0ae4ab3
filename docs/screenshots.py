"""Pictures of every kind of page, in light, in dark and on a telephone: python docs/screenshots.py [FOLDER].

With `--guides` those of the guides are written to docs/guide instead: small, in light, what is seen first of a page.
A site of the example records is started for it, and ended; Chromium must be installed.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
COUNTS = "SELECT ?s (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?s ORDER BY DESC(?n) LIMIT 8"
PAGES = {
    "home": "",
    "search": "search?q=terns",
    "search-nothing": "search?q=nothing-of-this",
    "record": "record/20.500.12345/678",
    "original-record": "source/20.500.12345/678",
    "person": "person/20-500-12345/rp00042.html",
    "name": "name/marrow-t",
    "journal": "journal/5555-1238.html",
    "browse": "browse",
    "authors": "browse/authors",
    "subjects": "browse/subjects?scheme=mesh",
    "subject": "subject/mesh/animal-migration.html",
    "collections": "browse/collections",
    "years": "browse/years",
    "records": "records",
    "queries": "queries",
    "query": "queries/works-per-year",
    "sparql": "sparql",
    "sparql-result": f"sparql?query={quote(COUNTS)}&format=html",
    "sparql-error": f"sparql?query={quote(COUNTS.replace('ORDER', 'ORDR'))}&format=html",
    "data": "shelf.html",
    "downloads": "dumps/",
    "terms": "ns.html",
    "profile": "profile/core/1",
    "crosswalk": "crosswalk",
    "api": "api",
    "quality": "quality",
    "not-found": "item/nothing/here",
}
OF_GUIDES = ("home", "search", "record", "sparql-result", "quality", "crosswalk", "original-record")
SMALL = (1000, 640)
WAYS = {"light": (1280, 900), "dark": (1280, 900), "phone": (390, 844)}


def main(folder: Path, *, guides: bool = False) -> None:
    """Write the pictures into a folder, each as PAGE-WAY.png; those of the guides as PAGE.png."""
    folder.mkdir(parents=True, exist_ok=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "shelfgraph", "serve", str(ROOT / "examples"), "--port", str(port)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as site, sync_playwright() as driver:  # noqa: S603 - our own command
        try:
            browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            base = f"http://127.0.0.1:{port}/"
            for way, (width, height) in {"": SMALL}.items() if guides else WAYS.items():
                scheme = "dark" if way == "dark" else "light"
                page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
                while not _answers(base):
                    page.wait_for_timeout(200)
                for name in OF_GUIDES if guides else PAGES:
                    page.goto(base + PAGES[name], wait_until="networkidle")
                    if guides:
                        page.screenshot(path=folder / f"{name}.png")
                    else:
                        page.screenshot(path=folder / f"{name}-{way}.png", full_page=True)
                page.close()
            browser.close()
        finally:
            site.terminate()
    print(f"{len(OF_GUIDES) if guides else len(PAGES) * len(WAYS)} pictures in {folder}")


def _answers(base: str) -> bool:
    try:
        urllib.request.urlopen(base, timeout=5).close()  # noqa: S310 - our own site
    except urllib.error.URLError:
        return False
    return True


if __name__ == "__main__":
    if sys.argv[1:] == ["--guides"]:
        main(ROOT / "docs" / "guide", guides=True)
        sys.exit()
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots"))
