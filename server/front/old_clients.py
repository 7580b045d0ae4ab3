"""An answer of the application as a client of HTTP/1.0 reads it: without chunks, ended by the end of the connection.

Source: RFC 9112 sections 6.1 and 6.3.
"""

from __future__ import annotations

from http import HTTPStatus

_OF_CONNECTION = frozenset({b"connection", b"keep-alive", b"transfer-encoding", b"trailer"})


class OldAnswer:
    """The bytes for the client, as the parts of the answer come."""

    def __init__(self) -> None:
        self._fields, self._waiting = bytearray(), bytearray()
        self.has_length = False
        """Whether the client is told how long the body is, so that it sees where it breaks off."""

    def field(self, name: bytes, value: bytes) -> None:
        """Add a header field; those of the connection behind are left out."""
        if name.lower() not in _OF_CONNECTION:
            self.has_length = self.has_length or name.lower() == b"content-length"
            self._fields += b"%b: %b\r\n" % (name, value)

    def begin(self, status: int) -> None:
        """Write the head."""
        try:
            reason = HTTPStatus(status).phrase
        except ValueError:
            reason = ""
        line = f"HTTP/1.1 {status} {reason}\r\n".encode()
        self._waiting += line + self._fields + b"connection: close\r\n\r\n"

    def part(self, data: bytes) -> None:
        """Write a part of the body."""
        self._waiting += data

    def written(self) -> bytes:
        """What has been written since the last time."""
        data = bytes(self._waiting)
        self._waiting.clear()
        return data
