"""OAI-PMH answers and records on disk: whole ListRecords pages, single records, bare `dim` and `oai_dc` metadata.

Source: the Open Archives Initiative Protocol for Metadata Harvesting 2.0, https://www.openarchives.org/OAI/2.0/.
Parsing is streaming, strict first, without DTDs, entities or network; a page that strict parsing refuses is repaired
(control characters, wrong encodings), then recovered as far as it goes, and either is reported.
"""

from __future__ import annotations

import codecs
import re
import tempfile
from collections.abc import Callable, Iterator
from typing import BinaryIO, cast

from lxml import etree

from converter.errors import SourceError
from converter.record import Field, Record
from converter.report import Finding
from converter.sources.identity import handle_of, identified
from converter.values.terms import UNCARRIABLE

Note = Callable[[Finding], None]
Reader = Callable[[etree._Element, "Draft"], None]

_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_DC = "http://purl.org/dc/elements/1.1/"
_CHUNK = 1 << 20
# XML knows five named entities and numbers; HTML's other names and a bare & are text.
_LOOSE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9A-Fa-f]{1,6});)")
_LONGEST_REFERENCE = 16
_NOT_RECORDS = {
    "Identify": "a description of the repository",
    "ListIdentifiers": "a list of headers without metadata",
    "ListMetadataFormats": "a list of metadata formats",
    "ListSets": "a list of sets",
}


class Draft:
    """A record as its parts are read."""

    def __init__(self, note: Note) -> None:
        self.identifier = ""
        self.datestamp: str | None = None
        self.sets: list[str] = []
        self.deleted = False
        self.handle: str | None = None
        self.fields: list[Field] = []
        self.findings: list[tuple[str, str, str]] = []
        self._note = note

    def add(self, name: str, element: etree._Element, **controlled: object) -> None:
        """Take the text of an element as a value; an empty one is reported."""
        value = "".join(element.itertext()).strip()
        if not value:
            self.findings.append((name, "", "an empty value"))
            return
        language = element.get("lang") or element.get(_XML_LANG) or None
        place = len(self.fields) + 1
        self.fields.append(
            Field(
                name,
                value,
                language,
                authority=cast("str | None", controlled.get("authority")),
                confidence=cast("int | None", controlled.get("confidence")),
                place=place,
            )
        )

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
                source=source,
            ),
            self._note,
        )
        for name, value, reason in self.findings:
            self._note(Finding(handle or read.identifier, "info", name, value, reason))
        return read


def dim(metadata: etree._Element, draft: Draft) -> None:
    """Read DSpace's own fields: `field` with mdschema, element, qualifier, lang, authority, confidence."""
    for element in metadata.iter("{*}field"):
        schema, name = element.get("mdschema"), element.get("element") or ""
        if schema == "others":
            _other(name, element, draft)
            continue
        parts = [schema or "dc", name, element.get("qualifier") or ""]
        full = ".".join(part.strip() for part in parts if part and part != "none")
        if schema is None:
            draft.findings.append((full, "".join(element.itertext()).strip(), "no mdschema: taken for dc"))
        confidence = element.get("confidence") or ""
        draft.add(
            full,
            element,
            authority=element.get("authority") or None,
            confidence=int(confidence) if confidence.lstrip("-").isdecimal() else None,
        )


def oai_dc(metadata: etree._Element, draft: Draft) -> None:
    """Read the fifteen elements of simple Dublin Core."""
    for element in metadata.iterchildren("*"):
        draft.add(f"dc.{_local(element)}", element)


METADATA: dict[str, Reader] = {
    "http://www.dspace.org/xmlns/dspace/dim": dim,
    "http://www.openarchives.org/OAI/2.0/oai_dc/": oai_dc,
}
"""Namespace of the metadata element → its reader."""


def records(stream: BinaryIO, name: str, note: Note, source: str = "") -> Iterator[Record]:
    """The records of the stream, as they are parsed.

    Raises SourceError where there is none, where the answer is an error or a list of something else, and where the
    document declares entities.
    """
    _refuse_entities(stream, name)
    reading = _Reading(name, note, source)
    try:
        yield from reading.records(stream)
    except etree.XMLSyntaxError as fault:
        # libxml's message and line say what a person has to look for.
        first_fault = f"line {fault.lineno}: {fault.msg}"
    else:
        reading.finish()
        return
    before = reading.count
    with tempfile.SpooledTemporaryFile(max_size=8 * _CHUNK) as repaired:
        changed = _repair(stream, cast("BinaryIO", repaired))
        how = "characters that XML forbids repaired" if changed else "recovered from broken XML"
        recovered = not changed
        reading.again(skip=before)
        try:
            for record in reading.records(cast("BinaryIO", repaired), recover=recovered):
                note(Finding(record.identifier, "warning", "", "", f"{how} ({first_fault})"))
                yield record
        except etree.XMLSyntaxError:
            yield from _recovered(reading, cast("BinaryIO", repaired), note, "" if recovered else first_fault)
            recovered = True
    if not reading.count:
        raise SourceError(f"{name}: broken XML ({first_fault}) and no whole record in it; fetch the page again")
    if recovered:
        note(Finding("", "error", "", name, f"broken XML ({first_fault}); records behind the fault may be missing"))


def _recovered(reading: _Reading, stream: BinaryIO, note: Note, first_fault: str) -> Iterator[Record]:
    """Yield what is left when even a repaired document is broken; nothing where recovering has been tried."""
    if not first_fault:
        return
    reading.again(skip=reading.count)
    try:
        for record in reading.records(stream, recover=True):
            note(Finding(record.identifier, "warning", "", "", f"recovered from broken XML ({first_fault})"))
            yield record
    except etree.XMLSyntaxError:
        # Nothing more can be had; the caller reports what is missing.
        return


