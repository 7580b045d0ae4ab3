"""What may have been meant by an address at which nothing is: records beside it, and what is called like its words."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from urllib.parse import unquote

from converter.store.catalogue_reader import CatalogueReader
from converter.store.catalogue_search import Wanted
from server.descriptions.site import Site
from server.http.base_path import root

_MOST = 4
_ALIKE = 0.8
"""How alike two addresses of records are at the least, of which one may be a slip of the other."""
_BETWEEN = re.compile(r"[\W_]+")


def nearest(site: Site, folder: str, path: str) -> list[tuple[str, str]]:
    """Name and address of what may have been meant, the likeliest first; nothing where there is no catalogue."""
    archive = site.archive
    catalogue = archive.catalogue if archive else None
    if archive is None or catalogue is None:
        return []
    above, text = root(site.base), " ".join(_BETWEEN.sub(" ", unquote(path)).split())[:200]
    found: dict[str, str] = {}
    if folder in {"item", "record", "source"}:
        for address in _beside(catalogue, path):
            row = catalogue.work(address)
            if row:
                found[f"{above}record/{address}"] = row.title
    else:
        for thing, _ in catalogue.suggested(text, 20):
            if thing.address.startswith(f"{folder}/"):
                found.setdefault(above + thing.address, thing.label)
    if archive.searches and any(letter.isalpha() for letter in text) and len(found) < _MOST:
        works = archive.searches.find(Wanted(text))
        for row in catalogue.rows(archive.searches.page(works, "", 1, _MOST)) if works.total else ():
            found.setdefault(f"{above}record/{row.path}", row.title)
    return [(name, address) for address, name in found.items()][:_MOST]


def _beside(catalogue: CatalogueReader, path: str) -> list[str]:
    """The paths of records that stand next to a path in the order of paths, and are much like it."""
    near = catalogue.neighbours(path, _MOST)
    likeness = {other: SequenceMatcher(None, path, other).ratio() for other in near}
    return sorted((other for other in near if likeness[other] >= _ALIKE), key=lambda other: -likeness[other])
