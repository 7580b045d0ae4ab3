"""Header fields that answers have in common."""

from __future__ import annotations

import re

from werkzeug.datastructures import Headers

GENERATION = "Shelfgraph-Generation"
"""The header field in which an answer says from which generation of the data it is made."""
OPEN = {"Access-Control-Allow-Origin": "*"}
"""On every answer: the data are open, and no answer depends on who asks."""
EXPOSED = (
    f"Link, ETag, Content-Location, Content-Profile, Location, Retry-After, Server-Timing, X-Request-Id, {GENERATION}"
)
READ = ("Accept", "Accept-Profile", "Content-Type", "Authorization", "If-None-Match", "X-Requested-With")
"""What a page of another site may send without having to ask for it by name."""
COMMON = {
    **OPEN,
    "Access-Control-Expose-Headers": EXPOSED,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "frame-ancestors 'none'",
}
"""The header fields of every answer, refusals included; pages have a policy of their own."""
_YEAR = "max-age=31536000"
EMBEDDED_POLICY = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'"
"""The policy of a page that others show in a frame: the preview of the reconciliation service."""
PAGE_POLICY = f"{EMBEDDED_POLICY}; script-src 'self'; connect-src 'self'; frame-ancestors 'none'"
"""The policy of every other page (https://www.w3.org/TR/CSP3/): scripts of ours alone, which ask nobody else."""
VARY = "Accept, Accept-Profile, Accept-Encoding"
LARGEST = 1_850
"""Bytes that the header fields of an answer may take here.

With what the server adds they are less than 2 kB: a web server before it may have no room for more (nginx: 4 kB).
"""
_RELATION = re.compile(r'; rel="([^"]*)"')
_BETWEEN = re.compile(r",\s*(?=<)")


def common(base: str) -> dict[str, str]:
    """The header fields of every answer of the site with that base: where that is encrypted, it stays so for a year.

    Source: RFC 6797.
    """
    return COMMON | ({"Strict-Transport-Security": _YEAR} if base.startswith("https:") else {})


def fit(headers: Headers) -> None:
    """Leave out what is too much: links from the last on, all of a relation together, then the other large fields.

    The links that are left out stand in the page and in the link set of the document.
    """
    if _size(headers) <= LARGEST:
        return
    links = _BETWEEN.split(headers.pop("Link", ""))
    room = LARGEST - _size(headers)
    while links and len(", ".join(links)) + len("Link: \r\n") > room:
        relation = _relation(links[-1])
        links = [link for link in links if _relation(link) != relation]
    if links and room > 0:
        headers["Link"] = ", ".join(links)
    for name in ("Content-Location", "Content-Disposition"):
        if _size(headers) > LARGEST:
            headers.pop(name, None)


def _relation(link: str) -> str:
    found = _RELATION.search(link)
    return found[1] if found else ""


def _size(headers: Headers) -> int:
    return sum(len(name) + len(value) + len(": \r\n") for name, value in headers)
