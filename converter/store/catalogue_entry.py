"""A record's statements → its entry in the catalogue: what a list shows of it, and what leads to it.

An entry is made from published statements and from nothing else, so that what is not published is in no list.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

import ontology
from converter.mapping.context import term
from converter.set_names import set_address, with_those_above
from converter.store.search_index import unescaped
from converter.values import iris
from converter.values.licences import name_of
from converter.values.lookup import normal_forms
from converter.values.text import plain

_LINE = re.compile(r'(<[^>]*>) (<[^>]*>) (?:<([^>]*)>|"((?:[^"\\]++|\\.)*+)"(?:@(\S+)|\^\^\S+)?) \.')
_LABELS = (
    "dcterms:title",
    "foaf:name",
    "skos:prefLabel",
    "rdfs:label",
    "frapo:hasGrantNumber",
    "dc:title",
    "dcterms:identifier",
)
_ROLES = {"author": "author", "editor": "editor", "advisor": "supervisor", "supervisor": "supervisor"}
"""The roles of agents that lists distinguish; everybody else is a contributor."""
_ACCESS = {"c_abf2": "open", "c_f1cf": "embargoed", "c_16ec": "restricted", "c_14cb": "metadata"}
ACCESS = {
    "open": "Open access",
    "embargoed": "Embargoed",
    "restricted": "Restricted access",
    "metadata": "Metadata only",
}
"""Access rights, in words."""
_STRAIGHT = {
    "dcterms:publisher": "publisher",
    "dcterms:subject": "subject",
    "fabio:hasSubjectTerm": "subject",
    "frapo:hasFundingAgency": "funder",
    "frapo:isFundedBy": "grant",
    "fabio:hasPlaceOfPublication": "place",
}
_CONTAINERS = {
    "journal": ("fabio:Journal", "fabio:Magazine", "fabio:Newspaper", "fabio:Periodical"),
    "series": ("fabio:Series", "fabio:BookSeries"),
}
_OUTSIDE = ("item/", "record/", "source/", "profile/", "shelf", "ns", "field/")
"""Folders whose addresses are no things that works share."""
_NUMBERS = {"doi": "prism:doi", "handle": "fabio:hasHandle", "pmid": "fabio:hasPubMedId", "isbn": "prism:isbn"}
_SET = re.compile(r"(?:col|hdl)_([0-9.]+)_(\S+)")
_PARTS = {"volume": "fabio:JournalVolume", "issue": "fabio:JournalIssue"}

Object = tuple[str, str, str]
"""An object: its address (empty for a literal), its text (empty for an address), its language."""


class Link(NamedTuple):
    """A thing that a work leads to, by its address below the base, in a role, under the name that the record gives."""

    address: str
    role: str
    label: str


class Entry(NamedTuple):
    """A work in the catalogue: what a row of a list shows (JSON values), its year, its links, its identifiers."""

    row: dict[str, object]
    year: int | None
    links: tuple[Link, ...]
    identifiers: tuple[tuple[str, str], ...]

    @property
    def title(self) -> str:
        """The main title."""
        return str(self.row["title"])


class Statements:
    """The statements of a record by subject and property, in the order in which they were made."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._objects: defaultdict[str, defaultdict[str, list[Object]]] = defaultdict(lambda: defaultdict(list))
        for line in lines:
            if match := _LINE.fullmatch(line):
                subject, property_, address, text, language = match.groups()
                value = (address or "", unescaped(text) if text else "", language or "")
                self._objects[subject[1:-1]][property_].append(value)

    def of(self, subject: str) -> Mapping[str, list[Object]]:
        """Property → its objects."""
        return self._objects.get(subject, {})

    def get(self, subject: str, *names: str) -> list[Object]:
        """The objects of properties, in their order."""
        own = self.of(subject)
        return [value for name in names for value in own.get(term(name), ())]

    def text(self, subject: str, *names: str) -> str:
        """The first literal of properties, empty where there is none."""
        return next((text for address, text, _ in self.get(subject, *names) if not address), "")

    def nodes(self, subject: str, *names: str) -> list[str]:
        """The addresses among the objects of properties."""
        return [address for address, _, _ in self.get(subject, *names) if address]

    def subjects(self) -> Iterable[str]:
        """Everything of which something is said."""
        return self._objects


