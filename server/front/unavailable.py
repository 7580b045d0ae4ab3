"""What every answer bears, and what a client is told while there is no application."""

from __future__ import annotations

from server.http.headers import BORNE

COMMON_FIELDS = "".join(f"{name.lower()}: {value}\r\n" for name, value in BORNE.items()).encode()
_BODY = (
    b'{"type": "about:blank", "title": "Service Unavailable", "status": 503,'
    b' "detail": "The site is starting, stopping or overloaded; try again."}\n'
)


def unavailable() -> bytes:
    """The answer, with which a connection ends."""
    head = b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/problem+json\r\nretry-after: 1\r\n"
    tail = b"cache-control: no-store\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % len(_BODY)
    return head + COMMON_FIELDS + tail + _BODY
