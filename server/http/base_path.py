"""A site whose base has a path: it answers alike whether a proxy takes the path away or passes it on."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import unquote_to_bytes, urlsplit
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_AS_CAME = ("RAW_URI", "REQUEST_URI")
"""Where servers have the target of a request before anything in it is decoded."""


def root(base: str) -> str:
    """The path at which the site begins; links within its pages begin with it.

    >>> root("https://data.example.org/"), root("https://example.org/lod/")
    ('/', '/lod/')
    """
    return urlsplit(base).path or "/"


class BasePath:
    """An application that is also reached below the path of its `base`; at that path without a slash it leads there.

    What begins with that path is never taken for a name below it: of `/item/`, a proxy must pass on all of the path.
    """

    def __init__(self, inner: WSGIApplication, base: str) -> None:
        self._inner, self._base, self._sent = inner, base, root(base)
        # As WSGI has it: bytes as characters (PEP 3333).
        self._path = unquote_to_bytes(self._sent).decode("latin-1")

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The answer of the application, or where the site is."""
        path = environ["PATH_INFO"]
        if self._sent == "/" or not f"{path}/".startswith(self._path):
            return self._inner(environ, start_response)
        if len(path) < len(self._path):
            stated = [("Location", self._base), ("Content-Length", "0"), ("Access-Control-Allow-Origin", "*")]
            start_response("301 Moved Permanently", stated)
            return []
        environ["PATH_INFO"] = path[len(self._path) - 1 :]
        for name in _AS_CAME:
            if environ.get(name, "").startswith(self._sent):
                environ[name] = environ[name][len(self._sent) - 1 :]
        return self._inner(environ, start_response)
