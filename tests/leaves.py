"""What a document says, counted by itself and without the readers: every text, attribute, value and cell of it."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from lxml import etree

from converter.record import Record
from converter.report import Finding, Report
from converter.sources.detection import read
from ontology import source_tables

Leaf = tuple[str, str]
"""Where a value stands, and its text."""

ENVELOPE = frozenset(
    {"responseDate", "request", "error", "resumptionToken", "message-type", "message-version", "status"}
)
"""What an answer says of itself: when it was given, in which version of the protocol, whether it is whole."""
KINDS = ("roles", "identifier-types", "relation-types", "date-types")
_OF_THE_DOCUMENT = frozenset({"schemaLocation", "noNamespaceSchemaLocation", "rel"})
"""Attributes that say how a document is written, and what kind of link an address is."""


class Kept(Report):
    """A report that keeps its findings."""

    def __init__(self) -> None:
        super().__init__()
        self.findings: list[Finding] = []

    def add(self, finding: Finding) -> None:
        super().add(finding)
        self.findings.append(finding)


def leaves(path: Path) -> Iterator[Leaf]:
    """Yield the leaves of an XML or JSON document, or of a table."""
    raw = path.read_bytes()
    if path.suffix == ".xml":
        yield from of_xml(raw)
    elif path.suffix == ".json":
        yield from of_json(json.loads(raw), ())
    elif path.suffix == ".jsonl":
        for line in raw.splitlines():
            yield from of_json(json.loads(line), ())
    elif path.suffix == ".csv":
        text = raw.decode("utf-8-sig")
        sign = match[1] if (match := re.match(r"sep=(.)\s*", text)) else ""
        text = text[match.end() :] if match else text
        heads, *rows = csv.reader(io.StringIO(text), delimiter=sign or max(",;\t", key=text.partition("\n")[0].count))
        for row in rows:
            for head, cell in zip(heads, row, strict=False):
                yield from ((head, part) for part in re.split(r"\|\||::", cell) if part.strip())


def of_xml(raw: bytes) -> Iterator[Leaf]:
    """Yield the texts of elements, each with the path of its element."""
    root = etree.fromstring(raw, etree.XMLParser(remove_comments=True, remove_pis=True, resolve_entities=False))
    for element in root.iter("*"):
        names = [etree.QName(one).localname for one in (element, *element.iterancestors())]
        where = "/".join(reversed(names))
        for text in (element.text, *(child.tail for child in element)):
            if text and text.strip():
                yield where, text
        for name, value in element.attrib.items():
            local = etree.QName(name).localname
            if "://" in value and local not in _OF_THE_DOCUMENT:
                yield f"{where}/@{local}", value


def of_json(value: Any, path: tuple[str, ...]) -> Iterator[Leaf]:
    """Yield the values of an object, however deep they stand."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from of_json(inner, (*path, key))
    elif isinstance(value, list):
        for inner in value:
            yield from of_json(inner, path)
    elif value is not None and str(value).strip():
        yield "/".join(path), str(value)


def unaccounted(path: Path) -> list[Leaf]:
    """The leaves that are in no record and in no line of the report; what the answer says of itself is none."""
    report = Kept()
    records = list(read(str(path), report=report))
    said = "\n".join(_said(records, report))
    stated, words = _words(said), set(re.findall(r"\w+", said.lower()))
    return [
        (where, text)
        for where, text in leaves(path)
        if where.rpartition("/")[2] not in ENVELOPE
        and _words(text) not in stated
        and not words.issuperset(re.findall(r"\w+", text.lower()))
        and not _is_kind(text)
    ]


def _is_kind(text: str) -> bool:
    """Whether the text is a role, or the kind of an identifier, relation or date: the name of a field says it."""
    return any(source_tables.field_of(name, text) for name in KINDS)


def _said(records: list[Record], report: Kept) -> Iterator[str]:
    for record in records:
        yield from _texts(msgspec.to_builtins(record))
    for finding in report.findings:
        yield from (finding.record, finding.field, finding.value, finding.reason)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _texts(inner)
    elif value is not None:
        yield str(value)


def _words(text: str) -> str:
    """The letters and digits alone: what is punctuation or markup may be said in another way."""
    return "".join(re.findall(r"\w+", re.sub(r"<[^>]*>", " ", text))).lower()
