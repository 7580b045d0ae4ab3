"""Checks of the SPARQL 1.1 Protocol: the ways of asking, and what may stand beside a query.

Source: https://www.w3.org/TR/sparql11-protocol/ section 2.1; the QUERY method, RFC 10008; CORS, the Fetch standard.
"""

from __future__ import annotations

from urllib.parse import urlencode

from shelfgraph.doctor import results
from shelfgraph.doctor.client import Reply
from shelfgraph.doctor.target import DIRECT, FORM, JSON, ROW, Patient
from shelfgraph.doctor.verdicts import Check, Finding, fail, ok, skipped, warn

_ORIGIN = "https://elsewhere.example.org"
_NO_GRAPH = "urn:x-doctor:no-such-graph"
_ANY = "ASK { ?s ?p ?o }"


def by_get(patient: Patient) -> Finding:
    """A query in the address."""
    return _row(patient.sample, "answer GET ?query=…")


def by_form(patient: Patient) -> Finding:
    """A query in a form."""
    return _row(patient.post(urlencode({"query": ROW}), FORM), f"answer POST with {FORM}")


def by_body(patient: Patient) -> Finding:
    """A query that is the body."""
    return _row(patient.post(ROW, DIRECT), f"answer POST with {DIRECT}")


def by_query_method(patient: Patient) -> Finding:
    """The method QUERY, which is young."""
    headers = {"Accept": JSON, "Content-Type": DIRECT}
    reply = patient.client.ask("QUERY", patient.endpoint or "", headers, ROW.encode())
    if reply.status >= 400:
        return skipped(f"not offered ({reply.status}); few services do")
    return _row(reply, "answer the method QUERY, or refuse it with 405")


def by_head(patient: Patient) -> Finding:
    """HEAD says what GET says."""
    reply = patient.client.ask("HEAD", patient.asked(ROW), {"Accept": JSON})
    if reply.status != patient.sample.status:
        return warn(f"{reply.status}, where GET has {patient.sample.status}", "answer HEAD as GET, without the body")
    if reply.media_type != patient.sample.media_type:
        return warn(f"{reply.stated}, where GET has {patient.sample.media_type}", "send the headers of GET with HEAD")
    return ok(reply.stated)


def truth(patient: Patient) -> Finding:
    """ASK has a truth."""
    reply = patient.get("ASK {}")
    if reply.status != 200:
        return fail(reply.stated, "answer ASK")
    try:
        stated = results.truth(reply.media_type, reply.body)
    except ValueError as fault:
        return fail(f"{reply.stated}, unreadable: {fault}", "send the format that the content type names")
    return ok(f"{reply.stated}, true") if stated else fail("false", "an empty pattern is always true; answer true")


def other_dataset(patient: Patient) -> Finding:
    """A dataset that the protocol names is the one that is asked."""
    if not results.truth(*_typed(patient.get(_ANY))):
        return skipped("the default graph is empty")
    reply = patient.get(_ANY, parameters={"default-graph-uri": _NO_GRAPH})
    if 400 <= reply.status < 500:
        return ok(f"{reply.status} for a graph that is not there")
    if reply.status != 200:
        return fail(reply.stated, "answer from the graph that default-graph-uri names")
    if results.truth(*_typed(reply)):
        return fail(
            "the answer comes from another graph than default-graph-uri names",
            "keep default-graph-uri and named-graph-uri, or refuse them",
        )
    return ok("a graph that is not there is empty")


def from_other_sites(patient: Patient) -> Finding:
    """Scripts of other sites may read the answers."""
    reply = patient.get(ROW, headers={"Origin": _ORIGIN})
    allowed = reply.headers.get("Access-Control-Allow-Origin")
    if reply.headers.get("Access-Control-Allow-Credentials", "").lower() == "true":
        return fail(
            f"Access-Control-Allow-Credentials is true for {allowed}",
            "allow every origin without credentials; a stranger's page must not ask in its reader's name",
        )
    if allowed not in {"*", _ORIGIN}:
        return warn("no Access-Control-Allow-Origin", "send Access-Control-Allow-Origin: * if the data are open")
    refused = patient.get("SELECT", headers={"Origin": _ORIGIN})
    if "Access-Control-Allow-Origin" not in refused.headers:
        return warn(f"{allowed}, but not on a {refused.status}", "send it with refusals too, or nobody sees the reason")
    return ok(f"Access-Control-Allow-Origin: {allowed}")


def preflight(patient: Patient) -> Finding:
    """Scripts of other sites may send a query as a body."""
    headers = {
        "Origin": _ORIGIN,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    reply = patient.client.ask("OPTIONS", patient.endpoint or "", headers)
    remedy = "answer OPTIONS with Access-Control-Allow-Methods and -Headers, which name POST and Content-Type"
    if reply.status >= 300:
        return warn(f"{reply.status} for a preflight", remedy)
    methods, names = reply.names("Access-Control-Allow-Methods"), reply.names("Access-Control-Allow-Headers")
    # POST needs no permission; a content type that no form has does.
    if not names & {"content-type", "*"}:
        return warn(f"{reply.status}, without Content-Type in Access-Control-Allow-Headers", remedy)
    return ok(f"{reply.status}, {', '.join(sorted(methods)).upper() or 'POST'}")


def _row(reply: Reply, remedy: str) -> Finding:
    """The verdict on an answer to `ROW`."""
    if reply.status != 200:
        return fail(reply.stated, remedy)
    try:
        found = results.values(reply.media_type, reply.body)
    except ValueError as fault:
        return fail(f"{reply.stated}, unreadable: {fault}", "send the format that the content type names")
    if found != ["1"]:
        return fail(f"{', '.join(found[:3]) or 'no row'} in the place of 1", "evaluate the query")
    return ok(f"{reply.stated}, after {reply.seconds * 1_000:.0f} ms")


def _typed(reply: Reply) -> tuple[str, bytes]:
    return reply.media_type, reply.body


CHECKS = (
    Check("query by GET", "endpoint", by_get),
    Check("query by POST, as a form", "endpoint", by_form),
    Check("query by POST, as the body", "endpoint", by_body),
    Check("query by the method QUERY", "endpoint", by_query_method),
    Check("HEAD", "endpoint", by_head),
    Check("ASK", "endpoint", truth),
    Check("default-graph-uri", "endpoint", other_dataset),
    Check("CORS", "endpoint", from_other_sites),
    Check("CORS, preflight", "endpoint", preflight),
)
