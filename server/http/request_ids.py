"""The names of requests: what a client calls one, and what the front does."""

from __future__ import annotations

import contextlib
import itertools
import re
import secrets
from ipaddress import IPv6Address, ip_address

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


def client(passed: str, forwarded: str) -> str:
    """Who sent a request that the front has named so: an address, of IPv6 the network that one client has.

    Behind a web server on this machine it is the last address that this has seen (X-Forwarded-For); what a client
    wrote before that counts for nothing.

    >>> client("ab.1@192.0.2.7", "203.0.113.9"), client("ab.1@127.0.0.1", "10.0.0.1, 203.0.113.9")
    ('192.0.2.7', '203.0.113.9')
    >>> client("ab.1@2001:db8:1:2:3::4", ""), client("", "203.0.113.9"), client("ab.1@::1", "nobody")
    ('2001:db8:1:2::', '', '::1')
    """
    try:
        address = ip_address(passed.rpartition("@")[2].partition("%")[0])
    except ValueError:
        return ""
    with contextlib.suppress(ValueError):
        if address.is_loopback and forwarded:
            address = ip_address(forwarded.rpartition(",")[2].strip())
    if isinstance(address, IPv6Address) and not address.is_loopback:
        return str(address.ipv4_mapped or IPv6Address(int(address) >> 64 << 64))
    return str(address)
