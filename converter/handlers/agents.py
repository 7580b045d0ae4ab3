"""Persons and organisations: who they are, in which role, in which order.

A person is known beyond one record only by a key: the repository's authority key (confidence 500 or more, or a
"Name=key" field), else an ORCID iD.  An organisation is known by its identifier, else by its name.  What the source
says of a name decides what it is the name of, then its identifiers, then its form; where none of them decides, it is an
agent and nothing more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import ontology
from converter.handlers import agent_keys
from converter.handlers.agent_keys import Keys
from converter.handlers.entities import entity_of
from converter.handlers.identifiers import identifier_lines
from converter.handlers.standing import journal_of
from converter.mapping.context import PLACEHOLDER, Item, NothingSaid, term
from converter.record import Field
from converter.values import agent_kinds, agent_names, identifiers, iris, names
from converter.values.agent_kinds import Kind
from converter.values.agent_names import Named
from converter.values.terms import integer, iri, literal, triple, type_
from ontology import Row

_CLASSES = {"person": "foaf:Person", "organisation": "foaf:Organization", None: "foaf:Agent"}
_OJS = ":article/"
"""What the identifiers of Open Journal Systems hold; it writes "Name; Affiliation" into dc:creator."""


class Agent(NamedTuple):
    """A named agent in one role of the item; `number` counts the holders of the role from 1.

    `kind` is None where nothing shows whether it is a person or an organisation.
    """

    field: Field
    row: Row
    named: Named
    term: str
    kind: Kind | None
    keys: Keys
    role: str
    number: int

    @property
    def name(self) -> str:
        """The name as printed."""
        return self.named.name

    @property
    def role_fragment(self) -> str:
        """The fragment of the role: `author-1`."""
        return f"{self.role.rpartition('/')[2].rpartition('#')[2]}-{self.number}"


class _Part(NamedTuple):
    """One name of a field."""

    field: Field
    row: Row
    named: Named


def agent(item: Item, row: Row, field: Field) -> Iterator[str]:
    """The agents as resources, the names as printed, and the roles with their places in the order.

    Raises NothingSaid where the value names nobody.
    """
    found = item.once(_by_field).get(id(field), ())
    if not found:
        raise NothingSaid("nobody is named")
    for one in found:
        printed = field.value if row.parser == "publisher" else one.name
        yield from item.companion(row, literal(printed))
        yield from item.state(row, one.term)
        yield from _described(item, one)
        yield from _role(item, one)
    if row.parser == "publisher":
        yield from _beside_publisher(item, field)


def organisation(item: Item, row: Row, field: Field) -> Iterator[str]:
    """An organisation as a resource, without a role."""
    node, lines = agent_keys.organisation_of(item, field)
    entity = entity_of(item, field)
    if entity:
        node, lines = iri(entity), agent_keys.organisation_lines(item, iri(entity), field.value)
    yield from item.companion(row, literal(field.value))
    yield from item.state(row, node)
    yield from lines


def key(item: Item, row: Row, field: Field) -> Iterator[str]:
    """The identifier of the one person whom a "Name=key" field means."""
    name, value = agent_keys.name_and_key(field)
    if not value:
        item.note(field, "no name and key; kept as text")
        return
    scheme = "datacite:orcid" if row.scheme == "orcid" else row.scheme
    holders = item.once(_by_name).get(iris.slug(name), {})
    if len(holders) != 1:
        item.note(field, f"{len(holders)} persons of this record bear the name {name!r}: the key joins nobody")
        return
    (found,) = holders.values()
    if scheme == "local":
        if found.keys.authority == value:
            yield from agent_keys.local_key_lines(found.term, value)
        else:
            item.note(field, "the key stands with two names, or beside another key: it joins nobody")
    elif scheme == "datacite:orcid":
        if found.keys.orcid:
            yield from agent_keys.scheme_lines(item, found.term, "orcid", found.keys.orcid)
        else:
            item.note(field, "no valid ORCID iD, or one that stands with two names: it joins nobody")
    else:
        yield from identifier_lines(found.term, scheme, value, item.base)


def affiliation(item: Item, row: Row, field: Field) -> Iterator[str]:
    """The organisation to which an agent belonged: the agent that the value belongs to, else the one at its place."""
    holder: Agent | None
    if field.of:
        beside = item.at(field.of)
        holder = next(iter(item.once(_by_field).get(id(beside), ())), None)
        if holder is None:
            item.note(field, "the affiliation of an agent that has no name")
            return
    else:
        holders = item.once(_authors_and_editors)["pro:editor" if ".editor." in field.name else "pro:author"]
        index, count = item.once(_places)[id(field)]
        holder = holders[index] if index < len(holders) else None
        if holder is None:
            item.note(field, f"{len(holders)} authors or editors stand against {count} affiliations")
            return
    node, lines = agent_keys.organisation_of(item, field)
    yield triple(item.part(holder.role_fragment), iri(row.properties[0]), node)
    yield from lines


def agents(item: Item) -> list[Agent]:
    """Every agent of the item in the order of the source.

    The n-th bearer of a name in one field and the n-th in another field of the same role are one: dc.creator repeats
    what dc.contributor.author said, while two equal names in one field are two persons.
    """
    parts = item.once(_parts)
    keys = agent_keys.joined_keys(item, parts, [agent_keys.keys_of(item, *part[::2]) for part in parts])
    kinds = _kinds(parts, keys)
    local = agent_keys.LocalAddresses(item)
    counts: Counter[str] = Counter()
    bearers: Counter[tuple[str, str]] = Counter()
    known: dict[tuple[str, str, int], Agent] = {}
    found: list[Agent] = []
    for part, own, kind in zip(parts, keys, kinds, strict=True):
        role = ontology.expand(part.row.scheme, part.row.place)
        bearers[part.field.name, part.named.name] += 1
        bearer = role, part.named.name, bearers[part.field.name, part.named.name]
        if bearer not in known:
            counts[role] += 1
            address = entity_of(item, part.field) or _address(item, part.named.name, kind, own)
            address = address or local.address(part.named.name, bearer[2], kind)
            known[bearer] = Agent(part.field, part.row, part.named, iri(address), kind, own, role, counts[role])
        found.append(known[bearer]._replace(field=part.field, row=part.row, named=part.named))
    return found


def _parts(item: Item) -> list[_Part]:
    """The names in the agent fields of the item, each that names somebody."""
    is_ojs = item.record.identifier.startswith("oai:") and _OJS in item.record.identifier
    found = []
    for field, row in item.of_kind("agent"):
        if not field.value or field.value == PLACEHOLDER:
            continue
        if row.parser == "publisher":
            parts = names.publishers(field.value)
            several = len(parts) > 1 and all(agent_kinds.kind(part) == "organisation" for part in parts)
            stated = [Named(names.publisher(part).name) for part in (parts if several else [field.value])]
        elif row.parser == "org" or field.name_type not in {None, "", "person"}:
            stated = [agent_names.extracted(field.value)]
        else:
            stated = agent_names.named(
                field.value,
                affiliation_follows=is_ojs and field.name == "dc.creator",
                is_person=row.parser == "person",
            )
        for named in stated:
            if named.doubt:
                item.note(field, named.doubt)
            if not agent_kinds.is_nobody(named.name):
                found.append(_Part(field, row, named))
            elif len(stated) > 1:
                item.note(field, f"{named.name!r} names nobody", "info")
    return found


def _kinds(parts: list[_Part], keys: list[Keys]) -> list[Kind | None]:
    """What each name is the name of; what is known of one bearer of a name in a record holds for the others."""
    stated = [_kind(part, own) for part, own in zip(parts, keys, strict=True)]
    known: dict[str, Kind] = {}
    for part, kind in zip(parts, stated, strict=True):
        if kind:
            known.setdefault(part.named.name, kind)
    return [
        kind or (None if part.field.name_type else known.get(part.named.name))
        for part, kind in zip(parts, stated, strict=True)
    ]


def _kind(part: _Part, keys: Keys) -> Kind | None:
    """What the source says, else what the field is for, else what the identifiers show, else the form of the name."""
    said = part.field.name_type
    if said == "whole":
        # The comma of a name that the source does not take apart divides no family from given names.
        return "organisation" if agent_kinds.kind(part.named.name) == "organisation" else None
    if said:
        return "person" if said == "person" else "organisation" if said == "organisation" else None
    if part.row.parser in {"org", "publisher"}:
        return "organisation"
    if keys.orcid:
        return "person"
    if keys.ror or keys.funder:
        return "organisation"
    # A supervisor is a person, but for a name that says otherwise.
    return agent_kinds.kind(part.named.name) or ("person" if part.row.parser == "person" else None)


def _address(item: Item, name: str, kind: Kind | None, keys: Keys) -> str:
    """The address of an agent that is known beyond this record, empty for one that is not."""
    if kind == "organisation":
        return agent_keys.organisation_address(item, name, keys)
    if keys.authority:
        return iris.keyed_person(item.base, item.repository, keys.authority)
    return iris.orcid_person(item.base, keys.orcid) if keys.orcid else ""


def _by_field(item: Item) -> dict[int, list[Agent]]:
    """The agents of each field, by the identity of the field."""
    found: dict[int, list[Agent]] = {}
    for one in item.once(agents):
        found.setdefault(id(one.field), []).append(one)
    return found


def _by_name(item: Item) -> dict[str, dict[str, Agent]]:
    """The agents that may be persons, by the slug of their name and by their term."""
    found: dict[str, dict[str, Agent]] = {}
    for one in item.once(agents):
        if one.kind != "organisation":
            found.setdefault(iris.slug(one.name), {})[one.term] = one
    return found


def _authors_and_editors(item: Item) -> dict[str, list[Agent | None]]:
    """The agent of each author and of each editor field in their order, None where a field names nobody."""
    found: dict[str, list[Agent | None]] = {}
    by_field = item.once(_by_field)
    for curie in ("pro:author", "pro:editor"):
        role = ontology.expand(curie, "program")
        fields = [field for field, row in item.of_kind("agent") if ontology.expand(row.scheme, row.place) == role]
        holders = [next(iter(by_field.get(id(field), ())), None) for field in fields]
        numbers: set[int] = set()
        # Fields that repeat the holders of another stand at no place of their own.
        found[curie] = []
        for holder in holders:
            if holder is None or holder.number not in numbers:
                found[curie].append(holder)
                numbers |= {holder.number} if holder else set()
    return found


def _places(item: Item) -> dict[int, tuple[int, int]]:
    """The place of each joining value among those of its field, from 0, and how many there are."""
    fields = [field for field, _ in item.of_kind("join") if not field.of]
    counts = Counter(field.name for field in fields)
    seen: Counter[str] = Counter()
    found = {}
    for field in fields:
        found[id(field)] = seen[field.name], counts[field.name]
        seen[field.name] += 1
    return found


def _described(item: Item, found: Agent) -> Iterator[str]:
    if found.kind == "organisation":
        yield from agent_keys.organisation_lines(item, found.term, found.name, found.keys)
    else:
        yield triple(found.term, type_, term(_CLASSES[found.kind]))
        # One agent may be written in two ways in one record; the first is the name.
        property_ = "foaf:name" if item.first(found.term, "foaf:name", found.name) else "skos:altLabel"
        yield triple(found.term, term(property_), literal(found.name))
        yield from agent_keys.key_lines(item, found.term, found.keys)
    if found.kind == "person" and not agent_kinds.has_title(found.name):
        name = names.person(found.name)
        if name.doubt:
            item.note(found.field, name.doubt, "info")
        if name.family:
            yield triple(found.term, term("foaf:familyName"), literal(name.family))
        if name.given:
            yield triple(found.term, term("foaf:givenName"), literal(name.given))
    for address in found.named.addresses:
        yield triple(found.term, term("foaf:page"), iri(address))


def _role(item: Item, found: Agent) -> Iterator[str]:
    node = item.part(found.role_fragment)
    yield triple(item.term, term("pro:isDocumentContextFor"), node)
    yield triple(node, type_, term("pro:RoleInTime"))
    yield triple(node, type_, term("co:ListItem"))
    yield triple(node, term("pro:withRole"), iri(found.role))
    yield triple(node, term("co:index"), integer(found.number))
    yield triple(node, term("rdfs:label"), literal(found.name))
    yield triple(node, term("pro:isHeldBy"), found.term)
    if found.named.affiliation:
        organisation = iri(agent_keys.organisation_address(item, found.named.affiliation))
        yield triple(node, term("pro:relatesToOrganization"), organisation)
        yield from agent_keys.organisation_lines(item, organisation, found.named.affiliation)


def _beside_publisher(item: Item, field: Field) -> Iterator[str]:
    """The place of publication and the journal's web site, where they stand beside the publisher's name."""
    read = names.publisher(field.value)
    if read.doubt:
        item.note(field, read.doubt)
    journal = item.once(journal_of)
    if read.place:
        place = iri(iris.place(item.base, read.place))
        yield triple(item.term, term("fabio:hasPlaceOfPublication"), place)
        yield triple(place, type_, term("frbr:Place"))
        yield triple(place, term("rdfs:label"), literal(read.place))
    if read.site and journal:
        page = identifiers.web_address(read.site)
        if page:
            yield triple(iri(journal), term("foaf:page"), iri(page))
        publisher = iri(agent_keys.organisation_address(item, read.name))
        yield triple(iri(journal), term("dcterms:publisher"), publisher)
