"""A user and a password, sent in the scheme that a server asks for: Basic, or Digest, which Virtuoso asks for."""

from __future__ import annotations

from collections.abc import Generator

import httpx


class Credentials(httpx.Auth):
    """A user and a password for one server; nothing is sent before it asks, and what it refuses is not sent again."""

    def __init__(self, user: str, password: str) -> None:
        self._schemes = {"basic": httpx.BasicAuth(user, password), "digest": httpx.DigestAuth(user, password)}
        self._scheme: httpx.Auth | None = None

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """The requests that are made in the place of one.

        Raises httpx.ProtocolError where the server asks for a kind of Digest that is not known.
        """
        if self._scheme is None:
            response = yield request
            asked = [header.lower() for header in response.headers.get_list("WWW-Authenticate")]
            offered = [scheme for name, scheme in self._schemes.items() if any(one.startswith(name) for one in asked)]
            if response.status_code != 401 or not offered:
                return
            self._scheme = offered[-1]
        try:
            yield from self._scheme.auth_flow(request)
        except (KeyError, NotImplementedError) as fault:
            raise httpx.ProtocolError(f"it asks for a kind of Digest that is not known ({fault})") from None
