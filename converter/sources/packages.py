"""DSpace's Simple Archive Format: a folder for each item, with its metadata and what stands beside it.

Source: https://wiki.lyrasis.org/display/DSDOC7x/Importing+and+Exporting+Items+via+Simple+Archive+Format.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import BinaryIO

from lxml import etree

from converter.record import File, Record
from converter.report import Finding
from converter.sources.builder import Draft
from converter.sources.limits import LARGEST
from converter.sources.xml_formats.dublin_core import read

Note = Callable[[Finding], None]
Opener = Callable[[], BinaryIO]

MARK = "dublin_core.xml"
"""The file that makes a folder an item."""

_METADATA = re.compile(r"metadata_\w+\.xml")
_OPTION = re.compile(r"(bundle|description|permissions|primary|iiif-\w+):\s*(.*)", re.IGNORECASE)
_REGISTERED = re.compile(r"-r\s+-s\s+\S+\s+-f\s+(?P<path>\S.*)")


def item(files: Mapping[str, Opener], name: str, note: Note, source: str = "") -> Record:
    """The record of a folder, whose files are given by name.

    Raises etree.XMLSyntaxError where its metadata are no XML.
    """
    draft = Draft(note)
    for file in sorted(files, key=lambda one: (one != MARK, one)):
        if file == MARK or _METADATA.fullmatch(file):
            with files[file]() as stream:
                root = etree.parse(stream, _parser()).getroot()
            read(root, draft)
    if "handle" in files:
        draft.handle = _text(files["handle"]).strip() or None
    if "collections" in files:
        draft.sets.extend(line.strip() for line in _text(files["collections"]).splitlines() if line.strip())
    if "contents" in files:
        for line in _text(files["contents"]).splitlines():
            if line.strip():
                draft.files.append(content(line, draft))
    if "relationships" in files:
        for line in _text(files["relationships"]).splitlines():
            kind, _, target = line.strip().partition(" ")
            if target.strip():
                draft.add(kind if kind.startswith("relation.") else f"relation.{kind}", target)
    draft.identifier = draft.identifier or ("" if draft.handle else name)
    return draft.record(source)


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


def _text(open_: Opener) -> str:
    with open_() as stream:
        return stream.read(LARGEST).decode("utf-8", "replace").removeprefix("\ufeff")


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, remove_comments=True, remove_pis=True
    )
