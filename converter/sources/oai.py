"""OAI-PMH answers and XML records on disk: whole ListRecords pages, single records, bare metadata of any format read.

Source: the Open Archives Initiative Protocol for Metadata Harvesting 2.0, https://www.openarchives.org/OAI/2.0/.
Parsing is streaming, strict first, without DTDs, entities or network; what strict parsing refuses is repaired, else
read record by record, and either is reported.  Files and harvests are read by the same pass.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import tempfile
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO, cast

from lxml import etree

from converter.errors import SourceError
from converter.record import Record
from converter.report import Finding
from converter.sources import provenance
from converter.sources.builder import Draft
from converter.sources.elements import local
from converter.sources.large_records import Metered, TooMuch, exceeds_limit, without_large
from converter.sources.limits import NONE_SMALL, USUAL, Limits
from converter.sources.oai_outline import NOT_RECORDS, Header, Outline, header_of
from converter.sources.remainder import Leaf, of_element
from converter.sources.repair import Repaired, parser
from converter.sources.xml_formats import (
    FORMATS,
    Format,
    by_table,
    format_of,
    format_of_parts,
    format_within,
    known,
)

Note = Callable[[Finding], None]

_IN_MEMORY = 8 << 20
_ROOTS = (["OAI-PMH"], ["Response"])
_OF_THE_ANSWER = frozenset({"responseDate", "request", "error"})
_COUNTED = (["searchRetrieveResponse"], ["updateRequest"], ["ONIXMessage"], ["ONIXmessage"])
"""What an answer of OAI-PMH says of itself, and the roots of what says around its records only how it was sent."""
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_HOLDERS = ("metadata", "recordData")
"""What holds the metadata of a record: in OAI-PMH, and in answers of a catalogue's search (SRU)."""


def records(
    stream: BinaryIO, name: str, note: Note, source: str = "", base_url: str = "", *, of: Limits = USUAL
) -> Iterator[Record]:
    """The records of the stream, as they are parsed; `base_url` is the endpoint that has just answered them.

    A record of more bytes than one may have, or one that is too deep, is an error in the report, and the others go on.

    Raises SourceError where there is none, where the answer is an error or a list of something else, and where the
    document declares entities.
    """
    page = Page(stream, name, note, source, base_url, of=of)
    yield from page.records()
    page.finish()


