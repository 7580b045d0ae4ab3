"""What a dataset holds, in figures, and what VoID says of them: by class, by property, by where its links lead.

The figures are those of the default graph, and are asked by SPARQL, so that they are the same over our own store and
over one elsewhere.  Source: https://www.w3.org/TR/void/ section 4.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

import ontology
from converter.mapping.engine import PROFILE
from converter.values.terms import integer, iri, triple, type_

Rows = Callable[[str], Iterable[Mapping[str, str]]]
"""A SELECT query → its solutions: variable → value, as text."""


class Target(NamedTuple):
    """Somebody else's dataset that ours leads to: its name, and what its addresses begin with."""

    name: str
    space: str


TARGETS = {
    "orcid.org": Target("orcid", "https://orcid.org/"),
    "ror.org": Target("ror", "https://ror.org/"),
    "doi.org": Target("doi", "https://doi.org/"),
    "hdl.handle.net": Target("handle", "https://hdl.handle.net/"),
    "id.nlm.nih.gov": Target("mesh", "http://id.nlm.nih.gov/mesh/"),
    "id.loc.gov": Target("languages", "http://id.loc.gov/vocabulary/"),
    "creativecommons.org": Target("licences", "http://creativecommons.org/"),
    "lexvo.org": Target("lexvo", "http://lexvo.org/id/"),
    "spdx.org": Target("spdx", "http://spdx.org/licenses/"),
    "www.iana.org": Target("media-types", "http://www.iana.org/assignments/media-types/"),
    "www.wikidata.org": Target("wikidata", "http://www.wikidata.org/entity/"),
    "viaf.org": Target("viaf", "http://viaf.org/viaf/"),
    "isni.org": Target("isni", "https://isni.org/isni/"),
    "sws.geonames.org": Target("geonames", "https://sws.geonames.org/"),
}
"""Host → whose dataset its addresses belong to."""

LINKING = (
    "owl:sameAs skos:exactMatch skos:closeMatch foaf:page rdfs:seeAlso dcterms:relation dcterms:references"
    " dcterms:isReferencedBy dcterms:isPartOf dcterms:hasPart dcterms:isVersionOf dcterms:hasVersion"
    " dcterms:language dcterms:license dcterms:format cito:cites cito:isCitedBy meshv:hasDescriptor meshv:hasQualifier"
).split()
"""The properties whose values are counted by where they lead."""
_SAFE = re.compile(r"[^A-Za-z0-9]+")


class Figures(NamedTuple):
    """How many of what there are; `links` are counted by property and host."""

    records: int
    subjects: int
    classes: Mapping[str, int]
    properties: Mapping[str, int]
    links: Mapping[tuple[str, str], int]
    examples: tuple[str, ...]

    @property
    def triples(self) -> int:
        """How many statements there are in all."""
        return sum(self.properties.values())


def has_records(ask: Rows, base: str) -> bool:
    """Whether there is a record of ours, be it withdrawn."""
    found = ask(f"SELECT ?record {{ ?record {_term('void:inDataset')} {iri(base + 'shelf')} }} LIMIT 1")
    return next(iter(found), None) is not None


def counted(ask: Rows, base: str) -> Figures:
    """The figures of what answers, in seven questions."""
    live = f"?record {_term('dcterms:conformsTo')} {iri(base + PROFILE)}"
    linking = " ".join(map(_term, LINKING))
    links = (
        f"SELECT ?p ?host (COUNT(*) AS ?n) {{ VALUES ?p {{ {linking} }} ?s ?p ?o FILTER(isIRI(?o))"
        ' BIND(STRBEFORE(STRAFTER(CONCAT(STR(?o), "/"), "://"), "/") AS ?host) } GROUP BY ?p ?host'
    )
    examples = f"SELECT ?item {{ {live} ; {_term('foaf:primaryTopic')} ?item }} LIMIT 3"
    return Figures(
        records=_number(ask(f"SELECT (COUNT(*) AS ?n) {{ {live} }}")),
        subjects=_number(ask("SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }")),
        classes=_table(ask("SELECT ?c (COUNT(*) AS ?n) { ?s a ?c } GROUP BY ?c"), "c"),
        properties=_table(ask("SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p"), "p"),
        links={(row["p"], row.get("host", "")): int(row["n"]) for row in ask(links)},
        examples=tuple(sorted(row["item"] for row in ask(examples))),
    )


