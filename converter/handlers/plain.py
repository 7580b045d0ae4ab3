"""Values that become one statement: texts, strings, languages, addresses, places, media types."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

import ontology
from converter.handlers.entities import brings_a_name, path_of
from converter.mapping.context import Item, term
from converter.record import Field
from converter.values import countries, identifiers, iris, languages, recognition
from converter.values.terms import iri, literal, triple, type_
from converter.values.text import unmarked
from ontology import Row

_MEDIA_TYPE = re.compile(r"(application|audio|font|image|message|model|multipart|text|video)/[A-Za-z0-9!#$&^_.+-]+")
_COUNTRIES = "http://lexvo.org/id/iso3166/"
_MEDIA_TYPES = "http://www.iana.org/assignments/media-types/"
# A DOI or a handle names a work, which can be cited; another address may be anything.
_CITED = re.compile(r"https?://(?:(?:dx\.)?doi\.org/10\.|hdl\.handle\.net/)")
_CITATION_OF = {
    ontology.expand("dcterms:references", "program"): "cito:cites",
    ontology.expand("dcterms:isReferencedBy", "program"): "cito:isCitedBy",
}
_PART_OF = ontology.expand("frbr:partOf", "program")
# What a record at the other end of a relationship is at the least; it says more of itself.
_CLASS_OF_RELATED = {
    ontology.expand("dcterms:creator", "program"): "foaf:Agent",
    ontology.expand("dcterms:contributor", "program"): "foaf:Agent",
    ontology.expand("frapo:hasFundingAgency", "program"): "frapo:FundingAgency",
    _PART_OF: "fabio:Expression",
}
# Degrees, decimals and the names of the sides of a box are where a place is, not what it is called.
_COORDINATES = re.compile(
    r"(?=.*\d)(?:[-+\d.,;:=()\s°º'′″\"/]|[NSEWO]\b|\b(?:box|point|polygon|wgs ?84|lat(?:itude)?|lon(?:g(?:itude)?)?"
    r"|(?:north|south|east|west)(?:limit|bound(?:l(?:at|ong)itude)?)?|units|projection|signed decimal degrees)\b)+",
    re.IGNORECASE,
)
# What a catalogue writes where it knows no place of publication.
_NOWHERE = re.compile(
    r"[\[(]?\s*(?:s\.?\s?l\.?|n\.\s?p\.|o\.\s?o\.|sine loco|(?:place of publication )?(?:not identified|unknown)"
    r"|lieu de publication non identifié|lugar de publicación no identificado)\s*[\])?.:]{0,4}",
    re.IGNORECASE,
)
# Texts of several sentences, which are read as such: their HTML is no part of them.
_IN_PARAGRAPHS = frozenset(
    ontology.expand(name, "program") for name in ("dcterms:abstract", "dcterms:description", "dcterms:tableOfContents")
)
# Title forms that FaBiO wants without a language.
_PLAIN = "plain"


def text(item: Item, row: Row, field: Field) -> Iterator[str]:
    """A text in its language, or without one where the vocabulary wants a plain string."""
    if _IN_PARAGRAPHS & set(row.properties):
        field = msgspec.structs.replace(field, value=unmarked(field.value))
    value = literal(field.value) if row.parser == _PLAIN else item.text(field)
    yield from item.state(row, value)
    yield from item.companion(row, value)


def title(item: Item, row: Row, field: Field) -> Iterator[str]:
    """The main title, which is the first of the source; a further one is a translation or an alternative title."""
    value = item.text(field)
    (main,) = row.properties
    if item.first(item.term, main, value):
        yield triple(item.term, iri(main), value)
    else:
        first = item.once(_main_title)
        is_translated = first and _differ(
            languages.language_tag(first.language), languages.language_tag(field.language)
        )
        other = "fabio:hasTranslatedTitle" if is_translated else "dcterms:alternative"
        yield triple(item.term, term(other), value)
    yield from item.companion(row, value)


def _main_title(item: Item) -> Field | None:
    return next((field for field, _ in item.of_kind("title") if field.value), None)


def _differ(one: str | None, other: str | None) -> bool:
    """Whether two language tags name two languages, whatever the countries."""
    return bool(one and other) and str(one).partition("-")[0].lower() != str(other).partition("-")[0].lower()


def string(item: Item, row: Row, field: Field) -> Iterator[str]:
    """A plain string: what has no language, or is written the same in every one."""
    value = literal(field.value)
    yield from item.state(row, value)
    yield from item.companion(row, value)


def language(item: Item, row: Row, field: Field) -> Iterator[str]:
    """The language as the Library of Congress names it, beside the code as printed."""
    yield from item.companion(row, literal(field.value))
    named = languages.languages(field.value)
    if not named:
        item.note(field, languages.why_not(field.value))
    for found in named:
        if found.doubt:
            item.note(field, found.doubt)
        yield from item.state(row, iri(found.iri))
        if also := languages.in_lexvo(found):
            yield triple(iri(found.iri), term("skos:exactMatch"), iri(also))


def address(item: Item, row: Row, field: Field) -> Iterator[str]:
    """A web address as a resource."""
    yield from item.companion(row, literal(field.value))
    found = identifiers.web_address(field.value)
    if found is None:
        item.note(field, "no web address; kept as text")
        return
    yield from item.state(row, iri(found))


def link(item: Item, row: Row, field: Field) -> Iterator[str]:
    """What the item is related to: a resource where the value names one, and always the text as printed.

    A work that the source describes is a resource with its title, by its identifier where it has one.
    """
    if field.name_type == "work":
        yield from _work(item, row, field)
        return
    from_pattern = _search_address(field.value)
    targets = field.identifiers or recognition.named(field.value)
    yield from item.companion(row, literal(field.value) if from_pattern or targets else item.text(field))
    if from_pattern:
        yield triple(item.term, iri(from_pattern[0]), iri(from_pattern[1]))
        return
    for target in targets:
        yield from _linked(item, row, target)


def _linked(item: Item, row: Row, target: str) -> Iterator[str]:
    yield from item.state(row, iri(target))
    if _CITED.match(target):
        citing = (_CITATION_OF[property_] for property_ in row.properties if property_ in _CITATION_OF)
        yield from (triple(item.term, term(curie), iri(target)) for curie in citing)


def _work(item: Item, row: Row, field: Field) -> Iterator[str]:
    """A related work by its title and its identifiers, and nothing more of it."""
    target, *others = field.identifiers or (f"{item.address}#related-{iris.slug(field.value)}",)
    yield from item.companion(row, item.text(field))
    yield from _linked(item, row, target)
    yield triple(iri(target), term("dcterms:title"), item.text(field))
    for other in others:
        yield triple(iri(target), term("dcterms:identifier"), literal(other))


def relation(item: Item, row: Row, field: Field) -> Iterator[str]:
    """A relationship to another record of the repository, by its UUID, or by its handle as packages have it."""
    path = path_of(field)
    if not path:
        item.note(field, "neither a UUID nor a handle of a record")
        return
    target = iri(f"{item.base}item/{path}")
    is_agent = _CLASS_OF_RELATED.get(row.properties[0]) == "foaf:Agent"
    if is_agent and not path.startswith("uuid/") and not brings_a_name(item, path):
        # Of an agent that a package names by its handle, nobody knows here whether it has a name.
        yield triple(item.term, term("dcterms:relation"), target)
    else:
        yield from _related(item, row, field, target)


def _related(item: Item, row: Row, field: Field, target: str) -> Iterator[str]:
    if _PART_OF in row.properties and not item.first(item.term, _PART_OF, target):
        item.note(field, "the item is a part of something else already; the first is kept")
        return
    yield from item.state(row, target)
    for property_ in row.properties:
        if property_ in _CLASS_OF_RELATED:
            yield triple(target, type_, term(_CLASS_OF_RELATED[property_]))


def place(item: Item, row: Row, field: Field) -> Iterator[str]:
    """A place by its name, and what it is in a list of places that the source names."""
    yield from item.companion(row, item.text(field))
    if _COORDINATES.fullmatch(field.value):
        if not row.literal:
            item.note(field, "coordinates, which name no place")
        return
    if _NOWHERE.fullmatch(field.value):
        item.note(field, "no place is known", "info")
        return
    country = countries.of_code(field.value) if row.parser == "country" else None
    name = country.name if country else field.value
    node = iri(iris.place(item.base, name))
    yield from item.state(row, node)
    yield triple(node, type_, term("frbr:Place"))
    yield triple(node, term("rdfs:label"), literal(name))
    for address in (field.authority or "", country.address if country else ""):
        if page := identifiers.web_address(address):
            yield triple(node, term("owl:sameAs"), iri(page))
    code = country.iso if country else ontology.values("country").get(field.value.casefold().rstrip("."))
    if code:
        yield triple(node, term("owl:sameAs"), iri(_COUNTRIES + code))


def term_of_list(item: Item, row: Row, field: Field) -> Iterator[str]:
    """The words as printed, and the term of a list that the source says they are."""
    yield from item.companion(row, item.text(field))
    page = identifiers.web_address(field.authority or "")
    if page:
        yield from item.state(row, iri(page))


def media_type(item: Item, row: Row, field: Field) -> Iterator[str]:
    """A media type as IANA registers it, beside the format as printed."""
    yield from item.companion(row, literal(field.value))
    if _MEDIA_TYPE.fullmatch(field.value):
        yield from item.state(row, iri(_MEDIA_TYPES + field.value))


def fallback(item: Item, row: Row, field: Field) -> Iterator[str]:  # noqa: ARG001 - the signature of every kind
    """The value under a property of the field's own name, a part of the Dublin Core element it begins with."""
    property_ = iri(iris.field(item.base, field.name))
    yield triple(item.term, property_, item.text(field))
    yield triple(property_, term("rdfs:label"), literal(field.name))
    yield triple(property_, type_, term("rdf:Property"))
    element = field.name.split(".")[1:2]
    if element and element[0] in _ELEMENTS:
        yield triple(property_, term("rdfs:subPropertyOf"), term(f"dc:{element[0]}"))


_ELEMENTS = frozenset(
    {"contributor", "coverage", "creator", "date", "description", "format", "identifier", "language", "publisher"}
    | {"relation", "rights", "source", "subject", "title", "type"}
)
"""The Dublin Core Metadata Element Set, version 1.1, http://purl.org/dc/elements/1.1/."""


def _search_address(value: str) -> tuple[str, str] | None:
    """The property and the address, where the address lists or searches and is not the thing itself."""
    found = identifiers.web_address(value)
    if found:
        for pattern, property_ in ontology.values("link-pattern").items():
            if re.match(pattern, found, re.IGNORECASE):
                return ontology.expand(property_, "values.csv"), found
    return None
