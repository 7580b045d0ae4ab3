"""A record as its parts are read, whatever format it comes in."""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from converter.record import Field, File, Record
from converter.report import Finding
from converter.sources.identity import handle_of, identified

Note = Callable[[Finding], None]

_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


class Draft:
    """What has been read of a record so far; the readers of formats add to it, and `record` makes the record of it.

    `identifier`, `handle`, `datestamp`, `sets` and `deleted` may be set at any time before `record`.
    """

    def __init__(self, note: Note) -> None:
        self.identifier = ""
        self.handle: str | None = None
        self.datestamp: str | None = None
        self.sets: list[str] = []
        self.deleted = False
        self.fields: list[Field] = []
        self.files: list[File] = []
        self._findings: list[tuple[str, str, str]] = []
        self._note = note

    def add(
        self,
        name: str,
        value: str | None,
        language: str | None = None,
        authority: str | None = None,
        confidence: int | None = None,
    ) -> None:
        """Take a value under the name of its field; an empty one is reported."""
        text = (value or "").strip()
        if not text:
            self.unread(name, "", "an empty value")
            return
        place = len(self.fields) + 1
        self.fields.append(Field(name, text, language or None, authority or None, confidence, place))

    def add_text(
        self, name: str, element: etree._Element, authority: str | None = None, confidence: int | None = None
    ) -> None:
        """Take all text of an element as a value, in the language that the element names."""
        self.add(name, "".join(element.itertext()), language_of(element), authority, confidence)

    def unread(self, name: str, value: str, reason: str) -> None:
        """Report a value of the source that becomes no field."""
        self._findings.append((name, value, reason))

    def record(self, source: str) -> Record:
        """The record, its findings reported."""
        handle = self.handle or handle_of(self.fields, self.identifier)
        read = identified(
            Record(
                identifier=self.identifier,
                handle=handle,
                datestamp=self.datestamp,
                sets=tuple(self.sets),
                deleted=self.deleted,
                fields=tuple(self.fields),
                files=tuple(self.files),
                source=source,
            ),
            self._note,
        )
        for name, value, reason in self._findings:
            self._note(Finding(handle or read.identifier, "info", name, value, reason))
        return read


def language_of(element: etree._Element) -> str | None:
    """The language that the element itself names, by `lang` or `xml:lang`."""
    return element.get("lang") or element.get(_XML_LANG) or None
