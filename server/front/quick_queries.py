"""Which questions are quick: those that differ only in their constants from one that was quick before.

It is an expectation and no more.  A question that turns out slow costs a process that can be killed, and its shape is
not expected to be quick again.
"""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from typing import Any

LONGEST = 3_000
"""Bytes that a question may have here: its message goes through a pipe in one piece."""
_CONSTANT = re.compile(rb"""<[^<>\s]*>|"[^"\n]*"|'[^'\n]*'|\#[^\n]*""")
_DIGITS = b"0123456789"
_MOST = 4_096
_BAN, _LONGEST_BAN = 1.0, 600.0
"""Seconds for which a shape is banned at first, and at most: a machine may stand still once for no fault of it."""


def skeleton(query: bytes) -> bytes:
    """What stands in a question beside its constants.

    >>> skeleton(b"ASK { <urn:a> ?p 'x' } LIMIT 10") == skeleton(b"ASK { <urn:b> ?p 'y' } LIMIT 25")
    True
    """
    return _CONSTANT.sub(b"", query).translate(None, _DIGITS)


def shape(skeleton: bytes, format_: str, *, packs: bool) -> int:
    """What two questions share that differ only in their constants; `packs` says that the client takes packed answers.

    >>> shape(b"ASK {  ?p  }", "json", packs=False) == shape(b"ASK { ?a ?p  }", "json", packs=False)
    False
    """
    return hash((skeleton, format_, packs))


class Shapes:
    """The shapes that are quick, and those that have disappointed; both in a bounded number, the newest stay."""

    def __init__(self) -> None:
        self._quick: OrderedDict[int, float] = OrderedDict()
        self._banned: OrderedDict[int, tuple[float, float]] = OrderedDict()

    def __contains__(self, shape: int) -> bool:
        """Whether questions of this shape are quick."""
        return shape in self._quick

    def is_banned(self, shape: int) -> bool:
        """Whether questions of this shape are none to be tried here now."""
        if shape not in self._banned:
            return False
        until, _ = self._banned[shape]
        return time.monotonic() < until

    def learn(self, shape: int) -> None:
        """A question of this shape was quick."""
        if not self.is_banned(shape):
            self._quick[shape] = 0.0
            _bound(self._quick)

    def forget(self, shape: int) -> None:
        """A question of this shape was not as quick as it should be; another may be."""
        self._quick.pop(shape, None)

    def ban(self, shape: int) -> None:
        """A question of this shape is not to be asked here for a while, for longer each time."""
        self.forget(shape)
        _, length = self._banned.pop(shape, (0.0, _BAN / 2))
        length = min(2 * length, _LONGEST_BAN)
        self._banned[shape] = time.monotonic() + length, length
        _bound(self._banned)

    def clear(self) -> None:
        """The data are others."""
        self._quick.clear()
        self._banned.clear()


def _bound(shapes: OrderedDict[int, Any]) -> None:
    if len(shapes) > _MOST:
        shapes.popitem(last=False)
