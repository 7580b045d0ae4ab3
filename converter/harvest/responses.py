"""An OAI-PMH answer → what stands around its records: error, token, headers; repaired first where that is needed.

Source: the Open Archives Initiative Protocol for Metadata Harvesting 2.0, section 3.2,
https://www.openarchives.org/OAI/openarchivesprotocol.html.
"""

from __future__ import annotations

import codecs
import contextlib
import re
import tempfile
from typing import BinaryIO, NamedTuple, cast

from lxml import etree

from converter.harvest.client import Body, Lasting, Passing
from converter.values.terms import UNCARRIABLE

_CHUNK = 1 << 20
_IN_MEMORY = 8 * _CHUNK
_LONGEST_REFERENCE = 16
_DECLARATION = re.compile(r"^\ufeff?\s*<\?xml[^>]*\?>")
_LOOSE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9A-Fa-f]{1,6});)")
# References to characters that XML cannot carry in any form.
_FORBIDDEN = re.compile(
    r"&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01])|x0*(?:[0-8bcef]|1[0-9a-f]|d[89a-f]..|fff[ef]));", re.IGNORECASE
)


class Header(NamedTuple):
    """The header of a record."""

    identifier: str
    datestamp: str | None
    deleted: bool


class Format(NamedTuple):
    """A metadata format that a repository offers."""

    prefix: str
    namespace: str


class Answer(NamedTuple):
    """What stands around the records of an answer, and the bytes to read these from.

    `verb` is the name of the element that holds what was asked for, empty where there is none.
    """

    stream: BinaryIO
    verb: str
    response_date: str
    error: tuple[str, str] | None
    token: str | None
    size: int | None
    headers: tuple[Header, ...]
    formats: tuple[Format, ...]
    described: dict[str, str]
    repaired: bool


def answer(body: Body) -> Answer:
    """The answer in a body, whose bytes are copied so that they outlive it.

    Raises Passing where it is not a whole OAI-PMH answer, Lasting where its status says that there will be none.
    """
    with contextlib.ExitStack() as stack:
        spool = _spool(stack)
        while chunk := body.stream.read(_CHUNK):
            spool.write(chunk)
        try:
            found = _read(spool, repaired=False)
        except etree.XMLSyntaxError as fault:
            first = f"line {fault.lineno}: {fault.msg}"
            spool, broken = _spool(stack), spool
            repair(broken, spool)
            try:
                found = _read(spool, repaired=True)
            except etree.XMLSyntaxError:
                raise _refusal(body, f"broken XML ({first})") from None
            broken.close()
        if body.status >= 400 and not found.error:
            raise Lasting(f"HTTP {body.status}")
        if not found.verb and not found.error:
            raise Passing("an answer with neither records nor a reason")
        # From here on the answer owns its bytes.
        stack.pop_all()
    return found


def _spool(stack: contextlib.ExitStack) -> BinaryIO:
    """A file for bytes, on disk when they are many."""
    return cast("BinaryIO", stack.enter_context(tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)))


def _refusal(body: Body, reason: str) -> Passing | Lasting:
    """What to raise for a body that is no OAI-PMH answer."""
    if body.status >= 400:
        return Lasting(f"HTTP {body.status}")
    body.stream.seek(0)
    head = body.stream.read(2048).lstrip()
    if re.search(rb"<!doctype html|<html[\s>]", head, re.IGNORECASE):
        return Passing("HTML instead of XML")
    return Passing(reason if head else "an empty answer")


def _read(stream: BinaryIO, *, repaired: bool) -> Answer:
    stream.seek(0)
    if b"<!ENTITY" in stream.read(65_536):
        raise Lasting("the document declares entities, which are not read")
    stream.seek(0)
    outline = _Outline()
    for event, element in etree.iterparse(
        stream,
        events=("start", "end"),
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
    ):
        if event == "start":
            outline.begins(element)
        else:
            outline.ends(element)
    stream.seek(0)
    return outline.answer(stream, repaired=repaired)


