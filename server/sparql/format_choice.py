"""Which format of a result a request asks for: by name, else by Accept."""

from __future__ import annotations

from typing import Literal, overload

from flask import Response, request

from server.http.formats import Format, called, offers
from server.http.negotiation import choose
from server.http.problems import problem

_PAGE = frozenset({"html", "text/html"})


@overload
def wanted_format(name: str, what: str, *, graph: bool, page: Literal[False]) -> Format | Response: ...


@overload
def wanted_format(name: str, what: str, *, graph: bool, page: bool) -> Format | Response | None: ...


def wanted_format(name: str, what: str, *, graph: bool, page: bool) -> Format | Response | None:
    """The format that `name` or else the header Accept asks for; None for a page, where there is one; or a refusal.

    `what` is what is asked for, in the words of the refusal.
    """
    known = offers(graph=graph)
    if name:
        if page and name.strip().lower() in _PAGE:
            return None
        names = ", ".join([*sorted({format_.name for format_ in known.values()}), *(["html"] if page else [])])
        found = called(name, graph=graph)
        return found or problem(406, "Not Acceptable", f"{what} has no format {name[:80]!r}; it has {names}.")
    media_types = [*known, *(["text/html"] if page else [])]
    chosen = choose(request.headers.get("Accept"), media_types)
    if chosen is None:
        return problem(406, "Not Acceptable", f"{what} has the types {', '.join(media_types)}.")
    return known.get(chosen)
