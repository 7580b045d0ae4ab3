"""What we mean: the crosswalk and its tables, the profile, shapes and contexts, and one small loader.

Everything here is data that a librarian opens in a spreadsheet or an editor; the loader checks the form of a table
and says file and line of what it does not understand.  It knows nothing of records.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

FOLDER = Path(__file__).parent
PUBLISHED_BASE = "https://data.example.org/"
"""The base that our own addresses have in the files of this folder; a deployment puts its own in its place."""

NODES = frozenset(
    {"", "self", "source", "container", "journal", "manifestation", "file", "person", "grant", "role", "org"}
)
COLUMNS = ("field", "kind", "node", "property", "literal", "scheme", "parser", "schema_org", "origin", "note")


_BESIDE = frozenset({"data-themes.csv", "parquet.csv"})
"""Tables by which no record becomes another: no store has to be made anew for them."""


class TableError(ValueError):
    """A table holds something that cannot be meant; the message begins with file and line."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the crosswalk: where the values of one field go.

    `properties` and `literal` are IRIs; a property that starts with ^ is stated about the other entity.  `place` is
    file:line.  `kind` names what is done with a value, `parser` the function that reads it, `node` the resource that
    gets the statement, `scheme` the role, identifier scheme or concept scheme, of a relationship the field that it
    brings values of.
    """

    field: str
    kind: str
    node: str
    properties: tuple[str, ...]
    literal: str
    scheme: str
    parser: str
    schema_org: str
    note: str
    place: str


def text(name: str, base: str = PUBLISHED_BASE) -> str:
    """A file of this folder, its own addresses moved to `base`."""
    return (FOLDER / name).read_text(encoding="utf-8").replace(PUBLISHED_BASE, base)


def table(name: str, folder: Path = FOLDER) -> Iterator[tuple[str, dict[str, str]]]:
    """The rows of a table, each with its place (file:line).

    Raises TableError where a row has more or fewer cells than the head.
    """
    path = folder / name
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.reader((line for line in lines if not line.startswith("#")), strict=True)
        comments = _head_comments(path)
        try:
            head = next(reader, [])
            for row in filter(None, reader):
                place = f"{name}:{reader.line_num + comments}"
                if len(row) != len(head):
                    raise TableError(f"{place}: this row has more or fewer cells than the head of the table")
                yield place, dict(zip(head, row, strict=True))
        except csv.Error as fault:
            raise TableError(f"{name}:{reader.line_num + comments}: {fault}") from None


@lru_cache(maxsize=1)
def prefixes() -> Mapping[str, str]:
    """The namespaces that tables, documents and queries abbreviate: prefix → IRI (our own with the published base)."""
    return {row["prefix"]: row["iri"] for _, row in table("prefixes.csv")}


@lru_cache(maxsize=8)
def prefixes_at(base: str) -> Mapping[str, str]:
    """The same with our own addresses below `base`, as queries of a deployment write them."""
    return {prefix: space.replace(PUBLISHED_BASE, base) for prefix, space in prefixes().items()}


def expand(curie: str, place: str) -> str:
    """The IRI of `prefix:name`; a name without a prefix of ours is refused.

    >>> expand("dcterms:title", "here:1")
    'http://purl.org/dc/terms/title'
    """
    prefix, colon, name = curie.partition(":")
    if not colon or prefix not in prefixes():
        raise TableError(f"{place}: {curie!r} has no prefix of prefixes.csv; add the prefix there or correct the term")
    return prefixes()[prefix] + name


class Crosswalk:
    """The rows of all `crosswalk/*.csv`: exact names first, then the longest wildcard."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self.folder = folder
        self.rows: dict[str, Row] = {}
        for path in sorted((folder / "crosswalk").glob("*.csv")):
            for place, cells in table(f"crosswalk/{path.name}", folder):
                row = _row(place, cells)
                if row.field in self.rows:
                    raise TableError(
                        f"{place}: the field {row.field!r} stands at {self.rows[row.field].place} already; keep one"
                    )
                self.rows[row.field] = row
        if "*" not in self.rows:
            raise TableError(f"{folder / 'crosswalk'}: no row for *, so an unknown field would be lost; add it")
        self._found: dict[str, Row] = {}

    def row(self, field: str) -> Row:
        """The row for a field; there is one for every name, at the least that of *.

        >>> Crosswalk().row("dc.subject.shelfmark").field
        'dc.subject.*'
        """
        found = self._found.get(field)
        if found is None:
            found = self._found[field] = next(self.rows[name] for name in _candidates(field) if name in self.rows)
        return found

    @cached_property
    def digest(self) -> str:
        """A SHA-256 over every table that decides what a record becomes; those of `formats` decide how it is read."""
        digest = hashlib.sha256()
        for path in sorted(self.folder.rglob("*.csv")):
            if path.parent.name == "formats" or path.name in _BESIDE:
                continue
            digest.update(path.relative_to(self.folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
        return digest.hexdigest()


@lru_cache(maxsize=1)
def crosswalk() -> Crosswalk:
    """The crosswalk of this folder, read once.

    Raises TableError, with file and line, for a row that cannot be meant.
    """
    return Crosswalk()


@lru_cache(maxsize=1)
def field_names() -> frozenset[str]:
    """Every field that the crosswalk names in full."""
    return frozenset(name for name in crosswalk().rows if "*" not in name)


@lru_cache(maxsize=1)
def namespaces() -> Mapping[str, str]:
    """What documents mean by a prefix that they do not declare: prefix → namespace."""
    return {row["prefix"]: row["namespace"] for _, row in table("formats/namespaces.csv")}


@lru_cache(maxsize=1)
def types() -> Mapping[str, Mapping[str, str]]:
    """The kinds of work: key → its row of types.csv (class, in_periodical, work_class, dcmitype, coar, schema_org)."""
    return {row["key"]: row for _, row in table("types.csv")}


@lru_cache(maxsize=1)
def type_labels() -> Mapping[str, str]:
    """The names that repositories give to kinds of work: normal form → key of types.csv."""
    return {row["match"]: row["key"] for _, row in table("type-labels.csv")}


@lru_cache(maxsize=1)
def schemes() -> Mapping[str, Mapping[str, str]]:
    """The identifier schemes: name → its row of schemes.csv."""
    return {row["scheme"]: row for _, row in table("schemes.csv")}


@lru_cache(maxsize=1)
def languages() -> tuple[Mapping[str, str], ...]:
    """The languages of ISO 639-2: rows of languages.csv (code2, code3, bibliographic, name, names)."""
    return tuple(row for _, row in table("languages.csv"))


@lru_cache(maxsize=1)
def individual_languages() -> tuple[Mapping[str, str], ...]:
    """The languages that ISO 639-3 alone has: rows of languages-639-3.csv (code3, name, names)."""
    return tuple(row for _, row in table("languages-639-3.csv"))


@lru_cache(maxsize=64)
def values(name: str) -> Mapping[str, str]:
    """One table of values.csv (access, version, peerreview, degree, metric, patterns): value → target."""
    return {row["value"]: row["target"] for _, row in table("values.csv") if row["table"] == name}


def agent_words(kind: str) -> frozenset[str]:
    """The words of one kind (organisation, nobody, company, particle …) in names.csv."""
    return _agent_words().get(kind, frozenset())


@lru_cache(maxsize=1)
def _agent_words() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for _, row in table("names.csv"):
        found.setdefault(row["kind"], set()).add(row["word"])
    return {kind: frozenset(words) for kind, words in found.items()}


@lru_cache(maxsize=1)
def redactions() -> tuple[tuple[re.Pattern[str], str], ...]:
    """What is cut out of every value that is shown, and what stands there instead: the rows of redactions.csv.

    Raises TableError where a pattern is none, or cuts out nothing.
    """
    found = []
    for place, row in table("redactions.csv"):
        try:
            pattern = re.compile(row["pattern"])
        except re.error as fault:
            raise TableError(f"{place}: {row['pattern']!r} is no regular expression: {fault}") from None
        if pattern.search(""):
            raise TableError(f"{place}: {row['pattern']!r} is found everywhere, also where nothing stands")
        found.append((pattern, row["mask"]))
    return tuple(found)


def _row(place: str, cells: dict[str, str]) -> Row:
    if tuple(cells) != COLUMNS:
        strange = sorted(set(cells) ^ set(COLUMNS))
        raise TableError(f"{place}: the columns must be {', '.join(COLUMNS)}; these differ: {', '.join(strange)}")
    if not cells["field"] or not cells["kind"]:
        raise TableError(f"{place}: a row needs a field and a kind")
    if cells["node"] not in NODES:
        known = ", ".join(sorted(NODES - {""}))
        raise TableError(f"{place}: no node is called {cells['node']!r}; there are {known}")
    properties = tuple(
        ("^" if curie.startswith("^") else "") + expand(curie.removeprefix("^"), place)
        for curie in cells["property"].split()
    )
    literal = expand(cells["literal"], place) if cells["literal"] else ""
    return Row(
        field=cells["field"],
        kind=cells["kind"],
        node=cells["node"],
        properties=properties,
        literal=literal,
        scheme=cells["scheme"],
        parser=cells["parser"],
        schema_org=cells["schema_org"],
        note=cells["note"],
        place=place,
    )


def _candidates(field: str) -> Iterator[str]:
    yield field
    parts = field.split(".")
    for length in range(len(parts) - 1, 0, -1):
        yield ".".join(parts[:length]) + ".*"
    yield "*"


def _head_comments(path: Path) -> int:
    with path.open(encoding="utf-8") as lines:
        return sum(1 for line in lines if line.startswith("#"))
