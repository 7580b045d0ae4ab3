"""The forms of a document, as one table; each is rendered once a generation and kept as bytes with its ETag."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

from converter import graph, jsonld

Writer = Callable[[list[str], str, str], bytes]
"""Lines, address of the thing, base → document."""


class Representation(NamedTuple):
    """One form: its name, suffix and media type, and what writes it (None for the page)."""

    name: str
    suffix: str
    media_type: str
    writer: Writer | None

    @property
    def content_type(self) -> str:
        """What the header Content-Type says."""
        return f"{self.media_type}; charset=utf-8" if self.media_type.startswith("text/") else self.media_type


def _rdf(name: str) -> Writer:
    return lambda lines, _, base: graph.document(lines, name, base)


def _json_ld(lines: list[str], address: str, base: str) -> bytes:
    return jsonld.document(jsonld.framed(lines, address, base))


REPRESENTATIONS = (
    Representation("HTML", ".html", "text/html", None),
    Representation("Turtle", ".ttl", "text/turtle", _rdf("ttl")),
    Representation("JSON-LD", ".jsonld", "application/ld+json", _json_ld),
    Representation("N-Triples", ".nt", "application/n-triples", _rdf("nt")),
    Representation("RDF/XML", ".rdf", "application/rdf+xml", _rdf("rdf")),
    Representation("N-Quads", ".nq", "application/n-quads", _rdf("nq")),
    Representation("TriG", ".trig", "application/trig", _rdf("trig")),
)
BY_TYPE = {form.media_type: form for form in REPRESENTATIONS}
BY_SUFFIX = {form.suffix: form for form in REPRESENTATIONS}


class Rendered(NamedTuple):
    """A document as it is sent."""

    body: bytes
    etag: str


class Renderings:
    """Rendered documents by (version, address, suffix): the last used, up to so many bytes."""

    def __init__(self, limit: int = 64 << 20) -> None:
        self._limit = limit
        self._held: OrderedDict[tuple[str, str, str], Rendered] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def get(self, key: tuple[str, str, str], render: Callable[[], bytes]) -> Rendered:
        """The document, rendered now if it is not held."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
        body = render()
        made = Rendered(body, hashlib.sha256(key[2].encode() + b"\0" + body).hexdigest()[:32])
        with self._lock:
            if key not in self._held:
                self._held[key] = made
                self._size += len(body)
            while self._size > self._limit and len(self._held) > 1:
                _, old = self._held.popitem(last=False)
                self._size -= len(old.body)
        return made