class _Reading:
    """One pass over a document: what it has shown so far."""

    def __init__(self, name: str, note: Note, source: str) -> None:
        self.name, self._note, self._source = name, note, source
        self.count = 0
        self._skip = 0
        self._seen = 0
        self._answer = ""
        self._error: tuple[str, str] | None = None
        self._root = ""

    def again(self, skip: int) -> None:
        """Begin another pass, in which the first `skip` records are passed over."""
        self._skip, self._seen = skip, 0

    def records(self, stream: BinaryIO, *, recover: bool = False) -> Iterator[Record]:
        stream.seek(0)
        events = etree.iterparse(
            stream,
            events=("start", "end"),
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            recover=recover,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        depth = 0
        for event, element in events:
            name = _local(element)
            if event == "start":
                depth += 1
                self._root = self._root or name
                if depth == 2 and name in _NOT_RECORDS:
                    self._answer = name
                continue
            depth -= 1
            if name == "error" and depth <= 1:
                self._error = element.get("code") or "error", "".join(element.itertext()).strip()
            bare = depth == 0 and element.nsmap.get(element.prefix) in METADATA
            if name == "record" or bare:
                yield from self._record(element, bare=bare)
                _release(element)

    def finish(self) -> None:
        """Raise the reason where a whole document held no record."""
        if self.count or self._seen:
            return
        if self._error and self._error[0] == "noRecordsMatch":
            self._note(Finding("", "info", "", self.name, "the repository answers noRecordsMatch: no records"))
        elif self._error:
            code, text = self._error
            raise SourceError(f"{self.name}: an OAI-PMH answer with the error {code}: {text or 'no reason given'}")
        elif self._answer:
            words = _NOT_RECORDS[self._answer]
            raise SourceError(f"{self.name}: {words} ({self._answer}), not records; ask for verb=ListRecords")
        elif self._root in {"OAI-PMH", "records", "ListRecords"}:
            self._note(Finding("", "warning", "", self.name, "an answer without a record"))
        else:
            raise SourceError(f"{self.name}: XML without a record (its root is {self._root}); {_known()}")

    def _record(self, element: etree._Element, *, bare: bool) -> Iterator[Record]:
        self._seen += 1
        if self._seen <= self._skip:
            return
        self.count += 1
        draft = Draft(self._note)
        header = None if bare else element.find("{*}header")
        if header is not None:
            _header(header, draft)
        metadata = element if bare else _metadata(element)
        if metadata is None:
            if draft.deleted:
                yield draft.record(self._source)
            else:
                self._note(Finding(draft.identifier, "error", "", "", "a record with a header and no metadata"))
            return
        namespace = metadata.nsmap.get(metadata.prefix) or ""
        reader = oai_dc if metadata is element and not bare else METADATA.get(namespace)
        if reader is None:
            self._note(Finding(draft.identifier, "error", "", namespace, f"metadata in another format; {_known()}"))
            return
        reader(metadata, draft)
        yield draft.record(self._source)


def _local(element: etree._Element) -> str:
    """The name of an element without its namespace; a broken document may have prefixes that nothing declares."""
    return str(element.tag).rpartition("}")[2].rpartition(":")[2]


def _header(header: etree._Element, draft: Draft) -> None:
    draft.deleted = header.get("status") == "deleted"
    draft.identifier = (header.findtext("{*}identifier") or "").strip()
    draft.datestamp = (header.findtext("{*}datestamp") or "").strip() or None
    draft.sets = [text.strip() for set_ in header.findall("{*}setSpec") if (text := set_.text or "").strip()]


def _metadata(record: etree._Element) -> etree._Element | None:
    holder = record.find("{*}metadata")
    if holder is None:
        # Some exports put the elements of Dublin Core into the record itself.
        return record if record.find(f"{{{_DC}}}*") is not None else None
    return next(iter(holder.iterchildren("*")), None)


def _other(name: str, element: etree._Element, draft: Draft) -> None:
    value = "".join(element.itertext()).strip()
    if name == "handle" and value:
        draft.handle = value
    elif name == "lastModifyDate" and value and not draft.datestamp:
        draft.datestamp = value
    elif value:
        draft.findings.append((f"others.{name}", value, "a technical field of the answer, not of the record"))


def _release(element: etree._Element) -> None:
    """Give back the memory of an element and of all before it."""
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while (before := element.getprevious()) is not None:
            parent.remove(before)


def _refuse_entities(stream: BinaryIO, name: str) -> None:
    head = stream.read(65_536)
    stream.seek(0)
    if b"<!ENTITY" in head:
        raise SourceError(f"{name}: the document declares entities, which are not read; remove its DOCTYPE")


def _repair(stream: BinaryIO, target: BinaryIO) -> bool:
    """Write the stream to `target` as UTF-8, no forbidden characters, no loose &; whether that changed it."""
    stream.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    changed, kept = False, ""
    while chunk := stream.read(_CHUNK):
        text = kept + decoder.decode(chunk)
        # A reference may go on in the next chunk.
        cut = text.rfind("&", max(0, len(text) - _LONGEST_REFERENCE))
        text, kept = (text[:cut], text[cut:]) if cut >= 0 else (text, "")
        clean = _LOOSE_AMPERSAND.sub("&amp;", UNCARRIABLE.sub("", text))
        changed = changed or clean != text or "\ufffd" in text
        target.write(clean.encode())
    clean = _LOOSE_AMPERSAND.sub("&amp;", kept)
    target.write(clean.encode())
    return changed or clean != kept


def _known() -> str:
    return f"the formats dim and oai_dc are read ({', '.join(METADATA)})"
