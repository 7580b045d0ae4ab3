"""What stands around the records of an OAI-PMH answer: error, token, headers, formats, the repository's description.

Source: the Open Archives Initiative Protocol for Metadata Harvesting 2.0, section 3.2,
https://www.openarchives.org/OAI/openarchivesprotocol.html.
"""

from __future__ import annotations

from typing import NamedTuple

from lxml import etree

from converter.sources import provenance

NOT_RECORDS = {
    "Identify": "a description of the repository",
    "ListIdentifiers": "a list of headers without metadata",
    "ListMetadataFormats": "a list of metadata formats",
    "ListSets": "a list of sets",
}
_VERBS = frozenset({*NOT_RECORDS, "ListRecords", "GetRecord"})


class Header(NamedTuple):
    """The header of a record."""

    identifier: str
    datestamp: str | None
    deleted: bool


class OfferedFormat(NamedTuple):
    """A metadata format that a repository offers."""

    prefix: str
    namespace: str


class Outline:
    """What a pass over an answer has shown so far; only what stands at its place in the protocol counts.

    `verb` is the element that holds what was asked for, empty where none holds anything.  `read_as` are
    the prefixes of the formats that records were in, "" for one that is not read.
    """

    def __init__(self, base_url: str) -> None:
        self.root = self.verb = self.response_date = ""
        self.base_url = base_url
        self.error: tuple[str, str] | None = None
        self.token: str | None = None
        self.size: int | None = None
        self.headers: list[Header] = []
        self.formats: list[OfferedFormat] = []
        self.sets: dict[str, str] = {}
        self.described: dict[str, str] = {}
        self.read_as: set[str] = set()
        self._within = ""

    @property
    def holds_no_records(self) -> bool:
        """Whether what is being read is a part of an answer in which no record can stand."""
        return self._within in NOT_RECORDS

    def begins(self, name: str, level: int) -> None:
        """Note that an element begins, so deep in the answer."""
        if level == 1:
            # Before the answer, a program may have written what it warns of.
            self.root = name if name == "OAI-PMH" else self.root or name
        elif level == 2 and name in _VERBS:
            self._within = name

    def ends(self, element: etree._Element, name: str, level: int) -> None:
        """Note what a whole element says, so deep in the answer."""
        if level == 2:
            self._part(element, name)
        elif level == 3:
            self._entry(element, name)
        elif level == 1 and name == "error":
            # An error alone, as some save it.
            self._error(element)

    def _part(self, element: etree._Element, name: str) -> None:
        if name in _VERBS:
            # A cache may hold an empty element for every verb that was not asked.
            self.verb = name if len(element) or self.headers or not self.verb else self.verb
            self._within = ""
        elif name == "responseDate":
            self.response_date = text_of(element)
        elif name == "error":
            self._error(element)
        elif name == "request" and not self.base_url:
            # Who answered a page that was saved stands in it.
            self.base_url = provenance.base_url_of(text_of(element))

    def _error(self, element: etree._Element) -> None:
        code, words = element.get("code") or "", text_of(element)
        if code or words:
            self.error = self.error or (code or "error", words)

    def _entry(self, element: etree._Element, name: str) -> None:
        if name == "resumptionToken":
            self.token = text_of(element) or self.token
            size = element.get("completeListSize") or ""
            self.size = int(size) if size.isascii() and size.isdigit() else self.size
        elif name == "header" and self._within == "ListIdentifiers":
            self.headers.append(header_of(element))
        elif name == "metadataFormat":
            namespace = (element.findtext("{*}metadataNamespace") or "").strip()
            self.formats.append(OfferedFormat((element.findtext("{*}metadataPrefix") or "").strip(), namespace))
        elif name == "set" and self._within == "ListSets":
            spec, called = ((element.findtext(f"{{*}}{part}") or "").strip() for part in ("setSpec", "setName"))
            if spec:
                self.sets.setdefault(spec, " ".join(called.split()))
        elif self._within == "Identify":
            self.described.setdefault(name, text_of(element))


def header_of(element: etree._Element) -> Header:
    """The header that an element is."""
    identifier = (element.findtext("{*}identifier") or "").strip()
    datestamp = (element.findtext("{*}datestamp") or "").strip() or None
    return Header(identifier, datestamp, element.get("status") == "deleted")


def text_of(element: etree._Element) -> str:
    """All text of an element."""
    return "".join(str(part) for part in element.itertext()).strip()
