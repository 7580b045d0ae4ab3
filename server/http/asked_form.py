"""Which form of a document a request asks for: by suffix, by a parameter of the address, by the header Accept."""

from __future__ import annotations

import re
from collections.abc import Mapping

from flask import request

from converter.formats import PARAMETERS, called
from server.http.negotiation import choose

BIBLIOGRAPHY = "text/x-bibliography"
_STYLE = re.compile(rf"{BIBLIOGRAPHY}\s*;[^,]*?style\s*=\s*\"?([\w-]+)", re.IGNORECASE)


def style_in(text: str) -> str:
    """The style of citation that a media type names, empty where it names none.

    >>> style_in("text/html;q=0.5, text/x-bibliography; locale=en; style=APA"), style_in("text/x-bibliography")
    ('apa', '')
    """
    stated = _STYLE.search(text)
    return stated[1].lower() if stated else ""


def parameter() -> str:
    """What the address names as the form, empty where it names none."""
    return next((value for name in PARAMETERS if (value := request.args.get(name, "").strip())), "")


def asked_form(forms: Mapping[str, str], suffix: str = "") -> str | None:
    """The suffix of the form that is asked for; None where there is no such form.

    `forms` is suffix → media type, the preferred first; `suffix` the one that the path has.
    """
    if suffix:
        return suffix if suffix in forms else None
    wanted = parameter()
    if wanted:
        return named_form(wanted, forms)
    by_type: dict[str, str] = {}
    for ending, media_type in forms.items():
        by_type.setdefault(media_type, ending)
    return by_type.get(choose(request.headers.get("Accept"), [*by_type]) or "")


def named_form(name: str, forms: Mapping[str, str]) -> str | None:
    """The suffix that a name means: a suffix, a media type, or another name of a format of data.

    >>> forms = {".html": "text/html", ".ttl": "text/turtle", ".rdf": "application/rdf+xml"}
    >>> [named_form(name, forms) for name in ("n3", ".ttl", "text/rdf+n3", "application/rdf xml", "HTML", "pdf")]
    ['.ttl', '.ttl', '.ttl', '.rdf', '.html', None]
    """
    # A plus sign in an address is a blank once it is decoded.
    bare = name.partition(";")[0].strip().lower().replace(" ", "+")
    ending = f".{bare.removeprefix('.')}"
    if ending in forms:
        return ending
    by_type = next((suffix for suffix, media_type in forms.items() if media_type == bare), None)
    for graph in (True, False):
        format_ = None if by_type else called(bare, graph=graph)
        by_type = f".{format_.name}" if format_ and f".{format_.name}" in forms else by_type
    return by_type
