"""Checks of linked data: an address leads to a description, in the form that is asked for.

Source: https://www.w3.org/TR/cooluris/; RFC 9110 section 12.
"""

from __future__ import annotations

from functools import partial
from urllib.parse import urljoin

from shelfgraph.doctor import results
from shelfgraph.doctor.client import Reply
from shelfgraph.doctor.formats import JSON_LD, TURTLE
from shelfgraph.doctor.target import Patient
from shelfgraph.doctor.verdicts import Check, Finding, fail, ok, warn

_NOBODY = "no-such-thing-x-doctor/1"
_COMPACTED = f'{JSON_LD};profile="http://www.w3.org/ns/json-ld#compacted"'
_HTML = frozenset({"text/html", "application/xhtml+xml"})

# Name → media type, and whether a site without it is broken.
_FORMS = {
    "Turtle": (TURTLE, True),
    "JSON-LD": (JSON_LD, False),
    "RDF/XML": ("application/rdf+xml", False),
    "N-Triples": ("application/n-triples", False),
}


def described(patient: Patient, *, media_type: str, needed: bool) -> Finding:
    """The address leads to statements about the thing."""
    reply = _fetched(patient, media_type)
    if reply.status != 200 or reply.media_type != media_type:
        return (fail if needed or reply.status >= 500 else warn)(reply.stated, f"describe things as {media_type}")
    try:
        found = results.triples(media_type, reply.body, reply.address)
    except results.Elsewhere as reason:
        return ok(f"{reply.stated}; {reason}")
    except ValueError as fault:
        return fail(f"{reply.stated}, unreadable: {fault}", "send the format that the content type names")
    about = [line for line in found if _thing(patient) in (str(line.subject)[1:-1], str(line.object)[1:-1])]
    if not about:
        return warn(f"{len(found)} statements, none of them about {_thing(patient)}", "name the address that was asked")
    return ok(f"{reply.stated}, {len(found)} statements")


def page(patient: Patient) -> Finding:
    """A person gets a page."""
    reply = _fetched(patient, "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
    if reply.status != 200:
        return fail(reply.stated, "answer what a browser accepts")
    if reply.media_type not in _HTML:
        return warn(reply.stated, "give people a page")
    return ok(reply.stated)


def preference(patient: Patient) -> Finding:
    """The quality values decide, and parameters hide no type."""
    wanted = {
        f"{TURTLE};q=0.2, {JSON_LD};q=0.8": JSON_LD,
        f"{TURTLE};q=0.8, {JSON_LD};q=0.2": TURTLE,
        f"{_COMPACTED}, {TURTLE};q=0.5": JSON_LD,
        f"text/html;q=0, {TURTLE}": TURTLE,
    }
    for accept, best in wanted.items():
        reply = _fetched(patient, accept)
        if reply.media_type != best:
            return warn(f"{reply.stated} for Accept: {accept}", "send what the client values most, by type and q")
    return ok("q-values and the parameter profile")


def redirect(patient: Patient) -> Finding:
    """What leads to a description is negotiated too."""
    reply = patient.client.ask("GET", _thing(patient), {"Accept": TURTLE})
    location = reply.headers.get("Location")
    if reply.status == 200:
        return ok("200: the address is that of the description")
    if reply.status not in {301, 302, 303, 307, 308} or not location:
        return fail(reply.stated, "answer 303 with the address of the description")
    if reply.status != 303:
        return warn(f"{reply.status} to {location}", "303 says that the thing is not its description")
    return ok(f"303 to {location}")


def head(patient: Patient) -> Finding:
    """HEAD says what GET says."""
    document = _fetched(patient, TURTLE)
    reply = patient.client.ask("HEAD", document.address, {"Accept": TURTLE})
    if (reply.status, reply.media_type) != (document.status, document.media_type):
        return warn(f"{reply.stated}, where GET has {document.stated}", "answer HEAD as GET, without the body")
    return ok(reply.stated)


def unknown(patient: Patient) -> Finding:
    """An address of nothing is not found."""
    reply = patient.client.follow(urljoin(patient.root, _NOBODY), {"Accept": TURTLE})
    if reply.status in {404, 410}:
        return ok(reply.stated)
    if 400 <= reply.status < 500:
        return warn(reply.stated, "answer 404 for an address of nothing")
    return fail(reply.stated, "answer 404 for an address of nothing")


def _fetched(patient: Patient, accept: str) -> Reply:
    return patient.client.follow(_thing(patient), {"Accept": accept})


def _thing(patient: Patient) -> str:
    return patient.thing or patient.address


CHECKS = (
    Check("a thing leads to its description", "thing", redirect),
    *(
        Check(f"a thing as {name}", "thing", partial(described, media_type=media_type, needed=needed))
        for name, (media_type, needed) in _FORMS.items()
    ),
    Check("a thing as a page", "thing", page),
    Check("a thing, as its Accept says", "thing", preference),
    Check("HEAD of a document", "thing", head),
    Check("an address of nothing", "", unknown),
)
