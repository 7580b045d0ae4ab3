"""Checks of what programs find by themselves: the description of the service and of the dataset, and site maps.

Sources: https://www.w3.org/TR/sparql11-service-description/, https://www.w3.org/TR/void/, https://www.sitemaps.org/.
"""

from __future__ import annotations

from urllib.parse import urljoin

import pyoxigraph

from shelfgraph.doctor import results
from shelfgraph.doctor.client import Reply
from shelfgraph.doctor.target import Patient, locations
from shelfgraph.doctor.verdicts import Check, Finding, fail, ok, warn

_SD = "http://www.w3.org/ns/sparql-service-description#"
_VOID = "http://rdfs.org/ns/void#"
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_RDF = "text/turtle, application/n-triples;q=0.9, application/rdf+xml;q=0.8"


def there(patient: Patient) -> Finding:
    """There is something to examine."""
    if patient.endpoint and patient.thing:
        return ok(f"the endpoint {patient.endpoint}, and things such as {patient.thing}")
    if patient.endpoint:
        return ok(f"the endpoint {patient.endpoint}; no address of a thing was found")
    if patient.thing:
        return ok(f"no endpoint; things such as {patient.thing}")
    return fail("neither an endpoint nor the address of a thing", "name the address of the endpoint, or of a thing")


def service(patient: Patient) -> Finding:
    """The service describes itself."""
    reply = patient.client.follow(patient.endpoint or "", {"Accept": _RDF})
    found = _statements(reply)
    if isinstance(found, str):
        return warn(found, "answer a GET without a query with a service description")
    endpoints = _objects(found, f"{_SD}endpoint")
    if not endpoints:
        return warn(f"{len(found)} statements, and no sd:endpoint", "name the address of the service (sd:endpoint)")
    if patient.endpoint not in endpoints:
        return warn(f"sd:endpoint is {endpoints[0]}", f"name the address that clients use: {patient.endpoint}")
    return ok(f"{reply.stated}, {len(_objects(found, f'{_SD}resultFormat'))} result formats")


def dataset(patient: Patient) -> Finding:
    """The dataset is described where programs look for it."""
    reply = patient.client.follow(urljoin(patient.root, "/.well-known/void"), {"Accept": _RDF})
    found = _statements(reply)
    remedy = "describe the dataset at /.well-known/void (VoID), with its endpoint and its dumps"
    if isinstance(found, str):
        return warn(found, remedy)
    if f"{_VOID}Dataset" not in _objects(found, _TYPE):
        return warn(f"{len(found)} statements, and no void:Dataset", remedy)
    endpoints = _objects(found, f"{_VOID}sparqlEndpoint")
    if patient.endpoint and patient.endpoint not in endpoints:
        return warn(f"void:sparqlEndpoint is {endpoints[0] if endpoints else 'not there'}", f"name {patient.endpoint}")
    return ok(f"{reply.stated}, {len(found)} statements")


def site_maps(patient: Patient) -> Finding:
    """The documents are listed."""
    for address in patient.site_maps:
        reply = patient.client.follow(address)
        if reply.status != 200:
            continue
        try:
            listed = locations(reply.body)
        except ValueError as fault:
            return fail(f"{address} is {fault}", "write site maps as sitemaps.org says")
        if not listed.addresses:
            return warn(f"{address} lists nothing", "list the addresses of all documents")
        return ok(f"{address}, {len(listed.addresses)} {'maps' if listed.maps else 'addresses'}")
    return warn("no site map", "list the addresses of all documents in /sitemap.xml, and name it in /robots.txt")


def _statements(reply: Reply) -> list[pyoxigraph.Quad] | str:
    """The statements of a description, or why there are none."""
    if reply.status != 200:
        return reply.stated
    try:
        return results.triples(reply.media_type, reply.body, reply.address)
    except ValueError as fault:
        return f"{reply.stated}: {fault}"


def _objects(statements: list[pyoxigraph.Quad], predicate: str) -> list[str]:
    return [str(line.object)[1:-1] for line in statements if line.predicate.value == predicate]


FIRST = (Check("what is there", "", there),)
CHECKS = (
    Check("service description", "endpoint", service),
    Check("VoID", "", dataset),
    Check("site map", "", site_maps),
)
