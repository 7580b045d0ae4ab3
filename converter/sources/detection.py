"""A file, folder, archive or stream → records: which adapter reads it is given by its content.

One table, `KINDS`, says what is read; a new source is one module and one row.
"""

from __future__ import annotations

import contextlib
import itertools
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from pathlib import Path, PurePosixPath
from typing import BinaryIO, NamedTuple

from lxml import etree

from converter.errors import ShelfgraphError, SourceError, SourceUnreachable, UsageError
from converter.record import Record
from converter.report import Finding, Report, Seen
from converter.sources import decoding, metadata_csv, packages, signs
from converter.sources.folders import inside
from converter.sources.limits import Budget, Limits, bounded, limits, refuse_long
from converter.sources.unpacking import Member, is_archive, length, members, seekable, unpacked

Note = Callable[[Finding], None]
Adapter = Callable[..., Iterator[Record]]

_HEAD = 65_536
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_STRAY = 50
"""Text may hold a stray control character in so many; more are binary data, and so is a single NUL but in markup."""
_HIDDEN = re.compile(r"(?:^|/)(?:\.(?!\.?/)|__MACOSX/|Thumbs\.db$|desktop\.ini$)")
_PACKAGE = "mets.xml"
_OF_A_DATA_FOLDER = ("shelfgraph.json", "archive.sqlite")
"""What a folder holds into which records have been loaded; its files are those of a store, and no records."""
_BINARY = "marc"


class Kind(NamedTuple):
    """One kind of source: the module that reads it, how the first 64 KiB show it, and what it reads in one piece.

    `whole` is the name of the limit for that: a `document` of many records, or a page, which is one `record`.
    """

    module: str
    shows: Callable[[bytes], object]
    whole: str = ""

    @property
    def adapter(self) -> Adapter:
        """What reads it: `records` of its module, imported when it is needed, as most need a library of their own."""
        records: Adapter = import_module(f"converter.sources.{self.module}").records
        return records


KINDS: dict[str, Kind] = {
    "oai": Kind("oai", signs.of_xml),
    "json": Kind("json_records", signs.of_json),
    "marc": Kind("xml_formats.marc", signs.of_marc),
    "dspace-html": Kind("dspace_html", signs.of_html, "record"),
    "ris": Kind("ris", signs.RIS.search, "document"),
    "bibtex": Kind("bibtex", signs.BIBTEX.search, "document"),
    "csv": Kind("metadata_csv", metadata_csv.shows),
    "dspace-text": Kind("dspace_text", signs.of_text, "record"),
}
"""Name → kind, in the order in which they are tried."""


def read(
    source: str,
    kind: str | None = None,
    repository: str = "",
    report: Report | None = None,
    encoding: str = "",
    most: int | None = None,
) -> Iterator[Record]:
    """The records of a file or archive, of all files of a folder in the order of their names, or of standard input.

    `encoding` is that of the text, empty where its content shows it; `most` is how many bytes a source may unpack to,
    or a document may have, where a person says so.  In a folder or an archive, a file that cannot be
    read is an error in the report, and the others go on.

    Raises SourceUnreachable where there is no such file, SourceError where it holds no record, UsageError for a
    kind or an encoding that is not known, and for a folder into which records have been loaded.
    """
    report = report or Report()
    path = Path(source)
    if source == "-":
        yield from read_stream(sys.stdin.buffer, "standard input", kind, repository, report, encoding, most)
    elif all((path / name).is_file() for name in _OF_A_DATA_FOLDER):
        raise UsageError(f"{path}: a data folder is no source; name it with --data {path}")
    elif path.is_dir():
        how = _how(kind, repository, encoding, most, report.seen)
        found = _all(inside(path), str(path), how, report.add, None)
        yield from bounded(found, str(path), report.add, how.limits)
    else:
        with _open(path) as stream:
            yield from read_stream(stream, str(path), kind, repository, report, encoding, most)


def read_stream(  # noqa: PLR0913, PLR0917 - what a person may say of a source
    stream: BinaryIO,
    name: str,
    kind: str | None,
    repository: str,
    report: Report,
    encoding: str = "",
    most: int | None = None,
) -> Iterator[Record]:
    """The records of what an open stream holds, as those of a file of that name.

    Raises SourceError where it holds none, UsageError for a kind or an encoding that is not known.
    """
    how = _how(kind, repository, encoding, most, report.seen)
    yield from bounded(_opened(stream, name, how, report.add, None), name, report.add, how.limits)


class _How(NamedTuple):
    """What a person says of the sources: their kind, whose they are, their encoding; and how much of them is read."""

    kind: str | None
    repository: str
    encoding: str
    limits: Limits
    is_told: bool
    seen: Seen | None


