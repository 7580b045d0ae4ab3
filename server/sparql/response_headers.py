"""What the head of an answer says: by what it is known, what a cache may do with it, and what its time went to."""

from __future__ import annotations

import hashlib

from server.http.headers import VARY
from server.sparql import Request
from server.sparql.lexer import is_volatile


def validator(version: str, question: Request, *parts: object) -> str | None:
    """What an answer is known by; None where two evaluations differ."""
    if is_volatile(question.query):
        return None
    key = (version, question.query, question.format, question.default_graphs, question.named_graphs, *parts)
    return hashlib.sha256(repr(key).encode(errors="surrogatepass")).hexdigest()[:32]


def cache_fields(etag: str | None, *, weak: bool = False) -> dict[str, str]:
    """The header fields by which caches keep an answer, or do not where it has no ETag."""
    fields = {"Cache-Control": "public, max-age=0, must-revalidate" if etag else "no-store", "Vary": VARY}
    return fields | {"ETag": f'{"W/" if weak else ""}"{etag}"'} if etag else fields


def times(queued: float, evaluated: float, written: float) -> str:
    """What Server-Timing says of an answer that was made; seconds, and 0 where the last of them is not known.

    >>> times(0, 0.0123, 0.001)
    'cache;desc=miss, queue;dur=0.00, evaluate;dur=12.30, serialise;dur=1.00'
    """
    text = f"cache;desc=miss, queue;dur={queued * 1_000:.2f}, evaluate;dur={max(0.0, evaluated) * 1_000:.2f}"
    return f"{text}, serialise;dur={written * 1_000:.2f}" if written else text
