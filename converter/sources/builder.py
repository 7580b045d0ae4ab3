"""A record as its parts are read, whatever format it comes in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec
from lxml import etree

from converter.record import Field, File, Origin, Record, Via
from converter.report import Finding
from converter.sources import remainder
from converter.sources.limits import MOST_FIELDS
from converter.sources.record_identity import handle_of, identified

Note = Callable[[Finding], None]

_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


class Said(NamedTuple):
    """What the source says beside a value: see `name_type`, `identifiers`, `of` and `since` of a Field."""

    name_type: str = ""
    identifiers: tuple[str, ...] = ()
    of: int = 0
    since: str = ""


class Draft:
    """What has been read of a record so far; the readers of formats add to it, and `record` makes the record of it.

    `identifier`, `handle`, `datestamp`, `sets` and `deleted` may be set at any time before `record`, and so may
    `whole`, a record that came in one piece; `origin` and `origins`, where it is from; `base_url` and
    `namespace`, how it came.  `fault` says why there is no record in it at all, `hidden` why it is not to be published:
    then nothing of it is kept but its identity, and the report says so.  `leaves` are all values of its source: those
    of them that nobody read are reported.  `taken` are values that were read and say something else by themselves, such
    as a year beside a remark on it.  `series` are the series that are named so far.
    """

    def __init__(self, note: Note) -> None:
        self.identifier = ""
        self.handle: str | None = None
        self.datestamp: str | None = None
        self.sets: list[str] = []
        self.deleted = False
        self.fields: list[Field] = []
        self.files: list[File] = []
        self.whole: Record | None = None
        self.origin: Origin | None = None
        self.origins: tuple[Origin, ...] = ()
        self.base_url = self.namespace = ""
        self.fault = self.hidden = ""
        self.leaves: Iterable[remainder.Leaf] = ()
        self.taken: set[str] = set()
        self.series: set[str] = set()
        self._said: set[tuple[str, str]] = set()
        self._findings: list[tuple[str, str, str]] = []
        self._note = note

    def says(self, name: str, value: str) -> bool:
        """Whether a value has been taken under the name of its field."""
        return (name, value) in self._said

    def add(
        self,
        name: str,
        value: str | None,
        language: str | None = None,
        authority: str | None = None,
        confidence: int | None = None,
        said: Said | None = None,
    ) -> int:
        """Take a value under the name of its field and return its place; what is reported in its stead has place 0."""
        text = (value or "").strip()
        if not text:
            self.unread(name, "", "an empty value")
            return 0
        if name.startswith("dc.identifier") and text.startswith("file:/"):
            self.unread(name, text, "a path on the machine of whoever exported it")
            return 0
        place = len(self.fields) + 1
        if place > MOST_FIELDS + 1:
            # It is left out, whatever else it has: see `limits.bounded`.
            return 0
        self._said.add((name, text))
        self.fields.append(
            Field(
                name=name,
                value=text,
                language=language or None,
                authority=authority or None,
                confidence=confidence,
                place=place,
                name_type=(said and said.name_type) or None,
                identifiers=said.identifiers if said else (),
                of=said.of if said else 0,
                since=said.since if said else "",
            )
        )
        return place

    def add_text(
        self, name: str, element: etree._Element, authority: str | None = None, confidence: int | None = None
    ) -> None:
        """Take all text of an element as a value, in the language that the element names."""
        self.add(name, text_of(element), language_of(element), authority, confidence)

    def unread(self, name: str, value: str, reason: str) -> None:
        """Report a value of the source that becomes no field."""
        self._findings.append((name, value, reason))

    def record(self, source: str) -> Record:
        """The record, its findings reported; `source` is whose it is here."""
        read = identified(self.whole or self._read(source), self._note)
        came = Via(self.identifier or read.identifier, self.datestamp, source, self.base_url, self.namespace)
        if self.base_url or came.identifier != read.identifier or came.source != read.source:
            read = msgspec.structs.replace(read, via=came)
        if self.origins:
            read = msgspec.structs.replace(read, origins=self.origins)
        if self.hidden:
            self._note(Finding(read.handle or read.identifier, "info", "", "", f"not published: {self.hidden}"))
            return msgspec.structs.replace(read, fields=(), files=(), sets=(), erased=True)
        if not self.whole and len(read.fields) <= MOST_FIELDS:
            leaves = (leaf for leaf in self.leaves if leaf.text not in self.taken)
            self._findings += list(remainder.unread(leaves, read, self._findings))
        for name, value, reason in self._findings:
            self._note(Finding(read.handle or read.identifier, "info", name, value, reason))
        return read

    def _read(self, source: str) -> Record:
        """The record of its fields, under the identity that it has at its origin where it may bear that."""
        identifier, datestamp = self.identifier, self.datestamp
        if self.origin:
            identifier, datestamp = self.origin.identifier, self.origin.datestamp
            source = urlsplit(self.origin.base_url).hostname or source
        return Record(
            identifier=identifier,
            handle=self.handle or handle_of(self.fields, identifier),
            datestamp=datestamp,
            sets=tuple(self.sets),
            deleted=self.deleted,
            fields=tuple(self.fields),
            files=tuple(self.files),
            source=source,
        )


def text_of(element: etree._Element) -> str:
    r"""All text of an element; where HTML in it breaks a line, there is a break.

    >>> text_of(etree.fromstring("<a>Reading<br/>tides <i>well</i></a>"))
    'Reading\ntides well'
    """
    if not len(element):
        return element.text or ""
    parts: list[str] = []
    for event, part in etree.iterwalk(element, events=("start", "end")):
        if event == "start":
            parts.append(part.text or "")
        elif part is not element:
            parts += ["\n" if str(part.tag).rpartition("}")[2] == "br" else "", part.tail or ""]
    return "".join(parts)


def language_of(element: etree._Element) -> str | None:
    """The language that the element itself names, by `lang`, `xml:lang` or `language`."""
    return element.get("lang") or element.get(_XML_LANG) or element.get("language") or None