class _Outline:
    """What a pass over an answer has shown; only what stands at its place in the protocol counts."""

    def __init__(self) -> None:
        self._depth = 0
        self._verb = self._date = ""
        self._error: tuple[str, str] | None = None
        self._token: str | None = None
        self._size: int | None = None
        self._headers: list[Header] = []
        self._formats: list[Format] = []
        self._described: dict[str, str] = {}

    def begins(self, element: etree._Element) -> None:
        self._depth += 1
        name = _local(element)
        if self._depth == 1 and name != "OAI-PMH":
            what = "HTML" if name.lower() == "html" else f"XML with the root {name}"
            raise Passing(f"{what} instead of an OAI-PMH answer")
        if self._depth == 2 and name not in {"responseDate", "request", "error"}:
            self._verb = name

    def ends(self, element: etree._Element) -> None:
        name, depth = _local(element), self._depth
        self._depth -= 1
        if depth == 2 and name == "responseDate":
            self._date = _text(element)
        elif depth == 2 and name == "error":
            self._error = self._error or (element.get("code") or "error", _text(element))
        elif name == "header" and depth == (3 if self._verb == "ListIdentifiers" else 4):
            self._headers.append(_header(element))
        elif depth == 3:
            self._part(element, name)

    def _part(self, element: etree._Element, name: str) -> None:
        if name == "resumptionToken":
            self._token = _text(element) or None
            size = element.get("completeListSize") or ""
            self._size = int(size) if size.isascii() and size.isdigit() else None
        elif name == "metadataFormat":
            namespace = (element.findtext("{*}metadataNamespace") or "").strip()
            self._formats.append(Format((element.findtext("{*}metadataPrefix") or "").strip(), namespace))
        elif self._verb == "Identify":
            self._described.setdefault(name, _text(element))
        elif name == "record":
            element.clear()
            parent = element.getparent()
            while parent is not None and (before := element.getprevious()) is not None:
                parent.remove(before)

    def answer(self, stream: BinaryIO, *, repaired: bool) -> Answer:
        return Answer(
            stream,
            self._verb,
            self._date,
            self._error,
            self._token,
            self._size,
            tuple(self._headers),
            tuple(self._formats),
            self._described,
            repaired,
        )


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2].rpartition(":")[2]


def _text(element: etree._Element) -> str:
    return "".join(str(part) for part in element.itertext()).strip()


def _header(element: etree._Element) -> Header:
    identifier = (element.findtext("{*}identifier") or "").strip()
    datestamp = (element.findtext("{*}datestamp") or "").strip() or None
    return Header(identifier, datestamp, element.get("status") == "deleted")


def repair(stream: BinaryIO, target: BinaryIO) -> None:
    r"""Write the stream to `target` as UTF-8 that XML can carry: bytes that are not UTF-8 are read as Windows-1252.

    >>> import io
    >>> out = io.BytesIO()
    >>> repair(io.BytesIO(b"<a>caf\xe9 & \x01bar&#x1;</a>"), out)
    >>> out.getvalue().decode()
    '<a>café &amp; bar</a>'
    """
    stream.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")(_WINDOWS)
    first, kept, more = True, "", True
    while more:
        chunk = stream.read(_CHUNK)
        more = bool(chunk)
        text = kept + decoder.decode(chunk, final=not more)
        # A reference may go on in the next chunk.
        cut = text.rfind("&", max(0, len(text) - _LONGEST_REFERENCE)) if more else -1
        text, kept = (text[:cut], text[cut:]) if cut >= 0 else (text, "")
        if first:
            # What it says of its encoding is no longer true.
            text, first = _DECLARATION.sub("", text), False
        target.write(_LOOSE_AMPERSAND.sub("&amp;", _FORBIDDEN.sub("", UNCARRIABLE.sub("", text))).encode())
    target.seek(0)


def _windows(fault: UnicodeError) -> tuple[str, int]:
    if not isinstance(fault, UnicodeDecodeError):
        raise fault
    return fault.object[fault.start : fault.end].decode("cp1252", "replace"), fault.end


_WINDOWS = "shelfgraph-windows-1252"
codecs.register_error(_WINDOWS, _windows)