def _how(kind: str | None, repository: str, encoding: str, most: int | None, seen: Seen | None) -> _How:
    if kind is not None and kind not in KINDS:
        raise UsageError(f"no kind of source is called {kind!r}; --from takes {', '.join(KINDS)}")
    if encoding and not decoding.known(encoding):
        raise UsageError(f"--encoding: no encoding is called {encoding!r}; write one such as utf-8, gb18030 or cp1252")
    return _How(kind, repository, encoding, limits(most), most is not None, seen)


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as fault:
        raise SourceUnreachable(f"{path}: {fault.strerror or fault}; check the name of the file") from None


def _all(found: Iterable[Member], name: str, how: _How, note: Note, budget: Budget | None) -> Iterator[Record]:
    """The records of many files; those of one folder that is a package are one record."""
    for folder, group in itertools.groupby(found, key=lambda member: str(PurePosixPath(member.path).parent)):
        inner: list[Member] = []
        for member in group:
            if _HIDDEN.search(member.path):
                note(Finding("", "info", "", f"{name}/{member.path}", "a file of the operating system; not read"))
            elif member.fault:
                note(Finding("", "error", "", f"{name}/{member.path}", member.fault))
            else:
                inner.append(member)
        by_name = {PurePosixPath(member.path).name: member for member in inner}
        if packages.MARK in by_name and how.kind is None:
            yield from _package(by_name, f"{name}/{folder}", how, note)
            continue
        for member in [by_name[_PACKAGE]] if _PACKAGE in by_name and how.kind is None else inner:
            try:
                with member.open() as stream:
                    yield from _opened(stream, f"{name}/{member.path}", how, note, budget)
            except ShelfgraphError as fault:
                note(Finding("", "error", "", f"{name}/{member.path}", " ".join(str(fault).split())))


def _package(files: dict[str, Member], name: str, how: _How, note: Note) -> Iterator[Record]:
    try:
        yield packages.item(
            {file: member.open for file, member in files.items()}, name, note, how.repository, how.encoding
        )
        if how.seen:
            with contextlib.ExitStack() as held:
                parts = []
                for file in sorted(files):
                    if kind := packages.kind_of(file):
                        stream = held.enter_context(seekable(held.enter_context(files[file].open())))
                        text = held.enter_context(decoding.utf8(stream, file, Report().add, how.encoding))
                        parts.append((kind, text))
                how.seen(name, parts)
    except etree.XMLSyntaxError as fault:
        note(Finding("", "error", "", name, f"no XML in the package's {packages.MARK} ({fault.msg}); correct it"))
    except ShelfgraphError as fault:
        note(Finding("", "error", "", name, str(fault)))


def _opened(stream: BinaryIO, name: str, how: _How, note: Note, budget: Budget | None) -> Iterator[Record]:
    with contextlib.ExitStack() as held:
        whole = held.enter_context(seekable(stream))
        budget = budget or Budget(length(whole), how.limits, is_told=how.is_told)
        whole = held.enter_context(unpacked(whole, name, budget))
        head = whole.read(_HEAD)
        whole.seek(0)
        if is_archive(head):
            with members(whole, name, budget) as found:
                yield from _all(found, name, how, note, budget)
            return
        if how.kind == _BINARY or (how.kind is None and signs.of_marc(head)):
            # Each of its records says by itself how it is encoded.
            yield from KINDS[_BINARY].adapter(whole, name, note, how.repository)
            _all_seen(how, _BINARY, name, whole)
            return
        if not how.encoding:
            _refuse_binary(decoding.probe(head), name)
        text = decoding.utf8(whole, name, note, how.encoding)
        held.callback(text.close)
        head = text.read(_HEAD)
        text.seek(0)
        called = how.kind or _detected(head, name)
        chosen = KINDS[called]
        if chosen.whole:
            refuse_long(length(text), getattr(how.limits, chosen.whole), name)
        yield from chosen.adapter(text, name, note, how.repository, of=how.limits)
        _all_seen(how, called, name, text)


def _all_seen(how: _How, kind: str, name: str, text: BinaryIO) -> None:
    if how.seen:
        text.seek(0)
        how.seen(name, [(kind, text)])


def _refuse_binary(head: bytes, name: str) -> None:
    if not head.strip():
        raise SourceError(f"{name}: an empty file; nothing to read")
    is_markup = head.lstrip().startswith(b"<")
    if (b"\0" in head and not is_markup) or len(_CONTROLS.findall(head)) * _STRAY > len(head):
        shown = head[:4].hex(" ").upper()
        raise SourceError(f"{name}: binary data (it begins with {shown}); {_remedy()}")


def _detected(head: bytes, name: str) -> str:
    for called, kind in KINDS.items():
        if kind.shows(head):
            return called
    if suffixes := signs.of_rdf(head):
        is_named = name.lower().endswith(suffixes)
        named = name if is_named else f"{PurePosixPath(name).stem}{suffixes[0]}"
        where = "" if is_named else f", where its name ends in {suffixes[0]}"
        raise SourceError(f"{name}: RDF, and no list of records; “shelfgraph load {named}” takes it as it is{where}")
    raise SourceError(f"{name}: no record of a kind that is read; {_remedy()}")


def _remedy() -> str:
    return f"name one of the kinds that are read with --from: {', '.join(KINDS)}"
