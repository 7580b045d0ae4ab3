"""DSpace's Simple Archive Format: a folder for each item, with its metadata and what stands beside it.

Source: https://wiki.lyrasis.org/display/DSDOC7x/Importing+and+Exporting+Items+via+Simple+Archive+Format.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import BinaryIO

from converter.record import File, Record
from converter.report import Finding
from converter.sources import decoding
from converter.sources.builder import Draft
from converter.sources.limits import LARGEST
from converter.sources.remainder import of_element
from converter.sources.repair import document
from converter.sources.unpacking import seekable
from converter.sources.xml_formats.dublin_core import read

Note = Callable[[Finding], None]
Opener = Callable[[], BinaryIO]

MARK = "dublin_core.xml"
"""The file that makes a folder an item."""

_METADATA = re.compile(r"metadata_\w+\.xml")
_OPTION = re.compile(r"(bundle|description|permissions|primary|iiif-\w+):\s*(.*)", re.IGNORECASE)
_REGISTERED = re.compile(r"-r\s+-s\s+\S+\s+-f\s+(?P<path>\S.*)")


_LINES = frozenset({"handle", "collections", "contents", "relationships"})


def kind_of(file: str) -> str:
    """The kind of a file of a package that says something of its item: "oai" for XML, "lines" for a text, else "".

    >>> kind_of("metadata_local.xml"), kind_of("contents"), kind_of("a.pdf")
    ('oai', 'lines', '')
    """
    return "oai" if file == MARK or _METADATA.fullmatch(file) else "lines" if file in _LINES else ""


def item(files: Mapping[str, Opener], place: str, note: Note, source: str = "", encoding: str = "") -> Record:
    """The record of a folder, whose files are given by name; `place` is where it lies.

    Raises etree.XMLSyntaxError where its metadata are no XML, not even broken.
    """

    def text(file: str) -> str:
        with files[file]() as stream:
            return decoding.text(stream.read(LARGEST), f"{place}/{file}", note, encoding)

    draft = Draft(note)
    for file in sorted(files, key=lambda one: (one != MARK, one)):
        if file == MARK or _METADATA.fullmatch(file):
            with files[file]() as opened, seekable(opened) as stream:
                root = document(stream, f"{place}/{file}", note, encoding)
            draft.leaves = [*draft.leaves, *of_element(root, file.partition(".")[0])]
            read(root, draft)
    if "handle" in files:
        draft.handle = text("handle").strip() or None
    if "collections" in files:
        draft.sets.extend(line.strip() for line in text("collections").splitlines() if line.strip())
    if "contents" in files:
        for line in text("contents").splitlines():
            if line.strip():
                draft.files.append(content(line, draft))
    if "relationships" in files:
        _relationships(text("relationships"), draft)
    # An item without a handle is called by its folder.
    draft.identifier = draft.identifier or ("" if draft.handle else PurePosixPath(place).name)
    return draft.record(source)


def _relationships(text: str, draft: Draft) -> None:
    for line in text.splitlines():
        kind, _, target = line.strip().partition(" ")
        if target.strip():
            draft.add(kind if kind.startswith("relation.") else f"relation.{kind}", target)
        elif kind:
            draft.unread("relationships", kind, "a relation without a target; write the folder or handle behind it")


def content(line: str, draft: Draft | None = None) -> File:
    r"""The file that a line of `contents` names.

    >>> content("a.pdf\tbundle:ORIGINAL\tdescription:The text").description
    'The text'
    """
    name, *options = line.strip("\r\n").split("\t")
    stated: dict[str, str] = {}
    for option in options:
        match = _OPTION.match(option.strip())
        if match:
            stated[match[1].lower()] = match[2].strip()
        elif option.strip() and draft:
            draft.unread("contents", option.strip(), f"an option of the file {name}")
    registered = _REGISTERED.match(name)
    if draft:
        for key in stated.keys() - {"bundle", "description", "permissions"}:
            draft.unread(f"contents.{key}", stated[key], f"a setting of the file {name}")
    return File(
        name=(registered["path"] if registered else name).strip(),
        bundle=stated.get("bundle", "ORIGINAL"),
        description=stated.get("description") or None,
        access=stated.get("permissions") or None,
    )
