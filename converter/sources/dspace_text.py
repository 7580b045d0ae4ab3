"""The text of a DSpace item page, as it is copied from a browser.

The metadata table glues field, value and language together (`dc.contributor.authorLiang, Jen_HK`), or keeps them apart
by tabs.  What the page shows above the table (journal metrics, funding) becomes fields of the pseudo-schema `view`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from typing import BinaryIO

import ontology
from converter.errors import SourceError
from converter.record import Field, Record
from converter.report import Finding
from converter.sources.limits import USUAL, Limits
from converter.sources.page_view import view_fields
from converter.sources.record_identity import handle_of, identified
from converter.values.languages import language_tag
from converter.values.page_furniture import ends_table, is_furniture

Note = Callable[[Finding], None]

TABLE_HEAD = re.compile(r"^\s*DC Field\s*Value\s*Language\s*$")
_FIELD = re.compile(r"[a-z]+(?:\.[a-zA-Z]+){1,2}")
# The code may touch the value: "Liang, Jen_HK" ends in en_HK, "…07:38:13Z-" in none.
_LANGUAGE = re.compile(r"([a-z]{2}_[A-Z]{2}|-|\*)$")
_BARE_LANGUAGE = re.compile(r"(?<=[^a-z])([a-z]{2,3})$")


def records(stream: BinaryIO, name: str, note: Note, source: str = "", *, of: Limits = USUAL) -> Iterator[Record]:
    """The one record of the page.

    Raises SourceError where the text has neither a metadata table nor the labels of an item page.
    """
    text = stream.read().decode("utf-8-sig", "replace")
    if reason := of.excess(map(len, text.split("\n"))):
        raise SourceError(f"{name}: {reason}")
    yield record(text, name, note, source)


def record(text: str, name: str, note: Note, source: str = "", known: Collection[str] | None = None) -> Record:
    """The record that the text of a page shows; `known` are the field names that are tried first, longest first."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    head = next((place for place, line in enumerate(lines) if TABLE_HEAD.match(line)), None)
    # Without a head the table begins with its first row, and the line before that is one above it.
    first = next((place for place, line in enumerate(lines) if _starts_field(line)), None) if head is None else head + 1
    findings: list[tuple[str, str, str]] = []
    rows = [] if first is None else _rows(lines[first:], known or ontology.field_names(), findings)
    above = lines if first is None else lines[: first if head is None else head]
    seen, unread = view_fields(above, rows)
    end = next((place for place, line in enumerate(lines) if ends_table(line)), len(lines))
    if first is not None and end >= first:
        unread += [line.strip() for line in lines[end:] if line.strip() and not is_furniture(line)]
    fields = tuple(
        Field(field.name, field.value, field.language, place=place) for place, field in enumerate([*rows, *seen], 1)
    )
    if not fields:
        raise SourceError(
            f"{name}: no metadata table and no labels of an item page; copy the page with “Show full item record”"
        )
    handle = handle_of(fields)
    read = identified(Record(identifier="", handle=handle, fields=fields, source=source), note)
    for field_name, value, reason in findings:
        note(Finding(read.identifier, "warning", field_name, value, reason))
    if not rows:
        note(
            Finding(
                read.identifier, "warning", "", "", "only the short view of the page was there, not its metadata table"
            )
        )
    for line in unread:
        note(Finding(read.identifier, "info", "view", line, "a line of the page that no field of the record holds"))
    return read


def _rows(lines: list[str], known: Collection[str], findings: list[tuple[str, str, str]]) -> list[Field]:
    """The rows of the table; a line that begins no field goes on with the value above it."""
    by_length = sorted(known, key=len, reverse=True)
    raw: list[tuple[str, str]] = []
    for line in lines:
        if ends_table(line):
            break
        found = _field_name(line, by_length)
        if found:
            field_name, is_known = found
            raw.append((field_name, line.strip()[len(field_name) :]))
            if not is_known:
                findings.append((field_name, line.strip(), "no field of the crosswalk: where its name ends is a guess"))
        elif raw and line.strip():
            raw[-1] = raw[-1][0], f"{raw[-1][1]}\n{line}"
    fields = []
    for field_name, rest in raw:
        value, language = _value_and_language(rest)
        if value:
            fields.append(Field(field_name, value, language))
        else:
            findings.append((field_name, "", "an empty value"))
    return fields


def _starts_field(line: str) -> bool:
    return bool(re.match(r"\s*(?:dc|dcterms|local|thesis|oaire|dspace)\.[a-z]+", line))


def _field_name(line: str, by_length: list[str]) -> tuple[str, bool] | None:
    """The name that the line begins with, and whether the crosswalk knows it."""
    text = line.strip()
    if "\t" in text:
        first = text.split("\t")[0].strip()
        return (first, True) if _FIELD.fullmatch(first) else None
    match = _FIELD.match(text)
    if not match:
        return None
    for name in by_length:
        if text.startswith(name):
            # "dc.subject.meshAdult" is known whole; "dc.subjectkeyword" is dc.subject and a word in lower case.
            return name, True
    # Nobody knows the name: it ends where a capital, a digit or the value's own form begins.
    lower = re.match(r"[a-z]+(?:\.[a-z]+){1,2}", text)
    return (lower[0], False) if lower else None


def _value_and_language(rest: str) -> tuple[str, str | None]:
    if "\t" in rest:
        value, _, code = rest.strip("\n").strip("\t").rpartition("\t") if rest.count("\t") > 1 else (rest, "", "")
        return value.strip(), None if code.strip() in {"", "-"} else code.strip()
    text = rest.strip()
    match = _LANGUAGE.search(text)
    if match:
        code = match[1]
        return text[: match.start()].strip(), None if code == "-" else code
    bare = _BARE_LANGUAGE.search(text)
    if bare and language_tag(bare[1]):
        return text[: bare.start()].strip(), bare[1]
    return text, None
