"""One record on its way to triples: its addresses, its cleaned fields with their crosswalk rows, and what was noticed.

A kind of value (a function in `converter.handlers`) gets the item, the crosswalk row and the field, and yields lines of
N-Triples.  What several fields decide together (who an author is, which journal this is) is computed once per item from
all its rows, whatever their order, by a function given to `once`.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from operator import itemgetter
from typing import TypeVar, cast

import msgspec

import ontology
from converter.mapping.parts import parts_of
from converter.privacy import MASK, SILENT, masked
from converter.record import Field, File, Record
from converter.report import Finding, Level
from converter.values import info_uris, iris, languages, recognition, relation_words, text
from converter.values.terms import iri, literal, triple, type_

T = TypeVar("T")

PLACEHOLDER = "#PLACEHOLDER_PARENT_METADATA_VALUE#"
"""What DSpace-CRIS writes where a value would stand, so that the others keep their places."""

# Dataverse and PANGAEA name a record by its DOI, and no field need repeat it.
_NAMED_BY_DOI = re.compile(r"(?:oai:[^:]+:)?(doi:10\.\S+)", re.IGNORECASE)
_URL = re.compile(r"\s*[a-z][a-z0-9+.-]*://\S+\s*", re.IGNORECASE)
_RELATED = ontology.expand("dcterms:relation", "program")
_OF_PARAGRAPHS = frozenset({"text", "statement"})


class NothingSaid(Exception):
    """A value that is understood and says nothing: the report names it, and no statement is made of it."""


@cache
def term(curie: str) -> str:
    """The N-Triples term of a name such as `dcterms:title`.

    >>> term("foaf:name")
    '<http://xmlns.com/foaf/0.1/name>'
    """
    return iri(ontology.expand(curie, "program"))


class Item:
    """A record, its addresses below `base`, and the rows of its fields.

    `address` is the item, `document` its description, `source_document` the record as the repository holds it.
    `repository` names the repository in the addresses of persons that it alone knows by a key, `unit_of` the one whose
    departments are meant: that of the handle, whoever passes the record on; `year` is the one in which it is mapped.
    """

    def __init__(
        self,
        record: Record,
        crosswalk: ontology.Crosswalk,
        base: str,
        repository: str,
        unit_of: str = "",
        *,
        year: int,
    ) -> None:
        path = iris.item_path(record.handle, record.identifier)
        self.record = record
        self.base = base
        self.repository = repository
        self.unit_of = unit_of or repository
        self.year = year
        self.address = f"{base}item/{path}"
        self.document = f"{base}record/{path}"
        self.source_document = f"{base}source/{path}"
        self.term = iri(self.address)
        self.findings: list[Finding] = []
        self.files: dict[Field, File] = {}
        self._known: dict[Callable[[Item], object], object] = {}
        self._stated: dict[tuple[str, str], str] = {}
        self.rows: list[tuple[Field, ontology.Row]] = []
        # The parts of a value that holds several things, by the identity of its field, each with a row of its own.
        self._parts: dict[int, list[tuple[Field, ontology.Row]]] = {}
        for field in self._fields():
            name, value = info_uris.stated(field.name, field.value)
            row = crosswalk.row(name)
            if row.kind == "link" and row.properties == (_RELATED,) and (in_words := relation_words.stated(value)):
                # The field says that the other is related, its value how; of what has no address the words say it all.
                related = crosswalk.row(in_words[0])
                if related.kind != "link" or recognition.named(in_words[1]):
                    row, value = related, in_words[1]
            if row.scheme == "datacite:isbn" and recognition.sniff(value)[0] == "datacite:issn":
                # Some programs have one field for both numbers; a number of a serial is never that of the work.
                row = crosswalk.row("dc.identifier.issn")
            shown = field if value == field.value else msgspec.structs.replace(field, value=value)
            cleaned = self._cleaned(shown, row)
            if _URL.fullmatch(shown.value) and masked(shown.value) != shown.value:
                # An address of which something is cut out would lead elsewhere.
                row = dataclasses.replace(row, kind="private")
            self.rows.append((cleaned, row))
            parts = [
                (msgspec.structs.replace(cleaned, name=part, value=text), crosswalk.row(part))
                for part, text in parts_of(cleaned, row)
            ]
            if parts:
                self._parts[id(cleaned)] = parts

    def once(self, compute: Callable[[Item], T]) -> T:
        """What `compute` says of this item, computed at the first asking."""
        if compute not in self._known:
            self._known[compute] = compute(self)
        return cast("T", self._known[compute])

    def parts(self, field: Field) -> list[tuple[Field, ontology.Row]]:
        """What a value holds where it is no single thing: each part under the field that says what it is."""
        return self._parts.get(id(field), [])

    def of_kind(self, *kinds: str) -> Iterator[tuple[Field, ontology.Row]]:
        """The fields whose rows are of one of these kinds, in the order of the source; parts stand for their whole."""
        places = self.once(_places_by_kind)
        found = [place for kind in kinds for place in places.get(kind, ())]
        yield from (one for _, one in (found if len(kinds) == 1 else sorted(found, key=itemgetter(0))))

    def row_of(self, field: Field) -> ontology.Row:
        """The crosswalk row of a field of this item."""
        return self.once(_rows_by_field)[id(field)]

    def at(self, place: int) -> Field | None:
        """The field at that place of the source, None where there is none."""
        return self.once(_fields_by_place).get(place)

    def note(self, field: Field, reason: str, level: Level = "warning") -> None:
        """Put a line about this value into the report."""
        self.findings.append(Finding(self.name, level, field.name, masked(field.value), masked(reason)))

    @property
    def name(self) -> str:
        """How the report calls this record."""
        return self.record.handle or self.record.identifier

    def part(self, fragment: str) -> str:
        """The term of a part of this item."""
        return iri(f"{self.address}#{fragment}")

    def first(self, subject: str, property_: str, value: str) -> bool:
        """Whether `property_` of `subject` has no other value yet: what a functional property may be given."""
        return self._stated.setdefault((subject, property_), value) == value

    def text(self, field: Field) -> str:
        """The value as a literal in the language that the source states."""
        return literal(field.value, languages.language_tag(field.language))

    def subject(self, row: ontology.Row) -> tuple[str, list[str]]:
        """The resource that the row speaks of, and the lines that tie it to the item."""
        if row.node == "source":
            return iri(self.source_document), []
        if row.node == "manifestation":
            return self.manifestation()
        return self.term, []

    def manifestation(self) -> tuple[str, list[str]]:
        """The published form of the item, and the lines that say so."""
        subject = self.part("manifestation")
        return subject, [
            triple(subject, type_, term("fabio:Manifestation")),
            triple(self.term, term("frbr:embodiment"), subject),
        ]

    def state(self, row: ontology.Row, object_: str) -> Iterator[str]:
        """Yield every property of the row with this object; one that starts with ^ has it as its subject."""
        subject, ties = self.subject(row)
        yield from ties
        for property_ in row.properties:
            if property_.startswith("^"):
                yield triple(object_, iri(property_[1:]), subject)
            else:
                yield triple(subject, iri(property_), object_)

    def companion(self, row: ontology.Row, value: str) -> Iterator[str]:
        """Yield the plain Dublin Core statement that goes beside the resource, where the row names one."""
        if row.literal:
            subject, ties = self.subject(row)
            yield from ties
            yield triple(subject, iri(row.literal), value)

    def _fields(self) -> Iterable[Field]:
        record = self.record
        yield from record.fields
        place = len(record.fields)
        for file in record.files:
            place += 1
            field = Field("view.file", file.name, place=place)
            self.files[field] = file
            yield field
        if record.identifier.startswith("oai:"):
            yield Field("oai.identifier", record.identifier)
        if named := _NAMED_BY_DOI.fullmatch(record.identifier):
            yield Field("oai.doi", named[1])
        if record.datestamp:
            yield Field("oai.datestamp", record.datestamp)
        for name in record.sets:
            yield Field("oai.setSpec", name)

    def _cleaned(self, field: Field, row: ontology.Row) -> Field:
        """The field as values are read: outer and doubled space gone, and no e-mail address outside its own kind."""
        cleaned = text.paragraphs(field.value) if row.kind in _OF_PARAGRAPHS else text.clean(field.value)
        if row.kind not in SILENT:
            for repair in cleaned.repairs:
                self.note(field, repair, "info")
        value = cleaned.text
        if row.kind not in SILENT and masked(value) != value:
            value = masked(value)
            cut = "an e-mail address" if MASK in value else "what redactions.csv names"
            self.findings.append(Finding(self.name, "info", field.name, value, f"{cut} stays in the archive"))
        if value == field.value:
            return field
        replaced = msgspec.structs.replace(field, value=value)
        if field in self.files:
            self.files[replaced] = self.files[field]
        return replaced


_Place = tuple[int, tuple[Field, ontology.Row]]
"""A field with its row, and how many stand before it."""


def _places_by_kind(item: Item) -> dict[str, list[_Place]]:
    """The fields by the kinds of their rows; parts stand for their whole."""
    found: dict[str, list[_Place]] = {}
    each = (one for field, row in item.rows for one in item.parts(field) or [(field, row)])
    for place, one in enumerate(each):
        found.setdefault(one[1].kind, []).append((place, one))
    return found


def _rows_by_field(item: Item) -> dict[int, ontology.Row]:
    return {id(field): row for field, row in item.rows}


def _fields_by_place(item: Item) -> dict[int, Field]:
    return {field.place: field for field, _ in reversed(item.rows) if field.place}