class Page:
    """One pass over a document in UTF-8; `outline` is complete when `records` has ended.

    `fault` is what is wrong with its XML, empty where nothing is; `broken` says that repairing it was not enough.
    """

    def __init__(
        self, stream: BinaryIO, name: str, note: Note, source: str = "", base_url: str = "", *, of: Limits = USUAL
    ) -> None:
        self._stream, self._name, self._note = stream, name, note
        self._source, self._base_url, self._largest = source, base_url, of.record
        self.outline = Outline(base_url)
        self.count = 0
        self.fault = ""
        self.broken = self._spared = False
        self._seen = self._skip = 0
        self._strays: dict[tuple[str, str], None] = {}

    def records(self) -> Iterator[Record]:
        """Yield every record that can be had.

        Raises SourceError where the document declares entities.
        """
        _refuse_entities(self._stream, self._name)
        self._stream.seek(0)
        try:
            yield from self._pass(self._stream)
        except etree.XMLSyntaxError as fault:
            # libxml's message and line say what a person has to look for.
            self.fault = f"line {fault.lineno}: {fault.msg}"
            is_large = exceeds_limit(fault.msg)
        except TooMuch:
            self.fault, is_large = f"a record of more than {self._largest:,} bytes", True
        else:
            return
        if is_large and not self._spared:
            yield from self._without_large()
            return
        with contextlib.closing(Repaired(self._stream)) as repaired:
            self._again()
            try:
                yield from self._pass(repaired.stream(), wrapped=True)
            except (etree.XMLSyntaxError, TooMuch):
                self.broken = True
                yield from self._piecemeal(repaired)
        if not self.broken:
            self._note(Finding("", "warning", "", self._name, f"broken XML ({self.fault}), which was repaired"))

    def finish(self) -> None:
        """Report what is missing; raise SourceError with the reason where a whole document held no record."""
        outline = self.outline
        if self.broken and not self.count:
            reason = f"broken XML ({self.fault}) and no whole record in it; fetch it again, or correct that line"
            raise SourceError(f"{self._name}: {reason}")
        if self.broken:
            reason = f"broken XML ({self.fault}); what stands outside whole records is missing"
            self._note(Finding("", "error", "", self._name, reason))
        if self.count or self._seen:
            self._report_strays()
            return
        if outline.error and outline.error[0] == "noRecordsMatch":
            self._note(Finding("", "info", "", self._name, "the repository answers noRecordsMatch: no records"))
        elif outline.error:
            code, text = outline.error
            reason = " ".join(text.split()) or "no reason given"
            raise SourceError(f"{self._name}: an OAI-PMH answer with the error {code}: {reason}")
        elif outline.verb in NOT_RECORDS:
            words = NOT_RECORDS[outline.verb]
            raise SourceError(f"{self._name}: {words} ({outline.verb}), not records; ask for verb=ListRecords")
        elif self._spared:
            raise SourceError(f"{self._name}: {NONE_SMALL}")
        elif outline.verb or outline.root in {"OAI-PMH", "records", "ListRecords"}:
            self._note(Finding("", "warning", "", self._name, "an answer without a record"))
            self._report_strays()
        else:
            raise SourceError(f"{self._name}: XML without a record (its root is {outline.root}); {known()}")

    def _without_large(self) -> Iterator[Record]:
        """Yield the other records of a document of which some are too large or too deep."""
        roots = {b"record", *(root.encode() for format_ in FORMATS for root in format_.roots)}
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as spool:
            spared = cast("BinaryIO", spool)
            for called, reason in without_large(self._stream, spared, self._largest, roots):
                self._note(Finding(called, "error", "", self._name, f"{reason}; left out"))
            self._again()
            self._stream, self._spared, self.fault = spared, True, ""
            if spared.tell():
                yield from self.records()

    def _again(self) -> None:
        """Begin another pass, in which the records that were read are passed over."""
        self._skip, self._seen = self.count, 0
        self.outline = Outline(self._base_url)

    def _piecemeal(self, repaired: Repaired) -> Iterator[Record]:
        """Read each record by itself, so that a fault in one costs no other; without records, what can be recovered."""
        self._again()
        around, pieces = repaired.pieces()
        first = next(pieces, None)
        with contextlib.suppress(etree.XMLSyntaxError, TooMuch):
            for record in self._pass(io.BytesIO(around), wrapped=True, recover=True):
                if first is None:
                    yield self._recovered(record, self.fault)
        if first is not None:
            self._seen = 0
            for piece in itertools.chain([first], pieces):
                yield from self._alone(piece)

    def _alone(self, piece: bytes) -> Iterator[Record]:
        """Read the record of a document that holds nothing else."""
        fault = f"more than {self._largest:,} bytes" if len(piece) > self._largest else ""
        try:
            root = etree.fromstring(piece, parser()) if not fault else None
        except etree.XMLSyntaxError as error:
            fault = error.msg or "broken"
            root = None if exceeds_limit(fault) else etree.fromstring(piece, parser(recover=True))
        if root is None:
            self._note(
                Finding("", "error", "", self._name, f"a record that is too large or too deep ({fault}); left out")
            )
            return
        for element in root.iterchildren("{*}record"):
            for record in self._record(element):
                yield self._recovered(record, fault) if fault else record

    def _recovered(self, record: Record, fault: str) -> Record:
        self._note(Finding(record.identifier, "warning", "", "", f"recovered from broken XML ({fault})"))
        return record

    def _pass(self, stream: BinaryIO, *, wrapped: bool = False, recover: bool = False) -> Iterator[Record]:
        metered = Metered(stream, self._largest)
        events = etree.iterparse(
            metered,
            events=("start", "end"),
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            recover=recover,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        level, inside = -1 if wrapped else 0, 0
        path: list[str] = []
        for event, element in events:
            name = local(element)
            if event == "start":
                level += 1
                path.append(name)
                self.outline.begins(name, level)
                is_record = name == "record" or (level > 0 and format_of(element) is not None)
                if not inside and not self.outline.holds_no_records and is_record:
                    # What stands in a record is its own affair: a MARC record in an OAI record is not another one.
                    inside = level
                continue
            if level == inside and inside:
                inside = 0
                yield from self._record(element)
                self._stray(path[wrapped:-1], _release(element))
                metered.mark()
            elif not inside:
                self.outline.ends(element, name, level)
                self._stray(path[wrapped:], _own(element))
            level -= 1
            path.pop()

    def _stray(self, path: list[str], texts: Iterable[str]) -> None:
        """Keep what stands outside the records, but for what an answer says of itself."""
        is_own = path[:1] in _ROOTS and not _OF_THE_ANSWER.isdisjoint(path[1:2])
        if path[:1] in _COUNTED or is_own or "resumptionToken" in path:
            return
        for text in texts:
            if shown := " ".join(text.split()):
                self._strays[".".join(path) or "document", shown] = None

    def _report_strays(self) -> None:
        for path, text in self._strays:
            self._note(Finding("", "info", path, text, "stands outside the records that were read"))

    def _record(self, element: etree._Element) -> Iterator[Record]:
        header = element.find("{*}header")
        stated = None if header is None else header_of(header)
        metadata, format_ = _metadata(element)
        inner = _embedded(element) if format_ is None and header is None else None
        if inner is not None:
            yield from self._record(inner)
            return
        if stated is not None and metadata is None and not stated.identifier and not stated.deleted:
            # The empty place for a record of another verb.
            self._stray([local(element)], (leaf.text for leaf in of_element(element, "")))
            return
        if stated is not None:
            self.outline.headers.append(stated)
        self._seen += 1
        if self._seen <= self._skip:
            return
        self.count += 1
        draft = Draft(self._note)
        if metadata is not None and format_ is None and header is None and _embedded(element) is not None:
            metadata = None
        if stated is not None and header is not None:
            _take_header(stated, header, draft)
            draft.base_url = self.outline.base_url
        if metadata is None:
            yield from self._without_metadata(element, draft)
            return
        if header is not None:
            _provenance(element, metadata, draft)
        self.outline.read_as.add(format_.prefix if format_ else "")
        draft.leaves = _leaves(element, metadata, format_)
        if format_ is None:
            namespace = metadata.nsmap.get(metadata.prefix) or local(metadata)
            reason = (
                "metadata in a format that is not known: its elements are read by what they are commonly called,"
                f" the others keep their names; {known()}"
            )
            self._note(Finding(draft.identifier, "warning", "", namespace, reason))
            by_table.unknown(metadata, draft)
            draft.fault = draft.fault or ("" if draft.fields else "a record without a value; nothing is read of it")
        else:
            format_.read(metadata, draft)
        if draft.fault:
            self._note(Finding(draft.identifier, "error", "", "", draft.fault))
        else:
            yield draft.record(self._source)

    def _without_metadata(self, element: etree._Element, draft: Draft) -> Iterator[Record]:
        """Yield a record that is withdrawn; of another one nothing is known."""
        draft.leaves = of_element(element, local(element))
        if draft.deleted:
            yield draft.record(self._source)
        else:
            self._note(Finding(draft.identifier, "error", "", "", "a record with a header and no metadata"))


def _take_header(stated: Header, header: etree._Element, draft: Draft) -> None:
    draft.deleted, draft.identifier, draft.datestamp = stated.deleted, stated.identifier, stated.datestamp
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
    parts = [] if holder is None else list(holder.iterchildren("*"))
    if not parts:
        return None, None
    if len(parts) > 1 and format_of(parts[0]) is None:
        # Elements side by side, with nothing around them but what OAI-PMH puts there.
        return holder, format_of_parts(parts)
    return parts[0], format_of(parts[0])


def _leaves(record: etree._Element, metadata: etree._Element, format_: Format | None) -> Iterator[Leaf]:
    """Yield the values of the metadata, and of what stands beside them in the record."""
    yield from of_element(metadata, format_.prefix if format_ else local(metadata))
    around = metadata
    while around is not record:
        around = cast("etree._Element", around.getparent())
        yield from (Leaf(local(around), text.strip()) for text in _own(around) if text.strip())
        for part in around.iterchildren("*"):
            is_provenance = part.find(f"{{{provenance.NAMESPACE}}}provenance") is not None
            if metadata is not part and metadata not in part.iter("*") and not is_provenance:
                yield from of_element(part, local(part))


def _embedded(element: etree._Element) -> etree._Element | None:
    """The record that stands in the text of an element, as harvesters wrap what they pass on; None where none does."""
    for part in element.iter("*"):
        text = (part.text or "").strip()
        if text.startswith("<") and "<record" in text[:1000]:
            with contextlib.closing(Repaired(io.BytesIO(text.encode()))) as repaired:
                piece = next(repaired.pieces()[1], None)
            inner = None if piece is None else etree.fromstring(piece, parser(recover=True))
            return None if inner is None else next(inner.iterchildren("{*}record"), None)
    return None


def _release(element: etree._Element) -> list[str]:
    """Give back the memory of an element and of all before it; return the texts that stand between them."""
    element.clear(keep_tail=True)
    parent, between = element.getparent(), []
    if parent is not None:
        while (before := element.getprevious()) is not None:
            between.append(before.tail or "")
            parent.remove(before)
    return between


def _own(element: etree._Element) -> list[str]:
    """The texts of an element itself and its attributes, but for those that say how a document is written."""
    texts = [element.text or "", *(child.tail or "" for child in element)]
    return texts + [str(value) for key, value in element.attrib.items() if not str(key).startswith(_XSI)]


def _refuse_entities(stream: BinaryIO, name: str) -> None:
    stream.seek(0)
    if b"<!ENTITY" in stream.read(65_536):
        raise SourceError(f"{name}: the document declares entities, which are not read; remove its DOCTYPE")
