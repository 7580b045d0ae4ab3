"""What every feed sends: a body with a validator, which is not sent again to a client that has it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from flask import Response, request

from converter.privacy import masked
from converter.values.terms import UNCARRIABLE

REVALIDATED = "public, max-age=0, must-revalidate"
"""For what may change with the next load."""
LASTING = "public, max-age=31536000, immutable"
"""For what is never changed again (RFC 8246)."""


def etag(*parts: object) -> str:
    """What a document is known by, from all that it is made of."""
    return hashlib.sha256(repr(parts).encode(errors="surrogatepass")).hexdigest()[:32]


def sent(
    body: bytes | Iterable[bytes],
    content_type: str,
    tag: str,
    cache: str = REVALIDATED,
    headers: dict[str, str] | None = None,
) -> Response:
    """The document, 304 where the client has it."""
    known = request.if_none_match.contains_weak(tag)
    response = Response(None if known else body, status=304 if known else 200, headers=headers)
    # What it would be decides the fields of an answer that has no body; the server leaves the type itself out.
    response.headers["Content-Type"] = content_type
    response.headers["Cache-Control"] = cache
    response.set_etag(tag)
    return response


def carriable(text: str) -> str:
    r"""The text without e-mail addresses, and without the characters that no XML document carries.

    >>> carriable("Lights\x00 of ann@example.org")
    'Lights of [e-mail address removed]'
    """
    return UNCARRIABLE.sub("", masked(text))
