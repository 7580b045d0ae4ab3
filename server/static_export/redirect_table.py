"""What is known by another identifier, as a table: the address that somebody may try, and where it has moved to.

The application looks each up when it is asked for; a web server reads them all.  Both know an identifier as the data
have it; its other spellings (`doi:…`, the address of a resolver) the application alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from urllib.parse import unquote

import pyoxigraph

from converter.publish.external_sort import Sorter
from converter.store.reader import ArchiveReader
from server.descriptions.paths import escaped, known
from server.documents.document import Documents
from server.documents.redirects import PATTERNS, PREFIXES

_AT_ONCE = 1_000


def moved(store: pyoxigraph.Store, site: Documents, folder: Path) -> Iterator[tuple[str, str]]:
    """Yield each address as it is decoded, with that of the one thing that has the identifier in it.

    They come in the order of the first, which are sorted in `folder`; both are paths below the base.
    """
    with Sorter(folder) as sorter:
        for kind, value, place in _identified(store, site):
            if value.isprintable() and value != unquote(place):
                # Web servers take several slashes for one.
                tried = "/".join(part for part in (kind, *value.split("/")) if part)
                sorter.write(f"{tried}\t{kind}/{place}\n".encode())
        pairs = (line.decode().removesuffix("\n").split("\t") for line in sorter.lines())
        for tried, group in groupby(pairs, key=lambda pair: pair[0]):
            places = {place for _, place in group}
            if len(places) == 1 and not known(site.endpoint, [site.base + escaped(tried.split("/"))]):
                yield tried, places.pop()


def _identified(store: pyoxigraph.Store, site: Documents) -> Iterator[tuple[str, str, str]]:
    """Yield the folder of a thing, one of its identifiers, and its path in the folder."""
    for kind, pattern in PATTERNS.items():
        solutions = store.query(f"{PREFIXES} SELECT ?thing ?value {{ {pattern.format(value='?value')} }}")
        if not isinstance(solutions, pyoxigraph.QuerySolutions):
            raise TypeError("a SELECT query answers with solutions")
        start = f"{site.base}{kind}/"
        for row in solutions:
            thing, value = row["thing"], row["value"]
            if not isinstance(thing, pyoxigraph.NamedNode) or not isinstance(value, pyoxigraph.Literal):
                continue
            if thing.value.startswith(start) and "#" not in thing.value:
                yield kind, value.value, thing.value.removeprefix(start)
    yield from (("item", identifier, address) for identifier, address in _kept(site.archive))


def _kept(archive: ArchiveReader | None) -> Iterator[tuple[str, str]]:
    """Yield the identifiers of the records at their sources, each with the address of the record."""
    after = 0
    while archive and (page := archive.listing(after=after, limit=_AT_ONCE)):
        yield from ((held.identifier, held.address) for held in page if not held.deleted)
        after = page[-1].change
