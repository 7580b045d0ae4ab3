"""What records say together: one address for one thing, and one preferred label in a language for each shared thing.

A record knows a journal by one ISSN or by two, an entity by its UUID or by its handle.  A *join* is what one record
says of two addresses: that they are one thing.  All joins of all records decide the address of each thing; where a
thing has a record of its own, it is that record's item.

A label that records give to a shared thing is a *vote*: in each language the most frequent one is the preferred label
(the one of the first record, where several are as frequent), and the others are alternative labels.  What is functional
(the print ISSN of a journal) is decided likewise, and the others stay as identifiers.

Everything here is a pure function of lines of N-Triples; `settling` does it for a conversion, the store for changes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from converter.mapping.context import term
from converter.record import Record
from converter.values import iris
from converter.values.terms import triple, type_

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LINE = re.compile(r'<([^>]*)> (<[^>]*>) ("(?:[^"\\]++|\\.)*+"(?:@(\S+)|\^\^\S+)?|<[^>]*>) \.')
_LABELS = frozenset(map(term, ("dcterms:title", "foaf:name", "skos:prefLabel", "rdfs:label")))
_ALTERNATIVES = frozenset(map(term, ("dcterms:alternative", "skos:altLabel")))
_NAMES = _LABELS | frozenset(map(term, ("foaf:familyName", "foaf:givenName")))
_ISSNS = {term("fabio:hasIssnL"): 0, term("prism:issn"): 1, term("prism:eIssn"): 2}
_VALUE = term("literal:hasLiteralValue")
_AGENT = term("foaf:Agent")
_KINDS = frozenset(map(term, ("foaf:Person", "foaf:Organization")))
_OF_AGENTS = (term("dcterms:creator"), term("dcterms:contributor"))
_FIRST, _LAST = -1, 9


class Join(NamedTuple):
    """That two addresses (below the base) are one thing; the lower rank is the better name of it."""

    one: str
    other: str
    one_rank: int = _LAST
    other_rank: int = _LAST


class Resolved(NamedTuple):
    """A thing: its address, the address below which its volumes stand, whether it is the item of a record."""

    address: str
    parts: str
    is_item: bool = False


Resolve = Callable[[str], Resolved]
"""An address that may be one of several → the thing."""


class Candidate(NamedTuple):
    """A statement of which a thing has one: how many records make it, and the number of the first of them."""

    line: str
    votes: int
    first: int


class Shared:
    """The rules for one base address."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._joinable = re.compile(
            rf"(?<=<){re.escape(base)}(journal/[0-9]{{4}}-[0-9]{{3}}[0-9X]|item/uuid/[0-9a-f-]{{36}})(?=([>/#]))"
        )
        self._own_starts = tuple(f"<{base}{folder}/" for folder in ("item", "record", "source", "field"))
        self._uuids = f"<{base}item/uuid/"

    def mentions(self, lines: Iterable[str]) -> set[str]:
        """The addresses in the lines that may be one of several of a thing."""
        return {found[0] for line in lines if _may_mention(line) for found in self._joinable.findall(line)}

    def has_mention(self, line: str) -> bool:
        """Whether a line speaks of a thing that may have another address."""
        return _may_mention(line) and self._joinable.search(line) is not None

    def joins(self, record: Record, lines: Iterable[str]) -> list[Join]:
        """What a record says of addresses that are one thing: the ISSNs of a journal, its own UUID, its own ISSNs."""
        if record.deleted:
            return []
        item = f"item/{iris.item_path(record.handle, record.identifier)}"
        found = {Join(f"item/uuid/{uuid}", item) for uuid in _uuids(record)}
        ranks: dict[str, dict[str, int]] = {}
        for line in lines:
            if "ssn" not in line:
                continue
            match = _LINE.fullmatch(line)
            if not match or not match[1].startswith(self._base):
                continue
            subject, value = match[1].removeprefix(self._base), match[3].strip('"')
            if match[2] in _ISSNS:
                _better(ranks.setdefault(subject, {}), value, _ISSNS[match[2]])
            elif match[2] == _VALUE and "#" in subject and "issn" in subject.rpartition("#")[2]:
                _better(ranks.setdefault(subject.partition("#")[0], {}), value, _LAST)
        for subject, numbers in ranks.items():
            if subject.startswith("journal/"):
                key = subject.removeprefix("journal/").partition("/")[0]
                own = numbers.get(key, _LAST)
                found |= {
                    Join(f"journal/{value}", subject, rank, own) for value, rank in numbers.items() if value != key
                }
            elif subject == item:
                found |= {Join(f"journal/{value}", item, rank) for value, rank in numbers.items()}
        return sorted(found)

    def settled(self, lines: Iterable[str], joins: Iterable[Join], resolve: Resolve, own: str) -> set[str]:
        """The lines of a record with the addresses that the things have; `own` is the record's item, `joins` its joins.

        What has a record of its own is named by that record alone.  An agent of whom neither a record nor this one
        has a name is a related item of the repository, and no more.  Of several records of one journal the first is
        that of the journal, and the others say that they are the same.
        """
        stated = set(lines)
        known = {path: resolve(path) for path in self.mentions(stated)}
        same = {thing.address for join in joins if (thing := resolve(join.one)).is_item} - {own}
        if same:
            mine = f"<{self._base}{own}>"
            stated = {line for line in stated if not (line.startswith(mine) and line.split(" ", 2)[1] in _ISSNS)}
            stated |= {triple(mine, term("owl:sameAs"), f"<{self._base}{other}>") for other in same}
        if not known:
            return stated
        nameless = self._nameless(stated, known)
        items = {thing.address for thing in known.values() if thing.is_item} - {own}
        found = set()
        for line in stated:
            said = _unnamed(line, nameless) if nameless else line
            rewritten = said
            if _may_mention(said):
                rewritten = self._joinable.sub(lambda match: self._address(match, known), said)
            if rewritten and not (items and self._names_one_of(rewritten, items)):
                found.add(rewritten)
        return found

    def slot(self, line: str, own: str) -> str | None:
        """What a statement is one of, where things have one of its kind: a label in a language, a functional property.

        None for what may be said several times, and for what a record says of its own item or its documents.
        """
        if line.startswith(self._own_starts) and not (
            line.startswith(self._uuids) and "#" not in line.split(" ", 1)[0]
        ):
            return None
        match = _LINE.fullmatch(line)
        if not match or match[1] == self._base + own:
            return None
        if match[2] in _LABELS or match[2] in _ALTERNATIVES:
            return f"{match[1]} label {match[4] or ''}"
        if match[2] in _ISSNS:
            return f"{match[1]} {match[2]}"
        return None

    def _address(self, match: re.Match[str], known: Mapping[str, Resolved]) -> str:
        thing = known[match[1]]
        return self._base + (thing.parts if match[2] == "/" else thing.address)

    def _names_one_of(self, line: str, items: set[str]) -> bool:
        subject, predicate, object_ = line.removesuffix(" .").split(" ", 2)
        is_name = predicate in _NAMES or (predicate == type_ and object_ in _KINDS)
        return is_name and subject[1:-1].removeprefix(self._base) in items

    def _nameless(self, lines: set[str], known: Mapping[str, Resolved]) -> set[str]:
        """The terms of agents that have no record, and whose name these lines do not have."""
        unknown = {
            f"<{self._base}{path}>"
            for path, thing in known.items()
            if path.startswith("item/uuid/") and not thing.is_item
        }
        named = {line.split(" ", 1)[0] for line in lines if unknown and f"> {term('foaf:name')} " in line}
        return unknown - named


