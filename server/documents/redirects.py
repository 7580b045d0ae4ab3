"""Where a thing is that is looked for by another of its identifiers: a record's own, DOI, ISSN, ORCID."""

from __future__ import annotations

import re
from urllib.parse import unquote

from converter.store.reader import ArchiveReader
from converter.values.recognition import spellings
from converter.values.terms import literal
from server.descriptions import description
from server.sparql import Endpoint

PREFIXES = (
    "PREFIX prism: <http://prismstandard.org/namespaces/basic/2.0/> PREFIX fabio: <http://purl.org/spar/fabio/> "
    "PREFIX datacite: <http://purl.org/spar/datacite/> PREFIX dcterms: <http://purl.org/dc/terms/> "
    "PREFIX literal: <http://www.essepuntato.it/2010/06/literalreification/> "
)
PATTERNS = {
    "item": "?thing prism:doi|dcterms:identifier|fabio:hasHandle|prism:isbn"
    "|(datacite:hasIdentifier/literal:hasLiteralValue) {value}",
    "journal": "?thing prism:issn|prism:eIssn|fabio:hasIssnL|(datacite:hasIdentifier/literal:hasLiteralValue) {value}",
    "person": "?thing datacite:hasIdentifier ?id . ?id literal:hasLiteralValue {value}",
    "org": "?thing datacite:hasIdentifier ?id . ?id literal:hasLiteralValue {value}",
}
"""Folder → a pattern for the things in it that have this identifier."""
# The name of a system before an identifier, as a part of the path: "orcid/0000-…".
_NAME_OF_SYSTEM = re.compile(r"^(?:orcid|doi|ror|isbn|hdl|handle|uuid)/(?=\S)")


def known_as(endpoint: Endpoint, archive: ArchiveReader | None, base: str, folder: str, path: str) -> str | None:
    """The path of the one thing in a folder that has `path` for an identifier, None where none or several have it."""
    name = unquote(path)
    if folder == "item" and archive:
        bare = _NAME_OF_SYSTEM.sub("", name)
        # The digits of a UUID know no case.
        held = archive.identified(name) or archive.identified(bare.lower() if name.startswith("uuid/") else bare)
        if held and held.address != path:
            return held.address
    pattern = PATTERNS.get(folder)
    if not pattern:
        return None
    for spelled in spellings(_NAME_OF_SYSTEM.sub("", name)):
        try:
            value = literal(spelled)
        except ValueError:
            return None
        found = description.rows(
            endpoint, f"{PREFIXES} SELECT DISTINCT ?thing WHERE {{ {pattern.format(value=value)} }} LIMIT 2"
        )
        if folder == "journal" and len(found) == 1 and found[0]["thing"].startswith(f"{base}item/"):
            # A journal that has a record of its own is the item of that record.
            return f"../{found[0]['thing'].removeprefix(base)}"
        paths = [row["thing"].removeprefix(f"{base}{folder}/") for row in found]
        own = [other for other in paths if "://" not in other and "#" not in other and other != path]
        if len(own) == 1 and len(found) == 1:
            return own[0]
    return None
