"""The dataset as a catalogue lists it: title, licence, dates, how it is asked, and the files that it can be had as.

What harvesters of data portals ask for is that of DCAT-AP; what nobody has said of the dataset is not stated.
Sources: https://www.w3.org/TR/vocab-dcat-3/, https://semiceu.github.io/DCAT-AP/releases/3.0.1/ and
https://www.w3.org/TR/void/ sections 2 and 3.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

import msgspec

import ontology
from converter.formats import GRAPHS
from converter.mapping.engine import PROFILE
from converter.publish.dump_files import Dump
from converter.values.terms import XSD, carriable, iri, literal, triple, type_

_MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
_AUTHORITY = "http://publications.europa.eu/resource/authority/"
"""The code lists of the EU, which DCAT-AP demands."""
_THEMES = f"{_AUTHORITY}data-theme"
_FILE_TYPES = {"nt": "RDF_N_TRIPLES", "ttl": "RDF_TURTLE", "nq": "RDF_N_QUADS"}
"""Forms of dumps → the EU's codes of them, where it has one."""
CROISSANT = "dumps/croissant.json"
"""Where the tables are described in Croissant, below the base."""
_SPDX, _VCARD = "http://spdx.org/rdf/terms#", "http://www.w3.org/2006/vcard/ns#"


class Site(msgspec.Struct, frozen=True):
    """What a deployment says of its dataset, in the fields of `server.settings` that are of the data."""

    base: str
    title: str = "Shelfgraph"
    licence: str | None = None
    contact: str = ""
    description: str = ""
    publisher: tuple[str, str] = ("", "")
    keywords: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()


class Service(NamedTuple):
    """Where a dataset is asked: the path, a title, what the service keeps to, and where it describes itself."""

    path: str
    title: str
    conforms_to: str
    description: str


SERVICES = (
    Service("sparql", "SPARQL endpoint", "https://www.w3.org/TR/sparql11-protocol/", "sparql"),
    Service(
        "oai", "OAI-PMH provider", "http://www.openarchives.org/OAI/2.0/openarchivesprotocol.htm", "oai?verb=Identify"
    ),
    Service("ldes", "Linked Data Event Stream", "https://w3id.org/ldes/specification", "ldes"),
    Service(
        "reconcile",
        "Reconciliation service",
        "https://www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/",
        "reconcile",
    ),
)
"""What a site may have; what it has is given by its routes."""


class Life(NamedTuple):
    """The version of a dataset, when it began and changed last (xsd:dateTime), and its first and last year of issue.

    What is not known is None.
    """

    version: str
    issued: str | None = None
    modified: str | None = None
    years: tuple[int, int] | None = None


def catalogued(site: Site, life: Life, dumps: Iterable[Dump], paths: Iterable[str]) -> Iterator[str]:
    """Yield what a deployment says of its dataset, triple by triple; `paths` are those that the site answers."""
    base, dataset, catalogue = site.base, iri(f"{site.base}shelf"), iri(f"{site.base}shelf#catalogue")
    known = set(paths)
    services = [service for service in SERVICES if f"/{service.path}" in known]
    yield triple(dataset, type_, _term("void:Dataset"))
    yield triple(dataset, type_, _term("dcat:Dataset"))
    yield from _linked(dataset, "dcterms:conformsTo", "dcterms:Standard", [base + PROFILE])
    # A homepage is of one thing alone: that of the site is the catalogue's.
    yield from _linked(dataset, "foaf:homepage", "foaf:Document", [f"{base}shelf.html"])
    yield from _linked(dataset, "dcat:landingPage", "foaf:Document", [base])
    yield triple(dataset, _term("void:uriSpace"), literal(base))
    yield triple(dataset, _term("void:sparqlEndpoint"), iri(f"{base}sparql"))
    yield triple(dataset, _term("dcterms:identifier"), literal(f"{base}shelf"))
    yield triple(dataset, _term("dcat:version"), literal(life.version))
    for format_ in GRAPHS.values():
        yield triple(dataset, _term("void:feature"), iri(format_.identifier))
    yield from _period(dataset, life, base)
    yield from _subjects(dataset, site)
    for dump in dumps:
        yield from _distribution(dataset, dump, site)
    for service in services:
        yield from _service(dataset, service, site)
    yield triple(catalogue, type_, _term("dcat:Catalog"))
    yield triple(catalogue, _term("dcat:dataset"), dataset)
    for service in services:
        yield triple(catalogue, _term("dcat:service"), iri(base + service.path))
    yield from _linked(catalogue, "foaf:homepage", "foaf:Document", [base])
    # The titles of services and files are in English.
    yield from _linked(catalogue, "dcterms:language", "dcterms:LinguisticSystem", [f"{_AUTHORITY}language/ENG"])
    if site.themes:
        yield from _linked(catalogue, "dcat:themeTaxonomy", "skos:ConceptScheme", [_THEMES])
        yield triple(iri(_THEMES), _term("dcterms:title"), literal("Data theme", "en"))
    for subject in (dataset, catalogue):
        yield triple(subject, _term("dcterms:title"), literal(carriable(site.title)))
        yield triple(subject, _term("dcterms:description"), literal(*description(site)))
        for name, moment in (("dcterms:issued", life.issued), ("dcterms:modified", life.modified)):
            if moment:
                yield triple(subject, _term(name), literal(moment, datatype=XSD + "dateTime"))
        yield from _licence(subject, site)
        yield from _publisher(subject, site)
    yield from _contact(dataset, site)


