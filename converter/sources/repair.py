"""Broken XML → XML that can be read: signs that it forbids, declarations within, prefixes that nothing declares.

One repair for what is read from a file and what is harvested.  What is repaired stands within one more element, which
declares the prefixes; so text behind the root, and several documents in one file, do no harm.
"""

from __future__ import annotations

import contextlib
import io
import re
import tempfile
from collections.abc import Callable, Collection, Iterator
from typing import BinaryIO, cast
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

import ontology
from converter.report import Finding
from converter.sources.decoding import utf8
from converter.values.terms import carriable

WRAPPER = "repaired"
"""The element around what was repaired."""

_CHUNK = 1 << 20
_IN_MEMORY = 8 * _CHUNK
_LONGEST_TAG = 1 << 16
_FAULTS = re.compile(
    r"(?P<nothing><\?xml\b[^<>]*>|<!DOCTYPE\b[^<>\[]*(?:\[[^\]]{0,1000}\]\s*)?>)"
    r"|(?P<number>&#(?:\d+|x[0-9a-f]+);(?:&#(?:\d+|x[0-9a-f]+);)*)"
    # XML knows five named entities and numbers; HTML's other names and a bare & are text.
    r"|(?P<ampersand>&(?!(?:amp|lt|gt|quot|apos);))"
    # No name begins so: "p < 0.05" is text.
    r"|(?P<less><(?![A-Za-z_:/!?]|[^\x00-\x7f]))",
    re.IGNORECASE,
)
_VERBATIM = (("<![CDATA[", "]]>"), ("<!--", "-->"))
_HIGH = bytes(range(0x80, 0x100))
_INSTEAD = {"nothing": "", "ampersand": "&amp;", "less": "&lt;"}
_USED = re.compile(r"</?([A-Za-z_][\w.-]*):[A-Za-z_]|\s([A-Za-z_][\w.-]*):[A-Za-z_][\w.-]*\s*=\s*[\"']")
_RECORD = re.compile(r"<(/?)((?:[A-Za-z_][\w.-]*:)?record)(?=[\s/>])[^<>]*>")
_HEADED = re.compile(r"<((?:[A-Za-z_][\w.-]*:)?)record\b[^<>]*>\s*<\1header\b")
_ROOT = re.compile(r"<[A-Za-z_][^<>]*>")
_DECLARED = re.compile(r"xmlns:([\w.-]+)")
_DECLARATION = re.compile(r"\sxmlns(?::[\w.-]+)?\s*=\s*(?:\"[^\"]*\"|'[^']*')")


def document(stream: BinaryIO, name: str, note: Callable[[Finding], None], encoding: str = "") -> etree._Element:
    """The root of a document that is read whole, its encoding found and its XML repaired where it is broken.

    Raises etree.XMLSyntaxError where no element can be read.
    """
    with utf8(stream, name, note, encoding) as text:
        try:
            return etree.parse(text, parser()).getroot()
        except etree.XMLSyntaxError as fault:
            reason = f"broken XML (line {fault.lineno}: {fault.msg}), which was repaired"
            with contextlib.closing(Repaired(text)) as repaired:
                root = etree.parse(repaired.stream(), parser(recover=True)).getroot()
            inner = None if root is None else next(root.iterchildren("*"), None)
            if inner is None:
                raise
        note(Finding("", "warning", "", name, reason))
        return inner


def parser(*, recover: bool = False) -> etree.XMLParser:
    """What parses XML without DTDs, entities and the network."""
    return etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        recover=recover,
    )


class Repaired:
    """The repaired text; `changed` says whether anything but the element around it is new."""

    def __init__(self, stream: BinaryIO) -> None:
        self.changed = False
        self._prefixes: set[str] = set()
        self._text = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - `close` closes it
        stream.seek(0)
        for text in _windows(stream):
            clean = _clean(text)
            self.changed = self.changed or clean != text
            self._prefixes.update(first or second for first, second in _USED.findall(clean))
            self._text.write(clean.encode())

    def close(self) -> None:
        """Let go of the text."""
        self._text.close()

    def stream(self) -> BinaryIO:
        """The whole as one document."""
        self._text.seek(0)
        parts = (io.BytesIO(self._start().encode()), cast("BinaryIO", self._text), io.BytesIO(f"</{WRAPPER}>".encode()))
        return cast("BinaryIO", _Joined(parts))

    def pieces(self) -> tuple[bytes, Iterator[bytes]]:
        """What stands around the records, and each record, all as documents of their own."""
        text = self._whole()
        root = _ROOT.search(text)
        declared = "".join(dict.fromkeys(_DECLARATION.findall(root[0]))) if root else ""
        known = _DECLARED.findall(declared)
        start, end = f"{self._start(known)[:-1]}{declared}>", f"</{WRAPPER}>"
        places = list(_records(text))
        ends = [0, *(last for _, last in places)]
        starts = [*(first for first, _ in places), len(text)]
        around = "".join(text[last:first] for last, first in zip(ends, starts, strict=True))
        records = (f"{start}{text[first:last]}{end}".encode() for first, last in places)
        return f"{start}{around}{end}".encode(), records

    def _whole(self) -> str:
        self._text.seek(0)
        return self._text.read().decode()

    def _start(self, without: Collection[str] = ()) -> str:
        namespaces = ontology.namespaces()
        prefixes = sorted(self._prefixes - {"xml", "xmlns", *without})
        stated = " ".join(f"xmlns:{one}={quoteattr(namespaces.get(one, f'urn:undeclared:{one}'))}" for one in prefixes)
        return f"<{WRAPPER} {stated}>"


