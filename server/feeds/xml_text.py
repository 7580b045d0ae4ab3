"""XML as text, made of pieces that are escaped where they are made."""

from __future__ import annotations

from collections.abc import Mapping
from xml.sax.saxutils import escape

from converter.values.terms import carriable

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'

_IN_TEXT = {"\r": "&#13;"}
_IN_VALUES = {'"': "&quot;", "\n": "&#10;", "\t": "&#9;", **_IN_TEXT}


def text(words: str) -> str:
    r"""The words as the content of an element; a character that no XML document carries is left out.

    >>> text("R&D <\x00\r\n")
    'R&amp;D &lt;&#13;\n'
    """
    return escape(carriable(words), _IN_TEXT)


def begin(name: str, attributes: Mapping[str, str | None] | None = None) -> str:
    """The start of an element; an attribute that is None is left out.

    >>> begin("dim:field", {"element": "title", "lang": None, "note": 'a "b"'})
    '<dim:field element="title" note="a &quot;b&quot;">'
    """
    stated = "".join(
        f' {key}="{escape(carriable(value), _IN_VALUES)}"'
        for key, value in (attributes or {}).items()
        if value is not None
    )
    return f"<{name}{stated}>"


def element(name: str, inside: str = "", attributes: Mapping[str, str | None] | None = None) -> str:
    """The element around what is markup already: `text` of words, or other elements.

    >>> element("setSpec", text("a")), element("header", attributes={"status": "deleted"})
    ('<setSpec>a</setSpec>', '<header status="deleted"/>')
    """
    start = begin(name, attributes)
    return f"{start}{inside}</{name}>" if inside else f"{start[:-1]}/>"
