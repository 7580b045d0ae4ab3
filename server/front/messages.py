"""What the reception and the application tell each other: messages over a socket, and the pipes of an evaluator."""

from __future__ import annotations

import contextlib
import os
import socket
import struct

import msgspec

_LENGTH = struct.Struct("!I")
_MOST_PIPES, _BLOCK = 16, 1 << 16


class Shown(msgspec.Struct, frozen=True):
    """The application shows this version of the data; where it lends an evaluator, this has a number, and two pipes.

    The data are in a `folder`, where they are here, and their addresses begin with `base`; they may take `memory` bytes
    here, or are to be read from disk.
    """

    version: str
    number: int = 0
    folder: str = ""
    base: str = ""
    memory: int = 0


class Answered(msgspec.Struct, frozen=True):
    """A question that the reception has answered: the name of the request, its method, the query, bytes and seconds.

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


class Told(msgspec.Struct, frozen=True):
    """What has happened: answers given, the names of requests whose clients left, the evaluator that is lost, or 0.

    `resident` is whether look-ups find all of the data in memory.
    """

    answered: list[Answered] = []
    left: list[str] = []
    lost: int = 0
    resident: bool = False


class Channel:
    """One end of a socket on which whole messages go."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._came, self._going = bytearray(), bytearray()
        self._pipes: list[int] = []

    def fileno(self) -> int:
        """The descriptor, to wait for."""
        return self._connection.fileno()

    def close(self) -> None:
        """Close it, and the pipes that nobody took."""
        self._connection.close()
        while self._pipes:
            with contextlib.suppress(OSError):
                os.close(self._pipes.pop())

    def send(self, message: msgspec.Struct, *pipes: int) -> None:
        """Send a message, and wait until it has gone.

        Raises OSError where the other end is closed.
        """
        data = _LENGTH.pack(len(told := msgspec.msgpack.encode(message))) + told
        sent = socket.send_fds(self._connection, [data], pipes) if pipes else self._connection.send(data)
        self._connection.sendall(data[sent:])

    def post(self, message: msgspec.Struct) -> None:
        """Send a message as far as there is room; `flush` sends the rest.

        Raises OSError where the other end is closed.
        """
        told = msgspec.msgpack.encode(message)
        self._going += _LENGTH.pack(len(told)) + told
        self.flush()

    def flush(self) -> None:
        """Send what did not go before.

        Raises OSError where the other end is closed.
        """
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
        data, pipes, _, _ = socket.recv_fds(self._connection, _BLOCK, _MOST_PIPES)
        self._pipes += pipes
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

    def pipes(self) -> tuple[int, int]:
        """The two pipes that came with a message."""
        first, second = self._pipes[:2]
        del self._pipes[:2]
        return first, second
