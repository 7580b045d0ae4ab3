"""Record → triples, by the crosswalk: every value ends in the graph, or in a line of the report, or stays private.

The engine knows no field.  For each value it looks up the crosswalk row, and the row's kind names the function that
makes statements of it.  A value of which no statement can be made goes to the property of its own field, so that
nothing is lost.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from typing import Literal, NamedTuple

import ontology
from converter.embargo import on_day, today
from converter.errors import CrosswalkError
from converter.handlers import KINDS, plain
from converter.handlers.identifiers import identifier_node_lines, normal
from converter.handlers.types import is_entity
from converter.mapping.authorities import Authorities
from converter.mapping.context import PLACEHOLDER, Item, NothingSaid, term
from converter.privacy import SILENT, published
from converter.record import Field, Record
from converter.report import Finding
from converter.values import agent_kinds, dates, identifiers, iris, mesh
from converter.values.functions import PARSERS
from converter.values.terms import XSD, iri, literal, triple, type_

Outcome = Literal["mapped", "fallback", "private", "archived", "reported"]
"""What became of a value: statements of the profile, the property of its own field, or a line of the report alone.

Private values (e-mail addresses, provenance notes) and settings of the repository's software stay in the archive.
"""

PROFILE = "profile/core/1"


class Origin(NamedTuple):
    """Where a statement comes from: None, None for what is said of every record."""

    field: Field | None
    row: ontology.Row | None


_OF_EVERY_RECORD = Origin(None, None)


class Mapped(NamedTuple):
    """A record as triples: each line with all its origins, the findings, and the outcome of each value."""

    lines: dict[str, list[Origin]]
    findings: list[Finding]
    outcomes: list[tuple[Field, ontology.Row, Outcome]]

    @property
    def counts(self) -> Counter[Outcome]:
        """How many values had which outcome."""
        return Counter(outcome for _, _, outcome in self.outcomes)


class Mapper:
    """The crosswalk at work, for one base address.

    `repository` names the repository in the addresses of the persons that it alone knows by a key; where it is empty, a
    record's own source name is taken, else the prefix of its handle, else the host of its OAI identifier.  `day` is
    that of the conversion, which is else today: its year decides which years of publication are placeholders.
    `authorities` are files of the operator, by which agents, serials and subjects lead outside.

    Raises CrosswalkError where the tables name a kind, parser or identifier rule that does not exist.
    """

    def __init__(
        self,
        base: str = ontology.PUBLISHED_BASE,
        repository: str = "",
        crosswalk: ontology.Crosswalk | None = None,
        *,
        day: str = "",
        authorities: Authorities | None = None,
    ) -> None:
        self.base = base
        self._authorities = authorities
        self.year = int((day or today())[:4])
        self.repository = repository
        try:
            self.crosswalk = crosswalk or ontology.crosswalk()
        except ontology.TableError as fault:
            raise CrosswalkError(str(fault)) from None
        _check(self.crosswalk)

    @property
    def digest(self) -> str:
        """What decides how a record is mapped, as one digest: tables, labels of MeSH, addresses of fields, the year."""
        decides = [self.crosswalk.digest, mesh.version(), iris.FIELDS, str(self.year)]
        if self._authorities and (known := self._authorities.digest):
            decides.append(known)
        return hashlib.sha256(" ".join(decides).encode()).hexdigest()

    def triples(self, record: Record, day: str = "") -> list[str]:
        """The record as sorted N-Triples lines, without line ends, as it may be shown on a day, which is else today."""
        return sorted(self.map(record, day).lines)

    def map(self, record: Record, day: str = "") -> Mapped:
        """The record as lines with their origins, with findings and outcomes; `day` as in `triples`.

        Nothing is said of a record that is not to be published.
        """
        if record.erased:
            return Mapped({}, [], [])
        record, withheld, _ = on_day(record, day or today())
        item = Item(
            record,
            self.crosswalk,
            self.base,
            self.repository or _repository(record),
            self.repository or _home(record) or _repository(record),
            year=self.year,
        )
        item.findings += withheld
        lines: dict[str, list[Origin]] = {}
        if record.deleted:
            # Some repositories still send what a withdrawn record said; it stays in the archive with all the rest.
            lines |= {line: [_OF_EVERY_RECORD] for line in _tombstone(item)}
            return Mapped(lines, item.findings, [(field, row, "archived") for field, row in item.rows])
        outcomes: list[tuple[Field, ontology.Row, Outcome]] = []
        for field, row in item.rows:
            made, outcome = _made(item, row, field)
            outcomes.append((field, row, outcome))
            origin = Origin(field, row)
            for line in dict.fromkeys(made):
                lines.setdefault(line, []).append(origin)
        for line in self._authorities.links(lines, self.base) if self._authorities else ():
            lines.setdefault(line, [_OF_EVERY_RECORD])
        for line in _description(item, self.crosswalk):
            lines.setdefault(line, []).append(_OF_EVERY_RECORD)
        return Mapped(lines, item.findings, outcomes)


def _made(item: Item, row: ontology.Row, field: Field) -> tuple[list[str], Outcome]:
    """The lines that a value makes, and what became of it."""
    if row.kind in SILENT:
        if SILENT[row.kind] == "private":
            return [], "private"
        item.note(field, f"stays in the archive: {row.note or 'a setting of the repository'}", "info")
        return [], "archived"
    if not field.value or field.value == PLACEHOLDER:
        item.note(
            field, "an empty value" if not field.value else "a placeholder: no value stands at this place", "info"
        )
        return [], "reported"
    if row.kind != "agent" and agent_kinds.is_coded(field.value):
        item.note(field, "a code that says that no value is known", "info")
        return [], "reported"
    noted = len(item.findings)
    try:
        lines = list(_lines(item, row, field))
    except NothingSaid as reason:
        item.note(field, str(reason), "info")
        return [], "reported"
    except ValueError as fault:
        item.note(field, f"{fault}; kept as text")
        lines = []
    if lines and row.kind != "fallback":
        return lines, "mapped"
    if not lines and len(item.findings) == noted:
        item.note(field, f"nothing can be said of it as {row.kind}; kept under its own name", "info")
    if row.kind == "fallback":
        item.note(field, "no row of the crosswalk says more of this field; kept under its own name", "info")
    try:
        return lines or list(plain.fallback(item, row, field)), "fallback"
    except ValueError as fault:
        item.note(field, f"{fault}; it stays in the archive", "error")
        return [], "reported"


def _lines(item: Item, row: ontology.Row, field: Field) -> Iterator[str]:
    """The statements of a value, or those of its parts beside the text as printed."""
    parts = item.parts(field)
    if not parts:
        yield from KINDS[row.kind](item, row, field)
        return
    yield from item.companion(row, literal(field.value))
    for part, its_row in parts:
        yield from KINDS[its_row.kind](item, its_row, part)


def _description(item: Item, crosswalk: ontology.Crosswalk) -> Iterator[str]:
    """What is said of every record: the item, its document, the record at the repository."""
    document, source = iri(item.document), iri(item.source_document)
    if not is_entity(item):
        yield triple(item.term, type_, term("fabio:Expression"))
    elif name := _entity_name(item):
        yield triple(item.term, term("foaf:name"), literal(name))
    yield triple(document, type_, term("foaf:Document"))
    yield triple(document, type_, term("prov:Entity"))
    yield triple(document, term("foaf:primaryTopic"), item.term)
    yield triple(document, term("void:inDataset"), iri(item.base + "shelf"))
    yield triple(document, term("dcterms:conformsTo"), iri(item.base + PROFILE))
    yield triple(document, term("prov:wasDerivedFrom"), source)
    yield triple(source, type_, term("dcat:CatalogRecord"))
    yield triple(source, type_, term("prov:Entity"))
    yield triple(source, term("foaf:primaryTopic"), item.term)
    yield triple(source, term("schema:sha256"), literal(hashlib.sha256(published(item.record, crosswalk)).hexdigest()))
    origin = _primary_source(item)
    if origin:
        yield triple(source, term("prov:hadPrimarySource"), iri(origin))
    yield from _identity(item)


def _entity_name(item: Item) -> str:
    """What a person or organisation is called that is itself a record, where no row says it."""
    values = {field.name: field.value for field, _ in reversed(item.rows)}
    if any(ontology.expand("foaf:name", "program") in row.properties for _, row in item.rows):
        return ""
    parts = (values.get("person.familyName", ""), values.get("person.givenName", ""))
    return values.get("dc.title", "") or ", ".join(part for part in parts if part)


def _identity(item: Item) -> Iterator[str]:
    """The handle and the identifier of the record itself, whether or not a field repeats them."""
    handle = item.record.handle
    found = normal("datacite:handle", handle) if handle else None
    if found and item.first(item.term, ontology.expand("fabio:hasHandle", "program"), literal(found.value)):
        node = item.part("id-handle")
        yield triple(item.term, term("fabio:hasHandle"), literal(found.value))
        yield triple(item.term, term("datacite:hasIdentifier"), node)
        yield from identifier_node_lines(node, "datacite:handle", found.value, item.base)
    stated = ontology.expand("dcterms:identifier", "program")
    rows = (row for field, row in item.rows if not item.parts(field))
    if not any(stated in row.properties and row.node == "self" for row in rows):
        yield triple(item.term, term("dcterms:identifier"), literal(item.record.identifier))


def _tombstone(item: Item) -> Iterator[str]:
    """What is said of a record that is gone: that it was, and when it went, as far as the source says."""
    document = iri(item.document)
    yield triple(item.term, type_, term("prov:Entity"))
    yield triple(item.term, term("dcterms:identifier"), literal(item.record.handle or item.record.identifier))
    yield triple(document, type_, term("foaf:Document"))
    yield triple(document, type_, term("prov:Entity"))
    yield triple(document, term("foaf:primaryTopic"), item.term)
    yield triple(document, term("void:inDataset"), iri(item.base + "shelf"))
    when = dates.parse(item.record.datestamp or "")
    if when and when.datatype in {"date", "dateTime"}:
        moment = when.lexical if when.datatype == "dateTime" else f"{when.lexical}T00:00:00Z"
        yield triple(document, term("prov:invalidatedAtTime"), literal(moment, datatype=XSD + "dateTime"))


def _primary_source(item: Item) -> str | None:
    """The address at which the repository shows the record."""
    for field, row in item.of_kind("identifier"):
        if row.parser == "uri" and (found := identifiers.web_address(field.value)):
            return found
    handle = item.record.handle
    if not handle or handle.partition("/")[0] == iris.UNREGISTERED:
        return None
    return identifiers.web_address(f"http://hdl.handle.net/{handle}")


def _repository(record: Record) -> str:
    """The name of the repository: as stated, else the prefix of the handle, else the host of the OAI identifier."""
    if record.source:
        return record.source
    if record.handle:
        return record.handle.partition("/")[0]
    parts = record.identifier.split(":")
    return parts[1] if record.identifier.startswith("oai:") and len(parts) > 1 else "local"


def _home(record: Record) -> str:
    """The repository where the record is at home: the host of its OAI identifier and the prefix of its handle.

    Who passes records on may write its own host into all identifiers, and several repositories may have one prefix.
    """
    parts = record.identifier.split(":")
    host = parts[1] if record.identifier.startswith("oai:") and len(parts) > 2 else ""
    prefix = (record.handle or "").partition("/")[0]
    return " ".join(part for part in (host, prefix if prefix != iris.UNREGISTERED else "") if part)


def _check(crosswalk: ontology.Crosswalk) -> None:
    """Raise CrosswalkError for the first row that names what the engine does not have."""
    for row in crosswalk.rows.values():
        if row.kind not in KINDS and row.kind not in SILENT:
            known = ", ".join(sorted({*KINDS, *SILENT}))
            raise CrosswalkError(f"{row.place}: no kind is called {row.kind!r}; there are {known}")
        if row.parser and row.parser not in PARSERS:
            raise CrosswalkError(f"{row.place}: no parser is called {row.parser!r}; there are {', '.join(PARSERS)}")
        if row.kind not in SILENT and row.kind not in {"fallback", "identifier", "join"}:
            _check_target(row)


def _check_target(row: ontology.Row) -> None:
    if not row.properties and not row.literal:
        raise CrosswalkError(f"{row.place}: {row.field} goes nowhere; give it a property or a literal")
    if row.kind == "agent" and ":" not in row.scheme:
        raise CrosswalkError(f"{row.place}: {row.field} is an agent and needs a role (such as pro:author) as scheme")
