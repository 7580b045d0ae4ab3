"""Files, collections, citation counts: what stands around the metadata of a record."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import ontology
from converter.handlers.labels import normal_value
from converter.handlers.rights import licence_lines
from converter.mapping.context import Item, term
from converter.record import Field, File
from converter.values import identifiers, iris, licences
from converter.values.terms import XSD, integer, iri, literal, triple, type_
from ontology import Row

_COUNT = re.compile(r"(?P<source>[^:]+?)\s*:?\s+(?P<number>\d+)|(?P<bare>\d+)")


def file(item: Item, row: Row, field: Field) -> Iterator[str]:
    """A file of the published form, or one beside it (`values.csv`, bundle), with what is known of it.

    That is its name, format, size, checksum and download address.
    """
    node = item.part(item.once(_fragments)[id(field)])
    known = item.files.get(field)
    beside = ontology.values("bundle").get(normal_value(known.bundle or "")) if known else None
    if beside:
        yield triple(item.term, term(beside), node)
    else:
        yield from item.state(row, node)
    yield triple(node, type_, term("fabio:ComputerFile"))
    yield triple(node, type_, term("fabio:Item"))
    yield triple(node, term("dcterms:title"), literal(field.value))
    if known:
        yield from _file_lines(node, known)


def _fragments(item: Item) -> dict[int, str]:
    """The fragment of each file by the identity of its field; two files of one name are distinguished by a number."""
    found: dict[int, str] = {}
    files: dict[str, File | None] = {}
    next_: Counter[str] = Counter()
    for field, _ in item.of_kind("file"):
        known, name = item.files.get(field), f"file-{iris.slug(field.value)}"
        fragment = name
        while fragment in files and files[fragment] != known:
            next_[name] += 1
            fragment = f"{name}-{next_[name] + 1}"
        files[fragment] = known
        found[id(field)] = fragment
    return found


def collection(item: Item, row: Row, field: Field) -> Iterator[str]:
    """The collection of the repository that holds the record; a set of OAI-PMH is one where its name says so.

    Sets of other names (`driver`, `openaire`, languages, types, communities) are selections: their names are kept.
    """
    if row.scheme == "set" and (not iris.names_collection(field.value) or _is_said_twice(item, field.value)):
        yield from item.companion(row, literal(field.value))
        return
    node = iri(iris.collection(item.base, item.repository, field.value))
    yield from item.state(row, node)
    yield triple(node, type_, term("dcmitype:Collection"))
    # The set and the handle of a collection identify it; two words for it are two names of one thing.
    if iris.is_handle_of_collection(field.value):
        yield triple(node, term("dcterms:identifier"), literal(field.value))
        return
    is_first = item.first(node, "dcterms:title", field.value)
    yield triple(node, term("dcterms:title" if is_first else "dcterms:alternative"), literal(field.value))


def _is_said_twice(item: Item, name: str) -> bool:
    """Whether the set of an older name has one of the newer beside it, which says whether it is a collection."""
    if not name.startswith("hdl_"):
        return False
    names = {field.value for field, _ in item.of_kind("collection")}
    return bool(names & {f"{kind}_{name.removeprefix('hdl_')}" for kind in ("col", "com")})


def count(item: Item, row: Row, field: Field) -> Iterator[str]:
    """How often others cite the item, by the source that counted."""
    match = _COUNT.fullmatch(field.value)
    if not match:
        item.note(field, "no count of the form “Scopus 12”")
        return
    source = match["source"] or ""
    node = item.part("citations" + (f"-{iris.slug(source)}" if source else ""))
    yield from item.state(row, node)
    yield triple(node, type_, term("c4o:GlobalCitationCount"))
    # xsd:integer where the vocabulary says nonNegativeInteger: stores rewrite the latter to the former.
    yield triple(node, term("c4o:hasGlobalCountValue"), integer(int(match["number"] or match["bare"])))
    if source:
        yield triple(node, term("rdfs:label"), literal(source))


def _file_lines(node: str, known: File) -> Iterator[str]:
    if known.url:
        page = identifiers.web_address(known.url)
        if page:
            yield triple(node, term("fabio:hasURL"), literal(page, datatype=XSD + "anyURI"))
    if known.format or known.media_type:
        yield triple(node, term("dc:format"), literal(known.media_type or known.format or ""))
    size = f"{known.size} bytes" if known.size is not None else known.size_text
    if size:
        yield triple(node, term("dcterms:extent"), literal(size))
    if known.checksum:
        checksum = f"{known.checksum_algorithm or 'checksum'} {known.checksum}"
        yield triple(node, term("dc:identifier"), literal(checksum))
    if known.access:
        access = licences.access(known.access)
        if access:
            yield triple(node, term("dcterms:accessRights"), term(f"coaraccess:{access}"))
        yield triple(node, term("dc:rights"), literal(known.access))
    if known.licence:
        licence = licences.licence(known.licence)
        if licence:
            yield from licence_lines(node, licence.iri)
        yield triple(node, term("dc:rights"), literal(known.licence))
    if known.description:
        yield triple(node, term("dcterms:description"), literal(known.description))
