"""The dataset as a catalogue lists it: title, licence, dates, how it is asked, and the files that it can be had as.

Sources: https://www.w3.org/TR/vocab-dcat-3/ and https://www.w3.org/TR/void/ sections 2 and 3.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import ontology
from converter.formats import GRAPHS
from converter.mapping.engine import PROFILE
from converter.publish.dump_files import Dump
from converter.values.terms import XSD, iri, literal, triple, type_
from server.settings import Settings

_MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
_SPDX = "http://spdx.org/rdf/terms#"


class Service(NamedTuple):
    """Where a dataset is asked: the path, a title, and what the service keeps to."""

    path: str
    title: str
    conforms_to: str


SERVICES = (
    Service("sparql", "SPARQL endpoint", "https://www.w3.org/TR/sparql11-protocol/"),
    Service("oai", "OAI-PMH provider", "http://www.openarchives.org/OAI/2.0/openarchivesprotocol.htm"),
    Service("ldes", "Linked Data Event Stream", "https://w3id.org/ldes/specification"),
    Service(
        "reconcile",
        "Reconciliation service",
        "https://www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/",
    ),
)
"""What a site may have; what it has is given by its routes."""


class Life(NamedTuple):
    """The version of a dataset, and when it began and changed last (xsd:dateTime), where that is known."""

    version: str
    issued: str | None = None
    modified: str | None = None


def catalogued(settings: Settings, life: Life, dumps: Iterable[Dump], paths: Iterable[str]) -> Iterator[str]:
    """Yield what a deployment says of its dataset, triple by triple; `paths` are those that the site answers."""
    base, dataset = settings.base, iri(f"{settings.base}shelf")
    yield triple(dataset, type_, _term("void:Dataset"))
    yield triple(dataset, type_, _term("dcat:Dataset"))
    yield triple(dataset, _term("dcterms:title"), literal(settings.title))
    yield triple(dataset, _term("dcterms:conformsTo"), iri(base + PROFILE))
    yield triple(dataset, _term("foaf:homepage"), iri(base))
    yield triple(dataset, _term("dcat:landingPage"), iri(base))
    yield triple(dataset, _term("void:uriSpace"), literal(base))
    yield triple(dataset, _term("void:sparqlEndpoint"), iri(f"{base}sparql"))
    yield triple(dataset, _term("dcat:version"), literal(life.version))
    for format_ in GRAPHS.values():
        yield triple(dataset, _term("void:feature"), iri(format_.identifier))
    for name, moment in (("dcterms:issued", life.issued), ("dcterms:modified", life.modified)):
        if moment:
            yield triple(dataset, _term(name), literal(moment, datatype=XSD + "dateTime"))
    yield from _licence(dataset, settings)
    for dump in dumps:
        yield from _distribution(dataset, dump, settings)
    known = set(paths)
    for service in SERVICES:
        if f"/{service.path}" in known:
            yield from _service(dataset, service, base)


def _distribution(dataset: str, dump: Dump, settings: Settings) -> Iterator[str]:
    """A dump; the changes since a generation are a distribution too, but not the data."""
    file = iri(f"{settings.base}dumps/{dump.path.name}")
    checksum = iri(f"{settings.base}dumps/{dump.path.name}#checksum")
    yield triple(dataset, _term("dcat:distribution"), file)
    if dump.since is None:
        yield triple(dataset, _term("void:dataDump"), file)
    title = dump.form.title if dump.since is None else f"Changes since generation {dump.since} ({dump.form.title})"
    yield triple(file, type_, _term("dcat:Distribution"))
    yield triple(file, _term("dcterms:title"), literal(f"{title}, generation {dump.generation}"))
    yield triple(file, _term("dcat:accessURL"), iri(f"{settings.base}dumps/"))
    yield triple(file, _term("dcat:downloadURL"), file)
    yield triple(file, _term("dcat:mediaType"), iri(_MEDIA_TYPES + dump.form.media_type))
    if dump.packing:
        yield triple(file, _term("dcat:compressFormat"), iri(_MEDIA_TYPES + dump.packing.media_type))
    yield triple(file, _term("dcat:byteSize"), literal(str(dump.size), datatype=XSD + "nonNegativeInteger"))
    made = dump.made.isoformat().replace("+00:00", "Z")
    yield triple(file, _term("dcterms:issued"), literal(made, datatype=XSD + "dateTime"))
    yield triple(file, iri(f"{_SPDX}checksum"), checksum)
    yield triple(checksum, type_, iri(f"{_SPDX}Checksum"))
    yield triple(checksum, iri(f"{_SPDX}algorithm"), iri(f"{_SPDX}checksumAlgorithm_sha256"))
    yield triple(checksum, iri(f"{_SPDX}checksumValue"), literal(dump.sha256, datatype=XSD + "hexBinary"))
    yield from _licence(file, settings)


def _service(dataset: str, service: Service, base: str) -> Iterator[str]:
    address = iri(base + service.path)
    yield triple(address, type_, _term("dcat:DataService"))
    yield triple(address, _term("dcterms:title"), literal(service.title, "en"))
    yield triple(address, _term("dcat:endpointURL"), address)
    yield triple(address, _term("dcat:servesDataset"), dataset)
    yield triple(address, _term("dcterms:conformsTo"), iri(service.conforms_to))


def _licence(subject: str, settings: Settings) -> Iterator[str]:
    if settings.licence:
        yield triple(subject, _term("dcterms:license"), iri(settings.licence))


def _term(name: str) -> str:
    return iri(ontology.expand(name, "program"))
