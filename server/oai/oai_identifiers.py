"""What items and sets are called in OAI-PMH; either name leads back to what it was made of.

Sources: Specification and XML Schema for the OAI Identifier Format, http://www.openarchives.org/OAI/2.0/guidelines-oai-identifier.htm,
and the guidelines for aggregators beside it: what is passed on changed has an identifier of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

_TAG = r"[A-Za-z0-9\-_.!*'()]+"
_SPEC = re.compile(rf"{_TAG}(?::{_TAG})*")
_NOT_IN_TAG = re.compile(rb"[^A-Za-z0-9\-_.!*'()]")
_ESCAPED = re.compile(r"(?:~[0-9A-F]{2})+")


def host(base: str) -> str:
    """The host of the site, which is the namespace of its identifiers."""
    return urlsplit(base).hostname or ""


def identifier(base: str, address: str) -> str:
    """The OAI identifier of the item that stands at an address below /item/.

    >>> identifier("https://data.example.org/", "20.500.12345/678")
    'oai:data.example.org:20.500.12345/678'
    """
    return f"oai:{host(base)}:{address}"


def address(base: str, named: str) -> str | None:
    """The address of the item that is called so, None where it is no identifier of this site.

    >>> address("https://data.example.org/", "oai:data.example.org:20.500.12345/678")
    '20.500.12345/678'
    """
    start = identifier(base, "")
    return named.removeprefix(start) if named.startswith(start) else None


def spec(name: str) -> str:
    """The setSpec of a set: its name, where that is one; else a form without a hierarchy, with `~HH` for other bytes.

    >>> spec("com_12345_1"), spec("pub:articles"), spec("Maps & Plans")
    ('com_12345_1', 'pub:articles', 'Maps~20~26~20Plans')
    """
    if _SPEC.fullmatch(name):
        return name
    plain = _NOT_IN_TAG.sub(lambda match: b"~%02X" % ord(match[0]), name.encode("utf-8", "replace"))
    return plain.decode("ascii")


def set_name(stated: str) -> str | None:
    """The name of the set with that setSpec, None where none can have it.

    >>> set_name("Maps~20~26~20Plans"), set_name("~zz"), set_name("a b")
    ('Maps & Plans', None, None)
    """
    try:
        name = _ESCAPED.sub(lambda match: bytes.fromhex(match[0].replace("~", "")).decode(), stated)
    except UnicodeDecodeError:
        return None
    return name if name and spec(name) == stated else None


def above(stated: str) -> Iterator[str]:
    """Yield the sets above one, from the top.

    >>> list(above("pub:articles:open"))
    ['pub', 'pub:articles']
    """
    parts = stated.split(":")
    yield from (":".join(parts[:length]) for length in range(1, len(parts)))


def below(stated: str, specs: Iterable[str]) -> list[str]:
    """A set and those below it, of those that there are: who is in these is in it too.

    >>> below("pub", ["pub:articles", "public", "pub:maps"])
    ['pub:articles', 'pub:maps']
    """
    return [one for one in specs if one == stated or one.startswith(f"{stated}:")]