def _unnamed(line: str, nameless: set[str]) -> str:
    subject, predicate, object_ = line.removesuffix(" .").split(" ", 2)
    if subject in nameless and predicate == type_ and object_ == _AGENT:
        return ""
    if object_ in nameless and predicate in _OF_AGENTS:
        return triple(subject, term("dcterms:relation"), object_)
    return line


def elected(candidates: Iterable[Candidate]) -> set[str]:
    """The statements that stand of those that are for one slot.

    >>> title, other = "<http://purl.org/dc/terms/title>", "<http://purl.org/dc/terms/alternative>"
    >>> first, second = f'<x:j> {title} "Reef Reports" .', f'<x:j> {title} "Reef reports" .'
    >>> sorted(elected([Candidate(second, 1, 9), Candidate(first, 1, 4)])) == [f'<x:j> {other} "Reef reports" .', first]
    True
    """
    stated = sorted(candidates, key=lambda one: (-one.votes, one.first, one.line))
    parts = [(one.line, *one.line.removesuffix(" .").split(" ", 2)) for one in stated]
    best = next(
        ((line, predicate, object_) for line, _, predicate, object_ in parts if predicate not in _ALTERNATIVES), None
    )
    if best is None:
        return {line for line, *_ in parts}
    line, predicate, chosen = best
    if predicate in _ISSNS:
        return {line}
    other = term("dcterms:alternative" if predicate == term("dcterms:title") else "skos:altLabel")
    return {line} | {triple(subject, other, object_) for _, subject, _, object_ in parts if object_ != chosen}


def resolution(joins: Iterable[Join], path: str, order: Callable[[str], int]) -> Resolved:
    """The thing whose addresses these joins, all of one thing, name; `order` says which of two items came first."""
    ranks: dict[str, int] = {path: _LAST}
    for join in joins:
        ranks[join.one] = min(ranks.get(join.one, _LAST), join.one_rank)
        ranks[join.other] = min(ranks.get(join.other, _LAST), join.other_rank)
    owners = {join.other for join in joins if join.other.startswith("item/")}
    journals = [one for one in ranks if one.startswith("journal/")]
    parts = min(journals, key=lambda one: (ranks[one], one)) if journals else path
    if owners:
        return Resolved(min(owners, key=lambda one: (order(one), one)), parts, is_item=True)
    return Resolved(parts, parts)


def digest(text: str) -> bytes:
    """Sixteen bytes that stand for a text."""
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def _may_mention(line: str) -> bool:
    return "/journal/" in line or "/item/uuid/" in line


def _uuids(record: Record) -> set[str]:
    """The UUIDs by which the repository knows the record."""
    stated = {record.identifier.lower(), record.listed.identifier.lower(), *map(str.lower, record.values("rest.uuid"))}
    return {uuid for uuid in stated if _UUID.fullmatch(uuid)}


def _better(ranks: dict[str, int], value: str, rank: int) -> None:
    ranks[value] = min(rank, ranks.get(value, _LAST))