def listed_dumps(base: str) -> Iterator[str]:
    """Yield that the dumps are listed at one address, as a generation says it, which has none yet."""
    address = f"{base}dumps/"
    yield from _linked(iri(f"{base}shelf"), "dcat:distribution", "dcat:Distribution", [address])
    yield triple(iri(address), _term("dcterms:title"), literal("Dumps of the dataset", "en"))
    yield triple(iri(address), _term("dcat:accessURL"), iri(address))


def description(site: Site) -> tuple[str, str | None]:
    """What the dataset is, in the words of its operator or in ours, and the language where it is known."""
    if site.description:
        return carriable(site.description), None
    named = f"The records of {carriable(site.title)} as linked data"
    return f"{named}: works, and the people, journals, organisations and subjects that they name.", "en"


@lru_cache(maxsize=1)
def themes() -> Mapping[str, str]:
    """The codes of the themes of data, and their labels in English."""
    return {row["code"]: row["label"] for _, row in ontology.table("data-themes.csv")}


def _period(dataset: str, life: Life, base: str) -> Iterator[str]:
    """The years in which the works appeared."""
    if not life.years:
        return
    period = iri(f"{base}shelf#years")
    yield triple(dataset, _term("dcterms:temporal"), period)
    yield triple(period, type_, _term("dcterms:PeriodOfTime"))
    for name, year in zip(("dcat:startDate", "dcat:endDate"), life.years, strict=True):
        yield triple(period, _term(name), literal(f"{year:04}", datatype=XSD + "gYear"))


def _subjects(dataset: str, site: Site) -> Iterator[str]:
    for word in site.keywords:
        yield triple(dataset, _term("dcat:keyword"), literal(carriable(word)))
    yield from _linked(dataset, "dcat:theme", "skos:Concept", [f"{_THEMES}/{code}" for code in site.themes])
    for code in site.themes:
        theme = iri(f"{_THEMES}/{code}")
        yield triple(theme, _term("skos:prefLabel"), literal(themes()[code], "en"))
        yield triple(theme, _term("skos:inScheme"), iri(_THEMES))


def _publisher(subject: str, site: Site) -> Iterator[str]:
    name, page = site.publisher
    if name:
        publisher = f"{site.base}shelf#publisher"
        yield from _linked(subject, "dcterms:publisher", "foaf:Agent", [publisher])
        yield triple(iri(publisher), _term("foaf:name"), literal(carriable(name)))
        if page:
            yield triple(iri(publisher), _term("foaf:page"), iri(page))


def _contact(subject: str, site: Site) -> Iterator[str]:
    if site.contact:
        contact = f"{site.base}shelf#contact"
        yield from _linked(subject, "dcat:contactPoint", f"{_VCARD}Kind", [contact])
        yield triple(iri(contact), iri(f"{_VCARD}fn"), literal(carriable(site.publisher[0] or site.title)))
        yield triple(iri(contact), iri(f"{_VCARD}hasEmail"), iri(f"mailto:{quote(site.contact, safe='@')}"))


