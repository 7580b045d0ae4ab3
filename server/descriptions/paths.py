"""Paths as our addresses write them; servers give them decoded, so that an escaped slash looks like any other.

A part of a list has a path of its own, `/journal/X/page/2.ttl`: its name and its number stand before the suffix.  Plain
servers of files know no query strings, and the addresses are the same there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from urllib.parse import quote, unquote

from flask import request

from converter.values.terms import iri
from server.descriptions import description
from server.sparql import Endpoint

# Characters that stand unescaped in the paths of our addresses.
_SAFE = "~.-_"
_MOST = 5
"""Slashes that are tried in every combination; of more, all but the first few are taken to be in one segment."""


_PART = re.compile(r"(.+)/page/([1-9]\d{0,8})", re.ASCII | re.DOTALL)


def page_of(document: str, number: int) -> str:
    """The address of a page of a list, whose first page is the list itself.

    >>> page_of("/journal/X", 2), page_of("/journal/X", 1)
    ('/journal/X/page/2', '/journal/X')
    """
    return document if number == 1 else f"{document}/page/{number}"


def page_in(path: str) -> tuple[str, int]:
    """The list that a path names and the number of its page, 0 where it names no page.

    >>> page_in("X/page/2"), page_in("X"), page_in("X/page/02")
    (('X', 2), ('X', 0), ('X/page/02', 0))
    """
    stated = _PART.fullmatch(path)
    return (stated[1], int(stated[2])) if stated else (path, 0)


def raw(path: str) -> str:
    """The path percent-encoded where it must be."""
    return escaped(_parts(path))


def escaped(parts: Iterable[str]) -> str:
    """The segments as a path, percent-encoded where they must be."""
    return "/".join(quote(part, safe=_SAFE) if part not in {".", ".."} else "%2E" * len(part) for part in parts)


def is_raw(path: str) -> bool:
    """Whether a path is written as it is here when it has been asked for; under no other is anything found.

    >>> is_raw("a%2Fb"), is_raw("a(b)")
    (True, False)
    """
    return path == escaped(unquote(part) for part in path.split("/"))


def respelled(path: str) -> Iterator[str]:
    """Yield the other readings of a path: those in which slashes belong to segments.

    >>> list(respelled("id/a/b"))
    ['id/a%2Fb', 'id%2Fa/b', 'id%2Fa%2Fb']
    """
    first, *others = path.split("/")
    if len(others) <= _MOST:
        for joints in list(product(("/", "%2F"), repeat=len(others)))[1:]:
            yield first + "".join(joint + part for joint, part in zip(joints, others, strict=True))
    else:
        for kept in range(_MOST):
            yield "/".join([first, *others[:kept]]) + "/" + "%2F".join(others[kept:])


def known(endpoint: Endpoint, addresses: Sequence[str]) -> str | None:
    """The first of the addresses of which something is said."""
    terms = []
    for address in addresses:
        try:
            terms.append(iri(address))
        except ValueError:
            continue
    if not terms:
        return None
    query = f"SELECT DISTINCT ?s {{ VALUES ?s {{ {' '.join(terms)} }} FILTER EXISTS {{ ?s ?p ?o }} }}"
    found = {row["s"] for row in description.rows(endpoint, query)}
    return next((address for address in addresses if address in found), None)


def _parts(path: str) -> list[str]:
    """The segments as they came, where the server has them."""
    stated = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or ""
    bare = stated.partition("?")[0]
    if "%2F" in bare.upper():
        tail = bare.partition("://")[2].partition("/")[2] if "://" in bare else bare.lstrip("/")
        return [unquote(part) for part in tail.split("/")[1:]]
    return path.split("/")