def entry_of(lines: Iterable[str], base: str, path: str, source: str) -> Entry | None:
    """The entry of the record below `path`; None where it says nothing of an item, as a withdrawn one.

    `source` is the name of the repository that it came from.
    """
    stated = Statements(lines)
    item = f"{base}item/{path}"
    if term("prov:invalidatedAtTime") in stated.of(f"{base}record/{path}") or not stated.of(item):
        return None
    return _Maker(stated, base, item, source).entry()


class _Maker:
    """What makes one entry."""

    def __init__(self, stated: Statements, base: str, item: str, source: str) -> None:
        self.stated, self.base, self.item, self.source = stated, base, item, source
        self.links: dict[tuple[str, str], str] = {}

    def entry(self) -> Entry:
        stated, item = self.stated, self.item
        titles = [value for value in stated.get(item, "dcterms:title") if value[1]]
        year = _year(stated, item)
        journal = self._containers()
        agents = list(self._agents())
        _, name = self._type(in_journal=journal[0] == "journal")
        row: dict[str, object] = {
            "title": plain(titles[0][1]) if titles else "",
            "language": titles[0][2] if titles else "",
            "type": name,
            "agents": agents,
            "year": year,
            "container": journal[1:] if journal[0] else None,
            "volume": stated.text(item, "prism:volume"),
            "issue": stated.text(item, "prism:issueIdentifier"),
            "pages": _pages(stated, item),
            "publisher": next(iter(self._plain_links("dcterms:publisher")), None),
            "access": "",
            "embargo": stated.text(item, "fabio:hasEmbargoDate")[:10],
            "licence": "",
            "files": list(self._files()),
            "ids": {scheme: text for scheme, name in _NUMBERS.items() if (text := stated.text(item, name))},
            "abstract": [[plain(text), language] for _, text, language in stated.get(item, "dcterms:abstract") if text],
            "subjects": [],
        }
        self._add(f"type/{iris.slug(name)}", "type", name)
        for property_, role in _STRAIGHT.items():
            for address, label in self._plain_links(property_):
                self._add(address, role, label)
        row["subjects"] = [label for (_, role), label in self.links.items() if role == "subject"][:12]
        row["access"] = self._access()
        row["licence"] = self._licence()
        self._languages()
        self._collections()
        self._sets()
        self._add(f"repository/{iris.slug(self.source or 'unnamed')}", "repository", self.source or "Unnamed source")
        self._everything_else()
        kept = {key: value for key, value in row.items() if value}
        links = tuple(Link(address, role, label) for (address, role), label in self.links.items())
        return Entry(kept | {"title": row["title"]}, year, links, tuple(sorted(set(self._identifiers()))))

    def _add(self, address: str, role: str, label: str) -> None:
        if not self.links.get((address, role)):
            self.links[address, role] = label

    def _below(self, address: str) -> str:
        """The address below the base of a thing that works share, empty where it is none."""
        path = address.removeprefix(self.base) if address.startswith(self.base) else ""
        return "" if not path or path.startswith(_OUTSIDE) else path

    def _label(self, address: str) -> str:
        for name in _LABELS:
            if text := self.stated.text(address, name):
                return plain(text)
        issn = self.stated.text(address, "prism:issn", "prism:eIssn")
        return f"ISSN {issn}" if issn else self._part(address) or address.removeprefix(self.base)

    def _part(self, address: str) -> str:
        """What a volume or an issue is called: by what it is part of, and its number."""
        number = self.stated.text(address, "fabio:hasSequenceIdentifier")
        classes = self.stated.nodes(address, "rdf:type")
        word = next((word for word, name in _PARTS.items() if term(name)[1:-1] in classes), "")
        parent = next((one for one in self.stated.nodes(address, "frbr:partOf") if address.startswith(f"{one}/")), "")
        return f"{self._label(parent)}, {word} {number}" if number and word and parent else ""

    def _plain_links(self, property_: str) -> Iterator[list[str]]:
        """Yield address and label of what a property of the item leads to."""
        for address in dict.fromkeys(self.stated.nodes(self.item, property_)):
            if path := self._below(address):
                yield [path, self._label(address)]

    def _type(self, *, in_journal: bool) -> tuple[str, str]:
        stated, item = self.stated, self.item
        classes = set(stated.nodes(item, "rdf:type", "dcterms:type"))
        classes |= {one for work in stated.nodes(item, "frbr:realizationOf") for one in stated.nodes(work, "rdf:type")}
        found = next((pair for pair in type_names() if pair[0] in classes), type_names()[-1])
        if in_journal and found == type_names()[-1]:
            article = ontology.expand("fabio:JournalArticle", "catalogue")
            return next(pair for pair in type_names() if pair[0] == article)
        return found

    def _containers(self) -> tuple[str, str, str]:
        """The role, address and name of what the work stands in: a journal before a series before a book."""
        found: dict[str, tuple[str, str, str]] = {}
        for address in self.stated.nodes(self.item, "dcterms:isPartOf"):
            path = self._below(address)
            if not path:
                continue
            classes = {*self.stated.nodes(address, "rdf:type")}
            role = next((r for r, names in _CONTAINERS.items() if classes & {term(n)[1:-1] for n in names}), "book")
            role = "collection" if path.startswith("collection/") else role
            name = self._label(address)
            self._add(path, role, collection_name(name) if role == "collection" else name)
            found.setdefault(role, (role, path, name))
        return found.get("journal") or found.get("series") or found.get("book") or ("", "", "")

    def _agents(self) -> Iterator[list[str]]:
        """Yield role, printed name and address of everybody who had a part in the work, in their order."""
        stated = self.stated
        found: list[tuple[int, int, list[str]]] = []
        for node in stated.nodes(self.item, "pro:isDocumentContextFor"):
            role = next(iter(stated.nodes(node, "pro:withRole")), "").rpartition("/")[2]
            holder = next(iter(stated.nodes(node, "pro:isHeldBy")), "")
            name = stated.text(node, "rdfs:label") or (self._label(holder) if holder else "")
            for organisation in stated.nodes(node, "pro:relatesToOrganization"):
                if path := self._below(organisation):
                    self._add(path, "organisation", self._label(organisation))
            if role == "publisher" or not name:
                continue
            kind = _ROLES.get(role, "contributor")
            address = self._below(holder) or f"name/{iris.slug(name)}"
            place = stated.text(node, "co:index")
            order = int(place) if place.isdecimal() and len(place) < 9 else 0
            found.append(([*_ROLES.values(), "contributor"].index(kind), order, [kind, plain(name), address, role]))
        for _, _, agent in sorted(found, key=lambda one: one[:2]):
            self._add(agent[2], agent[0], agent[1])
            yield agent

    def _files(self) -> Iterator[dict[str, str]]:
        stated = self.stated
        for manifestation in stated.nodes(self.item, "frbr:embodiment"):
            for node in stated.nodes(manifestation, "frbr:exemplar"):
                file = {
                    "name": stated.text(node, "dcterms:title"),
                    "address": stated.text(node, "fabio:hasURL"),
                    "type": stated.text(node, "dc:format"),
                    "size": stated.text(node, "dcterms:extent"),
                }
                if file["name"] or file["address"]:
                    yield {key: value for key, value in file.items() if value}

    def _access(self) -> str:
        codes = [address.rpartition("/")[2] for address in self.stated.nodes(self.item, "dcterms:accessRights")]
        known = [_ACCESS[code] for code in codes if code in _ACCESS]
        for access in known:
            self._add(f"access/{access}", "access", ACCESS[access])
        return known[0] if known else ""

    def _licence(self) -> str:
        for address in self.stated.nodes(self.item, "dcterms:license"):
            self._add(f"licence/{iris.slug(name_of(address))}", "licence", name_of(address))
        return next(iter(self.stated.nodes(self.item, "dcterms:license")), "")

    def _languages(self) -> None:
        for address in self.stated.nodes(self.item, "dcterms:language"):
            code = address.rpartition("/")[2]
            self._add(f"language/{code}", "language", language_names().get(code, code))

    def _collections(self) -> None:
        """Link the collections of the repository, which hold the record at its source."""
        source = self.item.replace("/item/", "/source/", 1)
        for address in self.stated.nodes(source, "dcterms:isPartOf"):
            if (path := self._below(address)).startswith("collection/"):
                self._add(path, "collection", collection_name(self._label(address)))

    def _sets(self) -> None:
        """Link the sets that are no collections, and those above them; an older name of a collection is none."""
        source = self.item.replace("/item/", "/source/", 1)
        for _, spec, _ in self.stated.get(source, "dc:relation"):
            for one in [] if spec.startswith("hdl_") else with_those_above(spec):
                self._add(set_address(self.source, one), "set", one)

    def _everything_else(self) -> None:
        """Link whatever of ours the item leads to over any number of steps, and the fields that only it names."""
        own = f"{self.item}#"
        linked = {address for address, _ in self.links}
        # The collection that a repository keeps a record in is said of the record there.
        source = f"{self.base}source/{self.item.removeprefix(f'{self.base}item/')}"
        waiting, seen = [self.item, source], {self.item, source}
        while waiting:
            for property_, objects in self.stated.of(waiting.pop()).items():
                if property_[1:-1].startswith(f"{self.base}field/"):
                    field = property_[1:-1].removeprefix(self.base)
                    self._add(field, "other", field.removeprefix("field/").replace("/", "."))
                for address, _, _ in objects:
                    path = self._below(address)
                    if address in seen or not (path or address.startswith(own)):
                        continue
                    seen.add(address)
                    waiting.append(address)
                    if path and path not in linked:
                        role = "collection" if path.startswith("collection/") else "other"
                        name = self._label(address)
                        self._add(path, role, collection_name(name) if role == "collection" else name)

    def _identifiers(self) -> Iterator[tuple[str, str]]:
        """Yield normal forms of identifiers, each with the address below the base of what has it."""
        stated = self.stated
        for subject in stated.subjects():
            own = subject.startswith(self.item)
            path = self.item.removeprefix(self.base) if own else self._below(subject)
            if not path:
                continue
            numbers = [text for name in (*_NUMBERS.values(), "prism:issn", "prism:eIssn", "fabio:hasIssnL")
                       for _, text, _ in stated.get(subject, name)]  # fmt: skip
            for node in stated.nodes(subject, "datacite:hasIdentifier"):
                numbers += [text for _, text, _ in stated.get(node, "literal:hasLiteralValue")]
            numbers += [text for _, text, _ in stated.get(subject, "frapo:hasGrantNumber", "frapo:hasORCID")]
            for text in numbers:
                yield from ((form, path) for form in normal_forms(text) or [text.casefold()])