def _distribution(dataset: str, dump: Dump, site: Site) -> Iterator[str]:
    """A dump; the changes since a generation are a distribution too, but not the data."""
    address = f"{site.base}dumps/{dump.path.name}"
    file, checksum = iri(address), f"{address}#checksum"
    algorithm = f"{_SPDX}checksumAlgorithm_sha256"
    yield from _linked(dataset, "dcat:distribution", "dcat:Distribution", [address])
    if dump.since is None:
        yield triple(dataset, _term("void:dataDump"), file)
    named = dump.form.title if dump.since is None else f"Changes since generation {dump.since} ({dump.form.title})"
    yield triple(file, _term("dcterms:title"), literal(f"{named}, generation {dump.generation}"))
    packed = f", packed as {dump.packing.title}" if dump.packing else ""
    held = "The whole dataset" if dump.since is None else f"What has changed since generation {dump.since}"
    yield triple(file, _term("dcterms:description"), literal(f"{held} as {dump.form.title}{packed}.", "en"))
    yield triple(file, _term("dcat:accessURL"), iri(f"{site.base}dumps/"))
    yield triple(file, _term("dcat:downloadURL"), file)
    yield from _linked(file, "dcat:mediaType", "dcterms:MediaType", [_MEDIA_TYPES + dump.form.media_type])
    if code := _FILE_TYPES.get(dump.form.name):
        yield from _linked(file, "dcterms:format", "dcterms:MediaTypeOrExtent", [f"{_AUTHORITY}file-type/{code}"])
    if dump.form.name.endswith(".parquet"):
        yield from _linked(file, "dcterms:conformsTo", "dcterms:Standard", [site.base + CROISSANT])
    if dump.packing:
        yield from _linked(file, "dcat:compressFormat", "dcterms:MediaType", [_MEDIA_TYPES + dump.packing.media_type])
    yield triple(file, _term("dcat:byteSize"), literal(str(dump.size), datatype=XSD + "nonNegativeInteger"))
    made = dump.made.isoformat().replace("+00:00", "Z")
    yield triple(file, _term("dcterms:issued"), literal(made, datatype=XSD + "dateTime"))
    yield from _linked(file, f"{_SPDX}checksum", f"{_SPDX}Checksum", [checksum])
    yield from _linked(iri(checksum), f"{_SPDX}algorithm", f"{_SPDX}ChecksumAlgorithm", [algorithm])
    yield triple(iri(checksum), iri(f"{_SPDX}checksumValue"), literal(dump.sha256, datatype=XSD + "hexBinary"))
    yield from _licence(file, site)


def _service(dataset: str, service: Service, site: Site) -> Iterator[str]:
    address = iri(site.base + service.path)
    yield triple(address, type_, _term("dcat:DataService"))
    yield triple(address, _term("dcterms:title"), literal(service.title, "en"))
    yield triple(address, _term("dcat:endpointURL"), address)
    yield triple(address, _term("dcat:endpointDescription"), iri(site.base + service.description))
    yield triple(address, _term("dcat:servesDataset"), dataset)
    yield from _linked(address, "dcterms:conformsTo", "dcterms:Standard", [service.conforms_to])
    yield from _licence(address, site)
    yield from _publisher(address, site)
    yield from _contact(address, site)
    yield from _subjects(address, site)


def _licence(subject: str, site: Site) -> Iterator[str]:
    if site.licence:
        yield from _linked(subject, "dcterms:license", "dcterms:LicenseDocument", [site.licence])


def _linked(subject: str, property_: str, class_: str, addresses: Iterable[str]) -> Iterator[str]:
    """Yield links, and of what kind their targets are, which DCAT-AP asks for where they are described elsewhere.

    Property and class are named as in the profile, or by their addresses.
    """
    for address in addresses:
        yield triple(subject, _term(property_), iri(address))
        yield triple(iri(address), type_, _term(class_))


def _term(name: str) -> str:
    return iri(name if "//" in name else ontology.expand(name, "program"))
