"""The tables of `formats/`: for each format, what a place in a source becomes; and what kinds of things are called.

A row is path, field, note.  The path leads from the root of a record by the names of elements or keys, with `/` between
them; `@name` is an attribute, `//name` stands anywhere, `*` is any name, and `[kind=value]` or `[@kind=value]` behind a
name asks what stands in it.  The field is one of:

| field | what the value becomes |
|---|---|
| `dc.title` | the value of that field |
| (empty) | a line of the report, with the note as its reason |
| `identifier-types @type` | the field that the table gives to the kind, which stands in the attribute or key |
| `identifier-types scheme identifier` | the same, where the value stands below another name |
| `relation-types kind identifier title` | a related work by its identifiers and, where it is there, its title |
| `agent dc.contributor.author` | one person or organisation; its parts are `agent.name`, `agent.family` … |
| `agents dc.contributor.author` | several names in one text |
| `date dc.date.issued` | a date of which year, month and day stand apart |
| `words dc.subject` | each word is a value of the field |
| `joined dc.title prefix rest` | the parts of these names, one text together |
| `authority` | the address that names the value around or beside it in somebody's list |
| `authority scheme value` | the same, where the scheme of an identifier stands, and itself |
| `identity` | what names the record where nothing else does |
| `agent.identifier scheme value` | an identifier of that person, where its scheme stands, and itself |
| `agent.affiliation id name` | an affiliation with its identifier |
| `affiliation @id` | an affiliation that agents name by its number (`agent.affiliation_number`) |
| `file`, `funding` | a file, a funding; their parts are `file.url`, `funding.number` … |
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple, Protocol

from ontology import FOLDER, TableError, table

COLUMNS = ("path", "field", "note")
PARTS = {
    "agent": frozenset(
        {
            "name",
            "corporate",
            "whole",
            "family",
            "given",
            "prefix",
            "suffix",
            "role",
            "type",
            "orcid",
            "gnd",
            "identifier",
            "affiliation",
            "affiliation_number",
            "vcard",
        }
    ),
    "file": frozenset(
        {"name", "url", "media_type", "size", "checksum", "description", "access", "available", "licence"}
    ),
    "funding": frozenset({"funder", "funder_id", "number", "title", "address", "stream"}),
}
"""What can be given of a thing that is stated in parts."""

_FIELD = re.compile(r"[A-Za-z][\w-]*(?:\.[\w-]+)+")
_STEP = re.compile(r"(?P<name>@?[\w.:-]+|\*)(?:\[(?P<kind>@?[\w.:/-]+)(?:=(?P<value>[^\]]*))?\])?")
_SLASH = re.compile(r"/(?![^\[]*\])")
_NOT_A_WORD = re.compile(r"[^a-z0-9]")


class Place(Protocol):
    """What a path is compared with: an element, a key, an attribute."""

    @property
    def name(self) -> str:
        """The name, that of an attribute with @ before it."""

    def holds(self, path: str, value: str) -> bool:
        """Whether a part is there, with this text where one is given."""


class Step(NamedTuple):
    """One name of a path, and what must stand in it; `kind` is empty where that may be anything."""

    name: str
    kind: str
    value: str


class Rule(NamedTuple):
    """One row.

    `kind` is "field", "report", "lookup", "identity", what is stated in parts ("agent", "date", "file", "funding",
    "joined") or in one text ("agents", "words"); "part" is a part of one, "authority" what names a value.  `field` is
    the field, the table of a lookup, or the name of the part.  `by` and `value` are where a lookup finds kind and
    value, and `by` the names of what is joined.  `title` is where a related work has its title.
    """

    steps: tuple[Step, ...]
    anywhere: bool
    kind: str
    field: str
    by: str
    value: str
    note: str
    place: str
    title: str = ""

    def fits(self, chain: Sequence[Place]) -> bool:
        """Whether the places from the root to one, the root left out, are those of the path."""
        if len(chain) < len(self.steps) or (not self.anywhere and len(chain) != len(self.steps)):
            return False
        behind = chain[len(chain) - len(self.steps) :]
        return all(
            step.name in {place.name, "*"} and (not step.kind or place.holds(step.kind, step.value))
            for step, place in zip(self.steps, behind, strict=True)
        )


class SourceTable:
    """The rows of one format."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.rules = tuple(_rule(place, row) for place, row in table(f"formats/{name}.csv", FOLDER))
        self.has_affiliations = any(rule.kind == "affiliation" for rule in self.rules)
        self._by_name: dict[str, list[Rule]] = {}
        # The most particular first: long paths, and those that ask for more.
        for rule in sorted(self.rules, key=_particular, reverse=True):
            self._by_name.setdefault(rule.steps[-1].name, []).append(rule)

    def rule(self, chain: Sequence[Place]) -> Rule | None:
        """The row for the last of these places, None where there is none."""
        for name in (chain[-1].name, "*"):
            for rule in self._by_name.get(name, ()):
                if rule.fits(chain):
                    return rule
        return None


class XmlFormat(NamedTuple):
    """A format of XML that is read by its table alone: prefix in OAI-PMH, namespaces, root elements."""

    prefix: str
    namespaces: tuple[str, ...]
    roots: tuple[str, ...]


class JsonFormat(NamedTuple):
    """A format of JSON that is read by its table alone: its name, the keys that show it, the key that holds it all."""

    name: str
    keys: tuple[str, ...]
    inside: str
    words: str


@lru_cache(maxsize=64)
def source_table(name: str) -> SourceTable:
    """The table of a format.

    Raises TableError, with file and line, for a row that cannot be meant.
    """
    return SourceTable(name)