def stated_by(entry: Entry) -> list[str]:
    """Which of the fields that a reader looks for a work has, under the names of the query `completeness`.

    >>> stated_by(Entry({"ids": {"doi": "10.5555/x"}}, None, (Link("name/gull-a", "author", "Gull, A"),), ()))
    ['doi']
    """
    row, ids = entry.row, entry.row.get("ids")
    roles = {link.role for link in entry.links}
    stated = {
        "abstract": bool(row.get("abstract")),
        "doi": isinstance(ids, dict) and "doi" in ids,
        "subject": "subject" in roles,
        "language": "language" in roles,
        "keyedAuthor": any(one.role == "author" and not one.address.startswith("name/") for one in entry.links),
        "funding": "funder" in roles,
    }
    return [field for field, is_there in stated.items() if is_there]


def collection_name(name: str) -> str:
    """The name of a collection; where only its set of OAI-PMH names it, the handle in it.

    >>> collection_name("col_20.500.12345_7"), collection_name("Articles")
    ('20.500.12345/7', 'Articles')
    """
    match = _SET.fullmatch(name)
    return f"{match[1]}/{match[2]}" if match else name


def _year(stated: Statements, item: str) -> int | None:
    """The year of publication, which the crosswalk has decided by its one rule."""
    match = re.match(r"(\d{4})(?!\d)", stated.text(item, "fabio:hasPublicationYear"))
    return int(match[1]) if match else None


def _pages(stated: Statements, item: str) -> str:
    first, last = stated.text(item, "prism:startingPage"), stated.text(item, "prism:endingPage")
    return f"{first}–{last}" if first and last and first != last else first or last


@lru_cache(maxsize=1)
def type_names() -> tuple[tuple[str, str], ...]:
    """The classes of works with their names, the most specific first."""
    return tuple((ontology.expand(row["class"], place), row["name"]) for place, row in ontology.table("type-names.csv"))


@lru_cache(maxsize=1)
def plurals() -> Mapping[str, str]:
    """The name of a kind of work → what several are called."""
    return {row["name"]: row["plural"] for _, row in ontology.table("type-names.csv")}


@lru_cache(maxsize=1)
def language_names() -> Mapping[str, str]:
    """The code of a language (ISO 639-1 or 639-2) → its English name."""
    found: dict[str, str] = {}
    for row in ontology.languages():
        for code in (row["code3"], row["bibliographic"], row["code2"]):
            if code:
                found[code] = row["name"].partition(";")[0]
    return found
