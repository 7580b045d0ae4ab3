"""OAI-PMH answers and XML records on disk: whole ListRecords pages, single records, bare metadata of any format read.

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
from converter.record import Record
from converter.report import Finding
from converter.sources import provenance
from converter.sources.builder import Draft
from converter.sources.elements import Tree
from converter.sources.xml_formats import Format, format_of, format_within, known
from converter.values.terms import UNCARRIABLE

Note = Callable[[Finding], None]

_CHUNK = 1 << 20
# XML knows five named entities and numbers; HTML's other names and a bare & are text.
_LOOSE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9A-Fa-f]{1,6});)")
_LONGEST_REFERENCE = 16
_HOLDERS = ("metadata", "recordData")
"""What holds the metadata of a record: in OAI-PMH, and in answers of a catalogue's search (SRU)."""
_NOT_RECORDS = {
    "Identify": "a description of the repository",
    "ListIdentifiers": "a list of headers without metadata",
    "ListMetadataFormats": "a list of metadata formats",
    "ListSets": "a list of sets",
}


def records(stream: BinaryIO, name: str, note: Note, source: str = "", base_url: str = "") -> Iterator[Record]:
    """The records of the stream, as they are parsed; `base_url` is the endpoint that has just answered them.

    Raises SourceError where there is none, where the answer is an error or a list of something else, and where the
    document declares entities.
    """
    _refuse_entities(stream, name)
    reading = _Reading(name, note, source, base_url)
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

    def __init__(self, name: str, note: Note, source: str, base_url: str) -> None:
        self.name, self._note, self._source, self._base_url = name, note, source, base_url
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
        depth, inside = 0, 0
        for event, element in events:
            name = _local(element)
            if event == "start":
                depth += 1
                self._root = self._root or name
                if depth == 2 and name in _NOT_RECORDS:
                    self._answer = name
                if not inside and not self._answer and (name == "record" or format_of(element)):
                    # What stands in a record is its own affair: a MARC record in an OAI record is not another one.
                    inside = depth
                continue
            if depth == inside:
                inside = 0
                yield from self._record(element)
                _release(element)
            depth -= 1
            if name == "request" and depth == 1 and not self._base_url:
                # Who answered a page that was saved stands in it.
                self._base_url = provenance.base_url_of("".join(element.itertext()))
            if name == "error" and depth <= 1:
                self._error = element.get("code") or "error", "".join(element.itertext()).strip()

    def finish(self) -> None:
        """Raise the reason where a whole document held no record."""
        if self.count or self._seen:
            return
        if self._error and self._error[0] == "noRecordsMatch":
            self._note(Finding("", "info", "", self.name, "the repository answers noRecordsMatch: no records"))
        elif self._error:
            code, text = self._error
            reason = " ".join(text.split()) or "no reason given"
            raise SourceError(f"{self.name}: an OAI-PMH answer with the error {code}: {reason}")
        elif self._answer:
            words = _NOT_RECORDS[self._answer]
            raise SourceError(f"{self.name}: {words} ({self._answer}), not records; ask for verb=ListRecords")
        elif self._root in {"OAI-PMH", "records", "ListRecords"}:
            self._note(Finding("", "warning", "", self.name, "an answer without a record"))
        else:
            raise SourceError(f"{self.name}: XML without a record (its root is {self._root}); {known()}")

    def _record(self, element: etree._Element) -> Iterator[Record]:
        self._seen += 1
        if self._seen <= self._skip:
            return
        self.count += 1
        draft = Draft(self._note)
        header = element.find("{*}header")
        if header is not None:
            _header(header, draft)
            draft.base_url = self._base_url
        metadata, format_ = _metadata(element)
        if metadata is not None and header is not None:
            _provenance(element, metadata, draft)
        if metadata is None:
            inner = None if header is not None else _embedded(element)
            if inner is not None:
                self.count -= 1
                yield from self._record(inner)
            elif draft.deleted:
                yield draft.record(self._source)
            else:
                self._note(Finding(draft.identifier, "error", "", "", "a record with a header and no metadata"))
        elif format_ is None:
            namespace = metadata.nsmap.get(metadata.prefix) or _local(metadata)
            reason = f"metadata in a format that is not known: every value keeps the name of its element; {known()}"
            self._note(Finding(draft.identifier, "warning", "", namespace, reason))
            Tree(metadata, draft, _local(metadata)).rest()
            yield draft.record(self._source)
        else:
            format_.read(metadata, draft)
            if draft.fault:
                self._note(Finding(draft.identifier, "error", "", "", draft.fault))
            else:
                yield draft.record(self._source)


def _local(element: etree._Element) -> str:
    """The name of an element without its namespace; a broken document may have prefixes that nothing declares."""
    return str(element.tag).rpartition("}")[2].rpartition(":")[2]


def _header(header: etree._Element, draft: Draft) -> None:
    draft.deleted = header.get("status") == "deleted"
    draft.identifier = (header.findtext("{*}identifier") or "").strip()
    draft.datestamp = (header.findtext("{*}datestamp") or "").strip() or None
    draft.sets = [text.strip() for set_ in header.findall("{*}setSpec") if (text := set_.text or "").strip()]


def _provenance(record: etree._Element, metadata: etree._Element, draft: Draft) -> None:
    """Where the record is from, and whether it bears that identity."""
    # A broken document may have prefixes that nothing declares.
    draft.namespace = str(metadata.tag).lstrip("{").partition("}")[0] if str(metadata.tag).startswith("{") else ""
    try:
        draft.origins = provenance.origins(record)
    except provenance.Unclear as fault:
        draft.unread("provenance", "", f"{fault}; the record is taken as its provider's own")
    draft.origin = provenance.kept(draft.origins, draft.namespace)


def _metadata(record: etree._Element) -> tuple[etree._Element | None, Format | None]:
    """The metadata element of a record and its format; a record may be its own metadata."""
    bare = format_of(record) or format_within(record)
    if bare:
        return record, bare
    holder = next((found for name in _HOLDERS if (found := record.find(f"{{*}}{name}")) is not None), None)
    inner = None if holder is None else next(iter(holder.iterchildren("*")), None)
    return inner, None if inner is None else format_of(inner)


def _embedded(element: etree._Element) -> etree._Element | None:
    """The record that stands in the text of an element, as harvesters wrap what they pass on; None where none does."""
    for part in element.iter("*"):
        text = (part.text or "").strip()
        if text.startswith("<") and "<record" in text[:1000]:
            parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, remove_comments=True)
            try:
                inner = etree.fromstring(text.encode(), parser)
            except etree.XMLSyntaxError:
                return None
            return inner if _local(inner) == "record" else None
    return None


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
