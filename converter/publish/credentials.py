"""A user and a password → the header Authorization, in the scheme that a server asks for.

Sources: RFC 7617 (Basic), RFC 7616 (Digest, which Virtuoso asks for).
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Callable, Mapping
from typing import Any

_PARAMETER = re.compile(r'(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')
_DIGESTS: Mapping[str, Callable[..., Any]] = {
    "SHA-256": hashlib.sha256,
    "MD5": lambda data: hashlib.md5(data, usedforsecurity=False),
}


class Credentials:
    """A user and a password, and what the server last asked for; one user of one server, one request at a time."""

    def __init__(self, user: str, password: str) -> None:
        self._user, self._password = user, password
        self._challenge: dict[str, str] = {}
        self._scheme = ""
        self._count = 0

    def challenged(self, header: str) -> bool:
        """Whether the server asks (in WWW-Authenticate) for what can be answered, and has not refused it just now."""
        scheme, _, rest = header.strip().partition(" ")
        parameters = _parameters(rest)
        again = self._scheme == scheme.lower() and parameters.get("stale", "").lower() != "true"
        known = scheme.lower() == "basic" or (
            scheme.lower() == "digest" and parameters.get("algorithm", "MD5").upper() in _DIGESTS
        )
        if not known or (again and self._count == 1):
            return False
        self._scheme, self._challenge, self._count = scheme.lower(), parameters, 0
        return True

    def header(self, method: str, path: str) -> str:
        """The value of Authorization for a request; empty as long as nobody asked."""
        if not self._scheme:
            return ""
        self._count += 1
        if self._scheme == "basic":
            return "Basic " + base64.b64encode(f"{self._user}:{self._password}".encode()).decode("ascii")
        return digest(
            self._challenge, method, path, (self._user, self._password), f"{self._count:08x}", secrets.token_hex(8)
        )


def digest(challenge: Mapping[str, str], method: str, path: str, who: tuple[str, str], count: str, once: str) -> str:
    """The value of Authorization for a challenge of Digest; the example is that of RFC 7616 section 3.9.1.

    >>> challenge = {"realm": "http-auth@example.org", "qop": "auth", "algorithm": "MD5", "opaque": "FQhe",
    ...     "nonce": "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"}
    >>> stated = digest(challenge, "GET", "/dir/index.html", ("Mufasa", "Circle of Life"), "00000001",
    ...     "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ")
    >>> "8ca523f5e9506fed4657c9700eebdbec" in stated
    True
    """
    algorithm = challenge.get("algorithm", "MD5").upper()
    realm, nonce = challenge.get("realm", ""), challenge.get("nonce", "")
    offered = [word.strip().lower() for word in challenge.get("qop", "").split(",")]

    def hashed(*parts: str) -> str:
        return str(_DIGESTS[algorithm](":".join(parts).encode()).hexdigest())

    secret, asked = hashed(who[0], realm, who[1]), hashed(method, path)
    protected = "auth" in offered
    response = hashed(secret, nonce, *((count, once, "auth") if protected else ()), asked)
    stated = {"username": who[0], "realm": realm, "nonce": nonce, "uri": path, "response": response}
    if "opaque" in challenge:
        stated["opaque"] = challenge["opaque"]
    bare = {"algorithm": algorithm, **({"qop": "auth", "nc": count} if protected else {})}
    quoted = [f"{name}={_quoted(value)}" for name, value in (stated | ({"cnonce": once} if protected else {})).items()]
    return "Digest " + ", ".join([*quoted, *(f"{name}={value}" for name, value in bare.items())])


def _parameters(text: str) -> dict[str, str]:
    r"""The parameters of a challenge.

    >>> _parameters('realm="a \\"b\\"", qop="auth,auth-int", stale=TRUE')
    {'realm': 'a "b"', 'qop': 'auth,auth-int', 'stale': 'TRUE'}
    """
    return {
        match[1].lower(): re.sub(r"\\(.)", r"\1", match[2]) if match[2] is not None else match[3]
        for match in _PARAMETER.finditer(text)
    }


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
