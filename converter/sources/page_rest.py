"""What an item page says in its head and in JSON-LD besides what was read of it."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator

import msgspec
from selectolax.lexbor import LexborHTMLParser

from converter.record import Record
from converter.report import Finding
from converter.sources.json_formats.leaves import leaves
from converter.sources.remainder import Leaf, unread

Note = Callable[[Finding], None]

_OF_WORKS = re.compile(r"(?:dc|dcterms|citation|eprints|bepress_citation|prism)[._]", re.IGNORECASE)


def report_rest(page: LexborHTMLParser, read: Record, words: str, note: Note) -> None:
    """Report what the head and the JSON-LD of the page say besides what was read."""
    for name, value, _ in unread(_machine_readable(page), read, ()):
        where = "JSON-LD" if name.startswith("json-ld") else "head"
        note(
            Finding(
                read.identifier,
                "info",
                name,
                value,
                f"stands in the {where} of the page, of which the {words} was read",
            )
        )


def _machine_readable(page: LexborHTMLParser) -> Iterator[Leaf]:
    """Yield what the head of the page and its JSON-LD say of works."""
    for meta in page.css("meta[name][content]"):
        name, value = meta.attributes.get("name") or "", (meta.attributes.get("content") or "").strip()
        if value and _OF_WORKS.match(name):
            yield Leaf(f"head.{name}", value)
    for stated in json_ld(page):
        for path, text in leaves(stated):
            yield Leaf(f"json-ld.{path}", text)


def json_ld(page: LexborHTMLParser) -> Iterator[object]:
    """Yield what the page says in JSON-LD; what is no JSON is none."""
    for script in page.css("script[type='application/ld+json']"):
        with contextlib.suppress(msgspec.DecodeError, UnicodeError, RecursionError):
            yield msgspec.json.decode(script.text() or "null")