class _Joined:
    """Streams one behind the other."""

    def __init__(self, parts: tuple[BinaryIO, ...]) -> None:
        self._parts = list(parts)

    def read(self, size: int = -1) -> bytes:
        """Some bytes more; none at the end."""
        while self._parts:
            found = self._parts[0].read(size)
            if found:
                return found
            del self._parts[0]
        return b""


def _clean(text: str) -> str:
    r"""The text without what XML forbids; sections that are taken word by word stay.

    >>> _clean("<a>R&D, p < 0.05 &#1;\x02<![CDATA[R&D]]></a>")
    '<a>R&amp;D, p &lt; 0.05 <![CDATA[R&D]]></a>'
    """
    text = carriable(text)
    parts, place = [], 0
    for start, end in _verbatim(text):
        parts += [_FAULTS.sub(_instead, text[place:start]), text[start:end]]
        place = end
    return "".join([*parts, _FAULTS.sub(_instead, text[place:])])


def _instead(match: re.Match[str]) -> str:
    return _referred(match[0]) if match["number"] else _INSTEAD[match.lastgroup or "nothing"]


def _referred(numbers: str) -> str:
    """The references without those to what XML cannot carry; two halves of a letter (UTF-16) are one."""
    codes = [int(f"0{one}", 16) if one[0] in "xX" else int(one) for one in re.findall(r"&#(\w+);", numbers)]
    if all(code < 0x110000 and carriable(chr(code)) for code in codes):
        return numbers
    halves = "".join(map(chr, (code for code in codes if code < 0x110000)))
    return escape(carriable(halves.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")))


def _verbatim(text: str) -> Iterator[tuple[int, int]]:
    """Yield where sections begin and end in which no sign is markup."""
    place, kinds = 0, list(_VERBATIM)
    while kinds:
        found = [(start, end, mark) for mark, end in kinds if (start := text.find(mark, place)) >= 0]
        if not found:
            return
        start, mark_of_end, mark = min(found)
        end = text.find(mark_of_end, start)
        if end < 0:
            # It does not end here, and so none of its kind does.
            kinds.remove((mark, mark_of_end))
            continue
        place = end + len(mark_of_end)
        yield start, place


def _windows(stream: BinaryIO) -> Iterator[str]:
    """Yield the text in parts that cut no tag, no reference and no verbatim section of usual length."""
    kept = b""
    while chunk := stream.read(_CHUNK):
        data = kept + chunk
        verbatim = data.rfind(b"<![CDATA[")
        cut = verbatim if verbatim > data.rfind(b"]]>") else max(data.rfind(b"<"), data.rfind(b"&"))
        if cut <= 0 or len(data) - cut > _LONGEST_TAG:
            # Behind a sign of ASCII, so that no letter of several bytes is cut.
            cut = len(data.rstrip(_HIGH)) or len(data)
        yield data[:cut].decode("utf-8", "replace")
        kept = data[cut:]
    yield kept.decode("utf-8", "replace")


def _records(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each record begins and ends; one with a header ends at the latest where the next one begins."""
    headed = [match.start() for match in _HEADED.finditer(text)]
    if headed:
        for place, start in enumerate(headed):
            limit = headed[place + 1] if place + 1 < len(headed) else len(text)
            ends = [match.end() for match in _RECORD.finditer(text, start, limit) if match[1]]
            if ends:
                yield start, ends[-1]
            elif place + 1 < len(headed):
                yield start, limit
        return
    depth, start = 0, 0
    for match in _RECORD.finditer(text):
        if match[0].endswith("/>"):
            continue
        if not match[1]:
            start = match.start() if depth == 0 else start
            depth += 1
        elif depth:
            depth -= 1
            if depth == 0:
                yield start, match.end()
