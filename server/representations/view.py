"""A description as a page asks for it: values by property, labels, the parts of a record in their order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import pyoxigraph

import ontology
from converter.store.reader import ArchiveReader
from converter.values.identifiers import web_address
from converter.values.terms import carriable
from converter.values.text import plain


class Value(NamedTuple):
    """A value on a page: its text, the address that it leads to (None for a literal), its language."""

    text: str
    address: str | None = None
    language: str | None = None


class Statement(NamedTuple):
    """A statement in the table of all statements."""

    subject: Value
    property: Value
    value: Value


_LABELS = (
    "dcterms:title",
    "foaf:name",
    "skos:prefLabel",
    "rdfs:label",
    "frapo:hasGrantNumber",
    "dc:title",
    "dcterms:identifier",
)

_PARTS = {
    ontology.expand("fabio:JournalVolume", "view"): "volume",
    ontology.expand("fabio:JournalIssue", "view"): "issue",
}


class View:
    """The triples of a description in reading order, by subject and property, which are named as in the profile."""

    def __init__(self, triples: Sequence[pyoxigraph.Triple], base: str) -> None:
        self.base = base
        self._triples = triples
        self._values: defaultdict[tuple[str, str], list[pyoxigraph.NamedNode | pyoxigraph.Literal]] = defaultdict(list)
        for triple in triples:
            subject, object_ = triple.subject, triple.object
            if isinstance(subject, pyoxigraph.NamedNode) and isinstance(
                object_, (pyoxigraph.NamedNode, pyoxigraph.Literal)
            ):
                self._values[subject.value, triple.predicate.value].append(object_)

    def texts(self, subject: str, name: str) -> list[Value]:
        """The literals of a property."""
        return [
            Value(carriable(term.value), language=term.language)
            for term in self._terms(subject, name)
            if isinstance(term, pyoxigraph.Literal)
        ]

    def text(self, subject: str, name: str) -> str:
        """The first literal of a property, empty where there is none."""
        return next((value.text for value in self.texts(subject, name)), "")

    def links(self, subject: str, name: str) -> list[Value]:
        """The resources of a property, each under its label."""
        return [
            Value(self.label(term.value), term.value)
            for term in self._terms(subject, name)
            if isinstance(term, pyoxigraph.NamedNode)
        ]

    def nodes(self, subject: str, name: str) -> list[str]:
        """The addresses of the resources of a property."""
        return [term.value for term in self._terms(subject, name) if isinstance(term, pyoxigraph.NamedNode)]

    def label(self, address: str) -> str:
        """What a resource is called: by its own label, a serial else by its number, all others by their short names."""
        for name in _LABELS:
            found = self.text(address, name)
            if found:
                return plain(found)
        issn = self.text(address, "prism:issn") or self.text(address, "prism:eIssn")
        return f"ISSN {issn}" if issn else self._place(address) or short(address, self.base)

    def _place(self, address: str) -> str:
        """What a volume or an issue is called: by what it is part of, and its number there; empty for all others."""
        number = self.text(address, "fabio:hasSequenceIdentifier")
        word = next((_PARTS[node] for node in self.nodes(address, "rdf:type") if node in _PARTS), "")
        parent = next((node for node in self.nodes(address, "frbr:partOf") if address.startswith(f"{node}/")), "")
        return f"{self.label(parent)}, {word} {number}" if number and word and parent else ""

    def statements(self) -> list[Statement]:
        """Every statement, in reading order."""
        found = []
        for triple in self._triples:
            subject, predicate, object_ = str(triple.subject)[1:-1], triple.predicate.value, triple.object
            if isinstance(object_, pyoxigraph.Literal):
                value = Value(object_.value, language=object_.language)
            else:
                value = Value(short(str(object_)[1:-1], self.base), str(object_)[1:-1])
            found.append(
                Statement(
                    Value(short(subject, self.base), subject), Value(short(predicate, self.base), predicate), value
                )
            )
        return found

    def _terms(self, subject: str, name: str) -> list[pyoxigraph.NamedNode | pyoxigraph.Literal]:
        return self._values.get((subject, ontology.expand(name, "page")), [])


@lru_cache(maxsize=4096)
def short(address: str, base: str) -> str:
    """An address as prefix:name where we have a prefix, without the base where it is ours.

    >>> short("http://purl.org/dc/terms/title", "http://x/"), short("http://x/item/1", "http://x/")
    ('dcterms:title', '/item/1')
    """
    if address.startswith(base):
        return "/" + address.removeprefix(base)
    for prefix, namespace in ontology.prefixes().items():
        name = address.removeprefix(namespace)
        if name != address and name and "/" not in name:
            return f"{prefix}:{name}"
    return address


def called(archive: ArchiveReader | None, base: str, address: str) -> tuple[str, str]:
    """What an address is called here (empty where the catalogue does not know it), and its short name."""
    catalogue = archive.catalogue if archive and address.startswith(base) else None
    name = ""
    if catalogue:
        path = address.removeprefix(base)
        if path.startswith("item/"):
            row = catalogue.work(path.removeprefix("item/"))
            name = row.title if row else ""
        elif thing := catalogue.thing(path):
            # What has no name of its own is listed under its path, which says nothing beside the address.
            name = thing.label if thing.label != path else ""
    return name, short(address, base)


@lru_cache(maxsize=4096)
def safe_link(address: str) -> str | None:
    """The address where it may stand behind a link: the web, and nothing that runs.

    >>> safe_link("javascript:alert(1)"), safe_link("https://example.org/")
    (None, 'https://example.org/')
    """
    return web_address(address) if address.startswith(("http://", "https://")) else None