def described(figures: Figures, base: str) -> Iterator[str]:
    """Yield what the figures say of the dataset, triple by triple, without a blank node."""
    dataset = iri(f"{base}shelf")
    yield triple(dataset, type_, _term("void:Dataset"))
    for name, count in (
        ("void:triples", figures.triples),
        ("void:entities", figures.records),
        ("void:documents", figures.records),
        ("void:distinctSubjects", figures.subjects),
        ("void:classes", len(figures.classes)),
        ("void:properties", len(figures.properties)),
    ):
        yield triple(dataset, _term(name), integer(count))
    for example in figures.examples:
        yield triple(dataset, _term("void:exampleResource"), iri(example))
    for namespace in _vocabularies(figures, base):
        yield triple(dataset, _term("void:vocabulary"), iri(namespace))
    for kind, of, counting, counts in (
        ("class", "void:class", "void:entities", figures.classes),
        ("property", "void:property", "void:triples", figures.properties),
    ):
        for address, count in sorted(counts.items()):
            part = iri(f"{base}shelf#{kind}-{_short(address, base)}")
            yield triple(dataset, _term(f"void:{kind}Partition"), part)
            yield triple(part, type_, _term("void:Dataset"))
            yield triple(part, _term(of), iri(address))
            yield triple(part, _term(counting), integer(count))
    yield from _linksets(figures, base)


def _linksets(figures: Figures, base: str) -> Iterator[str]:
    dataset = iri(f"{base}shelf")
    for (property_, host), count in sorted(figures.links.items()):
        target = TARGETS.get(host)
        if target is None:
            continue
        linkset = iri(f"{base}shelf#links-{_short(property_, base)}-{target.name}")
        there = iri(f"{base}shelf#target-{target.name}")
        yield triple(dataset, _term("void:subset"), linkset)
        yield triple(linkset, type_, _term("void:Linkset"))
        yield triple(linkset, _term("void:subjectsTarget"), dataset)
        yield triple(linkset, _term("void:objectsTarget"), there)
        yield triple(linkset, _term("void:linkPredicate"), iri(property_))
        yield triple(linkset, _term("void:triples"), integer(count))
        yield triple(there, type_, _term("void:Dataset"))
        yield triple(there, _term("void:uriSpace"), f'"{target.space}"')


def _vocabularies(figures: Figures, base: str) -> list[str]:
    """The namespaces of the profile that classes and properties come from."""
    spaces = [space.replace(ontology.PUBLISHED_BASE, base) for space in ontology.prefixes().values()]
    used = [*figures.classes, *figures.properties]
    return sorted(space for space in spaces if any(address.startswith(space) for address in used))


def _short(address: str, base: str) -> str:
    """A name for a fragment, another one for each address."""
    for prefix, space in ontology.prefixes().items():
        name = address.removeprefix(space)
        if name != address and name and not _SAFE.search(name):
            return f"{prefix}-{name}"
    digest = hashlib.sha256(address.removeprefix(base).encode()).hexdigest()[:8]
    return f"{_SAFE.sub('-', address.removeprefix(base)).strip('-')[-60:]}-{digest}"


def _term(name: str) -> str:
    return iri(ontology.expand(name, "program"))


def _number(rows: Iterable[Mapping[str, str]]) -> int:
    return next((int(row["n"]) for row in rows), 0)


def _table(rows: Iterable[Mapping[str, str]], name: str) -> dict[str, int]:
    """Address → count; what is no address (a blank node) has no name that anybody could use."""
    return {row[name]: int(row["n"]) for row in rows if ":" in row.get(name, "") and not row[name].startswith("_:")}
