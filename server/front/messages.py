"""What the application and the front send each other: whole messages over a socket.

The application sends what the front may answer from (`Shown`); the front reports what has happened (`Report`).
"""

from __future__ import annotations

import contextlib
import socket
import struct

import msgspec

_LENGTH = struct.Struct("!I")
_BLOCK = 1 << 16


class Shown(msgspec.Struct, frozen=True):
    """The generation from which the front may answer, where `version` names one; else it answers nothing by itself.

    `number` counts these messages.  The data are in a `folder`, and their addresses begin with `base`; they may take
    `memory` bytes in the front, or are to be read from disk where that is 0.
    """

    version: str = ""
    number: int = 0
    folder: str = ""
    base: str = ""
    memory: int = 0


class Answered(msgspec.Struct, frozen=True):
    """A query that the front has answered: the id of the request, its method, the query, bytes and seconds.

    `seconds` is the time from the request to its answer, of which the query waited `queued` and took `evaluated`;
    `kept` says that the answer had been made before.
    """

    id: str
    method: str
    query: str
    bytes: int
    seconds: float
    queued: float
    evaluated: float
    kept: bool


class Report(msgspec.Struct, frozen=True):
    """What has happened in the front: answers given, and the requests passed on whose clients left.

    `shown` is the number of the last `Shown` that it has obeyed, `resident` whether look-ups find all data in memory.
    """

    answered: list[Answered] = []
    left: list[str] = []
    shown: int = 0
    resident: bool = False


class Channel:
    """One end of a socket on which whole messages go."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._came, self._going = bytearray(), bytearray()

    def fileno(self) -> int:
        """The descriptor, to wait for."""
        return self._connection.fileno()

    def close(self) -> None:
        """Close it."""
        self._connection.close()

    def send(self, message: msgspec.Struct) -> None:
        """Send a message, and wait until it has gone.

        Raises OSError where the other end is closed.
        """
        self._connection.sendall(_packed(message))

    def post(self, message: msgspec.Struct) -> None:
        """Send a message as far as there is room; the next one sends the rest.

        Raises OSError where the other end is closed.
        """
        self._going += _packed(message)
        with contextlib.suppress(BlockingIOError):
            while self._going:
                del self._going[: self._connection.send(self._going)]

    @property
    def held(self) -> int:
        """Bytes that have not gone yet."""
        return len(self._going)

    def receive(self) -> list[bytes]:
        """The messages that are whole by now, once something has come.

        Raises EOFError where the other end is closed, OSError where it broke.
        """
        data = self._connection.recv(_BLOCK)
        if not data:
            raise EOFError
        self._came += data
        messages: list[bytes] = []
        while len(self._came) >= _LENGTH.size:
            end = _LENGTH.size + _LENGTH.unpack_from(self._came)[0]
            if len(self._came) < end:
                break
            messages.append(bytes(self._came[_LENGTH.size : end]))
            del self._came[:end]
        return messages


def _packed(message: msgspec.Struct) -> bytes:
    data = msgspec.msgpack.encode(message)
    return _LENGTH.pack(len(data)) + data
