"""The names of requests: what a client calls one, and what the front does."""

from __future__ import annotations

import itertools
import re
import secrets

HEADER = "X-Request-Id"
PASSED_HEADER = "X-Shelfgraph-Request"
"""The header field in which the front names a request among those that are under way."""
PASSED = f"HTTP_{PASSED_HEADER.upper().replace('-', '_')}"
"""Where the environment of a request has that field."""
_GIVEN = re.compile(r"[A-Za-z0-9._:=+/-]{1,64}")
# Names are to differ, not to be secret, and the system's chance takes its time.
_LOT, _COUNT = secrets.token_hex(4), itertools.count()


def request_id(given: str | None) -> str:
    r"""The name that a client or a proxy gave the request, where it is harmless, else a new one.

    >>> request_id("4bf92f35-77b3"), len(request_id("a\nb")), len(request_id(None)), len(request_id("x" * 65))
    ('4bf92f35-77b3', 16, 16, 16)
    """
    return given if given and _GIVEN.fullmatch(given) else f"{_LOT}{next(_COUNT):08x}"