@lru_cache(maxsize=128)
def fields(name: str, of: str = "") -> Mapping[str, str]:
    """A table as path → field, for readers that know the structure of their format.

    Paths such as `relatedItem:series` name a kind of what such a reader finds; `of` gives those of `relatedItem` alone.
    """
    found: dict[str, str] = {}
    for _, row in table(f"formats/{name}.csv", FOLDER):
        group, colon, kind = row["path"].partition(":")
        if (group if colon else "") == of:
            found[kind if colon else row["path"]] = row["field"]
    return found


@lru_cache(maxsize=64)
def notes(name: str) -> Mapping[str, str]:
    """A table as path → note: why a value of a path without a field becomes none."""
    return {row["path"]: row["note"] for _, row in table(f"formats/{name}.csv", FOLDER)}


@lru_cache(maxsize=16)
def kinds(name: str) -> Mapping[str, str]:
    """A table of kinds (roles, identifier-types …) as kind, in lower case without spaces → field."""
    return {row["kind"]: row["field"] for _, row in table(f"formats/{name}.csv", FOLDER)}


def field_of(name: str, kind: str, otherwise: str = "") -> str:
    """The field that a table of kinds gives to a kind, however it is spelt; `otherwise` where it gives none.

    >>> field_of("roles", "Thesis Advisor"), field_of("roles", "tuba", "dc.contributor.other")
    ('dc.contributor.advisor', 'dc.contributor.other')
    """
    return kinds(name).get(_NOT_A_WORD.sub("", kind.lower()), otherwise)


def is_kind(text: str) -> bool:
    """Whether a text is a kind by which a field is chosen: a role, the type of an identifier, a condition of a path.

    >>> is_kind("Thesis Advisor"), is_kind("personal"), is_kind("tuba")
    (True, True, False)
    """
    return _NOT_A_WORD.sub("", text.lower()) in _all_kinds()


@lru_cache(maxsize=1)
def _all_kinds() -> frozenset[str]:
    """The kinds of all tables of kinds, and all that stands in paths."""
    found: set[str] = set()
    for file in (FOLDER / "formats").iterdir():
        for _, row in table(f"formats/{file.name}", FOLDER) if file.suffix == ".csv" else ():
            words = [row["kind"]] if "kind" in row else re.split(r"[/:@\[\]=]", row.get("path", ""))
            found.update(_NOT_A_WORD.sub("", word.lower()) for word in words)
    return frozenset(found - {""})


@lru_cache(maxsize=1)
def xml_formats() -> tuple[XmlFormat, ...]:
    """The formats of `xml-formats.csv`, each with a table of its own."""
    return tuple(
        XmlFormat(row["format"], tuple(row["namespaces"].split()), tuple(row["roots"].split()))
        for _, row in table("formats/xml-formats.csv")
    )


@lru_cache(maxsize=1)
def json_formats() -> tuple[JsonFormat, ...]:
    """The formats of `json-formats.csv`, each with a table of its own."""
    return tuple(
        JsonFormat(row["format"], tuple(row["keys"].split()), row["inside"], row["note"])
        for _, row in table("formats/json-formats.csv")
    )


def _particular(rule: Rule) -> tuple[int, bool, int]:
    return len(rule.steps), not rule.anywhere, sum(bool(step.kind) for step in rule.steps)


def _rule(place: str, row: Mapping[str, str]) -> Rule:
    if tuple(row) != COLUMNS:
        raise TableError(f"{place}: the columns must be {', '.join(COLUMNS)}")
    path = row["path"]
    anywhere = path.startswith("//")
    steps = tuple(_step(text, place) for text in _SLASH.split(path.removeprefix("//")))
    kind, field, by, value, title = _meaning(row["field"].split(), place)
    if kind == "report" and not row["note"]:
        raise TableError(f"{place}: a path without a field needs a note that says why")
    return Rule(steps, anywhere, kind, field, by, value, row["note"], place, title)


def _step(text: str, place: str) -> Step:
    match = _STEP.fullmatch(text)
    if not match:
        raise TableError(f"{place}: {text!r} is no step of a path; write a name, @name or name[kind=value]")
    return Step(match["name"], match["kind"] or "", match["value"] or "")


def _meaning(words: list[str], place: str) -> tuple[str, str, str, str, str]:
    """What a row does, and with what."""
    match words:
        case []:
            return "report", "", "", "", ""
        case ["agent" | "agents" | "words" | "date" as kind, field] if _FIELD.fullmatch(field):
            return kind, field, "", "", ""
        case ["affiliation", number]:
            return "affiliation", "", number, "", ""
        case ["file" | "funding" | "identity" as kind]:
            return kind, "", "", "", ""
        case ["authority", *by] if len(by) in {0, 2}:
            return "authority", "", "".join(by[:1]), "".join(by[1:]), ""
        case ["joined", field, *names] if _FIELD.fullmatch(field) and len(names) > 1:
            return "joined", field, " ".join(names), "", ""
        case [name, *by] if name.partition(".")[0] in PARTS and len(by) < 3:
            group, _, part = name.partition(".")
            if part not in PARTS[group]:
                raise TableError(f"{place}: {group} has no part {part!r}; there are {', '.join(sorted(PARTS[group]))}")
            return "part", name, "".join(by[:1]), "".join(by[1:]), ""
        case [field] if _FIELD.fullmatch(field):
            return "field", field, "", "", ""
        case [name, by, *rest] if len(rest) < 3 and (FOLDER / "formats" / f"{name}.csv").exists():
            return "lookup", name, by, "".join(rest[:1]), "".join(rest[1:])
    raise TableError(f"{place}: {' '.join(words)!r} is no field; write one such as dc.title, or see ontology/README.md")
