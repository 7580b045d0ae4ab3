"""A file, folder or stream → records: which adapter reads it is told by its content.

One table, `KINDS`, says what is read; a new source is one module and one row.
"""

from __future__ import annotations

import gzip
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from converter.errors import ShelfgraphError, SourceError, SourceUnreachable, UsageError
from converter.record import Record
from converter.report import Finding, Report
from converter.sources import dspace_html, dspace_text, oai
from converter.sources.metadata import FORMATS

Note = Callable[[Finding], None]
Adapter = Callable[[BinaryIO, str, Note, str], Iterator[Record]]

_HEAD = 65_536
_IN_MEMORY = 8 * 1024 * 1024
_GZIP = b"\x1f\x8b"
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_STRAY = 50
"""Text may hold a stray control character in so many; more are binary data, and so is a single NUL."""
_HTML = re.compile(rb"<!doctype html|<html[\s>]|<(?:body|table|meta|head|div|h\d|tr|td|p)[\s>]", re.IGNORECASE)
_TEXT_ROW = re.compile(rb"^\s*(?:DC Field|[a-z]+\.[a-z]+[.a-zA-Z]*)", re.MULTILINE)
_VIEW_LABEL = re.compile(rb"^(?:Title|Authors?|Issue Date|Persistent Identifier|Abstract)[A-Z0-9:\t ]", re.MULTILINE)


class Kind(NamedTuple):
    """One kind of source: what it is in words, what reads it, and how the first 64 KiB show it."""

    words: str
    adapter: Adapter
    shows: Callable[[bytes], bool]


def _is_oai(head: bytes) -> bool:
    roots = "|".join(sorted({root for format_ in FORMATS for root in format_.roots}))
    element = re.search(rf"<(?:[\w.-]+:)?(?:OAI-PMH|records?|{roots})[\s>/]".encode(), head)
    return bool(element) and not re.search(rb"<!doctype html|<html[\s>]", head, re.IGNORECASE)


def _is_html(head: bytes) -> bool:
    # Text that is copied from a page may hold markup; a page begins with it.
    return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") and bool(_HTML.search(head))


def _is_text(head: bytes) -> bool:
    return bool(_TEXT_ROW.search(head) or len(_VIEW_LABEL.findall(head)) > 1)


_PREFIXES = ", ".join(format_.prefix for format_ in FORMATS)

KINDS: dict[str, Kind] = {
    "oai": Kind(
        f"OAI-PMH answers and XML records ({', '.join(format_.prefix for format_ in FORMATS)})", oai.records, _is_oai
    ),
    "dspace-html": Kind("item pages of DSpace as HTML", dspace_html.records, _is_html),
    "dspace-text": Kind("item pages of DSpace as copied text", dspace_text.records, _is_text),
}
"""Name → kind, in the order in which they are tried."""


def read(source: str, kind: str | None = None, repository: str = "", report: Report | None = None) -> Iterator[Record]:
    """The records of a file, of all files of a folder in the order of their names, or of standard input ("-").

    In a folder a file that cannot be read is an error in the report, and the others go on.

    Raises SourceUnreachable where there is no such file, SourceError where it holds no record, UsageError for a kind
    that is not read.
    """
    if kind is not None and kind not in KINDS:
        raise UsageError(f"no kind of source is called {kind!r}; --from takes {', '.join(KINDS)}")
    report = report or Report()
    if source == "-":
        yield from _opened(sys.stdin.buffer, "standard input", kind, repository, report.add)
        return
    path = Path(source)
    if not path.is_dir():
        yield from _file(path, kind, repository, report)
        return
    for inner in sorted(file for file in path.rglob("*") if file.is_file()):
        try:
            yield from _file(inner, kind, repository, report)
        except ShelfgraphError as fault:
            report.add(Finding("", "error", "", str(inner), str(fault)))


def _file(path: Path, kind: str | None, repository: str, report: Report) -> Iterator[Record]:
    try:
        stream = path.open("rb")
    except OSError as fault:
        raise SourceUnreachable(f"{path}: {fault.strerror or fault}; check the name of the file") from None
    with stream:
        yield from _opened(stream, str(path), kind, repository, report.add)


def _opened(stream: BinaryIO, name: str, kind: str | None, repository: str, note: Note) -> Iterator[Record]:
    with _seekable(stream, name) as whole:
        head = whole.read(_HEAD)
        whole.seek(0)
        chosen = KINDS[kind] if kind else _detected(head, name)
        yield from chosen.adapter(whole, name, note, repository)


def _detected(head: bytes, name: str) -> Kind:
    if not head.strip():
        raise SourceError(f"{name}: an empty file; nothing to read")
    probe = _utf8(head)
    if b"\0" in probe or len(_CONTROLS.findall(probe)) * _STRAY > len(probe):
        shown = head[:4].hex(" ").upper()
        raise SourceError(f"{name}: binary data (it begins with {shown}); {_remedy()}")
    for kind in KINDS.values():
        if kind.shows(probe):
            return kind
    raise SourceError(f"{name}: no record of a kind that is read; {_remedy()}")


def _remedy() -> str:
    return "; ".join(f"{kind.words} ({name})" for name, kind in KINDS.items()) + " are read; name one with --from KIND"


def _utf8(head: bytes) -> bytes:
    """The bytes as UTF-8 where a mark at the beginning says that they are UTF-16."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head[: len(head) // 2 * 2].decode("utf-16", "replace").encode()
    return head


def _seekable(stream: BinaryIO, name: str) -> BinaryIO:
    """The stream unpacked and at its beginning; what cannot be sought is spooled, to disk when it is large."""
    if stream.seekable():
        packed = stream.read(2) == _GZIP
        stream.seek(0)
        if not packed:
            return stream
    spool = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - the caller closes it
    source: BinaryIO = stream
    if not stream.seekable():
        first = stream.read(2)
        spool.write(first)
        _copy(stream, spool)
        spool.seek(0)
        if first != _GZIP:
            return cast("BinaryIO", spool)
        source, spool = cast("BinaryIO", spool), tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115
    try:
        with gzip.open(source) as unpacked:
            _copy(cast("BinaryIO", unpacked), spool)
    except (OSError, EOFError) as fault:
        raise SourceError(f"{name}: a broken gzip file: {fault}; fetch it again") from None
    spool.seek(0)
    return cast("BinaryIO", spool)


def _copy(source: BinaryIO, target: tempfile.SpooledTemporaryFile[bytes]) -> None:
    while chunk := source.read(1 << 20):
        target.write(chunk)
