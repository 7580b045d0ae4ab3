r"""The heads of requests, as far as their framing has one meaning only; what is unusual is left to the application.

Source: RFC 9112 sections 2 to 6.
"""

from __future__ import annotations

import re
from typing import NamedTuple

LARGEST = 1 << 16
"""Bytes that a head may have here."""
END = b"\r\n\r\n"
_REQUEST = re.compile(
    rb"([A-Z]{1,16}) (/[!-~]*) HTTP/1\.([01])\r\n((?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t -~\x80-\xff]*\r\n)*)\r\n"
)
_FIELD = re.compile(rb"([^:\r\n]+):[ \t]*([^\r\n]*?)[ \t]*\r\n")
# With these, where a message ends or what follows it is another matter.
_UNUSUAL = frozenset({"transfer-encoding", "upgrade", "expect", "http2-settings", "te"})
_LENGTH = re.compile(r"\d{1,15}")


class Head(NamedTuple):
    """A request before its body: method, target unchanged, fields by their names in lower case, lengths in bytes.

    `fields` has the last value of a name; `several` are the names that stand there more than once; `old` says that the
    client speaks HTTP/1.0, as nginx does to the servers behind it unless it is configured otherwise.
    """

    method: str
    target: str
    fields: dict[str, str]
    several: frozenset[str]
    length: int
    body: int
    old: bool

    @property
    def last(self) -> bool:
        """Whether the connection is to be closed after the answer: as the client wants it, and always in HTTP/1.0."""
        return self.old or self.fields.get("connection", "").lower() == "close"


def read(data: bytes) -> Head | None:
    r"""The head that the bytes are; None for one whose framing is unusual.

    >>> head = read(b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\n")
    >>> head.method, head.target, head.body, head.length
    ('POST', '/sparql', 6, 53)
    >>> read(b"POST / HTTP/1.1\r\nContent-Length: 6\r\nContent-Length: 7\r\n\r\n") is None
    True
    """
    match = _REQUEST.fullmatch(data)
    if match is None:
        return None
    fields: dict[str, str] = {}
    several: set[str] = set()
    for name, value in _FIELD.findall(match[4]):
        known = name.decode("latin-1").lower()
        if known in fields:
            several.add(known)
        fields[known] = value.decode("latin-1")
    length = fields.get("content-length", "0")
    if not _UNUSUAL.isdisjoint(fields) or "content-length" in several or not _LENGTH.fullmatch(length):
        return None
    if fields.get("connection", "close").lower() not in {"close", "keep-alive"}:
        return None
    method, target, old = match[1].decode(), match[2].decode("latin-1"), match[3] == b"0"
    return Head(method, target, fields, frozenset(several), len(data), int(length), old)
