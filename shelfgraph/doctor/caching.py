"""Checks of what caches and connections need, of answers to queries and of documents alike.

Source: RFC 9110 sections 8.4, 8.8, 12.5.5 and 13.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Literal

from shelfgraph.doctor.client import Reply, unpacked
from shelfgraph.doctor.target import JSON, Patient
from shelfgraph.doctor.verdicts import Check, Finding, fail, ok, skipped, warn

Fetch = Callable[[Patient, Mapping[str, str]], Reply]

_MANY = "SELECT ?s ?p ?o { ?s ?p ?o } LIMIT 200"
_WORTH = 1_000
"""Bytes from which packing an answer is worth while."""
_TURTLE = "text/turtle"


def validators(patient: Patient, *, fetch: Fetch) -> Finding:
    """Who has an answer does not get it again."""
    first = fetch(patient, {})
    etag, moment = first.headers.get("ETag"), first.headers.get("Last-Modified")
    if not etag and not moment:
        return warn("no ETag and no Last-Modified", "send an ETag, so that nobody fetches twice what has not changed")
    condition = {"If-None-Match": etag} if etag else {"If-Modified-Since": moment or ""}
    again = fetch(patient, condition)
    name = next(iter(condition))
    if again.status != 304:
        return warn(f"{again.status} for {name}, though nothing has changed", "answer 304 to the validator of now")
    if again.body:
        return fail("a 304 with a body", "send no body with 304")
    other = fetch(patient, {"If-None-Match": '"x-doctor"'})
    if etag and other.status == 304:
        return fail("304 for an ETag that is not its own", "compare the ETag before answering 304")
    return ok(f"{etag or moment}, and 304 for it")


def variants(patient: Patient, *, fetch: Fetch) -> Finding:
    """A cache can distinguish the formats of an answer."""
    reply = fetch(patient, {})
    names = reply.names("Vary")
    if names & {"accept", "*"}:
        return ok(f"Vary: {reply.headers.get('Vary')}")
    stored = reply.names("Cache-Control")
    remedy = "send Vary: Accept on everything that is negotiated, or a cache hands out the wrong form"
    if "no-store" not in stored and any(part.startswith(("public", "max-age", "s-maxage")) for part in stored):
        return fail(f"Cache-Control: {reply.headers.get('Cache-Control')}, and no Vary: Accept", remedy)
    return warn("no Vary: Accept", remedy)


def packing(patient: Patient, *, fetch: Fetch) -> Finding:
    """A large answer comes packed to who can unpack it."""
    plain = fetch(patient, {})
    if len(plain.body) < _WORTH:
        return skipped(f"the answer has {len(plain.body)} bytes, too few to pack")
    reply = fetch(patient, {"Accept-Encoding": "gzip"})
    coding = reply.headers.get("Content-Encoding", "").strip().lower()
    if not coding:
        return warn(
            f"{len(reply.body):,} bytes, not packed", "send gzip to those who accept it, at the latest in a proxy"
        )
    if coding not in {"gzip", "x-gzip"}:
        return fail(f"Content-Encoding: {coding} for Accept-Encoding: gzip", "send a coding that the client accepts")
    try:
        unpacked(reply.body)
    except ValueError as fault:
        return fail(f"the gzip cannot be unpacked: {fault}", "send what the content coding names, whole")
    if not reply.names("Vary") & {"accept-encoding", "*"}:
        return warn("gzip, without Vary: Accept-Encoding", "send Vary: Accept-Encoding with both forms")
    return ok(f"gzip, {len(reply.body):,} bytes for {len(plain.body):,}")


def _rows(patient: Patient, headers: Mapping[str, str]) -> Reply:
    return patient.get(_MANY, JSON, headers)


def _document(patient: Patient, headers: Mapping[str, str]) -> Reply:
    return patient.client.follow(patient.thing or "", {"Accept": _TURTLE, **headers})


def _checks(of: str, needs: Literal["endpoint", "thing"], fetch: Fetch) -> tuple[Check, ...]:
    looks: dict[str, Callable[..., Finding]] = {"ETag and 304": validators, "Vary": variants, "gzip": packing}
    return tuple(Check(f"{name}, {of}", needs, partial(look, fetch=fetch)) for name, look in looks.items())


CHECKS = (*_checks("of answers", "endpoint", _rows), *_checks("of documents", "thing", _document))
