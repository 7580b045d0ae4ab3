"""One side of a connection: a socket, what waits to be sent to it, and what is waited for."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable
from selectors import EVENT_READ, EVENT_WRITE, BaseSelector


class Side:
    """A socket that is never waited for alone; `ready` is called with the events that have come."""

    __slots__ = ("_mask", "_ready", "_selector", "_socket", "waiting")

    def __init__(self, selector: BaseSelector, socket_: socket.socket, ready: Callable[[int], None]) -> None:
        self._selector, self._socket, self._ready = selector, socket_, ready
        self._mask = 0
        self.waiting = bytearray()
        """What did not go yet."""

    def receive(self, most: int) -> bytes | None:
        """What has come; nothing where it has ended, None where nothing has come.

        Raises OSError where it broke.
        """
        try:
            return self._socket.recv(most)
        except BlockingIOError:
            return None

    def send(self, data: bytes = b"") -> bool:
        """Send after what waits, as far as there is room, and say whether the other end is there."""
        waiting = self.waiting
        try:
            if waiting:
                waiting += data
                del waiting[: self._socket.send(waiting)]
            elif data:
                sent = self._socket.send(data)
                if sent < len(data):
                    waiting += memoryview(data)[sent:]
        except BlockingIOError:
            if not waiting:
                waiting += data
        except OSError:
            return False
        return True

    def watch(self, *, reads: bool) -> None:
        """Wait for what may be read, where it is wanted, and for room, where something waits."""
        mask = (EVENT_READ if reads else 0) | (EVENT_WRITE if self.waiting else 0)
        if mask == self._mask:
            return
        if not self._mask:
            self._selector.register(self._socket, mask, self._ready)
        elif mask:
            self._selector.modify(self._socket, mask, self._ready)
        else:
            self._selector.unregister(self._socket)
        self._mask = mask

    def end(self) -> None:
        """Say that nothing more is sent."""
        self._socket.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """Let the other end see, once this is closed, that what it has is not all."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def close(self) -> None:
        """Close it."""
        if self._mask:
            self._selector.unregister(self._socket)
            self._mask = 0
        self._socket.close()
