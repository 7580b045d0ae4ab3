"""Checks of what form an answer has: every format by itself, and the choice between them.

Sources: SPARQL 1.1 Query Results JSON, XML, CSV and TSV; RFC 9110 section 12.5.1.
"""

from __future__ import annotations

from functools import partial
from typing import Literal

from shelfgraph.doctor import results
from shelfgraph.doctor.client import Reply
from shelfgraph.doctor.target import JSON, ROW, Patient
from shelfgraph.doctor.verdicts import Check, Finding, fail, ok, skipped, warn

XML = "application/sparql-results+xml"
TURTLE, JSON_LD = "text/turtle", "application/ld+json"
GRAPH = "CONSTRUCT { <urn:x-doctor:s> <urn:x-doctor:p> <urn:x-doctor:o> } WHERE {}"
_EXPANDED = f'{JSON_LD};profile="http://www.w3.org/ns/json-ld#expanded"'
_BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
_UNREADABLE = "send the format that the content type names"

# Name → media type, and whether a service without it is broken.
_TABLES = {
    "JSON": (JSON, True),
    "XML": (XML, False),
    "CSV": ("text/csv", False),
    "TSV": ("text/tab-separated-values", False),
}
_GRAPHS = {
    "Turtle": (TURTLE, True),
    "N-Triples": ("application/n-triples", False),
    "RDF/XML": ("application/rdf+xml", False),
    "JSON-LD": (JSON_LD, False),
}


def table(patient: Patient, *, media_type: str, needed: bool) -> Finding:
    """A table in one format."""
    reply = patient.get(ROW, media_type)
    missing = _missing(reply, media_type, needed=needed)
    if missing:
        return missing
    try:
        found = results.values(media_type, reply.body)
    except ValueError as fault:
        return fail(f"{reply.stated}, unreadable: {fault}", _UNREADABLE)
    if found != ["1"]:
        return fail(f"{', '.join(found[:3]) or 'no row'} in the place of 1", "write the values of the answer")
    return ok(reply.stated)


def graph(patient: Patient, *, media_type: str, needed: bool) -> Finding:
    """A graph in one format."""
    reply = patient.get(GRAPH, media_type)
    missing = _missing(reply, media_type, needed=needed)
    if missing:
        return missing
    try:
        found = results.triples(media_type, reply.body, reply.address)
    except ValueError as fault:
        return fail(f"{reply.stated}, unreadable: {fault}", _UNREADABLE)
    if len(found) != 1:
        return fail(f"{len(found)} statements in the place of 1", "write the statements that CONSTRUCT makes")
    return ok(reply.stated)


def preference(patient: Patient) -> Finding:
    """The quality values decide between two formats."""
    if patient.get(ROW, XML).media_type != XML:
        return skipped("there is one format only to choose")
    wanted = {f"{XML};q=0.2, {JSON};q=0.8": JSON, f"{XML};q=0.8, {JSON};q=0.2": XML}
    for accept, best in wanted.items():
        reply = patient.get(ROW, accept)
        if reply.media_type != best:
            return warn(f"{reply.stated} for Accept: {accept}", "send what the client values most (q=)")
    return ok("the higher q wins")


def exclusion(patient: Patient) -> Finding:
    """A format of quality 0 is not wanted."""
    reply = patient.get(ROW, f"{JSON};q=0, */*;q=0.5")
    if reply.media_type == JSON:
        return warn(f"{JSON} for q=0", "never send what the client excludes (q=0)")
    return ok(reply.stated)


def parameters(patient: Patient) -> Finding:
    """Parameters of a media type do not hide it."""
    remedy = "compare media types without their parameters; an unknown one is no reason for another type"
    reply = patient.get(ROW, f"{JSON};charset=utf-8")
    if reply.media_type != JSON:
        return warn(f"{reply.stated} for {JSON};charset=utf-8", remedy)
    if patient.get(GRAPH, JSON_LD).media_type != JSON_LD:
        return ok("charset; there is no JSON-LD to try profile with")
    reply = patient.get(GRAPH, f"{_EXPANDED}, {TURTLE};q=0.5")
    if reply.media_type != JSON_LD:
        return warn(f"{reply.stated} for {_EXPANDED}", remedy)
    return ok("charset and profile")


def browser(patient: Patient) -> Finding:
    """What a browser sends is answered."""
    reply = patient.get(ROW, _BROWSER)
    if reply.status >= 400:
        return fail(reply.stated, "answer what a browser accepts: a page, or */*")
    return ok(reply.stated)


def nothing(patient: Patient) -> Finding:
    """Nothing that is acceptable is a refusal, or a default."""
    reply = patient.get(ROW, "image/x-doctor")
    if reply.status >= 500:
        return fail(reply.stated, "answer 406 with the types that there are, or a default")
    if reply.status in {200, 406}:
        return ok(reply.stated)
    return warn(reply.stated, "answer 406 with the types that there are, or a default")


def _missing(reply: Reply, media_type: str, *, needed: bool) -> Finding | None:
    """The verdict where the format is not there."""
    if reply.status == 200 and reply.media_type == media_type:
        return None
    return (fail if needed or reply.status >= 500 else warn)(f"{reply.stated}", f"offer {media_type}")


def _checks(kind: Literal["SELECT", "CONSTRUCT"]) -> tuple[Check, ...]:
    rows, look = (_TABLES, table) if kind == "SELECT" else (_GRAPHS, graph)
    return tuple(
        Check(f"{kind} as {name}", "endpoint", partial(look, media_type=media_type, needed=needed))
        for name, (media_type, needed) in rows.items()
    )


CHECKS = (
    *_checks("SELECT"),
    *_checks("CONSTRUCT"),
    Check("Accept, q-values", "endpoint", preference),
    Check("Accept, q=0", "endpoint", exclusion),
    Check("Accept, parameters", "endpoint", parameters),
    Check("Accept of a browser", "endpoint", browser),
    Check("Accept of nothing there", "endpoint", nothing),
)
