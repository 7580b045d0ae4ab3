"""What a page of each kind costs, in milliseconds of the processor: python benchmarks/pages.py DATA.

DATA is a data folder with records.  Each page is made for the first time: what a site keeps of pages is of no help.
The first request of a kind is left out (templates are compiled by it), and so are the sets of works that are made once
for each version of the data; the last line says what those cost.
"""

from __future__ import annotations

import gc
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pyoxigraph
from flask.testing import FlaskClient

from converter.store.catalogue_reader import CatalogueReader
from converter.store.data_folder import DataFolder
from converter.store.reader import ArchiveReader
from server.app import create_app
from server.feeds.json_lines import StoreEndpoint
from server.settings import Settings

KINDS = ("publisher", "journal", "subject", "author", "funder", "organisation", "collection")
EACH = 6
LANGUAGES = ("en", "de", "fr", "es", "zh-Hant")


def main(data: Path) -> None:
    """Print a table of the costs."""
    folder = DataFolder(data)
    generation, identity = folder.agreed(), folder.identity()
    if identity is None:
        raise SystemExit(f"{data} has not been loaded")
    archive = ArchiveReader(data / "archive.sqlite")
    if archive.catalogue is None:
        raise SystemExit(f"{data} has no catalogue; run “shelfgraph rebuild --data {data}”")
    endpoint = StoreEndpoint(pyoxigraph.Store.read_only(str(generation.path)), identity.base, str(generation.number))
    client = create_app(Settings(identity.base), endpoint, archive).test_client()
    # As the site does when it starts.
    gc.collect()
    gc.freeze()
    host, sets = identity.base.split("/")[2], 0.0
    print(f"{archive.catalogue.total():,} works\n\n| page | median | most |\n|---|---:|---:|")
    for kind, paths in pages(archive.catalogue):
        taken = []
        for place, path in enumerate(paths):
            # Another language is another page over the same sets of works.
            costs = [cost(client, path, host, language) for language in LANGUAGES]
            sets += max(0.0, costs[0] - costs[1])
            again = kind.startswith("search") or len(paths) == 1
            taken += costs[1:] if again else costs[: min(place, 1)]
        print(f"| {kind} | {statistics.median(taken):.0f} | {max(taken):.0f} |")
    print(f"\nsets of works, and templates: {sets:.0f} ms, once")


def pages(catalogue: CatalogueReader) -> Iterator[tuple[str, list[str]]]:
    """Yield each kind of page with some of its paths."""
    yield from (
        (path or "home", [path]) for path in ("", "browse", "browse/authors", "browse/years", "quality", "records")
    )
    yield "record", [f"record/{row.path}.html" for row in catalogue.latest(EACH)]
    for role in KINDS:
        things = catalogue.top(role, EACH)
        if things:
            yield role, [f"{thing.address}{'.html' if '/' in thing.address and thing.address[:5] != 'name/' else ''}"
                         for thing in things]  # fmt: skip
            yield f"search: {role}", [f"search?{urlencode({role: thing.address})}" for thing in things]
    words = [word for row in catalogue.latest(EACH) for word in row.title.split() if len(word) > 4][:EACH]
    yield "search: a word of a title", [f"search?{urlencode({'q': word})}" for word in words]
    yield "search: years", [f"search?year={first}-{first + 9}" for first in (1995, 2000, 2005)]
    yield "search: all", ["search", "search?sort=title", "search?sort=oldest"]


def cost(client: FlaskClient, path: str, host: str, language: str) -> float:
    """Milliseconds of the processor for one page."""
    began = time.process_time()
    answer = client.get(f"/{path}", headers={"Accept": "text/html", "Accept-Language": language, "Host": host})
    taken = (time.process_time() - began) * 1000
    if answer.status_code not in {200, 302}:
        raise SystemExit(f"/{path} answers {answer.status}")
    return taken


if __name__ == "__main__":
    main(Path(sys.argv[1]))
