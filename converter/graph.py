"""Triples → a document: the RDF formats, in an order that a person can read and that is the same every time.

A triple is a line of N-Triples.  Within a record the item comes first, then its parts, then the documents about it,
then what it shares with other records; numbers sort as numbers, so that author 10 follows author 9.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import IO

import pyoxigraph

import ontology
from converter.formats import GRAPHS
from converter.values.terms import type_

Lines = Iterable[str]


FORMATS = {name: format_ for name, format_ in GRAPHS.items() if name != "jsonld"}
"""The formats that the engine writes; JSON-LD has a module of its own."""

_DIGITS = re.compile(r"(\d+)")
# A subject of a line, the predicate, and the rest.
_PARTS = re.compile(r"(\S+) (\S+) (.*)", re.DOTALL)
_RANKS = (("item/", 0), ("record/", 2), ("source/", 3))


def ordered(lines: Lines, base: str) -> list[str]:
    """The lines without repetition, in reading order."""
    rank = _ranker(base)
    return sorted(set(lines), key=rank)


def write(batches: Iterable[Lines], out: IO[bytes], format_: str, base: str) -> None:
    """One document in `format_` (a key of FORMATS), written as the batches come: memory is flat in their number.

    A batch is the lines of one record.  The formats of lines are for machines: their order is that of the characters,
    which costs a fortieth of reading order.
    """
    if format_ in {"nt", "nq"}:
        # Without a graph name a quad is a triple, and a line is a line already.
        for lines in batches:
            out.write("".join(f"{line}\n" for line in sorted(set(lines))).encode())
        return
    triples = (triple for lines in batches for triple in parsed(ordered(lines, base)))
    _serialize(triples, out, format_, prefixes(base))


def document(lines: Lines, format_: str, base: str) -> bytes:
    """One document in `format_`, with the prefixes that it uses and no others.

    >>> print(document(['<http://x/item/1> <http://purl.org/dc/terms/title> "A" .'], "ttl", "http://x/").decode().strip())
    @prefix dcterms: <http://purl.org/dc/terms/> .
    <BLANKLINE>
    <http://x/item/1> dcterms:title "A" .
    """
    in_order = ordered(lines, base)
    return written(in_order, [*parsed(in_order)], format_, base)


def written(lines: Sequence[str], triples: Sequence[pyoxigraph.Triple], format_: str, base: str) -> bytes:
    """The same document, of lines that are in reading order and have been parsed."""
    if format_ in {"nt", "nq"}:
        return "".join(f"{line}\n" for line in lines).encode()
    out = io.BytesIO()
    _serialize(triples, out, format_, _used(lines, prefixes(base)))
    return out.getvalue()


def turtle(lines: Lines, base: str) -> bytes:
    """The triples as Turtle (https://www.w3.org/TR/turtle/)."""
    return document(lines, "ttl", base)


def ntriples(lines: Lines, base: str = ontology.PUBLISHED_BASE) -> bytes:
    """The triples as N-Triples (https://www.w3.org/TR/n-triples/)."""
    return document(lines, "nt", base)


def rdfxml(lines: Lines, base: str) -> bytes:
    """The triples as RDF/XML (https://www.w3.org/TR/rdf-syntax-grammar/)."""
    return document(lines, "rdf", base)


def parsed(lines: Lines) -> Iterator[pyoxigraph.Triple]:
    """The lines as triples of the engine."""
    text = "\n".join(lines)
    for quad in pyoxigraph.parse(text, format=pyoxigraph.RdfFormat.N_TRIPLES):
        yield quad.triple


def prefixes(base: str) -> dict[str, str]:
    """The namespaces of the profile, our own moved to `base`."""
    return {prefix: iri.replace(ontology.PUBLISHED_BASE, base) for prefix, iri in sorted(ontology.prefixes().items())}


class _Spaced:
    """A Turtle stream with its prefixes sorted, and an empty line after them and after every subject."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._head: list[bytes] | None = []
        self._pending = b""

    def write(self, chunk: bytes) -> int:
        # Line ends inside a literal are escaped: " ." before a line end always ends a statement.
        *whole, self._pending = (self._pending + bytes(chunk)).split(b"\n")
        self._out.write(b"".join(self._line(line) for line in whole))
        return len(chunk)

    def flush(self) -> None:
        if self._head:  # a document without a triple
            self._out.write(self._end_of_head())
        self._out.flush()

    def _line(self, line: bytes) -> bytes:
        if self._head is not None and line.startswith(b"@prefix"):
            self._head.append(line)
            return b""
        end = b" .\n\n" if line.endswith(b" .") else b"\n"
        return self._end_of_head() + line.removesuffix(b" .") + end

    def _end_of_head(self) -> bytes:
        head, self._head = self._head, None
        return b"".join(line + b"\n" for line in sorted(head)) + b"\n" if head else b""


def _serialize(triples: Iterable[pyoxigraph.Triple], out: IO[bytes], format_: str, names: dict[str, str]) -> None:
    target = _Spaced(out) if format_ in {"ttl", "trig"} else out
    pyoxigraph.serialize(triples, target, FORMATS[format_].engine, prefixes=names)  # type: ignore[arg-type] # any object with write and flush will do


def _used(lines: Sequence[str], names: dict[str, str]) -> dict[str, str]:
    text = "\n".join(lines)
    return {prefix: iri for prefix, iri in names.items() if f"<{iri}" in text}


def _ranker(base: str) -> Callable[[str], tuple[object, ...]]:
    starts = [(f"<{base}{path}", rank) for path, rank in _RANKS]

    def rank(line: str) -> tuple[object, ...]:
        match = _PARTS.match(line)
        if not match:
            raise ValueError(f"{line[:200]!r} is not a line of N-Triples")
        subject, predicate, object_ = match.groups()
        level = next((rank for start, rank in starts if subject.startswith(start)), 4)
        if level == 0 and "#" in subject:
            level = 1
        return level, _natural(subject), predicate != type_, predicate, _natural(object_)

    return rank


def _natural(text: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdecimal() and part.isascii() else (-1, part) for part in _DIGITS.split(text)]
